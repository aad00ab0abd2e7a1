"""Which rows are set aside to validate on."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.core.arrays import Array

Rows = NDArray[np.intp]


def split_by(splitter: Any, targets: Array, groups: Any) -> tuple[Rows, Rows]:
    """Return the rows to train on and to validate on: the last of a splitter's splits."""
    splits = splitter.split(np.empty((len(targets), 1)), targets, groups)
    rows, aside = deque(splits, maxlen=1).pop()
    return np.sort(rows), np.sort(aside)


def split_at_random(
    n_rows: int, strata: Array | None, fraction: float, rng: np.random.Generator
) -> tuple[Rows, Rows]:
    """Return the same at random: of each stratum its share, rounded; of one row none."""
    order = rng.permutation(n_rows)
    strata = np.zeros(n_rows) if strata is None else strata
    parts = []
    for code in np.unique(strata):
        rows = order[strata[order] == code]
        parts.append(rows[: min(round(fraction * len(rows)), len(rows) - 1)])
    aside = np.sort(np.concatenate(parts))
    return np.setdiff1d(np.arange(n_rows), aside), aside
