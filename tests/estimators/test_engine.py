"""Which engine takes the steps of a fit, and what it says of it."""

import importlib.util
import subprocess
import sys
import warnings
from itertools import pairwise

import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

import glassnet as gn
from estimators.examples import BOTH, flowers
from glassnet.estimators import engine as engines

needs_numba = pytest.mark.skipif(
    importlib.util.find_spec("numba") is None, reason="Numba is not installed"
)
SMALL = {"hidden_layer_sizes": (5,), "max_iter": 3, "random_state": 0}


def net_of(*sizes):
    layers = [gn.Dense(n_in, n_out) for n_in, n_out in pairwise(sizes)]
    return gn.Network(layers, gn.SquaredError())


def fitted(estimator, X, y, **named):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return estimator.fit(X, y, **named)


@pytest.mark.parametrize("kind", BOTH)
def test_small_work_stays_with_numpy(kind):
    X, y = flowers()
    assert fitted(kind(**SMALL), X, y).engine_ == "numpy"


def test_the_estimate_counts_the_work_and_nothing_else():
    few, many = net_of(4, 8, 2), net_of(100, 300, 2)
    seconds = engines.seconds_with_numpy
    assert seconds(few, 1000, 100, 10) == 10 * seconds(few, 1000, 100, 1)
    assert seconds(few, 1001, 100, 1) == pytest.approx(1.1 * seconds(few, 1000, 100, 1))
    assert seconds(many, 1000, 100, 1) > seconds(few, 1000, 100, 1)


@needs_numba
@pytest.mark.parametrize("kind", BOTH)
def test_large_work_goes_to_numba_if_it_is_there(kind, monkeypatch):
    X, y = flowers()
    monkeypatch.setattr(engines, "WORTH_COMPILING", 0.0)
    assert fitted(kind(**SMALL), X, y).engine_ == "numba"
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert fitted(kind(**SMALL), X, y).engine_ == "numpy"


@needs_numba
def test_auto_leaves_to_numpy_what_has_no_compiled_form(monkeypatch):
    X, y = flowers()
    monkeypatch.setattr(engines, "WORTH_COMPILING", 0.0)

    class Steeper(gn.ReLU):
        """A subclass may compute anything."""

    for settings in ({"activation": Steeper()}, {"solver": "lbfgs"}):
        assert fitted(gn.MLPClassifier(**SMALL | settings), X, y).engine_ == "numpy"
    assert fitted(gn.MLPClassifier(**SMALL), sparse.csr_array(X), y).engine_ == "numpy"


@needs_numba
def test_numba_is_refused_in_words_where_it_has_no_form():
    X, y = flowers()

    class Steeper(gn.ReLU):
        """A subclass may compute anything."""

    clf = gn.MLPClassifier(**SMALL, activation=Steeper(), engine="numba")
    with pytest.raises(gn.ParameterError, match=r"no compiled form.*Steeper\(\).*engine=\"numpy\""):
        clf.fit(X, y)
    with pytest.raises(gn.ParameterError, match="X is a SparseRows, not an array"):
        gn.MLPClassifier(**SMALL, engine="numba").fit(sparse.csr_array(X), y)
    with pytest.raises(gn.ParameterError, match="engine='numba' needs a solver with steps"):
        gn.MLPClassifier(**SMALL, engine="numba", solver="lbfgs").fit(X, y)
    with pytest.raises(ValueError, match="'engine' parameter"):
        gn.MLPClassifier(**SMALL, engine="cuda").fit(X, y)


def test_without_numba_one_is_told_what_to_install():
    code = (
        "import sys; sys.modules['numba'] = None; import glassnet as gn, numpy as np\n"
        "X = np.ones((20, 2)); y = np.arange(20) % 2\n"
        "try: gn.MLPClassifier((3,), max_iter=1, engine='numba').fit(X, y)\n"
        "except gn.MissingExtraError as error: print(error)\n"
        "clf = gn.MLPClassifier((3,), max_iter=2, n_iter_no_change=9, tol=0)\n"
        "import warnings; warnings.simplefilter('ignore')\n"
        "print(clf.fit(X, y).engine_)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 'pip install "glassnet[fast]"' in done.stdout
    assert done.stdout.endswith("numpy\n")


@needs_numba
@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_engines_agree(kind, dtype):
    X, y = flowers()
    settings = {"hidden_layer_sizes": (8, 4), "max_iter": 5, "random_state": 1, "dropout": 0.2,
                "activation": ("silu", "tanh"), "batch_size": 32, "dtype": dtype}  # fmt: skip
    weights = np.linspace(0, 2, len(y))
    one, other = (
        fitted(kind(**settings, engine=engine), X, y, sample_weight=weights)
        for engine in ("numpy", "numba")
    )
    assert (one.engine_, other.engine_) == ("numpy", "numba")
    rtol = 1e-4 if dtype == "float32" else 1e-10
    np.testing.assert_allclose(one.theta_, other.theta_, rtol=rtol, atol=rtol)
    np.testing.assert_allclose(one.loss_curve_, other.loss_curve_, rtol=rtol)


@needs_numba
def test_training_goes_on_with_the_other_engine():
    X, y = flowers()
    clf = fitted(gn.MLPClassifier((6,), max_iter=3, random_state=0, warm_start=True), X, y)
    fitted(clf.set_params(engine="numba"), X, y)
    whole = fitted(gn.MLPClassifier((6,), max_iter=6, random_state=0), X, y)
    np.testing.assert_allclose(clf.theta_, whole.theta_, rtol=1e-10, atol=1e-12)
