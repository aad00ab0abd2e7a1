"""A network as a list of its layers, and back: what a prediction needs of them, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glassnet.core.activations import Activation
from glassnet.core.dense import Dense
from glassnet.core.layer import Layer
from glassnet.core.losses import Loss
from glassnet.core.mixed import MixedActivation
from glassnet.core.network import Network
from glassnet.core.scale import Scale
from glassnet.errors import DataError, ParameterError
from glassnet.files.nodes import Node
from glassnet.files.objects import plain_object, read_object
from glassnet.tabular.blocks import Columns
from glassnet.tabular.embeddings import CategoryEmbedding, PeriodicEmbedding

if TYPE_CHECKING:  # reading a model is to be quick
    from glassnet.tabular.columns import Plain

MOST_NODES, MOST_LAYERS, MOST_NUMBERS = 2**24, 10_000, 2**16
"""Of a layer, a network, a vector. Far above any use; no product passes 2^63."""

_SIZED: dict[str, tuple[type[Layer], dict[str, int]]] = {
    "dense": (Dense, {"n_in": MOST_NODES, "n_out": MOST_NODES}),
    "scale": (Scale, {"n_in": MOST_NODES}),
    "periodic embedding": (
        PeriodicEmbedding,
        {"n_in": MOST_NODES, "n_frequencies": MOST_NUMBERS, "n_numbers": MOST_NUMBERS},
    ),
    "category embedding": (CategoryEmbedding, {"n_levels": MOST_NODES, "size": MOST_NUMBERS}),
}
"""Layers that their sizes describe, and the most that each size may be."""

_KINDS = (*_SIZED, "activation", "mixed activation", "columns")


def plain_network(net: Network) -> Plain:
    """Return a network as JSON can hold it; dropout, which predicts nothing, is left out.

    Raises
    ------
    ParameterError
        If a layer or the loss is of the user's own making: a file holds no code.
    """
    from glassnet.core.dropout import Dropout

    return {
        "layers": [_plain_layer(layer) for layer in net.layers if not isinstance(layer, Dropout)],
        "loss": plain_object(net.loss_function, "loss"),
    }


def read_network(node: Node) -> Network:
    """Return the network that a file describes, or raise `RecordError`."""
    parts = node.fields("layers", "loss")
    layers = [_read_layer(one) for one in parts["layers"].items(MOST_LAYERS)]
    loss: Loss = read_object(parts["loss"], Loss)  # type: ignore[type-abstract]
    try:
        net = Network(layers, loss)
    except (ParameterError, DataError) as error:
        raise parts["layers"].wrong(f"layers that fit each other: {error}") from None
    if net.n_in is None or net.n_outputs is None:
        raise parts["layers"].wrong("at least one layer with sizes")
    return net


def _plain_layer(layer: Layer) -> Plain:
    for kind, (its_class, sizes) in _SIZED.items():
        if type(layer) is its_class:
            return {"kind": kind, **{name: getattr(layer, name) for name in sizes}}
    if isinstance(layer, MixedActivation):
        inner = plain_object(layer.activation, "activation")
        return {"kind": "mixed activation", "n_in": layer.n_in, "activation": inner}
    if isinstance(layer, Columns):
        blocks = [[n_columns, _plain_layer(one)] for n_columns, one in layer.blocks]
        return {"kind": "columns", "blocks": blocks}
    return {"kind": "activation", "activation": plain_object(layer, "activation")}


def _read_layer(node: Node, depth: int = 0) -> Layer:
    kind = dict(node.pairs()).get("kind", node).one_of(_KINDS)
    if kind in _SIZED:
        its_class, most = _SIZED[kind]
        parts = node.fields("kind", *most)
        sizes: dict[str, Any] = {name: parts[name].whole(1, top) for name, top in most.items()}
        return its_class(**sizes)
    if kind == "columns":
        blocks = node.fields("kind", "blocks")["blocks"]
        if depth:
            raise node.wrong("no columns within columns")
        return _read_columns(blocks)
    if kind == "activation":
        return _read_activation(node.fields("kind", "activation")["activation"])
    parts = node.fields("kind", "n_in", "activation")
    return MixedActivation(
        _read_activation(parts["activation"]), parts["n_in"].whole(1, MOST_NODES)
    )


def _read_activation(node: Node) -> Activation:
    return read_object(node, Activation)  # type: ignore[type-abstract]


def _read_columns(node: Node) -> Columns:
    blocks = []
    for pair in node.items(MOST_NUMBERS):
        both = pair.items(2)
        if len(both) != 2:
            raise pair.wrong("a number of columns, and their layer")
        blocks.append((both[0].whole(1, MOST_NODES), _read_layer(both[1], depth=1)))
    try:
        return Columns(tuple(blocks))
    except (ParameterError, DataError) as error:
        raise node.wrong(f"blocks that fit their layers: {error}") from None
