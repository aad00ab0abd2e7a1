"""What a peer is asked."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from benchmarks.shapes import Job


class NotThisJobError(Exception):
    """The peer has no part in this job."""


class Peer(ABC):
    """One library's way to train.

    Parameters
    ----------
    job : Job
    threads : int or None
        As many; None is the library's own choice.
    """

    def __init__(self, job: Job, threads: int | None) -> None:
        self.job = job
        self.threads = threads
        self.X, self.labels = job.data()

    @abstractmethod
    def start(self) -> None:
        """Begin anew, with parameters that have not been trained."""

    @abstractmethod
    def run(self, n_epochs: int) -> None:
        """Train so many epochs, and return when they are done."""

    @abstractmethod
    def parameters(self) -> list[tuple[Any, Any]]:
        """Return the weights and biases of each layer as arrays."""

    def facts(self) -> dict[str, Any]:
        """Return what the results should tell beside the times."""
        return {}

    def epoch_seconds(self, n_epochs: int) -> float:
        """Return how long one of ``n_epochs`` epochs takes.

        Each time from the start: after thousands of epochs on the same rows, gradients would sink
        to numbers so small that processors take longer for them. The first epoch does not count:
        checks, compilation and cold caches are in it.
        """
        self.start()
        self.run(1)
        began = time.perf_counter()
        self.run(n_epochs)
        return (time.perf_counter() - began) / n_epochs

    def warm_up(self) -> float | None:
        """Train two epochs untimed; return the loss by NumPy: all must have learned the same."""
        self.start()
        self.run(2)
        return self.mean_loss()

    def mean_loss(self) -> float | None:
        """Return the mean loss of the first rows."""
        A = self.X[:2_000].astype(np.float64)
        labels = self.labels[: len(A)]
        params = self.parameters()
        for W, b in params[:-1]:
            Z = A @ W + b
            A = np.maximum(Z, 0) if self.job.activation == "relu" else 1 / (1 + np.exp(-Z))
        Z = A @ params[-1][0] + params[-1][1]
        if self.job.is_binary:
            Z = np.hstack([np.zeros_like(Z), Z])
        Z -= Z.max(axis=1, keepdims=True)
        chosen = Z[np.arange(len(Z)), labels]
        return float((np.log(np.exp(Z).sum(axis=1)) - chosen).mean())
