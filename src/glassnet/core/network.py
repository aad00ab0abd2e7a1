"""A network: layers and a loss over one flat vector of parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from glassnet.core.arrays import (
    Array,
    RandomNumbers,
    Rows,
    all_finite,
    check_array,
    check_count,
    check_dtype,
    check_finite,
    check_rows,
    check_targets,
    check_weights,
)
from glassnet.core.layer import Layer, Parameter, Params, Step
from glassnet.core.losses import Loss
from glassnet.core.penalties import Penalty
from glassnet.errors import ParameterError, ShapeError

PIECE = 320_000
"""Numbers that a layer takes or gives at a time in prediction: 1.3 MB of float32.

Milliseconds on one core (AMD EPYC, 1 MB of second-level cache) for 100,000 rows of float32, for
20,000 of the last two, in pieces of so many numbers::

                         120,000  200,000  260,000  320,000  420,000
    2-64-64-64-3            30.1     29.4     28.9     25.3     56.5
    20-64-32-2              17.7     17.1     17.1     14.6     14.6
    64-100-10               28.8     27.7     27.7     27.8     26.7
    784-128-10              49.0     49.7     48.7     48.6     49.1
    54-256-256-256-7        67.3     68.6     69.4     69.2     69.5

From some size on, the memory of each layer's output is fetched from the system anew.
"""

PIECE_ROWS = (512, 10_000)
"""Rows of a piece, at least and at most: 1024-2048-2048-10 takes 8 % longer in 128 rows at a time
than in 512; for 2-5-3 all from 8,192 on are as good."""


@dataclass(frozen=True, init=False)
class Network:
    r"""Layers, one after the other, and the loss at their end. Holds no parameters.

    .. math:: L(\theta) = \ell\bigl(f_m(\dots f_2(f_1(X)))\bigr) + \frac{R(\theta)}{\sum_n w_n}

    Parameters
    ----------
    layers : sequence of Layer
        The first one gets ``X``; the last one's output is the scores, on which the loss acts.
    loss : Loss
        Holds the link as well: no softmax layer at the end.
    penalty : Penalty, optional
        On weights, divided by the batch's sum of sample weights.

    Attributes
    ----------
    layers : tuple of Layer
    loss_function : Loss
    penalty : Penalty or None
    n_params : int
        Numbers in theta: layer by layer, in the order of each layer's parameters, row by row.

    Raises
    ------
    ShapeError
        If a layer does not take what the one before it gives; the message says which.

    Notes
    -----
    Theta may have the shape (n_members, n_params): an ensemble that shares ``X`` and ``Y``.
    Scores and gradients then have an axis of members in front, and so has the loss.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet import CrossEntropy, Dense, Network, Sigmoid
    >>> net = Network([Dense(2, 5), Sigmoid(), Dense(5, 3)], loss=CrossEntropy())
    >>> theta = net.init(np.random.default_rng(0))
    >>> theta.shape
    (33,)
    >>> X, Y = np.array([[1.0, 2.0]]), np.array([[0.0, 1.0, 0.0]])
    >>> L, g = net.loss_and_grad(theta, X, Y)
    >>> g.shape
    (33,)
    """

    layers: tuple[Layer, ...]
    loss_function: Loss
    penalty: Penalty | None

    def __init__(self, layers: Sequence[Layer], loss: Loss, penalty: Penalty | None = None) -> None:
        for name, value, kind in (("loss", loss, Loss), ("penalty", penalty, Penalty | None)):
            if not isinstance(value, kind):
                expected = "a loss such as CrossEntropy()" if name == "loss" else "a Penalty"
                raise ParameterError(f"Network {name} is {value!r}; expected {expected}.")
        if not isinstance(layers, Sequence) or not layers:
            raise ParameterError(
                f"Network layers is {layers!r}; expected a list of at least one layer."
            )
        for layer in layers:
            if not isinstance(layer, Layer):
                raise ParameterError(
                    f"Network layers hold {layer!r}; expected layers such as Dense(2, 5)."
                )
        _check_sizes(layers)
        # The one place where the frozen dataclass is written.
        object.__setattr__(self, "layers", tuple(layers))
        object.__setattr__(self, "loss_function", loss)
        object.__setattr__(self, "penalty", penalty)

    # The flat vector and its views

    @cached_property
    def slices(self) -> tuple[tuple[tuple[slice, Parameter], ...], ...]:
        """For each layer, where its parameters stand in theta."""
        start = 0
        table = []
        for layer in self.layers:
            row = []
            for parameter in layer.parameters:
                stop = start + int(np.prod(parameter.shape))
                row.append((slice(start, stop), parameter))
                start = stop
            table.append(tuple(row))
        return tuple(table)

    def _all_parameters(self) -> Iterator[tuple[slice, Parameter]]:
        for row in self.slices:
            yield from row

    @cached_property
    def n_params(self) -> int:
        """Numbers in theta."""
        return max((where.stop for where, _ in self._all_parameters()), default=0)

    @cached_property
    def n_in(self) -> int | None:
        """Columns of ``X``, None if no layer fixes them."""
        return next((layer.n_in for layer in self.layers if layer.n_in is not None), None)

    @cached_property
    def n_outputs(self) -> int | None:
        """Columns of ``Y``, None if no layer fixes them."""
        sizes = [layer.n_out for layer in self.layers if layer.n_out is not None]
        return sizes[-1] if sizes else None

    @cached_property
    def learning_rates(self) -> Array | None:
        """Each parameter's factor on the learning rate, as a vector; None if all are 1."""
        if all(parameter.learning_rate == 1 for _, parameter in self._all_parameters()):
            return None
        return self._vector(lambda parameter: parameter.learning_rate)

    @cached_property
    def decays(self) -> Array:
        """Each parameter's factor on weight decay: 0 for biases, where no penalty acts either."""
        return self._vector(lambda parameter: float(parameter.decay))

    def _vector(self, factor: Any) -> Array:
        vector = np.empty(self.n_params)
        for where, parameter in self._all_parameters():
            vector[where] = factor(parameter)
        return vector

    def views(self, theta: Array) -> list[Params]:
        """Return each layer's parameters as views into ``theta``: writing to one changes it.

        Parameters
        ----------
        theta : array of shape (n_params,) or (n_members, n_params)

        Returns
        -------
        list of tuple of array
            ``(W, b)`` for a dense layer, ``()`` for one without parameters.
        """
        lead = theta.shape[:-1]
        return [
            tuple([theta[..., where].reshape(lead + parameter.shape) for where, parameter in row])
            for row in self.slices
        ]

    def init(
        self,
        rng: RandomNumbers,
        X: Array | None = None,
        dtype: DTypeLike = np.float64,
        n_members: int | None = None,
    ) -> Array:
        """Return initial parameters: layer by layer, weights before biases.

        Parameters
        ----------
        rng : Generator or RandomState
            One seed gives the same network in float32, rounded.
        X : array of shape (n_samples, n_features), optional
            A sample of the rows, for layers that look at data.
        dtype : dtype, default=float64
            float32 or float64.
        n_members : int, optional
            For an ensemble.

        Returns
        -------
        theta : array of shape (n_params,) or (n_members, n_params)
        """
        if not isinstance(rng, np.random.Generator | np.random.RandomState):
            raise ParameterError(
                f"rng is {rng!r}; expected random numbers such as np.random.default_rng(0)."
            )
        if X is not None:
            X = check_array("X", X, ndim=2)
            if self.n_in is not None and X.shape[1] != self.n_in:
                raise ShapeError(
                    f"X has {X.shape[1]} columns; the network's first layer takes {self.n_in}."
                )
        lead = () if n_members is None else (check_count("n_members", n_members),)
        theta = np.empty((*lead, self.n_params), check_dtype(dtype))
        for layer, params in zip(self.layers, self.views(theta), strict=True):
            layer.init(params, X, rng)
            X = None if X is None else layer.forward(params, X, None)[0]
        return theta

    # Forward

    def scores(self, theta: Array, X: ArrayLike | Rows) -> Array:
        """Return the last layer's output: what the loss acts on.

        Parameters
        ----------
        theta : array of shape (n_params,) or (n_members, n_params)
        X : array of shape (n_samples, n_features)
            Of the dtype of theta.

        Returns
        -------
        Z : array of shape (n_samples, n_outputs)

        Notes
        -----
        Rows go through in pieces that the processor's cache holds. A row's last digit may depend
        on how many there are beside it: BLAS adds up in another order for another number of rows.
        """
        return self.predict(theta, X, lambda Z: Z)

    def activations(self, theta: Array, X: ArrayLike | Rows) -> list[Array]:
        """Return every layer's output in prediction; the last one is the scores."""
        theta = self.check_theta(theta)
        return self._in_pieces(
            theta, list(zip(self.layers, self.views(theta), strict=True)), X, None
        )

    def predict(
        self,
        theta: Array,
        X: ArrayLike | Rows,
        link: Callable[[Array], Array] | None = None,
    ) -> Array:
        """Return the loss's inverse link of the scores: probabilities, or means.

        Parameters
        ----------
        theta : array of shape (n_params,) or (n_members, n_params)
        X : array of shape (n_samples, n_features)
            Of the dtype of theta.
        link : callable, optional
            What to make of scores instead: a function of each row on its own.

        Returns
        -------
        array of shape (n_samples, n_outputs)
            Or of as many columns as ``link`` returns.

        Examples
        --------
        >>> import numpy as np
        >>> from glassnet import BinaryCrossEntropy, Dense, Network
        >>> net = Network([Dense(1, 1)], loss=BinaryCrossEntropy())
        >>> theta, X = np.array([np.log(3.0), 0.0]), np.array([[1.0], [-1.0]])
        >>> net.predict(theta, X)
        array([[0.75],
               [0.25]])
        >>> net.predict(theta, X, link=np.exp)  # the odds
        array([[3.        ],
               [0.33333333]])
        """
        return self.predictor(theta, link)(X)

    def predictor(
        self, theta: Array, link: Callable[[Array], Array] | None = None
    ) -> Callable[[ArrayLike | Rows], Array]:
        """Return `predict` for this theta: a function of ``X``.

        Theta is checked here and not again, and what changes in it later is seen: for many
        predictions of a few rows each.
        """
        theta = self.check_theta(theta)
        layers = list(zip(self.layers, self.views(theta), strict=True))
        link = link or self.loss_function.inverse_link
        return lambda X: self._in_pieces(theta, layers, X, link)[0]

    def _in_pieces(
        self,
        theta: Array,
        layers: list[tuple[Layer, Params]],
        X: ArrayLike | Rows,
        link: Callable[[Array], Array] | None,
    ) -> list[Array]:
        """Return every layer's output, or the link of the last one alone, some rows at a time."""
        rows = check_rows(X, theta.dtype, self.n_in, finite=False)
        n_rows, n_columns = rows.shape
        step = self._rows_of_piece(n_columns, theta.size // self.n_params)
        if link is not None and n_rows <= PIECE_ROWS[0]:  # 2 of the 23 us of a single row
            return [self._in_one_piece(layers, rows, link)]
        wholes: list[Array] = []
        for start in range(0, n_rows or 1, step):
            piece = slice(start, start + step)
            A: Any = rows[piece]
            if isinstance(A, np.ndarray) and not all_finite(A):
                check_finite("X", rows[:])  # which says where
            outputs = []
            for layer, params in layers:
                A = layer.predict(params, A)
                if link is None:
                    outputs.append(A)
            if link is not None:
                outputs.append(link(A))
            if not wholes:
                wholes = [np.empty((*P.shape[:-2], n_rows, P.shape[-1]), P.dtype) for P in outputs]
            for whole, part in zip(wholes, outputs, strict=True):
                whole[..., piece, :] = part
        return wholes

    def _in_one_piece(
        self, layers: list[tuple[Layer, Params]], rows: Array | Rows, link: Callable[[Array], Array]
    ) -> Array:
        """Return the link of the last layer's output: never a view of the rows themselves."""
        A: Any = rows[:]
        is_dense = isinstance(A, np.ndarray)
        if is_dense and not all_finite(A):
            check_finite("X", A)  # which says where
        for layer, params in layers:
            A = layer.predict(params, A)
        P = link(A)
        return P.copy() if is_dense and np.may_share_memory(P, rows) else P

    def _rows_of_piece(self, n_columns: int, n_members: int) -> int:
        """Return how many rows to take at a time."""
        fewest, most = PIECE_ROWS
        return min(max(PIECE // (max(n_columns, self._widest) * n_members), fewest), most)

    @cached_property
    def _widest(self) -> int:
        return max(layer.n_out or 1 for layer in self.layers)

    def loss(self, theta: Array, X: Any, Y: Any, w: Any = None) -> Any:
        """Return ``L``, penalty included, as `loss_and_grad` does, without dropout."""
        theta, X, Y, w = self.check(theta, X, Y, w)
        L, _ = self.loss_function.batch(self.scores(theta, X), Y, w)
        return L + self.penalty_of(theta, w, len(Y))

    def penalty_of(self, theta: Array, w: Array | None, n_rows: int) -> Any:
        """Return the penalty's part of the loss of a batch."""
        return self._add_penalty(theta, None, n_rows if w is None else w.sum())

    # Forward and backward

    def loss_and_grad(
        self,
        theta: Array,
        X: Any,
        Y: Any,
        w: Any = None,
        step: Step | None = None,
    ) -> tuple[Any, Array]:
        """Return the loss and its gradient: the forward and the backward pass.

        Parameters
        ----------
        theta : array of shape (n_params,) or (n_members, n_params)
        X : array of shape (n_samples, n_features)
        Y : array of shape (n_samples, n_outputs)
            Encoded targets.
        w : array of shape (n_samples,), optional
            Sample weights.
        step : Step, optional
            Random numbers for dropout; without it nothing is dropped.

        Returns
        -------
        L : float, or array of shape (n_members,)
            Mean over the samples, plus the penalty.
        g : array of the shape of theta
            Its gradient.

        Raises
        ------
        ShapeError, DTypeError, DataError, LabelError
            If the arrays do not fit; the messages give both sides.
        """
        theta, X, Y, w = self.check(theta, X, Y, w)
        g = np.empty_like(theta)
        L, penalty = self.backpropagate(theta, self.views(theta), g, self.views(g), X, Y, w, step)
        return L + penalty, g

    def backpropagate(
        self,
        theta: Array,
        params: list[Params],
        g: Array,
        d_params: list[Params],
        X: Array | Rows,
        Y: Array,
        w: Array | None,
        step: Step | None,
    ) -> tuple[Any, Any]:
        """Write the gradient into ``g``; return the loss and the penalty's part beside it.

        The inside of `loss_and_grad`, for arrays that have been checked: ``params`` and
        ``d_params`` are the views into ``theta`` and ``g``.
        """
        A: Any = X
        caches = []
        for layer, theta_of_layer in zip(self.layers, params, strict=True):
            A, cache = layer.forward(theta_of_layer, A, step)
            caches.append(cache)
        dA: Any
        L, dA = self.loss_function.batch(A, Y, w)
        for i in reversed(range(len(self.layers))):
            dA = self.layers[i].backward(dA, caches[i], params[i], d_params[i], need_dX=i > 0)
        return L, self._add_penalty(theta, g, len(Y) if w is None else w.sum())

    def _add_penalty(self, theta: Array, g: Array | None, weight: Any) -> Any:
        """Add the penalty's gradient to ``g``, if given, and return its value."""
        total: Any = 0.0
        if self.penalty is None:
            return total
        for where, parameter in self._all_parameters():
            if parameter.decay:
                value, dW = self.penalty.value_and_grad(theta[..., where], weight)
                total += value
                if g is not None:
                    g[..., where] += dW
        return total if np.ndim(total) else float(total)

    # The door

    def check_theta(self, theta: Any) -> Array:
        """Return theta if it is a finite float array that fits this network, else raise."""
        array = check_array("theta", theta)
        if array.ndim not in (1, 2) or array.shape[-1] != self.n_params:
            raise ShapeError(
                f"theta has shape {array.shape}; expected ({self.n_params},), or "
                f"(n_members, {self.n_params}) for an ensemble."
            )
        return array

    def check(self, theta: Any, X: Any, Y: Any, w: Any) -> tuple[Array, Any, Array, Array | None]:
        """Return the arguments as arrays that fit each other and this network, or raise."""
        theta = self.check_theta(theta)
        X = check_rows(X, theta.dtype, self.n_in)
        Y = check_targets(Y, theta.dtype, X.shape[0])
        if self.n_outputs is not None and Y.shape[1] != self.n_outputs:
            raise ShapeError(
                f"Y has {Y.shape[1]} columns; the network's last layer gives {self.n_outputs}."
            )
        self.loss_function.check_targets(Y)
        return theta, X, Y, check_weights(w, theta.dtype, X.shape[0])


def _check_sizes(layers: Sequence[Layer]) -> None:
    """Raise `ShapeError` at the first layer that does not take what comes before it."""
    sized = [(i, layer) for i, layer in enumerate(layers, 1) if layer.n_in is not None]
    for (i, above), (k, below) in pairwise(sized):
        if above.n_out != below.n_in:
            raise ShapeError(
                f"layer {k}, {type(below).__name__}, takes {below.n_in} columns, but layer {i}, "
                f"{type(above).__name__}, gives {above.n_out}; expected the same number."
            )
