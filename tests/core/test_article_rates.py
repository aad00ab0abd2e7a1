"""The article's experiment from beginning to end: how many points its network gets right."""

import numpy as np
import pytest

import glassnet as gn

N_POINTS = 500  # in each of three clouds
N_EPOCHS = 10_000
TRAINING_RATE, FRESH_RATE = 0.955, 0.96
"""The clouds overlap: the best possible rule is right on 97 in 100. The article reports no number;
over seeds 0 to 19 the lowest are 96.3 and 96.6 %."""


def clouds(rng, n_points):
    """Return points of three Gaussian clouds around (0, -2), (2, 2), (-2, 2), and their classes."""
    centers = np.repeat([[0, -2], [2, 2], [-2, 2]], n_points, axis=0)
    return rng.normal(size=centers.shape) + centers, np.repeat([0, 1, 2], n_points)


@pytest.mark.parametrize("seed", range(20))
def test_the_articles_network_learns_the_clouds(seed):
    rng = np.random.default_rng(seed)  # twenty experiments, the same ones each time
    X, labels = clouds(rng, N_POINTS)
    weights = {"weights": gn.Normal(), "biases": gn.Normal()}
    net = gn.Network(
        [gn.Dense(2, 5, **weights), gn.Sigmoid(), gn.Dense(5, 3, **weights)],
        loss=gn.CrossEntropy(),
    )
    theta, Y = net.init(rng), gn.one_hot(labels, 3)
    printed = [
        epoch.loss
        for epoch in gn.train(
            net, theta, X, Y, optimizer=gn.GradientDescent(10e-6 * len(X)), batch_size=len(X),
            rng=rng, n_epochs=N_EPOCHS,
        )
        if epoch.number % 100 == 1
    ]  # fmt: skip
    assert (np.diff(printed) < 0).all()  # it falls at every step that the article prints
    assert (net.predict(theta, X).argmax(axis=1) == labels).mean() >= TRAINING_RATE
    X, labels = clouds(np.random.default_rng(1000 + seed), 20_000 // 3)
    assert (net.predict(theta, X).argmax(axis=1) == labels).mean() >= FRESH_RATE
