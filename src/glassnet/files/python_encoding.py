"""What a Python export says of columns: how cells become the numbers that the network takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from glassnet.files.source_steps import also_written, filled
from glassnet.record import Description
from glassnet.tabular.columns import Column, Feature
from glassnet.tabular.encoders import Codes, Date, Levels, Number, OneHot, Present, TwoLevels
from glassnet.tabular.frames import array_name
from glassnet.tabular.table import Table

_PLACES = {"numbers": "numbers", "plain": "others", "codes": "codes"}
"""The list that a group of features is appended to."""

_WIDTH = 96
"""Characters of a line, without the indentation of a function."""

_MOST = 60
"""Characters of a name in a comment; a longer one is cut."""


def shown(text: str) -> str:
    """Return a text for a comment: on one line, and cut to a length."""
    return repr(text if len(text) <= _MOST else f"{text[: _MOST - 3]}...")


def column_lines(about: Description) -> Iterator[str]:
    """Yield the names of the columns, and of those that do not matter."""
    table = about.table
    names = about.feature_names if table is None else [one.name for one in table.columns]
    numbered = [array_name(i) for i in range(about.n_columns)]
    if names is None or list(names) == numbered:
        yield f'COLUMNS = tuple(f"x{{i}}" for i in range({about.n_columns}))'
    else:
        yield from listed("COLUMNS = (", names, ")")
    unused = [] if table is None else [one.name for one in table.columns if not one.features]
    yield from listed("UNUSED = [", unused, "]  # need not be there")


def listed(opening: str, texts: Iterable[str], closing: str, indent: int = 0) -> list[str]:
    """Return a list or tuple of texts in as few lines as there is room for."""
    items = [*map(repr, texts)]
    comma = "," * (opening.endswith("(") and len(items) == 1)
    whole = f"{' ' * indent}{opening}{', '.join(items)}{comma}{closing}"
    if len(whole) < 100:
        return [whole]
    return [f"{' ' * indent}{opening}", *filled(items, indent + 4), f"{' ' * indent}{closing}"]


def encoding_lines(table: Table | None) -> Iterator[str]:
    """Yield the function that makes the network's rows."""
    yield "def encode(rows):"
    if table is None:
        yield '    """Return what the network takes: the numbers as they are."""'
        yield "    return matrix_of(rows)"
        return
    yield f'    """Return what the network takes: {table.n_columns} numbers for each row."""'
    yield "    cells = cells_of(rows)"
    yield "    numbers, others, codes = [], [], []"
    for i, column in enumerate(table.columns):
        yield ""
        yield f"    # {shown(column.name)}: {_words(column)}"
        yield from (f"    {line}" for line in _column(column, i))
    yield ""
    yield "    return np.stack(numbers + others + codes, axis=1)"


def _words(column: Column) -> str:
    """Return what a column is and what becomes of it, for a comment."""
    encoder = column.encoder
    if column.reason is not None:
        return f"not used: {column.reason!r}"
    if isinstance(encoder, Number):
        span = "" if column.low is None else f", {column.low!r} to {column.high!r} in training"
        return f"a number{span}{', and whether it is missing' * encoder.indicator}"
    if isinstance(encoder, Date):
        return f"a date, {column.low!r} to {column.high!r} in training"
    if isinstance(encoder, Present):
        return "+1 if there is anything, -1 if it is missing"
    if isinstance(encoder, TwoLevels):
        return "one of two levels, -1 or +1; 0 if it is another, or missing"
    many = "a vector for each in network" if isinstance(encoder, Codes) else "a 0 or 1 for each"
    return f"one of {len(column.levels)} levels, {many}"


def _column(column: Column, i: int) -> Iterator[str]:
    """Yield the lines of one column."""
    encoder = column.encoder
    cells = f"cells[{i}]"
    values: list[str] = []
    if isinstance(encoder, Number):
        yield f"x = numbers_of({cells}, COLUMNS[{i}])"
        values = ["x", "signs(np.isnan(x))"]
    elif isinstance(encoder, Date):
        yield f"dates = dates_of({cells}, COLUMNS[{i}])"
        values = [f'date_part(dates, "{part}")' for part in encoder.kept]
        values.append("signs(np.isnat(dates))")
    elif isinstance(encoder, Present):
        values = [f"signs(~missing({cells}))"]
    elif isinstance(encoder, Levels):
        yield from _levels(encoder, cells)
        values = ["place"]
        if isinstance(encoder, TwoLevels):
            values = ["np.array([0, -1, 1])[place]"]
        elif isinstance(encoder, OneHot):
            values = [f"place == {k}" for k in range(1, len(encoder.levels) + 1)]
    for value, feature in zip(values, column.features, strict=False):  # the indicator may be out
        yield from _feature(value, feature, named=len(column.features) > 1)


def _feature(value: str, feature: Feature, *, named: bool) -> list[str]:
    """Return the lines that bring a feature to its size and append it."""
    opening, comment = f"{_PLACES[feature.group]}.append(", f"  # {shown(feature.name)}" * named
    scaling = feature.scaling
    if scaling is None:
        return [f"{opening}{value}){comment}"]
    unit = "" if scaling.unit == 1 else f", unit={float(scaling.unit)!r}"
    settings = (
        f"median={float(scaling.center)!r}, spread={float(scaling.spread)!r}, "
        f"mean={float(scaling.fill)!r}{unit}"
    )
    line = f"{opening}scaled({value}, {settings}))"
    if len(line + comment) < _WIDTH:
        return [line + comment]
    above = [comment[2:]] * named
    if len(line) < _WIDTH:
        return [*above, line]
    inner = f"    {value}, {settings}"
    parts = [inner] if len(inner) < _WIDTH else [f"    {value},", f"    {settings},"]
    return [*above, f"{opening}scaled(", *parts, "))"]


def _levels(encoder: Levels, cells: str) -> list[str]:
    """Return the lines that find the place of each level."""
    aliases = {
        also: code
        for code, level in enumerate(encoder.levels, start=1)
        for also in also_written(encoder.levels, level)
    }
    closing = f"], {aliases})" if aliases else "])"
    return listed(f"place = places({cells}, [", encoder.levels, closing)


def example_of(about: Description) -> list[str]:
    """Return the lines of a row as ``predict`` takes it."""
    table = about.table
    if table is None:
        names = about.feature_names
        if names is None:
            return [f"EXAMPLE = [0.0] * {about.n_columns}"]
        return ["EXAMPLE = dict.fromkeys(COLUMNS, 0.0)"]
    pairs = [f"{one.name!r}: {_example(one)!r}," for one in table.columns]
    return ["EXAMPLE = {", *(f"    {pair}" for pair in pairs), "}"]


def _example(column: Column) -> float | str | None:
    """Return a cell: the median, the first level, the first date; none where it does not matter."""
    if column.levels:
        return column.levels[0]
    if isinstance(column.encoder, Date):
        return column.low
    scaling = column.features[0].scaling if column.features else None
    if scaling is not None and isinstance(column.encoder, Number):
        return float(scaling.center * scaling.unit)
    return None
