"""What the network sees of a point in the plane: its coordinates, and functions of them.

Of a table it sees columns of the table's matrix, as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.core.arrays import Array


@dataclass(frozen=True)
class Input:
    """A function of a point.

    Attributes
    ----------
    name, label, formula, code : str
        In setups; on the page; LaTeX; in Python, of an array ``X``.
    of : callable
        Takes the two coordinates.
    """

    name: str
    label: str
    formula: str
    code: str
    of: Callable[[Array, Array], Array]


FUNCTIONS: dict[str, Input] = {
    one.name: one
    for one in (
        Input("x1", "x₁", "x_1", "X[:, 0]", lambda a, b: a),  # noqa: ARG005
        Input("x2", "x₂", "x_2", "X[:, 1]", lambda a, b: b),  # noqa: ARG005
        Input("x1^2", "x₁²", "x_1^2", "X[:, 0] ** 2", lambda a, b: a**2),  # noqa: ARG005
        Input("x2^2", "x₂²", "x_2^2", "X[:, 1] ** 2", lambda a, b: b**2),  # noqa: ARG005
        Input("x1 x2", "x₁x₂", "x_1 x_2", "X[:, 0] * X[:, 1]", lambda a, b: a * b),
        Input("sin x1", "sin x₁", r"\sin x_1", "np.sin(X[:, 0])", lambda a, b: np.sin(a)),  # noqa: ARG005
        Input("sin x2", "sin x₂", r"\sin x_2", "np.sin(X[:, 1])", lambda a, b: np.sin(b)),  # noqa: ARG005
    )
}
"""Every function of the plane, by name."""


def of_plane(X: Array, names: Sequence[str]) -> Array:
    """Return the network's rows of points, of shape (n_points, n_names)."""
    a, b = X.T
    return np.column_stack([FUNCTIONS[name].of(a, b) for name in names])
