"""What follows from the facts: everything that a report says, in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.core.arrays import Array
from glassnet.record import Classes
from glassnet.report import measures
from glassnet.report.bootstrap import n_resamples
from glassnet.report.facts import Facts, Rows
from glassnet.report.measures import Measure
from glassnet.report.mistakes import Confusion, Residuals, confusion, residuals
from glassnet.report.probabilities import Calibration, Sharpening, calibration, sharpening
from glassnet.tabular.columns import Column

SEED = 0
"""Of the intervals: the same model, the same report."""


@dataclass(frozen=True, eq=False)
class Findings:
    """What a report says.

    Attributes
    ----------
    facts : Facts
    measures : tuple of Measure
        The one that chose the best epoch first; none without validation rows.
    n_resamples : int
        Behind their intervals.
    confusion, calibration, sharpening : optional
        Of classes.
    residuals : optional
        Of numbers.
    loss_curve, validation_curve : array of shape (n_epochs,)
        The means over the networks; the second one is empty without validation rows.
    importances : tuple of (Column, float)
        Columns that matter, the most important first.
    """

    facts: Facts
    measures: tuple[Measure, ...]
    n_resamples: int
    confusion: Confusion | None
    calibration: Calibration | None
    sharpening: Sharpening | None
    residuals: Residuals | None
    loss_curve: Array
    validation_curve: Array
    importances: tuple[tuple[Column, float], ...]

    @property
    def main(self) -> Measure | None:
        """The measure that chose the best epoch."""
        return self.measures[0] if self.measures else None

    @property
    def predicted_event(self) -> str | None:
        """The class that the calibration's probabilities are of; None if the predicted one is."""
        target = self.facts.target
        assert isinstance(target, Classes)
        return str(target.labels[1]) if len(target.labels) == 2 else None


def find(facts: Facts) -> Findings:
    """Return what follows from the facts."""
    rng = np.random.default_rng(SEED)
    rows, training = facts.rows, facts.training
    taken: tuple[Measure, ...] = ()
    mistakes = of_bins = sharpened = left = None
    n_outputs = len(facts.target.labels) if isinstance(facts.target, Classes) else 1
    if rows is not None and len(rows):
        w = np.ones(len(rows)) if rows.weights is None else rows.weights.astype(np.float64)
        if isinstance(facts.target, Classes):
            codes, P = np.asarray(rows.targets, dtype=np.intp), np.asarray(rows.predictions)
            questions = measures.of_classes(codes, P, w)
            P = measures.summing_to_1(P)
            predicted = P.argmax(axis=1)
            mistakes = confusion(codes, predicted, facts.target.labels)
            came_true, p = (
                (codes == 1, P[:, 1])
                if n_outputs == 2
                else (codes == predicted, P[np.arange(len(P)), predicted])
            )
            of_bins = calibration(came_true, p, w, rng)
            sharpened = sharpening(codes, P, w, rng)
        else:
            y, predicted = _numbers(rows)
            questions = measures.of_numbers(y, predicted, w, facts.quantile)
            left = residuals(y, predicted)
        questions.sort(key=lambda question: question.name != training.metric)
        taken = measures.measured(questions, w, n_outputs, rng)
    return Findings(
        facts, taken, n_resamples(0 if rows is None else len(rows), n_outputs),
        mistakes, of_bins, sharpened, left,
        mean_curve(training.loss_curve), mean_curve(training.validation_scores),
        _importances(facts),
    )  # fmt: skip


def mean_curve(curves: Sequence[Sequence[float]]) -> Array:
    """Return the mean of curves, epoch by epoch, over those that got so far and have a value."""
    longest = max(map(len, curves), default=0)
    total, n_known = np.zeros(longest), np.zeros(longest)
    for curve in curves:
        values = np.asarray(curve, dtype=np.float64)
        known = np.isfinite(values)
        total[: len(values)] += np.where(known, values, 0.0)
        n_known[: len(values)] += known
    mean: Array = np.divide(total, n_known, out=np.full(longest, np.nan), where=n_known > 0)
    return mean


def _numbers(rows: Rows) -> tuple[Array, Array]:
    predictions = np.asarray(rows.predictions, dtype=np.float64).reshape(len(rows), -1)
    return np.asarray(rows.targets, dtype=np.float64), predictions[:, 0]


def _importances(facts: Facts) -> tuple[tuple[Column, float], ...]:
    """Return the columns that matter; of equal ones the first of the table first."""
    values = facts.training.importances
    if not values:
        return ()
    pairs = [pair for pair in zip(facts.columns, values, strict=True) if pair[1] > 0]
    return tuple(sorted(pairs, key=lambda pair: -pair[1]))
