"""Where results go: checked before the work begins, written as a whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from glassnet.cli.refusals import WRONG_USE, Refusal, said
from glassnet.files import atomic
from glassnet.files.atomic import place_of


def check_place(path: Path, inputs: Sequence[str], option: str = "--output") -> None:
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
        atomic.check_place(place)
        if place.exists() and not os.access(place, os.W_OK):
            raise PermissionError(13, "Permission denied", str(path))
    except OSError as error:
        error.filename = str(path)
        raise Refusal(f"{option} {said(error)} Choose another place.", WRONG_USE) from error
    for one in inputs:
        if one != "-" and (Path(os.path.realpath(one)) == place or _are_one(place, Path(one))):
            what = "the file that is read" if Path(one).exists() else "also written to"
            raise Refusal(f"{option} {path} is {what}; choose another.", WRONG_USE)


def _are_one(place: Path, other: Path) -> bool:
    """Return whether two names are of one file."""
    return place.exists() and other.exists() and place.samefile(other)
