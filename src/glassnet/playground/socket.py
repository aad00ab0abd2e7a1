"""The socket of a page: requests in, messages out, and why it ends."""

from __future__ import annotations

import asyncio
import contextlib
import secrets

from starlette.websockets import WebSocket, WebSocketDisconnect

from glassnet.errors import GlassnetError
from glassnet.playground.page import Page
from glassnet.playground.place import Place, Refused

MOST_WAITING, MOST_KEPT, MOST_BYTES = 32, 2_000, 8_000_000
"""Requests and answers that may wait at the page's process, and requests before they are passed
on: in number, and in bytes. A slider that is dragged asks eight times a second."""

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
            place.leave(page)
        asyncio.get_running_loop().call_later(SPARE_AFTER, place.prepare)
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

    try:
        page = place.pages[name] = place.new_page()
    except (OSError, RuntimeError):
        return 1011, "this machine cannot start another process; close something"
    loop.call_later(SPARE_AFTER, place.prepare)
    inbox: asyncio.Queue[str] = asyncio.Queue()

    async def train() -> None:
        await asyncio.wrap_future(page.ready)
        page.begin(name, send)
        await _pass_on(inbox, page, outbox)

    tasks = [
        asyncio.create_task(one)
        for one in (train(), _receive_all(socket, inbox), _send_all(socket, outbox))
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, Refused):
            return end.status, _cut(str(end))
        if isinstance(end, GlassnetError):  # there is nothing to train on
            return 1011, _cut(str(end))
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


async def _receive_all(socket: WebSocket, inbox: asyncio.Queue[str]) -> None:
    """Take what the page sends, whatever its process is at: so its end is noticed at once."""
    n_bytes = 0
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        if message.get("text") is None:
            raise Refused(1003, "requests are text, JSON")
        n_bytes = len(message["text"]) + (n_bytes if inbox.qsize() else 0)
        if inbox.qsize() >= MOST_KEPT or n_bytes > MOST_BYTES:
            raise Refused(1008, "the page asks faster than it can be answered; load it again")
        inbox.put_nowait(message["text"])


async def _pass_on(
    inbox: asyncio.Queue[str], page: Page, outbox: asyncio.Queue[str | bytes | None]
) -> None:
    """Pass requests on, as fast as they are answered and the answers are read."""
    while True:
        request = await inbox.get()
        while max(page.waiting, outbox.qsize()) >= MOST_WAITING:
            await asyncio.sleep(0.005)
        page.ask(request)
