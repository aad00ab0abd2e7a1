"""Recompute the worked examples of the pages in plain Python, without glassnet and NumPy.

Values come from the definitions; derivatives come from differences of the values, never from the
formulas the pages derive.
"""

import math
from collections.abc import Callable, Sequence

import pytest

from docs.worked_examples import calculate, read_example, read_examples

EXAMPLES = read_examples()
Numbers = dict[str, float]
Function = Callable[[float], float]


def slope(f: Function, x: float) -> float:
    """Return the derivative by a central difference of fourth order: good to about 1e-12."""
    h = 1e-3
    return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h)


def gradient(f: Callable[[list[float]], float], x: Sequence[float]) -> list[float]:
    """Return the slope along each coordinate."""

    def along(i: int) -> Function:
        return lambda value: f([*x[:i], value, *x[i + 1 :]])

    return [slope(along(i), x[i]) for i in range(len(x))]


# The network of the pages: 2 inputs, 2 hidden nodes with a sigmoid, 2 classes.

THETA = [0.1, -0.2, 0.3, 0.4, 0.1, -0.1, 0.5, -0.3, -0.4, 0.6, 0.2, -0.1]
SAMPLE_1, TARGET_1 = [1.0, 2.0], [0.0, 1.0]
SAMPLE_2, TARGET_2 = [-1.0, 0.5], [1.0, 0.0]


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def softmax(z: Sequence[float]) -> list[float]:
    total = sum(math.exp(value) for value in z)
    return [math.exp(value) / total for value in z]


def cross_entropy(z: Sequence[float], y: Sequence[float]) -> float:
    return -sum(target * math.log(p) for target, p in zip(y, softmax(z), strict=True))


def dense(x: Sequence[float], parameters: Sequence[float]) -> list[float]:
    """Return xW + b for two outputs; the parameters are W row by row, then b."""
    n_in = len(x)
    return [
        sum(x[i] * parameters[2 * i + j] for i in range(n_in)) + parameters[2 * n_in + j]
        for j in range(2)
    ]


def forward(theta: Sequence[float], x: Sequence[float]) -> tuple[list[float], ...]:
    z1 = dense(x, theta[:6])
    a1 = [sigmoid(z) for z in z1]
    z2 = dense(a1, theta[6:])
    return z1, a1, z2, softmax(z2)


def network_loss(theta: Sequence[float]) -> float:
    return cross_entropy(forward(theta, SAMPLE_1)[2], TARGET_1)


def forward_numbers(x: Sequence[float]) -> Numbers:
    z1, a1, z2, p = forward(THETA, x)
    layers = {"Z1": z1, "A1": a1, "Z2": z2, "P": p}
    return {f"{name}_{j + 1}": row[j] for name, row in layers.items() for j in range(2)}


def notation() -> Numbers:
    x, w = [[0.0] * 2] * 4, [[0.0] * 3] * 2
    numbers = {"n_samples": len(x), "n_in": len(w), "n_out": len(w[0])}
    numbers["entries_of_X"] = sum(len(row) for row in x)
    numbers["entries_of_W"] = sum(len(row) for row in w)
    numbers["entries_of_b"] = len(w[0])
    numbers["entries_of_Z"] = sum(len(w[0]) for _ in x)
    numbers["n_params"] = numbers["entries_of_W"] + numbers["entries_of_b"]
    return {name: float(number) for name, number in numbers.items()}


def one_step() -> Numbers:
    after = [value - 0.1 * g for value, g in zip(THETA, gradient(network_loss, THETA), strict=True)]
    before_and_after = network_loss(THETA), network_loss(after)
    return {
        "learning_rate": 0.1,
        "L_before": before_and_after[0],
        "L_after": before_and_after[1],
        "fall": before_and_after[0] - before_and_after[1],
    }


# Activations, from their definitions.


def normal_cdf(z: float) -> float:
    return math.erfc(-z / math.sqrt(2)) / 2


def inner(z: float) -> float:
    return math.sqrt(2 / math.pi) * (z + 0.044715 * z * z * z)


def selu(z: float) -> float:
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return scale * (z if z > 0 else alpha * (math.exp(z) - 1))


ACTIVATIONS: dict[str, Function] = {
    "sigmoid": sigmoid,
    "tanh": lambda z: (math.exp(2 * z) - 1) / (math.exp(2 * z) + 1),
    "relu": lambda z: max(z, 0.0),
    "leaky_relu": lambda z: max(z, 0.01 * z),
    "elu": lambda z: z if z > 0 else math.exp(z) - 1,
    "selu": selu,
    "softplus": lambda z: math.log(1 + math.exp(z)),
    "gelu": lambda z: z * normal_cdf(z),
    "gelu_tanh": lambda z: 0.5 * z * (1 + math.tanh(inner(z))),
    "silu": lambda z: z / (1 + math.exp(-z)),
    "mish": lambda z: z * math.tanh(math.log(1 + math.exp(z))),
    "hard_tanh": lambda z: min(max(z, -1.0), 1.0),
}


def activations(z: float) -> Numbers:
    numbers = {"u": inner(z), "du": slope(inner, z)}
    for name, f in ACTIVATIONS.items():
        numbers["tanh_" if name == "tanh" else name] = f(z)
        numbers[f"{name}'"] = slope(f, z)
    if z == -1:
        numbers["hard_tanh'"] = 0.0  # a kink: a convention, not a derivative
    return numbers


def left_slope(f: Function, x: float) -> float:
    """Return the slope from the left, by a one-sided difference of second order."""
    h = 1e-4
    return (3 * f(x) - 4 * f(x - h) + f(x - 2 * h)) / (2 * h)


def kinks() -> Numbers:
    return {
        "relu'(0)": 0.0,
        "leaky_relu'(0)": left_slope(ACTIVATIONS["leaky_relu"], 0),
        "elu'(0)": left_slope(ACTIVATIONS["elu"], 0),
        "selu'(0)": left_slope(selu, 0),
        "hard_tanh'(-1)": left_slope(ACTIVATIONS["hard_tanh"], -1),
        "hard_tanh'(1)": 0.0,
    }


# Losses.


def losses_softmax() -> Numbers:
    p = softmax([5, 1, 1])
    return {"total": math.exp(5) / p[0], "p_1": p[0], "p_2": p[1], "p_3": p[2]}


def losses_cross_entropy() -> Numbers:
    z = forward(THETA, SAMPLE_1)[2]
    p = softmax(z)

    def probability(k: int, j: int) -> float:
        """Return the slope of probability k by score j."""
        return gradient(lambda scores: softmax(scores)[k], z)[j]

    dz = gradient(lambda scores: cross_entropy(scores, TARGET_1), z)
    return {
        "Z_1": z[0],
        "Z_2": z[1],
        "log_sum_exp": math.log(math.exp(z[0]) + math.exp(z[1])),
        "log_P_1": math.log(p[0]),
        "log_P_2": math.log(p[1]),
        "L": cross_entropy(z, TARGET_1),
        "P_1": p[0],
        "P_2": p[1],
        "dZ_1": dz[0],
        "dZ_2": dz[1],
        "jacobian_11": probability(0, 0),
        "jacobian_12": probability(0, 1),
        "jacobian_22": probability(1, 1),
        "dZ_1_by_jacobian": dz[0],
        "dZ_2_by_jacobian": dz[1],
    }


def label_smoothing() -> Numbers:
    z = forward(THETA, SAMPLE_1)[2]
    p, y = softmax(z), [(1 - 0.1) * target + 0.1 / 2 for target in TARGET_1]
    dz = gradient(lambda scores: cross_entropy(scores, y), z)
    return {
        "Y_1": y[0],
        "Y_2": y[1],
        "log_P_1": math.log(p[0]),
        "log_P_2": math.log(p[1]),
        "L": cross_entropy(z, y),
        "dZ_1": dz[0],
        "dZ_2": dz[1],
    }


def binary_cross_entropy() -> Numbers:
    def loss(y: float) -> Function:
        return lambda z: -y * math.log(sigmoid(z)) - (1 - y) * math.log(1 - sigmoid(z))

    return {
        "softplus": -math.log(1 - sigmoid(0.8)),
        "L": loss(1)(0.8),
        "dZ": slope(loss(1), 0.8),
        "y_smoothed": 1 - 0.1 / 2,
        "L_smoothed": loss(0.95)(0.8),
        "dZ_smoothed": slope(loss(0.95), 0.8),
    }


def joint_cross_entropy() -> Numbers:
    def loss(z: list[float]) -> float:
        return cross_entropy(z[:2], [1, 0]) + cross_entropy(z[2:], [1, 0, 0])

    z = [1.0, 0.0, 0.0, 0.0, 0.0]
    numbers = {f"dZ_{k + 1}": value for k, value in enumerate(gradient(loss, z))}
    numbers["L_block_1"] = cross_entropy(z[:2], [1, 0])
    numbers["L_block_2"] = cross_entropy(z[2:], [1, 0, 0])
    return {**numbers, "L": loss(z)}


def poisson_deviance(y: float) -> Function:
    """Return minus the log probability of a count, less its smallest value."""

    def minus_log_probability(mean: float) -> float:
        return -math.log(mean**y * math.exp(-mean) / math.factorial(int(y)))

    smallest = minus_log_probability(y) if y > 0 else 0.0
    return lambda z: minus_log_probability(math.exp(z)) - smallest


def poisson() -> Numbers:
    two, zero = poisson_deviance(2), poisson_deviance(0)
    return {
        "y_2": two(0.5),
        "y_2_dZ": slope(two, 0.5),
        "y_0": zero(0.5),
        "y_0_dZ": slope(zero, 0.5),
        "y_2_at_its_best": two(math.log(2)),
    }


def huber(z: float) -> float:
    """Integrate the clipped residual from 0 to the residual, for the target 1 and delta 1."""
    n, r = 4000, z - 1
    middles = ((i + 0.5) * r / n for i in range(n))
    return sum(min(max(u, -1.0), 1.0) for u in middles) * r / n


NUMBER_LOSSES: dict[str, Function] = {
    "squared": lambda z: (z - 1) * (z - 1) / 2,
    "absolute": lambda z: abs(z - 1),
    "huber": huber,
    "quantile_90": lambda z: 0.9 * (1 - z) if z < 1 else 0.1 * (z - 1),
    "poisson": poisson_deviance(1),
}


def number_losses(z: float) -> Numbers:
    values = {name: f(z) for name, f in NUMBER_LOSSES.items()}
    return values | {f"{name}_dZ": slope(f, z) for name, f in NUMBER_LOSSES.items()}


def sample_weights() -> Numbers:
    def weighted(z: Sequence[float], w: Sequence[float]) -> float:
        terms = [w_n * (z_n - 1) ** 2 / 2 for w_n, z_n in zip(w, z, strict=True)]
        return sum(terms) / sum(w)

    z = [3.0, 0.5]
    dz = gradient(lambda scores: weighted(scores, [1, 2]), z)
    return {
        "l_1": weighted([z[0]], [1]),
        "l_2": weighted([z[1]], [1]),
        "L_unweighted": weighted(z, [1, 1]),
        "L_weights_1_2": weighted(z, [1, 2]),
        "L_row_2_twice": weighted([*z, z[1]], [1, 1, 1]),
        "dZ_1": dz[0],
        "dZ_2": dz[1],
    }


def largest_scores() -> Numbers:
    float32 = (2 - 2**-23) * 2.0**127
    float64 = (2 - 2**-52) * 2.0**1023
    return {"float32": math.log(float32), "float64": math.log(float64)}


# Backpropagation.


def two_layers() -> Numbers:
    numbers = {
        name: value
        for name, value in forward_numbers(SAMPLE_1).items()
        if not name.startswith("Z1")
    }
    numbers["L"] = network_loss(THETA)
    g = gradient(network_loss, THETA)
    for layer, part in ((1, g[:6]), (2, g[6:])):
        for index, entry in enumerate(("W#_11", "W#_12", "W#_21", "W#_22", "b#_1", "b#_2")):
            numbers["d" + entry.replace("#", str(layer))] = part[index]
    z1, a1, z2, _ = forward(THETA, SAMPLE_1)

    def from_a(a: list[float]) -> float:
        return cross_entropy(dense(a, THETA[6:]), TARGET_1)

    d_rows = {
        "dZ2": gradient(lambda z: cross_entropy(z, TARGET_1), z2),
        "dA1": gradient(from_a, a1),
        "dZ1": gradient(lambda z: from_a([sigmoid(value) for value in z]), z1),
    }
    return numbers | {f"{name}_{j + 1}": row[j] for name, row in d_rows.items() for j in range(2)}


def two_samples() -> Numbers:
    def loss(theta: Sequence[float]) -> float:
        first = cross_entropy(forward(theta, SAMPLE_1)[2], TARGET_1)
        return (first + cross_entropy(forward(theta, SAMPLE_2)[2], TARGET_2)) / 2

    def mean(z: list[float]) -> float:
        return (cross_entropy(z[:2], TARGET_1) + cross_entropy(z[2:], TARGET_2)) / 2

    rows = [forward(THETA, x) for x in (SAMPLE_1, SAMPLE_2)]
    dz = gradient(mean, rows[0][2] + rows[1][2])
    g = gradient(loss, THETA)
    return {
        "n_samples": 2,
        "A1_1_row_1": rows[0][1][0],
        "A1_1_row_2": rows[1][1][0],
        "P_1_row_1": rows[0][3][0],
        "P_1_row_2": rows[1][3][0],
        "l_1": cross_entropy(rows[0][2], TARGET_1),
        "l_2": cross_entropy(rows[1][2], TARGET_2),
        "L": loss(THETA),
        "dZ2_1_row_1": dz[0],
        "dZ2_1_row_2": dz[2],
        "db2_1": g[10],
        "dW2_11": g[6],
    }


def difference_step() -> Numbers:
    eps = math.ulp(1.0)
    return {"eps": eps, "h": math.cbrt(eps), "error": math.cbrt(eps) ** 2}


def difference_of_one_weight() -> Numbers:
    plus = network_loss([0.11, *THETA[1:]])
    minus = network_loss([0.09, *THETA[1:]])
    return {
        "h": 0.01,
        "L_plus": plus,
        "L_minus": minus,
        "ghat": (plus - minus) / 0.02,
        "dW1_11": gradient(network_loss, THETA)[0],
    }


def difference_across_a_kink() -> Numbers:
    z, h, relu = 1e-6, 6e-6, ACTIVATIONS["relu"]
    ghat = (relu(z + h) - relu(z - h)) / (2 * h)
    return {"z": z, "h": h, "ghat": ghat, "derivative": 1.0}


# Optimizers: two steps on x^2 / 4 from x = 1 with learning rate 0.1.


def half(x: float) -> float:
    return x / 2


def article() -> Numbers:
    points = [(0.54, 0.71)]
    for _ in range(1000):
        x, y = points[-1]
        points.append((x - 0.01 * 2 * x, y - 0.01 * 2 * y))

    def f(point: tuple[float, float]) -> float:
        return point[0] ** 2 + point[1] ** 2

    return {
        "x_0": 0.54,
        "y_0": 0.71,
        "f_0": f(points[0]),
        "x_1": points[1][0],
        "y_1": points[1][1],
        "f_1": f(points[1]),
        "x_2": points[2][0],
        "shrink_1000": points[1000][0] / points[0][0],
        "x_1000": points[1000][0],
        "f_1000": f(points[1000]),
    }


def learning_rates() -> Numbers:
    return {f"factor_at_{eta}": 1.0 - eta * slope(lambda x: x * x, 1.0) for eta in (
        0.01, 0.5, 0.9, 1.1
    )}  # fmt: skip


def gradient_descent() -> Numbers:
    x_1 = 1 - 0.1 * half(1)
    return {"g_1": half(1), "x_1": x_1, "g_2": half(x_1), "x_2": x_1 - 0.1 * half(x_1)}


def momentum() -> Numbers:
    g_1 = half(1)
    x_1 = 1 - 0.1 * g_1
    g_2 = half(x_1)
    v_2 = -0.1 * (g_2 + 0.9 * g_1)  # unrolled
    return {"g_1": g_1, "v_1": x_1 - 1, "x_1": x_1, "g_2": g_2, "v_2": v_2, "x_2": x_1 + v_2}


def lookahead() -> Numbers:
    phi, v = 1.0, 0.0
    numbers: Numbers = {}
    for t in (1, 2):
        new_v = 0.9 * v - 0.1 * half(phi + 0.9 * v)
        phi, v = phi + new_v, new_v
        numbers |= {f"v_{t}": v, f"phi_{t}": phi}
    return {**numbers, "x_2": phi + 0.9 * v}


def nesterov() -> Numbers:
    ahead = lookahead()
    x_1 = ahead["phi_1"] + 0.9 * ahead["v_1"]
    return {
        "g_1": half(1),
        "v_1": ahead["v_1"],
        "x_1": x_1,
        "g_2": half(x_1),
        "v_2": ahead["v_2"],
        "x_2": ahead["x_2"],
    }


def adagrad() -> Numbers:
    g_1 = half(1)
    x_1 = 1 - 0.1 * math.copysign(1, g_1)
    g_2 = half(x_1)
    x_2 = x_1 - 0.1 * g_2 / math.hypot(g_1, g_2)
    return {
        "g_1": g_1,
        "s_1": g_1 * g_1,
        "x_1": x_1,
        "g_2": g_2,
        "s_2": g_1 * g_1 + g_2 * g_2,
        "x_2": x_2,
    }


def rmsprop() -> Numbers:
    g_1 = half(1)
    x_1 = 1 - 0.1 / math.sqrt(1 - 0.9)
    g_2 = half(x_1)
    s_2 = (1 - 0.9) * (0.9 * g_1 * g_1 + g_2 * g_2)  # unrolled
    x_2 = x_1 - 0.1 * g_2 / math.sqrt(s_2)
    s_1 = (1 - 0.9) * g_1 * g_1
    return {"g_1": g_1, "s_1": s_1, "x_1": x_1, "g_2": g_2, "s_2": s_2, "x_2": x_2}


def weighted_mean(values: Sequence[float], beta: float) -> float:
    """Return the mean with weights that fall by beta a step back: what Adam's correction makes."""
    weights = [beta ** (len(values) - 1 - i) for i in range(len(values))]
    total = sum(w * value for w, value in zip(weights, values, strict=True))
    return total / sum(weights)


def adam() -> Numbers:
    g_1, x_1 = half(1), 1 - 0.1 * 0.5 / (0.5 + 1e-8)
    g_2 = half(x_1)
    mhat_2 = weighted_mean([g_1, g_2], 0.9)
    vhat_2 = weighted_mean([g_1 * g_1, g_2 * g_2], 0.999)
    return {
        "g_1": g_1,
        "m_1": 0.1 * g_1,
        "v_1": 0.001 * g_1 * g_1,
        "mhat_1": g_1,
        "vhat_1": g_1 * g_1,
        "x_1": x_1,
        "g_2": g_2,
        "m_2": mhat_2 * (1 - 0.81),
        "v_2": vhat_2 * (1 - 0.998001),
        "mhat_2": mhat_2,
        "vhat_2": vhat_2,
        "x_2": x_1 - 0.1 * mhat_2 / (math.sqrt(vhat_2) + 1e-8),
    }


def two_epsilons() -> Numbers:
    g, root = 1e-6, math.sqrt(0.001)
    alpha = 0.1 * root / 0.1
    return {
        "adam": -0.1 / 1.01,
        "factor": root,
        "alpha_1": alpha,
        "m_1": 0.1 * g,
        "root_v_1": root * g,
        "epsilon_hat_form": -0.1 * g / (g + 1e-8 / root),
        "same_as_adam": -0.1 / 1.01,
    }


def adamw() -> Numbers:
    dw, db = gradient(lambda p: (p[0] * 1 + p[1] - 0.5) ** 2 / 2, [1.0, 0.0])
    step = 0.1 / (1 + 2e-8)
    return {"dw": dw, "db": db, "adam_step": step, "w_1": 1 - 0.001 - step, "b_1": -step}


def nadam() -> Numbers:
    def bar(m: float, g: float, t: int) -> float:
        return 0.9 * m / (1 - 0.9 ** (t + 1)) + (1 - 0.9) * g / (1 - 0.9**t)

    g_1 = half(1)
    m_1 = (1 - 0.9) * g_1
    x_1 = 1 - 0.1 * bar(m_1, g_1, 1) / (abs(g_1) + 1e-8)
    g_2 = half(x_1)
    m_2 = (1 - 0.9) * (0.9 * g_1 + g_2)
    vhat_2 = weighted_mean([g_1 * g_1, g_2 * g_2], 0.999)
    return {
        "g_1": g_1,
        "m_1": m_1,
        "mbar_1": bar(m_1, g_1, 1),
        "vhat_1": g_1 * g_1,
        "x_1": x_1,
        "g_2": g_2,
        "m_2": m_2,
        "v_2": vhat_2 * (1 - 0.998001),
        "mbar_2": bar(m_2, g_2, 2),
        "vhat_2": vhat_2,
        "x_2": x_1 - 0.1 * bar(m_2, g_2, 2) / (math.sqrt(vhat_2) + 1e-8),
    }


def schedules() -> Numbers:
    def wave(progress: float, first: float, last: float) -> float:
        """Return half a cosine wave from first, at progress 0, to last, at progress 1."""
        return (first + last) / 2 + (first - last) / 2 * math.cos(math.pi * progress)

    return {
        "inverse_scaling_at_3": 1 / math.sqrt(4),
        "step_decay_every_10_at_25": math.prod(0.1 for end in (10, 20, 30) if end <= 25),
        "exponential_0.99_at_50": math.prod([0.99] * 50),
        "cosine_at_0": wave(0, 1, 0),
        "cosine_at_25": wave(0.25, 1, 0),
        "cosine_at_50": wave(0.5, 1, 0),
        "one_cycle_at_0": wave(0, 0.04, 1),
        "one_cycle_at_15": wave(0.5, 0.04, 1),
        "one_cycle_at_30": wave(1, 0.04, 1),
        "one_cycle_at_65": wave(0.5, 1, 1e-4),
        "cosine_warmup_20_at_4": 5 / 20,
        "cosine_warmup_20_at_19": 20 / 20,
        "cosine_warmup_20_at_60": wave((60 - 20) / (100 - 20), 1, 0),
    }


def clipping() -> Numbers:
    norm = math.hypot(3, 4)
    return {"norm": norm, "g_1": 3 / norm, "g_2": 4 / norm}


def newton() -> Numbers:
    def f(x: float) -> float:
        return x * x / 4

    g, curvature = slope(f, 1), slope(lambda x: slope(f, x), 1)
    return {"gradient": g, "curvature": curvature, "x_1": 0.0}


# Initialization and regularization.


def equal_nodes() -> Numbers:
    x = (1.0, 2.0)

    def loss(p: list[float]) -> float:
        """Weights: W1_11, W1_21, W1_12, W1_22, W2_1, W2_2."""
        a = [math.tanh(p[0] * x[0] + p[1] * x[1]), math.tanh(p[2] * x[0] + p[3] * x[1])]
        return (p[4] * a[0] + p[5] * a[1] - 1) ** 2 / 2

    g = gradient(loss, [0.5] * 6)
    a = math.tanh(1.5)
    numbers = {"a_1": a, "a_2": a, "z": a, "dz": a - 1}
    return numbers | {"dW1_11": g[0], "dW1_12": g[2], "dW2_1": g[4], "dW2_2": g[5]}


def ten_layers() -> Numbers:
    half_square = sum(max(z, 0) ** 2 for z in (-2, -1, 1, 2)) / sum(z * z for z in (-2, -1, 1, 2))
    return {
        "mean_square_left_with_lecun": half_square**10,
        "mean_square_left_with_he": (2 * half_square) ** 10,
    }


def wide_layer() -> Numbers:
    variance = sum(1.0 for _ in range(100))
    return {
        "variance_of_z": variance,
        "std_of_z": math.sqrt(variance),
        "sigmoid_slope_at_10": slope(sigmoid, 10),
    }


def initializers() -> Numbers:
    variances = {"lecun": 1 / 2, "glorot": 1 / ((2 + 5) / 2), "he": 1 / (2 / 2)}
    numbers = {}
    for name, variance in variances.items():
        numbers[f"{name}_std"] = variance**0.5
        numbers[f"{name}_bound"] = (3 * variance) ** 0.5
    return numbers


def score_error() -> Numbers:
    rows = [1.0] * 97 + [0.0] * 3
    p = sum(rows) / len(rows)
    std = math.sqrt(sum((row - p) ** 2 for row in rows) / len(rows))
    return {
        "p": p,
        "standard_error": std / math.sqrt(100),
        "standard_error_of_10000_rows": std / math.sqrt(10000),
    }


def penalties() -> Numbers:
    weights = [0.5, -2.0, 0.1]

    def penalty(values: Sequence[float]) -> float:
        return sum(0.1 * abs(value) + 0.15 * value * value for value in values)

    slopes = gradient(lambda values: penalty(values) / 4, weights)
    return {
        "l1_sum": sum(map(abs, weights)),
        "l2_sum": sum(value * value for value in weights),
        "R": penalty(weights),
        "n_samples": 4,
        "added_to_L": penalty(weights) / 4,
        **{f"dW_{i + 1}": value for i, value in enumerate(slopes)},
    }


def decay() -> Numbers:
    g = slope(lambda w: 10 * w + 0.01 * w * w / 2, 1)
    return {
        "plain_adam": 1 - 0.1,
        "adam_with_l2": 1 - 0.1 * math.copysign(1, g),
        "adamw": 1 - 0.1 - 0.1 * 0.01,
        "descent_with_l2": 1 - 0.1 * g,
        "descent_without": 1 - 0.1 * 10,
    }


def dropout() -> Numbers:
    outcomes = [(0.8, 2 / 0.8), (0.2, 0.0)]
    mean = sum(p * value for p, value in outcomes)
    return {
        "a_1": 1.25,
        "a_2": 0.0,
        "a_3": 3 * 1.25,
        "mean_of_a_2": mean,
        "variance_of_a_2": sum(p * (value - mean) ** 2 for p, value in outcomes),
    }


def early_stopping() -> Numbers:
    losses = [0.90, 0.70, 0.65, 0.66, 0.68]
    best = stopped = 0
    for epoch in range(1, len(losses) + 1):
        if losses[epoch - 1] == min(losses[:epoch]):
            best = epoch
        if epoch - best == 2:
            stopped = epoch
            break
    curve = {f"epoch_{i + 1}": value for i, value in enumerate(losses)}
    return {**curve, "best_epoch": best, "stopped_after_epoch": stopped}


def smoothed_best() -> Numbers:
    low, high = 0.0, 10.0  # bisection on the slope of the loss by the difference of scores
    for _ in range(60):
        middle = (low + high) / 2
        if sigmoid(middle) < 0.95:
            low = middle
        else:
            high = middle
    return {"target": 0.95, "best_difference": low}


def standardizing() -> Numbers:
    rows = [2, 4, 9]
    mean = sum(rows) / 3
    std = math.sqrt(sum(x * x for x in rows) / 3 - mean * mean)
    standard = {f"x_{i + 1}": (x - mean) / std for i, x in enumerate(rows)}
    return {"mean": mean, "std": std, **standard, "new_row_12": (12 - mean) / std}


def article_range() -> Numbers:
    low, high = -328094, 82932
    middle, radius = (low + high) / 2, (high - low) / 2
    return {"low": -1.0, "zero": (0 - middle) / radius, "high": 1.0}


RECOMPUTED: dict[str, Callable[[], Numbers]] = {
    "notation: sizes": notation,
    "readme: one step": one_step,
    "forward: one sample": lambda: forward_numbers(SAMPLE_1),
    "forward: second sample": lambda: forward_numbers(SAMPLE_2),
    "activations: z = 0.5": lambda: activations(0.5),
    "activations: z = -1": lambda: activations(-1),
    "activations: slopes taken at the kinks": kinks,
    "losses: softmax of (5, 1, 1)": losses_softmax,
    "losses: cross-entropy": losses_cross_entropy,
    "losses: label smoothing 0.1": label_smoothing,
    "losses: binary cross-entropy, z = 0.8, y = 1": binary_cross_entropy,
    "losses: joint cross-entropy, blocks of 2 and 3, z = (1, 0, 0, 0, 0)": joint_cross_entropy,
    "losses: numbers, z = 3, y = 1": lambda: number_losses(3),
    "losses: numbers, z = 0.5, y = 1": lambda: number_losses(0.5),
    "losses: sample weights": sample_weights,
    "losses: Poisson, z = 0.5": poisson,
    "losses: largest scores of Poisson": largest_scores,
    "backpropagation: two layers": two_layers,
    "backpropagation: two samples": two_samples,
    "backpropagation: step of the central difference": difference_step,
    "backpropagation: central difference of W1_11": difference_of_one_weight,
    "backpropagation: central difference across the kink of ReLU": difference_across_a_kink,
    "optimizers: the article's x^2 + y^2": article,
    "optimizers: learning rates on x^2": learning_rates,
    "optimizers: gradient descent": gradient_descent,
    "optimizers: momentum": momentum,
    "optimizers: Nesterov": nesterov,
    "optimizers: Nesterov, lookahead form": lookahead,
    "optimizers: AdaGrad": adagrad,
    "optimizers: RMSProp": rmsprop,
    "optimizers: Adam": adam,
    "optimizers: two epsilons at g = 1e-6": two_epsilons,
    "optimizers: AdamW": adamw,
    "optimizers: NAdam": nadam,
    "optimizers: clipping (3, 4) to 1": clipping,
    "optimizers: schedules, n = 100": schedules,
    "optimizers: Newton's step": newton,
    "initialization: two equal nodes": equal_nodes,
    "initialization: weights of variance 1 and 100 inputs of mean square 1": wide_layer,
    "initialization: ten ReLU layers": ten_layers,
    "initialization: 2 inputs, 5 nodes": initializers,
    "regularization: how sure is a test score": score_error,
    "regularization: penalties": penalties,
    "regularization: L2 under Adam against AdamW, first step": decay,
    "regularization: dropout, rate 0.2, x = (1, 2, 3), mask (1, 0, 1)": dropout,
    "regularization: early stopping with patience 2": early_stopping,
    "regularization: best score under label smoothing": smoothed_best,
    "regularization: standardizing 2, 4, 9": standardizing,
    "regularization: the article's range": article_range,
}


def test_every_example_is_recomputed() -> None:
    assert sorted(EXAMPLES) == sorted(RECOMPUTED)


@pytest.mark.parametrize("title", RECOMPUTED)
def test_printed_numbers_are_the_recomputed_ones(title: str) -> None:
    example, numbers = EXAMPLES[title], RECOMPUTED[title]()
    assert sorted(example) == sorted(numbers)
    wrong = {
        name: (line.printed, numbers[name])
        for name, line in example.items()
        if not line.shows(numbers[name])
    }
    assert wrong == {}


@pytest.mark.parametrize("title", EXAMPLES)
def test_each_printed_calculation_gives_its_result(title: str) -> None:
    """The reader's check: five units in the last digit, since inputs are rounded to their own."""
    names: Numbers = {}
    for line in EXAMPLES[title].values():
        if line.calculation is not None:
            result = calculate(line.calculation, names)
            assert abs(result - line.value) <= 5 * line.unit, line
        names[line.name] = line.value


def test_a_wrong_digit_is_seen() -> None:
    found = read_example("# page: title\nhalf = 1 / 3 = 0.334\nthird = 0.333\n")
    assert found is not None
    wrong, right = found[1].values()
    assert not wrong.shows(1 / 3)
    assert right.shows(1 / 3)


@pytest.mark.parametrize(
    "calculation", ["__import__('os')", "(1).real", "open('x')", "[1]", "1 if 1 else 2"]
)
def test_only_arithmetic_is_evaluated(calculation: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        calculate(calculation, {})
