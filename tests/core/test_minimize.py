"""Gradient descent on any function."""

import pickle

import numpy as np
import pytest

import glassnet as gn
import reference
from tolerances import TRAJECTORY, close

CENTER = np.array([3.0, -2.0])


def f(x):
    return (x[0] - 3) ** 2 + 5 * (x[1] + 2) ** 2 + x[0] * x[1]


def f_grad(x):
    return np.array([2 * (x[0] - 3) + x[1], 10 * (x[1] + 2) + x[0]], dtype=x.dtype)


@pytest.mark.parametrize("kind", gn.OPTIMIZERS)
def test_path_of_every_optimizer(kind, dtype):
    x0, optimizer = np.array([0.5, 0.25], dtype), kind()
    path = list(gn.descent(f, f_grad, x0, optimizer, 20))
    naive = reference.minimize(lambda x: f_grad(np.array(x)), x0.tolist(), optimizer, 20)
    assert len(path) == 21
    assert path[0].tolist() == x0.tolist() == [0.5, 0.25]
    for found, expected in zip(path, naive, strict=True):
        assert found.dtype == dtype
        close(found, expected, TRAJECTORY, dtype)
    x = gn.minimize(f, f_grad, x0, optimizer, 20)
    assert (x == path[-1]).all()


def test_the_points_of_a_path_are_copies():
    path = []
    for x in gn.descent(f, f_grad, np.zeros(2), n_steps=5):
        path.append(x.copy())
        x[:] = np.nan
    assert np.isfinite(path).all()
    assert len({x.tobytes() for x in path}) == 6


def test_functions_may_scribble_on_their_argument():
    def scribble(x):
        g = f_grad(x)
        x[:] = np.nan
        return g

    x = gn.minimize(f, scribble, np.zeros(2), n_steps=3)
    assert (x == gn.minimize(f, f_grad, np.zeros(2), n_steps=3)).all()


def test_defaults():
    x = gn.minimize(f, f_grad, np.zeros(2))
    assert (x == gn.minimize(f, f_grad, np.zeros(2), gn.GradientDescent(0.01), 1000)).all()


@pytest.mark.parametrize("shape", [(), (3,), (2, 1), (2, 3, 2)])
def test_any_shape(shape, rng):
    x0 = rng.normal(size=shape)
    x = gn.minimize(lambda x: (x**2).sum(), lambda x: 2 * x, x0, gn.GradientDescent(0.25), 3)
    assert x.shape == shape
    assert x == pytest.approx(x0 / 8, rel=1e-15)


def test_schedule_and_clipping():
    path = gn.descent(
        lambda x: abs(x).sum(), lambda x: np.array([3.0, 4.0]), np.zeros(2),
        gn.GradientDescent(1.0), 4, schedule=gn.StepDecay(2, factor=0.5), max_grad_norm=1.0,
    )  # fmt: skip
    steps = -np.diff(list(path), axis=0)
    assert steps == pytest.approx(np.outer([1, 1, 0.5, 0.5], [0.6, 0.8]))


def test_a_schedule_knows_the_length():
    path = gn.descent(
        lambda x: 0.0, np.ones_like, np.zeros(1), gn.GradientDescent(1.0), 4, schedule=gn.Cosine()
    )
    steps = -np.diff([x.item() for x in path])
    assert steps == pytest.approx([gn.Cosine()(s, 4) for s in range(4)])


@pytest.mark.parametrize(
    ("f", "f_grad", "step", "last"),
    [
        (lambda x: x @ x, lambda x: 1e200 * x, 1, 1.0),  # x is -1e200, f its square
        (lambda x: 0.0, lambda x: x * 1e300, 2, -1e300),  # x itself overflows
        (lambda x: 0.0, lambda x: np.full_like(x, np.nan), 1, 1.0),
        (lambda x: np.nan if x[0] != 1 else 0.0, lambda x: 2 * x, 1, 1.0),
    ],
)
def test_divergence(f, f_grad, step, last):
    path = []
    with (
        np.errstate(over="ignore"),  # of f itself
        pytest.raises(gn.DivergenceError, match=r"minimize diverged in step .*learning rate") as e,
    ):
        path.extend(gn.descent(f, f_grad, np.array([1.0]), gn.GradientDescent(1.0), 10))
    error = e.value
    assert (error.epoch, error.batch, error.layer) == (step, 1, "x")
    assert error.theta.tolist() == [last] == path[-1].tolist()
    assert len(path) == step
    assert pickle.loads(pickle.dumps(error)).theta.tolist() == [last]
