"""HTTP as uvicorn speaks it, on connections that may not stand still."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol


class Config(uvicorn.Config):
    """uvicorn's settings, and for how long a connection may stand still.

    Attributes
    ----------
    stand_still : float
        Seconds.
    """

    stand_still: float = 30.0


class Protocol(H11Protocol):
    """A connection that is cut when its headers, or the reading of an answer, take too long.

    uvicorn ends a connection between two requests after a while. It waits forever for a first
    request, for the rest of its headers, and for a client that does not read what it asked for.
    Bodies have a time limit in the application, and what becomes a WebSocket has its own.
    """

    _for_headers: asyncio.TimerHandle | None = None
    _for_reader: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # so that pause_writing is called for any rest
        # asyncio does so only where it made the listening socket. Without it, the head and the body
        # of an answer, two writes, wait for each other's acknowledgement: 40 ms.
        if (connection := transport.get_extra_info("socket")) is not None:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._wait_for_headers()

    def data_received(self, data: bytes) -> None:
        """Go on; part of a head is no request yet."""
        super().data_received(data)
        self._wait_for_headers()

    def pause_writing(self) -> None:
        """Begin to wait for the client to read."""
        super().pause_writing()
        if self._for_reader is None:
            self._for_reader = self._cut_later()

    def resume_writing(self) -> None:
        """Note that the client has read everything."""
        super().resume_writing()
        self._for_reader = _without(self._for_reader)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        super().connection_lost(exc)
        self._for_headers = _without(self._for_headers)
        self._for_reader = _without(self._for_reader)

    def _wait_for_headers(self) -> None:
        is_another_protocols = self.transport.get_protocol() is not self
        is_answered = self.cycle is None or self.cycle.response_complete
        if is_another_protocols or not is_answered:
            self._for_headers = _without(self._for_headers)
        elif self._for_headers is None:
            self._for_headers = self._cut_later()

    def _cut_later(self) -> asyncio.TimerHandle:
        assert isinstance(self.config, Config)
        return self.loop.call_later(self.config.stand_still, self.transport.abort)


def _without(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    """Cancel a timer; return None, which stands for none."""
    if timer is not None:
        timer.cancel()
    return None
