"""Where compiled steps meet the world: divergence, states, layouts of arrays, what is not ours."""

import copy
import dataclasses
import pickle
import threading
from itertools import pairwise

import numpy as np
import pytest

import glassnet as gn
from fast.comparison import (
    DENSE,
    assert_identical,
    assert_same,
    compare,
    compare_with_core,
    near,
    problem,
    random_state,
    trained,
)
from glassnet.core.training import Plan, TrainingState
from glassnet.core.training import run_steps as core_steps
from glassnet.estimators.sparse import SparseRows
from glassnet.fast import loop, run_steps
from glassnet.fast import steps as fast_steps
from tolerances import AN_EPOCH

DROPPED = (gn.Dense(3, 6), gn.Tanh(), gn.Dropout(0.3), gn.Dense(6, 3))


def state_of(theta, optimizer, rng, order, **fields):
    """Return the state at the beginning of an epoch."""
    theta = theta.copy()
    rate = optimizer.learning_rate
    return TrainingState(theta, optimizer.new_slots(theta), order, rng, rate, epoch=1, **fields)


def everything(new_rng, dtype, source=np.random.default_rng):
    """Return net, theta, X, Y and settings of a training that uses all there is."""
    net, theta, X, Y, w = problem(
        new_rng(), dtype, DROPPED, gn.CrossEntropy(0.1), gn.Penalty(0.01, 0.02), weighted=True
    )
    w[3:5] = 0
    settings = {
        "w": w, "optimizer": gn.AdamW(0.01), "schedule": gn.Cosine(warmup=2), "batch_size": 2,
        "max_grad_norm": 0.5, "n_epochs": 2,
    }  # fmt: skip
    return net, theta, X, Y, settings


# Divergence -------------------------------------------------------------------------------------


def line(*sizes, loss=None, penalty=None, activation=None):
    """Return a network of dense layers, one after the other."""
    layers = [gn.Dense(n_in, n_out) for n_in, n_out in pairwise(sizes)]
    layers += [activation] if activation else []
    return gn.Network(layers, loss or gn.SquaredError(), penalty)


def ends(steps, net, theta, X, Y, w, plan, rng):
    """Take an epoch's steps; return the error, if there is one, and what is left of the state."""
    state = state_of(theta, plan.optimizer, rng, np.arange(len(X)))
    try:
        steps(net, state, X, Y, w, plan, 100)
    except gn.DivergenceError as error:
        return error, state
    return None, state


def assert_same_end(net, theta, X, Y, new_rng, dtype, w=None, **settings):
    """Assert that the compiled steps end as core's; return the error."""
    settings = {"optimizer": gn.GradientDescent(1e-3), "batch_size": 2, **settings}
    core_error, core = ends(core_steps, net, theta, X, Y, w, Plan(**settings), new_rng())
    error, state = ends(run_steps, net, theta, X, Y, w, Plan(**settings), new_rng())
    assert type(error) is type(core_error), (error, core_error)
    if error is not None:
        assert str(error) == str(core_error)
        assert (error.epoch, error.batch) == (core_error.epoch, core_error.batch)
        assert error.layer == core_error.layer
        assert (error.theta == state.theta).all()
        assert error.theta is not state.theta
        assert np.isfinite(error.theta).all()
    for name in ("step", "epoch", "position", "counted", "learning_rate"):
        assert getattr(state, name) == getattr(core, name), name
    assert random_state(state.rng) == random_state(core.rng)
    allowed = AN_EPOCH[dtype.name]
    near(state.theta, core.theta, "theta", allowed)
    for name, slot in core.slots.items():
        assert (np.isfinite(state.slots[name]) == np.isfinite(slot)).all(), name
        finite = np.where(np.isfinite(slot), slot, 0)
        near(np.where(np.isfinite(slot), state.slots[name], 0), finite, name, allowed)
    near(state.loss_sum, core.loss_sum, "loss_sum", allowed)
    near(state.penalty_sum, core.penalty_sum, "penalty_sum", allowed)
    return error


ROOT = {"float32": 1e25, "float64": 1e200}  # its square is no number
MOST = {"float32": 3e38, "float64": 1.7e308}
UP_TO = {"float32": 1e18, "float64": 1e150}  # its square is one, but not times ROOT
TOO_MUCH = {"float32": 89.0, "float64": 710.0}  # its exponential is no number
ONE = [[1.0], [1.0], [1.0]]

DIVERGED = {  # net, theta, X, Y, settings and the words of the message, for a dtype's sizes
    "the scores": lambda d: (
        line(1, 1), [ROOT[d], 0], np.full((3, 1), ROOT[d]), ONE, {},
        "the loss stopped being finite. The first number that is not finite stands in layer 1 of 1",
    ),
    "the scores of the second layer": lambda d: (
        line(1, 2, 1), [1, 1, 0, 0, MOST[d], MOST[d], 0], np.full((3, 1), 2.0), ONE, {},
        "stands in layer 2 of 2",
    ),
    "a score that is infinity less infinity": lambda d: (
        line(1, 2, 1), [MOST[d], MOST[d], 0, 0, 1, -1, 0], np.full((3, 1), 10.0), ONE, {},
        "layer 1 of 2",
    ),
    "an activation": lambda d: (
        line(1, 1, activation=gn.LeakyReLU(-2.0)), [-MOST[d], 0], ONE, ONE, {},
        r"layer 2 of 2, LeakyReLU\.",
    ),
    "the loss": lambda d: (
        line(1, 1), [ROOT[d], 0], ONE, np.zeros((3, 1)), {}, "stands in the loss, SquaredError",
    ),
    "the loss of counts": lambda d: (
        line(1, 1, loss=gn.Poisson()), [0, TOO_MUCH[d]], ONE, ONE, {},
        "stands in the loss, Poisson",
    ),
    "the penalty": lambda d: (
        line(1, 1, penalty=gn.Penalty(l2=1)), [ROOT[d], 0], np.zeros((3, 1)), np.zeros((3, 1)), {},
        "the loss stopped being finite",
    ),
    "a gradient": lambda d: (
        line(1, 1), [0, 0], np.full((3, 1), ROOT[d]), np.full((3, 1), UP_TO[d]), {},
        "a gradient stopped being finite. The first number that is not finite stands in layer 1",
    ),
    "a gradient that should be clipped": lambda d: (
        line(1, 1), [0, 0], np.full((3, 1), ROOT[d]), np.full((3, 1), UP_TO[d]),
        {"max_grad_norm": 1.0}, "a gradient stopped being finite",
    ),
    "the parameters": lambda d: (
        line(1, 1), [1, 1], np.full((3, 1), 1e4), np.zeros((3, 1)),
        {"optimizer": gn.GradientDescent(MOST[d])}, "a parameter stopped being finite",
    ),
    "the parameters of the second layer": lambda d: (
        line(1, 1, 1), [1, 0, 0, 1e4], np.full((3, 1), 1e4), np.zeros((3, 1)),
        {"optimizer": gn.GradientDescent(MOST[d] * 1e-6)},
        "a parameter stopped being finite. The first number that is not finite stands in layer 2",
    ),
    "the second batch": lambda d: (
        line(1, 1), [1, 0.5], [[0.1], [0.2], [ROOT[d]]], np.zeros((3, 1)), {}, "batch 2: the loss",
    ),
    "the third batch, behind one without weight": lambda d: (
        line(1, 1), [1, 0.5], [[0.1], [0.2], [0], [0], [ROOT[d]]], np.zeros((5, 1)),
        {"w": [1, 2, 0, 0, 1]}, "batch 3: the loss",
    ),
    "the parameters in the second batch": lambda d: (
        line(1, 1), [1, 0.5], [[0], [0], [1e3]], [[0.5], [0.5], [0]],
        {"optimizer": gn.GradientDescent(MOST[d] * 0.9)}, "batch 2: a parameter",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DIVERGED.values(), ids=DIVERGED)
def test_divergence_as_cores(case, dtype, new_rng):
    net, theta, X, Y, settings, words = case(dtype.name)
    if net.penalty is not None and dtype == np.float32:
        pytest.skip("summed in float64, a penalty on float32 weights is finite")
    w = np.array(settings.pop("w"), dtype) if "w" in settings else None
    theta, X, Y = (np.array(numbers, dtype) for numbers in (theta, X, Y))
    error = assert_same_end(net, theta, X, Y, new_rng, dtype, w, **settings)
    assert words.replace("\\", "") in str(error)


@pytest.mark.parametrize("case", DIVERGED.values(), ids=DIVERGED)
def test_divergence_as_cores_where_each_step_is_a_run(case, dtype, new_rng, monkeypatch):
    """What one run of compiled steps has seen coming, the next one knows."""
    monkeypatch.setattr(fast_steps, "CHUNK", 1)
    test_divergence_as_cores(case, dtype, new_rng)


@pytest.mark.parametrize("chunk", [1, 1 << 16])
def test_a_state_that_its_owner_has_made_dangerous(chunk, dtype, new_rng, monkeypatch):
    """The gradient is small, but what Adam divides is not: theta and slots as before the step."""
    monkeypatch.setattr(fast_steps, "CHUNK", chunk)
    net, theta, X, Y, _ = problem(new_rng(), dtype)
    for steps in (core_steps, run_steps):
        there = theta.copy()
        run = gn.train(net, there, X, Y, optimizer=gn.Adam(1.0), batch_size=2, rng=new_rng(),
                       steps_per_yield=2, run_steps=steps)  # fmt: skip
        state = next(run).state
        state.slots["m"][:], state.slots["v"][:] = MOST[dtype.name], 0
        before = there.copy()
        with pytest.raises(gn.DivergenceError, match="a parameter stopped being finite"):
            next(run)
        np.testing.assert_array_equal(there, before)
        assert state.step == 2


@pytest.mark.parametrize("source", ["PCG64", "MT19937", "Philox", "SFC64", "RandomState"])
def test_random_numbers_after_a_divergence(source, new_rng):
    """Those of the batches that were not reached have not been drawn."""

    def numbers(seed):
        if source == "RandomState":
            return np.random.RandomState(seed)
        return np.random.Generator(getattr(np.random, source)(seed))

    net, theta, X, Y, _ = problem(new_rng(), "float64", DROPPED)
    X[6:8] = 1e200
    theta[:18] = np.abs(theta[:18]) + 1
    net = gn.Network([*DROPPED[:1], gn.Dropout(0.3), gn.Dense(6, 3)], net.loss_function)
    for n_drawn in (0, 1):  # one number ahead: half of a 64-bit draw is kept for later by some
        rngs = [new_rng(numbers) for _ in range(2)]
        for rng in rngs:
            rng.normal(size=n_drawn)
        plan = {"optimizer": gn.GradientDescent(0.1), "batch_size": 2}
        core_error, core = ends(core_steps, net, theta, X, Y, None, Plan(**plan), rngs[0])
        error, state = ends(run_steps, net, theta, X, Y, None, Plan(**plan), rngs[1])
        assert error.batch == core_error.batch == 4
        assert random_state(state.rng) == random_state(core.rng)
        assert state.rng.normal() == core.rng.normal()


NOT_FINITE = {"nan": (1, -1), "infinity": (1, 0), "minus infinity": (-1, 0)}
"""What the second layer makes of two infinite nodes: infinity less infinity, or one of them."""


def beyond(dtype, signs, *layers, column=0, loss=None):
    """Return a network, theta, X: one score of the second layer, in row 1 of 5, is not finite."""
    second = gn.Dense(2, 3)
    net = gn.Network([gn.Dense(1, 2), second, *layers], loss or gn.SquaredError())
    theta = np.full(net.n_params, 0.5, dtype)
    (W1, b1), (W2, b2), *_ = net.views(theta)
    W1[:], b1[:], W2[:], b2[:] = MOST[dtype.name], 0, 0, 0.25
    W2[:, column] = signs
    X = np.zeros((5, 1), dtype)
    X[1] = 10
    return net, theta, X


@pytest.mark.parametrize("signs", NOT_FINITE.values(), ids=NOT_FINITE)
@pytest.mark.parametrize("loss", gn.LOSSES, ids=repr)
def test_a_score_that_is_not_finite(loss, signs, dtype, new_rng):
    """In each column, of one row of several: NaN must not be passed over by a maximum."""
    for column in range(3):
        net, theta, X = beyond(dtype, signs, column=column, loss=loss)
        Y = np.zeros((5, 3), dtype)
        Y[:, [0, 2]] = 1 if isinstance(loss, gn.JointCrossEntropy) else (1, 0)
        error = assert_same_end(net, theta, X, Y, new_rng, dtype, batch_size=5)
        assert error is not None


@pytest.mark.parametrize("signs", NOT_FINITE.values(), ids=NOT_FINITE)
@pytest.mark.parametrize("kind", gn.ACTIVATIONS, ids=lambda kind: kind.__name__)
def test_before_an_activation(kind, signs, dtype, new_rng):
    """NaN must come out: NaN > 0 is False, and ReLU of it would be 0, which is finite.

    At infinity some have a value and go on, as core does.
    """
    net, theta, X = beyond(dtype, signs, kind(), gn.Dense(3, 1))
    error = assert_same_end(net, theta, X, np.ones((5, 1), dtype), new_rng, dtype, batch_size=5)
    assert error is not None or signs[1] == 0


def test_clipping_of_gradients_whose_squares_are_no_numbers(dtype, new_rng):
    net, theta = line(1, 1), np.zeros(2, dtype)
    size = {"float32": 1e18, "float64": 1e160}[dtype.name]
    X, Y = np.full((1, 1), size, dtype), np.full((1, 1), 1e3, dtype)
    case = {"optimizer": gn.GradientDescent(1.0), "max_grad_norm": 1.0, "batch_size": 1}
    fast = compare_with_core(net, theta, X, Y, new_rng, dtype, **case)
    assert fast.theta == pytest.approx([1, 0], abs=1e-6)
    assert fast.epochs[0].gradient_norm == pytest.approx(size * 1e3, rel=1e-5)


def test_gradients_whose_squares_are_no_numbers(dtype, new_rng):
    """They are finite, and without clipping nothing is wrong with them."""
    net, theta = line(1, 1), np.zeros(2, dtype)
    size = {"float32": 1e18, "float64": 1e160}[dtype.name]
    X, Y = np.full((1, 1), size, dtype), np.full((1, 1), 1e3, dtype)
    case = {"optimizer": gn.GradientDescent(1e-3 / size), "batch_size": 1}
    fast = compare_with_core(net, theta, X, Y, new_rng, dtype, **case)
    assert fast.epochs[0].gradient_norm == pytest.approx(size * 1e3, rel=1e-5)


# States -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps_per_yield", [1, 2, 3, 100])
def test_in_pieces_as_in_one_go(steps_per_yield, dtype, new_rng):
    """To the bit, losses included."""
    net, theta, X, Y, settings = everything(new_rng, dtype)
    whole = trained(run_steps, net, theta, X, Y, rng=new_rng(), **settings)
    pieces = trained(
        run_steps, net, theta, X, Y, rng=new_rng(), steps_per_yield=steps_per_yield, **settings
    )
    pieces.epochs = [e for e in pieces.epochs if e.state.epoch_is_over][-2:]
    last = {epoch.number: epoch for epoch in pieces.epochs}
    assert (pieces.theta == whole.theta).all()
    assert {n: e.loss for n, e in last.items() if n == 2} == {2: whole.epochs[-1].loss}
    pieces.epochs = whole.epochs = whole.epochs[:0]
    assert_identical(pieces, whole)


STORES = {
    "live": lambda state: state,
    "copied": copy.deepcopy,
    "pickled": lambda state: pickle.loads(pickle.dumps(state)),
}


@pytest.mark.parametrize("store", STORES.values(), ids=STORES)
@pytest.mark.parametrize("source", [np.random.default_rng, np.random.RandomState])
def test_going_on_from_a_state(source, store, dtype, new_rng):
    """After any step, to the bit, and what was stored does not follow the live one."""
    net, theta, X, Y, settings = everything(new_rng, dtype)
    whole = trained(run_steps, net, theta, X, Y, rng=new_rng(source), **settings)
    settings["run_steps"] = run_steps
    for stop in range(1, 11):
        first = theta.copy()
        run = gn.train(net, first, X, Y, rng=new_rng(source), steps_per_yield=1, **settings)
        for _ in range(stop):
            epoch = next(run)
        state = store(epoch.state)
        if state is not epoch.state:
            next(run)
        epochs = list(gn.train(net, state.theta, X, Y, state=state, **settings))
        assert (state.theta == whole.theta).all()
        assert epochs[-1].loss == whole.epochs[-1].loss
        assert all((slot == whole.state.slots[name]).all() for name, slot in state.slots.items())


def test_a_state_goes_from_one_to_the_other_and_back(dtype, new_rng):
    net, theta, X, Y, settings = everything(new_rng, dtype)
    settings["n_epochs"] = 1
    core = trained(None, net, theta, X, Y, rng=new_rng(), **settings)
    for first in (0, 1):
        state, there = None, theta.copy()
        for turn in range(6):
            steps = (core_steps, run_steps)[(first + turn) % 2]
            more = {"rng": new_rng()} if state is None else {"state": state}
            run = gn.train(net, there, X, Y, steps_per_yield=1, run_steps=steps, **more, **settings)
            state = next(run).state
        near(there, core.theta, "theta", AN_EPOCH[dtype.name])
        assert state.position == len(X)
        assert random_state(state.rng) == random_state(core.state.rng)
        for name, slot in core.state.slots.items():
            near(state.slots[name], slot, name, AN_EPOCH[dtype.name])


CHANGES = {
    "the learning rate": lambda s: setattr(s, "learning_rate", 0.1),
    "theta": lambda s: s.theta.__imul__(0.5),
    "a slot": lambda s: s.slots["m"].__imul__(0.5),
    "other slots": lambda s: setattr(s, "slots", {n: v * 0.5 for n, v in s.slots.items()}),
    "another slot": lambda s: s.slots.update(m=s.slots["m"] + 0.25),
    "strided slots": lambda s: s.slots.update(m=np.repeat(s.slots["m"], 2)[::2]),
    "the order": lambda s: setattr(s, "order", s.order[::-1].copy()),
    "the order, in place": lambda s: s.order.sort(),
    "a strided order": lambda s: setattr(s, "order", s.order[::-1]),
    "an order of int32": lambda s: setattr(s, "order", s.order.astype(np.int32)),
    "an order that may not be written": lambda s: s.order.setflags(write=False),
    "a longer order": lambda s: setattr(s, "order", np.tile(s.order, 3)),
    "a shorter order": lambda s: setattr(s, "order", s.order[:7]),
    "the random numbers": lambda s: setattr(s, "rng", np.random.RandomState(3)),
    "the step": lambda s: setattr(s, "step", 1000),
    "the place in the epoch": lambda s: setattr(s, "position", 8),
    "the sums": lambda s: setattr(s, "loss_sum", 100.0),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_the_caller_changes_between_two_yields(change, dtype, new_rng):
    ends = []
    for steps in (core_steps, run_steps):
        net, theta, X, Y, settings = everything(new_rng, dtype)
        settings |= {"optimizer": gn.Adam(0.01), "schedule": None, "n_epochs": 1}
        run = gn.train(
            net, theta, X, Y, rng=new_rng(), run_steps=steps, steps_per_yield=2, **settings
        )
        state = next(run).state
        change(state)
        *_, last = run
        ends.append((theta, last))
    (core_theta, core), (theta, fast) = ends
    near(theta, core_theta, "theta", AN_EPOCH[dtype.name])
    near(fast.loss, core.loss, "loss", AN_EPOCH[dtype.name])
    for name, slot in core.state.slots.items():
        near(fast.state.slots[name], slot, name, AN_EPOCH[dtype.name])
    assert random_state(fast.state.rng) == random_state(core.state.rng)
    for name in ("step", "position", "counted", "learning_rate"):
        assert getattr(fast.state, name) == getattr(core.state, name)


def test_nothing_is_left_of_an_epoch(dtype, new_rng):
    """No row, no step: as core's, 0 and 0."""
    net, theta, X, Y, _ = problem(new_rng(), dtype, DROPPED)
    optimizer = gn.Adam()
    for steps in (core_steps, run_steps):
        state = state_of(theta, optimizer, new_rng(), np.arange(11), position=11)
        assert steps(net, state, X, Y, None, Plan(optimizer, 4), 3) == (0, 0)
        assert (state.theta == theta).all()
        assert (state.step, state.position, state.counted) == (0, 11, 0)
        assert random_state(state.rng) == random_state(new_rng())


def test_at_most_so_many_steps(dtype, new_rng):
    net, theta, X, Y, _ = problem(new_rng(), dtype, DROPPED)
    optimizer, plan = gn.Adam(), Plan(gn.Adam(), 4)
    state = state_of(theta, optimizer, new_rng(), np.arange(11))
    seen = []
    for n_steps in (1, 1, 5):
        rate, norm = run_steps(net, state, X, Y, None, plan, n_steps)
        assert type(rate) is type(norm) is float
        seen.append((state.step, state.position, state.counted, rate))
    assert seen == [(1, 4, 4, 0.001), (2, 8, 8, 0.001), (3, 11, 11, 0.001)]


def test_a_call_of_batches_without_weight(dtype, new_rng):
    """No step: what it returns is 0 and 0, as core does, and nothing is drawn."""
    net, theta, X, Y, _ = problem(new_rng(), dtype, DROPPED)
    w = np.zeros(11, dtype)
    w[8:] = 1
    for steps in (core_steps, run_steps):
        state = state_of(theta, gn.Adam(), new_rng(), np.arange(11))
        assert steps(net, state, X, Y, w, Plan(gn.Adam(), 4), 2) == (0, 0)
        assert (state.theta == theta).all()
        assert (state.step, state.position, state.counted, state.loss_sum) == (0, 8, 0, 0)
        assert random_state(state.rng) == random_state(new_rng())
        assert not state.slots["m"].any()


def test_a_batch_larger_than_the_rows(dtype, new_rng):
    net, theta, X, Y, _ = problem(new_rng(), dtype)
    plan = Plan(gn.GradientDescent(0.1), 1000)
    thetas = []
    for steps in (core_steps, run_steps):
        state = state_of(theta, plan.optimizer, new_rng(), np.arange(11))
        steps(net, state, X, Y, None, plan, 1)
        assert (state.step, state.position) == (1, 11)
        thetas.append(state.theta)
    near(thetas[1], thetas[0], "theta", AN_EPOCH[dtype.name])


# Any layout of arrays ---------------------------------------------------------------------------


def strided(M):
    """Return the matrix (or vector) as every third row and second column of a larger one."""
    larger = np.full([3 * M.shape[0], *(2 * n for n in M.shape[1:])], np.nan, M.dtype)
    view = larger[(slice(None, None, 3), *[slice(1, None, 2)] * (M.ndim - 1))]
    view[...] = M
    return view


def backwards(M):
    return M[::-1].copy()[::-1]


def read_only(M):
    M = M.copy()
    M.flags.writeable = False
    return M


def not_aligned(M):
    memory = np.zeros(M.nbytes + 1, np.uint8)
    view = memory[1:].view(M.dtype).reshape(M.shape)
    view[...] = M
    return view


def sliced(M):
    """Return it as rows of a wider matrix: contiguous but for the distance between rows."""
    return np.hstack([M, M])[:, : M.shape[1]] if M.ndim == 2 else np.tile(M, 2)[: len(M)]


LAYOUTS = {
    "Fortran": np.asfortranarray,
    "Fortran, read-only": lambda M: read_only(M.T).T,
    "strided": strided,
    "backwards": backwards,
    "part of a wider one": sliced,
    "read-only": read_only,
    "not aligned": not_aligned,
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_any_layout_of_the_data(layout, dtype, new_rng):
    """The same numbers, so the same training to the bit."""
    net, theta, X, Y, settings = everything(new_rng, dtype)
    expected = trained(run_steps, net, theta, X, Y, rng=new_rng(), **settings)
    settings["w"] = layout(settings["w"])
    fast = trained(run_steps, net, theta, layout(X), layout(Y), rng=new_rng(), **settings)
    assert_identical(fast, expected)
    in_pieces = trained(
        run_steps, net, theta, layout(X), layout(Y), rng=new_rng(), steps_per_yield=1, **settings
    )
    assert (in_pieces.theta == expected.theta).all()


def test_a_column_for_all(dtype, new_rng):
    """Broadcast: the distance between rows is 0."""
    net, theta, _, _, _ = problem(new_rng(), dtype)
    X, Y = (np.broadcast_to(np.array([0.5, -1, 2], dtype), (11, 3)) for _ in range(2))
    compare(net, theta, X, Y, new_rng, dtype)


@pytest.mark.parametrize("mode", ["r", "c"])
def test_memory_mapped(mode, dtype, new_rng, tmp_path):
    net, theta, X, Y, settings = everything(new_rng, dtype)
    expected = trained(run_steps, net, theta, X, Y, rng=new_rng(), **settings)
    mapped = []
    for name, M in (("X", X), ("Y", Y), ("w", settings["w"])):
        np.save(tmp_path / name, M)
        mapped.append(np.load(tmp_path / f"{name}.npy", mmap_mode=mode))
    *mapped, settings["w"] = mapped
    assert_identical(trained(run_steps, net, theta, *mapped, rng=new_rng(), **settings), expected)


@pytest.mark.parametrize("layout", [strided, backwards, not_aligned])
def test_any_layout_of_theta(layout, dtype, new_rng):
    """It is changed in place all the same."""
    net, theta, X, Y, settings = everything(new_rng, dtype)
    expected = trained(run_steps, net, theta, X, Y, rng=new_rng(), **settings)
    for steps_per_yield in (None, 2):
        there = layout(theta)
        *_, epoch = gn.train(
            net, there, X, Y, rng=new_rng(), run_steps=run_steps, steps_per_yield=steps_per_yield,
            **settings,
        )  # fmt: skip
        assert epoch.state.theta is there
        assert (there == expected.theta).all()


def test_theta_on_disk(dtype, new_rng, tmp_path):
    net, theta, X, Y, settings = everything(new_rng, dtype)
    expected = trained(run_steps, net, theta, X, Y, rng=new_rng(), **settings)
    np.save(tmp_path / "theta.npy", theta)
    mapped = np.load(tmp_path / "theta.npy", mmap_mode="r+")
    list(gn.train(net, mapped, X, Y, rng=new_rng(), run_steps=run_steps, **settings))
    mapped.flush()
    assert (np.load(tmp_path / "theta.npy") == expected.theta).all()


class Wrapped:
    """Rows of a table that is no array: what `core.arrays.Rows` asks for."""

    def __init__(self, table, dtype, give):
        self.table, self.dtype, self.give = table, dtype, give
        self.shape, self.asked = table.shape, []

    @property
    def mT(self):
        return self.table.mT

    def __getitem__(self, rows):
        self.asked.append(len(rows))
        return self.give(self.table[rows])

    def __matmul__(self, other):
        return self.table @ other


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_rows_of_a_table_that_is_no_array(layout, dtype, new_rng):
    net, theta, X, Y, settings = everything(new_rng, dtype)
    expected = trained(run_steps, net, theta, X, Y, rng=new_rng(), **settings)
    wrapped = Wrapped(X, dtype, layout)
    assert_identical(
        trained(run_steps, net, theta, wrapped, Y, rng=new_rng(), **settings), expected
    )


@pytest.mark.parametrize("give", [lambda rows: rows, np.float32], ids=["as they are", "converted"])
def test_a_table_of_float64_for_a_network_of_float32(give, new_rng):
    net, theta, X, Y, settings = everything(new_rng, np.dtype("float32"))
    table = X.astype(np.float64)
    wrapped = Wrapped(table, np.dtype("float32"), give)
    compare_with_core(net, theta, X, Y, new_rng, "float32", **settings)
    expected = trained(run_steps, net, theta, X, Y, rng=new_rng(), **settings)
    fast = trained(run_steps, net, theta, wrapped, Y, rng=new_rng(), **settings)
    assert_identical(fast, expected)


@pytest.mark.parametrize("layout", [np.ascontiguousarray, np.asfortranarray, read_only])
def test_more_features_than_65_536(layout, new_rng):
    # In float64: core adds up the squares of a gradient in float32, which is off by 1e-5 here.
    n = 70_000
    layers = [gn.Dense(n, 2), gn.Tanh(), gn.Dense(2, 1)]
    net, theta, X, Y, _ = problem(new_rng(), "float64", layers, n_rows=5)
    settings = {"optimizer": gn.GradientDescent(1 / n), "batch_size": 2}
    compare_with_core(net, theta, layout(X), Y, new_rng, "float64", **settings)


def test_more_features_than_65_536_beside_the_reference(new_rng):
    layers = [gn.Dense(70_000, 1)]
    net, theta, X, Y, _ = problem(new_rng(), "float64", layers, n_rows=3)
    settings = {"optimizer": gn.GradientDescent(1 / 70_000), "batch_size": 2}
    compare(net, theta, X, Y, new_rng, "float64", **settings)


def test_more_outputs_and_rows_than_65_536(dtype, new_rng):
    # Outputs in float64 only: a loss of 70,000 terms, added up one after another in float32, is off
    # by 1.1e-5.
    net, theta, X, Y, _ = problem(new_rng(), "float64", [gn.Dense(2, 70_000)], n_rows=3)
    settings = {"optimizer": gn.GradientDescent(0.01), "batch_size": 2}
    compare_with_core(net, theta, X, Y, new_rng, "float64", **settings)
    net, theta, X, Y, _ = problem(new_rng(), dtype, [gn.Dense(2, 1)], n_rows=70_000)
    settings = {"optimizer": gn.GradientDescent(0.1), "batch_size": 69_000}
    compare_with_core(net, theta, X, Y, new_rng, dtype, **settings)


# What is not ours -------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Doubled(gn.Layer):
    """A layer of somebody else."""

    def forward(self, params, X, step):
        return 2 * X, None

    def backward(self, dY, cache, params, d_params, need_dX=True):
        return 2 * dY


class OwnDense(gn.Dense):
    pass


@dataclasses.dataclass(frozen=True)
class SlowDense(gn.Dense):
    """Learns at a rate of its own, and its weights do not decay."""

    @property
    def parameters(self):
        W, b = super().parameters
        return dataclasses.replace(W, learning_rate=0.1, decay=False), b


class OwnTanh(gn.Tanh):
    pass


class OwnDropout(gn.Dropout):
    pass


@dataclasses.dataclass(frozen=True)
class Sine(gn.Activation):
    def value(self, Z):
        return np.sin(Z)

    def derivative(self, Z, A):
        return np.cos(Z)


class OwnLoss(gn.SquaredError):
    pass


class OwnPenalty(gn.Penalty):
    pass


class OwnOptimizer(gn.Adam):
    pass


@dataclasses.dataclass(frozen=True)
class Signs(gn.Optimizer):
    def update(self, theta, g, slots, t, learning_rate, decays):
        theta -= learning_rate * np.sign(g)


def network(first=gn.Dense, activation=None, loss=None, penalty=None, between=()):
    layers = [first(3, 4), activation or gn.Tanh(), *between, gn.Dense(4, 2)]
    return gn.Network(layers, loss or gn.SquaredError(), penalty)


OTHERS = {
    "Doubled": (network(between=[Doubled()]), gn.Adam()),
    "OwnDense": (network(OwnDense), gn.Adam()),
    "SlowDense": (network(SlowDense), gn.Adam()),
    "OwnTanh": (network(activation=OwnTanh()), gn.Adam()),
    "Sine": (network(activation=Sine()), gn.Adam()),
    "OwnDropout": (network(between=[OwnDropout(0.5)]), gn.Adam()),
    "OwnLoss": (network(loss=OwnLoss()), gn.Adam()),
    "OwnPenalty": (network(penalty=OwnPenalty(l2=1)), gn.Adam()),
    "OwnOptimizer": (network(), OwnOptimizer()),
    "Signs": (network(), Signs(0.1)),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_has_no_compiled_form_is_refused_by_name(name, dtype, new_rng):
    """In place of training something else; core trains it."""
    net, optimizer = OTHERS[name]
    theta = net.init(new_rng(), dtype=dtype)
    X, Y = np.ones((4, 3), dtype), np.ones((4, 2), dtype)
    state = state_of(theta, optimizer, new_rng(), np.arange(4))
    with pytest.raises(gn.ParameterError, match=rf"\b{name}\b"):
        run_steps(net, state, X, Y, None, Plan(optimizer, 2), 2)
    assert (state.theta == theta).all()
    assert not any(slot.any() for slot in state.slots.values())
    assert (state.step, state.position, state.counted, state.loss_sum) == (0, 0, 0, 0)
    assert random_state(state.rng) == random_state(new_rng())
    with pytest.raises(gn.ParameterError, match=rf"\b{name}\b"):
        next(gn.train(net, theta, X, Y, optimizer=optimizer, run_steps=run_steps))
    next(gn.train(net, theta, X, Y, optimizer=optimizer))


def test_sparse_rows_are_refused_in_words(dtype, new_rng):
    sparse = pytest.importorskip("scipy.sparse")
    net, theta, X, Y, _ = problem(new_rng(), dtype)
    rows = SparseRows(sparse.csr_array(X))
    before = theta.copy()
    with pytest.raises(gn.GlassnetError, match="SparseRows"):
        next(gn.train(net, theta, rows, Y, run_steps=run_steps, rng=new_rng()))
    assert (theta == before).all()
    next(gn.train(net, theta, rows, Y, rng=new_rng()))


# Beside each other ------------------------------------------------------------------------------


def test_two_threads(dtype, new_rng):
    """Different networks and one and the same; each gets what it gets alone."""
    first = everything(new_rng, dtype)
    layers = [
        gn.Dense(3, 95),
        gn.SiLU(),
        gn.Dense(95, 95),
        gn.Tanh(),
        gn.Dropout(0.2),
        gn.Dense(95, 3),
    ]
    net, theta, X, Y, _ = problem(new_rng(), dtype, layers, n_rows=60)
    wide = (net, theta, X, Y, {"batch_size": 20, "optimizer": gn.Momentum(0.01), "n_epochs": 10})
    first[-1]["n_epochs"] = 20
    tasks = [first, wide, first, wide]

    def train(task):
        *arguments, settings = task
        return trained(run_steps, *arguments, rng=new_rng(), **settings)

    alone, together = [train(task) for task in tasks], [None] * len(tasks)
    gate = threading.Barrier(len(tasks))

    def one(i):
        gate.wait()
        together[i] = train(tasks[i])

    threads = [threading.Thread(target=one, args=[i]) for i in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for given, expected in zip(together, alone, strict=True):
        assert_identical(given, expected)


def test_two_trainings_in_turns(dtype, new_rng):
    """One step of one, one of the other: neither works in the other's space."""
    net, theta, X, Y, settings = everything(new_rng, dtype)
    alone = trained(run_steps, net, theta, X, Y, rng=new_rng(), **settings)
    runs = []
    for _ in range(2):
        there = theta.copy()
        runs.append((there, gn.train(net, there, X, Y, rng=new_rng(), steps_per_yield=1,
                                     run_steps=run_steps, **settings)))  # fmt: skip
    for _ in zip(*(run for _, run in runs), strict=True):
        pass
    for there, _ in runs:
        assert (there == alone.theta).all()


def test_the_other_dtype_in_between(new_rng):
    """A network's kernels are kept by dtype."""
    ends = []
    for name in ("float32", "float64", "float32", "float64"):
        net, theta, X, Y, _ = problem(new_rng(), name, DENSE)
        ends.append(trained(run_steps, net, theta, X, Y, rng=new_rng()).theta)
    assert (ends[0] == ends[2]).all()
    assert (ends[1] == ends[3]).all()
    near(ends[0], ends[1], "theta", AN_EPOCH["float32"])


def test_assert_same_can_fail(new_rng):
    """The yardstick of these tests, held to things that are not the same."""
    net, theta, X, Y, settings = everything(new_rng, "float64")
    core = trained(None, net, theta, X, Y, rng=new_rng(), **settings)
    for wrong in ({"batch_size": 3}, {"max_grad_norm": 0.49}, {"optimizer": gn.Adam(0.01)}):
        other = trained(run_steps, net, theta, X, Y, rng=new_rng(), **settings | wrong)
        with pytest.raises(AssertionError):
            assert_same(other, core, "float64")


# What a hostile reader found ----------------------------------------------------------------------


def interrupted(monkeypatch, after):
    """Let the compiled loop return with an interrupt pending, the so-many-th time it is called."""
    run, calls = loop.run, []

    def then_interrupt(*args):
        done = run(*args)
        if not args[5]:  # not a helper's call
            calls.append(done)
        if len(calls) == after and not args[5]:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(loop, "run", then_interrupt)


def test_an_interrupt_leaves_the_state_where_the_steps_ended(dtype, new_rng, monkeypatch):
    """Compiled code has taken the steps when Python raises: the state must say so."""
    net, theta, X, Y, _ = problem(new_rng(), dtype)
    whole = theta.copy()
    plain = list(gn.train(net, whole, X, Y, batch_size=2, rng=new_rng(), n_epochs=3,
                          run_steps=run_steps))  # fmt: skip
    run = gn.train(net, theta, X, Y, batch_size=2, rng=new_rng(), n_epochs=3, run_steps=run_steps)
    state = next(run).state
    monkeypatch.setattr(fast_steps, "CHUNK", 1)
    interrupted(monkeypatch, after=1)
    with pytest.raises(KeyboardInterrupt):
        next(run)
    monkeypatch.undo()
    assert state.epoch_is_over
    assert state.step == plain[1].state.step * 2 // 3
    for _ in gn.train(net, theta, X, Y, batch_size=2, n_epochs=3, state=state, run_steps=run_steps):
        pass
    assert np.array_equal(theta, whole)


def test_an_interrupt_and_a_divergence_at_once_leave_finite_numbers(dtype, new_rng, monkeypatch):
    net, theta, X, Y, _ = problem(new_rng(), dtype)
    run = gn.train(net, theta, X, Y, optimizer=gn.Adam(1.0), batch_size=2, rng=new_rng(),
                   run_steps=run_steps)  # fmt: skip
    state = next(run).state
    state.slots["m"][:], state.slots["v"][:] = MOST[dtype.name], 0
    before, slots = theta.copy(), {name: slot.copy() for name, slot in state.slots.items()}
    interrupted(monkeypatch, after=1)
    with pytest.raises(KeyboardInterrupt):
        next(run)
    assert np.array_equal(theta, before)
    assert all(np.array_equal(state.slots[name], slots[name]) for name in slots)
    assert state.step == len(X) // 2 + len(X) % 2


@pytest.mark.parametrize("order", ["C", "F"])
def test_rows_may_come_more_often_than_there_are_rows(order, dtype, new_rng):
    net, theta, X, Y, _ = problem(new_rng(), dtype)
    X, rows = np.array(X, order=order), np.tile(np.arange(len(X)), 3)
    ends = []
    for steps in (core_steps, run_steps):
        there = theta.copy()
        for _ in gn.train(net, there, X, Y, rows=rows, n_epochs=1, rng=new_rng(), run_steps=steps):
            pass
        ends.append(there)
    near(*ends, "theta", AN_EPOCH[dtype.name])


def test_a_network_of_ones_own_is_refused(new_rng):
    class Frozen(gn.Network):
        pass

    net = Frozen([gn.Dense(1, 1)], gn.SquaredError())
    X = np.ones((4, 1))
    with pytest.raises(gn.ParameterError, match="the network is a Frozen, not glassnet's own"):
        next(gn.train(net, np.zeros(2), X, X, run_steps=run_steps, rng=new_rng()))


def test_slots_are_told_apart_by_name(dtype, new_rng):
    net, theta, X, Y, _ = problem(new_rng(), dtype)
    ends = []
    for turned in (False, True):
        there = theta.copy()
        run = gn.train(net, there, X, Y, optimizer=gn.Adam(), n_epochs=3, rng=new_rng(),
                       run_steps=run_steps)  # fmt: skip
        state = next(run).state
        if turned:
            state.slots = dict(reversed(state.slots.items()))
        list(run)
        ends.append(there)
    assert np.array_equal(*ends)


def test_numbers_of_any_type_are_no_reason_to_compile_again(new_rng):
    net, theta, X, Y, _ = problem(new_rng(), np.dtype(np.float64))

    def train(**settings):
        for _ in gn.train(net, theta.copy(), X, Y, n_epochs=1, run_steps=run_steps, **settings):
            pass
        return len(loop.run.signatures)

    n = train(max_grad_norm=5.0, optimizer=gn.Adam(0.1))
    assert train(max_grad_norm=5) == n
    assert train(max_grad_norm=np.float32(5), schedule=gn.Cosine()) == n


def test_a_chunk_without_a_step_reports_the_last_one(new_rng, monkeypatch):
    monkeypatch.setattr(fast_steps, "CHUNK", 1)
    net, theta, X, Y, _ = problem(new_rng(), np.dtype(np.float64))
    w = np.ones(len(X))
    w[2:] = 0
    ends = [
        next(gn.train(net, theta.copy(), X, Y, w=w, batch_size=2, shuffle=False, run_steps=steps))
        for steps in (core_steps, run_steps)
    ]
    assert ends[0].learning_rate == ends[1].learning_rate > 0
    assert ends[1].gradient_norm == pytest.approx(ends[0].gradient_norm)


def test_more_layers_than_a_ticket_can_count():
    net = gn.Network([gn.Dense(1, 1)] * 4200, gn.SquaredError())
    X = np.ones((4, 1))
    epoch = next(gn.train(net, np.zeros(net.n_params), X, X, run_steps=run_steps))
    assert epoch.loss == 0.5
