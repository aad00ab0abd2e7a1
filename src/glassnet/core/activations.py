"""Activation functions: each beside its derivative, one table at the end.

Every formula is written for numbers of any size: no overflow, no warning, in either dtype.
Derivations: docs/maths/activations.md. Where a function has no derivative (a kink), the value
taken there is stated.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.core.arrays import Array, Rows, check_setting
from glassnet.core.erf import erfc
from glassnet.core.layer import Layer, Params, Step

FAR = 40.0
"""Beyond ±40 the GELUs are 0 and z to the last digit in both dtypes; z² would overflow at 1e19."""


class Activation(Layer):
    """A function applied to each number on its own: ``A = f(Z)``, ``dZ = dA * f'(Z)``."""

    @abstractmethod
    def value(self, Z: Array) -> Array:
        """Return ``A = f(Z)``, of the shape and dtype of ``Z``."""

    @abstractmethod
    def derivative(self, Z: Array, A: Array) -> Array:
        """Return ``f'(Z)``; ``A = f(Z)`` is given because many derivatives are simpler in it."""

    def forward(self, params: Params, X: Array | Rows, step: Step | None) -> tuple[Array, Any]:
        """Return ``A`` and, for the way back, ``Z`` and ``A``."""
        Z: Any = X
        A = self.value(Z)
        return A, (Z, A)

    def backward(
        self, dY: Array, cache: Any, params: Params, d_params: Params, need_dX: bool = True
    ) -> Array | None:
        """Return ``dZ = dA * f'(Z)``."""
        if not need_dX:
            return None
        Z, A = cache
        dZ: Array = dY * self.derivative(Z, A)
        return dZ


@dataclass(frozen=True)
class Identity(Activation):
    """``f(z) = z``. A network of identities is a linear model."""

    def value(self, Z: Array) -> Array:
        """Return ``Z``."""
        return Z

    def derivative(self, Z: Array, A: Array) -> Array:
        """Return ones."""
        return np.ones_like(Z)

    def backward(
        self, dY: Array, cache: Any, params: Params, d_params: Params, need_dX: bool = True
    ) -> Array | None:
        """Return ``dY`` itself: the factor is 1."""
        return dY if need_dX else None


@dataclass(frozen=True)
class Sigmoid(Activation):
    r"""The logistic function, between 0 and 1.

    .. math:: \sigma(z) = \frac{1}{1 + e^{-z}}, \qquad \sigma' = \sigma (1 - \sigma)

    Examples
    --------
    >>> import numpy as np
    >>> Sigmoid().value(np.array([0.0, 1000.0, -1000.0]))
    array([0.5, 1. , 0. ])
    """

    def value(self, Z: Array) -> Array:
        """Return the sigmoid, by way of exp(-|z|): exp(710) would overflow."""
        e = np.exp(-np.abs(Z))
        A: Array = np.maximum(e, Z >= 0) / (1 + e)  # the larger of them is 1 above 0, else e
        return A

    def derivative(self, Z: Array, A: Array) -> Array:
        """Return ``A (1 - A)``."""
        slope: Array = A * (1 - A)
        return slope


@dataclass(frozen=True)
class Tanh(Activation):
    r"""The hyperbolic tangent, between -1 and 1: :math:`f' = 1 - f^2`."""

    def value(self, Z: Array) -> Array:
        """Return ``tanh(Z)``."""
        return np.tanh(Z)

    def derivative(self, Z: Array, A: Array) -> Array:
        """Return ``1 - A²``."""
        return 1 - A * A


@dataclass(frozen=True)
class ReLU(Activation):
    """``f(z) = max(0, z)``, ``f' = [z > 0]``. No derivative at 0; we take 0."""

    kinks = (0.0,)

    def value(self, Z: Array) -> Array:
        """Return the positive part; ``np.maximum(Z, 0)`` takes three times as long."""
        return Z.clip(0, np.inf)

    def derivative(self, Z: Array, A: Array) -> Array:
        """Return 1 where ``Z`` is positive, else 0."""
        return np.greater(Z, 0, dtype=bool).astype(Z.dtype)

    def backward(
        self, dY: Array, cache: Any, params: Params, d_params: Params, need_dX: bool = True
    ) -> Array | None:
        """Return ``dY * [Z > 0]``, without turning the truth values into numbers first."""
        Z, _ = cache
        return np.multiply(dY, Z > 0) if need_dX else None


@dataclass(frozen=True)
class LeakyReLU(Activation):
    """``f(z) = z`` above 0, ``slope z`` below. No derivative at 0; we take ``slope``.

    Parameters
    ----------
    slope : float, default=0.01
        The slope below 0. Maas, Hannun and Ng, 2013.
    """

    slope: float = 0.01
    kinks = (0.0,)

    def __post_init__(self) -> None:
        check_setting(self, "slope")

    def value(self, Z: Array) -> Array:
        """Return ``Z`` where positive, ``slope Z`` elsewhere."""
        return np.where(Z > 0, Z, self.slope * Z)

    def derivative(self, Z: Array, A: Array) -> Array:
        """Return 1 where ``Z`` is positive, ``slope`` elsewhere."""
        slope: Array = np.where(Z > 0, Z.dtype.type(1), Z.dtype.type(self.slope))
        return slope


@dataclass(frozen=True)
class ELU(Activation):
    r"""``f(z) = z`` above 0, :math:`\alpha (e^z - 1)` below. At 0 we take the left slope, alpha.

    Parameters
    ----------
    alpha : float, default=1.0
        The bound below is ``-alpha``. Clevert, Unterthiner and Hochreiter, 2016, equation 15.
    """

    alpha: float = 1.0
    kinks = (0.0,)  # for alpha = 1 only the second derivative jumps

    def __post_init__(self) -> None:
        check_setting(self, "alpha")

    def value(self, Z: Array) -> Array:
        """Return ``Z`` where positive, ``alpha (exp(Z) - 1)`` elsewhere."""
        return np.where(Z > 0, Z, self.alpha * _expm1(np.minimum(Z, 0)))

    def derivative(self, Z: Array, A: Array) -> Array:
        """Return 1 where ``Z`` is positive, ``A + alpha`` elsewhere."""
        return np.where(Z > 0, 1, A + self.alpha)


def _expm1(Z: Array) -> Array:
    """Return exp(Z) - 1 for numbers up to 0.

    As ``tanh(Z/2) (exp(Z) + 1)`` in float32, where both have vectors: 5 ns a number, with 1.7 units
    of error in the last place; `numpy.expm1` takes 15.
    """
    if Z.dtype != np.float32:
        return np.expm1(Z)
    A = np.tanh(0.5 * Z)
    A *= np.exp(Z) + 1
    return A


@dataclass(frozen=True)
class SELU(Activation):
    r"""A scaled ELU that keeps mean 0 and variance 1: :math:`\lambda\,\mathrm{ELU}_\alpha(z)`.

    Klambauer, Unterthiner, Mayr and Hochreiter, 2017, equations 2 and 14, which give the two
    constants. No derivative at 0; we take the left one, lambda alpha.
    """

    kinks = (0.0,)
    SCALE = 1.0507009873554804934
    ALPHA = 1.6732632423543772848

    def value(self, Z: Array) -> Array:
        """Return ``scale Z`` where positive, ``scale alpha (exp(Z) - 1)`` elsewhere."""
        # One of the two parts is 0; `numpy.where` takes 10 times as long as a clip.
        A = _expm1(Z.clip(-np.inf, 0))
        A *= self.SCALE * self.ALPHA
        A += self.SCALE * Z.clip(0, np.inf)
        return A

    def derivative(self, Z: Array, A: Array) -> Array:
        """Return ``scale`` where ``Z`` is positive, ``A + scale alpha`` elsewhere."""
        slope = A.clip(-np.inf, 0)
        slope += self.SCALE * self.ALPHA
        slope += (Z > 0) * Z.dtype.type(self.SCALE - self.SCALE * self.ALPHA)
        return slope


@dataclass(frozen=True)
class Softplus(Activation):
    r"""A smooth ReLU: :math:`\log(1 + e^z)`, with the sigmoid as its derivative."""

    def value(self, Z: Array) -> Array:
        """Return ``max(Z, 0) + log(1 + exp(-|Z|))``: exp(89) overflows float32."""
        return np.maximum(Z, 0) + np.log1p(np.exp(-np.abs(Z)))

    def derivative(self, Z: Array, A: Array) -> Array:
        """Return the sigmoid of ``Z``."""
        return Sigmoid().value(Z)


@dataclass(frozen=True)
class GELU(Activation):
    r"""The number times the normal probability of a smaller one: :math:`z\,\Phi(z)`.

    .. math:: f'(z) = \Phi(z) + z \varphi(z), \qquad
              \Phi(z) = \tfrac{1}{2} \operatorname{erfc}(-z / \sqrt 2)

    Hendrycks and Gimpel, 2016; the exact form. `GELUTanh` is their approximation.
    """

    def value(self, Z: Array) -> Array:
        """Return ``Z Phi(Z)``."""
        return Z * _normal_cdf(Z)

    def derivative(self, Z: Array, A: Array) -> Array:
        """Return ``Phi(Z) + Z phi(Z)``."""
        Z = np.clip(Z, -FAR, FAR)
        return _normal_cdf(Z) + Z * (np.exp(-0.5 * Z * Z) / float(np.sqrt(2 * np.pi)))


def _normal_cdf(Z: Array) -> Array:
    """Return Phi(Z), by erfc: 1 + erf would be 0 below -8.3 and lose digits long before."""
    return 0.5 * erfc(-Z / float(np.sqrt(2)))


@dataclass(frozen=True)
class GELUTanh(Activation):
    r"""GELU approximated by a tanh.

    .. math:: f(z) = \tfrac{1}{2} z (1 + \tanh u), \quad
              u = \sqrt{2/\pi}\,(z + 0.044715 z^3), \quad
              f' = \tfrac{1}{2} (1 + \tanh u) + \tfrac{1}{2} z (1 - \tanh^2 u)\, u'

    Hendrycks and Gimpel, 2016, section 2.
    """

    SLOPE = float(np.sqrt(2 / np.pi))

    def value(self, Z: Array) -> Array:
        """Return ``Z (1 + tanh(u)) / 2``."""
        A: Array = 0.5 * Z * (1 + self._tanh(Z))
        return A

    def derivative(self, Z: Array, A: Array) -> Array:
        """Return the derivative above."""
        Z = np.clip(Z, -FAR, FAR)
        t = self._tanh(Z)
        du = self.SLOPE * (1 + 3 * 0.044715 * Z * Z)
        slope: Array = 0.5 * (1 + t) + 0.5 * Z * (1 - t * t) * du
        return slope

    def _tanh(self, Z: Array) -> Array:
        """Return tanh(u): 1 or -1 where the cube would overflow float32."""
        Z = np.clip(Z, -FAR, FAR)
        t: Array = np.tanh(self.SLOPE * (Z + 0.044715 * Z * Z * Z))
        return t


@dataclass(frozen=True)
class SiLU(Activation):
    r"""The number times its sigmoid: :math:`z \sigma(z)`; also called swish.

    :math:`f' = \sigma (1 + z (1 - \sigma))`. Hendrycks and Gimpel, 2016; Elfwing, Uchibe and
    Doya, 2018.
    """

    def value(self, Z: Array) -> Array:
        """Return ``Z sigmoid(Z)``."""
        return Z * Sigmoid().value(Z)

    def derivative(self, Z: Array, A: Array) -> Array:
        """Return ``sigmoid (1 + Z (1 - sigmoid))``."""
        sigmoid = Sigmoid().value(Z)
        slope: Array = sigmoid * (1 + Z * (1 - sigmoid))
        return slope


@dataclass(frozen=True)
class Mish(Activation):
    r""":math:`z \tanh(\operatorname{softplus}(z))`. Misra, 2019.

    With :math:`e = e^z` and :math:`n = e (e + 2)`, which takes one exponential:

    .. math:: t = \tanh(\operatorname{softplus}(z)) = \frac{n}{n + 2}, \qquad
              f' = t + z (1 - t^2) \sigma(z) = t + \frac{4 z e (e + 1)}{(n + 2)^2}
    """

    FAR = 22.0  # beyond, t is 1 to the last digit in both dtypes; e⁴ would overflow float32

    def value(self, Z: Array) -> Array:
        """Return ``Z t``."""
        e = np.exp(Z.clip(-np.inf, self.FAR))
        n = e * (e + 2)
        A: Array = Z * (n / (n + 2))
        return A

    def derivative(self, Z: Array, A: Array) -> Array:
        """Return ``t + 4 Z e (e + 1) / (n + 2)²``."""
        Z = Z.clip(-np.inf, self.FAR)
        e = np.exp(Z)
        n = e * (e + 2)
        slope: Array = (n + 4 * Z * (e * (e + 1) / (n + 2))) / (n + 2)
        return slope


@dataclass(frozen=True)
class HardTanh(Activation):
    """``f(z) = z`` clipped to [-1, 1]. No derivative at -1 and 1; we take 0."""

    kinks = (-1.0, 1.0)

    def value(self, Z: Array) -> Array:
        """Return ``Z`` clipped."""
        return np.clip(Z, -1, 1)

    def derivative(self, Z: Array, A: Array) -> Array:
        """Return 1 inside (-1, 1), else 0."""
        return (np.abs(Z) < 1).astype(Z.dtype)


ACTIVATIONS: tuple[type[Activation], ...] = (
    Identity, Sigmoid, Tanh, ReLU, LeakyReLU, ELU, SELU, Softplus, GELU, GELUTanh, SiLU, Mish,
    HardTanh,
)  # fmt: skip
"""Every activation. A new one belongs here, and is tested from then on."""
