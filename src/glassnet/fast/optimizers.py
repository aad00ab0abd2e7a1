"""Every optimizer, compiled: one pass over a stretch of theta.

Judged by tests/reference.py, as core's are; the formulas are those of docs/maths/optimizers.md.
Each takes the places of ``n`` numbers of theta, its gradient and the slots (in the order of
``slot_names``), the optimizer's settings but the learning rate, the number ``t`` of the step from
1, the learning rate ``rate`` now, and ``decay``, 1 or 0: whether weight decay applies. It changes
theta and the slots, and returns the sum of squares of the new theta: finite only if each number is.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from glassnet.core import optimizers as core
from glassnet.core.arrays import Array
from glassnet.core.optimizers import Optimizer
from glassnet.fast.compiled import Numbers, Settings, kernel, numbers, summing_inner, summing_kernel

REST_1, REST_2 = 4, 5
"""Where `settings_of` writes what beta_1 and beta_2 leave of 1."""


@summing_kernel
def gradient_descent(
    theta: Numbers, g: Numbers, slot_1: Numbers, slot_2: Numbers, n: int, settings: Settings,
    t: int, rate: float, decay: float,
) -> float:  # fmt: skip
    theta, g = numbers(theta, n), numbers(g, n)
    eta = theta.dtype.type(rate)
    squares = theta.dtype.type(0)
    for i in range(n):
        new = theta[i] - eta * g[i]
        theta[i] = new
        squares += new * new
    return squares


@summing_kernel
def momentum(
    theta: Numbers, g: Numbers, v: Numbers, slot_2: Numbers, n: int, settings: Settings, t: int,
    rate: float, decay: float,
) -> float:  # fmt: skip
    theta, g, v = numbers(theta, n), numbers(g, n), numbers(v, n)
    eta, mu = theta.dtype.type(rate), theta.dtype.type(settings[0])
    squares = theta.dtype.type(0)
    for i in range(n):
        v[i] = mu * v[i] - eta * g[i]
        new = theta[i] + v[i]
        theta[i] = new
        squares += new * new
    return squares


@summing_kernel
def nesterov(
    theta: Numbers, g: Numbers, v: Numbers, slot_2: Numbers, n: int, settings: Settings, t: int,
    rate: float, decay: float,
) -> float:  # fmt: skip
    theta, g, v = numbers(theta, n), numbers(g, n), numbers(v, n)
    eta, mu = theta.dtype.type(rate), theta.dtype.type(settings[0])
    squares = theta.dtype.type(0)
    for i in range(n):
        step = eta * g[i]
        v[i] = mu * v[i] - step
        new = theta[i] + mu * v[i] - step
        theta[i] = new
        squares += new * new
    return squares


@summing_kernel
def adagrad(
    theta: Numbers, g: Numbers, s: Numbers, slot_2: Numbers, n: int, settings: Settings, t: int,
    rate: float, decay: float,
) -> float:  # fmt: skip
    theta, g, s = numbers(theta, n), numbers(g, n), numbers(s, n)
    eta, epsilon = theta.dtype.type(rate), theta.dtype.type(settings[0])
    squares = theta.dtype.type(0)
    for i in range(n):
        s[i] += g[i] * g[i]
        new = theta[i] - eta * g[i] / (np.sqrt(s[i]) + epsilon)
        theta[i] = new
        squares += new * new
    return squares


@summing_kernel
def rmsprop(
    theta: Numbers, g: Numbers, s: Numbers, slot_2: Numbers, n: int, settings: Settings, t: int,
    rate: float, decay: float,
) -> float:  # fmt: skip
    theta, g, s = numbers(theta, n), numbers(g, n), numbers(s, n)
    real = theta.dtype.type
    eta, rho, rest, epsilon = (
        real(rate),
        real(settings[0]),
        real(settings[REST_1]),
        real(settings[1]),
    )
    squares = real(0)
    for i in range(n):
        s[i] = rho * s[i] + rest * g[i] * g[i]
        new = theta[i] - eta * g[i] / (np.sqrt(s[i]) + epsilon)
        theta[i] = new
        squares += new * new
    return squares


@summing_kernel
def adam(
    theta: Numbers, g: Numbers, m: Numbers, v: Numbers, n: int, settings: Settings, t: int,
    rate: float, decay: float,
) -> float:  # fmt: skip
    so_far_1, so_far_2 = 1 - settings[0] ** t, 1 - settings[1] ** t
    return _adam(theta, g, m, v, n, settings, 1.0, rate / so_far_1, 1 / so_far_2)


@summing_kernel
def adam_epsilon_hat(
    theta: Numbers, g: Numbers, m: Numbers, v: Numbers, n: int, settings: Settings, t: int,
    rate: float, decay: float,
) -> float:  # fmt: skip
    so_far_1, so_far_2 = 1 - settings[0] ** t, 1 - settings[1] ** t
    return _adam(theta, g, m, v, n, settings, 1.0, rate * (np.sqrt(so_far_2) / so_far_1), 1.0)


@summing_kernel
def adamw(
    theta: Numbers, g: Numbers, m: Numbers, v: Numbers, n: int, settings: Settings, t: int,
    rate: float, decay: float,
) -> float:  # fmt: skip
    so_far_1, so_far_2 = 1 - settings[0] ** t, 1 - settings[1] ** t
    keep = 1 - rate * settings[3] * decay
    return _adam(theta, g, m, v, n, settings, keep, rate / so_far_1, 1 / so_far_2)


@summing_inner
def _adam(
    theta: Any, g: Any, m: Any, v: Any, n: int, settings: Any, keep: float, rate: float,
    correction: float,
) -> float:  # fmt: skip
    """Take a step of ``rate m / (sqrt(correction v) + epsilon)`` from ``keep theta``."""
    theta, g, m, v = numbers(theta, n), numbers(g, n), numbers(m, n), numbers(v, n)
    real = theta.dtype.type
    beta_1, rest_1, beta_2 = real(settings[0]), real(settings[REST_1]), real(settings[1])
    rest_2, epsilon = real(settings[REST_2]), real(settings[2])
    kept, eta, c = real(keep), real(rate), real(correction)
    squares = real(0)
    for i in range(n):
        m[i] = beta_1 * m[i] + rest_1 * g[i]
        v[i] = beta_2 * v[i] + rest_2 * (g[i] * g[i])
        new = kept * theta[i] - eta * m[i] / (np.sqrt(c * v[i]) + epsilon)
        theta[i] = new
        squares += new * new
    return squares


@summing_kernel
def nadam(
    theta: Numbers, g: Numbers, m: Numbers, v: Numbers, n: int, settings: Settings, t: int,
    rate: float, decay: float,
) -> float:  # fmt: skip
    theta, g, m, v = numbers(theta, n), numbers(g, n), numbers(m, n), numbers(v, n)
    real = theta.dtype.type
    beta_1, rest_1, beta_2 = real(settings[0]), real(settings[REST_1]), real(settings[1])
    rest_2, epsilon, eta = real(settings[REST_2]), real(settings[2]), real(rate)
    ahead = real(settings[0] / (1 - settings[0] ** (t + 1)))
    now = real((1 - settings[0]) / (1 - settings[0] ** t))
    c = real(1 / (1 - settings[1] ** t))
    squares = real(0)
    for i in range(n):
        m[i] = beta_1 * m[i] + rest_1 * g[i]
        v[i] = beta_2 * v[i] + rest_2 * (g[i] * g[i])
        new = theta[i] - eta * (ahead * m[i] + now * g[i]) / (np.sqrt(c * v[i]) + epsilon)
        theta[i] = new
        squares += new * new
    return squares


KERNELS: dict[type[Optimizer], kernel] = {
    core.GradientDescent: gradient_descent, core.Momentum: momentum, core.Nesterov: nesterov,
    core.AdaGrad: adagrad, core.RMSProp: rmsprop, core.Adam: adam,
    core.AdamEpsilonHat: adam_epsilon_hat, core.AdamW: adamw, core.NAdam: nadam,
}  # fmt: skip
"""Every optimizer of core."""


def settings_of(optimizer: Optimizer) -> Array:
    """Return an optimizer's settings but the learning rate, in the order of its fields.

    Then what the first two leave of 1. Written down, for a loop that adds up would make
    ``b v + (1 - b) g²`` into ``g² + b (v - g²)``, which loses a thousand times as much by rounding.
    """
    own = [float(getattr(optimizer, field.name)) for field in fields(optimizer)][1:]
    own += [0.0] * (REST_1 - len(own))
    return np.array([*own, 1 - own[0], 1 - own[1]])
