"""Prediction checks its input on two paths, a short and a long one: both say the same."""

import contextlib
import copy
import io
import pickle
import re
import warnings

import joblib
import numpy as np
import pytest
import sklearn
from scipy import sparse

import glassnet as gn
from estimators.examples import (
    BOTH,
    assert_same_bits,
    counts,
    example,
    flowers,
    labels,
    numbers,
    quiet,
    sizes_and_colors,
    two_classes,
    two_numbers,
)
from glassnet.estimators import base

C, R = BOTH
METHODS = {
    C: ("predict", "predict_proba", "predict_log_proba", "decision_function", "hidden_activations"),
    R: ("predict", "hidden_activations"),
}
CALLS = [(kind, method) for kind in BOTH for method in METHODS[kind]]
every_call = pytest.mark.parametrize(("kind", "method"), CALLS)


@pytest.fixture
def validated(monkeypatch):
    """The arrays that have gone to scikit-learn's check, which goes on to do its work."""
    seen, theirs = [], base.validate_data

    def noting(estimator, X, *args, **kwargs):
        seen.append(X)
        return theirs(estimator, X, *args, **kwargs)

    monkeypatch.setattr(base, "validate_data", noting)
    return seen


@contextlib.contextmanager
def long_way(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(base.BaseMLP, "_is_plain", lambda self, X: False)
        yield


def fitted(kind, dtype=np.float32, **settings):
    X, y = example(kind)
    return quiet(kind((5, 4), max_iter=3, random_state=0, **settings).fit, X.astype(dtype), y)


def rows(dtype=np.float32):
    return example(C)[0].astype(dtype)


def outcome(call, X):
    """Return what a call returns, or its error's type and text, and the warnings' texts."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = call(X)
        except Exception as error:
            result = type(error), str(error)
    return result, [(w.category, str(w.message)) for w in caught]


def as_list(result):
    return result if isinstance(result, list | tuple) else [result]


def spoiled(at, value):
    def spoil(X):
        X[at] = value
        return X

    return spoil


def read_only(X):
    X.flags.writeable = False
    return X


PLAIN = {
    "all rows": lambda X: X,
    "one row": lambda X: X[:1],
    "read only": read_only,
    "Fortran": np.asfortranarray,
    "with gaps": lambda X: np.repeat(X, 2, axis=1)[:, ::2],
    "backwards": lambda X: X[::-1],
    "large numbers": spoiled((0, 0), 1e30),
}
REFUSED = {
    "NaN": spoiled((149, 3), np.nan),
    "infinite": spoiled((0, 0), np.inf),
    "minus infinity": spoiled((7, 0), -np.inf),
    "NaN and infinity": spoiled((slice(7, 9), 0), (np.nan, np.inf)),
    "only NaN": lambda X: np.full_like(X, np.nan),
    "another width": lambda X: X[:, :3].copy(),
    "another width and NaN": lambda X: np.full((2, 3), np.nan, X.dtype),
    "no rows": lambda X: X[:0],
    "no columns": lambda X: X[:, :0],
    "a vector": lambda X: X[0],
    "a vector and NaN": lambda X: np.full(4, np.nan, X.dtype),
    "three axes": lambda X: X[np.newaxis],
    "no axes": lambda X: np.array(X[0, 0]),
}
OTHERS = {
    "a number": lambda X: X[0, 0],
    "float64": lambda X: X.astype(np.float64),
    "float64 beyond float32": lambda X: np.full((2, 4), 1e300),
    "float16": lambda X: X.astype(np.float16),
    "whole numbers": lambda X: X.astype(int),
    "truth values": lambda X: X > 0,
    "complex": lambda X: X + 1j,
    "text": lambda X: X.astype(str),
    "words": lambda X: np.full(X.shape, "a"),
    "objects": lambda X: X.astype(object),
    "a list": lambda X: X.tolist(),
    "big endian": lambda X: X.astype(">f4"),
    "a matrix": lambda X: X.view(np.matrix),
    "masked": np.ma.masked_array,
    "sparse": sparse.csr_matrix,
    "nothing": lambda X: None,
}


@pytest.mark.parametrize("how", PLAIN)
@every_call
def test_a_plain_matrix_takes_the_short_path(kind, method, how, validated, monkeypatch):
    call = getattr(fitted(kind), method)
    X = PLAIN[how](rows())
    validated.clear()
    found, warned = outcome(call, X)
    assert not validated
    with long_way(monkeypatch):
        expected, also_warned = outcome(call, X)
    assert validated
    assert warned == also_warned == []
    for one, other in zip(as_list(found), as_list(expected), strict=True):
        assert_same_bits(one, other)


@pytest.mark.parametrize("how", REFUSED)
@every_call
def test_both_ways_refuse_in_the_same_words(kind, method, how, monkeypatch):
    call = getattr(fitted(kind), method)
    X = REFUSED[how](rows())
    found = outcome(call, X)
    with long_way(monkeypatch):
        assert outcome(call, X) == found
    (error, words), warned = found
    assert error is ValueError
    assert re.match("Input X contains|X has 3 features|Found array with|Expected 2D array", words)
    assert warned == []


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("how", OTHERS)
@every_call
def test_all_else_takes_the_long_way(kind, method, how, validated):
    call = getattr(fitted(kind), method)
    X = OTHERS[how](rows())
    validated.clear()
    outcome(call, X)
    assert validated
    assert validated[0] is X


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@every_call
def test_only_the_models_own_dtype_is_plain(kind, method, dtype, validated):
    call = getattr(fitted(kind, dtype), method)
    for given in (np.float32, np.float64):
        validated.clear()
        call(rows(given))
        assert len(validated) == (given != dtype)


@every_call
def test_names_take_the_long_way_and_its_warnings(kind, method, validated):
    pandas = pytest.importorskip("pandas")
    X, y = example(kind)
    frame = pandas.DataFrame(X, columns=list("abcd"))
    named = quiet(kind((5,), max_iter=1).fit, frame, y)
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        getattr(named, method)(X)
    plain = quiet(kind((5,), max_iter=1).fit, X, y)
    with pytest.warns(UserWarning, match="X has feature names"):
        getattr(plain, method)(frame)


@every_call
def test_before_a_fit_nothing_is_plain(kind, method):
    with pytest.raises(sklearn.exceptions.NotFittedError, match="is not fitted yet"):
        getattr(kind(), method)(rows())


@every_call
def test_where_finite_numbers_are_taken_for_granted_the_network_still_looks(
    kind, method, monkeypatch
):
    call = getattr(fitted(kind), method)
    X = spoiled((3, 1), np.nan)(rows())
    with sklearn.config_context(assume_finite=True):
        found = outcome(call, X)
        with long_way(monkeypatch):
            assert outcome(call, X) == found
    assert found[0][0] is gn.DataError
    assert found[0][1].startswith("X[3, 1] is nan")


@every_call
def test_a_weight_that_is_not_finite_is_told_both_ways(kind, method, monkeypatch):
    estimator = fitted(kind)
    estimator.coefs_[0][0, 2] = np.nan
    found = outcome(getattr(estimator, method), rows())
    with long_way(monkeypatch):
        assert outcome(getattr(estimator, method), rows()) == found
    assert found[0][0] is gn.DataError
    assert found[0][1].startswith("theta[2] is nan")


@pytest.mark.parametrize("wide", [1e300, -1e300, np.inf, np.nan])
@every_call
def test_float64_beyond_float32_is_refused_in_words(kind, method, wide):
    """And without a warning of an overflow."""
    X = rows(np.float64)
    X[100, 2] = wide
    what = "NaN" if np.isnan(wide) else r"infinity or a value too large for dtype\('float"
    with pytest.raises(ValueError, match=rf"^Input X contains {what}") as info:
        getattr(fitted(kind), method)(X)
    assert "float32" in str(info.value) or not np.isfinite(wide)


# What the weights are is asked anew each time

TARGETS = [
    (C, two_classes), (C, flowers), (C, labels), (C, sizes_and_colors), (R, numbers),
    (R, two_numbers),
]  # fmt: skip
WITHOUT_WEIGHTS = {  # what a network says whose weights are all 0
    two_classes: 1 / 2, flowers: 1 / 3, labels: 1 / 2, sizes_and_colors: [1 / 3] * 3 + [1 / 4] * 4,
    numbers: 0, two_numbers: 0,
}  # fmt: skip


def answer(estimator, X):
    method = "predict_proba" if hasattr(estimator, "predict_proba") else "predict"
    return np.hstack([np.reshape(part, (len(X), -1)) for part in as_list(
        getattr(estimator, method)(X))])  # fmt: skip


def in_place(estimator):
    estimator.theta_[:] = 0


def anew(estimator):
    estimator.theta_ = np.zeros_like(estimator.theta_)


def by_views(estimator):
    for view in [*estimator.coefs_, *estimator.intercepts_]:
        view[...] = 0


def by_lists(estimator):
    estimator.coefs_ = [np.zeros_like(W) for W in estimator.coefs_]
    estimator.intercepts_ = [np.zeros_like(b) for b in estimator.intercepts_]


def by_entries(estimator):
    for i in range(len(estimator.coefs_)):
        estimator.coefs_[i] = np.zeros_like(estimator.coefs_[i])
        estimator.intercepts_[i] = np.zeros_like(estimator.intercepts_[i])


def from_a_map(estimator, tmp_path):
    joblib.dump(estimator, tmp_path / "model")
    return joblib.load(tmp_path / "model", mmap_mode="r")


def by_joblib(estimator, tmp_path):
    file = io.BytesIO()
    joblib.dump(estimator, file)
    file.seek(0)
    return joblib.load(file)


COPIES = {
    "itself": lambda estimator, _: estimator,
    "pickle": lambda estimator, _: pickle.loads(pickle.dumps(estimator)),
    "copy": lambda estimator, _: copy.deepcopy(estimator),
    "joblib": by_joblib,
    "a map": from_a_map,
}


CHANGES = [
    (way, change)
    for way in COPIES
    for change in (anew, by_lists, by_entries, *((in_place, by_views) if way != "a map" else ()))
]


@pytest.mark.parametrize(("way", "change"), CHANGES)
@pytest.mark.parametrize(("kind", "data"), TARGETS)
def test_predictions_follow_the_weights(kind, data, way, change, tmp_path):
    X, y = data()
    original = quiet(kind((5,), max_iter=3, random_state=0).fit, X, y)
    before = answer(original, X)
    estimator = COPIES[way](original, tmp_path)
    assert_same_bits(answer(estimator, X), before)
    change(estimator)
    expected = np.broadcast_to(WITHOUT_WEIGHTS[data], before.shape)
    np.testing.assert_allclose(answer(estimator, X), expected)
    if way != "itself":
        assert_same_bits(answer(original, X), before)


@pytest.mark.parametrize(("kind", "data"), TARGETS)
def test_predictions_follow_further_fits(kind, data):
    X, y = data()
    estimator = quiet(kind((5,), max_iter=3, random_state=0).fit, X, y)
    first = answer(estimator, X)
    estimator.partial_fit(X, y)
    second = answer(estimator, X)
    assert (first != second).any()
    assert_same_bits(answer(pickle.loads(pickle.dumps(estimator)), X), second)
    quiet(estimator.set_params(hidden_layer_sizes=(7,)).fit, X, y)
    third = quiet(kind((7,), max_iter=3, random_state=0).fit, X, y)
    assert_same_bits(answer(estimator, X), answer(third, X))
    quiet(estimator.fit, X[:, :3].copy(), y)  # now another width is plain
    with pytest.raises(ValueError, match=r"X has 4 features, but .* is expecting 3 features"):
        answer(estimator, X)


# Many rows


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("kind", "data"), [*TARGETS, (R, counts)])
def test_many_rows_are_as_few(kind, data, dtype):
    X, y = data()
    settings = {"loss": "poisson"} if data is counts else {}
    estimator = quiet(kind((5,), max_iter=3, random_state=0, **settings).fit, X.astype(dtype), y)
    X = np.tile(X.astype(dtype), (110, 1))  # several pieces, the last one short
    many = answer(estimator, X)
    few = np.vstack([answer(estimator, part) for part in np.array_split(X, 20)])
    assert many.dtype == few.dtype
    assert many.flags.c_contiguous
    eps = np.finfo(dtype).eps  # BLAS may add up in another order for another number of rows
    np.testing.assert_allclose(many, few, rtol=64 * eps, atol=64 * eps)
