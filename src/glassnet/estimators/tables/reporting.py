"""From a fitted estimator to the facts that a report is made from."""

from __future__ import annotations

from typing import Any

from glassnet import __version__
from glassnet.estimators.architecture import hidden_sizes
from glassnet.estimators.tables.saving import training_of
from glassnet.report.facts import Facts, Rows


def facts_of(estimator: Any) -> Facts:
    """Return what is known of a fitted estimator, as plain data."""
    rows = None
    if estimator.validation_predictions_ is not None:
        rows = Rows(
            estimator.validation_targets_,
            estimator.validation_predictions_,
            getattr(estimator, "validation_weights_", None),
        )
    return Facts(
        name=type(estimator).__name__,
        columns=estimator.columns_,
        target=estimator._target,
        training=training_of(estimator),
        hidden_layer_sizes=tuple(hidden_sizes(estimator.hidden_layer_sizes)),
        n_parameters=estimator.theta_.shape[-1],
        max_iter=estimator.max_iter,
        n_rows=getattr(estimator, "n_rows_", None),
        rows=rows,
        label_smoothing=getattr(estimator._make_loss(), "label_smoothing", 0.0),
        quantile=estimator.quantile if estimator.metric_ == "pinball" else None,
        refit=estimator.refit,
        version=__version__,
    )
