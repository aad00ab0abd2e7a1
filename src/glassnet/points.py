r"""Points in the plane to learn from: clouds, rings, spirals, squares, and surfaces.

Each kind of points is a few lines; all of them lie within about [-3, 3], but for the article's
three clouds and the stretched ones. ``noise`` moves points by a normal random vector whose standard
deviation is ``noise`` times a size of the kind's own; of surfaces it moves the value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassnet.core.arrays import check_count, check_number
from glassnet.errors import ParameterError

Floats: TypeAlias = NDArray[np.float64]
Labels: TypeAlias = NDArray[np.intp]
Random: TypeAlias = np.random.Generator

SIZE = 2.5
"""How far points reach from the origin, noise apart."""

_CENTERS = np.array([[0.0, -2.0], [2.0, 2.0], [-2.0, 2.0]])
"""Of the article's three clouds."""

_BUMPS = np.array([[-1.5, -1.5], [-1.5, 1.5], [1.5, -1.5], [1.5, 1.5], [0.0, 0.0]])


@dataclass(frozen=True)
class PointKind:
    """A kind of points.

    Attributes
    ----------
    name, label, says : str
        As code names it, as people say it, and what it shows.
    task : {"classification", "regression"}
    classes : tuple of int
        The least and the most classes; the same where they are fixed, 0 for surfaces.
    make : callable
        Takes labels (points of a surface: their coordinates), noise, the number of classes and
        random numbers; returns coordinates (of a surface: values).
    """

    name: str
    label: str
    says: str
    task: Literal["classification", "regression"]
    classes: tuple[int, int]
    make: Callable[..., Floats]


def make_points(
    name: str, n_rows: int, *, n_classes: int = 2, noise: float = 0.1, rng: Random
) -> tuple[Floats, Floats | Labels]:
    """Return points in the plane, and what each one is.

    Parameters
    ----------
    name : str
        One of `POINTS`.
    n_rows : int
        1 or more.
    n_classes : int, default=2
        Within the bounds of the kind; of no meaning for surfaces.
    noise : float, default=0.1
        In [0, 1].
    rng : Generator

    Returns
    -------
    X : array of shape (n_rows, 2)
    y : array of shape (n_rows,)
        Classes 0, 1, ..., as even as can be, in random order; or values of a surface, in [-1, 1]
        before noise.

    Raises
    ------
    ParameterError
        If there is no such kind, or a number lies outside its bounds.

    Examples
    --------
    >>> import numpy as np
    >>> X, y = make_points("spiral", 6, n_classes=3, noise=0.0, rng=np.random.default_rng(0))
    >>> X.shape, np.bincount(y).tolist()
    ((6, 2), [2, 2, 2])
    """
    if name not in POINTS:
        raise ParameterError(f"points {name!r} are unknown; expected one of {', '.join(POINTS)}.")
    kind = POINTS[name]
    check_count("n_rows", n_rows)
    check_number("noise", noise, low=0, high=1)
    if kind.task == "regression":
        X = rng.uniform(-SIZE, SIZE, (n_rows, 2))
        return X, kind.make(X) + 0.3 * noise * rng.normal(size=n_rows)
    fewest, most = kind.classes
    if not fewest <= check_count("n_classes", n_classes) <= most:
        expected = f"{fewest}" if fewest == most else f"{fewest} to {most}"
        raise ParameterError(f"n_classes is {n_classes}; points {name!r} have {expected}.")
    y = rng.permutation(np.arange(n_rows) % n_classes)
    return kind.make(y, noise, n_classes, rng), y


def _moved(X: Floats, spread: float, rng: Random) -> Floats:
    return X + spread * rng.normal(size=X.shape)


def _at(radius: Floats, angle: Floats) -> Floats:
    """Return points of polar coordinates."""
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def _circle(y: Labels, noise: float, n_classes: int, rng: Random) -> Floats:
    """Return a disk, and rings around it, each as wide as the gaps between them."""
    width = SIZE / (2 * n_classes - 1)
    inner, outer = 2 * y * width, (2 * y + 1) * width
    radius = np.sqrt(rng.uniform(inner**2, outer**2))  # even over the area
    return _moved(_at(radius, rng.uniform(0, 2 * np.pi, len(y))), 0.5 * noise, rng)


def _xor(y: Labels, noise: float, n_classes: int, rng: Random) -> Floats:
    """Return four squares around the origin: opposite ones of a class, or each of its own."""
    quadrant = np.where(n_classes == 2, y + 2 * rng.integers(2, size=len(y)), y)
    if n_classes == 3:
        quadrant = np.where(y == 2, 2 + rng.integers(2, size=len(y)), y)
    angle = np.pi / 4 + np.pi / 2 * quadrant
    corners = np.sign(_at(np.ones(len(y)), angle))
    return _moved(corners * rng.uniform(0.15, SIZE, (len(y), 2)), 0.5 * noise, rng)


def _gaussian(y: Labels, noise: float, n_classes: int, rng: Random) -> Floats:
    """Return a cloud for each class, on a circle."""
    centers = _at(np.full(len(y), 1.6), np.pi / 4 + 2 * np.pi * y / n_classes)
    return _moved(centers, 0.25 + 1.0 * noise, rng)


def _stretched(y: Labels, noise: float, n_classes: int, rng: Random) -> Floats:
    """Return two clouds; one axis is written in a unit 100 times smaller."""
    return _gaussian(y, noise, n_classes, rng) * [1.0, 100.0]


def _clouds(y: Labels, noise: float, n_classes: int, rng: Random) -> Floats:  # noqa: ARG001
    """Return the article's: noise of one half is its standard deviation of 1."""
    return _moved(_CENTERS[y], 2.0 * noise, rng)


def _spiral(y: Labels, noise: float, n_classes: int, rng: Random) -> Floats:
    """Return arms wound into each other: one and a half turns of two, less of more."""
    t = np.sqrt(rng.uniform(0.01, 1, len(y)))
    angle = 3 * np.pi * t * 2 / max(n_classes, 2) + 2 * np.pi * y / n_classes
    return _moved(_at(SIZE * t, angle), 0.4 * noise, rng)


def _moons(y: Labels, noise: float, n_classes: int, rng: Random) -> Floats:  # noqa: ARG001
    """Return two half circles, each reaching into the other."""
    angle = np.pi * (rng.uniform(0, 1, len(y)) + y)
    shift = np.where(y[:, np.newaxis] == 0, [-0.75, -0.4], [0.75, 0.4])
    return _moved(_at(np.full(len(y), 1.5), angle) + shift, 0.7 * noise, rng)


def _checkerboard(y: Labels, noise: float, n_classes: int, rng: Random) -> Floats:
    """Return four by four squares; the classes take turns along rows and columns."""
    row, column = np.divmod(np.arange(16), 4)
    rows = 1 if n_classes < 4 else 3  # three times a row would be columns of three classes
    turn = (rows * row + column) % n_classes
    cells = [np.flatnonzero(turn == k) for k in range(n_classes)]
    cell = np.array([rng.choice(cells[k]) for k in y])
    corner = np.column_stack([column[cell], row[cell]])
    inside = rng.uniform(0.06, 0.94, (len(y), 2))
    return _moved((corner + inside - 2) * (SIZE / 2), 0.4 * noise, rng)


def _plane(X: Floats) -> Floats:
    """Return a slope, from one corner to the other."""
    return np.asarray(X.sum(axis=1) / (2 * SIZE))


def _bumps(X: Floats) -> Floats:
    """Return hills and hollows, one beside the other."""
    squares = ((X[:, np.newaxis] - _BUMPS) ** 2).sum(axis=-1)
    heights = np.array([0.99, -0.99, -0.99, 0.99, -0.8])  # the fifth one's foot adds 0.003
    return np.asarray(np.exp(-squares / 0.8) @ heights)


def _sine(X: Floats) -> Floats:
    """Return a wave that grows along the other axis."""
    return np.asarray(np.sin(2 * X[:, 0]) * (0.6 + 0.4 * X[:, 1] / SIZE))


POINTS: dict[str, PointKind] = {
    kind.name: kind
    for kind in (
        PointKind("circle", "Circle", "A disk within rings: no line tells them apart.",
                  "classification", (2, 8), _circle),
        PointKind("xor", "Exclusive or", "Opposite corners belong together: two lines, not one, "
                  "tell them apart.", "classification", (2, 4), _xor),
        PointKind("gaussian", "Gaussian", "A cloud for each class: a line is enough for two.",
                  "classification", (2, 8), _gaussian),
        PointKind("spiral", "Spiral", "Arms wound into each other: the hardest of these.",
                  "classification", (2, 8), _spiral),
        PointKind("moons", "Moons", "Two half circles that reach into each other.",
                  "classification", (2, 2), _moons),
        PointKind("clouds", "Three clouds", "The article's: 97 % is the most that can be had at "
                  "noise 0.5.", "classification", (3, 3), _clouds),
        PointKind("checkerboard", "Checkerboard", "Squares whose classes take turns.",
                  "classification", (2, 8), _checkerboard),
        PointKind("stretched", "Stretched clouds", "Two clouds; the second axis is in a unit 100 "
                  "times smaller: see what it does to the descent.", "classification", (2, 2),
                  _stretched),
        PointKind("plane", "Plane", "A slope: one neuron without an activation is enough.",
                  "regression", (0, 0), _plane),
        PointKind("bumps", "Hills and hollows", "Five Gaussian bumps, up and down.", "regression",
                  (0, 0), _bumps),
        PointKind("sine", "Sine", "A wave that grows along the other axis.", "regression", (0, 0),
                  _sine),
    )
}  # fmt: skip
"""Every kind of points, by name."""
