"""The figures of a demo, as PNG files. Needs matplotlib: the extra ``plot``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from glassnet import plots  # first: without matplotlib it says what to install
from glassnet.cli.datasets import Table
from glassnet.core.minimize import descent
from glassnet.core.optimizers import GradientDescent
from glassnet.estimators.architecture import ACTIVATIONS

#: More rows make a plot of points a carpet.
MOST_POINTS = 1_500


def write_figures(
    estimator: Any, table: Table, folder: Path, *, teach: bool
) -> Iterator[tuple[Path, str]]:
    """Write what there is to see of a fitted estimator; yield each file and what it shows.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
    table : Table
        What it was fitted on.
    folder : Path
        Made if it is not there.
    teach : bool
        Whether to add the article's figures that need no data: activations, a descent.
    """
    import matplotlib.pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    plt.switch_backend("agg")  # files, no windows
    with plots.style():
        for name, shows, display in displays(estimator, table, teach=teach):
            path = folder / f"{name}.png"
            display.figure_.savefig(path)
            plt.close(display.figure_)
            yield path, shows


def displays(estimator: Any, table: Table, *, teach: bool) -> Iterator[tuple[str, str, Any]]:
    """Yield the name of each figure, what it shows, and the drawn display."""
    if len(table.feature_names) == 2 and table.class_names:
        yield from plane_displays(estimator, table)
    yield (
        "loss",
        "the loss, epoch by epoch",
        plots.LossCurveDisplay.from_estimator(estimator),
    )
    yield (
        "network",
        "the network: weights and biases",
        plots.NetworkDisplay.from_estimator(
            estimator, input_names=table.feature_names, output_names=output_names(table)
        ),
    )
    if not teach:
        yield (confusion if table.class_names else predictions)(estimator, table)
    else:
        layers = [layer() for layer in ACTIVATIONS.values()]
        names = [name.replace("_", " ") for name in ACTIVATIONS]
        yield "activations", "activations to try", plots.plot_activations(layers, names=names)
        way = descent(bowl, lambda x: 2 * x, np.array([0.54, 0.71]), GradientDescent(0.01), 1_000)
        yield "descent", "gradient descent on x^2 + y^2", plots.plot_descent(bowl, way)


def plane_displays(estimator: Any, table: Table) -> Iterator[tuple[str, str, Any]]:
    """Yield the training points, and what is predicted where."""
    from sklearn.pipeline import make_pipeline

    X, y = (part[:MOST_POINTS] for part in table.train)
    names = table.class_names
    yield "points", "the points to learn from", plots.plot_points(X, y, class_names=names)
    model = estimator if table.scaler is None else make_pipeline(table.scaler, estimator)
    regions = plots.DecisionRegionsDisplay.from_estimator(model, X, y, class_names=names)
    yield "regions", "what is predicted where, and how surely", regions


def output_names(table: Table) -> list[str] | None:
    """Return what each output node stands for."""
    if len(table.class_names) == 2:
        return [f"P({table.class_names[1]})"]
    return table.class_names or None


def bowl(x: Any) -> Any:
    """Return x² + y², the article's function to descend."""
    return (x**2).sum()


def confusion(estimator: Any, table: Table) -> tuple[str, str, Any]:
    """Return scikit-learn's confusion matrix of the test rows."""
    from sklearn.metrics import ConfusionMatrixDisplay

    X, y = table.scaled(table.test)
    display = ConfusionMatrixDisplay.from_predictions(
        y,
        estimator.predict(X),
        labels=range(len(table.class_names)),
        display_labels=table.class_names,
        colorbar=False,
        cmap="Blues",
    )
    display.ax_.spines[:].set_visible(True)
    return "confusion", "predicted and true classes of the test rows", display


def predictions(estimator: Any, table: Table) -> tuple[str, str, Any]:
    """Return scikit-learn's plot of predicted against true numbers."""
    from sklearn.metrics import PredictionErrorDisplay

    X, _ = table.scaled(table.test)
    mean, std = table.y_scale
    display = PredictionErrorDisplay.from_predictions(
        table.test[1],
        estimator.predict(X) * std + mean,
        kind="actual_vs_predicted",
        scatter_kwargs={"color": plots.CLASS_COLORS[0]},
    )
    return "predicted", "predicted and true numbers of the test rows", display
