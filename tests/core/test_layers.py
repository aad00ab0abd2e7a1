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


def test_dense_learning_rates_and_decay():
    W, b = gn.Dense(3, 2, learning_rates=(0.5, 0.1), decay=3.0).parameters
    assert (W.learning_rate, W.decay) == (0.5, 3)
    assert (b.learning_rate, b.decay) == (0.1, 0)


# Dropout ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout_given_its_mask(rate, dtype, new_rng):
    rng = new_rng()
    X, dA = (rng.normal(size=(5, 7)).astype(dtype) for _ in range(2))
    layer = gn.Dropout(rate)
    mask = reference.dropout_mask(new_rng(), 5, 7, rate)  # the same numbers again
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
    assert set(np.unique(A)) == {0, 1 / (1 - round(rate * 65536) / 65536)}


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


def test_dropout_whose_rate_fades(new_rng):
    """At t = 3/4 FlatCosine is 1/2: half the rate."""
    X, layer = np.ones((50, 40)), gn.Dropout(0.4, gn.FlatCosine())
    for t, rate in [(0.0, 0.4), (0.5, 0.4), (0.75, 0.2)]:
        faded, _ = layer.forward((), X, gn.Step(new_rng(), t))
        plain, _ = gn.Dropout(rate).forward((), X, gn.Step(new_rng()))
        close(faded, plain, ELEMENT, "float64")
    rng = new_rng()
    assert gn.Dropout(0.4, gn.LogCosine()).forward((), X, gn.Step(rng, 0.0))[0] is X  # rate 0
    assert rng.random() == new_rng().random()  # no number was drawn


def test_dropout_asks_for_a_schedule_of_progress():
    with pytest.raises(gn.ParameterError, match=r"Dropout schedule is StepDecay.*FlatCosine"):
        gn.Dropout(0.1, gn.StepDecay(3))


# Scale and mixed activation -----------------------------------------------------------------------


def test_scale_by_hand():
    layer, params, d_params = gn.Scale(2, 6.0), (np.array([2.0, -1.0]),), (np.zeros(2),)
    X = np.array([[1.0, 3.0], [5.0, 7.0]])
    Y, cache = layer.forward(params, X, None)
    assert Y.tolist() == [[2, -3], [10, -7]]
    dX = layer.backward(np.array([[1.0, 1.0], [10.0, 0.0]]), cache, params, d_params)
    assert d_params[0].tolist() == [1 * 1 + 5 * 10, 3]
    assert dX.tolist() == [[2, -1], [20, 0]]
    assert layer.backward(Y, cache, params, d_params, need_dX=False) is None
    assert [(one.name, one.learning_rate) for one in layer.parameters] == [("s", 6)]


@pytest.mark.parametrize("kind", gn.ACTIVATIONS)
def test_mixed_activation_beside_the_reference(kind, dtype, rng):
    layer = gn.MixedActivation(kind(), 3)
    Z, dA = rng.normal(size=(2, 4, 3)).astype(dtype)
    a, da = np.array([1, 0.25, -0.5], dtype), np.zeros(3, dtype)
    A, cache = layer.forward((a,), Z, None)
    dZ = layer.backward(dA, cache, (a,), (da,))
    expected_da = [0.0] * 3
    for n in range(4):
        for k in range(3):
            z, part = float(Z[n, k]), float(a[k])
            f, slope = reference.activation(kind(), z), reference.activation_derivative(kind(), z)
            close(A[n, k], (1 - part) * z + part * f, SUM, dtype)
            close(dZ[n, k], float(dA[n, k]) * ((1 - part) + part * slope), SUM, dtype)
            expected_da[k] += float(dA[n, k]) * (f - z)
    close(da, expected_da, SUM, dtype)
    assert A.dtype == dZ.dtype == dtype
    assert layer.backward(dA, cache, (a,), (da,), need_dX=False) is None


def test_mixed_activation_begins_as_the_activation_itself(rng):
    net = gn.Network([gn.MixedActivation(gn.SELU(), 2)], gn.SquaredError())
    X = rng.normal(size=(5, 2))
    close(net.scores(net.init(rng), X), gn.SELU().value(X), ELEMENT, "float64")
    with pytest.raises(gn.ParameterError, match=r"activation is 'selu'; expected one such as SELU"):
        gn.MixedActivation("selu", 2)


@pytest.mark.parametrize("layer", [gn.Scale(3), gn.MixedActivation(gn.Mish(), 3)], ids=repr)
def test_members_of_an_ensemble_are_networks_of_their_own(layer, rng):
    net = gn.Network([gn.Dense(2, 3), layer, gn.Dense(3, 2)], gn.SquaredError())
    theta = net.init(rng, n_members=3) + rng.normal(size=(3, net.n_params))
    X, Y = rng.normal(size=(5, 2)), rng.normal(size=(5, 2))
    L, g = net.loss_and_grad(theta, X, Y)
    for i in range(3):
        one, its = net.loss_and_grad(theta[i], X, Y)
        close(L[i], one, SUM, "float64")
        close(g[i], its, SUM, "float64", scale=abs(its).max())


# Initial values that look at the data -------------------------------------------------------------


def test_unit_variance_gives_every_node_variance_1(rng):
    X = rng.normal(size=(200, 4)) * [1, 10, 0.1, 3] + 5
    layer = gn.Dense(4, 6, weights=gn.UnitVariance())
    net = gn.Network([layer], gn.SquaredError())
    theta = net.init(rng, X)
    close(net.scores(theta, X).std(axis=0), np.ones(6), SUM, "float64")


def test_unit_variance_without_data_and_without_variance(rng, new_rng):
    layer = gn.Dense(400, 50, weights=gn.UnitVariance())
    W, _ = gn.Network([layer], gn.SquaredError()).views(
        gn.Network([layer], gn.SquaredError()).init(new_rng())
    )[0]
    assert W.std() * 20 == pytest.approx(1, abs=0.05)  # 1 / sqrt(400)
    constant = gn.Network([layer], gn.SquaredError()).init(new_rng(), np.ones((3, 400)))
    assert np.array_equal(constant[: 400 * 50], W.ravel())


def test_hyperplane_bias_puts_zero_among_the_rows(rng):
    """Each node is 0 at a mixture of rows: of one row, at that row; else inside their range."""
    X, weights = rng.normal(size=(30, 3)), gn.UnitVariance()
    at_a_row = gn.Network(
        [gn.Dense(3, 8, weights=weights, biases=gn.HyperplaneBias(1))], gn.SquaredError()
    )
    Z = at_a_row.scores(at_a_row.init(rng, X), X)
    assert np.abs(Z).min(axis=0).max() < 1e-12
    inside = gn.Network([gn.Dense(3, 8, weights=weights, biases=gn.HyperplaneBias())],
                        gn.SquaredError())  # fmt: skip
    Z = inside.scores(inside.init(rng, X), X)
    assert (Z.min(axis=0) < 0).all()
    assert (Z.max(axis=0) > 0).all()
    without = inside.init(rng)
    assert not without[-8:].any()


def test_hyperplane_bias_is_a_uniform_mixture(rng):
    """Of two rows 0 and 1 with one column: s U with 5 draws has mean 1/2 and known variance.

    sum s_i B_i with s uniform on the simplex of 5 and B_i fair coins: variance
    E[sum s_i^2] / 4 = 5 * 2 / (5 * 6) / 4 = 1/12.
    """
    X, n = np.array([[0.0], [1.0]]), 4000
    b = gn.HyperplaneBias().for_data(rng, (n,), 1, n, X, np.ones((1, n)))
    assert b.mean() == pytest.approx(-0.5, abs=DRAWS * np.sqrt(1 / 12 / n))
    assert b.var() == pytest.approx(1 / 12, rel=0.15)
    assert b.min() >= -1 - 1e-12
    assert b.max() <= 0


def test_initial_values_from_data_of_members_differ(rng):
    layer = gn.Dense(2, 3, weights=gn.UnitVariance(), biases=gn.HyperplaneBias())
    net, X = gn.Network([layer, gn.Tanh(), layer.__class__(3, 1)], gn.SquaredError()), None
    X = rng.normal(size=(20, 2))
    theta = net.init(rng, X, n_members=4)
    assert len({tuple(row) for row in theta}) == 4
    close(net.activations(theta, X)[0].std(axis=-2), np.ones((4, 3)), SUM, "float64")
