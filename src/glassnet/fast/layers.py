"""The layers with kernels of their own, compiled: way there, way back and gradient, side by side.

Judged by tests/reference.py, as core's are; the formulas stand in the layers' docstrings. Matrices
have rows ``ld`` numbers apart, one for each node, with a number for each row of the batch.

A way there writes ``Y`` and may use ``space``, rows of the layer's own, which the way back and the
gradient find again; a way back writes ``dX``; both act on ``n_rows`` rows of the batch. A gradient
sums over all rows in whole vectors (those beyond the batch have a ``dY`` of 0) and writes the
gradients of the units from ``first`` to ``last``: nodes, or levels of a category. ``room`` is its
own.

``params`` and ``d_params`` are the places of the layer's parameters in theta and in its gradient,
``size`` and ``c`` what it is set by, ``inside`` the address of an activation's kernel, ``spread``
and ``dot`` those of the tiles' products.
"""

from __future__ import annotations

import math
from typing import Any

from glassnet.core.layer import Layer
from glassnet.core.mixed import MixedActivation
from glassnet.core.scale import Scale
from glassnet.fast.compiled import Numbers, ahead, call, inner, kernel, numbers, summing_kernel
from glassnet.fast.scalars import cos_turns, sin_turns
from glassnet.fast.tiles import n_lanes
from glassnet.tabular.embeddings import CategoryEmbedding, PeriodicEmbedding

TURNS = 1 / (2 * math.pi)  # radians are so many turns
TURN = 2 * math.pi


@kernel
def scale_value(
    params: Numbers, X: Numbers, Y: Numbers, space: Numbers, ld: int, n_rows: int, n_in: int,
    n_out: int, size: int, inside: int, c: float, spread: int,
) -> float:  # fmt: skip
    for k in range(n_in):
        x, y, s = numbers(ahead(X, k * ld), n_rows), numbers(ahead(Y, k * ld), n_rows), params[k]
        for n in range(n_rows):
            y[n] = s * x[n]
    return 0.0


@kernel
def scale_back(
    params: Numbers, X: Numbers, space: Numbers, dY: Numbers, dX: Numbers, ld: int, n_rows: int,
    n_in: int, inside: int, c: float,
) -> float:  # fmt: skip
    for k in range(n_in):
        dy, dx, s = (
            numbers(ahead(dY, k * ld), n_rows),
            numbers(ahead(dX, k * ld), n_rows),
            params[k],
        )
        for n in range(n_rows):
            dx[n] = s * dy[n]
    return 0.0


@summing_kernel
def scale_gradient(
    params: Numbers, X: Numbers, space: Numbers, dY: Numbers, d_params: Numbers, room: Numbers,
    n_rows: int, ld: int, n_in: int, n_out: int, size: int, first: int, last: int, spread: int,
    dot: int,
) -> float:  # fmt: skip
    for k in range(first, last):
        x, dy = numbers(ahead(X, k * ld), n_rows), numbers(ahead(dY, k * ld), n_rows)
        total = x.dtype.type(0)
        for n in range(n_rows):
            total += x[n] * dy[n]
        d_params[k] = total
    return 0.0


@kernel
def mixed_value(
    params: Numbers, Z: Numbers, A: Numbers, space: Numbers, ld: int, n_rows: int, n_in: int,
    n_out: int, size: int, inside: int, c: float, spread: int,
) -> float:  # fmt: skip
    """Keep f(Z) in ``space``."""
    for k in range(n_in):
        call(inside, ahead(Z, k * ld), ahead(space, k * ld), n_rows, c)
        z, f = numbers(ahead(Z, k * ld), n_rows), numbers(ahead(space, k * ld), n_rows)
        y, a = numbers(ahead(A, k * ld), n_rows), params[k]
        for n in range(n_rows):
            y[n] = z[n] + a * (f[n] - z[n])
    return 0.0


@kernel
def mixed_back(
    params: Numbers, Z: Numbers, space: Numbers, dA: Numbers, dZ: Numbers, ld: int, n_rows: int,
    n_in: int, inside: int, c: float,
) -> float:  # fmt: skip
    """Go back through f, then mix."""
    for k in range(n_in):
        start, kept = ahead(Z, k * ld), ahead(space, k * ld)
        call(inside, start, kept, ahead(dA, k * ld), ahead(dZ, k * ld), n_rows, c)
        dy, dz = numbers(ahead(dA, k * ld), n_rows), numbers(ahead(dZ, k * ld), n_rows)
        a = params[k]
        for n in range(n_rows):
            dz[n] = dy[n] + a * (dz[n] - dy[n])
    return 0.0


@summing_kernel
def mixed_gradient(
    params: Numbers, Z: Numbers, space: Numbers, dA: Numbers, d_params: Numbers, room: Numbers,
    n_rows: int, ld: int, n_in: int, n_out: int, size: int, first: int, last: int, spread: int,
    dot: int,
) -> float:  # fmt: skip
    for k in range(first, last):
        z, f = numbers(ahead(Z, k * ld), n_rows), numbers(ahead(space, k * ld), n_rows)
        dy = numbers(ahead(dA, k * ld), n_rows)
        total = z.dtype.type(0)
        for n in range(n_rows):
            total += dy[n] * (f[n] - z[n])
        d_params[k] = total
    return 0.0


@kernel
def periodic_value(
    params: Numbers, X: Numbers, Y: Numbers, space: Numbers, ld: int, n_rows: int, n_in: int,
    n_out: int, size: int, inside: int, c: float, spread: int,
) -> float:  # fmt: skip
    """Write each number, and its ``size`` waves mixed; ``space`` holds the waves of one number."""
    n_mixed = n_out // n_in - 1
    waves = n_in * size
    for k in range(n_in):
        x, y = numbers(ahead(X, k * ld), n_rows), ahead(Y, k * (1 + n_mixed) * ld)
        same, real = numbers(y, n_rows), x.dtype.type
        for n in range(n_rows):
            same[n] = x[n]
        for j in range(size):
            f, phase = params[k * size + j], real(TURNS * params[waves + k * size + j])
            wave = numbers(ahead(space, j * ld), n_rows)
            for n in range(n_rows):
                wave[n] = cos_turns(f * x[n] + phase)
        mixture = ahead(params, 2 * waves + k * size * n_mixed)
        offsets = ahead(params, (2 + n_mixed) * waves + k * n_mixed)
        call(spread, ahead(y, ld), space, ld, n_rows // n_lanes(y), mixture, 1, n_mixed, n_mixed,
             size, offsets, 1)  # fmt: skip
    return 0.0


@summing_kernel
def periodic_gradient(
    params: Numbers, X: Numbers, space: Numbers, dY: Numbers, d_params: Numbers, room: Numbers,
    n_rows: int, ld: int, n_in: int, n_out: int, size: int, first: int, last: int, spread: int,
    dot: int,
) -> float:  # fmt: skip
    """Compute the waves again: to write them down and read them takes longer where it counts.

    ``room`` holds twice ``size`` rows: the waves, and the gradient of each.
    """
    n_mixed, n_vectors = n_out // n_in - 1, n_rows // n_lanes(X)
    waves = n_in * size
    slopes = ahead(room, size * ld)
    for k in range(first, last):
        x, dy = numbers(ahead(X, k * ld), n_rows), ahead(dY, (k * (1 + n_mixed) + 1) * ld)
        real = x.dtype.type
        at_mixture = 2 * waves + k * size * n_mixed
        mixture = ahead(params, at_mixture)
        call(spread, slopes, dy, ld, n_vectors, mixture, n_mixed, 1, size, n_mixed, mixture, 0)
        for j in range(size):
            f, phase = params[k * size + j], real(TURNS * params[waves + k * size + j])
            wave, slope = (
                numbers(ahead(room, j * ld), n_rows),
                numbers(ahead(slopes, j * ld), n_rows),
            )
            df = dc = real(0)
            for n in range(n_rows):
                angle = f * x[n] + phase
                wave[n] = cos_turns(angle)
                d = slope[n] * sin_turns(angle)
                dc += d
                df += d * x[n]
            d_params[k * size + j] = real(-TURN) * df
            d_params[waves + k * size + j] = -dc
        call(dot, room, dy, ld, n_vectors, ahead(d_params, at_mixture), size, n_mixed)
        for m in range(n_mixed):
            row = numbers(ahead(dy, m * ld), n_rows)
            total = real(0)
            for n in range(n_rows):
                total += row[n]
            d_params[(2 + n_mixed) * waves + k * n_mixed + m] = total
    return 0.0


@kernel
def category_value(
    params: Numbers, X: Numbers, Y: Numbers, space: Numbers, ld: int, n_rows: int, n_in: int,
    n_out: int, size: int, inside: int, c: float, spread: int,
) -> float:  # fmt: skip
    """Write the vector of each row's level; of a code that is not one of 1 to ``size``, zeros."""
    zero = numbers(X, n_rows).dtype.type(0)
    for n in range(n_rows):
        level = _level(X[n], size)
        for q in range(n_out):
            Y[q * ld + n] = params[(level - 1) * n_out + q] if level > 0 else zero
    return 0.0


@kernel
def category_gradient(
    params: Numbers, X: Numbers, space: Numbers, dY: Numbers, d_params: Numbers, room: Numbers,
    n_rows: int, ld: int, n_in: int, n_out: int, size: int, first: int, last: int, spread: int,
    dot: int,
) -> float:  # fmt: skip
    """Add up each level's rows, in their order."""
    vectors = numbers(ahead(d_params, first * n_out), (last - first) * n_out)
    for i in range((last - first) * n_out):
        vectors[i] = 0
    for n in range(n_rows):
        level = _level(X[n], size)
        if first < level <= last:
            for q in range(n_out):
                vectors[(level - 1 - first) * n_out + q] += dY[q * ld + n]
    return 0.0


@inner
def _level(code: Any, n_levels: int) -> int:
    """Return a code as a whole number, 0 if there is no such level: memory ends there."""
    return int(code) if 1 <= code < n_levels + 1 else 0


KERNELS: dict[type[Layer], tuple[kernel, kernel | None, kernel]] = {
    Scale: (scale_value, scale_back, scale_gradient),
    MixedActivation: (mixed_value, mixed_back, mixed_gradient),
    PeriodicEmbedding: (periodic_value, None, periodic_gradient),
    CategoryEmbedding: (category_value, None, category_gradient),
}
"""Way there, way back, gradient. Those without a way back stand in front of a network only."""
