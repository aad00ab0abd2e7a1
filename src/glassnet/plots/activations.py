"""Activations beside their derivatives, a panel each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from glassnet.errors import ParameterError, ShapeError
from glassnet.plots.activation_curves import (
    ActivationLayer,
    activation_curves,
    check_layer,
    layer_name,
)
from glassnet.plots.checks import Floats, names_for
from glassnet.plots.house import (
    BLUE,
    VERMILION,
    as_axis,
    label_text,
    new_figure,
    style,
    tick_sizes,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.figure import Figure, SubFigure

MOST_COLUMNS = 4
DOTS: dict[str, Any] = {
    "linestyle": "none", "color": VERMILION, "marker": "o", "markersize": 4, "zorder": 4,
}  # fmt: skip


class ActivationsDisplay:
    """Each activation beside its derivative, in a grid of panels.

    Where a function has a kink (its layer's ``kinks`` says where) the derivative's line is broken:
    rings show its limits from both sides, a dot the value that the code takes there.

    Parameters
    ----------
    layers : iterable of activation layers
        Objects with ``value(Z)`` and ``derivative(Z, A)``, and maybe ``kinks``, a tuple of float.
    names : sequence of str, default=None
        Titles. None: what the layers call themselves.
    limits : tuple of two float, default=(-4, 4)
        The range of z.

    Attributes
    ----------
    axes_ : list of matplotlib Axes
        A panel for each layer.
    figure_ : matplotlib Figure
    lines_ : list of (Line2D, Line2D)
        Value and derivative in each panel.

    Raises
    ------
    ParameterError
        If there is no layer, one is a class or no activation, or the limits do not rise.
    ShapeError
        If a layer mixes the numbers, as a softmax does, so that it has no curve.

    Examples
    --------
    >>> import glassnet as gn
    >>> display = ActivationsDisplay([gn.ReLU(), gn.LeakyReLU(0.1)]).plot()
    >>> [ax.get_title() for ax in display.axes_]
    ['ReLU', 'LeakyReLU(slope=0.1)']
    """

    figure_: Figure | SubFigure

    def __init__(
        self,
        layers: Iterable[ActivationLayer],
        *,
        names: Sequence[object] | None = None,
        limits: tuple[float, float] = (-4.0, 4.0),
    ) -> None:
        self.layers = [check_layer(layer) for layer in layers]
        if not self.layers:
            raise ParameterError("layers must hold at least one activation, got none.")
        self.names = names_for(names, [layer_name(layer) for layer in self.layers], "names")
        low, high = limits
        if not (np.isfinite([low, high]).all() and low < high):
            raise ParameterError(f"limits must be two rising finite numbers, got {limits}.")
        self.limits = (float(low), float(high))
        self.curves = [activation_curves(layer, self.limits) for layer in self.layers]

    def plot(self, ax: Axes | Iterable[Axes] | None = None) -> Self:
        """Draw the panels.

        Parameters
        ----------
        ax : matplotlib Axes, or one for each layer, default=None
            Where to draw. None: on a new figure.

        Returns
        -------
        display : ActivationsDisplay
            Itself.

        Raises
        ------
        ShapeError
            If there is not an axis for each layer.
        """
        if ax is None:
            self._plot_new()
        else:
            given = [ax] if isinstance(ax, Axes) else list(np.ravel(np.array(ax, dtype=object)))
            if len(given) != len(self.layers):
                raise ShapeError(
                    f"ax must hold one axis for each of the {len(self.layers)} layers, "
                    f"got {len(given)}."
                )
            self._plot_on([as_axis(one) for one in given])
            self.axes_[0].legend(handles=legend_handles(self.lines_[0], self._jumps()))
        return self

    def _plot_new(self) -> None:
        """Draw on a new figure, with one legend above all panels."""
        n_columns = min(len(self.layers), MOST_COLUMNS)
        n_rows = -(-len(self.layers) // n_columns)
        size = (max(2.1 * n_columns, 4.2), 0.5 + 1.85 * n_rows)
        with style(), new_figure(size) as figure:
            axes = [
                tick_sizes(figure.add_subplot(n_rows, n_columns, k + 1))
                for k in range(len(self.layers))
            ]
            self._plot_on(axes)
            figure.legend(
                handles=legend_handles(self.lines_[0], self._jumps()),
                loc="outside upper center", ncols=2 if n_columns < 3 else 4,
            )  # fmt: skip

    def _plot_on(self, axes: list[Axes]) -> None:
        """Draw each layer on its axis."""
        self.axes_, self.figure_ = axes, axes[0].figure
        self.lines_ = []
        for ax, name, curves in zip(axes, self.names, self.curves, strict=True):
            self.lines_.append(plot_curves(ax, curves))
            ax.set(xlim=self.limits, xlabel="z", title=label_text(name))

    def _jumps(self) -> bool:
        """Whether any derivative jumps."""
        return any(len(curves["taken"]) for curves in self.curves)


def plot_curves(ax: Axes, curves: dict[str, Floats]) -> tuple[Line2D, Line2D]:
    """Draw one panel and return the lines of value and derivative."""
    ax.axhline(0, color="0.85", linewidth=0.8, zorder=0)
    ax.axvline(0, color="0.85", linewidth=0.8, zorder=0)
    (value,) = ax.plot(curves["z"], curves["value"], color=BLUE, label="value f(z)")
    (slope,) = ax.plot(
        curves["z"], curves["derivative"], "--", color=VERMILION, label="derivative f'(z)"
    )
    jumps = np.repeat(curves["jumps"], 2)
    ax.plot(jumps, curves["limits"].ravel(), markerfacecolor="white", **DOTS)
    ax.plot(curves["jumps"], curves["taken"], **DOTS)
    return value, slope


def legend_handles(lines: tuple[Line2D, Line2D], jumps: bool) -> list[Line2D]:
    """Return what the legend explains: both lines, and ring and dot if there are any."""
    ring = Line2D([], [], markerfacecolor="white", label="limit at a kink", **DOTS)
    dot = Line2D([], [], label="value taken there", **DOTS)
    return [*lines, ring, dot] if jumps else [*lines]


def plot_activations(
    layers: Iterable[ActivationLayer],
    *,
    names: Sequence[object] | None = None,
    limits: tuple[float, float] = (-4.0, 4.0),
    ax: Axes | Iterable[Axes] | None = None,
) -> ActivationsDisplay:
    """Draw each activation beside its derivative, in a grid of panels.

    Parameters
    ----------
    layers, names, limits
        See `ActivationsDisplay`.
    ax : matplotlib Axes, or one for each layer, default=None
        Where to draw. None: on a new figure.

    Returns
    -------
    display : ActivationsDisplay

    Examples
    --------
    >>> import glassnet as gn
    >>> len(plot_activations([gn.Sigmoid(), gn.Tanh(), gn.ReLU()]).axes_)
    3
    """
    return ActivationsDisplay(layers, names=names, limits=limits).plot(ax)
