"""What is measured on the validation rows after each epoch: the best epoch's weights are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from sklearn.metrics import log_loss, mean_pinball_loss, roc_auc_score

from glassnet.core.arrays import Array

Measure: TypeAlias = Callable[[Array, Array, Any], float]
"""Of targets, predictions and sample weights (or None)."""


@dataclass(frozen=True)
class Metric:
    """A measure of predictions, and which way is better.

    Attributes
    ----------
    name : str
    measure : callable
        Of targets (codes of classes, or numbers), predictions (probabilities, or numbers) and
        sample weights.
    larger_is_better : bool
    """

    name: str
    measure: Measure
    larger_is_better: bool = False

    def is_no_worse(self, value: float, best: float) -> bool:
        """Return whether a value is at least as good as another; NaN never is."""
        return value >= best if self.larger_is_better else value <= best


def _error(codes: Array, P: Array, w: Any) -> float:
    return float(np.average(P.argmax(axis=1) != codes, weights=w))


def _log_loss(codes: Array, P: Array, w: Any) -> float:
    P = P.astype(np.float64)
    P /= P.sum(axis=1, keepdims=True)  # float32's sums are 1 to 7 digits; scikit-learn warns of it
    return float(log_loss(codes, P, sample_weight=w, labels=np.arange(P.shape[1])))


def _auc(codes: Array, P: Array, w: Any) -> float:
    """Return the area under the curve, averaged over classes that are there and not alone."""
    present = np.unique(codes)
    if len(present) < 2:
        return float("nan")
    if P.shape[1] == 2:
        return float(roc_auc_score(codes, P[:, 1], sample_weight=w))
    each = [roc_auc_score(codes == k, P[:, k], sample_weight=w) for k in present]
    return float(np.mean(each))


def _rmse(y: Array, predicted: Array, w: Any) -> float:
    return float(np.sqrt(np.average((predicted - y) ** 2, weights=w)))


def _mae(y: Array, predicted: Array, w: Any) -> float:
    return float(np.average(np.abs(predicted - y), weights=w))


OF_CLASSES = {
    "error": Metric("error", _error),
    "log_loss": Metric("log_loss", _log_loss),
    "auc": Metric("auc", _auc, larger_is_better=True),
}
OF_NUMBERS = {"rmse": Metric("rmse", _rmse), "mae": Metric("mae", _mae)}


def pinball(quantile: float) -> Metric:
    """Return the loss of a quantile as a metric."""

    def measure(y: Array, predicted: Array, w: Any) -> float:
        return float(mean_pinball_loss(y, predicted, sample_weight=w, alpha=quantile))

    return Metric("pinball", measure)
