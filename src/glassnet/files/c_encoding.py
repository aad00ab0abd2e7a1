"""What a C export says of columns: what goes into a row, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator

from glassnet.files.c_text import Names, comment, literal_or_null
from glassnet.files.source_steps import also_written, filled
from glassnet.record import Description
from glassnet.tabular.columns import Column, Feature
from glassnet.tabular.encoders import Date, Levels, Number, OneHot, Present, TwoLevels
from glassnet.tabular.frames import array_name
from glassnet.tabular.table import Table

_TEXTS = ("boolean", "category", "text")


def column_names(about: Description) -> list[str]:
    """Return the names of the columns, also of those that had none."""
    if about.table is not None:
        return [column.name for column in about.table.columns]
    return list(about.feature_names or map(array_name, range(about.n_columns)))


def input_lines(about: Description) -> Iterator[str]:
    """Yield what each number of a row is, for the comment at the beginning."""
    if about.table is None:
        for i, name in enumerate(about.feature_names or ()):
            yield f"{i:5}  {comment(name)}"
        return
    for i, column in enumerate(about.table.columns):
        yield f"{i:5}  {comment(column.name)}: {_given(column)}"


def _given(column: Column) -> str:
    """Return what is given for a cell."""
    encoder = column.encoder
    if not column.features:
        return "not used; any number"
    if isinstance(encoder, Levels):
        return f"the position of its level, 0 to {len(encoder.levels) - 1}"
    if isinstance(encoder, Date):
        return "seconds since 1970-01-01T00:00:00"
    if isinstance(encoder, Present):
        return "0 if there is anything, -1 or NaN if not" if column.kind in _TEXTS else (
            "any number if there is anything, NaN if not"
        )  # fmt: skip
    low, high = column.low, column.high
    return (
        "a number"
        if low is None
        else f"a number, {comment(str(low))} to {comment(str(high))} in training"
    )


def enum_lines(about: Description, prefix: str) -> Iterator[str]:
    """Yield the constants: the position of each column, and of each level of each."""
    names = Names(f"{prefix}COLUMN")
    yield "/* The position of each column in a row. */"
    yield "enum {"
    for i, name in enumerate(column_names(about)):
        yield f"    {names.new(name)} = {i}, /* {comment(name)} */"
    yield from ("};", "")
    levels = Names(f"{prefix}LEVEL")
    for column in () if about.table is None else about.table.columns:
        if not column.levels:
            continue
        yield f"/* The position of each level of {comment(column.name)}. */"
        yield "enum {"
        for i, level in enumerate(column.levels):
            yield f"    {levels.new(column.name, level)} = {i}, /* {comment(level)} */"
        yield from ("};", "")


def level_lines(table: Table | None) -> Iterator[str]:
    """Yield the function that finds a level by its text."""
    columns = [] if table is None else [*enumerate(table.columns)]
    cases = []
    for i, column in columns:
        if column.levels:
            texts = _texts(column.levels)
            yield f"static const char *const @levels_{i}[{len(texts)}] = {{"
            yield from filled(map(literal_or_null, texts), 4)
            yield from ("};", "")
            found = f"@find(text, @levels_{i}, {len(texts)})"
            more = len(texts) > len(column.levels)
            cases += [
                f"    case {i}:",
                f"        return {found}{f' % {len(column.levels)}' * more};",
            ]
        elif isinstance(column.encoder, Present) and column.kind in _TEXTS:
            cases += [f"    case {i}:", "        return text ? 0 : -1;"]
    yield "static inline int @level(int column, const char *text)"
    yield "{"
    if cases:
        yield from ("    switch (column) {", *cases, "    default:", "        return -1;", "    }")
    else:
        yield from ("    (void)column;", "    (void)text;", "    return -1;")
    yield "}"


def _texts(levels: tuple[str, ...]) -> list[str]:
    """Return the levels; two truth values again and again, as they are also written."""
    also = [also_written(levels, level) for level in levels]
    return [*levels, *(text for pair in zip(*also, strict=True) for text in pair)]


def encoding_lines(table: Table) -> Iterator[str]:
    """Yield the function that makes the network's row of a row of the table."""
    groups = [feature.group for feature in table.features]
    free = {group: groups.index(group) for group in set(groups)}
    yield "/* Make of a row what the network takes: numbers, then others, then places of levels. */"
    yield "static inline void @encode(const double *row, double *x)"
    yield "{"
    for i, column in enumerate(table.columns):
        used = bool(column.features)
        yield f"    /* {comment(column.name)}{' is not used' * (not used)} */"
        if not used:
            continue
        before, values = _values(column, i)
        yield from (["    {"] if before else [])
        yield from (f"        {line}" for line in before)
        indent = " " * (8 if before else 4)
        for value, feature in zip(values, column.features, strict=False):  # indicator or none
            place = free[feature.group]
            free[feature.group] += 1
            yield f"{indent}x[{place}] = {_scaled(value, feature)};"
        yield from (["    }"] if before else [])
    yield "}"


def _values(column: Column, i: int) -> tuple[list[str], list[str]]:
    """Return lines that come first, and an expression for each feature."""
    encoder = column.encoder
    if isinstance(encoder, Number):
        return [], [f"row[{i}]", f"isnan(row[{i}]) ? 1.0 : -1.0"]
    if isinstance(encoder, Date):
        parts = [_part(part) for part in encoder.kept]
        return [f"const @date_parts date = @date(row[{i}]);"], [*parts, "date.missing ? 1.0 : -1.0"]
    if isinstance(encoder, Present):
        claim = f"row[{i}] >= 0" if column.kind in _TEXTS else f"!isnan(row[{i}])"
        return [], [f"{claim} ? 1.0 : -1.0"]
    assert isinstance(encoder, Levels)
    before = [f"const int place = @place(row[{i}], {len(encoder.levels)});"]
    if isinstance(encoder, TwoLevels):
        return before, ["place == 0 ? 0.0 : place == 1 ? -1.0 : 1.0"]
    if isinstance(encoder, OneHot):
        return before, [f"place == {k} ? 1.0 : 0.0" for k in range(1, len(encoder.levels) + 1)]
    return before, ["place"]


def _part(part: str) -> str:
    """Return the expression of a part of a date; NaN if it is missing."""
    cycle, _, wave = part.partition(".")
    value = f"{'sine' if wave == 'sin' else 'cosine'}(date.{cycle})"
    return f"date.missing ? NAN : {f'@{value}' if wave else 'date.year'}"


def _scaled(value: str, feature: Feature) -> str:
    """Return the call that brings a feature to its size."""
    scaling = feature.scaling
    if scaling is None:
        return value
    settings = (scaling.center, scaling.spread, scaling.fill, scaling.unit)
    return f"@scaled({', '.join([value, *(repr(float(one)) for one in settings)])})"
