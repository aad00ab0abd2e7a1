"""What a caller brings: float32, sparse rows, frames, text, memory in any order."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.utils.validation import _get_feature_names

import glassnet as gn
from estimators.examples import (
    BOTH,
    assert_same_bits,
    counts,
    example,
    flowers,
    labels,
    numbers,
    parameters,
    quiet,
    sizes_and_colors,
    two_classes,
    two_numbers,
)

C, R = BOTH

# float32: fit, predict, weights and sparse rows, on a table

FORMATS = {
    "dense": np.asarray,
    "CSR": sparse.csr_matrix,
    "CSC": sparse.csc_matrix,
    "CSR array": sparse.csr_array,
    "COO": sparse.coo_matrix,
    "Fortran": np.asfortranarray,
}
FORMS = {
    "adam": {},
    "sgd": {"solver": "sgd"},
    "adaptive": {"solver": "sgd", "learning_rate": "adaptive", "tol": 1.0, "n_iter_no_change": 1},
    "invscaling": {"solver": "sgd", "learning_rate": "invscaling"},
    "lbfgs": {"solver": "lbfgs"},
    "object": {"solver": gn.NAdam()},
    "early stopping": {"early_stopping": True},
    "dropout": {"dropout": 0.3},
    "schedule": {"schedule": gn.Cosine(warmup=2)},
    "clipped": {"max_grad_norm": 0.5},
    "the best": {"restore_best": True},
    "gelu": {"activation": "gelu"},
    "selu, mish": {"hidden_layer_sizes": (4, 3), "activation": ("selu", "mish")},
    "normal": {"init": gn.Normal()},
}
TARGETS = {
    "classes": (C, flowers),
    "two classes": (C, two_classes),
    "labels": (C, labels),
    "several": (C, sizes_and_colors),
    "a number": (R, numbers),
    "numbers": (R, two_numbers),
    "counts": (lambda **settings: R(loss="poisson", **settings), counts),
    "Huber": (lambda **settings: R(loss="huber", **settings), numbers),
    "quantile": (lambda **settings: R(loss="quantile", **settings), numbers),
    "smoothed": (lambda **settings: C(label_smoothing=0.1, **settings), flowers),
    "balanced": (lambda **settings: C(class_weight="balanced", **settings), flowers),
}
TABLE_32 = [
    *((target, form, "dense", weighted) for target in TARGETS for form in ("adam", "lbfgs")
      for weighted in (False, True)),
    *(("classes", form, how, True) for form in FORMS for how in ("dense", "CSR")),
    *((target, "early stopping", "CSR", True) for target in TARGETS),
    *((target, form, how, False) for target in ("classes", "a number") for form in ("adam", "lbfgs")
      for how in FORMATS),
]  # fmt: skip


@pytest.mark.parametrize(("target", "form", "how", "weighted"), dict.fromkeys(TABLE_32))
def test_float32_stays_float32(target, form, how, weighted):
    make, data = TARGETS[target]
    X, y = data()
    w = np.linspace(0, 2, len(y)) if weighted else None  # float64, on purpose
    settings = {"hidden_layer_sizes": (4,), "max_iter": 4, "random_state": 0, **FORMS[form]}
    X_32 = FORMATS[how](X.astype(np.float32))
    found = quiet(make(**settings).fit, X_32, y, sample_weight=w)
    wide = quiet(make(**settings).fit, FORMATS[how](X), y, sample_weight=w)
    for name, dtype, estimator, rows in (
        ("float32", np.dtype("f4"), found, X_32),
        ("float64", np.dtype("f8"), wide, FORMATS[how](X)),
    ):  # fmt: skip
        assert {a.dtype for a in [*estimator.coefs_, *estimator.intercepts_]} == {dtype}, name
        assert estimator.theta_.dtype == dtype
        assert {A.dtype for A in estimator.hidden_activations(rows)} == {dtype}
        if hasattr(estimator, "predict_proba"):
            assert estimator.decision_function(rows).dtype == dtype
            for method in (estimator.predict_proba, estimator.predict_log_proba):
                P = method(rows)
                assert {p.dtype for p in (P if isinstance(P, list) else [P])} == {dtype}
        else:
            assert estimator.predict(rows).dtype == dtype
    # and it is the same training, in fewer digits
    if form not in ("lbfgs", "the best", "early stopping"):
        np.testing.assert_allclose(parameters(found), parameters(wide), rtol=1e-2, atol=1e-3)


@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("kind", BOTH)
def test_float32_partial_fit(kind, solver):
    X, y = example(kind)
    first = {"classes": [0, 1, 2]} if kind is C else {}
    estimator = kind((4,), solver=solver)
    estimator.partial_fit(X.astype(np.float32), y, **first)
    estimator.partial_fit(X, y)  # float64 rows later: the parameters stay what they are
    assert estimator.theta_.dtype == np.float32


def test_float32_predictions_of_float64_rows():
    X, y = numbers()
    estimator = quiet(R((4,), max_iter=2).fit, X.astype(np.float32), y)
    assert_same_bits(estimator.predict(X), estimator.predict(X.astype(np.float32)))


# Sparse rows


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("how", ["CSR", "CSC", "CSR array"])
def test_sparse_rows_give_what_dense_ones_give(how, form):
    X, y = flowers()
    X = np.where(np.abs(X) < 0.7, 0, X)
    settings = {"hidden_layer_sizes": (4,), "max_iter": 4, "random_state": 0, **FORMS[form]}
    dense = quiet(C(**settings).fit, X, y)
    thin = quiet(C(**settings).fit, FORMATS[how](X), y)
    np.testing.assert_allclose(parameters(dense), parameters(thin), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(
        dense.predict_proba(X), thin.predict_proba(FORMATS[how](X)), rtol=1e-6, atol=1e-9
    )


OTHER_FORMATS = ["coo_matrix", "lil_matrix", "dok_matrix", "bsr_matrix", "coo_array", "csc_array"]


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("name", OTHER_FORMATS)
def test_every_sparse_format_is_taken(name, early_stopping):
    X, y = flowers()
    rows = getattr(sparse, name)(X)
    estimator = C((3,), max_iter=2, random_state=0, early_stopping=early_stopping)
    quiet(estimator.fit, rows, y)
    assert (estimator.predict(rows) == estimator.predict(X)).all()
    quiet(estimator.fit, rows, y, X_val=rows, y_val=y)


@pytest.mark.parametrize("name", ["csr_matrix", "csc_matrix", "coo_matrix", "csr_array"])
@pytest.mark.parametrize("settings", [{}, {"early_stopping": True}, {"solver": "lbfgs"}], ids=str)
def test_sparse_labels(name, settings):
    X, Y = labels()
    given = getattr(sparse, name)(Y)
    made = {"hidden_layer_sizes": (4,), "max_iter": 3, "random_state": 0, **settings}
    dense = quiet(C(**made).fit, X, Y)
    thin = quiet(C(**made).fit, X, given)
    assert_same_bits(parameters(dense), parameters(thin))
    predicted = thin.predict(X)
    assert sparse.issparse(predicted)
    np.testing.assert_array_equal(predicted.toarray(), dense.predict(X))
    assert thin.score(X, given) == dense.score(X, Y)


# Memory


def every_other_column(X):
    wide = np.zeros((X.shape[0], 2 * X.shape[1]))
    wide[:, ::2] = X
    return wide[:, ::2]


def backwards(X):
    return X[::-1].copy()[::-1]


def read_only(X):
    X = X.copy()
    X.flags.writeable = False
    return X


def big_endian(X):
    return X.astype(">f8")


MEMORY = [
    np.asfortranarray,
    every_other_column,
    backwards,
    read_only,
    big_endian,
    np.ndarray.tolist,
]


@pytest.mark.parametrize("form", ["adam", "lbfgs", "early stopping"])
@pytest.mark.parametrize("layout", MEMORY, ids=lambda f: f.__name__)
@pytest.mark.parametrize("kind", BOTH)
def test_memory_may_lie_in_any_order(kind, layout, form):
    X, y = example(kind)
    given, before = layout(X), np.array(X)
    w = read_only(np.linspace(1, 2, 150))
    settings = {"hidden_layer_sizes": (4,), "max_iter": 4, "random_state": 0, **FORMS[form]}
    plain = quiet(kind(**settings).fit, X, y, sample_weight=w)
    found = quiet(kind(**settings).fit, given, y, sample_weight=w)
    np.testing.assert_allclose(parameters(found), parameters(plain), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found.score(given, y), plain.score(X, y), rtol=1e-6)
    np.testing.assert_array_equal(np.asarray(given, dtype=float), before)


@pytest.mark.parametrize("kind", BOTH)
def test_nothing_is_written_to_the_data(kind):
    X, y = (a.copy() for a in example(kind))
    w = np.linspace(0, 1, 150)
    copies = X.copy(), y.copy(), w.copy()
    for settings in FORMS.values():
        quiet(kind(max_iter=2, **settings).fit, X, y, sample_weight=w)
    for one, other in zip((X, y, w), copies, strict=True):
        assert_same_bits(one, other)


# Frames


def pandas_frame(X):
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame(X, columns=["a", "b", "c", "d"], index=np.arange(len(X)) * 3 + 1)


def polars_frame(X):
    polars = pytest.importorskip("polars")
    return polars.DataFrame(X, schema=["a", "b", "c", "d"])


def pandas_column(y):
    pandas = pytest.importorskip("pandas")
    return pandas.Series(y, index=np.arange(len(y)) * 3 + 1)


def polars_column(y):
    polars = pytest.importorskip("polars")
    return polars.Series(y)


FRAMES = {"pandas": (pandas_frame, pandas_column), "polars": (polars_frame, polars_column)}


@pytest.mark.parametrize("y_framed", [False, True])
@pytest.mark.parametrize(
    "settings",
    [{}, {"early_stopping": True}, {"early_stopping": True, "scoring": "accuracy"},
     {"early_stopping": True, "scoring": "neg_log_loss"}, {"solver": "lbfgs"}],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("library", FRAMES)
def test_frames_and_their_names(library, settings, y_framed):
    X, y = flowers()
    frame, column = FRAMES[library]
    made = {"hidden_layer_sizes": (4,), "max_iter": 3, "random_state": 0, **settings}
    plain = quiet(C(**made).fit, X, y)
    X_framed = frame(X)
    if _get_feature_names(X_framed) is None:
        pytest.skip("this scikit-learn does not see the names of this polars")
    found = quiet(C(**made).fit, X_framed, column(y) if y_framed else y)  # any other warning fails
    assert found.feature_names_in_.tolist() == ["a", "b", "c", "d"]
    assert found.n_features_in_ == 4
    # a frame lies in memory column by column, which changes last digits
    np.testing.assert_allclose(parameters(found), parameters(plain), rtol=1e-6)
    assert_same_bits(found.predict(X_framed), plain.predict(X))
    if "early_stopping" in settings:
        np.testing.assert_allclose(found.validation_scores_, plain.validation_scores_)
    quiet(C(**made).fit, X_framed, y, X_val=X_framed, y_val=column(y) if y_framed else y)


def test_other_names_are_refused():
    X, y = flowers()
    frame = pandas_frame(X)
    estimator = quiet(C((3,), max_iter=1).fit, frame, y)
    with pytest.raises(ValueError, match="feature names"):
        estimator.predict(frame[["b", "a", "c", "d"]])
    with pytest.raises(ValueError, match="feature names"):
        quiet(estimator.fit, frame, y, X_val=frame.rename(columns={"a": "z"}), y_val=y)
    with pytest.warns(UserWarning, match="feature names"):
        estimator.predict(X)
    for method in (estimator.hidden_activations, estimator.decision_function):
        method(frame)
    quiet(estimator.fit, X, y)
    assert not hasattr(estimator, "feature_names_in_")


def test_a_frame_of_targets():
    pandas = pytest.importorskip("pandas")
    X, Y = two_numbers()
    for settings in ({}, {"early_stopping": True, "scoring": "r2"}):
        plain = quiet(R((4,), max_iter=3, random_state=0, **settings).fit, X, Y)
        framed = pandas.DataFrame(Y, columns=["p", "q"])
        found = quiet(R((4,), max_iter=3, random_state=0, **settings).fit, pandas_frame(X), framed)
        np.testing.assert_allclose(parameters(found), parameters(plain), rtol=1e-6)


# Labels of any kind

LABELS = {
    "text": np.array(["red", "green", "blue"]),
    "objects": np.array(["red", "green", "blue"], dtype=object),
    "negative": np.array([-5, 7, 100]),
    "floats": np.array([1.0, 2.0, 4.0]),
    "bytes of an int8": np.array([1, 2, 3], dtype=np.int8),
}


@pytest.mark.parametrize("settings", [{}, {"early_stopping": True}, {"solver": "lbfgs"}], ids=str)
@pytest.mark.parametrize("name", LABELS)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_labels_of_any_kind(name, n_classes, settings):
    X, y = flowers()
    X, y = X[y < n_classes], y[y < n_classes]
    given = np.sort(LABELS[name])[y]
    made = {"hidden_layer_sizes": (4,), "max_iter": 3, "random_state": 0, **settings}
    plain = quiet(C(**made).fit, X, y)
    found = quiet(C(**made).fit, X, given)
    assert_same_bits(parameters(found), parameters(plain))
    predicted = found.predict(X)
    assert predicted.dtype == given.dtype or name == "objects"  # text, then, as in scikit-learn
    np.testing.assert_array_equal(predicted, np.sort(LABELS[name])[plain.predict(X)])
    np.testing.assert_array_equal(found.classes_, np.sort(LABELS[name])[:n_classes])


def test_booleans_are_classes():
    X, y = two_classes()
    found = quiet(C((4,), max_iter=3).fit, X, y == "yes")
    assert found.predict(X).dtype == bool


# Few rows, few columns, no hidden layer


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("kind", BOTH)
def test_no_hidden_layer_is_a_linear_model(kind, solver):
    X, y = example(kind)
    for sizes in ((), [], np.array([], dtype=int)):
        estimator = quiet(kind(sizes, solver=solver, max_iter=3).fit, X, y)
        assert estimator.n_layers_ == 2
        assert len(estimator.coefs_) == 1
    Z = X @ estimator.coefs_[0] + estimator.intercepts_[0]
    if kind is R:
        np.testing.assert_allclose(estimator.predict(X), Z.ravel())
    else:
        np.testing.assert_array_equal(estimator.predict(X), Z.argmax(axis=1))


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("kind", BOTH)
def test_one_row_and_one_column(kind, solver):
    estimator = quiet(kind((2,), solver=solver, max_iter=2).fit, [[1.0]], [3])
    assert estimator.predict([[1.0], [2.0]]).shape == (2,)


def test_zero_epochs_of_rows_are_counted_in_t():
    X, y = numbers()
    estimator = quiet(R((2,), max_iter=3, batch_size=64).fit, X, y)
    assert estimator.t_ == 450
    assert quiet(R((2,), max_iter=3, solver="lbfgs").fit, X, y).t_ == 0


def test_targets_of_whole_numbers_keep_their_fractions():
    X, y = flowers()
    found = quiet(R((4,), max_iter=5, random_state=0).fit, X, y)
    also = quiet(R((4,), max_iter=5, random_state=0).fit, X, y.astype(float))
    assert_same_bits(parameters(found), parameters(also))


@pytest.mark.parametrize("kind", BOTH)
def test_a_column_of_targets_warns(kind):
    X, y = example(kind)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        kind((3,), max_iter=1).fit(X, y[:, np.newaxis])
    assert "DataConversionWarning" in [one.category.__name__ for one in caught]
