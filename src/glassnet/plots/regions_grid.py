"""A classifier asked on a grid of two features, and its answers as colors."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.colors import to_rgb

from glassnet.errors import ParameterError, ShapeError
from glassnet.plots.checks import Floats, fitted, names_may_be_missing
from glassnet.plots.house import CLASS_COLORS

#: A certain class is shaded with this much of its color, so that its points stay visible on it.
FULL_SHADE = 0.55


def check_classifier(estimator: Any) -> None:
    """Refuse what is not a fitted classifier of two features, one label a row."""
    name = type(fitted(estimator)).__name__
    classes = getattr(estimator, "classes_", None)
    if classes is None or not hasattr(estimator, "predict_proba"):
        raise ParameterError(
            f"Decision regions need a classifier with predict_proba; {name} is none or gives no "
            "probabilities. For a regressor use scikit-learn's PredictionErrorDisplay."
        )
    if isinstance(classes, list):
        raise ParameterError(
            f"Decision regions show one label a row; this {name} predicts {len(classes)} targets. "
            "Fit one classifier for each."
        )
    n_features = getattr(estimator, "n_features_in_", 2)
    if n_features != 2:
        raise ShapeError(
            f"Decision regions need a classifier of exactly two features; this {name} was fitted "
            f"on {n_features}. Fit one on two columns."
        )


def with_margin(values: Floats, n_values: int) -> Floats:
    """Return evenly spaced values over the range of the given ones and a tenth more each side."""
    low, high = float(values.min()), float(values.max())
    margin = 0.1 * (high - low) or 0.5 * max(abs(low), 1.0)  # a constant feature has no range
    return np.linspace(low - margin, high + margin, n_values)


def ask_on_grid(estimator: Any, X: Any, x1: Floats, x2: Floats) -> Floats:
    """Return the class probabilities at each point of the grid, asked in the form of ``X``."""
    grid_1, grid_2 = np.meshgrid(x1, x2)
    columns = (grid_1.ravel(), grid_2.ravel())
    if type(X).__module__.split(".")[0] in {"pandas", "polars"}:  # both are made from a dict
        grid = type(X)(dict(zip(X.columns, columns, strict=True)))
    else:
        grid = np.column_stack(columns)
    with names_may_be_missing():
        P = np.asarray(estimator.predict_proba(grid), dtype=np.float64)
    if P.ndim != 2 or not np.allclose(P.sum(axis=1), 1.0, atol=1e-3):
        raise ParameterError(
            f"Decision regions show one label a row; the probabilities of this "
            f"{type(estimator).__name__} do not sum to 1. Is it a multilabel classifier?"
        )
    return P.reshape(x2.size, x1.size, -1)


def shade(winner: Any, p: Floats, n_classes: int) -> Floats:
    """Return RGB: white where ``p`` is 1/n_classes, the winner's color where it is 1."""
    guess = 1 / n_classes if n_classes > 1 else 0.0
    strength = FULL_SHADE * np.clip((p - guess) / (1 - guess), 0, 1)[..., np.newaxis]
    colors = np.array([to_rgb(color) for color in CLASS_COLORS])[winner]
    return np.asarray(1 - strength * (1 - colors))
