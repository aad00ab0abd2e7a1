"""scikit-learn's network on a raw table: what ``glassnet train --model mlp`` trains."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import _safe_indexing

from glassnet.core.arrays import Array
from glassnet.core.training import Epoch
from glassnet.errors import DataError, LabelError
from glassnet.estimators.classifier import MLPClassifier
from glassnet.estimators.records import record_on_table
from glassnet.estimators.regressor import MLPRegressor
from glassnet.estimators.tables.metrics import OF_CLASSES, OF_NUMBERS, Metric
from glassnet.estimators.tables.splits import split_at_random
from glassnet.estimators.tables.standard import standard_of
from glassnet.files.sealed import Path
from glassnet.record import Classes, Numbers, Record, Training, TwoClasses
from glassnet.tabular.table import Table

VALIDATED = 0.2
"""The part of the rows that is set aside."""

MOST_ONE_HOT = 2**31
"""Levels up to which a category becomes a column each: a plain network embeds none."""

MOST_COLUMNS = 10_000
"""Of the matrix: 4 GB for 100,000 rows."""


@dataclass(frozen=True)
class Course:
    """How far a training has come: what a progress bar shows of it.

    Attributes
    ----------
    scores : list of float
        The metric after each epoch; empty without validation rows.
    best_epoch : int
        The first of several as good; the last one if no score has a value.
    """

    scores: list[float]
    best_epoch: int

    @property
    def best_score(self) -> float:
        """The score of the best epoch."""
        return self.scores[self.best_epoch - 1]

    @classmethod
    def of(cls, model: Any) -> Course:
        """Return the course of an estimator, whose larger scores are better."""
        scores = model.validation_scores_ or []
        best = len(model.loss_curve_)
        if np.isfinite(scores).any():
            best = int(np.nanargmax(scores)) + 1
        return cls([abs(score) for score in scores], best)


def train_plain(
    X: Any,
    y: Array,
    w: Array | None,
    *,
    metric: str,
    n_epochs: int,
    max_time: float | None,
    seed: int,
    watch: Callable[[Epoch, Course], None],
    checkpoint: Path | None = None,
    checkpoint_every: float = 60.0,
) -> Record:
    """Train `MLPClassifier` or `MLPRegressor` with their defaults on a table.

    Numbers are scaled and categories one-hot, as `Table` does; a numeric target is standardised; a
    fifth of the rows is set aside, and the epoch that is best on them is kept.

    Parameters
    ----------
    X : table of shape (n_rows, n_columns)
    y : array of shape (n_rows,)
        Labels or numbers.
    w : array of shape (n_rows,) or None
    metric : {"error", "log_loss", "auc", "rmse", "mae"}
        The last two are for numbers, the others for classes.
    n_epochs : int
    max_time : float or None
        Seconds.
    seed : int
    watch : callable
        Takes each epoch, and how far the training has come. KeyboardInterrupt from it ends the
        training with the best weights so far.
    checkpoint, checkpoint_every :
        As in the estimators' ``fit``.
    """
    if w is not None:
        kept = np.flatnonzero(w)
        X, y, w = _safe_indexing(X, kept), y[kept], w[kept]
    table = Table.learn(X, max_one_hot=MOST_ONE_HOT, sample_weight=w)
    if table.n_columns > MOST_COLUMNS:
        widest = max(table.columns, key=lambda one: len(one.features))
        raise DataError(
            f"the table becomes {table.n_columns:,} columns, {len(widest.features):,} of them the "
            f"levels of {widest.name!r}; a plain perceptron takes at most {MOST_COLUMNS:,}. Leave "
            "that column out, or train TabularClassifier or TabularRegressor, which embed levels."
        )
    matrix = table.encode(X, np.float32)
    rng = np.random.default_rng(seed)
    target: Classes | Numbers
    if metric in OF_CLASSES:
        judge = OF_CLASSES[metric]
        labels, codes = np.unique(y, return_inverse=True)
        if len(labels) < 2:
            raise LabelError(
                f"y has one class only, {labels.tolist()}, in the rows whose weight is above 0; "
                "expected at least two to tell apart."
            )
        rows, aside = split_at_random(len(y), codes, VALIDATED, rng)
        target, Y = (TwoClasses if len(labels) == 2 else Classes)(labels), y
    else:
        judge = OF_NUMBERS[metric]
        rows, aside = split_at_random(len(y), None, VALIDATED, rng)
        target = standard_of(y[rows], None if w is None else w[rows])
        Y = (y - target.mean) / target.std

    score = _scorer(judge, target, None if w is None else w[aside])
    model = (MLPClassifier if isinstance(target, Classes) else MLPRegressor)(
        max_iter=n_epochs,
        max_time=max_time,
        random_state=seed,
        dtype="float32",
        scoring=score if aside.size else None,
        early_stopping=bool(aside.size),
        n_iter_no_change=n_epochs,
    )
    more: dict[str, Any] = {"X_val": matrix[aside], "y_val": Y[aside]} if aside.size else {}
    weights = None if w is None else w[rows]
    if checkpoint is not None:
        more |= {"checkpoint": checkpoint, "checkpoint_every": checkpoint_every}
    with warnings.catch_warnings():  # all epochs are as meant
        warnings.filterwarnings("ignore", "Stochastic Optimizer", ConvergenceWarning)
        for epoch in model.iter_fit(matrix[rows], Y[rows], sample_weight=weights, **more):
            try:
                watch(epoch, Course.of(model))
            except KeyboardInterrupt:
                break
    course = Course.of(model)
    training = Training(
        metric, model.engine_, (tuple(model.loss_curve_),), (tuple(course.scores),),
        (course.best_epoch,),
    )  # fmt: skip
    return record_on_table(model, table, target, training)


def _scorer(
    judge: Metric, target: Classes | Numbers, w: Array | None
) -> Callable[[Any, Any, Any], float]:
    """Return the metric as a scorer: negative where it is to be small, in the target's units."""

    def score(model: Any, X: Any, y: Any) -> float:
        if isinstance(target, Classes):
            value = judge.measure(np.searchsorted(target.labels, y), model.predict_proba(X), w)
        else:
            value = judge.measure(y, model.predict(X), w) * target.std
        return value if judge.larger_is_better else -value

    score.__qualname__ = judge.name  # what a checkpoint tells scorers apart by
    return score
