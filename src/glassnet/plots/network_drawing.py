"""The parts of a drawn network, each put on the axis by one method."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.collections import EllipseCollection, LineCollection

from glassnet.plots.house import DIVERGING, tick_sizes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.colors import Normalize
    from matplotlib.text import Text

    from glassnet.plots.checks import Floats
    from glassnet.plots.network_layout import Column

#: Line widths in points, of a weight of 0 and of the largest.
THINNEST, THICKEST = 0.15, 2.6
INPUT_COLOR, RIM_COLOR = "white", "0.25"
TEXT_SIZE, NAME_PAD = 9.0, 0.02
#: Between two columns, in heights of the drawing, however long the names are.
SMALLEST_GAP = 0.2


class NetworkDrawing:
    """An axis in which one unit is the height of the tallest column, in both directions.

    Names and titles have a size in points and lie inside the axis, so it is measured first and the
    columns share the room that is left: `titles`, `marks` and `names`, then `arrange`, then all
    else.

    Parameters
    ----------
    ax : matplotlib Axes
    layout : sequence of Column
        The layers from the left.
    norm : matplotlib Normalize
        The scale of weights and biases.
    """

    def __init__(self, ax: Axes, layout: Sequence[Column], norm: Normalize) -> None:
        self.ax, self.layout, self.norm = ax, layout, norm
        ax.set_axis_off()
        engine = ax.figure.get_layout_engine()
        if engine is not None:
            engine.execute(ax.figure.canvas.figure)  # else the axis has its size only when drawn
        self.box = ax.get_window_extent()
        self.gap, self.unit = 1.0, self.box.height  # pixels; until `arrange`

    def arrange(
        self,
        titles: Sequence[Text],
        marks: Sequence[Text],
        left: Sequence[Text],
        right: Sequence[Text],
    ) -> None:
        """Share the axis between the columns and what is written around them."""
        below = max(text.get_window_extent().height for text in titles) + 0.03 * self.box.height
        below = min(below, 0.5 * self.box.height)  # a very small axis has no room for both
        self.unit = self.box.height - below
        outer = [
            max(text.get_window_extent().width for text in names) / self.unit
            + self.layout[k].radius
            + 2 * NAME_PAD
            for k, names in ((0, left), (-1, right))
        ]
        last = len(self.layout) - 1
        halves = [
            max(t.get_window_extent().width for t in (*titles, *marks) if t.get_position()[0] == k)
            / (2 * self.unit)
            for k in (0, last)
        ]
        edge = np.maximum(outer, halves)
        width = self.box.width / self.unit
        self.gap = max((width - edge.sum()) / last, SMALLEST_GAP)
        self.ax.set_aspect("equal")
        self.ax.set(xlim=(-edge[0], self.gap * last + edge[1]), ylim=(-below / self.unit, 1.0))
        for text in (*titles, *marks):
            text.set_x(text.get_position()[0] * self.gap)
        for text in right:
            text.set_x(text.get_position()[0] + self.gap * last)
        shrink_to(titles, self.gap * self.unit)

    def edges(self, k: int, W: Floats) -> LineCollection:
        """Draw the weights of layer ``k``, from column k to column k + 1."""
        left, right = self.layout[k], self.layout[k + 1]
        shown = W[np.ix_(left.shown, right.shown)]
        i, j = np.unravel_index(np.argsort(np.abs(shown), axis=None), shown.shape)
        weights = shown[i, j]
        starts = np.column_stack([np.full(i.size, k * self.gap), left.y[i]])
        ends = np.column_stack([np.full(i.size, (k + 1) * self.gap), right.y[j]])
        strength = np.abs(weights) / float(self.norm.vmax or 1.0)
        lines = LineCollection(
            np.stack([starts, ends], axis=1).tolist(),
            linewidths=(THINNEST + (THICKEST - THINNEST) * strength).tolist(),
            cmap=DIVERGING, norm=self.norm, array=weights, zorder=1, clip_on=False,
        )  # fmt: skip
        self.ax.add_collection(lines, autolim=False)
        return lines

    def nodes(self, k: int, b: Floats | None) -> EllipseCollection:
        """Draw column ``k``, filled with the color of each bias; inputs have none."""
        column = self.layout[k]
        diameters = np.full(len(column.shown), 2 * column.radius)
        fill = INPUT_COLOR if b is None else DIVERGING(self.norm(b[column.shown]))
        circles = EllipseCollection(
            diameters, diameters, np.zeros_like(diameters), units="xy",
            offsets=np.column_stack([np.full(len(column.y), k * self.gap), column.y]),
            offset_transform=self.ax.transData, facecolors=fill, edgecolors=RIM_COLOR,
            linewidths=0.8, zorder=3, clip_on=False,
        )  # fmt: skip
        self.ax.add_collection(circles, autolim=False)
        return circles

    def marks(self) -> list[Text]:
        """Write into each gap how many nodes are left out."""
        return [
            self.ax.text(
                k,
                column.y_of_mark,
                f"\N{HORIZONTAL ELLIPSIS} {column.n_hidden} more",
                ha="center",
                va="center_baseline",
                fontsize=self.font_size(column.n_rows),
                zorder=4,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
            )
            for k, column in enumerate(self.layout)
            if column.n_hidden
        ]

    def names(self, k: int, names: Sequence[str]) -> list[Text]:
        """Write the names of the nodes beside the first (0) or the last column (-1)."""
        column = self.layout[k]
        side, align = (-1, "right") if k == 0 else (1, "left")
        size = self.font_size(column.n_rows)
        return [
            self.ax.text(
                side * (column.radius + NAME_PAD),
                y,
                names[i],
                ha=align,
                va="center_baseline",
                fontsize=size,
            )
            for i, y in zip(column.shown, column.y, strict=True)
        ]

    def titles(self, titles: Sequence[str]) -> list[Text]:
        """Write below each column what it is."""
        return [
            self.ax.text(k, -0.02, title, ha="center", va="top", fontsize=TEXT_SIZE)
            for k, title in enumerate(titles)
        ]

    def font_size(self, n_rows: int) -> float:
        """Return the largest text, in points, that leaves air between the rows."""
        points = 72 / self.ax.figure.dpi
        return max(1.0, min(TEXT_SIZE, 0.65 * self.box.height * points / n_rows))


def shrink_to(texts: Sequence[Text], width: float) -> None:
    """Make texts that stand side by side smaller until none is wider than ``width`` pixels."""
    widest = max(text.get_window_extent().width for text in texts) + 4
    for text in texts:
        text.set_fontsize(max(1.0, TEXT_SIZE * min(1.0, width / widest)))


def colorbar(ax: Axes, norm: Normalize) -> Colorbar:
    """Draw the scale at the right of the axis, in room taken from it."""
    scale = ScalarMappable(norm, DIVERGING)
    bar = ax.figure.colorbar(scale, ax=ax, shrink=0.75, aspect=24, pad=0.02)
    bar.set_label("Weight (line) or bias (node)")
    tick_sizes(bar.ax)
    return bar
