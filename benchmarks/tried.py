"""Two ideas from beyond the recipe for tables: Muon's steps, and members that share their weights.

Both are exchanged for the recipe's parts in `benchmarks.ablation`, whose group `TRIED` they are,
and train with the NumPy engine: the compiled one knows neither.

    python -m benchmarks.tried

compares the gradients of the layers with central differences, and prints what a step costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import numpy as np

import glassnet as gn
from glassnet.core.arrays import Array, RandomNumbers, Rows
from glassnet.core.layer import Layer, Parameter, Params, Step
from glassnet.core.losses import Loss
from glassnet.core.mixed import MixedActivation
from glassnet.core.optimizers import AdamW, Slots
from glassnet.core.training import train
from glassnet.estimators.tables import base, members
from glassnet.estimators.tables.importances import permutation_importances
from glassnet.tabular.recipe import Recipe

MADE = Recipe.network

# Muon

QUINTIC = (3.4445, -4.7750, 2.0315)
"""Jordan's coefficients, steep at 0: five steps bring singular values of 0.002 to 1 near 1.

Into 0.68 to 1.20; smaller ones stay below. They need not be 1 for a good step.
"""

N_STEPS = 5

OF_ADAM = 0.2
"""The root mean square of a typical step of Adam, in learning rates. Liu et al., 2025, 2.2."""


def orthogonalized(G: Array) -> Array:
    r"""Return about the nearest matrix with orthonormal rows or columns.

    .. math:: X \leftarrow \frac{G}{\lVert G \rVert_F}, \qquad
              X \leftarrow a X + (b X X^\top + c (X X^\top)^2) X \quad \text{five times}

    Jordan, 2024, "Muon: An optimizer for hidden layers in neural networks"; Newton-Schulz with a
    quintic, in the dtype of ``G`` (his code: bfloat16). On the shorter side: its square is smaller.
    """
    a, b, c = QUINTIC
    is_tall = G.shape[0] > G.shape[1]
    X: Array = G.T if is_tall else G
    X = X / (np.linalg.norm(X) + 1e-7)  # his constant: the gradient may be 0
    for _ in range(N_STEPS):
        A = X @ X.T
        X = a * X + (b * A + c * (A @ A)) @ X
    return X.T if is_tall else X


@dataclass(frozen=True)
class Muon(AdamW):
    r"""Momentum whose steps are orthogonal matrices; AdamW for what is no matrix.

    .. math:: M \leftarrow \mu M + G, \qquad
              W \leftarrow W - \eta \lambda W
              - \eta \kappa \cdot 0.2 \sqrt{\max(n_{in}, n_{out})}\,
              \operatorname{orthogonalized}(G + \mu M)

    Jordan, 2024, with Nesterov's momentum; the root of Liu et al., 2025, "Muon is scalable for LLM
    training", equation 4, makes a step as long as one of Adam, so that both share a learning rate.

    Parameters
    ----------
    matrices : tuple of (int, int, int)
        Where in theta each one begins, and its shape; in this order, none within another.
    factor : float, default=1.0
        Kappa, on the length of a matrix's step alone; weight decay is the recipe's.
    momentum : float, default=0.95
        Mu.
    """

    matrices: tuple[tuple[int, int, int], ...] = ()
    factor: float = 1.0
    momentum: float = 0.95

    def step(
        self, theta: Array, g: Array, slots: Slots, t: int, learning_rate: Any, decays: Any
    ) -> None:
        """Take a step on each matrix, and Adam's between them."""
        rates = np.broadcast_to(learning_rate, theta.shape)
        decays = np.broadcast_to(decays, theta.shape)
        spans = [(start, start + n * m) for start, n, m in self.matrices]
        ends = [0, *(end for span in spans for end in span), theta.size]
        for span in list(pairwise(ends))[::2]:
            of = slice(*span)
            own = {name: slot[of] for name, slot in slots.items()}
            super().step(theta[of], g[of], own, t, rates[of], decays[of])
        for span, (_, *shape) in zip(spans, self.matrices, strict=True):
            of = slice(*span)
            m, G = slots["m"][of], g[of]
            m *= self.momentum
            m += G
            direction = orthogonalized((G + self.momentum * m).reshape(shape)).ravel()
            theta[of] -= rates[of] * self.weight_decay * decays[of] * theta[of]
            theta[of] -= rates[of] * float(self.factor * OF_ADAM * max(shape) ** 0.5) * direction


def muon_of(net: gn.Network, plain: AdamW, factor: float) -> Muon:
    """Return Muon for the weights of the hidden layers, with the settings of AdamW."""
    found = []
    for layer, row in zip(net.layers[:-1], net.slices, strict=False):
        if isinstance(layer, gn.Dense) and min(layer.n_in, layer.n_out) > 1:
            found.append((row[0][0].start, layer.n_in, layer.n_out))
    return Muon(**asdict(plain), matrices=tuple(found), factor=factor)


def with_muon(factor: float) -> Callable[[], AbstractContextManager[Any]]:
    """Return what opens a room in which Muon takes the steps."""

    def trained(net: gn.Network, *args: Any, optimizer: AdamW, **kwargs: Any) -> Any:
        return train(net, *args, optimizer=muon_of(net, optimizer, factor), **kwargs)

    return lambda: patch.object(members, "train", trained)


# Members that share their weights

OF_MEMBERS = 0.1
"""Factor on the learning rate of the members' scales: that of the recipe's other vectors."""


@dataclass(frozen=True)
class SharedDense(Layer):
    r"""A dense layer whose weights several members share, each with scales and biases of its own.

    .. math:: V_j = X_j \odot r_j, \quad U_j = V_j W, \quad Z_j = U_j \odot s_j + b_j, \\
              dU_j = dZ_j \odot s_j, \quad dV_j = dU_j W^\top, \quad dX_j = dV_j \odot r_j, \\
              dW = \sum_j V_j^\top dU_j, \quad dr_j = \sum_n dV_j \odot X_j, \quad
              ds_j = \sum_n dZ_j \odot U_j, \quad db_j = \sum_n dZ_j

    Wen, Tran and Ba, 2020, "BatchEnsemble", as Gorishniy, Kotelnikov and Babenko, 2025, "TabM",
    use it: ``r`` is +-1 at random in the first layer and 1 in the others, ``s`` is 1.

    Parameters
    ----------
    dense : Dense
        Sizes, initial values and factors on learning rates and decay.
    n_members : int
    signs : bool
        Whether ``r`` begins with random signs.
    rate : float, default=0.1
        The factor on the learning rate of ``r`` and ``s``.

    Notes
    -----
    Takes rows that the members share, (n_samples, n_in), or a member's own, (n_members, n_samples,
    n_in); gives the latter.
    """

    dense: gn.Dense
    n_members: int
    signs: bool
    rate: float = OF_MEMBERS

    @property
    def n_in(self) -> int:  # type: ignore[override] # read only: frozen
        """Columns of the input."""
        return self.dense.n_in

    @property
    def n_out(self) -> int:  # type: ignore[override] # read only: frozen
        """Columns of the output."""
        return self.dense.n_out

    @property
    def parameters(self) -> tuple[Parameter, ...]:  # type: ignore[override] # read only: frozen
        """The weights, and the members' scales and biases."""
        of_weights, of_biases = self.dense.learning_rates
        k = self.n_members
        return (
            Parameter("W", (self.n_in, self.n_out), of_weights, self.dense.decay),
            Parameter("r", (k, self.n_in), self.rate),
            Parameter("s", (k, self.n_out), self.rate),
            Parameter("b", (k, self.n_out), of_biases, decay=0.0),
        )

    def init(self, params: Params, X: Array | None, rng: RandomNumbers) -> None:
        """Draw signs, weights and biases: these look at the rows as the members see them."""
        W, r, s, b = params
        r[...] = rng.choice([-1.0, 1.0], r.shape) if self.signs else 1.0
        s[...] = 1.0
        V = None if X is None else X * r[:, np.newaxis]
        rows = None if V is None else V.reshape(-1, self.n_in)
        sizes = self.n_in, self.n_out
        W[...] = self.dense.weights.for_data(rng, W.shape, *sizes, rows, None)
        b[...] = self.dense.biases.for_data(rng, b.shape, *sizes, V, W)

    def forward(self, params: Params, X: Array | Rows, step: Step | None) -> tuple[Array, Any]:
        """Return ``Z`` of shape (n_members, n_samples, n_out), and ``X``, ``V``, ``U``."""
        W, r, s, b = params
        A: Any = X
        V = A * r[:, np.newaxis]
        U = (V.reshape(-1, self.n_in) @ W).reshape(*V.shape[:-1], self.n_out)
        Z: Array = U * s[:, np.newaxis]
        Z += b[:, np.newaxis]
        return Z, (A, V, U)

    def backward(
        self, dY: Array, cache: Any, params: Params, d_params: Params, need_dX: bool = True
    ) -> Array | None:
        """Write the gradients of all four; return ``dX``, of shared rows the sum over members."""
        (X, V, U), dZ = cache, dY
        W, r, s, _ = params
        dW, dr, ds, db = d_params
        np.sum(dZ, axis=-2, out=db)
        np.sum(dZ * U, axis=-2, out=ds)
        dU = (dZ * s[:, np.newaxis]).reshape(-1, self.n_out)
        np.matmul(V.reshape(-1, self.n_in).T, dU, out=dW)
        dV = (dU @ W.T).reshape(V.shape)
        np.sum(dV * X, axis=-2, out=dr)
        if not need_dX:
            return None
        dV *= r[:, np.newaxis]
        return dV.sum(axis=0) if X.ndim == 2 else dV


@dataclass(frozen=True)
class Apart(Layer):
    """A layer that each member has for itself: parameters with an axis of members in front.

    Parameters
    ----------
    layer : Layer
        Takes leading axes, as glassnet's own do.
    n_members : int
    """

    layer: Layer
    n_members: int

    @property
    def n_in(self) -> int | None:  # type: ignore[override] # read only: frozen
        """Columns of the input."""
        return self.layer.n_in

    @property
    def n_out(self) -> int | None:  # type: ignore[override] # read only: frozen
        """Columns of the output."""
        return self.layer.n_out

    @property
    def kinks(self) -> tuple[float, ...]:  # type: ignore[override] # those of its layer
        """Where the slope jumps."""
        return self.layer.kinks

    @property
    def parameters(self) -> tuple[Parameter, ...]:  # type: ignore[override] # read only: frozen
        """Those of the layer, for each member."""
        return tuple(
            Parameter(one.name, (self.n_members, *one.shape), one.learning_rate, one.decay)
            for one in self.layer.parameters
        )

    def init(self, params: Params, X: Array | None, rng: RandomNumbers) -> None:
        """Let the layer begin: it draws as for an ensemble."""
        self.layer.init(params, X, rng)

    def forward(self, params: Params, X: Array | Rows, step: Step | None) -> tuple[Array, Any]:
        """Return what the layer returns."""
        return self.layer.forward(params, X, step)

    def backward(
        self, dY: Array, cache: Any, params: Params, d_params: Params, need_dX: bool = True
    ) -> Array | None:
        """Return what the layer returns."""
        return self.layer.backward(dY, cache, params, d_params, need_dX)


@dataclass(frozen=True)
class MeanOverMembers(Loss):
    """The mean over the members of each one's loss: each learns as if it were alone.

    Parameters
    ----------
    loss : Loss
        That of a member.
    """

    loss: Loss

    @property
    def kinks(self) -> tuple[float, ...]:  # type: ignore[override] # those of its loss
        """Residuals where the slope jumps."""
        return self.loss.kinks

    def per_row(self, Z: Array, Y: Array) -> tuple[Array, Array]:
        """Return each member's losses and gradients of the rows."""
        return self.loss.per_row(Z, Y)

    def inverse_link(self, Z: Array) -> Array:
        """Return what each member predicts."""
        return self.loss.inverse_link(Z)

    def check_targets(self, Y: Array) -> None:
        """Raise what the loss raises."""
        self.loss.check_targets(Y)

    def batch(self, Z: Array, Y: Array, w: Array | None) -> tuple[Any, Array]:
        """Return the mean, and its gradient."""
        L, dZ = self.loss.batch(Z, Y, w)
        dZ /= len(Z)
        return float(L.mean()), dZ


class MembersNetwork(gn.Network):
    """A network of members whose prediction is the mean of theirs: not that of their scores."""

    def predict(self, theta: Array, X: Any, link: Callable[[Array], Array] | None = None) -> Array:
        """Return the mean over the members of the link of each one's scores."""
        return super().predict(theta, X, mean_of(link or self.loss_function.inverse_link))

    def scores(self, theta: Array, X: Any) -> Array:
        """Return each member's scores, of shape (n_members, n_samples, n_outputs)."""
        return super().predict(theta, X, lambda Z: Z)


def mean_of(link: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """Return what takes the mean over the members of a link of their scores."""
    return lambda Z: np.asarray(link(Z).mean(axis=0))


def with_members_in(net: gn.Network, n_members: int, rate: float = OF_MEMBERS) -> gn.Network:
    """Return the network with members from the first dense layer on."""
    *hidden, last = net.layers
    layers: list[Layer] = []
    for layer in hidden:
        if isinstance(layer, gn.Dense):
            first = not any(isinstance(one, SharedDense) for one in layers)
            layers.append(SharedDense(layer, n_members, first, rate))
        elif isinstance(layer, MixedActivation):
            layers.append(Apart(layer, n_members))
        else:
            layers.append(layer)
    return MembersNetwork([*layers, Apart(last, n_members)], MeanOverMembers(net.loss_function))


def with_members(
    n_members: int, rate: float = OF_MEMBERS
) -> Callable[[], AbstractContextManager[Any]]:
    """Return what opens a room in which the network has members."""

    def made(*args: Any, **kwargs: Any) -> gn.Network:
        return with_members_in(MADE(*args, **kwargs), n_members, rate)

    def importances(net: Any, thetas: Any, link: Any, *rest: Any) -> Array:
        return permutation_importances(net, thetas, mean_of(link), *rest)

    @contextmanager
    def room() -> Iterator[None]:
        with (
            patch.object(Recipe, "network", made),
            patch.object(base, "permutation_importances", importances),
        ):
            yield

    return room


# The check, and what a step costs


def _recipes(
    n_in: int, sizes: tuple[int, ...], activation: Any, loss: Loss, n_outputs: int
) -> gn.Network:
    """Return the recipe's network for numbers."""
    table = gn.Table.learn(np.random.default_rng(0).normal(size=(99, n_in)))
    return Recipe(sizes, activation).network(table, n_outputs, loss)


def _check() -> None:
    """Print the largest deviations from central differences."""
    rng = np.random.default_rng(0)
    found = np.linalg.svd(orthogonalized(rng.normal(size=(80, 256))), compute_uv=False)
    print(f"singular values, made orthogonal: {found.min():.2f} to {found.max():.2f}")
    X, w = rng.normal(size=(12, 3)), rng.uniform(0.5, 2, size=12)
    Y = np.eye(3)[rng.integers(0, 3, size=12)]
    for loss in (gn.CrossEntropy(0.1), gn.SquaredError()):
        net = with_members_in(_recipes(3, (5, 4), gn.Mish(), loss, 3), 2)
        theta = net.init(rng, X)
        theta += 0.1 * rng.normal(size=theta.shape)  # no scale is 1, no share is 1
        for weights in (None, w):
            error = gn.gradcheck(net, theta, X, Y, weights, seed=1).relative_error
            print(f"gradient, {type(loss).__name__}: off by {error:.1e}")
            assert error < 1e-7


def _milliseconds_of_a_step(net: gn.Network, optimizer: Any) -> float:
    """Return what a step on 256 rows takes: the fastest of 20."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(256, net.n_in or 1)).astype(np.float32)
    Y = np.eye(net.n_outputs or 1, dtype=np.float32)[rng.integers(0, net.n_outputs or 1, size=256)]
    theta = net.init(rng, X, np.float32)
    steps = train(net, theta, X, Y, optimizer=optimizer, batch_size=256, rng=rng, n_epochs=20)
    return 1e3 * min(step.seconds for step in steps)


def main() -> None:
    """Check the gradients, and time steps."""
    from benchmarks.accuracy import on_one_thread

    on_one_thread("tried")
    _check()
    plain = _recipes(20, (256, 256, 256), gn.SELU(), gn.CrossEntropy(0.1), 10)
    adam = AdamW(0.04, beta_2=0.95, weight_decay=0.02)
    print("milliseconds of a step, 256 rows of 20 numbers, three layers of 256, NumPy:")
    print(f"{'as it is':12}{_milliseconds_of_a_step(plain, adam):8.1f}")
    print(f"{'Muon':12}{_milliseconds_of_a_step(plain, muon_of(plain, adam, 1.0)):8.1f}")
    for k in (4, 8, 32):
        milliseconds = _milliseconds_of_a_step(with_members_in(plain, k), adam)
        print(f"{f'{k} members':12}{milliseconds:8.1f}")


if __name__ == "__main__":
    main()
