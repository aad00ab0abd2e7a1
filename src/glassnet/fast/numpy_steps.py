"""`run_steps` without Numba: core's, with BLAS at one thread and large steps in shards."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

import numpy as np

from glassnet.core import training
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.arrays import Array, Rows
from glassnet.core.dense import Dense
from glassnet.core.layer import Params, Step
from glassnet.core.losses import LOSSES
from glassnet.core.network import Network
from glassnet.core.optimizers import OPTIMIZERS, Optimizer, Slots
from glassnet.core.training import Plan, TrainingState
from glassnet.fast.cuts import PART_PARAMETERS, cuts_of, n_shards
from glassnet.fast.threads import Workers, one_blas_thread

STEP_OPERATIONS = 200_000_000
"""Steps of fewer operations stay whole: some 3 ms.

Two threads in Python wait for its lock before each of NumPy's operations and after it: in shards,
128 rows of 784-128-10 take 3.6 ms, whole 1.6; 512 rows of 54-256-256-256-7 take 7.0, whole 8.4.
"""

UPDATE_PARAMETERS = 1_000_000
"""A theta of fewer numbers is updated by one thread, for the same reason."""


def run_steps(
    net: Network, state: TrainingState, X: Any, Y: Array, w: Array | None, plan: Plan, n_steps: int
) -> tuple[float, float]:
    """Take at most ``n_steps`` steps of the epoch under way, as `glassnet.core.training.run_steps`.

    Takes, returns and raises what core's does; results are the same but for the order of sums over
    the rows of a large step, and the same bits for any number of threads.
    """
    with one_blas_thread() as n_threads:
        both = plan.scratch.get("numpy")
        if both is None:
            workers = Workers()
            both = plan.scratch["numpy"] = (
                _in_shards(net, plan.batch_size, workers),
                dataclasses.replace(
                    plan, optimizer=_in_parts(plan.optimizer, net, workers), scratch={}
                ),
                workers,
            )
        net, plan, workers = both
        workers.n_threads = n_threads
        return training.run_steps(net, state, X, Y, w, plan, n_steps)


def _in_shards(net: Network, batch_size: int, workers: Workers) -> Network:
    """Return the network whose large steps are cut, or itself if its steps stay whole.

    So do those of a network that is not made of glassnet's own layers and loss, which may look at
    a whole batch, and of one that draws random numbers for it.
    """
    ours = (Dense, *ACTIVATIONS)
    dense = [layer for layer in net.layers if isinstance(layer, Dense)]
    operations = 6 * sum(layer.n_in * layer.n_out for layer in dense)
    n = n_shards(operations, batch_size, STEP_OPERATIONS)
    known = type(net) is Network and all(type(layer) in ours for layer in net.layers)
    if n == 1 or not known or type(net.loss_function) not in map(type, LOSSES):
        return net
    return _InShards(net, n, workers)


class _InShards(Network):
    """A network that goes forward and back by shards of a batch's rows, beside each other."""

    def __init__(self, net: Network, n: int, workers: Workers) -> None:
        super().__init__(net.layers, net.loss_function, net.penalty)
        self._n, self._workers = n, workers
        self._plain = Network(net.layers, net.loss_function)  # the penalty is the whole batch's
        self._gradients: dict[int, Array] = {}

    def backpropagate(
        self,
        theta: Array,
        params: list[Params],
        g: Array,
        d_params: list[Params],  # noqa: ARG002 - each shard has its own
        X: Array | Rows,
        Y: Array,
        w: Array | None,
        step: Step | None,
    ) -> tuple[Any, Any]:
        """Do what `Network.backpropagate` does: L and g are the shards' means, by their weights."""
        weight = float(len(Y) if w is None else w.sum())
        rows = [slice(first, last) for first, last in cuts_of(len(Y), self._n, 1)]
        weights = [float(len(Y[one]) if w is None else w[one].sum()) for one in rows]
        shares = [(one, part / weight) for one, part in zip(rows, weights, strict=True) if part > 0]

        def shard(i: int) -> Any:
            some, share = shares[i]
            if i not in self._gradients:
                self._gradients[i] = np.empty_like(theta)
            g_i = self._gradients[i]
            w_i = None if w is None else w[some]
            with np.errstate(all="ignore"):  # as in core's run of steps: errstate is a thread's own
                L, _ = self._plain.backpropagate(
                    theta, params, g_i, self._plain.views(g_i), X[some], Y[some], w_i, step
                )
            return share * L

        def add(first: int, last: int) -> None:
            part = slice(first, last)
            with np.errstate(all="ignore"):
                np.multiply(self._gradients[0][part], shares[0][1], out=g[part])
                for i in range(1, len(shares)):
                    self._gradients[i][part] *= shares[i][1]
                    g[part] += self._gradients[i][part]

        L = sum(self._workers.run([partial(shard, i) for i in range(len(shares))]))
        self._workers.run([partial(add, *cut) for cut in _cuts_of_theta(theta)])
        return L, self._add_penalty(theta, g, weight)


def _in_parts(optimizer: Optimizer, net: Network, workers: Workers) -> Optimizer:
    """Return the optimizer that updates parts of a large theta beside each other, or itself."""
    if type(optimizer) not in OPTIMIZERS or net.n_params < UPDATE_PARAMETERS:
        return optimizer
    return _InParts(optimizer, workers)


class _InParts(Optimizer):
    """An optimizer that takes theta in parts: each number's step depends on its own past only."""

    def __init__(self, optimizer: Optimizer, workers: Workers) -> None:
        super().__init__(optimizer.learning_rate)
        self._optimizer, self._workers = optimizer, workers

    def update(
        self, theta: Array, g: Array, slots: Slots, t: int, learning_rate: Any, decays: Any
    ) -> None:
        """Change a part."""
        with np.errstate(all="ignore"):
            self._optimizer.step(theta, g, slots, t, learning_rate, decays)

    def step(
        self, theta: Array, g: Array, slots: Slots, t: int, learning_rate: Any, decays: Any
    ) -> None:
        """Do what `Optimizer.step` does, a part of theta in each thread at a time."""

        def part(first: int, last: int) -> None:
            one = slice(first, last)
            self.update(
                theta[one],
                g[one],
                {name: slot[one] for name, slot in slots.items()},
                t,
                learning_rate[one] if np.ndim(learning_rate) else learning_rate,
                decays[one] if np.ndim(decays) else decays,
            )

        self._workers.run([partial(part, *cut) for cut in _cuts_of_theta(theta)])


def _cuts_of_theta(theta: Array) -> list[tuple[int, int]]:
    return cuts_of(theta.size, max(1, min(8, theta.size // PART_PARAMETERS)), 16)
