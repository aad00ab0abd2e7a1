"""Edges where two rules meet: each of these has been wrong once."""

import math

import numpy as np
import pytest

import glassnet as gn
from glassnet.core.erf import erf, erfc


@pytest.mark.parametrize("x", [26.7, 27.0, 28.0, 1e4, 1e300, np.inf])
def test_erfc_goes_to_0(x):
    """A number that is not 0, however small, is multiplied by z in GELU."""
    smallest_normal = np.finfo(np.float64).smallest_normal
    assert erfc(np.array([x]))[0] == pytest.approx(math.erfc(x), abs=smallest_normal, rel=0)
    if x > 28:
        assert erfc(np.array([x]))[0] == 0


@pytest.mark.parametrize("z", [-50.0, -1e4, -1e300])
def test_gelu_is_0_on_the_far_left(z):
    assert gn.GELU().value(np.array([z]))[0] == 0
    assert gn.GELU().derivative(np.array([z]), np.zeros(1))[0] == 0


@pytest.mark.parametrize("function", [erf, erfc])
def test_any_shape_of_an_error_function(function, dtype):
    """As its docstring says: an array without axes, too."""
    given = function(np.array(0.25, dtype))
    assert given.shape == ()
    assert given.dtype == dtype
    assert given == function(np.array([0.25], dtype))[0]


@pytest.mark.parametrize("name", ["text", "flaot32", "float33"])
def test_a_dtype_that_numpy_does_not_know(name, rng):
    """np.dtype("float64") == None is true: what is unknown must not pass for float64."""
    with pytest.raises(gn.DTypeError, match=f"dtype is '{name}'; expected float32 or float64"):
        gn.one_hot([0], 1, dtype=name)
    with pytest.raises(gn.DTypeError, match=f"dtype is '{name}'; expected float32 or float64"):
        gn.Network([gn.Dense(1, 1)], gn.SquaredError()).init(rng, dtype=name)


def test_a_row_of_weight_0_is_not_there_even_if_its_loss_is_infinite(dtype):
    Z, Y, w = (np.array(values, dtype) for values in ([[1e4], [0]], [[1], [1]], [0, 1]))
    L, dZ = gn.Poisson().value_and_grad(Z, Y, w)
    assert L == 0
    assert dZ.tolist() == [[0], [0]]


def test_training_passes_over_a_row_of_weight_0_even_if_its_loss_is_infinite(rng):
    net, theta = gn.Network([gn.Dense(1, 1)], gn.Poisson()), np.array([1.0, 0.0])
    X, Y, w = np.array([[1e4], [0.0]]), np.ones((2, 1)), np.array([0.0, 1.0])
    assert next(gn.train(net, theta, X, Y, w=w, batch_size=2, rng=rng)).loss == 0
    assert theta.tolist() == [1, 0]


def test_a_kink_is_near_where_the_masks_put_the_scores():
    """W x is 0.5, far from HardTanh's kink; but kept by a dropout of 1/2 it is 1, on the kink."""
    net = gn.Network([gn.Dense(1, 1), gn.Dropout(0.5), gn.HardTanh()], gn.SquaredError())
    theta, X, Y = np.array([0.5, 0.0]), np.ones((1, 1)), np.array([[3.0]])
    results = [gn.gradcheck(net, theta, X, Y, seed=seed) for seed in range(10)]
    kept = [result for result in results if result.relative_error > 0]
    assert 0 < len(kept) < 10
    assert all(result.kink_distance == 0 for result in kept)
    assert gn.gradcheck(net, theta, X, Y).kink_distance == 0.5


@pytest.mark.parametrize("kind", gn.OPTIMIZERS, ids=lambda kind: kind.__name__)
def test_after_a_divergence_the_state_stands_before_its_step(kind, rng):
    """The slots too: with a smaller learning rate, as advised, the training goes on."""
    net, X, Y = gn.Network([gn.Dense(1, 1)], gn.SquaredError()), np.ones((2, 1)), np.ones((2, 1))
    theta = np.array([0.5, 1e5])  # a large gradient, so that the step below overflows
    settings = {"optimizer": kind(), "batch_size": 2, "rng": rng}
    run = gn.train(net, theta, X, Y, **settings)
    state = next(run).state
    state.learning_rate = 1e308
    with pytest.raises(gn.DivergenceError) as raised:
        [next(run) for _ in range(5)]
    assert (raised.value.theta == theta).all()
    assert all(np.isfinite(slot).all() for slot in state.slots.values())
    state.learning_rate = kind().learning_rate
    again = gn.train(net, theta, X, Y, state=state, **settings)
    assert all(np.isfinite(next(again).loss) for _ in range(3))


def test_a_gradient_that_overflows_is_found_in_its_own_step(rng):
    """The loss, r^2 / 2 = 5e35, is a float32; dW = r x is not."""
    net = gn.Network([gn.Dense(1, 1)], gn.SquaredError())
    theta = np.zeros(2, np.float32)
    X, Y = np.array([[1e30]], np.float32), np.array([[1e18]], np.float32)
    with pytest.raises(gn.DivergenceError, match="epoch 1, batch 1: a gradient stopped") as raised:
        next(gn.train(net, theta, X, Y, optimizer=gn.GradientDescent(1e-9), rng=rng))
    assert theta.tolist() == raised.value.theta.tolist() == [0, 0]


def test_an_activation_can_be_where_training_diverged(rng):
    net = gn.Network([gn.Dense(1, 1), gn.LeakyReLU(-2.0)], gn.SquaredError())
    theta = np.array([-np.finfo(np.float64).max, 0.0])
    with pytest.raises(gn.DivergenceError, match=r"stands in layer 2 of 2, LeakyReLU\.") as raised:
        next(gn.train(net, theta, np.ones((1, 1)), np.ones((1, 1)), rng=rng))
    assert raised.value.layer == "layer 2 of 2, LeakyReLU"


def test_a_penalty_can_be_what_stopped_being_finite(rng):
    net = gn.Network([gn.Dense(1, 1)], gn.SquaredError(), gn.Penalty(l2=1.0))
    theta = np.array([1e200, 0.0])
    with pytest.raises(gn.DivergenceError, match="the loss stopped being finite"):
        next(gn.train(net, theta, np.zeros((1, 1)), np.zeros((1, 1)), rng=rng))
    assert theta.tolist() == [1e200, 0]


def test_clipping_helps_against_divergence_as_the_message_says(rng):
    net, X, Y = (
        gn.Network([gn.Dense(1, 1)], gn.SquaredError()),
        np.full((4, 1), 100.0),
        np.zeros((4, 1)),
    )
    theta = np.array([1.0, 0.0])
    settings = {"optimizer": gn.GradientDescent(1e-2), "n_epochs": 300, "rng": rng}
    with pytest.raises(gn.DivergenceError, match="max_grad_norm"):
        list(gn.train(net, theta.copy(), X, Y, **settings))
    losses = [epoch.loss for epoch in gn.train(net, theta, X, Y, max_grad_norm=1.0, **settings)]
    assert np.isfinite(losses).all()


def test_clipping_of_a_gradient_whose_squares_are_no_float64(rng):
    """1e163 is a float64, its square is not: the norm is still 1e163, and the direction right."""
    net, theta = gn.Network([gn.Dense(1, 1)], gn.SquaredError()), np.zeros(2)
    X, Y = np.array([[1e160]]), np.array([[1e3]])
    settings = {"optimizer": gn.GradientDescent(1.0), "max_grad_norm": 1.0, "rng": rng}
    epoch = next(gn.train(net, theta, X, Y, **settings))
    assert epoch.gradient_norm == pytest.approx(1e163)
    assert theta == pytest.approx([1, 0], abs=1e-12)


NUMBER = np.float64(0.25)


@pytest.mark.parametrize("layer", [gn.LeakyReLU(NUMBER), gn.ELU(NUMBER), gn.Dropout(NUMBER)])
def test_a_setting_of_float64_leaves_float32_layers_alone(layer, rng):
    Z = rng.normal(size=(4, 3)).astype(np.float32)
    A, cache = layer.forward((), Z, gn.Step(rng))
    assert A.dtype == layer.backward(Z, cache, (), ()).dtype == np.float32


@pytest.mark.parametrize(
    "loss", [gn.CrossEntropy(NUMBER), gn.BinaryCrossEntropy(NUMBER), gn.Huber(NUMBER),
             gn.Quantile(NUMBER)], ids=repr
)  # fmt: skip
def test_a_setting_of_float64_leaves_float32_losses_alone(loss):
    Z, Y = np.zeros((2, 2), np.float32), np.eye(2, dtype=np.float32)
    assert loss.value_and_grad(Z, Y)[1].dtype == np.float32
