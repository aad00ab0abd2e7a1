"""Data and helpers that the tests of the estimators share.

The arrays cannot be written: whatever a test fits, it also shows that fitting changes no data.
"""

import functools
import inspect
import warnings

import numpy as np
import sklearn.neural_network
from sklearn import datasets
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler

import glassnet as gn

THEIRS = {
    gn.MLPClassifier: sklearn.neural_network.MLPClassifier,
    gn.MLPRegressor: sklearn.neural_network.MLPRegressor,
}
BOTH = tuple(THEIRS)
# scikit-learn's perceptrons learned these in 1.7.
THEIRS_WEIGH = (
    "sample_weight" in inspect.signature(sklearn.neural_network.MLPRegressor.fit).parameters
)
THEIRS_HAVE_LOSSES = "loss" in inspect.signature(sklearn.neural_network.MLPRegressor).parameters


def locked(*arrays):
    for array in arrays:
        array.flags.writeable = False
    return arrays


@functools.cache
def digits():
    X, y = datasets.load_digits(return_X_y=True)
    return locked(X / 16, y)


@functools.cache
def diabetes():
    X, y = datasets.load_diabetes(return_X_y=True)
    return locked(StandardScaler().fit_transform(X), y)


@functools.cache
def flowers():
    """150 rows, 4 columns, 3 classes in random order."""
    X, y = datasets.load_iris(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(y))
    return locked(StandardScaler().fit_transform(X)[order], y[order])


@functools.cache
def two_classes():
    X, y = flowers()
    return locked(X[y > 0], np.where(y[y > 0] == 2, "yes", "no"))


@functools.cache
def labels():
    """Three labels a row, any number of them right."""
    X, _ = flowers()
    rng = np.random.default_rng(1)
    return locked(X.copy(), (X @ rng.normal(size=(4, 3)) > 0.3).astype(int))


@functools.cache
def numbers():
    X, _ = flowers()
    return locked(X.copy(), X[:, 0] * X[:, 1] + np.sin(2 * X[:, 2]))


@functools.cache
def two_numbers():
    X, y = numbers()
    return locked(X.copy(), np.column_stack([y, 3 * X[:, 3] - y]))


@functools.cache
def counts():
    X, _ = flowers()
    rate = np.exp(0.5 * X[:, :2])
    return locked(X.copy(), np.random.default_rng(2).poisson(rate[:, 0]).astype(float))


@functools.cache
def two_counts():
    X, y = counts()
    return locked(X.copy(), np.column_stack([y, y[::-1]]))


@functools.cache
def sizes_and_colors():
    """Two targets of three and four classes."""
    X, y = flowers()
    sizes = np.array(["large", "medium", "small"])[y]
    colors = np.array(["blue", "green", "red", "white"])[(X[:, 0] > 0) + 2 * (X[:, 1] > 0)]
    return locked(X.copy(), np.column_stack([sizes, colors]))


def example(kind):
    """A data set for either class."""
    return flowers() if kind is gn.MLPClassifier else numbers()


def quiet(call, *args, **kwargs):
    """Call without the warnings of trainings that end at ``max_iter``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return call(*args, **kwargs)


def parameters(estimator):
    """All weights and biases in one vector."""
    return np.concatenate([np.ravel(a) for a in [*estimator.coefs_, *estimator.intercepts_]])


def assert_same_bits(a, b):
    __tracebackhide__ = True
    assert np.asarray(a).dtype == np.asarray(b).dtype
    np.testing.assert_array_equal(a, b)
