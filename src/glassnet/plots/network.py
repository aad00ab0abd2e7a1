"""A network drawn: its nodes, and its weights as colored connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from matplotlib.colors import Normalize

from glassnet.errors import ParameterError
from glassnet.plots.checks import Floats, fitted, names_for
from glassnet.plots.house import canvas
from glassnet.plots.network_drawing import NetworkDrawing, colorbar
from glassnet.plots.network_layout import Column, columns
from glassnet.plots.network_names import (
    activation_names,
    check_parameters,
    checked_names,
    layer_titles,
    names_of_inputs,
    names_of_outputs,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from numpy.typing import ArrayLike


class NetworkDisplay:
    """The nodes of a network, and its weights as lines between them.

    Blue is positive and vermilion negative; the larger the weight, the wider and the stronger its
    line. A node is filled with the color of its bias on the same scale; inputs have none. Of a
    layer with more than ``max_nodes`` nodes some first and last are drawn, around a mark that
    says how many are left out; the scale covers all weights, drawn or not.

    Parameters
    ----------
    coefs : sequence of arrays of shape (n_in, n_out)
        Weights of each layer.
    intercepts : sequence of arrays of shape (n_out,)
        Biases of each layer.
    input_names, output_names : sequence of str, default=None
        None: x1, x2, ... and y1, y2, ...
    activations : sequence of n_layers str, default=None
        Name of the activation after each layer, written below it.
    max_nodes : int, default=32
        Most places in a column of nodes, at least 4; a layer with more is drawn in part.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Where it was drawn.
    edges_ : list of n_layers matplotlib LineCollection
        The weights of each layer, the smallest first, so that large ones lie on top.
    nodes_ : list of n_layers + 1 matplotlib EllipseCollection
        The nodes of each layer, from the top.
    input_labels_, output_labels_, titles_, marks_ : list of matplotlib Text
        Names of inputs and outputs, text below each layer, marks of left-out nodes.
    colorbar_ : matplotlib Colorbar

    Raises
    ------
    ShapeError
        If the shapes of the weights and biases do not follow each other.
    DataError
        If a weight is not finite.
    ParameterError
        If a number of names is wrong.

    Examples
    --------
    >>> W, b = [[1.0, -1.0, 0.5], [0.0, 2.0, 1.0]], [0.0, 0.1, -0.1]
    >>> display = NetworkDisplay([W], [b], input_names=["age", "height"]).plot()
    >>> len(display.edges_[0].get_segments())
    6
    """

    ax_: Axes
    figure_: Figure | SubFigure

    def __init__(
        self,
        coefs: Sequence[ArrayLike],
        intercepts: Sequence[ArrayLike],
        *,
        input_names: Sequence[object] | None = None,
        output_names: Sequence[object] | None = None,
        activations: Sequence[str] | None = None,
        max_nodes: int = 32,
    ) -> None:
        self.coefs, self.intercepts = check_parameters(coefs, intercepts)
        self.sizes = [len(self.coefs[0]), *(len(b) for b in self.intercepts)]
        if max_nodes < 4:
            raise ParameterError(f"max_nodes must be at least 4, got {max_nodes}.")
        self.max_nodes = max_nodes
        self.input_names = checked_names(input_names, self.sizes[0], "input_names", "x")
        self.output_names = checked_names(output_names, self.sizes[-1], "output_names", "y")
        if activations is not None:
            activations = names_for(activations, range(len(self.coefs)), "activations")
        self.titles = layer_titles(self.sizes, activations)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        input_names: Sequence[object] | None = None,
        output_names: Sequence[object] | None = None,
        max_nodes: int = 32,
        ax: Axes | None = None,
    ) -> Self:
        """Draw a fitted network.

        Parameters
        ----------
        estimator : fitted estimator, or a pipeline that ends in one
            Its ``coefs_`` and ``intercepts_`` are read, and if present ``activation`` and
            ``out_activation_``.
        input_names : sequence of str, default=None
            None: ``feature_names_in_``, or x1, x2, ...
        output_names : sequence of str, default=None
            None: the class names; for one output that decides between two classes, P(the second);
            for a regressor y1, y2, ...
        max_nodes : int, default=32
            Most places in a column of nodes, at least 4; a layer with more is drawn in part.
        ax : matplotlib Axes, default=None
            Where to draw. None: on a new figure, as large as the network needs.

        Returns
        -------
        display : NetworkDisplay

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If it is not fitted.
        ParameterError
            If it has no ``coefs_`` and ``intercepts_``, or a number of names is wrong.

        Examples
        --------
        >>> from glassnet import MLPRegressor
        >>> model = MLPRegressor(hidden_layer_sizes=(3,), tol=10, n_iter_no_change=2)
        >>> model = model.fit([[0.0], [1.0]], [0.0, 1.0])
        >>> [text.get_text() for text in NetworkDisplay.from_estimator(model).output_labels_]
        ['$y$']
        """
        model = fitted(estimator)
        if not (hasattr(model, "coefs_") and hasattr(model, "intercepts_")):
            raise ParameterError(
                "A drawing of a network needs an estimator with coefs_ and intercepts_; "
                f"{type(model).__name__} has none. Fit an MLPClassifier or MLPRegressor, or give "
                "the arrays: NetworkDisplay(coefs, intercepts).plot()."
            )
        W, b = model.coefs_, model.intercepts_
        if input_names is None:
            input_names = names_of_inputs(model, len(W[0]))
        if output_names is None:
            output_names = names_of_outputs(model, len(b[-1]))
        display = cls(
            W, b, input_names=input_names, output_names=output_names,
            activations=activation_names(model, len(W)), max_nodes=max_nodes,
        )  # fmt: skip
        return display.plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the network.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None: on a new figure, as large as the network needs.

        Returns
        -------
        display : NetworkDisplay
            Itself.
        """
        layout = columns(self.sizes, self.max_nodes)
        norm = color_scale(self.coefs, self.intercepts)
        with canvas(ax, figure_size(layout)) as axis:
            self.ax_, self.figure_ = axis, axis.figure
            self.colorbar_ = colorbar(axis, norm)
            drawing = NetworkDrawing(axis, layout, norm)
            self.titles_, self.marks_ = drawing.titles(self.titles), drawing.marks()
            self.input_labels_ = drawing.names(0, self.input_names)
            self.output_labels_ = drawing.names(-1, self.output_names)
            drawing.arrange(self.titles_, self.marks_, self.input_labels_, self.output_labels_)
            self.edges_ = [drawing.edges(k, W) for k, W in enumerate(self.coefs)]
            self.nodes_ = [drawing.nodes(k, b) for k, b in enumerate([None, *self.intercepts])]
        return self


def color_scale(coefs: Sequence[Floats], intercepts: Sequence[Floats]) -> Normalize:
    """Return one scale for all weights and biases, symmetric, so that 0 has the middle color."""
    largest = max(float(np.abs(V).max()) for V in (*coefs, *intercepts)) or 1.0
    return Normalize(-largest, largest)


def figure_size(layout: Sequence[Column]) -> tuple[float, float]:
    """Return width and height in inches: names need room for 7 points a row."""
    n_rows = max(column.n_rows for column in layout)
    return min(3.4 + 1.6 * (len(layout) - 1), 11.0), float(np.clip(1.2 + 0.165 * n_rows, 3.6, 7.0))
