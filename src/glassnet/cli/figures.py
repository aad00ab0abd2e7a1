"""The figures of a demo, as PNG files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from glassnet import plots
from glassnet.cli.datasets import Table
from glassnet.core.minimize import descent
from glassnet.estimators.architecture import ACTIVATIONS


def write_figures(estimator: Any, table: Table, folder: Path, *, teach: bool) -> list[Path]:
    """Write what there is to see of a fitted estimator; return the files.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
    table : Table
    folder : Path
        Made if it is not there.
    teach : bool
        Whether to add the figures of the article that need no data: activations, a descent.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    # A figure of its own object, not pyplot's: nothing is left open, and no window is asked for.
    for name, figure in _figures(estimator, table, teach=teach):
        path = folder / f"{name}.png"
        figure.savefig(path)
        written.append(path)
    return written


def _figures(estimator: Any, table: Table, *, teach: bool) -> Iterator[tuple[str, Any]]:
    import matplotlib.pyplot as plt

    with plots.style(), plt.rc_context({"backend": "agg"}):
        for name, display in _displays(estimator, table, teach=teach):
            figure = display.figure_
            yield name, figure
            plt.close(figure)


def _displays(estimator: Any, table: Table, *, teach: bool) -> Iterator[tuple[str, Any]]:
    in_the_plane = len(table.feature_names) == 2
    names: Any = {"feature_names": table.feature_names, "class_names": table.class_names or None}
    X_train, y_train = table.train
    if in_the_plane:
        yield "points", plots.plot_points(X_train, y_train, **names)
    if len(estimator.loss_curve_) > 1:
        yield "loss", plots.LossCurveDisplay.from_estimator(estimator)
    if in_the_plane:
        yield (
            "regions",
            plots.DecisionRegionsDisplay.from_estimator(estimator, X_train, y_train, **names),
        )
    outputs = table.class_names if estimator.n_outputs_ > 1 else None
    yield (
        "network",
        plots.NetworkDisplay.from_estimator(
            estimator, input_names=table.feature_names, output_names=outputs
        ),
    )
    if not in_the_plane or not teach:
        yield _judgement(estimator, table)
    if teach:
        layers = [layer() for layer in ACTIVATIONS.values()]
        yield "activations", plots.plot_activations(layers, names=list(ACTIVATIONS))
        path = descent(_bowl, lambda x: 2 * x, np.array([0.5488, 0.7152]), n_steps=1_000)
        yield "descent", plots.plot_descent(_bowl, path)


def _bowl(x: Any) -> Any:
    """Return x² + y², the article's first function."""
    return (x**2).sum(axis=0)


def _judgement(estimator: Any, table: Table) -> tuple[str, Any]:
    """Return the confusion matrix of the test rows, or predicted against true."""
    from sklearn.metrics import ConfusionMatrixDisplay, PredictionErrorDisplay

    X_test, y_test = table.test
    predicted = estimator.predict(X_test)
    if table.class_names:
        display = ConfusionMatrixDisplay.from_predictions(
            y_test, predicted, display_labels=table.class_names, colorbar=False, cmap="Blues"
        )
        return "confusion", display
    scale, mean = table.target_scale, table.target_mean
    display = PredictionErrorDisplay.from_predictions(
        y_test * scale + mean,
        predicted * scale + mean,
        kind="actual_vs_predicted",
        scatter_kwargs={"color": plots.CLASS_COLORS[0]},
    )
    return "predicted", display
