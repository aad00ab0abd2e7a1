"""Save and load: the same predictions to the bit, the same estimator, a file others can read."""

import hashlib
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

import glassnet as gn
from files import naive_reader
from files.examples import classifier, regressor
from files.golden_table import FORMATS, GOLDEN, golden, names, new_numbers, new_rows, stored
from glassnet.files.model_file import read_description_of
from tolerances import ANOTHER_READER, EPS

KINDS = {"tabular-classifier": classifier, "tabular-regressor": regressor}

SETTINGS = {
    "default": {},
    "no numeric embedding": {"numeric_embedding": False},
    "no hidden layer": {"hidden_layer_sizes": ()},
    "three layers": {"hidden_layer_sizes": [5, 4, 3]},
    "one number as size": {"hidden_layer_sizes": 6},
    "an ensemble": {"n_ensemble": 3},
    "float64": {"dtype": "float64"},
    "an activation by name": {"activation": "tanh"},
    "an activation with a setting": {"activation": gn.LeakyReLU(0.3)},
    "small embedding": {"embedding_size": 2, "max_one_hot": 2},
    "no validation rows": {"validation_fraction": 0.0},
    "area under the curve": {"metric": "auc"},
}


def saved(model, tmp_path, name="model.glassnet"):
    model.save(tmp_path / name)
    return tmp_path / name


@pytest.mark.parametrize(
    ("make", "settings"),
    [(classifier, SETTINGS[name]) for name in SETTINGS]
    + [(regressor, SETTINGS[name]) for name in ("default", "an ensemble", "no validation rows")],
    ids=[*SETTINGS, "numbers", "an ensemble for numbers", "numbers without validation rows"],
)
def test_predictions_are_the_same_to_the_bit_and_the_estimator_is_back(
    make, settings, rng, tmp_path
):
    model, X = make(rng, **settings)
    path = saved(model, tmp_path)
    predictor, again = gn.load(path), type(model).load(path)
    for other in (predictor, again):
        assert (other.predict(X) == model.predict(X)).all()
        assert other.predict(X).dtype == model.predict(X).dtype
        if make is classifier:
            assert (other.predict_proba(X) == model.predict_proba(X)).all()
            assert (other.classes_ == model.classes_).all()
    assert predictor.columns == model.columns_
    assert again.get_params() == model.get_params()
    assert again.table_ == model.table_
    assert again.n_features_in_ == model.n_features_in_
    assert list(again.feature_names_in_) == list(model.feature_names_in_)
    assert again.theta_.dtype == model.theta_.dtype
    for name in (
        "theta_", "loss_curve_", "validation_scores_", "best_epoch_", "best_score_", "n_iter_",
        "metric_", "engine_", "feature_importances_",
    ):  # fmt: skip
        np.testing.assert_array_equal(getattr(again, name), getattr(model, name), err_msg=name)
    y = model.predict(X)
    assert again.score(X, y) == model.score(X, y)
    again.theta_[...] = 0  # not a read-only view into a file
    with warnings.catch_warnings(action="ignore"):
        again.fit(X, rng.permutation(model.predict(X) if make is regressor else list("ab") * 45))
    second = type(model).load(saved(again, tmp_path, "second.glassnet"))
    assert (second.predict(X) == again.predict(X)).all()


LABELS = {
    "text": np.array(["b", "a\u00e9", "longer"]),
    "objects": np.array(["b", "a", "longer"], object),
    "whole": np.array([-(2**62) - 1, 0, 2**63 - 1]),
    "bytes": np.array([0, 1, 255], np.uint8),
    "unsigned": np.array([0, 1, 2**64 - 1], np.uint64),
    "floats": np.array([-1.0, 0.0, 2.0**52]),
    "float32": np.array([-1.0, 0.0, 2.0**30], np.float32),
    "truth": np.array([True, False]),
}


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_labels_keep_value_and_type(labels, rng, tmp_path):
    X = pd.DataFrame({"x": rng.normal(size=12)})
    y = np.resize(labels, 12)
    model, _ = classifier(rng, y=y, X=X)
    classes = gn.load(saved(model, tmp_path)).classes_
    assert classes.dtype == model.classes_.dtype == labels.dtype
    assert classes.tolist() == sorted(labels.tolist())


def test_labels_of_another_type_are_refused(rng, tmp_path):
    model, _ = classifier(rng)
    model.classes_ = np.array(["2020-01-01", "2021-01-01", "2022-01-01"], "datetime64[D]")
    with pytest.raises(gn.ParameterError, match=r"classes_ are of the type datetime64\[D\], which"):
        model.save(tmp_path / "model.glassnet")
    assert list(tmp_path.iterdir()) == []


PARAMETERS = {
    "class_weight by label": ({"class_weight": {"no": 2.0, "yes": 1, "perhaps": 0.5}}, ...),
    "columns by name": ({"categorical_features": ["few", "many"]}, ...),
    "columns by position": ({"categorical_features": (2, 3)}, ...),
    "NumPy's numbers": ({"batch_size": np.int64(9), "dropout": np.float64(0.3)}, ...),
    "NumPy's mask": (
        {"categorical_features": np.array([False] * 7 + [True])},
        {"categorical_features": [False] * 7 + [True]},
    ),
    "a type": ({"dtype": np.float64}, {"dtype": "float64"}),
    "a dtype": ({"dtype": np.dtype("float32")}, {"dtype": "float32"}),
}


@pytest.mark.parametrize(("given", "expected"), PARAMETERS.values(), ids=PARAMETERS)
def test_parameters_are_kept(given, expected, rng, tmp_path):
    model, _ = classifier(rng, **given)
    again = gn.TabularClassifier.load(saved(model, tmp_path))
    for name, value in (given if expected is ... else expected).items():
        assert getattr(again, name) == value
        assert type(getattr(again, name)) in (type(value), int, float)


@pytest.mark.parametrize("make", [np.random.default_rng, np.random.RandomState])
def test_a_random_generator_is_not_kept(make, rng, tmp_path):
    model, _X = classifier(rng)
    model.set_params(random_state=make(0))
    assert gn.TabularClassifier.load(saved(model, tmp_path)).random_state is None


def test_a_parameter_that_is_no_plain_data_is_refused(rng, tmp_path):
    model, _ = classifier(rng)
    for value in (object(), float("nan")):
        model.set_params(verbose=value)
        with pytest.raises(gn.ParameterError, match=r"verbose is .*, which a model file does not"):
            model.save(tmp_path / "model.glassnet")
        assert list(tmp_path.iterdir()) == []


def test_an_activation_of_ones_own_is_refused(rng, tmp_path):
    class SELU(gn.SELU):
        pass

    model, _ = classifier(rng, activation=SELU())
    with pytest.raises(
        gn.ParameterError, match="activation is a SELU, which is not glassnet's own"
    ):
        model.save(tmp_path / "model.glassnet")
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_fitted_is_not_saved(tmp_path):
    with pytest.raises(NotFittedError):
        gn.TabularClassifier().save(tmp_path / "model.glassnet")
    assert list(tmp_path.iterdir()) == []


def test_the_other_class_says_which(rng, tmp_path):
    path = saved(classifier(rng)[0], tmp_path)
    with pytest.raises(gn.RecordError, match=r"holds a tabular-classifier.*Use TabularClassifier"):
        gn.TabularRegressor.load(path)
    path = saved(regressor(rng)[0], tmp_path)
    with pytest.raises(gn.RecordError, match=rf"^{path}: .*Use TabularRegressor\.load"):
        gn.TabularClassifier.load(path)


def test_a_predictor_of_numbers_has_no_probabilities(rng, tmp_path):
    model, X = regressor(rng)
    predictor = gn.load(saved(model, tmp_path))
    with pytest.raises(gn.ParameterError, match="predicts numbers, and no probabilities"):
        predictor.predict_proba(X)
    assert not hasattr(predictor, "classes_")
    assert predictor.kind == "tabular-regressor"
    assert repr(predictor).startswith("<Predictor: tabular-regressor, 8 columns, 20")


@pytest.mark.parametrize("rows", ["array", "list", "polars", "arrow"])
def test_every_kind_of_table(rows, rng, tmp_path):
    numbers = rng.normal(size=(40, 3))
    if rows in ("array", "list"):
        X = numbers if rows == "array" else numbers.tolist()
    else:
        names = ["a", "b", "c"]
        frame = pd.DataFrame(numbers, columns=names)
        if rows == "polars":
            X = pytest.importorskip("polars").from_pandas(frame)
        else:
            X = pytest.importorskip("pyarrow").Table.from_pandas(frame)
    model, _ = classifier(rng, X=X)
    predictor = gn.load(saved(model, tmp_path))
    assert (predictor.predict_proba(X) == model.predict_proba(X)).all()
    assert (
        gn.TabularClassifier.load(tmp_path / "model.glassnet").predict(X) == model.predict(X)
    ).all()


def test_the_stock_reader_of_safetensors_reads_it(rng, tmp_path):
    numpy = pytest.importorskip("safetensors.numpy")
    model, _ = classifier(rng, n_ensemble=2)
    path = saved(model, tmp_path)
    assert list(numpy.load_file(path)) == ["theta"]
    assert (numpy.load_file(path)["theta"] == model.theta_).all()
    with __import__("safetensors").safe_open(path, "np") as file:
        metadata = file.metadata()
    assert set(metadata) == {"glassnet", "sha256_record", "sha256_arrays"}
    record = metadata["glassnet"].encode()
    assert hashlib.sha256(record).hexdigest() == metadata["sha256_record"]
    assert hashlib.sha256(model.theta_.tobytes()).hexdigest() == metadata["sha256_arrays"]
    assert json.loads(record)["versions"]["glassnet"] == gn.__version__


def test_a_file_of_the_stock_writer_is_read(rng, tmp_path):
    numpy = pytest.importorskip("safetensors.numpy")
    model, X = classifier(rng)
    path = saved(model, tmp_path)
    with __import__("safetensors").safe_open(path, "np") as file:
        numpy.save_file(numpy.load_file(path), tmp_path / "other", file.metadata())
    assert (gn.load(tmp_path / "other").predict_proba(X) == model.predict_proba(X)).all()


CLASSES = {
    "tabular-classifier": gn.TabularClassifier,
    "tabular-regressor": gn.TabularRegressor,
    "mlp-classifier": gn.MLPClassifier,
    "mlp-regressor": gn.MLPRegressor,
}
ALL_GOLDEN = [(name, version) for version in FORMATS for name in names(version)]


def is_close(found, expected, dtype):
    off = np.abs(np.asarray(found) - expected) / np.maximum(np.abs(expected), 1)
    return off.max() <= ANOTHER_READER * EPS[dtype]


@pytest.mark.parametrize(("name", "version"), ALL_GOLDEN)
def test_golden_predictions(name, version):
    """Files of every format are read for good, and mean what they meant."""
    predictor = gn.load(golden(name, version))
    again = CLASSES[predictor.kind].load(golden(name, version))
    is_table, is_float64 = name.startswith("tabular"), predictor.record.theta.dtype == np.float64
    X = pd.DataFrame(new_rows()).astype({"member": object}) if is_table else np.array(new_numbers())
    for model in (predictor, again):
        predict = model.predict_proba if "classifier" in predictor.kind else model.predict
        predicted = predict(X)
        if isinstance(predicted, list):
            predicted = np.concatenate(predicted, axis=1)
        dtype = "float64" if is_table or is_float64 else "float32"
        assert is_close(predicted, np.array(stored(name, version)), dtype)
    assert (again.predict(X) == predictor.predict(X)).all()


@pytest.mark.parametrize("name", names())
def test_a_reader_written_from_the_page_agrees(name):
    record, networks = naive_reader.read(golden(name))
    rows = new_rows() if record["table"] else new_numbers()
    if record["table"]:
        ways = {column["encoder"]["way"] for column in record["table"]["columns"]}
        assert ways == {"number", "date", "present", "two levels", "one-hot", "codes", "dropped"}
    for row, expected in zip(rows, stored(name), strict=True):
        found = naive_reader.outputs(record, networks, row)
        assert is_close(found, np.atleast_1d(expected), "float64" if record["table"] else "float32")


@pytest.mark.parametrize("frame", ["", "polars"])
def test_loading_and_predicting_needs_numpy_alone(frame):
    rows = "[list(row.values()) for row in new_rows()]"
    if frame:
        rows = "polars.DataFrame(new_rows(), strict=False)"
    code = (
        f"import sys; sys.path[:0] = {[str(GOLDEN.parent), str(Path(gn.__file__).parents[1])]!r}\n"
        f"{'import polars' if frame else ''}\n"
        "from files.golden_table import *\n"
        "import glassnet as gn\n"
        "model = gn.load(golden('tabular-classifier'))\n"
        f"rows = {rows}\n"
        "P = model.predict_proba(rows); model.predict(rows)\n"
        "import json; print(json.dumps(P.tolist())); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    values, modules = done.stdout.splitlines()
    loaded = {name.partition(".")[0] for name in modules.split()}
    heavy = {"sklearn", "scipy", "joblib", "numba", "pandas", "matplotlib", "pyarrow", "typer"}
    assert loaded & heavy == set()
    assert ("narwhals" in loaded) == bool(frame)
    np.testing.assert_allclose(
        json.loads(values), stored("tabular-classifier"), rtol=ANOTHER_READER * EPS["float64"]
    )


def test_a_description_is_read_without_the_weights(rng, tmp_path):
    model, _ = classifier(rng, n_ensemble=2)
    path = saved(model, tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[:-16] + b"\xff" * 16)  # NaN: not looked at
    about, dtype, n_params = read_description_of(path)
    assert (about.n_networks, n_params, dtype) == (2, model.theta_.shape[1], np.float32)
    assert about.table == model.table_


# Writing


def test_an_old_file_stays_until_the_new_one_is_whole(rng, tmp_path, monkeypatch):
    model, _X = classifier(rng)
    path = saved(model, tmp_path)
    before = path.read_bytes()
    for name in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, _full_disk)
            patch.setattr(Path, "replace", _full_disk) if name == "replace" else None
            with pytest.raises(OSError, match="No space left"):
                model.save(path)
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]


def _full_disk(*_):
    raise OSError(28, "No space left on device")


def test_a_link_is_followed_and_a_files_mode_kept(rng, tmp_path):
    model, _ = classifier(rng)
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    model.save(link)
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert len(list(tmp_path.iterdir())) == 2
    gn.load(link)


@pytest.mark.parametrize(
    ("path", "error"),
    [("missing/model", FileNotFoundError), (".", IsADirectoryError), ("/dev/null", OSError)],
)
def test_a_place_that_holds_no_file_is_refused(path, error, rng, tmp_path):
    model, _ = classifier(rng)
    with pytest.raises(error):
        model.save(tmp_path / path)
    assert list(tmp_path.iterdir()) == []


def test_a_header_that_no_reader_would_take_is_not_written(rng, tmp_path, monkeypatch):
    model, _ = classifier(rng)
    monkeypatch.setattr("glassnet.files.layout.LONGEST_HEADER", 1000)
    with pytest.raises(gn.ParameterError, match=r"takes [\d,]+ bytes; a file holds at most 1,000"):
        model.save(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []
