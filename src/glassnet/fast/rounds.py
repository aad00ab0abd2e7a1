"""Rounds of parts that threads in compiled code do beside each other.

A step has three rounds. The thread that trains offers a round's parts on a board; it and its
helpers take one after another, in whatever order; then it waits until those are done that others
took. Handing over takes 0.3 us (from Python: 35), so that steps of some 50 us gain from a second
core. Nobody waits for a helper that does not come: what it does not
take, the others do.
"""

from __future__ import annotations

import ctypes
import os
import platform
from functools import cache
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from glassnet.fast.compiled import Place, inner, place, zeros

# The words of a board. The first four are written by several threads, each in a cache line of its
# own (8 words): the round on offer, its parts that are done, whether a run is under way, whether
# helpers are asked to leave. The others say what the round is about, see loop.py.
TICKET, DONE, RUNNING, LEAVE, ROUND = range(0, 40, 8)
# How many helpers have left.
LEFT = 48
# Of who trains only: whether its parts are short, rounds still to be done alone, how many the next
# time, and rounds that went well since the last time.
SHORT, ALONE, NEXT_ALONE, WELL = range(56, 60)
N_WORDS = 64

FEWEST_ALONE, MOST_ALONE = 64, 1 << 14
"""Rounds that are done alone after a helper stayed away with a part for longer than short parts
take: another process has its core. Twice as many each time, until a thousand rounds have gone well.
With one core busy, 128 rows of 784-128-10 took 2.5 times as long without this rule, 1.5 with it;
200 rows of 64-100-10, whose parts are 30 us long, take 2.9 times as long all the same."""

_BITS = 12
MOST_PARTS = (1 << _BITS) - 1
"""A ticket is one word: the number of the round, then in 12 bits each how many parts it has, how
many were taken from its end and how many from its beginning. So who takes a part knows of which
round it is."""

FRONT: Any = np.int64(1)  # a plain 1 is a type of its own to Numba, and compiled for
BACK: Any = np.int64(1 << _BITS)
"""Who trains takes parts from the beginning, helpers from the end: so most parts of a step find in
a core's cache what the last round left there."""

SPINS = 10_000
"""How often to look before sleeping: 0.3 ms (Zen 3), longer than short parts take."""

SLEEP = 50
"""Microseconds to sleep then. With another process on the core of a helper, an idle core is what
lets the system move the helper there."""


def new_board() -> Any:
    """Return a board without a round."""
    # In plain Python the address of an array is the array itself.
    board = zeros(N_WORDS, object if numba.config.DISABLE_JIT else np.int64)
    board[NEXT_ALONE] = FEWEST_ALONE
    return board


@cache
def sleep_address() -> int:
    """Return the address of the system's function that lets a thread sleep or give way."""
    if os.name == "nt":
        function: Any = ctypes.WinDLL("kernel32").SwitchToThread  # type: ignore[attr-defined,unused-ignore]
    else:
        function = ctypes.CDLL(None).usleep
    return ctypes.cast(function, ctypes.c_void_p).value or 0


def seen(word: Place) -> int:
    """Return a word that another thread may write, and see what it wrote before."""
    return int(word[0])


def written(word: Place, value: int) -> None:
    """Write a word that another thread may read."""
    word[0] = value


def added(word: Place, n: int) -> int:
    """Add to a word that another thread may add to; return what it was."""
    before = int(word[0])
    word[0] += n
    return before


def paused() -> None:
    """Let the processor wait for a moment."""


def slept(address: int, microseconds: int) -> None:
    """Let the thread sleep."""


if not numba.config.DISABLE_JIT:

    @intrinsic
    def seen(typingctx: Any, word: Any) -> Any:
        """Return a word that another thread may write, and see what it wrote before."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.load_atomic(args[0], "acquire", 8)

        return types.int64(word), codegen

    @intrinsic
    def written(typingctx: Any, word: Any, value: Any) -> Any:
        """Write a word that another thread may read."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            builder.store_atomic(args[1], args[0], "release", 8)
            return context.get_dummy_value()

        return types.void(word, types.int64), codegen

    @intrinsic
    def added(typingctx: Any, word: Any, n: Any) -> Any:
        """Add to a word that another thread may add to; return what it was."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.atomic_rmw("add", args[0], args[1], "acq_rel")

        return types.int64(word, types.int64), codegen

    @intrinsic
    def paused(typingctx: Any) -> Any:
        """Let the processor wait for a moment."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            # LLVM has a name for it on the processors that have such an instruction.
            if platform.machine() in ("x86_64", "AMD64"):
                kind = ir.FunctionType(ir.VoidType(), [])
                pause = cgutils.get_or_insert_function(builder.module, kind, "llvm.x86.sse2.pause")
                builder.call(pause, [])
            return context.get_dummy_value()

        return types.void(), codegen

    @intrinsic
    def slept(typingctx: Any, address: Any, microseconds: Any) -> Any:
        """Let the thread sleep."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            number = ir.IntType(32)
            kind = ir.FunctionType(number, [number])
            function = builder.inttoptr(args[0], kind.as_pointer())
            builder.call(function, [builder.trunc(args[1], number)])
            return context.get_dummy_value()

        return types.void(types.int64, types.int64), codegen


@inner
def offer(board: Any, n_parts: int) -> None:
    """Offer the parts of a new round, all those of the last one being done."""
    written(place(board, DONE), 0)
    number = seen(place(board, TICKET)) >> (3 * _BITS)
    written(place(board, TICKET), (number + 1) << (3 * _BITS) | n_parts << (2 * _BITS))


@inner
def _part(ticket: int, end: int) -> int:
    """Return which part a ticket is good for, at the front or the back; -1 if for none."""
    n_parts = ticket >> (2 * _BITS) & MOST_PARTS
    back, front = ticket >> _BITS & MOST_PARTS, ticket & MOST_PARTS
    if back + front >= n_parts:
        return -1
    return front if end == FRONT else n_parts - 1 - back


@inner
def take(board: Any, end: int) -> int:
    """Return a part that nobody else takes, -1 if there is none. ``end`` is FRONT or BACK."""
    if _part(seen(place(board, TICKET)), end) < 0:
        return -1
    return _part(added(place(board, TICKET), end), end)


@inner
def rest(n_rests: int, sleep: int) -> None:
    """Wait for a moment, a longer one after many."""
    if n_rests < SPINS:
        paused()
    else:
        slept(sleep, SLEEP)


@inner
def wait(board: Any, n_parts: int, sleep: int) -> None:
    """Wait until the parts that others took are done; do without them if that took too long."""
    n_rests: Any = np.int64(0)
    while seen(place(board, DONE)) < n_parts:
        rest(n_rests, sleep)
        n_rests += 1
    board[WELL] += 1
    if n_rests > SPINS and board[SHORT]:
        board[ALONE] = board[NEXT_ALONE] if board[WELL] < 1000 else FEWEST_ALONE
        board[NEXT_ALONE] = min(2 * board[ALONE], MOST_ALONE)
        board[WELL] = 0


@inner
def is_over(board: Any) -> bool:
    """Return whether a helper may leave, as nothing runs; then it is written down that it does.

    It looks once more after that: who trains writes that it runs, then reads how many have left. So
    it hardly ever counts on a helper that goes; then it takes all parts of a run itself.
    """
    if seen(place(board, RUNNING)):
        return False
    added(place(board, LEFT), 1)
    if seen(place(board, RUNNING)) == 0:
        return True
    added(place(board, LEFT), -1)
    return False


@inner
def is_alone(board: Any) -> bool:
    """Return whether to do the next round without others; count it."""
    if board[ALONE] == 0:
        return False
    board[ALONE] -= 1
    return True
