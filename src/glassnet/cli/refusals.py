"""How a command ends when it cannot do its work: one sentence, and an exit status."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from glassnet.errors import GlassnetError

FAILED, WRONG_USE = 1, 2


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


@contextmanager
def plainly() -> Iterator[None]:
    """Turn whatever is refused within into one line on standard error, and an exit status."""
    try:
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
        raise _ended("stopped by Ctrl-C; nothing was written.", FAILED) from error


def said(error: OSError) -> str:
    """Return an error of the operating system as a sentence: the path, then what is wrong."""
    what = error.strerror or str(error)
    path = error.filename
    return f"{what[:1].lower()}{what[1:]}." if path is None else f"{path}: {what}."


def _ended(message: str, status: int) -> typer.Exit:
    typer.echo(f"Error: {' '.join(message.split())}", err=True)
    return typer.Exit(status)
