"""How close is close enough: each tolerance has a name and a reason.

Multiples of eps are units in the last place of 1: 1.2e-7 in float32, 2.2e-16 in float64.
What is not here is compared exactly: the same seed twice, a state stored and gone on from.
"""

import numpy as np

EPS = {"float32": 2.0**-23, "float64": 2.0**-52}

ELEMENT = 8
"""A formula on one number: a handful of operations, each right to half an eps, and a cancellation
(1 - a², 1 + tanh) that shows them relative to 1; times (1 + |z|) where it multiplies by z.
Measured over [-30, 30]: 3."""

TAIL = 8
"""The same relative to the result, however small: exp(-z²/2) turns the rounding of z = 30 into
z² / 2 eps = 450, so it is this many times (1 + z² / 8). Measured: 3."""

SUM = 64
"""A sum or product of matrices of up to 50 terms of size 1, in another order."""

ERF_ULPS = 4
"""Cody's own bound; the docstring of erf promises it."""

ERFC_ULPS = 12
"""Relative to math.erfc, out to where it leaves the normal numbers. The large part is exp(-y²),
split so that y² loses nothing; the rest are products of eight coefficients. Measured: 7."""

TRAJECTORY = 200
"""Some twenty steps of an optimizer. Each step's rounding is carried on by all later ones, and Adam
and its relatives divide small gradients by small roots, which makes a rounding error of a gradient
into a part of a step. Measured over 100 trainings with every optimizer: 3."""

EXP_ULPS = 1.5
"""What the docstring of fast's scalars promises. Measured over 10^6 numbers: 1.05. Terms are added
in pairs, which takes half the wait of Horner's rule and is 0.2 units worse."""

SCALAR_ULPS = 3
"""expm1, log, log1p, tanh, sigmoid of fast, compiled: polynomials of exp's reduced argument and one
or two operations after them. Measured over every fifth float32: 2.42, tanh's; over 10^6 float64
numbers: 2.6."""

C_LIBRARY_ULPS = 4
"""erfc of fast is the C library's. Measured with glibc 2.36: 3.13, in float32 near 1.326."""

LOG_NEAR_1 = 0.5
"""log goes through 0 at 1, and its error there is relative to 1, in eps. It is taken of sums of
exponentials that begin with e^0 = 1, whose own rounding is more than that. Measured: 0.2."""

AN_EPOCH = {"float32": 1e-5, "float64": 1e-12}
"""Compiled training beside core's and the reference's, an epoch of a few steps, relative to the
largest number of a vector: sums are taken in another order. Where a gradient is nothing but
rounding, Adam and its relatives make a step of the learning rate of it; the networks that they
train here have no such parameter."""

GRADIENT = 1e-7
"""Central differences in float64 at h = 6e-6: h² truncates at 4e-11 of the third derivative and
rounding gives 1e-16 / h = 2e-11 of the loss. Measured over 3,000 smooth networks: worst 2e-9."""

DIRECTION = 1e-6
"""The same along one direction, where rounding is that of the loss of the whole network."""

MISTAKE = 0.1
"""A wrong gradient: dropped factors and turned signs give at least 0.15."""

KINK = 1e-3
"""A network whose score, residual or weight is nearer than this to a kink is drawn again: a
difference of 6e-6 in a parameter may step across it."""

ARTICLE = 0.05
"""The article prints two digits: "around 2.3e-18"."""

DRAWS = 6
"""Standard errors that a mean or a variance of random draws may be off: 2 in a billion."""


def close(actual, expected, multiple, dtype, scale=1.0):
    """Assert that numbers agree within ``multiple`` eps of ``max(1, |expected|) * scale``."""
    actual = np.asarray(actual, dtype=np.float64)
    expected = np.asarray(expected, dtype=np.float64)
    assert actual.shape == expected.shape
    allowed = multiple * EPS[np.dtype(dtype).name] * np.maximum(1, np.abs(expected)) * scale
    error = np.abs(actual - expected)
    worst = np.unravel_index(np.argmax(error - allowed), error.shape)
    assert (error <= allowed).all(), (
        f"at {worst}: {actual[worst]!r} is not {expected[worst]!r}: off by {error[worst]:.3g}, "
        f"allowed {np.broadcast_to(allowed, error.shape)[worst]:.3g}"
    )


ANOTHER_READER = 64
"""A prediction by another program, in float64: sums of up to 50 terms in another order, and the C
library's own cosines and exponentials. Measured over the golden rows: 8, relative to the size."""
