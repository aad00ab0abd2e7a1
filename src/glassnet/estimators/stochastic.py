"""Training by mini-batches: scikit-learn's epochs, over a state that survives between fits."""

from __future__ import annotations

import dataclasses
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from glassnet.core.arrays import Array, RandomNumbers
from glassnet.core.optimizers import Optimizer
from glassnet.core.training import Epoch, TrainingState, train
from glassnet.errors import DivergenceError, ParameterError
from glassnet.estimators.callbacks import FitCallbacks, management
from glassnet.estimators.checkpoints import STEPS, Checkpoint
from glassnet.estimators.data import Rows, fingerprint, pick
from glassnet.estimators.engine import choose_engine
from glassnet.estimators.lazy_rows import PickedRows
from glassnet.estimators.monitor import SCIKIT_LEARNS_SENTENCE, Monitor
from glassnet.estimators.resuming import Keeper, Past, past_of
from glassnet.files.sealed import named


@dataclass
class Progress:
    """What a training goes on from at the next ``fit`` (with ``warm_start``) or ``partial_fit``.

    Attributes
    ----------
    state : TrainingState
        With the *last* weights; ``theta_`` may show the best ones.
    optimizer : Optimizer
    rows : tuple
        The fingerprint of the rows that ``state.order`` and ``validation`` count.
    validation : array of int or None
        The rows set aside for early stopping.
    shown : int or None
        A checksum of ``theta_`` as the training left it: if the caller has changed it since,
        training goes on from there. None after an assignment.
    """

    state: TrainingState
    optimizer: Optimizer
    rows: tuple[Any, ...]
    validation: NDArray[np.intp] | None
    shown: int | None = None


def split(estimator: Any, data: Rows, rng: RandomNumbers) -> tuple[Any, Any]:
    """Return the rows to train on and those to validate on, drawn as scikit-learn draws them."""
    # It does not stratify several outputs, multiclass ones included.
    stratify = _strata(data.Y) if estimator._stratifies and data.Y.shape[1] == 1 else None
    if isinstance(rng, np.random.Generator):  # scikit-learn's splitters know RandomState only
        rng = np.random.RandomState(rng.bit_generator)
    rows, validation = train_test_split(
        np.arange(len(data.Y)),
        random_state=rng,
        test_size=estimator.validation_fraction,
        stratify=stratify,
    )
    if len(validation) < 2:
        raise ParameterError(
            "The validation set is too small. Increase 'validation_fraction' "
            "or the size of your dataset."
        )
    return rows, validation


def _strata(Y: Array) -> Array:
    """Return a column of targets as scikit-learn's splitter is to see it: as truth values.

    Of a column it makes a text a row, 5 s and 100 MB for 1,000,000 rows; so a vector, except where
    its message on a class of one row needs the text.
    """
    yes = Y.astype(bool)
    rarest = min(yes.sum(), len(yes) - yes.sum())
    return yes.ravel() if rarest > 1 else yes


def take(data: Rows, rows: NDArray[np.intp], *, as_given: bool) -> Rows:
    """Return some of the rows, also as the user gave them if a scorer needs that."""
    return Rows(
        X=PickedRows(data.X, rows),
        Y=data.Y[rows],
        w=None if data.sample_weight is None else data.sample_weight[rows],
        X_given=pick(data.X_given, rows) if as_given else None,
        y_given=pick(data.y_given, rows) if as_given else None,
        sample_weight=None if data.sample_weight is None else data.sample_weight[rows],
    )


def prepare(
    estimator: Any, data: Rows, optimizer: Optimizer, rng: RandomNumbers, *, sets_aside: bool
) -> Progress:
    """Return where to go on from: a new state, or the last one with what has changed since."""
    rows = fingerprint(data.X)
    old: Progress | None = estimator._progress
    if old is None:
        order, validation = split(estimator, data, rng) if sets_aside else (None, None)
        theta = np.array(estimator.theta_)
        state = TrainingState(
            theta,
            optimizer.new_slots(theta),
            np.arange(len(data.Y)) if order is None else order,
            rng,
            float(optimizer.learning_rate),
        )
        return Progress(state, optimizer, rows, validation)
    state = dataclasses.replace(old.state)
    validation = old.validation
    changed_by_caller = checksum(estimator.theta_) != old.shown
    # Plain arrays of our own: what joblib loads may be a read-only memory map.
    state.theta = np.array(estimator.theta_ if changed_by_caller else state.theta)
    state.slots = {name: np.array(slot) for name, slot in state.slots.items()}
    if rows != old.rows or sets_aside != (validation is not None):
        state.order, validation = np.arange(len(data.Y)), None
        if sets_aside:
            state.order, validation = split(estimator, data, state.rng)
        state.position = len(state.order)
    if optimizer != old.optimizer:
        state.learning_rate = float(optimizer.learning_rate)
        if type(optimizer) is not type(old.optimizer):
            state.slots = optimizer.new_slots(state.theta)
    return Progress(state, optimizer, rows, validation)


def checksum(theta: Array) -> int:
    """Return a number that changes with the parameters."""
    return zlib.crc32(np.ascontiguousarray(theta).data)


def batch_size(estimator: Any, n_rows: int) -> int:
    """Return the rows of a step, clipped with scikit-learn's warning."""
    if estimator.batch_size == "auto":
        return min(200, n_rows)
    if estimator.batch_size > n_rows:
        warnings.warn(
            "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped",
            stacklevel=2,
        )
    return int(min(estimator.batch_size, n_rows))


def epochs(
    estimator: Any,
    data: Rows,
    progress: Progress,
    monitor: Monitor,
    kept: Checkpoint | None,
    *,
    incremental: bool,
) -> Iterator[Epoch]:
    """Return the training to come, an epoch a yield; between two yields the estimator is fitted.

    However it ends (convergence, the last epoch, an interrupt, the caller's ``close``), the
    estimator is left with the weights to predict with, and with what to go on from.
    """
    state = progress.state
    n_epochs = state.epoch + estimator.max_iter
    if incremental:  # one epoch of a training whose length, for schedules, is max_iter
        n_epochs = max(estimator.max_iter, state.epoch + 1)
    past = None
    if kept is not None and kept.found is not None:
        with named(kept.path):
            state, past = past_of(*kept.found, progress, estimator)
        progress.state, n_epochs = state, past.n_epochs
    rows_a_step = batch_size(estimator, len(state.order))
    estimator.engine_, run_steps = choose_engine(
        estimator.engine,
        estimator._network,
        progress.optimizer,
        data.X,
        n_rows=len(state.order),
        batch_size=rows_a_step,
        n_epochs=1 if incremental else estimator.max_iter,
    )
    if kept is not None and past is not None:
        with named(kept.path):
            past.check_engine(estimator.engine_)
    passes = train(
        estimator._network,
        state.theta,
        data.X,
        data.Y,
        w=data.w,
        optimizer=progress.optimizer,
        batch_size=rows_a_step,
        n_epochs=n_epochs,
        shuffle=estimator.shuffle,
        schedule=estimator.schedule,
        max_grad_norm=estimator.max_grad_norm,
        state=state,
        steps_per_yield=None if kept is None else STEPS,
        run_steps=run_steps,
    )
    keeper = Keeper(kept, estimator, progress, n_epochs)
    return _run(estimator, passes, data, progress, monitor, keeper, past, incremental=incremental)


def _run(
    estimator: Any,
    passes: Iterator[Epoch],
    data: Rows,
    progress: Progress,
    monitor: Monitor,
    keeper: Keeper,
    past: Past | None,
    *,
    incremental: bool,
) -> Iterator[Epoch]:
    """Yield the epochs of `epochs`, and leave the estimator in order however it ends."""
    estimator.n_iter_ = 0
    estimator.theta_ = progress.state.theta
    estimator._progress = progress
    if past is not None:
        vars(estimator).update(past.attributes)
    is_over = past is not None and past.is_over
    n_tasks = 1 if incremental else estimator.max_iter
    with management(estimator):
        callbacks = FitCallbacks(
            estimator, "epoch", n_tasks, data.X_given, data.y_given, data.sample_weight
        )
        try:
            if not is_over:
                keeper.keep()
                yield from _passes(
                    estimator, passes, progress, monitor, callbacks, keeper, incremental=incremental
                )
        except KeyboardInterrupt:
            warnings.warn("Training interrupted by user.", stacklevel=2)
        finally:
            best = monitor.best_theta()
            if best is not None:
                estimator.theta_ = best.copy()
            progress.shown = checksum(estimator.theta_)
            callbacks.close(estimator._fitted_now)


def _passes(
    estimator: Any,
    passes: Iterator[Epoch],
    progress: Progress,
    monitor: Monitor,
    callbacks: FitCallbacks,
    keeper: Keeper,
    *,
    incremental: bool,
) -> Iterator[Epoch]:
    """Yield epochs until one of the reasons to stop."""
    state = progress.state
    stop = False
    while not stop:
        callbacks.begin()
        try:
            epoch = next(passes)
            while not state.epoch_is_over:
                keeper.keep()
                epoch = next(passes)
        except DivergenceError as error:
            _give_up(estimator, error, monitor)
            return
        loss = estimator._reported(epoch.loss, epoch.penalty)
        monitor.record(loss, len(state.order))
        if estimator.learning_rate == "invscaling" and estimator.solver == "sgd":
            state.learning_rate = estimator.learning_rate_init / (estimator.t_ + 1) ** (
                estimator.power_t
            )
        stop = _converged(estimator, state, monitor) or incremental
        if not stop and estimator.n_iter_ == estimator.max_iter:
            stop = True
            warnings.warn(
                f"Stochastic Optimizer: Maximum iterations ({estimator.max_iter}) "
                "reached and the optimization hasn't converged yet.",
                ConvergenceWarning,
                stacklevel=2,
            )
        stop = callbacks.end(estimator._fitted_now) or stop
        is_over, stop = stop, stop or monitor.out_of_time()
        keeper.keep(is_over=is_over, now=stop)
        try:
            yield epoch if loss == epoch.loss else dataclasses.replace(epoch, loss=loss)
        except GeneratorExit:  # the caller has seen enough, for now
            keeper.keep(is_over=is_over, now=True)
            raise


def _converged(estimator: Any, state: TrainingState, monitor: Monitor) -> bool:
    """Return whether to stop for lack of improvement; an adaptive learning rate falls instead."""
    message = monitor.stalled()
    if message is None:
        return False
    if estimator.solver != "sgd" or estimator.learning_rate != "adaptive":
        monitor.say(f"{message} Stopping.")
        return True
    if state.learning_rate <= 1e-6:
        monitor.say(f"{message} Learning rate too small. Stopping.")
        return True
    state.learning_rate /= 5.0
    monitor.say(f"{message} Setting learning rate to {state.learning_rate:f}")
    estimator._no_improvement_count = 0
    return False


def _give_up(estimator: Any, error: DivergenceError, monitor: Monitor) -> None:
    """Warn (early stopping keeps its best weights) or raise, with scikit-learn's sentence first."""
    monitor.record_divergence()
    told, column = str(error), error.column
    if column is not None and hasattr(estimator, "feature_names_in_"):
        name = estimator.feature_names_in_[column]
        told = told.replace(f"column {column} of X", f"column {name!r} of X", 1)
    message = f"{SCIKIT_LEARNS_SENTENCE} {told}"
    if monitor.watch_validation:
        warnings.warn(message, ConvergenceWarning, stacklevel=2)
        return
    raise DivergenceError(
        message,
        epoch=error.epoch,
        batch=error.batch,
        layer=error.layer,
        theta=error.theta,
        column=column,
    ) from error
