"""The arrays of an explanation are those of the network; the numbers in its lines add up."""

import json
import math
import re

import numpy as np
import pytest

import glassnet as gn
import reference
from explain.formulas import check, value_and_doubt
from explain.nets import LAYERS, drawn
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.explain.passes import explain_pass
from tolerances import SUM, close

PENALTIES = {"none": None, "both": gn.Penalty(l1=0.03, l2=0.2), "l2": gn.Penalty(l2=0.5)}


def gradient_of(told, net):
    """Return the gradient as the steps of the way back show it, in theta's order."""
    steps = {s.layer: s for s in told.steps if s.phase == "backward" and s.gradients}
    found = [one["numbers"] for i in sorted(steps) for one in steps[i].to_dict()["gradients"]]
    return np.array([x for one in found for x in one])


@pytest.mark.parametrize("penalty", PENALTIES.values(), ids=PENALTIES)
@pytest.mark.parametrize("name", LAYERS)
def test_the_gradient_is_the_networks_to_the_bit(name, penalty, rng):
    net, theta, X, Y = drawn(LAYERS[name], rng, penalty=penalty)
    w = np.array([2.5])
    told = explain_pass(net, theta, X, Y, w)
    L, g = net.loss_and_grad(theta, X, Y, w)
    assert np.array_equal(gradient_of(told, net), g)
    assert np.array_equal(told.g, g)
    assert told.loss == L
    layers = [one for one in told.steps if one.phase == "forward" and one.layer is not None]
    assert [one.layer for one in layers] == list(range(len(net.layers)))
    assert np.array_equal(layers[-1].values.numbers, net.scores(theta, X))


@pytest.mark.parametrize("name", ["columns", "wide", "dropout", "waves inside"])
def test_the_numbers_are_the_references(name, rng):
    net, theta, X, Y = drawn(LAYERS[name], rng, penalty=gn.Penalty(0.1, 0.2))
    told = explain_pass(net, theta, X, Y, np.array([0.5]))
    L, g = reference.table_loss_and_grad(
        net.layers, net.loss_function, theta, X, Y, [0.5], net.penalty
    )
    close(told.loss, L, SUM, "float64", scale=10)
    close(gradient_of(told, net), g, SUM, "float64", scale=10)


@pytest.mark.parametrize("name", LAYERS)
def test_the_numbers_that_are_shown_add_up(name, rng):
    net, theta, X, Y = drawn(LAYERS[name], rng, penalty=gn.Penalty(l1=0.03, l2=0.2))
    pairs = 0
    for parameter in rng.integers(net.n_params, size=3).tolist():
        told = explain_pass(net, theta, X, Y, np.array([0.5]), parameter=parameter, most=4)
        pairs += sum(check(line) for step in told.steps for line in step.words.lines)
    assert pairs > 20
    forward = explain_pass(net, theta, X)
    assert {step.phase for step in forward.steps} == {"forward"}
    assert (forward.loss, forward.parameter, forward.g) == (None, None, None)
    assert sum(check(line) for step in forward.steps for line in step.words.lines) > 1


@pytest.mark.parametrize("loss", gn.LOSSES, ids=repr)
def test_losses(loss, rng):
    net, theta, X, Y = drawn([gn.Dense(3, 4), gn.Tanh(), gn.Dense(4, 3)], rng, loss)
    told = explain_pass(net, theta, X, Y, outputs=["a", "b", "c"])
    L, dz = reference.sample_loss(loss, net.scores(theta, X)[0], Y[0])
    assert told.loss == pytest.approx(L, rel=1e-12, abs=1e-15)
    found = next(step for step in told.steps if step.phase == "backward")
    assert found.values.name == "dZ"
    assert found.values.numbers[0] == pytest.approx(dz, rel=1e-9, abs=1e-12)
    expected = reference.inverse_link(loss, net.scores(theta, X)[0])
    assert list(told.prediction) == ["a", "b", "c"]
    assert list(told.prediction.values()) == pytest.approx(expected, rel=1e-12)
    assert sum(check(line) for step in told.steps for line in step.words.lines) > 15
    total = next(step for step in told.steps if step.words.title.startswith("Loss"))
    shown, doubt = value_and_doubt(total.words.lines[-1].rpartition(" = ")[2])
    assert abs(shown - L) <= doubt + 1e-12


@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("goes_on", [False, True])
def test_the_update_is_a_step_of_training(kind, goes_on, rng):
    net, theta, X, Y = drawn(LAYERS["rates"], rng, penalty=gn.Penalty(l2=0.1))
    optimizer = kind()
    state = None
    if goes_on:
        training = gn.train(net, theta, X, Y, optimizer=optimizer, batch_size=1, n_epochs=9)
        for _ in range(3):
            state = next(training).state
        state.learning_rate = 0.0123
    before = theta.copy(), {} if state is None else {k: v.copy() for k, v in state.slots.items()}
    told = explain_pass(net, theta, X, Y, optimizer=optimizer, state=state)
    assert np.array_equal(theta, before[0])
    assert state is None or all(np.array_equal(state.slots[k], v) for k, v in before[1].items())
    chosen = told.parameter
    assert chosen.before == theta[chosen.index]
    steps = gn.train(net, theta, X, Y, optimizer=optimizer, batch_size=1, state=state, n_epochs=4)
    next(steps)
    assert np.array_equal(told.theta, theta)
    assert chosen.after == theta[chosen.index]
    update = told.steps[-1]
    assert update.phase == "update"
    assert kind.__name__ in update.words.title
    assert sum(map(check, update.words.lines)) >= 1


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_the_lines_of_an_update_end_with_the_new_parameter(kind, rng):
    net, theta, X, Y = drawn([gn.Dense(3, 2)], rng)
    told = explain_pass(net, theta, X, Y, optimizer=kind(), learning_rate=0.25, parameter=3)
    memory = [{} for _ in theta]
    expected = reference.optimizer_step(
        kind(), theta.tolist(), told.g.tolist(), memory, 1, 0.25, [1.0] * 6 + [0.0] * 2
    )
    assert told.parameter.after == pytest.approx(expected[3], rel=1e-12)
    shown, _ = value_and_doubt(told.steps[-1].words.lines[-1].rpartition(" = ")[2])
    assert shown == pytest.approx(expected[3], rel=1e-3)


def test_an_optimizer_of_the_users_own(rng):
    class Sign(gn.Optimizer):
        def update(self, theta, g, slots, t, learning_rate, decays):
            theta -= learning_rate * np.sign(g)

    net, theta, X, Y = drawn([gn.Dense(3, 2)], rng)
    told = explain_pass(net, theta, X, Y, optimizer=Sign(0.125))
    chosen = told.parameter
    assert chosen.after == pytest.approx(chosen.before - math.copysign(0.125, chosen.gradient))
    assert check(told.steps[-1].words.lines[-1]) == 1


@pytest.mark.parametrize("name", ["dense", "columns", "waves inside"])
def test_the_central_difference(name, rng):
    net, theta, X, Y = drawn(LAYERS[name], rng)
    for parameter in rng.integers(net.n_params, size=5).tolist():
        chosen = explain_pass(net, theta, X, Y, parameter=parameter).parameter
        shift = np.zeros_like(theta)
        shift[parameter] = 6e-6
        above, below = (
            reference.table_loss_and_grad(net.layers, net.loss_function, at, X, Y)[0]
            for at in (theta + shift, theta - shift)
        )
        assert chosen.difference == pytest.approx((above - below) / 1.2e-5, abs=1e-8)
        assert chosen.relative_error < 1e-7
        assert chosen.gradient == told_gradient(net, theta, X, Y)[parameter]


def told_gradient(net, theta, X, Y):
    return net.loss_and_grad(theta, X, Y)[1]


def test_a_wrong_backward_pass_is_told(rng):
    class Wrong(gn.Dense):
        def backward(self, dY, cache, params, d_params, need_dX=True):
            dX = super().backward(dY, cache, params, d_params, need_dX)
            d_params[0][...] *= -1
            return dX

    net, theta, X, Y = drawn([Wrong(3, 2)], rng)
    X += np.sign(X)  # so that a weight, and no bias, has the largest gradient
    told = explain_pass(net, theta, X, Y)
    assert told.parameter.relative_error > 0.5
    assert "a layer of your own goes back wrongly" in told.steps[-2].words.says


def test_the_parameter(rng):
    net, theta, X, Y = drawn([gn.Dense(3, 2), gn.Tanh(), gn.Dense(2, 2)], rng)
    told = explain_pass(net, theta, X, Y)
    assert told.parameter.index == np.abs(told.g).argmax()
    places = {4: (0, "W", 2, 0), 7: (0, "b", 1, None), 9: (2, "W", 0, 1), 12: (2, "b", 0, None)}
    for index, where in places.items():
        told = explain_pass(net, theta, X, Y, parameter=index)
        chosen = told.parameter
        assert (chosen.layer, chosen.name, chosen.row, chosen.column) == where
        sign = "W_{3,1}" if index == 4 else "b_{2}"
        if index < 8:  # its own gradient has a line of its own
            lines = next(s for s in told.steps if s.phase == "backward" and s.layer == 0)
            assert any(line.startswith(f"d{sign} = ") for line in lines.words.lines)
            assert told.steps[-1].words.lines[-1].startswith(rf"{sign} \leftarrow")


def test_three_axes_count_through(rng):
    net, theta, X, Y = drawn([gn.PeriodicEmbedding(2, 4, 3), gn.Dense(8, 1)], rng)
    chosen = explain_pass(net, theta, X[:, :2], Y, parameter=16 + 12 + 2 * 3 + 1).parameter
    assert (chosen.name, chosen.row, chosen.column) == ("M", 1, 7)


def test_the_most_important_nodes_have_lines_and_long_sums_are_cut(rng):
    net, theta, X, Y = drawn(LAYERS["wide"], rng)
    told = explain_pass(net, theta, X, Y, most=3)
    dense, silu = told.steps[1], told.steps[2]
    dz = next(s for s in told.steps if s.phase == "backward" and s.layer == 1).values.numbers[0]
    expected = sorted(np.argsort(-np.abs(dz))[:3] + 1)
    shown = [int(re.match(r"z_\{(\d+)\}", line)[1]) for line in dense.words.lines[:-1]]
    assert shown == expected
    assert dense.words.lines[-1] == r"\text{and 37 more nodes}"
    assert len(silu.words.lines) == 4
    line = dense.words.lines[0]
    x, w = X[0], net.views(theta)[0][0][:, shown[0] - 1]
    rest = np.sort(np.abs(x * w))[::-1][3:]
    assert line.count(r"\cdot") >= 3
    total = float(re.search(r"\\underbrace\{\\dots\}_\{(-?[\d.]+)", line)[1])
    kept = np.argsort(-np.abs(x * w))[:3]
    assert len(rest) == 27
    assert total == pytest.approx((x * w).sum() - (x * w)[kept].sum(), rel=1e-3)


def test_nodes_of_blocks_count_through(rng):
    net, theta, X, Y = drawn(LAYERS["columns"], rng)
    X[0, 3:] = 2, 3
    told = explain_pass(net, theta, X, Y, most=12)
    joined = net.activations(theta, X)[0][0]
    lines = next(s for s in told.steps if s.layer == 0).words.lines
    found = [re.match(r"[ay]_\{(\d+)\} = .* = (\S+)$", line) for line in lines]
    shown = {int(one[1]): value_and_doubt(one[2]) for one in found if one}
    assert sorted(shown) == list(range(1, 13))
    assert all(abs(value - joined[k - 1]) <= doubt + 1e-12 for k, (value, doubt) in shown.items())
    assert any(line.startswith("y_{11} = E_{3,1} = ") for line in lines)
    back = next(s for s in told.steps if s.layer == 0 and s.phase == "backward").words.lines
    assert any(line.startswith("dE_{2,3} = dy_{10} = ") for line in back)


def test_a_line_by_hand():
    net = gn.Network([gn.Dense(2, 2), gn.Sigmoid(), gn.Dense(2, 2)], gn.CrossEntropy())
    # docs/maths/forward.md and backpropagation.md: the pages' own example
    theta = np.array([0.1, -0.2, 0.3, 0.4, 0.1, -0.1, 0.5, -0.3, -0.4, 0.6, 0.2, -0.1])
    X, Y = np.array([[1.0, 2.0]]), np.array([[0.0, 1.0]])
    told = explain_pass(net, theta, X, Y, names=["age", "5 %"], outputs=["no", "yes"], parameter=0)
    lines = [line for step in told.steps for line in step.words.lines]
    assert lines[:4] == [
        r"x_{1} = 1 \quad \text{age}",
        r"x_{2} = 2 \quad \text{5 \%}",
        r"z_{1} = 1\cdot 0.1 + 2\cdot 0.3 + 0.1 = 0.8",
        r"z_{2} = 1\cdot (-0.2) + 2\cdot 0.4 + (-0.1) = 0.5",
    ]
    assert r"a_{1} = f(z_{1}) = \frac{1}{1 + e^{-0.8}} = 0.69" in lines
    softmax = r"p_{2} = \frac{e^{0.06648 - 0.296}}{1.795} = \frac{0.7949}{1.795} = 0.4429"
    assert rf"{softmax} \quad \text{{yes}}" in lines
    assert r"L = 1\cdot 0.8145 = 0.8145" in lines
    assert r"dz_{1} = p_{1} - y_{1} = 0.5571 - 0 = 0.5571 \quad \text{no}" in lines
    assert told.loss == pytest.approx(0.814478, abs=1e-6)
    assert told.parameter.gradient == pytest.approx(0.095340, abs=1e-6)
    assert told.parameter.difference == pytest.approx(0.095340, abs=1e-6)
    assert told.parameter.after == pytest.approx(0.1 - 0.01 * 0.095340, abs=1e-8)
    assert r"W_{1,1} \leftarrow 0.1 - 0.01\cdot 0.09534 = 0.09905" in lines


def test_float32(rng):
    net, theta, X, Y = drawn(LAYERS["dropout"], rng, dtype=np.float32)
    told = explain_pass(net, theta, X, Y)
    L, g = net.loss_and_grad(theta, X, Y)
    assert told.loss == pytest.approx(L, rel=0)
    assert told.g.dtype == np.float32
    assert np.array_equal(told.g, g)
    assert told.parameter.relative_error < 1e-4


def test_plain_data(rng):
    net, theta, X, Y = drawn(LAYERS["columns"], rng, gn.CrossEntropy())
    told = explain_pass(net, theta, X, Y, outputs=["same", "same"]).to_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert list(told) == ["steps", "loss", "prediction", "parameter"]
    assert list(told["prediction"]) == ["same (1)", "same (2)"]
    assert list(told["parameter"]) == [
        "index", "layer", "name", "row", "column", "before", "gradient", "difference",
        "relative_error", "after",
    ]  # fmt: skip
    for step in told["steps"]:
        assert list(step) == [
            "phase", "layer", "title", "formula", "lines", "values", "gradients", "says",
        ]  # fmt: skip
        for one in (step["values"], *step["gradients"]):
            assert len(one["numbers"]) == math.prod(one["shape"])
    assert told["steps"][1]["title"] == "Layer 1, columns: each block through its own layer"
    assert told["steps"][3]["title"] == "Layer 3, dense: Z = X W + b"
    assert [step["phase"] for step in told["steps"]] == [
        *["forward"] * 8, *["backward"] * 7, "update",
    ]  # fmt: skip


def test_numbers_that_are_not_finite(rng):
    net = gn.Network([gn.Dense(1, 1)], gn.Poisson())
    with np.errstate(all="ignore"):
        told = explain_pass(net, np.array([800.0, 0.0]), np.ones((1, 1)), np.ones((1, 1)))
    assert told.to_dict()["loss"] is None
    assert told.to_dict()["prediction"] == {"output 1": None}
    assert "∞" in told.text()
    assert r"\infty" in told.latex()


def test_dead_and_saturated_nodes():
    net = gn.Network([gn.Dense(1, 2), gn.ReLU(), gn.Dense(2, 1), gn.Sigmoid()], gn.SquaredError())
    theta = np.array([-1.0, 40.0, 0.0, 0.0, 1.0, 1.0, 0.0])
    told = explain_pass(net, theta, np.ones((1, 1)), np.zeros((1, 1)))
    lines = [line for step in told.steps for line in step.words.lines]
    assert any(line.startswith(r"f'(z_{1}) = 0 \text{ because } z \le 0") for line in lines)
    assert all(check(line) >= 0 for line in lines)


MADE = gn.Network([gn.Dense(2, 3), gn.Tanh(), gn.Dense(3, 1)], gn.SquaredError())
REFUSED = {
    "no network": ({"net": "net"}, "net is 'net'; expected a Network."),
    "an ensemble": (
        {"theta": np.zeros((2, 13))},
        "theta has shape (2, 13); expected one network's vector, such as theta[0].",
    ),
    "two rows": (
        {"X": np.zeros((2, 2)), "Y": np.zeros((2, 1))},
        "X has 2 rows; expected one, such as X[:1].",
    ),
    "columns": ({"X": np.zeros((1, 3))}, "X has 3 columns (shape (1, 3)); the network's first"),
    "target": ({"Y": np.zeros((1, 2))}, "Y has 2 columns; the network's last layer gives 1."),
    "names": ({"names": ["a"]}, "names has 1 names; expected 2, one for each column."),
    "outputs": ({"outputs": ["a", "b"]}, "outputs has 2 names; expected 1, one for each column."),
    "parameter": (
        {"parameter": 13},
        (
            "parameter is 13; expected the place of one of the network's "
            "13 parameters, from 0 to 12."
        ),
    ),
    "parameter below": ({"parameter": -1}, "parameter is -1; expected the place of one"),
    "parameter without Y": (
        {"parameter": 1, "Y": None},
        (
            "parameter is 1, and there is no Y: an "
            "update needs the target. Give Y, or leave parameter out."
        ),
    ),
    "optimizer": ({"optimizer": "adam"}, "optimizer is 'adam'; expected one such as Adam()."),
    "learning rate": ({"learning_rate": -1}, "learning_rate is -1; expected a number in [0, inf)."),
    "most": ({"most": 0}, "most is 0; expected a whole number of 1 or more."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals(case):
    changed, message = REFUSED[case]
    given = {
        "net": MADE,
        "theta": np.zeros(13),
        "X": np.zeros((1, 2)),
        "Y": np.zeros((1, 1)),
    } | changed
    positional = [given.pop(name) for name in ("net", "theta", "X", "Y")]
    with pytest.raises(gn.GlassnetError, match=re.escape(message)):
        explain_pass(*positional, **given)


def test_a_state_of_another_optimizer(rng):
    net, theta, X, Y = drawn([gn.Dense(3, 2)], rng)
    state = next(gn.train(net, theta, X, Y, optimizer=gn.Momentum())).state
    message = "the state's slots are ('v',); Adam needs ('m', 'v'). Give the optimizer that the"
    with pytest.raises(gn.ParameterError, match=re.escape(message)):
        explain_pass(net, theta, X, Y, optimizer=gn.Adam(), state=state)
