"""Networks to explain: every layer, every loss, with numbers at random."""

from dataclasses import dataclass

import numpy as np

import glassnet as gn
import reference
from glassnet.core.layer import Layer, Parameter


@dataclass(frozen=True)
class Shift(Layer):
    """A layer of the user's own: adds a learned number to each column."""

    n_in: int
    n_out: int

    @property
    def parameters(self):
        return (Parameter("t", (self.n_in,)),)

    def init(self, params, X, rng):
        params[0][...] = rng.normal(size=self.n_in)

    def forward(self, params, X, step):
        return X + params[0], None

    def backward(self, dY, cache, params, d_params, need_dX=True):
        d_params[0][...] = dY.sum(axis=0)
        return dY if need_dX else None


@dataclass(frozen=True)
class Square(gn.Activation):
    """An activation of the user's own."""

    def value(self, Z):
        return Z * Z

    def derivative(self, Z, A):
        return 2 * Z


BLOCKS = (
    (2, gn.PeriodicEmbedding(2, n_frequencies=5, n_numbers=2)),
    (1, gn.Identity()),
    (1, gn.CategoryEmbedding(4, size=3)),
    (1, gn.CategoryEmbedding(3, size=2)),
)

LAYERS = {
    "dense": [gn.Dense(3, 2)],
    "dropout": [gn.Dense(3, 4), gn.Tanh(), gn.Dropout(0.5), gn.Dense(4, 2)],
    "scale": [gn.Scale(3), gn.Dense(3, 2)],
    "wide": [gn.Dense(30, 40), gn.SiLU(), gn.Dense(40, 20)],
    "columns": [
        gn.Columns(BLOCKS),
        gn.Scale(12),
        gn.Dense(12, 4),
        gn.MixedActivation(gn.SELU(), 4),
        gn.Dense(4, 2),
    ],
    "waves inside": [
        gn.Dense(3, 2),
        gn.PeriodicEmbedding(2, n_frequencies=12, n_numbers=3),
        gn.Dense(8, 2),
    ],
    "of the user's own": [gn.Dense(3, 3), Shift(3, 3), Square(), gn.Dense(3, 2)],
    "an activation first": [gn.Tanh(), gn.Dense(3, 2)],
    "rates": [gn.Dense(3, 4, learning_rates=(0.5, 0.1)), gn.ReLU(), gn.Dense(4, 2)],
    **{
        function.__name__: [gn.Dense(3, 4), function(), gn.Dense(4, 2)]
        for function in gn.ACTIVATIONS
    },
    **{
        f"mixed {function.__name__}": [
            gn.Dense(3, 4),
            gn.MixedActivation(function(), 4),
            gn.Dense(4, 2),
        ]
        for function in gn.ACTIVATIONS
    },
}
"""Networks for every kind of layer."""


def row_for(net, rng, dtype=np.float64):
    """Return a row that a network takes; codes of levels where it has blocks."""
    n = net.n_in or 3
    X = rng.normal(size=(1, n))
    if isinstance(net.layers[0], gn.Columns):
        X[0, 3:] = rng.integers(0, 5), rng.integers(0, 4)
    return X.astype(dtype)


def drawn(layers, rng, loss=None, penalty=None, dtype=np.float64):
    """Return a network, its parameters, a row and its target."""
    loss = gn.SquaredError() if loss is None else loss
    net = gn.Network(layers, loss, penalty)
    theta = rng.normal(scale=0.7, size=net.n_params).astype(dtype)
    X = row_for(net, rng, dtype)
    return net, theta, X, reference.random_targets(loss, rng, 1, net.n_outputs).astype(dtype)
