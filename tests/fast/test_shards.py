"""Large steps in shards: what is cut where, and the same bits with any number of threads."""

from collections import deque

import numpy as np
import pytest

pytest.importorskip("numba")

from threadpoolctl import threadpool_limits

import glassnet as gn
import reference
from glassnet.fast import cuts, run_steps, shards
from glassnet.fast.cuts import n_shards


def train(net, dtype, *, n_rows=520, batch_size=260, engine=None, w=None, n_epochs=2, **named):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(n_rows, net.n_in)).astype(dtype)
    Y = reference.random_targets(net.loss_function, rng, n_rows, net.n_outputs).astype(dtype)
    theta = net.init(rng, dtype=dtype)
    chosen = {} if engine is None else {"run_steps": engine}
    weights = None if w is None else w[:n_rows].astype(dtype)
    epochs = gn.train(net, theta, X, Y, w=weights, batch_size=batch_size, rng=rng,
                      n_epochs=n_epochs, **chosen, **named)  # fmt: skip
    last = deque(epochs, maxlen=1).pop()
    return theta, last.loss, last.state


def wide(dropout=0.0):
    layers = [gn.Dense(90, 120), gn.Tanh(), gn.Dense(120, 100), gn.SiLU(), gn.Dense(100, 3)]
    if dropout:
        layers.insert(2, gn.Dropout(dropout))
    return gn.Network(layers, gn.CrossEntropy(), gn.Penalty(l1=0.01, l2=0.1))


@pytest.fixture
def sharded(monkeypatch):
    """Cut every step, so that small networks show it."""
    monkeypatch.setattr(shards, "STEP_OPERATIONS", 0)
    monkeypatch.setattr(cuts, "SHARD_ROWS", 64)
    monkeypatch.setattr(shards, "PART_PARAMETERS", 512)


def test_how_many_shards_depends_on_the_step_alone():
    table = [  # operations a row, batch: shards
        (1_000, 200, 1), (400_000, 32, 1), (400_000, 128, 2), (900_000, 512, 2),
        (900_000, 768, 2), (900_000, 1024, 4), (900_000, 1 << 20, 8), (10**9, 64, 1),
        (300, 1 << 20, 8), (930, 1500, 4),
    ]  # fmt: skip
    for operations, batch_size, expected in table:
        assert n_shards(operations, batch_size, 1_000_000) == expected


@pytest.mark.parametrize("net", [wide(), wide(dropout=0.3)], ids=["plain", "dropout"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_one_thread_and_two_give_the_same_bits(net, dtype, sharded):
    w = np.random.default_rng(0).integers(0, 3, 520)
    results = []
    for n in (1, 2, 3):
        with threadpool_limits(limits=n, user_api="blas"):
            results.append(train(net, dtype, engine=run_steps, w=w, max_grad_norm=0.5))
    (theta, loss, state), *others = results
    for other, other_loss, other_state in others:
        np.testing.assert_array_equal(theta, other)
        assert loss == other_loss
        for name, slot in state.slots.items():
            np.testing.assert_array_equal(slot, other_state.slots[name])


@pytest.mark.parametrize("net", [wide(), wide(dropout=0.3)], ids=["plain", "dropout"])
def test_shards_equal_core(net, sharded):
    w = np.random.default_rng(0).integers(0, 3, 520)
    w[:260] *= np.arange(260) % 2
    ours, loss, state = train(net, "float64", engine=run_steps, w=w, shuffle=False)
    core, core_loss, core_state = train(net, "float64", w=w, shuffle=False)
    np.testing.assert_allclose(ours, core, rtol=1e-10, atol=1e-12)
    assert loss == pytest.approx(core_loss, rel=1e-12)
    for name in ("step", "position", "counted", "epoch"):
        assert getattr(state, name) == getattr(core_state, name)
    assert state.rng.random() == core_state.rng.random()


@pytest.mark.parametrize("net", [wide(), wide(dropout=0.3)], ids=["plain", "dropout"])
def test_a_last_batch_too_short_for_all_shards(net, sharded):
    """40 rows are 5 vectors: three of four shards take them."""
    named = {"n_rows": 300, "batch_size": 260, "shuffle": False}
    ours, loss, _ = train(net, "float64", engine=run_steps, **named)
    core, core_loss, _ = train(net, "float64", **named)
    np.testing.assert_allclose(ours, core, rtol=1e-10, atol=1e-12)
    assert loss == pytest.approx(core_loss, rel=1e-12)


def test_a_batch_without_weight_and_a_short_last_one(sharded):
    w = np.ones(500)
    w[200:400] = 0
    named = {"n_rows": 500, "batch_size": 200, "w": w, "shuffle": False}
    ours, _, state = train(wide(), "float64", engine=run_steps, **named)
    core, _, core_state = train(wide(), "float64", **named)
    np.testing.assert_allclose(ours, core, rtol=1e-10, atol=1e-12)
    assert (state.step, state.counted) == (core_state.step, core_state.counted) == (4, 300)


@pytest.mark.parametrize("what", ["loss", "parameter"])
def test_divergence_is_the_same(what, sharded):
    net = gn.Network([gn.Dense(80, 110), gn.Identity(), gn.Dense(110, 2)], gn.SquaredError())
    optimizer = gn.GradientDescent(1e30 if what == "loss" else 1e306)
    errors = []
    for engine in (run_steps, None):
        with pytest.raises(gn.DivergenceError) as caught:
            train(net, "float64", engine=engine, optimizer=optimizer, n_epochs=50)
        errors.append(caught.value)
    ours, core = errors
    assert str(ours) == str(core)
    np.testing.assert_allclose(ours.theta, core.theta, rtol=1e-10)


def test_rows_that_are_not_there_are_refused(sharded):
    net = wide()
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 90))
    Y = reference.random_targets(net.loss_function, rng, 200, 3)
    theta = net.init(rng)
    steps = gn.train(net, theta, X, Y, batch_size=200, rng=rng, run_steps=run_steps)
    state = next(steps).state
    state.order[7] = 10**12
    with pytest.raises(IndexError, match="outside 0 to 199"):
        deque(steps, maxlen=0)
