"""The endpoints, and what stands before all of them: names, times, and errors that stay inside."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from glassnet import __version__
from glassnet.errors import DataError
from glassnet.serve.answers import as_arrow, as_json, check_size, outputs_of
from glassnet.serve.arrow import ARROW, table_of
from glassnet.serve.bodies import Bodies
from glassnet.serve.page import page
from glassnet.serve.problems import Json, Problem
from glassnet.serve.rows import matrix_of, rows_of_json
from glassnet.serve.schema import openapi
from glassnet.serve.served import Served
from glassnet.serve.settings import N_THREADS, Settings
from glassnet.serve.watching import Watch
from glassnet.serve.work import Work

JSON = "application/json"
MODEL_HEADER = "Glassnet-Model"
"""The header of an answer that tells the digest of the model that gave it."""

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

log = logging.getLogger("glassnet.serve")


def application(settings: Settings, served: Served | None = None) -> Starlette:
    """Return the ASGI application.

    Parameters
    ----------
    settings : Settings
    served : Served, optional
        The model, if it is loaded already; else it is when the application starts.
    """
    return Server(settings, served).app


class Server:
    """One process: its model, its threads, its counters."""

    def __init__(self, settings: Settings, served: Served | None) -> None:
        self.settings = settings
        self.watch = Watch(settings, served)
        self.work = Work(N_THREADS, settings.queue)
        self.bodies = Bodies(settings.max_body, settings.most_held)
        self.n_requests = 0
        self.app = Starlette(
            routes=[
                Route("/predict", self._guarded(self.predict), methods=["POST"]),
                Route("/health", self._guarded(self.health)),
                Route("/schema", self._guarded(self.schema)),
                Route("/", self._guarded(self.page)),
            ],
            exception_handlers={HTTPException: self.not_there},
            lifespan=self.lifespan,
        )
        self.app.router.redirect_slashes = False

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Watch the file for as long as there are requests."""
        await self.watch.start()
        watching = asyncio.create_task(self.watch.run())
        try:
            yield
        finally:
            watching.cancel()
            self.work.close()

    async def predict(self, request: Request) -> Response:
        """Answer ``POST /predict``."""
        until = asyncio.get_running_loop().time() + self.settings.timeout
        kind, wants_arrow = _kind_of(request), _wants_arrow(request)
        held = await self.bodies.read(request, until)
        served = self.watch.served
        answer = await self.work.run(
            lambda: self._predicted(served, held.body, kind, wants_arrow=wants_arrow),
            until,
            held.release,
        )
        self.n_requests += 1
        headers = {MODEL_HEADER: served.digest, "Vary": "Accept"}
        return Response(answer, media_type=ARROW if wants_arrow else JSON, headers=headers)

    def _predicted(self, served: Served, body: bytearray, kind: str, *, wants_arrow: bool) -> bytes:
        """Return the answer to a body; all of the work, on a thread of its own."""
        about = served.about
        X: Any
        if kind == ARROW:
            X, ignored = table_of(body, about, self.settings)
        else:
            X, ignored = rows_of_json(body, about, self.settings.max_rows)
        check_size(len(X), about.target)
        outputs = outputs_of(matrix_of(X, served.model), served.model)
        if wants_arrow:
            return as_arrow(about.target, outputs)
        return as_json(about.target, outputs, ignored)

    async def health(self, _: Request) -> Response:
        """Answer ``GET /health``."""
        served = self.watch.served
        return Json(
            {
                "status": "ok",
                "model": served.digest,
                "kind": served.about.kind,
                "loaded": served.since.isoformat(timespec="milliseconds"),
                "version": __version__,
                "requests_served": self.n_requests,
                "worker": os.getpid(),
            }
        )

    async def schema(self, _: Request) -> Response:
        """Answer ``GET /schema``."""
        return Json(openapi(self.watch.served, self.settings))

    async def page(self, request: Request) -> Response:
        """Answer ``GET /``."""
        host = request.headers.get("host", f"{self.settings.host}:{self.settings.port}")
        text = page(self.watch.served, self.settings, host)
        return PlainTextResponse(text.encode("utf-8", "backslashreplace"))

    async def not_there(self, request: Request, error: Exception) -> Response:
        """Answer a request for what is not there, or not by this method."""
        assert isinstance(error, HTTPException)
        message = (
            f"{request.method} {request.url.path[:100]}: {error.detail.lower()}; expected POST "
            "/predict, or GET /, /health or /schema."
        )

        async def answer(_: Request) -> Response:
            raise Problem(error.status_code, message, headers=error.headers)

        return await self._guarded(answer)(request)

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        """Return an endpoint that answers every error, and tells nothing of the inside."""

        async def guarded(request: Request) -> Response:
            try:
                self._check_host(request)
                response = await endpoint(request)
            except Problem as problem:
                response = problem.response
            except DataError as error:
                response = Problem.of(error).response
            except ClientDisconnect:
                response = Response(status_code=400)  # nobody reads it
            except Exception:
                response = _unknown(request)
            response.headers["X-Content-Type-Options"] = "nosniff"
            return response

        return guarded

    def _check_host(self, request: Request) -> None:
        host = _without_port(request.headers.get("host", ""))
        if not self.settings.is_allowed(host):
            raise Problem(
                421,
                f"the request is for the host {host[:100]!r}; expected localhost, as the server "
                "listens to this machine only. Another name is allowed by --allow-host.",
            )


def _unknown(request: Request) -> Response:
    """Return the answer to a mistake of ours; the log has the rest under the same number."""
    number = secrets.token_hex(8)
    log.exception("error %s in %s %s", number, request.method, request.url.path)
    message = f"something went wrong inside; the server's log has it as error {number}."
    return Problem(500, message).response


def _kind_of(request: Request) -> str:
    """Return what the body is said to be."""
    given = request.headers.get("content-type", "")
    kind, _, parameters = given.partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    coding = ", ".join(request.headers.getlist("content-encoding")) or "identity"
    if coding.lower() != "identity":
        raise Problem(415, f"Content-Encoding is {coding[:40]!r}; expected none.")
    if kind.strip().lower() == ARROW:
        return ARROW
    if kind.strip().lower() != JSON or charset not in ("", "utf-8"):
        raise Problem(
            415, f"Content-Type is {given[:80]!r}; expected {JSON}, in UTF-8, or {ARROW}."
        )
    return JSON


def _wants_arrow(request: Request) -> bool:
    """Return whether the answer is to be an Arrow stream."""
    accepted = request.headers.get("accept", "").lower().split(",")
    kinds = [one.replace(" ", "").split(";") for one in accepted]
    return any(kind == ARROW and not any(map(_NEVER.fullmatch, rest)) for kind, *rest in kinds)


_NEVER = re.compile(r"q=0(\.0*)?")


def _without_port(host: str) -> str:
    """Return the name in a ``Host`` header; an address of IPv6 stands in brackets there."""
    if host.startswith("["):
        name, _, rest = host[1:].partition("]")
        return name if rest == "" or rest.startswith(":") else host
    return host.partition(":")[0]
