"""The bytes of a request: no more than are wanted, no longer than there is time."""

from __future__ import annotations

import asyncio
import threading
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
        self._lock = threading.Lock()

    async def read(self, request: Request, until: float) -> Held:
        """Return the body of a request, which counts as held until it is released.

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
        held = Held(self)
        try:
            async with asyncio.timeout_at(until):
                await self._fill(held.body, request)
        except TimeoutError:
            n_bytes = len(held.body)
            held.release()
            raise Problem(
                HTTPStatus.REQUEST_TIMEOUT,
                f"{n_bytes:,} bytes had come when the time of a request was over. Send it faster, "
                "or in parts.",
                headers=_CLOSE,
            ) from None
        except BaseException:
            held.release()
            raise
        return held

    def let_go(self, n_bytes: int) -> None:
        """Count bytes as held no longer."""
        with self._lock:
            self._held -= n_bytes

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
            with self._lock:
                self._held += len(part)

    def _too_large(self, what: str) -> Problem:
        return Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"the body is {what}; expected at most {self._most:,}. Send the rows in parts, or "
            "start the server with a larger --max-body.",
            headers=_CLOSE,
        )


class Held:
    """A body that counts.

    Attributes
    ----------
    body : bytearray
    """

    def __init__(self, bodies: Bodies) -> None:
        self.body = bytearray()
        self._bodies: Bodies | None = bodies

    def release(self) -> None:
        """Let go of the body; once is enough."""
        bodies, self._bodies = self._bodies, None
        if bodies is not None:
            bodies.let_go(len(self.body))
            self.body = bytearray()


async def _throw_away(request: Request) -> None:
    """Read what is still sent, for a while."""
    try:
        async with asyncio.timeout(_LINGER):
            while (await request.receive()).get("more_body"):
                pass
    except (TimeoutError, ClientDisconnect):
        pass
