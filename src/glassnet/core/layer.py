"""What a layer is. It holds no parameters and no cache: nothing to reset, nothing to alias."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np

from glassnet.core.arrays import Array, RandomNumbers, Rows

Params: TypeAlias = tuple[Array, ...]
"""A layer's parameters, views into theta, in the order of `Layer.parameters`."""


@dataclass(frozen=True)
class Parameter:
    """One array of parameters that a layer asks for.

    Parameters
    ----------
    name : str
        The letter in the mathematics, such as ``"W"``.
    shape : tuple of int
        Its shape, without the axis of an ensemble's members.
    learning_rate : float, default=1.0
        The factor on the optimizer's learning rate.
    decay : float, default=1.0
        The factor on weight decay, which is multiplied by the learning rate as well. 0: neither
        decay nor a penalty applies, as for biases.
    """

    name: str
    shape: tuple[int, ...]
    learning_rate: float = 1.0
    decay: float = 1.0


@dataclass(frozen=True)
class Step:
    """A training step, as a layer sees it. In prediction there is none.

    Parameters
    ----------
    rng : Generator or RandomState
        Random numbers for the layers that draw them (dropout).
    t : float, default=0.0
        The part of the training that lies behind, in [0, 1).
    """

    rng: RandomNumbers
    t: float = 0.0


class Layer(ABC):
    """A function of its input and its parameters, and how gradients go back through it.

    Attributes
    ----------
    parameters : tuple of Parameter
        What it needs of theta. A subclass without parameters leaves it empty.
    n_in, n_out : int or None
        Columns of its input and output; None means that it takes any number and keeps it.
    kinks : tuple of float
        Inputs where its slope jumps: finite differences across one of them tell nothing.
    """

    parameters: tuple[Parameter, ...] = ()
    n_in: int | None = None
    n_out: int | None = None
    kinks: ClassVar[tuple[float, ...]] = ()

    def init(self, params: Params, X: Array | None, rng: RandomNumbers) -> None:  # noqa: B027
        """Write initial values into ``params``. Without parameters there is nothing to do."""

    @abstractmethod
    def forward(self, params: Params, X: Array | Rows, step: Step | None) -> tuple[Array, Any]:
        """Return the output and what `backward` will need of the way there."""

    def takes_numbers(self, n_columns: int) -> Array:
        """Return which columns of the input are numbers, and not codes that cannot be scaled."""
        return np.ones(n_columns, bool)

    def predict(self, params: Params, X: Array | Rows) -> Array:
        """Return the output alone, as `forward` does without a step: there may be a faster way."""
        return self.forward(params, X, None)[0]

    def __init_subclass__(cls, **settings: Any) -> None:
        """Leave no faster `predict` to a subclass whose `forward` is another."""
        super().__init_subclass__(**settings)
        if "forward" in vars(cls) and "predict" not in vars(cls):
            cls.predict = Layer.predict  # type: ignore[method-assign]

    @abstractmethod
    def backward(
        self, dY: Array, cache: Any, params: Params, d_params: Params, need_dX: bool = True
    ) -> Array | None:
        """Write the gradients into ``d_params`` and return that of the input, if it is needed."""
