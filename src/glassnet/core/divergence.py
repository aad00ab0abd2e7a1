"""When training leaves the finite numbers: find out where, and say what to try."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.core.arrays import Array
from glassnet.core.layer import Layer
from glassnet.core.network import Network
from glassnet.errors import DivergenceError

if TYPE_CHECKING:
    from glassnet.core.training import TrainingState

ADVICE = (
    "Scale the columns of X (and a regression target) to about [-1, 1], lower the learning rate, "
    "or limit the gradient with max_grad_norm."
)


def divergence(
    net: Network,
    theta: Array,
    state: TrainingState,
    batch_size: int,
    X: Any,
    last_finite: Array | None = None,
) -> DivergenceError:
    """Return the error to raise: where the first non-finite number stands.

    Parameters
    ----------
    net : Network
    theta : array of shape (n_params,)
        The parameters, finite or not.
    state : TrainingState
        Tells the epoch and the batch.
    batch_size : int
    X : array, optional
        The batch, to look for the number in the scores; None to look in the parameters.
    last_finite : array of shape (n_params,), optional
        The parameters before, if theta is not finite.
    """
    if X is None:
        layer = _first_layer_of_parameters(net, theta)
        what = "a parameter stopped being finite"
    else:
        layer = _first_layer_of_scores(net, theta, X)
        what = "the loss stopped being finite"
    batch = state.position // batch_size + 1
    return DivergenceError(
        f"Training diverged in epoch {state.epoch}, batch {batch}: {what}. The first number that "
        f"is not finite stands in {layer}. {ADVICE}",
        epoch=state.epoch,
        batch=batch,
        layer=layer,
        theta=(theta if last_finite is None else last_finite).copy(),
    )


def describe(net: Network, i: int) -> str:
    """Return the name of a layer as messages give it: ``layer 1 of 3, Dense(2, 5)``."""
    return f"layer {i + 1} of {len(net.layers)}, {layer_name(net.layers[i])}"


def layer_name(layer: Layer) -> str:
    """Return the class of a layer with its sizes, if it has any."""
    sizes = "" if layer.n_in is None else f"({layer.n_in}, {layer.n_out})"
    return f"{type(layer).__name__}{sizes}"


def _first_layer_of_parameters(net: Network, theta: Array) -> str:
    for i, params in enumerate(net.views(theta)):
        if not all(np.isfinite(array).all() for array in params):
            return describe(net, i)
    return "no layer"


def _first_layer_of_scores(net: Network, theta: Array, X: Any) -> str:
    """Return the first layer whose output is not finite, else the loss.

    Without dropout: its masks are drawn anew each time.
    """
    A = X
    for i, (layer, params) in enumerate(zip(net.layers, net.views(theta), strict=True)):
        A, _ = layer.forward(params, A, None)
        if not np.isfinite(A).all():
            return describe(net, i)
    return f"the loss, {type(net.loss_function).__name__}: its scores are finite but too large"
