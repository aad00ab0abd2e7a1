"""A model that is served: loaded, tried once, and known by its digest."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from glassnet.errors import ModelFileError
from glassnet.files.model_file import read_record
from glassnet.record import Description, Model
from glassnet.serve.answers import outputs_of
from glassnet.serve.rows import matrix_of, names_of
from glassnet.tabular.columns import Column

Signature: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Served:
    """A model that is served.

    Attributes
    ----------
    about : Description
    model : Model
    digest : str
        SHA-256 of the file, in hexadecimal.
    since : datetime
        When it was loaded.
    signature : tuple of int or None
        Of the file, taken before it was read; see `signature_of`.
    """

    about: Description
    model: Model
    digest: str
    since: dt.datetime
    signature: Signature | None


def signature_of(path: str) -> Signature | None:
    """Return what tells a file from another one, without reading it; None if there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - it is called twice a second
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode):  # to open a pipe waits for whoever writes to it
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def load_served(path: str) -> Served:
    """Return the model of a file, if it loads and predicts.

    Raises
    ------
    ModelFileError
        If it is no model file, is damaged, changes while it is read, or does not predict.
    OSError
        If it cannot be read.
    """
    signature = signature_of(path)
    if signature is None:
        Path(path).stat()  # which says why, if there is nothing
        raise OSError(errno.EINVAL, "is no plain file", path)
    digest = _digest(path)
    record = read_record(path)
    if _digest(path) != digest:
        raise ModelFileError("the file was written to while it was read.", path=path)
    now = dt.datetime.now(dt.UTC)
    served = Served(record.about, record.model, digest, now, signature)
    try:
        rows = matrix_of([example_cells(served.about)], served.model)
        served.about.target.decoded(outputs_of(rows, served.model))
    except (ValueError, TypeError, IndexError, AssertionError) as error:
        raise ModelFileError(
            f"the model cannot predict a row of its own table: {error}", path=path
        ) from error
    return served


def example_cells(about: Description) -> list[Any]:
    """Return a row such as the model takes, from what it knows of its columns."""
    if about.table is None:
        return [0.0] * about.n_columns
    return [example_of(column) for column in about.table.columns]


def example_row(about: Description) -> dict[str, Any]:
    """Return the same by name, without the columns that need not be there."""
    used = [True] * about.n_columns
    if about.table is not None:
        used = [bool(column.features) for column in about.table.columns]
    cells = zip(names_of(about), example_cells(about), used, strict=True)
    return {name: cell for name, cell, is_used in cells if is_used}


def example_of(column: Column) -> Any:
    """Return a cell such as the column had in training; null if it is not used."""
    if not column.features:
        return None
    if column.kind == "boolean":
        return True
    if column.levels:
        return column.levels[0]
    if isinstance(column.low, float) and isinstance(column.high, float):
        middle = column.low / 2 + column.high / 2
        short = float(f"{middle:.3g}")
        return int(short) if short.is_integer() and abs(short) < 1e9 else short
    return column.low if isinstance(column.low, str) else None


def _digest(path: str) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
