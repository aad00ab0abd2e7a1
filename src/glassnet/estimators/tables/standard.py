"""By what a numeric target is standardised."""

from __future__ import annotations

import numpy as np

from glassnet.core.arrays import Array
from glassnet.errors import DataError
from glassnet.record import Numbers


def standard_of(y: Array, weights: Array | None) -> Numbers:
    """Return mean, standard deviation (1 if it is 0) and range of the targets to train on.

    Raises
    ------
    DataError
        If the variance is beyond float64.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        mean = float(np.average(y, weights=weights))
        std = float(np.sqrt(np.average((y - mean) ** 2, weights=weights)))
    if not np.isfinite([mean, std]).all():
        raise DataError(
            f"y goes from {y.min():g} to {y.max():g}, and its variance is beyond float64; "
            "expected smaller numbers. Divide y by a constant."
        )
    return Numbers(mean, std if std > 0 else 1.0, float(y.min()), float(y.max()))
