"""The two axes that a page shows of rows, and the grid of its map.

Of points they are the plane. Of a table they are two columns of its matrix, the others standing at
their training mean; or the first two principal components of the training rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from glassnet.core.arrays import Array
from glassnet.playground.data import Data
from glassnet.playground.setup import SetupError, View

SIZE, COARSE, SMALL = 100, 64, 25
"""Pixels along an axis: of the map, of a large network's while it plays, of a node's picture."""


@dataclass(frozen=True, eq=False)
class Axes:
    """A plane through the space of rows.

    Attributes
    ----------
    labels : tuple of str
    center : array of shape (n_columns,)
    directions : array of shape (2, n_columns)
        Where x and y point to; orthonormal.
    bounds : array of shape (2, 2)
        The least and the most of x, and of y.
    explained : float or None
        The share of the variance that two components have.
    """

    labels: tuple[str, str]
    center: Array
    directions: Array
    bounds: Array
    explained: float | None = None

    def points(self, X: Array) -> Array:
        """Return where rows stand, of shape (n_rows, 2)."""
        return np.asarray((X - self.center) @ self.directions.T)

    def grid(self, size: int) -> Array:
        """Return the rows of a map's pixels, from the top down, of shape (size², n_columns)."""
        (left, right), (bottom, top) = self.bounds
        half = np.array([(right - left), (top - bottom)]) / (2 * size)
        x = np.linspace(left + half[0], right - half[0], size)
        y = np.linspace(top - half[1], bottom + half[1], size)
        at = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        return np.asarray(self.center + at @ self.directions)

    @cached_property
    def plain(self) -> dict[str, dict[str, float | str]]:
        """What the page is told."""
        return {
            name: {"label": label, "low": float(low), "high": float(high)}
            for name, label, (low, high) in zip("xy", self.labels, self.bounds, strict=True)
        }


def axes_of(data: Data, view: View) -> Axes:
    """Return the axes that were chosen.

    Raises
    ------
    SetupError
        If there is no such column, or they are the same one.
    """
    n_columns = len(data.columns)
    if data.is_plane:
        center, directions = np.zeros(2), np.eye(2)
        return Axes(("x₁", "x₂"), center, directions, _of_plane(data.X))
    X = data.X[data.train]
    if view.kind == "components" or n_columns == 1:
        center = X.mean(axis=0)
        sizes, vectors = np.linalg.eigh((X - center).T @ (X - center))  # rising
        share = float(sizes[-2:].sum() / max(sizes.sum(), 1e-300))
        directions = np.vstack([vectors.T[::-1], np.zeros((2, n_columns))])[:2]
        labels = ("first component", "second component")
        axes = Axes(labels, center, directions, np.zeros((2, 2)), share)
    else:
        if view.x == view.y:
            raise SetupError(f"both axes are {view.x!r}; expected two columns.")
        for name in (view.x, view.y):
            if name not in data.columns:
                raise SetupError(f"there is no column {name!r}; there are {data.columns[:12]}.")
        places = [data.columns.index(view.x), data.columns.index(view.y)]
        directions = np.eye(n_columns)[places]
        center = X.mean(axis=0)
        center[places] = 0
        axes = Axes((view.x, view.y), center, directions, np.zeros((2, 2)))
    return Axes(
        axes.labels, axes.center, axes.directions, _around(axes.points(data.X)), axes.explained
    )


def _of_plane(X: Array) -> Array:
    """Return bounds around the origin: 3, or what the points take, in halves of their size."""
    reach = np.abs(X).max(axis=0, initial=0.0)
    most = np.maximum(3.0, np.ceil(reach * 1.05 * 2) / 2)
    return np.column_stack([-most, most])


def _around(points: Array) -> Array:
    """Return bounds a tenth wider than the points."""
    low, high = points.min(axis=0), points.max(axis=0)
    width = np.where(high > low, high - low, 1.0)
    return np.column_stack([low - 0.1 * width, high + 0.1 * width])
