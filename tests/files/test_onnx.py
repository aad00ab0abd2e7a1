"""Models of numbers as ONNX files, golden files, and what a file says of itself."""

import datetime as dt
import json

import numpy as np
import onnx
import pandas as pd
import pytest

import glassnet as gn
from files import examples, naive_reader
from files.golden_table import golden, names, new_numbers, new_rows, stored
from files.onnx_runs import AGREEMENT, SMALL, answers, check_export, near, table
from files.test_mlp import KINDS, LOSSES, fitted, labels_of
from glassnet.core.activations import ACTIVATIONS
from tolerances import ANOTHER_READER, EPS


@pytest.fixture
def path(tmp_path):
    return tmp_path / "m.onnx"


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
