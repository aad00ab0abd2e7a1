"""JAX on the processor: an epoch is one compiled scan."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax import lax, nn
from jax import numpy as jnp

from benchmarks.peers.base import Peer
from benchmarks.shapes import Job


class JAX(Peer):
    """One jitted `lax.scan` over the batches of an epoch, or over the epochs if a batch is one.

    Compiled before it is timed; the state's buffers are donated; waited for at the end of the
    last epoch only, so that the next order is drawn while an epoch runs. XLA counts its threads
    once, by the cores that the process may use, so "1 thread" is a process held on one core.

    Of the forms that we tried, the fastest: rows gathered step by step (the whole epoch at once
    took 25 % longer for mnist), parameters as a tree (one flat vector took 40 % longer on two
    cores), the scan not unrolled (four steps at a time took as long), one-hot targets (as long as
    class numbers).
    """

    def __init__(self, job: Job, threads: int | None) -> None:
        super().__init__(job, threads)
        jax.config.update("jax_enable_x64", job.dtype == "float64")
        self.rows = jnp.asarray(self.X)
        one_hot = np.eye(job.layers[-1], dtype=job.dtype)[self.labels]
        self.targets = jnp.asarray(one_hot[:, 1:] if job.is_binary else one_hot)
        full_batch = not job.shuffle and job.batch >= job.n_rows
        self.epochs = self.run_full_batch if full_batch else self.run_batches
        self.compiled = jax.jit(self.all_rows if full_batch else self.epoch, donate_argnums=0)

    def start(self) -> None:
        self.rng = np.random.default_rng(0)
        params = [(jnp.asarray(W), jnp.asarray(b)) for W, b in self.job.weights()]
        slots = [jax.tree.map(jnp.zeros_like, params) for _ in range(2)]
        self.state: Any = (params, *slots, jnp.zeros((), self.rows.dtype))

    def run(self, n_epochs: int) -> None:
        self.epochs(n_epochs)
        jax.block_until_ready(self.state)

    def run_batches(self, n_epochs: int) -> None:
        for _ in range(n_epochs):
            order = self.rng.permutation(self.job.n_rows).astype(np.int32)
            self.state, _ = self.compiled(self.state, self.rows, self.targets, order)

    def run_full_batch(self, n_epochs: int) -> None:
        self.state = self.compiled(self.state, self.rows, self.targets, n_epochs)

    def loss(self, params: Any, X: Any, Y: Any) -> Any:
        activation = nn.relu if self.job.activation == "relu" else nn.sigmoid
        for W, b in params[:-1]:
            X = activation(X @ W + b)
        Z = X @ params[-1][0] + params[-1][1]
        if self.job.is_binary:
            return (nn.softplus(Z) - Y * Z).mean()
        return -(Y * nn.log_softmax(Z)).sum(axis=-1).mean()

    def step(self, state: Any, X: Any, Y: Any) -> tuple[Any, Any]:
        params, m, v, t = state
        L, g = jax.value_and_grad(self.loss)(params, X, Y)
        rate = self.job.learning_rate
        if self.job.optimizer == "gradient descent":
            return (jax.tree.map(lambda p, g: p - rate * g, params, g), m, v, t), L
        t = t + 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
        a, b = 1 - 0.9**t, 1 - 0.999**t
        params = jax.tree.map(
            lambda p, m, v: p - rate * (m / a) / (jnp.sqrt(v / b) + 1e-8), params, m, v
        )
        return (params, m, v, t), L

    def epoch(self, state: Any, rows: Any, targets: Any, order: Any) -> tuple[Any, Any]:
        """Take the steps of an epoch: a scan over the full batches, then the short one."""
        n_full = self.job.n_rows // self.job.batch
        full = order[: n_full * self.job.batch].reshape(n_full, self.job.batch)
        rest = order[n_full * self.job.batch :]
        state, losses = lax.scan(lambda s, i: self.step(s, rows[i], targets[i]), state, full)
        if len(rest):
            state, _ = self.step(state, rows[rest], targets[rest])
        return state, losses.sum()

    def all_rows(self, state: Any, rows: Any, targets: Any, n_epochs: Any) -> Any:
        """Take a step an epoch: the loop that a scan is, of a length that is not compiled in."""
        return lax.fori_loop(0, n_epochs, lambda _, s: self.step(s, rows, targets)[0], state)

    def parameters(self) -> list[tuple[Any, Any]]:
        return [(np.asarray(W), np.asarray(b)) for W, b in self.state[0]]
