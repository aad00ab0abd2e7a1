"""Files that a page sends and takes: tables and model files."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from glassnet.errors import GlassnetError
from glassnet.playground import filing
from glassnet.playground.messages import short
from glassnet.playground.place import Place, Refused
from glassnet.playground.worker import ClosedError, Worker

FOR_A_FILE = 60.0
"""Seconds that a file may take to come."""


def _worker(request: Request) -> Worker:
    place: Place = request.app.state.place
    if not place.knows(request.query_params.get("token")):
        raise Refused(403, "The token is missing or wrong.")
    worker = place.pages.get(request.query_params.get("page", ""))
    if worker is None:
        raise Refused(404, "There is no such page; it may have been closed. Load it again.")
    return worker


async def upload(request: Request) -> Response:
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


async def put_model(request: Request) -> Response:
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
    except Refused as error:
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
        worker = _worker(request)
        data = await asyncio.wrap_future(worker.call(_saved))
    except Refused as error:
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
