"""The scores of one row, and what a loss says of them: what lines about losses are made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from glassnet.core.arrays import Array
from glassnet.explain.shown import added, and_more, constant, largest, named, number, shortened


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


def name_of(judged: Judged, k: int) -> str:
    """Return the name of an output, to stand behind its line."""
    return rf" \quad {named(judged.names[k])}"


def same_lines(judged: Judged) -> Lines:
    """Return that the scores are the prediction."""
    lines = [
        rf"p_{{{k + 1}}} = z_{{{k + 1}}} = {number(judged.p[k])}{name_of(judged, k)}"
        for k in judged.nodes
    ]
    return [*lines, *judged.more()]


def total_lines(judged: Judged) -> Lines:
    """Return the sum over the outputs."""
    terms = shortened([constant(judged.part(k)) for k in range(judged.z.size)], judged.most)
    if len(terms) == 1:
        return [*judged.more(), f"L = l_{{1}} = {number(judged.value)}"]
    return [*judged.more(), f"L = {added(terms)} = {number(judged.value)}"]
