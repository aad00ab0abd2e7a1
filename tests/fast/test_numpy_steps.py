"""NumPy's steps in shards: core's results, the same bits with any number of threads."""

from collections import deque

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import glassnet as gn
import reference
from glassnet.fast import cuts, numpy_steps
from glassnet.fast.numpy_steps import run_steps
from tolerances import AN_EPOCH


@pytest.fixture
def sharded(monkeypatch):
    """Cut every step, so that small networks show it."""
    monkeypatch.setattr(numpy_steps, "STEP_OPERATIONS", 0)
    monkeypatch.setattr(numpy_steps, "UPDATE_PARAMETERS", 0)
    monkeypatch.setattr(numpy_steps, "PART_PARAMETERS", 512)
    monkeypatch.setattr(cuts, "SHARD_ROWS", 32)


def made(*layers, loss=None):
    return gn.Network(layers, loss or gn.CrossEntropy(), gn.Penalty(l1=0.01, l2=0.1))


PLAIN = made(gn.Dense(20, 50), gn.Tanh(), gn.Dense(50, 30), gn.ReLU(), gn.Dense(30, 3))


def train(net, engine, *, n_rows=400, dtype="float64", n_threads=2, w=None, **named):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(n_rows, net.n_in)).astype(dtype)
    Y = reference.random_targets(net.loss_function, rng, n_rows, net.n_outputs).astype(dtype)
    theta = net.init(rng, dtype=dtype)
    chosen = {} if engine is None else {"run_steps": engine}
    named = {"batch_size": 150, "n_epochs": 2, **named}
    with threadpool_limits(limits=n_threads, user_api="blas"):
        epochs = gn.train(net, theta, X, Y, w=w, rng=rng, **chosen, **named)
        last = deque(epochs, maxlen=1).pop()
    return theta, last


@pytest.mark.parametrize("loss", gn.LOSSES, ids=repr)
@pytest.mark.parametrize("weighted", [False, True])
def test_shards_equal_core(loss, weighted, sharded):
    """With a batch of weights 0, a shard of weights 0, and a short last batch."""
    w = np.random.default_rng(0).integers(0, 3, 400).astype(float) if weighted else None
    if weighted:
        w[:150] = 0
        w[150:200] = 0
    net = made(*PLAIN.layers, loss=loss)
    optimizer = gn.Momentum(0.01)
    named = {"w": w, "shuffle": False, "max_grad_norm": 0.5, "optimizer": optimizer}
    ours, last = train(net, run_steps, **named)
    core, core_last = train(net, None, **named)
    np.testing.assert_allclose(ours, core, rtol=0, atol=AN_EPOCH["float64"] * np.abs(core).max())
    for name in ("loss", "penalty", "gradient_norm"):
        assert getattr(last, name) == pytest.approx(getattr(core_last, name), rel=1e-12)
    for name in ("step", "position", "counted", "epoch"):
        assert getattr(last.state, name) == getattr(core_last.state, name)


@pytest.mark.parametrize("optimizer", [kind() for kind in gn.OPTIMIZERS], ids=repr)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_any_number_of_threads_gives_the_same_bits(optimizer, dtype, sharded):
    one, *others = [
        train(PLAIN, run_steps, n_threads=n, dtype=dtype, optimizer=optimizer)[0] for n in (1, 2, 3)
    ]
    for other in others:
        np.testing.assert_array_equal(one, other)


class OfTheBatch(gn.Layer):
    """A layer that looks at the whole batch: cut in shards, it would see another mean."""

    def forward(self, params, X, step):
        return X - X.mean(axis=0), None

    def backward(self, dY, cache, params, d_params, need_dX=True):
        return dY - dY.mean(axis=0)


@pytest.mark.parametrize("layer", [gn.Dropout(0.3), OfTheBatch()], ids=["draws", "looks"])
def test_what_needs_the_whole_batch_stays_whole(layer, sharded):
    net = made(gn.Dense(20, 8), layer, gn.Dense(8, 3))
    ours, _ = train(net, run_steps, n_threads=1)
    core, _ = train(net, None, n_threads=1)
    np.testing.assert_array_equal(ours, core)


def test_small_steps_stay_whole():
    np.testing.assert_array_equal(
        train(PLAIN, run_steps, n_threads=1)[0], train(PLAIN, None, n_threads=1)[0]
    )


def test_divergence_is_the_same(sharded):
    errors = []
    for engine in (run_steps, None):
        with pytest.raises(gn.DivergenceError) as caught:
            train(PLAIN, engine, optimizer=gn.GradientDescent(1e200), n_epochs=9, n_threads=1)
        errors.append(caught.value)
    assert str(errors[0]) == str(errors[1])
    np.testing.assert_allclose(errors[0].theta, errors[1].theta, rtol=1e-10)


def test_blas_has_one_thread_in_all_threads_and_gets_the_others_back(sharded, monkeypatch):
    seen = []
    whole = gn.Network.backpropagate

    def noting(self, *args):
        seen.extend(one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas")
        return whole(self, *args)

    monkeypatch.setattr(gn.Network, "backpropagate", noting)
    with threadpool_limits(limits=2, user_api="blas"):
        train(PLAIN, run_steps)
        after = {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}
    assert set(seen) == {1}
    assert after == {2}
