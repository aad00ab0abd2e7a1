"""Frames, decoded as the protocol's text says, and judged by the library and scikit-learn."""

import json
import warnings

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, r2_score

import glassnet as gn
import reference
from glassnet.playground.answers import answers, ready
from glassnet.playground.frames import Camera, Look, frame
from glassnet.playground.measures import measures, shown_layers
from glassnet.playground.messages import binary, text
from glassnet.playground.setup import MOST_INPUTS
from glassnet.playground.views import COARSE, SIZE, SMALL
from playground.pages import choice, data, decoded, layers, read, session
from playground.test_session import advance

CASES = {
    "two classes": {"data": data(), "layers": layers(4, 2)},
    "eight classes": {"data": data("spiral", classes=8), "layers": layers(9, dropout=0.3)},
    "numbers": {"data": data("bumps"), "layers": layers(5, activation="ReLU")},
    "a table": {"data": data("wine"), "layers": layers(5)},
    "columns": {"data": data("wine"), "inputs": ["hue", "proline"],
                "view": {"kind": "columns", "x": "proline", "y": "alcohol"}},
    "numbers of a table": {"data": data("diabetes"), "learning_rate": 0.01},
    "squares for classes": {"data": data(), "loss": choice("SquaredError")},
    "classes by themselves": {"data": data(), "loss": choice("BinaryCrossEntropy")},
    "no layers": {"data": data(), "layers": []},
    "penalty": {"data": data(), "penalty": {"l1": 0.1, "l2": 0.2}},
    "inputs": {"data": data(), "inputs": ["x1^2", "sin x2"]},
    "no test rows": {"data": data(test=0.0)},
}  # fmt: skip


def taken(found, look=None, *, playing=True):
    return decoded(frame(Camera(found), look, 7, measures(found), playing=playing))


def trained(name, n_steps=30):
    found = session(**{"learning_rate": 0.2} | CASES[name])
    advance(found, n_steps)
    return found


def pixels(axes, size):
    """Return the points in the view's plane where a map's pixels have their middle."""
    (left, right), (bottom, top) = axes.bounds
    xs = [left + (right - left) * (i + 0.5) / size for i in range(size)]
    ys = [top - (top - bottom) * (i + 0.5) / size for i in range(size)]
    return np.array([[x, y] for y in ys for x in xs])


def rows_at(found, size):
    """Return the network's rows of a map's pixels."""
    X = found.axes.center + pixels(found.axes, size) @ found.axes.directions
    return found.data.given(X, found.setup.inputs)


@pytest.mark.parametrize("look", [None, Look(1, 5)])
@pytest.mark.parametrize(
    ("nodes", "playing", "size"), [(64, True, COARSE), (64, False, SIZE), (60, True, SIZE)]
)
def test_a_large_networks_map_is_coarse_while_it_plays(nodes, playing, size, look):
    """Of 60: 3,962 parameters; of 64: 4,482."""
    found = session(data=data(), layers=layers(nodes, nodes))
    found.advance()
    _, arrays = taken(found, look, playing=playing)
    X = rows_at(found, size)
    if look is None:
        assert arrays["map"].shape == (2, size, size)
        shares = found.net.predict(found.state.theta, X)
        assert np.abs(arrays["map"].reshape(2, -1).T - shares * 255).max() < 0.51
    else:
        assert arrays["map"].shape == (1, size, size)
        A = found.net.activations(found.state.theta, X)[3][:, 5]
        np.testing.assert_allclose(arrays["map"].ravel(), A, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_the_map_is_what_the_network_says_there(name):
    found = trained(name)
    _, arrays = taken(found)
    np.testing.assert_array_equal(arrays["theta"], found.state.theta)
    P = found.net.predict(found.state.theta, rows_at(found, SIZE))
    image = arrays["map"].reshape(len(arrays["map"]), -1).T
    if found.data.classes:
        if found.setup.loss.name == "SquaredError":
            P = P.clip(0, 1)
        shares = P / np.maximum(P.sum(axis=1, keepdims=True), 1e-12)
        assert arrays["map"].shape == (len(found.data.classes), SIZE, SIZE)
        assert arrays["map"].dtype == np.uint8
        assert np.abs(image - shares * 255).max() < 0.51  # half a step, and float32
    else:
        mean, std = found.data.scale(found.setup.made_loss)
        assert arrays["map"].shape == (1, SIZE, SIZE)
        np.testing.assert_allclose(image, P * std + mean, rtol=2e-5, atol=2e-5 * std)


@pytest.mark.parametrize("name", CASES)
def test_pictures_of_nodes(name):
    found = trained(name)
    _, arrays = taken(found)
    outputs = found.net.activations(found.state.theta, rows_at(found, SMALL))
    A = np.concatenate([outputs[i] for i in shown_layers(found.net)], axis=1)
    n_nodes = sum(one.nodes for one in found.setup.layers) + found.data.n_outputs
    assert (arrays["nodes"].shape, arrays["bounds"].shape) == (
        (n_nodes, SMALL, SMALL), (n_nodes, 2),
    )  # fmt: skip
    low, high = A.min(axis=0), A.max(axis=0)
    scale = np.abs(A).max()
    np.testing.assert_allclose(arrays["bounds"], np.column_stack([low, high]), atol=3e-5 * scale)
    width = np.where(high - low > 1e-3 * scale, high - low, np.inf)
    error = np.abs(arrays["nodes"].reshape(n_nodes, -1).T - (A - low) / width * 255)
    assert error[:, np.isfinite(width)].max(initial=0) < 0.55  # half a step, and float32


def test_the_top_row_is_the_largest_y():
    """A network that says x + 10 y, worked by hand."""
    found = session(data=data("plane"), layers=[])
    found.put(np.array([1.0, 10.0, 0.0]))
    _, arrays = taken(found)
    image = arrays["map"][0]
    reach, step = 3 - 3 / SIZE, 6 / SIZE
    assert image[0, 0] == pytest.approx(-reach + 10 * reach, abs=1e-4)
    assert image[0, 1] - image[0, 0] == pytest.approx(step, abs=1e-4)
    assert image[-1, -1] == pytest.approx(reach - 10 * reach, abs=1e-4)
    small = arrays["nodes"][0].astype(int)
    assert (small[0, -1], small[-1, 0]) == (255, 0)


@pytest.mark.parametrize("name", ["two classes", "a table", "numbers", "no layers"])
def test_looking_at_a_node(name):
    found = trained(name)
    outputs = found.net.activations(found.state.theta, rows_at(found, SIZE))
    for layer, place in enumerate(shown_layers(found.net)):
        for node in (0, outputs[place].shape[1] - 1):
            header, arrays = taken(found, Look(layer, node))
            assert header["look"] == {"layer": layer, "node": node}
            assert arrays["map"].shape == (1, SIZE, SIZE)
            np.testing.assert_allclose(
                arrays["map"].ravel(), outputs[place][:, node], rtol=1e-4, atol=1e-4
            )


# Numbers


@pytest.mark.parametrize("name", CASES)
def test_losses_and_scores_judged_by_others(name):
    found = trained(name)
    told = json.loads(text(measures(found)))
    data, net, theta = found.data, found.net, found.state.theta
    for place, rows in enumerate((data.train, data.test)):
        if not len(rows):
            assert told["loss"][place] is None
            assert told["score"][place] is None
            continue
        Z = net.scores(theta, found.X[rows])
        # the penalty is none of the loss that is shown: it would differ between rows
        loss, _ = reference.mean_loss(net.loss_function, Z.tolist(), found.Y[rows].tolist())
        assert told["loss"][place] == pytest.approx(loss, rel=1e-9)
        if data.classes:
            guess = Z.argmax(axis=1)
            assert told["score"][place] == pytest.approx(accuracy_score(data.y[rows], guess))
            part = told["confusion"]["train" if place == 0 else "test"]
            labels = range(len(data.classes))
            assert part == confusion_matrix(data.y[rows], guess, labels=labels).tolist()
        else:
            P = net.predict(theta, found.X[rows])
            assert told["score"][place] == pytest.approx(r2_score(found.Y[rows], P))
            assert told["confusion"] is None
    if not len(data.test) and data.classes:
        assert told["confusion"]["test"] is None


@pytest.mark.parametrize("name", CASES)
def test_layers_judged_by_the_library(name):
    found = trained(name)
    told = measures(found)["layers"]
    X, Y = found.X_train[:256], found.Y_train[:256]
    _, g = found.net.loss_and_grad(found.state.theta, X, Y)
    outputs = found.net.activations(found.state.theta, X)
    assert len(told) == len(found.setup.layers) + 1
    d_params = [one for one in found.net.views(g) if one]
    for one, (dW, db), place in zip(told, d_params, shown_layers(found.net), strict=True):
        A = outputs[place]
        assert one["gradient_norm"] == pytest.approx(np.sqrt((dW**2).sum() + (db**2).sum()))
        assert (one["low"], one["high"]) == (A.min(), A.max())
        assert sum(one["counts"]) == A.size
        assert one["dead"] == len(one["dead_nodes"]) / A.shape[1]


def test_dead_nodes():
    found = session(data=data(), layers=layers(3, activation="ReLU"))
    theta = found.state.theta.copy()
    views = found.net.views(theta)
    views[0][1][1] = -1e4  # never above 0
    found.put(theta)
    told = measures(found)["layers"][0]
    assert (told["dead_nodes"], told["dead"]) == ([1], pytest.approx(1 / 3))


@pytest.mark.parametrize("size", [1e8, 1e30, 1e60, 1e150, 1e300])
@pytest.mark.parametrize("name", ["two classes", "numbers", "numbers of a table", "a table"])
@pytest.mark.parametrize("activation", ["ReLU", "Identity", "Mish", "SELU"])
def test_weights_that_lie_far_out_are_shown(size, name, activation):
    """Numbers are null where they are not finite; nothing warns, nothing fails."""
    parts = CASES[name] | {"layers": layers(3, 3, 3, activation=activation)}
    found = session(**parts)
    for sign in (1, -1):
        theta = size * sign * np.linspace(-0.5, 1, found.net.n_params)
        found.put(theta)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            header, arrays = taken(found)
            for layer in range(4):
                taken(found, Look(layer, 0))
        np.testing.assert_array_equal(arrays["theta"], theta)
        assert np.isfinite(arrays["map"]).all()
        assert np.isfinite(arrays["bounds"]).all()
        for one in header["layers"]:
            assert sum(one["counts"]) == 3 * len(found.X_train[:256]) or one is header["layers"][-1]
            assert np.isfinite([one["low"], one["high"]]).all()


# Messages


def test_a_frame_says_where_the_training_stands():
    found = session(data=data(), batch_size=10)  # 42 rows, 5 batches
    header, _ = taken(found)
    assert (header["epoch"], header["step"], header["batch"], header["n_batches"]) == (0, 0, 0, 5)
    assert (header["frame"], header["playing"], header["ended"]) == (7, True, None)
    advance(found, 7)
    header, _ = taken(found)
    assert (header["epoch"], header["step"], header["batch"]) == (2, 7, 2)
    assert header["learning_rate"] == 0.03
    assert header["gradient_norm"] > 0
    advance(found, 10)
    header, _ = taken(found)
    assert (header["epoch"], header["batch"]) == (2, 5)


def test_a_message_of_arrays_of_any_size(rng):
    arrays = {
        "a": rng.normal(size=3).astype(np.float32), "b": np.zeros((0, 2)),
        "c": rng.integers(0, 255, (2, 3, 5)).astype(np.uint8), "d": rng.normal(size=(1, 1)),
        "e": np.arange(4, dtype=np.int32), "f": rng.normal(size=(3, 4)).astype(">f8").T,
    }  # fmt: skip
    for length in range(12):
        header, found = decoded(binary({"type": "x" * length}, arrays))
        assert header["type"] == "x" * length
        for name, one in arrays.items():
            np.testing.assert_array_equal(found[name], one)


def test_what_is_not_finite_is_null():
    message = {"a": [float("nan"), -float("inf"), (1, {"b": np.float32("inf")})], "c": np.int64(3)}
    assert json.loads(text(message)) == {"a": [None, None, [1, {"b": None}]], "c": 3}


@pytest.mark.parametrize("name", CASES)
def test_the_setup_and_the_rows(name):
    found = trained(name)
    (setup, _), (about, arrays) = map(read, answers(found, points=True))
    assert setup["setup"] == found.setup.plain()
    assert setup["n_params"] == found.net.n_params == len(found.state.theta)
    nodes = 0
    for one, (W, b) in zip(
        setup["network"], [v for v in found.net.views(found.state.theta) if v], strict=True
    ):
        theta, size = found.state.theta, one["n_in"] * one["n_out"]
        np.testing.assert_array_equal(theta[one["W"] : one["W"] + size], W.ravel())
        np.testing.assert_array_equal(theta[one["b"] : one["b"] + one["n_out"]], b)
        assert one["first"] == nodes
        nodes += one["n_out"]
    hidden = [(one["activation"], one["dropout"]) for one in setup["network"]]
    assert hidden == [*((x.activation, x.dropout) for x in found.setup.layers), (None, 0.0)]

    data = found.data
    assert (about["n_train"], about["n_test"]) == (len(data.train), len(data.test))
    assert (about["classes"], about["task"]) == (list(data.classes), data.task)
    assert np.flatnonzero(arrays["test"]).tolist() == data.test.tolist()
    np.testing.assert_array_equal(arrays["target"], data.y.astype(np.float32))
    points = (data.X - found.axes.center) @ found.axes.directions.T
    np.testing.assert_allclose(arrays["points"], points, rtol=1e-5, atol=1e-5)
    for axis, values in zip("xy", points.T, strict=True):
        assert about["axes"][axis]["low"] <= values.min()
        assert about["axes"][axis]["high"] >= values.max()
    names = [one["name"] for one in about["available"]]
    assert set(found.setup.inputs) <= set(names)
    assert {one["name"] for one in about["available"] if one["is_column"]} == set(data.columns)
    assert (about["explained"] is not None) == (found.setup.view.kind == "components")


def test_the_first_message():
    found = session()
    header, _ = read(ready("a1", found, 123, None))
    assert (header["type"], header["page"], header["version"]) == ("ready", "a1", gn.__version__)
    limits = header["catalog"]["limits"]
    assert (limits["upload"], limits["inputs"]) == (123, MOST_INPUTS)
    kinds = {one["name"]: one for one in header["catalog"]["data"]}
    assert kinds["circle"]["classes"] == [2, 8]
    assert kinds["clouds"]["classes"] is None
    assert {one["source"] for one in kinds.values()} == {"plane", "table", "painted", "file"}
    for one in kinds.values():
        if one["source"] in ("plane", "table"):
            session(data=data(one["name"])).advance()
