"""What is predicted: how scores become probabilities or numbers, and those what users get."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np

from glassnet.core.activations import Sigmoid
from glassnet.core.arrays import FLOATS, Array
from glassnet.core.losses import softmax

Link: TypeAlias = Literal["identity", "log"]
LINKS: tuple[Link, ...] = ("identity", "log")

INSIDE = {
    dtype: (np.finfo(dtype).tiny, np.nextafter(dtype.type(1), dtype.type(0))) for dtype in FLOATS
}
"""The least and the largest probability. Never 0 or 1, which no score means: exp(-800) only rounds
to 0, and its logarithm to -inf."""


class Target(ABC):
    """What a model predicts.

    `predictions` makes of scores, of shape (..., n_rows, n_scores), what can be averaged over
    networks; `decoded` makes of that, of shape (n_rows, n_columns), what ``predict`` returns.
    """

    has_probabilities: ClassVar[bool] = True

    @property
    @abstractmethod
    def n_scores(self) -> int:
        """How many scores the network gives for a row."""

    @abstractmethod
    def predictions(self, Z: Array) -> Array:
        """Return probabilities, or numbers in the target's units."""

    @abstractmethod
    def decoded(self, P: Array) -> Any:
        """Return labels, or numbers."""

    def averaged(self, P: Array) -> Array:
        """Return the mean of what several networks predict, of shape (n_networks, ...)."""
        if len(P) == 1:
            only: Array = P[0]
            return only
        return np.asarray(P.mean(axis=0))


@dataclass(frozen=True, eq=False)
class Classes(Target):
    """One of several classes, a score for each: softmax.

    Attributes
    ----------
    labels : array of shape (n_classes,)
        Text, whole numbers, floats or truth values, in the order of the scores.
    """

    labels: Array

    @property
    def n_scores(self) -> int:
        """One for each class."""
        return len(self.labels)

    def predictions(self, Z: Array) -> Array:
        """Return the probabilities of the classes."""
        return _inside(softmax(Z))

    def averaged(self, P: Array) -> Array:
        """Return the mean; its rows sum to 1."""
        mean = super().averaged(P)
        return mean if len(P) == 1 else mean / mean.sum(axis=-1, keepdims=True)

    def decoded(self, P: Array) -> Any:
        """Return the label of the highest probability."""
        return self.labels[P.argmax(axis=1)]


@dataclass(frozen=True, eq=False)
class TwoClasses(Classes):
    """One of two classes, by one score: sigmoid.

    Attributes
    ----------
    labels : array of shape (2,)
        The second one is what the score speaks for. Or of shape (1,), where only one was seen.
    """

    @property
    def n_scores(self) -> int:
        """One."""
        return 1

    def predictions(self, Z: Array) -> Array:
        """Return the probabilities of the classes, a column each."""
        if len(self.labels) == 1:
            return np.full_like(Z, INSIDE[Z.dtype][1])
        return _inside(Sigmoid().value(np.concatenate([-Z, Z], axis=-1)))

    def decoded(self, P: Array) -> Any:
        """Return the second label where its probability is above a half."""
        if len(self.labels) == 1:
            return self.labels[np.zeros(len(P), np.intp)]
        return self.labels[(P[:, 1] > 0.5).astype(np.intp)]


@dataclass(frozen=True, eq=False)
class Labels(Target):
    """Several yes-or-no questions, a score each: sigmoid.

    Attributes
    ----------
    labels : array of shape (n_labels,)
        The columns of the target, counted from 0.
    """

    labels: Array

    @property
    def n_scores(self) -> int:
        """One for each question."""
        return len(self.labels)

    def predictions(self, Z: Array) -> Array:
        """Return the probability of yes to each."""
        return _inside(Sigmoid().value(Z))

    def decoded(self, P: Array) -> Any:
        """Return 1 where the probability of yes is above a half, else 0."""
        return (P > 0.5).astype(np.int64)


@dataclass(frozen=True, eq=False)
class SeveralTargets(Target):
    """Several targets with classes, a block of scores each: softmax of each block.

    Attributes
    ----------
    labels : tuple of array
        The labels of each target.
    """

    labels: tuple[Array, ...]

    @property
    def n_scores(self) -> int:
        """The classes of all targets."""
        return sum(map(len, self.labels))

    def predictions(self, Z: Array) -> Array:
        """Return the probabilities, target beside target."""
        return _inside(np.concatenate([softmax(block) for block in self.blocks(Z)], axis=-1))

    def blocks(self, columns: Array) -> list[Array]:
        """Return each target's columns."""
        return np.split(columns, np.cumsum([len(one) for one in self.labels])[:-1], axis=-1)

    def decoded(self, P: Array) -> Any:
        """Return the label of each target, a column each."""
        pairs = zip(self.blocks(P), self.labels, strict=True)
        columns = [labels[block.argmax(axis=1)] for block, labels in pairs]
        return np.stack(columns, axis=1)


@dataclass(frozen=True)
class Numbers(Target):
    """A number; the network learned ``(y - mean) / std``.

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
    has_probabilities = False

    @property
    def n_scores(self) -> int:
        """One."""
        return 1

    def predictions(self, Z: Array) -> Array:
        """Return the numbers in the target's units, in float64."""
        y: Array = Z.astype(np.float64) * self.std + self.mean
        return y.clip(self.low, self.high)

    def decoded(self, P: Array) -> Any:
        """Return them as a vector."""
        return P[:, 0]


@dataclass(frozen=True)
class Means(Target):
    """Numbers as they were given to the network: one, or several.

    Attributes
    ----------
    n_numbers : int
    link : {"identity", "log"}
        What the score is: the number, or its logarithm.
    """

    n_numbers: int
    link: Link
    has_probabilities = False

    @property
    def n_scores(self) -> int:
        """One for each number."""
        return self.n_numbers

    def predictions(self, Z: Array) -> Array:
        """Return the numbers."""
        if self.link == "identity":
            return Z
        with np.errstate(over="ignore"):
            return np.exp(Z)

    def decoded(self, P: Array) -> Any:
        """Return a vector for one number a row."""
        return P.ravel() if P.shape[1] == 1 else P


def _inside(P: Array) -> Array:
    """Return probabilities that are never 0 or 1."""
    return P.clip(*INSIDE[P.dtype])
