"""HTML from the inside out: what is not markup already is escaped."""

from __future__ import annotations

import html
from typing import Any


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def escaped(content: object) -> Markup:
    """Return anything as HTML; what no browser can show becomes U+FFFD."""
    if isinstance(content, Markup):
        return content
    text = "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}"
                   for c in str(content))  # fmt: skip
    return Markup(html.escape(text, quote=True))


def tag(name: str, *content: object, **attributes: Any) -> Markup:
    """Return an element: ``tag("p", "a < b", class_="note")``.

    An underscore at the end of an attribute's name is left out, another is a hyphen; an attribute
    that is None is left out, one that is True has no value. ``None`` among the content is nothing.
    """
    pairs = "".join(
        f" {key.rstrip('_').replace('_', '-')}"
        + ("" if value is True else f'="{escaped(str(value))}"')
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(escaped(one) for one in content if one is not None)
    return Markup(f"<{name}{pairs}>{inside}</{name}>")


def joined(*content: object) -> Markup:
    """Return pieces one after the other."""
    return Markup("".join(escaped(one) for one in content if one is not None))
