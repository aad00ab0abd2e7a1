"""Threads are ours to choose: BLAS gets one while a network trains, large steps are shared out.

OpenBLAS on two threads is faster on an idle machine and many times slower on a busy one (it spins,
waiting for a thread that does not run), and its sums differ in the last bits between one thread and
two. So matrix products run on one thread each, and a large step is cut into shards, whose number
depends on the work only: one thread takes them one after another, several take them beside each
other, to the same bits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

import scipy.linalg.cython_blas  # noqa: F401 - loads SciPy's BLAS, which Numba's callers use
from threadpoolctl import ThreadpoolController

Result = TypeVar("Result")


class _OneThread:
    """BLAS at one thread as long as anybody trains; the last one puts it back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._n_users = 0
        self._n_allowed = 1
        self._before: list[tuple[Any, int]] = []

    def enter(self) -> tuple[int, list[tuple[Any, int]]]:
        """Limit BLAS; return the threads that a training may use, and what `leave` wants to know.

        With OpenMP a limit holds for the thread that sets it; else for the process.
        """
        with self._lock:
            now = [(library, library.num_threads) for library in _blas()]
            if self._n_users == 0:
                self._n_allowed = max((n for _, n in now), default=1)
                self._before = [(library, n) for library, n in now if not _is_per_thread(library)]
            self._n_users += 1
            _set([(library, 1) for library, n in now if n != 1])
            mine = [(library, n) for library, n in now if _is_per_thread(library)]
            return max(1, self._n_allowed // self._n_users), mine

    def allowed(self) -> int:
        """Return the threads that a training may use which calls no BLAS, so need not limit it."""
        with self._lock:
            if self._n_users:
                return max(1, self._n_allowed // (self._n_users + 1))
            return max((library.num_threads for library in _blas()), default=1)

    def leave(self, mine: list[tuple[Any, int]]) -> None:
        """Put back what is this thread's own, and the rest if nobody trains any more."""
        with self._lock:
            self._n_users -= 1
            _set(mine if self._n_users else [*mine, *self._before])


_ONE_THREAD = _OneThread()
_MINE = threading.local()


def _is_per_thread(library: Any) -> bool:
    return library.internal_api == "openblas" and library.threading_layer == "openmp"


def _set(limits: list[tuple[Any, int]]) -> None:
    """Set the threads of each library.

    threadpoolctl 3.8 lets only the thread that came first set a limit for the process, until it
    says that it is done. Here the first to come need not be the last to leave.
    """
    for library, n in limits:
        release = getattr(library, "clear_controlling_thread", None)
        if release is None:
            library.set_num_threads(n)
            continue
        release(force=True)
        library.set_num_threads(n)
        release(force=True)


def limit_this_thread() -> None:
    """Limit BLAS in a new thread, where limits are each thread's own."""
    _set([(library, 1) for library in _blas() if _is_per_thread(library)])


@cache
def _blas() -> list[Any]:
    """Return the BLAS libraries of NumPy and SciPy; finding them takes milliseconds."""
    libraries: list[Any] = ThreadpoolController().select(user_api="blas").lib_controllers
    return libraries


@contextmanager
def one_blas_thread() -> Iterator[int]:
    """Limit NumPy's and SciPy's BLAS to one thread, in all threads; put it back at the end.

    Yields how many threads a training may use: as many as BLAS was allowed (by the number of
    cores, by OPENBLAS_NUM_THREADS, by joblib for its workers), shared among those that train.
    Inside another one of the same thread it yields the same again, at no cost.
    """
    outer: int | None = getattr(_MINE, "n_threads", None)
    if outer is not None:
        yield outer
        return
    _MINE.n_threads, mine = _ONE_THREAD.enter()
    try:
        yield _MINE.n_threads
    finally:
        _MINE.n_threads = None
        _ONE_THREAD.leave(mine)


def threads_allowed() -> int:
    """Return how many threads a training may use that calls no BLAS: see `one_blas_thread`.

    Limiting BLAS takes 20 us, as long as an epoch of a small network.
    """
    outer: int | None = getattr(_MINE, "n_threads", None)
    return _ONE_THREAD.allowed() if outer is None else outer


class Workers:
    """Runs tasks on some threads; the results come in the order of the tasks."""

    def __init__(self) -> None:
        self.n_threads = 1
        self._pool: ThreadPoolExecutor | None = None  # its threads end with it

    def run(self, tasks: Sequence[Callable[[], Result]]) -> list[Result]:
        """Return what each task returns. The caller's thread takes its part."""
        n_others = min(self.n_threads, len(tasks)) - 1
        if n_others < 1:
            return [task() for task in tasks]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(initializer=limit_this_thread)
        results: dict[int, Result] = {}
        waiting = iter(list(enumerate(tasks)))

        def take() -> None:
            for i, task in waiting:
                results[i] = task()

        others = [self._pool.submit(take) for _ in range(n_others)]
        try:
            take()
        finally:
            for other in others:
                if not other.cancel():  # one that has not begun will find nothing to do
                    other.result()
        return [results[i] for i in range(len(tasks))]
