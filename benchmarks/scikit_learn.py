"""The time of an epoch beside that of scikit-learn's perceptrons.

Both estimators fit the same rows with the same settings in one process, in turns, and the medians
are compared; only the ratios mean something. Each fit is of several epochs and its time is divided
by their number: what a fit does once (checks, a checksum of the rows) is in it. The numbers do not
matter to the time, so rows are random.

    python benchmarks/scikit_learn.py [--repeats 5]
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import statistics
import time
import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sklearn
import sklearn.neural_network
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

import glassnet


@dataclass(frozen=True)
class Shape:
    """A job: rows x layers, batch, and how many epochs make a fit worth timing."""

    name: str
    n_rows: int
    layers: tuple[int, ...]
    batch_size: int
    epochs: int
    settings: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        layers = "-".join(map(str, self.layers))
        return f"{self.name}: {self.n_rows:,} x {layers}, batch {self.batch_size:,}"

    def data(self, dtype: Any) -> tuple[Any, Any]:
        """Return random rows and labels."""
        rng = np.random.default_rng(0)
        X: Any = rng.normal(size=(self.n_rows, self.layers[0])).astype(dtype)
        return X, rng.integers(0, self.layers[-1], self.n_rows)

    def seconds(self, Estimator: Any, X: Any, y: Any) -> float:  # noqa: N803 - a class
        """Return how long one epoch takes, on average over a fit."""
        estimator = Estimator(
            hidden_layer_sizes=self.layers[1:-1],
            batch_size=self.batch_size,
            max_iter=self.epochs,
            n_iter_no_change=self.epochs,
            random_state=0,
            **self.settings,
        )
        began = time.perf_counter()
        estimator.fit(X, y)
        seconds = time.perf_counter() - began
        assert estimator.n_iter_ == self.epochs
        return seconds / self.epochs


ARTICLE = {"activation": "logistic", "solver": "sgd", "momentum": 0.0, "learning_rate_init": 0.015}
SHAPES = (
    Shape("article", 1_500, (2, 5, 3), 1_500, 1_000, ARTICLE),
    Shape("digits", 1_800, (64, 100, 10), 200, 50),
    Shape("small", 10_000, (20, 64, 32, 2), 32, 4),
    Shape("mnist", 60_000, (784, 128, 10), 128, 3),
)


def compare(shape: Shape, dtype: type, repeats: int) -> tuple[float, float]:
    """Return the median seconds an epoch of scikit-learn and of glassnet, measured in turns."""
    X, y = shape.data(dtype)
    peers = (sklearn.neural_network.MLPClassifier, glassnet.MLPClassifier)
    times: list[list[float]] = [[], []]
    for _ in range(repeats):
        for peer, seconds in zip(peers, times, strict=True):
            seconds.append(shape.seconds(peer, X, y))
    return statistics.median(times[0]), statistics.median(times[1])


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    warnings.simplefilter("ignore", ConvergenceWarning)
    print(
        f"{dt.date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, NumPy {np.__version__}, scikit-learn {sklearn.__version__}"
    )
    print(f"milliseconds an epoch, median of {repeats} fits in turns\n")
    print(f"{'':50} {'dtype':8} {'BLAS':>10} {'scikit-learn':>12} {'glassnet':>9} {'ratio':>6}")
    for shape in SHAPES:
        for dtype in (np.float64, np.float32):
            for threads in (1, None):
                with threadpool_limits(limits=threads, user_api="blas"):
                    theirs, ours = compare(shape, dtype, repeats)
                limit = "1 thread" if threads else "as it is"
                print(
                    f"{shape!s:50} {dtype.__name__:8} {limit:>10} {theirs * 1e3:12.2f} "
                    f"{ours * 1e3:9.2f} {theirs / ours:6.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
