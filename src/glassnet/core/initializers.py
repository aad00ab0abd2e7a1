"""Initial values of weights and biases: small, random, and of a variance that layers keep.

Drawn in float64 whatever the dtype of theta, so that one seed gives one network.
Derivations: docs/maths/initialization.md.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from glassnet.core.arrays import Array, RandomNumbers, check_setting
from glassnet.errors import ParameterError


class Initializer(ABC):
    """Draws an array of initial values."""

    @abstractmethod
    def __call__(self, rng: RandomNumbers, shape: tuple[int, ...], n_in: int, n_out: int) -> Array:
        """Return float64 values of ``shape`` for a layer from ``n_in`` to ``n_out`` nodes."""


@dataclass(frozen=True)
class Zeros(Initializer):
    """All zero: for biases. Weights must not start equal, or their nodes stay equal for ever.

    Examples
    --------
    >>> import numpy as np
    >>> Zeros()(np.random.default_rng(0), (2,), 3, 2)
    array([0., 0.])
    """

    def __call__(self, rng: RandomNumbers, shape: tuple[int, ...], n_in: int, n_out: int) -> Array:
        """Return zeros."""
        return np.zeros(shape)


@dataclass(frozen=True)
class Normal(Initializer):
    """Independent normal numbers with mean 0; ``Normal()``, N(0, 1), is the article's choice.

    Parameters
    ----------
    std : float, default=1.0
        Standard deviation, above 0.
    """

    std: float = 1.0

    def __post_init__(self) -> None:
        check_setting(self, "std", low=0, open_low=True)

    def __call__(self, rng: RandomNumbers, shape: tuple[int, ...], n_in: int, n_out: int) -> Array:
        """Draw from N(0, std²)."""
        return rng.normal(0.0, self.std, shape)


@dataclass(frozen=True)
class _VarianceKeeping(Initializer):
    """Draw with variance ``factor * numerator / fan``, uniform or normal."""

    distribution: str
    factor: float = 1.0
    numerator: ClassVar[float]

    def __post_init__(self) -> None:
        name = type(self).__name__
        if self.distribution not in ("uniform", "normal"):
            raise ParameterError(
                f"{name} distribution is {self.distribution!r}; expected 'uniform' or 'normal'."
            )
        check_setting(self, "factor", low=0, open_low=True)

    @staticmethod
    @abstractmethod
    def fan(n_in: int, n_out: int) -> int:
        """Return the number of nodes that the variance is divided by."""

    def __call__(self, rng: RandomNumbers, shape: tuple[int, ...], n_in: int, n_out: int) -> Array:
        """Draw from U(-bound, bound), whose variance is bound²/3, or from the normal."""
        fan = self.fan(n_in, n_out)
        if self.distribution == "uniform":
            bound = np.sqrt(3 * self.numerator * self.factor / fan)
            return rng.uniform(-bound, bound, shape)
        return rng.normal(0.0, np.sqrt(self.numerator * self.factor / fan), shape)


@dataclass(frozen=True)
class Glorot(_VarianceKeeping):
    r"""Variance :math:`2 / (n_{in} + n_{out})`, for tanh and sigmoid.

    Glorot and Bengio, 2010, "Understanding the difficulty of training deep feedforward neural
    networks", equation 12 (uniform) and section 4.2.1.

    Parameters
    ----------
    distribution : {"uniform", "normal"}, default="uniform"
        Uniform is the paper's: :math:`U(\pm\sqrt{6 / (n_{in} + n_{out})})`.
    factor : float, default=1.0
        Multiplies the variance. (scikit-learn takes 1/3 for logistic networks.)

    Examples
    --------
    >>> import numpy as np
    >>> W = Glorot()(np.random.default_rng(0), (3, 3), 3, 3)
    >>> bool(abs(W).max() <= 1)
    True
    """

    distribution: str = "uniform"
    numerator = 2.0

    @staticmethod
    def fan(n_in: int, n_out: int) -> int:
        """Return inputs plus outputs."""
        return n_in + n_out


@dataclass(frozen=True)
class He(_VarianceKeeping):
    r"""Variance :math:`2 / n_{in}`, for ReLU and its relatives, which drop half of the variance.

    He, Zhang, Ren and Sun, 2015, "Delving deep into rectifiers", equation 10 (normal).

    Parameters
    ----------
    distribution : {"uniform", "normal"}, default="normal"
        Normal is the paper's.
    factor : float, default=1.0
        Multiplies the variance.
    """

    distribution: str = "normal"
    numerator = 2.0

    @staticmethod
    def fan(n_in: int, n_out: int) -> int:
        """Return the inputs."""
        return n_in


@dataclass(frozen=True)
class LeCun(_VarianceKeeping):
    r"""Variance :math:`1 / n_{in}`, for SELU and linear layers.

    LeCun, Bottou, Orr and Müller, 1998, "Efficient BackProp", section 4.6.

    Parameters
    ----------
    distribution : {"uniform", "normal"}, default="normal"
        The paper asks for the variance only.
    factor : float, default=1.0
        Multiplies the variance.
    """

    distribution: str = "normal"
    numerator = 1.0

    @staticmethod
    def fan(n_in: int, n_out: int) -> int:
        """Return the inputs."""
        return n_in
