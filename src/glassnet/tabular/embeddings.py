"""Embeddings: layers that make several learned columns of one, of a number or of a category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.core.arrays import Array, RandomNumbers, Rows, check_count, check_setting
from glassnet.core.layer import Layer, Parameter, Params, Step

CACHED = 2**16
"""Numbers of an array that the second-level cache holds beside two others, in float32."""


@dataclass(frozen=True)
class PeriodicEmbedding(Layer):
    r"""Each number beside a few learned waves of it.

    .. math:: Y_k = \bigl(x_k,\; M_k \cos(2 \pi f_k x_k + c_k) + d_k\bigr)

    with ``n_frequencies`` waves for each column, mixed down to ``n_numbers``. So the first dense
    layer sees steps and bumps in a number, not its line alone. The periodic, biased, linear,
    densely connected embedding (PBLD) of Holzmüller, Grinsztajn and Steinwart, 2024, after
    Gorishniy, Rubachev and Babenko, 2022.

    Parameters
    ----------
    n_in : int
        Columns, all of them numbers.
    n_frequencies : int, default=16
    n_numbers : int, default=3
        Learned columns of each number, beside itself.
    scale : float, default=0.1
        The standard deviation of the frequencies at first.
    learning_rate : float, default=1.0
        The factor on the learning rate.

    Notes
    -----
    At first ``f ~ N(0, scale²)``, ``c ~ U(-π, π)``, ``M, d ~ U(±1/sqrt(n_frequencies))``. The
    columns of the output are, number by number, itself and its waves.

    Examples
    --------
    >>> import numpy as np
    >>> layer = PeriodicEmbedding(1, n_frequencies=1, n_numbers=1)
    >>> f, c, mix, d = np.full((1, 1), 0.5), np.zeros((1, 1)), np.ones((1, 1, 1)), np.zeros((1, 1))
    >>> layer.forward((f, c, mix, d), np.array([[1.0], [2.0]]), step=None)[0].round(6)
    array([[ 1., -1.],
           [ 2.,  1.]])
    """

    n_in: int
    n_frequencies: int = 16
    n_numbers: int = 3
    scale: float = 0.1
    learning_rate: float = 1.0

    def __post_init__(self) -> None:
        for name in ("n_in", "n_frequencies", "n_numbers"):
            check_count(f"PeriodicEmbedding {name}", getattr(self, name))
        check_setting(self, "scale", low=0, open_low=True)

    @property
    def n_out(self) -> int:  # type: ignore[override] # read only: frozen
        """Columns of the output."""
        return self.n_in * (1 + self.n_numbers)

    @property
    def parameters(self) -> tuple[Parameter, ...]:  # type: ignore[override] # read only: frozen
        """Frequencies, phases, and how the waves are mixed."""
        n, m, k, rate = self.n_in, self.n_frequencies, self.n_numbers, self.learning_rate
        return (
            Parameter("f", (n, m), rate),
            Parameter("c", (n, m), rate, decay=0.0),
            Parameter("M", (n, m, k), rate),
            Parameter("d", (n, k), rate, decay=0.0),
        )

    def init(self, params: Params, X: Array | None, rng: RandomNumbers) -> None:
        """Draw frequencies, phases, mixtures and biases."""
        f, c, mix, d = params
        bound = 1 / np.sqrt(self.n_frequencies)
        f[...] = rng.normal(0.0, self.scale, f.shape)
        c[...] = rng.uniform(-np.pi, np.pi, c.shape)
        mix[...] = rng.uniform(-bound, bound, mix.shape)
        d[...] = rng.uniform(-bound, bound, d.shape)

    def forward(self, params: Params, X: Array | Rows, step: Step | None) -> tuple[Array, Any]:
        """Return the embedded columns and, for the way back, ``X``, the waves and their angles."""
        columns = np.asarray(X).mT[..., np.newaxis]  # (n_in, n_samples, 1): a product a column
        mixed, angles, waves = self._mixed(params, columns)
        return self._joined(columns, mixed), (columns, angles, waves)

    def predict(self, params: Params, X: Array | Rows) -> Array:
        """Return the embedded columns, a few at a time: their waves then stay in the cache."""
        columns = np.asarray(X).mT[..., np.newaxis]
        n = max(1, CACHED // (self.n_frequencies * columns.shape[-2]))
        pieces = [slice(start, start + n) for start in range(0, self.n_in, n)]
        mixed = [
            self._mixed(
                tuple([p[..., piece, :, :] if k == 2 else p[..., piece, :]
                       for k, p in enumerate(params)]),
                columns[..., piece, :, :],
            )[0]
            for piece in pieces
        ]  # fmt: skip
        return self._joined(columns, np.concatenate(mixed, axis=-3))

    def _mixed(self, params: Params, columns: Array) -> tuple[Array, Array, Array]:
        """Return the mixtures, of shape (..., n_in, n_samples, n_numbers), angles and waves."""
        f, c, mix, d = params
        angles = columns * (f * (2 * np.pi))[..., np.newaxis, :] + c[..., np.newaxis, :]
        waves = np.cos(angles)
        return waves @ mix + d[..., np.newaxis, :], angles, waves

    def _joined(self, columns: Array, mixed: Array) -> Array:
        """Return each column beside its mixtures, turned to rows."""
        beside = np.broadcast_to(columns, (*mixed.shape[:-1], 1))
        joined = np.concatenate([beside, mixed], axis=-1).swapaxes(-3, -2)
        return joined.reshape(*joined.shape[:-2], self.n_out)

    def backward(
        self, dY: Array, cache: Any, params: Params, d_params: Params, need_dX: bool = True
    ) -> Array | None:
        """Write the gradients of all four, return ``dX``."""
        columns, angles, waves = cache
        f, _, mix, _ = params
        d_f, d_c, d_mix, d_d = d_params
        apart = dY.reshape(*dY.shape[:-1], self.n_in, 1 + self.n_numbers).swapaxes(-3, -2)
        d_mixed = apart[..., 1:]
        np.sum(d_mixed, axis=-2, out=d_d)
        np.matmul(waves.mT, d_mixed, out=d_mix)
        d_angles = np.matmul(d_mixed, mix.mT)
        d_angles *= -np.sin(angles)
        np.sum(d_angles, axis=-2, out=d_c)
        np.sum(d_angles * columns, axis=-2, out=d_f)
        d_f *= 2 * np.pi
        if not need_dX:
            return None
        slopes = np.matmul(d_angles, (f * (2 * np.pi))[..., np.newaxis])[..., 0]
        dX: Array = (apart[..., 0] + slopes).mT
        return dX


@dataclass(frozen=True)
class CategoryEmbedding(Layer):
    """A learned vector for each level of a category.

    Parameters
    ----------
    n_levels : int
        Levels; the column holds 1 to ``n_levels``.
    size : int, default=8
        Numbers of a vector.
    learning_rate : float, default=1.0
        The factor on the learning rate.

    Notes
    -----
    0 stands for a missing or unseen level and gives the zero vector. At first the vectors are
    N(0, 1). Guo and Berkhahn, 2016.

    Examples
    --------
    >>> import numpy as np
    >>> vectors = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> CategoryEmbedding(2, size=2).forward((vectors,), np.array([[2.0], [0.0]]), step=None)[0]
    array([[3., 4.],
           [0., 0.]])
    """

    n_levels: int
    size: int = 8
    learning_rate: float = 1.0
    n_in = 1

    def __post_init__(self) -> None:
        check_count("CategoryEmbedding n_levels", self.n_levels)
        check_count("CategoryEmbedding size", self.size)

    @property
    def n_out(self) -> int:  # type: ignore[override] # read only: frozen
        """Numbers of a vector."""
        return self.size

    @property
    def parameters(self) -> tuple[Parameter, ...]:  # type: ignore[override] # read only: frozen
        """The vectors."""
        return (Parameter("E", (self.n_levels, self.size), self.learning_rate),)

    def takes_numbers(self, n_columns: int) -> Array:
        """Return that it takes none."""
        return np.zeros(n_columns, bool)

    def init(self, params: Params, X: Array | None, rng: RandomNumbers) -> None:
        """Draw the vectors."""
        params[0][...] = rng.normal(0.0, 1.0, params[0].shape)

    def forward(self, params: Params, X: Array | Rows, step: Step | None) -> tuple[Array, Any]:
        """Return each row's vector, and the codes."""
        codes = np.asarray(X)[..., 0].astype(np.intp)
        vectors = params[0].take(codes - 1, axis=-2, mode="wrap")  # code 0: the last, for now
        vectors[..., codes == 0, :] = 0
        return vectors, codes

    def backward(
        self, dY: Array, cache: Any, params: Params, d_params: Params, need_dX: bool = True
    ) -> Array | None:
        """Add up the gradients of each level's rows; a code has no gradient: 0."""
        codes, d_vectors = cache, d_params[0]
        d_vectors[...] = 0
        known = codes > 0
        by_level = d_vectors.swapaxes(-2, 0)  # levels first, an ensemble's members last
        np.add.at(by_level, codes[known] - 1, dY[..., known, :].swapaxes(-2, 0))
        return np.zeros((*dY.shape[:-1], 1), dY.dtype) if need_dX else None
