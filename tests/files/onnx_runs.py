"""What the tests of ONNX files share: a table, a runtime, and the comparison."""

import numpy as np
import onnxruntime

import glassnet as gn
from files import examples

SMALL = {"hidden_layer_sizes": (5, 4), "max_iter": 4, "engine": "numpy", "random_state": 1}
AGREEMENT = 1e-5
"""What is promised; what is measured here with float64 is 1e-14."""


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
