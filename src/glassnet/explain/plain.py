r"""LaTeX as plain Unicode text: for the formulas that this package writes, and no others."""

# ruff: noqa: RUF001 - Greek letters are Greek letters here

from __future__ import annotations

import re
from unicodedata import normalize

_SIGNS = {
    "cdot": "·", "leftarrow": "←", "le": "≤", "ge": "≥", "odot": "⊙", "sum": "∑", "infty": "∞",
    "partial": "∂", "dots": "…", "lvert": "|", "rvert": "|", "quad": "\0", "to": "→",
    "alpha": "α", "beta": "β", "delta": "δ", "epsilon": "ε", "eta": "η", "lambda": "λ", "mu": "μ",
    "pi": "π", "rho": "ρ", "sigma": "σ", "theta": "θ", "tau": "τ", "Phi": "Φ", "varphi": "φ",
    "ell": "ℓ", "top": "ᵀ", "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^",
}  # fmt: skip
_ACCENTS = {"hat": "\u0302", "tilde": "\u0303"}
_FUNCTIONS = ("exp", "log", "sin", "cos", "tanh", "max", "min")
_RAISED = str.maketrans("0123456789+-nkt", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿᵏᵗ")
_LOWERED = str.maketrans("0123456789+-aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_TOKEN = re.compile(
    r"\\(cdot|frac|sqrt|hat|tilde|text|mathrm|underbrace|lvert)(?![a-z]) *|\\([a-zA-Z]+)|\\(.)|(.)"
)

_ESCAPE = re.compile(r"\\(text[a-z]+)\{\}|\\(.)")


def plain(latex: str) -> str:
    r"""Return a formula as a line of text.

    Examples
    --------
    >>> plain(r"z_{2} = 0.5\cdot (-1) + \frac{1}{1 + e^{-2}}")
    'z₂ = 0.5·(-1) + 1/(1 + e⁻²)'
    """
    text = re.sub(r" +", " ", normalize("NFC", _Reader(latex).all()))
    return re.sub(r" ?\0 ?", "   ", text).strip()


class _Reader:
    """Reads a formula from left to right."""

    def __init__(self, latex: str) -> None:
        self.latex, self.at = latex, 0

    def all(self) -> str:
        """Return everything that is left, up to a closing brace."""
        parts: list[str] = []
        while self.at < len(self.latex) and self.latex[self.at] != "}":
            part = self.one()
            if part in ("^", "_") and self.at < len(self.latex):
                part = _marked(part, self.one())
            parts.append(part)
        return "".join(parts)

    def group(self) -> str:
        """Return what stands in the next braces, or the next sign alone."""
        return self.one()

    def one(self) -> str:
        """Return the next sign, group or command as text."""
        if self.latex[self.at] == "{":
            self.at += 1
            inside = self.all()
            self.at += 1
            return inside
        found = _TOKEN.match(self.latex, self.at)
        assert found is not None
        start, self.at = self.at, found.end()
        builds, command, escaped, sign = found.groups()
        if builds == "frac":
            return self.fraction(self.latex[:start].rstrip().endswith(r"\cdot"))
        if builds or command:
            return self.command(builds or command)
        return str(escaped or sign)

    def fraction(self, is_factor: bool) -> str:
        """Return a fraction on one line; behind a dot in parentheses, if it is not short."""
        above, below = _whole(self.group()), _whole(self.group())
        if "(" not in above + below or above in ("1", "-1"):
            return f"{above}/{below}"
        return f"({above} / {below})" if is_factor else f"{above} / {below}"

    def command(self, name: str) -> str:
        """Return what a command stands for."""
        if name == "sqrt":
            return f"√{_whole(self.group())}"
        if name in _ACCENTS:
            return self.group() + _ACCENTS[name]
        if name == "underbrace":  # what is not shown, and its sum
            dots, _, total = self.group(), self.one(), self.group()
            return f"{dots} ({total})"
        if name == "text":
            return self.text()
        if name == "mathrm":
            return self.group()
        return name if name in _FUNCTIONS else _SIGNS[name]

    def text(self) -> str:
        """Return the words in the next braces as they are, without escapes."""
        start = self.at + 1
        depth, end = 1, start
        while depth:
            if self.latex[end] == "\\":
                end += 1
            else:
                depth += {"{": 1, "}": -1}.get(self.latex[end], 0)
            end += 1
        self.at = end
        words = self.latex[start : end - 1]
        return _ESCAPE.sub(lambda found: _SIGNS[found[1]] if found[1] else found[2], words)


def _whole(text: str) -> str:
    """Return a part of a fraction, in parentheses if it has parts itself."""
    is_one = re.fullmatch(r"-?[\w.∂^\u0302]+|(√|e\^)\([^()]*(\([^()]*\)[^()]*)*\)", text)
    return text if is_one else f"({text})"


def _marked(sign: str, text: str) -> str:
    """Return a power or an index: as small signs where Unicode has them all."""
    table = _RAISED if sign == "^" else _LOWERED
    if text == "ᵀ":
        return text
    if all(ord(one) in table or (one == "," and sign == "_") for one in text):
        return text.translate(table)
    return sign + (text if re.fullmatch(r"-?[\w.]+", text) else f"({text})")
