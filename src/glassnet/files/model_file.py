"""Model files: a record to a file and back. docs/model-file.md describes the format."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.core.arrays import Array
from glassnet.errors import LayoutError, NewerFormatError, NonFiniteError, RecordError
from glassnet.files import layout, sealed
from glassnet.files.nodes import Node
from glassnet.files.records import plain_of, read_description
from glassnet.files.sealed import MODEL, Path, Sealed, named
from glassnet.record import Description, Record

__all__ = ["FORMAT", "Path", "named", "read_description_of", "read_record", "write_record"]

FORMAT = 2
"""The version of what the record says; another one for each change in its parts.

1 told the network by its sizes, and knew those of the recipe and plain ones on a table; 2 lists its
layers, and what is predicted by name.
"""


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
    sealed.write(path, MODEL, plain, {"theta": record.theta})


def read_record(path: Path) -> Record:
    """Read a model file, and check all of it.

    Raises
    ------
    ModelFileError
        Of the kind that says what is wrong; see `glassnet.errors`.
    OSError
        If there is no such file, or it cannot be read.
    """
    with sealed.opened(path, MODEL) as found:
        about = _describe(found)
        return Record(about, _finite(found.arrays()["theta"], found.header))


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
    with sealed.opened(path, MODEL) as found:
        about = _describe(found)
        place = found.header.places["theta"]
        return about, place.dtype, place.shape[1]


def _describe(found: Sealed) -> Description:
    """Return the description that a file holds, if it fits the arrays that are there."""
    _check_format(found.plain)
    found.check_text()
    plain = dict(found.plain)
    version = plain.pop("format")
    about = read_description(Node(plain, "record"), version)
    places = found.header.places
    if set(places) != {"theta"}:
        raise LayoutError(f"the arrays are {sorted(places)}; expected 'theta' alone.", offset=8)
    if places["theta"].dtype.kind != "f":
        raise LayoutError("'theta' holds whole numbers; expected F32 or F64.", offset=8)
    shape, expected = places["theta"].shape, (about.n_networks, about.network.n_params)
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
