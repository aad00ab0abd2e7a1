"""What one layer took and gave, on both ways, for those who describe it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.core.activations import Activation
from glassnet.core.arrays import Array
from glassnet.core.layer import Layer, Params
from glassnet.core.mixed import MixedActivation
from glassnet.core.penalties import Penalty
from glassnet.explain.shown import Term, and_more, factor, largest


@dataclass(frozen=True, eq=False)
class Visit:
    """One layer, for one row.

    Attributes
    ----------
    layer : Layer
    params : tuple of array
    X, Y : array of shape (1, n)
        Its input and its output.
    most : int
        Nodes that get a line, and terms of a sum that are shown.
    d_params : tuple of array or None
        Gradients of the parameters, penalty included; None without a backward pass.
    dY, dX : array or None
        The gradients of output and input; None where there is none.
    penalty : Penalty or None
        On the parameters that decay, divided by ``weight``.
    weight : float
    chosen : tuple of (int, tuple of int) or None
        Which parameter is updated in the end, and its index, if it is of this layer.
    first_in, first_out : int
        Columns before its own, where it is one of several blocks.
    shown : list of int or None
        The nodes of the output that get a line, where that is decided for several blocks.
    """

    layer: Any
    params: Params
    X: Array
    Y: Array
    most: int
    d_params: Params | None = None
    dY: Array | None = None
    dX: Array | None = None
    penalty: Penalty | None = None
    weight: float = 1.0
    chosen: tuple[int, tuple[int, ...]] | None = None
    first_in: int = 0
    first_out: int = 0
    shown: list[int] | None = None

    @property
    def x(self) -> Array:
        """The input, flat."""
        return self.X.ravel()

    @property
    def y(self) -> Array:
        """The output, flat."""
        return self.Y.ravel()

    @property
    def dy(self) -> Array:
        """The gradient of the output, flat."""
        assert self.dY is not None
        return self.dY.ravel()

    @property
    def dx(self) -> Array:
        """The gradient of the input, flat."""
        assert self.dX is not None
        return self.dX.ravel()

    @property
    def gradients(self) -> Params:
        """The gradients of the parameters."""
        assert self.d_params is not None
        return self.d_params

    def index_of(self, which: int) -> tuple[int, ...] | None:
        """Return the index of the chosen parameter, if it is in this one of the layer's arrays."""
        return self.chosen[1] if self.chosen is not None and self.chosen[0] == which else None

    def nodes(self, forced: int | None = None) -> list[int]:
        """Return the nodes that get a line: of the largest gradient, or else of the largest value.

        An activation shows the nodes of the layer before it, whose dZ it gives. One that is
        ``forced`` is among them.
        """
        if self.shown is not None:
            return self.shown
        if self.dY is None:
            return largest(self.y, self.most, forced)
        follows = isinstance(self.layer, Activation | MixedActivation) and self.dX is not None
        return largest(self.dx if follows else self.dy, self.most, forced)

    def more(self, what: str = "node") -> list[str]:
        """Return the line that says how many nodes have none; blocks leave it to their whole."""
        return [] if self.shown is not None else and_more(self.y.size - len(self.nodes()), what)

    def price(self, which: int, index: tuple[int, ...]) -> list[Term]:
        """Return the penalty's part of a parameter's gradient as terms; none without a penalty."""
        penalty = self.penalty
        if penalty is None or not self.layer.parameters[which].decay:
            return []
        w, terms = float(self.params[which][index]), []
        over = "" if self.weight == 1 else rf" / {factor(self.weight)}"
        if penalty.l1:
            sign = float(np.sign(w))
            text = rf"{factor(penalty.l1)}\cdot {factor(sign)}{over}"
            terms.append((text, penalty.l1 * sign / self.weight))
        if penalty.l2:
            text = rf"{factor(penalty.l2)}\cdot {factor(w)}{over}"
            terms.append((text, penalty.l2 * w / self.weight))
        return terms

    def price_formula(self, letter: str) -> str:
        """Return what a penalty adds to the formula of a gradient."""
        penalty = self.penalty
        if penalty is None:
            return ""
        parts = [rf"\lambda_1 \mathrm{{sign}}({letter})"] * bool(penalty.l1)
        parts += [rf"\lambda_2 {letter}"] * bool(penalty.l2)
        if not parts:
            return ""
        return rf" + \frac{{{' + '.join(parts)}}}{{\sum_n w_n}}"


def kind_of(layer: Layer) -> str:
    """Return the class of a layer as words: "mixed activation", "leaky ReLU", "my layer"."""
    name = type(layer).__name__
    if name in _NAMES:
        return _NAMES[name]
    words = "".join(f" {one.lower()}" if one.isupper() else one for one in name)
    return words.strip() if not name.isupper() else name


_NAMES = {
    "ReLU": "ReLU", "LeakyReLU": "leaky ReLU", "GELUTanh": "GELU by tanh", "SiLU": "SiLU",
    "ELU": "ELU", "SELU": "SELU", "GELU": "GELU",
}  # fmt: skip
