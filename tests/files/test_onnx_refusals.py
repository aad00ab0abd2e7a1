"""What is not exported: onnxruntime answers as the model does, or there is no file."""

import sys
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

import glassnet as gn
from files import examples
from files.golden_table import golden
from files.onnx_runs import AGREEMENT, SMALL, check_export, table
from files.test_mlp import fitted, labels_of
from glassnet.files.onnx import check, layers, write
from glassnet.record import Record


@pytest.fixture
def path(tmp_path):
    return tmp_path / "m.onnx"


def test_an_empty_text_as_a_level_is_refused(rng, path):
    model, _ = examples.classifier(rng)
    message = r"the empty text is a level of the column 'few'; .* Replace it, by a word or by None"
    with pytest.raises(gn.ParameterError, match=message):
        model.to_onnx(path)
    assert not list(path.parent.iterdir())


def test_an_empty_text_where_only_missing_cells_count(rng, path):
    X = table(rng)
    model, _ = examples.classifier(rng, X=X)
    model.to_onnx(path)
    X.loc[3, "gaps"] = ""
    with pytest.raises(gn.DataError, match="column 'gaps', row 3: the empty text is a value"):
        gn.onnx_inputs(model, X)
    X["two"] = ""  # elsewhere it is a level never seen, as good as missing
    check_export(model, X.assign(gaps="a"), path)


@pytest.mark.parametrize("what", ["level", "label"])
def test_half_a_character_is_refused(what, rng, path):
    half = "a\ud800"
    X = pd.DataFrame({"x": rng.normal(size=40), "c": rng.choice(np.array(["a", "b"], object), 40)})
    y = rng.choice(np.array(["a", "b"], object), 40)
    if what == "level":
        X["c"] = X["c"].astype(object).where(X["c"] == "a", half)
    else:
        y[y == "b"] = half
    model, _ = examples.classifier(rng, X=X, y=y)
    with pytest.raises(gn.ParameterError, match=rf"{what}.* is .*no Unicode text.* Replace it"):
        model.to_onnx(path)
    assert not list(path.parent.iterdir())


class Odd(gn.Tanh):
    """An activation of one's own."""


def test_a_layer_of_ones_own_is_refused(rng, path):
    about = gn.load(golden("means")).record.about
    network = gn.Network([gn.Dense(3, 2), Odd()], gn.SquaredError())
    record = Record(replace(about, network=network), np.zeros((1, 8)))
    with pytest.raises(gn.ParameterError, match="a layer is a Odd, which is not glassnet's own"):
        write.write_onnx(record, path)


def test_a_model_that_is_too_large_is_refused(monkeypatch, path):
    monkeypatch.setattr(write, "MOST_BYTES", 100)
    with pytest.raises(gn.ParameterError, match="take 208 bytes; one ONNX file holds at most 100"):
        gn.load(golden("means")).to_onnx(path)


WRONG = {
    "another function": lambda g, f, z: g.op("Tanh", g.op("Mul", z, 1.001)),
    "no number": lambda g, f, z: g.op("Log", g.op("Sub", z, g.op("Add", g.op("Abs", z), 1))),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_another_answer_is_no_file(wrong, monkeypatch, rng, path):
    X, y = rng.normal(size=(60, 4)), rng.normal(size=60)
    model = fitted(gn.MLPRegressor(**SMALL, activation="tanh"), X, y)
    path.write_text("as it was")
    monkeypatch.setitem(layers.ACTIVATION_OPS, gn.Tanh, wrong)
    message = (
        r"does not answer as the model does, on generated rows.*prediction\[\d+, 0\] is .* and"
    )
    with pytest.raises(gn.ExportError, match=message):
        model.to_onnx(path)
    assert path.read_text() == "as it was"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("kind", ["many", "one"])
def test_other_labels_are_no_file(kind, monkeypatch, rng, path):
    """Labels that are another's or nobody's, beside the right probabilities."""
    X = rng.normal(size=(60, 3))
    model = fitted(gn.MLPClassifier(**SMALL), X, labels_of(kind, rng, 60))
    monkeypatch.setattr("glassnet.files.onnx.targets.as_onnx", lambda labels: labels + 1)
    with pytest.raises(gn.ExportError, match=r"on the rows given: label\[\d+\] is "):
        model.to_onnx(path, X)
    assert not path.exists()


def test_an_invalid_graph_is_no_file(monkeypatch, path):
    monkeypatch.setitem(layers.ACTIVATION_OPS, gn.SiLU, lambda g, f, z: g.op("NoSuch", z))
    with pytest.raises(gn.ExportError, match=r"the ONNX file is not valid: .*NoSuch"):
        gn.load(golden("means")).to_onnx(path)
    assert not path.exists()


@pytest.mark.parametrize("package", ["onnx", "onnxruntime"])
def test_a_missing_package(package, monkeypatch, path):
    monkeypatch.setitem(sys.modules, package, None)
    message = rf'{package}, which is not installed: pip install "glassnet\[onnx\]"'
    with pytest.raises(gn.MissingExtraError, match=message):
        gn.load(golden("means")).to_onnx(path)
    assert not path.exists()


def test_what_is_no_model(path):
    for thing in (3, gn.MLPRegressor(), gn.TabularClassifier()):
        with pytest.raises(gn.ParameterError, match="expected a Predictor, a fitted estimator"):
            gn.onnx_inputs(thing, [[1.0]])
    for estimator in (gn.MLPRegressor(), gn.TabularClassifier()):
        with pytest.raises(NotFittedError):
            estimator.to_onnx(path)


def test_the_folder_is_not_there(path):
    with pytest.raises(FileNotFoundError):
        gn.load(golden("means")).to_onnx(path.parent / "none" / "m.onnx")


def test_nothing_is_warned_of(rng, path):
    model, X = examples.classifier(rng, X=table(rng))
    with warnings.catch_warnings(action="error"):
        model.to_onnx(path, X)


def test_agreement_is_what_is_promised():
    assert check.AGREEMENT == AGREEMENT
