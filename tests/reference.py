"""The whole mathematics again: one slow, obvious version of everything, the judge of the fast ones.

Written from docs/maths and never from the code: plain Python floats, lists and loops, one formula
a function, nothing rearranged. Layers, losses, optimizers and schedules of glassnet are looked at
only for the name of their class and for their settings.

Numbers are lists of floats (a vector) or lists of lists (a matrix: a list of rows).
"""

import dataclasses
import math

import numpy as np


def settings_of(thing):
    """Return the settings of a glassnet object: its fields by name."""
    return {field.name: getattr(thing, field.name) for field in dataclasses.fields(thing)}


def name_of(thing):
    """Return the name of a glassnet object's class: the key of the tables here."""
    return type(thing).__name__


# Activations: docs/maths/activations.md -----------------------------------------------------


def identity(z):
    return z


def d_identity(z):
    return 1.0


def sigmoid(z):
    if z < 0:  # the same number, without e^-z, which has no float for z < -709
        return math.exp(z) / (1 + math.exp(z))
    return 1 / (1 + math.exp(-z))


def d_sigmoid(z):
    return sigmoid(z) * sigmoid(-z)  # 1 - sigmoid(z) is sigmoid(-z)


def tanh(z):
    return math.tanh(z)


def d_tanh(z):
    return 1 - math.tanh(z) ** 2


def relu(z):
    return max(z, 0.0)


def d_relu(z):
    return 1.0 if z > 0 else 0.0


def leaky_relu(z, slope):
    return z if z > 0 else slope * z


def d_leaky_relu(z, slope):
    return 1.0 if z > 0 else slope


def elu(z, alpha):
    return z if z > 0 else alpha * math.expm1(z)


def d_elu(z, alpha):
    return 1.0 if z > 0 else alpha * math.exp(z)


SELU_ALPHA = 1.6732632423543772
SELU_LAMBDA = 1.0507009873554805


def selu(z):
    return SELU_LAMBDA * elu(z, SELU_ALPHA)


def d_selu(z):
    return SELU_LAMBDA * d_elu(z, SELU_ALPHA)


def softplus(z):
    if z > 0:  # log(1 + e^z) = z + log(1 + e^-z)
        return z + math.log1p(math.exp(-z))
    return math.log1p(math.exp(z))


def d_softplus(z):
    return sigmoid(z)


def normal_cdf(z):
    # (1 + erf(z / sqrt 2)) / 2, without the cancellation for negative z
    return math.erfc(-z / math.sqrt(2)) / 2


def normal_density(z):
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def gelu(z):
    return z * normal_cdf(z)


def d_gelu(z):
    return normal_cdf(z) + z * normal_density(z)


def gelu_tanh(z):
    u = math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)
    return 0.5 * z * (1 + math.tanh(u))


def d_gelu_tanh(z):
    t = math.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))
    du = math.sqrt(2 / math.pi) * (1 + 0.134145 * z**2)
    return 0.5 * (1 + t) + 0.5 * z * (1 - t**2) * du


def silu(z):
    return z * sigmoid(z)


def d_silu(z):
    return sigmoid(z) + z * d_sigmoid(z)


def mish(z):
    return z * math.tanh(softplus(z))


def d_mish(z):
    t = math.tanh(softplus(z))
    return t + z * (1 - t**2) * sigmoid(z)


def hard_tanh(z):
    return min(max(z, -1.0), 1.0)


def d_hard_tanh(z):
    return 1.0 if -1 < z < 1 else 0.0


ACTIVATIONS = {
    "Identity": (identity, d_identity),
    "Sigmoid": (sigmoid, d_sigmoid),
    "Tanh": (tanh, d_tanh),
    "ReLU": (relu, d_relu),
    "LeakyReLU": (leaky_relu, d_leaky_relu),
    "ELU": (elu, d_elu),
    "SELU": (selu, d_selu),
    "Softplus": (softplus, d_softplus),
    "GELU": (gelu, d_gelu),
    "GELUTanh": (gelu_tanh, d_gelu_tanh),
    "SiLU": (silu, d_silu),
    "Mish": (mish, d_mish),
    "HardTanh": (hard_tanh, d_hard_tanh),
}


def activation(layer, z):
    """Return f(z) of an activation layer."""
    return ACTIVATIONS[name_of(layer)][0](float(z), **settings_of(layer))


def activation_derivative(layer, z):
    """Return f'(z) of an activation layer."""
    return ACTIVATIONS[name_of(layer)][1](float(z), **settings_of(layer))


# Losses: docs/maths/losses.md. Each takes one row of scores and targets, and returns the loss of
# that sample and its derivatives by the scores. ----------------------------------------------


def softmax(z):
    m = max(z)
    total = sum(math.exp(zj - m) for zj in z)
    return [math.exp(zk - m) / total for zk in z]


def log_softmax(z):
    m = max(z)
    total = sum(math.exp(zj - m) for zj in z)
    return [(zk - m) - math.log(total) for zk in z]


def cross_entropy(z, y, label_smoothing=0.0):
    n_classes = len(z)
    y = [(1 - label_smoothing) * yk + label_smoothing / n_classes for yk in y]
    loss = -sum(yk * log_p for yk, log_p in zip(y, log_softmax(z), strict=True))
    return loss, [p - yk for p, yk in zip(softmax(z), y, strict=True)]


def joint_cross_entropy(z, y, n_classes, label_smoothing=0.0):
    loss, slopes, first = 0.0, [], 0
    for k in n_classes:
        block_loss, block_slopes = cross_entropy(
            z[first : first + k], y[first : first + k], label_smoothing
        )
        loss += block_loss
        slopes += block_slopes
        first += k
    return loss, slopes


def binary_cross_entropy(z, y, label_smoothing=0.0):
    y = [(1 - label_smoothing) * yk + label_smoothing / 2 for yk in y]
    loss = sum(softplus(zk) - yk * zk for zk, yk in zip(z, y, strict=True))
    return loss, [sigmoid(zk) - yk for zk, yk in zip(z, y, strict=True)]


def squared_error(z, y):
    loss = sum((zk - yk) ** 2 / 2 for zk, yk in zip(z, y, strict=True))
    return loss, [zk - yk for zk, yk in zip(z, y, strict=True)]


def sign(x):
    return 0.0 if x == 0 else math.copysign(1.0, x)


def absolute_error(z, y):
    loss = sum(abs(zk - yk) for zk, yk in zip(z, y, strict=True))
    return loss, [sign(zk - yk) for zk, yk in zip(z, y, strict=True)]


def huber(z, y, delta):
    loss, slopes = 0.0, []
    for zk, yk in zip(z, y, strict=True):
        r = zk - yk
        if abs(r) <= delta:
            loss += r**2 / 2
            slopes.append(r)
        else:
            loss += delta * (abs(r) - delta / 2)
            slopes.append(delta * sign(r))
    return loss, slopes


def quantile(z, y, quantile):
    loss, slopes = 0.0, []
    for zk, yk in zip(z, y, strict=True):
        r = yk - zk
        loss += max(quantile * r, (quantile - 1) * r)
        if r > 0:
            slopes.append(-quantile)
        elif r < 0:
            slopes.append(1 - quantile)
        else:
            slopes.append(0.0)
    return loss, slopes


def poisson(z, y):
    loss = 0.0
    for zk, yk in zip(z, y, strict=True):
        y_log_y = 0.0 if yk == 0 else yk * math.log(yk)
        loss += math.exp(zk) - yk * zk - yk + y_log_y
    return loss, [math.exp(zk) - yk for zk, yk in zip(z, y, strict=True)]


LOSSES = {
    "CrossEntropy": cross_entropy,
    "JointCrossEntropy": joint_cross_entropy,
    "BinaryCrossEntropy": binary_cross_entropy,
    "SquaredError": squared_error,
    "AbsoluteError": absolute_error,
    "Huber": huber,
    "Quantile": quantile,
    "Poisson": poisson,
}


def sample_loss(loss, z, y):
    """Return the loss of one sample and its derivatives by the scores."""
    return LOSSES[name_of(loss)](floats(z), floats(y), **settings_of(loss))


def mean_loss(loss, Z, Y, w=None):
    """Return the weighted mean over the samples, and its gradient dZ."""
    w = [1.0] * len(Z) if w is None else floats(w)
    total = sum(w)
    L, dZ = 0.0, []
    for z, y, wn in zip(Z, Y, w, strict=True):
        loss_n, slopes = sample_loss(loss, z, y)
        L += wn * loss_n / total
        dZ.append([wn / total * slope for slope in slopes])
    return L, dZ


def inverse_link(loss, z):
    """Return what one row of scores predicts."""
    name, z = name_of(loss), floats(z)
    if name == "CrossEntropy":
        return softmax(z)
    if name == "JointCrossEntropy":
        prediction, first = [], 0
        for k in loss.n_classes:
            prediction += softmax(z[first : first + k])
            first += k
        return prediction
    if name == "BinaryCrossEntropy":
        return [sigmoid(zk) for zk in z]
    if name == "Poisson":
        return [math.exp(zk) for zk in z]
    return z


# Layers: docs/maths/backpropagation.md ------------------------------------------------------


def dense_forward(X, W, b):
    """Return Z = X W + b."""
    return [[sum(x[i] * W[i][j] for i in range(len(x))) + b[j] for j in range(len(b))] for x in X]


def dense_backward(X, W, dZ):
    """Return dW, db and dX."""
    n_in, n_out = len(W), len(W[0])
    rows = range(len(X))
    dW = [[sum(X[n][i] * dZ[n][j] for n in rows) for j in range(n_out)] for i in range(n_in)]
    db = [sum(dZ[n][j] for n in rows) for j in range(n_out)]
    dX = [[sum(dZ[n][j] * W[i][j] for j in range(n_out)) for i in range(n_in)] for n in rows]
    return dW, db, dX


def drawn_rate(rate):
    """Return a dropout's rate as it is drawn: the nearest 65,536th below 1."""
    return min(round(rate * 65536), 65535) / 65536


def dropout_mask(rng, n_rows, width, rate):
    """Return a mask of zeros and ones: of each word of 64 bits four numbers, the lowest first."""
    draw = rng.integers if hasattr(rng, "integers") else rng.randint
    words = draw(0, 2**64, (n_rows, math.ceil(width / 4)), dtype="uint64").tolist()
    least = 65536 * drawn_rate(rate)
    return [
        [float((row[k // 4] >> 16 * (k % 4)) % 65536 >= least) for k in range(width)]
        for row in words
    ]


def dropout(X, mask, rate):
    """Return X M / (1 - rate), for a mask of zeros and ones; the way back is the same."""
    rate = drawn_rate(rate)
    return [
        [xi * mi / (1 - rate) for xi, mi in zip(x, m, strict=True)]
        for x, m in zip(X, mask, strict=True)
    ]


def penalty_value(penalty, W):
    """Return l1 sum |W| + l2/2 sum W^2, not divided."""
    if penalty is None:
        return 0.0
    return sum(penalty.l1 * abs(Wij) + penalty.l2 / 2 * Wij**2 for row in W for Wij in row)


def penalty_slope(penalty, Wij):
    """Return l1 sign(W) + l2 W, not divided."""
    return 0.0 if penalty is None else penalty.l1 * sign(Wij) + penalty.l2 * Wij


# Networks: a list of layers, each Dense, Dropout or an activation ---------------------------


def unpack(layers, theta):
    """Return the (W, b) of each dense layer in theta, None for the other layers."""
    theta, first, params = floats(theta), 0, []
    for layer in layers:
        if name_of(layer) != "Dense":
            params.append(None)
            continue
        W = []
        for _ in range(layer.n_in):
            W.append(theta[first : first + layer.n_out])
            first += layer.n_out
        params.append((W, theta[first : first + layer.n_out]))
        first += layer.n_out
    assert first == len(theta)
    return params


def decays(layers):
    """Return 1 for each weight and 0 for each bias, in theta's order."""
    factors = []
    for layer in layers:
        if name_of(layer) == "Dense":
            factors += [1.0] * (layer.n_in * layer.n_out) + [0.0] * layer.n_out
    return factors


def forward(layers, theta, X, masks=None):
    """Return X and every layer's output. masks: a mask for each layer; without them none drops."""
    outputs = [matrix(X)]
    for i, (layer, params) in enumerate(zip(layers, unpack(layers, theta), strict=True)):
        X = outputs[-1]
        if name_of(layer) == "Dense":
            outputs.append(dense_forward(X, *params))
        elif name_of(layer) == "Dropout":
            outputs.append(X if masks is None else dropout(X, masks[i], layer.rate))
        else:
            outputs.append([[activation(layer, z) for z in row] for row in X])
    return outputs


def loss_and_grad(layers, loss, theta, X, Y, w=None, penalty=None, masks=None):
    """Return the loss of a batch, penalty included, and its gradient in theta's order."""
    outputs, params = forward(layers, theta, X, masks), unpack(layers, theta)
    sum_w = len(X) if w is None else sum(floats(w))
    L, dZ = mean_loss(loss, outputs[-1], matrix(Y), w)
    pieces = []
    for i in reversed(range(len(layers))):
        layer = layers[i]
        if name_of(layer) == "Dense":
            W, _ = params[i]
            dW, db, dX = dense_backward(outputs[i], W, dZ)
            for k, row in enumerate(W):
                for j, Wkj in enumerate(row):
                    dW[k][j] += penalty_slope(penalty, Wkj) / sum_w
            L += penalty_value(penalty, W) / sum_w
            pieces.insert(0, [d for row in dW for d in row] + db)
        elif name_of(layer) == "Dropout":
            dX = dZ if masks is None else dropout(dZ, masks[i], layer.rate)
        else:
            dX = [
                [d * activation_derivative(layer, z) for d, z in zip(d_row, z_row, strict=True)]
                for d_row, z_row in zip(dZ, outputs[i], strict=True)
            ]
        dZ = dX
    return L, [d for piece in pieces for d in piece]


# Initializers: the bound of the uniform, the standard deviation of the normal ------------------

FANS = {  # numerator of the variance, and what it is divided by
    "Glorot": (2, lambda n_in, n_out: n_in + n_out),
    "He": (2, lambda n_in, n_out: n_in),
    "LeCun": (1, lambda n_in, n_out: n_in),
}


def init_std(name, n_in, n_out, factor=1.0):
    numerator, fan = FANS[name]
    return math.sqrt(factor * numerator / fan(n_in, n_out))


def init_bound(name, n_in, n_out, factor=1.0):
    # U(-a, a) has the variance a^2 / 3
    return math.sqrt(3) * init_std(name, n_in, n_out, factor)


# Optimizers: docs/maths/optimizers.md. One step for one number: theta, g and what is remembered
# of this number (a dict), the number of the step from 1, the learning rate now. ---------------


def gradient_descent(theta, g, memory, t, eta, decay):
    return theta - eta * g


def momentum(theta, g, memory, t, eta, decay, momentum):
    v = memory["v"] = momentum * memory.get("v", 0.0) - eta * g
    return theta + v


def nesterov(theta, g, memory, t, eta, decay, momentum):
    v = memory["v"] = momentum * memory.get("v", 0.0) - eta * g
    return theta + momentum * v - eta * g


def adagrad(theta, g, memory, t, eta, decay, epsilon):
    s = memory["s"] = memory.get("s", 0.0) + g**2
    return theta - eta * g / (math.sqrt(s) + epsilon)


def rmsprop(theta, g, memory, t, eta, decay, rho, epsilon):
    s = memory["s"] = rho * memory.get("s", 0.0) + (1 - rho) * g**2
    return theta - eta * g / (math.sqrt(s) + epsilon)


def moments(g, memory, beta_1, beta_2):
    m = memory["m"] = beta_1 * memory.get("m", 0.0) + (1 - beta_1) * g
    v = memory["v"] = beta_2 * memory.get("v", 0.0) + (1 - beta_2) * g**2
    return m, v


def adam(theta, g, memory, t, eta, decay, beta_1, beta_2, epsilon):
    m, v = moments(g, memory, beta_1, beta_2)
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return theta - eta * m_hat / (math.sqrt(v_hat) + epsilon)


def adam_epsilon_hat(theta, g, memory, t, eta, decay, beta_1, beta_2, epsilon):
    m, v = moments(g, memory, beta_1, beta_2)
    alpha_t = eta * math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return theta - alpha_t * m / (math.sqrt(v) + epsilon)


def adamw(theta, g, memory, t, eta, decay, beta_1, beta_2, epsilon, weight_decay):
    stepped = adam(theta, g, memory, t, eta, decay, beta_1, beta_2, epsilon)
    return stepped - eta * weight_decay * decay * theta


def nadam(theta, g, memory, t, eta, decay, beta_1, beta_2, epsilon):
    m, v = moments(g, memory, beta_1, beta_2)
    m_bar = beta_1 * m / (1 - beta_1 ** (t + 1)) + (1 - beta_1) * g / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return theta - eta * m_bar / (math.sqrt(v_hat) + epsilon)


OPTIMIZERS = {
    "GradientDescent": gradient_descent,
    "Momentum": momentum,
    "Nesterov": nesterov,
    "AdaGrad": adagrad,
    "RMSProp": rmsprop,
    "Adam": adam,
    "AdamEpsilonHat": adam_epsilon_hat,
    "AdamW": adamw,
    "NAdam": nadam,
}


def optimizer_step(optimizer, theta, g, memories, t, eta, decay):
    """Return theta after one step; ``memories`` has a dict for each number, changed in place."""
    settings = settings_of(optimizer)
    del settings["learning_rate"]  # the learning rate now is eta
    step = OPTIMIZERS[name_of(optimizer)]
    return [
        step(theta_i, g_i, memory, t, eta, decay_i, **settings)
        for theta_i, g_i, memory, decay_i in zip(theta, g, memories, decay, strict=True)
    ]


def norm(g):
    return math.sqrt(sum(gi**2 for gi in g))


def clipped(g, max_grad_norm):
    if max_grad_norm is not None and norm(g) > max_grad_norm:
        return [gi * max_grad_norm / norm(g) for gi in g]
    return g


# Schedules: s counts steps from 0, n is the length of the training ----------------------------


def constant(s, n):
    return 1.0


def inverse_scaling(s, n, power):
    return 1 / (s + 1) ** power


def step_decay(s, n, every, factor):
    return factor ** (s // every)


def exponential(s, n, rate):
    return rate**s


def cosine(s, n, final):
    return final + (1 - final) / 2 * (1 + math.cos(math.pi * s / n))


def one_cycle(s, n, peak, start, final):
    if s <= peak * n:
        return start + (1 - start) / 2 * (1 - math.cos(math.pi * s / (peak * n)))
    done = (s - peak * n) / (n - peak * n)
    return final + (1 - final) / 2 * (1 + math.cos(math.pi * done))


def flat_cosine(s, n):
    t = s / n
    return 1.0 if t <= 0.5 else (1 + math.cos(math.pi * (2 * t - 1))) / 2


def log_cosine(s, n, n_cycles):
    return (1 - math.cos(2 * math.pi * math.log2(1 + (2**n_cycles - 1) * s / n))) / 2


SCHEDULES = {
    "Constant": constant,
    "InverseScaling": inverse_scaling,
    "StepDecay": step_decay,
    "Exponential": exponential,
    "Cosine": cosine,
    "OneCycle": one_cycle,
    "FlatCosine": flat_cosine,
    "LogCosine": log_cosine,
}


def schedule_factor(schedule, s, n):
    """Return the factor on the learning rate at step s of n."""
    if schedule is None:
        return 1.0
    settings = settings_of(schedule)
    warmup = settings.pop("warmup")
    if s < warmup:
        return (s + 1) / warmup
    return SCHEDULES[name_of(schedule)](s - warmup, n - warmup, **settings)


# Training -----------------------------------------------------------------------------------


def batches(order, batch_size):
    """Return the rows of an epoch in pieces; the last, short one too."""
    return [order[i : i + batch_size] for i in range(0, len(order), batch_size)]


def train_reference(
    layers, loss, theta, X, Y, *, w=None, penalty=None, optimizer, batch_size, rng, n_epochs,
    shuffle=True, schedule=None, max_grad_norm=None, rows=None,
):  # fmt: skip
    """Train step by step and return theta after each epoch, and each epoch's loss.

    The random numbers are asked of ``rng`` in the documented order: at the start of each epoch a
    permutation of the last order; in each step the words of `dropout_mask` for each dropout layer.
    """
    theta, decay = floats(theta), decays(layers)
    order = list(range(len(X))) if rows is None else [int(row) for row in rows]
    memories = [{} for _ in theta]
    n_steps = n_epochs * len(batches(order, batch_size))
    step, thetas, losses = 0, [], []
    for _ in range(n_epochs):
        if shuffle:
            order = [order[i] for i in rng.permutation(len(order))]
        loss_sum, counted = 0.0, 0
        for batch in batches(order, batch_size):
            w_batch = None if w is None else [float(w[n]) for n in batch]
            if w_batch is not None and sum(w_batch) == 0:
                continue
            L, g = loss_and_grad(
                layers, loss, theta, [X[n] for n in batch], [Y[n] for n in batch], w_batch,
                penalty, draw_masks(layers, len(batch), rng, len(X[0])),
            )  # fmt: skip
            eta = optimizer.learning_rate * schedule_factor(schedule, step, n_steps)
            g = clipped(g, max_grad_norm)
            theta = optimizer_step(optimizer, theta, g, memories, step + 1, eta, decay)
            loss_sum += L * len(batch)
            counted += len(batch)
            step += 1
        thetas.append(theta)
        losses.append(loss_sum / counted)
    return thetas, losses


def draw_masks(layers, n_rows, rng, width=None):
    """Return a mask of zeros and ones for each dropout layer, None for the others.

    ``width``: columns of the first layer's input, for a dropout layer before the dense ones.
    """
    masks = []
    for layer in layers:
        if name_of(layer) == "Dropout":
            masks.append(dropout_mask(rng, n_rows, width, layer.rate))
        else:
            masks.append(None)
            width = layer.n_out if name_of(layer) == "Dense" else width
    return masks


def minimize(f_grad, x0, optimizer, n_steps):
    """Return the path of an optimizer from x0 along a gradient, x0 first."""
    x, memories, path = floats(x0), [{} for _ in x0], [floats(x0)]
    for t in range(1, n_steps + 1):
        x = optimizer_step(
            optimizer, x, floats(f_grad(x)), memories, t, optimizer.learning_rate, [1.0] * len(x)
        )
        path.append(x)
    return path


# Plain numbers ------------------------------------------------------------------------------


def floats(v):
    """Return a vector as a list of floats."""
    return [float(x) for x in v]


def matrix(M):
    """Return a matrix as a list of rows."""
    return [floats(row) for row in M]


# Data that a loss can learn, for the tests ----------------------------------------------------


def random_targets(loss, rng, n_rows, n_outputs):
    """Return targets that a loss takes: a class a row (and block), 0 and 1, counts, or numbers."""
    name, Y = name_of(loss), np.zeros((n_rows, n_outputs))
    if name == "CrossEntropy":
        Y[np.arange(n_rows), rng.integers(n_outputs, size=n_rows)] = 1
        return Y
    if name == "JointCrossEntropy":
        return np.hstack([np.eye(k)[rng.integers(k, size=n_rows)] for k in loss.n_classes])
    if name == "BinaryCrossEntropy":
        return rng.integers(2, size=(n_rows, n_outputs)).astype(float)
    if name == "Poisson":
        return rng.poisson(2.0, size=(n_rows, n_outputs)).astype(float)
    return rng.normal(size=(n_rows, n_outputs))


# Layers for tables: Scale, MixedActivation, the embeddings, Columns; and networks that hold them.
# A layer's parameters are a flat list, in the order of theta. ----------------------------------


def periodic_split(layer, params):
    """Return f, c, M, d of a periodic embedding: for each column (and wave, and mixed number)."""
    n, m, k = layer.n_in, layer.n_frequencies, layer.n_numbers
    f = [params[i * m : (i + 1) * m] for i in range(n)]
    c = [params[n * m + i * m : n * m + (i + 1) * m] for i in range(n)]
    first = 2 * n * m
    M = [[params[first + (i * m + j) * k :][:k] for j in range(m)] for i in range(n)]
    first += n * m * k
    d = [params[first + i * k :][:k] for i in range(n)]
    return f, c, M, d


def dense_split(layer, params):
    """Return W and b."""
    n_weights = layer.n_in * layer.n_out
    W = [params[i * layer.n_out : (i + 1) * layer.n_out] for i in range(layer.n_in)]
    return W, params[n_weights:]


def periodic_forward(layer, params, X):
    f, c, M, d = periodic_split(layer, params)
    outputs = []
    for x in X:
        row = []
        for i, xi in enumerate(x):
            row.append(xi)
            for q in range(layer.n_numbers):
                waves = [
                    M[i][j][q] * math.cos(2 * math.pi * f[i][j] * xi + c[i][j])
                    for j in range(layer.n_frequencies)
                ]
                row.append(sum(waves) + d[i][q])
        outputs.append(row)
    return outputs


def columns_forward(layer, params, X):
    joined = [[] for _ in X]
    for one, own, part in columns_parts(layer, params, X):
        for n, more in enumerate(layer_forward(one, own, part)):
            joined[n] += more
    return joined


def mixed_forward(layer, params, X):
    f = layer.activation
    return [
        [(1 - a) * z + a * activation(f, z) for a, z in zip(params, row, strict=True)] for row in X
    ]


def category_forward(layer, params, X):
    k, nothing = layer.size, [0.0] * layer.size
    return [params[int(x[0] - 1) * k : int(x[0]) * k] if x[0] > 0 else nothing for x in X]


def layer_forward(layer, params, X):
    """Return the output of a layer, row by row."""
    forms = {
        "Dense": lambda: dense_forward(X, *dense_split(layer, params)),
        "Scale": lambda: [[s * xk for s, xk in zip(params, x, strict=True)] for x in X],
        "MixedActivation": lambda: mixed_forward(layer, params, X),
        "CategoryEmbedding": lambda: category_forward(layer, params, X),
        "PeriodicEmbedding": lambda: periodic_forward(layer, params, X),
        "Columns": lambda: columns_forward(layer, params, X),
    }
    if name_of(layer) in forms:
        return forms[name_of(layer)]()
    return [[activation(layer, z) for z in row] for row in X]


def columns_parts(layer, params, X):
    """Yield each block's layer, its parameters and its columns."""
    column = first = 0
    for n_columns, one in layer.blocks:
        n = sum(math.prod(parameter.shape) for parameter in one.parameters)
        part = [row[column : column + n_columns] for row in X]
        yield one, params[first : first + n], part
        column, first = column + n_columns, first + n


def dense_back(layer, params, X, dY):
    dW, db, dX = dense_backward(X, dense_split(layer, params)[0], dY)
    return [d for row in dW for d in row] + db, dX


def scale_backward(layer, params, X, dY):
    ds = [sum(x[k] * d[k] for x, d in zip(X, dY, strict=True)) for k in range(layer.n_in)]
    return ds, [[s * d for s, d in zip(params, row, strict=True)] for row in dY]


def mixed_backward(layer, params, X, dY):
    f, nodes, rows = layer.activation, range(layer.n_in), range(len(X))
    da = [sum(dY[n][k] * (activation(f, X[n][k]) - X[n][k]) for n in rows) for k in nodes]
    slopes = [[1 - params[k] + params[k] * activation_derivative(f, X[n][k]) for k in nodes]
              for n in rows]  # fmt: skip
    return da, [[dY[n][k] * slopes[n][k] for k in nodes] for n in rows]


def category_backward(layer, params, X, dY):
    dE = [0.0] * len(params)
    for x, d in zip(X, dY, strict=True):
        for q, dq in enumerate(d):
            if x[0] > 0:
                dE[int(x[0] - 1) * layer.size + q] += dq
    return dE, [[0.0] for _ in X]


def columns_backward(layer, params, X, dY):
    d_params, first = [], 0
    for one, own, part in columns_parts(layer, params, X):
        width = len(layer_forward(one, own, part[:1])[0])
        d_params += layer_backward(one, own, part, [d[first : first + width] for d in dY])[0]
        first += width
    return d_params, None


def layer_backward(layer, params, X, dY):
    """Return the gradients of the parameters, as a list, and of the input."""
    forms = {
        "Dense": dense_back, "Scale": scale_backward, "MixedActivation": mixed_backward,
        "CategoryEmbedding": category_backward, "PeriodicEmbedding": periodic_backward,
        "Columns": columns_backward,
    }  # fmt: skip
    if name_of(layer) in forms:
        return forms[name_of(layer)](layer, params, X, dY)
    return [], [
        [d * activation_derivative(layer, z) for d, z in zip(d_row, z_row, strict=True)]
        for d_row, z_row in zip(dY, X, strict=True)
    ]


def periodic_backward(layer, params, X, dY):
    f, c, M, _ = periodic_split(layer, params)
    df, dc, dM, dd = periodic_split(layer, [0.0] * len(params))
    dX = []
    for x, dy in zip(X, dY, strict=True):
        row = []
        for i, xi in enumerate(x):
            own = dy[i * (1 + layer.n_numbers) :][: 1 + layer.n_numbers]
            slope = own[0]
            for j in range(layer.n_frequencies):
                angle = 2 * math.pi * f[i][j] * xi + c[i][j]
                back = 0.0
                for q, dq in enumerate(own[1:]):
                    dM[i][j][q] += dq * math.cos(angle)
                    back -= dq * M[i][j][q] * math.sin(angle)
                df[i][j] += back * 2 * math.pi * xi
                dc[i][j] += back
                slope += back * 2 * math.pi * f[i][j]
            for q, dq in enumerate(own[1:]):
                dd[i][q] += dq
            row.append(slope)
        dX.append(row)
    flat = [v for part in (df, dc) for row in part for v in row]
    flat += [v for block in dM for row in block for v in row] + [v for row in dd for v in row]
    return flat, dX


def table_loss_and_grad(layers, loss, theta, X, Y, w=None, penalty=None, masks=None, rates=None):
    """Return the loss of a batch, penalty included, and its gradient: for any layers.

    masks, rates: for each layer that drops, its mask and its rate now; None for the others.
    """
    theta, first, params = floats(theta), 0, []
    for layer in layers:
        n = sum(math.prod(parameter.shape) for parameter in layer.parameters)
        params.append(theta[first : first + n])
        first += n
    outputs = [matrix(X)]
    for i, layer in enumerate(layers):
        if name_of(layer) == "Dropout":
            dropped = masks is not None and masks[i] is not None
            outputs.append(dropout(outputs[-1], masks[i], rates[i]) if dropped else outputs[-1])
        else:
            outputs.append(layer_forward(layer, params[i], outputs[-1]))
    sum_w = len(X) if w is None else sum(floats(w))
    L, dY = mean_loss(loss, outputs[-1], matrix(Y), w)
    pieces = []
    for i in reversed(range(len(layers))):
        layer = layers[i]
        if name_of(layer) == "Dropout":
            if masks is not None and masks[i] is not None:
                dY = dropout(dY, masks[i], rates[i])
            continue
        d_params, dY = layer_backward(layer, params[i], outputs[i], dY)
        place = 0
        for parameter in layer.parameters:
            for k in range(place, place + math.prod(parameter.shape)):
                if parameter.decay:
                    d_params[k] += penalty_slope(penalty, params[i][k]) / sum_w
                    L += penalty_value(penalty, [[params[i][k]]]) / sum_w
            place += math.prod(parameter.shape)
        pieces.insert(0, d_params)
    return L, [d for piece in pieces for d in piece]
