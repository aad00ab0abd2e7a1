"""``coefs_`` and ``intercepts_``: lists that write through to ``theta_``."""

from __future__ import annotations

from typing import Any

from glassnet.core.arrays import Array
from glassnet.core.dense import Dense


class Views(list[Array]):
    """Views into ``theta_``; assigning to an entry writes into the view it stands for.

    Pickled and copied, it is a plain list.
    """

    def __init__(self, estimator: Any, which: int) -> None:
        net = estimator._network
        layers = zip(net.layers, net.views(estimator.theta_), strict=True)
        super().__init__(params[which] for layer, params in layers if isinstance(layer, Dense))
        self._estimator = estimator
        self._which = which

    def __setitem__(self, index: Any, value: Any) -> None:
        values: list[Any] = list(self)
        values[index] = value
        self._estimator._assign(self._which, values)
        super().__setitem__(slice(None), Views(self._estimator, self._which))

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (list(self),)
