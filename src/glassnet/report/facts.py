"""What a report is made from: plain data."""

from __future__ import annotations

from dataclasses import dataclass

from glassnet.core.arrays import Array
from glassnet.record import Classes, Numbers, Training
from glassnet.tabular.columns import Column


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows that the network was not trained on, and what it said of them.

    Attributes
    ----------
    targets : array of shape (n_rows,)
        Codes of classes, or numbers in the target's units.
    predictions : array of shape (n_rows, n_outputs)
        Probabilities, or numbers in the target's units.
    weights : array of shape (n_rows,), optional
        Sample weights, class weights included.
    """

    targets: Array
    predictions: Array
    weights: Array | None = None

    def __len__(self) -> int:
        return len(self.targets)


@dataclass(frozen=True, eq=False)
class Facts:
    """What is known of a fitted model.

    Attributes
    ----------
    name : str
        Of the model: "TabularClassifier".
    columns : tuple of Column
        Of the table that it was trained on.
    target : Classes or Numbers
    training : Training
    hidden_layer_sizes : tuple of int
    n_parameters : int
        Of one network.
    max_iter : int
        Epochs that the training was to have.
    n_rows : int, optional
        Trained on; None if that is not known.
    rows : Rows, optional
        To validate on. None if there were none, or they were not kept.
    label_smoothing : float, default=0
    quantile : float, optional
        That is predicted, if one is.
    refit : bool, default=False
        Whether the network was trained again with the validation rows.
    version : str, optional
        Of glassnet.
    """

    name: str
    columns: tuple[Column, ...]
    target: Classes | Numbers
    training: Training
    hidden_layer_sizes: tuple[int, ...]
    n_parameters: int
    max_iter: int
    n_rows: int | None = None
    rows: Rows | None = None
    label_smoothing: float = 0.0
    quantile: float | None = None
    refit: bool = False
    version: str = ""

    @property
    def used(self) -> tuple[Column, ...]:
        """The columns that the network sees."""
        return tuple(column for column in self.columns if column.reason is None)

    @property
    def left_out(self) -> tuple[Column, ...]:
        """The others."""
        return tuple(column for column in self.columns if column.reason is not None)

    @property
    def n_networks(self) -> int:
        """How many networks there are."""
        return len(self.training.loss_curve)

    @property
    def was_validated(self) -> bool:
        """Whether there were validation rows, kept or not."""
        return any(len(scores) for scores in self.training.validation_scores)
