"""Inverted dropout: nodes left out at random in training, none in prediction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.core.arrays import Array, Rows, check_setting
from glassnet.core.layer import Layer, Params, Step
from glassnet.core.schedules import ProgressSchedule
from glassnet.errors import ParameterError


@dataclass(frozen=True)
class Dropout(Layer):
    r"""Set each number to 0 with probability ``rate``, divide the others by ``1 - rate``.

    .. math:: A = M \odot X, \quad dX = M \odot dA, \qquad
              M_{nk} = \frac{[u_{nk} \ge \text{rate}]}{1 - \text{rate}},
              \quad u_{nk} \sim U[0, 1)

    Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, 2014; the inverted form, which
    scales in training, so that prediction is the identity.

    Parameters
    ----------
    rate : float
        The probability of being left out, in [0, 1).
    schedule : ProgressSchedule, optional
        Multiplies the rate along the training: ``FlatCosine()``, say.

    Notes
    -----
    The random numbers come from ``step.rng``; where ``step`` is None (prediction) the input
    passes unchanged. They are drawn in float64, so one seed gives one mask in both dtypes.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.ones((1, 4))
    >>> Dropout(0.5).forward((), X, Step(np.random.default_rng(0)))[0]
    array([[2., 0., 0., 0.]])
    >>> Dropout(0.5).forward((), X, step=None)[0]
    array([[1., 1., 1., 1.]])
    """

    rate: float
    schedule: ProgressSchedule | None = None

    def __post_init__(self) -> None:
        check_setting(self, "rate", low=0, high=1, open_high=True)
        if not isinstance(self.schedule, ProgressSchedule | None):
            raise ParameterError(
                f"Dropout schedule is {self.schedule!r}; expected one that depends on the part of "
                "the training that lies behind, such as FlatCosine()."
            )

    def rate_at(self, t: float) -> float:
        """Return the rate when a part ``t`` of the training lies behind."""
        return self.rate if self.schedule is None else self.rate * self.schedule.at(t)

    def forward(self, params: Params, X: Array | Rows, step: Step | None) -> tuple[Array, Any]:
        """Return the masked input, and the mask (None in prediction)."""
        rows: Any = X
        rate = 0.0 if step is None else self.rate_at(step.t)
        if step is None or rate == 0:
            return rows, None
        kept = step.rng.random(rows.shape) >= rate
        mask = kept * rows.dtype.type(1 / (1 - rate))
        return mask * rows, mask

    def backward(
        self, dY: Array, cache: Any, params: Params, d_params: Params, need_dX: bool = True
    ) -> Array | None:
        """Return the gradient through the same mask."""
        mask = cache
        if not need_dX:
            return None
        return dY if mask is None else np.multiply(dY, mask)
