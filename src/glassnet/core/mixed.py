"""The mixed activation: each node learns how much of its activation to use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.core.activations import Activation
from glassnet.core.arrays import Array, RandomNumbers, Rows, check_count
from glassnet.core.layer import Layer, Parameter, Params, Step
from glassnet.errors import ParameterError


@dataclass(frozen=True)
class MixedActivation(Layer):
    r"""A learned mixture of an activation and the identity, node by node.

    .. math:: A = (1 - a) Z + a f(Z), \qquad
              da_k = \sum_n dA_{nk} (f(Z_{nk}) - Z_{nk}), \quad
              dZ = dA \odot ((1 - a) + a f'(Z))

    It begins as the activation itself: ``a = 1``. Holzmüller, Grinsztajn and Steinwart, 2024,
    "Better by Default", section 3, with a tenth of the weights' learning rate.

    Parameters
    ----------
    activation : Activation
        The function f.
    n_in : int
        Nodes.
    learning_rate : float, default=1.0
        The factor on the learning rate.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet import ReLU
    >>> layer = MixedActivation(ReLU(), 2)
    >>> layer.forward((np.array([1.0, 0.5]),), np.array([[-4.0, -4.0]]), step=None)[0]
    array([[ 0., -2.]])
    """

    activation: Activation
    n_in: int
    learning_rate: float = 1.0

    def __post_init__(self) -> None:
        check_count("MixedActivation n_in", self.n_in)
        if not isinstance(self.activation, Activation):
            raise ParameterError(
                f"MixedActivation activation is {self.activation!r}; expected one such as SELU()."
            )

    @property
    def n_out(self) -> int:  # type: ignore[override] # read only: frozen
        """As many nodes as come in."""
        return self.n_in

    @property
    def kinks(self) -> tuple[float, ...]:  # type: ignore[override] # those of its function
        """Where the slope of the activation jumps."""
        return self.activation.kinks

    @property
    def parameters(self) -> tuple[Parameter, ...]:  # type: ignore[override] # read only: frozen
        """The part of the activation in each node."""
        return (Parameter("a", (self.n_in,), self.learning_rate),)

    def init(self, params: Params, X: Array | None, rng: RandomNumbers) -> None:
        """Begin with the activation alone."""
        params[0][...] = 1

    def forward(self, params: Params, X: Array | Rows, step: Step | None) -> tuple[Array, Any]:
        """Return the mixture and, for the way back, ``Z``, ``f(Z)`` and their difference."""
        Z: Any = X
        value = self.activation.value(Z)
        beyond = value - Z
        return Z + params[0][..., np.newaxis, :] * beyond, (Z, value, beyond)

    def backward(
        self, dY: Array, cache: Any, params: Params, d_params: Params, need_dX: bool = True
    ) -> Array | None:
        """Write ``da``, return ``dZ``."""
        Z, value, beyond = cache
        np.sum(dY * beyond, axis=-2, out=d_params[0])
        if not need_dX:
            return None
        a = params[0][..., np.newaxis, :]
        slope = self.activation.derivative(Z, value)
        slope = a * (slope - 1)
        slope += 1
        slope *= dY
        dZ: Array = slope
        return dZ
