"""Python objects as found in the cells of a table: which are missing, and what the others are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np

_CLASSES: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("text", (str,)),
    ("boolean", (bool, np.bool_)),  # before numbers: True is an int
    ("duration", (dt.timedelta, np.timedelta64)),  # the second is a NumPy integer, too
    ("date", (dt.date, np.datetime64)),  # datetime and pandas' Timestamp are dates
    ("time", (dt.time,)),
    ("number", (Real, Decimal)),
    ("complex", (complex, np.complexfloating)),
    ("other", (bytes,)),
)


def is_missing(value: object) -> bool:
    """Return whether a cell is None, NaN, NaT or pandas' NA. The text "nan" is a text."""
    if value is None:
        return True
    if isinstance(value, float | np.floating | np.datetime64 | np.timedelta64):
        return bool(value != value)  # noqa: PLR0124 - only NaN and NaT differ from themselves
    if isinstance(value, Decimal):
        return value.is_nan()
    return type(value).__name__ in ("NAType", "NaTType")


def classes(values: Iterable[object]) -> set[str]:
    """Return which classes of objects there are: "text", "number", ..., "nested" or "other"."""
    return {_class_of(kind) for kind in set(map(type, values))}


def _class_of(kind: type) -> str:
    """Return the class of a type; what has a length, and is no text, is nested."""
    for name, kinds in _CLASSES:
        if issubclass(kind, kinds):
            return name
    return "nested" if hasattr(kind, "__len__") else "other"


def canonical(value: Any) -> str:
    """Return a cell as the text by which levels are compared: 1, 1.0 and "1" are all "1".

    Examples
    --------
    >>> import numpy as np
    >>> [canonical(value) for value in (1, 1.0, np.int64(1), "1", True, 0.1, np.float32(0.1))]
    ['1', '1', '1', '1', 'True', '0.1', '0.1']
    """
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, dt.datetime | np.datetime64):
        return str(wall_clock(value)).removesuffix("T00:00:00.000000").removesuffix(".000000")
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float | np.floating) and -(2**63) < value < 2**63 and value % 1 == 0:
        value = int(value)
    return str(value)  # of a float the shortest text that reads as it, in its own width


def wall_clock(value: Any) -> np.datetime64:
    """Return a date or a time in microseconds, as the clock on its own wall shows it."""
    if isinstance(value, dt.datetime):
        value = dt.datetime(*value.timetuple()[:6], value.microsecond)  # no time zone
    return np.datetime64(value, "us")


def days(value: Any) -> float:
    """Return a duration as a number of days."""
    return float(np.timedelta64(value) / np.timedelta64(1, "D"))


def hours(value: dt.time) -> float:
    """Return the time of day as hours after midnight."""
    return value.hour + value.minute / 60 + (value.second + value.microsecond / 1e6) / 3600


def number(value: Any) -> float:
    """Return any real number as a float; a whole number beyond 1e308 is infinite."""
    try:
        return float(value)
    except OverflowError:
        return np.inf if value > 0 else -np.inf
