"""Whole models as ONNX files: onnxruntime answers as the model does, or there is no file."""

import datetime as dt
import json
import sys
import warnings
from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import polars as pl
import pytest
from sklearn.exceptions import NotFittedError

import glassnet as gn
from files import examples, naive_reader
from files.golden_table import golden, names, new_numbers, new_rows, stored
from files.test_mlp import KINDS, LOSSES, fitted, labels_of
from glassnet.core.activations import ACTIVATIONS
from glassnet.files.onnx import check, layers, write
from glassnet.files.onnx.rows import generated
from glassnet.record import Record
from tolerances import ANOTHER_READER, EPS

SMALL = {"hidden_layer_sizes": (5, 4), "max_iter": 4, "engine": "numpy", "random_state": 1}
AGREEMENT = 1e-5
"""What is promised; what is measured here with float64 is 1e-14."""

SETTINGS = {
    "default": {},
    "no numeric embedding": {"numeric_embedding": False},
    "no hidden layer": {"hidden_layer_sizes": ()},
    "no scale, no mixed activation": {"scale_learning_rate": 0, "activation_learning_rate": 0},
    "an ensemble": {"n_ensemble": 3},
    "bags": {"n_bags": 2},
    "float64": {"dtype": "float64"},
    "an activation with a setting": {"activation": gn.ELU(0.3)},
    "small embedding": {"embedding_size": 2, "max_one_hot": 2},
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "m.onnx"


def table(rng, n=90):
    """Return a frame with a column of every kind; no level is the empty text."""
    X = examples.table(rng, n)
    X["few"] = X["few"].replace("", None)
    X["gaps"] = np.where(rng.random(n) < 0.3, None, "there")
    X["from 2 on"] = np.where(rng.random(n) < 0.3, np.nan, 2.0)
    X["holes"] = X["date"].where(rng.random(n) < 0.8).astype("datetime64[ns]")
    X["perhaps"] = np.where(rng.random(n) < 0.2, None, rng.random(n) < 0.5)
    X["flat"] = np.where(np.arange(n) == n // 2, np.inf, 7.0)
    return X


def open_file(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def answers(path, feeds):
    session = open_file(path)
    found = session.run(None, feeds)
    return dict(zip([one.name for one in session.get_outputs()], found, strict=True))


def near(actual, expected, relative=AGREEMENT):
    actual, expected = np.asarray(actual, np.float64), np.asarray(expected, np.float64)
    assert actual.shape == expected.shape
    error = np.abs(actual - expected)
    allowed = relative * np.maximum(1, np.abs(expected))
    assert ((error <= allowed) | (actual == expected)).all(), error.max()


def check_export(model, X, path, relative=AGREEMENT):
    """Export, and compare with what the estimator itself predicts."""
    model.to_onnx(path, X)
    found = answers(path, gn.onnx_inputs(model, X))
    if not hasattr(model, "predict_proba"):
        assert list(found) == ["prediction"]
        near(found["prediction"], model.predict(X), relative)
        return found
    P, y = model.predict_proba(X), model.predict(X)
    if isinstance(P, list):
        for i, block in enumerate(P):
            near(found[f"probabilities_{i}"], block, relative)
            assert (found[f"label_{i}"] == y[:, i]).all()
    else:
        near(found["probabilities"], P, relative)
        (label,) = set(found) - {"probabilities"}
        assert (found[label] == y).all()
    return found


# What numbers go into


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda one: one.__name__)
def test_every_activation(activation, dtype, rng, path):
    X, y = rng.normal(size=(60, 4)), rng.integers(0, 3, 60)
    model = fitted(gn.MLPClassifier(**SMALL, activation=activation(), dtype=dtype), X, y)
    check_export(model, X.astype(dtype), path, 3e-6 if dtype == "float32" else 1e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_labels(kind, dtype, rng, path):
    X, y = rng.normal(size=(60, 4)), labels_of(kind, rng, 60)
    model = fitted(gn.MLPClassifier(**SMALL, dtype=dtype), X, y)
    found = check_export(model, X.astype(dtype), path)
    expected = {"two truth values": np.bool_, "one": np.int64, "many": np.int64}
    if kind in expected:
        assert found["label"].dtype == expected[kind]
    assert {one.dtype for name, one in found.items() if "prob" in name} == {np.dtype(dtype)}


@pytest.mark.parametrize("dtype", [np.uint8, np.uint64, np.float16, np.float32, np.float64])
def test_types_of_labels(dtype, rng, path):
    X, y = rng.normal(size=(60, 2)), rng.choice([1, 3, 4], 60).astype(dtype)
    if dtype == np.uint64:
        y += np.uint64(2**63)
    found = check_export(fitted(gn.MLPClassifier(**SMALL), X, y), X, path)
    expected = {np.uint8: np.int64, np.float16: np.float32}.get(dtype, dtype)
    assert found["label"].dtype == expected


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_every_loss_of_numbers(loss, n_outputs, dtype, rng, path):
    X, y = rng.normal(size=(60, 4)), rng.random((60, n_outputs)).squeeze()
    model = fitted(gn.MLPRegressor(**SMALL, loss=loss, dtype=dtype), X, y)
    found = check_export(model, X.astype(dtype), path)
    assert found["prediction"].dtype == dtype


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", ["two", "many", "labels", "several", "one"])
def test_probabilities_are_never_0_or_1(kind, dtype, rng, path):
    X, y = rng.normal(size=(60, 4)), labels_of(kind, rng, 60)
    model = fitted(gn.MLPClassifier((), max_iter=4, dtype=dtype), X, y)
    model.to_onnx(path)
    found = answers(path, {"X": (X * 1e6).astype(dtype)})
    low, high = np.finfo(dtype).tiny, 1 - np.finfo(dtype).epsneg
    for P in (one for name, one in found.items() if name.startswith("prob")):
        assert P.dtype == dtype
        assert low <= P.min() <= P.max() <= high


def test_float32_is_judged_by_its_own_rounding(rng, path):
    """A score of 20 from terms of a million is off by 1: no two programs add up in one order."""
    X = rng.normal(1e6, 1, size=(100, 500)).astype("float32")
    model = fitted(gn.MLPRegressor((), max_iter=1), X, rng.normal(size=100))
    w = rng.normal(size=500)
    model.coefs_ = [(w - w.mean())[:, np.newaxis]]
    model.to_onnx(path, X)
    found = answers(path, {"X": X})["prediction"]
    error = np.abs(found - model.predict(X))
    assert AGREEMENT < error.max() < 30


@pytest.mark.parametrize("n_rows", [0, 1, 2])
def test_few_rows(n_rows, rng, path):
    model, X = examples.classifier(rng, X=table(rng), n_ensemble=2)
    model.to_onnx(path)
    feeds = gn.onnx_inputs(model, X[:3])
    found = answers(path, {name: cells[:n_rows] for name, cells in feeds.items()})
    near(found["probabilities"], model.predict_proba(X[:3])[:n_rows], 1e-12)
    assert found["label"].shape == (n_rows,)


# Tables


@pytest.mark.parametrize("make", [examples.classifier, examples.regressor])
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_every_setting_on_a_table(make, settings, rng, path):
    model, X = make(rng, X=table(rng), **settings)
    check_export(model, X, path, 1e-11)


def test_raw_columns_as_a_caller_has_them(rng, path):
    """Feeds written by hand, from what docs/onnx.md says; rows of every awkward kind."""
    model, X = examples.classifier(rng, X=table(rng))
    model.to_onnx(path)
    new = X[:8].copy()
    new["number"] = [np.nan, np.inf, -np.inf, 1e300, -1e12, 0, 1, 2]
    new["huge"] = [np.nan, 1.7e308, -1.7e308, np.inf, 1, 0, -1e300, 1e300]
    new["flat"] = [7, np.inf, -np.inf, np.nan, 1e300, 0, 1, 2.0]
    new["two"] = ["a", "b", None, "c", " a", "A", "b", "a"]
    new["few"] = ["x", "y", None, "z", "a longer one", "\u00e4", "x", "y"]
    texts = ["two", "few", "many", "gaps"]
    feeds = {
        name: new[name].to_numpy("float64") for name in ("number", "huge", "flat", "from 2 on")
    }
    feeds |= {name: new[name].astype(object).where(new[name].notna(), "") for name in texts}
    feeds |= {
        name: [{True: "True", False: "False"}.get(cell, "") for cell in new[name]]
        for name in ("flag", "perhaps")
    }
    feeds["date"] = new["date"].to_numpy("datetime64[us]").astype(np.int64)
    feeds["holes"] = [
        -(2**63) if pd.isna(cell) else (cell - pd.Timestamp(1970, 1, 1)).value // 1000
        for cell in new["holes"]
    ]
    shaped = {
        name: np.array(list(cells), object if isinstance(cells[0], str) else None)[:, np.newaxis]
        for name, cells in feeds.items()
    }
    assert {one.name: one.type for one in open_file(path).get_inputs()} == {
        "number": "tensor(double)", "huge": "tensor(double)", "flat": "tensor(double)",
        "from 2 on": "tensor(double)", "date": "tensor(int64)", "holes": "tensor(int64)",
        **dict.fromkeys([*texts, "flag", "perhaps"], "tensor(string)"),
    }  # fmt: skip
    near(answers(path, shaped)["probabilities"], model.predict_proba(new), 1e-12)
    made = gn.onnx_inputs(model, new)
    assert made.keys() == shaped.keys()
    for name, cells in made.items():
        np.testing.assert_array_equal(cells, shaped[name])


DATES = {
    "years": ("1700-01-01", "2300-01-01"),
    "a leap day": ("2000-02-28", "2000-03-02"),
    "no leap day": ("1900-02-27", "1900-03-03"),
    "before 1970": ("1969-12-30", "1970-01-02"),
}


@pytest.mark.parametrize("span", DATES.values(), ids=DATES)
def test_dates(span, rng, path):
    low, high = np.array(span, "datetime64[us]").view(np.int64)
    moments = rng.integers(low, high, 80).view("datetime64[us]")
    model, X = examples.regressor(rng, X=pd.DataFrame({"at": moments, "x": rng.normal(size=80)}))
    assert model.columns_[0].kind == "date"
    check_export(model, X, path, 1e-10)


TRUTH = {
    "truth values": [True, False],
    "text": ["True", "False"],
    "whole numbers": [1, 0],
}


@pytest.mark.parametrize("cells", TRUTH.values(), ids=TRUTH)
def test_truth_values_by_all_their_names(cells, rng, path):
    column = pd.Series(rng.choice(np.array(cells, object), 60))
    X = pd.DataFrame({"x": rng.normal(size=60), "flag": column})
    model, _ = examples.classifier(rng, X=X, categorical_features=["flag"])
    model.to_onnx(path)
    rows = pd.DataFrame({"x": 0.0, "flag": ["True", "False", "1", "0", "true", "", "yes"]})
    feeds = {name: rows[name].to_numpy()[:, np.newaxis] for name in rows}
    feeds["flag"] = feeds["flag"].astype(object)
    near(answers(path, feeds)["probabilities"], model.predict_proba(rows), 1e-12)


def test_categories_of_numbers_and_of_dates(rng, path):
    days = [dt.date(2024, 1, day) for day in range(1, 13)]
    X = pd.DataFrame({
        "zip": rng.choice([9.0, 10.5, np.nan], 80),
        "day": rng.choice(np.array(days, object), 80),
    })  # fmt: skip
    model, _ = examples.classifier(rng, X=X, categorical_features=["zip", "day"])
    check_export(model, X, path, 1e-12)
    feeds = gn.onnx_inputs(model, X)
    assert set(feeds["zip"].ravel()) == {"9", "10.5", ""}
    assert set(feeds["day"].ravel()) == {str(day) for day in days}


@pytest.mark.parametrize("convert", [pd.DataFrame, pl.from_pandas], ids=["pandas", "polars"])
def test_rows_of_any_library_and_order(convert, rng, path):
    X = table(rng).drop(columns=["perhaps", "from 2 on"])
    model, _ = examples.classifier(rng, X=X)
    rows = convert(X[list(reversed(X.columns))])
    model.to_onnx(path, rows)
    P = answers(path, gn.onnx_inputs(model, rows))["probabilities"]
    near(P, model.predict_proba(X), 1e-12)
    with pytest.raises(gn.DataError, match=r"lacks 1 column .*'number'"):
        model.to_onnx(path, X.drop(columns="number"))


def test_columns_without_names(rng, path):
    X = rng.normal(size=(50, 3))
    X[:, 1] = 4
    model, _ = examples.regressor(rng, X=X)
    check_export(model, X, path, 1e-12)
    assert [one.name for one in open_file(path).get_inputs()] == ["x0", "x2"]


def test_awkward_names_of_columns(rng, path):
    """Names of outputs, of tensors within, and none at all."""
    awkward = ["label", "probabilities", "", "x2", "gemm_10", "where_3", "n_rows", "\u00e4 \n"]
    X = pd.DataFrame(rng.normal(size=(50, len(awkward))), columns=awkward)
    model, _ = examples.classifier(rng, X=X)
    model.to_onnx(path, X)
    session = open_file(path)
    assert [one.name for one in session.get_outputs()] == ["label_", "probabilities_"]
    assert [one.name for one in session.get_inputs()] == [*awkward[:2], "x2_", *awkward[3:]]
    found = answers(path, gn.onnx_inputs(model, X))
    near(found["probabilities_"], model.predict_proba(X), 1e-12)


# Files that others have made, and another judge


@pytest.mark.parametrize("name", names())
def test_golden_files(name, path):
    predictor = gn.load(golden(name))
    predictor.to_onnx(path)
    is_table = name.startswith("tabular")
    fresh = pd.DataFrame(new_rows()) if is_table else np.array(new_numbers())
    found = answers(path, gn.onnx_inputs(predictor, fresh))
    blocks = [one for key, one in found.items() if key.startswith(("prob", "pred"))]
    P = np.concatenate([one.reshape(len(fresh), -1) for one in blocks], axis=1)
    near(P, np.array(stored(name)).reshape(P.shape), 1e-12)
    record, networks = naive_reader.read(golden(name))
    rows = new_rows() if is_table else new_numbers()
    judged = [naive_reader.outputs(record, networks, row) for row in rows]
    near(P, judged, ANOTHER_READER * EPS["float64"] * 8)


def test_what_the_file_says_of_itself(rng, path):
    model, X = examples.classifier(rng, X=table(rng))
    model.to_onnx(path)
    file = onnx.load(path)
    onnx.checker.check_model(file, full_check=True)
    assert (file.producer_name, file.producer_version) == ("glassnet", gn.__version__)
    assert file.ir_version == 8
    assert {one.domain: one.version for one in file.opset_import} == {"": 17, "ai.onnx.ml": 3}
    said = {one.key: one.value for one in file.metadata_props}
    assert said["kind"] == "tabular-classifier"
    assert dt.datetime.fromisoformat(said["created"]).year >= 2024
    assert json.loads(said["feature_names"]) == list(X.columns)
    assert json.loads(said["trained_with"])["numpy"] == np.__version__


def test_rows_that_are_tried(rng):
    """All that docs/onnx.md says is among them, and more than one combination of it."""
    model, X = examples.classifier(rng, X=table(rng))
    ((_, rows),) = generated(model._model)
    cells = dict(zip(X.columns, rows.T, strict=True))
    many, number = set(cells["many"]), set(cells["number"])
    assert set(X["many"]) | {None, "unseen"} < many
    assert {None, np.inf, -np.inf, X["number"].min(), X["number"].max(), 1.7e308} < number
    assert {"True", "0", None} < set(cells["perhaps"])
    assert set(cells["gaps"]) == {None, "a value"}
    assert set(cells["same"]) == {None}
    dates = pd.Series(list(cells["date"]))
    assert dates.isna().any()
    assert X["date"].min() in set(dates)
    assert np.datetime64("2000-02-29T06:30", "us") in set(cells["date"])
    within = [x for x in number - {None} if X["number"].min() <= x <= X["number"].max()]
    assert len(within) > 50
    assert len(set(zip(cells["two"], cells["few"], strict=True))) > 12
    sizes = [np.abs(rows).mean() for _, rows in generated(gn.load(golden("means")).record.model)]
    assert sizes == sorted(sizes)
    assert sizes[-1] > 100


# Refusals


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
