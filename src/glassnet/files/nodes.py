"""A value of a file's JSON together with its place, so that a wrong one can be named."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from glassnet.errors import RecordError

Option = TypeVar("Option", bound=str)

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 40


@dataclass(frozen=True)
class Node:
    """A value, and where it stands.

    Each method returns the value as what was asked for, or raises `RecordError`.

    Attributes
    ----------
    value : object
        As JSON gives it.
    where : str
        Such as "table.columns[3].name".
    """

    value: Any
    where: str

    def wrong(self, expected: str) -> RecordError:
        """Return the error that says what is there, and what was expected."""
        shown = _SHORT.repr(self.value)
        shown = shown if len(shown) <= 80 else f"{shown[:77]}..."
        return RecordError(
            f"what the file says of the model is wrong: {self.where} is {shown}; "
            f"expected {expected}."
        )

    def fields(self, *names: str) -> dict[str, Node]:
        """Return the parts of an object that has exactly these names."""
        if not isinstance(self.value, dict) or set(self.value) != set(names):
            raise self.wrong(f"an object of exactly {', '.join(names) or 'nothing'}")
        return {name: type(self)(self.value[name], f"{self.where}.{name}") for name in names}

    def items(self, most: int | None = None) -> list[Node]:
        """Return the parts of a list, of which there may be a limit."""
        if not isinstance(self.value, list):
            raise self.wrong("a list")
        if most is not None and len(self.value) > most:
            raise self.wrong(f"a list of at most {most:,}, and not of {len(self.value):,}")
        return [type(self)(one, f"{self.where}[{i}]") for i, one in enumerate(self.value)]

    def pairs(self) -> Iterator[tuple[str, Node]]:
        """Yield the names and parts of an object with any names."""
        if not isinstance(self.value, dict):
            raise self.wrong("an object")
        for name, one in self.value.items():
            yield name, type(self)(one, f"{self.where}.{name}")

    def text(self) -> str:
        """Return a text."""
        if not isinstance(self.value, str):
            raise self.wrong("a text")
        return self.value

    def flag(self) -> bool:
        """Return a truth value."""
        if not isinstance(self.value, bool):
            raise self.wrong("true or false")
        return self.value

    def number(self) -> float:
        """Return a number; all of them are finite."""
        if type(self.value) not in (int, float):
            raise self.wrong("a number")
        try:
            return float(self.value)
        except OverflowError:
            raise self.wrong("a number within float64") from None

    def whole(self, low: int, high: int) -> int:
        """Return a whole number within bounds."""
        if type(self.value) is not int or not low <= self.value <= high:
            raise self.wrong(f"a whole number from {low:,} to {high:,}")
        return int(self.value)

    def one_of(self, options: Iterable[Option]) -> Option:
        """Return a text out of a closed list."""
        for option in options:
            if self.value == option:
                return option
        raise self.wrong(f"one of {', '.join(options)}")

    def or_none(self) -> Node | None:
        """Return None for null."""
        return None if self.value is None else self
