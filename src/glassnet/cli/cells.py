"""What the cells of a column of text are: numbers, truth values, dates, or text after all."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

MISSING = ("NA", "N/A", "n/a", "na", "#N/A", "NaN", "nan", "NAN", "NULL", "Null", "null", "None",
           "none", "-", "--", "?", ".")  # fmt: skip
"""What stands for a missing number or date. In a column of text they are words like others."""

_NUMBERS = {
    ",": r"^[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d+)?$",
    ".": r"^[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?$",
}
"""Numbers with a comma or a point for the fraction, the other one between thousands."""
_CLEAR = {",": r"^[+-]?[\d.]*\d,(?:\d{1,2}|\d{4,})$", ".": r"^[+-]?\d{1,3}(?:,\d{3})+\.\d+$"}
"""Those of them that can be nothing else."""
_CODE = r"^0\d+$"
_DAY_FIRST = r"^\d{1,2}\.\d{1,2}\.\d{4}$"
_MOSTLY = 0.9


def decimal_of(columns: Iterable[pl.Series], separator: str, wish: str | None) -> str:
    """Return how a file writes fractions: "," or ".".

    By cells that can be read in one way only; else by ``wish``, what an earlier file did; else
    semicolons between cells are there because commas are in numbers.
    """
    for mark in (",", "."):
        if any(_some(column, _CLEAR[mark]) for column in columns):
            return mark
    return wish or ("," if separator == ";" else ".")


def typed(column: pl.Series, decimal: str) -> tuple[pl.Series, str | None]:
    """Return a column as what its cells are, and what is worth saying of it.

    A column of numbers, truth values or dates has no other cell; blanks around do not count, and
    empty cells are missing, as are those of `MISSING` among numbers and dates.
    """
    texts = column.str.strip_chars()
    texts = texts.set(texts == "", None)
    known = texts.set(texts.is_in(list(MISSING)), None)
    if known.null_count() == len(known):
        return known, None
    for reading in (_plain_numbers, _local_numbers, _truth_values, _dates):
        found = reading(known, decimal)
        if found is not None:
            return found
    return texts, _mostly_numbers(known)


def _plain_numbers(known: pl.Series, _: str) -> tuple[pl.Series, str | None] | None:
    for kind in (pl.Int64, pl.Float64):
        numbers = known.cast(kind, strict=False)
        if numbers.null_count() == known.null_count():
            return (known if _are_codes(known) else numbers), None
    return None


def _local_numbers(known: pl.Series, decimal: str) -> tuple[pl.Series, str | None] | None:
    if not _all(known, _NUMBERS[decimal]):
        return None
    between = "." if decimal == "," else ","
    plain = known.str.replace_all(between, "", literal=True).str.replace(",", ".", literal=True)
    what = "decimal commas" if decimal == "," else "commas between thousands"
    return plain.cast(pl.Float64), f"{known.name!r} has {what}: read as numbers"


def _truth_values(known: pl.Series, _: str) -> tuple[pl.Series, str | None] | None:
    lower = known.str.to_lowercase()
    if not set(lower.drop_nulls().unique().head(3)) <= {"true", "false"}:
        return None
    return lower == "true", None


def _dates(known: pl.Series, _: str) -> tuple[pl.Series, str | None] | None:
    if not _all(known, _DAY_FIRST):
        return None
    dates = known.str.to_date("%d.%m.%Y", strict=False)
    if dates.null_count() > known.null_count():
        return None
    return dates, f"{known.name!r} has dates with the day first: read as such"


def _some(column: pl.Series, pattern: str) -> bool:
    return bool(column.str.strip_chars().str.contains(pattern).any())


def _all(known: pl.Series, pattern: str) -> bool:
    return bool(known.str.contains(pattern).all())


def _are_codes(known: pl.Series) -> bool:
    """Return whether whole numbers are codes, such as 01234: a leading zero, all of one length."""
    lengths = known.drop_nulls().str.len_chars()
    return _some(known, _CODE) and lengths.n_unique() == 1


def _mostly_numbers(known: pl.Series) -> str | None:
    """Say which cell keeps a column from being numbers, if it is one of few."""
    numbers = known.cast(pl.Float64, strict=False)
    n_known = len(known) - known.null_count()
    n_numbers = len(numbers) - numbers.null_count()
    if n_numbers < _MOSTLY * n_known:
        return None
    row = int((known.is_not_null() & numbers.is_null()).arg_true()[0])
    return (
        f"{known.name!r} is text: {n_numbers:,} of its {n_known:,} cells are numbers, but row "
        f"{row + 1:,} holds {known[row]!r}"
    )
