"""What all pages of a playground share: its token, its pages, what they begin with."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from glassnet.playground.data import OneFile
from glassnet.playground.setup import DataChoice, Setup
from glassnet.playground.worker import Worker

Read: TypeAlias = Callable[[Path, str], OneFile]
"""Reads an uploaded table, which has a name; raises a `GlassnetError` that says what is wrong."""


@dataclass
class Place:
    """What all pages share.

    Attributes
    ----------
    token : str
        Whoever knows it may train here.
    file : OneFile or None
        The table that was given at the start.
    file_name : str or None
    read : callable
    most_pages, most_upload : int
    pages : dict of Worker
    """

    token: str
    read: Read
    file: OneFile | None = None
    file_name: str | None = None
    target: str | None = None
    most_pages: int = 8
    most_upload: int = 20_000_000
    pages: dict[str, Worker] = field(default_factory=dict)

    def knows(self, token: str | None) -> bool:
        """Return whether a token is the right one."""
        return token is not None and hmac.compare_digest(token.encode(), self.token.encode())

    @property
    def first_setup(self) -> Setup:
        """What a page begins with."""
        if self.file is None:
            return Setup()
        return Setup(DataChoice("file", target=self.target))


class Refused(Exception):  # noqa: N818 - what it is to the page
    """Something that a page cannot have.

    Attributes
    ----------
    status : int
        Of HTTP, or of the socket's end.
    """

    def __init__(self, status: int, says: str) -> None:
        super().__init__(says)
        self.status = status
