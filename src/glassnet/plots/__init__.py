"""Figures of networks, their training and their decisions (needs matplotlib: the extra ``plot``).

Every figure is a Display in scikit-learn's manner: it holds the numbers, ``plot(ax=None)`` draws
them, and afterwards ``ax_`` and ``figure_`` are there to go on with. ``from_estimator`` collects
the numbers from a fitted estimator; the ``plot_...`` functions do so where no estimator is needed.

====================================  ==============================================
`PointsDisplay`, `plot_points`        the points of two features, by class
`LossCurveDisplay`                    training and validation loss, the best epoch
`DecisionRegionsDisplay`              what is predicted where, and how surely
`NetworkDisplay`                      nodes, weights and biases
`ActivationsDisplay`,                 each activation beside its derivative
`plot_activations`
`DescentDisplay`, `plot_descent`      the way of a descent over contour lines
====================================  ==============================================

Confusion matrices and predicted-against-true plots are scikit-learn's `ConfusionMatrixDisplay` and
`PredictionErrorDisplay`; inside ``with style():`` they match these.

A figure that a Display makes for itself belongs to pyplot, so notebooks show it;
``plt.close(display.figure_)`` lets go of it. An axis that was given keeps its caller's settings.
"""

from glassnet.errors import MissingExtraError

try:
    import matplotlib as mpl  # noqa: F401
except ModuleNotFoundError as error:
    if error.name != "matplotlib":  # installed, but something that it needs is not
        raise
    raise MissingExtraError(
        'The plots need matplotlib, which is not installed: pip install "glassnet[plot]"'
    ) from error

from glassnet.plots.activations import ActivationsDisplay, plot_activations
from glassnet.plots.descent import DescentDisplay, plot_descent
from glassnet.plots.house import CLASS_COLORS, CLASS_MARKERS, DIVERGING, style
from glassnet.plots.losses import LossCurveDisplay
from glassnet.plots.network import NetworkDisplay
from glassnet.plots.points import PointsDisplay, plot_points
from glassnet.plots.regions import DecisionRegionsDisplay

__all__ = [
    "CLASS_COLORS",
    "CLASS_MARKERS",
    "DIVERGING",
    "ActivationsDisplay",
    "DecisionRegionsDisplay",
    "DescentDisplay",
    "LossCurveDisplay",
    "NetworkDisplay",
    "PointsDisplay",
    "plot_activations",
    "plot_descent",
    "plot_points",
    "style",
]
