"""A session: what changes it live, what starts it anew, judged by trainings driven by hand."""

import re

import numpy as np
import polars as pl
import pytest

import glassnet as gn
from glassnet.cli.rows import upload_of
from glassnet.core.dropout import Dropout
from glassnet.errors import DataWarning
from glassnet.playground.data import MOST_FILE_CLASSES, MOST_LEVELS
from glassnet.playground.session import Session
from glassnet.playground.setup import Setup, SetupError
from glassnet.playground.views import axes_of
from glassnet.tabular.table import Table
from playground.pages import choice, data, layers, session

SMALL = {"data": data(), "batch_size": 7}


def advance(found, until):
    """Take steps until so many lie behind, as a page that plays would, but one by one."""
    while found.state.step < until and found.ended is None:
        found.advance(1)


def by_hand(found, net, n_steps, state=None, **settings):
    """Train by `gn.train` as a session's first steps are; return theta's state."""
    rng = np.random.default_rng(found.setup.seed)
    theta = net.init(rng, found.X_train) if state is None else state.theta
    for epoch in gn.train(
        net, theta, found.X_train, found.Y_train, rng=rng, state=state, steps_per_yield=1,
        **settings,
    ):  # fmt: skip
        if epoch.state.step == n_steps:
            return epoch.state
    raise AssertionError("it ended before")


def a_network(hidden=gn.Tanh(), penalty=None, dropout=()):  # noqa: B008 - it is frozen
    return gn.Network(
        [gn.Dense(2, 4), hidden, *dropout, gn.Dense(4, 2)], gn.CrossEntropy(), penalty
    )


def test_it_is_the_training_of_the_library():
    found = session(**SMALL, layers=layers(4))
    advance(found, 20)
    state = by_hand(found, a_network(), 20, optimizer=gn.GradientDescent(0.03), batch_size=7)
    np.testing.assert_array_equal(found.state.theta, state.theta)
    assert found.state.epoch == state.epoch == 4  # 42 rows are 6 batches
    assert (found.batch, found.n_batches) == (2, 6)


@pytest.mark.parametrize("n_steps", [2, 5, 16])
def test_how_many_steps_are_taken_at_a_time_changes_nothing(n_steps):
    parts = SMALL | {"layers": layers(4, dropout=0.5)}
    one, other = session(**parts), session(**parts)
    advance(one, 30)
    while other.state.step < 30:
        other.advance(min(n_steps, 30 - other.state.step))
    np.testing.assert_array_equal(one.state.theta, other.state.theta)


def test_live_changes_are_those_of_a_training_driven_by_hand():
    found = session(**SMALL, layers=layers(4))
    advance(found, 9)
    found.change({"learning_rate": 0.5, "batch_size": 10})
    advance(found, 15)
    found.change({"optimizer": choice("Adam"), "penalty": {"l1": 0.0, "l2": 0.5}})
    found.edit(3, -0.25)
    advance(found, 22)
    found.change({"layers": layers(4, dropout=0.5), "schedule": choice("Cosine"), "epochs": 50})
    advance(found, 33)
    found.change({"optimizer": choice("GradientDescent"), "schedule": None, "epochs": None})
    advance(found, 40)

    state = by_hand(found, a_network(), 9, optimizer=gn.GradientDescent(0.03), batch_size=7)
    state.learning_rate = 0.5
    plain = {"optimizer": gn.GradientDescent(0.5), "batch_size": 10}
    state = by_hand(found, a_network(), 15, state, **plain)
    state.slots = gn.Adam().new_slots(state.theta)
    state.theta[3] = -0.25
    l2 = gn.Penalty(l2=0.5)
    state = by_hand(found, a_network(penalty=l2), 22, state, optimizer=gn.Adam(), batch_size=10)
    net = a_network(penalty=l2, dropout=[Dropout(0.5)])
    state = by_hand(
        found, net, 33, state, optimizer=gn.Adam(), batch_size=10, schedule=gn.Cosine(),
        n_epochs=50,
    )  # fmt: skip
    state.slots = {}
    state = by_hand(found, net, 40, state, **plain)
    np.testing.assert_array_equal(found.state.theta, state.theta)


@pytest.mark.parametrize(
    "parts",
    [{"learning_rate": 1.0}, {"optimizer": choice("Adam")}, {"schedule": choice("Cosine")},
     {"epochs": 9}, {"penalty": {"l1": 0.0, "l2": 1.0}}, {"batch_size": 3},
     {"layers": layers(4, dropout=0.5)}],
)  # fmt: skip
def test_what_changes_live(parts):
    found = session(**SMALL, layers=layers(4))
    advance(found, 5)
    theta, generation = found.state.theta.copy(), found.generation
    assert found.change(parts) is False
    np.testing.assert_array_equal(found.state.theta, theta)
    assert (found.generation, found.state.step) == (generation, 5)


@pytest.mark.parametrize(
    "parts",
    [{"data": data("moons")}, {"data": data(seed=1)}, {"inputs": ["x1"]}, {"layers": layers(5)},
     {"layers": []}, {"layers": layers(4, activation="ReLU")}, {"weights": choice("He")},
     {"loss": choice("SquaredError")}, {"seed": 1}],
)  # fmt: skip
def test_what_starts_anew(parts):
    found = session(**SMALL, layers=layers(4))
    advance(found, 5)
    generation = found.generation
    assert found.change(parts) is True
    assert (found.generation, found.state.step) == (generation + 1, 0)
    assert found.history == []
    fresh = session(**(SMALL | {"layers": layers(4)} | parts))
    np.testing.assert_array_equal(found.state.theta, fresh.state.theta)


def test_what_says_the_same_changes_nothing():
    found = session(**SMALL)
    advance(found, 5)
    state = found.state
    assert found.change(found.setup.plain()) is False
    assert found.change({}) is False
    assert found.state is state
    assert found.history == []


def test_reset_gives_the_same_bits():
    found = session(**SMALL, layers=layers(4, dropout=0.2))
    first = found.state.theta.copy()
    advance(found, 25)
    after = found.state.theta.copy()
    found.change({"learning_rate": 1.0})
    found.change({"learning_rate": 0.03})
    found.edit(0, 5)
    found.reset()
    np.testing.assert_array_equal(found.state.theta, first)
    advance(found, 25)
    np.testing.assert_array_equal(found.state.theta, after)


@pytest.mark.parametrize("index", [-1, 22, 1.0, True, None, "0", [0]])
def test_a_number_that_is_not_there(index):
    found = session(**SMALL, layers=layers(4))  # 2 * 4 + 4 + 4 * 2 + 2 = 22 numbers
    with pytest.raises(SetupError, match=r"index is .*; expected a whole number from 0 to 21"):
        found.edit(index, 1.0)


@pytest.mark.parametrize("value", [1.1e6, float("nan"), float("inf"), None, True, "1", [], 10**400])
def test_a_number_that_cannot_be_set(value):
    found = session(**SMALL)
    before = found.state.theta.copy()
    with pytest.raises(SetupError, match=r"value is .*; expected a number from -1,000,000"):
        found.edit(0, value)
    np.testing.assert_array_equal(found.state.theta, before)
    assert found.history == []


def test_it_stops_at_its_last_epoch():
    found = session(**SMALL, epochs=3)
    for _ in range(50):
        found.advance()
    assert (found.state.epoch, found.state.step, found.state.epoch_is_over) == (3, 18, True)
    assert (found.ended.why, found.ended.fix) == ("stop", None)
    assert found.ended.says == "Epoch 3, the last one, is over."
    found.change({"epochs": 4})
    assert found.ended is None
    advance(found, 100)
    assert (found.state.step, found.ended.why) == (24, "stop")
    found.change({"epochs": 2})  # that is behind already
    found.advance()
    assert (found.state.step, found.ended.why) == (24, "stop")
    found.change({"epochs": None})
    advance(found, 30)
    assert (found.state.step, found.ended) == (30, None)


def diverging(**more):
    """Return a session that leaves the finite numbers after some steps."""
    parts = {"data": data("bumps"), "layers": layers(4, activation="ReLU"), "learning_rate": 1e4}
    return session(**parts | more)


def test_divergence_names_the_input_that_is_far_out():
    points = [[6, 0, 0], [-6, 1, 1], [5.9, 1, 0], [-5.9, 0, 1]]
    parts = {"layers": layers(4, activation="ReLU"), "learning_rate": 1e6, "batch_size": 0}
    found = session(
        data=data("painted", points=points, test=0), inputs=["x2", "x1^2"], **parts,
        loss=choice("SquaredError"), optimizer=choice("GradientDescent"),
    )  # fmt: skip
    for _ in range(200):
        found.advance()
    assert found.ended.why == "diverged"
    assert "The likely cause is the input 'x1^2', which reaches 36 in" in found.ended.says


def test_divergence_leaves_finite_numbers_says_why_and_how_to_go_on():
    found = diverging()
    for _ in range(100):
        found.advance()
    assert found.ended.why == "diverged"
    assert re.search(
        r"^Training diverged in epoch \d+, batch \d+: .* Lower the learning rate \(10000\)\.$",
        found.ended.says,
    )
    assert np.isfinite(found.state.theta).all()
    assert found.ended.fix == {"learning_rate": 1000.0}
    step = found.state.step
    found.advance()
    assert found.state.step == step
    found.change(found.ended.fix)
    assert found.ended is None
    found.reset()
    while found.ended is not None or found.state.step == 0:  # as often as the page would click
        if found.ended is not None:
            found.change(found.ended.fix)
            found.reset()
        for _ in range(20):
            found.advance()
    assert found.ended is None
    assert found.setup.learning_rate < 1


def test_a_step_that_was_not_taken_draws_no_masks():
    """Else the page's next masks would be others than the program's."""
    parts = {"layers": layers(4, activation="ReLU", dropout=0.3), "batch_size": 7}
    found = diverging(**parts)
    advance(found, 1000)
    assert found.ended.why == "diverged"
    step, state = found.state.step, found.state.rng.bit_generator.state
    again = diverging(**parts)
    advance(again, step)
    assert again.state.rng.bit_generator.state == state
    assert (again.state.epoch, again.state.position) == (found.state.epoch, found.state.position)
    np.testing.assert_array_equal(again.state.order, found.state.order)


# All or nothing


def everything(found):
    """Return all that a refused change must leave as it was."""
    return (
        found.setup, found.generation, id(found.data), id(found.axes), id(found.net),
        id(found.state), found.state.theta.tobytes(), found.state.learning_rate,
        len(found.history), found.file, found.ended,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"data": data("painted")}, r"fewer than two training rows\. Paint more"),
        ({"data": data("painted", points=[[0, 0, 0]])}, r"fewer than two training rows"),
        ({"data": data("file")}, r"there is no file yet\. Drop one"),
        ({"data": data("x" * 10_000)}, r"data 'x+\.\.\.x+' are unknown; expected one of circle"),
        ({"inputs": ["x1", "x3"]}, r"there is no 'x3' among these rows' columns; expected x1, x2"),
        ({"data": data("iris"), "view": {"kind": "columns", "x": "sepal length (cm)",
          "y": "sepal length (cm)"}}, r"both axes are"),
        ({"data": data("diabetes"), "seed": 3, "layers": layers(3), "loss": choice("Poisson"),
          "learning_rate": -1}, r"learning_rate is -1"),
    ],
)  # fmt: skip
def test_a_refused_change_changes_nothing(parts, message):
    found = session(**SMALL)
    advance(found, 3)
    before = everything(found)
    with pytest.raises(SetupError, match=message):
        found.change(parts)
    assert everything(found) == before


def test_a_loss_that_the_targets_do_not_allow():
    found = session(data=data("bumps"))
    before = everything(found)
    with pytest.raises(SetupError, match=r"Poisson: .*negative|Poisson: "):
        found.change({"loss": choice("Poisson")})
    assert everything(found) == before


@pytest.mark.parametrize("what", ["glassnet.playground.session.axes_of", "reset"])
def test_a_change_that_fails_half_way_changes_nothing(what, monkeypatch):
    found = session(**SMALL)
    advance(found, 3)
    before = everything(found)

    def fail(*_):
        raise MemoryError

    if what == "reset":
        monkeypatch.setattr(Session, "reset", fail)
    else:
        monkeypatch.setattr(what, fail)
    with pytest.raises(MemoryError):
        found.change({"data": data("iris")})
    assert everything(found) == before
    monkeypatch.undo()
    found.advance()
    assert found.state.step > 3


@pytest.mark.parametrize("view", [("a", "nowhere"), ("nowhere", "a"), ("a", "a")])
def test_axes_that_are_not_there(view, tmp_path, rng):
    found = session(table(tmp_path, rng))
    before = everything(found)
    with pytest.raises(SetupError, match=r"there is no 'nowhere'|both axes are 'a'"):
        found.change({"view": {"kind": "columns", "x": view[0], "y": view[1]}})
    assert everything(found) == before


# Rows


def table(folder, rng, n=120, name="t.csv", **more):
    """Write a table; return its path."""
    kinds = np.array(["red", "green", None], object)
    columns = {
        "a": rng.normal(50, 9, n).round(2),
        "b": np.where(rng.random(n) < 0.2, None, rng.normal(size=n).round(3)),
        "kind": rng.choice(kinds, n),
        "code": [f"code {i % 40}" for i in range(n)],
        "free": [f"text {i}" for i in range(n)],
        "y": rng.choice(["no", "yes"], n),
    } | more
    frame = pl.DataFrame({key: list(one) for key, one in columns.items()})
    frame.write_csv(folder / name)
    return folder / name


def test_a_table_with_text_and_missing_cells(tmp_path, rng):
    found = session(table(tmp_path, rng))
    assert found.data.classes == ("no", "yes")
    assert (len(found.data.train), len(found.data.test)) == (84, 36)
    assert not any(name.startswith(("code", "free")) for name in found.data.columns)
    assert f"left out, with more than {MOST_LEVELS} different texts: 'code'" in found.data.says
    assert any(re.search(r"nearly every text is different.*'free'", x) for x in found.data.says)
    assert "b is missing" in found.data.columns
    assert np.isfinite(found.X).all()
    train = found.data.frame[found.data.train]  # what scales is learned on training rows alone
    with pytest.warns(DataWarning):
        assert found.data.table == Table.learn(train, max_one_hot=MOST_LEVELS)
    found.advance()
    assert np.isfinite(found.state.theta).all()


def test_targets_are_scaled_on_training_rows(tmp_path, rng):
    found = session(table(tmp_path, rng, y=rng.normal(1000, 50, 120).round(3)))
    assert found.data.task == "regression"
    y = found.data.y[found.data.train]
    np.testing.assert_allclose(found.Y_train[:, 0], (y - y.mean()) / y.std())
    mean, std = found.data.scale(found.setup.made_loss)
    np.testing.assert_allclose(found.Y[:, 0] * std + mean, found.data.y)
    found.change({"loss": choice("Poisson")})
    np.testing.assert_array_equal(found.Y[:, 0], found.data.y)  # counts stay as they are


def test_another_target_and_another_task(tmp_path, rng):
    found = session(table(tmp_path, rng))
    assert found.setup.loss.name == "CrossEntropy"
    assert found.change({"data": data("file", target="a")}) is True
    assert (found.data.task, found.data.target) == ("regression", "a")
    assert found.setup.loss.name == "SquaredError"
    with pytest.raises(SetupError, match=r"t\.csv has no such column"):
        found.change({"data": data("file", target="A")})
    assert found.data.target == "a"


def test_what_a_file_may_not_be(tmp_path, rng):
    n = 20 * (MOST_FILE_CLASSES + 1)
    y = [f"class {i % (MOST_FILE_CLASSES + 1)}" for i in range(n)]
    path = table(tmp_path, rng, n, y=y)
    with pytest.raises(SetupError, match=rf"'y' has {MOST_FILE_CLASSES + 1} classes; expected at"):
        session(path)
    path = table(tmp_path, rng, n=2)
    with pytest.raises((SetupError, ValueError), match=r"fewer than two training rows|expected"):
        session(path)


@pytest.mark.parametrize("name", ["iris", "wine", "digits", "diabetes"])
def test_known_tables(name):
    found = session(data=data(name, test=0.25))
    found.advance()
    assert found.data.n_outputs == {"iris": 3, "wine": 3, "digits": 10, "diabetes": 1}[name]
    assert len(found.data.test) == round(0.25 * len(found.data.y))
    both = np.sort(np.concatenate([found.data.train, found.data.test]))
    np.testing.assert_array_equal(both, np.arange(len(found.data.y)))


def test_painted_points():
    points = [[0.0, 0.0, 0], [1.0, 1.0, 2], [2.0, -1.0, 0], [1.0, 0.5, 2]]
    found = session(data=data("painted", points=points, test=0.0))
    assert found.data.classes == ("class 1", "class 2", "class 3")
    np.testing.assert_array_equal(found.data.X, np.array(points)[:, :2])
    assert found.data.y.tolist() == [0, 2, 0, 2]


def test_inputs_worked_by_hand():
    names = ["x1", "x2", "x1^2", "x2^2", "x1 x2", "sin x1", "sin x2"]
    points = [[2.0, -3.0, 0], [0.5, 1.0, 1], [1.0, 1.0, 0]]
    found = session(data=data("painted", points=points, test=0.0), inputs=names)
    expected = [2, -3, 4, 9, -6, np.sin(2), np.sin(-3)]
    np.testing.assert_allclose(found.X[0], expected)
    found.change({"inputs": ["sin x2", "x1"]})
    np.testing.assert_allclose(found.X[1], [np.sin(1), 0.5])


# Views


def test_two_components_judged_by_scikit_learn(tmp_path, rng):
    from sklearn.decomposition import PCA

    found = session(data=data("wine"))
    assert found.setup.view.kind == "components"
    axes, X = found.axes, found.data.X
    pca = PCA(2, svd_solver="full").fit(X[found.data.train])
    assert axes.explained == pytest.approx(pca.explained_variance_ratio_.sum())
    np.testing.assert_allclose(np.abs(axes.points(X)), np.abs(pca.transform(X)), atol=1e-9)
    np.testing.assert_allclose(axes.directions @ axes.directions.T, np.eye(2), atol=1e-12)
    points = axes.points(X)
    assert (axes.bounds[:, 0] < points.min(axis=0)).all()
    assert (axes.bounds[:, 1] > points.max(axis=0)).all()


def test_two_columns_and_the_others_at_their_mean(tmp_path, rng):
    found = session(table(tmp_path, rng))
    view = {"kind": "columns", "x": "b", "y": "a"}
    generation = found.generation
    assert found.change({"view": view}) is True
    assert found.generation == generation
    grid, columns = found.axes.grid(5), found.data.columns
    x, y = grid[:, columns.index("b")], grid[:, columns.index("a")]
    assert x[0] < x[4]
    assert y[0] > y[20]  # from the top down
    others = [i for i, name in enumerate(columns) if name not in "ab"]
    means = found.data.X[found.data.train].mean(axis=0)[others]
    np.testing.assert_allclose(grid[:, others], np.tile(means, (25, 1)))


def test_axes_are_found_once(monkeypatch):
    """Components of 14,000 rows of 100 columns take a second."""
    found = session(data=data("wine"))
    axes = found.axes
    monkeypatch.setattr("glassnet.playground.session.axes_of", lambda *_: pytest.fail("again"))
    found.change({"layers": layers(3)})
    assert found.axes is axes


@pytest.mark.parametrize("n_columns", [1, 2])
def test_tables_of_few_columns_have_axes(n_columns, tmp_path, rng):
    frame = {f"c{i}": rng.normal(size=30).tolist() for i in range(n_columns)}
    pl.DataFrame(frame | {"y": ["a", "b"] * 15}).write_csv(tmp_path / "t.csv")
    found = session(tmp_path / "t.csv")
    assert np.isfinite(found.axes.grid(3)).all()
    assert found.axes.grid(3).shape == (9, n_columns)
    assert np.isfinite(axes_of(found.data, found.setup.view).bounds).all()


def test_another_file_of_the_same_choice(tmp_path, rng):
    found = session(table(tmp_path, rng))
    advance(found, 3)
    other = table(tmp_path, rng, name="other.csv", y=rng.choice(["p", "q", "r"], 120))
    found.file = upload_of(other, "other.csv")
    found.reload(found.setup.plain()["data"])
    assert (found.data.classes, found.state.step) == (("p", "q", "r"), 0)


def test_it_begins_without_anything_chosen():
    assert Session(Setup()).data.classes == ("class 1", "class 2")
