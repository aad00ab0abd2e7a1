"""A drop-in: the installed scikit-learn is the judge of numbers, names, messages and prints."""

import inspect
import re
import warnings

import numpy as np
import pytest
from scipy import sparse

import glassnet as gn
from estimators.examples import (
    BOTH,
    THEIRS,
    THEIRS_HAVE_LOSSES,
    THEIRS_WEIGH,
    counts,
    diabetes,
    digits,
    example,
    flowers,
    labels,
    numbers,
    quiet,
    two_classes,
    two_counts,
    two_numbers,
)

pytestmark = pytest.mark.usefixtures("engine")  # on each of them
SAME_WEIGHTS = 1e-6  # relative, of every weight: what a drop-in promises
C, R = BOTH


def run(estimator, call):
    """Return what was warned of while ``call(estimator)`` ran."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call(estimator)
    return [(one.category, str(one.message)) for one in caught]


def both(kind, settings, call):
    """Run a call on ours and theirs; their warnings must be the same."""
    ours, theirs = (one(**make(settings)) for one in (kind, THEIRS[kind]))
    assert run(ours, call) == run(theirs, call)
    return ours, theirs


def make(settings):
    """Let each estimator have its own random numbers."""
    made = dict(settings)
    if callable(made.get("random_state")):
        made["random_state"] = made["random_state"]()
    return made


def fitted_attributes(estimator):
    """The names of everything that a fit has left, whatever this version has."""
    return [name for name in vars(estimator) if name[-1] == "_" and name[0] != "_"]


def assert_same_fit(ours, theirs, rtol=SAME_WEIGHTS):
    __tracebackhide__ = True
    names = fitted_attributes(theirs)
    assert "n_iter_" in names
    for name in names:
        mine, expected = getattr(ours, name), getattr(theirs, name)
        assert (mine is None) == (expected is None), name
        if isinstance(expected, str):
            assert mine == expected
        elif name in ("coefs_", "intercepts_"):
            assert len(mine) == len(expected)
            for one, other in zip(mine, expected, strict=True):
                assert one.shape == other.shape
                assert one.dtype == other.dtype
                np.testing.assert_allclose(one, other, rtol=rtol, atol=1e-14, err_msg=name)
        elif np.asarray(expected).dtype.kind in "fc":
            np.testing.assert_allclose(mine, expected, rtol=rtol, err_msg=name)
        elif expected is not None:
            np.testing.assert_array_equal(mine, expected, err_msg=name)


# The promise itself: 20 epochs on digits and diabetes

PROMISED = {
    "sgd": {"solver": "sgd", "nesterovs_momentum": False},
    "nesterov": {"solver": "sgd"},
    "adam": {"solver": "adam"},
}


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("solver", PROMISED)
@pytest.mark.parametrize("kind", BOTH)
def test_20_epochs_to_the_digit(kind, solver, early_stopping):
    X, y = digits() if kind is C else diabetes()
    settings = {"hidden_layer_sizes": (40,), "max_iter": 20, "random_state": 0, **PROMISED[solver]}
    if kind is R and solver != "adam":
        settings["learning_rate_init"] = 1e-5  # the default leaves the finite numbers there
    settings["early_stopping"] = early_stopping
    ours, theirs = both(kind, settings, lambda est: est.fit(X, y))
    assert ours.n_iter_ == 20
    assert_same_fit(ours, theirs)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X))


@pytest.mark.parametrize("kind", BOTH)
def test_20_iterations_of_lbfgs_to_the_digit(kind):
    X, y = digits() if kind is C else diabetes()
    settings = {"hidden_layer_sizes": (20,), "solver": "lbfgs", "max_iter": 20, "random_state": 0}
    ours, theirs = both(kind, settings, lambda est: est.fit(X, y))
    assert ours.n_iter_ == 20
    assert_same_fit(ours, theirs)


def test_lbfgs_at_convergence():
    X, y = digits()
    settings = {"hidden_layer_sizes": (30,), "solver": "lbfgs", "max_iter": 500, "random_state": 0}
    ours, theirs = both(C, settings, lambda est: est.fit(X, y))
    assert ours.n_iter_ < 500
    assert_same_fit(ours, theirs, rtol=1e-4)


def test_a_long_run_of_lbfgs_reaches_the_same_loss():
    X, y = diabetes()  # not converged, chaotic: rounding decides where it goes
    settings = {"hidden_layer_sizes": (10,), "solver": "lbfgs", "max_iter": 300, "random_state": 0}
    ours, theirs = both(R, settings, lambda est: est.fit(X, y))
    np.testing.assert_allclose(ours.loss_, theirs.loss_, rtol=0.01)


# Every shared parameter, on small data

FEW = {"hidden_layer_sizes": (6,), "max_iter": 12, "random_state": 3, "learning_rate_init": 0.01}
STALLING = {"tol": 0.05, "n_iter_no_change": 2}
SHARED = {
    "identity": {"activation": "identity"},
    "logistic": {"activation": "logistic"},
    "tanh": {"activation": "tanh"},
    "relu": {"activation": "relu"},
    "no hidden layer": {"hidden_layer_sizes": ()},
    "no hidden layer, logistic": {"hidden_layer_sizes": (), "activation": "logistic"},
    "a number of nodes": {"hidden_layer_sizes": 7},
    "three hidden layers": {"hidden_layer_sizes": [5, 4, 3], "activation": "logistic"},
    "an array of sizes": {"hidden_layer_sizes": np.array([5, 4])},
    "batches of 7": {"batch_size": 7, "max_iter": 3},
    "batches of 1": {"batch_size": 1, "max_iter": 1},
    "a batch too large": {"batch_size": 1000},
    "in order": {"shuffle": False, "batch_size": 32},
    "no penalty": {"alpha": 0},
    "a strong penalty": {"alpha": 30.0},
    "sgd": {"solver": "sgd"},
    "sgd without momentum": {"solver": "sgd", "momentum": 0},
    "sgd, heavy ball": {"solver": "sgd", "momentum": 0.6, "nesterovs_momentum": False},
    "invscaling": {"solver": "sgd", "learning_rate": "invscaling", "power_t": 0.3},
    "invscaling is sgd's": {"solver": "adam", "learning_rate": "invscaling"},
    "adaptive": {"solver": "sgd", "learning_rate": "adaptive", **STALLING},
    "adaptive to the end": {
        "solver": "sgd", "learning_rate": "adaptive", "tol": 100.0, "n_iter_no_change": 1,
        "max_iter": 60,
    },
    "adaptive is sgd's": {"solver": "adam", "learning_rate": "adaptive", **STALLING},
    "converged": {"tol": 100.0, "n_iter_no_change": 3},
    "never content": {"tol": 100.0, "n_iter_no_change": np.inf},
    "no tolerance": {"tol": 0.0},
    "betas and epsilon": {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3},
    "early stopping": {"early_stopping": True},
    "early stopping, stalled": {"early_stopping": True, **STALLING},
    "early stopping, sgd adaptive": {
        "early_stopping": True, "solver": "sgd", "learning_rate": "adaptive", **STALLING,
    },
    "early stopping, invscaling, a third": {
        "early_stopping": True, "solver": "sgd", "learning_rate": "invscaling",
        "validation_fraction": 0.33,
    },
    "early stopping, in order": {"early_stopping": True, "shuffle": False, "batch_size": 32},
    "a RandomState": {"random_state": lambda: np.random.RandomState(8)},
    "lbfgs": {"solver": "lbfgs"},
    "lbfgs, early stopping": {"solver": "lbfgs", "early_stopping": True},
    "lbfgs, logistic": {"solver": "lbfgs", "activation": "logistic", "alpha": 0.1},
    "lbfgs, few evaluations": {"solver": "lbfgs", "max_fun": 5},
    "lbfgs, converged": {"solver": "lbfgs", "tol": 0.3, "max_iter": 100},
}  # fmt: skip


@pytest.mark.parametrize("name", SHARED)
@pytest.mark.parametrize("kind", BOTH)
def test_shared_parameters(kind, name, capsys):
    X, y = example(kind)
    ours, theirs = both(kind, {**FEW, **SHARED[name]}, lambda est: est.fit(X, y))
    assert capsys.readouterr().out == ""
    assert_same_fit(ours, theirs)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-6)
    np.testing.assert_allclose(ours.score(X, y), theirs.score(X, y), rtol=1e-6)


@pytest.mark.parametrize("name", [one for one in SHARED if not one.startswith("lbfgs")])
@pytest.mark.parametrize("kind", BOTH)
def test_verbose_prints_line_for_line(kind, name, capsys):
    X, y = example(kind)
    printed = []

    def call(estimator):
        estimator.fit(X, y)
        printed.append(capsys.readouterr().out.splitlines())

    both(kind, {**FEW, **SHARED[name], "verbose": True}, call)
    assert printed[0]
    assert printed[0] == printed[1]


@pytest.mark.parametrize("kind", BOTH)
def test_verbose_lbfgs_prints_a_line_an_iteration(kind, capsys):
    """Different on purpose: SciPy 1.15 and newer print nothing at all."""
    X, y = example(kind)
    estimator = kind(**make({**FEW, "solver": "lbfgs", "verbose": True}))
    quiet(estimator.fit, X, y)
    lines = capsys.readouterr().out.splitlines()
    numbers = range(1, estimator.n_iter_ + 1)
    assert lines == [
        f"Iteration {number}, loss = {loss:.8f}"
        for number, loss in zip(numbers, estimator.loss_curve_, strict=True)
    ]


# Every kind of data

RNG = np.random.default_rng(0)
WEIGHTS = RNG.uniform(0, 3, size=150)
WEIGHTS[::7] = 0


def with_names():
    pandas = pytest.importorskip("pandas")
    X, y = flowers()
    return pandas.DataFrame(X, columns=list("abcd")), pandas.Series(y)


def column(data):
    X, y = data()
    return X, y[:, np.newaxis]


KINDS_OF_DATA = {
    "two classes": (C, two_classes, {}),
    "two classes, early stopping": (  # of numbers: scikit-learn 1.6 cannot score text there
        C, lambda: (two_classes()[0], two_classes()[1] == "yes"), {"early_stopping": True},
    ),
    "two classes, lbfgs": (C, two_classes, {"solver": "lbfgs"}),
    "labels": (C, labels, {}),
    "labels, early stopping": (C, labels, {"early_stopping": True}),
    "labels, lbfgs": (C, labels, {"solver": "lbfgs"}),
    "sparse labels": (C, lambda: (labels()[0], sparse.csr_matrix(labels()[1])), {}),
    "one label": (C, lambda: (labels()[0], labels()[1][:, :1]), {}),
    "a column of classes": (C, lambda: column(flowers), {}),
    "a column of numbers": (R, lambda: column(numbers), {}),
    "lists": (C, lambda: tuple(part.tolist() for part in flowers()), {}),
    "column names": (C, with_names, {}),
    "column names, early stopping": (C, with_names, {"early_stopping": True}),
    "two numbers": (R, two_numbers, {}),
    "two numbers, sgd": (R, two_numbers, {"solver": "sgd", "alpha": 1.0}),
    "two numbers, early stopping": (R, two_numbers, {"early_stopping": True}),
    "whole numbers": (R, lambda: (flowers()[0], flowers()[1]), {}),
    "CSR": (C, lambda: (sparse.csr_matrix(flowers()[0]), flowers()[1]), {}),
    "CSC": (C, lambda: (sparse.csc_matrix(flowers()[0]), flowers()[1]), {}),
    "CSR array": (R, lambda: (sparse.csr_array(numbers()[0]), numbers()[1]), {"solver": "sgd"}),
    "CSR, early stopping": (
        C, lambda: (sparse.csr_matrix(flowers()[0]), flowers()[1]), {"early_stopping": True},
    ),
    "CSR, lbfgs": (R, lambda: (sparse.csr_matrix(numbers()[0]), numbers()[1]), {"solver": "lbfgs"}),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS_OF_DATA)
def test_kinds_of_data(name):
    kind, data, settings = KINDS_OF_DATA[name]
    X, y = data()
    ours, theirs = both(kind, {**FEW, **settings}, lambda est: est.fit(X, y))
    assert_same_fit(ours, theirs)
    mine, expected = ours.predict(X), theirs.predict(X)
    assert sparse.issparse(mine) == sparse.issparse(expected)
    if sparse.issparse(mine):
        mine, expected = mine.toarray(), expected.toarray()
    assert mine.shape == expected.shape
    if kind is C:
        np.testing.assert_array_equal(mine, expected)
        # scikit-learn's 1 - p has rounding errors of 1e-16, its logarithm larger ones
        mine, expected = ours.predict_proba(X), theirs.predict_proba(X)
        np.testing.assert_allclose(mine, expected, rtol=1e-6, atol=1e-14)
        mine, expected = ours.predict_log_proba(X), theirs.predict_log_proba(X)
        np.testing.assert_allclose(mine, expected, rtol=1e-6, atol=1e-4)
    else:
        np.testing.assert_allclose(mine, expected, rtol=1e-6)
    np.testing.assert_allclose(ours.score(X, y), theirs.score(X, y), rtol=1e-6)


NEW_IN_1_7 = {
    "weights": (C, flowers, {}),
    "weights, labels": (C, labels, {}),
    "weights, sgd": (C, flowers, {"solver": "sgd", "batch_size": 20, "alpha": 1.0}),
    "weights, early stopping": (C, two_classes, {"early_stopping": True}),
    "weights, lbfgs": (C, flowers, {"solver": "lbfgs"}),
    "weights, numbers": (R, two_numbers, {"early_stopping": True}),
    "weights, numbers, lbfgs": (R, numbers, {"solver": "lbfgs"}),
    "Poisson": (R, counts, {"loss": "poisson"}),
    "Poisson, two": (R, two_counts, {"loss": "poisson", "alpha": 1.0}),
    "Poisson, early stopping": (R, counts, {"loss": "poisson", "early_stopping": True}),
    "Poisson, lbfgs": (R, counts, {"loss": "poisson", "solver": "lbfgs"}),
    "Poisson, lbfgs, two": (R, two_counts, {"loss": "poisson", "solver": "lbfgs"}),
}


@pytest.mark.skipif(not (THEIRS_WEIGH and THEIRS_HAVE_LOSSES), reason="new in scikit-learn 1.7")
@pytest.mark.parametrize("name", NEW_IN_1_7)
def test_sample_weights_and_poisson(name):
    kind, data, settings = NEW_IN_1_7[name]
    X, y = data()
    weights = WEIGHTS[: len(y)] if name.startswith("weights") else None
    ours, theirs = both(kind, {**FEW, **settings}, lambda est: est.fit(X, y, sample_weight=weights))
    assert_same_fit(ours, theirs)
    mine, expected = ours.score(X, y, weights), theirs.score(X, y, weights)
    np.testing.assert_allclose(mine, expected, rtol=1e-6)


# partial_fit

PARTIAL = {
    "adam": {},
    "sgd": {"solver": "sgd"},
    "invscaling": {"solver": "sgd", "learning_rate": "invscaling"},
    "adaptive": {"solver": "sgd", "learning_rate": "adaptive"},
}


@pytest.mark.parametrize("name", PARTIAL)
@pytest.mark.parametrize("kind", BOTH)
def test_the_first_partial_fit(kind, name, capsys):
    X, y = example(kind)
    classes = {"classes": [0, 1, 2]} if kind is C else {}
    settings = {**FEW, **PARTIAL[name], "verbose": True, "batch_size": 20}
    ours, theirs = both(kind, settings, lambda est: est.partial_fit(X, y, **classes))
    assert_same_fit(ours, theirs)
    first, second = capsys.readouterr().out.splitlines()
    assert first == second


@pytest.mark.parametrize("name", PARTIAL)
@pytest.mark.parametrize("kind", BOTH)
def test_partial_fit_in_order_agrees_call_after_call(kind, name):
    # scikit-learn forgets the order of the rows between calls; without one all calls agree
    X, y = example(kind)
    classes = {"classes": [0, 1, 2]} if kind is C else {}
    settings = {**FEW, **PARTIAL[name], "shuffle": False, "batch_size": 20}
    if name == "adaptive":
        settings |= {"tol": 100.0, "n_iter_no_change": 1}

    def call(estimator):
        for _ in range(6):
            estimator.partial_fit(X, y, **classes)

    ours, theirs = both(kind, settings, call)
    assert ours.n_iter_ == 1
    assert_same_fit(ours, theirs)


@pytest.mark.skipif(not THEIRS_WEIGH, reason="new in scikit-learn 1.7")
def test_partial_fit_with_weights():
    X, y = flowers()
    ours, theirs = both(
        C, FEW, lambda est: est.partial_fit(X, y, sample_weight=WEIGHTS, classes=[0, 1, 2])
    )
    assert_same_fit(ours, theirs)


def test_partial_fit_of_labels_and_of_few_classes():
    X, Y = labels()
    ours, theirs = both(C, FEW, lambda est: est.partial_fit(X, Y, classes=[0, 1, 2]))
    assert_same_fit(ours, theirs)
    X, y = flowers()
    some = y == 1
    ours, theirs = both(C, FEW, lambda est: est.partial_fit(X[some], y[some], classes=[2, 0, 1]))
    assert_same_fit(ours, theirs)
    assert ours.predict_proba(X).shape == (150, 3)


# Warm starts count as scikit-learn counts

COUNTED = ["n_iter_", "t_", "n_layers_", "n_outputs_"]


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("kind", BOTH)
def test_a_warm_start_counts_as_there(kind, solver):
    X, y = example(kind)

    def call(estimator):
        estimator.fit(X, y).set_params(max_iter=3).fit(X, y)

    settings = {**FEW, "solver": solver, "warm_start": True, "max_iter": 5}
    ours, theirs = both(kind, settings, call)
    assert [getattr(ours, name) for name in COUNTED] == [getattr(theirs, name) for name in COUNTED]
    if solver == "lbfgs":
        assert_same_fit(ours, theirs)
    else:
        assert len(ours.loss_curve_) == len(theirs.loss_curve_) == 8


@pytest.mark.parametrize("kind", BOTH)
def test_a_warm_start_on_other_rows_agrees(kind):
    # another number of rows starts a fresh order, as every fit does there; without momentum the
    # optimizer has nothing to remember
    X, y = example(kind)

    def call(estimator):
        estimator.fit(X, y).fit(X[:90], y[:90])
        estimator.fit(X + 1, y)

    settings = {**FEW, "solver": "sgd", "momentum": 0.0, "warm_start": True, "max_iter": 3,
                "batch_size": 16, "random_state": lambda: np.random.RandomState(4)}  # fmt: skip
    ours, theirs = both(kind, settings, call)
    assert_same_fit(ours, theirs)


# Names


@pytest.mark.parametrize("kind", BOTH)
def test_every_parameter_method_and_attribute_has_its_name(kind):
    ours, theirs = kind(), THEIRS[kind]()
    for name, value in theirs.get_params().items():
        assert ours.get_params()[name] == value, name
    public = [name for name in dir(theirs) if not name.startswith("_")]
    private_hooks = {"loss"} if kind is C else set()  # "log_loss": an attribute, no parameter
    assert set(public) - private_hooks <= set(dir(ours))


@pytest.mark.parametrize("kind", BOTH)
def test_two_parameters_go_by_position(kind):
    found = inspect.signature(kind).parameters.values()
    by_position = [one.name for one in found if one.kind is one.POSITIONAL_OR_KEYWORD]
    assert by_position == ["hidden_layer_sizes", "activation"]
    assert {one.kind for one in found} == {
        inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY,
    }  # fmt: skip
    estimator = kind((8,), "tanh")
    assert estimator.hidden_layer_sizes == (8,)
    assert estimator.activation == "tanh"


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("method", ["fit", "partial_fit", "predict", "score"])
def test_methods_take_their_arguments(kind, method):
    ours = inspect.signature(getattr(kind, method)).parameters
    theirs = inspect.signature(getattr(THEIRS[kind], method)).parameters
    shared = [name for name in ours if name in theirs]
    assert shared == list(theirs)
    for name in shared:
        assert ours[name].default == theirs[name].default


# Errors

BAD_PARAMETERS = [
    ("hidden_layer_sizes", 0),
    ("hidden_layer_sizes", (0,)),
    ("hidden_layer_sizes", (3, -1)),
    ("alpha", -1),
    ("alpha", "small"),
    ("batch_size", 0),
    ("batch_size", "all"),
    ("learning_rate", "fast"),
    ("learning_rate_init", 0),
    ("power_t", -1),
    ("max_iter", 0),
    ("max_iter", 1.5),
    ("shuffle", "no"),
    ("tol", -1),
    ("verbose", -1),
    ("warm_start", "no"),
    ("momentum", 2),
    ("nesterovs_momentum", "no"),
    ("early_stopping", "no"),
    ("validation_fraction", 1.0),
    ("beta_1", 1.0),
    ("beta_2", -0.1),
    ("epsilon", 0),
    ("n_iter_no_change", 0),
    ("max_fun", 0),
]


def same_error(kind, settings, call):
    errors = []
    for one in (THEIRS[kind], kind):
        with pytest.raises(Exception) as info:  # which one, theirs says
            quiet(call, one(**settings))
        errors.append(info.value)
    theirs, ours = errors
    assert isinstance(ours, type(theirs) if type(theirs).__module__ == "builtins" else ValueError)
    assert words(ours) == words(theirs)


def words(error):
    """The message; the choices in braces, which scikit-learn writes from a set, in order."""
    return [sorted(re.findall("'.*?'", part)) if "}" in part else part for part in split(error)]


def split(error):
    return re.split(r"(\{.*?\})", str(error))


@pytest.mark.parametrize(("name", "value"), BAD_PARAMETERS)
@pytest.mark.parametrize("kind", BOTH)
def test_a_bad_parameter_says_the_same(kind, name, value):
    same_error(kind, {name: value}, lambda est: est.fit(*example(kind)))


X_, y_ = flowers()
NAN = X_.copy()
NAN[2, 1] = np.nan
BAD_CALLS = {
    "another number of columns": lambda est: est.fit(X_, y_).predict(X_[:, :2]),
    "NaN": lambda est: est.fit(NAN, y_),
    "NaN at predict": lambda est: est.fit(X_, y_).predict(NAN),
    "no rows": lambda est: est.fit(X_[:0], y_[:0]),
    "one axis": lambda est: est.fit(X_[0], y_),
    "another number of targets": lambda est: est.fit(X_, y_[:10]),
    "text": lambda est: est.fit(np.array([["a"]] * 150), y_),
    "complex numbers": lambda est: est.fit(X_ + 1j, y_),
    "no y": lambda est: est.fit(X_, None),
    "not fitted": lambda est: est.predict(X_),
    "not fitted, score": lambda est: est.score(X_, y_),
    "early stopping with partial_fit": lambda est: est.set_params(early_stopping=True).partial_fit(
        X_, y_, **({"classes": [0, 1, 2]} if hasattr(est, "predict_proba") else {})
    ),
    "other columns in partial_fit": lambda est: est.fit(X_, y_).partial_fit(X_[:, :3], y_),
    "other columns in a warm start": lambda est: (
        est.set_params(warm_start=True).fit(X_, y_).fit(X_[:, :3], y_)
    ),
}
BAD_CALLS_OF_CLASSIFIERS = {
    "no classes": lambda est: est.partial_fit(X_, y_),
    "other classes": lambda est: est.partial_fit(X_, y_, classes=[0, 1, 2]).partial_fit(
        X_, y_, classes=[0, 1]
    ),
    "a class not among them": lambda est: est.partial_fit(X_, y_, classes=[0, 1]),
    "a new class": lambda est: est.fit(X_[y_ < 2], y_[y_ < 2]).partial_fit(X_, y_),
    "other classes in a warm start": lambda est: (
        est.set_params(warm_start=True).fit(X_, y_).fit(X_[y_ < 2], y_[y_ < 2])
    ),
    "no partial_fit with lbfgs": lambda est: est.set_params(solver="lbfgs").partial_fit(X_, y_),
    "probabilities before fit": lambda est: est.predict_proba(X_),
    "one row of a class": lambda est: est.set_params(early_stopping=True).fit(
        X_[:120], np.arange(120) == 7
    ),
}
BAD_WEIGHTS = {
    "too few": np.ones(3),
    "two axes": np.ones((150, 2)),
    "NaN": np.r_[np.nan, np.ones(149)],
    "negative": np.r_[-1, np.ones(149)],
}


@pytest.mark.parametrize("name", BAD_CALLS)
@pytest.mark.parametrize("kind", BOTH)
def test_a_bad_call_says_the_same(kind, name):
    same_error(kind, {"max_iter": 1}, BAD_CALLS[name])


@pytest.mark.parametrize("name", BAD_CALLS_OF_CLASSIFIERS)
def test_a_bad_call_of_a_classifier_says_the_same(name):
    same_error(C, {"max_iter": 1}, BAD_CALLS_OF_CLASSIFIERS[name])


@pytest.mark.parametrize("kind", BOTH)
def test_a_validation_set_too_small(kind):
    too_small = kind(early_stopping=True, validation_fraction=0.001)
    with pytest.raises(ValueError, match=r"^The validation set is too small. Increase 'validation"):
        too_small.fit(X_, y_)


def test_numbers_are_no_classes():
    with pytest.raises(ValueError, match="Unknown label type"):
        gn.MLPClassifier().fit(X_, X_[:, 0])


def test_a_regressor_with_lbfgs_has_no_partial_fit_either():
    # scikit-learn's regressor has it, and runs all of L-BFGS in it
    assert not hasattr(gn.MLPRegressor(solver="lbfgs"), "partial_fit")
    with pytest.raises(AttributeError, match="has no attribute 'partial_fit'"):
        gn.MLPRegressor(solver="lbfgs").partial_fit(X_, y_)


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("name", BAD_WEIGHTS)
@pytest.mark.parametrize("kind", BOTH)
def test_bad_weights(kind, name, method):
    X, y = example(kind)
    more = {"classes": [0, 1, 2]} if kind is C and method == "partial_fit" else {}

    def call(estimator):
        getattr(estimator, method)(X, y, sample_weight=BAD_WEIGHTS[name], **more)

    if THEIRS_WEIGH and name != "negative":  # which scikit-learn takes, and gives nonsense
        same_error(kind, {"max_iter": 1}, call)
    else:
        with pytest.raises(ValueError, match=r"[Ss]ample.weight"):
            call(kind(max_iter=1))


def test_negative_weights_are_told_apart():
    with pytest.raises(ValueError, match=r"[Nn]egative"):
        gn.MLPClassifier().fit(X_, y_, sample_weight=BAD_WEIGHTS["negative"])
