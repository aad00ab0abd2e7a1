"""The house style: colors, markers, sizes, and the axis that a figure is drawn on."""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from glassnet.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#E69F00", "#009E73", "#CC79A7"
SKY, VERMILION, YELLOW, BLACK = "#56B4E9", "#D55E00", "#F0E442", "#000000"
GRAY, WINE = "#999999", "#882255"

#: One color a class. The first eight: Okabe and Ito, "Color Universal Design", 2008. A gray and
#: Paul Tol's wine make ten; a class is also told by its marker, for print in black and white.
CLASS_COLORS = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, YELLOW, BLACK, GRAY, WINE)
CLASS_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">")

#: Negative is vermilion, 0 is light gray (so that a small weight can still be seen on white),
#: positive is blue: the pair that stays apart in every common kind of color blindness.
DIVERGING = LinearSegmentedColormap.from_list(
    "glassnet_diverging", ["#8F3B00", VERMILION, "#E2E2E2", BLUE, "#00426B"]
)

SETTINGS: Any = {  # matplotlib 3.11 types its keys, 3.9 does not
    "axes.labelsize": 10,
    "axes.prop_cycle": cycler(color=CLASS_COLORS[:8]),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 10,
    "figure.constrained_layout.use": True,
    "figure.figsize": (6.0, 4.0),
    "font.size": 10,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "savefig.dpi": 200,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
}


def style() -> AbstractContextManager[None]:
    """Return a context in which matplotlib draws in the house style.

    Colors that the color-blind can tell apart, text that is readable in print, and a layout in
    which nothing is cut off. Our own figures need no such context; it is for the others beside
    them, such as scikit-learn's `ConfusionMatrixDisplay`.

    Returns
    -------
    context : context manager
        The settings are put back when it ends. Matplotlib reads some of them late, so save the
        figure inside it.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> with style():
    ...     figure, ax = plt.subplots()
    ...     lines = ax.plot([0, 1], [0, 1])
    >>> lines[0].get_color()
    '#0072B2'
    >>> plt.close(figure)
    """
    return mpl.rc_context(SETTINGS)


@contextmanager
def canvas(ax: Axes | None, figsize: tuple[float, float] | None = None) -> Iterator[Axes]:
    """Yield the given axis as it is, or a new one in the house style, closed if drawing fails."""
    if ax is None:
        with style(), new_figure(figsize) as figure:
            yield tick_sizes(figure.subplots())
    else:
        yield as_axis(ax)


@contextmanager
def new_figure(figsize: tuple[float, float] | None = None) -> Iterator[Figure]:
    """Yield a new pyplot figure; if the drawing on it fails, close it."""
    figure = plt.figure(figsize=figsize)
    try:
        yield figure
    except BaseException:
        plt.close(figure)
        raise


def as_axis(ax: object) -> Axes:
    """Return ``ax`` if it is a matplotlib axis."""
    if isinstance(ax, Axes):
        return ax
    raise ParameterError(
        f"ax must be a matplotlib Axes or None, got {type(ax).__name__}; "
        "figure.add_subplot() makes one."
    )


def tick_sizes(ax: Axes) -> Axes:
    """Fix the ticks' text size now: ticks are made when drawn, after the style has ended."""
    ax.tick_params(axis="x", labelsize=SETTINGS["xtick.labelsize"])
    ax.tick_params(axis="y", labelsize=SETTINGS["ytick.labelsize"])
    return ax


def label_text(value: object, n_max: int = 24) -> str:
    """Return a name as one short line that matplotlib does not read as mathematics."""
    text = " ".join(str(value).split())
    if len(text) > n_max:
        text = text[: n_max - 1] + "\N{HORIZONTAL ELLIPSIS}"
    return text.replace("$", r"\$")
