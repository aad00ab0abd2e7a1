"""How a command ends when it cannot do its work: one sentence, and an exit status."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

from glassnet.errors import GlassnetError

FAILED, WRONG_USE, TERMINATED = 1, 2, 128 + signal.SIGTERM


class Refusal(Exception):  # noqa: N818 - what it is to the user
    """What is wrong, where, and what to do.

    Attributes
    ----------
    status : int
        1: the work failed. 2: what was typed cannot be done.
    """

    def __init__(self, message: str, status: int = FAILED) -> None:
        super().__init__(message)
        self.status = status


class Terminated(BaseException):
    """SIGTERM has come."""


@contextmanager
def _told_of_its_end() -> Iterator[None]:
    """Have SIGTERM raise where the program is, so that whatever is half-written is removed."""
    if threading.current_thread() is not threading.main_thread():  # signals are not for others
        yield
        return

    def end(number: int, frame: Any) -> NoReturn:  # noqa: ARG001 - as signal calls it
        raise Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def plainly() -> Iterator[None]:
    """Turn whatever is refused within into one line on standard error, and an exit status."""
    try:
        with _told_of_its_end():
            yield
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        raise typer.Exit(FAILED) from None
    except Refusal as error:
        raise _ended(str(error), error.status) from error
    except OSError as error:
        raise _ended(said(error), FAILED) from error
    except (GlassnetError, ValueError) as error:
        raise _ended(str(error), FAILED) from error
    except MemoryError as error:
        raise _ended("there is not enough memory. Take fewer rows or columns.", FAILED) from error
    except KeyboardInterrupt as error:
        raise _ended("stopped by Ctrl-C; no result was written.", FAILED) from error
    except Terminated as error:
        message = (
            "ended by SIGTERM; no result was written. A training with --checkpoint goes on by the "
            "same command."
        )
        raise _ended(message, TERMINATED) from error


def said(error: OSError) -> str:
    """Return an error of the operating system as a sentence: the path, then what is wrong."""
    what = error.strerror or str(error)
    path = error.filename
    return f"{what[:1].lower()}{what[1:]}." if path is None else f"{path}: {what}."


def _ended(message: str, status: int) -> typer.Exit:
    typer.echo(f"Error: {' '.join(message.split())}", err=True)
    return typer.Exit(status)
