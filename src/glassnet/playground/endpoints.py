"""What is answered where: the page, its socket, tables and model files."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from glassnet.playground.files import get_model, put_model, upload
from glassnet.playground.guard import Guarded
from glassnet.playground.place import Place
from glassnet.playground.socket import attend

STATIC = Path(__file__).parent / "static"


def application(place: Place) -> ASGIApp:
    """Return the application."""
    app = Starlette(
        routes=[
            Route("/", _page),
            Route("/file", upload, methods=["POST"]),
            Route("/model", put_model, methods=["POST"]),
            Route("/model", get_model),
            WebSocketRoute("/socket", attend),
            Mount("/", StaticFiles(directory=STATIC, check_dir=False)),
        ]
    )
    app.state.place = place
    return Guarded(app)


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
