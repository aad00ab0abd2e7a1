"""Rows that are made when they are asked for: converted to another dtype, or picked from others."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.utils import assert_all_finite

from glassnet.core.arrays import FLOATS, Array, all_finite, check_finite
from glassnet.estimators.sparse import SparseRows

NUMBERS_AT_A_TIME = 2**18
"""1 MB of float32: what is made of some rows stays in the processor's cache."""


class LazyRows(ABC):
    """What the mathematics asks of ``X``, from rows that are made a few at a time.

    A product makes them all: training and prediction never ask for one.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @abstractmethod
    def __getitem__(self, rows: Any) -> Any: ...

    @property
    def mT(self) -> Transposed:  # noqa: N802 - NumPy's name
        """The transpose."""
        return Transposed(self)

    def __matmul__(self, other: Any) -> Any:
        return self[:] @ other

    def __len__(self) -> int:
        return self.shape[0]


class Transposed:
    """The transpose of lazy rows, for products."""

    def __init__(self, rows: LazyRows) -> None:
        self._rows = rows

    def __matmul__(self, other: Any) -> Any:
        return self._rows[:].mT @ other


class ConvertedRows(LazyRows):
    """An array in another dtype. What overflows that dtype is infinite.

    Parameters
    ----------
    array : array of shape (n_samples, n_features)
    dtype : dtype
        float32 or float64.
    """

    def __init__(self, array: Array, dtype: np.dtype[Any]) -> None:
        self.array = array
        self.shape = array.shape
        self.dtype = dtype

    def __getitem__(self, rows: Any) -> Array:
        with np.errstate(over="ignore"):
            converted: Array = self.array[rows].astype(self.dtype)
        return converted


class PickedRows(LazyRows):
    """Some of the rows of ``X``, without a copy of them.

    Parameters
    ----------
    X : array or rows of shape (n_samples, n_features)
    rows : array of int
        Their numbers.
    """

    def __init__(self, X: Any, rows: NDArray[np.intp]) -> None:
        self._X = X
        self._rows = rows
        self.shape = (len(rows), *X.shape[1:])
        self.dtype = X.dtype

    def __getitem__(self, rows: Any) -> Any:
        return self._X[self._rows[rows]]


def few_at_a_time(X: Any) -> Iterator[Any]:
    """Yield all rows of an array or of lazy rows, a few at a time."""
    step = max(1, NUMBERS_AT_A_TIME // math.prod(X.shape[1:]))
    for start in range(0, len(X), step):
        yield X[start : start + step]


def accepted_dtypes(X: Any, dtype: np.dtype[Any] | None) -> list[Any]:
    """Return the dtypes in which `validate_data` is to leave ``X``, first the one for all others.

    Parameters
    ----------
    X : what the user gave
    dtype : dtype or None
        The model's, None if it follows ``X``.
    """
    if dtype is None:
        return [np.float64, np.float32]
    if sparse.issparse(X):
        return [dtype]
    return sorted(FLOATS, key=lambda one: one != dtype)


def as_rows(X: Any, dtype: np.dtype[Any] | None) -> Any:
    """Return validated ``X`` for the mathematics, in the model's dtype: without a copy."""
    if sparse.issparse(X):
        return SparseRows(X)
    if dtype is None or X.dtype == dtype:  # "in" will not do: np.dtype(float) == None is true
        return X
    return ConvertedRows(X, dtype)


def check_converted(X: Any, estimator: Any) -> None:
    """Raise, as scikit-learn does, if a number in converted rows overflows their dtype."""
    if isinstance(X, ConvertedRows):
        for rows in few_at_a_time(X):
            if not all_finite(rows):
                assert_all_finite(rows, input_name="X", estimator_name=type(estimator).__name__)
                check_finite("X", rows)  # if scikit-learn's setting assume_finite let it pass
