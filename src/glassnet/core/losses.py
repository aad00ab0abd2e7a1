"""Loss functions on scores: value, gradient, and the link back from scores to predictions.

A loss owns its link (the softmax is inside the cross-entropy) and the averaging (the 1/N is
inside), so that nobody divides twice. ``L`` is the weighted mean over samples and the sum over
outputs: a weight of 2 equals the row twice. All but `Poisson` are finite and exact for scores of
±10,000 in float32. Derivations: docs/maths/losses.md.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from glassnet.core.activations import Sigmoid
from glassnet.core.arrays import (
    Array,
    check_array,
    check_count,
    check_dtype,
    check_setting,
    check_weights,
)
from glassnet.errors import LabelError, ParameterError, ShapeError


class Loss(ABC):
    """A number that says how wrong a batch of scores is, and the gradient that mends it.

    Attributes
    ----------
    kinks : tuple of float
        Residuals ``Z - Y`` where the slope jumps.
    """

    kinks: ClassVar[tuple[float, ...]] = ()

    @abstractmethod
    def per_row(self, Z: Array, Y: Array) -> tuple[Array, Array]:
        """Return each row's loss, of shape (..., n_samples), and its gradient, as ``Z``."""

    @abstractmethod
    def inverse_link(self, Z: Array) -> Array:
        """Return what scores predict: probabilities, or means."""

    def check_targets(self, Y: Array) -> None:  # noqa: B027
        """Raise `LabelError` if a target is outside what the loss can learn."""

    def value(self, Z: ArrayLike, Y: ArrayLike, w: ArrayLike | None = None) -> Any:
        """Return ``L``: see `value_and_grad`."""
        return self.value_and_grad(Z, Y, w)[0]

    def value_and_grad(
        self, Z: ArrayLike, Y: ArrayLike, w: ArrayLike | None = None
    ) -> tuple[Any, Array]:
        r"""Return the loss of a batch of scores, and its gradient.

        .. math:: L = \frac{\sum_n w_n \ell_n}{\sum_n w_n}, \qquad
                  dZ_n = \frac{w_n}{\sum_m w_m} \frac{\partial \ell_n}{\partial Z_n}

        Parameters
        ----------
        Z : array of shape (n_samples, n_outputs) or (n_members, n_samples, n_outputs)
            Scores, any real numbers. Not probabilities.
        Y : array of shape (n_samples, n_outputs)
            Encoded targets: one-hot, 0 and 1, or numbers.
        w : array of shape (n_samples,), optional
            Sample weights, 0 or more, not all 0. None means 1 each.

        Returns
        -------
        L : float, or array of shape (n_members,)
            The mean over the samples.
        dZ : array of the shape of Z
            The gradient of ``L``; the division by the sum of weights is inside.

        Raises
        ------
        ShapeError
            If ``Z`` and ``Y`` differ in their last two axes.
        LabelError
            If a target is outside what the loss can learn.
        """
        Z = check_array("Z", Z)
        Y = check_array("Y", Y, dtype=Z.dtype, ndim=2)
        if Z.shape[-2:] != Y.shape:
            raise ShapeError(f"Z has shape {Z.shape} and Y {Y.shape}; expected the same.")
        self.check_targets(Y)
        return self.batch(Z, Y, check_weights(w, Z.dtype, len(Y)))

    def batch(self, Z: Array, Y: Array, w: Array | None) -> tuple[Any, Array]:
        """Do the work of `value_and_grad` on arrays that have been checked."""
        losses, dZ = self.per_row(Z, Y)
        if w is None:
            L = losses.mean(axis=-1)
            dZ *= 1 / Z.shape[-2]
        else:
            share = w / w.sum()
            absent = w == 0
            if absent.any():  # 0 times an infinite loss would be NaN
                losses[..., absent] = 0
                dZ[..., absent, :] = 0
            L = (losses * share).sum(axis=-1)
            dZ *= share[:, np.newaxis]
        return (float(L) if L.ndim == 0 else L), dZ


@dataclass(frozen=True)
class CrossEntropy(Loss):
    r"""The negative log likelihood of one class among several; the softmax is inside.

    .. math:: \ell_n = -\sum_k Y_{nk} \log \operatorname{softmax}(Z_n)_k, \qquad
              \frac{\partial \ell_n}{\partial Z_n} = \operatorname{softmax}(Z_n) - Y_n

    Parameters
    ----------
    label_smoothing : float, default=0.0
        In [0, 1): ``Y`` becomes ``(1 - e) Y + e / n_classes``. Szegedy et al., 2016, section 7.

    Notes
    -----
    ``Y`` is one-hot, or any probabilities: each row sums to 1. 0 nats are perfect;
    ``log(n_classes)`` is guessing. Rows are shifted by their maximum: exp(710) overflows float64.

    Examples
    --------
    >>> import numpy as np
    >>> CrossEntropy().value_and_grad(np.zeros((1, 2)), np.array([[1.0, 0.0]]))
    (0.6931471805599453, array([[-0.5,  0.5]]))
    """

    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        _check_smoothing(self)

    def per_row(self, Z: Array, Y: Array) -> tuple[Array, Array]:
        """Return the losses and gradients of the rows."""
        Y = _smooth(Y, self.label_smoothing, Y.shape[-1])
        Z = Z - row_max(Z)
        e = np.exp(Z)
        total = row_sum(e)[..., np.newaxis]
        losses = row_sum(Y * (np.log(total) - Z))
        return losses, e / total - Y

    def inverse_link(self, Z: Array) -> Array:
        """Return the softmax: positive numbers that sum to 1 along a row."""
        return _softmax(Z)

    def check_targets(self, Y: Array) -> None:
        """Raise `LabelError` unless each row is a probability distribution."""
        _check_distribution(Y)


@dataclass(frozen=True)
class JointCrossEntropy(Loss):
    """Several targets with classes side by side: a cross-entropy for each, added.

    Parameters
    ----------
    n_classes : tuple of int
        Classes of each target: (3, 2) takes scores and one-hot targets of 3 + 2 columns.
    label_smoothing : float, default=0.0
        As in `CrossEntropy`.

    Examples
    --------
    >>> import numpy as np
    >>> loss = JointCrossEntropy((2, 2))
    >>> loss.value(np.zeros((1, 4)), np.array([[1.0, 0.0, 0.0, 1.0]]))  # 2 log 2
    1.3862943611198906
    """

    n_classes: tuple[int, ...]
    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        if not isinstance(self.n_classes, tuple) or not self.n_classes:
            raise ParameterError(
                f"JointCrossEntropy n_classes is {self.n_classes!r}; expected a tuple with the "
                "number of classes of each target, such as (3, 2)."
            )
        for count in self.n_classes:
            check_count("JointCrossEntropy n_classes", count)
        _check_smoothing(self)

    def _blocks(self) -> list[slice]:
        ends = np.cumsum(self.n_classes)
        return [slice(int(end) - n, int(end)) for end, n in zip(ends, self.n_classes, strict=True)]

    def per_row(self, Z: Array, Y: Array) -> tuple[Array, Array]:
        """Return the losses and gradients of the rows."""
        one = CrossEntropy(self.label_smoothing)
        pairs = [one.per_row(Z[..., block], Y[..., block]) for block in self._blocks()]
        losses: Array = sum(losses for losses, _ in pairs)  # type: ignore[assignment]
        return losses, np.concatenate([dZ for _, dZ in pairs], axis=-1)

    def inverse_link(self, Z: Array) -> Array:
        """Return the softmax of each block of columns."""
        return np.concatenate([_softmax(Z[..., block]) for block in self._blocks()], axis=-1)

    def check_targets(self, Y: Array) -> None:
        """Raise unless ``Y`` has the blocks' columns, each row of each block a distribution."""
        if Y.shape[-1] != sum(self.n_classes):
            raise ShapeError(
                f"Y has {Y.shape[-1]} columns; n_classes {self.n_classes} ask for "
                f"{sum(self.n_classes)}."
            )
        for block in self._blocks():
            _check_distribution(Y[..., block], first_column=block.start)


@dataclass(frozen=True)
class BinaryCrossEntropy(Loss):
    r"""The negative log likelihood of yes or no, one node a question; the sigmoid is inside.

    .. math:: \ell_n = \sum_k \log(1 + e^{Z_{nk}}) - Y_{nk} Z_{nk}, \qquad
              \frac{\partial \ell_n}{\partial Z_n} = \sigma(Z_n) - Y_n

    One column is binary classification, several are multilabel.

    Parameters
    ----------
    label_smoothing : float, default=0.0
        In [0, 1): ``Y`` becomes ``(1 - e) Y + e / 2``.

    Examples
    --------
    >>> import numpy as np
    >>> BinaryCrossEntropy().value_and_grad(np.zeros((1, 1)), np.array([[1.0]]))
    (0.6931471805599453, array([[-0.5]]))
    """

    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        _check_smoothing(self)

    def per_row(self, Z: Array, Y: Array) -> tuple[Array, Array]:
        """Return the losses and gradients of the rows."""
        Y = _smooth(Y, self.label_smoothing, 2)
        # softplus(z) - y z as max(z, 0) - y z + log(1 + exp(-|z|)): each part is exact at ±10,000.
        losses = np.maximum(Z, 0) - Y * Z + np.log1p(np.exp(-np.abs(Z)))
        return row_sum(losses), Sigmoid().value(Z) - Y

    def inverse_link(self, Z: Array) -> Array:
        """Return the sigmoid: the probability of yes."""
        return Sigmoid().value(Z)

    def check_targets(self, Y: Array) -> None:
        """Raise `LabelError` for a target outside [0, 1]."""
        _check_between(Y, 0, 1, "BinaryCrossEntropy learns targets in [0, 1]")


class _IdentityLink(Loss):
    """A loss on numbers: the score is the prediction, and rows add up over outputs."""

    @abstractmethod
    def of_residual(self, residual: Array) -> tuple[Array, Array]:
        """Return loss and slope of each ``residual = Z - Y``."""

    def per_row(self, Z: Array, Y: Array) -> tuple[Array, Array]:
        """Return the losses and gradients of the rows."""
        losses, dZ = self.of_residual(Z - Y)
        return row_sum(losses), dZ

    def inverse_link(self, Z: Array) -> Array:
        """Return the scores."""
        return Z


@dataclass(frozen=True)
class SquaredError(_IdentityLink):
    r"""Half the squared residual: predicts the mean.

    .. math:: \ell_n = \tfrac{1}{2} \sum_k (Z_{nk} - Y_{nk})^2, \qquad
              \frac{\partial \ell_n}{\partial Z_n} = Z_n - Y_n

    Examples
    --------
    >>> import numpy as np
    >>> SquaredError().value_and_grad(np.array([[3.0]]), np.array([[1.0]]))
    (2.0, array([[2.]]))
    """

    def of_residual(self, residual: Array) -> tuple[Array, Array]:
        """Return half the square, and the residual."""
        return 0.5 * residual * residual, residual


@dataclass(frozen=True)
class AbsoluteError(_IdentityLink):
    """The absolute residual: predicts the median. No derivative at 0; we take 0."""

    kinks = (0.0,)

    def of_residual(self, residual: Array) -> tuple[Array, Array]:
        """Return the absolute value and the sign."""
        return np.abs(residual), np.sign(residual)


@dataclass(frozen=True)
class Huber(_IdentityLink):
    r"""Squared up to ``delta``, absolute beyond: outliers pull with a bounded force.

    .. math:: \ell = \begin{cases} r^2/2 & |r| \le \delta \\
                     \delta (|r| - \delta/2) & \text{else} \end{cases}, \qquad
              \frac{\partial \ell}{\partial z} = \max(-\delta, \min(\delta, r))

    Parameters
    ----------
    delta : float, default=1.0
        In units of the target, above 0. Huber, 1964.
    """

    delta: float = 1.0

    def __post_init__(self) -> None:
        check_setting(self, "delta", low=0, open_low=True)

    @property
    def kinks(self) -> tuple[float, ...]:  # type: ignore[override] # depends on delta
        """Where the second derivative jumps."""
        return (-self.delta, self.delta)

    def of_residual(self, residual: Array) -> tuple[Array, Array]:
        """Return loss and slope: both branches are ``c (r - c/2)`` with ``r`` clipped to ``c``."""
        clipped = np.clip(residual, -self.delta, self.delta)
        return clipped * (residual - 0.5 * clipped), clipped


@dataclass(frozen=True)
class Quantile(_IdentityLink):
    r"""The pinball loss: predicts a quantile. No derivative at 0; we take 0.

    .. math:: \ell = \max(q\, (y - z), (q - 1) (y - z))

    Parameters
    ----------
    quantile : float, default=0.5
        In (0, 1): 0.9 is exceeded by a tenth of the targets. Koenker and Bassett, 1978.
    """

    quantile: float = 0.5
    kinks = (0.0,)

    def __post_init__(self) -> None:
        check_setting(self, "quantile", low=0, high=1, open_low=True, open_high=True)

    def of_residual(self, residual: Array) -> tuple[Array, Array]:
        """Return loss and slope: ``1 - q`` for a prediction too high, ``-q`` for one too low."""
        above, below = residual.dtype.type(1 - self.quantile), residual.dtype.type(-self.quantile)
        slope = np.where(residual > 0, above, np.where(residual < 0, below, 0))
        return slope * residual, slope


@dataclass(frozen=True)
class Poisson(Loss):
    r"""Half the Poisson deviance with a log link: for counts.

    .. math:: \ell_n = \sum_k e^{Z_{nk}} - Y_{nk} Z_{nk} - Y_{nk} + Y_{nk} \log Y_{nk}, \qquad
              \frac{\partial \ell_n}{\partial Z_n} = e^{Z_n} - Y_n

    Infinite above a score of 88.7 in float32 and 709 in float64, without a warning.

    Examples
    --------
    >>> import numpy as np
    >>> Poisson().value_and_grad(np.zeros((1, 1)), np.array([[1.0]]))
    (0.0, array([[0.]]))
    """

    def per_row(self, Z: Array, Y: Array) -> tuple[Array, Array]:
        """Return the losses and gradients of the rows."""
        mean = self.inverse_link(Z)
        y_log_y = Y * np.log(np.where(Y > 0, Y, 1))  # 0 log 0 = 0
        losses = mean - Y * Z - Y + y_log_y
        return row_sum(losses), mean - Y

    def inverse_link(self, Z: Array) -> Array:
        """Return ``exp(Z)``: the expected count."""
        with np.errstate(over="ignore"):
            return np.exp(Z)

    def check_targets(self, Y: Array) -> None:
        """Raise `LabelError` for a negative count."""
        _check_between(Y, 0, np.inf, "Poisson learns counts of 0 or more")


def softmax(Z: ArrayLike) -> Array:
    r"""Return the softmax of each row.

    .. math:: \operatorname{softmax}(Z)_k = \frac{e^{Z_k}}{\sum_j e^{Z_j}}

    Parameters
    ----------
    Z : array of shape (n_classes,) or (..., n_classes)
        Scores.

    Returns
    -------
    array of the shape of ``Z``
        Numbers in [0, 1]; each row sums to 1.

    Notes
    -----
    Rows are shifted by their maximum first, which cancels: exp(710) overflows float64.

    Examples
    --------
    >>> softmax([5.0, 1.0, 1.0])
    array([0.96466316, 0.01766842, 0.01766842])
    """
    return _softmax(check_array("Z", np.atleast_1d(Z)))


def _softmax(Z: Array) -> Array:
    """Return the softmax of checked scores."""
    e: Array = np.exp(Z - row_max(Z))
    e /= row_sum(e)[..., np.newaxis]
    return e


def row_sum(A: Array) -> Array:
    """Return ``A.sum(axis=-1)``, as a product with ones.

    NumPy sums along short rows one number at a time: 45 us for 1,500 x 3 float64, against 4.
    """
    total: Array = A @ _ones(A.shape[-1], A.dtype)
    return total


@cache
def _ones(n: int, dtype: np.dtype[Any]) -> Array:
    """Return ``n`` ones to read: to make them anew takes 3 of the 50 us of a single prediction."""
    ones = np.ones(n, dtype)
    ones.flags.writeable = False
    return ones


def row_max(A: Array) -> Array:
    """Return ``A.max(axis=-1, keepdims=True)``; of narrow rows by way of their columns.

    54 us for 1,500 x 3 float64 along rows, against 4; equal at 100 columns.
    """
    if A.ndim == 1 or A.shape[-1] > 64:
        largest: Array = A.max(axis=-1)
    else:
        largest = np.ascontiguousarray(A.mT).max(axis=-2)
    return largest[..., np.newaxis]


def one_hot(labels: ArrayLike, n_classes: int, dtype: DTypeLike = np.float64) -> Array:
    """Return a row for each label with a 1 in its column and 0 elsewhere.

    Parameters
    ----------
    labels : array of int of shape (n_samples,)
        Classes, counted from 0.
    n_classes : int
        The number of columns.
    dtype : dtype, default=float64
        float32 or float64.

    Returns
    -------
    array of shape (n_samples, n_classes)

    Raises
    ------
    LabelError
        If a label is not one of 0 ... n_classes - 1.

    Examples
    --------
    >>> one_hot([0, 2], 3)
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    check_count("n_classes", n_classes)
    codes = np.asarray(labels)
    if codes.ndim != 1 or codes.size == 0:
        raise ShapeError(f"labels have shape {codes.shape}; expected one label for each sample.")
    if codes.dtype.kind not in "iu":
        raise LabelError(
            f"labels are {codes.dtype}; expected whole numbers from 0. Names become numbers with "
            "np.unique(labels, return_inverse=True)."
        )
    outside = (codes < 0) | (codes >= n_classes)
    if outside.any():
        row = int(outside.argmax())
        raise LabelError(
            f"labels[{row}] is {codes[row]}; expected 0 to {n_classes - 1} for {n_classes} classes."
        )
    Y = np.zeros((codes.size, n_classes), check_dtype(dtype))
    Y[np.arange(codes.size), codes] = 1
    return Y


def _smooth(Y: Array, label_smoothing: float, n_classes: int) -> Array:
    if label_smoothing == 0:
        return Y
    return (1 - label_smoothing) * Y + label_smoothing / n_classes


def _check_smoothing(loss: CrossEntropy | JointCrossEntropy | BinaryCrossEntropy) -> None:
    check_setting(loss, "label_smoothing", low=0, high=1, open_high=True)


def _check_distribution(Y: Array, first_column: int = 0) -> None:
    """Raise `LabelError` unless each row of ``Y`` holds probabilities that sum to 1."""
    _check_between(Y, 0, 1, "CrossEntropy learns probabilities in [0, 1]", first_column)
    sums = Y.sum(axis=-1)
    off = np.abs(sums - 1) > 1e-3  # wide: 10,000 float32 probabilities sum to 1 within 1e-4
    if off.any():
        row = int(off.argmax())
        raise LabelError(
            f"Y[{row}] sums to {sums[row]:g}; expected 1, a one-hot row. "
            "one_hot(labels, n_classes) makes them."
        )


def _check_between(Y: Array, low: float, high: float, what: str, first_column: int = 0) -> None:
    if Y.min() < low or Y.max() > high:  # without an array as long as Y
        outside = (Y < low) | (Y > high)
        row, column = (int(i) for i in np.argwhere(outside)[0])
        place = f"Y[{row}, {first_column + column}]"
        raise LabelError(f"{place} is {Y[row, column]}; {what}.")


LOSSES: tuple[Loss, ...] = (
    CrossEntropy(), CrossEntropy(0.1), JointCrossEntropy((2, 1)), BinaryCrossEntropy(),
    BinaryCrossEntropy(0.1), SquaredError(), AbsoluteError(), Huber(), Quantile(), Quantile(0.9),
    Poisson(),
)  # fmt: skip
"""One of each loss. A new one belongs here, and is tested from then on."""
