"""The house style, the package without matplotlib, and what all figures share."""

import subprocess
import sys

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from sklearn.metrics import ConfusionMatrixDisplay, PredictionErrorDisplay

from glassnet import plots
from glassnet.errors import ParameterError


def draw_all(network, X, y, ax):
    return [
        plots.PointsDisplay(X, y).plot(ax()),
        plots.LossCurveDisplay.from_estimator(network, ax=ax()),
        plots.DecisionRegionsDisplay.from_estimator(network, X, y, ax=ax(), grid_resolution=20),
        plots.NetworkDisplay.from_estimator(network, ax=ax()),
        plots.DescentDisplay(lambda x: (x**2).sum(), [[1.0, 0.5], [0.5, 0.2]]).plot(ax()),
    ]


def test_without_matplotlib_the_message_holds_the_command():
    code = """
import sys
sys.modules["matplotlib"] = None
try:
    import glassnet.plots
except ImportError as error:
    print(type(error).__name__, error, sep="|")
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    name, message = run.stdout.strip().split("|")
    assert name == "MissingExtraError"
    assert 'pip install "glassnet[plot]"' in message


def test_broken_matplotlib_is_not_called_missing():
    code = """
import sys
sys.modules["cycler"] = None
import glassnet.plots
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "cycler" in run.stderr.splitlines()[-1]
    assert "MissingExtraError" not in run.stderr


def test_importing_and_plotting_without_an_estimator_leaves_sklearn_out():
    code = """
import sys
from glassnet import plots
plots.plot_points([[0, 1]], [0])
print("sklearn" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_every_public_name_exists():
    assert all(hasattr(plots, name) for name in plots.__all__)


def test_figures_are_drawn_on_the_given_axis(network, clouds):
    figure = Figure(layout="constrained")
    axes = iter(figure.subplots(1, 5))
    displays = draw_all(network, *clouds, lambda: next(axes))
    assert all(display.figure_ is figure for display in displays)
    assert plt.get_fignums() == []


def test_figures_of_our_own_can_be_closed_and_leave_the_settings_alone(network, clouds):
    before = dict(mpl.rcParams)
    for display in draw_all(network, *clouds, lambda: None):
        assert display.ax_.figure is display.figure_
        plt.close(display.figure_)
    assert plt.get_fignums() == []
    assert dict(mpl.rcParams) == before


def test_figures_can_be_drawn_in_subfigures(network, clouds):
    figure = plt.figure(layout="constrained", figsize=(15, 4))
    parts = iter(figure.subfigures(1, 5))
    draw_all(network, *clouds, lambda: next(parts).subplots())
    figure.draw_without_rendering()


def test_something_else_than_an_axis_is_refused():
    with pytest.raises(ParameterError, match="ax must be a matplotlib Axes or None, got Figure"):
        plots.plot_points([[0, 1]], [0], ax=Figure())
    assert plt.get_fignums() == []


def test_a_drawing_that_fails_closes_its_figure(monkeypatch):
    monkeypatch.setattr("matplotlib.axes.Axes.scatter", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        plots.plot_points([[0, 1]], [0])
    assert plt.get_fignums() == []


def test_colors_are_ten_different_ones_and_so_are_the_markers():
    assert len({to_rgb(color) for color in plots.CLASS_COLORS}) == 10
    assert len(set(plots.CLASS_MARKERS)) == 10


def test_diverging_colors_follow_the_sign():
    negative, middle, positive = (np.array(plots.DIVERGING(v)[:3]) for v in (0.2, 0.5, 0.8))
    assert negative[0] > negative[2]
    assert positive[2] > positive[0]
    assert np.ptp(middle) < 0.02


def test_figures_of_scikit_learn_fit_beside_ours():
    with plots.style():
        figure, axes = plt.subplots(1, 2)
        ConfusionMatrixDisplay.from_predictions([0, 1, 1], [0, 1, 0], ax=axes[0])
        PredictionErrorDisplay.from_predictions(
            y_true=np.array([1.0, 2.0]), y_pred=np.array([1.1, 1.9]), ax=axes[1]
        )
        figure.draw_without_rendering()
    assert axes[1].xaxis.label.get_fontsize() == 10
