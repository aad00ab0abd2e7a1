"""Every loss, its gradient, its weights and its link against the naive formulas."""

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest

import glassnet as gn
import reference
from tolerances import ELEMENT, EPS, GRADIENT, SUM, close

every_loss = pytest.mark.parametrize(
    "loss",
    [*gn.LOSSES, gn.Huber(0.3), gn.JointCrossEntropy((1, 2), 0.2), gn.Quantile(0.05)],
    ids=repr,
)
N, K = 7, 3


def batch(loss, rng, dtype, n_rows=N):
    Z = rng.normal(scale=3, size=(n_rows, K)).astype(dtype)
    Y = reference.random_targets(loss, rng, n_rows, K).astype(dtype)
    return Z, Y


def weights(rng, dtype, n_rows=N):
    w = rng.uniform(0, 3, size=n_rows).astype(dtype)
    w[0] = 0
    return w


@every_loss
@pytest.mark.parametrize("weighted", [False, True])
def test_value_and_grad(loss, weighted, dtype, rng):
    Z, Y = batch(loss, rng, dtype)
    w = weights(rng, dtype) if weighted else None
    L, dZ = loss.value_and_grad(Z, Y, w)
    expected_L, expected_dZ = reference.mean_loss(loss, Z, Y, w)
    assert isinstance(L, float)
    assert dZ.dtype == dtype
    close(L, expected_L, SUM, dtype, scale=10)  # rows cancel: y z - log sum exp
    close(dZ, expected_dZ, ELEMENT, dtype, scale=4)
    assert loss.value(Z, Y, w) == L


@every_loss
def test_inputs_are_left_alone(loss, dtype, rng):
    Z, Y = batch(loss, rng, dtype)
    w = weights(rng, dtype)
    before = [a.copy() for a in (Z, Y, w)]
    _, dZ = loss.value_and_grad(Z, Y, w)
    assert all((a == b).all() for a, b in zip((Z, Y, w), before, strict=True))
    assert not any(np.shares_memory(dZ, a) for a in (Z, Y, w))


@every_loss
def test_gradient_against_differences(loss, rng):
    Z, Y = batch(loss, rng, "float64")
    w, h = weights(rng, "float64"), 6e-6
    for kink in loss.kinks:
        Z[np.abs(Z - Y - kink) < 1e-3] += 2e-3
    _, dZ = loss.value_and_grad(Z, Y, w)
    slopes = np.empty_like(Z)
    for at in np.ndindex(Z.shape):
        shift = np.zeros_like(Z)
        shift[at] = h
        slopes[at] = (loss.value(Z + shift, Y, w) - loss.value(Z - shift, Y, w)) / (2 * h)
    assert np.abs(dZ - slopes).max() < GRADIENT * np.abs(slopes).max()


@every_loss
def test_weight_2_equals_the_row_twice(loss, rng):
    Z, Y = batch(loss, rng, "float64")
    w = np.ones(N)
    w[2] = 2
    twice = [*range(N), 2]
    L, dZ = loss.value_and_grad(Z, Y, w)
    L_twice, dZ_twice = loss.value_and_grad(Z[twice], Y[twice])
    close(L, L_twice, SUM, "float64")
    dZ_twice[2] += dZ_twice[-1]
    close(dZ, dZ_twice[:-1], SUM, "float64")


@every_loss
def test_weight_0_equals_no_row(loss, rng):
    Z, Y = batch(loss, rng, "float64")
    w = np.ones(N)
    w[3] = 0
    rest = np.delete(np.arange(N), 3)
    L, dZ = loss.value_and_grad(Z, Y, w)
    L_rest, dZ_rest = loss.value_and_grad(Z[rest], Y[rest])
    close(L, L_rest, SUM, "float64")
    close(dZ[rest], dZ_rest, SUM, "float64")
    assert (dZ[3] == 0).all()


@every_loss
def test_only_the_proportion_of_weights_counts(loss, rng):
    Z, Y = batch(loss, rng, "float64")
    w = weights(rng, "float64")
    L, dZ = loss.value_and_grad(Z, Y, w)
    L_8, dZ_8 = loss.value_and_grad(Z, Y, 8 * w)  # a power of 2 rounds nothing
    assert L == L_8
    assert (dZ == dZ_8).all()


@every_loss
def test_members_of_an_ensemble(loss, rng):
    Z, Y = batch(loss, rng, "float64")
    w = weights(rng, "float64")
    Z_members = np.stack([Z, -Z, Z / 2, Z + 1])
    L, dZ = loss.value_and_grad(Z_members, Y, w)
    assert L.shape == (4,)
    assert dZ.shape == Z_members.shape
    for member in range(4):
        L_one, dZ_one = loss.value_and_grad(Z_members[member], Y, w)
        close(L[member], L_one, ELEMENT, "float64")
        close(dZ[member], dZ_one, ELEMENT, "float64")
    L, _ = loss.value_and_grad(Z_members, Y)
    assert L[0] == pytest.approx(loss.value(Z, Y))


@every_loss
def test_inverse_link(loss, dtype, rng):
    Z, _ = batch(loss, rng, dtype)
    prediction = loss.inverse_link(Z)
    assert prediction.dtype == dtype
    expected = np.array([reference.inverse_link(loss, z) for z in Z])
    close(prediction, expected, ELEMENT, dtype, scale=4)
    for member in loss.inverse_link(np.stack([Z, Z])):
        assert (member == prediction).all()


@every_loss
def test_slope_is_0_where_the_prediction_is_the_target(loss):
    """The link belongs to the loss: at the score whose prediction is the target it rests."""
    if getattr(loss, "label_smoothing", 0) or isinstance(loss, gn.JointCrossEntropy):
        return
    Z = np.array([[0.3, -0.7, 0.4]])
    prediction = loss.inverse_link(Z)
    _, dZ = loss.value_and_grad(Z, prediction)
    assert np.abs(dZ).max() < 2 * EPS["float64"]


# Scores of +-10,000 in float32 ----------------------------------------------------------------

SMOOTH = np.float32(0.1)
BIG = [  # loss, Z, Y, and by hand: L, dZ
    (gn.CrossEntropy(), [1e4, -1e4, 0], [0, 1, 0], 20_000, [1, -1, 0]),
    (gn.CrossEntropy(), [1e4, -1e4, 0], [1, 0, 0], 0, [0, 0, 0]),
    (gn.CrossEntropy(), [1e4, 1e4, -1e4], [1, 0, 0], math.log(2), [-0.5, 0.5, 0]),
    # y = (0.1/3, 0.9 + 0.1/3, 0.1/3): 20,000 y_2 + 10,000 y_3
    (
        gn.CrossEntropy(0.1), [1e4, -1e4, 0], [0, 1, 0], Fraction(19_000),
        [1 - 0.1 / 3, -0.9 - 0.1 / 3, -0.1 / 3],
    ),
    (gn.JointCrossEntropy((2, 1)), [1e4, -1e4, 1e4], [0, 1, 1], 20_000, [1, -1, 0]),
    (gn.BinaryCrossEntropy(), [1e4, -1e4], [0, 1], 20_000, [1, -1]),
    (gn.BinaryCrossEntropy(), [1e4, -1e4], [1, 0], 0, [0, 0]),
    # y = 0.05: 10,000 - 500, and y = 0.95: 10,000 * 0.95
    (gn.BinaryCrossEntropy(0.1), [1e4, -1e4], [0, 1], 19_000, [0.95, -0.95]),
    (gn.SquaredError(), [1e4, -1e4], [-1e4, -1e4], 200_000_000, [20_000, 0]),
    (gn.AbsoluteError(), [1e4, -1e4], [-1e4, 1e4], 40_000, [1, -1]),
    (gn.Huber(), [1e4, -1e4], [-1e4, -1e4], 19_999.5, [1, 0]),
    (gn.Huber(3.0), [-1e4, 2], [1e4, 0], 3 * (20_000 - 1.5) + 2, [-3, 2]),
    (gn.Quantile(0.9), [1e4, -1e4], [-1e4, 1e4], 2_000 + 18_000, [0.1, -0.9]),
    (gn.Quantile(), [1e4, -1e4], [-1e4, 1e4], 20_000, [0.5, -0.5]),
    (gn.Poisson(), [-1e4, -1e4], [3, 0], 30_000 - 3 + 3 * math.log(3), [-3, 0]),
]  # fmt: skip


@pytest.mark.parametrize(("loss", "z", "y", "L", "dz"), BIG)
def test_scores_of_10_000_by_hand(loss, z, y, L, dz, dtype):
    Z, Y = np.array([z], dtype), np.array([y], dtype)
    with np.errstate(all="raise", under="ignore"):
        found, dZ = loss.value_and_grad(Z, Y)
        loss.inverse_link(Z)
    assert found == pytest.approx(float(L), rel=4 * EPS[dtype.name], abs=1e-3 * EPS[dtype.name])
    close(dZ, [[float(d) for d in dz]], 2, dtype)


@every_loss
def test_scores_of_10_000(loss, dtype, rng):
    Z = np.where(rng.random((50, K)) < 0.5, -1e4, 1e4).astype(dtype)
    if isinstance(loss, gn.Poisson):
        Z = -np.abs(Z)
    Y = reference.random_targets(loss, rng, 50, K).astype(dtype)
    with np.errstate(all="raise", under="ignore"):
        L, dZ = loss.value_and_grad(Z, Y)
        loss.inverse_link(Z)
    expected_L, expected_dZ = reference.mean_loss(loss, Z, Y)
    assert L == pytest.approx(expected_L, rel=SUM * EPS[dtype.name], abs=1e-3 * EPS[dtype.name])
    close(dZ, expected_dZ, ELEMENT, dtype)


# Poisson overflows ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtype", "finite", "infinite"), [("float32", 88.7, 88.8), ("float64", 709.7, 709.8)]
)
def test_poisson_is_infinite_above_the_largest_exponent(dtype, finite, infinite):
    loss, Y = gn.Poisson(), np.array([[2.0]], dtype)
    with warnings.catch_warnings(), np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("error")
        L, dZ = loss.value_and_grad(np.array([[finite]], dtype), Y)
        assert math.isfinite(L)
        assert np.isfinite(dZ).all()
        L, dZ = loss.value_and_grad(np.array([[infinite]], dtype), Y)
        assert L == math.inf
        assert (dZ == math.inf).all()
        assert (loss.inverse_link(np.array([[infinite]], dtype)) == math.inf).all()


def test_poisson_of_no_counts(dtype):
    L, dZ = gn.Poisson().value_and_grad(np.zeros((2, 2), dtype), np.zeros((2, 2), dtype))
    assert L == 2  # exp(0) for each output; 0 log 0 = 0
    assert (dZ == 0.5).all()


# Kinks ------------------------------------------------------------------------------------------

KINKS = [  # loss, residual at the kink, and the slope just left of it, at it, just right of it
    (gn.AbsoluteError(), 0.0, (-1, 0, 1)),
    (gn.Quantile(0.5), 0.0, (-0.5, 0, 0.5)),
    (gn.Quantile(0.9), 0.0, (-0.9, 0, 0.1)),
    (gn.Huber(), 1.0, (1, 1, 1)),
    (gn.Huber(), -1.0, (-1, -1, -1)),
    (gn.Huber(0.25), 0.25, (0.25, 0.25, 0.25)),
]


@pytest.mark.parametrize(("loss", "at", "slopes"), KINKS)
def test_each_kink_from_both_sides(loss, at, slopes, dtype):
    at = dtype.type(at)
    ends = np.array([-np.inf, np.inf], dtype)
    Z = np.array([[np.nextafter(at, ends[0])], [at], [np.nextafter(at, ends[1])]])
    _, dZ = loss.value_and_grad(Z, np.zeros_like(Z))
    close(3 * dZ[:, 0], slopes, 2, dtype)
    assert at in loss.kinks


@pytest.mark.parametrize("delta", [0.3, 1.0, 5.0])
def test_huber_is_quadratic_inside_and_linear_outside(delta):
    loss, zero = gn.Huber(delta), np.zeros((1, 1))
    assert loss.value(np.array([[0.5 * delta]]), zero) == pytest.approx(delta**2 / 8)
    assert loss.value(np.array([[-delta]]), zero) == pytest.approx(delta**2 / 2)
    assert loss.value(np.array([[-4 * delta]]), zero) == pytest.approx(3.5 * delta**2)


def test_the_others_are_smooth():
    kinky = {type(loss) for loss, *_ in KINKS}
    assert all(not loss.kinks for loss in gn.LOSSES if type(loss) not in kinky)


# What the losses are ----------------------------------------------------------------------------


def test_joint_cross_entropy_is_the_sum_of_its_blocks(rng):
    Z = rng.normal(size=(5, 7))
    Y = np.hstack([np.eye(3)[rng.integers(3, size=5)], np.eye(4)[rng.integers(4, size=5)]])
    L, dZ = gn.JointCrossEntropy((3, 4), 0.1).value_and_grad(Z, Y)
    L_3, dZ_3 = gn.CrossEntropy(0.1).value_and_grad(Z[:, :3], Y[:, :3])
    L_4, dZ_4 = gn.CrossEntropy(0.1).value_and_grad(Z[:, 3:], Y[:, 3:])
    assert pytest.approx(L_3 + L_4) == L
    assert (dZ == np.hstack([dZ_3, dZ_4])).all()


def test_cross_entropy_takes_probabilities(rng):
    Z, Y = rng.normal(size=(4, 3)), rng.dirichlet([1, 1, 1], size=4)
    L, dZ = gn.CrossEntropy().value_and_grad(Z, Y)
    expected_L, expected_dZ = reference.mean_loss(gn.CrossEntropy(), Z, Y)
    assert pytest.approx(expected_L) == L
    close(dZ, expected_dZ, ELEMENT, "float64")


def test_softmax_rows_sum_to_1(dtype, rng):
    Z = rng.normal(scale=100, size=(3, 50, 6)).astype(dtype)
    P = gn.softmax(Z)
    assert P.dtype == dtype
    assert (P >= 0).all()
    close(P.sum(axis=-1), np.ones((3, 50)), ELEMENT, dtype)


def test_softmax_ignores_a_shift(rng):
    Z = rng.integers(-5, 5, size=(4, 3)).astype(float)  # whole numbers shift exactly
    assert (gn.softmax(Z) == gn.softmax(Z + 1000)).all()


def test_one_hot(dtype):
    Y = gn.one_hot([2, 0, 1, 1], 4, dtype)
    assert Y.dtype == dtype
    assert Y.tolist() == [[0, 0, 1, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0]]
    assert gn.one_hot(np.array([1], np.uint8), 2).dtype == np.float64


@pytest.mark.parametrize("n_classes", [1, 2, 64, 65, 130])
def test_any_number_of_classes(n_classes, dtype, rng):
    """Wide rows and narrow ones are summed, and searched for their maximum, in different ways."""
    loss = gn.CrossEntropy(0.1)
    Z = (rng.normal(size=(2, 5, n_classes)) * 50).astype(dtype)
    Y = reference.random_targets(loss, rng, 5, n_classes).astype(dtype)
    with np.errstate(all="raise", under="ignore"):
        L, dZ = loss.value_and_grad(Z, Y)
        P = gn.softmax(Z)
    for member in range(2):
        expected_L, expected_dZ = reference.mean_loss(loss, Z[member], Y)
        assert L[member] == pytest.approx(expected_L, rel=SUM * EPS[dtype.name], abs=1e-12)
        close(dZ[member], expected_dZ, SUM, dtype)
        close(P[member], [reference.inverse_link(loss, z) for z in Z[member]], SUM, dtype)
