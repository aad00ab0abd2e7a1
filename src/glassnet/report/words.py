"""Numbers and names as text: short, on one line, harmless to a terminal, aligned."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np

WIDTH = 100
"""Of the text, at most."""

UNKNOWN = "-"


def clean(text: object) -> str:
    """Return text on one line, without what a terminal or a page would obey.

    Control characters (escape sequences begin with one), marks that turn the direction of writing,
    and halves of surrogate pairs become question marks.
    """
    words = " ".join(str(text).split())
    return words if words.isprintable() else "".join(c if c.isprintable() else "?" for c in words)


def label(name: object, most: int = 40) -> str:
    """Return a name as it is shown: clean, cut to a width, never empty."""
    return cut(clean(name) or repr(str(name)[:1]), most)


def width(text: str) -> int:
    """Return how many columns of a terminal text takes: East Asian letters two, accents none."""
    if text.isascii():
        return len(text)
    return sum(_letter_width(letter) for letter in text)


def _letter_width(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def cut(text: str, most: int) -> str:
    """Return text cut to a width, with three dots in place of the rest."""
    if width(text) <= most:
        return text
    kept, left = "", most - 3
    for letter in text:
        left -= _letter_width(letter)
        if left < 0:
            break
        kept += letter
    return kept + "..."


def padded(text: str, to: int, *, right: bool = False) -> str:
    """Return text filled up with spaces to a width, at the left if it is to stand at the right."""
    spaces = " " * (to - width(text))
    return spaces + text if right else text + spaces


def number(value: float, digits: int = 4) -> str:
    """Return a number to so many significant digits, without an exponent if that is readable."""
    if not np.isfinite(value):
        return UNKNOWN
    if value == 0:
        return "0"
    size = int(f"{value:.{digits - 1}e}".partition("e")[2])  # of the rounded number: 9.9996 is 10
    if not -5 <= size < 9:
        return f"{value:.{digits - 1}e}"
    return f"{value:,.{max(digits - 1 - size, 0)}f}"


def count(n: int, what: str) -> str:
    """Return a number of things: "1 row", "2,000 rows"."""
    one = {"classes": "class"}.get(what, what.removesuffix("s"))
    return f"{n:,} {one if n == 1 else what}"


def percent(part: float) -> str:
    """Return a part as percent to one decimal, in which a little is not nothing nor nearly all all.

    Examples
    --------
    >>> [percent(part) for part in (0, 1e-9, 0.125, 0.99999, 1, 20)]
    ['0.0 %', '<0.1 %', '12.5 %', '>99.9 %', '100.0 %', '2,000.0 %']
    """
    if 0 < part < 0.0005:
        return "<0.1 %"
    if 0.9995 <= part < 1:
        return ">99.9 %"
    return f"{100 * part:,.1f} %"


def listed(names: Iterable[str], most: int = 6) -> str:
    """Return the first names, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def aligned(
    lines: Sequence[Sequence[str]], right: Iterable[int] = (), indent: int = 2, gap: int = 2
) -> str:
    """Return lines of cells with columns aligned; those named in ``right`` at their right end."""
    right = set(right)
    widths = [max(width(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join(
        " " * indent
        + (" " * gap)
        .join(
            padded(cell, to, right=i in right)
            for i, (cell, to) in enumerate(zip(line, widths, strict=True))
        )
        .rstrip()
        for line in lines
    )


def wrapped(text: str, first: str = "  ", later: str = "  ", most: int = WIDTH) -> str:
    """Return text broken into lines of at most a width; a longer word is cut."""
    lines, line = [], first
    begun = False
    for word in text.split():
        word = cut(word, most - max(width(first), width(later)))  # noqa: PLW2901 # the same word
        if begun and width(line) + 1 + width(word) > most:
            lines.append(line)
            line, begun = later, False
        line += (" " if begun else "") + word
        begun = True
    return "\n".join([*lines, line])
