"""What the machine allows: the time of a step's matrix products, and of the bytes it must move.

Three products a layer (forward, the weights' gradient, the rows' gradient), two for the first.
Each is measured by NumPy's BLAS in exactly the step's shapes and orders, over and over on the same
arrays, so in caches as warm as can be; the call's own time (that of a product of 1 x 1) is taken
off. Parameters, gradient and the optimizer's slots are read and written once a step, the batch's
rows are read, and written if they are gathered. Their speed is measured by copying arrays as long
as the parameters: what fits a cache moves at the cache's speed. With two threads, each copies a
half. Every choice makes the limit shorter, so the fraction of it that we reach lower.

For products of few rows and columns a BLAS is far below what a processor can do: there it is the
limit of the BLAS, which a compiled loop can pass.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.peers.base import NotThisJobError, Peer
from benchmarks.shapes import Job


class Limit(Peer):
    """The limit of a job at this many threads."""

    def __init__(self, job: Job, threads: int | None) -> None:
        if threads != job.shards:
            raise NotThisJobError("the limit of the threads that we use")
        super().__init__(job, threads)
        self.limits = threadpool_limits(limits=threads, user_api="blas")
        self._parts: dict[str, float] = {}

    def start(self) -> None:
        """Do nothing: nothing is trained."""

    def mean_loss(self) -> None:
        """Return None: nothing is learned."""

    def run(self, n_epochs: int) -> None:
        """Do nothing."""

    def parameters(self) -> list[tuple[Any, Any]]:
        return self.job.weights()

    def epoch_seconds(self, n_epochs: int) -> float:  # noqa: ARG002 - nothing is trained
        products = sum(map(call_seconds, self.products()))
        copying = self.n_bytes() / self.bytes_per_second()
        self._parts = {"products": products, "bytes": copying}
        return (products + copying) * self.job.n_steps

    def facts(self) -> dict[str, Any]:
        """Return the seconds of a step's products and of its bytes, as last measured."""
        return self._parts

    def products(self) -> list[Callable[[], object]]:
        """Return the matrix products of a step."""
        rng = np.random.default_rng(0)
        calls: list[Callable[[], object]] = []
        for layer, (n_in, n_out) in enumerate(self.job.shapes()):
            X, W, dZ, Z, dW, dX = (
                rng.standard_normal(shape).astype(self.job.dtype)
                for shape in (
                    (self.job.batch, n_in),
                    (n_in, n_out),
                    (self.job.batch, n_out),
                    (self.job.batch, n_out),
                    (n_in, n_out),
                    (self.job.batch, n_in),
                )
            )
            calls += [product(X, W, Z), product(X.T, dZ, dW)]
            if layer > 0:
                calls.append(product(dZ, W.T, dX))
        return calls

    def n_bytes(self) -> int:
        """Return the bytes that a step must move."""
        vectors = 4 if self.job.optimizer == "adam" else 2  # theta, gradient, two slots
        rows = self.job.batch * self.job.layers[0] * (2 if self.job.shuffle else 1)
        return (2 * vectors * self.job.n_params + rows) * np.dtype(self.job.dtype).itemsize

    def bytes_per_second(self) -> float:
        """Return how fast arrays as long as the parameters are read and written."""
        n_threads = self.threads or 1
        n = max(self.job.n_params, 16_384) // n_threads  # for shorter ones, the call would count
        # As many arrays as a step has, so that they fill the same cache.
        pairs = [
            [(np.ones(n, self.job.dtype), np.ones(n, self.job.dtype)) for _ in range(2)]
            for _ in range(n_threads)
        ]
        n_bytes = sum(2 * a.nbytes for thread in pairs for a, _ in thread)
        repeats = max(3, math.ceil(5e8 / n_bytes))

        def copy(thread: Any) -> None:
            for _ in range(repeats):
                for a, b in thread:
                    np.copyto(b, a)

        with ThreadPoolExecutor(n_threads) as pool:
            list(pool.map(copy, pairs))
            began = time.perf_counter()
            list(pool.map(copy, pairs))
            seconds = time.perf_counter() - began
        return n_bytes * repeats / seconds


def product(X: Any, W: Any, out: Any) -> Callable[[], object]:
    return lambda: np.matmul(X, W, out=out)


def loop_seconds(call: Callable[[], object], least: float = 0.01) -> float:
    """Return the time of a call, the best of three loops of at least so many seconds."""
    call()
    began = time.perf_counter()
    call()
    once = time.perf_counter() - began
    repeats = max(1, math.ceil(least / max(once, 1e-7)))
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        for _ in range(repeats):
            call()
        seconds.append((time.perf_counter() - began) / repeats)
    return min(seconds)


def call_seconds(call: Callable[[], object]) -> float:
    """Return the time of a product without that of calling one."""
    one = np.ones((1, 1), np.float32)
    empty = product(one, one, np.ones_like(one))
    return max(loop_seconds(call) - loop_seconds(empty, 0.001), 0.0)
