"""Blocks of columns, each through a layer of its own."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from glassnet.core.arrays import Array, RandomNumbers, Rows
from glassnet.core.layer import Layer, Parameter, Params, Step
from glassnet.errors import ParameterError, ShapeError


@dataclass(frozen=True)
class Columns(Layer):
    """Layers beside each other: each takes the next columns, and their outputs are joined.

    Parameters
    ----------
    blocks : tuple of (int, Layer)
        How many columns a layer takes, and the layer; in the order of the columns.

    Notes
    -----
    Its parameters are those of its layers, one after the other.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet import Identity, Scale
    >>> layer = Columns(((1, Identity()), (1, Scale(1))))
    >>> layer.forward((np.array([10.0]),), np.array([[1.0, 2.0]]), step=None)[0]
    array([[ 1., 20.]])
    """

    blocks: tuple[tuple[int, Layer], ...]

    def __post_init__(self) -> None:
        if not self.blocks:
            raise ParameterError("Columns blocks are empty; expected at least one layer.")
        for n_columns, layer in self.blocks:
            if layer.n_in not in (None, n_columns):
                raise ShapeError(f"{layer!r} takes {layer.n_in} columns, its block {n_columns}.")

    @property
    def n_in(self) -> int:  # type: ignore[override] # read only: frozen
        """All columns."""
        return sum(n_columns for n_columns, _ in self.blocks)

    @property
    def n_out(self) -> int:  # type: ignore[override] # read only: frozen
        """All columns of the outputs."""
        return sum(self._widths)

    @property
    def parameters(self) -> tuple[Parameter, ...]:  # type: ignore[override] # read only: frozen
        """Those of the layers."""
        return tuple(one for _, layer in self.blocks for one in layer.parameters)

    @property
    def _widths(self) -> list[int]:
        """Columns of each layer's output."""
        return [layer.n_out or n_columns for n_columns, layer in self.blocks]

    def _pieces(self, sizes: list[int]) -> list[slice]:
        return [slice(*ends) for ends in pairwise(accumulate(sizes, initial=0))]

    def _of_each(self, params: Params) -> list[Params]:
        """Return the parameters of each layer."""
        return [params[of] for of in self._pieces([len(one.parameters) for _, one in self.blocks])]

    def _columns(self, X: Any) -> list[Any]:
        """Return each layer's columns."""
        return [X[..., of] for of in self._pieces([n_columns for n_columns, _ in self.blocks])]

    def takes_numbers(self, n_columns: int) -> Array:
        """Return what each layer takes."""
        return np.concatenate([layer.takes_numbers(n) for n, layer in self.blocks])

    def init(self, params: Params, X: Array | None, rng: RandomNumbers) -> None:
        """Let each layer begin."""
        columns = [None] * len(self.blocks) if X is None else self._columns(X)
        for (_, layer), own, its in zip(self.blocks, self._of_each(params), columns, strict=True):
            layer.init(own, its, rng)

    def forward(self, params: Params, X: Array | Rows, step: Step | None) -> tuple[Array, Any]:
        """Return the outputs beside each other, and what each layer needs for its way back."""
        outputs, caches = [], []
        parts = zip(self.blocks, self._of_each(params), self._columns(X), strict=True)
        for (_, layer), own, columns in parts:
            Y, cache = layer.forward(own, columns, step)
            outputs.append(Y)
            caches.append(cache)
        lead = np.broadcast_shapes(*[Y.shape[:-1] for Y in outputs])  # an ensemble's members
        joined = [np.broadcast_to(Y, (*lead, Y.shape[-1])) for Y in outputs]
        return np.concatenate(joined, axis=-1), caches

    def backward(
        self, dY: Array, cache: Any, params: Params, d_params: Params, need_dX: bool = True
    ) -> Array | None:
        """Let each layer take its columns of the gradient."""
        back = []
        parts = zip(
            self.blocks, cache, self._of_each(params), self._of_each(d_params),
            self._pieces(self._widths), strict=True,
        )  # fmt: skip
        for (_, layer), its_cache, own, d_own, of in parts:
            d_columns = np.ascontiguousarray(dY[..., of])
            back.append(layer.backward(d_columns, its_cache, own, d_own, need_dX))
        return np.concatenate(back, axis=-1) if need_dX else None  # type: ignore[arg-type]
