"""From an estimator's parameters to a network and an optimizer."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Real
from typing import Any

from glassnet.core.activations import (
    ELU,
    GELU,
    SELU,
    Activation,
    GELUTanh,
    HardTanh,
    Identity,
    LeakyReLU,
    Mish,
    ReLU,
    Sigmoid,
    SiLU,
    Softplus,
    Tanh,
)
from glassnet.core.arrays import check_count
from glassnet.core.dense import Dense
from glassnet.core.dropout import Dropout
from glassnet.core.initializers import Glorot, Initializer, Zeros
from glassnet.core.layer import Layer
from glassnet.core.losses import Loss
from glassnet.core.network import Network
from glassnet.core.optimizers import AdamEpsilonHat, Momentum, Nesterov, Optimizer
from glassnet.core.penalties import Penalty
from glassnet.errors import ParameterError

ACTIVATIONS: dict[str, type[Activation]] = {
    "identity": Identity,
    "logistic": Sigmoid,  # scikit-learn's name
    "tanh": Tanh,
    "relu": ReLU,
    "leaky_relu": LeakyReLU,
    "elu": ELU,
    "selu": SELU,
    "softplus": Softplus,
    "gelu": GELU,
    "gelu_tanh": GELUTanh,
    "silu": SiLU,
    "mish": Mish,
    "hard_tanh": HardTanh,
}

# scikit-learn draws from U(-b, b) with b² = 6 / (n_in + n_out), but 2 / (n_in + n_out) if the
# activation is logistic: a third of Glorot's variance.
_GLOROT_OF_LOGISTIC = Glorot(factor=1 / 3)


def hidden_sizes(hidden_layer_sizes: Any) -> list[int]:
    """Return the sizes of the hidden layers as a list, or raise as scikit-learn does."""
    several = isinstance(hidden_layer_sizes, Iterable)
    sizes = list(hidden_layer_sizes) if several else [hidden_layer_sizes]
    if any(isinstance(size, Real) and size <= 0 for size in sizes):
        raise ParameterError(f"hidden_layer_sizes must be > 0, got {sizes}.")
    return [check_count("hidden_layer_sizes", size) for size in sizes]


def per_layer(name: str, value: Any, n_hidden: int) -> list[Any]:
    """Return a setting for each hidden layer: one for all, or a sequence of one each."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        return [value] * n_hidden
    values = list(value)
    if len(values) != n_hidden:
        raise ParameterError(
            f"The {name!r} parameter has {len(values)} entries, {value!r}; there are {n_hidden} "
            "hidden layers: expected one each, or a single one for all."
        )
    return values


def make_activation(choice: Any) -> Layer:
    """Return the activation of a name, or the layer itself."""
    if isinstance(choice, Layer):
        return choice
    if not isinstance(choice, str) or choice not in ACTIVATIONS:
        raise ParameterError(
            f"The 'activation' parameter holds {choice!r}; expected an activation such as GELU(), "
            f"or one of {', '.join(ACTIVATIONS)}."
        )
    return ACTIVATIONS[choice]()


def make_network(
    n_features: int,
    hidden_layer_sizes: Any,
    n_outputs: int,
    *,
    activation: Any,
    dropout: Any,
    init: Any,
    alpha: float,
    loss: Loss,
) -> Network:
    """Return the network that an estimator trains: dense layers, each with its activation."""
    sizes = hidden_sizes(hidden_layer_sizes)
    activations = [make_activation(one) for one in per_layer("activation", activation, len(sizes))]
    rates = per_layer("dropout", dropout, len(sizes))
    layers: list[Layer] = []
    n_in = n_features
    for n_out, function, rate in zip(sizes, activations, rates, strict=True):
        layers += [_dense(n_in, n_out, function, init), function]
        if rate != 0:
            layers.append(Dropout(rate))
        n_in = n_out
    # scikit-learn draws the last layer for the hidden activation, even where no layer has it.
    last = activations[-1] if activations else activation
    layers.append(_dense(n_in, n_outputs, last, init))
    return Network(layers, loss, Penalty(l2=alpha) if alpha else None)


def without_dropout(net: Network) -> Network:
    """Return a network as it predicts."""
    return Network([one for one in net.layers if not isinstance(one, Dropout)], net.loss_function)


def _dense(n_in: int, n_out: int, activation: Any, init: Any) -> Dense:
    if init is None:
        glorot = (
            _GLOROT_OF_LOGISTIC
            if isinstance(activation, Sigmoid) or activation == "logistic"
            else Glorot()
        )
        return Dense(n_in, n_out, weights=glorot, biases=glorot)
    if isinstance(init, Initializer):
        return Dense(n_in, n_out, weights=init, biases=Zeros())
    if len(init) != 2:
        raise ParameterError(
            f"The 'init' parameter has {len(init)} entries, {init!r}; expected one initializer for "
            "the weights, or a pair of them, for weights and biases."
        )
    weights, biases = init
    return Dense(n_in, n_out, weights=weights, biases=biases)


def make_optimizer(estimator: Any) -> Optimizer:
    """Return the optimizer of an estimator's ``solver``, with its settings."""
    rate = estimator.learning_rate_init
    if isinstance(estimator.solver, Optimizer):
        return estimator.solver
    if estimator.solver == "adam":
        return AdamEpsilonHat(rate, estimator.beta_1, estimator.beta_2, estimator.epsilon)
    return (Nesterov if estimator.nesterovs_momentum else Momentum)(rate, estimator.momentum)
