"""Threads that predict, so that the event loop is free; what waits for them is limited."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, TypeVar

from glassnet.serve.problems import Problem, busy

Result = TypeVar("Result")


class Work:
    """A pool of threads, and a queue that ends.

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
        self._pool = ThreadPoolExecutor(n_threads, thread_name_prefix="glassnet-serve")
        self._most = n_threads + n_waiting
        self.n = 0
        self._lock = threading.Lock()

    async def run(self, call: Callable[[], Result], until: float) -> Result:
        """Return what a call returns.

        A thread cannot be stopped: after a timeout it goes on, and keeps its place until it ends.

        Parameters
        ----------
        call : callable
        until : float
            The event loop's time at which nobody waits any more.

        Raises
        ------
        Problem
            503, if too many wait, or it took too long.
        """
        with self._lock:
            if self.n >= self._most:
                raise busy(f"{self.n} requests are under way; expected fewer. Try again.")
            self.n += 1
        future = self._pool.submit(call)
        future.add_done_callback(self._ended)
        try:
            async with asyncio.timeout_at(until):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "the prediction did not end within the time of a request. Send fewer rows.",
            ) from None

    def _ended(self, _: Future[Any]) -> None:
        with self._lock:
            self.n -= 1

    def close(self) -> None:
        """Let go of the threads; what waits is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)
