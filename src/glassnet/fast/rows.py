"""The small loops of a step that are neither a layer nor a loss, compiled."""

from __future__ import annotations

import numpy as np

from glassnet.fast.compiled import (
    Numbers,
    Positions,
    Settings,
    ahead,
    kernel,
    numbers,
    summing_kernel,
)


@kernel
def turn(
    X: Numbers, order: Positions, n_rows: int, n_columns: int, work: Numbers, ld: int, first: int,
    last: int,
) -> float:  # fmt: skip
    """Write the rows ``order[first:last]`` of ``X`` as columns of a matrix with rows ``ld`` apart.

    There are ``n_rows`` of them; ``last`` may lie beyond: zeros are written there.
    """
    width = np.uintp(n_columns)
    end = max(min(last, n_rows), first)
    rows = numbers(ahead(order, first), end - first)
    for k in range(n_columns):
        column = ahead(X, k)
        row = numbers(ahead(work, k * ld + first), last - first)
        for n in range(end - first):
            row[n] = column[np.uintp(rows[n]) * width]
        for n in range(end - first, last - first):
            row[n] = 0
    return 0.0


@kernel
def gather(X: Numbers, order: Positions, n_rows: int, n_columns: int, batch: Numbers) -> float:
    """Write the rows ``order[:n_rows]`` of ``X`` one behind the other."""
    for n in range(n_rows):
        source = numbers(ahead(X, order[n] * n_columns), n_columns)
        target = numbers(ahead(batch, n * n_columns), n_columns)
        for k in range(n_columns):
            target[k] = source[k]
    return 0.0


@kernel
def shares(
    w: Numbers, order: Positions, weight: float, n_rows: int, share: Numbers, first: int, last: int
) -> float:
    """Write each row's part of ``weight``, the batch's sum of weights; 0 beyond the batch.

    Without weights (``weight`` is 0) each row counts as 1.
    """
    share = numbers(share, last)
    end = min(last, n_rows)
    if weight > 0:
        for n in range(first, end):
            share[n] = w[order[n]] / weight
    else:
        one = share.dtype.type(1 / n_rows)
        for n in range(first, end):
            share[n] = one
    for n in range(end, last):
        share[n] = 0
    return 0.0


@summing_kernel
def weight_of(w: Numbers, order: Positions, n_rows: int) -> float:
    """Return the batch's sum of weights."""
    total = 0.0
    for n in range(n_rows):
        total += w[order[n]]
    return total


@kernel
def spread(b: Numbers, n_nodes: int, Z: Numbers, ld: int, n_rows: int) -> float:
    """Write the bias of each node into its row: what a product is added to."""
    for k in range(n_nodes):
        row = numbers(ahead(Z, k * ld), n_rows)
        for n in range(n_rows):
            row[n] = b[k]
    return 0.0


@summing_kernel
def sums(dZ: Numbers, n_nodes: int, n_rows: int, ld: int, db: Numbers) -> float:
    """Write ``db``, the sum of each row of ``dZ``."""
    for k in range(n_nodes):
        row = numbers(ahead(dZ, k * ld), n_rows)
        total = row.dtype.type(0)
        for n in range(n_rows):
            total += row[n]
        db[k] = total
    return 0.0


@summing_kernel
def penalize(W: Numbers, dW: Numbers, n: int, l1: float, l2: float, sums: Settings) -> float:
    """Add the penalty's gradient to ``dW``; add its value, and the squares of ``dW``, to ``sums``.

    Sums are of float64: squares of float32 overflow above 1e19.
    """
    W, dW, sums = numbers(W, n), numbers(dW, n), numbers(sums, 2)
    real = W.dtype.type
    zero, one, a, b = real(0), real(1), real(l1), real(l2)
    penalty = squares = 0.0
    for i in range(n):
        sign = one if W[i] > zero else (-one if W[i] < zero else zero)
        d = dW[i] + (b * W[i] + a * sign)
        dW[i] = d
        size = float(abs(W[i]))
        penalty += l1 * size + 0.5 * l2 * size * size
        squares += float(d) * float(d)
    sums[0] += penalty
    sums[1] += squares
    return 0.0


@summing_kernel
def squares(g: Numbers, n: int) -> float:
    """Return the sum of squares, in float64."""
    g = numbers(g, n)
    total = 0.0
    for i in range(n):
        total += float(g[i]) * float(g[i])
    return total


@kernel
def norm_of_large(g: Numbers, n: int) -> float:
    """Return the Euclidean norm of numbers whose squares overflow, infinite if one of them is."""
    g = numbers(g, n)
    largest, total = 0.0, 0.0
    for i in range(n):
        largest = max(largest, float(abs(g[i])))
    for i in range(n):
        part = float(g[i]) / largest
        total += part * part
    return largest * np.sqrt(total)


@kernel
def scaled(g: Numbers, n: int, factor: float) -> float:
    """Multiply a gradient: clipping."""
    g = numbers(g, n)
    c = g.dtype.type(factor)
    for i in range(n):
        g[i] *= c
    return 0.0


@kernel
def copied(source: Numbers, target: Numbers, n: int) -> float:
    """Copy ``n`` numbers."""
    source, target = numbers(source, n), numbers(target, n)
    for i in range(n):
        target[i] = source[i]
    return 0.0


@kernel
def all_finite(values: Numbers, n: int) -> float:
    """Return 1 if all numbers are finite, else 0."""
    values = numbers(values, n)
    rest = values.dtype.type(0)
    for i in range(n):
        rest += abs(values[i] * values.dtype.type(0))  # 0 if finite, else NaN
    return 1.0 if rest == 0 else 0.0


@summing_kernel
def inside(order: Positions, n: int, n_rows: int) -> float:
    """Return 1 if all positions are those of rows, else 0: others would be read from anywhere."""
    outside = 0
    for i in range(n):
        outside += (order[i] < 0) | (order[i] >= n_rows)
    return 1.0 if outside == 0 else 0.0


KERNELS = (
    turn, gather, shares, weight_of, spread, sums, penalize, squares, scaled,
    copied, all_finite, inside, norm_of_large,
)  # fmt: skip
"""In the order of their places among the addresses: see program.py."""
