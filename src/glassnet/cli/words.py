"""What commands say, and where: results to standard output, all else to standard error."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from rich.console import Console
from rich.text import Text

from glassnet.cli.scores import MEANINGS, Scores

_MOST_CLASSES = 10


class Speaker:
    """Two consoles, and whether a machine listens.

    Attributes
    ----------
    out, err : Console
        Of standard output, for results; of standard error, for what happens on the way.
    as_json : bool
        Then standard output has one JSON object, and nothing else.
    """

    def __init__(self, *, as_json: bool) -> None:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        self.out = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
        self.err = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
        self.as_json = as_json

    def line(self, label: str, text: str) -> None:
        """Write a line of results, its label in front."""
        if not self.as_json:
            self.out.print(Text(f"{label:<12}", style="bold").append(f" {text}", style="not bold"))

    def plain(self, text: str = "") -> None:
        """Write a line of results."""
        if not self.as_json:
            self.out.print(Text(text))

    def notes(self, words: Iterable[str]) -> None:
        """Write what is worth knowing, a line each."""
        for word in words:
            self.err.print(Text(f"Note: {' '.join(word.split())}", style="yellow"))

    def json(self, content: Any) -> None:
        """Write the one object, if a machine listens."""
        if self.as_json:
            print(json.dumps(plain(content), allow_nan=False))  # noqa: T201 - no console's folding


def plain(value: Any) -> Any:
    """Return numbers, lists and dictionaries as JSON has them; what is not finite is null."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def number(value: float) -> str:
    """Return a score with four digits."""
    return "unknown" if math.isnan(value) else f"{value:.4g}"


def counted(n: int, what: str) -> str:
    """Return "1 row" or "1,000 rows"; classes and other words ending in s get "es"."""
    return f"{n:,} {what}{('es' if what.endswith('s') else 's') * (n != 1)}"


def score_lines(scores: Scores) -> Iterator[tuple[str, str]]:
    """Yield scores with what they mean."""
    for name, value in scores.values.items():
        yield name, f"{number(value):<8} {MEANINGS[name]}"


def confusion_lines(scores: Scores, labels: list[Any]) -> Iterator[str]:
    """Yield the table of what was taken for what, if there are not too many classes."""
    if scores.confusion is None or len(labels) > _MOST_CLASSES:
        return
    names = [str(label)[:16] for label in labels]
    cells = [[f"{one:,}" for one in row] for row in scores.confusion]
    width = max(len("is"), *map(len, names))
    widths = [max(len(name), *(len(row[k]) for row in cells)) for k, name in enumerate(names)]
    heads = "  ".join(name.rjust(w) for name, w in zip(names, widths, strict=True))
    yield f"{'is':<{width}}  taken for"
    yield f"{'':<{width}}  {heads}"
    for name, row in zip(names, cells, strict=True):
        numbers = "  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True))
        yield f"{name:<{width}}  {numbers}"
