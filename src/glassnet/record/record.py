"""A fitted model together with how it came about."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from glassnet.core.arrays import Array
from glassnet.core.network import Network
from glassnet.record.model import Model
from glassnet.record.targets import Target

if TYPE_CHECKING:
    from glassnet.tabular.columns import Plain
    from glassnet.tabular.table import Table

Kind: TypeAlias = Literal[
    "tabular-classifier", "tabular-regressor", "mlp-classifier", "mlp-regressor"
]
KINDS: tuple[Kind, ...] = (
    "tabular-classifier", "tabular-regressor", "mlp-classifier", "mlp-regressor",
)  # fmt: skip


@dataclass(frozen=True)
class Training:
    """How the training went, network by network.

    Attributes
    ----------
    metric, engine : str
    loss_curve, validation_scores : tuple of tuple of float
        The scores are empty without validation rows, and NaN where the metric has no value; a
        training that was gone on with may have fewer scores than epochs.
    best_epoch : tuple of int
        Counted from 1.
    importances : tuple of float
        How much each column of the table matters; empty if that was not measured.
    validation_loss_curve : tuple of float
        Of a single network; empty if that was not measured.
    n_rows_seen : int
        In all epochs together; 0 if they were not counted.
    """

    metric: str
    engine: str
    loss_curve: tuple[tuple[float, ...], ...]
    validation_scores: tuple[tuple[float, ...], ...]
    best_epoch: tuple[int, ...]
    importances: tuple[float, ...] = ()
    validation_loss_curve: tuple[float, ...] = ()
    n_rows_seen: int = 0

    @property
    def best_scores(self) -> list[float]:
        """The metric of each network's best epoch; NaN without validation rows."""
        curves = zip(self.loss_curve, self.validation_scores, self.best_epoch, strict=True)
        return [
            scores[best - 1] if best and len(scores) == len(losses) else float("nan")
            for losses, scores, best in curves
        ]

    @property
    def best_score(self) -> float:
        """The mean of these, over the networks that have one; NaN if none has."""
        known = [score for score in self.best_scores if not math.isnan(score)]
        return sum(known) / len(known) if known else float("nan")


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
        The estimator that was fitted.
    parameters : dict
        The estimator's, as plain data.
    feature_names : tuple of str or None
        The table's column names, if all were text.
    table : Table or None
        What makes the network's rows of a raw table; None if it takes numbers as they are.
    network : Network
        As it predicts: without dropout.
    target : Target
    training : Training
    origin : Origin or None
    versions : dict of str to str
        Of glassnet, numpy and python.
    created : str
        Date and time in UTC, such as "2025-06-30T12:00:00Z".
    n_networks : int
        Whose predictions are averaged.
    n_columns : int
        That are predicted from.
    column_names : tuple of str or None
        By which columns are found; None if they are taken by their position.
    """

    kind: Kind
    parameters: Plain
    feature_names: tuple[str, ...] | None
    table: Table | None
    network: Network
    target: Target
    training: Training
    origin: Origin | None
    versions: dict[str, str]
    created: str

    @property
    def n_networks(self) -> int:
        """How many networks there are."""
        return len(self.training.best_epoch)

    @property
    def n_columns(self) -> int:
        """How many columns there are."""
        return (self.network.n_in or 0) if self.table is None else len(self.table.columns)

    @property
    def column_names(self) -> tuple[str, ...] | None:
        """The names of the columns, if they matter."""
        if self.table is None:
            return self.feature_names
        return tuple(one.name for one in self.table.columns) if self.table.has_names else None


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

    @cached_property
    def model(self) -> Model:
        """What predicts."""
        about = self.about
        return Model(about.table, about.network, about.target, self.theta, about.feature_names)
