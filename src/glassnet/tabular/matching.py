"""Finding columns: those of a later table, and those that a user names as categorical."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np

from glassnet.errors import DataError, DataWarning, ParameterError, ShapeError
from glassnet.tabular.frames import Frame, array_name


def find_columns(
    names: Sequence[str], is_used: Sequence[bool], has_names: bool, frame: Frame
) -> list[int]:
    """Return where in ``frame`` each of the learned columns stands.

    By name if both sides have names, else by position. A column that is not used need
    not be there; its place is -1 then.

    Raises
    ------
    DataError
        If a column is missing; the message names it and the nearest names.
    ShapeError
        If columns are matched by position, and their number differs.
    """
    if not has_names or frame.names is None:
        if frame.n_columns != len(names):
            raise ShapeError(
                f"X has {frame.n_columns} columns; expected {len(names)}, as it had when the "
                "table was learned. They are matched by position, because "
                f"{'X has' if has_names else 'it had'} no column names."
            )
        return list(range(len(names)))
    place = {name: i for i, name in enumerate(frame.names)}
    pairs = zip(names, is_used, strict=True)
    lost = [name for name, used in pairs if used and name not in place]
    if lost:
        raise DataError(
            f"X lacks {_count(lost)} that the table was learned with: "
            f"{'; '.join(_nearest(name, frame.names) for name in lost)}. "
            "Add or rename; a column that is not known can be filled with None.",
            column=lost[0],
        )
    known = set(names)
    extra = [name for name in frame.names if name not in known]
    if extra:
        warnings.warn(
            f"X has {_count(extra)} that the table was not learned with; ignored: {listed(extra)}.",
            DataWarning,
            stacklevel=3,
        )
    return [place.get(name, -1) for name in names]


def named_columns(categorical_features: Any, frame: Frame) -> list[bool] | None:
    """Return for each column whether the user names it as categorical; None is "from_dtype".

    Raises
    ------
    ParameterError
        If it is neither of "from_dtype", None, names, positions or a mask, or they do not fit.
    """
    names = frame.names or tuple(map(array_name, range(frame.n_columns)))
    if isinstance(categorical_features, str):
        if categorical_features == "from_dtype":
            return None
        raise ParameterError(
            f"categorical_features is {categorical_features!r}; expected 'from_dtype', None or a "
            f"list. A single column is [{categorical_features!r}]."
        )
    wanted = [] if categorical_features is None else list(categorical_features)
    if wanted and all(isinstance(item, bool | np.bool_) for item in wanted):
        if len(wanted) != len(names):
            raise ParameterError(
                f"categorical_features is a mask of {len(wanted)} truth values; expected "
                f"{len(names)}, one for each column."
            )
        return [bool(item) for item in wanted]
    chosen = {_position(item, names) for item in wanted}
    return [position in chosen for position in range(len(names))]


def listed(names: Sequence[str], most: int = 10) -> str:
    """Return names for a message, not more than ``most``."""
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(repr, names[:most])) + rest


def _position(item: Any, names: Sequence[str]) -> int:
    """Return which column an item of ``categorical_features`` means."""
    if isinstance(item, str):
        if item in names:
            return names.index(item)
        raise ParameterError(
            f"categorical_features names {_nearest(item, names)}; expected columns of X."
        )
    if isinstance(item, int | np.integer) and not isinstance(item, bool):
        if 0 <= item < len(names):
            return int(item)
        raise ParameterError(
            f"categorical_features holds {item}; expected positions from 0 to {len(names) - 1}."
        )
    raise ParameterError(
        f"categorical_features holds {item!r}; expected names, positions, or one truth value for "
        "each column."
    )


def _nearest(name: str, names: Sequence[str]) -> str:
    """Return a name, and the names that look like it."""
    near = get_close_matches(name, names, n=3)
    return f"{name!r} (nearest: {', '.join(map(repr, near))})" if near else repr(name)


def _count(names: Sequence[str]) -> str:
    """Return "1 column" or "3 columns"."""
    return f"{len(names)} column{'s' * (len(names) > 1)}"
