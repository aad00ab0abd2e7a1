"""Dense layers, dropout, penalties and initializers, each on its own."""

import numpy as np
import pytest

import glassnet as gn
import reference
from tolerances import DRAWS, ELEMENT, SUM, close

# Dense ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n_in", "n_out"), [(1, 1), (4, 1), (1, 3), (5, 3)])
def test_dense_forward_and_backward(n_in, n_out, dtype, rng):
    layer, n_rows = gn.Dense(n_in, n_out), 6
    W, b, X, dZ = (
        rng.normal(size=shape).astype(dtype)
        for shape in [(n_in, n_out), (n_out,), (n_rows, n_in), (n_rows, n_out)]
    )
    dW, db = np.full_like(W, np.nan), np.full_like(b, np.nan)
    Z, cache = layer.forward((W, b), X, None)
    dX = layer.backward(dZ, cache, (W, b), (dW, db))
    for found, expected in zip(
        [Z, dW, db, dX],
        [reference.dense_forward(X.tolist(), W.tolist(), b.tolist()),
         *reference.dense_backward(X.tolist(), W.tolist(), dZ.tolist())],
        strict=True,
    ):  # fmt: skip
        assert found.dtype == dtype
        close(found, expected, SUM, dtype)
    dW[:], db[:] = np.nan, np.nan
    assert layer.backward(dZ, cache, (W, b), (dW, db), need_dX=False) is None
    assert np.isfinite(dW).all()
    assert np.isfinite(db).all()


def test_dense_leaves_its_input_alone(rng):
    X, W, b = rng.normal(size=(3, 2)), rng.normal(size=(2, 2)), rng.normal(size=2)
    before = X.copy(), W.copy(), b.copy()
    gn.Dense(2, 2).forward((W, b), X, None)
    assert all((a == c).all() for a, c in zip((X, W, b), before, strict=True))


def test_dense_parameters():
    W, b = gn.Dense(3, 2).parameters
    assert (W.name, W.shape, W.decay) == ("W", (3, 2), True)
    assert (b.name, b.shape, b.decay) == ("b", (2,), False)


# Dropout ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout_given_its_mask(rate, dtype, new_rng):
    rng = new_rng()
    X, dA = (rng.normal(size=(5, 4)).astype(dtype) for _ in range(2))
    layer = gn.Dropout(rate)
    mask = (new_rng().random((5, 4)) >= rate).astype(float).tolist()  # the same numbers again
    A, cache = layer.forward((), X, gn.Step(new_rng()))
    dX = layer.backward(dA, cache, (), ())
    for found, given in ((A, X), (dX, dA)):
        assert found.dtype == dtype
        close(found, reference.dropout(given.tolist(), mask, rate), ELEMENT, dtype)
    assert layer.backward(dA, cache, (), (), need_dX=False) is None


def test_dropout_is_off_in_prediction(dtype, rng):
    X = rng.normal(size=(5, 4)).astype(dtype)
    layer = gn.Dropout(0.5)
    A, cache = layer.forward((), X, None)
    assert (A == X).all()
    assert (layer.backward(X, cache, (), ()) == X).all()


def test_dropout_rate_0_draws_nothing(new_rng):
    rng, X = new_rng(), np.ones((2, 3))
    A, _ = gn.Dropout(0.0).forward((), X, gn.Step(rng))
    assert (A == X).all()
    assert rng.random() == new_rng().random()


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_dropout_drops_at_its_rate_and_keeps_the_mean(rate, rng):
    n = 40_000
    A, _ = gn.Dropout(rate).forward((), np.ones((200, 200)), gn.Step(rng))
    assert abs((A == 0).mean() - rate) < DRAWS * np.sqrt(rate * (1 - rate) / n)
    assert abs(A.mean() - 1) < DRAWS * np.sqrt(rate / (1 - rate) / n)
    assert set(np.unique(A)) == {0, 1 / (1 - rate)}


def test_dropout_masks_are_the_same_in_both_dtypes(new_rng):
    A, B = (
        gn.Dropout(0.5).forward((), np.ones((9, 9), dtype), gn.Step(new_rng()))[0]
        for dtype in (np.float32, np.float64)
    )
    assert (A == B).all()


# Penalties --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("l1", "l2"), [(0, 0), (0.3, 0), (0, 0.7), (0.3, 0.7)])
def test_penalty(l1, l2, dtype, rng):
    penalty = gn.Penalty(l1, l2)
    W = rng.normal(size=12).astype(dtype)
    W[3] = 0
    value, dW = penalty.value_and_grad(W)
    assert dW.dtype == dtype
    close(value, reference.penalty_value(penalty, [W.tolist()]), SUM, dtype)
    close(dW, [reference.penalty_slope(penalty, v) for v in W.tolist()], ELEMENT, dtype)
    assert dW[3] == 0  # no derivative at 0; we take 0


def test_penalty_of_an_ensemble(rng):
    penalty, W = gn.Penalty(0.2, 0.5), rng.normal(size=(3, 4))
    values, dW = penalty.value_and_grad(W)
    for member in range(3):
        value, dW_one = penalty.value_and_grad(W[member])
        assert values[member] == pytest.approx(value)
        assert (dW[member] == dW_one).all()


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("penalty", [gn.Penalty(l1=0.3), gn.Penalty(l2=0.7), gn.Penalty(0.3, 0.7)])
def test_penalty_acts_on_weights_and_is_divided_by_the_sum_of_sample_weights(
    penalty, weighted, dtype, rng
):
    layers, loss = [gn.Dense(2, 3), gn.Tanh(), gn.Dense(3, 1)], gn.SquaredError()
    net, plain = gn.Network(layers, loss, penalty), gn.Network(layers, loss)
    theta = rng.normal(size=net.n_params).astype(dtype)
    X, Y = (rng.normal(size=(5, k)).astype(dtype) for k in (2, 1))
    w = rng.uniform(1, 2, size=5).astype(dtype) if weighted else None
    L, g = net.loss_and_grad(theta, X, Y, w)
    L_plain, g_plain = plain.loss_and_grad(theta, X, Y, w)
    total = 5 if w is None else float(w.sum())
    Ws = [W.astype(float) for W in (net.views(theta)[0][0], net.views(theta)[2][0])]
    value = sum(penalty.l1 * np.abs(W).sum() + penalty.l2 / 2 * (W**2).sum() for W in Ws)
    close(L - L_plain, value / total, SUM, dtype, scale=4)
    assert net.loss(theta, X, Y, w) == pytest.approx(L, rel=1e-6)
    for i in (0, 2):
        (dW, db), (dW_plain, db_plain) = net.views(g)[i], net.views(g_plain)[i]
        W = net.views(theta)[i][0].astype(float)
        expected = (penalty.l1 * np.sign(W) + penalty.l2 * W) / total
        close(dW - dW_plain, expected, ELEMENT, dtype, scale=4)
        assert (db == db_plain).all()


# Initializers -----------------------------------------------------------------------------------

N_IN, N_OUT = 120, 80
FANS = [gn.Glorot, gn.He, gn.LeCun]


@pytest.mark.parametrize("factor", [1.0, 1 / 3])
@pytest.mark.parametrize("kind", FANS)
def test_uniform_bound(kind, factor, rng):
    W = kind("uniform", factor)(rng, (N_IN, N_OUT), N_IN, N_OUT)
    bound = reference.init_bound(kind.__name__, N_IN, N_OUT, factor)
    assert W.shape == (N_IN, N_OUT)
    assert np.abs(W).max() <= bound
    assert np.abs(W).max() > bound * (1 - 30 / W.size)  # misses with probability e^-30
    assert abs(W.mean()) < DRAWS * bound / np.sqrt(3 * W.size)


@pytest.mark.parametrize("factor", [1.0, 2.0])
@pytest.mark.parametrize("kind", FANS)
def test_normal_standard_deviation(kind, factor, rng):
    W = kind("normal", factor)(rng, (N_IN, N_OUT), N_IN, N_OUT)
    std = reference.init_std(kind.__name__, N_IN, N_OUT, factor)
    assert abs(W.mean()) < DRAWS * std / np.sqrt(W.size)
    assert abs(W.std() / std - 1) < DRAWS / np.sqrt(2 * W.size)
    assert np.abs(W).max() > 3 * std  # the uniform ends at 1.7


def test_bounds_by_hand():
    assert reference.init_bound("Glorot", 4, 2) == pytest.approx(1)  # sqrt(6 / 6)
    assert reference.init_bound("He", 6, 2) == pytest.approx(1)  # sqrt(6 / 6)
    assert reference.init_bound("LeCun", 3, 2) == pytest.approx(1)  # sqrt(3 / 3)


def test_defaults():
    assert gn.Glorot() == gn.Glorot("uniform")
    assert gn.He() == gn.He("normal")
    assert gn.LeCun() == gn.LeCun("normal")
    assert gn.Dense(2, 1) == gn.Dense(2, 1, gn.Glorot(), gn.Zeros())


def test_normal_and_zeros(rng):
    W = gn.Normal(0.5)(rng, (100, 100), 100, 100)
    assert abs(W.mean()) < DRAWS * 0.5 / 100
    assert abs(W.std() / 0.5 - 1) < DRAWS / np.sqrt(2 * W.size)
    assert gn.Normal() == gn.Normal(1.0)
    assert (gn.Zeros()(rng, (3, 2), 3, 2) == np.zeros((3, 2))).all()


@pytest.mark.parametrize("kind", [*FANS, gn.Normal])
@pytest.mark.parametrize("source", [np.random.default_rng, np.random.RandomState])
def test_initializers_repeat(kind, source, new_rng):
    first, second = (kind()(new_rng(source), (3, 2), 3, 2) for _ in range(2))
    assert first.dtype == np.float64
    assert (first == second).all()
