"""The jobs: which network, how many rows, and how many times faster we mean to be."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Job:
    """A training, the same for all who take part.

    The rows are random and the labels are those of a random linear map, so that there is
    something to learn; the numbers do not matter to the time.

    Attributes
    ----------
    name : str
    rows : int
        Of the job.
    layers : tuple of int
        Features, hidden nodes of each layer, classes. Two classes are one score and its logistic
        loss, as scikit-learn has it; more are as many scores and their softmax.
    batch : int
        Rows a step. The last, short batch of an epoch is used by all.
    timed_rows : int or None
        Rows that everybody trains on in the measurement, None for all. scikit-learn trains whole
        epochs only, and one of a large job would take it many seconds.
    dtype : str
    activation : {"relu", "sigmoid"}
        Of the hidden layers.
    optimizer : {"adam", "gradient descent"}
    learning_rate : float
    shuffle : bool
        Whether each epoch takes the rows in a new order. If not, rows are not gathered.
    shards : {1, 2}
        Threads that our training uses for a job of this size, hence those of the limit.
    asked : dict
        For each peer, how many times faster than it we mean to be; for ``"limit"``, the fraction.
    """

    name: str
    rows: int
    layers: tuple[int, ...]
    batch: int
    timed_rows: int | None = None
    dtype: str = "float32"
    activation: str = "relu"
    optimizer: str = "adam"
    learning_rate: float = 0.001
    shuffle: bool = True
    shards: int = 1
    asked: dict[str, float] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        layers = "-".join(map(str, self.layers))
        return f"{self.name}: {self.rows:,} x {layers}, batch {self.batch:,}, {self.dtype}"

    @property
    def n_rows(self) -> int:
        """The rows that are trained on."""
        return self.timed_rows or self.rows

    @property
    def n_steps(self) -> int:
        """The steps of an epoch."""
        return math.ceil(self.n_rows / self.batch)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The nodes of each layer, the last one as scores."""
        return (*self.layers[:-1], 1 if self.is_binary else self.layers[-1])

    @property
    def is_binary(self) -> bool:
        """Whether there are two classes."""
        return self.layers[-1] == 2

    @property
    def n_params(self) -> int:
        """The weights and biases."""
        return sum((n_in + 1) * n_out for n_in, n_out in self.shapes())

    def shapes(self) -> list[tuple[int, int]]:
        """Return the shape of each weight matrix."""
        return list(zip(self.sizes, self.sizes[1:], strict=False))

    def data(self) -> tuple[Any, Any]:
        """Return rows, and labels from 0."""
        rng = np.random.default_rng(0)
        dtype: Any = np.dtype(self.dtype)
        X = rng.standard_normal((self.n_rows, self.layers[0]), dtype=dtype)
        labels = (X @ rng.standard_normal((self.layers[0], self.layers[-1]))).argmax(axis=1)
        classes = np.arange(self.layers[-1])[: self.n_rows]
        labels[: len(classes)] = classes  # each has a row
        return X, labels

    def weights(self) -> list[tuple[Any, Any]]:
        """Return weights and biases to begin with: Glorot's, as scikit-learn draws them."""
        rng = np.random.default_rng(1)
        bounds = [math.sqrt(6 / (n_in + n_out)) for n_in, n_out in self.shapes()]
        return [
            (rng.uniform(-a, a, shape).astype(self.dtype), np.zeros(shape[1], self.dtype))
            for a, shape in zip(bounds, self.shapes(), strict=True)
        ]

    def changed(self, **fields: Any) -> Job:
        """Return the job with other attributes."""
        return dataclasses.replace(self, **fields)


ARTICLE = Job(
    "article64",
    rows=1_500,
    layers=(2, 5, 3),
    batch=1_500,
    dtype="float64",
    activation="sigmoid",
    optimizer="gradient descent",
    learning_rate=1e-5 * 1_500,  # the article's step, along the mean and not the sum
    shuffle=False,
    asked={"scikit-learn": 10, "PyTorch": 10, "JAX": 2.5},
)

JOBS = (
    ARTICLE,
    ARTICLE.changed(
        name="article32",
        dtype="float32",
        asked={"scikit-learn": 18, "PyTorch": 18, "JAX": 5},
    ),
    Job(
        "small",
        rows=10_000,
        layers=(20, 64, 32, 2),
        batch=32,
        asked={"scikit-learn": 20, "PyTorch": 30, "JAX": 3.3},
    ),
    Job(
        "digits",
        rows=1_800,
        layers=(64, 100, 10),
        batch=200,
        asked={"scikit-learn": 7, "PyTorch": 8, "JAX": 2.2},
    ),
    Job(
        "mnist",
        rows=60_000,
        layers=(784, 128, 10),
        batch=128,
        shards=2,
        asked={"scikit-learn": 2.7, "PyTorch": 1.9, "JAX": 1.05, "limit": 0.7},
    ),
    Job(
        "table",
        rows=200_000,
        layers=(54, 256, 256, 256, 7),
        batch=512,
        timed_rows=51_200,
        shards=2,
        asked={"scikit-learn": 3, "PyTorch": 1.2, "JAX": 1.2, "limit": 0.8},
    ),
    Job(
        "wide",
        rows=8_192,
        layers=(1024, 2048, 2048, 10),
        batch=512,
        timed_rows=2_048,
        shards=2,
        asked={"scikit-learn": 2.5, "PyTorch": 1, "JAX": 1, "limit": 0.85},
    ),
)

#: The four smallest, for a look in under a minute; of the larger two fewer rows.
QUICK = (
    JOBS[0],
    JOBS[2].changed(timed_rows=1_600),
    JOBS[3],
    JOBS[4].changed(timed_rows=3_200),
)

#: How many times faster than scikit-learn we mean to be without Numba.
NUMPY_ASKED = 1.3

#: The longest that a step may take with one core kept busy, in steps of an idle machine.
BUSY_ASKED = 2.5
