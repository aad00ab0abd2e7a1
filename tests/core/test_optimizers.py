"""Every optimizer, step by step, against the naive formulas."""

import numpy as np
import pytest

import glassnet as gn
import reference
from glassnet.core.optimizers import PIECE
from tolerances import TRAJECTORY, close

every_optimizer = pytest.mark.parametrize(
    "optimizer",
    [
        *(kind() for kind in gn.OPTIMIZERS),
        *(kind(learning_rate=0.3) for kind in gn.OPTIMIZERS),
        gn.Momentum(0.02, 0.5),
        gn.Momentum(0.02, 1.0),
        gn.Nesterov(0.02, 0.0),
        gn.AdaGrad(0.1, epsilon=0.1),
        gn.RMSProp(0.1, rho=0.5, epsilon=0.1),
        gn.Adam(0.1, beta_1=0.5, beta_2=0.7, epsilon=0.1),
        gn.Adam(0.1, beta_1=0.0, beta_2=0.0),
        gn.AdamEpsilonHat(0.1, beta_1=0.5, beta_2=0.7, epsilon=0.1),
        gn.AdamW(0.1, beta_1=0.5, beta_2=0.7, epsilon=0.1, weight_decay=0.5),
        gn.NAdam(0.1, beta_1=0.5, beta_2=0.7, epsilon=0.1),
    ],
    ids=repr,
)


@every_optimizer
def test_ten_steps(optimizer, dtype, rng):
    n, steps = 7, 10
    theta = rng.normal(size=n).astype(dtype)
    gradients = rng.normal(size=(steps, n)).astype(dtype)
    gradients[:, 0] = 0
    gradients[:, 1] *= 1e-4
    gradients[:, 2] *= 1e4
    decays = np.array([1, 1, 1, 1, 0, 0, 0], dtype)
    expected, memories = theta.tolist(), [{} for _ in range(n)]
    slots = optimizer.new_slots(theta)
    farthest = np.ones(n)  # rounding is that of the largest number on the way, 1e2 for column 2
    for t, g in enumerate(gradients, 1):
        eta = optimizer.learning_rate * (1 if t < 5 else 0.5)
        expected = reference.optimizer_step(
            optimizer, expected, g.tolist(), memories, t, eta, decays.tolist()
        )
        g_before = g.copy()
        optimizer.step(theta, g, slots, t, eta, decays)
        assert (g == g_before).all()
        assert theta.dtype == dtype
        assert all(slot.dtype == dtype for slot in slots.values())
        farthest = np.maximum(farthest, np.abs(expected))
        close(theta, expected, TRAJECTORY, dtype, scale=farthest)


@every_optimizer
def test_slots(optimizer):
    theta = np.ones(3, np.float32)
    slots = optimizer.new_slots(theta)
    assert tuple(slots) == optimizer.slot_names
    assert all((slot == 0).all() and slot.shape == (3,) for slot in slots.values())
    optimizer.step(theta, np.ones(3, np.float32), slots, 1, 0.1, 1.0)
    assert all((slot != 0).all() for slot in slots.values())


@every_optimizer
def test_a_learning_rate_for_each_parameter(optimizer, rng):
    """A vector of rates is each parameter on its own with its rate."""
    theta, g, rates = rng.normal(size=4), rng.normal(size=(3, 4)), np.array([0.1, 0.2, 1.0, 0.0])
    together, slots = theta.copy(), optimizer.new_slots(theta)
    for t in range(1, 4):
        optimizer.step(together, g[t - 1], slots, t, rates, np.ones(4))
    for i in range(4):
        alone = theta[i : i + 1].copy()
        slots = optimizer.new_slots(alone)
        for t in range(1, 4):
            optimizer.step(alone, g[t - 1, i : i + 1], slots, t, float(rates[i]), 1.0)
        assert together[i] == pytest.approx(alone[0], rel=1e-14)


@every_optimizer
def test_piece_by_piece_is_the_same_to_the_digit(optimizer, rng):
    n = 2 * PIECE + 5
    theta, g, rates = rng.normal(size=n), rng.normal(size=n), rng.uniform(0.01, 0.1, size=n)
    decays = rng.integers(2, size=n).astype(float)
    for eta, decay in ((0.05, 1.0), (rates, decays)):
        whole, pieces = theta.copy(), theta.copy()
        slots_whole, slots_pieces = optimizer.new_slots(theta), optimizer.new_slots(theta)
        for t in (1, 2):
            optimizer.update(whole, g, slots_whole, t, eta, decay)
            optimizer.step(pieces, g, slots_pieces, t, eta, decay)
        assert (pieces == whole).all()
        assert all((slots_pieces[name] == slots_whole[name]).all() for name in slots_whole)


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [  # theta = 1, gradients 2 and then 2, worked by hand
        (gn.GradientDescent(0.1), [0.8, 0.6]),
        (gn.Momentum(0.1, 0.5), [0.8, 0.5]),  # v = -0.2, -0.3
        (gn.Nesterov(0.1, 0.5), [0.7, 0.35]),  # -0.1 - 0.2; -0.15 - 0.2
        (gn.AdaGrad(0.1), [0.9, 0.9 - 0.1 * 2 / 8**0.5]),  # s = 4, 8
        (gn.RMSProp(0.1, 0.5), [1 - 0.1 * 2 / 2**0.5, 1 - 0.2 / 2**0.5 - 0.2 / 3**0.5]),
        (gn.Adam(0.1), [0.9, 0.8]),  # both means are the gradient's after correction
        (gn.AdamEpsilonHat(0.1), [0.9, 0.8]),
        (gn.AdamW(0.1, weight_decay=0.5), [0.85, 0.7075]),  # 0.85 - 0.1 - 0.05 * 0.85
    ],
    ids=repr,
)
def test_two_steps_by_hand(optimizer, expected):
    theta, slots = np.array([1.0]), None
    slots = optimizer.new_slots(theta)
    for t in (1, 2):
        optimizer.step(theta, np.array([2.0]), slots, t, optimizer.learning_rate, 1.0)
        assert theta[0] == pytest.approx(expected[t - 1], abs=1e-7)


def test_where_epsilon_stands():
    """Adam divides by root + epsilon after the correction, its other form before it."""
    g, epsilon = np.array([2.0]), 0.5
    for kind, root in ((gn.Adam, 2.0), (gn.AdamEpsilonHat, 2.0)):
        theta = np.zeros(1)
        kind(1.0, epsilon=epsilon).step(theta, g, kind().new_slots(theta), 1, 1.0, 1.0)
        size = epsilon if kind is gn.Adam else epsilon / np.sqrt(1 - 0.999)
        close(theta, [-2 / (root + size)], 8, "float64", scale=1e3)


def test_weight_decay_is_on_weights_only_and_takes_the_old_theta():
    theta = np.array([2.0, 2.0])
    optimizer = gn.AdamW(0.1, weight_decay=0.5)
    g, decays = np.zeros(2), np.array([1.0, 0.0])
    optimizer.step(theta, g, optimizer.new_slots(theta), 1, 0.1, decays)
    assert theta.tolist() == [1.9, 2.0]
