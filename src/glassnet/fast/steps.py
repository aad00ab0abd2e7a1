"""`run_steps`: core's run of steps, compiled. Same signature, same rows, same random numbers."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from glassnet.core.arrays import Array, RandomNumbers
from glassnet.core.divergence import divergence
from glassnet.core.dropout import random_words, words_of
from glassnet.core.network import Network
from glassnet.core.training import RISKY, Plan, TrainingState
from glassnet.errors import DivergenceError, ShapeError
from glassnet.fast import compiled, loop, shards  # compiled first: it says if Numba is missing
from glassnet.fast.cuts import n_shards
from glassnet.fast.helpers import Helpers
from glassnet.fast.program import (
    DRAWN,
    DROPOUT,
    FADE,
    INPUT,
    KIND,
    N_OUT,
    check_form,
    make_program,
    reason_against,
)
from glassnet.fast.rounds import RUNNING, SHORT, new_board, sleep_address
from glassnet.fast.threads import one_blas_thread, threads_allowed
from glassnet.fast.tiles import distance, lanes

__all__ = ["check_form", "reason_against", "run_steps"]

CHUNK = 1 << 16
"""Numbers of rows that must be converted, made ready at a time: half a MiB."""

WORDS = 8
"""Times as many random words: 4 MiB. A step of 5-256-256-256-2 with dropout, 256 rows, took 3.85 ms
when each was a run of its own, and 3.25 with ten or twenty in a run."""


def run_steps(
    net: Network, state: TrainingState, X: Any, Y: Array, w: Array | None, plan: Plan, n_steps: int
) -> tuple[float, float]:
    """Take at most ``n_steps`` steps of the epoch under way, as `glassnet.core.training.run_steps`.

    Pass it to `train`. Results equal those of core to rounding: sums are taken in another order.

    Parameters
    ----------
    net, state, X, Y, w, plan, n_steps :
        As in core's.

    Returns
    -------
    learning_rate, gradient_norm : float
        Of the last step.

    Raises
    ------
    DivergenceError
        As in core's.
    ParameterError
        If the network, the loss or the optimizer is not one of glassnet's own.
    MissingExtraError
        If Numba is not installed (when this module is imported).

    Examples
    --------
    >>> import numpy as np
    >>> import glassnet as gn
    >>> from glassnet.fast import run_steps
    >>> X = np.array([[0.0], [1.0]])
    >>> net = gn.Network([gn.Dense(1, 1)], loss=gn.SquaredError())
    >>> theta = np.zeros(2)
    >>> for epoch in gn.train(net, theta, X, 2 * X + 1, optimizer=gn.GradientDescent(0.5),
    ...                       run_steps=run_steps):
    ...     if epoch.loss < 1e-12: break
    >>> theta.round(3)
    array([2., 1.])
    """
    run = plan.scratch.get("fast")
    if run is None:
        run = plan.scratch["fast"] = _Run(net, state, X, Y, w, plan)
    end = min(state.position + n_steps * plan.batch_size, len(state.order))
    rate_and_norm = 0.0, 0.0
    run.about[loop.CAUTIOUS] = 1  # in the first step, as the caller may have changed anything
    with run.threads() as n_threads:
        while state.position < end:
            stop = min(state.position + run.rows_at_once, end)
            before = state.step
            latest = run.take_steps(net, state, X, Y, w, plan, stop, n_threads)
            if state.step > before:
                rate_and_norm = latest
    return rate_and_norm


class _Run:
    """The tables of a training and its space to work in, kept from call to call."""

    def __init__(
        self, net: Network, state: TrainingState, X: Any, Y: Array, w: Array | None, plan: Plan
    ) -> None:
        dtype = state.theta.dtype
        check_form(net, plan.optimizer, X)
        program = make_program(net, plan.optimizer, dtype)
        ld = distance(-(-plan.batch_size // lanes(dtype)) * lanes(dtype), dtype)
        n_slots, n_params = len(state.slots), state.theta.size
        self.kept = np.empty((1 + n_slots, n_params), dtype)
        self.g = compiled.zeros(n_params, dtype)
        self.report = np.zeros(loop.N_REPORTED)
        self.rate = np.empty(1)
        self.nothing = np.empty(0, dtype)
        self.seen: tuple[Any, ...] = ()
        self.gathered: list[Array] = []
        reads_rows = program.layers[0, INPUT] < 0
        batch = compiled.zeros(plan.batch_size * X.shape[1] if reads_rows else 0, dtype)
        self.calls_blas = program.calls_blas
        self.n_shards = n = n_shards(program.operations, plan.batch_size, shards.STEP_OPERATIONS)
        weight_cuts, n_rows = shards.weight_cuts(program, 3 * n if n > 1 else 1)
        work = compiled.zeros(n_rows * ld, dtype)
        theta_cuts = shards.parameter_cuts(n_params, 2 * n if n > 1 else 1)
        vectors = [self.nothing] * 4  # until `_look_at` has seen them
        self.codes = program.codes
        self.checked: Any = None
        self.dropouts, self.fades = program.dropouts, plan.decay_schedule is not None
        dropped = np.flatnonzero(program.layers[:, KIND] == DROPOUT)
        self.dropped = dropped
        self.n_words = [words_of(int(n)) for n in program.layers[dropped, N_OUT]]
        ready = all(_lies_ready(one, dtype) for one in (X, Y, w) if one is not None)
        changes = bool(self.dropouts) or self.fades
        numbers_of_a_step = len(program.settings) if changes else 0
        numbers_of_a_step += 0 if ready else plan.batch_size * (X.shape[1] + Y.shape[1])
        words_of_a_step = plan.batch_size * sum(self.n_words)
        steps = max(1, min(
            CHUNK // (numbers_of_a_step or 1), WORDS * CHUNK // (words_of_a_step or 1),
            RUN // (program.operations * plan.batch_size),
        ))  # fmt: skip
        self.rows_at_once = steps * plan.batch_size
        self.settings = np.tile(program.settings, (steps if changes else 1, 1))
        self.arrays = [
            program.layers, self.settings, program.places, program.segments, program.factors,
            program.addresses, program.blocks, program.penalties, program.optimizer_settings,
            *vectors, self.kept.reshape(-1), work, batch, weight_cuts, theta_cuts, np.empty(n),
            np.empty((len(weight_cuts), 2)), np.empty(len(theta_cuts)),
        ]  # fmt: skip
        self.board, self.about = new_board(), np.zeros(loop.N_NUMBERS)
        self.about[loop.LOSS_SETTING] = program.loss_setting
        self.board[loop.AT_WORDS] = compiled.address_of(NO_NUMBERS)
        self.board[SHORT] = program.operations * plan.batch_size < shards.SHORT_STEP
        self.helpers = Helpers(self.board)
        # Floats and no others: for each type the loop would be compiled once more.
        self.max_norm = math.inf if plan.max_grad_norm is None else float(plan.max_grad_norm)
        self.slot_names = plan.optimizer.slot_names
        self.n_stored = 0

    def threads(self) -> AbstractContextManager[int]:
        """Return the context to take steps in, BLAS at one thread; it tells how many we may use."""
        if self.calls_blas:
            return one_blas_thread()
        return nullcontext(threads_allowed() if self.n_shards > 1 else 1)

    def take_steps(
        self, net: Network, state: TrainingState, X: Any, Y: Array, w: Array | None, plan: Plan,
        end: int, n_threads: int,
    ) -> tuple[float, float]:  # fmt: skip
        """Take the steps of the epoch's rows up to ``end``; return learning rate and norm."""
        report, position = self.report, state.position
        shift = self._look_at(state, X, Y, w, end)
        rates = self.rate
        rates[0] = state.learning_rate
        if plan.schedule is not None:
            n = -(-(end - position) // plan.batch_size)
            rates = plan.learning_rates(state, n).astype(np.float64, copy=False)
        before, words = None, NO_NUMBERS
        n_words = self._set_up(state, w, plan, end)
        report[:] = 0
        report[loop.POSITION] = position - shift
        report[loop.LOSS_SUM], report[loop.PENALTY_SUM] = state.loss_sum, state.penalty_sum
        try:  # an interrupt is raised when compiled code has returned: what it did is done
            if n_words:
                before = _copy_of(state.rng)
                words = random_words(state.rng, n_words).view(np.int64)
                self.board[loop.AT_WORDS] = compiled.address_of(words)
            shared = self.frame, self.board, self.about, self.nothing, sleep_address()
            own: Any = (
                w is not None, self.n_stored, position - shift, end - shift, plan.batch_size, rates,
                state.step + 1, self.max_norm, RISKY, float(state.loss_sum),
                float(state.penalty_sum), report,
            )  # fmt: skip
            n_helpers = min(n_threads, self.n_shards) - 1
            if self.g.dtype in _COMPILED:
                self.helpers.fetch(n_helpers, (*shared, True, *own))
            loop.run(*shared, False, *own)
            _COMPILED.add(self.g.dtype)
        except BaseException:
            if report[loop.OUTCOME] == loop.PARAMETER:
                self._put_back()
            raise
        finally:
            self.board[RUNNING] = 0  # if it never came to run
            self._write_down(state, shift, before, len(words))
        if state.position < end:
            outcome = report[loop.OUTCOME]
            if outcome == loop.OUTSIDE:
                raise IndexError(f"state.order names rows outside 0 to {X.shape[0] - 1}.")
            loss = float(report[loop.BATCH_LOSS] + report[loop.BATCH_PENALTY])
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                raise self._divergence(net, state, X, Y, plan, loss, outcome)
        return float(report[loop.LAST_RATE]), float(report[loop.NORM])

    def _write_down(self, state: TrainingState, shift: int, before: Any, n_words: int) -> None:
        """Let the state stand after the last step that was taken."""
        report = self.report
        if self.arrays[loop.THETA] is not state.theta:
            state.theta[:] = self.arrays[loop.THETA]
        state.step += int(report[loop.STEPS])
        state.position = int(report[loop.POSITION]) + shift
        state.counted += int(report[loop.COUNTED])
        state.loss_sum = float(report[loop.LOSS_SUM])
        state.penalty_sum = float(report[loop.PENALTY_SUM])
        n_drawn = int(report[loop.N_DRAWN])
        if before is not None and n_drawn < n_words:  # as if the rest had not been drawn
            _put_back(state.rng, before)
            random_words(state.rng, n_drawn)

    def _set_up(self, state: TrainingState, w: Array | None, plan: Plan, end: int) -> int:
        """Write the settings of the steps up to ``end``; return how many random words they take.

        Of batches that may take no step, having no weight, the most that there may be.
        """
        n_rows = end - state.position
        n = -(-n_rows // plan.batch_size)
        table = self.settings[:n]
        for i, layer in self.dropouts:
            times = [plan.progress(step) for step in range(state.step, state.step + n)]
            table[:, i] = [layer.rate_at(t) for t in times]
        if self.dropouts:
            table[:, DRAWN] = (table[:, self.dropped] > 0) @ self.n_words
        if self.fades:
            table[:, FADE] = plan.decay_factors(state, n)
        drawn = table[:, DRAWN]
        if w is not None or len(table) == 1:
            return n_rows * int(drawn.max())
        return int(drawn.sum()) * plan.batch_size - (n * plan.batch_size - n_rows) * int(drawn[-1])

    def _look_at(self, state: TrainingState, X: Any, Y: Array, w: Array | None, end: int) -> int:
        """Find out where the arrays are, which must then be kept; return the first row's position.

        Rows that compiled code cannot read where they are (of another dtype or layout) are
        gathered up to ``end``.
        """
        if tuple(state.slots) != self.slot_names:
            state.slots = {name: state.slots[name] for name in self.slot_names}
        rows = (X, Y, self.nothing if w is None else w, state.order)
        seen = (*rows, state.theta, *state.slots.values())
        if len(seen) == len(self.seen) and all(map(operator.is_, seen, self.seen)):
            return 0
        for name, slot in state.slots.items():
            state.slots[name] = np.require(slot, requirements=READY)
        slots = tuple(state.slots.values())
        seen = (*rows, state.theta, *slots)
        theta = np.require(state.theta, requirements=READY)  # a copy, if theta is strided
        for vector in (theta, *slots):
            if vector.shape != self.g.shape or vector.dtype != self.g.dtype:
                raise ShapeError(
                    f"theta or a slot has shape {vector.shape} and dtype {vector.dtype}; expected "
                    f"{self.g.shape} and {self.g.dtype}, as when training began."
                )
        vectors = [theta, self.g, *slots, *[self.nothing] * (2 - len(slots))]
        if not all(map(operator.is_, vectors, self.arrays[loop.THETA : loop.KEPT])):
            self.arrays[loop.THETA : loop.KEPT] = vectors
            self.frame = compiled.written_down(self.arrays)  # helpers know the old one: they leave
        ready = all(_lies_ready(array, self.g.dtype) for array in rows[:3])
        if ready and theta is state.theta and _lies_ready(state.order, np.dtype(np.intp)):
            self._check_codes(X, state.order)
            self.seen, self.n_stored = seen, len(X)
            self._write_addresses(rows)
            return 0
        chosen = state.order[state.position : end]
        self.seen, self.n_stored = (), len(chosen)
        self.gathered = [_gather(one, chosen, self.g.dtype) for one in (X, Y, w) if one is not None]
        self._check_codes(self.gathered[0], np.arange(len(chosen)))
        self.gathered += [*[self.nothing] * (3 - len(self.gathered)), np.arange(len(chosen))]
        self._write_addresses(self.gathered)
        return state.position

    def _check_codes(self, X: Array, order: NDArray[np.intp]) -> None:
        """Raise `IndexError`, as core does, if a category has a code beyond its levels.

        Compiled code takes it for 0. Where all of X is right, it is looked at once.
        """
        if X is self.checked:
            return
        all_right = True
        for column, layer in self.codes:
            codes, end = X[:, column], layer.n_levels + 1
            if 0 <= codes.min() <= codes.max() < end:
                continue
            all_right, codes = False, codes[order]  # what is wrong may not be in use
            wrong = codes[(codes < 0) | (codes >= end)]
            if wrong.size:
                raise IndexError(
                    f"Column {column} of X holds the code {wrong[0]:g}; {layer!r} takes codes from "
                    f"0 to {layer.n_levels}."
                )
        self.checked = X if all_right else None

    def _write_addresses(self, rows: Iterable[Any]) -> None:
        """Write where X, Y, w and the order are, for compiled code to read."""
        for word, array in zip(loop.ADDRESSES, rows, strict=True):
            self.board[word] = compiled.address_of(array)

    def _divergence(
        self,
        net: Network,
        state: TrainingState,
        X: Any,
        Y: Array,
        plan: Plan,
        loss: float,
        outcome: float,
    ) -> DivergenceError:
        """Return the error of the step that was not taken, with the state as it was before it."""
        rows = state.order[state.position :][: plan.batch_size]
        batch = (plan.batch_size, X[rows], Y[rows])
        if outcome != loop.PARAMETER:
            return divergence(net, state, *batch, loss=loss, g=self.g)
        error = divergence(net, state, *batch, last_finite=self.kept[0])
        self._put_back()
        state.theta[:] = self.arrays[loop.THETA]
        return error

    def _put_back(self) -> None:
        """Let theta and the slots be what they were before a step that left the finite numbers."""
        vectors = [self.arrays[loop.THETA], *self.arrays[loop.SLOT_1 : loop.KEPT]]
        for vector, before in zip(vectors, self.kept, strict=False):  # as many slots as there are
            vector[:] = before


def _lies_ready(X: Any, dtype: np.dtype[Any]) -> bool:
    """Return whether compiled code can read the rows of an array where they are."""
    return (
        isinstance(X, np.ndarray) and X.dtype == dtype and X.flags.c_contiguous and X.flags.aligned
    )


def _gather(X: Any, rows: NDArray[np.intp], dtype: np.dtype[Any]) -> Array:
    """Return some rows as a contiguous array of a dtype."""
    return np.ascontiguousarray(X[rows], dtype)


def _copy_of(rng: RandomNumbers) -> Any:
    """Return what `_put_back` needs."""
    return rng.bit_generator.state if isinstance(rng, np.random.Generator) else rng.get_state()


def _put_back(rng: RandomNumbers, before: Any) -> None:
    """Let random numbers go on from where they were."""
    if isinstance(rng, np.random.Generator):
        rng.bit_generator.state = before
    else:
        rng.set_state(before)


READY: list[Literal["C", "A", "W"]] = ["C", "A", "W"]
"""What compiled code wants of an array that it writes to."""

NO_NUMBERS = np.empty(0)

RUN = 4_000_000_000
"""Operations of a run, about a tenth of a second: an interrupt waits for its end."""

_COMPILED: set[np.dtype[Any]] = set()
"""For which dtypes the loop is compiled. Two threads that compile it at once take twice as long."""
