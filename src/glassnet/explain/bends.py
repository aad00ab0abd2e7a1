"""The layers that bend: activations, and mixtures of one with the identity."""

from __future__ import annotations

import re

from glassnet.core.activations import Identity
from glassnet.explain.activations import written
from glassnet.explain.shown import added, factor, number, product
from glassnet.explain.step import Words
from glassnet.explain.visit import Visit, kind_of

_PASS = "The numbers pass as they are."


_BEND = "Each number is bent on its own. Without a bend, two layers would be no more than one."


def activation_forward(visit: Visit) -> Words:
    """Return A = f(Z), node by node."""
    form = written(visit.layer)
    lines = []
    for j in visit.nodes():
        z, a, k = float(visit.x[j]), float(visit.y[j]), visit.first_out + j + 1
        middle = form.value_at(visit.layer, z, a)
        steps = [rf"a_{{{k}}} = f(z_{{{k}}})", *([middle] if middle else []), number(a)]
        lines.append(" = ".join(steps))
    return Words(
        f"{kind_of(visit.layer)}: A = {form.short}",
        f"A = f(Z) = {form.value}" if form.value != "f(Z)" else "A = f(Z)",
        (*lines, *visit.more()),
        _PASS if isinstance(visit.layer, Identity) else _BEND,
    )


def activation_backward(visit: Visit) -> Words:
    """Return dZ = dA * f'(Z), node by node."""
    form = written(visit.layer)
    formula = rf"dZ = dA \odot f'(Z), \quad f'(z) = {form.slope}"
    says = "Each gradient is multiplied by the slope at its node: where f is flat, nothing passes."
    if isinstance(visit.layer, Identity):
        says = "The slope is 1: the gradients pass as they are."
    if visit.dX is None:
        return Words(f"{kind_of(visit.layer)}: nothing before it", formula, (), says)
    slopes = visit.layer.derivative(visit.X, visit.Y).ravel()
    lines = []
    for j in visit.nodes():
        z, a, k = float(visit.x[j]), float(visit.y[j]), visit.first_out + j + 1
        middle = form.slope_at(visit.layer, z, a)
        told = "" if middle == number(slopes[j]) or "because" in middle else f" = {middle}"
        why = middle.partition(" ")[2] if "because" in middle else ""
        term, _ = product(visit.dy[j], slopes[j])
        lines.append(
            rf"f'(z_{{{k}}}){told} = {number(slopes[j])}{why and ' ' + why}, \quad "
            rf"dz_{{{k}}} = da_{{{k}}} f'(z_{{{k}}}) = {added([(term, 0.0)])} = "
            rf"{number(visit.dx[j])}"
        )
    title = f"{kind_of(visit.layer)}: dZ = dA f'(Z)"
    return Words(title, formula, (*lines, *visit.more()), says)


_VALUE = re.compile(r"(?<![\\\w])a(?!\w)")
"""The letter that stands for f(z) in the slope of an activation; here it is the share's."""


def mixed_forward(visit: Visit) -> Words:
    """Return the mixture of Z and f(Z)."""
    form, share = written(visit.layer.activation), visit.params[0]
    values = visit.layer.activation.value(visit.X).ravel()
    lines = []
    for j in visit.nodes():
        z, k = visit.x[j], visit.first_out + j + 1
        a = number(share[j])
        mix = rf"(1 - {factor(share[j])})\cdot {factor(z)} + {a}\cdot {factor(values[j])}"
        inside = form.value_at(visit.layer.activation, float(z), float(values[j]))
        told = rf"f(z_{{{k}}}){f' = {inside}' if inside else ''} = {number(values[j])}"
        lines.append(rf"{told}, \quad A_{{{k}}} = {mix} = {number(visit.y[j])}")
    return Words(
        f"mixed activation: A = (1 - a) Z + a f(Z), f(Z) = {form.short}",
        rf"A = (1 - a) Z + a f(Z), \quad f(Z) = {form.value}",
        (*lines, *visit.more()),
        "Each node mixes its number with the bent one; how much of each, a, is learned.",
    )


def mixed_backward(visit: Visit) -> Words:
    """Return da and dZ."""
    share, function = visit.params[0], visit.layer.activation
    slope_of_f = _VALUE.sub("f(z)", written(function).slope)
    values = function.value(visit.X).ravel()
    slopes = function.derivative(visit.X, function.value(visit.X)).ravel()
    index = visit.index_of(0)
    lines = []
    for j in visit.nodes(None if index is None else index[0]):
        k, dy = visit.first_out + j + 1, visit.dy[j]
        bend = rf"{number(dy)}\cdot ({number(values[j])} - {factor(visit.x[j])})"
        price = "".join(f" + {one}" for one, _ in visit.price(0, (j,)))
        line = rf"da_{{{k}}} = {bend}{price} = {number(visit.gradients[0][j])}"
        if visit.dX is not None:
            slope = rf"(1 - {factor(share[j])}) + {factor(share[j])}\cdot {factor(slopes[j])}"
            line += rf", \quad dz_{{{k}}} = {number(dy)}\cdot ({slope}) = {number(visit.dx[j])}"
        lines.append(line)
    return Words(
        "mixed activation: da and dZ",
        rf"da = dA \odot (f(Z) - Z){visit.price_formula('a')}, "
        rf"\quad dZ = dA \odot ((1 - a) + a f'(Z)), \quad f'(z) = {slope_of_f}",
        (*lines, *visit.more()),
        "The share a is pushed by how far the bend moves the number; the way back is mixed, too.",
    )
