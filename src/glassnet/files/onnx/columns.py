"""A table's encoding as ONNX operators: what `Table.encode` does, in float64.

What depends on a level, a month or a missing cell alone is computed here, by `Table`'s own code,
and looked up in the graph: it is equal to the bit. Numbers, years and hours are scaled there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from glassnet.core.arrays import Array
from glassnet.errors import ParameterError
from glassnet.files.onnx.dates import DAY, day_of_month, days_and_rest, month, weekday, year
from glassnet.files.onnx.graph import ML, Graph, utf8
from glassnet.tabular.cells import Cells
from glassnet.tabular.columns import Column
from glassnet.tabular.encoders import Date, Levels, Number, Present
from glassnet.tabular.frames import array_name
from glassnet.tabular.scaling import FAR, LIMIT, Scaling
from glassnet.tabular.table import Table

NO_DATE = np.iinfo(np.int64).min
"""What stands for a missing date, as in NumPy."""

TYPES: dict[str, Any] = {"number": np.float64, "date": np.int64, "text": object}
"""Of the inputs, by what the cells are."""

ABOUT = {
    "number": "numbers; NaN is missing",
    "date": "microseconds since 1970-01-01T00:00:00; -9223372036854775808 is missing",
    "text": "text; the empty one is missing",
}
"""What the file says of the cells of an input."""


def cells_kind(column: Column) -> str:
    """Return what the cells of a column's input are: "number", "date" or "text"."""
    if isinstance(column.encoder, Levels):
        return "text"
    return column.kind if column.kind in TYPES else "text"


def input_names(table: Table) -> dict[int, str]:
    """Return the name of the input of each column that is used, by the column's position.

    It is the column's own; one that is empty, which ONNX does not allow, is "x" and its position.
    """
    names: dict[int, str] = {}
    taken = {column.name for column in table.columns}
    for i, column in enumerate(table.columns):
        if column.features:
            name = column.name or array_name(i)
            while not column.name and name in taken:
                name += "_"
            names[i] = name
    return names


def write_table(g: Graph, table: Table) -> str:
    """Declare an input for each column, and return the matrix that the network takes.

    Raises
    ------
    ParameterError
        If the empty text is a level: ONNX has no other missing text.
    """
    names = input_names(table)
    kinds = {i: cells_kind(table.columns[i]) for i in names}
    inputs = {i: g.input(name, TYPES[kinds[i]], 1, ABOUT[kinds[i]]) for i, name in names.items()}
    matrix = _Matrix(g)
    for i, x in inputs.items():
        # The features of a column stand in the matrix in their own order.
        places = [place for place, source in enumerate(table.source) if source == i]
        _write_column(matrix, table.columns[i], x, places)
    return matrix.joined()


class _Matrix:
    """The columns of the matrix as they come: those to be scaled, and those that are ready."""

    def __init__(self, g: Graph) -> None:
        self.g = g
        self.raw: list[tuple[int, str, Scaling]] = []
        self.ready: list[tuple[list[int], str]] = []

    def add_raw(self, place: int, numbers: str, scaling: Scaling | None) -> None:
        """Add numbers of shape (n_rows, 1), NaN where missing."""
        assert scaling is not None
        self.raw.append((place, numbers, scaling))

    def add_looked_up(self, places: list[int], rows: Array, which: str) -> None:
        """Add the rows of an array, by their positions of shape (n_rows,)."""
        self.ready.append((places, self.g.op("Gather", rows, which)))

    def joined(self) -> str:
        """Return the matrix, its columns in their order."""
        places = [place for place, _, _ in self.raw]
        parts = [_scaled(self.g, self.raw)] if self.raw else []
        for own, block in self.ready:
            places += own
            parts.append(block)
        whole, order = self.g.joined(parts), np.argsort(places)
        if (order == np.arange(len(order))).all():
            return whole
        return self.g.op("Gather", whole, order.astype(np.int64), axis=1)


def _write_column(matrix: _Matrix, column: Column, x: str, places: list[int]) -> None:
    """Add a column's features."""
    g, encoder = matrix.g, column.encoder
    if isinstance(encoder, Levels):
        rows = _encoded(column, Cells(np.array([None, *encoder.levels], object), "text"))
        matrix.add_looked_up(places, rows, _codes(g, column, encoder, x))
        return
    known = _known(g, column, x)
    if isinstance(encoder, Number):
        matrix.add_raw(places[0], x, column.features[0].scaling)
    elif isinstance(encoder, Date):
        _write_date(matrix, column, encoder, x, places)
    if isinstance(encoder, Present) or encoder.indicator:  # type: ignore[attr-defined]
        rows = _encoded(column, _missing_and_known(column))[:, -1:]
        matrix.add_looked_up(places[-1:], rows, g.vector(g.cast(known, np.int64)))


def _encoded(column: Column, cells: Cells) -> Array:
    """Return the features of some cells, scaled, as `Table.encode` does."""
    rows = np.empty((len(cells), len(column.features)))
    raw = column.encoder.encode(cells, column.name)
    for feature, values, out in zip(column.features, raw, rows.T, strict=True):
        feature.write(values, out)
    return rows


def _missing_and_known(column: Column) -> Cells:
    """Return two cells, a missing one and another."""
    if cells_kind(column) == "number":
        return Cells(np.array([np.nan, 0.0]), "number")
    if cells_kind(column) == "date":
        return Cells(np.array(["NaT", "1970-01-01"], "datetime64[us]"), "date")
    return Cells(np.array([None, "a"], object), "text")


def _known(g: Graph, column: Column, x: str) -> str:
    """Return where a column has a value, as truth values or as 0 and 1."""
    if cells_kind(column) == "number":
        return g.op("Not", g.op("IsNaN", x))
    if cells_kind(column) == "date":
        return g.op("Not", g.op("Equal", x, np.array(NO_DATE)))
    return _mapped(g, x, {"": 0}, default=1)


def _codes(g: Graph, column: Column, encoder: Levels, x: str) -> str:
    """Return the code of each cell's level, 0 for any other text."""
    for level in encoder.levels:
        utf8(level, f"a level of the column {column.name!r}")
    if "" in encoder.levels:
        raise ParameterError(
            f"the empty text is a level of the column {column.name!r}; expected none: ONNX has no "
            "missing text, so that an empty one stands for it. Replace it, by a word or by None, "
            "and fit again."
        )
    return g.vector(_mapped(g, x, encoder.code_of, default=0))


def _mapped(g: Graph, x: str, codes: dict[str, int], default: int) -> str:
    """Return a whole number for each text."""
    return g.op(
        "LabelEncoder", x, domain=ML, keys_strings=list(codes),
        values_int64s=list(codes.values()), default_int64=default,
    )  # fmt: skip


_LOOKED_UP: dict[str, tuple[Callable[[Graph, str], str], Array]] = {
    "month": (month, np.arange("1970-01", "1971-01", dtype="datetime64[M]")),
    "day": (day_of_month, np.arange("1970-01-01", "1970-02-01", dtype="datetime64[D]")),
    "weekday": (weekday, np.arange("1970-01-05", "1970-01-12", dtype="datetime64[D]")),
}
"""Of the cycles with few points: their number from the day, and a date for each."""


def _write_date(matrix: _Matrix, column: Column, encoder: Date, x: str, places: list[int]) -> None:
    """Add the parts of a date."""
    g = matrix.g
    missing = g.op("Equal", x, np.array(NO_DATE))
    days, rest = days_and_rest(g, g.op("Where", missing, np.array(0), x))
    cycles = [part.partition(".")[0] for part in encoder.kept]
    for place, feature, part, cycle in zip(
        places, column.features, encoder.kept, cycles, strict=False
    ):
        if cycle == "year":
            raw = g.cast(year(g, days), np.float64)
        elif cycle == "hour":
            raw = _wave(g, rest, 0 if part.endswith("sin") else np.pi / 2)
        else:
            continue
        matrix.add_raw(place, g.op("Where", missing, np.array(np.nan), raw), feature.scaling)
    for cycle, (number, dates) in _LOOKED_UP.items():
        own = [k for k, one in enumerate(cycles) if one == cycle]
        if own:
            with_none = np.append(dates.astype("datetime64[us]"), np.datetime64("NaT", "us"))
            rows = _encoded(column, Cells(with_none, "date"))[:, own]
            which = g.op("Where", missing, np.array(len(dates)), number(g, days))
            matrix.add_looked_up([places[k] for k in own], rows, g.vector(which))


def _wave(g: Graph, rest: str, phase: float) -> str:
    """Return the sine of the time of day, or cosine, rounded to 12 digits as `Date` does."""
    turns = g.op("Div", g.cast(rest, np.float64), np.array(float(DAY)))
    angle = g.op("Add", g.op("Mul", turns, np.array(2 * np.pi)), np.array(phase, np.float64))
    value = g.op("Sin", angle)
    return g.op("Div", g.op("Round", g.op("Mul", value, np.array(1e12))), np.array(1e12))


def _scaled(g: Graph, columns: list[tuple[int, str, Scaling]]) -> str:
    """Return numbers beside each other, scaled as `Scaling.apply` does."""
    scalings = [scaling for _, _, scaling in columns]
    center, spread, fill, unit = (
        np.array([[getattr(one, name) for one in scalings]])
        for name in ("center", "spread", "fill", "unit")
    )
    x = g.joined([numbers for _, numbers, _ in columns])
    x = g.op("Where", g.op("IsNaN", x), fill, g.op("Div", x, unit))
    flat = spread == 0
    if flat.any():  # only an infinity is not in the middle
        in_the_middle = g.op("And", flat, g.op("Not", g.op("IsInf", x)))
        x = g.op("Where", in_the_middle, np.zeros((1, 1)), x)
        center, spread = np.where(flat, 0, center), np.where(flat, 1, spread)
    z = g.op("Clip", g.op("Div", g.op("Sub", x, center), spread), -FAR, FAR)
    part = g.op("Div", z, LIMIT)
    return g.op("Div", z, g.op("Sqrt", g.op("Add", g.op("Mul", part, part), 1)))
