"""The data of one fit, checked: what the trainers train and the monitor validates on."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.core.arrays import Array
from glassnet.estimators.sparse import stored_arrays


@dataclass
class Rows:
    """Checked rows with their targets and weights, and the same as the user gave them.

    Attributes
    ----------
    X : array or SparseRows of shape (n_samples, n_features)
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
    """Return what tells rows of another number, content or order apart.

    The bits of the numbers, as whole numbers, added along rows and along columns: two passes at
    the speed of memory (28 ms for 60,000 x 784 float64, where a CRC of all bytes takes 100).
    """
    checksum = 0
    for array in stored_arrays(X):
        bits = array.view(np.dtype(f"u{array.dtype.itemsize}"))
        for axis in range(array.ndim):
            sums = bits.sum(axis=axis, dtype=np.uint64)
            checksum = zlib.crc32(np.ascontiguousarray(sums).data, checksum)
    return (X.shape, str(X.dtype), checksum)
