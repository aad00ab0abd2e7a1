"""Reading a table: pandas, polars and Arrow through narwhals, NumPy arrays, lists of rows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import DataError, ShapeError
from glassnet.tabular.cells import Array, Cells
from glassnet.tabular.objects import canonical, classes, days, hours, is_missing, number, wall_clock

_EXPECTED = "expected a pandas, polars or Arrow table, a NumPy array with 2 axes, or a list of rows"


@dataclass(frozen=True)
class Frame:
    """A table that is read column by column, so that at most one is converted at a time.

    Attributes
    ----------
    names : tuple of str, or None
        The columns' names, all different; an array has none.
    n_rows, n_columns : int
        Its size, at least 1 by 1.
    read : callable
        ``read(position)`` gives the cells of a column.
    """

    names: tuple[str, ...] | None
    n_rows: int
    n_columns: int
    read: Callable[[int], Cells]

    def __post_init__(self) -> None:
        if self.n_rows == 0 or self.n_columns == 0:
            raise DataError(
                f"X has {self.n_rows} rows and {self.n_columns} columns: it is empty; expected "
                "at least one of each."
            )


def read_frame(X: Any) -> Frame:
    """Return any table as a `Frame`.

    Raises
    ------
    DataError
        If ``X`` is no table, or empty; a column that cannot be used is an error once it is read.
    ShapeError
        If an array has not two axes, or rows differ in length.
    """
    if isinstance(X, np.ndarray):
        return _from_array(X)
    if isinstance(X, list | tuple):
        return _from_rows(X)
    if hasattr(type(X), "columns"):  # not X itself: polars' LazyFrame warns when it is asked
        return _from_dataframe(X)
    if hasattr(X, "toarray"):
        raise DataError(f"X is a sparse {type(X).__name__}; {_EXPECTED}. Use X.toarray().")
    if hasattr(X, "to_frame"):
        raise ShapeError(f"X is a single column, a {type(X).__name__}; {_EXPECTED}: X.to_frame().")
    raise DataError(f"X is a {type(X).__name__}; {_EXPECTED}.")


def array_name(position: int) -> str:
    """Return what a column without a name is called."""
    return f"x{position}"


def _from_array(X: Array) -> Frame:
    """Read a NumPy array with two axes; its columns are views."""
    if X.ndim != 2 or X.dtype.kind == "V":
        what = "is a structured array" if X.dtype.kind == "V" else f"has shape {X.shape}"
        raise ShapeError(
            f"X {what}; expected 2 axes, rows and columns. "
            "A single row is X[np.newaxis, :], a single column X[:, np.newaxis]."
        )

    def read(position: int) -> Cells:
        column = X[:, position]
        gaps = np.ma.getmaskarray(column) if isinstance(X, np.ma.MaskedArray) else None
        if gaps is not None:
            column = np.array(column, object)  # a copy: the caller's cells stay as they are
            column[gaps] = None
        return cells_of(column, array_name(position))

    return Frame(None, X.shape[0], X.shape[1], read)


def _from_rows(rows: Sequence[Any]) -> Frame:
    """Read a list of rows, each a list of cells."""
    for i, row in enumerate(rows):
        if not isinstance(row, list | tuple | np.ndarray):
            raise ShapeError(
                f"X is a list whose row {i} is a {type(row).__name__}; expected a list of rows, "
                "each a list of cells. A single row is [X]."
            )
        if len(row) != len(rows[0]):
            raise ShapeError(
                f"X is a list of rows of different lengths: row 0 has {len(rows[0])} cells, "
                f"row {i} has {len(row)}; expected as many in each."
            )

    def read(position: int) -> Cells:
        column = np.fromiter((row[position] for row in rows), object, len(rows))
        return cells_of(column, array_name(position))

    return Frame(None, len(rows), len(rows[0]) if rows else 0, read)


def _from_dataframe(X: Any) -> Frame:
    """Read pandas, polars or Arrow through narwhals, which is imported here."""
    nw = _narwhals()
    titles = None
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(X, pandas.DataFrame):
        titles = list(X.columns)
        X = X.copy(deep=False)  # the same memory under names that are text and all different
        X.columns = [str(i) for i in range(len(titles))]
    try:
        frame = nw.from_native(X)
    except Exception as error:
        raise DataError(f"X is a {type(X).__name__}; {_EXPECTED}: {error}") from error
    if isinstance(frame, nw.LazyFrame):
        raise DataError(
            f"X is lazy, a {type(X).__module__}.{type(X).__name__}: it has no rows yet; "
            f"{_EXPECTED}. Use X.collect()."
        )
    columns = frame.columns
    names = _different([str(title) for title in (columns if titles is None else titles)])

    def read(position: int) -> Cells:
        name = names[position]
        try:
            return _from_series(nw, frame[columns[position]], name)
        except DataError:
            raise
        except Exception as error:  # of whatever library's frame it is
            raise DataError(
                f"column {name!r} cannot be read: {error}. Convert it, or drop it.", column=name
            ) from error

    return Frame(names, len(frame), len(columns), read)


def _narwhals() -> Any:
    """Return narwhals' stable interface: it is imported for a DataFrame only."""
    return import_module("narwhals.stable.v2")


def _different(names: list[str]) -> tuple[str, ...]:
    """Return the names, all different: a second "a" is "a_2", or the next number that is free."""
    taken = set(names)
    seen: set[str] = set()
    result = []
    for name in names:
        new, k = name, 1
        while new in seen or (k > 1 and new in taken):
            k += 1
            new = f"{name}_{k}"
        seen.add(new)
        result.append(new)
    return tuple(result)


def _from_series(nw: Any, series: Any, name: str) -> Cells:
    """Return the cells of one column of a DataFrame."""
    kind = series.dtype
    if isinstance(kind, nw.List | nw.Array | nw.Struct):
        raise _unusable(name, f"{kind}")
    categorical = isinstance(kind, nw.Categorical | nw.Enum)
    native = series.to_native()
    if categorical and hasattr(native, "combine_chunks"):  # narwhals reads an Arrow null as a level
        series = nw.from_native(native.cast(native.type.value_type), series_only=True)
    if isinstance(kind, nw.Datetime) and kind.time_zone is not None:
        series = series.dt.replace_time_zone(None)  # the wall clock: an hour is the hour there
    if isinstance(kind, nw.Decimal | nw.Int128 | nw.UInt128):
        series = series.cast(nw.Float64)
    return cells_of(series.to_numpy(), name, categorical)


def cells_of(values: Array, name: str, categorical: bool = False) -> Cells:
    """Return an array of any dtype as cells; numbers and text without None stay where they are."""
    kind = values.dtype.kind
    if values.ndim != 1 or kind in "cV":
        raise _unusable(name, f"{values.dtype} of shape {values.shape}")
    if kind == "b":
        return Cells(values, "boolean", categorical)
    if kind in "iuf":
        small = values.dtype in (np.dtype(np.float32), np.dtype(np.float64)) or kind != "f"
        return Cells(values if small else values.astype(np.float64), "number", categorical)
    if kind == "m":
        return Cells(values / np.timedelta64(1, "D"), "number", categorical)
    if kind == "M":
        return Cells(values.astype("datetime64[us]", copy=False), "date", categorical)
    return _from_objects(values.astype(object, copy=False), name, categorical)


def _from_objects(values: Array, name: str, categorical: bool) -> Cells:
    """Return Python objects as cells: of one kind if they are, else as text."""
    if set(map(type, values)) <= {str, type(None)}:
        return Cells(values, "text", categorical)
    missing = np.fromiter(map(is_missing, values), bool, len(values))
    known = values[~missing]
    found = classes(known)
    if found & {"nested", "complex"}:
        row = next(i for i, value in enumerate(values) if classes([value]) & {"nested", "complex"})
        raise _unusable(name, f"a {type(values[row]).__name__} in row {row}", row)
    if found in ({"number"}, set()):
        return Cells(_numbers(known, missing), "number", categorical)
    if found == {"boolean"}:
        whole = not missing.any()
        flags = known.astype(bool) if whole else _spread(known.astype(np.float32), missing)
        return Cells(flags, "boolean", categorical)
    if found in ({"duration"}, {"time"}):
        measure: Any = days if found == {"duration"} else hours
        return Cells(_spread([measure(value) for value in known], missing), "number", categorical)
    if found == {"date"}:
        dates = np.full(len(values), "NaT", "datetime64[us]")
        dates[~missing] = [wall_clock(value) for value in known]
        return Cells(dates, "date", categorical)
    texts = np.full(len(values), None, object)
    texts[~missing] = [canonical(value) for value in known]
    return Cells(texts, "text", categorical)


def _numbers(known: Array, missing: NDArray[np.bool_]) -> Array:
    """Return numbers as floats; whole ones without a gap as int64, which is exact."""
    if not missing.any() and all(isinstance(value, int | np.integer) for value in known):
        try:
            return known.astype(np.int64)
        except OverflowError:
            pass
    return _spread([number(value) for value in known], missing)


def _spread(known: Any, missing: NDArray[np.bool_]) -> Array:
    """Return an array with the known numbers in their places and NaN between them."""
    values = np.full(len(missing), np.nan, getattr(known, "dtype", np.float64))
    values[~missing] = known
    return values


def _unusable(name: str, what: str, row: int | None = None) -> DataError:
    """Say that a column is neither numbers nor truth values, text or dates."""
    return DataError(
        f"column {name!r} holds {what}; expected numbers, truth values, text or dates. "
        "Drop the column, or make one column of each of its parts.",
        row=row,
        column=name,
    )
