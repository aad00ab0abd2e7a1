"""The embeddings and blocks of columns: by hand, by naive loops, by finite differences."""

import math

import numpy as np
import pytest

import glassnet as gn
from tolerances import GRADIENT, SUM, close


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_periodic_embedding_beside_naive_loops(dtype, rng):
    layer = gn.PeriodicEmbedding(2, n_frequencies=3, n_numbers=2)
    shapes = [one.shape for one in layer.parameters]
    assert shapes == [(2, 3), (2, 3), (2, 3, 2), (2, 2)]
    f, c, mix, d = params = [rng.normal(size=shape).astype(dtype) for shape in shapes]
    X = rng.normal(size=(4, 2)).astype(dtype)
    expected = []
    for row in X.tolist():
        out = []
        for k, x in enumerate(row):
            waves = [math.cos(2 * math.pi * f[k, m] * x + c[k, m]) for m in range(3)]
            mixed = [sum(waves[m] * mix[k, m, j] for m in range(3)) + d[k, j] for j in range(2)]
            out += [x, *mixed]
        expected.append(out)
    Y, _ = layer.forward(tuple(params), X, None)
    assert Y.dtype == dtype
    close(Y, expected, SUM, dtype)


def test_periodic_embedding_begins_as_stated(rng):
    layer = gn.PeriodicEmbedding(200, scale=0.1)
    params = tuple(np.empty(one.shape) for one in layer.parameters)
    layer.init(params, None, rng)
    f, c, mix, d = params
    assert f.std() == pytest.approx(0.1, rel=0.1)
    assert abs(f.mean()) < 0.01
    assert c.std() == pytest.approx(2 * math.pi / math.sqrt(12), rel=0.1)
    assert abs(c).max() <= math.pi
    for one in (mix, d):
        assert abs(one).max() <= 0.25
        assert one.std() == pytest.approx(0.5 / math.sqrt(12), rel=0.1)
    assert [one.decay for one in layer.parameters] == [1, 0, 1, 0]


def test_category_embedding_by_hand():
    layer, vectors = gn.CategoryEmbedding(3, size=2), np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    X = np.array([[3.0], [0.0], [1.0], [3.0]])
    Y, cache = layer.forward((vectors,), X, None)
    assert Y.tolist() == [[5, 6], [0, 0], [1, 2], [5, 6]]
    d = np.full((3, 2), np.nan)
    dY = np.array([[1.0, 10.0], [7.0, 7.0], [2.0, 20.0], [3.0, 30.0]])
    dX = layer.backward(dY, cache, (vectors,), (d,))
    assert d.tolist() == [[2, 20], [0, 0], [4, 40]]
    assert dX.tolist() == [[0]] * 4


def network():
    columns = gn.Columns(
        (
            (2, gn.PeriodicEmbedding(2, n_frequencies=3, n_numbers=2)),
            (1, gn.Identity()),
            (1, gn.CategoryEmbedding(4, size=2)),
            (1, gn.CategoryEmbedding(2, size=3)),
        )
    )
    layers = [columns, gn.Scale(12), gn.Dense(12, 3), gn.MixedActivation(gn.Tanh(), 3)]
    return gn.Network([*layers, gn.Dense(3, 2)], gn.SquaredError(), gn.Penalty(l2=0.1))


def rows(rng, n=6):
    X = rng.normal(size=(n, 5))
    X[:, 3], X[:, 4] = rng.integers(0, 5, n), rng.integers(0, 3, n)
    return X


def test_gradients_of_a_whole_network(rng):
    net = network()
    theta, X = rng.normal(scale=0.5, size=net.n_params), rows(rng)
    assert gn.gradcheck(net, theta, X, rng.normal(size=(6, 2))).relative_error < GRADIENT


def test_gradients_of_the_input(rng):
    """With a dense layer before it, the embedding hands back what its input gets."""
    embedding = gn.PeriodicEmbedding(2, n_frequencies=3, n_numbers=2)
    blocks = gn.Columns(((2, embedding), (1, gn.Tanh())))
    net = gn.Network([gn.Dense(2, 3), blocks, gn.Dense(7, 1)], gn.SquaredError())
    theta = rng.normal(scale=0.5, size=net.n_params)
    X, Y = rng.normal(size=(4, 2)), rng.normal(size=(4, 1))
    assert gn.gradcheck(net, theta, X, Y).relative_error < GRADIENT


def test_members_of_an_ensemble_are_networks_of_their_own(rng):
    net = network()
    theta, X, Y = rng.normal(size=(3, net.n_params)), rows(rng), rng.normal(size=(6, 2))
    L, g = net.loss_and_grad(theta, X, Y)
    for i in range(3):
        one, its = net.loss_and_grad(theta[i], X, Y)
        close(L[i], one, SUM, "float64", scale=one)
        close(g[i], its, SUM, "float64", scale=abs(its).max())


def test_columns_say_what_does_not_fit():
    with pytest.raises(gn.ShapeError, match=r"Scale\(n_in=2.*takes 2 columns, its block 3"):
        gn.Columns(((3, gn.Scale(2)),))
    with pytest.raises(gn.ParameterError, match="at least one layer"):
        gn.Columns(())
