"""A fitted model as plain data: all that a prediction needs, and how the model came about.

An estimator gives one, a file holds one, and `Record.outputs` predicts with NumPy alone. No class,
no function and no file name is in it: what is built from it is chosen here, from closed lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np

from glassnet.core.activations import Activation
from glassnet.core.arrays import Array
from glassnet.core.losses import CrossEntropy, SquaredError
from glassnet.core.network import Network
from glassnet.tabular import recipe
from glassnet.tabular.columns import Plain
from glassnet.tabular.table import Table

Kind: TypeAlias = Literal[
    "tabular-classifier", "tabular-regressor", "mlp-classifier", "mlp-regressor"
]
KINDS: tuple[Kind, ...] = (
    "tabular-classifier", "tabular-regressor", "mlp-classifier", "mlp-regressor",
)  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """The network's sizes.

    Attributes
    ----------
    hidden_layer_sizes : tuple of int
    activation : Activation
    n_outputs : int
    numeric_embedding : bool
    embedding_size : int
        The last two are of no meaning to a plain network, which embeds nothing.
    """

    hidden_layer_sizes: tuple[int, ...]
    activation: Activation
    n_outputs: int
    numeric_embedding: bool
    embedding_size: int


@dataclass(frozen=True)
class Classes:
    """The target of a classifier.

    Attributes
    ----------
    labels : array of shape (n_classes,)
        Text, whole numbers, floats or truth values, in the order of the outputs.
    """

    labels: Array

    def predictions(self, Z: Array) -> Array:
        """Return the probabilities that scores stand for."""
        return CrossEntropy().inverse_link(Z)


@dataclass(frozen=True)
class Numbers:
    """The target of a regressor: the network learned ``(y - mean) / std``.

    Attributes
    ----------
    mean, std : float
    low, high : float
        The range of the targets trained on; no prediction is beyond it.
    """

    mean: float
    std: float
    low: float
    high: float

    def predictions(self, Z: Array) -> Array:
        """Return the numbers that scores stand for, in the target's units."""
        y: Array = Z.astype(np.float64) * self.std + self.mean
        return y.clip(self.low, self.high)


@dataclass(frozen=True)
class Training:
    """How the training went, network by network.

    Attributes
    ----------
    metric, engine : str
    loss_curve, validation_scores : tuple of tuple of float
        The scores are empty without validation rows, and NaN where the metric has no value.
    best_epoch : tuple of int
        Counted from 1.
    importances : tuple of float
        How much each column of the table matters; empty if that was not measured.
    """

    metric: str
    engine: str
    loss_curve: tuple[tuple[float, ...], ...]
    validation_scores: tuple[tuple[float, ...], ...]
    best_epoch: tuple[int, ...]
    importances: tuple[float, ...] = ()

    @property
    def best_scores(self) -> list[float]:
        """The metric of each network's best epoch; NaN without validation rows."""
        return [
            scores[best - 1] if scores and best else float("nan")
            for scores, best in zip(self.validation_scores, self.best_epoch, strict=True)
        ]


@dataclass(frozen=True)
class Origin:
    """The file that a model was trained on, as the command line knows it.

    Attributes
    ----------
    file, target : str
        The file's name, without its folder, and the column that is predicted.
    weight : str or None
        The column of sample weights.
    dropped : tuple of str
        Columns left out at the user's wish.
    decimal : {".", ","} or None
        How the file wrote numbers; None if its format has numbers.
    n_rows : int
        Trained and validated on.
    test : dict of str to float
        Scores on test rows.
    """

    file: str
    target: str
    weight: str | None
    dropped: tuple[str, ...]
    decimal: str | None
    n_rows: int
    test: dict[str, float]


@dataclass(frozen=True)
class Description:
    """Everything but the weights.

    Attributes
    ----------
    kind : {"tabular-classifier", "tabular-regressor", "mlp-classifier", "mlp-regressor"}
        The network of the recipe for tables, or a plain one.
    parameters : dict
        The estimator's, as plain data.
    feature_names : tuple of str or None
        The table's column names, if all were text.
    table : Table
    shape : Shape
    target : Classes or Numbers
    training : Training
    origin : Origin or None
    versions : dict of str to str
        Of glassnet, numpy and python.
    created : str
        Date and time in UTC, such as "2025-06-30T12:00:00Z".
    n_networks : int
        Whose predictions are averaged.
    """

    kind: Kind
    parameters: Plain
    feature_names: tuple[str, ...] | None
    table: Table
    shape: Shape
    target: Classes | Numbers
    training: Training
    origin: Origin | None
    versions: dict[str, str]
    created: str

    @property
    def n_networks(self) -> int:
        """How many networks there are."""
        return len(self.training.best_epoch)

    @property
    def is_plain(self) -> bool:
        """Whether the network has dense layers and activations alone."""
        return self.kind.startswith("mlp")

    @cached_property
    def network(self) -> Network:
        """The network, as it predicts: without dropout."""
        loss = CrossEntropy() if isinstance(self.target, Classes) else SquaredError()
        if self.is_plain:
            return recipe.make_plain_network(
                self.table.n_columns,
                self.shape.hidden_layer_sizes,
                self.shape.n_outputs,
                activation=self.shape.activation,
                loss=loss,
            )
        columns = recipe.embedded(
            self.table,
            numeric_embedding=self.shape.numeric_embedding,
            embedding_size=self.shape.embedding_size,
        )
        return recipe.make_network(
            columns,
            self.shape.hidden_layer_sizes,
            self.shape.n_outputs,
            activation=self.shape.activation,
            dropout=0.0,
            loss=loss,
        )


@dataclass(frozen=True)
class Record:
    """A fitted model.

    Attributes
    ----------
    about : Description
    theta : array of shape (n_networks, n_params)
        The weights, float32 or float64.
    """

    about: Description
    theta: Array

    def outputs(self, X: Any) -> Array:
        """Return predictions of shape (n_rows, n_outputs): the mean over the networks.

        Probabilities, or numbers in the target's units. In float64, as the estimators do, and to
        the same bits.
        """
        matrix = self.about.table.encode(X, np.float64)
        link = self.about.target.predictions
        thetas = self.theta.astype(np.float64)
        each = [self.about.network.predict(theta, matrix, link) for theta in thetas]
        return np.asarray(np.mean(each, axis=0, dtype=np.float64))
