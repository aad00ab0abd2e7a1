"""The whole explanation of one row, and the forms in which it can be had."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from glassnet.core.arrays import Array
from glassnet.explain.step import Step, plain_number


@dataclass(frozen=True)
class Chosen:
    """The parameter whose update is worked out.

    Attributes
    ----------
    index : int
        Its place in theta, from 0.
    layer : int
        The place of its layer in ``net.layers``, from 0.
    name : str
        Its letter, such as "W" or "b".
    row : int
    column : int or None
        Its place in that array, from 0; None in a vector.
    before, after : float
        The step is taken between them.
    gradient : float
        By the backward pass.
    difference : float
        By the central difference of the loss.
    relative_error : float
        Their distance over the largest gradient of all, as `gradcheck` takes it.
    """

    index: int
    layer: int
    name: str
    row: int
    column: int | None
    before: float
    gradient: float
    difference: float
    relative_error: float
    after: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        numbers = asdict(self)
        return {
            key: plain_number(one) if isinstance(one, float) else one
            for key, one in numbers.items()
        }


@dataclass(frozen=True, eq=False)
class Explanation:
    """The worked forward and backward pass of one row.

    ``print(explanation)`` gives text. Layers, rows and columns count from 1 in words and formulas,
    from 0 in ``to_dict()``.

    Attributes
    ----------
    steps : tuple of Step
    loss : float or None
        Penalty included; None without a target.
    prediction : dict
        What is predicted, by name.
    parameter : Chosen or None
        The parameter whose update is worked out; None without a target.
    g : array of shape (n_params,) or None
        The whole gradient.
    theta : array of shape (n_params,) or None
        All parameters after the step: the network itself is not changed.
    """

    steps: tuple[Step, ...]
    loss: float | None
    prediction: dict[str, Any]
    parameter: Chosen | None
    g: Array | None
    theta: Array | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, as JSON has it; numbers that are not finite are None.

        Returns
        -------
        dict
            ``steps`` (each with phase, layer, title, formula, lines, values, gradients and says),
            ``loss``, ``prediction`` and ``parameter``.
        """
        prediction = {
            name: plain_number(one) if isinstance(one, float) else one
            for name, one in self.prediction.items()
        }
        return {
            "steps": [step.to_dict() for step in self.steps],
            "loss": None if self.loss is None else plain_number(self.loss),
            "prediction": prediction,
            "parameter": None if self.parameter is None else self.parameter.to_dict(),
        }

    def text(self, width: int = 100) -> str:
        """Return lines of plain text.

        Parameters
        ----------
        width : int, default=100
            The longest line, where words and terms allow it.
        """
        from glassnet.explain.text import lines_of  # noqa: PLC0415 - it takes this class

        return "\n".join(line for _, line in lines_of(self, width))

    def markdown(self) -> str:
        """Return Markdown: headings, formulas between ``$$``, tables of the numbers."""
        from glassnet.explain.markdown import markdown_of  # noqa: PLC0415

        return markdown_of(self)

    def latex(self) -> str:
        r"""Return the body of a LaTeX document, which needs the package amsmath."""
        from glassnet.explain.latex import latex_of  # noqa: PLC0415

        return latex_of(self)

    def __str__(self) -> str:
        return self.text()
