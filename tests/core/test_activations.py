"""Every activation and its derivative against the naive formulas, in both dtypes."""

import numpy as np
import pytest

import glassnet as gn
import reference
from tolerances import ELEMENT, EPS, TAIL, close

EVERY = [kind() for kind in gn.ACTIVATIONS] + [gn.LeakyReLU(0.3), gn.ELU(0.7)]
every_activation = pytest.mark.parametrize("layer", EVERY, ids=repr)

SCALE, ALPHA = reference.SELU_LAMBDA, reference.SELU_ALPHA


def numbers(dtype, rng):
    grid = np.concatenate([np.linspace(-30, 30, 601), rng.normal(size=200), [1e-30, -1e-30]])
    return grid.astype(dtype)


@every_activation
def test_value(layer, dtype, rng):
    Z = numbers(dtype, rng)
    A = layer.value(Z)
    assert A.dtype == dtype
    close(A, [reference.activation(layer, z) for z in Z], ELEMENT, dtype)


@every_activation
def test_derivative(layer, dtype, rng):
    Z = numbers(dtype, rng)
    slope = layer.derivative(Z, layer.value(Z))
    assert slope.dtype == dtype
    expected = [reference.activation_derivative(layer, z) for z in Z]
    close(slope, expected, ELEMENT, dtype, scale=1 + np.abs(Z.astype(float)))


@every_activation
def test_derivative_against_differences(layer, rng):
    Z, h = rng.uniform(-5, 5, size=1000), 6e-6
    for kink in layer.kinks:
        Z = Z[np.abs(Z - kink) > 1e-3]
    slope = (layer.value(Z + h) - layer.value(Z - h)) / (2 * h)
    assert np.abs(layer.derivative(Z, layer.value(Z)) - slope).max() < 1e-8


@every_activation
def test_forward_and_backward(layer, dtype, rng):
    Z = rng.normal(size=(4, 3)).astype(dtype)
    dA = rng.normal(size=(4, 3)).astype(dtype)
    Z_before, dA_before = Z.copy(), dA.copy()
    A, cache = layer.forward((), Z, None)
    dZ = layer.backward(dA, cache, (), ())
    assert A.dtype == dZ.dtype == dtype
    expected = [
        [d * reference.activation_derivative(layer, z) for d, z in zip(*rows, strict=True)]
        for rows in zip(dA, Z, strict=True)
    ]
    close(dZ, expected, ELEMENT, dtype, scale=1 + np.abs(dA.astype(float)))
    assert layer.backward(dA, cache, (), (), need_dX=False) is None
    assert (Z == Z_before).all()
    assert (dA == dA_before).all()


AT_10_000 = {  # worked by hand: (value, derivative) at 10,000 and at -10,000
    "Identity": ((1e4, 1), (-1e4, 1)),
    "Sigmoid": ((1, 0), (0, 0)),
    "Tanh": ((1, 0), (-1, 0)),
    "ReLU": ((1e4, 1), (0, 0)),
    "LeakyReLU": ((1e4, 1), (-100, 0.01)),
    "ELU": ((1e4, 1), (-1, 0)),
    "SELU": ((1e4 * SCALE, SCALE), (-SCALE * ALPHA, 0)),
    "Softplus": ((1e4, 1), (0, 0)),
    "GELU": ((1e4, 1), (0, 0)),
    "GELUTanh": ((1e4, 1), (0, 0)),
    "SiLU": ((1e4, 1), (0, 0)),
    "Mish": ((1e4, 1), (0, 0)),
    "HardTanh": ((1, 0), (-1, 0)),
}


@pytest.mark.parametrize("kind", gn.ACTIVATIONS)
def test_large_numbers_by_hand(kind, dtype):
    layer = kind()
    Z = np.array([1e4, -1e4], dtype)
    with np.errstate(all="raise", under="ignore"):
        A = layer.value(Z)
        slope = layer.derivative(Z, A)
    expected = np.array(AT_10_000[kind.__name__])
    close(A, expected[:, 0], 2, dtype)
    close(slope, expected[:, 1], 2, dtype)


@every_activation
@pytest.mark.parametrize("size", [100, 1e4, 1e10, 1e30])
def test_no_overflow_for_numbers_of_any_size(layer, size, dtype):
    Z = np.array([size, -size], dtype) * (1 if dtype == np.float32 else size**9)
    with np.errstate(all="raise", under="ignore"):
        A = layer.value(Z)
        slope = layer.derivative(Z, A)
    assert np.isfinite(A).all()
    assert np.isfinite(slope).all()


@pytest.mark.parametrize("kind", [gn.Sigmoid, gn.Softplus, gn.GELU, gn.SiLU, gn.Mish])
def test_tails_keep_their_digits(kind):
    Z = -np.linspace(0.5, 30, 300)
    expected = np.array([reference.activation(kind(), z) for z in Z])
    allowed = TAIL * EPS["float64"] * (1 + Z**2 / 8) * np.abs(expected)
    assert (np.abs(kind().value(Z) - expected) <= allowed).all()


KINKS = [  # layer, at, value there, and the slope just left of it, at it, just right of it
    (gn.ReLU(), 0.0, 0.0, (0, 0, 1)),
    (gn.LeakyReLU(0.25), 0.0, 0.0, (0.25, 0.25, 1)),
    (gn.ELU(0.5), 0.0, 0.0, (0.5, 0.5, 1)),
    (gn.ELU(), 0.0, 0.0, (1, 1, 1)),
    (gn.SELU(), 0.0, 0.0, (SCALE * ALPHA, SCALE * ALPHA, SCALE)),
    (gn.HardTanh(), -1.0, -1.0, (0, 0, 1)),
    (gn.HardTanh(), 1.0, 1.0, (1, 0, 0)),
]


@pytest.mark.parametrize(("layer", "at", "value", "slopes"), KINKS)
def test_each_kink_from_both_sides(layer, at, value, slopes, dtype):
    at = dtype.type(at)
    ends = np.array([-np.inf, np.inf], dtype)
    Z = np.array([np.nextafter(at, ends[0]), at, np.nextafter(at, ends[1])], dtype)
    A = layer.value(Z)
    assert A[1] == value
    close(layer.derivative(Z, A), slopes, 2, dtype)
    dZ = layer.backward(np.ones_like(Z), (Z, A), (), ())
    close(dZ, slopes, 2, dtype)


@pytest.mark.parametrize(("layer", "at", "value", "slopes"), KINKS)
def test_kinks_are_named_for_the_gradient_check(layer, at, value, slopes):
    assert at in layer.kinks


def test_the_others_are_smooth():
    kinky = {type(layer) for layer, *_ in KINKS}
    assert all(not kind.kinks for kind in gn.ACTIVATIONS if kind not in kinky)
