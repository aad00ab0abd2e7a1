"""What scikit-learn's perceptrons do not have; the mathematics and hand-made formulas judge."""

import itertools
import logging
import math
import time

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import get_scorer, get_scorer_names

import glassnet as gn
from estimators.examples import (
    BOTH,
    assert_same_bits,
    counts,
    diabetes,
    example,
    flowers,
    labels,
    numbers,
    parameters,
    quiet,
    sizes_and_colors,
    two_classes,
    two_counts,
    two_numbers,
)

C, R = BOTH
STILL = {
    "learning_rate_init": 1e-300,
    "max_iter": 1,
    "shuffle": False,
    "batch_size": 150,
    "alpha": 0,
}

# Activations


def tanh(z):
    return math.tanh(z)


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def softplus(z):
    return math.log1p(math.exp(z))


SCALE, SLOPE = 1.0507009873554805, 1.6732632423543772
BY_HAND = {
    "identity": lambda z: z,
    "logistic": sigmoid,
    "tanh": tanh,
    "relu": lambda z: max(z, 0.0),
    "leaky_relu": lambda z: z if z > 0 else 0.01 * z,
    "elu": lambda z: z if z > 0 else math.exp(z) - 1,
    "selu": lambda z: SCALE * (z if z > 0 else SLOPE * (math.exp(z) - 1)),
    "softplus": softplus,
    "gelu": lambda z: z * 0.5 * (1 + math.erf(z / math.sqrt(2))),
    "gelu_tanh": lambda z: 0.5 * z * (1 + tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))),
    "silu": lambda z: z * sigmoid(z),
    "mish": lambda z: z * tanh(softplus(z)),
    "hard_tanh": lambda z: min(max(z, -1.0), 1.0),
}


@pytest.mark.parametrize("name", BY_HAND)
@pytest.mark.parametrize("kind", BOTH)
def test_every_activation_has_a_name(kind, name):
    X, y = example(kind)
    estimator = quiet(kind((5, 3), name, max_iter=3, random_state=0).fit, X, y)
    f = np.vectorize(BY_HAND[name], otypes=[float])
    A = X
    hidden = estimator.hidden_activations(X)
    assert len(hidden) == 2
    for W, b, found in zip(estimator.coefs_, estimator.intercepts_, hidden, strict=False):
        A = f(A @ W + b)
        np.testing.assert_allclose(found, A, rtol=1e-9, atol=1e-12)
    Z = A @ estimator.coefs_[-1] + estimator.intercepts_[-1]
    if kind is C:
        np.testing.assert_allclose(estimator.decision_function(X), Z)
        np.testing.assert_allclose(
            estimator.predict_proba(X), np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
        )
    else:
        np.testing.assert_allclose(estimator.predict(X), Z.ravel())


def test_an_activation_a_layer():
    X, y = numbers()
    mixed = quiet(R((5, 3), ("tanh", gn.LeakyReLU(0.3)), max_iter=3, random_state=0).fit, X, y)
    first, second = mixed.hidden_activations(X)
    np.testing.assert_allclose(first, np.tanh(X @ mixed.coefs_[0] + mixed.intercepts_[0]))
    Z = first @ mixed.coefs_[1] + mixed.intercepts_[1]
    np.testing.assert_allclose(second, np.where(Z > 0, Z, 0.3 * Z))
    as_list = quiet(R((5, 3), ["tanh", gn.LeakyReLU(0.3)], max_iter=3, random_state=0).fit, X, y)
    assert_same_bits(parameters(mixed), parameters(as_list))


@pytest.mark.parametrize(("name", "layer"), [("relu", gn.ReLU()), ("logistic", gn.Sigmoid())])
def test_a_layer_is_what_its_name_is(name, layer):
    X, y = numbers()
    one = quiet(R((5, 3), name, max_iter=3, random_state=0).fit, X, y)
    other = quiet(R((5, 3), layer, max_iter=3, random_state=0).fit, X, y)
    assert_same_bits(parameters(one), parameters(other))


def test_logistic_draws_smaller_weights_in_its_own_layer_only():
    X, y = numbers()
    found = quiet(R((50, 60, 70), ("tanh", "logistic", "relu"), **STILL, random_state=0).fit, X, y)
    for W, factor in zip(found.coefs_, (6, 2, 6, 6), strict=True):
        bound = math.sqrt(factor / sum(W.shape))
        assert 0.9 * bound < np.abs(W).max() <= bound


class Cube(gn.Layer):
    """A layer that is no `Activation`."""

    def forward(self, params, X, step):
        return X**3, X

    def backward(self, dY, cache, params, d_params, need_dX=True):
        return dY * 3 * cache**2 if need_dX else None


def test_an_activation_may_be_any_layer_object():
    X, y = numbers()
    estimator = quiet(R((5, 3), (Cube(), "tanh"), max_iter=3, random_state=0).fit, X, y)
    first, second = estimator.hidden_activations(X)
    np.testing.assert_allclose(first, (X @ estimator.coefs_[0] + estimator.intercepts_[0]) ** 3)
    assert second.shape == (150, 3)


BAD_ACTIVATIONS = [
    ("swish", "activation"),
    (("relu",), "1 entries.*2"),
    (("relu", "swish"), "swish"),
    (("relu", 3), "3"),
    (3, "activation"),
    (gn.ReLU, "activation"),
]


@pytest.mark.parametrize(("activation", "message"), BAD_ACTIVATIONS)
def test_a_bad_activation_is_refused(activation, message):
    X, y = numbers()
    with pytest.raises(ValueError, match=message):
        R((5, 3), activation).fit(X, y)


def test_hidden_activations_of_none_and_of_sparse_rows():
    from scipy import sparse

    X, y = numbers()
    assert quiet(R((), max_iter=1).fit, X, y).hidden_activations(X) == []
    estimator = quiet(R((4,), max_iter=1).fit, X, y)
    (dense,), (also,) = map(estimator.hidden_activations, (X, sparse.csr_matrix(X)))
    np.testing.assert_allclose(dense, also)
    with pytest.raises(Exception, match="not fitted"):
        R().hidden_activations(X)


# The mathematics below: train() on the same network from the same random numbers gives the same

MATHEMATICS = {
    **{make.__name__: ({"solver": make()}, make(), {}) for make in gn.OPTIMIZERS},
    "adam": ({"solver": "adam", "learning_rate_init": 0.02}, gn.AdamEpsilonHat(0.02), {}),
    "sgd": ({"solver": "sgd", "learning_rate_init": 0.02}, gn.Nesterov(0.02), {}),
    "schedule": (
        {"schedule": gn.Cosine(warmup=3)}, gn.AdamEpsilonHat(), {"schedule": gn.Cosine(warmup=3)},
    ),
    "schedule, sgd": (
        {"schedule": gn.StepDecay(every=5), "solver": "sgd"},
        gn.Nesterov(0.001),
        {"schedule": gn.StepDecay(every=5)},
    ),
    "schedule, object": (
        {"schedule": gn.OneCycle(), "solver": gn.Adam(0.1)},
        gn.Adam(0.1),
        {"schedule": gn.OneCycle()},
    ),
    "clipped": (
        {"max_grad_norm": 0.05, "solver": "sgd"}, gn.Nesterov(0.001), {"max_grad_norm": 0.05},
    ),
    "dropout": ({"dropout": 0.4}, gn.AdamEpsilonHat(), {"dropout": (0.4, 0.4)}),
    "dropout a layer": ({"dropout": (0.0, 0.5)}, gn.AdamEpsilonHat(), {"dropout": (0, 0.5)}),
    "in order": ({"shuffle": False}, gn.AdamEpsilonHat(), {"shuffle": False}),
}  # fmt: skip


@pytest.mark.parametrize("make_rng", [np.random.RandomState, np.random.default_rng])
@pytest.mark.parametrize("name", MATHEMATICS)
def test_an_estimator_runs_the_mathematics(name, make_rng):
    settings, optimizer, more = MATHEMATICS[name]
    X, Y = two_numbers()
    estimator = R((5, 3), ("tanh", "silu"), alpha=0.5, batch_size=40, max_iter=4)
    estimator.set_params(random_state=make_rng(0), **settings)
    quiet(estimator.fit, X, Y)

    rng, more = make_rng(0), dict(more)
    rates = more.pop("dropout", (0, 0))
    draw = {"weights": gn.Glorot(), "biases": gn.Glorot()}
    layers = [
        gn.Dense(4, 5, **draw), gn.Tanh(), *([gn.Dropout(rates[0])] if rates[0] else []),
        gn.Dense(5, 3, **draw), gn.SiLU(), *([gn.Dropout(rates[1])] if rates[1] else []),
        gn.Dense(3, 2, **draw),
    ]  # fmt: skip
    net = gn.Network(layers, loss=gn.SquaredError(), penalty=gn.Penalty(l2=0.5))
    theta = net.init(rng)
    start = theta.copy()
    for _ in gn.train(
        net, theta, X, Y, optimizer=optimizer, batch_size=40, n_epochs=4, rng=rng, **more
    ):
        pass
    assert_same_bits(estimator.theta_, theta)
    assert not np.array_equal(start, theta)
    np.testing.assert_allclose(estimator.predict(X), net.predict(theta, X))


def test_dropout_is_off_in_prediction_and_0_is_none():
    X, y = numbers()
    estimator = quiet(R((30,), dropout=0.5, max_iter=2, random_state=0).fit, X, y)
    assert_same_bits(estimator.predict(X), estimator.predict(X))
    (hidden,) = estimator.hidden_activations(X)
    Z = X @ estimator.coefs_[0] + estimator.intercepts_[0]
    np.testing.assert_allclose(hidden, np.maximum(Z, 0))
    without = quiet(R((30,), max_iter=2, random_state=0).fit, X, y)
    zero = quiet(R((30,), dropout=0.0, max_iter=2, random_state=0).fit, X, y)
    zeros = quiet(R((30,), dropout=[0], max_iter=2, random_state=0).fit, X, y)
    assert_same_bits(parameters(zero), parameters(without))
    assert_same_bits(parameters(zeros), parameters(without))
    assert not np.array_equal(parameters(estimator), parameters(without))


def test_dropout_divides_what_it_keeps():
    # In a linear network with targets of 0, the mean loss under dropout is that of the prediction
    # and, by the variance of the masks, p / (1 - p) times the sum of squared contributions.
    X, _ = numbers()
    rate = 0.5
    estimator = R((300,), "identity", dropout=rate, random_state=0, **STILL)
    quiet(estimator.fit, X, np.zeros(150))
    contributions = estimator.hidden_activations(X)[0] * estimator.coefs_[1].T
    expected = estimator.predict(X) ** 2 + rate / (1 - rate) * (contributions**2).sum(axis=1)
    assert estimator.loss_ == pytest.approx(expected.mean() / 2, rel=0.2)  # unscaled: a quarter


@pytest.mark.parametrize("longest", [1e-3, 1e9])
def test_a_clipped_step_is_as_long_as_max_grad_norm_allows(longest):
    X, y = numbers()
    settings = {"solver": gn.GradientDescent(0.1), "batch_size": 150, "shuffle": False,
                "max_iter": 1, "random_state": 0}  # fmt: skip
    start = quiet(R((4,), "tanh", **{**settings, "solver": gn.GradientDescent(1e-300)}).fit, X, y)
    free = quiet(R((4,), "tanh", **settings).fit, X, y)
    clipped = quiet(R((4,), "tanh", max_grad_norm=longest, **settings).fit, X, y)
    step, whole = (parameters(one) - parameters(start) for one in (clipped, free))
    length = np.linalg.norm(whole)
    np.testing.assert_allclose(step, whole * min(1, 0.1 * longest / length), rtol=1e-6, atol=1e-15)
    assert 0.1 * 1e-3 < length < 0.1 * 1e9


@pytest.mark.parametrize(
    "bad", [{"dropout": 1.0}, {"dropout": -0.1}, {"dropout": (0.1, 0.2)}, {"dropout": (1.5,)},
            {"max_grad_norm": 0}, {"label_smoothing": 1.0}, {"schedule": "cosine"},
            {"solver": "newton"}, {"solver": gn.Adam}, {"init": "he"}, {"max_time": 0},
            {"dtype": "float16"}, {"restore_best": "yes"}, {"class_weight": "even"}],
    ids=str,
)  # fmt: skip
def test_bad_settings_are_refused(bad):
    X, y = flowers()
    with pytest.raises((ValueError, TypeError), match=f"(?i){next(iter(bad))}"):
        C((4,), **bad).fit(X, y)


@pytest.mark.parametrize("setting", [{"dropout": 0.2}, {"dropout": (0.1,)}, {"max_grad_norm": 1.0},
                                     {"schedule": gn.Cosine()}], ids=str)  # fmt: skip
def test_lbfgs_has_no_steps(setting):
    X, y = flowers()
    with pytest.raises(ValueError, match=f"{next(iter(setting))}=.*lbfgs"):
        C((4,), solver="lbfgs", **setting).fit(X, y)


def test_a_schedule_is_seen_in_the_epochs():
    X, y = numbers()
    decay = gn.StepDecay(every=3, factor=0.1)  # three batches an epoch
    estimator = R((4,), schedule=decay, batch_size=50, max_iter=4, learning_rate_init=0.01)
    with pytest.warns(ConvergenceWarning):
        rates = [epoch.learning_rate for epoch in estimator.iter_fit(X, y)]
    np.testing.assert_allclose(rates, [1e-2, 1e-3, 1e-4, 1e-5])


def test_a_schedule_and_a_falling_learning_rate_go_together():
    X, y = numbers()
    estimator = R((4,), solver="sgd", learning_rate="invscaling", power_t=1.0, batch_size=150,
                  schedule=gn.Exponential(0.5), max_iter=3, learning_rate_init=0.01)  # fmt: skip
    with pytest.warns(ConvergenceWarning):
        rates = [epoch.learning_rate for epoch in estimator.iter_fit(X, y)]
    np.testing.assert_allclose(rates, [0.01, 0.5 * 0.01 / 151, 0.25 * 0.01 / 301])


# Initial weights


def test_init_draws_weights_and_zeros():
    X, y = numbers()
    he = quiet(R((40, 30), init=gn.He(), random_state=0, **STILL).fit, X, y)
    assert all((abs(b) < 1e-290).all() for b in he.intercepts_)  # one step of 1e-300
    assert he.coefs_[1].std() == pytest.approx(math.sqrt(2 / 40), rel=0.1)
    pair = quiet(R((40,), init=(gn.Zeros(), gn.Normal(0.5)), random_state=0, **STILL).fit, X, y)
    assert all((abs(W) < 1e-290).all() for W in pair.coefs_)
    assert pair.intercepts_[0].std() == pytest.approx(0.5, rel=0.4)


@pytest.mark.parametrize("make_rng", [np.random.RandomState, np.random.default_rng])
def test_weights_are_drawn_layer_by_layer_in_float64(make_rng):
    X, y = numbers()
    estimator = R((3, 2), **STILL, random_state=make_rng(1))
    quiet(estimator.fit, X.astype(np.float32), y)
    rng = make_rng(1)
    for W, b in zip(estimator.coefs_, estimator.intercepts_, strict=True):
        bound = math.sqrt(6 / sum(W.shape))
        assert_same_bits(W, rng.uniform(-bound, bound, W.shape).astype(np.float32))
        assert_same_bits(b, rng.uniform(-bound, bound, b.shape).astype(np.float32))


# Losses

HUBER = gn.Huber(0.3)
LOSSES = {
    "squared_error": lambda y, p: (y - p) ** 2 / 2,
    "absolute_error": lambda y, p: abs(y - p),
    "huber": lambda y, p: (y - p) ** 2 / 2 if abs(y - p) <= 1 else abs(y - p) - 0.5,
    "quantile": lambda y, p: abs(y - p) / 2,
    "poisson": lambda y, p: p - y + (y * math.log(y / p) if y > 0 else 0),
}
OBJECTS = {
    gn.Huber(0.3): lambda y, p: (
        (y - p) ** 2 / 2 if abs(y - p) <= 0.3 else 0.3 * (abs(y - p) - 0.15)
    ),
    gn.Quantile(0.9): lambda y, p: max(0.9 * (y - p), -0.1 * (y - p)),
    gn.AbsoluteError(): LOSSES["absolute_error"],
    gn.Poisson(): LOSSES["poisson"],
}


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("loss", [*LOSSES, *OBJECTS], ids=str)
def test_the_loss_of_a_regressor_is_its_formula(loss, solver):
    formula = {**LOSSES, **OBJECTS}[loss]
    X, y = counts()
    settings = {**STILL, "alpha": 0.8, "loss": loss, "solver": solver, "random_state": 0}
    estimator = quiet(R((4,), **settings).fit, X, y)
    predicted = estimator.predict(X)
    penalty = 0.8 / 2 / 150 * sum((W**2).sum() for W in estimator.coefs_)
    expected = np.mean([formula(*pair) for pair in zip(y, predicted, strict=True)]) + penalty
    assert estimator.loss_ == pytest.approx(expected)
    is_poisson = isinstance(loss, gn.Poisson) or loss == "poisson"
    assert estimator.out_activation_ == ("exp" if is_poisson else "identity")
    assert not is_poisson or predicted.min() > 0


CENTERS = {
    "squared_error": np.mean,
    "absolute_error": np.median,
    "quantile": np.median,
    "poisson": np.mean,
    gn.Quantile(0.9): lambda y: np.quantile(y, 0.9),
    gn.Quantile(0.2): lambda y: np.quantile(y, 0.2),
}


@pytest.mark.parametrize("loss", CENTERS, ids=str)
def test_a_constant_network_learns_the_center_of_its_loss(loss):
    y = np.random.default_rng(0).exponential(size=501)
    estimator = R((), loss=loss, alpha=0, max_iter=500, learning_rate_init=0.05, batch_size=501,
                  n_iter_no_change=np.inf, schedule=gn.Cosine(), random_state=0)  # fmt: skip
    quiet(estimator.fit, np.zeros((501, 1)), y)
    assert estimator.predict([[0.0]])[0] == pytest.approx(CENTERS[loss](y), abs=0.02)


def test_a_loss_that_is_none_is_refused():
    X, y = numbers()
    for bad in ("squared", gn.SquaredError, None):
        with pytest.raises(ValueError, match="loss"):
            R(loss=bad).fit(X, y)


def test_poisson_refuses_negative_counts():
    X, y = numbers()
    for solver in ("adam", "lbfgs"):
        with pytest.raises(ValueError, match=r"0 or more|negative|>= 0"):
            R(loss="poisson", solver=solver).fit(X, y)


def test_poisson_of_several_outputs_predicts_positive_rates():
    X, Y = two_counts()
    estimator = quiet(R((4,), loss="poisson", max_iter=3).fit, X, Y)
    assert estimator.predict(X).shape == (150, 2)
    assert estimator.predict(X).min() > 0


SMOOTHED = {"classes": (flowers, 3), "two": (two_classes, 2), "labels": (labels, 2)}


@pytest.mark.parametrize("name", SMOOTHED)
def test_label_smoothing(name):
    data, n_choices = SMOOTHED[name]
    X, y = data()
    e = 0.2
    settings = {**STILL, "random_state": 0, "label_smoothing": e, "batch_size": len(X)}
    estimator = quiet(C((4,), **settings).fit, X, y)
    P = estimator.predict_proba(X)
    if name == "labels":
        P = np.stack([1 - P, P], axis=-1)
        Y = np.stack([1 - y, y], axis=-1)
    else:
        Y = y[:, np.newaxis] == estimator.classes_
    expected = -(((1 - e) * Y + e / n_choices) * np.log(P)).sum() / len(X)
    assert estimator.loss_ == pytest.approx(expected)


# Weights of classes


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("weights", ["balanced", {"no": 3.0, "yes": 0.5}, {"yes": 2.0}], ids=str)
def test_class_weights_equal_sample_weights(weights, solver):
    X, y = two_classes()
    X, y = X[:70], y[:70]
    if weights == "balanced":
        of = {label: len(y) / (2 * (y == label).sum()) for label in ("no", "yes")}
    else:
        of = {"no": 1.0, **weights}
    each = np.array([of[label] for label in y])
    given = np.linspace(0.5, 2, len(y))
    settings = {"hidden_layer_sizes": (4,), "solver": solver, "max_iter": 4, "random_state": 0}
    for also in (None, given):
        one = quiet(C(class_weight=weights, **settings).fit, X, y, sample_weight=also)
        product = each if also is None else each * also
        other = quiet(C(**settings).fit, X, y, sample_weight=product)
        np.testing.assert_allclose(parameters(one), parameters(other), rtol=1e-9)
        assert one.loss_ == pytest.approx(other.loss_)
    plain = quiet(C(**settings).fit, X, y)
    assert not np.allclose(parameters(plain), parameters(one))


def test_class_weights_of_labels_and_of_several_targets():
    X, Y = labels()
    settings = {"hidden_layer_sizes": (3,), "max_iter": 2, "random_state": 0}
    weights = [{0: 1.0, 1: 2.0}, {0: 1.0, 1: 1.0}, {0: 3.0, 1: 1.0}]
    w = np.array([(1, 2)[a] * (3, 1)[c] for a, _, c in Y])
    one = quiet(C(class_weight=weights, **settings).fit, X, Y)
    other = quiet(C(**settings).fit, X, Y, sample_weight=w)
    np.testing.assert_allclose(parameters(one), parameters(other), rtol=1e-9)
    X, Y = sizes_and_colors()
    quiet(C(class_weight="balanced", **settings).fit, X, Y)


def test_balanced_weights_and_partial_fit_do_not_go_together():
    X, y = flowers()
    with pytest.raises(ValueError, match=r"balanced.*partial_fit"):
        C(class_weight="balanced").partial_fit(X, y, classes=[0, 1, 2])
    C(class_weight={0: 2}).partial_fit(X, y, classes=[0, 1, 2])


# Validation


def absolute(estimator, X, y):
    """A scorer made by hand, without weights."""
    return -np.abs(estimator.predict(X) - y).mean()


MAX_ERROR = "neg_max_error" if "neg_max_error" in get_scorer_names() else "max_error"
SCORERS = {
    "accuracy": (C, "accuracy"),
    "log loss": (C, "neg_log_loss"),
    "roc_auc of two": (C, "roc_auc"),
    "f1 of text": (C, "f1_macro"),
    "mean squared error": (R, "neg_mean_squared_error"),
    "largest error": (R, MAX_ERROR),  # takes no weights
    "callable": (R, absolute),
    "scorer": (R, get_scorer("r2")),
}


def validated(name):
    kind, scoring = SCORERS[name]
    X, y = two_classes() if kind is C else numbers()
    return kind, scoring, X, y


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("name", SCORERS)
def test_validation_rows_are_scored_after_each_epoch(name, solver):
    kind, scoring, X, y = validated(name)
    settings = {"hidden_layer_sizes": (4,), "max_iter": 6, "random_state": 0, "solver": solver}
    estimator = kind(scoring=scoring, **settings)
    quiet(estimator.fit, X, y, X_val=X[:30], y_val=y[:30])
    score = scoring if callable(scoring) else get_scorer(scoring)
    assert len(estimator.validation_scores_) == len(estimator.loss_curve_) == estimator.n_iter_
    assert len(estimator.validation_loss_curve_) == estimator.n_iter_
    assert estimator.validation_scores_[-1] == pytest.approx(score(estimator, X[:30], y[:30]))
    assert estimator.best_validation_score_ == max(estimator.validation_scores_)
    # watching is not training
    blind = quiet(kind(**settings).fit, X, y)
    assert_same_bits(parameters(estimator), parameters(blind))
    assert blind.validation_scores_ is blind.validation_loss_curve_ is None


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("theirs", [False, True], ids=["set aside", "given"])
@pytest.mark.parametrize("name", SCORERS)
def test_early_stopping_by_any_scorer(name, theirs, weighted):
    kind, scoring, X, y = validated(name)
    estimator = kind((4,), scoring=scoring, early_stopping=True, random_state=0, max_iter=25,
                     learning_rate_init=0.3, n_iter_no_change=4)  # fmt: skip
    more = {"X_val": X[:30], "y_val": y[:30]} if theirs else {}
    w = np.ones(len(X)) if weighted else None
    quiet(estimator.fit, X, y, sample_weight=w, **more)
    scores = estimator.validation_scores_
    assert len(scores) == estimator.n_iter_
    assert estimator.best_validation_score_ == max(scores)
    assert estimator.best_loss_ is None
    assert estimator.t_ == estimator.n_iter_ * (len(X) if theirs else len(X) - -(-len(X) // 10))
    if theirs:  # the best weights are there again
        score = scoring if callable(scoring) else get_scorer(scoring)
        assert score(estimator, X[:30], y[:30]) == pytest.approx(max(scores))


def test_weights_count_in_the_default_score():
    X, y = numbers()
    w = np.r_[np.zeros(75), np.ones(75)]
    settings = {
        "hidden_layer_sizes": (4,),
        "early_stopping": True,
        "random_state": 0,
        "max_iter": 3,
    }
    plain = quiet(R(**settings).fit, X, y, sample_weight=np.ones(150))
    weighted = quiet(R(**settings).fit, X, y, sample_weight=w)
    assert plain.validation_scores_ != weighted.validation_scores_


@pytest.mark.parametrize("kind", BOTH)
def test_restore_best_without_early_stopping(kind):
    X, y = example(kind)
    settings = {"hidden_layer_sizes": (4,), "random_state": 0, "max_iter": 12, "solver": "sgd",
                "learning_rate_init": 2.0 if kind is C else 0.9, "alpha": 0.1, "momentum": 0.97,
                "activation": "tanh"}  # fmt: skip
    watched = kind(**settings)
    thetas = [watched.theta_.copy() for _ in quiet_epochs(watched, X, y)]
    best = int(np.argmin(watched.loss_curve_))
    assert best < 11
    assert_same_bits(watched.theta_, thetas[-1])  # restore_best=False: the last
    restored = quiet(kind(restore_best=True, **settings).fit, X, y)
    assert_same_bits(restored.theta_, thetas[best])
    assert restored.best_loss_ == min(restored.loss_curve_)
    # with rows to validate on, the best is what scores best there
    validated = quiet(kind(restore_best=True, **settings).fit, X, y, X_val=X[:40], y_val=y[:40])
    assert_same_bits(validated.theta_, thetas[int(np.argmax(validated.validation_scores_))])
    assert validated.score(X[:40], y[:40]) == pytest.approx(validated.best_validation_score_)


def test_the_best_on_validation_rows_is_not_the_best_on_the_others():
    # validated on wrong labels, each epoch of learning is worse than the one before
    X, y = flowers()
    settings = {"hidden_layer_sizes": (6,), "random_state": 0, "max_iter": 8,
                "learning_rate_init": 0.05, "scoring": "neg_log_loss"}  # fmt: skip
    wrong = {"X_val": X, "y_val": (y + 1) % 3}
    watched = C(**settings)
    thetas = []
    with pytest.warns(ConvergenceWarning):
        thetas.extend(watched.theta_.copy() for _ in watched.iter_fit(X, y, **wrong))
    best = int(np.argmax(watched.validation_scores_))
    assert best < int(np.argmin(watched.loss_curve_)) == 7
    restored = quiet(C(restore_best=True, **settings).fit, X, y, **wrong)
    assert_same_bits(restored.theta_, thetas[best])


@pytest.mark.parametrize("make_rng", [np.random.RandomState, np.random.default_rng])
def test_the_rows_set_aside_are_drawn(make_rng):
    X, y = numbers()

    def set_aside(seed):
        seen = []

        def scorer(estimator, X, y):
            seen.append(np.sort(X[:, 0] + 10 * X[:, 1]))
            return 0.0

        estimator = R((3,), max_iter=2, early_stopping=True, scoring=scorer)
        quiet(estimator.set_params(random_state=make_rng(seed)).fit, X, y)
        assert_same_bits(seen[0], seen[1])  # the same ones in every epoch
        assert len(seen[0]) == 15
        return seen[0]

    assert_same_bits(set_aside(1), set_aside(1))
    assert not np.array_equal(set_aside(1), set_aside(2))


def quiet_epochs(estimator, X, y):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield from estimator.iter_fit(X, y)


BAD_VALIDATION = {
    "X_val alone": (lambda X, y: {"X_val": X}, "X_val and y_val"),
    "y_val alone": (lambda X, y: {"y_val": y}, "X_val and y_val"),
    "another number of rows": (lambda X, y: {"X_val": X, "y_val": y[:9]}, "inconsistent"),
    "another number of columns": (lambda X, y: {"X_val": X[:, :2], "y_val": y}, "features"),
    "NaN": (lambda X, y: {"X_val": X * np.nan, "y_val": y}, "NaN"),
    "more outputs": (lambda X, y: {"X_val": X, "y_val": np.column_stack([y, y])}, None),
}


@pytest.mark.parametrize("name", BAD_VALIDATION)
@pytest.mark.parametrize("kind", BOTH)
def test_bad_validation_rows_are_refused(kind, name):
    X, y = example(kind)
    make_rows, message = BAD_VALIDATION[name]
    with pytest.raises(ValueError, match=message):
        quiet(kind((3,), max_iter=2).fit, X, y, **make_rows(X, y))


def test_validation_labels_must_be_known():
    X, y = flowers()
    with pytest.raises(ValueError, match="not in"):
        C((3,)).fit(X[y < 2], y[y < 2], X_val=X, y_val=y)
    _, Y = labels()
    with pytest.raises(ValueError):
        quiet(C((3,), max_iter=1).fit, X, Y, X_val=X, y_val=Y[:, :2])


def test_validation_with_numbers_of_one_output_only():
    # one column of validation targets would be broadcast to two outputs
    X, Y = two_numbers()
    with pytest.raises(ValueError):
        quiet(R((3,), max_iter=1).fit, X, Y, X_val=X, y_val=Y[:, 0])


# Several targets of several classes


@pytest.mark.parametrize("settings", [{}, {"solver": "lbfgs"}, {"early_stopping": True}], ids=str)
def test_several_targets_of_several_classes(settings):
    X, Y = sizes_and_colors()
    estimator = C((12,), random_state=0, max_iter=120, learning_rate_init=0.02, **settings)
    quiet(estimator.fit, X, Y)
    assert [list(one) for one in estimator.classes_] == [
        ["large", "medium", "small"], ["blue", "green", "red", "white"],
    ]  # fmt: skip
    assert estimator.n_outputs_ == 7
    assert estimator.out_activation_ == "softmax"
    predicted = estimator.predict(X)
    assert predicted.shape == (150, 2)
    assert (predicted == Y).mean() > 0.75
    P = estimator.predict_proba(X)
    assert [one.shape for one in P] == [(150, 3), (150, 4)]
    for one, classes, column in zip(P, estimator.classes_, predicted.T, strict=True):
        np.testing.assert_allclose(one.sum(axis=1), 1)
        np.testing.assert_array_equal(classes[one.argmax(axis=1)], column)
    for one, log in zip(P, estimator.predict_log_proba(X), strict=True):
        np.testing.assert_allclose(np.exp(log), one)
    assert estimator.decision_function(X).shape == (150, 7)
    assert estimator.score(X, Y) == (predicted == Y).all(axis=1).mean()
    # the loss of two targets is the sum of their cross-entropies
    still = quiet(C((3,), **STILL, random_state=0).fit, X, Y)
    expected = 0
    for target, (one, classes) in enumerate(
        zip(still.predict_proba(X), still.classes_, strict=True)
    ):
        expected -= np.log(one[Y[:, target, np.newaxis] == classes]).mean()
    assert still.loss_ == pytest.approx(expected)


def test_partial_fit_of_several_targets_knows_classes_to_come():
    X, Y = sizes_and_colors()
    classes = [["large", "medium", "small"], ["blue", "green", "red", "white"]]
    some = Y[:, 0] != "small"
    estimator = C((4,), random_state=0).partial_fit(X[some], Y[some], classes=classes)
    assert [list(one) for one in estimator.classes_] == classes
    estimator.partial_fit(X, Y)
    assert estimator.predict_proba(X)[0].shape == (150, 3)
    with pytest.raises(ValueError, match="classes"):
        C().partial_fit(X, Y)


def test_partial_fit_of_several_targets_is_fit():
    X, Y = sizes_and_colors()
    classes = [["large", "medium", "small"], ["blue", "green", "red", "white"]]
    whole = quiet(C((4,), random_state=0, max_iter=3).fit, X, Y)
    parts = C((4,), random_state=0)
    for _ in range(3):
        parts.partial_fit(X, Y, classes=classes)
    assert_same_bits(parts.theta_, whole.theta_)
    with pytest.raises(ValueError, match="classes"):
        parts.partial_fit(X, np.char.add(Y, "!"))


def test_warm_start_of_several_targets():
    X, Y = sizes_and_colors()
    estimator = C((4,), random_state=0, max_iter=2, warm_start=True)
    quiet(estimator.fit, X, Y)
    quiet(estimator.fit, X, Y)
    with pytest.raises(ValueError, match="same classes"):
        estimator.fit(X, Y[:, ::-1])


def test_classes_of_a_failed_partial_fit_are_forgotten():
    X, y = flowers()
    estimator = C((3,), max_iter=1)
    with pytest.raises(ValueError, match="NaN"):
        estimator.partial_fit(X * np.nan, y, classes=[0, 1, 2])
    text = np.array(["a", "b", "c", "d"])[np.arange(150) % 4]
    quiet(estimator.fit, X, text)
    assert list(estimator.classes_) == ["a", "b", "c", "d"]


# Scores


def test_the_decision_function_is_the_scores():
    X, y = two_classes()
    estimator = quiet(C((4,), max_iter=5).fit, X, y)
    Z = estimator.decision_function(X)
    assert Z.shape == (100,)
    np.testing.assert_allclose(1 / (1 + np.exp(-Z)), estimator.predict_proba(X)[:, 1])
    np.testing.assert_array_equal(np.where(Z > 0, "yes", "no"), estimator.predict(X))
    X, Y = labels()
    estimator = quiet(C((4,), max_iter=5).fit, X, Y)
    Z = estimator.decision_function(X)
    assert Z.shape == (150, 3)
    np.testing.assert_allclose(1 / (1 + np.exp(-Z)), estimator.predict_proba(X))
    assert not hasattr(R(), "decision_function")


# Time


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs", gn.AdaGrad()], ids=str)
@pytest.mark.parametrize("kind", BOTH)
def test_max_time_in_seconds(kind, solver):
    X, y = example(kind)
    estimator = kind((4,), solver=solver, max_time=1e-9, max_iter=100_000, tol=0.0)
    with pytest.warns(ConvergenceWarning, match="max_time"):
        estimator.fit(X, y)
    assert estimator.n_iter_ == 1
    assert estimator.predict(X).shape == (150,)


def test_max_time_is_about_kept():
    X, y = diabetes()
    estimator = R((4,), max_time=0.15, max_iter=10**9, n_iter_no_change=np.inf)
    began = time.perf_counter()
    with pytest.warns(ConvergenceWarning, match="0.15 seconds"):
        estimator.fit(X, y)
    assert estimator.n_iter_ > 2
    assert 0.1 < time.perf_counter() - began < 5
    quiet(R((4,), max_time=1e6, max_iter=2).fit, X, y)


# iter_fit


@pytest.mark.parametrize("kind", BOTH)
def test_between_two_epochs_the_estimator_is_fitted(kind):
    X, y = example(kind)
    settings = {
        "hidden_layer_sizes": (4,),
        "random_state": 0,
        "max_iter": 5,
        "early_stopping": True,
    }
    whole = quiet(kind(**settings).fit, X, y)
    estimator = kind(**settings)
    for number, epoch in enumerate(quiet_epochs(estimator, X, y), 1):
        assert epoch.number == estimator.n_iter_ == len(estimator.loss_curve_) == number
        assert epoch.loss == estimator.loss_ == whole.loss_curve_[number - 1]
        assert len(estimator.validation_scores_) == number
        assert estimator.predict(X).shape == (150,)
        assert np.isfinite(estimator.score(X, y))
        assert estimator.coefs_[0].shape == (4, 4)
    assert number == 5
    assert_same_bits(estimator.theta_, whole.theta_)


@pytest.mark.parametrize("kind", BOTH)
def test_closing_iter_fit_ends_training_as_early_stopping_does(kind):
    X, y = example(kind)
    settings = {"hidden_layer_sizes": (4,), "random_state": 0, "max_iter": 50, "solver": "sgd",
                "learning_rate_init": 0.9, "momentum": 0.97, "activation": "tanh"}  # fmt: skip
    for early_stopping in (True, False):
        estimator = kind(early_stopping=early_stopping, **settings)
        epochs = estimator.iter_fit(X, y)
        thetas = [estimator.theta_.copy() for _ in itertools.islice(epochs, 12)]
        epochs.close()
        assert estimator.n_iter_ == 12
        best = int(np.argmax(estimator.validation_scores_)) if early_stopping else 11
        assert not early_stopping or best < 11
        assert_same_bits(estimator.theta_, thetas[best])
        assert list(epochs) == []


def test_iter_fit_left_by_break_and_by_an_error():
    X, y = flowers()
    estimator = C((4,), random_state=0, restore_best=True)
    for epoch in estimator.iter_fit(X, y):
        if epoch.number == 3:
            break
    assert estimator.n_iter_ == 3
    with pytest.raises(RuntimeError, match="mine"):  # noqa: PT012 - the loop is the point
        for _ in estimator.iter_fit(X, y):
            raise RuntimeError("mine")
    assert estimator.n_iter_ == 1
    assert estimator.predict(X).shape == (150,)


def test_iter_fit_checks_at_the_call():
    X, y = flowers()
    for bad in ({"alpha": -1}, {"hidden_layer_sizes": (0,)}, {"dropout": (0.1, 0.2)}):
        with pytest.raises(ValueError, match=next(iter(bad))):
            C(**bad).iter_fit(X, y)
    with pytest.raises(ValueError, match="NaN"):
        C().iter_fit(X * np.nan, y)
    with pytest.raises(AttributeError, match="iter_fit"):
        C(solver="lbfgs").iter_fit(X, y)


def test_iter_fit_takes_what_fit_takes():
    X, y = flowers()
    w = np.linspace(1, 2, 150)
    settings = {"hidden_layer_sizes": (4,), "random_state": 0, "max_iter": 3}
    fitted = quiet(C(**settings).fit, X, y, sample_weight=w, X_val=X[:50], y_val=y[:50])
    looped = C(**settings)
    with pytest.warns(ConvergenceWarning):
        for _ in looped.iter_fit(X, y, sample_weight=w, X_val=X[:50], y_val=y[:50]):
            pass
    assert_same_bits(fitted.theta_, looped.theta_)
    assert fitted.validation_loss_curve_ == looped.validation_loss_curve_


def test_divergence_names_the_unscaled_column(engine):
    """And the weights are those before the step."""
    X, y = flowers()
    frame = pd.DataFrame(X * [1, 1e6, 1, 1], columns=list("abcd"))
    model = gn.MLPRegressor((8,), solver="sgd", learning_rate_init=1.0, engine=engine,
                            random_state=0, max_iter=100)  # fmt: skip
    with pytest.raises(
        gn.DivergenceError, match=r"column 'b' of X, which reaches .*e\+06"
    ) as found:
        model.fit(frame, y.astype(float))
    assert found.value.column == 1
    assert np.isfinite(model.theta_).all()


def test_iter_fit_says_where_it_diverges():
    X, y = numbers()
    estimator = R((4,), solver="sgd", learning_rate_init=1e200)
    with pytest.raises(gn.DivergenceError, match=r"^Solver produced"):
        list(estimator.iter_fit(X, y))


# Types and messages


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("dtype", ["float32", "float64", np.float32, np.dtype("float64")], ids=str)
def test_dtype_is_chosen(dtype, solver):
    X, y = flowers()
    for given in (np.float32, np.float64):
        estimator = C((4,), dtype=dtype, solver=solver, max_iter=2, random_state=0)
        quiet(estimator.fit, X.astype(given), y)
        assert estimator.coefs_[0].dtype == estimator.theta_.dtype == np.dtype(dtype)
        assert estimator.predict_proba(X.astype(given)).dtype == np.dtype(dtype)


def test_it_logs_and_does_not_print(caplog, capsys):
    X, y = numbers()
    with caplog.at_level(logging.DEBUG, logger="glassnet"):
        quiet(R((4,), max_iter=2, early_stopping=True).fit, X, y)
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("glassnet")]
    assert len(lines) == 4
    assert lines[0].startswith("Iteration 1, loss = ")
    assert lines[1].startswith("Validation score: ")
    assert capsys.readouterr() == ("", "")
