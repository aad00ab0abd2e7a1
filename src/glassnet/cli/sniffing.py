"""How a text is divided into cells: found out from its first lines."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from glassnet.cli.refusals import Refusal
from glassnet.cli.sources import LONGEST_LINE, named

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

_ROWS = 200


@dataclass(frozen=True)
class Dialect:
    """How cells are divided.

    Attributes
    ----------
    separator, quote : str
    """

    separator: str
    quote: str


@dataclass(frozen=True)
class Census:
    """What a pass over all records found.

    Attributes
    ----------
    header : tuple of str
        The first record.
    n_rows : int
        Records after it; blank lines do not count.
    simple : bool
        Whether a plain reader reads the same: no blank lines between rows, no lone carriage
        returns as ends of lines.
    """

    header: tuple[str, ...]
    n_rows: int
    simple: bool


def dialect_of(head: str) -> Dialect:
    """Return the dialect that divides the first lines into most columns, and evenly."""
    lines = head.splitlines(keepends=True)
    if len(lines) > 1:
        del lines[-1:]  # it may be cut
    single = re.compile(r"""(?:^|[,;\t|])'[^'\n]*'(?=[,;\t|\r\n]|$)""", re.MULTILINE)
    quote = "'" if '"' not in head and len(single.findall(head)) >= 2 else '"'
    best, found = (0.0, 0), Dialect(",", quote)
    for separator in SEPARATORS:
        dialect = Dialect(separator, quote)
        rows = []
        for row in records(lines, dialect):
            if row:
                rows.append(len(row))
            if len(rows) == _ROWS:
                break
        width = rows[0] if rows else 0
        if width < 2:
            continue
        rank = (sum(one == width for one in rows) / len(rows), width)
        if rank > best:
            best, found = rank, dialect
    return found


def records(lines: Iterable[str], dialect: Dialect, *, strict: bool = False) -> Iterator[list[str]]:
    """Yield records; a quoted cell may hold ends of lines."""
    before = csv.field_size_limit(LONGEST_LINE)
    try:
        yield from csv.reader(
            lines, delimiter=dialect.separator, quotechar=dialect.quote, strict=strict
        )
    finally:
        csv.field_size_limit(before)


def census(lines: Iterator[str], dialect: Dialect, path: str) -> Census:
    """Go over all records, and count.

    Raises
    ------
    Refusal
        If a row has more or fewer cells than the header; if a quote is never closed.
    """
    header: tuple[str, ...] = ()
    n_rows, number, simple, blank = 0, 0, True, False
    separator, quote = dialect.separator, dialect.quote
    for line in lines:
        number += 1
        if not line.strip("\r\n "):
            blank = True
            continue
        simple &= not blank and not line.endswith("\r")
        began = number
        if quote in line:
            rest = _Counted(line, lines)
            cells = _record(rest, dialect, path, began)
            number += rest.n_more
            width = len(cells)
        else:
            cells = []
            width = line.count(separator) + 1
        if not header:
            header = tuple(cells or line.rstrip("\r\n").split(separator))
            continue
        if width != len(header):
            raise Refusal(_ragged(path, began, width, len(header), dialect))
        n_rows += 1
    return Census(header, n_rows, simple)


class _Counted:
    """A line and those after it, of which it counts how many were taken."""

    def __init__(self, first: str, lines: Iterator[str]) -> None:
        self.first: str | None = first
        self.lines = lines
        self.n_more = 0

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> str:
        if self.first is not None:
            line, self.first = self.first, None
            return line
        line = next(self.lines)
        self.n_more += 1
        return line


def _record(lines: Iterator[str], dialect: Dialect, path: str, began: int) -> list[str]:
    """Return one record, which has quotes and may go over several lines."""
    try:
        reader = records(lines, dialect, strict=True)
        return next(reader)
    except csv.Error as error:
        raise Refusal(
            f"{named(path)}, line {began:,}: {error}. Is a quote {dialect.quote} opened there and "
            "not closed, or not doubled within a cell?"
        ) from error


def _ragged(path: str, line: int, found: int, expected: int, dialect: Dialect) -> str:
    """Say that a row has not as many cells as there are columns."""
    return (
        f"{named(path)}, line {line:,} has {found:,} cell{'s' * (found != 1)}; expected "
        f"{expected:,}, as the first line has, with {SEPARATORS[dialect.separator]}s between. "
        "Correct the line, or quote the cell that has a separator in it."
    )
