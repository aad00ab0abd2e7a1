"""One step of an explanation: what it computes, the numbers, and a sentence for a class."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from glassnet.core.arrays import Array

Phase: TypeAlias = Literal["forward", "backward", "update"]


@dataclass(frozen=True, eq=False)
class Values:
    """An array with its letter.

    Attributes
    ----------
    name : str
        Such as "Z" or "dW".
    numbers : array
    """

    name: str
    numbers: Array

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: the numbers row by row."""
        flat = np.asarray(self.numbers, np.float64).ravel().tolist()
        numbers = [plain_number(one) for one in flat]
        return {"name": self.name, "shape": list(self.numbers.shape), "numbers": numbers}


@dataclass(frozen=True)
class Words:
    """What is said of a step.

    Attributes
    ----------
    title, says : str
        In plain text.
    formula : str
        In general, LaTeX.
    lines : tuple of str
        With the numbers, LaTeX.
    """

    title: str
    formula: str
    lines: tuple[str, ...]
    says: str


@dataclass(frozen=True, eq=False)
class Step:
    """One step of the way there, of the way back, or of the update.

    Attributes
    ----------
    phase : {"forward", "backward", "update"}
    layer : int or None
        The place in ``net.layers``, from 0.
    words : Words
    values : Values
        What comes out.
    gradients : tuple of Values
        Of the layer's parameters, on the way back; a penalty's part is in them.
    """

    phase: Phase
    layer: int | None
    words: Words
    values: Values
    gradients: tuple[Values, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, as JSON has it."""
        return {
            "phase": self.phase,
            "layer": self.layer,
            "title": self.words.title,
            "formula": self.words.formula,
            "lines": list(self.words.lines),
            "values": self.values.to_dict(),
            "gradients": [one.to_dict() for one in self.gradients],
            "says": self.words.says,
        }


def plain_number(x: float) -> float | None:
    """Return a number as JSON can hold it: None if it is not finite."""
    return float(x) if math.isfinite(x) else None
