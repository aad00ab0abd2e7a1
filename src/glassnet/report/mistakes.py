"""Where a model is wrong: which classes it takes for which, and by how much numbers are off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassnet.core.arrays import Array

MOST_CLASSES = 20
N_PARTS = 5
LEVELS = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


@dataclass(frozen=True, eq=False)
class Confusion:
    """How many rows of each class were taken for which.

    Attributes
    ----------
    labels : tuple of str
        Of the classes shown, in their order.
    n_others : int
        Classes beyond them, which share the last row and column; 0 if all are shown.
    counts : array of int of shape (n_shown, n_shown)
        Rows: what they are. Columns: what was predicted. Not weighted.
    """

    labels: tuple[str, ...]
    n_others: int
    counts: Array

    @property
    def recall(self) -> Array:
        """The part of each shown class's rows that is right; NaN if there are none."""
        n_rows = self.counts.sum(axis=1)[: len(self.labels)]
        right = np.diag(self.counts)[: len(self.labels)]
        part: Array = np.divide(right, n_rows, out=np.full(len(right), np.nan), where=n_rows > 0)
        return part


def confusion(codes: Array, predicted: Array, labels: Array) -> Confusion:
    """Count which class was taken for which.

    All classes, if they are 21 or fewer; else the 20 with the most rows, and the others as one.

    Parameters
    ----------
    codes, predicted : array of int of shape (n_rows,)
    labels : array of shape (n_classes,)
    """
    n_classes = len(labels)
    counts = np.bincount(codes * n_classes + predicted, minlength=n_classes**2)
    counts = counts.reshape(n_classes, n_classes)
    if n_classes <= MOST_CLASSES + 1:
        return Confusion(tuple(map(str, labels)), 0, counts)
    largest = np.sort(np.argsort(-counts.sum(axis=1), kind="stable")[:MOST_CLASSES])
    place = np.full(n_classes, MOST_CLASSES)
    place[largest] = np.arange(MOST_CLASSES)
    size = MOST_CLASSES + 1
    counts = np.bincount(place[codes] * size + place[predicted], minlength=size**2)
    shown = tuple(str(labels[k]) for k in largest)
    return Confusion(shown, n_classes - MOST_CLASSES, counts.reshape(size, size))


@dataclass(frozen=True, eq=False)
class Residuals:
    """What is left of targets when predictions are taken away: target minus prediction.

    Attributes
    ----------
    levels : tuple of float
    quantiles : array of shape (n_levels,)
        Of the residuals, at ``levels``.
    low, high : array of shape (n_parts,)
        Ranges of the predictions, each with as many rows.
    center, mean, rmse : array of shape (n_parts,)
        Of each part: mean prediction, mean residual, root of the mean squared residual.
    n_rows : array of int of shape (n_parts,)
    """

    levels: tuple[float, ...]
    quantiles: Array
    low: Array
    high: Array
    center: Array
    mean: Array
    rmse: Array
    n_rows: Array


def residuals(y: Array, predicted: Array, n_parts: int = N_PARTS) -> Residuals:
    """Return how residuals are spread, and how they go with the predictions. Not weighted."""
    order = np.argsort(predicted, kind="stable")
    left, predicted = (y - predicted)[order], predicted[order]
    first = np.unique(
        np.searchsorted(predicted, predicted[np.arange(n_parts) * len(predicted) // n_parts])
    )
    n_rows = np.diff(np.r_[first, len(predicted)])
    return Residuals(
        LEVELS,
        np.quantile(left, LEVELS),
        low=predicted[first],
        high=predicted[first + n_rows - 1],
        center=np.add.reduceat(predicted, first) / n_rows,
        mean=np.add.reduceat(left, first) / n_rows,
        rmse=np.sqrt(np.add.reduceat(left**2, first) / n_rows),
        n_rows=n_rows,
    )
