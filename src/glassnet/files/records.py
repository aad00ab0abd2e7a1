"""A description of a model as JSON, and back: every part is checked, and nothing is optional."""

from __future__ import annotations

import math
from dataclasses import asdict, fields, is_dataclass
from typing import Any

import numpy as np

from glassnet.core.activations import ACTIVATIONS, Activation
from glassnet.core.arrays import Array
from glassnet.errors import ParameterError
from glassnet.files.nodes import Node
from glassnet.files.tables import read_table
from glassnet.record import KINDS, Classes, Description, Numbers, Origin, Shape, Training
from glassnet.tabular.columns import Plain

MOST_NODES, MOST_LAYERS, MOST_NETWORKS, MOST_NUMBERS = 2**24, 1_000, 10_000, 2**16
"""Of a layer, a network, an ensemble, a vector. Far above any use; no product passes 2^63."""

_ACTIVATIONS = {one.__name__: one for one in ACTIVATIONS}
_TEXT, _OBJECT = "text", "object of text"
_WHOLE = [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
_FLOATS = ["float16", "float32", "float64"]
_PARTS = (
    "kind", "created", "versions", "parameters", "feature_names", "table", "network", "target",
    "training", "origin",
)  # fmt: skip


def plain_of(about: Description) -> Plain:
    """Return a description as JSON can hold it."""
    shape, target = about.shape, about.target
    return {
        "kind": about.kind,
        "created": about.created,
        "versions": about.versions,
        "parameters": about.parameters,
        "feature_names": None if about.feature_names is None else list(about.feature_names),
        "table": about.table.to_dict(),
        "network": {
            "hidden_layer_sizes": list(shape.hidden_layer_sizes),
            "activation": plain_activation(shape.activation),
            "n_outputs": shape.n_outputs,
            "numeric_embedding": shape.numeric_embedding,
            "embedding_size": shape.embedding_size,
        },
        "target": _plain_labels(target.labels) if isinstance(target, Classes) else asdict(target),
        "training": _plain_training(about.training),
        "origin": None if about.origin is None else asdict(about.origin),
    }


def read_description(node: Node) -> Description:
    """Return the description that JSON holds, or raise `RecordError`."""
    parts = node.fields(*_PARTS)
    kind = parts["kind"].one_of(KINDS)
    names = parts["feature_names"].or_none()
    origin = parts["origin"].or_none()
    training = _read_training(parts["training"])
    target: Classes | Numbers
    if kind.endswith("classifier"):
        target = Classes(_read_labels(parts["target"]))
        n_outputs = len(target.labels)
    else:
        target, n_outputs = _read_numbers(parts["target"]), 1
    versions = {name: one.text() for name, one in parts["versions"].pairs()}
    table = read_table(parts["table"])
    if kind.startswith("mlp") and table.n_levels:
        raise parts["table"].wrong("no codes, which a plain network cannot embed")
    if len(training.importances) not in (0, len(table.columns)):
        raise parts["training"].wrong("no importances, or one for each column")
    return Description(
        kind=kind,
        parameters={name: one.value for name, one in parts["parameters"].pairs()},
        feature_names=None if names is None else tuple(one.text() for one in names.items()),
        table=table,
        shape=_read_shape(parts["network"], n_outputs),
        target=target,
        training=training,
        origin=None if origin is None else _read_origin(origin),
        versions=versions,
        created=parts["created"].text(),
    )


def plain_activation(activation: Activation) -> Plain:
    """Return an activation as its name and its settings.

    Raises
    ------
    ParameterError
        If it is of the user's own making: a file holds no code.
    """
    kind = type(activation)
    if _ACTIVATIONS.get(kind.__name__) is not kind:
        raise ParameterError(
            f"activation is a {kind.__name__}, which is not glassnet's own: a model file holds no "
            f"code. Expected one of {', '.join(_ACTIVATIONS)}."
        )
    settings = {one.name: float(getattr(activation, one.name)) for one in _settings(kind)}
    return {"name": kind.__name__, "settings": settings}


def read_activation(node: Node) -> Activation:
    """Return one of glassnet's activations, or raise `RecordError`."""
    parts = node.fields("name", "settings")
    kind = _ACTIVATIONS[parts["name"].one_of(_ACTIVATIONS)]
    settings = parts["settings"].fields(*(one.name for one in _settings(kind)))
    try:
        return kind(**{name: one.number() for name, one in settings.items()})
    except ParameterError as error:
        raise parts["settings"].wrong(f"settings that can be used: {error}") from None


def _settings(kind: type[Activation]) -> Any:
    """Return the fields of a dataclass; most activations have none."""
    return fields(kind) if is_dataclass(kind) else ()


def _read_shape(node: Node, n_outputs: int) -> Shape:
    parts = node.fields(
        "hidden_layer_sizes", "activation", "n_outputs", "numeric_embedding", "embedding_size"
    )
    sizes = parts["hidden_layer_sizes"].items(MOST_LAYERS)
    if parts["n_outputs"].value != n_outputs:
        raise parts["n_outputs"].wrong(f"{n_outputs}, as the target has")
    return Shape(
        tuple(size.whole(1, MOST_NODES) for size in sizes),
        read_activation(parts["activation"]),
        parts["n_outputs"].whole(1, MOST_NODES),
        parts["numeric_embedding"].flag(),
        parts["embedding_size"].whole(1, MOST_NUMBERS),
    )


def _plain_labels(labels: Array) -> Plain:
    """Return labels with their type; a `ParameterError` if it is none that a file holds."""
    kind = labels.dtype.kind
    dtype = labels.dtype.newbyteorder("=").name
    if kind == "U":
        dtype = _TEXT
    elif kind == "O" and all(type(label) is str for label in labels):
        dtype = _OBJECT
    elif dtype not in ("bool", *_WHOLE, *_FLOATS):
        raise ParameterError(
            f"classes_ are of the type {labels.dtype}, which a model file does not hold; expected "
            "text, whole numbers, floats or truth values."
        )
    return {"dtype": dtype, "labels": labels.tolist()}


def _read_labels(node: Node) -> Array:
    parts = node.fields("dtype", "labels")
    dtype = parts["dtype"].one_of([_TEXT, _OBJECT, "bool", *_WHOLE, *_FLOATS])
    items = parts["labels"].items()
    values: list[Any]
    if dtype in (_TEXT, _OBJECT):
        values = [one.text() for one in items]
    elif dtype == "bool":
        values = [one.flag() for one in items]
    elif dtype in _FLOATS:
        most = float(np.finfo(dtype).max)
        values = [one.number() for one in items]
        if any(abs(value) > most for value in values):
            raise parts["labels"].wrong(f"numbers within {dtype}")
    else:
        bounds = np.iinfo(dtype)
        values = [one.whole(int(bounds.min), int(bounds.max)) for one in items]
    if len(values) < 2 or len(set(values)) < len(values):
        raise parts["labels"].wrong("at least two labels, all different")
    if dtype == _TEXT:
        return np.array(values)
    return np.array(values, object if dtype == _OBJECT else dtype)


def _read_numbers(node: Node) -> Numbers:
    parts = node.fields("mean", "std", "low", "high")
    numbers = Numbers(**{name: one.number() for name, one in parts.items()})
    if numbers.std <= 0:
        raise parts["std"].wrong("a number above 0")
    if numbers.low > numbers.high:
        raise parts["low"].wrong(f"a number up to high, {numbers.high:g}")
    return numbers


def _plain_training(training: Training) -> Plain:
    return {
        "metric": training.metric,
        "engine": training.engine,
        "loss_curve": [[_or_none(x) for x in one] for one in training.loss_curve],
        "validation_scores": [[_or_none(x) for x in one] for one in training.validation_scores],
        "best_epoch": list(training.best_epoch),
        "importances": [_or_none(x) for x in training.importances],
    }


def _read_training(node: Node) -> Training:
    parts = node.fields(
        "metric", "engine", "loss_curve", "validation_scores", "best_epoch", "importances"
    )
    best = parts["best_epoch"].items(MOST_NETWORKS)
    if not best:
        raise parts["best_epoch"].wrong("an epoch for each network")
    losses, scores = (
        [[_or_nan(x) for x in one.items()] for one in parts[name].items()]
        for name in ("loss_curve", "validation_scores")
    )
    if not len(losses) == len(scores) == len(best):
        raise parts["loss_curve"].wrong(
            "one curve for each network, as there are best epochs and scores"
        )
    for one, other in zip(losses, scores, strict=True):
        if len(other) not in (0, len(one)):
            raise parts["validation_scores"].wrong("no scores, or one for each epoch")
    return Training(
        parts["metric"].text(),
        parts["engine"].text(),
        tuple(map(tuple, losses)),
        tuple(map(tuple, scores)),
        tuple(one.whole(0, len(curve)) for one, curve in zip(best, losses, strict=True)),
        tuple(map(_or_nan, parts["importances"].items())),
    )


def _read_origin(node: Node) -> Origin:
    parts = node.fields("file", "target", "weight", "dropped", "decimal", "n_rows", "test")
    weight, decimal = parts["weight"].or_none(), parts["decimal"].or_none()
    return Origin(
        parts["file"].text(),
        parts["target"].text(),
        None if weight is None else weight.text(),
        tuple(one.text() for one in parts["dropped"].items()),
        None if decimal is None else decimal.one_of([".", ","]),
        parts["n_rows"].whole(1, 2**53),
        {name: one.number() for name, one in parts["test"].pairs()},
    )


def _or_none(x: float) -> float | None:
    """Return a number, null for NaN and infinity, which JSON has not."""
    return float(x) if math.isfinite(x) else None


def _or_nan(node: Node) -> float:
    return float("nan") if node.value is None else node.number()
