"""Batches of rows: one thing for batch, mini-batch and stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.core.arrays import RandomNumbers, check_count
from glassnet.errors import ParameterError


def permuted(order: NDArray[np.intp], rng: RandomNumbers) -> NDArray[np.intp]:
    """Return the rows of ``order`` in a new random order.

    A permutation of the last order, not of the rows: so does scikit-learn, to the digit.
    """
    return order[rng.permutation(len(order))]


def batches(
    order: NDArray[np.intp], batch_size: int, start: int = 0, n_batches: int | None = None
) -> Iterator[NDArray[np.intp]]:
    """Yield ``order`` in pieces of ``batch_size`` rows; the last, short one is used too.

    Parameters
    ----------
    order : array of int of shape (n_samples,)
        Rows in the order in which they are used.
    batch_size : int
        1 is stochastic, ``len(order)`` batch gradient descent.
    start : int, default=0
        Rows of this epoch that are behind.
    n_batches : int, optional
        At most so many.

    Examples
    --------
    >>> import numpy as np
    >>> [rows.tolist() for rows in batches(np.arange(5), 2)]
    [[0, 1], [2, 3], [4]]
    """
    starts = range(start, len(order), batch_size)[:n_batches]
    for begin in starts:
        yield order[begin : begin + batch_size]


def some_rows(X: Any, rows: NDArray[np.intp]) -> Any:
    """Return some rows of an array, or of what else has rows, in this order.

    By `numpy.take`, which is 10 times as fast for narrow rows; but first it copies the whole of an
    array whose rows do not lie one behind the other.
    """
    if isinstance(X, np.ndarray) and X.flags.c_contiguous:
        return X.take(rows, axis=0)
    return X[rows]


def check_batch_size(batch_size: int | None, n_rows: int, default: int = 32) -> int:
    """Return the batch size, or raise `ParameterError` if it exceeds the rows."""
    if batch_size is None:
        return min(default, n_rows)
    if check_count("batch_size", batch_size) > n_rows:
        raise ParameterError(
            f"batch_size is {batch_size}, but there are {n_rows} rows; expected at most as many. "
            f"batch_size={n_rows} is batch gradient descent."
        )
    return int(batch_size)
