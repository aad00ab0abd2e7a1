r"""Numbers, sums and names in LaTeX, as the lines of an explanation show them.

Four significant digits each; a long sum shows its largest terms, then ``\dots`` with the sum of
the others as a number, so that what is shown always adds up.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np

from glassnet.core.arrays import Array

DIGITS = 4
"""Significant digits of a number that is shown."""

MOST_DIGITS = 15
"""Where more digits are needed to see a difference: all that float64 is sure of."""

Term: TypeAlias = tuple[str, float]
"""A term of a sum, in LaTeX, and its value."""

_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "%": r"\%", "&": r"\&",
    "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def number(x: Any, digits: int = DIGITS) -> str:
    r"""Return a number in LaTeX.

    Examples
    --------
    >>> [number(x) for x in (0.123456, 12345.6, -2.0, 1.23456e-7, 0.0)]
    ['0.1235', '12350', '-2', '1.235\\cdot 10^{-7}', '0']
    """
    x = float(x)
    if math.isnan(x):
        return r"\text{NaN}"
    if math.isinf(x):
        return r"\infty" if x > 0 else r"-\infty"
    if x == 0:
        return "0"
    mantissa, _, exponent = f"{x:.{digits - 1}e}".partition("e")
    power = int(exponent)
    if -5 < power < 7:
        positional = f"{float(f'{x:.{digits - 1}e}'):.{max(digits - 1 - power, 0)}f}"
        return _trimmed(positional)
    return rf"{_trimmed(mantissa)}\cdot 10^{{{power}}}"


def _trimmed(text: str) -> str:
    """Return a number without zeros at its end."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def factor(x: Any, digits: int = DIGITS) -> str:
    """Return a number that stands behind a sign or in a product: in parentheses if it is below 0.

    Examples
    --------
    >>> factor(0.5), factor(-0.5)
    ('0.5', '(-0.5)')
    """
    text = number(x, digits)
    return f"({text})" if text.startswith("-") else text


def digits_beyond(x: Any, difference: Any) -> int:
    """Return how many digits of ``x`` show a difference from it, with two digits of that.

    Examples
    --------
    >>> digits_beyond(0.99999, 1e-5), digits_beyond(0.3, 0.7)
    (6, 4)
    """
    x, difference = abs(float(x)), abs(float(difference))
    if not (0 < x < math.inf and 0 < difference < math.inf):
        return DIGITS
    orders = math.floor(math.log10(x)) - math.floor(math.log10(difference))
    return min(max(DIGITS, orders + 2), MOST_DIGITS)


def product(*factors: Any) -> Term:
    """Return a product as a term of a sum."""
    numbers = [float(one) for one in factors]
    return r"\cdot ".join(map(factor, numbers)), math.prod(numbers)


def constant(x: Any) -> Term:
    """Return a number as a term of a sum."""
    return factor(x), float(x)


def products(a: Array, b: Array, most: int) -> list[Term]:
    """Return the products of two vectors as terms: the largest ones, and the sum of the others.

    Of many numbers only those that are shown are written down.
    """
    values = np.asarray(a, np.float64) * np.asarray(b, np.float64)
    shown = largest(values, most)
    terms = [product(a[i], b[i]) for i in shown]
    return [*terms, *_rest(values, shown)]


def _rest(values: Array, shown: Sequence[int]) -> list[Term]:
    if len(shown) == len(values):
        return []
    rest = float(np.delete(values, shown).sum())
    return [(rf"\underbrace{{\dots}}_{{{number(rest)}}}", rest)]


def shortened(terms: Sequence[Term], most: int) -> list[Term]:
    """Return the largest terms in their order, and the sum of the others as a number."""
    values = np.array([value for _, value in terms])
    shown = largest(values, most)
    return [*(terms[i] for i in shown), *_rest(values, shown)]


def added(terms: Iterable[Term]) -> str:
    r"""Return a sum; the first term needs no parentheses around a number below 0.

    Examples
    --------
    >>> added([product(-0.5, 2.0), constant(-1.0)])
    '-0.5\\cdot 2 + (-1)'
    """
    text = " + ".join(one for one, _ in terms)
    if text.startswith("(-"):
        head, _, tail = text[1:].partition(")")
        return head + tail
    return text or "0"


def largest(values: Any, most: int, forced: int | None = None) -> list[int]:
    """Return the places of the largest absolute values, at most so many, in their order.

    ``forced`` is among them whatever its value.
    """
    sizes = np.abs(np.asarray(values, np.float64)).ravel()
    if sizes.size <= most:
        return list(range(sizes.size))
    if forced is not None:
        sizes[forced] = np.inf
    return sorted(np.argsort(-sizes, kind="stable")[:most].tolist())


def named(name: str) -> str:
    r"""Return any text in LaTeX.

    Examples
    --------
    >>> print(named("50 % of a_b"))
    \text{50 \% of a\_b}
    """
    return rf"\text{{{escaped(name)}}}"


def escaped(text: str) -> str:
    """Return a text whose characters mean themselves in LaTeX."""
    return "".join(_ESCAPES.get(one, one) for one in " ".join(str(text).split()))


def and_more(n: int, what: str) -> list[str]:
    """Return a line that says how many are not shown; no line if all are."""
    return [rf"\text{{and {n:,} more {what}{'s' * (n != 1)}}}"] if n else []
