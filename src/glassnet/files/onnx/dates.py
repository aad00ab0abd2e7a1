"""The calendar in whole numbers, as ONNX operators: microseconds since 1970 to the parts of a date.

The proleptic Gregorian calendar, as NumPy has it. Years are counted from March on, so that the day
which comes and goes, 29 February, is the last of its year; after H. Hinnant, 2014,
"chrono-Compatible Low-Level Date Algorithms". An era is 400 years, 146,097 days.
"""

from __future__ import annotations

import numpy as np

from glassnet.files.onnx.graph import Graph

DAY = 24 * 60 * 60 * 10**6
"""Microseconds."""

_ERA = 146_097
_SHIFT = 719_468
"""Days from 1 March of the year 0 to 1 January 1970."""


def days_and_rest(g: Graph, moments: str) -> tuple[str, str]:
    """Return the days since 1970, rounded down, and the microseconds since midnight."""
    return _divided(g, moments, DAY)


def weekday(g: Graph, days: str) -> str:
    """Return the weekdays, Monday is 0; 1970 began on a Thursday."""
    return _op(g, "Mod", _op(g, "Add", days, 3), 7)


def year(g: Graph, days: str) -> str:
    """Return the years."""
    era, _, year_of_era, _, turned = _from_march(g, days)
    years = _op(g, "Add", _op(g, "Mul", era, 400), year_of_era)
    begun = g.cast(_op(g, "GreaterOrEqual", turned, 10), np.int64)
    return _op(g, "Add", years, begun)


def month(g: Graph, days: str) -> str:
    """Return the months, January is 0."""
    *_, turned = _from_march(g, days)
    return _op(g, "Mod", _op(g, "Add", turned, 2), 12)


def day_of_month(g: Graph, days: str) -> str:
    """Return the days of the month, the first is 0."""
    *_, day_of_year, turned = _from_march(g, days)
    return _op(g, "Sub", day_of_year, _first_day(g, turned))


def _from_march(g: Graph, days: str) -> tuple[str, str, str, str, str]:
    """Return era, day of the era, year of the era, day of the year and month, March is 0."""
    era, day = _divided(g, _op(g, "Add", days, _SHIFT), _ERA)
    # The leap days before it, taken off: each 4 years one, each 100 none, at the era's end one.
    regular = day
    for sign, length in (("Sub", 1460), ("Add", 36_524), ("Sub", _ERA - 1)):
        regular = _op(g, sign, regular, _op(g, "Div", day, length))
    year_of_era = _op(g, "Div", regular, 365)
    before = _op(g, "Mul", year_of_era, 365)
    for sign, length in (("Add", 4), ("Sub", 100)):
        before = _op(g, sign, before, _op(g, "Div", year_of_era, length))
    day_of_year = _op(g, "Sub", day, before)
    turned = _op(g, "Div", _op(g, "Add", _op(g, "Mul", day_of_year, 5), 2), 153)
    return era, day, year_of_era, day_of_year, turned


def _first_day(g: Graph, turned: str) -> str:
    """Return the day of the year on which a month begins: five months from March on have 153."""
    return _op(g, "Div", _op(g, "Add", _op(g, "Mul", turned, 153), 2), 5)


def _divided(g: Graph, x: str, by: int) -> tuple[str, str]:
    """Return quotient, rounded down, and rest; ONNX rounds to 0."""
    quotient = _op(g, "Div", x, by)
    rest = g.op("Sub", x, _op(g, "Mul", quotient, by))
    below = g.cast(_op(g, "Less", rest, 0), np.int64)
    return g.op("Sub", quotient, below), g.op("Add", rest, _op(g, "Mul", below, by))


def _op(g: Graph, kind: str, x: str, y: str | int) -> str:
    """Add an operator on whole numbers."""
    return g.op(kind, x, np.array(y, np.int64) if isinstance(y, int) else y)
