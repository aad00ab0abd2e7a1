"""The article "Neural networks from scratch in Python", number for number."""

import numpy as np
import pytest

import glassnet as gn
import reference
from tolerances import ARTICLE, GRADIENT, SUM, close


def clouds(rng, n):
    """Three Gaussian clouds of n points, and their one-hot targets."""
    centers = ([0, -2], [2, 2], [-2, 2])
    X = np.vstack([rng.normal(size=(n, 2)) + center for center in centers])
    return X, gn.one_hot(np.repeat([0, 1, 2], n), 3)


def article_network():
    dense = [
        gn.Dense(*sizes, weights=gn.Normal(), biases=gn.Normal()) for sizes in ((2, 5), (5, 3))
    ]
    return gn.Network([dense[0], gn.Sigmoid(), dense[1]], loss=gn.CrossEntropy())


def test_softmax_of_5_1_1():
    P = gn.softmax(np.array([[5.0, 1.0, 1.0]]))
    assert P.round(8).tolist() == [[0.96466316, 0.01766842, 0.01766842]]
    assert P.sum() == pytest.approx(1)


def test_gradient_descent_on_a_bowl():
    x = gn.minimize(
        lambda x: (x**2).sum(), lambda x: 2 * x, np.array([[0.5488], [0.7152]]),
        optimizer=gn.GradientDescent(0.01), n_steps=1000,
    )  # fmt: skip
    assert x.shape == (2, 1)
    assert (x**2).sum() == pytest.approx(2.3e-18, rel=ARTICLE)
    # each step multiplies x by 1 - 2 * 0.01
    assert x.ravel() == pytest.approx(np.array([0.5488, 0.7152]) * 0.98**1000, rel=1e-12)


def test_negative_log_likelihood():
    Y = np.array([[0.98, 0.01, 0.01], [0.2, 0.5, 0.3]])
    T = np.array([[1.0, 0, 0], [0, 0, 1.0]])
    L = gn.CrossEntropy().value(np.log(Y), T)  # log of probabilities are scores
    assert pytest.approx(-(np.log(0.98) + np.log(0.3)) / 2) == L


def test_forward_pass(rng):
    net, (X, _) = article_network(), clouds(rng, 4)
    theta = net.init(rng)
    (W, b), _, (W2, b2) = net.views(theta)
    A = 1 / (1 + np.exp(-(X @ W + b)))
    exp_Z2 = np.exp(A @ W2 + b2)
    close(net.activations(theta, X)[1], A, SUM, "float64")
    close(net.predict(theta, X), exp_Z2 / exp_Z2.sum(axis=1, keepdims=True), SUM, "float64")


def four_derivatives(X, T, W, b, W2, b2):
    """Return the article's four derivatives, as it writes them: of the sum, not of the mean."""
    A = 1 / (1 + np.exp(-(X @ W + b)))
    exp_Z2 = np.exp(A @ W2 + b2)
    Y = exp_Z2 / exp_Z2.sum(axis=1, keepdims=True)
    delta2 = Y - T
    delta1 = delta2.dot(W2.T) * A * (1 - A)
    dW2, db2 = A.T.dot(delta2), delta2.sum(axis=0)
    dW, db = X.T.dot(delta1), delta1.sum(axis=0)
    return dW, db, dW2, db2


def test_four_derivatives(rng):
    net, (X, T) = article_network(), clouds(rng, 4)
    theta, n_rows = net.init(rng), len(X)
    (W, b), _, (W2, b2) = net.views(theta)
    dW, db, dW2, db2 = four_derivatives(X, T, W, b, W2, b2)
    article = np.concatenate([dW.ravel(), db, dW2.ravel(), db2])

    _, g = net.loss_and_grad(theta, X, T)
    close(n_rows * g, article, SUM, "float64")

    def summed_loss(theta):
        Y = net.predict(theta, X)
        return np.sum(-T * np.log(Y))

    h, differences = 6e-6, np.empty_like(theta)
    for i in range(theta.size):
        shift = np.zeros_like(theta)
        shift[i] = h
        differences[i] = (summed_loss(theta + shift) - summed_loss(theta - shift)) / (2 * h)
    for block, block_hat in zip(
        np.split(article, [10, 15, 30]), np.split(differences, [10, 15, 30]), strict=True
    ):
        assert np.abs(block - block_hat).max() < GRADIENT * np.abs(differences).max()
    _, naive = reference.loss_and_grad(net.layers, net.loss_function, theta, X, T)
    close(article / n_rows, naive, SUM, "float64")


def test_the_loss_falls_at_every_printed_step(rng):
    net, (X, T) = article_network(), clouds(rng, 100)
    theta = net.init(rng)
    # The article's 10e-6 is a step along the gradient of the sum over 1,500 points.
    optimizer = gn.GradientDescent(10e-6 * 1500)
    printed = [
        epoch.loss
        for epoch in gn.train(
            net, theta, X, T, optimizer=optimizer, batch_size=len(X), rng=rng, n_epochs=1001
        )
        if epoch.number % 100 == 1
    ]
    assert len(printed) == 11
    assert (np.diff(printed) < 0).all()


def test_one_step_is_the_articles(rng):
    net, (X, T) = article_network(), clouds(rng, 5)
    theta = net.init(rng)
    (W, b), _, (W2, b2) = net.views(theta.copy())
    dW, db, dW2, db2 = four_derivatives(X, T, W, b, W2, b2)
    alpha = 10e-6
    next(
        gn.train(net, theta, X, T, optimizer=gn.GradientDescent(alpha * 15), batch_size=15, rng=rng)
    )
    expected = [W - alpha * dW, b - alpha * db, W2 - alpha * dW2, b2 - alpha * db2]
    close(theta, np.concatenate([v.ravel() for v in expected]), SUM, "float64")


def test_stochastic_and_mini_batch_descent_learn_the_clouds(rng):
    net, (X, T) = article_network(), clouds(rng, 60)
    for batch_size, n_epochs in ((1, 10), (32, 60), (180, 600)):
        theta = net.init(rng)
        for _ in gn.train(
            net, theta, X, T, optimizer=gn.GradientDescent(0.3), batch_size=batch_size, rng=rng,
            n_epochs=n_epochs,
        ):  # fmt: skip
            pass
        assert (net.predict(theta, X).argmax(axis=1) == T.argmax(axis=1)).mean() > 0.9
