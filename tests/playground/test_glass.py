"""Through the glass: a row of the page, and the page's gradient check."""

import numpy as np
import polars as pl
import pytest

from glassnet.playground.glass import glass, gradient_check
from glassnet.playground.session import Session
from glassnet.playground.setup import Choice, DataChoice, HiddenLayer, Setup, SetupError
from playground.pages import session
from tolerances import EPS

SETUPS = [
    Setup(),
    Setup(layers=(HiddenLayer(3, "ReLU", 0.2), HiddenLayer(2, "GELU")), batch_size=7),
    Setup(data=DataChoice("bumps"), loss=Choice.of("regression", "Huber")),
    Setup(data=DataChoice("iris"), optimizer=Choice.of("optimizers", "Adam")),
]


def trained(setup):
    session = Session(setup)
    for _ in range(5):
        session.advance()
    return session


@pytest.mark.parametrize("setup", SETUPS, ids=lambda one: one.data.name)
def test_the_gradients_of_a_row_are_the_librarys(setup):
    session = trained(setup)
    row = int(session.data.train[3])
    found = glass(session, row, None)
    net, theta = session.net, session.state.theta
    L, g = net.loss_and_grad(theta, session.X[[row]], session.Y[[row]])
    assert found["loss"] == pytest.approx(L, rel=4 * EPS["float64"])
    told = [
        one["numbers"]
        for step in found["steps"] if step["phase"] == "backward" and step["dense"] is not None
        for one in step["gradients"] if one["name"] in ("dW", "db")
    ]  # fmt: skip
    expected = [
        dV.ravel().tolist() for d_params in net.views(g)[::-1] if d_params for dV in d_params
    ]
    assert [np.ravel(one).tolist() for one in told] == expected
    parameter = found["parameter"]
    assert parameter["gradient"] == g[parameter["index"]]
    assert abs(g[parameter["index"]]) == np.abs(g).max()


@pytest.mark.parametrize("inputs", [None, ["kind=p", "a"]])
def test_a_tables_row_begins_with_its_cells(inputs, tmp_path):
    frame = pl.DataFrame({
        "a": [1.0, 2.0, 3.0, 4.0] * 3, "kind": ["p", "q", "r"] * 4, "y": ["no", "yes"] * 6,
    })  # fmt: skip
    frame.write_csv(tmp_path / "t.csv")
    found = session(tmp_path / "t.csv", **({} if inputs is None else {"inputs": inputs}))
    found.advance()
    first, second = glass(found, 3, None)["steps"][:2]
    assert first["title"].startswith("Encoding: X, the cells as numbers")
    assert first["phase"] == "forward"
    assert first["dense"] is None
    assert np.ravel(first["values"]["numbers"]).tolist() == found.X[3].tolist()
    names = list(found.setup.inputs)
    x = {name: f"x_{{{k + 1}}} = " for k, name in enumerate(names)}
    lines = {name: next(line for line in first["lines"] if x[name] in line) for name in names}
    assert "a: 4" in lines["a"]
    assert "kind: p" in lines["kind=p"]
    assert len(first["lines"]) == len(names) == (2 if inputs else 4)
    assert second["dense"] == 0


def test_a_step_knows_its_dense_layer():
    session = trained(SETUPS[1])  # Dense, ReLU, Dropout, Dense, GELU, Dense
    found = glass(session, 0, 0)
    places = {step["layer"]: step["dense"] for step in found["steps"]}
    assert places.pop(None, None) is None
    assert places == {0: 0, 1: 0, 2: 0, 3: 1, 4: 1, 5: 2}
    assert found["parameter"]["index"] == 0


def test_numbers_are_told_in_their_own_units():
    session = trained(
        Setup(data=DataChoice("diabetes"), loss=Choice.of("regression", "SquaredError"))
    )
    y = session.data.y[session.data.train]
    row = int(session.data.test[0])
    Z = session.net.scores(session.state.theta, session.X[[row]])
    (value,) = glass(session, row, None)["prediction"].values()
    assert value == pytest.approx(Z.item() * y.std() + y.mean(), rel=1e-12)
    assert (
        f"a test row: progression = {session.data.y[row]:.4g}" in glass(session, row, None)["says"]
    )


@pytest.mark.parametrize(("row", "parameter"), [(-1, None), (500, None), (True, None), ("0", None),
                                                (0, -1), (0, 28), (0, 1.5)])  # fmt: skip
def test_what_is_not_there_is_refused(row, parameter):
    with pytest.raises(SetupError, match=r"^(row|parameter) is .*; expected"):
        glass(trained(Setup()), row, parameter)


def test_a_look_changes_nothing():
    session = trained(SETUPS[3])
    theta = session.state.theta.copy()
    slots = {name: slot.copy() for name, slot in session.state.slots.items()}
    glass(session, 0, 5)
    gradient_check(session)()
    assert np.array_equal(session.state.theta, theta)
    for name, slot in slots.items():
        assert np.array_equal(session.state.slots[name], slot)


@pytest.mark.parametrize("setup", SETUPS, ids=lambda one: one.data.name)
def test_the_pages_gradient_check(setup):
    found = gradient_check(trained(setup))()
    if found["kink_distance"] > 1e-3:
        assert found["relative_error"] < 1e-6
    assert [row["parameter"] for row in found["rows"]] == ["W", "b"] * (len(setup.layers) + 1)
