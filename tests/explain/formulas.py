r"""Reads the numbers back out of LaTeX, and computes what a formula says.

The judge of the lines: each ``... = ... = ...`` must say the same number in all of its numeric
parts, within what rounding to the shown digits allows.
"""

import itertools
import math
import re

DIGITS = 4

_LITERAL = re.compile(r"(?<![\w.])(?<!\*\*\{)(\d+(?:\.\d+)?(?:\\cdot 10\^\{-?\d+\})?)(?![\w.])")
_NAMES = {
    "exp": math.exp, "log": math.log, "tanh": math.tanh, "cos": math.cos, "sin": math.sin,
    "sqrt": math.sqrt, "max": max, "min": min, "abs": abs, "pi": math.pi,
}  # fmt: skip


def group(text, start):
    """Return what stands in the braces that open at a place, and the place behind them."""
    depth, end = 1, start + 1
    while depth:
        if text[end] == "\\":
            end += 1
        else:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
        end += 1
    return text[start + 1 : end - 1], end


def replaced(text, command, n_groups, make):
    r"""Return LaTeX whose ``\command{...}{...}`` are what ``make`` makes of the groups."""
    while (at := text.find(command)) >= 0:
        end, groups = at + len(command), []
        for _ in range(n_groups):
            inside, end = group(text, end)
            groups.append(inside)
        text = text[:at] + make(*groups) + text[end:]
    return text


def without_text(line):
    r"""Return a line without its words: ``\text{...}``."""
    return replaced(line, r"\text", 1, lambda words: "")


def parts_of(line):
    """Return the chains of a line, each a list of the parts between its signs of equality."""
    line = without_text(line)
    chains = re.split(r",? \\quad ", f" {line} ".replace(r"\quad  ", r"\quad "))
    return [re.split(r" = |\\leftarrow", chain) for chain in chains]


def python(latex):
    """Return a formula as Python with a marker for each number, or None if it has letters."""
    text = replaced(latex, r"\underbrace{\dots}_", 1, lambda total: f"({total})")
    text = replaced(text, r"\frac", 2, lambda above, below: f"(({above})/({below}))")
    text = replaced(text, r"\sqrt", 1, lambda inside: f"sqrt({inside})")
    text = re.sub(r"(?<![A-Za-z])e\^\{([^{}]*)\}", r"exp(\1)", text)
    text = re.sub(r"\\lvert (.*?)\\rvert", r"abs(\1)", text)
    numbers = []

    def mark(found):
        value, _, power = found[1].partition(r"\cdot 10^")
        numbers.append(float(value) * 10.0 ** int(power.strip("{}") or 0))
        return f"n[{len(numbers) - 1}]"

    text = re.sub(r"(?<!10)\^\{(\d+)\}", r"**{\1}", text)
    text = _LITERAL.sub(mark, text)
    text = text.replace(r"\cdot", "*").replace("{", "(").replace("}", ")")
    text = re.sub(r"\\(log|tanh|cos|sin|max|min|pi)", r"\1", text)
    text = re.sub(r"(n\[\d+\]) *pi", r"\1*pi", text).strip()
    names = set(re.findall(r"[A-Za-z_\\']+", re.sub(r"n\[\d+\]", "", text)))
    return (text, numbers) if text and names <= set(_NAMES) else None


def unit(x, digits=DIGITS):
    """Return half a unit of the last digit that a number is shown with."""
    return 0.0 if x == 0 else 0.5 * 10.0 ** (math.floor(math.log10(abs(x)) + 1e-12) - digits + 1)


def value_and_doubt(latex):
    """Return what a formula says, and how far rounding may be off; None if it has letters."""
    compiled = python(latex)
    if compiled is None:
        return None
    code, numbers = compiled

    def value(n):
        return float(eval(code, {"__builtins__": {}}, {**_NAMES, "n": n}))

    whole = value(numbers)
    doubt = 0.0
    for i, x in enumerate(numbers):
        steps = [abs(value([*numbers[:i], x + d, *numbers[i + 1 :]]) - whole)
                 for d in (unit(x), -unit(x))]  # fmt: skip
        doubt += max(steps)
    return whole, doubt


def check(line):
    """Assert that all numeric parts of a line say the same; return how many pairs there were."""
    pairs = 0
    for chain in parts_of(line):
        known = [found for part in chain if (found := value_and_doubt(part)) is not None]
        for (a, doubt_a), (b, doubt_b) in itertools.pairwise(known):
            pairs += 1
            assert abs(a - b) <= 1.05 * (doubt_a + doubt_b) + 1e-300, f"{line}: {a} and {b}"
    return pairs
