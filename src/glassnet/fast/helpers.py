"""The threads that help one to train."""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import numba

from glassnet.fast.cuts import MOST_SHARDS
from glassnet.fast.loop import run
from glassnet.fast.rounds import LEAVE, LEFT, RUNNING
from glassnet.fast.threads import limit_this_thread

MOST_FETCHED = 1_000
"""Helpers, most of which have left, after which counting begins anew."""


class Helpers:
    """Threads that are inside compiled code, taking parts from a board.

    They leave by themselves when nothing has run for a moment, and are fetched again at the next
    run: an epoch may be as short as ten microseconds, which is less than to wake a thread takes.
    Where there are none to be had (the process may have no more threads, or the interpreter is
    about to end) who trains goes on without.
    """

    def __init__(self, board: Any) -> None:
        self._board = board
        self._pool: ThreadPoolExecutor | None = None
        self._fetched: list[Future[int]] = []
        self._frame: Any = None
        self._process = os.getpid()

    def fetch(self, n: int, arguments: tuple[Any, ...]) -> None:
        """See to it that ``n`` threads help: they call `loop.run` with these arguments."""
        if numba.config.DISABLE_JIT or not (n or self._fetched):
            return
        if self._process != os.getpid():  # a fork: its threads are not here
            self._pool, self._process = None, os.getpid()
            self._forget()
        self._board[RUNNING] = 1  # who has not left by now stays: see `rounds.is_over`
        n_inside = len(self._fetched) - int(self._board[LEFT])
        if n_inside > n or arguments[0] is not self._frame or len(self._fetched) > MOST_FETCHED:
            self._dismiss()
            n_inside = 0
        if n_inside < n:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(MOST_SHARDS - 1, initializer=limit_this_thread)
            with suppress(RuntimeError):
                for _ in range(n - n_inside):
                    self._fetched.append(self._pool.submit(run, *arguments))
        self._frame = arguments[0]

    def _dismiss(self) -> None:
        """Let all leave, and wait until they have."""
        self._board[LEAVE] = 1
        try:
            for helper in self._fetched:
                if not helper.cancel():
                    helper.result()
        finally:  # an interrupt may come while it waits
            self._board[LEAVE] = 0
            self._forget()

    def _forget(self) -> None:
        self._fetched, self._board[LEFT] = [], 0
