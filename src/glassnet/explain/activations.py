r"""The activations in LaTeX: each one and its slope, in general and with a number.

docs/maths/activations.md has the formulas. A slope is written in ``a = f(z)`` where that is how it
is computed.
"""

# ruff: noqa: ARG001, ARG005 - one signature for all, not all of it used by each

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

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
from glassnet.explain.shown import digits_beyond, factor, number

_ELSE = r"\text{{ if }} Z > 0, \text{{ else }} {}"


@dataclass(frozen=True)
class Written:
    """One activation in LaTeX.

    Attributes
    ----------
    short : str
        Its formula in plain text, for a title.
    value, slope : str
        f and its derivative, in general.
    value_at : callable
        ``(layer, z, a)`` gives f(z) with the number in it; None where nothing is to be computed.
    slope_at : callable
        The same of the derivative.
    """

    short: str
    value: str
    slope: str
    value_at: Callable[[Any, float, float], str | None]
    slope_at: Callable[[Any, float, float], str]


def _sigmoid_of(z: float) -> float:
    return float(Sigmoid().value(np.array(z)))


def _one_minus(a: float, power: str = "") -> str:
    """Return 1 - a, with the digits that tell a from 1."""
    return f"1 - {factor(a, digits_beyond(a, 1 - abs(a)))}{power}"


def _because(claim: bool, yes: str, no: str, sign: str, other: str) -> str:
    """Return a slope, and why it is that one."""
    return rf"{yes if claim else no} \text{{ because }} z {sign if claim else other}"


def _cdf(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def _density(z: float) -> float:
    return math.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)


def _u(z: float) -> float:
    return GELUTanh.SLOPE * (z + 0.044715 * z**3)


def _softplus(z: float) -> float:
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


def _gelu_tanh_slope(layer: Any, z: float, a: float) -> str:
    t = math.tanh(_u(z))
    du = GELUTanh.SLOPE * (1 + 3 * 0.044715 * z * z)
    return (
        rf"0.5\cdot (1 + {factor(t)}) + 0.5\cdot {factor(z)}\cdot ({_one_minus(t, '^{2}')})"
        rf"\cdot {number(du)}"
    )


def _mish_slope(layer: Any, z: float, a: float) -> str:
    t = math.tanh(_softplus(z))
    return (
        rf"{factor(t)} + {factor(z)}\cdot ({_one_minus(t, '^{2}')})"
        rf"\cdot {number(_sigmoid_of(z))}"
    )


def _selu_slope(layer: Any, z: float, a: float) -> str:
    both = SELU.SCALE * SELU.ALPHA
    if z > 0:
        return rf"{number(SELU.SCALE)} \text{{ because }} z > 0"
    return (
        f"{number(a, digits_beyond(a, both + a))} + {number(both, digits_beyond(both, both + a))}"
    )


def _elu_slope(layer: Any, z: float, a: float) -> str:
    if z > 0:
        return r"1 \text{ because } z > 0"
    alpha = layer.alpha
    digits = digits_beyond(alpha, alpha + a)
    return f"{number(a, digits)} + {factor(alpha, digits)}"


WRITTEN: dict[type[Activation], Written] = {
    Identity: Written("Z", "Z", "1", lambda f, z, a: None, lambda f, z, a: "1"),
    Sigmoid: Written(
        "sigmoid(Z)", r"\sigma(Z) = \frac{1}{1 + e^{-Z}}", r"a (1 - a)",
        lambda f, z, a: rf"\frac{{1}}{{1 + e^{{{number(-z)}}}}}",
        lambda f, z, a: rf"{number(a, digits_beyond(a, 1 - a))}\cdot ({_one_minus(a)})",
    ),
    Tanh: Written(
        "tanh(Z)", r"\tanh(Z)", r"1 - a^{2}",
        lambda f, z, a: rf"\tanh({number(z)})", lambda f, z, a: _one_minus(a, "^{2}"),
    ),
    ReLU: Written(
        "max(Z, 0)", r"\max(Z, 0)", r"1 \text{ if } z > 0, \text{ else } 0",
        lambda f, z, a: rf"\max({number(z)}, 0)",
        lambda f, z, a: _because(z > 0, "1", "0", "> 0", r"\le 0"),
    ),
    LeakyReLU: Written(
        "Z if Z > 0, else slope Z", "Z " + _ELSE.format(r"\text{slope}\cdot Z"),
        r"1 \text{ if } z > 0, \text{ else slope}",
        lambda f, z, a: None if z > 0 else rf"{factor(f.slope)}\cdot {factor(z)}",
        lambda f, z, a: _because(z > 0, "1", number(f.slope), "> 0", r"\le 0"),
    ),
    ELU: Written(
        "Z if Z > 0, else alpha (exp(Z) - 1)", "Z " + _ELSE.format(r"\alpha (e^{Z} - 1)"),
        r"1 \text{ if } z > 0, \text{ else } a + \alpha",
        lambda f, z, a: None if z > 0 else rf"{factor(f.alpha)}\cdot (e^{{{number(z)}}} - 1)",
        _elu_slope,
    ),
    SELU: Written(
        "lambda Z if Z > 0, else lambda alpha (exp(Z) - 1)",
        r"\lambda Z " + _ELSE.format(r"\lambda \alpha (e^{Z} - 1)"),
        r"\lambda \text{ if } z > 0, \text{ else } a + \lambda \alpha",
        lambda f, z, a: (
            rf"{number(f.SCALE)}\cdot {number(z)}" if z > 0
            else rf"{number(f.SCALE)}\cdot {number(f.ALPHA)}\cdot (e^{{{number(z)}}} - 1)"
        ),
        _selu_slope,
    ),
    Softplus: Written(
        "log(1 + exp(Z))", r"\log(1 + e^{Z})", r"\sigma(z)",
        lambda f, z, a: rf"\log(1 + e^{{{number(z)}}})" if z < 0
        else rf"{number(z)} + \log(1 + e^{{{number(-z)}}})",
        lambda f, z, a: rf"\frac{{1}}{{1 + e^{{{number(-z)}}}}}",
    ),
    GELU: Written(
        "Z Phi(Z)", r"Z \Phi(Z)", r"\Phi(z) + z \varphi(z)",
        lambda f, z, a: rf"{number(z)}\cdot {number(_cdf(z))}",
        lambda f, z, a: rf"{number(_cdf(z))} + {factor(z)}\cdot {number(_density(z))}",
    ),
    GELUTanh: Written(
        "Z (1 + tanh(u)) / 2",
        r"\frac{1}{2} Z (1 + \tanh(u)), \quad u = \sqrt{\frac{2}{\pi}} (Z + 0.044715 Z^{3})",
        r"\frac{1}{2} (1 + \tanh(u)) + \frac{1}{2} z (1 - \tanh(u)^{2}) u'",
        lambda f, z, a: rf"0.5\cdot {factor(z)}\cdot (1 + \tanh({number(_u(z))}))",
        _gelu_tanh_slope,
    ),
    SiLU: Written(
        "Z sigmoid(Z)", r"Z \sigma(Z)", r"\sigma(z) + a (1 - \sigma(z))",
        lambda f, z, a: rf"{number(z)}\cdot {number(_sigmoid_of(z))}",
        lambda f, z, a: rf"{number(_sigmoid_of(z))} + {factor(a)}\cdot "
        rf"({_one_minus(_sigmoid_of(z))})",
    ),
    Mish: Written(
        "Z tanh(softplus(Z))", r"Z \tanh(u), \quad u = \log(1 + e^{Z})",
        r"\tanh(u) + z (1 - \tanh(u)^{2}) \sigma(z)",
        lambda f, z, a: rf"{number(z)}\cdot \tanh({number(_softplus(z))})", _mish_slope,
    ),
    HardTanh: Written(
        "Z clipped to [-1, 1]", r"\max(-1, \min(1, Z))",
        r"1 \text{ if } -1 < z < 1, \text{ else } 0",
        lambda f, z, a: rf"\max(-1, \min(1, {number(z)}))",
        lambda f, z, a: r"1 \text{ because } -1 < z < 1" if abs(z) < 1
        else r"0 \text{ because } z \text{ is outside}",
    ),
}  # fmt: skip
"""Every activation of glassnet. One of the user's own has no formula here: `written` makes one."""


def written(layer: Activation) -> Written:
    """Return an activation in LaTeX; of one of the user's own its numbers alone."""
    own = Written(
        "f(Z)", "f(Z)", "f'(z)",
        lambda f, z, a: rf"f({number(z)})", lambda f, z, a: rf"f'({number(z)})",
    )  # fmt: skip
    return WRITTEN.get(type(layer), own)
