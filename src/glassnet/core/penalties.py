"""Penalties on the size of weights: L1 and L2, never on biases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.core.arrays import Array, check_setting


@dataclass(frozen=True)
class Penalty:
    r"""A price on large weights, added to the loss and divided by the batch's sum of weights.

    .. math:: R(W) = l_1 \sum |W| + \tfrac{1}{2} l_2 \sum W^2, \qquad
              dW = l_1 \operatorname{sign}(W) + l_2 W

    Parameters
    ----------
    l1 : float, default=0.0
        Pulls weights to exactly 0. No derivative at 0; we take 0.
    l2 : float, default=0.0
        Pulls weights towards 0; scikit-learn's ``alpha``.

    Notes
    -----
    Divided by the sum of sample weights (the number of rows without them), as in scikit-learn:
    the more data, the less the penalty counts. See docs/maths/regularization.md.

    Examples
    --------
    >>> import numpy as np
    >>> Penalty(l1=1.0, l2=2.0).value_and_grad(np.array([3.0, -1.0]))
    (np.float64(14.0), array([ 7., -3.]))
    """

    l1: float = 0.0
    l2: float = 0.0

    def __post_init__(self) -> None:
        check_setting(self, "l1", low=0)
        check_setting(self, "l2", low=0)

    def value_and_grad(self, W: Array, weight: Any = 1.0) -> tuple[Any, Array]:
        """Return ``R`` and its gradient, both divided by ``weight``.

        Parameters
        ----------
        W : array of shape (n_weights,) or (n_members, n_weights)
            Weights, flat; ``R`` is summed over the last axis.
        weight : float, default=1.0
            The batch's sum of weights.
        """
        l1, l2 = self.l1 / weight, self.l2 / weight
        value = 0.5 * l2 * np.vecdot(W, W)
        dW = l2 * W
        if self.l1:
            value += l1 * np.abs(W).sum(axis=-1)
            dW += l1 * np.sign(W)
        return value, dW
