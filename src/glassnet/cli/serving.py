"""``glassnet serve``: predictions over HTTP."""

from __future__ import annotations

import errno
import re
from pathlib import Path

from glassnet.cli.refusals import FAILED, WRONG_USE, Refusal, said
from glassnet.cli.words import Speaker
from glassnet.errors import MissingExtraError

_UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


def n_bytes(value: str) -> int:
    """Return the bytes in a text such as ``16MB``.

    Examples
    --------
    >>> n_bytes("16MB"), n_bytes("1.5 KiB"), n_bytes("900")
    (16000000, 1536, 900)
    """
    found = re.fullmatch(r"(\d{1,12}(?:\.\d{1,3})?)\s*([KMG]?I?B?)", value.strip().upper())
    unit = None if found is None else _UNITS.get(found[2])
    size = 0 if found is None or unit is None else int(float(found[1]) * unit)
    if not 1 <= size <= 10**10:
        raise Refusal(
            f"--max-body {value}: expected a size such as 16MB or 500KB, at most 10GB.", WRONG_USE
        )
    return size


def serve(
    model: str,
    *,
    host: str,
    port: int,
    workers: int,
    max_body: str,
    max_rows: int,
    timeout: float,
    queue: int,
    allowed_hosts: list[str],
    log: bool,
    speaker: Speaker,
) -> None:
    """Serve until a signal comes."""
    try:
        from glassnet.serve import Settings
        from glassnet.serve import serve as run
    except MissingExtraError as error:
        raise Refusal(str(error)) from error
    settings = Settings(
        model, host, port, workers, n_bytes(max_body), max_rows, timeout, queue,
        tuple(allowed_hosts), log,
    )  # fmt: skip
    _check_file(model)

    def started(address: str) -> None:
        speaker.plain(f"Serving {model} on {address} (Ctrl-C ends it)")
        speaker.out.file.flush()

    try:
        run(settings, started)
    except OSError as error:
        if error.filename == model:
            raise
        raise _not_listening(settings.host, settings.port, error) from error


def _check_file(model: str) -> None:
    """Raise a refusal unless there is a file that can be opened."""
    try:
        Path(model).open("rb").close()
    except OSError as error:
        raise Refusal(f"{said(error)} Expected a model file.", WRONG_USE) from error


def _not_listening(host: str, port: int, error: OSError) -> Refusal:
    """Return why there is no listening at an address."""
    if error.errno == errno.EADDRINUSE:
        hint = "it is taken. Choose another --port; 0 is any that is free"
    elif error.errno == errno.EACCES:
        hint = "that is not allowed. Choose a --port from 1024 on"
    else:
        hint = f"{error.strerror or error}. Choose another --host, such as 127.0.0.1"
    return Refusal(f"cannot listen on {host}, port {port}: {hint}.", FAILED)
