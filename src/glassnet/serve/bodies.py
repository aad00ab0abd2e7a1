"""The bytes of a request: no more than are wanted, no longer than there is time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from starlette.requests import ClientDisconnect, Request

from glassnet.serve.problems import Problem, busy

_LINGER = 2.0
"""Seconds for which a body that is too large is read on and thrown away: most clients look for an
answer only when they have sent everything."""

_CLOSE = {"Connection": "close"}


class Bodies:
    """Reads bodies, and knows how much is held of all of them.

    Parameters
    ----------
    most : int
        Bytes of one.
    most_held : int
        Bytes of all that are held at a time.
    """

    def __init__(self, most: int, most_held: int) -> None:
        self._most = most
        self._most_held = most_held
        self._held = 0

    @asynccontextmanager
    async def read(self, request: Request, until: float) -> AsyncIterator[bytearray]:
        """Give the body of a request; it counts as held until the end of the context.

        Parameters
        ----------
        request : Request
        until : float
            The event loop's time at which it is to be there.

        Raises
        ------
        Problem
            413 if it is too large, 408 if it comes too slowly, 503 if too much is held.
        """
        body = bytearray()
        try:
            try:
                async with asyncio.timeout_at(until):
                    await self._fill(body, request)
            except TimeoutError:
                raise Problem(
                    HTTPStatus.REQUEST_TIMEOUT,
                    f"{len(body):,} bytes had come when the time of a request was over. Send it "
                    "faster, or in parts.",
                    headers=_CLOSE,
                ) from None
            yield body
        finally:
            self._held -= len(body)

    async def _fill(self, body: bytearray, request: Request) -> None:
        length = request.headers.get("content-length", "")
        if length.isdecimal() and int(length) > self._most:
            if request.headers.get("expect") is None:
                await _throw_away(request)
            raise self._too_large(f"{int(length):,} bytes")
        async for part in request.stream():
            if len(body) + len(part) > self._most:
                await _throw_away(request)
                raise self._too_large(f"more than {self._most:,} bytes")
            if self._held + len(part) > self._most_held:
                raise busy("too many large requests are under way. Try again.")
            body += part
            self._held += len(part)

    def _too_large(self, what: str) -> Problem:
        return Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"the body is {what}; expected at most {self._most:,}. Send the rows in parts, or "
            "start the server with a larger --max-body.",
            headers=_CLOSE,
        )


async def _throw_away(request: Request) -> None:
    """Read what is still sent, for a while."""
    try:
        async with asyncio.timeout(_LINGER):
            while (await request.receive()).get("more_body"):
                pass
    except (TimeoutError, ClientDisconnect):
        pass
