"""When training leaves the finite numbers: find out where, and say what to try."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.core.arrays import Array
from glassnet.core.layer import Layer
from glassnet.core.losses import Poisson
from glassnet.core.network import Network
from glassnet.errors import DivergenceError

if TYPE_CHECKING:
    from glassnet.core.training import TrainingState

FAR = 30.0
"""Numbers beyond it are taken for unscaled: ten times what a standardised column reaches."""


def divergence(
    net: Network,
    state: TrainingState,
    batch_size: int,
    X: Any,
    Y: Array,
    *,
    loss: float = 0.0,
    g: Any = None,
    last_finite: Array | None = None,
) -> DivergenceError:
    """Return the error to raise: where the first non-finite number stands.

    Parameters
    ----------
    net : Network
    state : TrainingState
        Tells the parameters, the epoch and the batch.
    batch_size : int
    X, Y : arrays
        The batch.
    loss, g : float and array, optional
        Of the batch, if the loss or the gradient is not finite.
    last_finite : array of shape (n_params,), optional
        The parameters before, if those of the state are not finite.
    """
    theta = state.theta
    if last_finite is not None:
        what, layer = "a parameter", _first_layer_of(net, theta)
    elif not np.isfinite(loss):
        name = type(net.loss_function).__name__
        what, layer = "the loss", _first_layer_of_scores(net, theta, X)
        layer = layer or f"the loss, {name}: its scores are finite but too large"
    else:
        what, layer = "a gradient", _first_layer_of(net, g)
    layer = layer or "no layer"
    batch = state.position // batch_size + 1
    column, cause = _likely_cause(net, X, Y, state.learning_rate)
    return DivergenceError(
        f"Training diverged in epoch {state.epoch}, batch {batch}: {what} stopped being finite. "
        f"The first number that is not finite stands in {layer}. {cause}",
        epoch=state.epoch,
        batch=batch,
        layer=layer,
        column=column,
        theta=(theta if last_finite is None else last_finite).copy(),
    )


def _likely_cause(net: Network, X: Any, Y: Array, learning_rate: float) -> tuple[int | None, str]:
    """Return a column of X that is far out, if there is one, and a sentence on what to do."""
    also = f"Lower the learning rate ({learning_rate:g}), or limit the gradient with max_grad_norm."
    if isinstance(X, np.ndarray):  # sparse rows are scaled by whoever has made them
        largest = np.abs(X).max(axis=0) * net.layers[0].takes_numbers(X.shape[1])
        column = int(largest.argmax())
        if largest[column] > FAR:
            what = f"column {column} of X, which reaches {largest[column]:.3g} in this batch"
            return column, f"The likely cause is {what}: scale it to about [-1, 1]. {also}"
    of_target = float(np.abs(Y).max())
    is_a_count = isinstance(net.loss_function, Poisson)  # which cannot be scaled
    if of_target > FAR and not is_a_count:
        what = f"the target, which reaches {of_target:.3g} in this batch"
        return None, f"The likely cause is {what}: standardise it. {also}"
    return None, f"X and the target are of a fair size: the likely cause is the step. {also}"


def describe(net: Network, i: int) -> str:
    """Return the name of a layer as messages give it: ``layer 1 of 3, Dense(2, 5)``."""
    return f"layer {i + 1} of {len(net.layers)}, {layer_name(net.layers[i])}"


def layer_name(layer: Layer) -> str:
    """Return the class of a layer with its sizes, if it has any."""
    sizes = "" if layer.n_in is None else f"({layer.n_in}, {layer.n_out})"
    return f"{type(layer).__name__}{sizes}"


def _first_layer_of(net: Network, vector: Array) -> str | None:
    """Return the first layer with a number that is not finite in a vector as long as theta."""
    for i, arrays in enumerate(net.views(vector)):
        if not all(np.isfinite(array).all() for array in arrays):
            return describe(net, i)
    return None


def _first_layer_of_scores(net: Network, theta: Array, X: Any) -> str | None:
    """Return the first layer whose output is not finite.

    Without dropout: its masks are drawn anew each time.
    """
    A = X
    for i, (layer, params) in enumerate(zip(net.layers, net.views(theta), strict=True)):
        A, _ = layer.forward(params, A, None)
        if not np.isfinite(A).all():
            return describe(net, i)
    return None
