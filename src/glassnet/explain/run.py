"""The two ways of one row through a network, with every array kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.core.arrays import Array
from glassnet.core.layer import Params
from glassnet.core.network import Network


@dataclass(frozen=True, eq=False)
class Passes:
    """All arrays of the two ways, as the network computes them.

    Attributes
    ----------
    outputs : list of array
        ``X``, then each layer's output.
    backs : list of array
        The gradient of each layer's input (None for the first one), then that of the scores.
        Empty without targets, as are ``g`` and ``d_params``.
    L, penalty : float
    """

    net: Network
    theta: Array
    params: list[Params]
    outputs: list[Array]
    Y: Array | None
    weight: float
    backs: list[Array | None]
    g: Array
    d_params: list[Params]
    L: float = 0.0
    penalty: float = 0.0


def run_passes(net: Network, theta: Array, X: Array, Y: Array | None, w: Array | None) -> Passes:
    """Go through the layers and back, as `Network.backpropagate` does, and keep every array."""
    params = net.views(theta)
    outputs, caches = [X], []
    for layer, own in zip(net.layers, params, strict=True):
        A, cache = layer.forward(own, outputs[-1], None)
        outputs.append(A)
        caches.append(cache)
    if Y is None:
        return Passes(net, theta, params, outputs, None, 1.0, [], np.empty(0), [])
    g = np.empty_like(theta)
    d_params = net.views(g)
    L, dA = net.loss_function.batch(outputs[-1], Y, w)
    backs: list[Any] = [dA]
    for i in reversed(range(len(net.layers))):
        back = net.layers[i].backward(backs[0], caches[i], params[i], d_params[i], need_dX=i > 0)
        backs.insert(0, back)
    weight: Any = len(Y) if w is None else w.sum()
    penalty = _add_penalty(net, theta, g, weight)
    return Passes(
        net, theta, params, outputs, Y, float(weight), backs, g, d_params, float(L), penalty
    )


def _add_penalty(net: Network, theta: Array, g: Array, weight: Any) -> float:
    """Add the penalty's gradient to ``g``, and return its value."""
    total: Any = 0.0
    if net.penalty is None:
        return 0.0
    for where, parameter in (pair for row in net.slices for pair in row):
        if parameter.decay:
            value, d_theta = net.penalty.value_and_grad(theta[where], weight)
            total += value
            g[where] += d_theta
    return float(total)


def parameter_at(net: Network, i: int, place: int) -> tuple[int, tuple[int, ...]] | None:
    """Return which parameter of a layer a place in theta is, and its index; None if none is."""
    for which, (where, one) in enumerate(net.slices[i]):
        if where.start <= place < where.stop:
            index = np.unravel_index(place - where.start, one.shape)
            return which, tuple(int(at) for at in index)
    return None
