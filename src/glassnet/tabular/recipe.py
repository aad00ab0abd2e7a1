"""The network for tables.

The recipe of RealMLP-TD: Holzmüller, Grinsztajn and Steinwart, 2024, "Better by Default: Strong
Pre-Tuned MLPs and Boosted Trees on Tabular Data". Its dense layers, ``z = x W / sqrt(n) + b`` with
weights of variance 1 (the neural tangent parametrization), are plain ones here whose weights have
the factor in them: ``V = W / sqrt(n)``. A step of Adam is of the same length whatever the scale of
the gradient, so a step of ``eta`` in ``W`` is one of ``eta / sqrt(n)`` in ``V``; weight decay, in
proportion to the weight, is ``eta lambda`` for both, hence its factor ``sqrt(n)``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.core.activations import Activation, Identity
from glassnet.core.dense import Dense
from glassnet.core.dropout import Dropout
from glassnet.core.initializers import HyperplaneBias, UnitVariance
from glassnet.core.layer import Layer
from glassnet.core.losses import Loss
from glassnet.core.mixed import MixedActivation
from glassnet.core.network import Network
from glassnet.core.scale import Scale
from glassnet.core.schedules import FlatCosine
from glassnet.tabular.blocks import Columns
from glassnet.tabular.embeddings import CategoryEmbedding, PeriodicEmbedding
from glassnet.tabular.table import Table

OF_SCALES = 6.0
OF_BIASES = OF_ACTIVATIONS = OF_NUMBERS = 0.1
"""Factors on the learning rate."""


def embedded(table: Table, *, numeric_embedding: bool, embedding_size: int) -> Columns:
    """Return the layer that embeds a table's matrix."""
    n_numbers = table.numbers.stop - table.numbers.start
    n_plain = table.plain.stop - table.plain.start
    blocks: list[tuple[int, Layer]] = []
    if n_numbers and numeric_embedding:
        blocks.append((n_numbers, PeriodicEmbedding(n_numbers, learning_rate=OF_NUMBERS)))
    elif n_numbers:
        blocks.append((n_numbers, Identity()))
    if n_plain:
        blocks.append((n_plain, Identity()))
    blocks += [(1, CategoryEmbedding(n, embedding_size)) for n in table.n_levels]
    return Columns(tuple(blocks))


def source_of_embedded(table: Table, columns: Layer) -> NDArray[np.intp]:
    """Return, for each column of the embedded matrix, the position of its column in the table."""
    source, repeats = np.array(table.source), []
    assert isinstance(columns, Columns)
    for n_columns, layer in columns.blocks:
        width = layer.n_out or n_columns
        repeats += [width // n_columns] * n_columns
    return np.repeat(source, repeats)


def dense(n_in: int, n_out: int) -> Dense:
    """Return a dense layer in the neural tangent parametrization, begun on the data."""
    root = math.sqrt(n_in)
    return Dense(
        n_in,
        n_out,
        weights=UnitVariance(),
        biases=HyperplaneBias(),
        learning_rates=(1 / root, OF_BIASES),
        decay=root,
    )


def make_network(
    columns: Columns,
    hidden_layer_sizes: Any,
    n_outputs: int,
    *,
    activation: Activation,
    dropout: float,
    loss: Loss,
) -> Network:
    """Return embeddings, a learned scale, and dense layers with their activations and dropout."""
    n_in = columns.n_out
    layers: list[Layer] = [columns, Scale(n_in, OF_SCALES)]
    for n_out in hidden_layer_sizes:
        layers += [dense(n_in, n_out), MixedActivation(activation, n_out, OF_ACTIVATIONS)]
        if dropout:
            layers.append(Dropout(dropout, FlatCosine()))
        n_in = n_out
    layers.append(dense(n_in, n_outputs))
    return Network(layers, loss)


def make_plain_network(
    n_in: int, hidden_layer_sizes: Any, n_outputs: int, *, activation: Activation, loss: Loss
) -> Network:
    """Return dense layers and their activations alone: scikit-learn's network."""
    layers: list[Layer] = []
    for n_out in hidden_layer_sizes:
        layers += [Dense(n_in, n_out), activation]
        n_in = n_out
    return Network([*layers, Dense(n_in, n_outputs)], loss)
