"""Read the worked examples out of the pages.

A worked example is a ``text`` fence whose first line is ``# page: title``. Each line after it is
``name = value`` or ``name = calculation = value``.
"""

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
PAGES = (DOCS / "notation.md", *sorted((DOCS / "maths").glob("*.md")))

_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "cos": math.cos,
    "erf": math.erf,
}
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


@dataclass(frozen=True)
class Line:
    """One line of a worked example."""

    name: str
    calculation: str | None
    printed: str

    @property
    def value(self) -> float:
        """The printed number."""
        return float(self.printed)

    @property
    def unit(self) -> float:
        """One unit of the last printed digit: 0.001 for ``1.250``."""
        exponent = Decimal(self.printed).as_tuple().exponent
        return 10.0 ** int(exponent)

    def shows(self, value: float) -> bool:
        """Whether ``value``, rounded, is the printed number."""
        # 0.501: a half for the rounding, the rest for the last bits of the recomputed value.
        return abs(self.value - value) <= 0.501 * self.unit


Example = dict[str, Line]


def fences(text: str, language: str) -> list[str]:
    """Return the contents of the fences in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def read_example(fence: str) -> tuple[str, Example] | None:
    """Return the title and the lines of a worked example; None for any other fence."""
    first, *rest = fence.splitlines()
    if not re.fullmatch(r"# \w+: .+", first):
        return None
    lines: Example = {}
    for text in rest:
        parts = text.split(" = ")
        if len(parts) not in (2, 3):
            raise ValueError(f"{first}: expected `name = calculation = value`, found {text!r}")
        line = Line(parts[0], parts[1] if len(parts) == 3 else None, parts[-1])
        if line.name in lines:
            raise ValueError(f"{first}: {line.name!r} stands twice")
        lines[line.name] = line
    return first.removeprefix("# "), lines


def read_examples() -> dict[str, Example]:
    """Return every worked example of every page, by title."""
    examples: dict[str, Example] = {}
    for page in PAGES:
        for fence in fences(page.read_text(encoding="utf-8"), "text"):
            found = read_example(fence)
            if found is None:
                continue
            title, lines = found
            if title in examples:
                raise ValueError(f"{page.name}: the title {title!r} stands twice")
            examples[title] = lines
    return examples


def calculate(calculation: str, names: Mapping[str, float]) -> float:
    """Return the value of a calculation, as a pocket calculator would."""
    return _value(ast.parse(calculation, mode="eval").body, names)


def _value(node: ast.expr, names: Mapping[str, float]) -> float:
    """Evaluate one node of the expression; anything but arithmetic is an error."""
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id="pi"):
            return math.pi
        case ast.Name(id=name):
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, names)
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)](_value(left, names), _value(right, names))
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return _FUNCTIONS[name](_value(argument, names))
    raise ValueError(f"not arithmetic: {ast.unparse(node)}")
