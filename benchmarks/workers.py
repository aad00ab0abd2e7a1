"""A process for each contender, so that no library's threads or settings reach another's."""

from __future__ import annotations

import gc
import multiprocessing
import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.peers import Contender
from benchmarks.peers.base import NotThisJobError

SPAWN = multiprocessing.get_context("spawn")  # a fork would inherit thread pools that are dead


class LeftOutError(Exception):
    """The contender does not take part; the message says why, or is empty if that is as meant."""


class Worker:
    """A contender in its own process, which waits without a thread running until it is asked.

    Parameters
    ----------
    contender : Contender
    """

    def __init__(self, contender: Contender) -> None:
        self.contender = contender
        self._connection, theirs = SPAWN.Pipe()
        self._process = SPAWN.Process(target=_serve, args=(theirs, contender), daemon=True)
        with held_on_cores(contender.threads if contender.pinned else None):
            self._process.start()
        theirs.close()

    def prepare(self, *args: Any) -> None:
        """Begin to make the peer of these arguments, at the same time as the others."""
        self._connection.send(("", args))

    def ready(self) -> Any:
        """Wait for the last answer; raise `LeftOutError` if there is none."""
        try:
            reason, answer = self._connection.recv()
        except EOFError:
            raise LeftOutError(f"{self.contender}: the process ended") from None
        if reason is not None:
            raise LeftOutError(reason and f"{self.contender}: {reason}")
        return answer

    def ask(self, method: str, *args: Any) -> Any:
        """Call a method of the peer, and return what it returns."""
        self._connection.send((method, args))
        return self.ready()

    def close(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.join(timeout=10)
        if self._process.is_alive():
            self._process.kill()


def _serve(connection: Connection, contender: Contender) -> None:
    """Answer until nobody asks any more."""
    peer: Any = None
    while True:
        try:
            method, args = connection.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            if method:
                answer = getattr(peer, method)(*args)
            else:
                peer = None  # its memory first
                module, name = contender.home.split(":")
                make = getattr(import_module(module), name)
                peer = make(*args, contender.threads, **contender.settings)
                answer = peer.warm_up()
                # What an import left behind is not walked by each collection to come: after
                # PyTorch's, that took a tenth of a small step.
                gc.collect()
                gc.freeze()
            connection.send((None, answer))
        except NotThisJobError:
            connection.send(("", None))
        except Exception as error:
            if not isinstance(error, ImportError):  # not installed: no surprise
                traceback.print_exc()
            connection.send((f"{type(error).__name__}: {error}", None))


@contextmanager
def held_on_cores(n_cores: int | None) -> Iterator[None]:
    """Hold this process on so many cores, and give them back; not all systems can.

    A process that is started meanwhile keeps them, from before its first import: a BLAS counts the
    cores, and makes its threads, when NumPy is imported.
    """
    if n_cores is None or not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(cores)[-n_cores:])  # the first one has the system's work
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


class Spinner:
    """Another process that keeps a core busy while it is told to."""

    def __init__(self) -> None:
        self._on = SPAWN.Event()
        self._process = SPAWN.Process(target=_spin, args=(self._on,), daemon=True)
        self._process.start()

    def turn(self, *, on: bool) -> None:
        """Begin or end being busy."""
        if on:
            self._on.set()
        else:
            self._on.clear()

    def close(self) -> None:
        """End the process."""
        self._process.kill()


def _spin(on: Any) -> None:
    while on.wait():
        for _ in range(100_000):
            pass


class Child:
    """A function that runs in a new interpreter, and tells what it finds as it goes on.

    Parameters
    ----------
    function : callable
        Takes ``tell`` and the other arguments; what is told is what `next` returns.
    *args : picklable
    environment : dict of str, optional
        More environment variables, set before anything is imported.
    """

    def __init__(
        self, function: Callable[..., None], *args: Any, environment: dict[str, str] | None = None
    ) -> None:
        self._receiver, sender = SPAWN.Pipe(duplex=False)
        self._process = SPAWN.Process(
            target=_call, args=(sender, environment or {}, function, *args), daemon=True
        )
        self._process.start()
        sender.close()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid or 0

    def next(self) -> Any:
        """Wait for what is told next; raise EOFError if the function has failed or ended."""
        return self._receiver.recv()

    def close(self) -> None:
        """Wait for the end."""
        self._process.join()


def _call(
    sender: Connection,
    environment: dict[str, str],
    function: Callable[..., None],
    *args: Any,
) -> None:
    os.environ.update(environment)
    function(sender.send, *args)
