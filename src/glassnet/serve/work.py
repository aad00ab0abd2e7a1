"""Threads that predict, so that the event loop is free; what waits for them is limited."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from http import HTTPStatus
from queue import SimpleQueue
from typing import Any, TypeAlias, TypeVar

from glassnet.serve.problems import Problem, busy

Result = TypeVar("Result")
Item: TypeAlias = "tuple[Future[Any], list[Callable[[], Any]]] | None"


class Work:
    """Some threads, and a queue that ends.

    The threads are daemons: a process that is told to end does not wait for a long prediction, as
    it would for those of `concurrent.futures`.

    Attributes
    ----------
    n : int
        Calls that wait or run.

    Parameters
    ----------
    n_threads : int
    n_waiting : int
        Calls that may wait for a thread.
    """

    def __init__(self, n_threads: int, n_waiting: int) -> None:
        self._queue: SimpleQueue[Item] = SimpleQueue()
        self._n_threads = n_threads
        self._most = n_threads + n_waiting
        self.n = 0
        self._lock = threading.Lock()
        for i in range(n_threads):
            name = f"glassnet-serve-{i}"
            threading.Thread(target=self._serve, name=name, daemon=True).start()

    async def run(
        self, call: Callable[[], Result], until: float, at_end: Callable[[], None]
    ) -> Result:
        """Return what a call returns.

        A thread cannot be stopped: after a timeout it goes on, and keeps its place until it ends. A
        call that still waits then is let go of, with all that it holds.

        Parameters
        ----------
        call : callable
        until : float
            The event loop's time at which nobody waits any more.
        at_end : callable
            Called when the call is held no longer, whatever becomes of it.

        Raises
        ------
        Problem
            503, if too many wait, or it took too long.
        """
        with self._lock:
            if self.n >= self._most:
                at_end()
                raise busy(f"{self.n} requests are under way; expected fewer. Try again.")
            self.n += 1
        future: Future[Result] = Future()
        held = [call]
        del call

        def ended(_: Future[Result]) -> None:
            held.clear()
            with self._lock:
                self.n -= 1
            at_end()

        future.add_done_callback(ended)
        self._queue.put((future, held))
        try:
            async with asyncio.timeout_at(until):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "the prediction did not end within the time of a request. Send fewer rows.",
            ) from None

    def _serve(self) -> None:
        """Take calls, one after the other, until there is none."""
        while (item := self._queue.get()) is not None:
            future, held = item
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(held.pop()())
                except BaseException as error:
                    future.set_exception(error)
            del item, future, held

    def close(self) -> None:
        """Let go of the threads; they end with what they have begun."""
        for _ in range(self._n_threads):
            self._queue.put(None)
