r"""An explanation as the body of a LaTeX document: put it after ``\usepackage{amsmath}``."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from glassnet.core.arrays import Array
from glassnet.explain.explanation import Explanation
from glassnet.explain.plain import plain
from glassnet.explain.shown import escaped, number
from glassnet.explain.step import Step, Values
from glassnet.explain.text import PHASES

MOST_CELLS = 10
"""Rows and columns of a matrix that is written out: amsmath's own limit."""

LONGEST = 78
"""Signs of a line of a formula, about what a page holds."""


def latex_of(explanation: Explanation) -> str:
    """Return the whole explanation."""
    parts, phase = [], None
    for step in explanation.steps:
        if step.phase != phase:
            phase = step.phase
            parts.append(rf"\section*{{{escaped(PHASES[phase])}}}")
        parts += _step(step)
    return "\n\n".join(parts) + "\n"


def _step(step: Step) -> Iterator[str]:
    words = step.words
    yield rf"\subsection*{{{escaped(words.title)}}}"
    yield escaped(words.says)
    yield _displayed([words.formula])
    if words.lines:
        yield _displayed(list(words.lines))
    for values in dict.fromkeys((step.values, *step.gradients)):
        matrix = _matrix(values)
        if matrix:
            yield matrix


def _displayed(lines: list[str]) -> str:
    """Return formulas, one below the other, aligned at their first sign of equality."""
    rows = [row for line in lines for row in _rows(line)]
    if len(rows) == 1:
        return f"\\begin{{equation*}}\n{rows[0].replace('&', '', 1)}\n\\end{{equation*}}"
    inside = " \\\\\n".join(rows)
    return f"\\begin{{align*}}\n{inside}\n\\end{{align*}}"


def _rows(line: str) -> list[str]:
    """Return a formula in rows that a page holds, each with its place of alignment."""
    pieces = _pieces(line)
    rows = [pieces[0]]
    for piece in pieces[1:]:
        if len(plain(rows[-1] + piece)) > LONGEST:
            rows.append("")
        rows[-1] += piece
    first, *others = rows
    return [_aligned(first), *(rf"&\qquad {row.strip()}" for row in others)]


def _aligned(row: str) -> str:
    """Return a row with its mark before the first sign of equality outside of braces."""
    depth = 0
    for at, sign in enumerate(row):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if depth == 0 and (sign == "=" or row.startswith(r"\leftarrow", at)):
            return f"{row[:at]}&{row[at:]}"
    return f"&{row}"


def _pieces(line: str) -> list[str]:
    """Return a formula cut before each sum and equality that is in no braces or parentheses."""
    pieces, depth = [""], 0
    for part in re.split(r"( (?=[+=] |\\quad ))", line):
        if part == " " and depth == 0:
            pieces.append("")
        pieces[-1] += part
        bare = re.sub(r"\\[{}]", "", part)
        depth += bare.count("{") + bare.count("(") - bare.count("}") - bare.count(")")
    return pieces


def _matrix(values: Values) -> str:
    """Return an array as a matrix; nothing if it is large."""
    cells: Array = np.atleast_2d(values.numbers)
    if cells.ndim > 2 or max(cells.shape) > MOST_CELLS or cells.size < 2:
        return ""
    rows = " \\\\\n".join(" & ".join(map(number, row)) for row in cells)
    inside = f"\\begin{{pmatrix}}\n{rows}\n\\end{{pmatrix}}"
    return f"\\begin{{equation*}}\n{values.name} = {inside}\n\\end{{equation*}}"
