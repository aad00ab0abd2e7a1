"""Every loss, compiled: the loss of some rows and its gradient.

Judged by tests/reference.py, as core's are; the formulas are those of docs/maths/losses.md. Each
takes

- ``Z``, ``Y``, ``dZ``: the places of scores, targets and gradient, matrices of shape (n_outputs,
  n_rows) whose rows are ``ld`` numbers apart;
- ``share``: the rows' parts of the batch's sum of weights; a row of share 0 does not count,
  whatever its scores;
- ``space``: four rows, ``ld`` apart, to work in;
- ``c``: what the loss is set by,

writes the gradient and returns the loss, both weighted by the shares.
"""

from __future__ import annotations

from typing import Any

from glassnet.core import losses as core
from glassnet.core.losses import Loss
from glassnet.fast.compiled import Numbers, inner, kernel, numbers, summing_inner
from glassnet.fast.scalars import exp, log, log1p, sigmoid


@kernel
def cross_entropy(
    Z: Numbers, Y: Numbers, dZ: Numbers, share: Numbers, space: Numbers, ld: int, n_outputs: int,
    n_rows: int, c: float,
) -> float:  # fmt: skip
    """Take the softmax's: rows are shifted by their maximum, as exp(710) overflows float64."""
    size = (n_outputs - 1) * ld + n_rows
    Z, Y, dZ, space = numbers(Z, size), numbers(Y, size), numbers(dZ, size), numbers(space, 4 * ld)
    real = Z.dtype.type
    keep, add = real(1 - c), real(c / n_outputs)
    losses, largest = space[:n_rows], space[ld : ld + n_rows]
    total, logs = space[2 * ld : 2 * ld + n_rows], space[3 * ld :]
    for n in range(n_rows):
        losses[n] = total[n] = real(0)
        largest[n] = Z[n]
    for k in range(1, n_outputs):
        z = Z[k * ld : k * ld + n_rows]
        for n in range(n_rows):
            largest[n] = max(largest[n], z[n])
    for k in range(n_outputs):
        z, d = Z[k * ld : k * ld + n_rows], dZ[k * ld :]
        for n in range(n_rows):
            e = exp(z[n] - largest[n])
            total[n] += e
            d[n] = e
    for n in range(n_rows):
        logs[n] = log(total[n])
        total[n] = real(1) / total[n]
    share = numbers(share, n_rows)
    for k in range(n_outputs):
        z, y, d = Z[k * ld : k * ld + n_rows], Y[k * ld : k * ld + n_rows], dZ[k * ld :]
        for n in range(n_rows):
            losses[n] += (keep * y[n] + add) * (logs[n] - (z[n] - largest[n]))
        for n in range(n_rows):
            slope = d[n] * total[n] - (keep * y[n] + add)
            d[n] = slope * share[n] if share[n] > real(0) else real(0)
    return _mean(losses, share)


@kernel
def binary_cross_entropy(
    Z: Numbers, Y: Numbers, dZ: Numbers, share: Numbers, space: Numbers, ld: int, n_outputs: int,
    n_rows: int, c: float,
) -> float:  # fmt: skip
    """Take the sigmoid's: softplus(z) - y z in parts that are exact at any size."""
    size = (n_outputs - 1) * ld + n_rows
    Z, Y, dZ, losses = numbers(Z, size), numbers(Y, size), numbers(dZ, size), numbers(space, n_rows)
    real = Z.dtype.type
    zero, keep, add = real(0), real(1 - c), real(c / 2)
    _clear(losses)
    for k in range(n_outputs):
        z, y, d = Z[k * ld : k * ld + n_rows], Y[k * ld : k * ld + n_rows], dZ[k * ld :]
        for n in range(n_rows):
            yn = keep * y[n] + add
            losses[n] += max(z[n], zero) - yn * z[n] + log1p(exp(-abs(z[n])))
            d[n] = sigmoid(z[n]) - yn
    return _weighted(losses, dZ, numbers(share, n_rows), ld, n_outputs)


@kernel
def squared_error(
    Z: Numbers, Y: Numbers, dZ: Numbers, share: Numbers, space: Numbers, ld: int, n_outputs: int,
    n_rows: int, c: float,
) -> float:  # fmt: skip
    """Take half the square of the residual."""
    size = (n_outputs - 1) * ld + n_rows
    Z, Y, dZ, losses = numbers(Z, size), numbers(Y, size), numbers(dZ, size), numbers(space, n_rows)
    half = Z.dtype.type(0.5)
    _clear(losses)
    for k in range(n_outputs):
        z, y, d = Z[k * ld : k * ld + n_rows], Y[k * ld : k * ld + n_rows], dZ[k * ld :]
        for n in range(n_rows):
            r = z[n] - y[n]
            losses[n] += half * r * r
            d[n] = r
    return _weighted(losses, dZ, numbers(share, n_rows), ld, n_outputs)


@kernel
def absolute_error(
    Z: Numbers, Y: Numbers, dZ: Numbers, share: Numbers, space: Numbers, ld: int, n_outputs: int,
    n_rows: int, c: float,
) -> float:  # fmt: skip
    """Take the size of the residual; no slope at 0."""
    size = (n_outputs - 1) * ld + n_rows
    Z, Y, dZ, losses = numbers(Z, size), numbers(Y, size), numbers(dZ, size), numbers(space, n_rows)
    zero, one = Z.dtype.type(0), Z.dtype.type(1)
    _clear(losses)
    for k in range(n_outputs):
        z, y, d = Z[k * ld : k * ld + n_rows], Y[k * ld : k * ld + n_rows], dZ[k * ld :]
        for n in range(n_rows):
            r = z[n] - y[n]
            losses[n] += abs(r)
            d[n] = one if r > zero else (-one if r < zero else r)
    return _weighted(losses, dZ, numbers(share, n_rows), ld, n_outputs)


@kernel
def huber(
    Z: Numbers, Y: Numbers, dZ: Numbers, share: Numbers, space: Numbers, ld: int, n_outputs: int,
    n_rows: int, c: float,
) -> float:  # fmt: skip
    """Take ``a (r - a / 2)``, both branches, with ``a`` the residual clipped to ``c``."""
    size = (n_outputs - 1) * ld + n_rows
    Z, Y, dZ, losses = numbers(Z, size), numbers(Y, size), numbers(dZ, size), numbers(space, n_rows)
    half, delta = Z.dtype.type(0.5), Z.dtype.type(c)
    _clear(losses)
    for k in range(n_outputs):
        z, y, d = Z[k * ld : k * ld + n_rows], Y[k * ld : k * ld + n_rows], dZ[k * ld :]
        for n in range(n_rows):
            r = z[n] - y[n]
            a = min(max(r, -delta), delta)
            losses[n] += a * (r - half * a)
            d[n] = a
    return _weighted(losses, dZ, numbers(share, n_rows), ld, n_outputs)


@kernel
def quantile(
    Z: Numbers, Y: Numbers, dZ: Numbers, share: Numbers, space: Numbers, ld: int, n_outputs: int,
    n_rows: int, c: float,
) -> float:  # fmt: skip
    """Take ``1 - c`` times what is predicted too high, ``c`` times what is too low; 0 at 0."""
    size = (n_outputs - 1) * ld + n_rows
    Z, Y, dZ, losses = numbers(Z, size), numbers(Y, size), numbers(dZ, size), numbers(space, n_rows)
    real = Z.dtype.type
    zero, above, below = real(0), real(1 - c), real(-c)
    _clear(losses)
    for k in range(n_outputs):
        z, y, d = Z[k * ld : k * ld + n_rows], Y[k * ld : k * ld + n_rows], dZ[k * ld :]
        for n in range(n_rows):
            r = z[n] - y[n]
            slope = above if r > zero else (below if r < zero else zero)
            losses[n] += slope * r
            d[n] = slope
    return _weighted(losses, dZ, numbers(share, n_rows), ld, n_outputs)


@kernel
def poisson(
    Z: Numbers, Y: Numbers, dZ: Numbers, share: Numbers, space: Numbers, ld: int, n_outputs: int,
    n_rows: int, c: float,
) -> float:  # fmt: skip
    """Take half the deviance, with the exponential as the mean; 0 log 0 is 0."""
    size = (n_outputs - 1) * ld + n_rows
    Z, Y, dZ, losses = numbers(Z, size), numbers(Y, size), numbers(dZ, size), numbers(space, n_rows)
    zero, one = Z.dtype.type(0), Z.dtype.type(1)
    _clear(losses)
    for k in range(n_outputs):
        z, y, d = Z[k * ld : k * ld + n_rows], Y[k * ld : k * ld + n_rows], dZ[k * ld :]
        for n in range(n_rows):
            mean, yn = exp(z[n]), y[n]
            losses[n] += mean - yn * z[n] - yn + yn * log(yn if yn > zero else one)
            d[n] = mean - yn
    return _weighted(losses, dZ, numbers(share, n_rows), ld, n_outputs)


@inner
def _clear(losses: Any) -> None:
    for n in range(losses.size):
        losses[n] = 0


@inner
def _weighted(losses: Any, dZ: Any, share: Any, ld: int, n_outputs: int) -> float:
    """Return the weighted sum of the rows' losses, and weight their gradients."""
    zero = share.dtype.type(0)
    for k in range(n_outputs):
        d = dZ[k * ld : k * ld + share.size]
        for n in range(share.size):  # 0 times an infinite number would be NaN
            d[n] = d[n] * share[n] if share[n] > zero else zero
    return _mean(losses, share)


@summing_inner
def _mean(losses: Any, share: Any) -> float:
    zero = share.dtype.type(0)
    L = 0.0
    for n in range(share.size):
        L += losses[n] * share[n] if share[n] > zero else zero
    return L


KERNELS: dict[type[Loss], kernel] = {
    core.CrossEntropy: cross_entropy, core.JointCrossEntropy: cross_entropy,
    core.BinaryCrossEntropy: binary_cross_entropy, core.SquaredError: squared_error,
    core.AbsoluteError: absolute_error, core.Huber: huber, core.Quantile: quantile,
    core.Poisson: poisson,
}  # fmt: skip
"""Every loss of core. The joint cross-entropy is one call for each of its targets."""


def setting_of(loss: Loss) -> float:
    """Return the number that a loss is set by, 0 if there is none."""
    for name in ("label_smoothing", "delta", "quantile"):
        if hasattr(loss, name):
            return float(getattr(loss, name))
    return 0.0


def blocks_of(loss: Loss, n_outputs: int) -> list[int]:
    """Return how many outputs each call takes: the classes of each target."""
    return list(loss.n_classes) if isinstance(loss, core.JointCrossEntropy) else [n_outputs]
