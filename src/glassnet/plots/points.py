"""The points of a data set with two features, colored and marked by class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from matplotlib.layout_engine import ConstrainedLayoutEngine

from glassnet.errors import DataError, ParameterError
from glassnet.plots.checks import column_names, labels_of, names_for, two_features
from glassnet.plots.house import CLASS_COLORS, CLASS_MARKERS, canvas, label_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure, SubFigure
    from numpy.typing import ArrayLike


class PointsDisplay:
    """Points of two features, one color and one marker a class.

    Parameters
    ----------
    X : array or data frame of shape (n_samples, 2)
        The points; finite numbers.
    y : array of shape (n_samples,)
        Their class labels, at most ten different ones.
    classes : array of shape (n_classes,), default=None
        All labels in the order of their colors. None: those in ``y``, sorted. A label may be
        without points.
    class_names : sequence of n_classes str, default=None
        What the legend calls them. None: the labels.
    feature_names : sequence of 2 str, default=None
        Axis labels. None: the columns of ``X``, or x1 and x2.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Where it was drawn.
    points_ : list of n_classes matplotlib PathCollection
        The marks of each class.
    legend_ : matplotlib Legend or None

    Raises
    ------
    ShapeError
        If ``X`` has other than two columns, or ``y`` another number of rows.
    DataError
        If ``X`` is not finite, or a label is not among the classes.
    ParameterError
        If there are more than ten classes.

    Examples
    --------
    >>> display = PointsDisplay([[0, 0], [1, 1], [2, 0]], ["no", "yes", "no"]).plot()
    >>> [text.get_text() for text in display.legend_.get_texts()]
    ['no', 'yes']
    """

    ax_: Axes
    figure_: Figure | SubFigure

    def __init__(
        self,
        X: Any,
        y: ArrayLike,
        *,
        classes: ArrayLike | None = None,
        class_names: Sequence[object] | None = None,
        feature_names: Sequence[object] | None = None,
    ) -> None:
        self.X = two_features(X, "A plot of points")
        self.y = labels_of(y, len(self.X))
        self.classes = distinct_classes(self.y, classes)
        self.class_names = names_for(class_names, list(self.classes), "class_names")
        self.feature_names = names_for(
            feature_names, column_names(X) or ["$x_1$", "$x_2$"], "feature_names"
        )

    def plot(self, ax: Axes | None = None, *, show_legend: bool = True) -> Self:
        """Draw the points.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None: on a new figure.
        show_legend : bool, default=True
            Name the classes to the right of the axis.

        Returns
        -------
        display : PointsDisplay
            Itself.
        """
        with canvas(ax) as axis:
            self.ax_, self.figure_ = axis, axis.figure
            self.points_ = [self._plot_class(axis, k) for k in range(len(self.classes))]
            self.legend_ = None
            if show_legend:
                numbers = [str(k) for k in range(len(self.classes))]
                self.legend_ = axis.legend(
                    self.points_, numbers, title="Class", **beside_or_inside(axis)
                )
                for text, name in zip(self.legend_.get_texts(), self.class_names, strict=True):
                    text.set_text(label_text(name))  # only now: matplotlib 3.9 leaves out "_name"
            label_features(axis, self.feature_names)
        return self

    def _plot_class(self, ax: Axes, k: int) -> PathCollection:
        """Draw the points of class ``k``; the more points in all, the smaller."""
        X = self.X[self.y == self.classes[k]]
        return ax.scatter(
            X[:, 0],
            X[:, 1],
            s=float(np.clip(9_000 / len(self.X), 12, 40)),
            alpha=0.85,
            zorder=3,
            **class_marks(k),
        )


def class_marks(k: int) -> dict[str, Any]:
    """Return how the marks of class ``k`` look: a dark rim shows yellow on white."""
    return {
        "color": CLASS_COLORS[k],
        "marker": CLASS_MARKERS[k],
        "edgecolors": "0.2",
        "linewidths": 0.4,
    }


def beside_or_inside(ax: Axes) -> dict[str, Any]:
    """Return where a legend goes: beside the axis only if the figure's layout makes room there."""
    if isinstance(ax.figure.get_layout_engine(), ConstrainedLayoutEngine):
        return {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0), "frameon": False}
    return {"loc": "best", "frameon": True}


def distinct_classes(y: Any, classes: ArrayLike | None) -> Any:
    """Return the class labels in the order of their colors, at most ten."""
    seen = np.unique(y)
    known = seen if classes is None else np.asarray(classes)
    unknown = seen[~np.isin(seen, known)]
    if len(unknown):
        raise DataError(
            f"y holds labels that are not among the classes: {unknown[:5].tolist()}; "
            f"the classes are {known[:10].tolist()}."
        )
    if len(known) > len(CLASS_COLORS):
        raise ParameterError(
            f"At most {len(CLASS_COLORS)} classes can be told apart by color and marker, "
            f"got {len(known)}. Group some of them, or plot fewer at a time."
        )
    return known


def label_features(ax: Axes, names: Sequence[str]) -> None:
    """Label both axes; our own x1 and x2 are mathematics, a given name is not."""
    x_label, y_label = (name if name in ("$x_1$", "$x_2$") else label_text(name) for name in names)
    ax.set_xlabel(x_label)
    ax.set_ylabel(y_label)


def plot_points(
    X: Any,
    y: ArrayLike,
    *,
    class_names: Sequence[object] | None = None,
    feature_names: Sequence[object] | None = None,
    ax: Axes | None = None,
) -> PointsDisplay:
    """Draw the points of a data set with two features, colored and marked by class.

    Parameters
    ----------
    X, y, class_names, feature_names
        See `PointsDisplay`.
    ax : matplotlib Axes, default=None
        Where to draw. None: on a new figure.

    Returns
    -------
    display : PointsDisplay

    Examples
    --------
    >>> plot_points([[0, 0], [1, 1]], [0, 1]).ax_.get_xlabel()
    '$x_1$'
    """
    display = PointsDisplay(X, y, class_names=class_names, feature_names=feature_names)
    return display.plot(ax)
