"""Who may call the playground: this machine, by its own name, from its own page."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

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


class Guarded:
    """Refuses whoever calls this server by another name, or from another page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on what may come in, and add headers to what goes out."""
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
