"""The socket of a page: requests in, messages out, and why it ends."""

from __future__ import annotations

import asyncio
import contextlib
import secrets

from starlette.websockets import WebSocket, WebSocketDisconnect

from glassnet.errors import GlassnetError
from glassnet.playground.page import Page
from glassnet.playground.place import Place, Refused

MOST_WAITING = 32
"""Requests and answers that may wait."""

PATIENCE, GOODBYE = 20.0, 2.0
"""Seconds that a page may take to read a message, and the last one."""

SPARE_AFTER = 2.0
"""Seconds after which the next page's process begins: until then the page needs the cores."""


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
    place.pages[name] = None  # taken from now on
    try:
        await socket.accept()
        code, reason = await _serve(socket, place, name)
    finally:
        page = place.pages.pop(name)
        if page is not None:
            page.close()
    with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
        async with asyncio.timeout(GOODBYE):  # whoever does not read does not read this either
            await socket.close(code, reason)


async def _serve(socket: WebSocket, place: Place, name: str) -> tuple[int, str]:
    """Serve a page until it is gone; return why it is, as a code and in words."""
    loop = asyncio.get_running_loop()
    outbox: asyncio.Queue[str | bytes | None] = asyncio.Queue()

    def send(message: str | bytes | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(outbox.put_nowait, message)

    page = place.pages[name] = place.new_page()
    loop.call_later(SPARE_AFTER, place.prepare)
    try:
        await asyncio.wrap_future(page.ready)
    except GlassnetError as error:
        return 1011, _cut(str(error))
    page.begin(name, send)
    tasks = [
        asyncio.create_task(_send_all(socket, outbox)),
        asyncio.create_task(_receive_all(socket, page, outbox)),
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


async def _send_all(socket: WebSocket, outbox: asyncio.Queue[str | bytes | None]) -> None:
    while (message := await outbox.get()) is not None:
        async with asyncio.timeout(PATIENCE):
            if isinstance(message, str):
                await socket.send_text(message)
            else:
                await socket.send_bytes(message)
    raise Refused(1011, "the training's process has ended; load the page again")


async def _receive_all(
    socket: WebSocket, page: Page, outbox: asyncio.Queue[str | bytes | None]
) -> None:
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        if message.get("text") is None:
            raise Refused(1003, "requests are text, JSON")
        while max(page.waiting, outbox.qsize()) >= MOST_WAITING:
            await asyncio.sleep(0.005)  # a page that asks faster than it is answered waits
        page.ask(message["text"])
