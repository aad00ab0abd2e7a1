"""What a checkpoint holds of a fit by mini-batches: the state, the curves, and the best weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.core.arrays import Array, all_finite
from glassnet.core.training import TrainingState
from glassnet.errors import CheckpointError, RecordError
from glassnet.estimators.checkpoints import Checkpoint, engine_named
from glassnet.files.checkpoint import plain_number, plain_state, read_number, read_state
from glassnet.files.nodes import Node

if TYPE_CHECKING:
    from glassnet.estimators.stochastic import Progress

COUNTS = ("n_iter_", "t_", "_no_improvement_count")
NUMBERS = ("loss_", "best_loss_", "best_validation_score_")
CURVES = ("loss_curve_", "validation_scores_", "validation_loss_curve_")
"""The fitted attributes of the curves: whole numbers, numbers or None, lists or None."""


@dataclass(frozen=True)
class Past:
    """What lies behind a training that goes on.

    Attributes
    ----------
    attributes : dict
        The fitted attributes of its curves, and the best weights.
    is_over : bool
        Whether it had come to its end.
    n_epochs : int
        The number of the last epoch.
    engine : str
        What took the steps.
    """

    attributes: dict[str, Any]
    is_over: bool
    n_epochs: int
    engine: str

    def check_engine(self, engine: str) -> None:
        """Raise `CheckpointError` if another engine is to take the rest of the steps."""
        now = engine_named(engine)
        if now != self.engine:
            raise CheckpointError(
                f"it is a checkpoint of another training: its engine was {self.engine}, and is "
                f"{now} now, whose bits differ. This one is left as it is."
            )


@dataclass(frozen=True)
class Keeper:
    """Writes a fit down, if there is a checkpoint.

    Attributes
    ----------
    checkpoint : Checkpoint or None
    estimator : MLPClassifier or MLPRegressor
    progress : Progress
    n_epochs : int
        The number of the last epoch.
    """

    checkpoint: Checkpoint | None
    estimator: Any
    progress: Progress
    n_epochs: int

    def keep(self, *, is_over: bool = False, now: bool = False) -> None:
        """Write, if it is time to, or now."""
        if self.checkpoint is None or not (now or self.checkpoint.is_due):
            return
        est, progress = self.estimator, self.progress
        state, arrays = plain_state(progress.state)
        if progress.validation is not None:
            arrays["validation"] = progress.validation.astype(np.int64)
        if est._best_theta is not None:
            arrays["best"] = est._best_theta
        training = {
            "state": state,
            "is_over": is_over,
            "n_epochs": self.n_epochs,
            "engine": engine_named(est.engine_),
            **{name: int(getattr(est, name)) for name in COUNTS},
            **{name: plain_number(getattr(est, name, None)) for name in NUMBERS},
            **{name: _plain_curve(getattr(est, name)) for name in CURVES},
        }
        self.checkpoint.write(training, arrays)


def past_of(
    node: Node, arrays: Mapping[str, Array], progress: Progress, estimator: Any
) -> tuple[TrainingState, Past]:
    """Return the state to go on from and what lies behind it.

    Raises
    ------
    CheckpointError
        If other rows were set aside.
    RecordError
        If the checkpoint is not what this training can come to.
    """
    parts = node.fields("state", "is_over", "n_epochs", "engine", *COUNTS, *NUMBERS, *CURVES)
    state = read_state(parts["state"], arrays, progress.state)
    rows, expected = arrays.get("validation"), progress.validation
    is_same = rows is expected is None
    if rows is not None and expected is not None:
        is_same = np.array_equal(rows, expected)
    if not is_same:
        raise CheckpointError("it is a checkpoint of another training: other rows were set aside.")
    best = arrays.get("best")
    if best is not None and (best.shape, best.dtype) != (state.theta.shape, state.theta.dtype):
        raise RecordError("the checkpoint's best weights are not as long as its weights.")
    if best is not None and not all_finite(best):
        raise RecordError("the checkpoint's best weights hold NaN or infinity.")
    attributes: dict[str, Any] = {"_best_theta": best}
    attributes |= {name: parts[name].whole(0, 2**62) for name in COUNTS}
    attributes |= {name: read_number(parts[name]) for name in NUMBERS}
    attributes |= {name: _read_curve(parts[name]) for name in CURVES}
    for name in (*CURVES, "best_loss_", "best_validation_score_"):
        if (attributes[name] is None) != (getattr(estimator, name) is None):
            raise parts[name].wrong("nothing where this training has nothing, else numbers")
    is_over, n_epochs = parts["is_over"].flag(), parts["n_epochs"].whole(1, 2**40)
    left = n_epochs - state.epoch + (not state.epoch_is_over)
    if not is_over and not 0 < left == estimator.max_iter - attributes["n_iter_"]:
        raise parts["n_epochs"].wrong("as many epochs as max_iter has, and one still to come")
    return state, Past(attributes, is_over, n_epochs, parts["engine"].text())


def _plain_curve(values: list[float] | None) -> list[Any] | None:
    return None if values is None else [plain_number(one) for one in values]


def _read_curve(node: Node) -> list[float] | None:
    if node.value is None:
        return None
    values = [read_number(one) for one in node.items()]
    if None in values:
        raise node.wrong("a list of numbers")
    return values  # type: ignore[return-value] # none of them is None
