"""Training: order of the rows, trajectories, going on from a state, and what an epoch says."""

import copy
import dataclasses
import pickle
from itertools import pairwise

import numpy as np
import pytest

import glassnet as gn
import reference
from glassnet.core.batches import batches, permuted
from tolerances import SUM, TRAJECTORY, close

SOURCES = [np.random.default_rng, np.random.RandomState]
OPTIMIZERS = [kind() for kind in gn.OPTIMIZERS]
every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)


def problem(rng, n_rows=7, loss=None, penalty=None, dropout=True, dtype="float64"):
    """Return a network, its theta, and data."""
    loss = loss or gn.SquaredError()
    layers = [gn.Dense(2, 3), gn.Tanh(), *([gn.Dropout(0.3)] if dropout else []), gn.Dense(3, 2)]
    net = gn.Network(layers, loss, penalty)
    X = rng.normal(size=(n_rows, 2)).astype(dtype)
    Y = reference.random_targets(loss, rng, n_rows, 2).astype(dtype)
    return net, net.init(rng, dtype=dtype), X, Y


class Watcher:
    """Takes the place of run_steps, and notes the rows of each batch."""

    def __init__(self):
        self.rows = []

    def __call__(self, net, state, X, Y, w, plan, n_steps):
        self.rows += [
            r.tolist() for r in batches(state.order, plan.batch_size, state.position, n_steps)
        ]
        state.step += 1
        state.position = min(state.position + n_steps * plan.batch_size, len(state.order))
        return 0.0, 0.0


# Batches ----------------------------------------------------------------------------------------


def test_batches_are_the_order_in_pieces(rng):
    order = rng.permutation(10)
    for size in range(1, 11):
        pieces = [rows.tolist() for rows in batches(order, size)]
        assert pieces == reference.batches(order.tolist(), size)
        assert [rows.tolist() for rows in batches(order, size, start=size)] == pieces[1:]
        assert [rows.tolist() for rows in batches(order, size, 0, 2)] == pieces[:2]


@pytest.mark.parametrize("source", SOURCES)
def test_order_is_a_permutation_of_the_last_order(source, new_rng):
    rng, naive = new_rng(source), new_rng(source)
    order = np.array([5, 3, 8, 9])
    for _ in range(5):
        expected = [order[i] for i in naive.permutation(4)]
        order = permuted(order, rng)
        assert order.tolist() == expected


@pytest.mark.parametrize("batch_size", [1, 2, 3, 7])
@pytest.mark.parametrize("steps_per_yield", [None, 1, 2])
def test_every_row_once_an_epoch_in_the_composed_order(batch_size, steps_per_yield, new_rng):
    watch, naive = Watcher(), new_rng()
    net, theta, X, Y = problem(new_rng())
    for _ in gn.train(
        net, theta, X, Y, batch_size=batch_size, rng=new_rng(), n_epochs=3, run_steps=watch,
        steps_per_yield=steps_per_yield,
    ):  # fmt: skip
        pass
    order, expected = list(range(7)), []
    for _ in range(3):
        order = [order[i] for i in naive.permutation(7)]
        assert sorted(order) == list(range(7))
        expected += reference.batches(order, batch_size)
    assert watch.rows == expected
    assert len(watch.rows) == 3 * -(-7 // batch_size)  # the short batch is used


def test_without_shuffling_rows_stand_as_they_are(rng):
    watch = Watcher()
    net, theta, X, Y = problem(rng)
    list(
        gn.train(
            net, theta, X, Y, batch_size=3, rng=rng, n_epochs=2, shuffle=False, run_steps=watch
        )
    )
    assert watch.rows == [[0, 1, 2], [3, 4, 5], [6]] * 2


@pytest.mark.parametrize(("n_rows", "batch_size"), [(7, 7), (50, 32)])
def test_default_batch_size(n_rows, batch_size, rng):
    watch = Watcher()
    net, theta, X, Y = problem(rng, n_rows)
    next(gn.train(net, theta, X, Y, rng=rng, run_steps=watch))
    assert len(watch.rows[0]) == batch_size


def test_rows_train_on_a_part(new_rng):
    rows = [6, 1, 4, 4]
    net, theta, X, Y = problem(new_rng(), dropout=False)
    part = theta.copy()
    list(gn.train(net, part, X, Y, rows=rows, batch_size=3, rng=new_rng(), n_epochs=3))
    list(gn.train(net, theta, X[rows], Y[rows], batch_size=3, rng=new_rng(), n_epochs=3))
    assert (part == theta).all()


def test_rows_are_copied(rng):
    rows = np.array([6, 1, 4])
    net, theta, X, Y = problem(rng)
    list(gn.train(net, theta, X, Y, rows=rows, rng=rng, n_epochs=2))
    assert rows.tolist() == [6, 1, 4]


# Against the reference --------------------------------------------------------------------------


EVERYTHING = {
    "plain": {},
    "weights": {"weighted": True},
    "penalty": {"penalty": gn.Penalty(0.1, 0.2)},
    "clipping": {"max_grad_norm": 0.1},
    "schedule": {"schedule": gn.OneCycle(warmup=2)},
    "dropout": {"dropout": True},
    "rows": {"rows": [6, 0, 3, 2, 5]},
    "in order": {"shuffle": False},
    "one row a step": {"batch_size": 1},
    "all rows a step": {"batch_size": 7},
    "everything": {
        "weighted": True, "penalty": gn.Penalty(0.1, 0.2), "max_grad_norm": 0.5, "dropout": True,
        "schedule": gn.Cosine(warmup=3), "rows": [6, 0, 3, 2, 5, 1, 1, 0],
    },
}  # fmt: skip


def compared(optimizer, case, dtype, new_rng, source=np.random.default_rng):
    """Train, and train naively; assert that both go the same way."""
    case = {"batch_size": 3, "n_epochs": 4, "optimizer": optimizer, **case}
    dropout, penalty = case.pop("dropout", False), case.pop("penalty", None)
    rng = new_rng()
    net, theta, X, Y = problem(rng, penalty=penalty, dropout=dropout, dtype=dtype)
    w = None
    if case.pop("weighted", False):
        w = rng.uniform(0, 2, size=len(X)).astype(dtype)
    naive_thetas, naive_losses = reference.train_reference(
        net.layers,
        net.loss_function,
        theta,
        X,
        Y,
        w=w,
        penalty=penalty,
        rng=new_rng(source),
        **case,
    )
    epochs = gn.train(net, theta, X, Y, w=w, rng=new_rng(source), **case)
    for epoch, naive_theta, naive_loss in zip(epochs, naive_thetas, naive_losses, strict=True):
        assert theta.dtype == dtype
        close(theta, naive_theta, TRAJECTORY, dtype)
        close(epoch.loss, naive_loss, TRAJECTORY, dtype)


@pytest.mark.parametrize("case", EVERYTHING.values(), ids=EVERYTHING)
@every_optimizer
def test_trajectory(optimizer, case, new_rng):
    compared(optimizer, case, "float64", new_rng)


@every_optimizer
def test_trajectory_in_float32(optimizer, new_rng):
    compared(optimizer, EVERYTHING["everything"], "float32", new_rng)


def test_trajectory_with_a_random_state(new_rng):
    compared(gn.Adam(0.01), EVERYTHING["everything"], "float64", new_rng, np.random.RandomState)


@pytest.mark.parametrize("schedule", gn.SCHEDULES, ids=repr)
def test_trajectory_of_every_schedule(schedule, new_rng):
    for warmup in (0, 4):
        case = {"schedule": dataclasses.replace(schedule, warmup=warmup)}
        compared(gn.Momentum(0.1), case, "float64", new_rng)


@pytest.mark.parametrize("loss", gn.LOSSES, ids=repr)
def test_every_loss_is_learned(loss, dtype, rng):
    if isinstance(loss, gn.JointCrossEntropy):
        loss = gn.JointCrossEntropy((1, 1))  # two columns; nothing to learn
    net, theta, X, Y = problem(rng, 40, loss, dropout=False, dtype=dtype)
    before = net.loss(theta, X, Y)
    for _ in gn.train(net, theta, X, Y, optimizer=gn.Adam(0.01), rng=rng, n_epochs=20):
        pass
    assert theta.dtype == dtype
    assert net.loss(theta, X, Y) <= before


def test_weight_2_equals_the_row_twice_when_all_rows_are_a_batch(rng):
    net, theta, X, Y = problem(rng, dropout=False, penalty=gn.Penalty(0.1, 0.1))
    twice, once = [0, 1, 2, 2, 3, 4, 5, 6, 6], np.array([1.0, 1, 2, 1, 1, 1, 2])
    other = theta.copy()
    settings = {"optimizer": gn.Adam(0.01), "n_epochs": 5, "rng": rng}
    list(gn.train(net, theta, X, Y, w=once, batch_size=7, **settings))
    list(gn.train(net, other, X[twice], Y[twice], batch_size=9, **settings))
    close(theta, other, SUM, "float64", scale=100)


# Batches without weight -------------------------------------------------------------------------


def test_a_batch_without_weight_takes_no_step(rng):
    net, theta, X, Y = problem(rng, dropout=False)
    w = np.array([0.0, 0, 1, 1, 0, 0, 0])  # batches of 2: none, step, none, none
    same = theta.copy()
    settings = {"batch_size": 2, "shuffle": False, "rng": rng, "n_epochs": 1}
    (epoch,) = gn.train(net, theta, X, Y, w=w, **settings)
    (other,) = gn.train(net, same, X[2:4], Y[2:4], **settings)
    assert (theta == same).all()
    assert epoch.loss == other.loss
    assert (epoch.state.step, epoch.state.counted, epoch.state.position) == (1, 2, 7)
    assert epoch.learning_rate == 0.001
    assert epoch.gradient_norm == other.gradient_norm


def test_a_batch_without_weight_changes_nothing(rng):
    net, theta, X, Y = problem(rng)
    w = np.array([0.0, 0, 1, 1, 1, 1, 1])
    before = theta.copy()
    epochs = gn.train(
        net, theta, X, Y, w=w, batch_size=2, shuffle=False, rng=rng, steps_per_yield=1
    )
    epoch = next(epochs)
    assert (theta == before).all()
    assert (epoch.state.step, epoch.state.counted, epoch.loss) == (0, 0, 0)
    assert not epoch.state.slots["m"].any()
    assert next(epochs).state.step == 1
    assert (theta != before).any()


# An epoch ---------------------------------------------------------------------------------------


def test_what_an_epoch_says(rng):
    penalty = gn.Penalty(0.1, 0.2)
    net, theta, X, Y = problem(rng, penalty=penalty, dropout=False)
    plain = gn.Network(net.layers, net.loss_function)
    before = theta.copy()
    epochs = gn.train(
        net, theta, X, Y, optimizer=gn.GradientDescent(0.5), batch_size=7, rng=rng,
        schedule=gn.Exponential(0.5), max_grad_norm=0.01, n_epochs=3,
    )  # fmt: skip
    for number in (1, 2, 3):
        L, g = net.loss_and_grad(before, X, Y)
        epoch = next(epochs)
        assert epoch.number == epoch.state.epoch == number
        assert epoch.loss == pytest.approx(L)  # before its step
        assert epoch.penalty == pytest.approx(L - plain.loss(before, X, Y))
        assert epoch.learning_rate == 0.5 * 0.5 ** (number - 1)
        assert epoch.gradient_norm == pytest.approx(np.linalg.norm(g))  # before clipping
        step = np.linalg.norm(theta - before)
        assert step == pytest.approx(0.01 * epoch.learning_rate)
        assert epoch.state.theta is theta
        assert epoch.state.step == number
        assert epoch.seconds > 0
        assert epoch.rows_per_second == pytest.approx(7 / epoch.seconds)
        before = theta.copy()
    with pytest.raises(StopIteration):
        next(epochs)


def test_loss_is_the_mean_of_batch_losses_by_rows(rng):
    net, theta, X, Y = problem(rng, dropout=False)
    optimizer, losses = gn.GradientDescent(0.1), []
    copy_of_theta = theta.copy()
    for rows in ([0, 1, 2], [3, 4, 5], [6]):
        L, g = net.loss_and_grad(copy_of_theta, X[rows], Y[rows])
        losses.append(L)
        copy_of_theta -= 0.1 * g
    seen = [
        epoch.loss
        for epoch in gn.train(
            net, theta, X, Y, optimizer=optimizer, batch_size=3, rng=rng, shuffle=False,
            n_epochs=1, steps_per_yield=1,
        )
    ]  # fmt: skip
    first, second, third = losses
    expected = [first, (first + second) / 2, (3 * first + 3 * second + third) / 7]
    assert seen == pytest.approx(expected)
    assert (theta == copy_of_theta).all()


def test_clipping_leaves_short_gradients_alone(new_rng):
    thetas = []
    for max_grad_norm in (None, 1e6):
        net, theta, X, Y = problem(new_rng())
        list(gn.train(net, theta, X, Y, rng=new_rng(), n_epochs=3, max_grad_norm=max_grad_norm))
        thetas.append(theta)
    assert (thetas[0] == thetas[1]).all()


def test_clipping_of_gradients_whose_square_overflows():
    net = gn.Network([gn.Dense(1, 1)], gn.SquaredError())
    theta = np.zeros(2, np.float32)
    X, Y = np.full((1, 1), 1e18, np.float32), np.full((1, 1), 1e3, np.float32)
    (epoch,) = gn.train(
        net, theta, X, Y, optimizer=gn.GradientDescent(1.0), n_epochs=1, max_grad_norm=1.0
    )
    assert epoch.gradient_norm == pytest.approx(1e21, rel=1e-5)  # 1e42 is no float32
    assert theta.tolist() == pytest.approx([1, 0], abs=1e-6)


def test_yields_every_so_many_steps_and_at_the_end_of_an_epoch(rng):
    net, theta, X, Y = problem(rng)
    epochs = gn.train(net, theta, X, Y, batch_size=1, rng=rng, n_epochs=2, steps_per_yield=3)
    seen = [(e.number, e.state.step, e.state.position) for e in epochs]
    assert seen == [(1, 3, 3), (1, 6, 6), (1, 7, 7), (2, 10, 3), (2, 13, 6), (2, 14, 7)]


def test_open_ended(rng):
    net, theta, X, Y = problem(rng)
    for epoch in gn.train(net, theta, X, Y, rng=rng):
        if epoch.number == 50:
            break
    assert epoch.state.step == 50


def test_theta_changes_in_place(rng):
    net, theta, X, Y = problem(rng)
    before, view = theta.copy(), net.views(theta)[0][0]
    arrays = X.copy(), Y.copy()
    next(gn.train(net, theta, X, Y, rng=rng))
    assert (theta != before).any()
    assert (view == theta[:6].reshape(2, 3)).all()
    assert (X == arrays[0]).all()
    assert (Y == arrays[1]).all()


def test_nothing_happens_before_the_first_epoch_is_asked_for(new_rng):
    rng = new_rng()
    net, theta, X, Y = problem(new_rng())
    before = theta.copy()
    gn.train(net, theta, X, Y, rng=rng)
    assert (theta == before).all()
    assert rng.random() == new_rng().random()


def test_defaults_are_adam_and_fresh_random_numbers(rng):
    net, theta, X, Y = problem(rng, 30, dropout=False)
    epoch = next(gn.train(net, theta, X, Y, batch_size=4))
    assert tuple(epoch.state.slots) == gn.Adam().slot_names
    assert epoch.state.learning_rate == 0.001
    other = next(gn.train(net, theta, X, Y, batch_size=4))
    assert epoch.state.order.tolist() != other.state.order.tolist()  # 1 in 10^32


# The same seed twice, and going on --------------------------------------------------------------


def settings(optimizer):
    return {
        "optimizer": optimizer, "batch_size": 2, "schedule": gn.Cosine(warmup=2),
        "max_grad_norm": 0.5,
    }  # fmt: skip


@pytest.mark.parametrize("source", SOURCES)
@every_optimizer
def test_the_same_seed_twice(optimizer, source, dtype, new_rng):
    thetas, losses = [], []
    for _ in range(2):
        net, theta, X, Y = problem(new_rng(), dtype=dtype)
        epochs = gn.train(net, theta, X, Y, rng=new_rng(source), n_epochs=3, **settings(optimizer))
        losses.append([epoch.loss for epoch in epochs])
        thetas.append(theta)
    assert (thetas[0] == thetas[1]).all()
    assert losses[0] == losses[1]


STORES = {"copied": copy.deepcopy, "pickled": lambda state: pickle.loads(pickle.dumps(state))}


@pytest.mark.parametrize("store", STORES.values(), ids=STORES)
@pytest.mark.parametrize("source", SOURCES)
@every_optimizer
def test_going_on_after_any_step_is_the_same_to_the_bit(optimizer, source, store, dtype, new_rng):
    net, theta, X, Y = problem(new_rng(), penalty=gn.Penalty(0.1, 0.1), dtype=dtype)
    w = np.array([1, 2, 0, 1, 3, 0.5, 1], dtype)
    start, n_epochs, rest = theta.copy(), 3, {"w": w, "n_epochs": 3, **settings(optimizer)}
    epochs = gn.train(net, theta, X, Y, rng=new_rng(source), **rest)
    whole = [(epoch.number, epoch.loss, epoch.penalty) for epoch in epochs]
    for stop in range(1, n_epochs * 4):
        seen, first = [], start.copy()
        epochs = gn.train(net, first, X, Y, rng=new_rng(source), steps_per_yield=1, **rest)
        for _ in range(stop):
            epoch = next(epochs)
            if epoch.state.epoch_is_over:
                seen.append((epoch.number, epoch.loss, epoch.penalty))
        state = store(epoch.state)
        stored = store(state)
        next(epochs)  # what was stored must not follow the live one
        assert (state.theta == stored.theta).all()
        assert (state.epoch, state.position) == (stored.epoch, stored.position)
        seen += [
            (epoch.number, epoch.loss, epoch.penalty)
            for epoch in gn.train(net, state.theta, X, Y, state=state, **rest)
        ]
        assert (state.theta == theta).all()
        assert seen == whole


def test_going_on_with_the_live_state(new_rng):
    net, theta, X, Y = problem(new_rng())
    whole = theta.copy()
    list(gn.train(net, whole, X, Y, rng=new_rng(), n_epochs=5, batch_size=3))
    for epoch in gn.train(net, theta, X, Y, rng=new_rng(), batch_size=3):
        if epoch.number == 2:
            break
    list(gn.train(net, theta, X, Y, state=epoch.state, n_epochs=5, batch_size=3))
    assert (theta == whole).all()


def test_a_finished_training_has_nothing_to_go_on_with(rng):
    net, theta, X, Y = problem(rng)
    *_, epoch = gn.train(net, theta, X, Y, rng=rng, n_epochs=3)
    after = theta.copy()
    assert list(gn.train(net, theta, X, Y, state=epoch.state, n_epochs=3)) == []
    assert list(gn.train(net, theta, X, Y, state=epoch.state, n_epochs=2)) == []
    assert (theta == after).all()


def test_a_state_keeps_its_rows(new_rng):
    watch = Watcher()
    net, theta, X, Y = problem(new_rng())
    epoch = next(gn.train(net, theta, X, Y, rows=[5, 2, 4], rng=new_rng()))
    list(gn.train(net, theta, X, Y, state=epoch.state, n_epochs=3, run_steps=watch))
    assert [sorted(rows) for rows in watch.rows] == [[2, 4, 5]] * 2


def test_a_caller_changes_the_learning_rate(rng):
    net, theta, X, Y = problem(rng, dropout=False)
    before = theta.copy()
    epochs = gn.train(
        net, theta, X, Y, optimizer=gn.GradientDescent(0.1), batch_size=7, rng=rng,
        schedule=gn.Exponential(0.5),
    )  # fmt: skip
    epoch = next(epochs)
    epoch.state.learning_rate = 0.8
    before, (_, g) = theta.copy(), net.loss_and_grad(theta, X, Y)
    epoch = next(epochs)
    assert epoch.learning_rate == 0.8 * 0.5
    close(theta, before - 0.4 * g, SUM, "float64")


def test_a_caller_changes_theta_between_yields(rng):
    net, theta, X, Y = problem(rng, dropout=False)
    epochs = gn.train(net, theta, X, Y, optimizer=gn.GradientDescent(0.1), batch_size=7, rng=rng)
    next(epochs)
    theta[:] = 0
    L, g = net.loss_and_grad(theta, X, Y)
    assert next(epochs).loss == pytest.approx(L)
    close(theta, -0.1 * g, SUM, "float64")


def test_a_state_says_whether_its_epoch_is_over(rng):
    net, theta, X, Y = problem(rng)
    epochs = gn.train(net, theta, X, Y, batch_size=4, rng=rng, steps_per_yield=1)
    assert [next(epochs).state.epoch_is_over for _ in range(4)] == [False, True, False, True]


# Divergence -------------------------------------------------------------------------------------


def line(*sizes, loss=None):
    """Return a network of dense layers, one after the other."""
    return gn.Network([gn.Dense(*pair) for pair in pairwise(sizes)], loss or gn.SquaredError())


def one(x):
    return np.array([[x]])


DIVERGED = {  # net, theta, X, Y, settings: epoch, batch, layer, last finite theta
    "the scores of the only layer": (
        line(1, 1), [1e200, 0.0], one(1e200), one(0.0), {},
        1, 1, "layer 1 of 1, Dense(1, 1)", [1e200, 0.0],
    ),
    "the scores of the second layer": (
        line(1, 2, 1), [1.0, 1.0, 0, 0, 1e308, 1e308, 0], one(2.0), one(0.0), {},
        1, 1, "layer 2 of 2, Dense(2, 1)", [1.0, 1.0, 0, 0, 1e308, 1e308, 0],
    ),
    "the loss": (
        line(1, 1), [1e200, 0.0], one(1.0), one(0.0), {},
        1, 1, "the loss, SquaredError", [1e200, 0.0],
    ),
    "the loss of counts": (
        line(1, 1, loss=gn.Poisson()), [0.0, 710.0], one(1.0), one(0.0), {},
        1, 1, "the loss, Poisson", [0.0, 710.0],
    ),
    "the second batch": (
        line(1, 1), [1.0, 0.0], np.array([[0.0], [0.0], [1e200]]), np.zeros((3, 1)),
        {"batch_size": 2, "shuffle": False},
        1, 2, "the loss, SquaredError", [1.0, 0.0],
    ),
    "the third epoch": (  # w is 1, -1e100, 1e200: the loss of the third is its square
        line(1, 1), [1.0, 0.0], one(1.0), one(0.0), {"optimizer": gn.GradientDescent(1e100)},
        3, 1, "the loss, SquaredError", None,
    ),
    "the parameters": (
        line(1, 1), [1.0, 1.0], one(10.0), one(0.0), {"optimizer": gn.GradientDescent(1e308)},
        1, 1, "layer 1 of 1, Dense(1, 1)", [1.0, 1.0],
    ),
    "the parameters of the second layer": (
        line(1, 1, 1), [1.0, 0.0, 0.0, 1e5], one(1e4), one(0.0),
        {"optimizer": gn.GradientDescent(1e302)},
        1, 1, "layer 2 of 2, Dense(1, 1)", [1.0, 0.0, 0.0, 1e5],
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("net", "theta", "X", "Y", "settings", "epoch", "batch", "layer", "last"),
    DIVERGED.values(),
    ids=DIVERGED,
)
def test_divergence(net, theta, X, Y, settings, epoch, batch, layer, last, rng):
    theta = np.array(theta)
    settings = {"optimizer": gn.GradientDescent(1e-3), **settings}
    seen = []
    with pytest.raises(gn.DivergenceError) as e:
        seen.extend(gn.train(net, theta, X, Y, rng=rng, n_epochs=10, **settings))
    error = e.value
    assert (error.epoch, error.batch) == (epoch, batch)
    assert error.layer.startswith(layer)
    message = str(error)
    assert message.startswith(f"Training diverged in epoch {epoch}, batch {batch}: ")
    assert f"stands in {layer}" in message
    assert "max_grad_norm" in message
    assert "learning rate" in message
    assert np.isfinite(theta).all()
    assert (error.theta == theta).all()
    assert error.theta is not theta
    assert last is None or theta.tolist() == last
    assert len(seen) == epoch - 1

    same = pickle.loads(pickle.dumps(error))
    assert type(same) is gn.DivergenceError
    assert (str(same), same.epoch, same.batch, same.layer) == (message, epoch, batch, error.layer)
    assert (same.theta == error.theta).all()


CAUSES = {
    "a column": (7, 4e7, 0.0, r"column 7 of X, which reaches 4e\+07 in this batch: scale it"),
    "the target": (
        None,
        1.0,
        3e9,
        r"the target, which reaches 3e\+09 in this batch: standardise it",
    ),
    "the step": (None, 1.0, 1.0, r"of a fair size: the likely cause is the step\. Lower the .*500"),
}


@pytest.mark.parametrize(("column", "x", "y", "words"), CAUSES.values(), ids=CAUSES)
def test_divergence_names_the_likely_cause(column, x, y, words, rng):
    X, Y = rng.uniform(-1, 1, size=(40, 9)), rng.uniform(-1, 1, size=(40, 1))
    X[:, 7] *= x / np.abs(X[:, 7]).max()
    Y *= max(y, 1.0) / np.abs(Y).max()
    net = gn.Network([gn.Dense(9, 8), gn.ReLU(), gn.Dense(8, 1)], loss=gn.SquaredError())
    theta = net.init(rng)
    with pytest.raises(gn.DivergenceError, match=words) as found:
        for _ in gn.train(net, theta, X, Y, optimizer=gn.GradientDescent(500.0), rng=rng,
                          batch_size=40, n_epochs=999):  # fmt: skip
            pass
    assert found.value.column == column


@pytest.mark.parametrize(
    ("what", "words"),
    [("the loss", "the loss stopped"), ("the parameters", "a parameter stopped")],
)
def test_divergence_says_what_stopped_being_finite(what, words, rng):
    net, theta, X, Y, settings, *_ = DIVERGED[what]
    settings = {"optimizer": gn.GradientDescent(1e-3), **settings}
    with pytest.raises(gn.DivergenceError, match=f"{words} being finite"):
        next(gn.train(net, np.array(theta), X, Y, rng=rng, **settings))


@pytest.mark.parametrize("dtype_and_score", [("float32", 89.0), ("float64", 710.0)])
def test_poisson_stops_without_a_warning(dtype_and_score, rng):
    dtype, score = dtype_and_score
    net = line(1, 1, loss=gn.Poisson())
    theta, X, Y = np.array([0, score], dtype), np.ones((2, 1), dtype), np.ones((2, 1), dtype)
    with pytest.raises(gn.DivergenceError, match="the loss, Poisson"):
        next(gn.train(net, theta, X, Y, rng=rng))
    assert theta.tolist() == [0, score]


def test_going_on_after_a_divergence_with_a_smaller_learning_rate(rng):
    net, theta, X, Y = line(1, 1), np.array([1.0, 0.0]), one(1.0), one(0.0)
    epochs = gn.train(net, theta, X, Y, optimizer=gn.GradientDescent(1e6), rng=rng)
    state = next(epochs).state
    with pytest.raises(gn.DivergenceError):
        list(epochs)
    theta[:] = [1.0, 0.0]
    state.learning_rate = 0.1
    losses = [
        epoch.loss
        for epoch in gn.train(
            net, theta, X, Y, optimizer=gn.GradientDescent(), state=state, n_epochs=state.epoch + 20
        )
    ]
    assert losses[-1] < 0.01


# The last, short batch, and weight decay that fades ----------------------------------------------


@pytest.mark.parametrize("steps_per_yield", [None, 1, 2])
def test_drop_last_takes_whole_batches_only(steps_per_yield, new_rng):
    """7 rows, 3 a step: 2 steps an epoch, as in a training that is told those 6 rows."""
    rng = new_rng()
    net, theta, X, Y = problem(rng, dropout=False)
    begun, order = theta.copy(), np.arange(7)
    epochs = [
        (epoch.number, epoch.state.step, epoch.state.position, epoch.state.counted)
        for epoch in gn.train(
            net, theta, X, Y, batch_size=3, n_epochs=2, shuffle=False, drop_last=True,
            steps_per_yield=steps_per_yield, rng=rng,
        )
    ]  # fmt: skip
    assert epochs[-1] == (2, 4, 7, 6)
    assert len(epochs) == (4 if steps_per_yield == 1 else 2)
    for _ in gn.train(net, begun, X[:6], Y[:6], batch_size=3, n_epochs=2, shuffle=False):
        pass
    assert np.array_equal(theta, begun)
    assert np.array_equal(order, np.arange(7))


def test_drop_last_of_what_is_whole_drops_nothing(rng):
    net, theta, X, Y = problem(rng, 6, dropout=False)
    for epoch in gn.train(net, theta, X, Y, batch_size=3, n_epochs=1, drop_last=True, rng=rng):
        assert (epoch.state.step, epoch.state.counted) == (2, 6)


def test_drop_last_counts_in_the_length_of_the_training(rng):
    """2 steps an epoch, not 3: the schedule ends with the training."""
    net, theta, X, Y = problem(rng, dropout=False)
    rates = [
        epoch.learning_rate
        for epoch in gn.train(
            net, theta, X, Y, batch_size=3, n_epochs=2, drop_last=True, steps_per_yield=1,
            optimizer=gn.GradientDescent(1.0), schedule=gn.Cosine(), rng=rng,
        )
    ]  # fmt: skip
    assert rates == pytest.approx([gn.Cosine()(step, 4) for step in range(4)])


def test_weight_decay_that_fades(rng):
    """Without a gradient AdamW only decays: theta by 1 - rate * decay * factor each step."""
    net = gn.Network([gn.Dense(1, 1, decay=3.0)], gn.SquaredError())
    theta = np.array([1.0, 0.0])
    X, Y = np.zeros((4, 1)), np.zeros((4, 1))
    expected = 1.0
    for step in range(4):
        expected *= 1 - 0.1 * 0.5 * 3.0 * gn.FlatCosine().at(step / 4)
    for _ in gn.train(
        net, theta, X, Y, batch_size=1, n_epochs=1, optimizer=gn.AdamW(0.1, weight_decay=0.5),
        decay_schedule=gn.FlatCosine(), rng=rng,
    ):  # fmt: skip
        pass
    assert theta[0] == pytest.approx(expected, rel=1e-14)
    assert theta[1] == 0
    with pytest.raises(gn.ParameterError, match=r"decay_schedule is 0.5; expected .*FlatCosine"):
        gn.train(net, theta, X, Y, decay_schedule=0.5)
