"""``glassnet playground``: a page in the browser on which a network learns."""

from __future__ import annotations

import errno
import threading
import webbrowser
from pathlib import Path
from urllib.parse import quote

import numpy as np

from glassnet.cli.reading import Source, read
from glassnet.cli.refusals import FAILED, Refusal
from glassnet.cli.targets import decide, examples_of, is_missing, values_of
from glassnet.cli.words import Speaker
from glassnet.errors import DataError
from glassnet.playground import Settings, playground
from glassnet.playground.data import FileRows, OneFile
from glassnet.playground.session import Session
from glassnet.playground.setup import DataChoice, Setup


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


def play(
    file: str | None,
    *,
    target: str | None,
    link: str,
    port: int,
    with_browser: bool,
    speaker: Speaker,
) -> None:
    """Serve the page until a signal comes."""
    rows = None if file is None else upload_of(Path(file), file)
    if rows is not None:
        Session(Setup(DataChoice("file", target=target)), rows)  # what is wrong is told now

    fragment = link.rpartition("#")[2]  # of a whole link, too

    def started(address: str) -> None:
        address += f"#{quote(fragment, safe='=&,^+()./:@%-')}" if fragment else ""
        speaker.plain(f"The playground is at {address} (Ctrl-C ends it)")
        speaker.out.file.flush()
        if with_browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    settings = Settings(upload_of, port, rows, None if file is None else Path(file).name, target)
    try:
        playground(settings, started)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise Refusal(
            f"cannot listen on port {port}: it is taken. Choose another --port; 0 is any that is "
            "free.",
            FAILED,
        ) from error
