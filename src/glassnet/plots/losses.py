"""Training and validation loss, epoch by epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from matplotlib.ticker import MaxNLocator

from glassnet.errors import ParameterError
from glassnet.plots.checks import Floats, fitted
from glassnet.plots.house import BLUE, GREEN, VERMILION, canvas, label_text, tick_sizes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D


class LossCurveDisplay:
    """The loss of each epoch in training and validation, with the best epoch marked.

    The best epoch is the one whose weights an estimator keeps: that with the highest validation
    score; without scores, the lowest validation loss; without either, the lowest training loss. Of
    equals the first. The legend says which it was.

    Parameters
    ----------
    loss_curve : sequence of n_epochs float
        Training loss, mean over samples.
    validation_loss_curve : sequence of float, default=None
        Validation loss; drawn on the same axis.
    training_label : str, default="Training loss"
        In the legend.
    validation_scores : sequence of float, default=None
        Drawn only if there is no validation loss, on an axis of their own at the right.
    score_name : str, default="score"
        What the scores are, for that axis.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Where it was drawn.
    score_ax_ : matplotlib Axes or None
        The axis of the scores.
    best_epoch_ : int or None
        Counted from 1; None if no value is finite.
    lines_ : dict of str to matplotlib Line2D
        ``"training"``, ``"validation"`` and ``"best"``, as far as drawn.
    legend_ : matplotlib Legend

    Raises
    ------
    ParameterError
        If a curve is empty or not a row of numbers.

    Examples
    --------
    >>> display = LossCurveDisplay([0.9, 0.5, 0.3], [0.8, 0.6, 0.7]).plot()
    >>> display.best_epoch_
    2
    """

    ax_: Axes
    score_ax_: Axes | None = None
    figure_: Figure | SubFigure

    def __init__(
        self,
        loss_curve: Sequence[float],
        validation_loss_curve: Sequence[float] | None = None,
        *,
        validation_scores: Sequence[float] | None = None,
        score_name: str = "score",
        training_label: str = "Training loss",
    ) -> None:
        self.loss_curve = curve(loss_curve, "loss_curve")
        self.validation_loss_curve = optional_curve(validation_loss_curve, "validation_loss_curve")
        self.validation_scores = optional_curve(validation_scores, "validation_scores")
        self.score_name = score_name
        self.training_label = training_label

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Axes | None = None) -> Self:
        """Draw the curves that a fitted network recorded.

        Parameters
        ----------
        estimator : fitted estimator, or a pipeline that ends in one
            Its ``loss_curve_`` is read, and if present ``validation_loss_curve_`` and
            ``validation_scores_``.
        ax : matplotlib Axes, default=None
            Where to draw. None: on a new figure.

        Returns
        -------
        display : LossCurveDisplay

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If it is not fitted.
        ParameterError
            If it recorded no loss curve, as with ``solver="lbfgs"``.

        Examples
        --------
        >>> from glassnet import MLPClassifier
        >>> model = MLPClassifier((), tol=10, n_iter_no_change=2).fit([[0.0], [1.0]], [0, 1])
        >>> LossCurveDisplay.from_estimator(model).ax_.get_xlabel()
        'Epoch'
        """
        model = fitted(estimator)
        loss_curve = getattr(model, "loss_curve_", None)
        if loss_curve is None or len(loss_curve) == 0:
            raise ParameterError(no_curve_message(model))
        display = cls(
            loss_curve,
            getattr(model, "validation_loss_curve_", None),
            validation_scores=getattr(model, "validation_scores_", None),
            score_name=score_name(model),
            training_label=training_label(model),
        )
        return display.plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None: on a new figure.

        Returns
        -------
        display : LossCurveDisplay
            Itself.
        """
        with canvas(ax) as axis:
            self.ax_, self.figure_ = axis, axis.figure
            self.lines_ = {"training": draw(axis, self.loss_curve, self.training_label, BLUE, "-")}
            axis.set_xlabel("Epoch")
            axis.set_ylabel("Loss (mean over samples)")
            if axis.get_xscale() == "linear":
                whole = MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10], min_n_ticks=1)
                axis.xaxis.set_major_locator(whole)
            if self.validation_loss_curve is not None:
                self.lines_["validation"] = draw(
                    axis, self.validation_loss_curve, "Validation loss", VERMILION, "--"
                )
            elif self.validation_scores is not None:
                self._plot_scores(axis, self.validation_scores)
            self._mark_best()
            top = self.score_ax_ or axis  # drawn last, so that no line crosses the legend
            self.legend_ = top.legend(
                handles=list(self.lines_.values()), frameon=True,
                loc="best" if top is axis else "center right",
            )  # fmt: skip
        return self

    def _plot_scores(self, ax: Axes, scores: Floats) -> None:
        """Draw the scores on a second axis at the right, in its color."""
        self.score_ax_ = right = tick_sizes(ax.twinx())
        name = label_text(self.score_name)
        self.lines_["validation"] = draw(right, scores, f"Validation {name}", GREEN, "--")
        right.set_ylabel(f"Validation {name}", color=GREEN)
        right.tick_params(axis="y", colors=GREEN)
        right.spines["right"].set(visible=True, color=GREEN)

    def _mark_best(self) -> None:
        """Put a ring on the best epoch, on the curve of validation if there is one."""
        goodness, by_what = self._goodness()
        self.best_epoch_ = None
        if not np.isfinite(goodness).any():
            return
        best = int(np.argmax(np.where(np.isfinite(goodness), goodness, -np.inf)))
        self.best_epoch_ = best + 1
        where = self.score_ax_ or self.ax_
        drawn = self.lines_.get("validation", self.lines_["training"])
        where.axvline(best + 1, color="0.6", linewidth=0.8, linestyle=":", zorder=1)
        (self.lines_["best"],) = where.plot(
            [best + 1], np.asarray(drawn.get_ydata())[[best]], "o", markersize=8, zorder=5,
            markerfacecolor="none", markeredgecolor="black", markeredgewidth=1.3,
            label=f"Best epoch: {best + 1}\n({by_what})",
        )  # fmt: skip

    def _goodness(self) -> tuple[Floats, str]:
        """Return what decides which epoch is best, larger is better, and its name."""
        if self.validation_scores is not None:
            return self.validation_scores, f"validation {label_text(self.score_name)}"
        if self.validation_loss_curve is not None:
            return -self.validation_loss_curve, "validation loss"
        return -self.loss_curve, "training loss"


def draw(ax: Axes, values: Floats, label: str, color: str, linestyle: str) -> Line2D:
    """Draw one curve over the epochs 1, 2, ...; a single epoch becomes a dot."""
    epochs = np.arange(1, len(values) + 1)
    marker = "." if len(values) == 1 else None
    (line,) = ax.plot(epochs, values, color=color, linestyle=linestyle, label=label, marker=marker)
    return line


def curve(values: Sequence[float], what: str) -> Floats:
    """Return a curve as an array of at least one float."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ParameterError(f"{what} must be a sequence of numbers ({error}).") from error
    if array.ndim != 1 or array.size == 0:
        raise ParameterError(
            f"{what} must be a sequence of one number an epoch, at least one; "
            f"got shape {array.shape}."
        )
    return array


def optional_curve(values: Sequence[float] | None, what: str) -> Floats | None:
    """Return a curve, or None where there is none."""
    return None if values is None or len(values) == 0 else curve(values, what)


def training_label(model: Any) -> str:
    """Return what to call the training loss beside a validation loss, which has no penalty."""
    compared = getattr(model, "validation_loss_curve_", None) is not None
    penalized = compared and getattr(model, "alpha", 0) > 0
    return "Training loss, penalty included" if penalized else "Training loss"


def no_curve_message(model: Any) -> str:
    """Return why there is no loss curve, and what to do."""
    name, solver = type(model).__name__, getattr(model, "solver", None)
    why = f": solver={solver!r} records none" if isinstance(solver, str) else ""
    return (
        f"A loss curve needs an estimator with loss_curve_; this {name} has none{why}. "
        "Fit a network with solver='adam' or solver='sgd'."
    )


def score_name(model: Any) -> str:
    """Return what the validation scores are: the estimator's own choice, or scikit-learn's."""
    from sklearn.base import is_classifier  # noqa: PLC0415 # the same

    scoring = getattr(model, "scoring", None)
    if scoring is None:
        return "accuracy" if is_classifier(model) else "R\N{SUPERSCRIPT TWO}"
    return scoring.replace("_", " ") if isinstance(scoring, str) else "score"
