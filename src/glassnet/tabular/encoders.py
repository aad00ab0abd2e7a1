"""What becomes of a column: each way of encoding names its matrix columns and fills them.

An encoder holds what was learned, and gives raw numbers, NaN where the mean is to stand; `Scaling`
brings them to size. The table of all encoders is at the end.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

import numpy as np

from glassnet.tabular.cells import Array, Cells, as_dates, as_numbers

Group: TypeAlias = Literal["numbers", "plain", "codes"]
GROUPS: tuple[Group, ...] = ("numbers", "plain", "codes")

_TRUTH = {"False": "False false FALSE 0", "True": "True true TRUE 1"}
"""How the two truth values are also written."""

_CYCLES = ("month", "day", "weekday", "hour")
DATE_PARTS = ("year", *(f"{cycle}.{wave}" for cycle in _CYCLES for wave in ("sin", "cos")))


class Encoder(ABC):
    """A way of turning the cells of one column into matrix columns."""

    way: ClassVar[str]
    """What it is called in a file."""

    @abstractmethod
    def parts(self, name: str) -> list[tuple[str, Group]]:
        """Return the name and the group of each matrix column, for a column of this name."""

    @abstractmethod
    def encode(self, cells: Cells, name: str) -> Iterator[Array]:
        """Yield the raw numbers of each of them, in that order; codes are not scaled later."""

    @abstractmethod
    def __str__(self) -> str: ...


@dataclass(frozen=True)
class Number(Encoder):
    """A number; with ``indicator``, ±1 beside it says whether it is missing."""

    indicator: bool
    way = "number"

    def parts(self, name: str) -> list[tuple[str, Group]]:
        """Return the number, and its indicator."""
        return [(name, "numbers"), *_indicator(self.indicator, name)]

    def encode(self, cells: Cells, name: str) -> Iterator[Array]:
        """Yield the numbers as they are."""
        numbers = as_numbers(cells, name)
        yield numbers
        if self.indicator:
            yield _signs(np.isnan(numbers))

    def __str__(self) -> str:
        return "a number" + _AND_INDICATOR * self.indicator


@dataclass(frozen=True)
class Date(Encoder):
    """The year as a number, the other parts as points on a circle: December is near January.

    Months, days and weekdays count from 0 (Monday is 0); hours are fractions of the day. Sines and
    cosines are rounded to 12 digits: sin(pi) is 0, not 1e-16, which the scaling would blow up.
    """

    kept: tuple[str, ...]
    indicator: bool
    way = "date"

    def parts(self, name: str) -> list[tuple[str, Group]]:
        """Return the parts that are kept, and the indicator."""
        kept: list[tuple[str, Group]] = [
            (f"{name}.{part}", "numbers" if part == "year" else "plain") for part in self.kept
        ]
        return [*kept, *_indicator(self.indicator, name)]

    def encode(self, cells: Cells, name: str) -> Iterator[Array]:
        """Yield the parts; NaN where the date is missing."""
        dates = as_dates(cells, name)
        missing = np.isnat(dates)
        for part in self.kept:
            values = _date_part(dates, part)
            values[missing] = np.nan
            yield values
        if self.indicator:
            yield _signs(missing)

    def __str__(self) -> str:
        return ", ".join(self.kept) + _AND_INDICATOR * self.indicator


def _date_part(dates: Array, part: str) -> Array:
    """Return a part of the dates, of `DATE_PARTS`; what it gives for NaT has no meaning."""
    months, midnights = dates.astype("datetime64[M]"), dates.astype("datetime64[D]")
    cycle, _, wave = part.partition(".")
    if cycle == "year":
        return dates.astype("datetime64[Y]").astype(np.int64) + 1970.0
    if cycle == "month":
        turns = months.astype(np.int64) % 12 / 12
    elif cycle == "day":
        turns = (midnights - months.astype("datetime64[D]")).astype(np.int64) / 31
    elif cycle == "weekday":
        turns = (midnights.astype(np.int64) + 3) % 7 / 7  # 1970 began on a Thursday
    else:
        turns = (dates - midnights) / np.timedelta64(1, "D")
    values: Array = (np.sin if wave == "sin" else np.cos)(2 * np.pi * turns).round(12)
    return values


@dataclass(frozen=True)
class Present(Encoder):
    """+1 where there is a value, -1 where it is missing: all values seen in training were equal."""

    way = "present"

    def parts(self, name: str) -> list[tuple[str, Group]]:
        """Return the one column."""
        return [(f"{name} is present", "plain")]

    def encode(self, cells: Cells, name: str) -> Iterator[Array]:
        """Yield ±1."""
        yield _signs(~cells.missing)

    def __str__(self) -> str:
        return "present +1, missing -1"


@dataclass(frozen=True)
class Levels(Encoder):
    """The common part of the encoders of categories: levels as canonical text, sorted."""

    levels: tuple[str, ...]

    @property
    def code_of(self) -> dict[str, int]:
        """The place of each level, from 1, by its text; of truth values by other names, too."""
        code = {level: i for i, level in enumerate(self.levels, start=1)}
        if self.levels == tuple(_TRUTH):
            code |= {also: code[level] for level in code for also in _TRUTH[level].split()}
        elif self.levels == ("0", "1"):
            code |= {"False": 1, "True": 2}
        return code

    def codes(self, cells: Cells) -> Array:
        """Return the place of each cell's level, from 1; 0 is missing or never seen."""
        code = self.code_of
        texts, which = cells.distinct()
        return np.array([*(code.get(text, 0) for text in texts), 0], np.int32)[which]


@dataclass(frozen=True)
class TwoLevels(Levels):
    """-1 for the first of two levels, +1 for the second, 0 for missing or never seen.

    Two levels that are truth values are also known as 0 and 1, and false and true, and the other
    way round: a file says one, a DataFrame the other.
    """

    way = "two levels"

    def parts(self, name: str) -> list[tuple[str, Group]]:
        """Return the one column, named by the level that is +1."""
        return [(f"{name}={self.levels[1]}", "plain")]

    def encode(self, cells: Cells, name: str) -> Iterator[Array]:
        """Yield -1, 0 or +1."""
        yield np.array([0, -1, 1], np.float32)[self.codes(cells)]

    def __str__(self) -> str:
        return "-1 or +1"


@dataclass(frozen=True)
class OneHot(Levels):
    """A column for each level, 1 where the cell is of it; all 0 for missing or never seen."""

    way = "one-hot"

    def parts(self, name: str) -> list[tuple[str, Group]]:
        """Return a column for each level."""
        return [(f"{name}={level}", "plain") for level in self.levels]

    def encode(self, cells: Cells, name: str) -> Iterator[Array]:
        """Yield 0 or 1, level by level."""
        codes = self.codes(cells)
        for code in range(1, len(self.levels) + 1):
            yield (codes == code).astype(np.float32)

    def __str__(self) -> str:
        return f"{len(self.levels)} one-hot columns"


@dataclass(frozen=True)
class Codes(Levels):
    """The place of the level, from 1, for an embedding layer; 0 for missing or never seen."""

    way = "codes"

    def parts(self, name: str) -> list[tuple[str, Group]]:
        """Return the one column."""
        return [(name, "codes")]

    def encode(self, cells: Cells, name: str) -> Iterator[Array]:
        """Yield whole numbers from 0 to the number of levels."""
        yield self.codes(cells)

    def __str__(self) -> str:
        return f"codes 1 to {len(self.levels)}"


@dataclass(frozen=True)
class Dropped(Encoder):
    """Nothing: the column is not used, for a reason in words."""

    reason: str
    way = "dropped"

    def parts(self, name: str) -> list[tuple[str, Group]]:
        """Return no column."""
        return []

    def encode(self, cells: Cells, name: str) -> Iterator[Array]:
        """Yield nothing."""
        yield from ()

    def __str__(self) -> str:
        return f"dropped: {self.reason}"


_AND_INDICATOR = ", and whether it is missing"


def _indicator(wanted: bool, name: str) -> list[tuple[str, Group]]:
    """Return the column that says what is missing, if it is wanted."""
    return [(f"{name} is missing", "plain")] if wanted else []


def _signs(claims: Array) -> Array:
    """Return +1 where true, -1 where false."""
    return np.where(claims, np.float32(1), np.float32(-1))


ENCODERS: dict[str, type[Encoder]] = {
    encoder.way: encoder for encoder in (Number, Date, Present, TwoLevels, OneHot, Codes, Dropped)
}
"""All ways of encoding, by what they are called in a file."""
