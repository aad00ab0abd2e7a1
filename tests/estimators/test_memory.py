"""A fit copies none of its rows, and converts them a few at a time."""

import numpy as np
import pytest
import sklearn
from scipy import sparse

import glassnet as gn
from estimators.examples import BOTH, assert_same_bits, example, quiet
from glassnet.estimators.lazy_rows import ConvertedRows
from memory import peak_of

C, R = BOTH
N_ROWS, N_COLUMNS = 60_000, 200
SIZE = N_ROWS * N_COLUMNS * 4
"""Of the rows in float32: 48 MB."""

FEW = 0.08 * SIZE
"""What a fit may take beside the rows: targets, the order of the rows, checks of the targets."""

MORE = {
    ("ten", False): 0.012 * SIZE,  # ten columns of targets
    ("ten", True): 0.05 * SIZE,
    ("two", True): 0.035 * SIZE,  # scikit-learn's splitter keeps lists of rows where it stratifies
}
"""By the target, and whether rows are set aside."""

PIECES = 5e6
"""Rows to predict in another dtype: as many for any data. A tenth of the rows is as much."""


@pytest.fixture(scope="module")
def wide():
    """Rows of whole numbers from -4 to 4: the same in both dtypes."""
    X = np.random.default_rng(0).integers(-4, 5, size=(N_ROWS, N_COLUMNS)).astype(np.float64)
    X.flags.writeable = False
    return X


@pytest.fixture(scope="module")
def narrow(wide):
    return wide.astype(np.float32)


@pytest.fixture(scope="module")
def targets():
    row = np.arange(N_ROWS)
    return {
        "two": row % 2,
        "ten": row % 10,
        "words": np.array(["blue", "green", "red"])[row % 3],
        "truth": row % 2 == 0,
        "a number": np.sin(row),
        "20 numbers": np.sin(np.outer(row, np.arange(20))).astype(np.float32),
    }


def mapped(X, tmp_path):
    file = tmp_path / "X"
    X.tofile(file)
    return np.memmap(file, X.dtype, "r", shape=X.shape)


LAYOUTS = {
    "C": lambda X, _: X,
    "Fortran": lambda X, _: np.asfortranarray(X),
    "a map": mapped,
    "backwards": lambda X, _: X[::-1],
    "with gaps": lambda X, _: np.repeat(X, 2, axis=1)[:, ::2],
}
FITS = [
    *(("C", target, {}) for target in ("two", "ten", "words", "truth", "a number", "20 numbers")),
    *((layout, "two", {}) for layout in LAYOUTS if layout != "C"),
    ("C", "two", {"sample_weight": True, "class_weight": "balanced"}),
    ("C", "ten", {"early_stopping": True}),
    ("C", "two", {"early_stopping": True}),
    ("C", "a number", {"early_stopping": True}),
    ("Fortran", "a number", {"early_stopping": True}),
    ("C", "two", {"validate": True}),
    ("Fortran", "two", {"validate": True}),
    ("C", "two", {"solver": "sgd", "schedule": gn.Cosine()}),
]


def fit_of(X, y, settings):
    """Return a call that fits: an epoch, after all that is done once has been done."""
    settings = {"hidden_layer_sizes": (4,), "max_iter": 1, "batch_size": 500, **settings}
    weight = np.ones(len(y)) if settings.pop("sample_weight", False) else None
    validate = settings.pop("validate", False)
    kind = R if y.dtype.kind == "f" else C
    quiet(kind(**settings).fit, X[:1000], y[:1000])  # imports, tables
    if validate:
        few = slice(0, N_ROWS, 101)
        return lambda: quiet(kind(**settings).fit, X[few], y[few], X_val=X, y_val=y)
    return lambda: quiet(kind(**settings).fit, X, y, sample_weight=weight)


@pytest.mark.parametrize(("layout", "target", "settings"), FITS)
def test_a_fit_of_float32_copies_no_rows(layout, target, settings, narrow, targets, tmp_path):
    X = LAYOUTS[layout](narrow, tmp_path)
    peak, estimator = peak_of(fit_of(X, targets[target], settings))
    assert estimator.theta_.dtype == np.float32
    assert peak < FEW + MORE.get((target, "early_stopping" in settings), 0)


@pytest.mark.parametrize(("layout", "target", "settings"), FITS)
def test_a_float32_fit_of_float64_converts_few_at_a_time(
    layout, target, settings, wide, targets, tmp_path
):
    X = LAYOUTS[layout](wide, tmp_path)
    peak, estimator = peak_of(fit_of(X, targets[target], {"dtype": "float32", **settings}))
    assert estimator.theta_.dtype == np.float32
    assert peak < FEW + MORE.get((target, "early_stopping" in settings), 0) + PIECES


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("given", ["wide", "narrow"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_prediction_takes_what_it_returns(dtype, given, layout, request, targets, tmp_path):
    X = LAYOUTS[layout](request.getfixturevalue(given), tmp_path)
    estimator = quiet(C((4,), max_iter=1, dtype=dtype).fit, X[:1000], targets["ten"][:1000])
    estimator.predict_proba(X[:1000])
    peak, P = peak_of(estimator.predict_proba, X)
    assert P.dtype == dtype
    assert peak - P.nbytes < FEW + PIECES


# It is the same training as of rows that were converted before

FORMS = {
    "adam": {},
    "sgd": {"solver": "sgd"},
    "lbfgs": {"solver": "lbfgs"},
    "early stopping": {"early_stopping": True},
    "a scorer": {"early_stopping": True, "scoring": "neg_log_loss"},
    "the best": {"restore_best": True},
}


def everything(estimator):
    """What a fit leaves behind that numbers tell."""
    curves = [estimator.loss_curve_, estimator.validation_scores_, estimator.validation_loss_curve_]
    return [estimator.theta_, *(np.array(curve or []) for curve in curves)]


@pytest.mark.parametrize(("given", "dtype"), [("f8", "float32"), ("f4", "float64")])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("form", FORMS)
def test_rows_may_be_converted_before(form, order, given, dtype):
    X, y = example(C)
    X = X.astype("f4")  # numbers of both dtypes
    settings = {"hidden_layer_sizes": (5,), "max_iter": 4, "random_state": 0, "dtype": dtype}
    for validation in (False, True):
        found, expected = (C(**settings, **FORMS[form]) for _ in range(2))
        for estimator, rows in ((found, X.astype(given, order=order)), (expected, X.astype(dtype))):
            held_out = {"X_val": rows[:50], "y_val": y[:50]} if validation else {}
            quiet(estimator.fit, rows, y, **held_out)
        for one, other in zip(everything(found), everything(expected), strict=True):
            if form == "lbfgs" and order == "F":  # a product of all rows at once: another order
                np.testing.assert_allclose(one, other, rtol=1e-3)
            else:
                assert_same_bits(one, other)
        assert_same_bits(found.predict(X.astype(given)), expected.predict(X))


def test_lbfgs_asks_for_all_rows_once(monkeypatch):
    """Not at each evaluation: as often as any fit, and then for all of them."""
    asked = []
    convert = ConvertedRows.__getitem__
    monkeypatch.setattr(
        ConvertedRows, "__getitem__", lambda self, rows: asked.append(rows) or convert(self, rows)
    )
    X, y = example(C)
    quiet(C((5,), solver="lbfgs", max_iter=5, dtype="float32").fit, X, y)
    assert asked.count(slice(None)) == 1


def sparse_frame(X):
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame.sparse.from_spmatrix(sparse.csr_matrix(X), columns=list("abcd"))


@pytest.mark.parametrize(("given", "dtype"), [("f8", "float32"), ("f4", "float64")])
@pytest.mark.parametrize("how", [sparse.csr_matrix, sparse.csc_array, sparse_frame])
@pytest.mark.parametrize("form", ["adam", "lbfgs", "early stopping"])
def test_sparse_rows_of_another_dtype(form, how, given, dtype):
    X, y = example(C)
    X = np.where(X < 0, 0, X).astype("f4")
    settings = {"hidden_layer_sizes": (5,), "max_iter": 4, "random_state": 0, "dtype": dtype}
    found = quiet(C(**settings, **FORMS[form]).fit, how(X.astype(given)), y)
    expected = quiet(C(**settings, **FORMS[form]).fit, how(X.astype(dtype)), y)
    assert found.theta_.dtype == dtype
    assert_same_bits(found.theta_, expected.theta_)
    for rows in (how(X.astype(given)), how(X.astype(dtype))):
        assert_same_bits(found.predict_proba(rows), expected.predict_proba(how(X.astype(dtype))))


def test_whole_numbers_become_those_of_the_model_at_once(narrow, targets):
    X = narrow.astype(np.int8)
    peak, estimator = peak_of(fit_of(X, targets["two"], {"dtype": "float32"}))
    assert estimator.theta_.dtype == np.float32
    assert peak < SIZE + FEW  # not twice: by way of float64


def test_the_same_rows_in_another_dtype_go_on_with_their_order():
    X, y = example(C)
    X = X.astype(np.float32)
    settings = {"max_iter": 3, "random_state": 0, "warm_start": True, "early_stopping": True}
    found, expected = (quiet(C((5,), **settings).fit, X, y) for _ in range(2))
    quiet(found.fit, X.astype(np.float64), y)
    quiet(expected.fit, X, y)
    assert found.theta_.dtype == np.float32
    assert_same_bits(found.theta_, expected.theta_)


@pytest.mark.parametrize("where", ["fit", "partial_fit", "validation"])
@pytest.mark.parametrize("kind", BOTH)
def test_a_number_beyond_float32_is_refused_in_words(kind, where):
    """And without a warning, wherever it stands; nothing has changed."""
    X, y = example(kind)
    estimator = quiet(kind((4,), max_iter=2, random_state=0).fit, X.astype(np.float32), y)
    estimator.set_params(dtype="float32")
    before = estimator.predict(X)
    spoiled = np.tile(X, (500, 1))
    spoiled[-1, 2] = 1e39
    many = np.tile(y, 500)
    words = r"^Input X contains infinity or a value too large for dtype\('float32'\)"
    calls = {
        "fit": lambda: estimator.fit(spoiled, many),
        "partial_fit": lambda: estimator.partial_fit(spoiled, many),
        "validation": lambda: estimator.fit(X, y, X_val=spoiled, y_val=many),
    }
    with pytest.raises(ValueError, match=words):
        calls[where]()
    assert_same_bits(estimator.predict(X), before)
    estimator.set_params(dtype=None)
    assert quiet(estimator.fit, spoiled[-10:] / 1e39, y[-10:]).theta_.dtype == np.float64


def test_also_where_scikit_learn_takes_finite_numbers_for_granted():
    X, y = example(C)
    wide = np.vstack([X, [[0, 0, 1e39, 0]]])
    estimator = C((4,), max_iter=1, dtype="float32")
    refused = pytest.raises(gn.DataError, match="is inf; expected finite numbers")
    with sklearn.config_context(assume_finite=True), refused:
        estimator.fit(wide, np.append(y, 0))
