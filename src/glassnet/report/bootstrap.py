"""How sure a measure is: the same measure on rows drawn again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import numpy as np

from glassnet.core.arrays import Array

Statistic: TypeAlias = Callable[[Array], Array]
"""Of weights of shape (n_rows, n_resamples); returns an array of shape (n_resamples,)."""

N_RESAMPLES = 1_000
FEWEST_RESAMPLES = 100
MOST_DRAWS = 100_000_000
"""Rows times resamples times classes that a report looks at for its intervals: 2 to 5 seconds."""

_AT_ONCE = 2**20
"""Draws in memory at a time: 8 MB."""


def n_resamples(n_rows: int, n_outputs: int) -> int:
    """Return how many resamples there is time for: a thousand, unless rows or classes are many."""
    most = MOST_DRAWS // max(n_rows * n_outputs, 1)
    return min(max(most, FEWEST_RESAMPLES), N_RESAMPLES)


def draws(n_rows: int, n_resamples: int, rng: np.random.Generator) -> Iterator[Array]:
    """Yield how often each row is drawn, as many resamples at a time as memory allows.

    Arrays of shape (n_rows, some), whose columns sum to n_rows.
    """
    at_once = max(1, _AT_ONCE // n_rows)
    for start in range(0, n_resamples, at_once):
        some = min(at_once, n_resamples - start)
        places = rng.integers(n_rows, size=(n_rows, some))
        places *= some
        places += np.arange(some)
        counts = np.bincount(places.ravel(), minlength=n_rows * some)
        yield counts.reshape(n_rows, some).astype(np.float64)


def intervals(
    statistics: Sequence[Statistic],
    w: Array,
    n_resamples: int,
    rng: np.random.Generator,
    coverage: float = 0.95,
) -> Array:
    """Return the percentile interval of each statistic, all on the same resamples.

    Efron, 1981, "Nonparametric standard errors and confidence intervals": the percentile method.
    Resamples in which a statistic has no value are left out: the area under the curve, if one
    class only was drawn.

    Parameters
    ----------
    statistics : sequence of callable
    w : array of shape (n_rows,)
        Weights of the rows; a row drawn twice counts twice its weight.
    n_resamples : int
    rng : Generator
    coverage : float, default=0.95

    Returns
    -------
    array of shape (len(statistics), 2)
        Lower and upper ends; NaN where a statistic never had a value.
    """
    values = [
        np.stack([statistic(counts * w[:, np.newaxis]) for statistic in statistics])
        for counts in draws(len(w), n_resamples, rng)
    ]
    drawn = np.concatenate(values, axis=1)
    ends = np.full((len(statistics), 2), np.nan)
    for end, each in zip(ends, drawn, strict=True):
        known = each[np.isfinite(each)]
        if known.size:
            end[:] = np.quantile(known, [(1 - coverage) / 2, (1 + coverage) / 2])
    return ends


def weighted_mean(values: Array) -> Statistic:
    """Return the mean of numbers, one for each row, as a statistic."""

    def mean(W: Array) -> Array:
        return _divided(values @ W, W.sum(axis=0))

    return mean


def root_mean(values: Array) -> Statistic:
    """Return the root of the mean of numbers of 0 or more as a statistic."""
    mean = weighted_mean(values)
    return lambda W: np.sqrt(mean(W))


def r2(y: Array, predicted: Array) -> Statistic:
    r"""Return the coefficient of determination as a statistic.

    .. math:: 1 - \frac{\sum w (y - \hat y)^2}{\sum w (y - \bar y)^2}

    It has no value where all targets are equal.
    """
    squares = (y - predicted) ** 2
    y = y - y.mean()  # the difference below would cancel for targets far from 0

    def determination(W: Array) -> Array:
        total = y**2 @ W
        spread = total - _divided((y @ W) ** 2, W.sum(axis=0))
        spread[spread <= 1e-12 * total] = 0.0  # rounding, where all that were drawn are equal
        return 1 - _divided(squares @ W, spread)

    return determination


def auc(positive: Array, scores: Array) -> Statistic:
    r"""Return the area under the receiver operating characteristic as a statistic.

    The part of all pairs of a positive and a negative row in which the positive has the higher
    score; equal scores count half (Mann and Whitney, 1947). Rows are sorted once for all
    resamples. It has no value where one of the two is missing.

    Parameters
    ----------
    positive : array of bool of shape (n_rows,)
    scores : array of shape (n_rows,)
    """
    wins = np.flatnonzero(positive)
    losses = np.flatnonzero(~positive)
    losses = losses[np.argsort(scores[losses], kind="stable")]
    below = np.searchsorted(scores[losses], scores[wins], side="left")
    not_above = np.searchsorted(scores[losses], scores[wins], side="right")

    def area(W: Array) -> Array:
        beaten = np.zeros((len(losses) + 1, W.shape[1]))
        np.cumsum(W[losses], axis=0, out=beaten[1:])
        W = W[wins]
        won = np.einsum("ij,ij->j", W, beaten[below])
        won += np.einsum("ij,ij->j", W, beaten[not_above])
        return _divided(won / 2, W.sum(axis=0) * beaten[-1])

    return area


def mean_auc(codes: Array, P: Array) -> Statistic:
    """Return the area under the curve; of several classes the mean, each against the others."""
    if P.shape[1] == 2:
        return auc(codes == 1, P[:, 1])
    areas = [auc(codes == k, P[:, k]) for k in np.unique(codes)]

    def mean(W: Array) -> Array:
        each = np.stack([area(W) for area in areas])
        known = np.isfinite(each)
        return _divided(np.where(known, each, 0.0).sum(axis=0), known.sum(axis=0))

    return mean


def _divided(a: Array, b: Array) -> Array:
    """Return a / b, and NaN where b is 0."""
    ratio: Array = np.divide(a, b, out=np.full(np.shape(a), np.nan), where=b > 0)
    return ratio
