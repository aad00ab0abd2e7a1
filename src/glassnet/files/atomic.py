"""Writing a file as a whole, or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: str | os.PathLike[str], previous: Path | None = None) -> Iterator[BinaryIO]:
    """Give a file to write to, which takes its name when everything is on the disk.

    It is written beside its place under another name, and renamed at the end, in one step: whoever
    looks sees the old file or the new one. If anything goes wrong, the new one is removed. The old
    one gets the name ``previous``, if there is one.

    Raises
    ------
    OSError
        If the folder is not there or cannot be written to, or the path is no plain file.
    """
    target = place_of(path)
    there = target.exists()
    beside, old = _fresh(target), _fresh(target)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(beside, flags, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if there:
                beside.chmod(target.stat().st_mode & 0o777)
            yield file
            file.flush()
            os.fsync(file.fileno())
        if previous is not None and there:
            _copy(target, old)
            old.replace(previous)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        old.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _fresh(target: Path) -> Path:
    """Return a name beside a file that nothing has."""
    return target.parent / f".glassnet-{os.urandom(8).hex()}.tmp"


def _copy(file: Path, to: Path) -> None:
    """Give a file a second name, or copy it where the system has no such thing."""
    try:
        to.hardlink_to(file)
    except OSError:
        import shutil  # its readers of archives are not for those who read a model

        shutil.copy2(file, to)


def check_place(path: str | os.PathLike[str]) -> None:
    """Raise unless a file can be written there: by making one beside it, which is removed.

    Raises
    ------
    OSError
        If there is no folder, or none that can be written to.
    """
    trial = _fresh(place_of(path))
    os.close(os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    trial.unlink()


def place_of(path: str | os.PathLike[str]) -> Path:
    """Return where a path leads, links followed, if a plain file is or can be there.

    Raises
    ------
    IsADirectoryError, OSError
        If a folder or a device is there: it is not to be replaced.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "is no plain file, and not to be replaced", str(path))
    return target


def _sync_folder(folder: Path) -> None:
    """Have the new name on the disk as well; not every system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:  # a file system without it
        pass
    finally:
        os.close(descriptor)
