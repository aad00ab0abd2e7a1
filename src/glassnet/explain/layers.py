r"""Each kind of layer, there and back: its formula, and lines with the numbers of its nodes.

Letters are those of docs/notation.md; inside a layer X is its own input, so that dX of one layer
is dZ or dA of the layer before it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from glassnet.core.activations import Activation
from glassnet.core.dense import Dense
from glassnet.core.dropout import Dropout
from glassnet.core.mixed import MixedActivation
from glassnet.core.scale import Scale
from glassnet.explain.bends import (
    activation_backward,
    activation_forward,
    mixed_backward,
    mixed_forward,
)
from glassnet.explain.shown import (
    added,
    and_more,
    constant,
    largest,
    number,
    product,
    products,
)
from glassnet.explain.step import Words
from glassnet.explain.visit import Visit, kind_of

Describe: TypeAlias = Callable[[Visit], Words]


def dense_forward(visit: Visit) -> Words:
    """Return Z = X W + b, a sum for each node."""
    W, b = visit.params
    lines = []
    for j in visit.nodes():
        terms = [*products(visit.x, W[:, j], visit.most), constant(b[j])]
        lines.append(rf"z_{{{j + 1}}} = {added(terms)} = {number(visit.y[j])}")
    return Words(
        "dense: Z = X W + b",
        "Z = X W + b",
        (*lines, *visit.more()),
        "Each node takes every input times a weight of its own, adds them up, and adds its bias.",
    )


def dense_backward(visit: Visit) -> Words:
    """Return dW, db and dX: the largest weight of each node, each bias, and the inputs."""
    index = visit.index_of(0)
    forced = index or visit.index_of(1)
    nodes = visit.nodes(None if forced is None else forced[-1])
    main = int(np.abs(visit.x).argmax())
    lines = []
    for j in nodes:
        i = index[0] if index is not None and index[1] == j else main
        lines.append(_weight_line(visit, i, j))
        lines.append(rf"db_{{{j + 1}}} = dz_{{{j + 1}}} = {number(visit.gradients[1][j])}")
    lines += [*visit.more(), *_dense_inputs(visit)]
    formula = rf"dW = X^\top dZ{visit.price_formula('W')}, \quad db = \sum_n dZ_n"
    says = (
        "A weight's gradient is its input times the gradient of its node: an input of 0 leaves its "
        "weights alone." + " R' is the penalty's part." * bool(visit.price_formula("W"))
    )
    if visit.dX is None:
        return Words("dense: dW and db", formula, tuple(lines), says)
    return Words(
        "dense: dW, db and dX",
        rf"{formula}, \quad dX = dZ W^\top",
        tuple(lines),
        f"{says} What goes back to an input is the sum over the nodes it went to: dX here is the "
        "gradient of the output before.",
    )


def _weight_line(visit: Visit, i: int, j: int) -> str:
    terms = [product(visit.x[i], visit.dy[j]), *visit.price(0, (i, j))]
    symbols = rf"x_{{{i + 1}}} dz_{{{j + 1}}}" + " + R'" * (len(terms) > 1)
    value = number(visit.gradients[0][i, j])
    return rf"dW_{{{i + 1},{j + 1}}} = {symbols} = {added(terms)} = {value}"


def _dense_inputs(visit: Visit) -> list[str]:
    """Return the sums that go back, for the inputs with the largest gradients."""
    if visit.dX is None:
        return []
    W = visit.params[0]
    lines = []
    for i in largest(visit.dx, visit.most):
        terms = products(visit.dy, W[i], visit.most)
        lines.append(rf"dx_{{{i + 1}}} = {added(terms)} = {number(visit.dx[i])}")
    return [*lines, *and_more(visit.dx.size - len(lines), "input")]


def scale_forward(visit: Visit) -> Words:
    """Return each column times its factor."""
    s = visit.params[0]
    lines = []
    for j in visit.nodes():
        term, _ = product(s[j], visit.x[j])
        lines.append(
            rf"y_{{{visit.first_out + j + 1}}} = {added([(term, 0.0)])} = {number(visit.y[j])}"
        )
    return Words(
        "scale: Y = s X",
        r"Y = s \odot X",
        (*lines, *visit.more("column")),
        "Each column is multiplied by a factor that is learned: which columns count, and how much.",
    )


def scale_backward(visit: Visit) -> Words:
    """Return ds and dX."""
    s, index = visit.params[0], visit.index_of(0)
    lines = []
    for j in visit.nodes(None if index is None else index[0]):
        k = visit.first_out + j + 1
        terms = [product(visit.x[j], visit.dy[j]), *visit.price(0, (j,))]
        line = rf"ds_{{{k}}} = {added(terms)} = {number(visit.gradients[0][j])}"
        if visit.dX is not None:
            term, _ = product(s[j], visit.dy[j])
            line += rf", \quad dx_{{{k}}} = {added([(term, 0.0)])} = {number(visit.dx[j])}"
        lines.append(line)
    back = r", \quad dX = s \odot dY" * (visit.dX is not None)
    return Words(
        "scale: ds" + " and dX" * (visit.dX is not None),
        rf"ds = \sum_n X_n \odot dY_n{visit.price_formula('s')}{back}",
        (*lines, *visit.more("column")),
        "A factor's gradient is its column times the gradient that comes back.",
    )


def dropout_forward(visit: Visit) -> Words:
    """Return that nothing is left out."""
    return Words(
        "dropout: A = X",
        "A = X",
        (),
        f"In training a part of {visit.layer.rate:g} of the numbers is left out at random. "
        "In prediction, and here, nothing is: the numbers pass as they are.",
    )


def dropout_backward(visit: Visit) -> Words:  # noqa: ARG001 - as all of them
    """Return that the gradient passes."""
    says = "Nothing was left out on the way there, so the gradient passes as it is."
    return Words("dropout: dX = dA", "dX = dA", (), says)


def own_forward(visit: Visit) -> Words:
    """Return the numbers of a layer that is not known here."""
    lines = [rf"y_{{{visit.first_out + j + 1}}} = {number(visit.y[j])}" for j in visit.nodes()]
    return Words(
        f"{kind_of(visit.layer)}: Y = f(X)",
        "Y = f(X)",
        (*lines, *visit.more("number")),
        "A layer of your own: its numbers are shown, its formula is not known here.",
    )


def own_backward(visit: Visit) -> Words:
    """Return the numbers of its gradients."""
    lines = []
    for parameter, d in zip(visit.layer.parameters, visit.gradients, strict=True):
        for place in largest(d, visit.most):
            index = ",".join(str(i + 1) for i in np.unravel_index(place, d.shape))
            lines.append(rf"d\mathrm{{{parameter.name}}}_{{{index}}} = {number(d.flat[place])}")
    if visit.dX is not None:
        lines += [rf"dx_{{{i + 1}}} = {number(visit.dx[i])}"
                  for i in largest(visit.dx, visit.most)]  # fmt: skip
    return Words(
        f"{kind_of(visit.layer)}: back through Y = f(X)",
        r"dX = dY \frac{\partial f}{\partial X}",
        tuple(lines),
        "A layer of your own: its backward pass gave these gradients.",
    )


def description_of(layer: Any) -> tuple[Describe, Describe]:
    """Return what describes a layer on the way there, and on the way back.

    A class derived from one of ours may compute something else: only our own are known.
    """
    from glassnet.explain.embeddings import EMBEDDINGS  # noqa: PLC0415 - blocks hold these layers

    known: dict[type, tuple[Describe, Describe]] = KNOWN | EMBEDDINGS
    if type(layer) in known:
        return known[type(layer)]
    if isinstance(layer, Activation) and type(layer).forward is Activation.forward:
        return activation_forward, activation_backward
    return own_forward, own_backward


KNOWN: dict[type, tuple[Describe, Describe]] = {
    Dense: (dense_forward, dense_backward),
    MixedActivation: (mixed_forward, mixed_backward),
    Scale: (scale_forward, scale_backward),
    Dropout: (dropout_forward, dropout_backward),
}
"""The layers that are no activations; embeddings and blocks are in their own module."""
