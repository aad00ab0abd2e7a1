"""Divergence, several outputs, probabilities, interrupts: where following would be wrong."""

import math
import pickle
import warnings
from dataclasses import dataclass

import numpy as np
import pytest
import scipy.optimize
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV

import glassnet as gn
from estimators.examples import (
    BOTH,
    THEIRS,
    assert_same_bits,
    counts,
    example,
    flowers,
    labels,
    numbers,
    parameters,
    quiet,
    sizes_and_colors,
    two_classes,
    two_numbers,
)

C, R = BOTH
SENTENCE = (
    "Solver produced non-finite parameter weights. The input data may contain large values and "
    "need to be preprocessed."
)

# Divergence


@dataclass(frozen=True)
class From(gn.Schedule):
    """1 for some steps, then infinite: training diverges when it is told to."""

    first: int

    def shape(self, step, n_steps):
        return 1.0 if step < self.first else math.inf


def unstable(kind, **settings):
    """Nine or ten steps an epoch; the first one of the fourth leaves the finite numbers."""
    n_steps = 9 if settings.get("early_stopping") and "batch_size" not in settings else 10
    given = {"solver": "sgd", "batch_size": 15, "learning_rate_init": 0.01, "max_iter": 20,
             "random_state": 0, "schedule": From(3 * n_steps)}  # fmt: skip
    return kind((5,), "identity", **{**given, **settings})


@pytest.mark.parametrize("kind", BOTH)
def test_divergence_stops_at_once_with_the_last_finite_weights(kind):
    X, y = example(kind)
    estimator = unstable(kind)
    with pytest.raises(gn.DivergenceError) as info:
        estimator.fit(X, y)
    assert isinstance(info.value, ValueError)
    message = str(info.value)
    assert message.startswith(SENTENCE)
    assert "learning rate" in message[len(SENTENCE) :]
    assert "epoch 4" in message
    assert info.value.epoch == estimator.n_iter_ == 4
    assert len(estimator.loss_curve_) <= 4
    assert np.isfinite(parameters(estimator)).all()
    assert_same_bits(info.value.theta, estimator.theta_)
    assert estimator.predict(X[:3]).shape == (3,)
    pickle.loads(pickle.dumps(estimator)).predict(X[:3])
    before = quiet(unstable(kind, schedule=None, max_iter=3).fit, X, y)
    assert info.value.batch == 1
    np.testing.assert_array_equal(parameters(estimator), parameters(before))


@pytest.mark.parametrize("kind", BOTH)
def test_divergence_in_the_first_epoch_leaves_an_estimator_that_predicts(kind):
    X, y = example(kind)
    for early_stopping in (False, True):
        estimator = unstable(kind, schedule=From(0), early_stopping=early_stopping)
        if early_stopping:
            with pytest.warns(ConvergenceWarning, match="^Solver produced non-finite"):
                estimator.fit(X, y)
        else:
            with pytest.raises(gn.DivergenceError, match=r"^Solver produced non-finite"):
                estimator.fit(X, y)
        assert np.isfinite(parameters(estimator)).all()
        assert estimator.predict(X).shape == (150,)


@pytest.mark.parametrize("kind", BOTH)
def test_divergence_with_early_stopping_keeps_the_best_weights(kind):
    X, y = example(kind)
    estimator = unstable(kind, early_stopping=True)
    with pytest.warns(ConvergenceWarning) as caught:
        estimator.fit(X, y)
    assert len(caught) == 1
    assert str(caught[0].message).startswith(SENTENCE)
    assert np.isnan(estimator.validation_scores_[-1])
    good = estimator.validation_scores_[:-1]
    assert len(good) == 3
    assert estimator.best_validation_score_ == max(good)
    best = unstable(kind, early_stopping=True, schedule=None, max_iter=3)
    quiet(best.fit, X, y)
    np.testing.assert_array_equal(parameters(estimator), parameters(best))


def test_divergence_with_validation_rows_of_the_caller():
    X, y = numbers()
    estimator = unstable(R, early_stopping=True, batch_size=15)
    with pytest.warns(ConvergenceWarning, match="non-finite"):
        estimator.fit(X, y, X_val=X[:30], y_val=y[:30])
    assert estimator.best_validation_score_ == pytest.approx(estimator.score(X[:30], y[:30]))


@pytest.mark.parametrize("kind", BOTH)
def test_divergence_in_partial_fit(kind):
    X, y = example(kind)
    first = {"classes": [0, 1, 2]} if kind is C else {}
    estimator = unstable(kind)
    for _ in range(3):
        estimator.partial_fit(X, y, **first)
    before = estimator.predict(X)
    with pytest.raises(gn.DivergenceError, match=r"^Solver produced"):
        estimator.partial_fit(X, y)
    assert np.isfinite(parameters(estimator)).all()
    assert_same_bits(estimator.predict(X), before)


@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_training_goes_on_after_a_divergence(solver):
    # the optimizer's memory is that of before the step, too
    X, y = numbers()
    estimator = unstable(R, solver=solver)
    for _ in range(3):
        estimator.partial_fit(X, y)
    with pytest.raises(gn.DivergenceError):
        estimator.partial_fit(X, y)
    loss = estimator.set_params(schedule=None).partial_fit(X, y).loss_
    assert estimator.partial_fit(X, y).loss_ < loss


def test_divergence_of_data_that_is_too_large():
    X, y = numbers()
    with pytest.raises(gn.DivergenceError, match=r"^Solver produced"):
        gn.MLPRegressor((5,), random_state=0, solver="sgd").fit(X * 1e160, y)
    with pytest.raises(gn.DivergenceError, match=r"^Solver produced"):
        gn.MLPRegressor((5,), random_state=0, solver="sgd").fit((X * 1e25).astype(np.float32), y)


def test_divergence_of_lbfgs_begins_with_the_same_sentence():
    X, y = numbers()
    estimator = gn.MLPRegressor((5,), solver="lbfgs", random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        with pytest.raises(gn.DivergenceError, match=r"^Solver produced non-finite") as info:
            estimator.fit(X * 1e160, y)
    assert "Scale" in str(info.value)
    assert np.isfinite(parameters(estimator)).all()
    assert estimator.predict(X).shape == (150,)


def test_divergence_of_lbfgs_is_an_error_only():
    # no ConvergenceWarning before it, which would hide it from whoever makes warnings errors
    X, y = numbers()
    with pytest.raises(gn.DivergenceError):
        gn.MLPRegressor((5,), solver="lbfgs", random_state=0).fit(X * 1e160, y)


def test_divergence_in_a_search_is_a_failed_fit():
    X, y = numbers()
    grid = {"learning_rate_init": [1e-3, 1e300]}
    search = GridSearchCV(R((4,), solver="sgd", max_iter=2), grid, cv=2)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        search.fit(X, y)
    assert "DivergenceError" in str([str(one.message) for one in caught])
    assert np.isnan(search.cv_results_["mean_test_score"][1])
    assert search.best_params_ == {"learning_rate_init": 1e-3}


# The regressor's first parameter is its sizes


def test_a_regressor_takes_its_sizes_first():
    X, y = numbers()
    assert quiet(gn.MLPRegressor((8,), max_iter=2).fit, X, y).coefs_[0].shape == (4, 8)


@pytest.mark.parametrize("name", ["poisson", "squared_error"])
def test_a_loss_in_the_first_place_says_what_to_write(name):
    X, y = counts()
    estimator = gn.MLPRegressor(name)
    for call in (estimator.fit, estimator.partial_fit, estimator.iter_fit):
        with pytest.raises(ValueError, match=f"loss='{name}'"):
            call(X, y)


# Several outputs


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
def test_the_loss_of_several_outputs_is_reported_as_their_mean(solver):
    X, Y = two_numbers()
    estimator = R((5,), solver=solver, random_state=0, max_iter=1, alpha=3.0, shuffle=False,
                  batch_size=150, learning_rate_init=1e-300)  # fmt: skip
    estimator = quiet(estimator.fit, X, Y)
    penalty = 3.0 / 2 / 150 * sum((W**2).sum() for W in estimator.coefs_)
    expected = 0.5 * np.mean((estimator.predict(X) - Y) ** 2) + penalty
    assert estimator.loss_ == pytest.approx(expected)
    assert estimator.loss_curve_[-1] == estimator.loss_
    assert estimator.best_loss_ == pytest.approx(expected)


LBFGS_PAIRS = {
    "two numbers": (R, two_numbers, {"alpha": 0.7}),
    "a number": (R, numbers, {"alpha": 0.7}),
    "counts": (R, counts, {"loss": "poisson"}),
    "Huber": (R, two_numbers, {"loss": "huber"}),
    "classes": (C, flowers, {"alpha": 0.7}),
    "two classes": (C, two_classes, {"label_smoothing": 0.1}),
    "labels": (C, labels, {}),
    "sizes and colors": (C, sizes_and_colors, {"label_smoothing": 0.1}),
    "float32": (R, lambda: (two_numbers()[0].astype(np.float32), two_numbers()[1]), {}),
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", LBFGS_PAIRS)
def test_scipy_gets_a_loss_and_its_gradient(name, weighted, monkeypatch):
    kind, data, settings = LBFGS_PAIRS[name]
    X, y = data()
    seen = {}
    minimize = scipy.optimize.minimize

    def spy(fun, x0, *args, **kwargs):
        seen.update(fun=fun, x0=np.array(x0), jac=kwargs.get("jac"), args=kwargs.get("args", ()))
        return minimize(fun, x0, *args, **kwargs)

    monkeypatch.setattr(scipy.optimize, "minimize", spy)
    w = np.linspace(0, 2, len(y)) if weighted else None
    estimator = kind((3,), activation="tanh", solver="lbfgs", max_iter=1, random_state=0)
    quiet(estimator.set_params(**settings).fit, X, y, sample_weight=w)
    assert seen["jac"] is True
    fun, x = seen["fun"], seen["x0"]
    g = np.array(fun(x, *seen["args"])[1])
    assert g.dtype == x.dtype == np.float64
    h, tolerance = (2e-3, 1e-2) if name == "float32" else (6e-6, 1e-7)
    differences = [
        (fun(x + h * e, *seen["args"])[0] - fun(x - h * e, *seen["args"])[0]) / (2 * h)
        for e in np.eye(len(x))
    ]
    assert np.abs(g - differences).max() < tolerance * np.abs(differences).max()


# Probabilities


def huge_scores(estimator, X):
    """Make the scores of a fitted network huge, one way and the other."""
    estimator.coefs_ = [1e3 * W for W in estimator.coefs_]
    scores = estimator.decision_function(X)
    assert scores.max() > 1e4
    assert scores.min() < -1e4


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("data", [labels, two_classes, flowers])
def test_probabilities_stay_inside_0_and_1(data, dtype):
    X, y = data()
    X = X.astype(dtype)
    estimator = quiet(C((5,), random_state=0, max_iter=20).fit, X, y)
    mild = estimator.predict_proba(X)
    assert mild.dtype == dtype
    huge_scores(estimator, X)
    P = estimator.predict_proba(X)
    assert ((P > 0) & (P < 1)).all()
    assert np.isfinite(estimator.predict_log_proba(X)).all()
    if data is not labels:
        np.testing.assert_allclose(P.sum(axis=1), 1, rtol=1e-6)


def test_small_probabilities_of_the_first_of_two_classes_are_exact():
    # scikit-learn computes 1 - p, which is 0 below 1e-16
    X, y = two_classes()
    estimator = quiet(C((), random_state=0, max_iter=2).fit, X, y)
    estimator.coefs_, estimator.intercepts_ = [np.zeros((4, 1))], [np.array([60.0])]
    np.testing.assert_allclose(estimator.predict_proba(X[:1]), [[np.exp(-60), 1]], rtol=1e-12)


def test_one_class_has_one_probability():
    X, _ = flowers()
    for solver in ("adam", "lbfgs"):
        estimator = quiet(C((3,), max_iter=5, solver=solver).fit, X, np.full(150, "only"))
        assert estimator.classes_.tolist() == ["only"]
        assert set(estimator.predict(X)) == {"only"}
        P = estimator.predict_proba(X)
        assert P.shape == (150, 1)
        np.testing.assert_allclose(P, 1)
        assert estimator.score(X, np.full(150, "only")) == 1


# Weights of rows


@pytest.mark.parametrize(("kind", "data"), [(C, flowers), (C, labels), (R, two_numbers)])
def test_a_weight_of_2_is_the_row_twice_and_0_is_no_row(kind, data):
    X, y = data()
    w = np.tile([2, 1, 0], 50)
    twice = np.repeat(np.arange(150), w)
    make = {"hidden_layer_sizes": (4,), "solver": "lbfgs", "random_state": 0, "max_iter": 15,
            "activation": "tanh", "alpha": 0.5}  # fmt: skip
    weighted = quiet(kind(**make).fit, X, y, sample_weight=w)
    repeated = quiet(kind(**make).fit, X[twice], y[twice])
    np.testing.assert_allclose(parameters(weighted), parameters(repeated), rtol=1e-6, atol=1e-9)
    assert weighted.loss_ == pytest.approx(repeated.loss_)


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("kind", BOTH)
def test_rows_of_weight_0_may_fill_a_batch(kind, solver):
    # scikit-learn divides by the sum of the batch's weights
    X, y = example(kind)
    w = np.r_[np.zeros(50), np.ones(100)]
    estimator = kind((4,), solver=solver, shuffle=False, batch_size=10, max_iter=3)
    quiet(estimator.fit, X, y, sample_weight=w)
    assert np.isfinite(parameters(estimator)).all()
    assert np.isfinite(estimator.loss_)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("kind", BOTH)
def test_weights_of_0_alone_are_refused(kind, solver):
    X, y = example(kind)
    with pytest.raises(ValueError, match=r"non-zero|zero|0 for every"):
        kind(solver=solver).fit(X, y, sample_weight=np.zeros(150))


# Interrupts


def interrupted(fit, *args):
    """Fit; pytest itself would end if the interrupt passed through."""
    try:
        with pytest.warns(UserWarning, match="^Training interrupted by user.$"):
            fit(*args)
    except KeyboardInterrupt:
        pytest.fail("the interrupt passed through fit")


class Interrupting(gn.Identity):
    """An activation at which someone presses Ctrl-C, at a certain call."""

    def __init__(self, calls):
        object.__setattr__(self, "calls", [calls])

    def value(self, Z):
        self.calls[0] -= 1
        if self.calls[0] == 0:
            raise KeyboardInterrupt
        return super().value(Z)


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("calls", [1, 12])
@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs", gn.Adam()], ids=str)
@pytest.mark.parametrize("kind", BOTH)
def test_an_interrupt_leaves_a_fitted_estimator(kind, solver, calls, early_stopping):
    X, y = example(kind)
    estimator = kind((4,), activation=Interrupting(calls), solver=solver, batch_size=15,
                     warm_start=True, early_stopping=early_stopping, random_state=0,
                     max_iter=200, tol=1e-12)  # fmt: skip
    interrupted(estimator.fit, X, y)
    assert estimator.n_iter_ < 50
    assert estimator.predict(X).shape == (150,)
    assert np.isfinite(parameters(estimator)).all()
    quiet(estimator.set_params(max_iter=2).fit, X, y)  # and goes on
    assert estimator.n_iter_ <= 2


def test_an_interrupt_of_a_scorer():
    X, y = flowers()
    left = [3]

    def scorer(estimator, X, y):
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt
        return estimator.score(X, y)

    estimator = C((4,), early_stopping=True, scoring=scorer, random_state=0)
    interrupted(estimator.fit, X, y)
    assert len(estimator.validation_scores_) == 2
    assert estimator.predict(X).shape == (150,)


def test_another_error_passes_through():
    X, y = flowers()

    def scorer(estimator, X, y):
        raise RuntimeError("mine")

    estimator = C((4,), early_stopping=True, scoring=scorer, random_state=0)
    with pytest.raises(RuntimeError, match="mine"):
        estimator.fit(X, y)


def test_the_validation_loss_is_the_log_loss():
    X, y = two_classes()
    estimator = C((4,), max_iter=3, random_state=0, alpha=5.0)
    quiet(estimator.fit, X, y, X_val=X[:40], y_val=y[:40])
    P = estimator.predict_proba(X[:40])
    assert estimator.validation_loss_curve_[-1] == pytest.approx(log_loss(y[:40], P))
    assert len(estimator.validation_loss_curve_) == 3
    assert not hasattr(quiet(THEIRS[C](max_iter=1).fit, X, y), "validation_loss_curve_")
