"""The article's program: batch gradient descent in NumPy, a new array for each line."""

from __future__ import annotations

from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.peers.base import NotThisJobError, Peer
from benchmarks.shapes import Job


def sigmoid(Z: Any) -> Any:
    return 1 / (1 + np.exp(-Z))


def softmax(Z: Any) -> Any:
    exp_Z = np.exp(Z)
    return exp_Z / exp_Z.sum(axis=1, keepdims=True)


class Article(Peer):
    """One hidden layer, sigmoid and softmax; all rows at once, in the order they have."""

    def __init__(self, job: Job, threads: int | None) -> None:
        if job.optimizer != "gradient descent" or job.batch < job.n_rows or len(job.layers) != 3:
            raise NotThisJobError("the article has one hidden layer and batch gradient descent")
        super().__init__(job, threads)
        self.limits = threadpool_limits(limits=threads, user_api="blas")
        self.T = np.eye(job.layers[-1], dtype=job.dtype)[self.labels]

    def start(self) -> None:
        (self.W1, self.b1), (self.W2, self.b2) = self.job.weights()

    def run(self, n_epochs: int) -> None:
        X, T = self.X, self.T
        W1, b1, W2, b2 = self.W1, self.b1, self.W2, self.b2
        alpha = self.job.learning_rate / len(X)  # its loss is a sum
        for _ in range(n_epochs):
            A = sigmoid(X.dot(W1) + b1)
            Y = softmax(A.dot(W2) + b2)
            delta2 = Y - T
            delta1 = delta2.dot(W2.T) * A * (1 - A)
            W2 -= alpha * A.T.dot(delta2)
            b2 -= alpha * delta2.sum(axis=0)
            W1 -= alpha * X.T.dot(delta1)
            b1 -= alpha * delta1.sum(axis=0)

    def parameters(self) -> list[tuple[Any, Any]]:
        return [(self.W1, self.b1), (self.W2, self.b2)]
