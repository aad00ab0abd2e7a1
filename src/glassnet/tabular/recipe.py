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
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.core.activations import SELU, Activation, Identity
from glassnet.core.dense import Dense
from glassnet.core.dropout import Dropout
from glassnet.core.initializers import HyperplaneBias, Initializer, LeCun, UnitVariance, Zeros
from glassnet.core.layer import Layer
from glassnet.core.losses import Loss
from glassnet.core.mixed import MixedActivation
from glassnet.core.network import Network
from glassnet.core.scale import Scale
from glassnet.core.schedules import FlatCosine
from glassnet.tabular.blocks import Columns
from glassnet.tabular.embeddings import CategoryEmbedding, PeriodicEmbedding
from glassnet.tabular.table import Table

WEIGHTS: dict[str, Initializer] = {"data": UnitVariance(), "normal": LeCun()}
BIASES: dict[str, Initializer] = {"data": HyperplaneBias(), "zeros": Zeros()}
OUTPUTS = ("data", "zeros")


@dataclass(frozen=True)
class Recipe:
    """The settings of the network, with RealMLP-TD's values for classes.

    Attributes
    ----------
    hidden_layer_sizes : sequence of int
    activation : Activation
    dropout : float
    numeric_embedding : bool
        Whether numbers are embedded by waves.
    n_frequencies : int
    frequency_scale : float
        Waves for each number, and the spread of their first frequencies.
    embedding_size : int
        Numbers of a vector for a level of a category.
    weight_init : {"data", "normal"}
    bias_init : {"data", "zeros"}
    output_init : {"data", "zeros"}
        Where weights and biases begin, and those of the last layer.
    embedding_learning_rate, bias_learning_rate : float
        Factors on the learning rate, of the waves and of the dense layers' biases.
    scale_learning_rate, activation_learning_rate : float
        Of the learned scale, and of the learned mix of activation and identity; 0 leaves it out.
    """

    hidden_layer_sizes: Sequence[int] = (256, 256, 256)
    activation: Activation = SELU()  # noqa: RUF009 - frozen
    dropout: float = 0.15
    numeric_embedding: bool = True
    n_frequencies: int = 16
    frequency_scale: float = 0.1
    embedding_size: int = 8
    weight_init: str = "data"
    bias_init: str = "data"
    output_init: str = "data"
    embedding_learning_rate: float = 0.1
    bias_learning_rate: float = 0.1
    scale_learning_rate: float = 6.0
    activation_learning_rate: float = 0.1

    def network(self, table: Table, n_outputs: int, loss: Loss) -> Network:
        """Return embeddings, a learned scale, and dense layers with activations and dropout."""
        columns = self._embedded(table)
        layers: list[Layer] = [columns]
        n_in = columns.n_out
        if self.scale_learning_rate:
            layers.append(Scale(n_in, self.scale_learning_rate))
        for n_out in self.hidden_layer_sizes:
            layers += [self._dense(n_in, n_out), self._activation(n_out)]
            if self.dropout:
                layers.append(Dropout(self.dropout, FlatCosine()))
            n_in = n_out
        last = self._dense(n_in, n_outputs)
        if self.output_init == "zeros":
            last = replace(last, weights=Zeros(), biases=Zeros())
        return Network([*layers, last], loss)

    def _embedded(self, table: Table) -> Columns:
        """Return the layer that embeds a table's matrix."""
        n_numbers = table.numbers.stop - table.numbers.start
        n_plain = table.plain.stop - table.plain.start
        blocks: list[tuple[int, Layer]] = []
        if n_numbers and self.numeric_embedding:
            waves = PeriodicEmbedding(
                n_numbers,
                n_frequencies=self.n_frequencies,
                scale=self.frequency_scale,
                learning_rate=self.embedding_learning_rate,
            )
            blocks.append((n_numbers, waves))
        elif n_numbers:
            blocks.append((n_numbers, Identity()))
        if n_plain:
            blocks.append((n_plain, Identity()))
        blocks += [(1, CategoryEmbedding(n, self.embedding_size)) for n in table.n_levels]
        return Columns(tuple(blocks))

    def _dense(self, n_in: int, n_out: int) -> Dense:
        """Return a dense layer in the neural tangent parametrization."""
        root = math.sqrt(n_in)
        return Dense(
            n_in,
            n_out,
            weights=WEIGHTS[self.weight_init],
            biases=BIASES[self.bias_init],
            learning_rates=(1 / root, self.bias_learning_rate),
            decay=root,
        )

    def _activation(self, n_nodes: int) -> Layer:
        if not self.activation_learning_rate:
            return self.activation
        return MixedActivation(self.activation, n_nodes, self.activation_learning_rate)


def source_of_embedded(table: Table, columns: Layer) -> NDArray[np.intp]:
    """Return, for each column of the embedded matrix, the position of its column in the table."""
    source, repeats = np.array(table.source), []
    assert isinstance(columns, Columns)
    for n_columns, layer in columns.blocks:
        width = layer.n_out or n_columns
        repeats += [width // n_columns] * n_columns
    return np.repeat(source, repeats)


def make_plain_network(
    n_in: int, hidden_layer_sizes: Any, n_outputs: int, *, activation: Activation, loss: Loss
) -> Network:
    """Return dense layers and their activations alone: scikit-learn's network."""
    layers: list[Layer] = []
    for n_out in hidden_layer_sizes:
        layers += [Dense(n_in, n_out), activation]
        n_in = n_out
    return Network([*layers, Dense(n_in, n_outputs)], loss)
