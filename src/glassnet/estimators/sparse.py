"""Sparse rows for the mathematics: the few things that it asks of ``X``."""

from __future__ import annotations

from typing import Any

import numpy as np


class SparseRows:
    """A SciPy sparse matrix that is indexed by rows and multiplied like an array.

    Parameters
    ----------
    matrix : sparse matrix or array of shape (n_samples, n_features)
        Any format; kept as CSR, without a copy if it is.
    """

    def __init__(self, matrix: Any) -> None:
        self._csr = matrix.tocsr()

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and columns."""
        return tuple(self._csr.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """float32 or float64."""
        dtype: np.dtype[Any] = np.dtype(self._csr.dtype)
        return dtype

    @property
    def mT(self) -> Any:  # noqa: N802 - NumPy's name
        """The transpose."""
        return self._csr.T

    def __getitem__(self, rows: Any) -> SparseRows:
        return SparseRows(self._csr[rows])

    def __matmul__(self, other: Any) -> Any:
        return self._csr @ other

    def __len__(self) -> int:
        return int(self._csr.shape[0])


def stored_arrays(X: Any) -> list[Any]:
    """Return the arrays that hold the content of ``X``, dense or sparse."""
    if isinstance(X, SparseRows):
        return [X._csr.data, X._csr.indices, X._csr.indptr]
    return [X]
