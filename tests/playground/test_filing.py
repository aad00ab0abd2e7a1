"""Model files: what is saved predicts as the page's network does; what is loaded is shown."""

import re
import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

import glassnet as gn
from glassnet.errors import GlassnetError
from glassnet.files.model_file import read_record
from glassnet.playground import filing
from glassnet.playground.setup import SetupError
from playground.pages import choice, data, layers, session
from playground.test_session import advance, everything, table


def saved(found, folder):
    path = folder / "m.glassnet"
    filing.save(found, path)
    return path


def expected(found):
    """Return what the page's network says of its rows: probabilities, or numbers."""
    P = found.net.predict(found.state.theta, found.X)
    if found.data.classes:
        return P
    mean, std = found.data.scale(found.setup.made_loss)
    return P[:, 0] * std + mean


def within_what_was_seen(found, y):
    """Return what a table's model file says: nothing beyond its training rows."""
    if found.data.table is None:
        return y
    seen = found.data.y[found.data.train]
    return y.clip(seen.min(), seen.max())


def of_an_estimator(path, X, y, *sizes, **settings):
    """Train one outside of the page, a little, and save it."""
    net = gn.MLPClassifier(sizes, **{"max_iter": 2} | settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        net.fit(X, y)
    net.save(path)
    return net


def check(found, folder):
    """Assert that a saved network predicts as the session's, of what a user would give it."""
    predictor = gn.load(saved(found, folder))
    rows = found.X if found.data.is_plane else found.data.frame
    wanted = expected(found)
    if found.data.classes:
        np.testing.assert_allclose(predictor.predict_proba(rows), wanted, rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(
            predictor.predict(rows), found.data.labels[wanted.argmax(axis=1)]
        )
    else:
        wanted = within_what_was_seen(found, wanted)
        np.testing.assert_allclose(predictor.predict(rows), wanted, rtol=1e-5, atol=1e-5)
    return predictor


def trained(**more):
    found = session(**{"data": data(), "layers": layers(5), "learning_rate": 0.3} | more)
    advance(found, 25)
    return found


@pytest.mark.parametrize(
    "parts",
    [
        {"data": data("circle", classes=2)}, {"data": data("clouds", classes=3)},
        {"data": data("bumps")}, {"data": data("plane"), "layers": []},
        {"data": data("bumps"), "loss": choice("Huber", delta=0.5)},
        {"data": data("iris")}, {"data": data("wine")},
        {"data": data("diabetes"), "learning_rate": 0.01},
        {"data": data("wine"), "inputs": ["proline", "alcohol", "hue"]},
        {"data": data("iris"), "layers": layers(5, 3, dropout=0.5)},
        {"inputs": ["x1^2", "sin x2"]}, {"layers": []},
        {"layers": layers(3, activation="ReLU") + layers(4, activation="LeakyReLU")},
        {"loss": choice("CrossEntropy", label_smoothing=0.2)},
        {"data": data("painted", points=[[0, 0, 0], [1, 1, 2], [0, 1, 2], [1, 0, 0]], test=0)},
    ],
)  # fmt: skip
def test_what_is_saved_predicts_as_the_page_does(parts, tmp_path):
    check(trained(**parts), tmp_path)


@pytest.mark.parametrize("task", ["classes", "numbers"])
@pytest.mark.parametrize("inputs", ["all", "some"])
def test_a_table_with_text_and_missing_cells(task, inputs, tmp_path, rng):
    more = {"y": rng.normal(1000, 50, 120).round(2)} if task == "numbers" else {}
    found = session(table(tmp_path, rng, **more), learning_rate=0.01)
    if inputs == "some":
        found.change({"inputs": ["kind=red", "a"]})
    advance(found, 20)
    predictor = check(found, tmp_path)
    names = list(predictor.feature_names_in_) if hasattr(predictor, "feature_names_in_") else None
    assert names is None or "y" not in names


def test_inputs_in_another_order_than_the_columns(tmp_path):
    found = trained(data=data("iris"))
    found.change({"inputs": list(found.data.columns[::-1])})
    advance(found, 9)
    check(found, tmp_path)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"loss": choice("SquaredError")}, r"holds classes with the loss CrossEntropy, and no Sq"),
        ({"data": data("iris"), "loss": choice("BinaryCrossEntropy")}, r"and no BinaryCrossEntro"),
        ({"data": data("diabetes"), "loss": choice("Poisson"), "learning_rate": 1e-6},
         r"a model file of a table holds no Poisson loss"),
    ],
)  # fmt: skip
def test_what_a_model_file_does_not_hold(parts, message, tmp_path):
    with pytest.raises(SetupError, match=message):
        filing.save(trained(**parts), tmp_path / "m.glassnet")
    assert not (tmp_path / "m.glassnet").exists()


def test_classes_by_themselves_are_saved_as_what_they_are(tmp_path):
    """Each class has a probability of its own."""
    found = trained(loss=choice("BinaryCrossEntropy"))
    P = gn.load(saved(found, tmp_path)).predict_proba(found.X)
    np.testing.assert_allclose(P, expected(found), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "parts",
    [
        {}, {"layers": []}, {"data": data("iris")}, {"data": data("bumps")},
        {"data": data("diabetes"), "learning_rate": 0.01},
        {"layers": layers(3, activation="GELU") + layers(6, activation="ReLU")},
        {"inputs": ["sin x1", "x2"]}, {"data": data("wine"), "inputs": ["proline", "hue"]},
        {"loss": choice("CrossEntropy", label_smoothing=0.25)},
    ],
)  # fmt: skip
def test_what_is_loaded_is_what_was_saved(parts, tmp_path):
    found = trained(**parts)
    path = saved(found, tmp_path)
    other = session(data=found.setup.plain()["data"], seed=3)
    assert filing.load(other, path) == []
    if found.setup.inputs == other.setup.inputs:
        np.testing.assert_array_equal(other.state.theta, found.state.theta)
        assert other.setup.layers == found.setup.layers
        assert other.setup.loss == found.setup.loss
    np.testing.assert_allclose(expected(other), expected(found), atol=1e-9)
    other.advance()
    assert np.isfinite(other.state.theta).all()


def test_a_network_of_an_estimator(tmp_path):
    """Trained outside of the page, on three clouds."""
    found = session(data=data("clouds", classes=3))
    X, y = found.data.X, found.data.y
    net = of_an_estimator(tmp_path / "m.glassnet", X, y, 6, activation="tanh", max_iter=30)
    filing.load(found, tmp_path / "m.glassnet")
    P = found.net.predict(found.state.theta, found.X)
    np.testing.assert_allclose(P, net.predict_proba(found.data.X), rtol=1e-5, atol=1e-6)


def refused(found, path, message):
    advance(found, 3)
    before = everything(found)
    with pytest.raises(SetupError) as raised:
        filing.load(found, path)
    assert re.search(message, str(raised.value)), str(raised.value)
    assert str(path.parent) not in str(raised.value)
    assert everything(found) == before
    found.advance()


@pytest.mark.parametrize(
    ("parts", "other", "message"),
    [
        ({"data": data("iris")}, {}, r"the file's network takes sepal length.*; these rows have x"),
        ({"data": data("clouds", classes=3)}, {}, r"gives 3 scores; these rows need 2"),
        ({"data": data("plane")}, {}, r"gives 1 scores; these rows need 2"),
    ],
)
def test_networks_of_other_rows_are_refused(parts, other, message, tmp_path):
    refused(session(**other), saved(trained(**parts), tmp_path), message)


@pytest.mark.parametrize(
    ("sizes", "settings", "message"),
    [
        ((65,), {}, r"layers of more than 64 nodes"),
        ((3,) * 7, {}, r"no row of at most 6 dense layers"),
        ((3,), {"activation": gn.LeakyReLU(0.3)}, r"has settings that the page does not show"),
    ],
)
def test_networks_that_the_page_does_not_show(sizes, settings, message, tmp_path):
    found = session(data=data("clouds", classes=3))
    path = tmp_path / "m.glassnet"
    of_an_estimator(path, found.data.X, found.data.y, *sizes, **settings)
    refused(found, path, message)


def test_a_loss_of_another_task_changes_nothing(tmp_path):
    """One score for numbers, by a loss that the page has for classes only."""
    found = session(data=data("plane"))
    path = tmp_path / "m.glassnet"
    of_an_estimator(path, found.data.X, found.data.y > 0, 3)
    assert read_record(path).about.network.n_outputs == 1
    refused(found, path, r"the file's loss is BinaryCrossEntropy; regression on this page has")


@pytest.mark.parametrize(
    "content",
    [b"", b"x,y\n1,2\n", b"PK\x03\x04" + bytes(100), bytes(1000), b"\xff" * 64],
)
def test_files_that_are_no_models(content, tmp_path):
    path = tmp_path / "m.glassnet"
    path.write_bytes(content)
    refused(session(data=data()), path, r".")


def test_a_model_file_that_is_damaged_anywhere(tmp_path, rng):
    found = trained()
    whole = saved(found, tmp_path).read_bytes()
    before = everything(found)
    for place in rng.choice(len(whole), 60, replace=False):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << int(rng.integers(8))
        (tmp_path / "d.glassnet").write_bytes(damaged)
        with pytest.raises(GlassnetError):
            filing.load(found, tmp_path / "d.glassnet")
        assert everything(found) == before


def test_a_table_scaled_by_other_rows_is_said(tmp_path, rng):
    path = table(tmp_path, rng)
    found = session(path)
    model = saved(found, tmp_path)
    found.change({"data": data("file", seed=5)})
    says = filing.load(found, model)
    assert says == ["the file's table was scaled by other rows than this page's training rows"]
