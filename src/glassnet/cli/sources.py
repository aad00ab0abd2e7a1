"""The bytes of a table: from a file, a packed one, or standard input, told by how they begin."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from glassnet.cli.refusals import WRONG_USE, Refusal, said

HEAD = 2**18
"""Bytes by which format, encoding and separator are told."""

LONGEST_LINE = 2**23
"""Characters of a line, and of a quoted cell: a table's are a thousand times shorter."""

SURELY_FINE, MOST_UNPACKED = 2**26, 250
"""Bytes that any gzip file may unpack to, and how many times its size beyond.

Tables pack to a half or a fiftieth; a bomb to a thousandth, which is all that DEFLATE can.
"""

_IN_MEMORY = 2**26
_CHUNK = 2**20

_BINARY = {
    b"PK\x03\x04": "a zip archive, or an Excel workbook; expected its sheet as CSV",
    b"\x28\xb5\x2f\xfd": "compressed by zstd; expected it uncompressed, or by gzip",
    b"BZh": "compressed by bzip2; expected it uncompressed, or by gzip",
    b"\xfd7zXZ": "compressed by xz; expected it uncompressed, or by gzip",
    b"%PDF": "a PDF; expected a table",
    b"SQLite format 3": "an SQLite database; expected one of its tables as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; expected its sheet as CSV",
    b"\x80\x04\x95": "a pickle; expected a table as CSV or Parquet",
    b"\x80\x05\x95": "a pickle; expected a table as CSV or Parquet",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """Give the bytes of a file, or of standard input for "-", unpacked if gzip has packed them.

    Raises
    ------
    Refusal
        If there is no such file, it is empty, or its gzip data are damaged.
    """
    with _raw(path) as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        if not packed:
            yield raw
            return
        try:
            with gzip.GzipFile(fileobj=raw, mode="rb") as file:
                yield cast("BinaryIO", io.BufferedReader(_Unpacked(file, raw, path), _CHUNK))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise Refusal(
                f"{named(path)}: its gzip data are damaged or cut off ({error}). Copy it again."
            ) from error


class _Unpacked(io.RawIOBase):
    """What gzip has packed, as long as it is a table's size."""

    def __init__(self, file: gzip.GzipFile, raw: BinaryIO, path: str) -> None:
        self._file, self._packed, self._path = file, raw, path

    def readable(self) -> bool:
        """Return true."""
        return True

    def seekable(self) -> bool:
        """Return true."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, which may take unpacking from the beginning."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._file.tell()

    def readinto(self, buffer: Any) -> int:
        """Read; raise a refusal once far more came out than any table packs."""
        n: int = self._file.readinto(buffer)
        unpacked = self._file.tell()
        if unpacked > SURELY_FINE and unpacked > MOST_UNPACKED * max(self._packed.tell(), 1):
            raise Refusal(
                f"{named(self._path)} unpacks to more than {MOST_UNPACKED} times its size, as no "
                "table does. If you know what is in it, unpack it yourself."
            )
        return n


@contextmanager
def _raw(path: str) -> Iterator[BinaryIO]:
    if path == "-":
        if sys.stdin is None or sys.stdin.isatty():
            raise Refusal("standard input is a terminal; pipe a table into it.", WRONG_USE)
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
            while chunk := sys.stdin.buffer.read(_CHUNK):
                spool.write(chunk)
            spool.seek(0)
            yield cast("BinaryIO", spool)
        return
    try:
        file = Path(path).open("rb")  # noqa: SIM115 - closed below; what fails later is another thing
    except OSError as error:
        raise Refusal(f"{said(error)} Expected a table to read.", WRONG_USE) from error
    with file:
        yield file


def named(path: str) -> str:
    """Return what a file is called in messages."""
    return "standard input" if path == "-" else path


def head_of(file: BinaryIO, path: str) -> bytes:
    """Return the first bytes, and go back to them.

    Raises
    ------
    Refusal
        If there are none, or they are those of something that is no table.
    """
    head = file.read(HEAD)
    file.seek(0)
    if not head:
        raise Refusal(f"{named(path)} is empty; expected a line of column names and rows.")
    for start, what in _BINARY.items():
        if head.startswith(start):
            raise Refusal(f"{named(path)} is {what}.")
    return head


def encoding_of(file: BinaryIO, head: bytes, path: str) -> str:
    """Return the encoding of a text, and go back to its beginning.

    By its mark; else UTF-16 if every other byte is 0; else UTF-8 if all of it is, else Windows-1252
    or, if that has not all its bytes, Latin-1.

    Raises
    ------
    Refusal
        If it is no text: zeros and control characters.
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) / 5 and min(even, odd) < len(head) / 100:
        return "utf-16-be" if even > odd else "utf-16-le"
    controls = _CONTROLS.search(head)
    if controls is not None:
        raise Refusal(
            f"{named(path)} is no text: byte {controls.start():,} is {controls[0][0]:#04x}; "
            "expected CSV, Parquet, Arrow or JSON lines."
        )
    for name in ("utf-8", "cp1252"):
        if _all_is(file, name):
            return name
    return "latin-1"


def _all_is(file: BinaryIO, encoding: str) -> bool:
    """Return whether all of a file can be decoded, and go back to its beginning.

    Up to a line that is too long: `lines_of` will say so.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    open_line = 0
    try:
        while (chunk := file.read(_CHUNK)) and open_line <= 4 * LONGEST_LINE:
            decoder.decode(chunk)
            open_line = 0 if b"\n" in chunk or b"\r" in chunk else open_line + len(chunk)
        if chunk:
            return True
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def lines_of(file: BinaryIO, encoding: str, path: str) -> Iterator[str]:
    """Yield the lines of a text with their ends; none is longer than memory.

    Raises
    ------
    Refusal
        If a line has no end within `LONGEST_LINE`, or is no text.
    """
    text = io.TextIOWrapper(file, encoding, newline="")
    number = 1
    try:
        while line := text.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
                raise Refusal(
                    f"{named(path)}, line {number:,}: its first {LONGEST_LINE >> 20} MB hold no "
                    "end of line; expected a table, a row on each line."
                )
            if "\0" in line:
                raise Refusal(
                    f"{named(path)}, line {number:,} holds a zero byte: it is no text. Expected "
                    "CSV, Parquet, Arrow or JSON lines."
                )
            yield line
            number += 1
    except UnicodeError as error:
        raise Refusal(
            f"{named(path)}, line {number:,} is no {encoding} text ({error}). Save it as UTF-8."
        ) from error
    finally:
        with suppress(ValueError):  # given up in the middle, and the file is closed already
            text.detach()
            file.seek(0)
