"""The socket and the processes: from the first connection to the last answer."""

from __future__ import annotations

import dataclasses
import os
import signal
import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.applications import Starlette
from uvicorn import Server
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from glassnet.connections import Config, Protocol
from glassnet.errors import GlassnetError
from glassnet.serve.endpoints import application
from glassnet.serve.served import load_served
from glassnet.serve.settings import Settings

_BACKLOG = 512
_GRACE = 5
"""Seconds beyond the time of a request that are left to the last answers at the end."""


class ServerError(GlassnetError):
    """A server that could not start, or whose processes could not."""


def serve(settings: Settings, started: Callable[[str], None] = lambda _: None) -> None:
    """Serve a model until SIGTERM or SIGINT (Ctrl-C); requests that are under way are answered.

    Parameters
    ----------
    settings : Settings
    started : callable
        Called with the server's address, such as "http://127.0.0.1:8000", once it listens.

    Raises
    ------
    ModelFileError
        If the model cannot be served.
    ServerError
        If the processes cannot start.
    OSError
        If the file cannot be read, or the port is taken.
    """
    served = load_served(settings.path)
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    with listening(settings) as listener:
        port = listener.getsockname()[1]
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        address = f"http://{host}:{port}"
        settings = dataclasses.replace(settings, port=port)
        try:
            if settings.workers == 1:
                _one_process(application(settings, served), settings, listener, started, address)
            else:
                del served  # each process loads its own
                _many_processes(settings, listener, started, address)
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)


def _one_process(
    app: Starlette,
    settings: Settings,
    listener: socket.socket,
    started: Callable[[str], None],
    address: str,
) -> None:
    """Serve in this process."""
    server = Server(config_of(settings, app))
    for one in (signal.SIGTERM, signal.SIGINT):
        # From now on; and after its end uvicorn raises what it caught, which is to change nothing.
        signal.signal(one, server.handle_exit)
    started(address)
    server.run([listener])


def _many_processes(
    settings: Settings, listener: socket.socket, started: Callable[[str], None], address: str
) -> None:
    """Start the processes, replace those that die, and end with them."""
    settings = dataclasses.replace(settings, parent=os.getpid())
    config = config_of(settings, partial(application, settings), factory=True)
    supervisor = Multiprocess(config, [listener])  # takes the signals
    started(address)
    supervisor.run()
    if any(one.exitcode == STARTUP_FAILURE for one in supervisor.processes):
        raise ServerError("a process could not start; what it wrote before says why.")


def listening(settings: Settings) -> socket.socket:
    """Return a socket that listens where the settings say.

    Raises
    ------
    OSError
        If the address is not this machine's, or the port is taken.
    """
    found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    family, address = found[0][0], found[0][4]
    return socket.create_server(address[:2], family=family, backlog=_BACKLOG)


def config_of(settings: Settings, app: Any, *, factory: bool = False) -> Config:
    """Return uvicorn's settings."""
    config = Config(
        app,
        factory=factory,
        http=Protocol,
        ws="none",
        loop="asyncio",
        lifespan="on",
        workers=settings.workers,
        backlog=_BACKLOG,
        proxy_headers=False,
        server_header=False,
        access_log=settings.log,
        log_config=log_config(access=settings.log),
        timeout_graceful_shutdown=int(settings.timeout) + _GRACE,
        timeout_worker_healthcheck=60,
    )
    config.stand_still = settings.timeout
    return config


def log_config(*, access: bool) -> dict[str, Any]:
    """Return where logs go: standard error, a line each."""
    level = "INFO" if access else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(asctime)s %(process)d %(levelname)s %(message)s"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {
            "glassnet.serve": {"level": "INFO", "handlers": ["stderr"], "propagate": False},
            "uvicorn.error": {"level": "WARNING", "handlers": ["stderr"], "propagate": False},
            "uvicorn.access": {"level": level, "handlers": ["stderr"], "propagate": False},
        },
    }
