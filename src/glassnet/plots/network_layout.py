"""Where the nodes of a drawn network stand: geometry, without matplotlib."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Of the distance between two nodes, the part that a node's radius takes (0.5 would touch).
RADIUS = 0.36
LARGEST_RADIUS = 0.05
#: The mark "... n more" takes the place of this many nodes.
ROWS_OF_MARK = 2


@dataclass(frozen=True)
class Column:
    """One layer as drawn, in a strip of height 1.

    Parameters
    ----------
    n_nodes : int
        All nodes of the layer.
    shown : array of shape (n_shown,)
        Indices of the nodes that are drawn, from the top.
    y : array of shape (n_shown,)
        Their heights, falling.
    n_rows : int
        Places in the column; the mark of left-out nodes takes two.
    radius : float
    """

    n_nodes: int
    shown: NDArray[np.intp]
    y: NDArray[np.float64]
    n_rows: int
    radius: float

    @property
    def n_hidden(self) -> int:
        """Nodes left out."""
        return self.n_nodes - len(self.shown)

    @property
    def y_of_mark(self) -> float:
        """Height of the middle of the gap that the left-out nodes leave."""
        n_above = (len(self.shown) + 1) // 2
        return 1 - (n_above + ROWS_OF_MARK / 2) / self.n_rows


def columns(sizes: Sequence[int], max_nodes: int) -> list[Column]:
    """Return where the nodes of each layer stand.

    Parameters
    ----------
    sizes : sequence of int
        Nodes of each layer, the input first.
    max_nodes : int
        Most places in a column. A larger layer takes 5/8 of them (fewer names are larger names):
        its first and last nodes around a mark.

    Returns
    -------
    columns : list of Column

    Examples
    --------
    >>> [len(column.shown) for column in columns([64, 10], max_nodes=32)]
    [18, 10]
    """
    rows_if_left_out = max(4, 5 * max_nodes // 8)
    rows = [size if size <= max_nodes else rows_if_left_out for size in sizes]
    smallest = RADIUS / max(rows)  # large beside tiny nodes would look like a difference
    return [
        column(size, n_rows, min(RADIUS / n_rows, 2 * smallest, LARGEST_RADIUS))
        for size, n_rows in zip(sizes, rows, strict=True)
    ]


def column(n_nodes: int, n_rows: int, radius: float) -> Column:
    """Return one layer: evenly spaced rows, with a gap in the middle if nodes are left out."""
    places = 1 - (np.arange(n_rows) + 0.5) / n_rows
    if n_nodes <= n_rows:
        return Column(n_nodes, np.arange(n_nodes), places, n_rows, radius)
    n_shown = n_rows - ROWS_OF_MARK
    n_above, n_below = (n_shown + 1) // 2, n_shown // 2
    shown = np.r_[:n_above, n_nodes - n_below : n_nodes]
    y = np.r_[places[:n_above], places[n_rows - n_below :]]
    return Column(n_nodes, shown, y, n_rows, radius)
