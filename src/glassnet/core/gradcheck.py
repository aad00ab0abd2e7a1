"""Is a gradient right? Compare it with central differences of the loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from glassnet.core.arrays import Array, check_number
from glassnet.core.divergence import layer_name
from glassnet.core.layer import Step
from glassnet.core.network import Network
from glassnet.errors import DTypeError, ParameterError, ShapeError

STEP = 6e-6
"""h: the cube root of float64's rounding error, where truncation (h²) meets rounding (1e-16/h)."""


@dataclass(frozen=True)
class ParameterCheck:
    """The comparison for one array of parameters.

    Attributes
    ----------
    layer : str
        Its number and class, such as ``"1 Dense(2, 5)"``.
    name : str
        The letter of the parameter.
    n_params : int
    largest : float
        The largest derivative, by central differences.
    relative_error : float
        The largest deviation over the largest derivative.
    """

    layer: str
    name: str
    n_params: int
    largest: float
    relative_error: float


@dataclass(frozen=True)
class GradCheck:
    """A gradient beside its central differences; ``str()`` is a table.

    Attributes
    ----------
    relative_error : float
        ``max|g - g_hat| / max|g_hat|`` over all parameters. Below 1e-7 for a right gradient; a
        mistake gives 0.1 and more.
    layers : tuple of ParameterCheck
        The same for each array of parameters.
    kink_distance : float
        How near the nearest score or residual came to a kink, where there is no derivative:
        below 1e-3 the comparison tells nothing. Infinite without kinks.
    """

    relative_error: float
    layers: tuple[ParameterCheck, ...]
    kink_distance: float

    def __str__(self) -> str:
        rows = [("layer", "parameter", "numbers", "largest", "relative error")]
        rows += [
            (
                row.layer,
                row.name,
                f"{row.n_params}",
                f"{row.largest:.1e}",
                f"{row.relative_error:.1e}",
            )
            for row in self.layers
        ]
        total = sum(row.n_params for row in self.layers)
        largest = max((row.largest for row in self.layers), default=0.0)
        rows.append(("all", "", f"{total}", f"{largest:.1e}", f"{self.relative_error:.1e}"))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                cell.ljust(width) if i < 2 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        ]
        if np.isfinite(self.kink_distance):
            lines.append(f"nearest kink: {self.kink_distance:.1e}")
        return "\n".join(line.rstrip() for line in lines)


def gradcheck(
    net: Network,
    theta: Array,
    X: ArrayLike,
    Y: ArrayLike,
    w: ArrayLike | None = None,
    *,
    h: float = STEP,
    seed: int | None = None,
) -> GradCheck:
    r"""Compare ``net.loss_and_grad`` with central differences, parameter by parameter.

    .. math:: \hat g_i = \frac{L(\theta + h e_i) - L(\theta - h e_i)}{2 h}

    Parameters
    ----------
    net : Network
    theta : array of float64 of shape (n_params,)
    X : array of float64 of shape (n_samples, n_features)
    Y : array of float64 of shape (n_samples, n_outputs)
    w : array of float64 of shape (n_samples,), optional
    h : float, default=6e-6
        The step of the differences.
    seed : int, optional
        Dropout is on if there is a seed: the same masks each time.

    Returns
    -------
    GradCheck

    Raises
    ------
    DTypeError
        For float32, whose rounding hides mistakes.

    Examples
    --------
    >>> import numpy as np
    >>> import glassnet as gn
    >>> rng = np.random.default_rng(0)
    >>> net = gn.Network([gn.Dense(2, 3), gn.Tanh(), gn.Dense(3, 1)], loss=gn.SquaredError())
    >>> X, Y = rng.normal(size=(4, 2)), rng.normal(size=(4, 1))
    >>> bool(gradcheck(net, net.init(rng), X, Y).relative_error < 1e-7)
    True
    """
    if not isinstance(net, Network):
        raise ParameterError(f"net is {net!r}; expected a Network.")
    check_number("h", h, low=0, open_low=True)
    theta = net.check_theta(theta)
    if theta.dtype != np.float64:
        raise DTypeError("gradcheck needs float64: float32 rounds away the digits it compares.")
    if theta.ndim != 1:
        raise ShapeError(f"theta has shape {theta.shape}; expected one vector.")

    def step() -> Step | None:
        return None if seed is None else Step(np.random.default_rng(seed))

    def loss_and_grad(at: Array) -> tuple[float, Array]:
        return net.loss_and_grad(at, X, Y, w, step())

    _, g = loss_and_grad(theta)
    g_hat = np.empty_like(theta)
    for i in range(theta.size):
        shift = np.zeros_like(theta)
        shift[i] = h
        g_hat[i] = (loss_and_grad(theta + shift)[0] - loss_and_grad(theta - shift)[0]) / (2 * h)
    rows = [
        ParameterCheck(
            f"{number} {layer_name(layer)}",
            parameter.name,
            block.size,
            float(np.abs(block_hat).max()),
            _relative_error(block, block_hat),
        )
        for number, (layer, blocks, blocks_hat) in enumerate(
            zip(net.layers, net.views(g), net.views(g_hat), strict=True), 1
        )
        for parameter, block, block_hat in zip(layer.parameters, blocks, blocks_hat, strict=True)
    ]
    distance = _kink_distance(net, theta, np.asarray(X), np.asarray(Y), step())
    return GradCheck(_relative_error(g, g_hat), tuple(rows), distance)


def _relative_error(g: Array, g_hat: Array) -> float:
    """Return max|g - g_hat| / max|g_hat|; 0 if both are 0."""
    deviation = float(np.abs(g - g_hat).max())
    scale = float(np.abs(g_hat).max())
    return deviation / scale if scale > 0 else float(deviation > 0)


def _kink_distance(net: Network, theta: Array, X: Array, Y: Array, step: Step | None) -> float:
    """Return the smallest distance of a pre-activation, residual or weight to a kink."""
    distances = []
    A = X
    for layer, params in zip(net.layers, net.views(theta), strict=True):
        distances += [np.abs(A - kink).min() for kink in layer.kinks]
        A, _ = layer.forward(params, A, step)
    distances += [np.abs(A - Y - kink).min() for kink in net.loss_function.kinks]
    if net.penalty is not None and net.penalty.l1:
        distances.append(np.abs(theta[net.decays != 0]).min())
    return float(min(distances, default=np.inf))
