"""JSON from a stranger: nothing twice, nothing endless, nothing infinite."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import Any, NoReturn

import numpy as np

from glassnet.errors import HeaderError, NonFiniteError

DEEPEST = 16
"""Lists and objects within each other; a record needs 9."""

MOST_VALUES = 2**21
"""Values, lists and objects in all; a record of a million levels has half of them.

An empty list takes 64 bytes, so two million take some 150 MB.
"""

LONGEST_NUMBER = 400
"""Characters of a number; of 1.8e308 written out 309. Python reads ints of n digits in n² steps."""

_TEXT = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)


def read_json(
    data: bytes, what: str, *, offset: int | None = None, most_values: int = MOST_VALUES
) -> Any:
    """Return what JSON says.

    Parameters
    ----------
    data : bytes
        ASCII or UTF-8.
    what : str
        What it is, for messages.
    offset : int, optional
        Where in the file it begins.
    most_values : int, default=2**21
        Values, lists and objects in all.

    Raises
    ------
    HeaderError
        If it is no JSON, a name stands twice in an object, or it is too deep.
    NonFiniteError
        If a number is NaN, infinite, or beyond float64.
    """
    _check_depth(data, what, offset, most_values)
    try:
        return json.loads(
            data.decode(),
            object_pairs_hook=_no_name_twice,
            parse_constant=_not_finite,
            parse_float=_finite,
            parse_int=_whole,
        )
    except UnicodeDecodeError as error:
        raise HeaderError(f"{what} is not UTF-8.", offset=_at(offset, error.start)) from None
    except json.JSONDecodeError as error:
        reason = f"{what} is no JSON: {error.msg}, character {error.pos:,}."
        raise HeaderError(reason, offset=_at(offset, error.pos)) from None
    except _Twice as error:
        reason = f"{what} has {_cut(str(error))!r} twice in one object."
        raise HeaderError(reason, offset=offset) from None
    except _NotFinite as error:
        reason = f"{what} has the number {_cut(str(error))}; expected finite numbers only."
        raise NonFiniteError(reason, offset=offset) from None


class _Twice(Exception):  # noqa: N818 - never leaves this file
    """A name that stands twice."""


class _NotFinite(Exception):  # noqa: N818 - never leaves this file
    """A number that is not finite."""


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; `json` would keep the last of two, another reader the first."""
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        raise _Twice(counts.most_common(1)[0][0])
    return found


def _not_finite(text: str) -> NoReturn:
    raise _NotFinite(text)


def _finite(text: str) -> float:
    if len(text) > LONGEST_NUMBER or not math.isfinite(value := float(text)):
        raise _NotFinite(text)
    return value


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise _NotFinite(text)
    return int(text)


def _check_depth(data: bytes, what: str, offset: int | None, most_values: int) -> None:
    """Raise if there are too many values, or too deep, before anything is built of them."""
    bare = np.frombuffer(_TEXT.sub(b"", data), np.uint8)
    opens, closes = np.isin(bare, list(b"[{")), np.isin(bare, list(b"]}"))
    n_values = int(np.count_nonzero(opens) + np.count_nonzero(bare == ord(",")))
    if n_values > most_values:
        reason = f"{what} has {n_values:,} values; expected at most {most_values:,}."
        raise HeaderError(reason, offset=offset)
    depth = (opens.astype(np.int32) - closes).cumsum(dtype=np.int32)
    if depth.size and depth.max() > DEEPEST:
        reason = f"{what} is {depth.max():,} lists and objects deep; expected {DEEPEST} at most."
        raise HeaderError(reason, offset=offset)


def _at(offset: int | None, position: int) -> int | None:
    return None if offset is None else offset + position


def _cut(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:17]}..."
