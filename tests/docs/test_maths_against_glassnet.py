"""Compare the worked examples of the pages with glassnet."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import glassnet as gn
from docs.worked_examples import Example, read_examples

Array = NDArray[np.float64]

EXAMPLES = read_examples()

THETA = [0.1, -0.2, 0.3, 0.4, 0.1, -0.1, 0.5, -0.3, -0.4, 0.6, 0.2, -0.1]
NAMES = ["dW1_11", "dW1_12", "dW1_21", "dW1_22", "db1_1", "db1_2"]
NAMES += [name.replace("1_", "2_", 1) for name in NAMES]
X = np.array([[1.0, 2.0], [-1.0, 0.5]])
Y = np.array([[0.0, 1.0], [1.0, 0.0]])


def assert_shows(example: Example, **numbers: float) -> None:
    """Assert that each number, rounded, is the printed one."""
    wrong = {
        name: (example[name].printed, float(number))
        for name, number in numbers.items()
        if not example[name].shows(float(number))
    }
    assert wrong == {}


def assert_shows_row(example: Example, prefix: str, row: Array) -> None:
    """Assert the same for ``prefix_1``, ``prefix_2``, ..."""
    assert_shows(example, **{f"{prefix}_{k + 1}": value for k, value in enumerate(row)})


def article_network() -> gn.Network:
    return gn.Network([gn.Dense(2, 2), gn.Sigmoid(), gn.Dense(2, 2)], loss=gn.CrossEntropy())


# Forward and backward.


def test_sizes() -> None:
    example = EXAMPLES["notation: sizes"]
    net = gn.Network([gn.Dense(2, 3)], loss=gn.SquaredError())
    theta = net.init(np.random.default_rng(0))
    W, b = net.views(theta)[0]
    Z = net.scores(theta, np.zeros((4, 2)))
    assert_shows(
        example,
        entries_of_W=W.size,
        entries_of_b=b.size,
        entries_of_Z=Z.size,
        n_params=theta.size,
    )


@pytest.mark.parametrize(("row", "title"), [(0, "one sample"), (1, "second sample")])
def test_forward(row: int, title: str) -> None:
    example, net, theta = EXAMPLES[f"forward: {title}"], article_network(), np.array(THETA)
    Z1, A1, Z2 = net.activations(theta, X)
    assert_shows_row(example, "Z1", Z1[row])
    assert_shows_row(example, "A1", A1[row])
    assert_shows_row(example, "Z2", Z2[row])
    assert_shows_row(example, "Z2", net.scores(theta, X)[row])
    assert_shows_row(example, "P", net.predict(theta, X)[row])


def test_backward() -> None:
    example = EXAMPLES["backpropagation: two layers"]
    L, g = article_network().loss_and_grad(np.array(THETA), X[:1], Y[:1])
    assert_shows(example, L=L, **dict(zip(NAMES, g, strict=True)))


def test_backward_of_two_samples() -> None:
    example = EXAMPLES["backpropagation: two samples"]
    L, g = article_network().loss_and_grad(np.array(THETA), X, Y)
    named = dict(zip(NAMES, g, strict=True))
    assert_shows(example, L=L, db2_1=named["db2_1"], dW2_11=named["dW2_11"])


def test_central_difference() -> None:
    example = EXAMPLES["backpropagation: central difference of W1_11"]
    net, (plus, minus) = article_network(), (np.array(THETA), np.array(THETA))
    plus[0] += example["h"].value
    minus[0] -= example["h"].value
    L_plus, L_minus = (net.loss(theta, X[:1], Y[:1]) for theta in (plus, minus))
    assert_shows(example, L_plus=L_plus, L_minus=L_minus, ghat=(L_plus - L_minus) / 0.02)


def test_one_step_of_training() -> None:
    example = EXAMPLES["readme: one step"]
    net, theta = article_network(), np.array(THETA)
    epochs = gn.train(
        net,
        theta,
        X[:1],
        Y[:1],
        optimizer=gn.GradientDescent(example["learning_rate"].value),
        rng=np.random.default_rng(0),
        n_epochs=1,
    )
    assert_shows(example, L_before=next(iter(epochs)).loss, L_after=net.loss(theta, X[:1], Y[:1]))


# Activations.

ACTIVATIONS = {
    "sigmoid": gn.Sigmoid(),
    "tanh": gn.Tanh(),
    "relu": gn.ReLU(),
    "leaky_relu": gn.LeakyReLU(),
    "elu": gn.ELU(),
    "selu": gn.SELU(),
    "softplus": gn.Softplus(),
    "gelu": gn.GELU(),
    "gelu_tanh": gn.GELUTanh(),
    "silu": gn.SiLU(),
    "mish": gn.Mish(),
    "hard_tanh": gn.HardTanh(),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("z", ["0.5", "-1"])
def test_activation(name: str, z: str) -> None:
    example = EXAMPLES[f"activations: z = {z}"]
    f, Z = ACTIVATIONS[name], np.array([[float(z)]])
    A = f.value(Z)
    values = {"tanh_" if name == "tanh" else name: A.item()}
    assert_shows(example, **values, **{f"{name}'": f.derivative(Z, A).item()})


@pytest.mark.parametrize("line", EXAMPLES["activations: slopes taken at the kinks"])
def test_slope_at_a_kink(line: str) -> None:
    name, z = line.removesuffix(")").split("'(")
    f, Z = ACTIVATIONS[name], np.array([[float(z)]])
    slope = f.derivative(Z, f.value(Z)).item()
    assert_shows(EXAMPLES["activations: slopes taken at the kinks"], **{line: slope})


# Losses.


def test_softmax() -> None:
    example = EXAMPLES["losses: softmax of (5, 1, 1)"]
    P = gn.CrossEntropy().inverse_link(np.array([[5.0, 1.0, 1.0]]))
    assert_shows_row(example, "p", P[0])


def test_cross_entropy() -> None:
    example = EXAMPLES["losses: cross-entropy"]
    Z = article_network().scores(np.array(THETA), X[:1])
    L, dZ = gn.CrossEntropy().value_and_grad(Z, Y[:1])
    assert_shows(example, L=L)
    assert_shows_row(example, "Z", Z[0])
    assert_shows_row(example, "dZ", dZ[0])
    assert_shows_row(example, "P", gn.CrossEntropy().inverse_link(Z)[0])


def test_label_smoothing() -> None:
    example = EXAMPLES["losses: label smoothing 0.1"]
    Z = article_network().scores(np.array(THETA), X[:1])
    L, dZ = gn.CrossEntropy(label_smoothing=0.1).value_and_grad(Z, Y[:1])
    assert_shows(example, L=L)
    assert_shows_row(example, "dZ", dZ[0])


def test_binary_cross_entropy() -> None:
    example = EXAMPLES["losses: binary cross-entropy, z = 0.8, y = 1"]
    z, y = np.array([[0.8]]), np.array([[1.0]])
    L, dZ = gn.BinaryCrossEntropy().value_and_grad(z, y)
    assert_shows(example, L=L, dZ=dZ.item())
    L, dZ = gn.BinaryCrossEntropy(label_smoothing=0.1).value_and_grad(z, y)
    assert_shows(example, L_smoothed=L, dZ_smoothed=dZ.item())


def test_joint_cross_entropy() -> None:
    example = EXAMPLES["losses: joint cross-entropy, blocks of 2 and 3, z = (1, 0, 0, 0, 0)"]
    Z, targets = np.array([[1.0, 0, 0, 0, 0]]), np.array([[1.0, 0, 1, 0, 0]])
    L, dZ = gn.JointCrossEntropy(n_classes=(2, 3)).value_and_grad(Z, targets)
    assert_shows(example, L=L)
    assert_shows_row(example, "dZ", dZ[0])


@pytest.mark.parametrize("z", ["3", "0.5"])
@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("squared", gn.SquaredError()),
        ("absolute", gn.AbsoluteError()),
        ("huber", gn.Huber()),
        ("quantile_90", gn.Quantile(0.9)),
        ("poisson", gn.Poisson()),
    ],
)
def test_loss_of_a_number(name: str, loss: gn.Loss, z: str) -> None:
    example = EXAMPLES[f"losses: numbers, z = {z}, y = 1"]
    L, dZ = loss.value_and_grad(np.array([[float(z)]]), np.array([[1.0]]))
    assert_shows(example, **{name: L, f"{name}_dZ": dZ.item()})


@pytest.mark.parametrize("y", [0, 2])
def test_poisson(y: int) -> None:
    L, dZ = gn.Poisson().value_and_grad(np.array([[0.5]]), np.array([[float(y)]]))
    assert_shows(EXAMPLES["losses: Poisson, z = 0.5"], **{f"y_{y}": L, f"y_{y}_dZ": dZ.item()})


def test_poisson_at_its_best() -> None:
    L = gn.Poisson().value(np.log([[2.0]]), np.array([[2.0]]))
    assert_shows(EXAMPLES["losses: Poisson, z = 0.5"], y_2_at_its_best=L)


def test_sample_weights() -> None:
    example = EXAMPLES["losses: sample weights"]
    loss, Z, ones = gn.SquaredError(), np.array([[3.0], [0.5]]), np.ones((2, 1))
    L, dZ = loss.value_and_grad(Z, ones, np.array([1.0, 2.0]))
    assert_shows(
        example,
        L_unweighted=loss.value(Z, ones),
        L_weights_1_2=L,
        L_row_2_twice=loss.value(Z[[0, 1, 1]], np.ones((3, 1))),
    )
    assert_shows_row(example, "dZ", dZ[:, 0])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_largest_score_of_poisson(dtype: str) -> None:
    example = EXAMPLES["losses: largest scores of Poisson"]
    assert_shows(example, **{dtype: float(np.log(float(np.finfo(dtype).max)))})


# Optimizers.

OPTIMIZERS = {
    "gradient descent": gn.GradientDescent,
    "momentum": gn.Momentum,
    "Nesterov": gn.Nesterov,
    "AdaGrad": gn.AdaGrad,
    "RMSProp": gn.RMSProp,
    "Adam": gn.Adam,
    "NAdam": gn.NAdam,
}


@pytest.mark.parametrize("title", OPTIMIZERS)
def test_two_steps_of_an_optimizer(title: str) -> None:
    optimizer = OPTIMIZERS[title](learning_rate=0.1)
    _, x_1, x_2 = (
        x.item()
        for x in gn.descent(
            lambda x: float((x**2).sum() / 4), lambda x: x / 2, np.ones(1), optimizer, n_steps=2
        )
    )
    assert_shows(EXAMPLES[f"optimizers: {title}"], x_1=x_1, x_2=x_2)


def test_the_article() -> None:
    example = EXAMPLES["optimizers: the article's x^2 + y^2"]
    x0 = np.array([example["x_0"].value, example["y_0"].value])
    points = [
        x.copy()
        for x in gn.descent(
            lambda x: float((x**2).sum()), lambda x: 2 * x, x0, gn.GradientDescent(0.01), 1000
        )
    ]
    assert_shows(example, x_1=points[1][0], y_1=points[1][1], x_2=points[2][0])
    assert_shows(example, x_1000=points[1000][0], f_1000=float((points[1000] ** 2).sum()))


@pytest.mark.parametrize(
    ("name", "optimizer"),
    [("adam", gn.Adam(0.1)), ("epsilon_hat_form", gn.AdamEpsilonHat(0.1))],
)
def test_two_epsilons(name: str, optimizer: gn.Optimizer) -> None:
    x = gn.minimize(
        lambda x: 1e-6 * float(x.sum()), lambda x: np.full(1, 1e-6), np.zeros(1), optimizer, 1
    )
    assert_shows(EXAMPLES["optimizers: two epsilons at g = 1e-6"], **{name: x.item()})


def one_step(optimizer: gn.Optimizer, max_grad_norm: float | None = None) -> Array:
    """Return theta after one step from w = 1, b = 0 on the row x = 1, y = 0.5."""
    net, theta = gn.Network([gn.Dense(1, 1)], loss=gn.SquaredError()), np.array([1.0, 0.0])
    list(
        gn.train(
            net,
            theta,
            np.array([[1.0]]),
            np.array([[0.5]]),
            optimizer=optimizer,
            rng=np.random.default_rng(0),
            n_epochs=1,
            max_grad_norm=max_grad_norm,
        )
    )
    return theta


def test_adamw() -> None:
    w, b = one_step(gn.AdamW(learning_rate=0.1, weight_decay=0.01))
    assert_shows(EXAMPLES["optimizers: AdamW"], w_1=w, b_1=b)


def test_clipping() -> None:
    example = EXAMPLES["optimizers: clipping (3, 4) to 1"]
    x = gn.minimize(
        lambda x: float(3 * x[0] + 4 * x[1]),
        lambda x: np.array([3.0, 4.0]),
        np.zeros(2),
        gn.GradientDescent(1.0),
        1,
        max_grad_norm=1.0,
    )
    assert_shows_row(example, "g", -x)


def test_clipping_in_training() -> None:
    theta = one_step(gn.GradientDescent(1.0), max_grad_norm=0.1)
    assert np.linalg.norm(theta - [1.0, 0.0]) == pytest.approx(0.1, rel=1e-12)


@pytest.mark.parametrize(
    ("line", "schedule"),
    [
        ("inverse_scaling_at_3", gn.InverseScaling()),
        ("step_decay_every_10_at_25", gn.StepDecay(10)),
        ("exponential_0.99_at_50", gn.Exponential(0.99)),
        ("cosine_at_0", gn.Cosine()),
        ("cosine_at_25", gn.Cosine()),
        ("cosine_at_50", gn.Cosine()),
        ("one_cycle_at_0", gn.OneCycle()),
        ("one_cycle_at_15", gn.OneCycle()),
        ("one_cycle_at_30", gn.OneCycle()),
        ("one_cycle_at_65", gn.OneCycle()),
        ("cosine_warmup_20_at_4", gn.Cosine(warmup=20)),
        ("cosine_warmup_20_at_19", gn.Cosine(warmup=20)),
        ("cosine_warmup_20_at_60", gn.Cosine(warmup=20)),
    ],
)
def test_schedule(line: str, schedule: gn.Schedule) -> None:
    step = int(line.rpartition("_")[2])
    assert_shows(EXAMPLES["optimizers: schedules, n = 100"], **{line: schedule(step, 100)})


# Initialization and regularization.


def test_equal_nodes() -> None:
    net = gn.Network([gn.Dense(2, 2), gn.Tanh(), gn.Dense(2, 1)], loss=gn.SquaredError())
    theta = np.array([0.5, 0.5, 0.5, 0.5, 0, 0, 0.5, 0.5, 0])
    _, g = net.loss_and_grad(theta, np.array([[1.0, 2.0]]), np.array([[1.0]]))
    assert_shows(
        EXAMPLES["initialization: two equal nodes"],
        dW1_11=g[0],
        dW1_12=g[1],
        dW2_1=g[6],
        dW2_2=g[7],
    )


@pytest.mark.parametrize(
    ("name", "initializer"), [("lecun", gn.LeCun), ("glorot", gn.Glorot), ("he", gn.He)]
)
def test_initializer(name: str, initializer: Callable[[str], gn.Initializer]) -> None:
    """100,000 draws: the largest is within 0.1 % of the bound, the spread within 2 % of the std."""
    example = EXAMPLES["initialization: 2 inputs, 5 nodes"]
    std, bound = example[f"{name}_std"].value, example[f"{name}_bound"].value
    rng, shape = np.random.default_rng(0), (100_000,)
    uniform = initializer("uniform")(rng, shape, 2, 5)
    assert 0.999 * bound < np.abs(uniform).max() <= bound + 1e-6
    assert uniform.std() == pytest.approx(std, rel=0.02)
    normal = initializer("normal")(rng, shape, 2, 5)
    assert normal.std() == pytest.approx(std, rel=0.02)
    assert normal.mean() == pytest.approx(0, abs=0.02)


def test_penalties() -> None:
    example = EXAMPLES["regularization: penalties"]
    net = gn.Network([gn.Dense(3, 1)], loss=gn.SquaredError(), penalty=gn.Penalty(l1=0.1, l2=0.3))
    theta = np.array([0.5, -2.0, 0.1, 0.0])
    L, g = net.loss_and_grad(theta, np.zeros((4, 3)), np.zeros((4, 1)))
    assert_shows(example, added_to_L=L)
    assert_shows_row(example, "dW", g[:3])
    assert g[3] == 0
    # Weights that sum to 4 divide in the same way.
    L, _ = net.loss_and_grad(theta, np.zeros((2, 3)), np.zeros((2, 1)), np.array([1.0, 3.0]))
    assert_shows(example, added_to_L=L)


def test_dropout() -> None:
    """Kept entries are divided by 0.8, dropped ones are 0, and backward uses the same mask."""
    example = EXAMPLES["regularization: dropout, rate 0.2, x = (1, 2, 3), mask (1, 0, 1)"]
    layer, ones = gn.Dropout(0.2), np.ones((1, 1000))
    A, cache = layer.forward((), ones, gn.Step(np.random.default_rng(0)))
    shown = [example["a_2"].value, example["a_1"].value]  # the rate is rounded to a 65,536th
    assert sorted(set(A.ravel().tolist())) == pytest.approx(shown, rel=1e-5)
    dX = layer.backward(ones, cache, (), ())
    assert dX is not None
    assert dX.tolist() == A.tolist()
    assert layer.forward((), ones, None)[0].tolist() == ones.tolist()


def test_best_score_under_label_smoothing() -> None:
    example = EXAMPLES["regularization: best score under label smoothing"]
    Z = np.array([[0.0, example["best_difference"].value]])
    loss = gn.CrossEntropy(label_smoothing=0.1)
    assert loss.value_and_grad(Z, Y[:1])[1] == pytest.approx(np.zeros((1, 2)), abs=1e-7)
