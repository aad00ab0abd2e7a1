"""What is answered where: the page, its socket, tables and model files."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import secrets
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from glassnet.errors import GlassnetError
from glassnet.playground import filing
from glassnet.playground.answers import ready
from glassnet.playground.data import OneFile
from glassnet.playground.messages import short
from glassnet.playground.session import Session
from glassnet.playground.setup import DataChoice, Setup
from glassnet.playground.worker import ClosedError, Worker

STATIC = Path(__file__).parent / "static"

Read: TypeAlias = Callable[[Path, str], OneFile]
"""Reads an uploaded table, which has a name; raises a `GlassnetError` that says what is wrong."""

MOST_MESSAGE = 2**18
"""Bytes of a request over the socket: 5,000 painted points have 150 kB."""

MOST_WAITING = 32
"""Requests and answers that may wait."""

PATIENCE, GOODBYE = 20.0, 2.0
"""Seconds that a page may take to read a message, and the last one."""

FOR_A_FILE = 60.0
"""Seconds that a file may take to come."""

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' "
    "'unsafe-inline'; font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


@dataclass
class Place:
    """What all pages share.

    Attributes
    ----------
    token : str
        Whoever knows it may train here.
    file : OneFile or None
        The table that was given at the start.
    file_name : str or None
    read : callable
    most_pages, most_upload : int
    pages : dict of Worker
    """

    token: str
    read: Read
    file: OneFile | None = None
    file_name: str | None = None
    target: str | None = None
    most_pages: int = 8
    most_upload: int = 20_000_000
    pages: dict[str, Worker] = field(default_factory=dict)

    def knows(self, token: str | None) -> bool:
        """Return whether a token is the right one."""
        return token is not None and hmac.compare_digest(token.encode(), self.token.encode())

    @property
    def first_setup(self) -> Setup:
        """What a page begins with."""
        if self.file is None:
            return Setup()
        return Setup(DataChoice("file", target=self.target))


def application(place: Place) -> ASGIApp:
    """Return the application."""
    app = Starlette(
        routes=[
            Route("/", _page),
            Route("/file", _upload, methods=["POST"]),
            Route("/model", _put_model, methods=["POST"]),
            Route("/model", _get_model),
            WebSocketRoute("/socket", _socket),
            WebSocketRoute("/{path:path}", _no_socket),
            Mount("/", StaticFiles(directory=STATIC, check_dir=False)),
        ]
    )
    app.state.place = place
    return _Guarded(app)


class _Guarded:
    """Refuses whoever calls this server by another name, or from another page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        problem = _problem(headers, scope["server"], is_socket=scope["type"] == "websocket")
        if problem is not None:
            await _refuse(problem, scope, receive, send)
            return

        async def with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                added = [(k.lower().encode(), v.encode()) for k, v in _HEADERS.items()]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def _problem(headers: Headers, server: Any, *, is_socket: bool) -> str | None:
    """Return what is wrong with a request's Host or Origin; a page of another site has another."""
    port = server[1]
    hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}
    if headers.get("host") not in hosts:
        return f"Host is {headers.get('host')!r}; expected 127.0.0.1:{port} or localhost:{port}."
    origin = headers.get("origin")
    if (origin is not None or is_socket) and origin not in {f"http://{one}" for one in hosts}:
        return f"Origin is {origin!r}; expected the page's own address."
    return None


async def _refuse(problem: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})  # before it is accepted: 403
        return
    await JSONResponse({"says": problem}, 403)(scope, receive, send)


# The page


async def _page(request: Request) -> Response:
    place: Place = request.app.state.place
    if not place.knows(request.query_params.get("token")):
        says = "This address lacks its token. Take the one that the command printed.\n"
        return Response(says, 403, media_type="text/plain")
    if not (STATIC / "index.html").is_file():
        says = (
            "This copy of glassnet lacks the page: build it by `make page`, or install a release.\n"
        )
        return Response(says, 503, media_type="text/plain")
    return FileResponse(STATIC / "index.html")


# The socket


async def _no_socket(socket: WebSocket) -> None:
    await socket.close(1008)  # before it is accepted: 403


async def _socket(socket: WebSocket) -> None:
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
        code, reason = await _attend(socket, place, name)
    finally:
        worker = place.pages.pop(name)
        if worker is not None:
            worker.close()
    with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
        async with asyncio.timeout(GOODBYE):  # whoever does not read does not read this either
            await socket.close(code, reason)


async def _attend(socket: WebSocket, place: Place, name: str) -> tuple[int, str]:
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
        if isinstance(end, _Refused):
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
            raise _Refused(1003, "requests are text, JSON")
        try:
            request = json.loads(message["text"])
        except (ValueError, RecursionError):
            request = None
        while max(worker.waiting, outbox.qsize()) >= MOST_WAITING:
            await asyncio.sleep(0.005)  # a page that asks faster than it is answered waits
        worker.ask(request)


# Files


class _Refused(Exception):  # noqa: N818 - what it is to the page
    def __init__(self, status: int, says: str) -> None:
        super().__init__(says)
        self.status = status


def _worker(request: Request) -> Worker:
    place: Place = request.app.state.place
    if not place.knows(request.query_params.get("token")):
        raise _Refused(403, "The token is missing or wrong.")
    worker = place.pages.get(request.query_params.get("page", ""))
    if worker is None:
        raise _Refused(404, "There is no such page; it may have been closed. Load it again.")
    return worker


async def _upload(request: Request) -> Response:
    """Read a table, and have the page learn from it."""
    place: Place = request.app.state.place

    def take(path: Path) -> Callable[[Worker], list[str]]:
        name = Path(request.query_params.get("name") or "table").name[:255] or "table"
        file = place.read(path, name)
        file(None)  # what can be wrong is told now

        def show(worker: Worker) -> list[str]:
            session = worker.session
            data = {**session.setup.plain()["data"], "name": "file", "target": None}
            again = session.setup.data.name == "file"
            with session.all_or_nothing():
                session.file = file
                if again:  # another file of the same choice: its rows are others
                    session.reload(data)
                else:
                    session.change({"data": data})
            worker.playing = False
            worker.tell(points=True)
            return list(session.data.says)

        return show

    return await _with_body(request, take)


async def _put_model(request: Request) -> Response:
    """Show the network of a model file."""

    def take(path: Path) -> Callable[[Worker], list[str]]:
        def show(worker: Worker) -> list[str]:
            says = filing.load(worker.session, path)
            worker.playing = False
            worker.tell(points=True)
            return says

        return show

    return await _with_body(request, take)


async def _with_body(
    request: Request, take: Callable[[Path], Callable[[Worker], list[str]]]
) -> Response:
    """Hand a body over as a file; what is done with it is done between two steps."""
    path = Path("body")
    try:
        worker = _worker(request)
        with tempfile.TemporaryDirectory(prefix="glassnet-") as folder:
            path = Path(folder) / path
            await _write(request, path)
            show = await asyncio.to_thread(take, path)
            says = await asyncio.wrap_future(worker.call(show))
    except _Refused as error:
        return JSONResponse({"says": str(error)}, error.status, {"Connection": "close"})
    except ClosedError as error:
        return JSONResponse({"says": str(error)}, 404)
    except GlassnetError as error:
        says = str(error).replace(str(path), "the file")  # it has no name of its own
        return JSONResponse({"says": " ".join(says.split())}, 422)
    except ClientDisconnect:
        return Response(status_code=400)
    except Exception as error:  # of whatever reads a file from anywhere
        return JSONResponse({"says": f"The file cannot be used: {short(error)}."}, 422)
    return JSONResponse({"says": says})


async def _write(request: Request, path: Path) -> None:
    """Write a body into a file, as far as it is wanted."""
    most = request.app.state.place.most_upload
    length = request.headers.get("content-length", "")
    says = f"The file is too large; expected at most {most:,} bytes. `glassnet train` takes more."
    if length.isdecimal() and int(length) > most:
        raise _Refused(413, says)
    n_bytes = 0
    try:
        with path.open("wb") as file:
            async with asyncio.timeout(FOR_A_FILE):
                async for part in request.stream():
                    n_bytes += len(part)
                    if n_bytes > most:
                        raise _Refused(413, says)
                    file.write(part)
    except TimeoutError:
        seconds = f"{FOR_A_FILE:g} seconds"
        raise _Refused(408, f"The file had not come after {seconds}. Send it again.") from None


async def _get_model(request: Request) -> Response:
    """Return the network as a model file."""
    try:
        worker = _worker(request)
        data = await asyncio.wrap_future(worker.call(_saved))
    except _Refused as error:
        return JSONResponse({"says": str(error)}, error.status)
    except ClosedError as error:
        return JSONResponse({"says": str(error)}, 404)
    except GlassnetError as error:
        return JSONResponse({"says": str(error)}, 422)
    headers = {"Content-Disposition": 'attachment; filename="playground.glassnet"'}
    return Response(data, media_type="application/octet-stream", headers=headers)


def _saved(worker: Worker) -> bytes:
    with tempfile.TemporaryDirectory(prefix="glassnet-") as folder:
        path = Path(folder) / "m.glassnet"
        filing.save(worker.session, path)
        return path.read_bytes()
