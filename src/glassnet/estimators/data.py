"""The data of one fit, checked: what the trainers train and the monitor validates on."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils import _safe_indexing

from glassnet.core.arrays import Array
from glassnet.estimators.lazy_rows import few_at_a_time
from glassnet.estimators.sparse import stored_arrays


@dataclass
class Rows:
    """Checked rows with their targets and weights, and the same as the user gave them.

    Attributes
    ----------
    X : array, SparseRows or LazyRows of shape (n_samples, n_features)
    Y : array of shape (n_samples, n_outputs)
        Encoded targets, of the dtype of ``X``.
    w : array of shape (n_samples,) or None
        What the loss is weighted by: in training, sample weight times class weight; on rows to
        validate on, sample weight.
    X_given, y_given : the user's, for scorers and callbacks
    sample_weight : array of shape (n_samples,) or None
        The user's weights alone: what scores are weighted by.
    """

    X: Any
    Y: Array
    w: Array | None
    X_given: Any
    y_given: Any
    sample_weight: Any = None


def fingerprint(X: Any) -> tuple[Any, ...]:
    """Return what tells rows of another number, content or order apart: a CRC of the bytes."""
    checksum = 0
    for array in stored_arrays(X):
        for rows in few_at_a_time(array):  # no copy of all, whatever the layout
            checksum = zlib.crc32(np.ascontiguousarray(rows).data, checksum)
    return (X.shape, str(X.dtype), checksum)


def pick(values: Any, rows: Any) -> Any:
    """Return some rows of what the user gave: a frame, a list, any sparse matrix, ..."""
    if sparse.issparse(values):
        return values.tocsr()[rows]
    if not hasattr(values, "__getitem__"):  # all that is known is that NumPy can read it
        values = np.asarray(values)
    return _safe_indexing(values, rows)
