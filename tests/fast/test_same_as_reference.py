"""Whole trainings of an epoch: compiled, by core, and by the slow loops of tests/reference.py."""

import dataclasses

import numpy as np
import pytest

import glassnet as gn
from fast.comparison import (
    DENSE,
    assert_identical,
    compare,
    compare_with_core,
    every,
    problem,
    trained,
)
from glassnet.fast import run_steps

SOURCES = [np.random.default_rng, np.random.RandomState]


# Every row of every table -----------------------------------------------------------------------


@every("activation", [kind() for kind in gn.ACTIVATIONS])
def test_every_activation(activation, dtype, new_rng):
    """Scores on both sides of every bend: theta is large."""
    layers = [gn.Dense(3, 6), activation, gn.Dense(6, 2)]
    net, theta, X, Y, _ = problem(new_rng(), dtype, layers, scale=1.5)
    compare(net, theta, X, Y, new_rng, dtype, optimizer=gn.GradientDescent(0.01))


@every("loss", gn.LOSSES)
def test_every_loss(loss, dtype, new_rng):
    net, theta, X, Y, w = problem(new_rng(), dtype, loss=loss, weighted=True)
    for weights in (None, w):
        compare(net, theta, X, Y, new_rng, dtype, w=weights)


@pytest.mark.parametrize("n_classes", [(1,), (2,), (4, 1, 3), (1, 1, 1, 1), (20, 9)], ids=repr)
def test_joint_cross_entropy_of_any_blocks(n_classes, dtype, new_rng):
    layers = [gn.Dense(3, 4), gn.Tanh(), gn.Dense(4, sum(n_classes))]
    net, theta, X, Y, w = problem(
        new_rng(), dtype, layers, gn.JointCrossEntropy(n_classes, 0.1), weighted=True
    )
    compare(net, theta, X, Y, new_rng, dtype, w=w)


def test_targets_between_the_classes(dtype, new_rng):
    """Rows of probabilities, parts of a yes, counts that are not whole."""
    for loss, y in [
        (gn.CrossEntropy(0.1), new_rng().dirichlet([1, 1, 1], size=11)),
        (gn.BinaryCrossEntropy(0.1), new_rng().uniform(size=(11, 3))),
        (gn.Poisson(), new_rng().exponential(size=(11, 3))),
    ]:
        net, theta, X, _, _ = problem(new_rng(), dtype, loss=loss)
        Y = y.astype(dtype)
        if isinstance(loss, gn.CrossEntropy):
            Y[:, 2] = 1 - Y[:, 0] - Y[:, 1]
        compare(net, theta, X, Y, new_rng, dtype)


@every("optimizer", [kind() for kind in gn.OPTIMIZERS])
def test_every_optimizer(optimizer, dtype, new_rng):
    """Long enough steps that what it remembers counts."""
    optimizer = dataclasses.replace(optimizer, learning_rate=0.02)
    net, theta, X, Y, _ = problem(new_rng(), dtype)
    compare(net, theta, X, Y, new_rng, dtype, batch_size=2, optimizer=optimizer)


@pytest.mark.parametrize("schedule", gn.SCHEDULES, ids=repr)
def test_every_schedule(schedule, dtype, new_rng):
    for warmup in (0, 2):
        case = {"schedule": dataclasses.replace(schedule, warmup=warmup), "n_epochs": 2}
        net, theta, X, Y, _ = problem(new_rng(), dtype)
        compare(net, theta, X, Y, new_rng, dtype, optimizer=gn.Momentum(0.05), **case)


def test_a_schedule_of_the_callers_own(dtype, new_rng):
    @dataclasses.dataclass(frozen=True)
    class EveryOther(gn.Schedule):
        def shape(self, step, n_steps):
            return float(step % 2)

    net, theta, X, Y, _ = problem(new_rng(), dtype)
    compare_with_core(net, theta, X, Y, new_rng, dtype, schedule=EveryOther(), batch_size=2)


# Penalties, clipping, weights, rows -------------------------------------------------------------

PENALTIES = [gn.Penalty(l1=0.3), gn.Penalty(l2=0.7), gn.Penalty(0.3, 0.7), gn.Penalty()]


@pytest.mark.parametrize("penalty", PENALTIES, ids=repr)
def test_penalties(penalty, dtype, new_rng):
    net, theta, X, Y, w = problem(new_rng(), dtype, penalty=penalty, weighted=True)
    for weights in (None, w):
        compare(net, theta, X, Y, new_rng, dtype, w=weights)


def test_a_penalty_counts_weights_only(dtype, new_rng):
    """Biases decide: they are large, and theta has weights of exactly 0, the kink of l1."""
    net, theta, X, Y, _ = problem(new_rng(), dtype, penalty=gn.Penalty(0.3, 0.7))
    (W1, b1), _, (W2, b2) = net.views(theta)
    b1[:], b2[:], W1[0], W2[:, 1] = 5, -5, 0, 0
    compare(net, theta, X, Y, new_rng, dtype, batch_size=11)


@pytest.mark.parametrize(
    "optimizer", [gn.AdamW(0.05, weight_decay=0.9), gn.Momentum(0.05)], ids=repr
)
def test_clipping(optimizer, dtype, new_rng):
    """Before the optimizer; the norm is that of the whole gradient, penalty included."""
    net, theta, X, Y, _ = problem(new_rng(), dtype, penalty=gn.Penalty(0.1, 0.2))
    norms = []
    for max_grad_norm in (1e-3, 0.5, 1e3):
        settings = {"max_grad_norm": max_grad_norm, "optimizer": optimizer}
        fast = compare(net, theta, X, Y, new_rng, dtype, **settings)
        norms.append(fast.epochs[0].gradient_norm)
    assert min(norms) > 1e-3  # before clipping


WEIGHTS = {
    "some are 0": [1, 0, 2, 0, 0.5, 1, 0, 3, 0, 1, 2],
    "a batch of zeros": [1, 2, 1, 0.5, 0, 0, 0, 0, 1, 2, 0],
    "the first batch of zeros": [0, 0, 0, 0, 0, 1, 2, 1, 0.5, 1, 1],
    "the last batch of zeros": [1, 2, 1, 0.5, 0, 1, 1, 1, 0, 0, 0],
    "one row counts": [0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0],
    # Of three rows one counts: a penalty over a sum of 1e-6 would throw theta far away.
    "large and small": [1e-6, 1e6, 1, 1, 1e-6, 2, 1e3, 0.5, 1e6, 1e6, 1e6],
}


@pytest.mark.parametrize("w", WEIGHTS.values(), ids=WEIGHTS)
def test_sample_weights(w, dtype, new_rng):
    layers = [gn.Dense(3, 5), gn.Tanh(), gn.Dropout(0.4), gn.Dense(5, 3)]
    net, theta, X, Y, _ = problem(new_rng(), dtype, layers, penalty=gn.Penalty(l2=0.01))
    weights = np.array(w, dtype)
    for shuffle in (False, True):
        compare(net, theta, X, Y, new_rng, dtype, w=weights, shuffle=shuffle)


def test_a_row_of_weight_0_does_not_count_whatever_its_scores(dtype, new_rng):
    """Its e^z is infinite, and 0 times that would be NaN."""
    net = gn.Network([gn.Dense(1, 1)], gn.Poisson())
    X = np.array([[1], [2000], [0.5], [2000], [2000], [0.1]], dtype)
    Y, w = np.ones((6, 1), dtype), np.array([1, 0, 2, 0, 0, 3], dtype)
    theta = np.array([0.5, 0.1], dtype)
    fast = compare_with_core(net, theta, X, Y, new_rng, dtype, w=w, batch_size=3, shuffle=False)
    assert np.isfinite(fast.epochs[0].loss)


@pytest.mark.parametrize("rows", [[10, 0, 3, 7, 5], [4], [1, 1, 1, 0, 1, 1], [0] * 30], ids=repr)
def test_some_rows_some_of_them_twice(rows, dtype, new_rng):
    net, theta, X, Y, w = problem(new_rng(), dtype, weighted=True)
    for weights in (None, w):
        case = {"w": weights, "rows": rows, "batch_size": min(4, len(rows))}
        compare(net, theta, X, Y, new_rng, dtype, **case)


# Dropout ----------------------------------------------------------------------------------------

DROPPED = {
    "behind a layer": [gn.Dense(3, 5), gn.Tanh(), gn.Dropout(0.3), gn.Dense(5, 2)],
    "first": [gn.Dropout(0.3), gn.Dense(3, 2)],
    "last": [gn.Dense(3, 2), gn.Dropout(0.3)],
    "first and last and between": [
        gn.Dropout(0.2), gn.Dense(3, 5), gn.SiLU(), gn.Dropout(0.5), gn.Dense(5, 4),
        gn.Dropout(0.7), gn.Tanh(), gn.Dense(4, 2), gn.Dropout(0.1),
    ],
    "twice in a row": [gn.Dense(3, 6), gn.Dropout(0.3), gn.Dropout(0.5), gn.Dense(6, 2)],
    "before the activation": [gn.Dense(3, 5), gn.Dropout(0.4), gn.ELU(), gn.Dense(5, 2)],
    "almost everything": [gn.Dense(3, 40), gn.Dropout(0.95), gn.Dense(40, 2)],
}  # fmt: skip


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("layers", DROPPED.values(), ids=DROPPED)
def test_dropout(layers, source, dtype, new_rng):
    net, theta, X, Y, _ = problem(new_rng(), dtype, layers)
    compare(net, theta, X, Y, new_rng, dtype, source)


@pytest.mark.parametrize("source", SOURCES)
def test_the_order_of_the_rows_over_epochs(source, new_rng):
    net, theta, X, Y, _ = problem(new_rng(), "float64", DROPPED["behind a layer"])
    case = {"n_epochs": 3, "rows": [1, 3, 5, 7, 9, 2, 0], "batch_size": 2}
    compare(net, theta, X, Y, new_rng, "float64", source, **case)


# Networks ---------------------------------------------------------------------------------------

NETWORKS = {
    "no hidden layer": [gn.Dense(3, 2)],
    "one weight": [gn.Dense(1, 1)],
    "one output": [gn.Dense(4, 3), gn.Tanh(), gn.Dense(3, 1)],
    "one hidden node": [gn.Dense(4, 1), gn.Tanh(), gn.Dense(1, 3)],
    "two dense in a row": [gn.Dense(3, 4), gn.Dense(4, 2)],
    "activation first": [gn.Tanh(), gn.Dense(3, 2)],
    "activation first, then deep": [gn.SiLU(), gn.Dense(3, 4), gn.GELU(), gn.Dense(4, 2)],
    "activation last": [gn.Dense(3, 4), gn.Tanh(), gn.Dense(4, 2), gn.Sigmoid()],
    "two activations in a row": [gn.Dense(3, 4), gn.Softplus(), gn.Tanh(), gn.Dense(4, 2)],
    "many outputs": [gn.Dense(3, 4), gn.Tanh(), gn.Dense(4, 150)],
    "many inputs": [gn.Dense(150, 4), gn.Tanh(), gn.Dense(4, 2)],
    "deep": [
        gn.Dense(3, 7), gn.Tanh(), gn.Dense(7, 5), gn.SELU(), gn.Dense(5, 9), gn.Mish(),
        gn.Dense(9, 4), gn.Softplus(), gn.Dense(4, 2),
    ],
    "wide in the middle": [
        gn.Dense(2, 95), gn.Tanh(), gn.Dense(95, 90), gn.SiLU(), gn.Dense(90, 1),
    ],
    "wide at first": [gn.Dense(120, 75), gn.Tanh(), gn.Dense(75, 2)],
    "wide at first, without a layer behind": [gn.Dense(2000, 5)],
    "wide at last": [gn.Dense(2, 60), gn.Tanh(), gn.Dense(60, 150)],
    "wide, dropped": [gn.Dropout(0.1), gn.Dense(120, 75), gn.Dropout(0.2), gn.Dense(75, 2)],
}  # fmt: skip


@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS)
def test_networks(layers, dtype, new_rng):
    """Those that are called wide have more than 8192 weights in a layer: BLAS multiplies them."""
    net, theta, X, Y, w = problem(
        new_rng(), dtype, layers, penalty=gn.Penalty(0.01, 0.02), weighted=True
    )
    settings = {"optimizer": gn.GradientDescent(0.3 / max(3, net.n_in)), "w": w}
    compare(net, theta, X, Y, new_rng, dtype, **settings)


@pytest.mark.parametrize("n_rows", [*range(1, 10), 15, 16, 17, 31, 32, 33, 63, 64, 65, 100])
def test_batches_of_every_size(n_rows, dtype, new_rng):
    """A batch in full and a last one of every length behind it; vectors have 4, 8 or 16 numbers."""
    layers = [gn.Dense(3, 5), gn.Tanh(), gn.Dropout(0.2), gn.Dense(5, 3)]
    loss = gn.CrossEntropy()
    net, theta, X, Y, w = problem(
        new_rng(), dtype, layers, loss, n_rows=2 * n_rows - 1, weighted=True
    )
    fast = compare_with_core(
        net, theta, X, Y, new_rng, dtype, batch_size=n_rows, w=w, optimizer=gn.Momentum(0.1)
    )
    assert fast.state.step == (1 if n_rows == 1 else 2)


@pytest.mark.parametrize("width", [*range(1, 10), 15, 16, 17, 31, 32, 33, 65])
def test_layers_of_every_width(width, dtype, new_rng):
    for layers in (
        [gn.Dense(width, 3), gn.Tanh(), gn.Dense(3, width)],
        [gn.Dense(2, width), gn.Tanh(), gn.Dense(width, width), gn.SiLU(), gn.Dense(width, 2)],
    ):
        net, theta, X, Y, _ = problem(new_rng(), dtype, layers)
        compare_with_core(
            net, theta, X, Y, new_rng, dtype, batch_size=7, optimizer=gn.GradientDescent(0.02)
        )


@pytest.mark.parametrize("layers", [NETWORKS["wide at first"], DENSE], ids=["wide", "narrow"])
def test_large_batches(layers, dtype, new_rng):
    """More rows than one stretch of a batch may hold."""
    net, theta, X, Y, w = problem(new_rng(), dtype, layers, n_rows=2500, weighted=True)
    case = {"w": w, "batch_size": 2100, "optimizer": gn.GradientDescent(0.02)}
    compare_with_core(net, theta, X, Y, new_rng, dtype, **case)


def test_as_many_rows_as_batches_hold(dtype, new_rng):
    """No short batch, and no empty one in its place."""
    net, theta, X, Y, _ = problem(new_rng(), dtype, n_rows=12)
    assert compare(net, theta, X, Y, new_rng, dtype, batch_size=4).state.step == 3
    assert compare(net, theta, X, Y, new_rng, dtype, batch_size=12).state.step == 1
    assert compare(net, theta, X, Y, new_rng, dtype, batch_size=1).state.step == 12


# Everything at once, and the same twice -----------------------------------------------------------


def everything(new_rng, dtype):
    layers = [
        gn.Dropout(0.1), gn.Dense(4, 6), gn.GELU(), gn.Dropout(0.3), gn.Dense(6, 5), gn.ELU(),
        gn.Dense(5, 3),
    ]  # fmt: skip
    net, theta, X, Y, w = problem(
        new_rng(), dtype, layers, gn.CrossEntropy(0.05), gn.Penalty(0.01, 0.02), weighted=True
    )
    w[[2, 5]] = 0
    settings = {
        "w": w, "optimizer": gn.AdamW(0.01), "schedule": gn.OneCycle(warmup=2), "batch_size": 4,
        "max_grad_norm": 0.4, "rows": [10, 0, 1, 2, 3, 4, 5, 7, 7, 8], "n_epochs": 2,
    }  # fmt: skip
    return net, theta, X, Y, settings


@pytest.mark.parametrize("source", SOURCES)
def test_everything_at_once(source, dtype, new_rng):
    net, theta, X, Y, settings = everything(new_rng, dtype)
    compare(net, theta, X, Y, new_rng, dtype, source, **settings)


@pytest.mark.parametrize("source", SOURCES)
def test_the_same_seed_twice(source, dtype, new_rng):
    net, theta, X, Y, settings = everything(new_rng, dtype)
    runs = [trained(run_steps, net, theta, X, Y, rng=new_rng(source), **settings) for _ in range(2)]
    assert_identical(*runs)


def test_kinks_are_taken_as_the_pages_say(dtype, new_rng):
    """Scores, residuals and weights of exactly 0, and of the ends of HardTanh: integers."""
    X = np.array([[0, 0], [1, 0], [0, 1], [-1, 1], [2, 2]], dtype)
    for activation in (kind() for kind in gn.ACTIVATIONS if kind.kinks):
        for loss in (gn.AbsoluteError(), gn.Quantile(0.25), gn.Huber(2.0), gn.SquaredError()):
            net = gn.Network([gn.Dense(2, 3), activation, gn.Dense(3, 1)], loss, gn.Penalty(l1=1))
            theta = np.array([1, 0, -1, 0, 1, 1, 0, 0, 0, 2, 1, -1, 0], dtype)
            Y = np.array([[0], [2], [1], [-2], [0]], dtype)
            compare(
                net, theta, X, Y, new_rng, dtype, optimizer=gn.GradientDescent(0.5), batch_size=5
            )


def test_a_dropout_of_nothing_draws_no_numbers(dtype, new_rng):
    layers = [gn.Dense(3, 5), gn.Dropout(0.0), gn.Tanh(), gn.Dropout(0.5), gn.Dense(5, 2)]
    net, theta, X, Y, _ = problem(new_rng(), dtype, layers)
    compare_with_core(net, theta, X, Y, new_rng, dtype)
