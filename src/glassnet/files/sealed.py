"""A text of JSON and arrays in one file, with a digest of each: model files and checkpoints.

The metadata hold the JSON under a name that tells what the file is, and the two digests. They find
damage, not malice: who can change the file can change them.
"""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeAlias

from glassnet.core.arrays import Array
from glassnet.errors import DigestError, ModelFileError, NotAModelFileError, RecordError
from glassnet.files import layout
from glassnet.files.atomic import whole_file
from glassnet.files.strict import read_json

Path: TypeAlias = str | os.PathLike[str]

_OF_TEXT, _OF_ARRAYS = "sha256_record", "sha256_arrays"


@dataclass(frozen=True)
class Sort:
    """What kind of file it is.

    Attributes
    ----------
    what : str
        For messages.
    key : str
        The name of its JSON in the metadata.
    """

    what: str
    key: str


MODEL = Sort("model file", "glassnet")
CHECKPOINT = Sort("checkpoint", "glassnet-checkpoint")


def write(
    path: Path,
    sort: Sort,
    plain: Any,
    arrays: Mapping[str, Array],
    previous: pathlib.Path | None = None,
) -> None:
    """Write a file: the whole of it, or none; the old one gets another name, if there is one.

    Raises
    ------
    ParameterError
        If the JSON is too long.
    OSError
        If the file cannot be written.
    """
    text = json.dumps(plain, allow_nan=False, separators=(",", ":"))
    metadata = {
        sort.key: text,
        _OF_TEXT: hashlib.sha256(text.encode()).hexdigest(),
        _OF_ARRAYS: layout.digest_of(arrays),
    }
    with whole_file(path, previous) as file:
        layout.write(file, metadata, arrays)


@dataclass(frozen=True)
class Sealed:
    """A file that is open, its header read and its JSON parsed, and neither believed yet.

    Attributes
    ----------
    header : Header
    plain : object
    """

    file: BinaryIO
    header: layout.Header
    plain: Any
    text: bytes

    def check_text(self) -> None:
        """Raise `DigestError` if the JSON is not what was written."""
        if hashlib.sha256(self.text).hexdigest() != self._digest(_OF_TEXT):
            raise DigestError(
                "the description is not what was written: its SHA-256 differs. Copy the file "
                "again, or save the model again.",
                offset=8,
            )
        self._digest(_OF_ARRAYS)

    def arrays(self) -> dict[str, Array]:
        """Read the arrays; raise `DigestError` if they are not what was written."""
        arrays = layout.read_arrays(self.file, self.header)
        if layout.digest_of(arrays) != self._digest(_OF_ARRAYS):
            raise DigestError(
                "the numbers are not those that were written: their SHA-256 differs. Copy the file "
                "again, or save the model again."
            )
        return arrays

    def _digest(self, name: str) -> str:
        if name not in self.header.metadata:
            raise RecordError(f"the metadata lack {name!r}.", offset=8)
        return self.header.metadata[name]


@contextmanager
def opened(path: Path, sort: Sort) -> Iterator[Sealed]:
    """Open a file of a sort, and read its header and its JSON.

    Raises
    ------
    ModelFileError
        Of the kind that says what is wrong; it knows the path.
    OSError
        If there is no such file, or it cannot be read.
    """
    with named(path), open(path, "rb") as file:  # noqa: PTH123 - any path
        header = layout.read_header(file, sort.what)
        if sort.key not in header.metadata:
            raise NotAModelFileError(_other(header.metadata, sort), offset=8)
        text = header.metadata[sort.key].encode("utf-8", "surrogatepass")
        yield Sealed(file, header, read_json(text, "the record"), text)


def _other(metadata: Collection[str], sort: Sort) -> str:
    """Return the words for a safetensors file of another sort."""
    for other in (MODEL, CHECKPOINT):
        if other.key in metadata:
            return f"this is a {other.what} of glassnet, and no {sort.what}."
    return f"this is a safetensors file, but not of glassnet: its metadata have no {sort.key!r}."


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Let errors of the format say which file it is."""
    try:
        yield
    except ModelFileError as error:
        error.path = os.fspath(path)
        raise
