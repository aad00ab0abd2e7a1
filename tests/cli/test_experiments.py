"""What the demos train: the article's experiment is the article's, the others learn."""

import re
import warnings

import numpy as np
import pytest

pytest.importorskip("typer")

import glassnet as gn
from glassnet.cli.experiment import ARTICLE, EXPERIMENTS

OTHERS = [name for name in EXPERIMENTS if name != ARTICLE]


def fitted(name, seed, **changes):
    """Return the table and the fitted estimator of a demo."""
    experiment = EXPERIMENTS[name].changed(**changes)
    table = experiment.load(np.random.default_rng(seed))
    estimator = experiment.estimator(table, seed)
    validation = {}
    if table.validation is not None:
        validation = dict(zip(("X_val", "y_val"), table.scaled(table.validation), strict=True))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Stochastic Optimizer: Maximum iterations")
        return table, estimator.fit(*table.scaled(table.train), **validation)


def test_the_articles_points():
    table = EXPERIMENTS[ARTICLE].load(np.random.default_rng(0))
    for (X, y), n_each, atol in ((table.train, 500, 0.2), (table.test, None, 0.05)):
        if n_each:
            assert np.bincount(y).tolist() == [n_each] * 3
        for k, center in enumerate([(0, -2), (2, 2), (-2, 2)]):
            np.testing.assert_allclose(X[y == k].mean(axis=0), center, atol=atol)
            np.testing.assert_allclose(np.cov(X[y == k].T), np.eye(2), atol=3 * atol)
    assert len(table.test[1]) == 20_000
    # The exact rate of the nearest center, by numerical integration, is 97.0 %.
    assert 96.6 < float(re.match(r"[\d.]+", table.yardstick)[0]) < 97.4


def test_the_article_written_out_gives_the_same_weights():
    table, estimator = fitted(ARTICLE, 3, epochs=20)
    X, y = table.train
    rng = np.random.RandomState(3)
    W1, b1 = rng.normal(size=(2, 5)), rng.normal(size=5)
    W2, b2 = rng.normal(size=(5, 3)), rng.normal(size=3)
    T = np.eye(3)[y]
    for _ in range(20):  # the article's loop, letter by letter
        A = 1 / (1 + np.exp(-(X @ W1 + b1)))
        Y = np.exp(A @ W2 + b2)
        Y /= Y.sum(axis=1, keepdims=True)
        loss = np.sum(-T * np.log(Y))
        delta2 = Y - T
        delta1 = delta2 @ W2.T * A * (1 - A)
        W2 -= 10e-6 * A.T @ delta2
        b2 -= 10e-6 * delta2.sum(axis=0)
        W1 -= 10e-6 * X.T @ delta1
        b1 -= 10e-6 * delta1.sum(axis=0)
    for ours, its in zip(estimator.coefs_ + estimator.intercepts_, (W1, W2, b1, b2), strict=True):
        np.testing.assert_allclose(ours, its, rtol=1e-9, atol=1e-12)
    assert estimator.loss_ * 1_500 == pytest.approx(loss, rel=1e-10)


def test_the_article_on_level_1_gives_the_same_weights():
    table, estimator = fitted(ARTICLE, 4, epochs=20)
    X, y = table.train
    dense = {"weights": gn.Normal(), "biases": gn.Normal()}
    net = gn.Network(
        [gn.Dense(2, 5, **dense), gn.Sigmoid(), gn.Dense(5, 3, **dense)], gn.CrossEntropy()
    )
    theta = net.init(np.random.RandomState(4))
    passes = gn.train(
        net, theta, X, gn.one_hot(y, 3), optimizer=gn.GradientDescent(0.015),
        batch_size=1_500, shuffle=False, rng=np.random.default_rng(0), n_epochs=20,
    )  # fmt: skip
    for _ in passes:
        pass
    np.testing.assert_allclose(estimator.theta_, theta, rtol=1e-12)


def check_the_articles_rates(seed):
    table, estimator = fitted(ARTICLE, seed)
    assert estimator.n_iter_ == 10_000
    assert estimator.score(*table.train) >= 0.955
    assert estimator.score(*table.test) >= 0.96


def test_the_articles_rates():
    check_the_articles_rates(0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 20))
def test_the_articles_rates_for_every_seed(seed):
    check_the_articles_rates(seed)


# Lower than the worst of seeds 0 to 11 on the test rows, and far above a guess.
ENOUGH = {
    "iris": 0.85, "wine": 0.88, "breast_cancer": 0.93, "digits": 0.95, "diabetes": 0.3,
    "moons": 0.96, "circles": 0.97, "spirals": 0.98, "xor": 0.96,
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_each_demo_learns(name):
    table, estimator = fitted(name, 0)
    assert estimator.score(*table.scaled(table.test)) >= ENOUGH[name]


@pytest.mark.parametrize("name", OTHERS)
def test_rows_are_split_once_and_scaled_by_the_training_rows(name):
    table = EXPERIMENTS[name].load(np.random.default_rng(0))
    sizes = [len(rows[1]) for rows in (table.train, table.validation, table.test)]
    np.testing.assert_allclose(np.array(sizes) / sum(sizes), [0.6, 0.2, 0.2], atol=0.01)
    X, y = table.scaled(table.train)
    np.testing.assert_allclose(X.mean(axis=0), 0, atol=1e-9)
    if table.class_names:
        assert sorted(set(y)) == list(range(len(table.class_names)))
    else:
        np.testing.assert_allclose([y.mean(), y.std()], [0, 1], atol=1e-9)
    if name in ("moons", "circles", "spirals", "xor"):  # no point twice: nothing leaks
        everything = np.vstack([table.train[0], table.validation[0], table.test[0]])
        assert len(np.unique(everything, axis=0)) == len(everything)
