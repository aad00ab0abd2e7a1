"""Each kernel by itself, number by number, as far as the numbers go.

What a kernel computes is read off a training step of a network that hands it through: weights of 0
or rows of the unit matrix, and Momentum(1.0), whose slot is the gradient with its sign turned.
"""

import numpy as np
import pytest

import glassnet as gn
import reference
from fast.comparison import every, problem
from glassnet.core.training import Plan, TrainingState
from glassnet.fast import run_steps
from tolerances import ELEMENT, EPS, SUM, TAIL, TRAJECTORY, close

KEEP = gn.Momentum(learning_rate=1.0)
SIZES = [100, 1e4, 1e10, 1e30]
every_activation = every("layer", [kind() for kind in gn.ACTIVATIONS])


def loss_and_grad(layers, loss, theta, X, Y, w=None):
    """Return the loss and the gradient of a batch, from one compiled step."""
    net, theta = gn.Network(layers, loss), theta.copy()
    epochs = gn.train(net, theta, X, Y, w=w, optimizer=KEEP, batch_size=len(X), shuffle=False,
                      n_epochs=1, run_steps=run_steps)  # fmt: skip
    (epoch,) = epochs
    return epoch.loss, -epoch.state.slots["v"]


def value(layer, Z, n_rows=1, unit=1):
    """Return f(Z): the gradient of the weights behind the activation where dZ is 1 (or a unit)."""
    X, Y = np.tile(Z, (n_rows, 1)), np.full((n_rows, 1), -unit, Z.dtype)
    theta = np.zeros(Z.size + 1, Z.dtype)
    _, g = loss_and_grad([layer, gn.Dense(Z.size, 1)], gn.SquaredError(), theta, X, Y)
    return g[:-1] / Z.dtype.type(unit)


def slope(layer, Z, n_rows=1):
    """Return f'(Z): the gradient of the biases before the activation where dA is 1."""
    X, Y = np.zeros((n_rows, 1), Z.dtype), np.full((n_rows, Z.size), -1000, Z.dtype)
    theta = np.concatenate([np.zeros_like(Z), Z])
    _, g = loss_and_grad([gn.Dense(1, Z.size), layer], gn.AbsoluteError(), theta, X, Y)
    return g[Z.size :]


# Activations ------------------------------------------------------------------------------------


def numbers(dtype, rng):
    return np.concatenate([
        np.linspace(-30, 30, 601), rng.normal(size=200), rng.uniform(-800, 800, size=200),
        [0, 1, -1, 1e-30, -1e-30],
    ]).astype(dtype)  # fmt: skip


@every_activation
@pytest.mark.parametrize("n_rows", [1, 16])  # 16 equal parts of 1/16 have an exact sum
def test_value_of_an_activation(layer, n_rows, dtype, rng):
    Z = numbers(dtype, rng)
    close(value(layer, Z, n_rows), [reference.activation(layer, z) for z in Z], ELEMENT, dtype)


@every_activation
@pytest.mark.parametrize("n_rows", [1, 16])
def test_slope_of_an_activation(layer, n_rows, dtype, rng):
    """At the kinks, too: 0, -1 and 1 are among the numbers."""
    Z = numbers(dtype, rng)
    expected = [reference.activation_derivative(layer, z) for z in Z]
    close(slope(layer, Z, n_rows), expected, ELEMENT, dtype, scale=1 + np.abs(Z.astype(float)))


@every("layer", [kind() for kind in gn.ACTIVATIONS])
@pytest.mark.parametrize("size", SIZES)
def test_numbers_of_any_size(layer, size, dtype):
    """Both f and f' are core's, which are finite; behind units that scale them down."""
    Z = np.array([size, -size], dtype) * (1 if dtype == np.float32 else size**9)
    expected, half = layer.value(Z), np.exp2(-np.ceil(np.log2(Z[0]) / 2))
    close(value(layer, Z, unit=half**2), expected, 2, dtype)
    layers = [gn.Dense(1, 1), layer, gn.Dense(1, 1), gn.Dense(1, 1)]
    for z, df in zip(Z, layer.derivative(Z, expected), strict=True):
        theta = np.array([0, z, half, 0, half, 0], dtype)
        X, Y = np.zeros((1, 1), dtype), np.full((1, 1), -10, dtype)
        _, g = loss_and_grad(layers, gn.AbsoluteError(), theta, X, Y)
        close(g[1] / half**2, df, 2, dtype)


@pytest.mark.parametrize("kind", [gn.Sigmoid, gn.Softplus, gn.SiLU, gn.Mish, gn.GELU])
def test_tails_keep_their_digits(kind):
    Z = -np.linspace(0.5, 30, 300)
    expected = np.array([reference.activation(kind(), z) for z in Z])
    allowed = TAIL * EPS["float64"] * (1 + Z**2 / 8) * np.abs(expected)
    assert (np.abs(value(kind(), Z) - expected) <= allowed).all()


# Losses -----------------------------------------------------------------------------------------


def loss_of_scores(loss, Z, Y, w=None):
    """Return the loss of scores and its gradient: X is the unit matrix, so W is Z and dW is dZ."""
    n, k = Z.shape
    theta = np.concatenate([Z.ravel(), np.zeros(k, Z.dtype)])
    L, g = loss_and_grad([gn.Dense(n, k)], loss, theta, np.eye(n, dtype=Z.dtype), Y, w)
    return L, g[: Z.size].reshape(n, k)


@every("loss", gn.LOSSES)
@pytest.mark.parametrize("n_rows", [1, 7, 16, 33])
def test_value_and_gradient_of_a_loss(loss, n_rows, dtype, rng):
    Z = rng.normal(scale=3, size=(n_rows, 3)).astype(dtype)
    Y = reference.random_targets(loss, rng, n_rows, 3).astype(dtype)
    if not isinstance(loss, gn.CrossEntropy | gn.JointCrossEntropy | gn.BinaryCrossEntropy):
        Z[0] = Y[0]  # the kink of some
    for w in (None, rng.uniform(0.1, 3, size=n_rows).astype(dtype)):
        L, dZ = loss_of_scores(loss, Z, Y, w)
        expected_L, expected_dZ = reference.mean_loss(loss, Z, Y, w)
        close(L, expected_L, SUM, dtype, scale=10)
        close(dZ, expected_dZ, ELEMENT, dtype, scale=4)


@every("loss", gn.LOSSES)
@pytest.mark.parametrize("size", [50, 1e4])
def test_large_scores(loss, size, dtype, rng):
    """The wrong class by far: finite, and a gradient of full length in the right direction."""
    size = min(size, 40) if isinstance(loss, gn.Poisson) else size
    Z = (size * rng.choice([-1, 0, 0.5, 1], size=(16, 3))).astype(dtype)
    Y = reference.random_targets(loss, rng, 16, 3).astype(dtype)
    L, dZ = loss_of_scores(loss, Z, Y)
    expected_L, expected_dZ = reference.mean_loss(loss, Z, Y)
    close(L, expected_L, SUM, dtype)
    close(dZ, expected_dZ, ELEMENT, dtype, scale=4)


def test_scores_that_differ_by_a_constant(dtype, rng):
    """Softmax looks at differences only: a shift by all of 1000 changes nothing."""
    Z = rng.integers(-4, 5, size=(16, 3)).astype(dtype)
    Y = reference.random_targets(gn.CrossEntropy(), rng, 16, 3).astype(dtype)
    shifted = loss_of_scores(gn.CrossEntropy(), Z + 1000, Y)
    for given, expected in zip(shifted, loss_of_scores(gn.CrossEntropy(), Z, Y), strict=True):
        close(given, expected, SUM, dtype)


# Optimizers -------------------------------------------------------------------------------------

N_STEPS = 10
GRADIENTS = [0, 1e-4, 1e4, 1e-12, -1, 1, 0.3, -2, 1e-3, 1, 1, 2, 3, 4, 5, 6, 7]


@every("optimizer", [kind() for kind in gn.OPTIMIZERS])
def test_an_optimizer_step_by_step(optimizer, dtype, rng):
    """Gradients of all sizes, 0 among them; weights and biases, with decay and without."""
    n = len(GRADIENTS)
    net = gn.Network([gn.Dense(1, n)], gn.SquaredError())
    theta = rng.normal(size=2 * n).astype(dtype)
    theta[:n] = np.where(np.abs(GRADIENTS) < 1e-3, 0, theta[:n])  # b - y has the digits of g
    theta[n:] = np.where(np.abs(GRADIENTS) < 1e-3, 0, theta[n:])
    eta = optimizer.learning_rate
    state = TrainingState(theta, optimizer.new_slots(theta), np.arange(1), rng, eta, epoch=1)
    plan, X = Plan(optimizer, 1), np.ones((1, 1), dtype)
    expected, memories = theta.tolist(), [{} for _ in theta]
    farthest = np.ones(2 * n)
    for t in range(1, N_STEPS + 1):
        Z = theta[:n] + theta[n:]
        Y = (Z - np.array(GRADIENTS) * rng.normal(size=n)).astype(dtype)
        g = (Z - Y).tolist() * 2  # X is 1: dW = db = dZ
        state.position, state.learning_rate = 0, eta * (1 if t < 5 else 0.5)
        run_steps(net, state, X, Y[np.newaxis], None, plan, 1)
        expected = reference.optimizer_step(
            optimizer, expected, g, memories, t, state.learning_rate, [1] * n + [0] * n
        )
        farthest = np.maximum(farthest, np.abs(expected))
        close(theta, expected, TRAJECTORY, dtype, scale=farthest)
    names = sorted(memories[0])
    assert sorted(state.slots) == names
    for name in names:
        remembered = [memory[name] for memory in memories]
        close(
            state.slots[name],
            remembered,
            TRAJECTORY,
            dtype,
            scale=np.maximum(1, np.abs(remembered)),
        )


@pytest.mark.parametrize("kind", gn.OPTIMIZERS, ids=lambda kind: kind.__name__)
def test_no_gradient_no_step(kind, dtype, new_rng):
    """0 / (sqrt(0) + epsilon) is 0; and a number that is never seen stays where it is."""
    net, theta, X, Y, _ = problem(new_rng(), dtype, [gn.Dense(3, 4), gn.Tanh(), gn.Dense(4, 2)])
    X[:, 1] = 0
    before = theta.copy()
    optimizer = kind(weight_decay=0.0) if kind is gn.AdamW else kind()
    list(
        gn.train(
            net, theta, X, Y, optimizer=optimizer, n_epochs=2, batch_size=4, run_steps=run_steps
        )
    )
    assert (theta[4:8] == before[4:8]).all()  # the weights of column 1
    assert (theta[:4] != before[:4]).all()
