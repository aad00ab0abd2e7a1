"""Gradients of whole networks against central differences, and the check against mistakes."""

from dataclasses import dataclass

import numpy as np
import pytest

import glassnet as gn
import reference
from tolerances import DIRECTION, GRADIENT, KINK, MISTAKE, SUM, close

PENALTIES = [None, gn.Penalty(l1=0.1), gn.Penalty(l2=0.2), gn.Penalty(l1=0.1, l2=0.2)]
SMOOTH_ACTIVATIONS = [kind() for kind in gn.ACTIVATIONS if not kind.kinks]
SMOOTH_LOSSES = [loss for loss in gn.LOSSES if not loss.kinks]
SEED = 7


def checked(net, rng, n_rows=6, weighted=False, seed=None):
    """Return the gradient check of a network on random data, drawn again while near a kink."""
    for _ in range(100):
        theta = rng.normal(scale=0.7, size=net.n_params)
        X = rng.normal(size=(n_rows, net.n_in))
        Y = reference.random_targets(net.loss_function, rng, n_rows, net.n_outputs)
        w = rng.uniform(0, 2, size=n_rows) if weighted else None
        result = gn.gradcheck(net, theta, X, Y, w, seed=seed)
        if result.kink_distance > KINK:
            return result
    raise AssertionError("a hundred networks in a row stood near a kink")


@pytest.mark.parametrize("loss", gn.LOSSES, ids=repr)
@pytest.mark.parametrize("activation", [kind() for kind in gn.ACTIVATIONS], ids=repr)
def test_every_activation_with_every_loss_and_penalty(activation, loss, rng):
    for penalty in PENALTIES:
        net = gn.Network([gn.Dense(2, 3), activation, gn.Dense(3, 3)], loss, penalty)
        weighted = bool(rng.integers(2))
        assert checked(net, rng, n_rows=4, weighted=weighted).relative_error < GRADIENT


@pytest.mark.parametrize("seed", range(20))
def test_random_networks(seed, rng):
    """A spread of depths, widths, activations, losses, penalties, weights and dropout."""

    def one_of(things):
        return things[rng.integers(len(things))]

    with_dropout = seed % 2 == 1  # a mask may put a score beyond a kink that the check saw far
    activations = SMOOTH_ACTIVATIONS if with_dropout else [kind() for kind in gn.ACTIVATIONS]
    loss = one_of(SMOOTH_LOSSES if with_dropout else gn.LOSSES)
    layers, n_in = [], int(rng.integers(1, 4))
    for _ in range(rng.integers(1, 4)):
        n_out = int(rng.integers(2, 5))
        layers += [gn.Dense(n_in, n_out), one_of(activations)]
        if with_dropout:
            layers.append(gn.Dropout(rng.uniform(0.1, 0.4)))
        n_in = n_out
    net = gn.Network([*layers, gn.Dense(n_in, 3)], loss, one_of(PENALTIES))
    result = checked(net, rng, weighted=seed % 3 == 0, seed=SEED if with_dropout else None)
    assert result.relative_error < GRADIENT


def test_dropout_first_and_last(rng):
    layers = [gn.Dropout(0.3), gn.Dense(5, 6), gn.Tanh(), gn.Dense(6, 3), gn.Dropout(0.3)]
    net = gn.Network(layers, gn.SquaredError())
    assert checked(net, rng, seed=SEED).relative_error < GRADIENT


def test_dropout_is_in_the_check_only_with_a_seed(rng):
    net = gn.Network(
        [gn.Dense(4, 8), gn.Tanh(), gn.Dropout(0.5), gn.Dense(8, 1)], gn.SquaredError()
    )
    theta, X, Y = rng.normal(size=net.n_params), rng.normal(size=(5, 4)), rng.normal(size=(5, 1))
    with_masks, again, without = (gn.gradcheck(net, theta, X, Y, seed=s) for s in (1, 1, None))
    assert with_masks == again
    assert with_masks.layers[0].largest != without.layers[0].largest


def test_first_layer_without_parameters_and_last_with_an_activation(rng):
    net = gn.Network([gn.SiLU(), gn.Dense(3, 2), gn.Softplus()], gn.SquaredError())
    assert checked(net, rng).relative_error < GRADIENT


@pytest.mark.parametrize("activation", SMOOTH_ACTIVATIONS[::3], ids=repr)
def test_a_large_network_along_random_directions(activation, rng):
    layers = [gn.Dense(50, 120), activation, gn.Dense(120, 120), activation, gn.Dense(120, 10)]
    net = gn.Network(layers, gn.CrossEntropy(), gn.Penalty(l2=0.1))
    theta, X = net.init(rng), rng.normal(size=(64, 50))
    Y = reference.random_targets(net.loss_function, rng, 64, 10)
    _, g = net.loss_and_grad(theta, X, Y)
    direction = g / np.linalg.norm(g) + rng.normal(size=g.size) / np.sqrt(g.size)
    h = 1e-4
    slope = (net.loss(theta + h * direction, X, Y) - net.loss(theta - h * direction, X, Y)) / (
        2 * h
    )
    assert g @ direction == pytest.approx(slope, rel=DIRECTION)


@pytest.mark.parametrize("loss", gn.LOSSES, ids=repr)
def test_loss_and_grad_against_the_reference(loss, dtype, rng):
    layers = [gn.Dense(2, 4), gn.GELU(), gn.Dense(4, 3), gn.Tanh(), gn.Dense(3, 3)]
    net = gn.Network(layers, loss, gn.Penalty(0.1, 0.2))
    theta = rng.normal(scale=0.7, size=net.n_params).astype(dtype)
    X = rng.normal(size=(5, 2)).astype(dtype)
    Y = reference.random_targets(loss, rng, 5, 3).astype(dtype)
    w = rng.uniform(0, 2, size=5).astype(dtype)
    L, g = net.loss_and_grad(theta, X, Y, w)
    expected_L, expected_g = reference.loss_and_grad(layers, loss, theta, X, Y, w, net.penalty)
    assert isinstance(L, float)
    assert g.dtype == dtype
    if not loss.kinks:  # float32 may fall on the other side of one
        close(g, expected_g, SUM, dtype, scale=10)
    close(L, expected_L, SUM, dtype, scale=10)


# Wrong on purpose -------------------------------------------------------------------------------


@dataclass(frozen=True)
class WrongSign(gn.Dense):
    """Turns the sign of db."""

    def backward(self, dY, cache, params, d_params, need_dX=True):
        dX = super().backward(dY, cache, params, d_params, need_dX)
        d_params[1][...] *= -1
        return dX


@dataclass(frozen=True)
class MissingRows(gn.Dense):
    """Leaves the first half of the rows out of dW."""

    def backward(self, dY, cache, params, d_params, need_dX=True):
        return super().backward(dY[4:], cache[4:], params, d_params, need_dX)


@dataclass(frozen=True)
class MeanBias(gn.Dense):
    """Takes the mean for db where the sum belongs."""

    def backward(self, dY, cache, params, d_params, need_dX=True):
        dX = super().backward(dY, cache, params, d_params, need_dX)
        d_params[1][...] = dY.mean(axis=0)
        return dX


@dataclass(frozen=True)
class MissingFactor(gn.Tanh):
    """Forgets the derivative."""

    def derivative(self, Z, A):
        return np.ones_like(A)


@dataclass(frozen=True)
class NotAveraged(gn.SquaredError):
    """Forgets the 1/N of the gradient."""

    def batch(self, Z, Y, w):
        L, dZ = super().batch(Z, Y, w)
        return L, dZ * len(Y)


@dataclass(frozen=True)
class NoLink(gn.CrossEntropy):
    """Takes the scores for probabilities in its gradient."""

    def per_row(self, Z, Y):
        return super().per_row(Z, Y)[0], Z - Y


@dataclass(frozen=True)
class NotScaled(gn.Dropout):
    """Forgets to divide by 1 - rate on the way back."""

    def backward(self, dY, cache, params, d_params, need_dX=True):
        dX = super().backward(dY, cache, params, d_params, need_dX)
        return dX * (1 - self.rate)


@dataclass(frozen=True)
class HalfPenalty(gn.Penalty):
    """Forgets that the derivative of a square has a 2."""

    def value_and_grad(self, W, weight=1.0):
        value, dW = super().value_and_grad(W, weight)
        return value, dW / 2


def network(first=gn.Dense, hidden=None, between=(), loss=None, penalty=None):
    layers = [first(3, 4), hidden or gn.Tanh(), *between, gn.Dense(4, 2)]
    return gn.Network(layers, loss or gn.SquaredError(), penalty)


WRONG = {
    "sign of db": network(WrongSign),
    "rows missing": gn.Network([MissingRows(3, 2)], gn.SquaredError()),
    "mean of db": gn.Network([MeanBias(3, 2)], gn.SquaredError()),
    "the derivative of the activation": network(hidden=MissingFactor()),
    "1/N": network(loss=NotAveraged()),
    "the softmax": network(loss=NoLink()),
    "the scale of dropout": network(hidden=gn.Identity(), between=[NotScaled(0.5)]),
    "a 2 of the penalty": network(penalty=HalfPenalty(l2=50.0)),
}


@pytest.mark.parametrize("net", WRONG.values(), ids=WRONG)
def test_a_mistake_is_reported(net, rng):
    theta, X = rng.uniform(0.4, 0.8, size=net.n_params), rng.uniform(0.3, 0.6, size=(8, 3))
    if isinstance(net.loss_function, gn.CrossEntropy):
        Y = reference.random_targets(gn.CrossEntropy(), rng, 8, 2)
    else:
        Y = rng.uniform(7, 8, size=(8, 2))  # so that no sum of residuals happens to be near 0
    result = gn.gradcheck(net, theta, X, Y, seed=SEED)
    # Of its own layer: the gradients of another, right one may be far larger.
    assert max(row.relative_error for row in result.layers) >= MISTAKE
    assert result.relative_error > 100 * GRADIENT


def test_a_mistake_in_a_small_gradient_is_as_large():
    """Relative to the gradient: db is 1e-4, and given as -1e-4."""
    net = gn.Network([WrongSign(1, 1)], gn.SquaredError())
    X = Y = np.zeros((2, 1))
    assert gn.gradcheck(net, np.array([0.0, 1e-4]), X, Y).relative_error == pytest.approx(2)


def test_the_mistake_is_found_in_its_place(rng):
    net = gn.Network([gn.Dense(3, 4), gn.Tanh(), WrongSign(4, 2)], gn.SquaredError())
    X, Y = rng.normal(size=(8, 3)), rng.normal(size=(8, 2)) + 3
    result = gn.gradcheck(net, rng.normal(scale=0.7, size=net.n_params), X, Y)
    errors = {(row.layer, row.name): row.relative_error for row in result.layers}
    assert list(errors) == [
        ("1 Dense(3, 4)", "W"), ("1 Dense(3, 4)", "b"),
        ("3 WrongSign(4, 2)", "W"), ("3 WrongSign(4, 2)", "b"),
    ]  # fmt: skip
    assert errors.pop(("3 WrongSign(4, 2)", "b")) == pytest.approx(2)
    assert max(errors.values()) < 1e-6


# The result -------------------------------------------------------------------------------------


def test_numbers_of_the_result(rng):
    net = gn.Network([gn.Dense(2, 3), gn.Tanh(), gn.Dense(3, 1)], gn.SquaredError())
    theta, X, Y = rng.normal(size=13), rng.normal(size=(4, 2)), rng.normal(size=(4, 1))
    result, (_, g) = gn.gradcheck(net, theta, X, Y), net.loss_and_grad(theta, X, Y)
    assert [row.n_params for row in result.layers] == [6, 3, 3, 1]
    for row, block in zip(result.layers, np.split(g, [6, 9, 12]), strict=True):
        assert row.largest == pytest.approx(np.abs(block).max(), rel=1e-5)
    assert result.kink_distance == np.inf
    assert gn.gradcheck(net, theta, X, Y, h=0.5).relative_error > 1e-4  # a coarser difference


def test_the_result_is_a_table():
    net = gn.Network([gn.Dense(2, 1), gn.ReLU(), gn.Dense(1, 1)], gn.SquaredError())
    theta = np.array([1.0, 2.0, 0.5, 2.0, 1.0])  # score 3.5, output 8, residual 6
    result = gn.gradcheck(net, theta, np.array([[1.0, 1.0]]), np.array([[2.0]]))
    lines = str(result).splitlines()
    assert [line.split() for line in lines] == [
        ["layer", "parameter", "numbers", "largest", "relative", "error"],
        ["1", "Dense(2,", "1)", "W", "2", "1.2e+01", f"{result.layers[0].relative_error:.1e}"],
        ["1", "Dense(2,", "1)", "b", "1", "1.2e+01", f"{result.layers[1].relative_error:.1e}"],
        ["3", "Dense(1,", "1)", "W", "1", "2.1e+01", f"{result.layers[2].relative_error:.1e}"],
        ["3", "Dense(1,", "1)", "b", "1", "6.0e+00", f"{result.layers[3].relative_error:.1e}"],
        ["all", "5", "2.1e+01", f"{result.relative_error:.1e}"],
        ["nearest", "kink:", "3.5e+00"],
    ]
    assert len({len(line) for line in lines[:-1]}) == 1  # columns end below each other
    assert lines[1].index("W") == lines[0].index("parameter")


def test_no_kinks_no_line_about_them(rng):
    net = gn.Network([gn.Dense(1, 1)], gn.SquaredError())
    result = gn.gradcheck(net, np.ones(2), np.ones((1, 1)), np.zeros((1, 1)))
    assert "kink" not in str(result)


@pytest.mark.parametrize(
    ("net", "theta", "y", "distance"),
    [  # X is [[1.0]]; the score, residual or weight nearest to a kink, by hand
        (gn.Network([gn.Dense(1, 1), gn.ReLU()], gn.SquaredError()), [0.5, -0.25], 9.0, 0.25),
        (gn.Network([gn.Dense(1, 1), gn.HardTanh()], gn.SquaredError()), [0.5, 0.25], 9.0, 0.25),
        (gn.Network([gn.Dense(1, 1), gn.HardTanh()], gn.SquaredError()), [-0.5, -0.75], 9.0, 0.25),
        (gn.Network([gn.Dense(1, 1)], gn.AbsoluteError()), [0.5, 0.25], 0.5, 0.25),
        (gn.Network([gn.Dense(1, 1)], gn.Huber(0.5)), [0.5, 0.25], 1.5, 0.25),
        (gn.Network([gn.Dense(1, 1)], gn.Huber(0.5)), [0.5, 0.25], 0.0, 0.25),
        (gn.Network([gn.Dense(1, 1)], gn.Quantile(0.9)), [0.5, 0.25], 1.0, 0.25),
        (gn.Network([gn.Dense(1, 1)], gn.SquaredError(), gn.Penalty(l1=1)), [-0.5, 0.1], 9, 0.5),
        (gn.Network([gn.Dense(1, 1)], gn.SquaredError(), gn.Penalty(l2=1)), [-0.5, 0.1], 9, np.inf),
        (gn.Network([gn.ReLU(), gn.Dense(1, 1)], gn.SquaredError()), [0.5, 0.25], 9.0, 1.0),
    ],
)  # fmt: skip
def test_distance_to_the_nearest_kink(net, theta, y, distance):
    result = gn.gradcheck(net, np.array(theta), np.array([[1.0]]), np.array([[float(y)]]))
    assert result.kink_distance == distance


def test_nothing_is_changed(rng):
    net = gn.Network([gn.Dense(2, 2), gn.Tanh(), gn.Dense(2, 1)], gn.SquaredError())
    arrays = rng.normal(size=9), rng.normal(size=(4, 2)), rng.normal(size=(4, 1)), np.ones(4)
    before = [a.copy() for a in arrays]
    gn.gradcheck(net, *arrays)
    assert all((a == b).all() for a, b in zip(arrays, before, strict=True))


def test_a_gradient_of_zeros_is_right():
    net = gn.Network([gn.Dense(1, 1)], gn.SquaredError())
    result = gn.gradcheck(net, np.zeros(2), np.zeros((1, 1)), np.zeros((1, 1)))
    assert result.layers[0].relative_error == 0  # dW is 0: X is
