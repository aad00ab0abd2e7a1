"""Which rows are set aside to validate on."""

from __future__ import annotations

import warnings
from collections import deque
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import KFold, StratifiedKFold

from glassnet.core.arrays import Array
from glassnet.errors import ParameterError

Rows = NDArray[np.intp]
Split = tuple[Rows, Rows]
"""The rows to train on, and those to validate on."""


def split_at_random(
    n_rows: int, strata: Array | None, fraction: float, rng: np.random.Generator
) -> Split:
    """Set aside a part of each stratum, rounded; of one row none."""
    order = rng.permutation(n_rows)
    strata = np.zeros(n_rows) if strata is None else strata
    parts = []
    for code in np.unique(strata):
        rows = order[strata[order] == code]
        parts.append(rows[: min(round(fraction * len(rows)), len(rows) - 1)])
    aside = np.sort(np.concatenate(parts))
    return np.setdiff1d(np.arange(n_rows), aside), aside


def folds(n_rows: int, strata: Array | None, n_bags: int, rng: np.random.Generator) -> list[Split]:
    """Set aside each row once: of each stratum as many for every bag, but for one."""
    most = n_rows if strata is None else int(np.bincount(strata).max())
    if most < n_bags:
        rows = "rows" if strata is None else "rows of the largest class"
        raise ParameterError(f"n_bags is {n_bags}, and there are {most} {rows}; expected as many.")
    seed = int(rng.integers(2**31))
    kind = KFold if strata is None else StratifiedKFold
    with warnings.catch_warnings():  # of a class with fewer rows than there are bags
        warnings.simplefilter("ignore", UserWarning)
        splits = kind(n_bags, shuffle=True, random_state=seed).split(np.empty(n_rows), strata)
        return list(splits)


def split_by(splitter: Any, targets: Array, groups: Any, n_bags: int) -> list[Split]:
    """Return the last of a splitter's splits; for several bags the first ones."""
    splits = splitter.split(np.empty((len(targets), 1)), targets, groups)
    found = list(deque(splits, maxlen=1) if n_bags == 1 else islice(splits, n_bags))
    if len(found) < n_bags:
        raise ParameterError(
            f"validation_split gives {len(found)} splits, and n_bags is {n_bags}; expected as many "
            "at least."
        )
    return [(np.sort(rows), np.sort(aside)) for rows, aside in found]
