"""What is measured on the validation rows, each with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.core.arrays import Array
from glassnet.report.bootstrap import (
    Statistic,
    intervals,
    mean_auc,
    n_resamples,
    r2,
    root_mean,
    weighted_mean,
)

EPSILON = float(np.finfo(np.float64).eps)
"""The least probability in a log-loss, as in scikit-learn: a 0 that comes true costs 36 nats."""


@dataclass(frozen=True)
class Measure:
    """One measure of the validation rows.

    Attributes
    ----------
    name : str
        "error", "log_loss", "auc"; "rmse", "mae", "r2", "pinball".
    title : str
        The same for readers.
    value : float
    low, high : float
        The 95 % interval; NaN if there is none.
    constant : float
        What the best single answer for all rows would get, known afterwards.
    larger_is_better : bool
    """

    name: str
    title: str
    value: float
    low: float
    high: float
    constant: float
    larger_is_better: bool

    @property
    def beats_constant(self) -> bool:
        """Whether the whole interval is better than the best single answer; NaN lets it pass."""
        if self.larger_is_better:
            return not self.low <= self.constant
        return not self.high >= self.constant


@dataclass(frozen=True)
class Question:
    """A measure before it is taken. See `Measure`."""

    name: str
    title: str
    statistic: Statistic
    constant: float
    larger_is_better: bool = False


def measured(
    questions: Sequence[Question], w: Array, n_outputs: int, rng: np.random.Generator
) -> tuple[Measure, ...]:
    """Return the answers on rows of these weights, with intervals."""
    statistics = [question.statistic for question in questions]
    ends = intervals(statistics, w, n_resamples(len(w), n_outputs), rng)
    return tuple(
        Measure(
            question.name, question.title, float(question.statistic(w[:, np.newaxis])[0]),
            float(low), float(high), question.constant, question.larger_is_better,
        )
        for question, (low, high) in zip(questions, ends, strict=True)
    )  # fmt: skip


def log_losses(codes: Array, P: Array) -> Array:
    """Return each row's log-loss, in nats."""
    each: Array = -np.log(P[np.arange(len(P)), codes].clip(EPSILON, 1 - EPSILON))
    return each


def summing_to_1(P: Array) -> Array:
    """Return probabilities whose rows sum to 1: float32's do to 7 digits."""
    P = P.astype(np.float64)
    scaled: Array = P / P.sum(axis=1, keepdims=True)
    return scaled


def of_classes(codes: Array, P: Array, w: Array) -> list[Question]:
    """Return what is asked of a classifier.

    Parameters
    ----------
    codes : array of int of shape (n_rows,)
    P : array of shape (n_rows, n_classes)
        As the network gave them: the order of nearly equal ones is that in which it was judged.
    w : array of shape (n_rows,)
    """
    shares = np.bincount(codes, weights=w, minlength=P.shape[1]) / w.sum()
    known = shares[shares > 0]
    area = "AUC" if P.shape[1] == 2 else "AUC (each class against the others, mean)"
    return [
        Question("error", "error (part of rows wrong)",
                 weighted_mean((P.argmax(axis=1) != codes).astype(np.float64)),
                 float(1 - shares.max())),
        Question("log_loss", "log-loss", weighted_mean(log_losses(codes, summing_to_1(P))),
                 float(-known @ np.log(known))),
        Question("auc", area, mean_auc(codes, P), 0.5, larger_is_better=True),
    ]  # fmt: skip


def of_numbers(
    y: Array, predicted: Array, w: Array, quantile: float | None = None
) -> list[Question]:
    """Return what is asked of a regressor.

    Parameters
    ----------
    y, predicted, w : array of shape (n_rows,)
    quantile : float, optional
        That is predicted, if one is: its pinball loss is asked for, too.
    """
    residuals = y - predicted
    center, middle = np.average(y, weights=w), _quantile(y, w, 0.5)
    questions = [
        Question("rmse", "RMSE", root_mean(residuals**2),
                 float(np.sqrt(np.average((y - center) ** 2, weights=w)))),
        Question("mae", "MAE", weighted_mean(np.abs(residuals)),
                 float(np.average(np.abs(y - middle), weights=w))),
        Question("r2", "R\N{SUPERSCRIPT TWO}", r2(y, predicted), 0.0, larger_is_better=True),
    ]  # fmt: skip
    if quantile is not None:
        best = np.average(_pinball(y - _quantile(y, w, quantile), quantile), weights=w)
        pinball = weighted_mean(_pinball(residuals, quantile))
        title = f"pinball loss at {quantile:g}"
        questions.insert(0, Question("pinball", title, pinball, float(best)))
    return questions


def _pinball(residuals: Array, quantile: float) -> Array:
    loss: Array = np.maximum(quantile * residuals, (quantile - 1) * residuals)
    return loss


def _quantile(y: Array, w: Array, quantile: float) -> float:
    return float(np.quantile(y, quantile, weights=w, method="inverted_cdf"))
