"""The address of the playground, its token, and its end."""

from __future__ import annotations

import secrets
import signal
import socket
from collections.abc import Callable

from glassnet.errors import MissingExtraError

try:
    import starlette  # noqa: F401
    import uvicorn
    import websockets  # noqa: F401
except ModuleNotFoundError as error:
    if error.name not in ("starlette", "uvicorn", "websockets"):
        raise
    raise MissingExtraError(
        f"The playground needs {error.name}, which is not installed: "
        "pip install 'glassnet[playground]'"
    ) from error

from glassnet.connections import Config, Protocol
from glassnet.playground.endpoints import application
from glassnet.playground.place import Place
from glassnet.playground.process import Beginning

MOST_MESSAGE = 2**18
"""Bytes of a request over the socket: 5,000 painted points have 150 kB."""

HOST = "127.0.0.1"
"""This machine alone: whoever can reach a playground can have it compute."""


def playground(beginning: Beginning, port: int, started: Callable[[str], None]) -> None:
    """Serve the playground until SIGTERM or SIGINT (Ctrl-C).

    A script has to call it below ``if __name__ == "__main__":``, for the processes of pages import
    the script, too.

    Parameters
    ----------
    beginning : Beginning
    port : int
        0 is any that is free.
    started : callable
        Called with the page's address, token included, once the server listens.

    Raises
    ------
    OSError
        If the port is taken.
    GlassnetError
        If there is nothing to train on in the table to begin with.
    """
    place = Place(secrets.token_urlsafe(18), beginning)
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    with socket.create_server((HOST, port), backlog=64) as listener:
        port = listener.getsockname()[1]
        server = uvicorn.Server(config_of(place))
        try:
            place.prepare()
            if beginning.file is not None and place.spare is not None:
                place.spare.ready.result()  # what is wrong is told now
            for one in before:  # from now on; and uvicorn's raising at its end is to change nothing
                signal.signal(one, server.handle_exit)
            started(f"http://{HOST}:{port}/?token={place.token}")
            server.run([listener])
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)
            place.close()


def config_of(place: Place) -> Config:
    """Return uvicorn's settings."""
    return Config(
        application(place),
        http=Protocol,
        ws="websockets-sansio",
        ws_max_size=MOST_MESSAGE,
        ws_per_message_deflate=False,
        loop="asyncio",
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=2,
        limit_concurrency=200,
    )
