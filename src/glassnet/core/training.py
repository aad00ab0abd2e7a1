"""Training: a generator over a plain state. The loop is the caller's.

Early stopping is ``break``; a progress bar, an animation, a checkpoint, a time limit are the body
of the loop.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from glassnet.core.arrays import Array, RandomNumbers, all_finite, check_count, check_number
from glassnet.core.batches import batches, check_batch_size, permuted, some_rows
from glassnet.core.divergence import divergence
from glassnet.core.layer import Step
from glassnet.core.network import Network
from glassnet.core.optimizers import Adam, Optimizer, Slots
from glassnet.core.schedules import ProgressSchedule, Schedule
from glassnet.errors import DataError, ParameterError, ShapeError


@dataclass
class TrainingState:
    """Everything that a training goes on from: plain data, to read, copy, store or change.

    Attributes
    ----------
    theta : array of shape (n_params,)
        The parameters, changed in place.
    slots : dict of array
        What the optimizer remembers.
    order : array of int of shape (n_rows,)
        The rows of this epoch, in the order of their use.
    rng : Generator or RandomState
        Draws the next order, and dropout's masks.
    learning_rate : float
        Before the schedule's factor. Change it between two yields as you like.
    step : int
        Steps taken so far.
    epoch : int
        The number of the epoch under way, or just finished, from 1; 0 before the first.
    position : int
        Rows of this epoch that are behind.
    loss_sum, penalty_sum : float
        Of this epoch's batches, each times its rows.
    counted : int
        The rows in these sums: all but those of batches whose weights are all 0.
    """

    theta: Array
    slots: Slots
    order: NDArray[np.intp]
    rng: RandomNumbers
    learning_rate: float
    step: int = 0
    epoch: int = 0
    position: int = 0
    loss_sum: float = 0.0
    penalty_sum: float = 0.0
    counted: int = 0

    @property
    def epoch_is_over(self) -> bool:
        """Whether the next step begins an epoch."""
        return self.epoch == 0 or self.position >= len(self.order)


@dataclass(frozen=True)
class Epoch:
    """What `train` yields after each pass over the rows (or part of one).

    Attributes
    ----------
    number : int
        The epoch, from 1.
    loss : float
        Mean of this epoch's batch losses so far, weighted by rows, penalty included; each taken
        before its step.
    penalty : float
        The penalty's part of the loss.
    learning_rate : float
        Of the last step, schedule included.
    gradient_norm : float
        The Euclidean norm of the last step's gradient, before clipping.
    seconds : float
        Spent since the last yield; the caller's own time is not counted.
    rows_per_second : float
    state : TrainingState
        The live state.
    """

    number: int
    loss: float
    penalty: float
    learning_rate: float
    gradient_norm: float
    seconds: float
    rows_per_second: float
    state: TrainingState


@dataclass(frozen=True)
class Plan:
    """The settings of a run of steps.

    Attributes
    ----------
    optimizer : Optimizer
    batch_size : int
    schedule : Schedule or None
    max_grad_norm : float or None
    n_steps : int or None
        Steps of the whole training, None if it is open-ended.
    decay_schedule : ProgressSchedule or None
        The factor on weight decay along the training.
    scratch : dict
        What a `RunSteps` wants to find again at its next call: space to work in, tables.
    """

    optimizer: Optimizer
    batch_size: int
    schedule: Schedule | None = None
    max_grad_norm: float | None = None
    n_steps: int | None = None
    decay_schedule: ProgressSchedule | None = None
    scratch: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def learning_rates(self, state: TrainingState, n: int) -> Array:
        """Return the learning rates of the next ``n`` steps."""
        if self.schedule is None:
            return np.full(n, state.learning_rate)
        steps = range(state.step, state.step + n)
        factors = np.array([self.schedule(step, self.n_steps) for step in steps])
        return state.learning_rate * factors

    def progress(self, step: int) -> float:
        """Return the part of the training behind after ``step`` steps, in [0, 1); 0 if open."""
        if self.n_steps is None:
            return 0.0
        return min(step / self.n_steps, math.nextafter(1.0, 0.0))

    def decay_factors(self, state: TrainingState, n: int) -> Array:
        """Return the factor on weight decay at the next ``n`` steps."""
        if self.decay_schedule is None:
            return np.ones(n)
        steps = range(state.step, state.step + n)
        return np.array([self.decay_schedule.at(self.progress(step)) for step in steps])


class RunSteps(Protocol):
    """The signature of `run_steps`, for faster ones beside it."""

    def __call__(
        self,
        net: Network,
        state: TrainingState,
        X: Any,
        Y: Array,
        w: Array | None,
        plan: Plan,
        n_steps: int,
    ) -> tuple[float, float]:
        """Take at most ``n_steps`` steps of this epoch; return learning rate and gradient norm."""


def run_steps(
    net: Network,
    state: TrainingState,
    X: Any,
    Y: Array,
    w: Array | None,
    plan: Plan,
    n_steps: int,
) -> tuple[float, float]:
    """Take at most ``n_steps`` steps of the epoch under way, changing ``state`` in place.

    Parameters
    ----------
    net : Network
    state : TrainingState
    X, Y, w : arrays
        Checked; the rows are taken in the order of ``state.order``.
    plan : Plan
    n_steps : int
        1 or more.

    Returns
    -------
    learning_rate, gradient_norm : float
        Of the last step.

    Raises
    ------
    DivergenceError
        In the step whose loss or parameters are not finite; ``state`` stands before that step.
    """
    theta = state.theta
    g = np.empty_like(theta)
    params, d_params = net.views(theta), net.views(g)
    last_finite = np.empty_like(theta)
    factors = None if net.learning_rates is None else net.learning_rates.astype(theta.dtype)
    decays, fades = net.decays.astype(theta.dtype), plan.decay_schedule is not None
    learning_rate = gradient_norm = 0.0
    # What leaves the finite numbers is caught below, in the same step, and better than by warnings.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for rows in batches(state.order, plan.batch_size, state.position, n_steps):
            w_batch = None if w is None else w[rows]
            if w_batch is not None and not w_batch.any():  # no rows, by their weights: no step
                state.position += len(rows)
                continue
            X_batch, Y_batch = some_rows(X, rows), some_rows(Y, rows)
            step = Step(state.rng, plan.progress(state.step))
            L, penalty = net.backpropagate(
                theta, params, g, d_params, X_batch, Y_batch, w_batch, step
            )
            learning_rate = plan.learning_rates(state, 1).item()
            gradient_norm = clip(g, plan.max_grad_norm)
            if not (np.isfinite(L + penalty) and math.isfinite(gradient_norm)):
                raise divergence(
                    net, state, plan.batch_size, X_batch, Y_batch, loss=L + penalty, g=g
                )
            np.copyto(last_finite, theta)
            risky = not learning_rate * gradient_norm < RISKY
            slots = copy.deepcopy(state.slots) if risky else None
            rates = learning_rate if factors is None else learning_rate * factors
            decay = decays * plan.decay_factors(state, 1).item() if fades else decays
            plan.optimizer.step(theta, g, state.slots, state.step + 1, rates, decay)
            if not all_finite(theta):
                error = divergence(
                    net, state, plan.batch_size, X_batch, Y_batch, last_finite=last_finite
                )
                np.copyto(theta, last_finite)
                state.slots.update(slots or {})
                raise error
            state.step += 1
            state.position += len(rows)
            state.loss_sum += (L + penalty) * len(rows)
            state.penalty_sum += penalty * len(rows)
            state.counted += len(rows)
    return learning_rate, gradient_norm


RISKY = 1e30
"""A step longer than this may overflow float32 (3e38): only then are the slots kept to be put back.

Keeping them at each step would cost two more copies of theta with Adam.
"""


def clip(g: Array, max_grad_norm: float | None) -> float:
    """Scale the gradient in place to at most this Euclidean norm; return the norm it had."""
    norm = float(np.sqrt(np.vdot(g, g)))
    if not math.isfinite(norm) and all_finite(g):  # squares overflow float32 above 1e19
        largest = float(np.abs(g).max())
        norm = largest * float(np.linalg.norm(g.astype(np.float64) / largest))
    if max_grad_norm is not None and norm > max_grad_norm:
        g *= max_grad_norm / norm
    return norm


def train(
    net: Network,
    theta: Array,
    X: Any,
    Y: Any,
    *,
    w: Any = None,
    optimizer: Optimizer | None = None,
    batch_size: int | None = None,
    rng: RandomNumbers | None = None,
    n_epochs: int | None = None,
    shuffle: bool = True,
    drop_last: bool = False,
    schedule: Schedule | None = None,
    decay_schedule: ProgressSchedule | None = None,
    max_grad_norm: float | None = None,
    rows: NDArray[np.intp] | None = None,
    state: TrainingState | None = None,
    steps_per_yield: int | None = None,
    run_steps: RunSteps = run_steps,
) -> Iterator[Epoch]:
    """Train a network, an epoch a yield, changing ``theta`` in place.

    Parameters
    ----------
    net : Network
    theta : array of shape (n_params,)
        Initial parameters, from ``net.init``; changed in place.
    X : array of shape (n_samples, n_features)
    Y : array of shape (n_samples, n_outputs)
        Encoded targets.
    w : array of shape (n_samples,), optional
        Sample weights. A batch whose weights are all 0 takes no step.
    optimizer : Optimizer, default=Adam()
    batch_size : int, optional
        Rows a step; None is 32, or all rows if they are fewer. 1 is stochastic gradient
        descent, ``len(X)`` batch gradient descent. The last, short batch is used, too.
    rng : Generator or RandomState, optional
        Draws the order of the rows and dropout's masks; None draws a seed.
    n_epochs : int, optional
        Epochs in all, those of a ``state`` included. None goes on until the caller breaks.
    shuffle : bool, default=True
        Draw a new order each epoch.
    drop_last : bool, default=False
        Take no step on the last rows of an epoch if they are fewer than ``batch_size``.
    schedule : Schedule, optional
        The factor on the learning rate, step by step.
    decay_schedule : ProgressSchedule, optional
        The factor on the optimizer's weight decay along the training: ``FlatCosine()``, say.
    max_grad_norm : float, optional
        Longer gradients are scaled down to this Euclidean norm.
    rows : array of int, optional
        Train on these rows only.
    state : TrainingState, optional
        Go on from here, bit for bit; ``theta`` must be ``state.theta``. The other arguments are
        the caller's to repeat; ``rng`` and ``rows`` are in the state.
    steps_per_yield : int, optional
        Yield every so many steps, and at the end of each epoch.
    run_steps : callable, optional
        What takes the steps; the default is the readable one.

    Yields
    ------
    Epoch

    Raises
    ------
    DivergenceError
        In the step in which the loss or a parameter stops being finite. ``theta`` holds the last
        finite numbers.
    ShapeError, DTypeError, DataError, LabelError, ParameterError
        At the call, before anything has changed.

    Examples
    --------
    >>> import numpy as np
    >>> import glassnet as gn
    >>> X = np.array([[0.0], [1.0]])
    >>> net = gn.Network([gn.Dense(1, 1)], loss=gn.SquaredError())
    >>> theta = np.zeros(2)
    >>> for epoch in gn.train(net, theta, X, 2 * X + 1, optimizer=gn.GradientDescent(0.5)):
    ...     if epoch.loss < 1e-12: break
    >>> theta.round(3)  # slope and intercept
    array([2., 1.])
    """
    if not isinstance(net, Network):
        raise ParameterError(f"net is {net!r}; expected a Network.")
    if not isinstance(theta, np.ndarray):
        raise ParameterError(
            f"theta is a {type(theta).__name__}; expected the array of net.init(rng), which train "
            "changes in place."
        )
    if not isinstance(state, TrainingState | None):
        raise ParameterError(f"state is {state!r}; expected a TrainingState, such as epoch.state.")
    if state is not None and theta is not state.theta:
        raise ParameterError(
            "theta is not state.theta: which one should training go on from? Pass state.theta, "
            "or write the other into it first: state.theta[:] = theta."
        )
    theta, X, Y, w = net.check(theta, X, Y, w)
    optimizer = Adam() if optimizer is None else optimizer
    _check_settings(theta, optimizer, schedule, decay_schedule, max_grad_norm)
    if state is None:
        if not isinstance(rng, np.random.Generator | np.random.RandomState | None):
            raise ParameterError(
                f"rng is {rng!r}; expected random numbers such as np.random.default_rng(0)."
            )
        order = _check_order(rows, X.shape[0])
        rng = np.random.default_rng() if rng is None else rng
        slots = optimizer.new_slots(theta)
        state = TrainingState(theta, slots, order, rng, float(optimizer.learning_rate))
    else:
        _check_state(state, optimizer, X.shape[0])
    if w is not None and not w[state.order].any():
        raise DataError("w is 0 for every row that is trained on: nothing is left to learn from.")
    batch_size = check_batch_size(batch_size, len(state.order))
    if steps_per_yield is not None:
        check_count("steps_per_yield", steps_per_yield)
    n_steps = None
    if n_epochs is not None:
        n_batches = len(state.order) / batch_size
        n_steps = check_count("n_epochs", n_epochs) * (
            math.floor(n_batches) if drop_last else math.ceil(n_batches)
        )
    plan = Plan(optimizer, batch_size, schedule, max_grad_norm, n_steps, decay_schedule)
    if schedule is not None:  # one that needs n_epochs says so now, not after its warm-up
        schedule(max(state.step, schedule.warmup), n_steps)
    return _epochs(
        net, state, X, Y, w, plan, n_epochs, shuffle, drop_last, steps_per_yield, run_steps
    )


def _epochs(
    net: Network,
    state: TrainingState,
    X: Any,
    Y: Array,
    w: Array | None,
    plan: Plan,
    n_epochs: int | None,
    shuffle: bool,
    drop_last: bool,
    steps_per_yield: int | None,
    run_steps: RunSteps,
) -> Iterator[Epoch]:
    """Yield the epochs of `train`, whose arguments have been checked."""
    while n_epochs is None or state.epoch < n_epochs or not state.epoch_is_over:
        began = time.perf_counter()
        if state.epoch_is_over:
            _begin_epoch(state, shuffle)
        position, counted_before = state.position, state.counted
        left = (len(state.order) - position) / plan.batch_size
        n_left = max(math.floor(left), 1) if drop_last else math.ceil(left)
        n_steps = n_left if steps_per_yield is None else min(n_left, steps_per_yield)
        learning_rate, gradient_norm = run_steps(net, state, X, Y, w, plan, n_steps)
        if drop_last and len(state.order) - state.position < plan.batch_size:
            state.position = len(state.order)
        seconds = max(time.perf_counter() - began, 1e-9)  # a clock may stand still
        counted = max(state.counted, 1)
        yield Epoch(
            number=state.epoch,
            loss=state.loss_sum / counted,
            penalty=state.penalty_sum / counted,
            learning_rate=learning_rate,
            gradient_norm=gradient_norm,
            seconds=seconds,
            rows_per_second=(state.counted - counted_before) / seconds,
            state=state,
        )


def _begin_epoch(state: TrainingState, shuffle: bool) -> None:
    state.epoch += 1
    state.position = state.counted = 0
    state.loss_sum = state.penalty_sum = 0.0
    if shuffle:
        state.order = permuted(state.order, state.rng)


def _check_settings(
    theta: Array,
    optimizer: Optimizer,
    schedule: Schedule | None,
    decay_schedule: ProgressSchedule | None,
    max_grad_norm: float | None,
) -> None:
    if theta.ndim != 1 or not theta.flags.writeable:
        raise ShapeError(
            f"theta has shape {theta.shape}, writeable: {theta.flags.writeable}; expected one "
            "writeable vector, which train changes in place."
        )
    if not isinstance(optimizer, Optimizer):
        raise ParameterError(f"optimizer is {optimizer!r}; expected one such as Adam().")
    if not isinstance(schedule, Schedule | None):
        raise ParameterError(f"schedule is {schedule!r}; expected one such as Cosine().")
    if not isinstance(decay_schedule, ProgressSchedule | None):
        raise ParameterError(
            f"decay_schedule is {decay_schedule!r}; expected one such as FlatCosine()."
        )
    if max_grad_norm is not None:
        check_number("max_grad_norm", max_grad_norm, low=0, open_low=True)


def _check_order(rows: Any, n_rows: int) -> NDArray[np.intp]:
    if rows is None:
        return np.arange(n_rows)
    order = np.array(rows)
    if order.ndim != 1 or order.dtype.kind not in "iu" or order.size == 0:
        raise ShapeError(
            f"rows have shape {order.shape} and dtype {order.dtype}; expected row numbers."
        )
    if order.min() < 0 or order.max() >= n_rows:
        raise DataError(f"rows go from {order.min()} to {order.max()}; expected 0 to {n_rows - 1}.")
    return order.astype(np.intp)


def _check_state(state: TrainingState, optimizer: Optimizer, n_rows: int) -> None:
    _check_order(state.order, n_rows)
    check_number("state.learning_rate", state.learning_rate, low=0)
    if tuple(state.slots) != optimizer.slot_names:
        raise ParameterError(
            f"the state's slots are {tuple(state.slots)}; {type(optimizer).__name__} needs "
            f"{optimizer.slot_names}. Begin anew: state.slots = optimizer.new_slots(theta)."
        )
    for name, slot in state.slots.items():
        if slot.shape != state.theta.shape:
            raise ShapeError(f"slot {name!r} has shape {slot.shape}; theta {state.theta.shape}.")
