"""From a fitted estimator to a record, and back."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from typing import Any

import numpy as np

from glassnet import __version__
from glassnet.core.activations import Activation
from glassnet.errors import ParameterError, RecordError
from glassnet.estimators.architecture import hidden_sizes, make_activation
from glassnet.files.nodes import Node
from glassnet.files.records import plain_activation, read_activation
from glassnet.record import Classes, Description, Kind, Numbers, Record, Shape, Training
from glassnet.tabular import recipe
from glassnet.tabular.table import Table

NOT_KEPT = ("validation_split", "scoring")
"""Parameters that are objects of others: what a model was split or judged by is not part of it."""


def record_of(estimator: Any) -> Record:
    """Return a fitted estimator as plain data.

    Raises
    ------
    ParameterError
        If a parameter is an object that a file does not hold.
    """
    activation = estimator.activation
    if activation == "auto":
        activation = estimator._activation
    target: Classes | Numbers
    if hasattr(estimator, "classes_"):
        target, n_outputs = Classes(estimator.classes_), len(estimator.classes_)
    else:
        mean, std = estimator.target_mean_, estimator.target_std_
        target, n_outputs = Numbers(mean, std, *estimator.target_range_), 1
    names = getattr(estimator, "feature_names_in_", None)
    about = Description(
        kind=_kind(type(estimator)),
        parameters={
            name: None if name in NOT_KEPT else _plain(name, value)
            for name, value in estimator.get_params(deep=False).items()
        },
        feature_names=None if names is None else tuple(map(str, names)),
        table=estimator.table_,
        shape=Shape(
            tuple(hidden_sizes(estimator.hidden_layer_sizes)),
            make_activation(activation),  # type: ignore[arg-type] # fit has checked it
            n_outputs,
            bool(estimator.numeric_embedding),
            int(estimator.embedding_size),
        ),
        target=target,
        training=training_of(estimator),
        origin=None,
        **_made_by(),
    )
    return Record(about, estimator.theta_)


def record_of_plain(
    model: Any, table: Table, target: Classes | Numbers, training: Training
) -> Record:
    """Return a fitted MLPClassifier or MLPRegressor together with what makes its matrix.

    Of two classes it has one output, z: its probability is that of the scores 0 and z.
    """
    arrays = [one for pair in zip(model.coefs_, model.intercepts_, strict=True) for one in pair]
    n_outputs = 1
    if isinstance(target, Classes):
        n_outputs = len(target.labels)
        if n_outputs == 2:
            W, b = arrays[-2:]
            arrays[-2:] = [np.hstack([np.zeros_like(W), W]), np.append(np.zeros_like(b), b)]
    about = Description(
        kind="mlp-classifier" if isinstance(target, Classes) else "mlp-regressor",
        parameters={
            name: None if name in NOT_KEPT else _plain(name, value)
            for name, value in model.get_params(deep=False).items()
        },
        feature_names=tuple(column.name for column in table.columns) if table.has_names else None,
        table=table,
        shape=Shape(
            tuple(hidden_sizes(model.hidden_layer_sizes)),
            make_activation(model.activation),  # type: ignore[arg-type] # fit has checked it
            n_outputs,
            numeric_embedding=False,
            embedding_size=1,
        ),
        target=target,
        training=training,
        origin=None,
        **_made_by(),
    )
    return Record(about, np.concatenate([one.ravel() for one in arrays])[np.newaxis])


def _made_by() -> dict[str, Any]:
    """Return what made a record, and when."""
    return {
        "versions": {
            "glassnet": __version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


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
    if about.kind != _kind(cls):
        other = "TabularClassifier" if about.kind == "tabular-classifier" else "TabularRegressor"
        use = "glassnet.load, which gives a Predictor" if about.is_plain else f"{other}.load"
        raise RecordError(f"the file holds a {about.kind}, and {cls.__name__} is none. Use {use}.")
    estimator = _with_parameters(cls, about)
    estimator.table_ = about.table
    estimator.theta_ = record.theta
    if isinstance(about.target, Classes):
        estimator.classes_ = about.target.labels
    else:
        estimator.target_mean_, estimator.target_std_ = about.target.mean, about.target.std
        estimator.target_range_ = about.target.low, about.target.high
    shape = about.shape
    estimator._network = recipe.make_network(
        recipe.embedded(
            about.table,
            numeric_embedding=shape.numeric_embedding,
            embedding_size=shape.embedding_size,
        ),
        shape.hidden_layer_sizes,
        shape.n_outputs,
        activation=shape.activation,
        dropout=estimator.dropout,
        loss=estimator._make_loss(),
    )
    estimator.n_features_in_ = len(about.table.columns)
    if about.feature_names is not None:
        estimator.feature_names_in_ = np.array(about.feature_names, dtype=object)
    estimator.metric_, estimator.engine_ = training.metric, training.engine
    estimator.loss_curve_ = list(map(list, training.loss_curve))
    estimator.validation_scores_ = list(map(list, training.validation_scores))
    estimator.best_epoch_ = list(training.best_epoch)
    estimator.best_score_ = float(np.mean(training.best_scores))
    estimator.n_iter_ = max(map(len, training.loss_curve))
    if training.importances:
        estimator.feature_importances_ = np.array(training.importances)
    estimator.validation_targets_ = estimator.validation_predictions_ = None  # rows are not kept
    return estimator


def _kind(cls: Any) -> Kind:
    return "tabular-classifier" if hasattr(cls, "predict_proba") else "tabular-regressor"


def _with_parameters(cls: Any, about: Description) -> Any:
    """Return an estimator with the record's parameters, checked as ``fit`` checks them."""
    known = cls().get_params(deep=False)
    settings = {}
    for name, value in about.parameters.items():
        node = Node(value, f"record.parameters.{name}")
        if name not in known:
            raise node.wrong(f"a parameter of {cls.__name__}, which has none of this name")
        settings[name] = _read(node)
    try:
        estimator = cls(**settings)
        estimator._validate_params()
    except (ValueError, TypeError) as error:
        raise RecordError(f"the file's parameters cannot be used: {error}") from None
    return estimator


def _plain(name: str, value: Any) -> Any:
    """Return a parameter as JSON can hold it; what JSON has not is an object with one name."""
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, list):
        return [_plain(name, one) for one in value]
    if isinstance(value, tuple):
        return {"tuple": _plain(name, list(value))}
    if isinstance(value, dict):
        return {"dict": [_plain(name, list(pair)) for pair in value.items()]}
    if isinstance(value, Activation):
        return {"activation": plain_activation(value)}
    return _plain_one(name, value)


def _plain_one(name: str, value: Any) -> Any:
    """Return what has no parts."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and np.isfinite(value):
        return value
    if isinstance(value, np.random.Generator | np.random.RandomState):
        return None  # it has moved on: what it drew is drawn
    if isinstance(value, np.dtype) or value in (np.float32, np.float64):
        return np.dtype(value).name
    raise ParameterError(
        f"{name} is {value!r}, a {type(value).__name__}, which a model file does not hold; "
        "expected numbers, text, truth values or lists of them."
    )


def _read(node: Node) -> Any:
    """Return a parameter that `_plain` has made plain."""
    if isinstance(node.value, list):
        return [_read(one) for one in node.items()]
    if not isinstance(node.value, dict):
        return node.value
    (name, one), *more = [*node.pairs()] or [("", node)]
    if name == "tuple" and not more:
        return tuple(_read(each) for each in one.items())
    if name == "dict" and not more:
        pairs = [[_read(each) for each in pair.items()] for pair in one.items()]
        if all(len(pair) == 2 and _is_key(pair[0]) for pair in pairs):
            return dict(pairs)
    if name == "activation" and not more:
        return read_activation(one)
    raise node.wrong("a number, a text, a list, or an object of tuple, dict or activation")


def _is_key(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str)
