"""What all pages of a playground share: its token, its pages, what they begin with."""

from __future__ import annotations

import hmac
from contextlib import suppress
from dataclasses import dataclass, field

from glassnet.playground.page import Page
from glassnet.playground.process import Beginning


@dataclass
class Place:
    """What all pages share.

    Attributes
    ----------
    token : str
        Whoever knows it may train here.
    beginning : Beginning
    most_pages : int
        At once.
    pages : dict of Page
        By name; None until its process has begun.
    spare : Page or None
        The next one: a process takes half a second to begin.
    is_closed : bool
        Whether no more pages are wanted.
    """

    token: str
    beginning: Beginning
    most_pages: int = 8
    pages: dict[str, Page | None] = field(default_factory=dict)
    spare: Page | None = None
    is_closed: bool = False

    def knows(self, token: str | None) -> bool:
        """Return whether a token is the right one."""
        return token is not None and hmac.compare_digest(token.encode(), self.token.encode())

    def prepare(self) -> None:
        """Have the next page's process begin, if there can be a next page."""
        if self.spare is not None and not self.spare.is_alive:
            self.spare = None
        if len(self.pages) < self.most_pages and self.spare is None and not self.is_closed:
            with suppress(OSError, RuntimeError):  # the next page will try, and be told
                self.spare = Page(self.beginning)

    def new_page(self) -> Page:
        """Return a page that nobody has, ready or nearly so."""
        page, self.spare = self.spare, None
        return page if page is not None and page.is_alive else Page(self.beginning)

    def leave(self, page: Page) -> None:
        """Take a page back; one that nobody has waited for is the next one's."""
        has_spare = self.spare is not None and self.spare.is_alive
        if page.has_begun or has_spare or self.is_closed or not page.is_alive:
            page.close()
        else:
            self.spare = page

    def close(self) -> None:
        """End all processes."""
        self.is_closed = True
        for page in [*self.pages.values(), self.spare]:
            if page is not None:
                page.close()


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
