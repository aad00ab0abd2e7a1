r"""Losses of numbers in LaTeX: what they make of a residual, and of a count."""

# ruff: noqa: ARG001 - one signature for all, not all of it used by each

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from glassnet.explain.judged import Judged, Lines, name_of, total_lines
from glassnet.explain.shown import digits_beyond, factor, number


def _residual(judged: Judged, k: int) -> str:
    """Return the residual as a difference, with the digits that show it."""
    z, y = float(judged.z[k]), float(judged.target[k])
    digits = max(digits_beyond(z, z - y), digits_beyond(y, z - y))
    return rf"r_{{{k + 1}}} = {number(z, digits)} - {factor(y, digits)} = {number(z - y)}"


def each_loss(
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
        return [*each, *total_lines(judged)]

    return lines


def slopes(why: Callable[[Any, float], str]) -> Callable[[Judged], Lines]:
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


def of_sign(loss: Any, r: float) -> str:
    """Return which sign makes the slope."""
    sign = ">" if r > 0 else "<" if r < 0 else "="
    return rf" \text{{ because }} r {sign} 0"


def huber_loss(loss: Any, r: float) -> str:
    """Return the branch of Huber's loss that a residual is on."""
    if abs(r) <= loss.delta:
        return rf"\frac{{1}}{{2}}\cdot {factor(r)}^{{2}}"
    return rf"{number(loss.delta)}\cdot ({number(abs(r))} - \frac{{{number(loss.delta)}}}{{2}})"


def of_huber(loss: Any, r: float) -> str:
    """Return which branch makes the slope."""
    sign = r"\le" if abs(r) <= loss.delta else ">"
    return rf" \text{{ because }} \lvert r\rvert {sign} {number(loss.delta)}"


def pinball_loss(loss: Any, r: float) -> str:
    """Return the part of the maximum that counts; r is z - y here, y - z on the page."""
    weight = loss.quantile if r < 0 else loss.quantile - 1
    return rf"{number(weight)}\cdot {factor(-r)}"


def poisson_lines(judged: Judged) -> Lines:
    """Return the half deviance of each count, and their sum."""
    lines = []
    for k in judged.nodes:
        z, y = float(judged.z[k]), float(judged.target[k])
        known = rf" + {number(y)}\cdot \log({number(y)})" if y > 0 else ""
        less = rf"{number(y)}\cdot {factor(z)} - {number(y)}"
        lines.append(
            rf"l_{{{k + 1}}} = e^{{{number(z)}}} - {less}{known} = {number(judged.part(k))}"
        )
    return [*lines, *total_lines(judged)]


def mean_lines(judged: Judged) -> Lines:
    """Return the expected counts."""
    lines = [
        rf"p_{{{k + 1}}} = e^{{{number(judged.z[k])}}} = {number(judged.p[k])}{name_of(judged, k)}"
        for k in judged.nodes
    ]
    return [*lines, *judged.more()]


def difference_lines(judged: Judged) -> Lines:
    """Return prediction minus target."""
    assert judged.dz is not None
    lines = []
    for k in judged.nodes:
        p, y, d = judged.p[k], judged.target[k], judged.dz[k]
        digits = max(digits_beyond(p, d), digits_beyond(y, d))
        lines.append(rf"dz_{{{k + 1}}} = p_{{{k + 1}}} - y_{{{k + 1}}} = {number(p, digits)} - "
                     rf"{factor(y, digits)} = {number(d)}")  # fmt: skip
    return [*lines, *judged.more()]
