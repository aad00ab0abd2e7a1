"""Arrow streams: a stranger's, which is believed nothing before it is checked, and our answers.

pyarrow reads them, and not polars: of 3,000 streams with one to four bytes changed, pyarrow refused
each broken one with an exception; polars ended the process on one of them, in which a length of 35
terabytes stood. docs/serving.md says what else is done.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from glassnet.errors import DataError
from glassnet.record import Description
from glassnet.serve.problems import Problem
from glassnet.serve.rows import MOST_NAMED, check_count
from glassnet.serve.settings import Settings

ARROW = "application/vnd.apache.arrow.stream"

_RECORDS, _DICTIONARY = 3, 2
"""The headers of messages that hold data, by the numbers of Arrow's Message.fbs."""


def table_of(
    body: bytes | bytearray, about: Description, settings: Settings
) -> tuple[pa.Table, list[str]]:
    """Return the table that a stream holds, and the names of columns that the model does not know.

    Raises
    ------
    Problem
        400 if it is no whole stream, 413 if it is too large, 415 if it is compressed.
    DataError
        If there are no rows, or a column has cells that are no cells.
    """
    data = pa.py_buffer(bytes(body))
    try:
        _check_messages(data)
        table = _read(data, settings.max_rows)
        ignored: list[str] = []
        if about.column_names is None:
            if table.num_columns > about.n_columns:  # before each of them is looked at
                raise DataError(
                    f"X has {table.num_columns:,} columns; expected {about.n_columns:,}."
                )
        else:
            known = frozenset(about.column_names)
            ignored = [name for name in table.column_names if name not in known][:MOST_NAMED]
            kept = [i for i, name in enumerate(table.column_names) if name in known]
            table = table.select(kept)
        return _plain(table, settings.most_text), ignored
    except DataError:
        raise
    except (pa.ArrowException, OSError, MemoryError, struct.error, ValueError) as error:
        raise Problem(400, f"the body is no whole Arrow stream: {_first_line(error)}.") from None


def stream_of(columns: dict[str, Any]) -> bytes:
    """Return columns, as arrays or lists, as an Arrow stream."""
    table = pa.table(columns)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _read(data: pa.Buffer, most: int) -> pa.Table:
    """Return the table of a stream, its rows counted batch by batch."""
    batches, n_rows = [], 0
    with pa.ipc.open_stream(data) as stream:
        for batch in stream:
            n_rows += batch.num_rows
            check_count(n_rows, most)
            batch.validate(full=True)
            batches.append(batch)
        check_count(n_rows, most)
        return pa.Table.from_batches(batches, stream.schema)


def _check_messages(data: pa.Buffer) -> None:
    """Raise if a message is compressed: a few bytes could then become all of the memory."""
    reader = pa.ipc.MessageReader.open_stream(data)
    while True:
        try:
            message = reader.read_next_message()
        except StopIteration:
            return
        if _is_compressed(message.metadata.to_pybytes()):
            raise Problem(
                415,
                "the Arrow stream is compressed; expected one that is not. Write it without "
                "compression.",
            )


def _is_compressed(metadata: bytes) -> bool:
    """Return whether a message says so: a field of a table of FlatBuffers, a few steps away.

    A Message is version, header type, header, ...; a RecordBatch length, nodes, buffers,
    compression; a DictionaryBatch id, RecordBatch, ...
    """
    message = _u32(metadata, 0)
    at_type, at_header = _field(metadata, message, 1), _field(metadata, message, 2)
    kind = metadata[at_type] if at_type else 0
    if kind not in (_RECORDS, _DICTIONARY) or not at_header:
        return False
    batch = at_header + _u32(metadata, at_header)
    if kind == _DICTIONARY:
        at_data = _field(metadata, batch, 1)
        if not at_data:
            return False
        batch = at_data + _u32(metadata, at_data)
    return _field(metadata, batch, 3) != 0


def _field(data: bytes, table: int, number: int) -> int:
    """Return where a field of a table of FlatBuffers stands; 0 if it is not there."""
    fields = table - struct.unpack_from("<i", data, table)[0]
    if fields < 0:
        raise ValueError("a table of its metadata begins before them")
    (length,) = struct.unpack_from("<H", data, fields)
    place = 4 + 2 * number
    if place + 2 > length:
        return 0
    (offset,) = struct.unpack_from("<H", data, fields + place)
    if offset and table + offset >= len(data):
        raise ValueError("a field of its metadata is beyond them")
    return table + offset if offset else 0


def _u32(data: bytes, place: int) -> int:
    value: int = struct.unpack_from("<I", data, place)[0]
    return value


def _plain(table: pa.Table, most_text: int) -> pa.Table:
    """Return the table without dictionaries and views, if there is not too much text.

    Both of them may name one long text in each row.
    """
    n_bytes, columns = 0, []
    for name, column in zip(table.column_names, table.columns, strict=True):
        is_dictionary = pa.types.is_dictionary(column.type)
        kind = column.type.value_type if is_dictionary else column.type
        if not _is_cell(kind):
            raise DataError(
                f"column {name!r} holds {kind}; expected numbers, truth values, text or dates.",
                column=name,
            )
        plain = column
        if kind in _TEXTS and column.type not in _PLAIN_TEXTS:
            n_bytes += sum(map(_n_text, column.chunks))
            if n_bytes > most_text:
                raise Problem(413, f"the text of all rows is more than {most_text:,} bytes.")
            plain = pa.chunked_array(map(_as_text, column.chunks), pa.large_string())
        elif is_dictionary:
            raise DataError(
                f"column {name!r} is a dictionary of {kind}; expected text.", column=name
            )
        columns.append(plain)
    return pa.table(columns, names=table.column_names)


_PLAIN_TEXTS = (pa.string(), pa.large_string())
_TEXTS = (*_PLAIN_TEXTS, pa.string_view())
_TESTS = (
    "is_null", "is_boolean", "is_integer", "is_floating", "is_decimal", "is_date", "is_time",
    "is_timestamp", "is_duration",
)  # fmt: skip


def _is_cell(kind: pa.DataType) -> bool:
    return kind in _TEXTS or any(getattr(pa.types, test)(kind) for test in _TESTS)


def _n_text(chunk: Any) -> int:
    """Return the bytes of all rows' texts together."""
    if not pa.types.is_dictionary(chunk.type):
        return int(_lengths(chunk).sum())
    codes = chunk.indices.drop_null().to_numpy(zero_copy_only=False)
    return int(_lengths(chunk.dictionary)[codes].sum())


def _lengths(texts: Any) -> Any:
    """Return the bytes of each text; of views the first of the four numbers that each is."""
    if texts.type == pa.string_view():
        views = np.frombuffer(texts.buffers()[1] or b"", np.int32).reshape(-1, 4)
        lengths = views[texts.offset : texts.offset + len(texts), 0].astype(np.int64)
        return lengths * texts.is_valid().to_numpy(zero_copy_only=False)
    return pc.fill_null(pc.binary_length(texts), 0).to_numpy(zero_copy_only=False).astype(np.int64)


def _as_text(chunk: Any) -> Any:
    """Return a dictionary or views as plain text, cell by cell.

    Not by pyarrow's casts: what stands in the place of a missing cell is checked by nobody, and
    their loops read it: a view there with a length below 0 ended the process.
    """
    if not pa.types.is_dictionary(chunk.type):
        return pa.array(chunk.to_pylist(), pa.large_string())
    texts, codes = chunk.dictionary.to_pylist(), chunk.indices.to_pylist()
    cells = [None if code is None else texts[code] for code in codes]
    return pa.array(cells, pa.large_string())


def _first_line(error: Exception) -> str:
    """Return what a library says, without the advice that follows."""
    return str(error).strip().partition("\n")[0].rstrip(".")[:300]
