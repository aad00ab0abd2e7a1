"""How good predictions are, for the command line: scikit-learn's measures under short names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.core.arrays import Array

MEANINGS = {
    "accuracy": "of the rows are of the class predicted",
    "error": "are not",
    "guessing": "error of always predicting the most frequent class",
    "log_loss": "nats, minus the logarithm of the probability of what came true; 0 is perfect",
    "auc": "area under the curve: 1 is perfect, 0.5 is guessing",
    "r2": "of the variance is explained",
    "rmse": "root of the mean squared error, in units of the target",
    "mae": "mean absolute error, in units of the target",
    "spread": "standard deviation of the target: the error of always predicting its mean",
}


@dataclass(frozen=True)
class Scores:
    """What came out.

    Attributes
    ----------
    values : dict of str to float
        By name, as in `MEANINGS`.
    confusion : array of shape (n_classes, n_classes) or None
        Rows of a class, by the class that was predicted.
    """

    values: dict[str, float]
    confusion: Array | None = None


def of_classes(codes: Array, P: Array, w: Any) -> Scores:
    """Return the scores of probabilities; a code of -1 is a class that the model does not know."""
    from sklearn import metrics

    predicted = P.argmax(axis=1)
    error = float(np.average(predicted != codes, weights=w))
    n_classes = P.shape[1]
    shares = [np.average(codes == k, weights=w) for k in range(n_classes)]
    values = {"accuracy": 1 - error, "error": error, "guessing": 1 - float(max(shares))}
    known = codes >= 0
    if known.all():
        labels = np.arange(n_classes)
        values["log_loss"] = float(metrics.log_loss(codes, P, sample_weight=w, labels=labels))
        present = np.unique(codes)
        if len(present) > 1:
            each = [metrics.roc_auc_score(codes == k, P[:, k], sample_weight=w) for k in present]
            values["auc"] = float(each[-1] if n_classes == 2 else np.mean(each))
    confusion = metrics.confusion_matrix(codes[known], predicted[known], labels=range(n_classes))
    return Scores(values, confusion)


def of_numbers(y: Array, predicted: Array, w: Any) -> Scores:
    """Return the scores of numbers."""
    values = {
        "rmse": float(np.sqrt(np.average((predicted - y) ** 2, weights=w))),
        "mae": float(np.average(np.abs(predicted - y), weights=w)),
        "spread": float(np.sqrt(np.average((y - np.average(y, weights=w)) ** 2, weights=w))),
    }
    if values["spread"] > 0:
        values["r2"] = 1 - (values["rmse"] / values["spread"]) ** 2
    return Scores(values)
