"""The rows of a file as the playground takes them: for a page and for its code."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from glassnet.cli.reading import Source, read
from glassnet.cli.refusals import Refusal
from glassnet.cli.targets import decide, examples_of, is_missing, values_of
from glassnet.errors import DataError
from glassnet.playground.data import FileRows, OneFile


def rows_of(path: str | Path, name: str | None = None) -> OneFile:
    """Return a function that gives a table's rows for a target: None is its last column.

    Parameters
    ----------
    path : str or Path
        Of a file that ``glassnet train`` takes, too.
    name : str, optional
        What messages call it.
    """
    source = read(str(path))
    if name is not None:
        source = Source(name, name, source.frame, source.format, source.decimal, source.words)
    return lambda target: _rows(source, target or source.frame.columns[-1])


def _rows(source: Source, target: str) -> FileRows:
    words = list(source.words)
    examples = examples_of(source, target, None, [], words)
    task, _ = decide(examples.y, source, None)
    return FileRows(
        Path(source.name).name,
        tuple(source.frame.columns),
        target,
        examples.X,
        values_of(examples.y, task),
        task,
        tuple(words),
        np.flatnonzero(~is_missing(source.frame[target]).to_numpy()) + 1,
    )


def upload_of(path: Path, name: str) -> OneFile:
    """Return the same for a file that a page has sent; what is refused is an error of the data."""
    try:
        file = rows_of(path, name)
    except Refusal as refusal:
        raise DataError(str(refusal).replace(str(path), name)) from refusal

    def rows(target: str | None) -> FileRows:
        try:
            return file(target)
        except Refusal as refusal:
            raise DataError(str(refusal)) from refusal

    return rows
