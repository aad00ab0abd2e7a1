"""An explanation as Markdown, with formulas in LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from glassnet.core.arrays import Array
from glassnet.explain.explanation import Explanation
from glassnet.explain.shown import number
from glassnet.explain.step import Step, Values
from glassnet.explain.text import PHASES

MOST_CELLS = 12
"""Rows and columns of an array that is written out as a table."""


def markdown_of(explanation: Explanation) -> str:
    """Return the whole explanation."""
    parts, phase = [], None
    for i, step in enumerate(explanation.steps, 1):
        if step.phase != phase:
            phase = step.phase
            parts.append(f"## {PHASES[phase]}")
        parts += _step(i, step)
    return "\n\n".join(parts) + "\n"


def _step(i: int, step: Step) -> Iterator[str]:
    words = step.words
    yield f"### {i}. {_escaped(words.title)}"
    yield _escaped(words.says)
    yield _formula(words.formula)
    for line in words.lines:
        yield _formula(line)
    for values in dict.fromkeys((step.values, *step.gradients)):
        yield _table(values)


def _formula(latex: str) -> str:
    return f"$${latex}$$"


def _escaped(text: str) -> str:
    """Return a text whose signs mean themselves in Markdown."""
    return re.sub(r"([\\`*_\[\]<>|$#])", r"\\\1", text)


def _table(values: Values) -> str:
    """Return an array as a table, or its shape if it is large."""
    name, shape = values.name, values.numbers.shape
    cells: Array = np.atleast_2d(values.numbers)
    if cells.ndim > 2 or max(cells.shape) > MOST_CELLS or not cells.size:
        return f"{name} has the shape {shape}."
    head = f"| {name} |" + "".join(f" {k + 1} |" for k in range(cells.shape[1]))
    rule = "|---|" + "---|" * cells.shape[1]
    rows = [
        f"| {i + 1} |" + "".join(f" {_cell(one)} |" for one in row) for i, row in enumerate(cells)
    ]
    return "\n".join([head, rule, *rows])


def _cell(x: float) -> str:
    text = number(x)
    return f"${text}$" if "\\" in text else text
