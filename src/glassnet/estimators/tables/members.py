"""Training of the networks of an ensemble (of one, mostly), and what each leaves behind."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from glassnet.core.arrays import Array
from glassnet.core.network import Network
from glassnet.core.optimizers import Optimizer
from glassnet.core.schedules import FlatCosine, Schedule
from glassnet.core.training import Epoch, RunSteps, TrainingState, train
from glassnet.errors import DataError, DivergenceError
from glassnet.estimators.checkpoints import STEPS
from glassnet.estimators.tables.metrics import Metric

logger = logging.getLogger("glassnet")

SAMPLE = 4_096
"""Rows that initial values look at, at most: a standard deviation is then off by 1 % or so.

10,000 rows take 55 MB for layers of 256, more than the training of a large table needs after that.
"""


@dataclass(frozen=True, eq=False)
class Job:
    """What is trained, on what, and how it is judged.

    Attributes
    ----------
    net : Network
    optimizer : Optimizer
    X, Y : arrays
        All rows, encoded.
    w : array or None
    rows : array of int
        Those to train on.
    X_val, y_val : arrays or None
        Encoded rows and plain targets (codes, or numbers in their units) to validate on.
    w_val : array or None
    predictions : callable
        What scores predict: probabilities, or numbers in the target's units.
    metric : Metric
    batch_size, n_epochs : int
    schedule : Schedule
        The course of the learning rate.
    run_steps : callable
    deadline : float or None
        On the clock `time.monotonic`.
    say : callable
        Takes a line of progress, and what it is made of.
    """

    net: Network
    optimizer: Optimizer
    X: Array
    Y: Array
    w: Array | None
    rows: NDArray[np.intp]
    X_val: Array | None
    y_val: Array | None
    w_val: Array | None
    predictions: Callable[[Array], Array]
    metric: Metric
    batch_size: int
    n_epochs: int
    schedule: Schedule
    run_steps: RunSteps
    deadline: float | None
    say: Callable[[str, Epoch, Member], None]

    def judged_on(self, X: Array, y: Array, w: Array | None) -> Job:
        """Return the job with rows to validate on."""
        if w is not None and not w.any():
            raise DataError(
                "the weights of all rows to validate on are 0 (sample_weight times class_weight); "
                "expected some above. Set other rows aside."
            )
        return replace(self, X_val=X, y_val=y, w_val=w)

    def of_bag(
        self, rows: NDArray[np.intp], targets: Array, w: Array | None, aside: NDArray[np.intp]
    ) -> Job:
        """Return the job on some rows, judged on others, if there are any."""
        own = replace(self, rows=rows, batch_size=min(self.batch_size, len(rows)))
        if not aside.size:
            return own
        return own.judged_on(self.X[aside], targets[aside], None if w is None else w[aside])

    def with_rows(self, X: Array, Y: Array, w: Array | None) -> Job:
        """Return the job with more rows to train on, and none to validate on."""
        weights = None
        if self.w is not None or w is not None:
            ones = [np.ones(len(one), X.dtype) for one in (self.X, X)]
            pairs = zip((self.w, w), ones, strict=True)
            weights = np.concatenate([one if own is None else own for own, one in pairs])
            weights = weights.astype(X.dtype)
        return replace(
            self,
            X=np.concatenate([self.X, X]),
            Y=np.concatenate([self.Y, Y]),
            w=weights,
            rows=np.concatenate([self.rows, len(self.X) + np.arange(len(X))]),
            X_val=None,
            y_val=None,
            w_val=None,
        )


@dataclass
class Member:
    """A trained network.

    Attributes
    ----------
    theta : array of shape (n_params,)
        The weights of the best epoch; of the last one, without validation rows.
    losses : list of float
        The training loss of each epoch.
    scores : list of float
        The metric on the validation rows after each.
    best_epoch : int
        From 1; 0 before the first.
    stopped : str
        What ended it before its last epoch: "time", "user", "divergence"; else empty.
    """

    theta: Array
    losses: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    best_epoch: int = 0
    stopped: str = ""

    @property
    def best_score(self) -> float:
        """The metric of the best epoch; NaN without validation rows."""
        return self.scores[self.best_epoch - 1] if self.scores and self.best_epoch else float("nan")


@dataclass(frozen=True)
class Past:
    """How far the training of a network had come when it ended early.

    Attributes
    ----------
    member : Member
    state : TrainingState
    """

    member: Member
    state: TrainingState


class Train(Protocol):
    """What trains a network: `train_member`, or a ledger's way to it."""

    def __call__(self, job: Job, rng: np.random.Generator, stop_after: int | None = None) -> Member:
        """Return the trained network."""


def train_members(jobs: list[Job], rngs: list[np.random.Generator], train: Train) -> list[Member]:
    """Train a network for each job, one after the other, as long as there is time.

    A network that was stopped is kept only if it is the first: hardly trained, it would spoil the
    mean of those before it.
    """
    members: list[Member] = []
    for job, rng in zip(jobs, rngs, strict=True):
        try:
            member = train(job, rng)
        except KeyboardInterrupt:
            if not members:
                raise
            member = Member(members[0].theta, stopped="user")
        if member.stopped not in ENDS or not members:
            members.append(member)
        if member.stopped in ENDS:
            _warn_of_end(member, members, jobs)
            break
    return members


ENDS = {"time": "max_time is over", "user": "Training interrupted by user"}
"""What ends a training before its time, from outside."""


def _warn_of_end(member: Member, kept: list[Member], jobs: list[Job]) -> None:
    """Say what is kept of a training that was stopped."""
    reason = ENDS[member.stopped]
    if kept[-1] is not member:
        words = f"{reason} in network {len(kept) + 1} of {len(jobs)}; those before it are kept."
    else:
        words = (
            f"{reason} after {len(member.losses)} of {jobs[0].n_epochs} epochs of network 1 of "
            f"{len(jobs)}; the best epoch so far, {member.best_epoch}, is kept."
        )
    warnings.warn(words, ConvergenceWarning, stacklevel=3)


Keep: TypeAlias = Callable[..., None]
"""Takes a Member, its TrainingState, and ``now``: writes them down, if it is time to, or now."""


def train_member(
    job: Job,
    rng: np.random.Generator,
    stop_after: int | None = None,
    past: Past | None = None,
    keep: Keep | None = None,
) -> Member:
    """Train one network and return it with the weights of its best epoch, ties to the later.

    Parameters
    ----------
    job : Job
    rng : Generator
    stop_after : int, optional
        An epoch to end with.
    past : Past, optional
        To go on from, bit for bit.
    keep : callable, optional
        Called after each epoch, and within long ones.

    Raises
    ------
    DivergenceError
        If the numbers left what is finite before the first epoch was over; later a warning.
    """
    if past is None:
        theta = job.net.init(rng, X=job.X[_sample(job, rng)], dtype=job.X.dtype)
        member, state = Member(theta.copy()), None
    else:
        member, state = past.member, past.state
        theta = state.theta
        if state.epoch_is_over and state.epoch == stop_after:
            return member
    epochs = train(
        job.net,
        theta,
        job.X,
        job.Y,
        w=job.w,
        optimizer=job.optimizer,
        batch_size=job.batch_size,
        rng=rng,
        n_epochs=job.n_epochs,
        drop_last=True,
        schedule=job.schedule,
        decay_schedule=FlatCosine(),
        rows=job.rows,
        state=state,
        steps_per_yield=None if keep is None else STEPS,
        run_steps=job.run_steps,
    )
    began = time.monotonic()
    try:
        for epoch in epochs:
            if epoch.state.epoch_is_over:
                _look_at(job, member, theta, epoch, began)
            is_late = job.deadline is not None and time.monotonic() >= job.deadline
            is_late = is_late and epoch.state.epoch_is_over
            if keep is not None:
                keep(member, epoch.state, now=is_late)
            if epoch.state.epoch_is_over and epoch.number == stop_after:
                break
            if is_late:
                member.stopped = "time" if epoch.number < job.n_epochs else ""
                break
    except DivergenceError as error:
        told = str(error).replace(", or limit the gradient with max_grad_norm", "")
        if member.best_epoch == 0:
            raise DivergenceError(
                told, epoch=error.epoch, batch=error.batch, layer=error.layer, theta=error.theta
            ) from error
        warnings.warn(
            f"{told} The weights of epoch {member.best_epoch} are kept.",
            ConvergenceWarning,
            stacklevel=2,
        )
        member.stopped = "divergence"
    except KeyboardInterrupt:
        if member.best_epoch == 0:
            raise
        _keep_if_whole(keep, member, epoch.state)
        member.stopped = "user"
    return member


def _keep_if_whole(keep: Keep | None, member: Member, state: TrainingState) -> None:
    """Write down a training that is interrupted, unless in the middle of looking at an epoch."""
    n_over = state.epoch - (not state.epoch_is_over)
    is_whole = len(member.losses) == n_over and len(member.scores) in (0, n_over)
    if keep is not None and is_whole:
        keep(member, state, now=True)


def _sample(job: Job, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return the rows that initial values look at: as often as their weights say.

    Sorted by what is in them, so that neither their order nor a row in place of a weight matters.
    """
    rows = job.rows
    if job.w is None and len(rows) > SAMPLE:
        rows = rng.choice(rows, SAMPLE, replace=False)
    X = job.X[rows]
    rows = rows[X.view(np.dtype((np.void, X.itemsize * X.shape[1]))).ravel().argsort()]
    if job.w is None:
        return rows
    ends = np.cumsum(job.w[rows], dtype=np.float64)
    n = min(max(round(ends[-1]), len(rows)), SAMPLE)
    chosen: NDArray[np.intp] = rows[np.searchsorted(ends, (np.arange(n) + 0.5) / n * ends[-1])]
    return chosen


def _look_at(job: Job, member: Member, theta: Array, epoch: Epoch, began: float) -> None:
    """Write down an epoch, and keep its weights if none before was better."""
    member.losses.append(epoch.loss)
    if job.X_val is None:
        is_best = True
    else:
        predicted = job.net.predict(theta, job.X_val, job.predictions)
        score = job.metric.measure(_column(job.y_val), _column(predicted), job.w_val)
        # A metric without a value (the area under the curve of one class) tells nothing apart.
        is_best = np.isnan(member.best_score) or job.metric.is_no_worse(score, member.best_score)
        member.scores.append(score)
    if is_best:
        member.theta[...] = theta
        member.best_epoch = epoch.number
    job.say(_line(job, member, epoch, time.monotonic() - began), epoch, member)


def _column(values: Any) -> Array:
    """Return numbers as a vector, probabilities as they are."""
    array = np.asarray(values)
    return array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array


def _line(job: Job, member: Member, epoch: Epoch, seconds: float) -> str:
    """Return what is said of an epoch."""
    left = seconds / epoch.number * (job.n_epochs - epoch.number)
    if job.deadline is not None:
        left = min(left, max(job.deadline - time.monotonic(), 0))
    line = f"epoch {epoch.number}/{job.n_epochs}  loss {epoch.loss:.4f}"
    if member.scores:
        line += (
            f"  {job.metric.name} {member.scores[-1]:.4f}"
            f"  best {member.best_score:.4f} (epoch {member.best_epoch})"
        )
    return f"{line}  {epoch.rows_per_second:,.0f} rows/s  {left:.0f} s left"
