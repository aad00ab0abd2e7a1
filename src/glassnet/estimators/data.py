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
        Weights to train with: sample weight times class weight.
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
    """Return what tells rows of another number or content apart."""
    arrays = stored_arrays(X)
    checksum = 0
    for array in arrays:
        checksum = zlib.crc32(np.ascontiguousarray(array).data, checksum)
    return (X.shape, str(X.dtype), len(arrays), checksum)
