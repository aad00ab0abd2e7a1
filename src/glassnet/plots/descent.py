"""The way of a descent over the contour lines of a function of two variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator

from glassnet.errors import DataError, ParameterError, ShapeError
from glassnet.plots.checks import Floats, names_for
from glassnet.plots.house import BLACK, BLUE, GREEN, VERMILION, canvas, label_text, tick_sizes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.contour import QuadContourSet
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D
    from numpy.typing import ArrayLike

N_GRID = 121
#: The deeper the darker, and light enough everywhere for the path.
VALLEY = LinearSegmentedColormap.from_list("glassnet_valley", ["#8FB4D0", "#FFFFFF"])
#: Dots on the path, at equal numbers of steps, so that the eye sees where it is slow.
MOST_DOTS = 20


class DescentDisplay:
    """A path of points over the contour lines of the function that it descends.

    Dots lie an equal number of steps apart: where they are close, the descent is slow. Both axes
    have the same unit, so that a step along the gradient crosses the lines at a right angle.

    Parameters
    ----------
    f : callable
        Takes a point of the same shape as the path's, returns one number.
    path : iterable of n_steps + 1 arrays of shape (2,) or (2, 1)
        The start and the point after each step, such as `glassnet.core.descent` yields.
    names : sequence of 2 str, default=None
        Axis labels. None: x and y.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Where it was drawn.
    contours_ : matplotlib QuadContourSet or None
        None if the function is constant there.
    path_, start_, end_ : matplotlib Line2D
    legend_ : matplotlib Legend

    Raises
    ------
    ShapeError
        If the points have other shapes, or ``f`` returns more than one number.
    ParameterError
        If the path is empty or ``f`` cannot be called.
    DataError
        If the path leaves the finite numbers; the message gives the step.

    Examples
    --------
    >>> path = [0.8**step * np.array([1.0, 0.5]) for step in range(11)]
    >>> display = DescentDisplay(lambda x: (x**2).sum(), path).plot()
    >>> display.legend_.get_texts()[-1].get_text()
    'after 10 steps'
    """

    ax_: Axes
    figure_: Figure | SubFigure

    def __init__(
        self,
        f: Callable[[Any], Any],
        path: Iterable[ArrayLike],
        *,
        names: Sequence[object] | None = None,
    ) -> None:
        if not callable(f):
            raise ParameterError(
                f"f must be a function of a point, got {type(f).__name__}; "
                "for example lambda x: (x**2).sum()."
            )
        self.f = f
        self.path, self.point_shape = check_path(path)
        self.names = names_for(names, ["x", "y"], "names")
        self.x, self.y = window(self.path)
        self.values = heights(f, self.x, self.y, self.point_shape)

    def plot(self, ax: Axes | None = None, *, n_levels: int = 12) -> Self:
        """Draw the contour lines and the path.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None: on a new figure.
        n_levels : int, default=12
            About how many contour lines, at round values an equal height apart.

        Returns
        -------
        display : DescentDisplay
            Itself.
        """
        with canvas(ax, (5.4, 4.8)) as axis:
            self.ax_, self.figure_ = axis, axis.figure
            self.contours_ = self._plot_contours(axis, n_levels)
            self.path_, self.start_, self.end_ = self._plot_path(axis)
            axis.set_aspect("equal")
            axis.spines[:].set_visible(True)
            axis.set(xlim=self.x[[0, -1]], ylim=self.y[[0, -1]])
            axis.set(xlabel=label_text(self.names[0]), ylabel=label_text(self.names[1]))
            self.legend_ = axis.legend(loc="best", frameon=True, framealpha=0.9)
        return self

    def _plot_contours(self, ax: Axes, n_levels: int) -> QuadContourSet | None:
        """Draw lines of equal height, the deeper the darker, if the function has any heights."""
        values = np.ma.masked_invalid(self.values)
        if values.count() == 0 or values.min() == values.max():
            return None
        levels = MaxNLocator(n_levels).tick_values(values.min(), values.max())
        fill = ax.contourf(self.x, self.y, values, levels, cmap=VALLEY)
        lines = ax.contour(self.x, self.y, values, levels, colors="0.45", linewidths=0.7)
        bar = ax.figure.colorbar(fill, ax=ax, shrink=0.8, aspect=24, pad=0.03)
        bar.set_label(f"f({', '.join(map(label_text, self.names))})")
        bar.add_lines(lines)
        tick_sizes(bar.ax)
        return lines

    def _plot_path(self, ax: Axes) -> tuple[Line2D, Line2D, Line2D]:
        """Draw the path, and where it begins and ends."""
        n_steps = len(self.path) - 1
        every = max(1, -(-n_steps // MOST_DOTS))
        x, y = self.path.T
        label = "each step" if every == 1 else f"every {every} steps"
        (path,) = ax.plot(
            x, y, ".-", color=VERMILION, linewidth=1.2, markersize=7, markevery=every, label=label
        )
        (start,) = ax.plot(
            x[:1], y[:1], "o", color=BLUE, markeredgecolor=BLACK, label="start", zorder=4
        )
        steps = f"after {n_steps:,} step{'' if n_steps == 1 else 's'}"
        (end,) = ax.plot(
            x[-1:], y[-1:], "*", color=GREEN, markeredgecolor=BLACK, markersize=11, label=steps,
            zorder=5,
        )  # fmt: skip
        return path, start, end


def check_path(path: Iterable[ArrayLike]) -> tuple[Floats, tuple[int, ...]]:
    """Return the points in rows, and the shape in which they came."""
    points = [np.array(point, dtype=np.float64) for point in path]  # copies: x may change in place
    if not points:
        raise ParameterError("path must hold at least the starting point, got none.")
    shape = points[0].shape
    for step, point in enumerate(points):
        if point.shape not in ((2,), (2, 1)) or point.shape != shape:
            raise ShapeError(
                f"path must hold points of shape (2,), or all of shape (2, 1); "
                f"point {step} has shape {point.shape}. Only functions of two variables have "
                "contour lines."
            )
        if not np.isfinite(point).all():
            raise DataError(
                f"The path leaves the finite numbers at step {step}: the descent diverged. "
                "Use a smaller learning rate, or draw fewer steps."
            )
    return np.array(points).reshape(-1, 2), shape


def window(path: Floats) -> tuple[Floats, Floats]:
    """Return the x and y of a grid around the path, its sides at most 1 to 2, and a margin."""
    low, high = path.min(axis=0), path.max(axis=0)
    size = (high - low).max() or 2.0  # a path that does not move
    half = 0.5 * np.maximum(high - low, 0.6 * size) + 0.15 * size
    middle = 0.5 * (low + high)
    x, y = (np.linspace(m - h, m + h, N_GRID) for m, h in zip(middle, half, strict=True))
    return x, y


def heights(f: Callable[[Any], Any], x: Floats, y: Floats, shape: tuple[int, ...]) -> Floats:
    """Return f at each point of the grid, asked one point at a time: f need not take arrays."""
    values = np.empty((y.size, x.size))
    for i, j in np.ndindex(values.shape):
        value = np.asarray(f(np.array([x[j], y[i]]).reshape(shape)))
        if value.size != 1:
            raise ShapeError(
                f"f must return one number for a point of shape {shape}, got shape {value.shape}."
            )
        values[i, j] = value.item()
    return values


def plot_descent(
    f: Callable[[Any], Any],
    path: Iterable[ArrayLike],
    *,
    names: Sequence[object] | None = None,
    n_levels: int = 12,
    ax: Axes | None = None,
) -> DescentDisplay:
    """Draw the way of a descent over the contour lines of its function.

    Parameters
    ----------
    f, path, names
        See `DescentDisplay`.
    n_levels : int, default=12
        About how many contour lines.
    ax : matplotlib Axes, default=None
        Where to draw. None: on a new figure.

    Returns
    -------
    display : DescentDisplay

    Examples
    --------
    >>> display = plot_descent(lambda x: (x**2).sum(), [[1.0, 1.0], [0.5, 0.5], [0.25, 0.25]])
    >>> display.ax_.get_xlabel()
    'x'
    """
    return DescentDisplay(f, path, names=names).plot(ax, n_levels=n_levels)
