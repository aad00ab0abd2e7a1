"""The frame of a model file: that of safetensors. It knows arrays, and nothing of models.

.. code-block:: text

    8 bytes      n, the header's length, little-endian
    n bytes      the header: JSON, then spaces up to a multiple of 8
    the rest     the arrays' numbers, one after the other, little-endian, row by row
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from glassnet.core.arrays import Array
from glassnet.errors import (
    HeaderError,
    LayoutError,
    NotAModelFileError,
    ParameterError,
    TruncatedFileError,
)
from glassnet.files.strict import read_json

LONGEST_HEADER = 2**25
"""Bytes of a header; a million levels of a category, 20 letters each, fit in."""

DTYPES: dict[str, np.dtype[Any]] = {
    "F32": np.dtype("<f4"), "F64": np.dtype("<f8"), "I64": np.dtype("<i8"),
}  # fmt: skip

_FIRST = 8
_METADATA = "__metadata__"
_OTHERS = {
    b"PK\x03\x04": "a zip archive, such as a file of joblib, PyTorch or Excel",
    b"\x80": "a pickle",
    b"\x1f\x8b": "compressed by gzip",
    b"PAR1": "a Parquet file",
    b"ARROW1": "an Arrow file",
    b"\x89HDF": "an HDF5 file",
    b"\x93NUMPY": "a NumPy array",
}


@dataclass(frozen=True)
class Place:
    """Where an array stands.

    Attributes
    ----------
    dtype : dtype
    shape : tuple of int
    start, stop : int
        Bytes, counted from the first after the header.
    """

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    start: int
    stop: int


@dataclass(frozen=True)
class Header:
    """What a header says, checked against the file's length.

    Attributes
    ----------
    metadata : dict of str to str
    places : dict of str to Place
    start : int
        The first byte after the header.
    """

    metadata: dict[str, str]
    places: dict[str, Place]
    start: int


def digest_of(arrays: Mapping[str, Array]) -> str:
    """Return the SHA-256 of the bytes that `write` writes for the arrays."""
    digest = hashlib.sha256()
    for array in _little(arrays).values():
        digest.update(_bytes(array))
    return digest.hexdigest()


def write(file: BinaryIO, metadata: Mapping[str, str], arrays: Mapping[str, Array]) -> None:
    """Write arrays of `DTYPES`, none of them empty.

    Raises
    ------
    ParameterError
        If the header would be too long.
    """
    names = {dtype: name for name, dtype in DTYPES.items()}
    header: dict[str, Any] = {_METADATA: dict(metadata)}
    little = _little(arrays)
    start = 0
    for name, array in little.items():
        offsets = [start, start + array.nbytes]
        header[name] = {
            "dtype": names[array.dtype], "shape": list(array.shape), "data_offsets": offsets
        }  # fmt: skip
        start += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    text += b" " * (-len(text) % 8)
    if len(text) > LONGEST_HEADER:
        raise ParameterError(
            f"the model's description takes {len(text):,} bytes; a file holds at most "
            f"{LONGEST_HEADER:,}. Most of it are levels of categories: leave out the column that "
            "has the most."
        )
    file.write(len(text).to_bytes(_FIRST, "little"))
    file.write(text)
    for array in little.values():
        file.write(_bytes(array))


def read_header(file: BinaryIO, what: str) -> Header:
    """Read the header; nothing of what it says is believed before the file's length agrees.

    Parameters
    ----------
    file : binary file
    what : str
        What is expected, for messages.

    Raises
    ------
    NotAModelFileError, TruncatedFileError, HeaderError, NonFiniteError, LayoutError
    """
    size = os.fstat(file.fileno()).st_size
    first = file.read(_FIRST + 1)
    if len(first) <= _FIRST or first[_FIRST:] != b"{":
        raise NotAModelFileError(f"this is {_guess(first)}, no {what} of glassnet.", offset=0)
    length = int.from_bytes(first[:_FIRST], "little")
    if length > LONGEST_HEADER:
        raise HeaderError(
            f"the header is said to be {length:,} bytes long; expected at most {LONGEST_HEADER:,}.",
            offset=0,
        )
    if length > size - _FIRST:
        raise TruncatedFileError(
            f"the header is said to be {length:,} bytes long, and the file ends after "
            f"{size - _FIRST:,}. Copy it again.",
            offset=size,
        )
    text = first[_FIRST:] + file.read(length - 1)
    start = _FIRST + length
    content = read_json(text, "the header", offset=_FIRST)
    metadata = _metadata(content.pop(_METADATA, {}))
    places = {name: _place(name, entry) for name, entry in content.items()}
    _check_order(places, start, size)
    return Header(metadata, places, start)


def read_arrays(file: BinaryIO, header: Header) -> dict[str, Array]:
    """Read the arrays, whose sizes the header's check has compared with the file's."""
    arrays = {}
    for name, place in header.places.items():
        file.seek(header.start + place.start)
        array = np.empty(place.shape, place.dtype)
        if file.readinto(_bytes(array)) != array.nbytes:  # type: ignore[attr-defined]
            raise TruncatedFileError(f"the file ends within the array {name!r}; copy it again.")
        arrays[name] = array
    return arrays


def _little(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return the arrays as they lie in the file."""
    return {
        name: np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        for name, array in arrays.items()
    }


def _bytes(array: Array) -> memoryview:
    """Return an array's own memory as bytes."""
    view: Any = array.reshape(-1).view(np.uint8)
    return memoryview(view)


def _guess(first: bytes) -> str:
    """Return what a file that begins with these bytes may be."""
    if not first:
        return "an empty file"
    for start, what in _OTHERS.items():
        if first.startswith(start):
            return what
    return "text" if first.isascii() and first.decode().isprintable() else "something else"


def _metadata(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise HeaderError(f"{_METADATA} is not an object of texts.", offset=_FIRST)
    return value


def _place(name: str, entry: Any) -> Place:
    """Return where an array stands, if the entry is whole and its sizes agree."""
    where = f"the array {name!r}"
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise LayoutError(f"{where} has not exactly dtype, shape and data_offsets.", offset=_FIRST)
    shape: Any = entry["shape"]
    offsets: Any = entry["data_offsets"]
    if not isinstance(entry["dtype"], str) or entry["dtype"] not in DTYPES:
        raise LayoutError(
            f"{where} is of the type {entry['dtype']!r}; expected one of {', '.join(DTYPES)}.",
            offset=_FIRST,
        )
    if not _are_sizes(shape) or not 1 <= len(shape) <= 8 or 0 in shape:
        raise LayoutError(
            f"{where} has the shape {shape!r}; expected sizes from 1 on.", offset=_FIRST
        )
    if not _are_sizes(offsets) or len(offsets) != 2:
        raise LayoutError(
            f"{where} has the data_offsets {offsets!r}; expected first byte and end.", offset=_FIRST
        )
    dtype: np.dtype[Any] = DTYPES[entry["dtype"]]
    expected, given = math.prod(shape) * dtype.itemsize, offsets[1] - offsets[0]
    if expected != given:
        raise LayoutError(
            f"{where} of the shape {shape} takes {expected:,} bytes; its data_offsets leave "
            f"{given:,}.",
            offset=_FIRST,
        )
    return Place(dtype, tuple(shape), *offsets)


def _are_sizes(value: Any) -> bool:
    return isinstance(value, list) and all(type(one) is int and 0 <= one < 2**53 for one in value)


def _check_order(places: Mapping[str, Place], start: int, size: int) -> None:
    """Raise unless the arrays fill the rest of the file: no hole, no overlap, nothing behind."""
    end = 0
    for name, place in sorted(places.items(), key=lambda item: (item[1].start, item[1].stop)):
        if place.start != end:
            what = "a hole before" if place.start > end else "an overlap at"
            raise LayoutError(
                f"there is {what} the array {name!r}: it begins at byte {place.start:,} of the "
                f"data; expected {end:,}.",
                offset=start + min(place.start, end),
            )
        end = place.stop
    if size < start + end:
        raise TruncatedFileError(
            f"the file ends after {size:,} bytes; its header speaks of {start + end:,}. Copy it "
            "again.",
            offset=size,
        )
    if size > start + end:
        raise LayoutError(
            f"{size - start - end:,} bytes follow the last array; expected none.",
            offset=start + end,
        )
