r"""Losses of classes in LaTeX: softmax, sigmoid, and the cross-entropies."""

from __future__ import annotations

from itertools import accumulate, pairwise

import numpy as np

from glassnet.core.arrays import Array
from glassnet.core.losses import BinaryCrossEntropy, JointCrossEntropy
from glassnet.explain.judged import Judged, Lines, name_of, total_lines
from glassnet.explain.shown import (
    Term,
    added,
    constant,
    digits_beyond,
    factor,
    largest,
    number,
    product,
    shortened,
)


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


def softmax_lines(judged: Judged) -> Lines:
    """Return the shift, the sum of the exponentials, and each probability."""
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
                + name_of(judged, k)
            )
    return [*lines, *judged.more()]


def smoothed(judged: Judged, n: int, k: int) -> float:
    """Return a target with the label smoothing of the loss, among ``n`` classes."""
    share = judged.loss.label_smoothing
    return float((1 - share) * judged.target[k] + share / n)


def smoothing_lines(judged: Judged, n: int, nodes: list[int]) -> Lines:
    """Return how the targets are smoothed; no line without smoothing."""
    share = judged.loss.label_smoothing
    if not share:
        return []
    return [
        rf"\tilde y_{{{k + 1}}} = (1 - {number(share)})\cdot {number(judged.target[k])} + "
        rf"\frac{{{number(share)}}}{{{n}}} = {number(smoothed(judged, n, k))}"
        for k in nodes
    ]


def cross_entropy_lines(judged: Judged) -> Lines:
    """Return the cost of each class that counts, and their sum."""
    lines: Lines = []
    total: list[Term] = []
    for block in _blocks(judged):
        shifted, m, s = _shift(judged, block)
        costs = np.log(s) - shifted
        y = np.array([smoothed(judged, len(block), k) for k in block])
        counted = [k for k in range(len(block)) if y[k]]
        shown = [counted[i] for i in largest(y[counted] * costs[counted], judged.most)]
        lines += smoothing_lines(judged, len(block), [block.start + k for k in shown])
        lines += [
            rf"-\log p_{{{block.start + k + 1}}} = \log s - (z_{{{block.start + k + 1}}} - m) = "
            rf"\log({number(s)}) - ({number(judged.z[block.start + k])} - {factor(m)}) = "
            rf"{number(costs[k])}"
            for k in shown
        ]
        total += [product(y[k], costs[k]) for k in counted]
    return [*lines, rf"L = {added(shortened(total, judged.most))} = {number(judged.value)}"]


def probability_slopes(judged: Judged) -> Lines:
    """Return p - y for each output."""
    is_binary = isinstance(judged.loss, BinaryCrossEntropy)
    sizes = {k: 2 if is_binary else len(block) for block in _blocks(judged) for k in block}
    assert judged.dz is not None
    lines, tilde = [], r"\tilde " if judged.loss.label_smoothing else ""
    for k in judged.nodes:
        y, p = smoothed(judged, sizes[k], k), judged.p[k]
        lines.append(
            rf"dz_{{{k + 1}}} = p_{{{k + 1}}} - {tilde}y_{{{k + 1}}} = "
            rf"{number(p, digits_beyond(p, judged.dz[k]))} - {number(y)} = "
            rf"{number(judged.dz[k])}" + name_of(judged, k)
        )
    return [*lines, *judged.more()]


def sigmoid_lines(judged: Judged) -> Lines:
    """Return each probability of yes."""
    lines = [
        rf"p_{{{k + 1}}} = \frac{{1}}{{1 + e^{{{number(-judged.z[k])}}}}} = {number(judged.p[k])}"
        + name_of(judged, k)
        for k in judged.nodes
    ]
    return [*lines, *judged.more()]


def binary_lines(judged: Judged) -> Lines:
    """Return the loss of each question, and their sum."""
    lines = smoothing_lines(judged, 2, judged.nodes)
    for k in judged.nodes:
        z, y = float(judged.z[k]), smoothed(judged, 2, k)
        soft = rf"\log(1 + e^{{{number(z)}}})"
        if z > 0:
            soft = rf"{number(z)} + \log(1 + e^{{{number(-z)}}})"
        lines.append(
            rf"l_{{{k + 1}}} = {soft} - {number(y)}\cdot {factor(z)} = {number(judged.part(k))}"
        )
    return [*lines, *total_lines(judged)]
