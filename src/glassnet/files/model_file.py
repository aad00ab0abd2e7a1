"""Model files: a record to a file and back. docs/model-file.md describes the format."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np

from glassnet.core.arrays import Array
from glassnet.errors import (
    DigestError,
    LayoutError,
    ModelFileError,
    NewerFormatError,
    NonFiniteError,
    NotAModelFileError,
    RecordError,
)
from glassnet.files import layout
from glassnet.files.atomic import whole_file
from glassnet.files.nodes import Node
from glassnet.files.records import plain_of, read_description
from glassnet.files.strict import read_json
from glassnet.record import Description, Record

FORMAT = 2
"""The version of what the record says; another one for each change in its parts.

1 told the network by its sizes, and knew those of the recipe and plain ones on a table; 2 lists its
layers, and what is predicted by name.
"""

Path = str | os.PathLike[str]

_RECORD, _OF_RECORD, _OF_ARRAYS = "glassnet", "sha256_record", "sha256_arrays"


def write_record(path: Path, record: Record) -> None:
    """Write a model file: the whole of it, or none.

    Raises
    ------
    ParameterError
        If the model has something that a file does not hold: the user's own activation.
    OSError
        If the file cannot be written.
    """
    plain = {"format": FORMAT, **plain_of(record.about)}
    text = json.dumps(plain, allow_nan=False, separators=(",", ":"))
    arrays = {"theta": record.theta}
    metadata = {
        _RECORD: text,
        _OF_RECORD: hashlib.sha256(text.encode()).hexdigest(),
        _OF_ARRAYS: layout.digest_of(arrays),
    }
    with whole_file(path) as file:
        layout.write(file, metadata, arrays)


def read_record(path: Path) -> Record:
    """Read a model file, and check all of it.

    Raises
    ------
    ModelFileError
        Of the kind that says what is wrong; see `glassnet.errors`.
    OSError
        If there is no such file, or it cannot be read.
    """
    with _opened(path) as file:
        header = layout.read_header(file)
        about = _describe(header)
        arrays = layout.read_arrays(file, header)
        if layout.digest_of(arrays) != header.metadata[_OF_ARRAYS]:
            raise DigestError(
                "the numbers are not those that were written: their SHA-256 differs. Copy the file "
                "again, or save the model again."
            )
        return Record(about, _finite(arrays["theta"], header))


def read_description_of(path: Path) -> tuple[Description, np.dtype[Any], int]:
    """Read what a model file says of the model, without its weights.

    Returns
    -------
    about : Description
    dtype : dtype
        Of the weights.
    n_params : int
        Of each network.
    """
    with _opened(path) as file:
        header = layout.read_header(file)
        about = _describe(header)
        place = header.places["theta"]
        return about, place.dtype, place.shape[1]


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Let errors of the format say which file it is."""
    try:
        yield
    except ModelFileError as error:
        error.path = os.fspath(path)
        raise


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file to read."""
    with named(path), open(path, "rb") as file:  # noqa: PTH123 - any path
        yield file


def _describe(header: layout.Header) -> Description:
    """Return the description that a header holds, if it fits the arrays that are there."""
    metadata = header.metadata
    if _RECORD not in metadata:
        raise NotAModelFileError(
            "this is a safetensors file, but not of glassnet: its metadata have no 'glassnet'.",
            offset=8,
        )
    text = metadata[_RECORD].encode("utf-8", "surrogatepass")
    plain = read_json(text, "the record")
    _check_format(plain)
    for name in (_OF_RECORD, _OF_ARRAYS):
        if name not in metadata:
            raise RecordError(f"the metadata lack {name!r}.", offset=8)
    if hashlib.sha256(text).hexdigest() != metadata[_OF_RECORD]:
        raise DigestError(
            "the description is not what was written: its SHA-256 differs. Copy the file again, or "
            "save the model again.",
            offset=8,
        )
    version = plain.pop("format")
    about = read_description(Node(plain, "record"), version)
    if set(header.places) != {"theta"}:
        raise LayoutError(
            f"the arrays are {sorted(header.places)}; expected 'theta' alone.", offset=8
        )
    shape, expected = header.places["theta"].shape, (about.n_networks, about.network.n_params)
    if shape != expected:
        raise RecordError(
            f"theta is of the shape {shape}; the model it is said to be needs {expected}.", offset=8
        )
    return about


def _check_format(plain: Any) -> None:
    """Raise if the version of the format is not ours."""
    version = plain.get("format") if isinstance(plain, dict) else None
    if type(version) is not int or version < 1:
        raise RecordError(f"format is {version!r}; expected a whole number from 1 on.", offset=8)
    if version > FORMAT:
        versions = plain.get("versions")
        found = versions.get("glassnet") if isinstance(versions, dict) else None
        by = f"glassnet {found}" if isinstance(found, str) else "a newer glassnet"
        raise NewerFormatError(
            f"{by[:60]} wrote this file, in format {version}; this one reads up to format "
            f"{FORMAT}. Install a newer one: pip install --upgrade glassnet.",
            offset=8,
        )


def _finite(theta: Array, header: layout.Header) -> Array:
    """Return the weights, in this machine's order of bytes, if all are finite."""
    finite = np.isfinite(theta)
    if not finite.all():
        first = int(np.argmin(finite))
        raise NonFiniteError(
            f"the weights hold {theta.flat[first]} at number {first:,}, and "
            f"{int((~finite).sum()):,} in all that are not finite.",
            offset=header.start + header.places["theta"].start + first * theta.dtype.itemsize,
        )
    return theta.astype(theta.dtype.newbyteorder("="), copy=False)
