"""Models on raw tables as ONNX files: onnxruntime is fed with raw columns."""

import datetime as dt

import numpy as np
import onnx
import pandas as pd
import polars as pl
import pytest

import glassnet as gn
from files import examples
from files.golden_table import golden
from files.onnx_runs import answers, check_export, near, open_file, table
from glassnet.files.onnx.rows import generated

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


@pytest.mark.parametrize("n_rows", [0, 1, 2])
def test_few_rows(n_rows, rng, path):
    model, X = examples.classifier(rng, X=table(rng), n_ensemble=2)
    model.to_onnx(path)
    feeds = gn.onnx_inputs(model, X[:3])
    found = answers(path, {name: cells[:n_rows] for name, cells in feeds.items()})
    near(found["probabilities"], model.predict_proba(X[:3])[:n_rows], 1e-12)
    assert found["label"].shape == (n_rows,)


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


def test_the_file_says_what_its_inputs_are(path):
    """The unit of a date above all: a header of C takes seconds."""
    gn.load(golden("tabular-classifier")).to_onnx(path)
    inputs = onnx.load(path).graph.input
    told = {one.name: one.doc_string for one in inputs}
    assert told["joined"].startswith("microseconds since 1970-01-01T00:00:00; -9223372036854775808")
    assert told["age"] == "numbers; NaN is missing"
    assert told["city"] == told["member"] == "text; the empty one is missing"
