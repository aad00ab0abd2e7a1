"""A page as the server knows it: a process that trains for it, and the pipe to there.

===================  =================================================================
``("name", str)``    to the process: a page has come, and has this name
``("request", str)``  to it: what the page has sent
``("job", job, path, name)``  to it: "table", "show" or "save" the file that lies there
``("ready",)``       from the process: it can take a page
``("refused", str)``  from it: there is nothing to train on, and why
``("page", message)``  from it: text or bytes for the page
``("taken",)``       from it: a request has been looked at
``("answer", bool, list)``  from it: a job is done or not, and what is worth saying
===================  =================================================================
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import queue
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from typing import Any, TypeAlias

from glassnet.errors import GlassnetError
from glassnet.playground.process import Beginning, attend

Send: TypeAlias = Callable[[str | bytes | None], None]
Answer: TypeAlias = tuple[bool, list[str]]


class ClosedError(GlassnetError):
    """What is asked of a page that is no more."""


class Page:
    """A process that trains, with or without a page yet.

    Parameters
    ----------
    beginning : Beginning
    """

    def __init__(self, beginning: Beginning) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would copy the locks of threads
        self._ready: Future[None] = Future()
        self._ready.set_running_or_notify_cancel()  # a page may go before
        self._answers: deque[Future[Answer]] = deque()
        self._outbox: queue.SimpleQueue[tuple[Any, ...] | None] = queue.SimpleQueue()
        self._asked = self._taken = 0
        self._send: Send | None = None
        self._door = threading.Lock()
        self._ended = False
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=attend, args=(theirs, beginning), daemon=True)
        self._writer, reader = (
            threading.Thread(target=work, name="glassnet-playground-page", daemon=True)
            for work in (self._write, self._read)
        )
        try:
            with _beginning():
                self._process.start()
            self._writer.start()
            reader.start()
        except BaseException:
            if self._process.pid is not None:
                self._process.kill()
            self._outbox.put(None)
            self._pipe.close()
            raise
        finally:
            theirs.close()

    # What is asked of it

    @property
    def ready(self) -> Future[None]:
        """Done when it can take a page; a `GlassnetError` if there is nothing to train on."""
        return self._ready

    def begin(self, name: str, send: Send) -> None:
        """Train for a page; `send` takes messages for it, and None when no more will come."""
        with self._door:
            self._send = send
            if self._ended:
                send(None)
        self._outbox.put(("name", name))

    @property
    def has_begun(self) -> bool:
        """Whether it trains for a page."""
        return self._send is not None

    def ask(self, request: str) -> None:
        """Pass a page's request on."""
        self._asked += 1
        self._outbox.put(("request", request))

    @property
    def waiting(self) -> int:
        """Requests that have not been looked at."""
        return self._asked - self._taken

    async def do(self, job: str, path: str, name: str = "") -> Answer:
        """Have something done with a file; return whether it is, and what is worth saying of it.

        Raises
        ------
        ClosedError
            If the page is closed before.
        """
        future: Future[Answer] = Future()
        future.set_running_or_notify_cancel()  # whoever asked may go; the answer still comes
        with self._door:
            if self._ended:
                raise ClosedError("The page has been closed.")
            self._answers.append(future)
            self._outbox.put(("job", job, path, name))
        return await asyncio.wrap_future(future)

    @property
    def is_alive(self) -> bool:
        """Whether its process has not ended."""
        return not self._ended

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()

    # Its threads

    def _read(self) -> None:
        with suppress(EOFError, OSError):
            while True:
                self._take(*self._pipe.recv())
        self._process.kill()  # it may have closed the pipe and go on
        self._process.join()
        self._outbox.put(None)
        self._writer.join()  # nobody else uses the pipe now
        self._pipe.close()
        with self._door:
            self._ended = True
            send = self._send
        for future in self._answers:
            future.set_exception(ClosedError("The page has been closed."))
        if not self._ready.done():
            self._ready.set_exception(
                ClosedError("the training's process has ended before it was ready.")
            )
        if send is not None:
            send(None)

    def _take(self, kind: str, *content: Any) -> None:
        if kind == "page":
            assert self._send is not None
            self._send(content[0])
        elif kind == "taken":
            self._taken += 1
        elif kind == "answer":
            self._answers.popleft().set_result((content[0], content[1]))
        elif kind == "ready":
            self._ready.set_result(None)
        else:
            self._ready.set_exception(GlassnetError(content[0]))

    def _write(self) -> None:
        with suppress(OSError):
            while (message := self._outbox.get()) is not None:
                self._pipe.send(message)


@contextmanager
def _beginning() -> Iterator[None]:
    """Have a process begin that runs no files of the current folder, nor ends by Ctrl-C unasked."""
    with _environment(PYTHONSAFEPATH="1"):
        if not hasattr(signal, "pthread_sigmask"):
            yield
            return
        resource_tracker.ensure_running()  # when it begins, it lets all signals through again
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Have other environment variables for what is begun meanwhile."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
