"""The scale layer: a learned factor on every column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.core.arrays import Array, RandomNumbers, Rows, check_count
from glassnet.core.layer import Layer, Parameter, Params, Step


@dataclass(frozen=True)
class Scale(Layer):
    r"""A learned factor on every column: which columns count, and how much.

    .. math:: Y_{nk} = s_k X_{nk}, \qquad ds_k = \sum_n X_{nk} dY_{nk}, \quad dX_{nk} = s_k dY_{nk}

    Holzmüller, Grinsztajn and Steinwart, 2024, "Better by Default", section 3: in front of the
    first dense layer, with 6 times the learning rate of its weights.

    Parameters
    ----------
    n_in : int
        Columns.
    learning_rate : float, default=1.0
        The factor on the learning rate.

    Examples
    --------
    >>> import numpy as np
    >>> Scale(2).forward((np.array([2.0, 0.0]),), np.array([[1.0, 5.0]]), step=None)[0]
    array([[2., 0.]])
    """

    n_in: int
    learning_rate: float = 1.0

    def __post_init__(self) -> None:
        check_count("Scale n_in", self.n_in)

    @property
    def n_out(self) -> int:  # type: ignore[override] # read only: frozen
        """As many columns as come in."""
        return self.n_in

    @property
    def parameters(self) -> tuple[Parameter, ...]:  # type: ignore[override] # read only: frozen
        """The factors."""
        return (Parameter("s", (self.n_in,), self.learning_rate),)

    def init(self, params: Params, X: Array | None, rng: RandomNumbers) -> None:
        """Begin with 1."""
        params[0][...] = 1

    def forward(self, params: Params, X: Array | Rows, step: Step | None) -> tuple[Array, Any]:
        """Return ``s X``, and ``X``."""
        rows: Any = X
        return rows * params[0][..., np.newaxis, :], rows

    def backward(
        self, dY: Array, cache: Any, params: Params, d_params: Params, need_dX: bool = True
    ) -> Array | None:
        """Write ``ds``, return ``dX``."""
        np.sum(cache * dY, axis=-2, out=d_params[0])
        return dY * params[0][..., np.newaxis, :] if need_dX else None
