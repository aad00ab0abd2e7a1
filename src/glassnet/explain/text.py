"""An explanation as plain text: for a terminal, or for print."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Literal, TypeAlias

from glassnet.explain.explanation import Explanation
from glassnet.explain.plain import plain
from glassnet.explain.step import Phase, Step

Style: TypeAlias = Literal["phase", "title", "formula", "line", "says", ""]

PHASES: dict[Phase, str] = {
    "forward": "Forward: from the row to the prediction and its loss",
    "backward": "Backward: how each number changes the loss",
    "update": "Update: one step downhill",
}


def lines_of(explanation: Explanation, width: int = 100) -> Iterator[tuple[Style, str]]:
    """Yield each line with what it is, so that a terminal may color it."""
    phase = None
    for number, step in enumerate(explanation.steps, 1):
        if step.phase != phase:
            if phase is not None:
                yield "", ""
            phase = step.phase
            yield "phase", PHASES[phase]
            yield "phase", "=" * len(PHASES[phase])
        yield "", ""
        yield from _step(number, step, width)


def _step(number: int, step: Step, width: int) -> Iterator[tuple[Style, str]]:
    words, head = step.words, f"{number}. "
    for line in _wrapped(words.title, head, width, len(head)):
        yield "title", line
    for line in _wrapped(words.says, "   ", width, 3):
        yield "says", line
    formula = plain(words.formula)
    if formula not in words.title:
        for line in _wrapped(formula, "   ", width, 7):
            yield "formula", line
    for one in words.lines:
        for line in _wrapped(plain(one), "     ", width, 9):
            yield "line", line


def _wrapped(text: str, head: str, width: int, indent: int) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=head, subsequent_indent=" " * indent,
        break_long_words=False, break_on_hyphens=False, replace_whitespace=False,
    )  # fmt: skip
