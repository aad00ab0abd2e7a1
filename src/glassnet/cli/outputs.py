"""Where results go: checked before the work begins, written as a whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from glassnet.cli.refusals import WRONG_USE, Refusal, said
from glassnet.files.atomic import place_of


def check_place(path: Path, inputs: list[str], option: str = "--output") -> None:
    """Raise a refusal unless a file can be written there, and is none that is read.

    A file of another name is made beside it and removed: what is allowed is known best by trying.
    """
    try:
        place = place_of(path)
        if not place.parent.is_dir():
            raise Refusal(
                f"{option} {path}: there is no folder {str(path.parent)!r}. Make it, or choose "
                "another.",
                WRONG_USE,
            )
        trial = place.parent / f".glassnet-{secrets.token_hex(8)}.tmp"
        os.close(os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        trial.unlink()
        if place.exists() and not os.access(place, os.W_OK):
            raise PermissionError(13, "Permission denied", str(path))
    except OSError as error:
        error.filename = str(path)
        raise Refusal(f"{option} {said(error)} Choose another place.", WRONG_USE) from error
    for one in inputs:
        if one != "-" and place.exists() and Path(one).exists() and place.samefile(one):
            raise Refusal(f"{option} {path} is the file that is read; choose another.", WRONG_USE)
