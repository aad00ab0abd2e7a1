"""One column's cells: numbers, booleans, text or dates, each with its own missing value."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import DataError
from glassnet.tabular.objects import canonical

Array: TypeAlias = NDArray[Any]
Kind: TypeAlias = Literal["number", "boolean", "text", "date"]
Value = TypeVar("Value")

PLURAL = {"number": "numbers", "boolean": "truth values", "text": "text", "date": "dates"}

LONGEST_DATE = 100
"""Characters; the pattern takes n² steps for n blanks, and a text of 100,000 would take minutes."""

_ISO_DATE = re.compile(
    r"\s*(\d{4}-\d\d-\d\d(?:[T ]\d\d(?::\d\d(?::\d\d(?:\.\d{1,6})?)?)?)?)\d*"
    r"\s*(?:Z|[+-]\d\d(?::?\d\d)?)?\s*"
)
"""A date with an optional time; digits beyond microseconds and the time zone are not kept."""


@dataclass(frozen=True)
class Cells:
    """The cells of one column.

    Attributes
    ----------
    values : array of shape (n_rows,)
        Numbers of any width, missing is NaN; bool, or float with NaN where one is missing; text as
        objects, missing is None; or datetime64[us], missing is NaT. The source's own memory
        wherever that is possible: not to be written to.
    kind : {"number", "boolean", "text", "date"}
        Which of them.
    categorical : bool, default=False
        Whether the source itself calls the column categorical.
    """

    values: Array
    kind: Kind
    categorical: bool = False

    def __len__(self) -> int:
        return len(self.values)

    @property
    def missing(self) -> NDArray[np.bool_]:
        """True where a cell is missing."""
        if self.kind == "text":
            return np.fromiter((text is None for text in self.values), bool, len(self))
        if self.kind == "date":
            return np.isnat(self.values)
        if self.values.dtype.kind == "f":
            return np.isnan(self.values)
        return np.zeros(len(self), bool)

    def distinct(self) -> tuple[list[str], NDArray[np.intp]]:
        """Return the different values as canonical text and, per cell, which; missing is -1.

        Text stands in the order in which it appears, everything else in order of size.
        """
        if self.kind == "text":
            texts = [text for text in dict.fromkeys(self.values) if text is not None]
            place: dict[str | None, int] = {text: i for i, text in enumerate(texts)}
            place[None] = -1
            which = np.fromiter(map(place.__getitem__, self.values), np.intp, len(self))
            return [str(text) for text in texts], which
        values, which = np.unique(self.values, return_inverse=True)
        known = values[~Cells(values, self.kind).missing]
        which = np.where(which < len(known), which, -1)  # NaN and NaT are sorted to the end
        if self.kind == "boolean":
            known = known.astype(bool)
        return [canonical(value) for value in known], which


def as_numbers(cells: Cells, name: str) -> Array:
    """Return the cells as numbers; text is read, and a date is no number.

    Raises
    ------
    DataError
        If a text is no number, with its row; or if the column holds dates.
    """
    if cells.kind in ("number", "boolean"):
        return cells.values
    if cells.kind == "date" and not cells.missing.all():
        raise DataError(
            f"column {name!r} holds dates; expected numbers, as it had when the table was learned.",
            column=name,
        )
    hint = "a number; a missing number is None or NaN. Correct the cell, or drop the row"
    numbers, which = _each_text(cells, name, _number, hint)
    return np.array([*numbers, np.nan])[which]


def as_dates(cells: Cells, name: str) -> Array:
    """Return the cells as datetime64[us]; text is read.

    Raises
    ------
    DataError
        If a text is no date, with its row; or if the column holds numbers or truth values.
    """
    if cells.kind == "date":
        return cells.values
    if cells.kind != "text":
        if cells.missing.all():
            return np.full(len(cells), "NaT", "datetime64[us]")
        raise DataError(
            f"column {name!r} holds {PLURAL[cells.kind]}; expected dates, as it had when the "
            "table was learned. Convert it, for example with numpy.datetime64.",
            column=name,
        )
    hint = "a date such as 2024-02-29 or 2024-02-29T13:45; a missing date is None. Correct "
    hint += "the cell, or parse the column first, as pandas.to_datetime(column, dayfirst=True) does"
    dates, which = _each_text(cells, name, iso_date, hint)
    return np.array([*dates, np.datetime64("NaT", "us")], "datetime64[us]")[which]


def iso_date(text: str) -> np.datetime64:
    """Return an ISO 8601 date or date and time, as its wall clock shows it, or raise ValueError."""
    found = _ISO_DATE.fullmatch(text) if len(text) <= LONGEST_DATE else None
    if found is None:
        raise ValueError(text)
    return np.datetime64(found[1], "us")


def _number(text: str) -> float:
    """Return the number that a text reads as; Python's 1_000 is none."""
    if "_" in text:
        raise ValueError(text)
    return float(text)


def _each_text(
    cells: Cells, name: str, read: Callable[[str], Value], expected: str
) -> tuple[list[Value], NDArray[np.intp]]:
    """Read each different text once; the first that cannot be read is an error with its row."""
    texts, which = cells.distinct()
    values = []
    for i, text in enumerate(texts):
        try:
            values.append(read(text))
        except ValueError:
            row = int(np.argmax(which == i))
            raise DataError(
                f"column {name!r}, row {row}: {_shown(text)} is not {expected} (rows count from "
                "0).",
                row=row,
                column=name,
            ) from None
    return values, which


def _shown(text: str) -> str:
    """Return a text for a message, cut short."""
    return repr(text) if len(text) <= 80 else f"{text[:77]!r}..."


def all_read(texts: list[str], read: Callable[[str], object]) -> bool:
    """Return whether every text can be read; stops at the first that cannot."""
    try:
        for text in texts:
            read(text)
    except ValueError:
        return False
    return True


def are_dates(texts: list[str]) -> bool:
    """Return whether every text is an ISO 8601 date."""
    return all_read(texts, iso_date)


def are_numbers(texts: list[str]) -> bool:
    """Return whether every text reads as a number."""
    return all_read(texts, _number)
