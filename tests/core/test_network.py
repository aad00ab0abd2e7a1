"""Networks: one flat vector, its views, ensembles, and the pass forward."""

import copy
import pickle
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import glassnet as gn
import reference
from tolerances import SUM, close


def network(loss=None, penalty=None):
    layers = [gn.Dense(2, 4), gn.Tanh(), gn.Dense(4, 3), gn.GELU(), gn.Dense(3, 3)]
    return gn.Network(layers, loss or gn.SquaredError(), penalty)


# Theta and its views ----------------------------------------------------------------------------


def test_layout_of_theta():
    net = gn.Network([gn.Dense(2, 3), gn.ReLU(), gn.Dense(3, 1)], gn.SquaredError())
    assert net.n_params == 2 * 3 + 3 + 3 + 1
    assert (net.n_in, net.n_outputs) == (2, 1)
    (W, b), none, (W2, b2) = net.views(np.arange(13.0))
    assert W.tolist() == [[0, 1, 2], [3, 4, 5]]  # row by row, then b
    assert b.tolist() == [6, 7, 8]
    assert none == ()
    assert W2.tolist() == [[9], [10], [11]]
    assert b2.tolist() == [12]
    assert net.decays.tolist() == [1] * 6 + [0] * 3 + [1] * 3 + [0]
    assert net.learning_rates is None


def test_views_share_memory(dtype):
    net = network()
    theta = np.zeros(net.n_params, dtype)
    for i, array in enumerate(v for layer in net.views(theta) for v in layer):
        assert np.shares_memory(array, theta)
        assert array.dtype == dtype
        array[...] = i + 1
    assert theta.tolist() == [1] * 8 + [2] * 4 + [3] * 12 + [4] * 3 + [5] * 9 + [6] * 3
    theta[:] = 7
    assert all((v == 7).all() for layer in net.views(theta) for v in layer)


@pytest.mark.parametrize("make", [
    lambda theta: np.repeat(theta, 2)[::2],
    lambda theta: theta[::-1].copy()[::-1],
    lambda theta: np.asfortranarray(np.stack([theta, theta]))[0],
])  # fmt: skip
def test_views_into_a_theta_with_gaps(make, rng):
    net = network()
    theta = make(rng.normal(size=net.n_params))
    for layer in net.views(theta):
        for array in layer:
            assert np.shares_memory(array, theta)
            array[...] = 0
    assert (theta == 0).all()


@pytest.mark.parametrize("order", ["C", "F"])
def test_views_of_an_ensemble(order):
    net = network()
    theta = np.zeros((5, net.n_params), order=order)
    (W, b), *_ = net.views(theta)
    assert (W.shape, b.shape) == ((5, 2, 4), (5, 4))
    W[3], b[3] = 1, 2
    assert theta[3, :12].tolist() == [1] * 8 + [2] * 4
    assert theta.sum() == 8 + 8


def test_reference_unpacks_the_same(rng):
    net = network()
    theta = rng.normal(size=net.n_params)
    for views, params in zip(net.views(theta), reference.unpack(net.layers, theta), strict=True):
        if params is None:
            assert views == ()
        else:
            assert views[0].tolist() == params[0]
            assert views[1].tolist() == params[1]


# Initial values ---------------------------------------------------------------------------------


@pytest.mark.parametrize("source", [np.random.default_rng, np.random.RandomState])
def test_init_repeats_and_float32_is_float64_rounded(source, new_rng):
    net = network()
    theta = net.init(new_rng(source))
    assert theta.dtype == np.float64
    assert theta.shape == (net.n_params,)
    assert (net.init(new_rng(source)) == theta).all()
    rounded = net.init(new_rng(source), dtype=np.float32)
    assert rounded.dtype == np.float32
    assert (rounded == theta.astype(np.float32)).all()


def test_init_draws_layer_by_layer_weights_before_biases(new_rng):
    layers = [gn.Dense(2, 3, gn.He(), gn.Normal(0.1)), gn.ReLU(), gn.Dense(3, 1)]
    net, rng = gn.Network(layers, gn.SquaredError()), new_rng()
    expected = np.concatenate([
        rng.normal(0, 1.0, 6),  # He: sqrt(2 / 2)
        rng.normal(0, 0.1, 3),
        rng.uniform(-np.sqrt(6 / 4), np.sqrt(6 / 4), 3),
        [0.0],
    ])  # fmt: skip
    assert net.init(new_rng()) == pytest.approx(expected, rel=1e-14)


def test_init_of_an_ensemble(rng, dtype):
    theta = network().init(rng, dtype=dtype, n_members=4)
    assert theta.shape == (4, network().n_params)
    assert theta.dtype == dtype
    assert len({row.tobytes() for row in theta}) == 4
    assert (theta[:, 8:12] == 0).all()  # biases of the first layer


@dataclass(frozen=True)
class Centered(gn.Layer):
    """Shifts each column by a parameter that begins at minus the mean of the rows."""

    n: int
    seen: Any = None

    @property
    def parameters(self):
        return (gn.Parameter("s", (self.n,), learning_rate=0.5, decay=False),)

    @property
    def n_in(self):
        return self.n

    n_out = n_in

    def init(self, params, X, rng):
        (s,) = params
        s[...] = 0 if X is None else -X.mean(axis=0)

    def forward(self, params, X, step):
        (s,) = params
        if step is not None and self.seen is not None:
            self.seen.append((step.t, X[:, 0].tolist()))
        return X + s[..., np.newaxis, :], None

    def backward(self, dY, cache, params, d_params, need_dX=True):
        (ds,) = d_params
        ds[...] = dY.sum(axis=-2)
        return dY if need_dX else None


def test_a_layer_that_looks_at_the_data(rng):
    layers = [gn.Dense(3, 2), Centered(2), gn.Tanh(), gn.Dense(2, 1)]
    net, X = gn.Network(layers, gn.SquaredError()), rng.normal(size=(50, 3)) + 5
    assert net.init(rng)[8:10].tolist() == [0, 0]
    theta = net.init(rng, X)
    assert np.abs(net.activations(theta, X)[1].mean(axis=0)).max() < 1e-12


def test_a_layer_with_a_learning_rate_of_its_own(rng):
    net = gn.Network([gn.Dense(2, 2), Centered(2), gn.Dense(2, 1)], gn.SquaredError())
    factors = [1] * 6 + [0.5] * 2 + [1] * 3
    assert net.learning_rates.tolist() == factors
    theta, X, Y = net.init(rng), rng.normal(size=(4, 2)), rng.normal(size=(4, 1))
    before, (_, g) = theta.copy(), net.loss_and_grad(theta, X, Y)
    next(gn.train(net, theta, X, Y, optimizer=gn.GradientDescent(0.1), batch_size=4, rng=rng))
    close(theta, before - 0.1 * np.array(factors) * g, SUM, "float64")


def test_a_layer_sees_its_progress_in_training_only(rng):
    seen = []
    net = gn.Network([Centered(1, seen), gn.Dense(1, 1)], gn.SquaredError())
    theta, X, Y = np.zeros(3), rng.normal(size=(5, 1)), rng.normal(size=(5, 1))
    for _ in gn.train(net, theta, X, Y, batch_size=2, rng=rng, n_epochs=2):
        net.loss(theta, X, Y)
        net.predict(theta, X)
    assert [t for t, _ in seen] == pytest.approx([0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6])
    seen.clear()
    for epoch in gn.train(net, theta, X, Y, batch_size=2, rng=rng):
        if epoch.number == 3:
            break
    assert [t for t, _ in seen] == [0] * 9  # open-ended
    net.loss_and_grad(theta, X, Y)
    assert len(seen) == 9


# The pass forward -------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", gn.LOSSES, ids=repr)
def test_activations_scores_and_predict(loss, dtype, rng):
    net = network(loss)
    theta, X = rng.normal(size=net.n_params).astype(dtype), rng.normal(size=(4, 2)).astype(dtype)
    outputs = net.activations(theta, X)
    expected = reference.forward(net.layers, theta, X)[1:]
    assert len(outputs) == len(net.layers)
    for found, naive in zip(outputs, expected, strict=True):
        assert found.dtype == dtype
        close(found, naive, SUM, dtype, scale=4)
    assert (net.scores(theta, X) == outputs[-1]).all()
    assert (net.predict(theta, X) == loss.inverse_link(outputs[-1])).all()
    L, _ = net.loss_and_grad(theta, X, reference.random_targets(loss, rng, 4, 3).astype(dtype))
    assert isinstance(L, float)


@pytest.mark.parametrize("depth", range(1, 6))
def test_any_depth(depth, rng):
    layers = []
    for _ in range(depth - 1):
        layers += [gn.Dense(3, 3), gn.Tanh()]
    net = gn.Network([*layers, gn.Dense(3, 1)], gn.SquaredError(), gn.Penalty(0.1, 0.1))
    theta = rng.normal(size=net.n_params)
    X, Y = rng.normal(size=(4, 3)), rng.normal(size=(4, 1))
    L, g = net.loss_and_grad(theta, X, Y)
    expected_L, expected_g = reference.loss_and_grad(
        net.layers, net.loss_function, theta, X, Y, penalty=net.penalty
    )
    close(L, expected_L, SUM, "float64")
    close(g, expected_g, SUM, "float64")
    assert net.loss(theta, X, Y) == L


def test_one_output_node_of_regression(rng):
    net = gn.Network([gn.Dense(1, 1)], gn.SquaredError())
    assert net.predict(np.array([2.0, 1.0]), np.array([[3.0]])).tolist() == [[7.0]]


def test_one_output_node_of_binary_classification():
    net = gn.Network([gn.Dense(1, 1)], gn.BinaryCrossEntropy())
    theta, X = np.array([np.log(3.0), 0.0]), np.array([[1.0], [0.0], [-1.0]])
    assert net.predict(theta, X).ravel() == pytest.approx([0.75, 0.5, 0.25])
    L = net.loss(theta, X, np.array([[1.0], [1.0], [0.0]]))
    assert pytest.approx(-(2 * np.log(0.75) + np.log(0.5)) / 3) == L


def test_a_network_without_dense_layers_is_only_layers():
    net = gn.Network([gn.ReLU()], gn.SquaredError())
    assert (net.n_params, net.n_in, net.n_outputs) == (0, None, None)


def test_dropout_only_with_a_step(new_rng):
    layers = [gn.Dense(2, 30), gn.Tanh(), gn.Dropout(0.5), gn.Dense(30, 1)]
    net, rng = gn.Network(layers, gn.SquaredError()), new_rng()
    theta, X, Y = net.init(rng), rng.normal(size=(3, 2)), rng.normal(size=(3, 1))
    L, _ = net.loss_and_grad(theta, X, Y)
    assert net.loss(theta, X, Y) == L
    with_masks = [net.loss_and_grad(theta, X, Y, step=gn.Step(new_rng())) for _ in range(2)]
    assert with_masks[0][0] == with_masks[1][0] != L
    masks = reference.draw_masks([*layers], 3, new_rng())
    expected = reference.loss_and_grad(layers, net.loss_function, theta, X, Y, masks=masks)
    close(with_masks[0][0], expected[0], SUM, "float64")
    close(with_masks[0][1], expected[1], SUM, "float64")


class SparseRows:
    """The least that X may be: shape, dtype, mT, rows by number, and matrix products."""

    def __init__(self, X):
        self.X, self.shape, self.dtype = X, X.shape, X.dtype

    @property
    def mT(self):
        return SparseRows(self.X.mT)

    def __getitem__(self, rows):
        return SparseRows(self.X[rows])

    def __matmul__(self, other):
        return self.X @ other


def test_rows_that_are_no_array(new_rng):
    net, rng = network(), new_rng()
    theta, X, Y = net.init(rng), rng.normal(size=(6, 2)), rng.normal(size=(6, 3))
    thetas = []
    for rows in (X, SparseRows(X)):
        start = theta.copy()
        assert (net.scores(start, rows) == net.scores(theta, X)).all()
        list(gn.train(net, start, rows, Y, batch_size=4, rng=new_rng(), n_epochs=2))
        thetas.append(start)
    assert (thetas[0] == thetas[1]).all()


# In pieces --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counting(gn.Identity):
    """Notes how many rows it is given at a time."""

    seen: Any = None

    def value(self, Z):
        self.seen.append(Z.shape[-2])
        return Z


@pytest.fixture
def three_rows_at_a_time(monkeypatch):
    monkeypatch.setattr("glassnet.core.network.PIECE_ROWS", (1, 3))


@pytest.mark.parametrize("n_members", [None, 2])
@pytest.mark.parametrize("n_rows", [1, 2, 3, 4, 8, 9])
def test_rows_go_through_in_pieces(n_rows, n_members, dtype, rng, three_rows_at_a_time):
    seen = []
    net = network(gn.CrossEntropy())
    counting = gn.Network([Counting(seen=seen), *net.layers], net.loss_function)
    theta, X = net.init(rng, dtype=dtype, n_members=n_members), rng.normal(size=(n_rows, 2))
    X = X.astype(dtype)
    members = [theta] if n_members is None else theta
    expected = np.array([reference.forward(net.layers, member, X)[-1] for member in members])
    Z = counting.scores(theta, X)
    assert seen == [3] * (n_rows // 3) + [n_rows % 3] * (n_rows % 3 > 0)
    assert Z.dtype == dtype
    assert Z.flags.c_contiguous
    close(Z, expected[0] if n_members is None else expected, SUM, dtype, scale=4)
    close(counting.predict(theta, X), net.loss_function.inverse_link(Z), SUM, dtype)
    outputs = counting.activations(theta, X)
    assert len(outputs) == len(counting.layers)
    assert (outputs[0] == X).all()
    assert (outputs[-1] == Z).all()
    thin = counting.scores(theta, SparseRows(X))
    assert (thin == Z).all()


def test_pieces_of_a_wide_network_and_of_many_members_have_fewer_rows(monkeypatch, rng):
    monkeypatch.setattr("glassnet.core.network.PIECE", 60)
    monkeypatch.setattr("glassnet.core.network.PIECE_ROWS", (2, 7))
    seen = []
    counting = Counting(seen=seen)
    for sizes, n_members, n_rows in [
        ((2, 3, 1), None, 7), ((2, 10, 1), None, 6), ((12, 2, 1), None, 5), ((2, 3, 15), None, 4),
        ((2, 10, 1), 2, 3), ((2, 100, 1), None, 2), ((2, 100, 1), 9, 2),
    ]:  # fmt: skip
        first, hidden, last = sizes
        layers = [counting, gn.Dense(first, hidden), gn.Tanh(), gn.Dense(hidden, last)]
        net = gn.Network(layers, gn.SquaredError())
        net.scores(net.init(rng, n_members=n_members), rng.normal(size=(20, first)))
        assert seen[0] == n_rows, sizes
        seen.clear()


def test_a_link_of_ones_own(rng, three_rows_at_a_time):
    net = network(gn.CrossEntropy())
    theta, X = net.init(rng), rng.normal(size=(7, 2))
    largest = net.predict(theta, X, link=lambda Z: Z.max(axis=-1, keepdims=True))
    assert (largest == net.scores(theta, X).max(axis=-1, keepdims=True)).all()


@pytest.mark.parametrize("method", ["scores", "predict", "activations"])
@pytest.mark.parametrize("row", [0, 3, 7])
def test_a_number_that_is_not_finite_is_named_by_its_row(row, method, rng, three_rows_at_a_time):
    net, X = network(), rng.normal(size=(8, 2))
    X[row, 1] = np.nan
    X[7, 0] = np.inf
    expected = rf"X\[{row}, {0 if row == 7 else 1}\] is .*2 of 16 numbers"
    with pytest.raises(gn.DataError, match=expected):
        getattr(net, method)(net.init(rng), X)


@pytest.mark.parametrize("n_members", [None, 2])
@pytest.mark.parametrize(("n_rows", "in_columns"), [(4096, False), (4097, True)])
def test_dense_predicts_what_it_gives_forward(n_rows, in_columns, n_members, dtype, rng):
    layer, lead = gn.Dense(3, 5), () if n_members is None else (n_members,)
    W = rng.normal(size=(*lead, 3, 5)).astype(dtype)
    b = rng.normal(size=(*lead, 5)).astype(dtype)
    X = rng.normal(size=(n_rows, 3)).astype(dtype)
    Z = layer.predict((W, b), X)
    close(Z, layer.forward((W, b), X, None)[0], SUM, dtype)
    assert Z.dtype == dtype
    assert Z.mT.flags.c_contiguous == in_columns
    for rows in (np.asfortranarray(X), SparseRows(X)):
        close(layer.predict((W, b), rows), Z, SUM, dtype)


@dataclass(frozen=True)
class Doubled(gn.Dense):
    """A layer of one's own, by its pass forward alone."""

    def forward(self, params, X, step):
        Z, cache = super().forward(params, X, step)
        return 2 * Z, cache


def test_another_pass_forward_is_also_that_of_prediction(rng):
    theta, X = rng.normal(size=6), rng.normal(size=(3, 2))
    plain, doubled = (gn.Network([kind(2, 2)], gn.SquaredError()) for kind in (gn.Dense, Doubled))
    assert (doubled.scores(theta, X) == 2 * plain.scores(theta, X)).all()


# Ensembles --------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", gn.LOSSES, ids=repr)
def test_an_ensemble_is_each_member_on_its_own(loss, dtype, rng):
    net = network(loss, gn.Penalty(0.1, 0.2))
    theta = rng.normal(scale=0.7, size=(3, net.n_params)).astype(dtype)
    X = rng.normal(size=(5, 2)).astype(dtype)
    Y = reference.random_targets(loss, rng, 5, 3).astype(dtype)
    w = rng.uniform(0, 2, size=5).astype(dtype)
    L, g = net.loss_and_grad(theta, X, Y, w)
    assert L.shape == (3,)
    assert g.shape == theta.shape
    assert (net.loss(theta, X, Y, w) == L).all()
    assert net.scores(theta, X).shape == (3, 5, 3)
    for member in range(3):
        L_one, g_one = net.loss_and_grad(theta[member], X, Y, w)
        close(L[member], L_one, SUM, dtype)
        close(g[member], g_one, SUM, dtype)
        close(net.predict(theta, X)[member], net.predict(theta[member], X), SUM, dtype)


# A network is a value ---------------------------------------------------------------------------


def test_a_network_holds_nothing_that_training_changes(rng):
    net = network()
    same = pickle.loads(pickle.dumps(net))
    theta, X, Y = net.init(rng), rng.normal(size=(4, 2)), rng.normal(size=(4, 3))
    list(gn.train(net, theta, X, Y, rng=rng, n_epochs=2))
    assert net == same == copy.deepcopy(net)
    assert hash(net) == hash(same)
    assert repr(net).startswith("Network(layers=(Dense(n_in=2, n_out=4")
    assert same.loss(theta, X, Y) == net.loss(theta, X, Y)


@pytest.mark.parametrize("name", ["layers", "loss_function", "penalty", "n_params"])
def test_a_network_is_frozen(name):
    with pytest.raises(AttributeError):
        setattr(network(), name, None)


@pytest.mark.parametrize(
    "thing",
    [*(kind() for kind in gn.ACTIVATIONS), *gn.LOSSES, *(kind() for kind in gn.OPTIMIZERS),
     *gn.SCHEDULES, gn.Dense(2, 1), gn.Dropout(0.5), gn.Penalty(), gn.Normal(), gn.Zeros()],
    ids=repr,
)  # fmt: skip
def test_the_parts_are_frozen_values(thing):
    same = pickle.loads(pickle.dumps(thing))
    assert same == thing == copy.deepcopy(thing)
    assert hash(same) == hash(thing)
    for name in [*getattr(thing, "__dataclass_fields__", ()), "new"]:
        with pytest.raises((AttributeError, TypeError)):
            setattr(thing, name, 1)


def test_arguments_are_left_alone(rng):
    net = network(penalty=gn.Penalty(0.1, 0.1))
    arrays = net.init(rng), rng.normal(size=(4, 2)), rng.normal(size=(4, 3)), np.ones(4)
    before = [a.copy() for a in arrays]
    net.loss_and_grad(*arrays)
    net.loss(*arrays)
    net.predict(*arrays[:2])
    assert all((a == b).all() for a, b in zip(arrays, before, strict=True))


def test_lists_are_arrays_of_float64():
    net = gn.Network([gn.Dense(1, 1)], gn.SquaredError())
    assert net.loss([2.0, 1.0], [[1.0], [2.0]], [[3.0], [4.0]], [1.0, 0.0]) == 0


@dataclass(frozen=True)
class Asked(gn.Dense):
    """Notes whether it was asked for the derivative by its input."""

    asked: Any = None

    def backward(self, dY, cache, params, d_params, need_dX=True):
        self.asked.append(need_dX)
        return super().backward(dY, cache, params, d_params, need_dX)


def test_nobody_asks_for_the_derivative_by_the_data(rng):
    """The first layer's would be a wasted product, as large as any other."""
    asked = []
    layers = [Asked(2, 3, asked=asked), gn.Tanh(), Asked(3, 1, asked=asked)]
    net = gn.Network(layers, gn.SquaredError())
    net.loss_and_grad(net.init(rng), rng.normal(size=(4, 2)), rng.normal(size=(4, 1)))
    assert asked == [True, False]  # backward: the last layer first


@pytest.mark.parametrize("n_rows", [1, 600])
def test_a_prediction_never_shares_memory_with_its_rows(n_rows):
    net = gn.Network([gn.Identity(), gn.Scale(2)], loss=gn.SquaredError())
    bare = gn.Network([gn.Identity(), gn.Scale(2), gn.Identity()], loss=gn.SquaredError())
    X = np.ones((n_rows, 2))
    for one in (net, bare):
        assert not np.may_share_memory(one.predict(np.ones(2), X), X)
    assert not np.may_share_memory(net.predict(np.ones(2), X, link=lambda Z: X[: len(Z)]), X)
