"""Files that a page sends and takes: tables and model files."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from glassnet.playground.page import ClosedError, Page
from glassnet.playground.place import Place, Refused

FOR_A_FILE = 60.0
"""Seconds that a file may take to come."""


def _page(request: Request) -> Page:
    place: Place = request.app.state.place
    if not place.knows(request.query_params.get("token")):
        raise Refused(403, "The token is missing or wrong.")
    page = place.pages.get(request.query_params.get("page", ""))
    if page is None:
        raise Refused(404, "There is no such page; it may have been closed. Load it again.")
    return page


async def upload(request: Request) -> Response:
    """Have the page learn from a table."""
    name = Path(request.query_params.get("name") or "table").name[:255] or "table"
    return await _with_body(request, "table", name)


async def put_model(request: Request) -> Response:
    """Show the network of a model file."""
    return await _with_body(request, "show")


async def _with_body(request: Request, job: str, name: str = "") -> Response:
    """Hand a body over as a file; what is done with it is done between two steps."""
    try:
        page = _page(request)
        with TemporaryDirectory(prefix="glassnet-") as folder:
            path = Path(folder) / "body"
            await _write(request, path)
            is_done, says = await page.do(job, str(path), name)
    except Refused as error:
        return JSONResponse({"says": str(error)}, error.status, {"Connection": "close"})
    except ClosedError as error:
        return JSONResponse({"says": str(error)}, 404)
    except ClientDisconnect:
        return Response(status_code=400)
    return JSONResponse({"says": says if is_done else says[0]}, 200 if is_done else 422)


async def _write(request: Request, path: Path) -> None:
    """Write a body into a file, as far as it is wanted."""
    most = request.app.state.place.beginning.most_upload
    length = request.headers.get("content-length", "")
    says = f"The file is too large; expected at most {most:,} bytes. `glassnet train` takes more."
    if length.isdecimal() and int(length) > most:
        raise Refused(413, says)
    n_bytes = 0
    try:
        with path.open("wb") as file:
            async with asyncio.timeout(FOR_A_FILE):
                async for part in request.stream():
                    n_bytes += len(part)
                    if n_bytes > most:
                        raise Refused(413, says)
                    file.write(part)
    except TimeoutError:
        seconds = f"{FOR_A_FILE:g} seconds"
        raise Refused(408, f"The file had not come after {seconds}. Send it again.") from None


async def get_model(request: Request) -> Response:
    """Return the network as a model file."""
    try:
        page = _page(request)
        with TemporaryDirectory(prefix="glassnet-") as folder:
            path = Path(folder) / "m.glassnet"
            is_done, says = await page.do("save", str(path))
            if not is_done:
                return JSONResponse({"says": says[0]}, 422)
            data = path.read_bytes()
    except Refused as error:
        return JSONResponse({"says": str(error)}, error.status)
    except ClosedError as error:
        return JSONResponse({"says": str(error)}, 404)
    headers = {"Content-Disposition": 'attachment; filename="playground.glassnet"'}
    return Response(data, media_type="application/octet-stream", headers=headers)
