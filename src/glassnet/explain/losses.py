r"""The losses in LaTeX: what scores predict, how wrong that is, and the gradient of the scores.

docs/maths/losses.md derives them. Each loss has a function that gives its formulas and lines; the
numbers of L, P and dZ are those of the loss itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, TypeAlias

import numpy as np

from glassnet.core.arrays import Array
from glassnet.core.losses import (
    AbsoluteError,
    BinaryCrossEntropy,
    CrossEntropy,
    Huber,
    JointCrossEntropy,
    Loss,
    Poisson,
    Quantile,
    SquaredError,
)
from glassnet.explain.shown import (
    Term,
    added,
    and_more,
    constant,
    digits_beyond,
    factor,
    largest,
    named,
    number,
    product,
    shortened,
)
from glassnet.explain.step import Words


@dataclass(frozen=True, eq=False)
class Judged:
    """The scores of one row, and what a loss says of them.

    Attributes
    ----------
    loss : Loss
    z, p : array of shape (n_outputs,)
        Scores, and what they predict.
    names : tuple of str
        Of the outputs.
    most : int
    y, dz : array or None
        Targets, and the gradient of the scores.
    value : float
        The loss, without a penalty.
    """

    loss: Any
    z: Array
    p: Array
    names: tuple[str, ...]
    most: int
    y: Array | None = None
    dz: Array | None = None
    value: float = 0.0

    @property
    def target(self) -> Array:
        """The targets."""
        assert self.y is not None
        return self.y

    @property
    def nodes(self) -> list[int]:
        """The outputs that get a line."""
        return largest(self.p if self.dz is None else self.dz, self.most)

    def more(self) -> list[str]:
        """Return the line that says how many outputs have none."""
        return and_more(self.z.size - len(self.nodes), "output")

    def part(self, k: int) -> float:
        """Return the loss of one output alone: of losses that add up over them."""
        value, _ = self.loss.per_row(self.z[None, k : k + 1], self.target[None, k : k + 1])
        return float(value[0])


Lines: TypeAlias = list[str]


@dataclass(frozen=True)
class Form:
    """One loss in LaTeX: each part of it has a title, a formula and a maker of lines."""

    link: tuple[str, str, Callable[[Judged], Lines]]
    loss: tuple[str, Callable[[Judged], Lines]]
    slope: tuple[str, str, Callable[[Judged], Lines]]


# Cross-entropies --------------------------------------------------------------------------------


def _blocks(judged: Judged) -> list[range]:
    """Return the classes of each target: several for a joint cross-entropy."""
    if isinstance(judged.loss, JointCrossEntropy):
        return [range(*ends) for ends in pairwise(accumulate(judged.loss.n_classes, initial=0))]
    return [range(judged.z.size)]


def _shift(judged: Judged, block: range) -> tuple[Array, float, float]:
    """Return the shifted scores of a block, their maximum and the sum of their exponentials."""
    z = judged.z[block.start : block.stop].astype(np.float64)
    m = float(z.max())
    return z - m, m, float(np.exp(z - m).sum())


def _softmax_lines(judged: Judged) -> Lines:
    lines = []
    for block in _blocks(judged):
        shifted, m, s = _shift(judged, block)
        terms = shortened([constant(e) for e in np.exp(shifted)], judged.most)
        lines += [rf"m = \max_j z_j = {number(m)}",
                  rf"s = \sum_j e^{{z_j - m}} = {added(terms)} = {number(s)}"]  # fmt: skip
        for k in (k for k in judged.nodes if k in block):
            e = number(np.exp(shifted[k - block.start]))
            lines.append(
                rf"p_{{{k + 1}}} = \frac{{e^{{{number(judged.z[k])} - {factor(m)}}}}}"
                rf"{{{number(s)}}} = \frac{{{e}}}{{{number(s)}}} = {number(judged.p[k])}"
                + _name(judged, k)
            )
    return [*lines, *judged.more()]


def _name(judged: Judged, k: int) -> str:
    return rf" \quad {named(judged.names[k])}"


def _smoothed(judged: Judged, n: int, k: int) -> float:
    share = judged.loss.label_smoothing
    return float((1 - share) * judged.target[k] + share / n)


def _smoothing_lines(judged: Judged, n: int, nodes: list[int]) -> Lines:
    share = judged.loss.label_smoothing
    if not share:
        return []
    return [
        rf"\hat y_{{{k + 1}}} = (1 - {number(share)})\cdot {number(judged.target[k])} + "
        rf"\frac{{{number(share)}}}{{{n}}} = {number(_smoothed(judged, n, k))}"
        for k in nodes
    ]


def _cross_entropy_lines(judged: Judged) -> Lines:
    lines: Lines = []
    total: list[Term] = []
    for block in _blocks(judged):
        shifted, m, s = _shift(judged, block)
        costs = np.log(s) - shifted
        y = np.array([_smoothed(judged, len(block), k) for k in block])
        counted = [k for k in range(len(block)) if y[k]]
        shown = [counted[i] for i in largest(y[counted] * costs[counted], judged.most)]
        lines += _smoothing_lines(judged, len(block), [block.start + k for k in shown])
        lines += [
            rf"-\log p_{{{block.start + k + 1}}} = \log s - (z_{{{block.start + k + 1}}} - m) = "
            rf"\log({number(s)}) - ({number(judged.z[block.start + k])} - {factor(m)}) = "
            rf"{number(costs[k])}"
            for k in shown
        ]
        total += [product(y[k], costs[k]) for k in counted]
    return [*lines, rf"L = {added(shortened(total, judged.most))} = {number(judged.value)}"]


def _probability_slopes(judged: Judged) -> Lines:
    """Return p - y for each output."""
    is_binary = isinstance(judged.loss, BinaryCrossEntropy)
    sizes = {k: 2 if is_binary else len(block) for block in _blocks(judged) for k in block}
    assert judged.dz is not None
    lines, hat = [], r"\hat " if judged.loss.label_smoothing else ""
    for k in judged.nodes:
        y, p = _smoothed(judged, sizes[k], k), judged.p[k]
        lines.append(
            rf"dz_{{{k + 1}}} = p_{{{k + 1}}} - {hat}y_{{{k + 1}}} = "
            rf"{number(p, digits_beyond(p, judged.dz[k]))} - {number(y)} = "
            rf"{number(judged.dz[k])}" + _name(judged, k)
        )
    return [*lines, *judged.more()]


def _sigmoid_lines(judged: Judged) -> Lines:
    lines = [
        rf"p_{{{k + 1}}} = \frac{{1}}{{1 + e^{{{number(-judged.z[k])}}}}} = {number(judged.p[k])}"
        + _name(judged, k)
        for k in judged.nodes
    ]
    return [*lines, *judged.more()]


def _binary_lines(judged: Judged) -> Lines:
    lines = _smoothing_lines(judged, 2, judged.nodes)
    for k in judged.nodes:
        z, y = float(judged.z[k]), _smoothed(judged, 2, k)
        soft = rf"\log(1 + e^{{{number(z)}}})"
        if z > 0:
            soft = rf"{number(z)} + \log(1 + e^{{{number(-z)}}})"
        lines.append(
            rf"l_{{{k + 1}}} = {soft} - {number(y)}\cdot {factor(z)} = {number(judged.part(k))}"
        )
    return [*lines, *_total(judged)]


# Errors of numbers ------------------------------------------------------------------------------


def _total(judged: Judged) -> Lines:
    """Return the sum over the outputs."""
    terms = shortened([constant(judged.part(k)) for k in range(judged.z.size)], judged.most)
    if len(terms) == 1:
        return [*judged.more(), f"L = l_{{1}} = {number(judged.value)}"]
    return [*judged.more(), f"L = {added(terms)} = {number(judged.value)}"]


def _same_lines(judged: Judged) -> Lines:
    lines = [
        rf"p_{{{k + 1}}} = z_{{{k + 1}}} = {number(judged.p[k])}{_name(judged, k)}"
        for k in judged.nodes
    ]
    return [*lines, *judged.more()]


def _residual(judged: Judged, k: int) -> str:
    """Return the residual as a difference, with the digits that show it."""
    z, y = float(judged.z[k]), float(judged.target[k])
    digits = max(digits_beyond(z, z - y), digits_beyond(y, z - y))
    return rf"r_{{{k + 1}}} = {number(z, digits)} - {factor(y, digits)} = {number(z - y)}"


def _each(
    part: Callable[[Any, float], str],
) -> Callable[[Judged], Lines]:
    """Return a maker of lines: a residual, and the loss of it."""

    def lines(judged: Judged) -> Lines:
        each = [
            rf"{_residual(judged, k)}, \quad l_{{{k + 1}}} = "
            rf"{part(judged.loss, float(judged.z[k]) - float(judged.target[k]))} = "
            rf"{number(judged.part(k))}"
            for k in judged.nodes
        ]
        return [*each, *_total(judged)]

    return lines


def _slopes(why: Callable[[Any, float], str]) -> Callable[[Judged], Lines]:
    """Return a maker of lines: the slope, and why it is that one."""

    def lines(judged: Judged) -> Lines:
        assert judged.dz is not None
        each = [
            rf"dz_{{{k + 1}}} = {number(judged.dz[k])}"
            + why(judged.loss, float(judged.z[k]) - float(judged.target[k]))
            for k in judged.nodes
        ]
        return [*each, *judged.more()]

    return lines


def _sign(loss: Any, r: float) -> str:
    sign = ">" if r > 0 else "<" if r < 0 else "="
    return rf" \text{{ because }} r {sign} 0"


def _huber(loss: Any, r: float) -> str:
    if abs(r) <= loss.delta:
        return rf"\frac{{1}}{{2}}\cdot {factor(r)}^{{2}}"
    return rf"{number(loss.delta)}\cdot ({number(abs(r))} - \frac{{{number(loss.delta)}}}{{2}})"


def _huber_why(loss: Any, r: float) -> str:
    sign = r"\le" if abs(r) <= loss.delta else ">"
    return rf" \text{{ because }} \lvert r\rvert {sign} {number(loss.delta)}"


def _pinball(loss: Any, r: float) -> str:
    """Return the part of the maximum that counts; r is z - y here, y - z on the page."""
    weight = loss.quantile if r < 0 else loss.quantile - 1
    return rf"{number(weight)}\cdot {factor(-r)}"


def _poisson_lines(judged: Judged) -> Lines:
    lines = []
    for k in judged.nodes:
        z, y = float(judged.z[k]), float(judged.target[k])
        known = rf" + {number(y)}\cdot \log({number(y)})" if y > 0 else ""
        lines.append(
            rf"l_{{{k + 1}}} = e^{{{number(z)}}} - {number(y)}\cdot {factor(z)} - {number(y)}{known}"
            rf" = {number(judged.part(k))}"
        )
    return [*lines, *_total(judged)]


def _mean_lines(judged: Judged) -> Lines:
    lines = [
        rf"p_{{{k + 1}}} = e^{{{number(judged.z[k])}}} = {number(judged.p[k])}{_name(judged, k)}"
        for k in judged.nodes
    ]
    return [*lines, *judged.more()]


def _difference_lines(judged: Judged) -> Lines:
    """Return prediction minus target."""
    assert judged.dz is not None
    lines = []
    for k in judged.nodes:
        p, y, d = judged.p[k], judged.target[k], judged.dz[k]
        digits = max(digits_beyond(p, d), digits_beyond(y, d))
        lines.append(rf"dz_{{{k + 1}}} = p_{{{k + 1}}} - y_{{{k + 1}}} = {number(p, digits)} - "
                     rf"{factor(y, digits)} = {number(d)}")  # fmt: skip
    return [*lines, *judged.more()]


# All of them ------------------------------------------------------------------------------------

_SOFTMAX = (
    "P = softmax(Z)", r"P = \mathrm{softmax}(Z), \quad p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}",
    _softmax_lines,
)  # fmt: skip
_SAME = ("P = Z", "P = Z", _same_lines)

FORMS: dict[type[Loss], Form] = {
    CrossEntropy: Form(
        _SOFTMAX, (r"L = -\sum_k y_k \log p_k", _cross_entropy_lines),
        ("dZ = softmax(Z) - Y", r"dZ = \mathrm{softmax}(Z) - Y", _probability_slopes),
    ),
    JointCrossEntropy: Form(
        _SOFTMAX, (r"L = -\sum_k y_k \log p_k", _cross_entropy_lines),
        ("dZ = softmax(Z) - Y", r"dZ = \mathrm{softmax}(Z) - Y", _probability_slopes),
    ),
    BinaryCrossEntropy: Form(
        ("P = sigmoid(Z)", r"P = \sigma(Z) = \frac{1}{1 + e^{-Z}}", _sigmoid_lines),
        (r"L = \sum_k l_k, \quad l_k = \log(1 + e^{z_k}) - y_k z_k", _binary_lines),
        ("dZ = sigmoid(Z) - Y", r"dZ = \sigma(Z) - Y", _probability_slopes),
    ),
    SquaredError: Form(
        _SAME,
        (r"L = \sum_k l_k, \quad l_k = \frac{1}{2} r_k^{2}, \quad r = z - y",
         _each(lambda loss, r: rf"\frac{{1}}{{2}}\cdot {factor(r)}^{{2}}")),
        ("dZ = Z - Y", "dZ = Z - Y", _difference_lines),
    ),
    AbsoluteError: Form(
        _SAME,
        (r"L = \sum_k l_k, \quad l_k = \lvert r_k\rvert, \quad r = z - y",
         _each(lambda loss, r: rf"\lvert {number(r)}\rvert")),
        ("dZ = sign(Z - Y)", r"dZ = \mathrm{sign}(r)", _slopes(_sign)),
    ),
    Huber: Form(
        _SAME,
        (r"L = \sum_k l_k, \quad l_k = \frac{1}{2} r_k^{2} \text{ if } \lvert r_k\rvert \le \delta,"
         r" \text{ else } \delta (\lvert r_k\rvert - \frac{\delta}{2}), \quad r = z - y",
         _each(_huber)),
        ("dZ = Z - Y, clipped", r"dZ = \max(-\delta, \min(\delta, r))", _slopes(_huber_why)),
    ),
    Quantile: Form(
        _SAME,
        (r"L = \sum_k l_k, \quad l_k = \max(-q r_k, (1 - q) r_k), \quad r = z - y",
         _each(_pinball)),
        ("dZ = 1 - q or -q",
         r"dZ = 1 - q \text{ if } r > 0, \text{ } {-q} \text{ if } r < 0, \text{ } 0 \text{ if } r = 0",
         _slopes(_sign)),
    ),
    Poisson: Form(
        ("P = exp(Z)", "P = e^{Z}", _mean_lines),
        (r"L = \sum_k l_k, \quad l_k = e^{z_k} - y_k z_k - y_k + y_k \log y_k", _poisson_lines),
        ("dZ = exp(Z) - Y", "dZ = e^{Z} - Y", _difference_lines),
    ),
}  # fmt: skip
"""The losses of glassnet; `form_of` has words for one of the user's own."""


def form_of(loss: Loss) -> Form:
    """Return a loss in LaTeX; of one of the user's own its numbers alone."""
    own = Form(
        ("P = g(Z)", "P = g(Z)", lambda judged: [
            rf"p_{{{k + 1}}} = {number(judged.p[k])}{_name(judged, k)}" for k in judged.nodes
        ]),
        (r"L = \ell(Z, Y)", lambda judged: [f"L = {number(judged.value)}"]),
        ("dZ", r"dZ = \frac{\partial L}{\partial Z}", _slopes(lambda loss, r: "")),
    )  # fmt: skip
    return FORMS.get(type(loss), own)


def link_words(judged: Judged) -> Words:
    """Return what the scores predict."""
    short, formula, lines = form_of(judged.loss).link
    return Words(
        f"Prediction: {short}",
        formula,
        tuple(lines(judged)),
        "The last layer's output is the scores, any real numbers. The loss knows what they mean.",
    )


def loss_words(judged: Judged) -> Words:
    """Return how wrong the scores are."""
    formula, lines = form_of(judged.loss).loss
    smoothing = getattr(judged.loss, "label_smoothing", 0.0)
    told = (
        f" Label smoothing moves a share of {smoothing:g} of the target to all classes alike, "
        "so that no probability has to become 1."
        if smoothing
        else ""
    )
    return Words(
        f"Loss: {type(judged.loss).__name__}",
        formula,
        tuple(lines(judged)),
        f"The loss says in one number how wrong the prediction is; 0 would be perfect.{told}"
        if not smoothing
        else f"The loss says in one number how wrong the prediction is.{told}",
    )


def slope_words(judged: Judged) -> Words:
    """Return the gradient of the scores."""
    short, formula, lines = form_of(judged.loss).slope
    return Words(
        f"Gradient of the loss: {short}",
        formula,
        tuple(lines(judged)),
        "How the loss changes if a score grows a little: here the way back begins.",
    )
