"""Figures are drawn without a screen, closed around each test, and never shown."""

import importlib.util

import numpy as np
import pytest

collect_ignore_glob = [] if importlib.util.find_spec("matplotlib") else ["test_*.py"]


@pytest.fixture(autouse=True)
def _no_screen(monkeypatch):
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    mpl.use("Agg")
    plt.close("all")  # the examples in docstrings, run by the same process, leave theirs open
    monkeypatch.setattr(plt, "show", lambda *a, **k: pytest.fail("the library called plt.show"))
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def clouds():
    """Three clouds of points, as in the article: X of shape (150, 2), labels 0, 1, 2."""
    rng = np.random.default_rng(0)
    X = np.vstack([rng.normal(size=(50, 2)) + center for center in ([0, -2], [2, 2], [-2, 2])])
    return X, np.repeat([0, 1, 2], 50)


@pytest.fixture(scope="session")
def make_network():
    """Fit a small network for a few epochs."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    from glassnet import MLPClassifier, MLPRegressor

    def make(X, y, *, regression=False, **settings):
        kind = MLPRegressor if regression else MLPClassifier
        settings = {"hidden_layer_sizes": (5,), "max_iter": 12, "random_state": 0} | settings
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return kind(**settings).fit(X, y)

    return make


@pytest.fixture(scope="session")
def network(make_network, clouds):
    """2-5-3, fitted on the clouds."""
    return make_network(*clouds, activation="logistic", learning_rate_init=0.1, max_iter=60)


@pytest.fixture(scope="session")
def frame_of():
    """A data frame of pandas or polars from columns."""

    def make(library, **columns):
        return pytest.importorskip(library).DataFrame(columns)

    return make
