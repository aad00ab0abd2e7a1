"""The rows of a request as what a model takes: every cell is a cell, every column has its place."""

from __future__ import annotations

import reprlib
from difflib import get_close_matches
from itertools import islice
from operator import itemgetter
from typing import Any

import numpy as np

from glassnet.core.arrays import Array
from glassnet.errors import DataError, ModelFileError
from glassnet.files.strict import read_json
from glassnet.record import Description, Model
from glassnet.serve.problems import Problem
from glassnet.tabular.frames import array_name

MOST_NAMED = 100
"""Names of a stranger's that are looked at closely or told, and letters of each."""

_CELLS = {str, int, float, bool, type(None)}
_SHAPE = 'expected {"rows": [...]}, each row an object such as {"age": 3} or a list of cells'


def rows_of_json(
    body: bytes | bytearray, about: Description, most: int
) -> tuple[list[list[Any]], list[str]]:
    """Return the rows of a body of JSON, and the names in the first that the model does not know.

    Each row has all cells, in the order of the model's columns.

    Raises
    ------
    Problem
        400 if it is no strict JSON of that shape, 413 if there are too many rows.
    DataError
        If a row lacks a column, or a cell is no cell.
    """
    try:
        content = read_json(bytes(body), "the body", most_values=len(body))  # that is limited
    except ModelFileError as error:
        raise Problem(400, error.reason) from None
    if not isinstance(content, dict) or set(content) != {"rows"}:
        raise Problem(400, f"the body holds {_said(content)}; {_SHAPE}.")
    rows = content["rows"]
    if not isinstance(rows, list):
        raise Problem(400, f"rows is {_said(rows)}; {_SHAPE}.")
    check_count(len(rows), most)
    names, ignored = names_of(about), []
    if isinstance(rows[0], dict):
        known = frozenset(names)
        ignored = [name for name in rows[0] if name not in known][:MOST_NAMED]
        rows = _by_name(rows, names, _unused(about))
    else:
        _check_lists(rows, len(names))
    _check_cells(rows, names)
    return rows, ignored


def check_count(n_rows: int, most: int) -> None:
    """Raise unless there are rows, and not too many."""
    if n_rows == 0:
        raise DataError("there are no rows; expected at least one.")
    if n_rows > most:
        raise Problem(
            413,
            f"there are {n_rows:,} rows; expected at most {most:,}. Send them in parts, or start "
            "the server with a larger --max-rows.",
        )


def names_of(about: Description) -> tuple[str, ...]:
    """Return what the columns are called in a request: x0, x1, ... where they have no names."""
    return about.column_names or tuple(map(array_name, range(about.n_columns)))


def quiet() -> np.errstate:
    """Return what silences overflows: they are found in the result, row by row."""
    return np.errstate(over="ignore", invalid="ignore")


def matrix_of(X: Any, model: Model) -> Array:
    """Return what the networks take.

    Raises
    ------
    DataError
        If a cell cannot be used; without a table that is so for a missing one, too.
    """
    with quiet():
        rows = model.rows(X)
    if model.table is None:
        finite = np.isfinite(rows)
        if not finite.all():
            row, column = np.unravel_index(int(np.argmin(finite)), rows.shape)
            names = model.feature_names or tuple(map(array_name, range(rows.shape[1])))
            raise DataError(
                f"column {names[column]!r}, row {row}: the cell is missing, or beyond "
                f"{rows.dtype}; expected a finite number. This model knows no missing cells.",
                row=int(row),
                column=names[column],
            )
    return rows


def _unused(about: Description) -> frozenset[str]:
    """Return the columns that the model does not look at: a row need not have them."""
    columns = () if about.table is None else about.table.columns
    return frozenset(
        name for name, one in zip(names_of(about), columns, strict=False) if not one.features
    )


def _by_name(rows: list[Any], names: tuple[str, ...], unused: frozenset[str]) -> list[list[Any]]:
    """Return the cells of objects; names that the model does not know are passed over."""
    needed = [name for name in names if name not in unused]
    all_of = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
    found = []
    for i, row in enumerate(rows):
        if type(row) is not dict:
            raise DataError(
                f"row {i} is {_said(row)}; row 0 is an object: expected one, too.", row=i
            )
        try:
            found.append(list(all_of(row)))
        except KeyError:
            lost = next((name for name in needed if name not in row), None)
            if lost is not None:
                raise _lost(lost, row, i) from None
            found.append([row.get(name) for name in names])
    return found


def _lost(name: str, row: dict[str, Any], i: int) -> DataError:
    """Return the error of a row that lacks a column."""
    some = [one for one in islice(row, MOST_NAMED) if len(one) <= MOST_NAMED]
    near = get_close_matches(name[:MOST_NAMED], some, n=1)  # whose time is that of all letters
    hint = f" (nearest: {_said(near[0])})" if near else ""
    return DataError(
        f"row {i} lacks the column {name!r}{hint}; a missing cell is null.", row=i, column=name
    )


def _check_lists(rows: list[Any], n_columns: int) -> None:
    """Raise unless each row is a list of as many cells as there are columns."""
    for i, row in enumerate(rows):
        if type(row) is not list:
            raise DataError(f"row {i} is {_said(row)}; expected a list of cells.", row=i)
        if len(row) != n_columns:
            raise DataError(
                f"row {i} has {len(row):,} cells; the model has {n_columns:,} columns. Send a cell "
                "for each, null where it is missing, or objects by name.",
                row=i,
            )


def _check_cells(rows: list[list[Any]], names: tuple[str, ...]) -> None:
    """Raise unless each cell is a number, a text, a truth value or null."""
    for i, row in enumerate(rows):
        if not _CELLS.issuperset(map(type, row)):
            column = next(k for k, cell in enumerate(row) if type(cell) not in _CELLS)
            raise DataError(
                f"column {names[column]!r}, row {i}: {_said(row[column])}; expected a number, a "
                "text, true, false or null.",
                row=i,
                column=names[column],
            )


def _said(value: Any) -> str:
    """Return a value of JSON for a message, cut short."""
    if isinstance(value, dict):
        return "an object" + (f" of {', '.join(map(reprlib.repr, list(value)[:4]))}" * bool(value))
    if isinstance(value, list):
        return "a list"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return reprlib.repr(value)
