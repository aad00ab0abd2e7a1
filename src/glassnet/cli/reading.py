"""Reading a table from any file that may hold one, into a polars frame."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from glassnet.cli.refusals import Refusal
from glassnet.cli.sniffing import SEPARATORS, Census, Dialect, census, dialect_of, records
from glassnet.cli.sources import encoding_of, head_of, lines_of, named, opened

try:
    import polars as pl
except ModuleNotFoundError as error:
    raise Refusal('this needs polars to read tables: pip install "glassnet[cli]"') from error

from glassnet.cli.cells import decimal_of, typed

PANIC: type[BaseException] = pl.exceptions.PanicException
"""What polars raises where its own code gives up, on files that are damaged in the middle."""

_INDEX = ("", "Unnamed: 0", "__index_level_0__")
"""What pandas calls an index in CSV, read back, and in Parquet."""

_PLAIN = ("utf-8", "utf-8-sig")
_NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 with a mark", "cp1252": "Windows-1252"}


@dataclass(frozen=True)
class Source:
    """A table that was read.

    Attributes
    ----------
    path, name : str
        As typed, and as messages call it.
    frame : polars.DataFrame
    format : str
        Such as "CSV, semicolon-separated, UTF-8".
    decimal : {".", ","} or None
        How it wrote fractions; None if its format has numbers.
    words : list of str
        What is worth saying of it.
    """

    path: str
    name: str
    frame: pl.DataFrame
    format: str
    decimal: str | None
    words: list[str] = field(default_factory=list)


def read(path: str, decimal: str | None = None) -> Source:
    """Read a table.

    Parameters
    ----------
    path : str
        Of a file: CSV, TSV, Parquet, Arrow (Feather) or JSON lines, packed by gzip or not; "-" is
        standard input.
    decimal : {".", ","}, optional
        How an earlier file of the same kind wrote fractions, where this one leaves it open.

    Raises
    ------
    Refusal
        If there is no table in it; the message says where, and what to do.
    """
    with opened(path) as file:
        head = head_of(file, path)
        if head.startswith(b"PAR1"):
            source = _binary(file, path, "Parquet", pl.read_parquet)
        elif head.startswith(b"ARROW1"):
            source = _binary(file, path, "Arrow", pl.read_ipc)
        elif head.startswith(b"\xff\xff\xff\xff"):
            source = _binary(file, path, "Arrow stream", pl.read_ipc_stream)
        else:
            encoding = encoding_of(file, head, path)
            if head.decode(encoding, "ignore").lstrip()[:1] == "{":
                source = _json_lines(file, path, encoding)
            else:
                source = _text(file, path, encoding, head, decimal)
    if source.frame.width == 0:
        raise Refusal(f"{source.name} has no columns; expected at least one, and rows.")
    if source.frame.height == 0:
        raise Refusal(f"{source.name} has column names and no rows; expected at least one row.")
    return _without_index(source)


def _binary(file: BinaryIO, path: str, what: str, reader: Any) -> Source:
    """Read a format that has types."""
    try:
        frame = reader(io.BytesIO(file.read()))
    except (Exception, PANIC) as error:
        raise Refusal(
            f"{named(path)} begins like {what}, and cannot be read: {_first_line(error)}. Is it "
            "whole?"
        ) from error
    return Source(path, named(path), frame, what, None)


def _json_lines(file: BinaryIO, path: str, encoding: str) -> Source:
    """Read an object a line."""
    text = "".join(lines_of(file, encoding, path))
    try:
        frame = pl.read_ndjson(io.BytesIO(text.encode()), infer_schema_length=None)
    except (Exception, PANIC) as error:
        raise Refusal(
            f"{named(path)} begins like JSON lines, and cannot be read: {_first_line(error)}. "
            'Expected an object on each line, such as {"age": 42, "city": "Bern"}.'
        ) from error
    return Source(path, named(path), frame, "JSON lines", None)


def _text(file: BinaryIO, path: str, encoding: str, head: bytes, decimal: str | None) -> Source:
    """Read CSV in any dialect."""
    dialect = dialect_of(head.decode(encoding, "ignore"))
    found = census(lines_of(file, encoding, path), dialect, path)
    if not found.header:
        raise Refusal(f"{named(path)} holds blank lines only; expected column names and rows.")
    if all(_is_number(cell) for cell in found.header):
        raise Refusal(
            f"{named(path)}, line 1 holds numbers only, {', '.join(found.header[:4])}; expected "
            "the names of the columns. Write them above the first row."
        )
    words: list[str] = []
    names = _names(found.header, words)
    frame = _fast(file, path, encoding, dialect, found)
    if frame is None:
        frame = _slow(file, path, encoding, dialect, found)
    frame.columns = names
    columns = frame.get_columns()
    decimal = decimal_of(columns, dialect.separator, decimal)
    for i, column in enumerate(columns):
        new, word = typed(column, decimal)
        frame.replace_column(i, new)
        words += [word] if word else []
    kind = "TSV" if dialect.separator == "\t" else "CSV"
    between = f"{SEPARATORS[dialect.separator]}-separated"
    how = f"{kind}, {between}, {_NAMES.get(encoding, encoding.upper())}"
    return Source(path, named(path), frame, how, decimal, words)


def _fast(
    file: BinaryIO, path: str, encoding: str, dialect: Dialect, found: Census
) -> pl.DataFrame | None:
    """Let polars read; return None if it does not read what the census has counted."""
    if not found.simple:
        return None
    data: Any
    if encoding in _PLAIN:
        data = io.BytesIO(file.read())
    else:
        data = io.BytesIO("".join(lines_of(file, encoding, path)).encode())
    file.seek(0)
    try:
        frame = pl.read_csv(
            data,
            separator=dialect.separator,
            quote_char=dialect.quote,
            infer_schema_length=0,
        )
    except (pl.exceptions.PolarsError, PANIC):
        return None
    blank = frame.height - found.n_rows  # lines at the end
    whole = frame.width == len(found.header) and 0 <= blank < 1000
    return frame.head(found.n_rows) if whole else None


def _slow(
    file: BinaryIO, path: str, encoding: str, dialect: Dialect, found: Census
) -> pl.DataFrame:
    """Read record by record: blank lines, lone carriage returns, quotes in the middle of a cell."""
    rows = records(lines_of(file, encoding, path), dialect)
    kept = (row for row in rows if any(row) or len(row) > 1)
    next(kept)
    columns: list[list[str]] = [[] for _ in found.header]
    for row in kept:
        for column, cell in zip(columns, row, strict=True):
            column.append(cell)
    return pl.DataFrame(
        {str(i): pl.Series(cells, dtype=pl.String) for i, cells in enumerate(columns)}
    )


def _names(header: Iterable[str], words: list[str]) -> list[str]:
    """Return the columns' names, all different: a second "a" is "a_2"."""
    bare = [name.strip() for name in header]
    bare[1:] = [name or f"column {i}" for i, name in enumerate(bare[1:], 2)]
    taken = set(bare)
    seen: set[str] = set()
    names = []
    for i, name in enumerate(bare, 1):
        new, k = name, 1
        while new in seen or (k > 1 and new in taken):
            k += 1
            new = f"{name}_{k}"
        if new != name:
            words.append(f"there are several columns {name!r}; number {i} is called {new!r}")
        seen.add(new)
        names.append(new)
    return names


def _without_index(source: Source) -> Source:
    """Leave out a first column that has no name and counts the rows; name it if it does not."""
    frame, words = source.frame, list(source.words)
    first = frame.columns[0]
    if first in _INDEX and frame.width > 1 and _counts(frame[first]):
        frame = frame.drop(first)
        words.insert(0, "the first column has no name and counts the rows: left out")
    elif first == "":
        frame = frame.rename({first: "column 1"})
    return replace(source, frame=frame, words=words)


def _counts(column: pl.Series) -> bool:
    """Return whether a column is 0, 1, 2, ... or 1, 2, 3, ..."""
    if not column.dtype.is_integer() or column.null_count():
        return False
    start = column[0]
    return start in (0, 1) and bool(
        (column == pl.int_range(start, start + len(column), eager=True)).all()
    )


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _first_line(error: BaseException) -> str:
    """Return what a library says, without the advice that follows."""
    return str(error).strip().partition("\n")[0].rstrip(".")
