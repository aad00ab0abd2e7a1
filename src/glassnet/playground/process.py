"""The process of a page: it makes ready, waits for its page, and trains until nobody is left."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path

from threadpoolctl import threadpool_limits

from glassnet.errors import GlassnetError
from glassnet.playground.answers import ready
from glassnet.playground.jobs import Jobs
from glassnet.playground.session import Session
from glassnet.playground.setup import DataChoice, Setup
from glassnet.playground.worker import Worker

SWITCH_EVERY = 0.0005
"""Seconds that a thread keeps Python's lock while another waits. With the 5 ms of every Python, an
import beside the training takes 5 ms at each of a step's forty calls of NumPy."""


@dataclass(frozen=True)
class Beginning:
    """What a page begins with.

    Attributes
    ----------
    read : str
        The function that reads tables, as "module:function": it takes a path, and what the table
        is called, and raises a `GlassnetError` that says what is wrong.
    file : Path or None
        A table to begin with.
    file_name : str or None
        What messages call it.
    target : str or None
        Its column to predict.
    most_upload : int
        Bytes of a file.
    """

    read: str
    file: Path | None = None
    file_name: str | None = None
    target: str | None = None
    most_upload: int = 20_000_000


def attend(pipe: Connection, beginning: Beginning) -> None:
    """Train for a page at the other end of a pipe."""
    _settle()
    jobs = Jobs(beginning.read)
    try:
        session: Session | str = _session(jobs, beginning)
    except (GlassnetError, OSError) as error:
        session = str(error)
    with suppress(EOFError, OSError):  # nobody is left
        if isinstance(session, str):
            pipe.send(("refused", session))
            return
        pipe.send(("ready",))
        _, page = pipe.recv()
        name = None if beginning.file_name is None else Path(beginning.file_name).name
        pipe.send(("page", ready(page, session, beginning.most_upload, name)))
        Worker(session, pipe, jobs, _fetch).run()


def _settle() -> None:
    """Have this process be what a page's is: with one BLAS thread, for the browser takes the cores.

    With two, and the browser beside them, a picture of three layers of 64 took a second.
    """
    threadpool_limits(1)
    sys.setswitchinterval(SWITCH_EVERY)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's, which ends this process


def _fetch() -> None:
    """Import scikit-learn before the page asks for its tables: it takes a second or two.

    And 140 MB: not where no page has come yet.
    """
    threading.Thread(target=import_module, args=("sklearn.datasets",), daemon=True).start()


def _session(jobs: Jobs, beginning: Beginning) -> Session:
    if beginning.file is None:
        return Session(Setup())
    file = jobs.file(beginning.file, beginning.file_name or beginning.file.name)
    return Session(Setup(DataChoice("file", target=beginning.target)), file)
