"""A description of a model as JSON, and back: every part is checked, and nothing is optional."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.core.activations import Activation
from glassnet.core.arrays import Array
from glassnet.core.losses import CrossEntropy, SquaredError
from glassnet.core.network import Network
from glassnet.errors import ParameterError
from glassnet.files.layers import MOST_LAYERS, MOST_NODES, MOST_NUMBERS, plain_network, read_network
from glassnet.files.nodes import Node
from glassnet.files.objects import read_object
from glassnet.record import (
    KINDS,
    Classes,
    Description,
    Labels,
    Means,
    Numbers,
    Origin,
    SeveralTargets,
    Target,
    Training,
    TwoClasses,
)
from glassnet.record.targets import LINKS
from glassnet.tabular.blocks import Columns
from glassnet.tabular.embeddings import CategoryEmbedding

if TYPE_CHECKING:
    from glassnet.tabular.columns import Plain
    from glassnet.tabular.table import Table

MOST_NETWORKS = 10_000
"""Of an ensemble. Far above any use."""

_TEXT, _OBJECT = "text", "object of text"
_WHOLE = [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
_FLOATS = ["float16", "float32", "float64"]
_KIND_OF_TARGET: dict[type[Target], str] = {
    Classes: "classes", TwoClasses: "two classes", Labels: "labels",
    SeveralTargets: "several targets", Numbers: "numbers", Means: "means",
}  # fmt: skip
_PARTS = (
    "kind", "created", "versions", "parameters", "feature_names", "table", "network", "target",
    "training", "origin",
)  # fmt: skip


def plain_of(about: Description) -> Plain:
    """Return a description as JSON can hold it."""
    return {
        "kind": about.kind,
        "created": about.created,
        "versions": about.versions,
        "parameters": about.parameters,
        "feature_names": None if about.feature_names is None else list(about.feature_names),
        "table": None if about.table is None else about.table.to_dict(),
        "network": plain_network(about.network),
        "target": plain_target(about.target),
        "training": _plain_training(about.training),
        "origin": None if about.origin is None else asdict(about.origin),
    }


def read_description(node: Node, version: int) -> Description:
    """Return the description that JSON of a version of the format holds, or raise `RecordError`."""
    parts = node.fields(*_PARTS)
    kind = parts["kind"].one_of(KINDS)
    names = parts["feature_names"].or_none()
    origin = parts["origin"].or_none()
    at_table = parts["table"].or_none()
    table = None if at_table is None else _read_table(at_table)
    training = _read_training(parts["training"], version)
    target: Target
    if version == 1:
        target = _read_target_1(parts["target"], kind)
        network = _read_network_1(parts["network"], parts["table"], kind, table, target)
    else:
        target = _read_target(parts["target"])
        network = read_network(parts["network"])
    if not isinstance(target, _targets_of(kind, is_raw=table is not None)):
        raise parts["target"].wrong(f"the target of a {kind}")
    if network.n_outputs != target.n_scores:
        raise parts["network"].wrong(f"{target.n_scores} scores, as the target asks for")
    _check_columns(parts["network"], network, table)
    n_columns = (network.n_in or 0) if table is None else len(table.columns)
    if len(training.importances) not in (0, n_columns):
        raise parts["training"].wrong("no importances, or one for each column")
    if names is not None and len(names.items()) != n_columns:
        raise names.wrong(f"{n_columns} names, one for each column")
    return Description(
        kind=kind,
        parameters={name: one.value for name, one in parts["parameters"].pairs()},
        feature_names=None if names is None else tuple(one.text() for one in names.items()),
        table=table,
        network=network,
        target=target,
        training=training,
        origin=None if origin is None else _read_origin(origin),
        versions={name: one.text() for name, one in parts["versions"].pairs()},
        created=parts["created"].text(),
    )


def _targets_of(kind: str, *, is_raw: bool) -> tuple[type[Target], ...]:
    """Return what a kind of model can predict, from a raw table or from rows of numbers."""
    if kind.endswith("regressor"):
        return (Numbers,) if is_raw else (Means,)
    return (Classes,) if is_raw else (Classes, Labels, SeveralTargets)


def _read_table(node: Node) -> Table:
    from glassnet.files.tables import read_table

    return read_table(node)


def _check_columns(node: Node, network: Network, table: Table | None) -> None:
    """Raise unless the network takes the table's matrix, and embeds its codes and nothing else."""
    first = network.layers[0]
    blocks = first.blocks if isinstance(first, Columns) else ()
    start, embedded = 0, []
    for n_columns, layer in blocks:
        if isinstance(layer, CategoryEmbedding):
            embedded.append((start, layer.n_levels))
        start += n_columns
    if any(isinstance(layer, CategoryEmbedding | Columns) for layer in network.layers[1:]):
        raise node.wrong("embeddings in the first layer only")
    if isinstance(first, CategoryEmbedding):
        embedded.append((0, first.n_levels))
    if table is not None and network.n_in != table.n_columns:
        raise node.wrong(f"a network that takes {table.n_columns} columns, as the table gives")
    expected = [] if table is None else list(
        zip(range(table.codes.start, table.codes.stop), table.n_levels, strict=True)
    )  # fmt: skip
    if embedded != expected:
        raise node.wrong("an embedding for each column of codes, with as many levels, and no other")


def _read_network_1(
    node: Node, at_table: Node, kind: str, table: Table | None, target: Target
) -> Network:
    """Return the network of format 1, which had sizes alone: the recipe's, or a plain one."""
    from glassnet.tabular import recipe

    parts = node.fields(
        "hidden_layer_sizes", "activation", "n_outputs", "numeric_embedding", "embedding_size"
    )
    if table is None:
        raise at_table.wrong("a table")
    sizes = [one.whole(1, MOST_NODES) for one in parts["hidden_layer_sizes"].items(MOST_LAYERS)]
    activation: Activation = read_object(parts["activation"], Activation)  # type: ignore[type-abstract]
    n_outputs = parts["n_outputs"].whole(1, MOST_NODES)
    loss = CrossEntropy() if isinstance(target, Classes) else SquaredError()
    with_waves, size = parts["numeric_embedding"].flag(), parts["embedding_size"]
    if kind.startswith("mlp"):
        return recipe.make_plain_network(
            table.n_columns, sizes, n_outputs, activation=activation, loss=loss
        )
    made = recipe.Recipe(
        sizes,
        activation,
        dropout=0,
        numeric_embedding=with_waves,
        embedding_size=size.whole(1, MOST_NUMBERS),
    )
    return made.network(table, n_outputs, loss)


def _read_target_1(node: Node, kind: str) -> Target:
    """Return the target of format 1, which the kind of model told."""
    if kind.endswith("classifier"):
        return Classes(_read_labels(node))
    return _read_numbers(node)


def plain_target(target: Target) -> Plain:
    """Return what is predicted as JSON can hold it."""
    kind = _KIND_OF_TARGET[type(target)]
    if isinstance(target, Classes | Labels):
        return {"kind": kind, **_plain_labels(target.labels)}
    if isinstance(target, SeveralTargets):
        return {"kind": kind, "targets": [_plain_labels(labels) for labels in target.labels]}
    assert isinstance(target, Numbers | Means)
    return {"kind": kind, **asdict(target)}


def _read_target(node: Node) -> Target:
    kind = dict(node.pairs()).get("kind", node).one_of(_KIND_OF_TARGET.values())
    own = Node({name: one.value for name, one in node.pairs() if name != "kind"}, node.where)
    if kind == "classes":
        return Classes(_read_labels(own))
    if kind == "two classes":
        labels = _read_labels(own, fewest=1)
        if len(labels) > 2:
            raise node.wrong("at most two labels")
        return TwoClasses(labels)
    if kind == "labels":
        return Labels(_read_labels(own, fewest=1))
    if kind == "several targets":
        targets = own.fields("targets")["targets"].items(MOST_NUMBERS)
        return SeveralTargets(tuple(_read_labels(one, fewest=1) for one in targets))
    if kind == "numbers":
        return _read_numbers(own)
    parts = own.fields("n_numbers", "link")
    return Means(parts["n_numbers"].whole(1, MOST_NODES), parts["link"].one_of(LINKS))


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
    values = labels.tolist()
    if len(set(values)) < len(values):
        raise ParameterError(
            "classes_ has a label twice, for NumPy drops zeros at the end of text; expected labels "
            "that end in something else."
        )
    return {"dtype": dtype, "labels": values}


def _read_labels(node: Node, fewest: int = 2) -> Array:
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
    if len(values) < fewest or len(set(values)) < len(values):
        raise parts["labels"].wrong(f"at least {fewest} labels, all different")
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
        "validation_loss_curve": [_or_none(x) for x in training.validation_loss_curve],
        "n_rows_seen": training.n_rows_seen,
    }


def _read_training(node: Node, version: int) -> Training:
    new = () if version == 1 else ("validation_loss_curve", "n_rows_seen")
    parts = node.fields(
        "metric", "engine", "loss_curve", "validation_scores", "best_epoch", "importances", *new
    )
    more: dict[str, Any] = {}
    if new:
        curve = tuple(_or_nan(one) for one in parts["validation_loss_curve"].items())
        more = {"validation_loss_curve": curve, "n_rows_seen": parts["n_rows_seen"].whole(0, 2**62)}
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
        if len(other) > len(one):
            raise parts["validation_scores"].wrong("at most one score for each epoch")
    return Training(
        parts["metric"].text(),
        parts["engine"].text(),
        tuple(map(tuple, losses)),
        tuple(map(tuple, scores)),
        tuple(one.whole(0, len(curve)) for one, curve in zip(best, losses, strict=True)),
        tuple(map(_or_nan, parts["importances"].items())),
        **more,
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
