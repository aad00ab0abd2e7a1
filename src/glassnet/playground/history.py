"""What was changed while a network trained, so that a program can do it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from glassnet.core.arrays import Array


@dataclass(frozen=True)
class Change:
    """Something that was done between two steps.

    Attributes
    ----------
    step : int
        Steps that lay behind.
    parts : dict
        Parts of the setup, as they are from then on.
    index, value : int and float, or None
        A number of theta that was set.
    theta : array or None
        All of theta, read from a file.
    """

    step: int
    parts: dict[str, Any] | None = None
    index: int | None = None
    value: float | None = None
    theta: Array | None = None


def added(history: list[Change], new: Change) -> list[Change]:
    """Return the history with a change at its end; what it makes undone is left out."""
    kept = list(history)
    while kept and kept[-1].step == new.step and _replaces(new, kept[-1]):
        kept.pop()
    return [*kept, new]


def _replaces(new: Change, old: Change) -> bool:
    """Return whether nothing of a change is left after another one at the same step."""
    if new.parts is not None:  # another optimizer and back again has emptied the slots
        return (
            old.parts is not None
            and "optimizer" not in old.parts
            and set(old.parts) <= set(new.parts)
        )
    if new.theta is not None:
        return old.parts is None
    return old.index is not None and old.index == new.index
