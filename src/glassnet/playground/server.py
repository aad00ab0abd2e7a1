"""The address of the playground, its token, and its end."""

from __future__ import annotations

import secrets
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass

import uvicorn

from glassnet.playground.data import OneFile
from glassnet.playground.endpoints import MOST_MESSAGE, Place, Read, application

HOST = "127.0.0.1"
"""This machine alone: whoever can reach a playground can have it compute."""


@dataclass(frozen=True)
class Settings:
    """What was typed.

    Attributes
    ----------
    read : callable
        Reads an uploaded table.
    port : int
        0 is any that is free.
    file : OneFile or None
        A table to begin with.
    file_name, target : str or None
    most_pages, most_upload : int
        Pages at once, and bytes of a file.
    """

    read: Read
    port: int = 0
    file: OneFile | None = None
    file_name: str | None = None
    target: str | None = None
    most_pages: int = 8
    most_upload: int = 20_000_000


def playground(settings: Settings, started: Callable[[str], None]) -> None:
    """Serve the playground until SIGTERM or SIGINT (Ctrl-C).

    Parameters
    ----------
    settings : Settings
    started : callable
        Called with the page's address, token included, once the server listens.

    Raises
    ------
    OSError
        If the port is taken.
    """
    place = Place(
        token=secrets.token_urlsafe(18),
        read=settings.read,
        file=settings.file,
        file_name=settings.file_name,
        target=settings.target,
        most_pages=settings.most_pages,
        most_upload=settings.most_upload,
    )
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    with socket.create_server((HOST, settings.port), backlog=64) as listener:
        port = listener.getsockname()[1]
        server = uvicorn.Server(config_of(place))
        try:
            for one in before:  # from now on; and uvicorn's raising at its end is to change nothing
                signal.signal(one, server.handle_exit)
            started(f"http://{HOST}:{port}/?token={place.token}")
            server.run([listener])
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)
            for worker in list(place.pages.values()):
                if worker is not None:  # a page whose rows are being read
                    worker.close()


def config_of(place: Place) -> uvicorn.Config:
    """Return uvicorn's settings."""
    return uvicorn.Config(
        application(place),
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
