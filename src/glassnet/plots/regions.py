"""Decision regions of a classifier of two features, shaded by probability.

scikit-learn's ``DecisionBoundaryDisplay`` is not used: in its version 1.6, which we support, it
draws one class of several at a time and leaves out the line where the decision changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from matplotlib.colorbar import make_axes

from glassnet.errors import ParameterError, ShapeError
from glassnet.plots.checks import (
    Floats,
    column_names,
    names_for,
    two_features,
)
from glassnet.plots.house import canvas, label_text, tick_sizes
from glassnet.plots.points import PointsDisplay, class_marks, distinct_classes, label_features
from glassnet.plots.regions_grid import ask_on_grid, check_classifier, shade, with_margin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.contour import QuadContourSet
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.image import AxesImage
    from numpy.typing import ArrayLike


class DecisionRegionsDisplay:
    """The predicted class at each place of a plane of two features, and its probability.

    Each place has the color of the class with the highest probability, white at 1/n_classes (a
    guess) and full at 1. Lines mark where the decision changes. Below is the key: a strip for each
    class, from a guess to certainty.

    Parameters
    ----------
    x1, x2 : array of shape (n_1,) and (n_2,)
        The grid's values of the first and the second feature, evenly spaced, rising.
    probabilities : array of shape (n_2, n_1, n_classes)
        Of each class at ``(x1[j], x2[i])``; each sums to 1.
    classes : array of shape (n_classes,)
        The labels.
    X, y : arrays of shape (n_samples, 2) and (n_samples,), default=None
        Points to draw on top.
    class_names, feature_names : sequence of str, default=None
        As in `PointsDisplay`.

    Attributes
    ----------
    ax_, key_ax_, figure_ : matplotlib Axes, Axes or None, and Figure
        Where the regions and the key were drawn.
    image_ : matplotlib AxesImage
        The shading.
    boundaries_ : list of matplotlib QuadContourSet
        The lines where the decision changes, at most one set for each class but the first.
    points_ : PointsDisplay or None
        The points on top.

    Raises
    ------
    ShapeError
        If ``probabilities`` does not fit the grid and the classes.
    ParameterError
        If there are more than ten classes.
    """

    ax_: Axes
    figure_: Figure | SubFigure

    def __init__(
        self,
        x1: ArrayLike,
        x2: ArrayLike,
        probabilities: ArrayLike,
        classes: ArrayLike,
        *,
        X: Any = None,
        y: ArrayLike | None = None,
        class_names: Sequence[object] | None = None,
        feature_names: Sequence[object] | None = None,
    ) -> None:
        self.x1, self.x2 = np.asarray(x1, dtype=np.float64), np.asarray(x2, dtype=np.float64)
        self.probabilities: Floats = np.asarray(probabilities, dtype=np.float64)
        self.classes = distinct_classes([], classes)
        expected = (self.x2.size, self.x1.size, len(self.classes))
        if self.probabilities.shape != expected:
            raise ShapeError(
                "probabilities must have shape (len(x2), len(x1), n_classes) = "
                f"{expected}, got {self.probabilities.shape}."
            )
        self.class_names = names_for(class_names, list(self.classes), "class_names")
        default = column_names(X) or ["$x_1$", "$x_2$"]
        self.feature_names = names_for(feature_names, default, "feature_names")
        self.points_ = None
        if X is not None and y is not None:
            self.points_ = PointsDisplay(
                X, y, classes=self.classes,
                class_names=self.class_names, feature_names=self.feature_names,
            )  # fmt: skip

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: ArrayLike | None = None,
        *,
        grid_resolution: int = 200,
        class_names: Sequence[object] | None = None,
        feature_names: Sequence[object] | None = None,
        ax: Axes | None = None,
        show_key: bool = True,
    ) -> Self:
        """Draw the decision regions of a fitted classifier.

        Parameters
        ----------
        estimator : fitted classifier of two features with ``predict_proba``, or a pipeline
            Asked on a grid that covers the points and a margin of a tenth around them.
        X : array or data frame of shape (n_samples, 2)
            The points that say where to look. A pandas or polars data frame is asked as such.
        y : array of shape (n_samples,), default=None
            Their labels. None: the points are not drawn.
        grid_resolution : int, default=200
            Values of each feature in the grid, at least 2.
        class_names : sequence of str, default=None
            None: ``estimator.classes_``.
        feature_names : sequence of 2 str, default=None
            None: ``estimator.feature_names_in_``, or the columns of ``X``, or x1 and x2.
        ax : matplotlib Axes, default=None
            Where to draw. None: on a new figure.
        show_key : bool, default=True
            Draw the key below, in room taken from the axis.

        Returns
        -------
        display : DecisionRegionsDisplay

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If the estimator is not fitted.
        ShapeError
            If ``X`` or the estimator has other than two features.
        ParameterError
            If the estimator gives no class probabilities, or there are more than ten classes.

        Examples
        --------
        >>> from sklearn.linear_model import LogisticRegression
        >>> X, y = [[0.0, 0.0], [1.0, 1.0]], ["no", "yes"]
        >>> display = DecisionRegionsDisplay.from_estimator(LogisticRegression().fit(X, y), X, y)
        >>> display.class_names
        ['no', 'yes']
        """
        check_classifier(estimator)
        points = two_features(X, "A plot of decision regions")
        if int(grid_resolution) != grid_resolution or grid_resolution < 2:
            raise ParameterError(
                f"grid_resolution must be a whole number of at least 2, got {grid_resolution}."
            )
        x1, x2 = (with_margin(points[:, j], int(grid_resolution)) for j in (0, 1))
        probabilities = ask_on_grid(estimator, X, x1, x2)
        display = cls(
            x1, x2, probabilities, estimator.classes_, X=X, y=y, class_names=class_names,
            feature_names=feature_names or column_names(X, estimator),
        )  # fmt: skip
        return display.plot(ax, show_key=show_key)

    def plot(self, ax: Axes | None = None, *, show_key: bool = True) -> Self:
        """Draw the regions.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None: on a new figure.
        show_key : bool, default=True
            Draw the key below, in room taken from the axis.

        Returns
        -------
        display : DecisionRegionsDisplay
            Itself.
        """
        with canvas(ax, (5.0, 4.6 + 0.16 * len(self.classes))) as axis:
            self.ax_, self.figure_ = axis, axis.figure
            self.image_ = self._plot_shading(axis)
            self.boundaries_ = self._plot_boundaries(axis)
            if self.points_ is not None:
                self.points_.plot(axis, show_legend=False)
            axis.set(xlim=self.x1[[0, -1]], ylim=self.x2[[0, -1]])
            axis.spines[:].set_visible(True)
            label_features(axis, self.feature_names)
            self.key_ax_ = self._plot_key(axis) if show_key else None
        return self

    def _plot_shading(self, ax: Axes) -> AxesImage:
        """Draw the winner's color, as strong as its probability; a pixel is centered on a point."""
        h1, h2 = (np.ptp(x) / (x.size - 1) / 2 for x in (self.x1, self.x2))
        extent = (self.x1[0] - h1, self.x1[-1] + h1, self.x2[0] - h2, self.x2[-1] + h2)
        winner, p = self.probabilities.argmax(axis=-1), self.probabilities.max(axis=-1)
        image = shade(winner, p, len(self.classes))
        return ax.imshow(image, origin="lower", extent=extent, aspect="auto", zorder=0)

    def _plot_boundaries(self, ax: Axes) -> list[QuadContourSet]:
        """Draw where each class but one ties with the best of the others: all lines there are."""
        lines = []
        for k in range(1, len(self.classes)):
            lead = self.probabilities[..., k] - np.delete(self.probabilities, k, -1).max(
                axis=-1, initial=0.0
            )
            if lead.min() < 0 < lead.max():  # matplotlib warns of a contour that is nowhere
                lines.append(
                    ax.contour(
                        self.x1, self.x2, lead, [0.0], colors="0.15", linewidths=1.2, zorder=2
                    )
                )
        return lines

    def _plot_key(self, ax: Axes) -> Axes:
        """Draw a strip of shades for each class, named at its left, with its mark if there are."""
        n_classes = len(self.classes)
        fraction = 0.05 * n_classes / (1 + 0.04 * n_classes)
        key, _ = make_axes(ax, location="bottom", fraction=fraction, aspect=26 / n_classes)
        tick_sizes(key)
        p = np.linspace(1 / n_classes, 1, 256)
        strips = shade(np.arange(n_classes)[:, np.newaxis], p, n_classes)
        left = p[0] if n_classes > 1 else 0.0
        key.imshow(
            strips, extent=(left, 1, n_classes - 0.5, -0.5), aspect="auto", interpolation="nearest"
        )
        if self.points_ is not None:
            for k in range(n_classes):
                key.scatter([left + 0.97 * (1 - left)], [k], s=30, **class_marks(k))
        key.hlines(np.arange(n_classes - 1) + 0.5, left, 1, color="white", linewidth=1.5)
        key.set_xlim(left, 1)
        ticks = [left, *(t for t in (0.2, 0.4, 0.6, 0.8, 1.0) if t > left + 0.06)]
        key.set_xticks(ticks, [f"{t:.2g}" for t in ticks])
        key.set_yticks(range(n_classes), [label_text(name) for name in self.class_names])
        key.tick_params(axis="y", length=0)
        key.set_xlabel("Probability of the predicted class")
        return key
