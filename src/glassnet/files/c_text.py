"""Text of a model's own in C: nothing in it ends a comment, a literal or a name."""

from __future__ import annotations

import re

_MOST_IN_COMMENT = 60
_MOST_IN_NAME = 30
MOST_IN_LITERAL = 4000
"""Bytes of a literal; C99 promises 4,095."""


def literal(text: str) -> str:
    r"""Return a text as a string literal: UTF-8, everything but plain ASCII as octal escapes.

    Octal ones have three digits at most, so that the next character is not taken for one. A
    question mark is escaped, too: two of them begin a trigraph.

    Examples
    --------
    >>> print(literal('a"b\\ ??/ \u00e4\n1'))
    "a\"b\\ \?\?/ \303\244\0121"
    """
    return f'"{"".join(map(_escaped, _bytes(text)))}"'


def literal_or_null(text: str) -> str:
    """Return a text as a literal to compare with; 0 if there is none that is equal to it.

    A text with a zero byte would be taken for its beginning; one that is too long is no literal.
    """
    data = _bytes(text)
    return "0" if 0 in data or len(data) > MOST_IN_LITERAL else literal(text)


def literal_cut(text: str) -> str:
    """Return a text to show as a literal, cut to what C99 allows."""
    return literal(_bytes(text)[:MOST_IN_LITERAL].decode(errors="ignore"))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _escaped(byte: int) -> str:
    character = chr(byte)
    if character in '"\\?':
        return f"\\{character}"
    return character if 32 <= byte < 127 else f"\\{byte:03o}"


def comment(text: str) -> str:
    r"""Return a text for a comment: ASCII on one line, cut, and without a way out.

    Examples
    --------
    >>> print(comment("a */ b /* c ???/"))
    'a *\/ b /\* c ?\?\?/'
    """
    shown = ascii(text if len(text) <= _MOST_IN_COMMENT else f"{text[: _MOST_IN_COMMENT - 3]}...")
    shown = shown.replace("*/", "*\\/").replace("/*", "/\\*")
    return re.sub(r"\?(?=\?)", r"?\\", shown)


class Names:
    """Names that are made of texts, all different.

    Parameters
    ----------
    prefix : str
        In front of each.

    Examples
    --------
    >>> names = Names("churn_LEVEL")
    >>> [names.new("city", text) for text in ("St. Gallen", "St Gallen", "")]
    ['churn_LEVEL_city_St_Gallen', 'churn_LEVEL_city_St_Gallen_2', 'churn_LEVEL_city']
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def new(self, *texts: str) -> str:
        """Return a name that is not taken yet."""
        parts = [part for part in map(safe, texts) if part]
        base = "_".join([self._prefix, *parts])
        k = self._next.get(base, 1)
        name = base if k == 1 else f"{base}_{k}"
        while name in self._taken:
            k += 1
            name = f"{base}_{k}"
        self._taken.add(name)
        self._next[base] = k + 1
        return name


def safe(text: str) -> str:
    """Return the letters, digits and single underscores of a text: what a name may consist of."""
    return re.sub(r"[^A-Za-z0-9]+", "_", text)[:_MOST_IN_NAME].strip("_")
