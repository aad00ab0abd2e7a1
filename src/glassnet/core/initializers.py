"""Initial values of weights and biases: small, random, and of a variance that layers keep.

Drawn in float64 whatever the dtype of theta, so that one seed gives one network.
Derivations: docs/maths/initialization.md.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from glassnet.core.arrays import Array, RandomNumbers, check_count, check_setting
from glassnet.errors import ParameterError


class Initializer(ABC):
    """Draws an array of initial values."""

    @abstractmethod
    def __call__(self, rng: RandomNumbers, shape: tuple[int, ...], n_in: int, n_out: int) -> Array:
        """Return float64 values of ``shape`` for a layer from ``n_in`` to ``n_out`` nodes."""

    def for_data(
        self,
        rng: RandomNumbers,
        shape: tuple[int, ...],
        n_in: int,
        n_out: int,
        X: Array | None,
        W: Array | None,
    ) -> Array:
        """Return values that may depend on the layer's input: here they do not.

        Parameters
        ----------
        rng, shape, n_in, n_out :
            As in a call.
        X : array of shape (..., n_samples, n_in) or None
            The layer's input on a sample of the rows.
        W : array of shape (..., n_in, n_out) or None
            The weights drawn before, for biases.
        """
        return self(rng, shape, n_in, n_out)


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


@dataclass(frozen=True)
class UnitVariance(Initializer):
    r"""Normal weights, scaled so that each node's sum over its inputs has variance 1 on the data.

    .. math:: W_{kj} \leftarrow \frac{W_{kj}}{\operatorname{std}_n (X W)_{nj}}, \qquad
              W_{kj} \sim N(0, 1)

    Holzmüller, Grinsztajn and Steinwart, 2024, "Better by Default", section 3. Without data, or
    where a node sees no variance, ``W / sqrt(n_in)``.
    """

    def __call__(self, rng: RandomNumbers, shape: tuple[int, ...], n_in: int, n_out: int) -> Array:
        """Return what is drawn without data: variance ``1 / n_in``."""
        W: Array = rng.normal(0.0, 1.0, shape) / np.sqrt(n_in)
        return W

    def for_data(
        self,
        rng: RandomNumbers,
        shape: tuple[int, ...],
        n_in: int,
        n_out: int,
        X: Array | None,
        W: Array | None,
    ) -> Array:
        """Draw, then scale node by node."""
        drawn = self(rng, shape, n_in, n_out)
        if X is None:
            return drawn
        std = (X.astype(np.float64) @ drawn).std(axis=-2, keepdims=True)
        std[std < 1e-6] = 1.0
        scaled: Array = drawn / std
        return scaled


@dataclass(frozen=True)
class HyperplaneBias(Initializer):
    r"""Biases that put each node's zero among the data: at a mixture of a few rows.

    .. math:: b_j = -\sum_{i=1}^{m} s_{ij} (X W)_{n_{ij} j}, \qquad
              s_j \sim \text{uniform on the simplex}, \quad n_{ij} \sim \text{uniform}

    Steinwart, 2019, "A sober look at neural network initializations", as taken up in Holzmüller,
    Grinsztajn and Steinwart, 2024. Without data, 0.

    Parameters
    ----------
    n_rows : int, default=5
        The rows of a mixture, m.
    """

    n_rows: int = 5

    def __post_init__(self) -> None:
        check_count("HyperplaneBias n_rows", self.n_rows)

    def __call__(self, rng: RandomNumbers, shape: tuple[int, ...], n_in: int, n_out: int) -> Array:
        """Return what there is without data: zeros."""
        return np.zeros(shape)

    def for_data(
        self,
        rng: RandomNumbers,
        shape: tuple[int, ...],
        n_in: int,
        n_out: int,
        X: Array | None,
        W: Array | None,
    ) -> Array:
        """Draw a mixture of rows for each node."""
        if X is None or W is None:
            return self(rng, shape, n_in, n_out)
        rows = np.floor(rng.random((self.n_rows, *shape)) * X.shape[-2]).astype(np.intp)
        shares = -np.log1p(-rng.random((self.n_rows, *shape)))  # exponential, each
        shares /= shares.sum(axis=0)
        sums = X.astype(np.float64) @ W.astype(np.float64)
        picked = np.stack([np.take_along_axis(sums, r[..., np.newaxis, :], axis=-2) for r in rows])
        b: Array = -(shares * picked[..., 0, :]).sum(axis=0)
        return b


INITIALIZERS: tuple[type[Initializer], ...] = (
    Zeros, Normal, Glorot, He, LeCun, UnitVariance, HyperplaneBias,
)  # fmt: skip
"""Every initializer. A new one belongs here, and is tested from then on."""
