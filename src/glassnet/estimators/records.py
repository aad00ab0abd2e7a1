"""From a fitted `MLPClassifier` or `MLPRegressor` to a record, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.core.network import Network
from glassnet.errors import ParameterError, RecordError
from glassnet.estimators.architecture import hidden_sizes, make_network, without_dropout
from glassnet.estimators.monitor import Monitor
from glassnet.estimators.saving import (
    check_kind,
    kind_of,
    made_by,
    plain_parameters,
    with_parameters,
)
from glassnet.estimators.targets import Targets
from glassnet.files.layers import plain_network
from glassnet.files.records import plain_target
from glassnet.record import Description, Record, Target, Training
from glassnet.tabular.table import Table


def record_of(estimator: Any) -> Record:
    """Return a fitted estimator as plain data.

    Raises
    ------
    ParameterError
        If something is an object that a file does not hold, or the parameters are no longer those
        of the fitted network.
    """
    net = estimator._network
    made = _made(estimator, net.n_in, net.n_outputs)
    if plain_network(without_dropout(made)) != plain_network(without_dropout(net)):
        raise ParameterError(
            "parameters were set after the fit, and make another network than the fitted one: "
            f"{made.layers} with {made.loss_function}. Set them back, or fit again."
        )
    names = getattr(estimator, "feature_names_in_", None)
    names = None if names is None else tuple(map(str, names))
    return _record(estimator, names, None, estimator._target, _training_of(estimator))


def record_on_table(estimator: Any, table: Table, target: Target, training: Training) -> Record:
    """Return a fitted estimator together with what makes its rows of a raw table."""
    names = tuple(column.name for column in table.columns) if table.has_names else None
    return _record(estimator, names, table, target, training)


def _record(
    estimator: Any,
    names: tuple[str, ...] | None,
    table: Table | None,
    target: Target,
    training: Training,
) -> Record:
    about = Description(
        kind=kind_of(type(estimator)),
        parameters=plain_parameters(estimator),
        feature_names=names,
        table=table,
        network=without_dropout(estimator._network),
        target=target,
        training=training,
        origin=None,
        **made_by(),
    )
    return Record(about, np.array(estimator.theta_[np.newaxis]))


def _training_of(estimator: Any) -> Training:
    """Return what is known of the training; the best epoch is the one whose weights are kept."""
    losses = estimator.loss_curve_
    scores = estimator.validation_scores_ or []
    best = len(losses)
    if estimator.restore_best or estimator.early_stopping:
        curve = scores if len(scores) == len(losses) else [-loss for loss in losses]
        best = int(np.nanargmax(curve)) + 1 if np.isfinite(curve).any() else best
    metric = estimator.scoring if isinstance(estimator.scoring, str) else "scoring"
    if estimator.scoring is None:
        metric = "accuracy" if hasattr(estimator, "classes_") else "r2"
    return Training(
        metric,
        estimator.engine_,
        (tuple(losses),),
        (tuple(scores),),
        (best,),
        validation_loss_curve=tuple(estimator.validation_loss_curve_ or ()),
        n_rows_seen=int(estimator.t_),
    )


def estimator_of(cls: Any, record: Record) -> Any:
    """Return the fitted estimator of a class that a record describes.

    Raises
    ------
    RecordError
        If it is of another kind, or a parameter cannot be used.
    """
    about = record.about
    check_kind(cls, about)
    estimator = with_parameters(cls, about)
    estimator.theta_ = np.array(record.theta[0])
    _set_targets(estimator, about.target)
    estimator.n_features_in_ = about.network.n_in
    if about.feature_names is not None:
        estimator.feature_names_in_ = np.array(about.feature_names, dtype=object)
    estimator.n_outputs_ = about.network.n_outputs
    estimator._network = _network_of(estimator, about)
    estimator.n_layers_ = len(hidden_sizes(estimator.hidden_layer_sizes)) + 2
    estimator._progress = estimator._scorer = None
    _set_curves(estimator, about.training)
    if plain_target(estimator._target) != plain_target(about.target):
        raise RecordError("the file contradicts itself: its loss gives another target than its.")
    return estimator


def _network_of(estimator: Any, about: Description) -> Network:
    """Return the network that the parameters make, dropout included, if it is the file's.

    Raises
    ------
    RecordError
        If parameters and network contradict each other.
    """
    try:
        net = _made(estimator, about.network.n_in, about.network.n_outputs)
    except (ValueError, TypeError) as error:
        raise RecordError(f"the file's parameters cannot be used: {error}") from None
    if plain_network(without_dropout(net)) != plain_network(about.network):
        raise RecordError(
            "the file contradicts itself: its parameters make another network than its layers are."
        )
    return net


def _made(estimator: Any, n_in: Any, n_outputs: Any) -> Network:
    """Return the network that an estimator's parameters make."""
    return make_network(
        n_in,
        estimator.hidden_layer_sizes,
        n_outputs,
        activation=estimator.activation,
        dropout=estimator.dropout,
        init=estimator.init,
        alpha=estimator.alpha,
        loss=estimator._make_loss(),
    )


def _set_targets(estimator: Any, target: Target) -> None:
    """Set what a classifier knows of its labels.

    Raises
    ------
    RecordError
        If a fit could not have come to these labels.
    """
    if not target.has_probabilities:
        return
    try:
        own = Targets.of(target)
    except ValueError as error:
        raise RecordError(f"the file's labels cannot be used: {error}") from None
    if plain_target(own.target) != plain_target(target):
        raise RecordError("the file's labels are not in order, or are not those of their target.")
    estimator._targets, estimator.classes_ = own, own.classes


def _set_curves(estimator: Any, training: Training) -> None:
    """Set what a training leaves behind."""
    Monitor.reset(estimator)
    losses, scores = list(training.loss_curve[0]), list(training.validation_scores[0])
    estimator.loss_curve_, estimator.n_iter_ = losses, len(losses)
    estimator.t_ = training.n_rows_seen
    if estimator.restore_best or estimator.early_stopping:
        estimator._best_theta = estimator.theta_.copy()
    estimator.engine_ = training.engine
    if losses:
        estimator.loss_ = losses[-1]
    estimator.best_loss_ = None if estimator.early_stopping else float(np.nanmin([np.inf, *losses]))
    if scores:
        estimator.validation_scores_ = scores
        estimator.validation_loss_curve_ = list(training.validation_loss_curve)
        estimator.best_validation_score_ = float(np.nanmax([-np.inf, *scores]))
