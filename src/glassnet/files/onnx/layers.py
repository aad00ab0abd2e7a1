"""Networks as ONNX operators: the formulas of `core.activations` and of the layers.

A formula is composed of operators that onnxruntime has for float32 and float64 alike, from 1.20 on.
For float64 it lacks Elu, Selu, Softplus and Erf, and 1.20 lacks Cos; LeakyRelu's slope is float32.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np

from glassnet.core.activations import (
    ELU,
    FAR,
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
from glassnet.core.arrays import Array
from glassnet.core.dense import Dense
from glassnet.core.dropout import Dropout
from glassnet.core.erf import MIDDLE
from glassnet.core.layer import Params
from glassnet.core.mixed import MixedActivation
from glassnet.core.network import Network
from glassnet.core.scale import Scale
from glassnet.errors import ParameterError
from glassnet.files.onnx.graph import Graph
from glassnet.tabular.blocks import Columns
from glassnet.tabular.embeddings import CategoryEmbedding, PeriodicEmbedding

GAUSS_END = 27.0
"""exp(-27²) is 0 in float64, and powers of 27 are far from overflow."""


def scores(g: Graph, network: Network, theta: Array, x: str) -> str:
    """Return the scores of a network with these weights, of shape (n_rows, n_outputs).

    Raises
    ------
    ParameterError
        If a layer or an activation is of the user's own making.
    """
    for layer, params in zip(network.layers, network.views(theta), strict=True):
        x = _through(g, layer, params, x)
    return x


def _through(g: Graph, layer: Any, params: Params, x: str) -> str:
    """Return what a layer gives."""
    kind = type(layer)
    if kind in ACTIVATION_OPS:
        return ACTIVATION_OPS[kind](g, layer, x)
    if kind not in _LAYER_OPS:
        known = (*ACTIVATION_OPS, *_LAYER_OPS)
        raise ParameterError(
            f"a layer is a {kind.__name__}, which is not glassnet's own: what it computes cannot "
            f"be written as ONNX. Expected one of {', '.join(one.__name__ for one in known)}."
        )
    return _LAYER_OPS[kind](g, layer, params, x)


# Activations


def _identity(_g: Graph, _f: Any, z: str) -> str:
    return z


def _sigmoid(g: Graph, _f: Any, z: str) -> str:
    return g.op("Sigmoid", z)


def _tanh(g: Graph, _f: Any, z: str) -> str:
    return g.op("Tanh", z)


def _relu(g: Graph, _f: Any, z: str) -> str:
    return g.op("Relu", z)


def _leaky_relu(g: Graph, f: LeakyReLU, z: str) -> str:
    return g.op("Where", g.op("Greater", z, 0), z, g.op("Mul", z, f.slope))


def _expm1(g: Graph, z: str) -> str:
    """Return exp(z) - 1 for numbers up to 0, as tanh(z/2) (exp(z) + 1): nothing cancels."""
    return g.op("Mul", g.op("Tanh", g.op("Mul", z, 0.5)), g.op("Add", g.op("Exp", z), 1))


def _elu(g: Graph, f: ELU, z: str) -> str:
    below = g.op("Mul", _expm1(g, g.op("Min", z, 0)), f.alpha)
    return g.op("Where", g.op("Greater", z, 0), z, below)


def _selu(g: Graph, f: SELU, z: str) -> str:
    below = g.op("Mul", _expm1(g, g.op("Min", z, 0)), f.SCALE * f.ALPHA)
    return g.op("Add", g.op("Mul", g.op("Relu", z), f.SCALE), below)


def _softplus(g: Graph, _f: Any, z: str) -> str:
    e = g.op("Exp", g.op("Neg", g.op("Abs", z)))
    return g.op("Add", g.op("Relu", z), g.op("Log", g.op("Add", e, 1)))


def _gelu(g: Graph, _f: Any, z: str) -> str:
    x = g.op("Mul", z, float(-1 / np.sqrt(2)))
    return g.op("Mul", z, g.op("Mul", _erfc(g, x), 0.5))


def _erfc(g: Graph, x: str) -> str:
    """Return erfc(x), within 5e-12.

    Cody's quotient for the middle is off by 5e-12 at 0, by 2e-16 from 0.48 on, and beyond its end
    at 4 the factor exp(-x²) leaves nothing of what it is off. float32 has an operator, Erf.
    """
    if g.dtype == np.float32:
        return g.op("Sub", 1, g.op("Erf", x))
    y = g.op("Min", g.op("Abs", x), GAUSS_END)
    quotient = g.op("Div", *(g.polynomial(row, y) for row in MIDDLE))
    tail = g.op("Mul", g.op("Exp", g.op("Neg", g.op("Mul", y, y))), quotient)
    return g.op("Where", g.op("Less", x, 0), g.op("Sub", 2, tail), tail)


def _gelu_tanh(g: Graph, f: GELUTanh, z: str) -> str:
    near = g.op("Clip", z, -FAR, FAR)
    cube = g.op("Mul", g.op("Mul", g.op("Mul", near, near), near), 0.044715)
    t = g.op("Tanh", g.op("Mul", g.op("Add", near, cube), f.SLOPE))
    return g.op("Mul", g.op("Mul", z, 0.5), g.op("Add", t, 1))


def _silu(g: Graph, _f: Any, z: str) -> str:
    """Return z sigmoid(z), by way of exp(-|z|).

    onnxruntime 1.20 makes one operator of a Mul by a Sigmoid, and has that for float32 only.
    """
    e = g.op("Exp", g.op("Neg", g.op("Abs", z)))
    larger = g.op("Where", g.op("Less", z, 0), e, 1)
    return g.op("Mul", z, g.op("Div", larger, g.op("Add", e, 1)))


def _mish(g: Graph, f: Mish, z: str) -> str:
    e = g.op("Exp", g.op("Min", z, f.FAR))
    n = g.op("Mul", e, g.op("Add", e, 2))
    return g.op("Mul", z, g.op("Div", n, g.op("Add", n, 2)))


def _hard_tanh(g: Graph, _f: Any, z: str) -> str:
    return g.op("Clip", z, -1, 1)


ACTIVATION_OPS: dict[type[Activation], Callable[[Graph, Any, str], str]] = {
    Identity: _identity, Sigmoid: _sigmoid, Tanh: _tanh, ReLU: _relu, LeakyReLU: _leaky_relu,
    ELU: _elu, SELU: _selu, Softplus: _softplus, GELU: _gelu, GELUTanh: _gelu_tanh, SiLU: _silu,
    Mish: _mish, HardTanh: _hard_tanh,
}  # fmt: skip
"""How each activation is written."""

# Layers


def _dense(g: Graph, _layer: Dense, params: Params, x: str) -> str:
    W, b = params
    return g.op("Gemm", x, W, b)


def _scale(g: Graph, _layer: Scale, params: Params, x: str) -> str:
    return g.op("Mul", x, params[0])


def _mixed(g: Graph, layer: MixedActivation, params: Params, z: str) -> str:
    beyond = g.op("Sub", _through(g, layer.activation, (), z), z)
    return g.op("Add", z, g.op("Mul", params[0], beyond))


def _periodic(g: Graph, layer: PeriodicEmbedding, params: Params, x: str) -> str:
    """Return each number beside its waves: columns first, so that each has its own product.

    A cosine is a sine a quarter of a turn on: Cos has float64 in the latest runtimes only.
    """
    f, c, mix, d = params
    columns = g.op("Unsqueeze", g.op("Transpose", x, perm=[1, 0]), np.array([2]))
    frequencies, phases, shifts = (f * (2 * np.pi))[:, None], (c + np.pi / 2)[:, None], d[:, None]
    waves = g.op("Sin", g.op("Add", g.op("Mul", columns, frequencies), phases))
    mixed = g.op("Add", g.op("MatMul", waves, mix), shifts)
    beside = g.op("Transpose", g.op("Concat", columns, mixed, axis=2), perm=[1, 0, 2])
    return g.op("Reshape", beside, np.array([0, layer.n_out]))  # 0: as many rows as there are


def _category(g: Graph, _layer: CategoryEmbedding, params: Params, x: str) -> str:
    """Return the vector of each code; that of 0 is 0."""
    vectors = np.concatenate([np.zeros_like(params[0][:1]), params[0]])
    return g.op("Gather", vectors, g.cast(g.vector(x), np.int64))


def _columns(g: Graph, layer: Columns, params: Params, x: str) -> str:
    parts = g.split(x, [n_columns for n_columns, _ in layer.blocks])
    rest = iter(params)
    outputs = [
        _through(g, one, tuple(islice(rest, len(one.parameters))), part)
        for (_, one), part in zip(layer.blocks, parts, strict=True)
    ]
    return g.joined(outputs)


def _dropout(_g: Graph, _layer: Dropout, _params: Params, x: str) -> str:
    """Return the input: nothing is dropped in prediction."""
    return x


_LAYER_OPS: dict[type, Callable[[Graph, Any, Params, str], str]] = {
    Dense: _dense, Scale: _scale, MixedActivation: _mixed, PeriodicEmbedding: _periodic,
    CategoryEmbedding: _category, Columns: _columns, Dropout: _dropout,
}  # fmt: skip
