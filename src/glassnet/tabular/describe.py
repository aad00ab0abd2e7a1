"""A table in words: what each column is, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence

from glassnet.tabular.columns import Column

_HEAD = ("column", "kind", "becomes", "missing", "holds")
_MOST = 60
"""Characters of a cell of the description; a longer one is cut."""


def described(columns: Sequence[Column]) -> str:
    """Return an aligned text table with a line for each column."""
    lines = [_HEAD, *map(_line, columns)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(_HEAD))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if title == "missing" else cell.ljust(width)
            for cell, width, title in zip(line, widths, _HEAD, strict=True)
        ).rstrip()
        for line in lines
    )


def _line(column: Column) -> tuple[str, ...]:
    """Return what is said of one column."""
    name, becomes = _cut(column.name), _cut(str(column.encoder), 100)
    return name, column.kind, becomes, str(column.n_missing), _cut(_holds(column))


def _holds(column: Column) -> str:
    """Return the levels or the range of a column."""
    if column.levels:
        first = ", ".join(level or "''" for level in column.levels[:4])
        return first if len(column.levels) <= 4 else f"{len(column.levels)} levels: {first}, ..."
    low, high = (f"{x:.6g}" if isinstance(x, float) else x for x in (column.low, column.high))
    return "" if low is None else f"{low} to {high}"


def _cut(text: str, most: int = _MOST) -> str:
    """Return text on one line, cut to a length."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 3]}..."
