"""The socket of a page: requests in, messages out, and why it ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets

from starlette.websockets import WebSocket, WebSocketDisconnect

from glassnet.errors import GlassnetError
from glassnet.playground.answers import ready
from glassnet.playground.place import Place, Refused
from glassnet.playground.session import Session
from glassnet.playground.worker import Worker

MOST_WAITING = 32
"""Requests and answers that may wait."""

PATIENCE, GOODBYE = 20.0, 2.0
"""Seconds that a page may take to read a message, and the last one."""


async def attend(socket: WebSocket) -> None:
    """Give a page its training, until it is gone."""
    place: Place = socket.app.state.place
    if not place.knows(socket.query_params.get("token")):
        await socket.close(1008)
        return
    if len(place.pages) >= place.most_pages:
        await socket.accept()
        await socket.close(1013, f"{place.most_pages} pages are open already; close one")
        return
    name = secrets.token_hex(8)
    place.pages[name] = None  # type: ignore[assignment]  # taken from now on
    try:
        await socket.accept()
        code, reason = await _serve(socket, place, name)
    finally:
        worker = place.pages.pop(name)
        if worker is not None:
            worker.close()
    with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
        async with asyncio.timeout(GOODBYE):  # whoever does not read does not read this either
            await socket.close(code, reason)


async def _serve(socket: WebSocket, place: Place, name: str) -> tuple[int, str]:
    """Serve a page until it is gone; return why it is, as a code and in words."""
    loop = asyncio.get_running_loop()
    outbox: asyncio.Queue[str | bytes] = asyncio.Queue()

    def send(message: str | bytes) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(outbox.put_nowait, message)

    try:
        session = await asyncio.to_thread(Session, place.first_setup, place.file)
    except GlassnetError as error:
        return 1011, _cut(str(error))
    outbox.put_nowait(ready(name, session, place.most_upload, place.file_name))
    worker = Worker(session, send, name)
    place.pages[name] = worker
    worker.start()
    tasks = [
        asyncio.create_task(_send_all(socket, outbox)),
        asyncio.create_task(_receive_all(socket, worker, outbox)),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, Refused):
            return end.status, str(end)
        if not isinstance(
            end,
            WebSocketDisconnect | TimeoutError | RuntimeError | asyncio.CancelledError,
        ):
            raise end  # type: ignore[misc]  # a mistake of ours: it belongs in the log
    return 1011, "the page did not read what it was sent"


def _cut(reason: str) -> str:
    """Return a reason as long as a socket's end may carry: 123 bytes."""
    return (
        reason
        if len(reason.encode()) <= 123
        else reason.encode()[:119].decode(errors="ignore") + "…"
    )


async def _send_all(socket: WebSocket, outbox: asyncio.Queue[str | bytes]) -> None:
    while True:
        message = await outbox.get()
        async with asyncio.timeout(PATIENCE):
            if isinstance(message, str):
                await socket.send_text(message)
            else:
                await socket.send_bytes(message)


async def _receive_all(
    socket: WebSocket, worker: Worker, outbox: asyncio.Queue[str | bytes]
) -> None:
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        if message.get("text") is None:
            raise Refused(1003, "requests are text, JSON")
        try:
            request = json.loads(message["text"])
        except (ValueError, RecursionError):
            request = None
        while max(worker.waiting, outbox.qsize()) >= MOST_WAITING:
            await asyncio.sleep(0.005)  # a page that asks faster than it is answered waits
        worker.ask(request)
