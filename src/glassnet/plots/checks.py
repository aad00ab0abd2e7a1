"""What the figures ask of data and estimators, each refusal with its message."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.errors import DataError, ParameterError, ShapeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Floats = NDArray[np.float64]


def two_features(X: Any, what: str) -> Floats:
    """Return ``X`` as finite floats of shape (n_samples, 2)."""
    shape = np.shape(X)
    if len(shape) != 2 or shape[1] != 2:
        raise ShapeError(
            f"{what} needs exactly two features, X of shape (n_samples, 2); "
            f"got shape {shape}. Choose two columns."
        )
    if shape[0] == 0:
        raise ShapeError(f"{what} needs at least one row; got X of shape {shape}.")
    try:
        points = np.array(X, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"{what} needs two numeric features; X holds something else ({error}). "
            "Turn text into numbers, or choose other columns."
        ) from error
    n_bad = int((~np.isfinite(points).all(axis=1)).sum())
    if n_bad:
        raise DataError(
            f"{what} needs finite numbers; {n_bad} of {shape[0]} rows of X hold NaN or infinity. "
            "Drop or fill them."
        )
    return points


def labels_of(y: ArrayLike, n_samples: int) -> NDArray[Any]:
    """Return ``y`` as one label a row."""
    labels = np.asarray(y)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.shape != (n_samples,):
        raise ShapeError(
            f"y must hold one label for each row of X: expected shape ({n_samples},), "
            f"got {labels.shape}. One-hot rows become labels with Y.argmax(axis=1)."
        )
    return labels


def names_for(names: Sequence[object] | None, default: Sequence[object], what: str) -> list[str]:
    """Return the given names, one for each default, or the defaults."""
    if names is None:
        return [str(name) for name in default]
    if isinstance(names, str) or len(names) != len(default):
        got = repr(names) if isinstance(names, str) else str(len(names))
        raise ParameterError(f"{what} must hold {len(default)} names, got {got}.")
    return [str(name) for name in names]


def column_names(X: Any, estimator: Any = None) -> list[str] | None:
    """Return the feature names that the estimator was fitted with, else the table's own."""
    names = getattr(estimator, "feature_names_in_", None)
    if names is None:
        names = getattr(X, "columns", None)
    return None if names is None else [str(name) for name in names]


def fitted(estimator: Any) -> Any:
    """Return the fitted estimator; of a pipeline, its last step."""
    from sklearn.utils.validation import check_is_fitted  # noqa: PLC0415 # 2 s, not always needed

    if isinstance(estimator, type):
        raise ParameterError(
            f"estimator must be a fitted estimator, got the class {estimator.__name__}; "
            f"make and fit one first: {estimator.__name__}().fit(X, y)."
        )
    if not hasattr(estimator, "fit"):
        raise ParameterError(
            f"estimator must be a fitted estimator, got {type(estimator).__name__}."
        )
    check_is_fitted(estimator)
    steps = getattr(estimator, "steps", None)
    return steps[-1][1] if steps else estimator


@contextmanager
def names_may_be_missing() -> Iterator[None]:
    """Silence scikit-learn's warning about an array given where names were seen at fit."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "X does not have valid feature names", UserWarning)
        yield
