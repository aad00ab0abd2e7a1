"""From a fitted estimator to a record, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.core.network import Network
from glassnet.estimators.architecture import without_dropout
from glassnet.estimators.saving import (
    check_kind,
    kind_of,
    made_by,
    plain_parameters,
    with_parameters,
)
from glassnet.record import Classes, Description, Numbers, Record, Training


def record_of(estimator: Any) -> Record:
    """Return a fitted estimator as plain data.

    Raises
    ------
    ParameterError
        If a parameter is an object that a file does not hold.
    """
    names = getattr(estimator, "feature_names_in_", None)
    about = Description(
        kind=kind_of(type(estimator)),
        parameters=plain_parameters(estimator),
        feature_names=None if names is None else tuple(map(str, names)),
        table=estimator.table_,
        network=without_dropout(estimator._network),
        target=estimator._target,
        training=training_of(estimator),
        origin=None,
        **made_by(),
    )
    return Record(about, estimator.theta_)


def training_of(estimator: Any) -> Training:
    """Return what a fitted estimator says of its training."""
    return Training(
        estimator.metric_,
        estimator.engine_,
        tuple(map(tuple, estimator.loss_curve_)),
        tuple(map(tuple, estimator.validation_scores_)),
        tuple(estimator.best_epoch_),
        tuple(map(float, getattr(estimator, "feature_importances_", ()))),
    )


def estimator_of(cls: Any, record: Record) -> Any:
    """Return the fitted estimator of a class that a record describes.

    Raises
    ------
    RecordError
        If it is of another kind, or a parameter cannot be used.
    """
    about, training = record.about, record.about.training
    check_kind(cls, about)
    assert about.table is not None
    estimator = with_parameters(cls, about)
    estimator.table_ = about.table
    estimator.theta_ = record.theta
    if isinstance(about.target, Classes):
        estimator.classes_ = about.target.labels
    elif isinstance(about.target, Numbers):
        estimator.target_mean_, estimator.target_std_ = about.target.mean, about.target.std
        estimator.target_range_ = about.target.low, about.target.high
    estimator._network = Network(about.network.layers, estimator._make_loss())
    estimator.n_features_in_ = len(about.table.columns)
    if about.feature_names is not None:
        estimator.feature_names_in_ = np.array(about.feature_names, dtype=object)
    estimator.metric_, estimator.engine_ = training.metric, training.engine
    estimator.loss_curve_ = list(map(list, training.loss_curve))
    estimator.validation_scores_ = list(map(list, training.validation_scores))
    estimator.best_epoch_ = list(training.best_epoch)
    estimator.best_score_ = training.best_score
    estimator.n_iter_ = max(map(len, training.loss_curve))
    if training.importances:
        estimator.feature_importances_ = np.array(training.importances)
    estimator.validation_targets_ = estimator.validation_predictions_ = None  # rows are not kept
    return estimator
