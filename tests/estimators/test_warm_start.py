"""Going on: 5 epochs and 5 more are 10, bit for bit, whatever lies between them."""

import copy
import io
import pickle
from pathlib import Path

import joblib
import numpy as np
import pytest
from scipy import sparse

import glassnet as gn
from estimators.examples import (
    BOTH,
    THEIRS,
    assert_same_bits,
    example,
    labels,
    parameters,
    quiet,
)

C, R = BOTH
SETTINGS = {
    "hidden_layer_sizes": (6, 4), "activation": "tanh", "random_state": 0, "batch_size": 50,
    "learning_rate_init": 0.02, "n_iter_no_change": np.inf,
}  # fmt: skip
SGD = {"solver": "sgd"}
CONTINUED = {
    "adam": {},
    "sgd": SGD,
    "sgd without Nesterov": {**SGD, "nesterovs_momentum": False},
    "adaptive": {**SGD, "learning_rate": "adaptive", "tol": 10.0, "n_iter_no_change": 1},
    "invscaling": {**SGD, "learning_rate": "invscaling"},
    "dropout": {"dropout": (0.3, 0.1)},
    "Generator": {"random_state": np.random.default_rng(5)},
    "Generator, dropout, sgd": {**SGD, "dropout": 0.2, "random_state": np.random.default_rng(6)},
    "RandomState": {"random_state": np.random.RandomState(7)},
    "in order": {"shuffle": False},
    "early stopping": {"early_stopping": True, "learning_rate_init": 1.0},
    "early stopping, adaptive": {
        **SGD, "early_stopping": True, "learning_rate": "adaptive", "tol": 10.0,
        "n_iter_no_change": 1,
    },
    "early stopping, invscaling": {**SGD, "early_stopping": True, "learning_rate": "invscaling"},
    "early stopping, Generator, dropout": {
        "early_stopping": True, "dropout": 0.2, "random_state": np.random.default_rng(8),
    },
    "the best": {"restore_best": True, "learning_rate_init": 0.3},
    "AdamW": {"solver": gn.AdamW(0.02)},
    "NAdam": {"solver": gn.NAdam(0.02)},
    "RMSProp": {"solver": gn.RMSProp(0.02)},
    "steps": {"schedule": gn.StepDecay(every=7, factor=0.5)},
    "exponential, sgd": {**SGD, "schedule": gn.Exponential(0.99)},
    "clipped": {"max_grad_norm": 0.1},
    "an activation a layer": {"activation": ("gelu", gn.ELU(0.5))},
}  # fmt: skip


def as_it_is(estimator, folder):
    return estimator


def pickled(estimator, folder):
    return pickle.loads(pickle.dumps(estimator))


def copied(estimator, folder):
    return copy.deepcopy(estimator)


def dumped(estimator, folder):
    file = io.BytesIO()
    joblib.dump(estimator, file)
    file.seek(0)
    return joblib.load(file)


def mapped(estimator, folder):
    """A file in which every array of the estimator is a map of it, read only."""
    path = Path(folder) / "estimator.joblib"
    joblib.dump(estimator, path)
    loaded = joblib.load(path, mmap_mode="r")
    assert not loaded.theta_.flags.writeable
    return loaded


WAYS = [as_it_is, pickled, copied, dumped, mapped]


def build(kind, settings, **more):
    # each estimator has its own random numbers
    return kind(**copy.deepcopy({**SETTINGS, **settings}), **more)


def fit_for(estimator, n_epochs, X, y, **more):
    estimator.set_params(max_iter=n_epochs)
    quiet(estimator.fit, X, y, **more)
    assert estimator.n_iter_ == n_epochs
    return estimator


def state(estimator):
    """All that can be seen of where an estimator stands."""
    seen = {
        name: getattr(estimator, name)
        for name in (
            "theta_", "loss_", "best_loss_", "loss_curve_", "validation_scores_",
            "validation_loss_curve_", "best_validation_score_", "t_", "n_layers_", "n_outputs_",
        )
    }  # fmt: skip
    return seen | {"coefs_": parameters(estimator)}


def assert_same_state(one, other):
    __tracebackhide__ = True
    a, b = state(one), state(other)
    for name, value in a.items():
        assert (value is None) == (b[name] is None), name
        if value is not None:
            assert_same_bits(value, b[name])


OFTEN = ("sgd", "early stopping, Generator, dropout")  # in every way, and by classifiers
CONTINUED_BY = [
    (kind, name, way)
    for name in CONTINUED
    for kind in (BOTH if name in OFTEN else [R])
    for way in (WAYS if name in OFTEN else [as_it_is, mapped])
]


@pytest.mark.parametrize(("kind", "name", "way"), CONTINUED_BY)
def test_5_and_5_are_10(kind, name, way, tmp_path):
    X, y = example(kind)
    whole = fit_for(build(kind, CONTINUED[name]), 10, X, y)
    parts = fit_for(build(kind, CONTINUED[name], warm_start=True), 5, X, y)
    half = parameters(parts)
    parts = fit_for(way(parts, tmp_path), 5, X.copy(), y.copy())
    if "best" not in name and "early" not in name:
        assert np.abs(parameters(parts) - half).max() > 1e-4  # it went on
    assert_same_state(parts, whole)
    # and once more: the states are equal as well, not only what is seen of them
    whole = fit_for(whole.set_params(warm_start=True), 2, X, y)
    parts = fit_for(parts, 2, X, y)
    assert_same_state(parts, whole)


@pytest.mark.parametrize("kind", BOTH)
def test_the_early_stopping_above_shows_other_weights_than_the_last(kind):
    # or the tests above would not see whether training goes on from the last ones
    X, y = example(kind)
    whole = fit_for(build(kind, CONTINUED["early stopping"]), 10, X, y)
    assert np.argmax(whole.validation_scores_) < 9
    assert whole.best_validation_score_ == max(whole.validation_scores_)


@pytest.mark.parametrize(
    ("kind", "name", "way"), [one for one in CONTINUED_BY if "early" not in one[1]]
)
def test_partial_fit_epoch_by_epoch_is_fit(kind, name, way, tmp_path):
    X, y = example(kind)
    first = {"classes": [0, 1, 2]} if kind is C else {}
    whole = fit_for(build(kind, CONTINUED[name]), 4, X, y)
    parts = build(kind, CONTINUED[name], max_iter=4).partial_fit(X, y, **first)
    parts = way(parts.partial_fit(X, y), tmp_path)
    parts.partial_fit(X, y).partial_fit(X.copy(), y.copy())
    assert parts.n_iter_ == 1
    assert_same_state(parts, whole)


@pytest.mark.parametrize("kind", BOTH)
def test_a_schedule_of_a_known_length_with_partial_fit(kind):
    X, y = example(kind)
    first = {"classes": [0, 1, 2]} if kind is C else {}
    settings = {"schedule": gn.Cosine(warmup=3), "max_iter": 4}
    whole = fit_for(build(kind, settings), 4, X, y)
    parts = build(kind, settings)
    for _ in range(4):
        parts.partial_fit(X, y, **first)
    assert_same_state(parts, whole)
    parts.partial_fit(X, y)  # past its length it goes on


@pytest.mark.parametrize("kind", BOTH)
def test_fit_and_partial_fit_go_on_from_each_other(kind):
    X, y = example(kind)
    whole = fit_for(build(kind, {}), 7, X, y)
    parts = fit_for(build(kind, {}, warm_start=True), 3, X, y)
    parts.partial_fit(X, y).partial_fit(X, y)
    assert_same_state(fit_for(parts, 2, X, y), whole)


@pytest.mark.parametrize("kind", BOTH)
def test_iter_fit_that_is_left_goes_on(kind):
    X, y = example(kind)
    whole = fit_for(build(kind, {}), 7, X, y)
    parts = build(kind, {}, warm_start=True, max_iter=100)
    for epoch in parts.iter_fit(X, y):
        if epoch.number == 3:
            break
    assert parts.n_iter_ == 3
    assert_same_state(fit_for(parts, 4, X, y), whole)


def test_sparse_rows_and_labels_go_on():
    X, Y = labels()
    X, Y = sparse.csr_matrix(X), sparse.csr_matrix(Y)
    whole = fit_for(build(C, {"early_stopping": True}), 6, X, Y)
    parts = fit_for(build(C, {"early_stopping": True}, warm_start=True), 3, X, Y)
    assert_same_state(fit_for(pickled(parts, None), 3, X.copy(), Y.copy()), whole)


@pytest.mark.parametrize("kind", BOTH)
def test_validation_rows_of_the_caller_go_on(kind):
    X, y = example(kind)
    more = {"X_val": X[:40], "y_val": y[:40]}
    whole = fit_for(build(kind, {"early_stopping": True}), 6, X, y, **more)
    parts = fit_for(build(kind, {"early_stopping": True}, warm_start=True), 3, X, y, **more)
    assert_same_state(fit_for(parts, 3, X, y, **more), whole)


@pytest.mark.parametrize("kind", BOTH)
def test_float32_goes_on(kind):
    X, y = example(kind)
    X = X.astype(np.float32)
    whole = fit_for(build(kind, {}), 6, X, y)
    parts = fit_for(build(kind, {}, warm_start=True), 3, X, y)
    assert_same_state(fit_for(parts, 3, X, y), whole)
    assert parts.theta_.dtype == np.float32


def test_patience_is_counted_across_fits():
    X, y = example(R)
    settings = {"tol": 100.0, "n_iter_no_change": 6, "max_iter": 5}
    estimator = build(R, settings, warm_start=True)
    quiet(estimator.fit, X, y)
    estimator.fit(X, y)  # no warning: it converged
    assert estimator.n_iter_ == 3  # the first is an improvement, on infinity; 7 that are none
    estimator.fit(X, y)
    assert estimator.n_iter_ == 1


def test_without_warm_start_a_fit_is_a_first_fit():
    X, y = example(C)
    estimator = fit_for(build(C, {}), 5, X, y)
    once = state(estimator)
    fit_for(estimator, 3, X[:50], y[:50])
    again = state(fit_for(estimator, 5, X, y))
    assert_same_bits(again["theta_"], once["theta_"])
    assert again["loss_curve_"] == once["loss_curve_"]


@pytest.mark.parametrize("kind", BOTH)
def test_lbfgs_starts_from_the_last_weights(kind):
    X, y = example(kind)
    settings = {"solver": "lbfgs", "warm_start": True, "tol": 1e-9}
    estimator = fit_for(build(kind, settings), 5, X, y)
    loss = estimator.loss_
    for way in (pickled, copied, dumped):
        assert fit_for(way(estimator, None), 5, X, y).loss_ < loss


# Other rows


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("kind", BOTH)
def test_rows_of_another_number_or_content_start_a_fresh_order(kind, early_stopping):
    X, y = example(kind)
    settings = {"early_stopping": early_stopping, "warm_start": True}
    for rows in (X[:100], X[:149], X + 1):
        estimator = fit_for(build(kind, settings), 3, X, y)
        fit_for(estimator, 2, rows, y[: len(rows)])
        held = int(np.ceil(0.1 * len(rows))) if early_stopping else 0
        first = 150 - 15 if early_stopping else 150
        assert estimator.t_ == 3 * first + 2 * (len(rows) - held)
        assert len(estimator.loss_curve_) == 5


def test_a_fresh_order_counts_the_new_rows_from_the_first():
    # With a network that cannot move (no gradient: zero weights, zero targets, no penalty) only
    # the random numbers go on; then the order of the other rows is what a first fit would draw
    # from the same random numbers.
    X, y = example(R)
    other, y_other = X[::-1].copy(), y[::-1].copy()
    estimator = build(R, {"warm_start": True, "solver": "sgd", "momentum": 0.0})
    estimator.set_params(random_state=np.random.RandomState(3), learning_rate_init=1e-300)
    fit_for(estimator, 2, X, y)
    numbers = copy.deepcopy(estimator.random_state)
    start = parameters(estimator)
    estimator.set_params(learning_rate_init=0.1)
    fit_for(estimator, 1, other, y_other)

    fresh = build(R, {"warm_start": True, "solver": "sgd", "momentum": 0.0})
    fresh.set_params(random_state=np.random.RandomState(3), learning_rate_init=1e-300)
    fit_for(fresh, 1, other[:80], y_other[:80])
    fresh.set_params(learning_rate_init=0.1)
    np.testing.assert_array_equal(parameters(fresh), start)
    fresh._progress.state.rng.set_state(numbers.get_state())
    fit_for(fresh, 1, other, y_other)
    np.testing.assert_array_equal(parameters(estimator), parameters(fresh))


@pytest.mark.parametrize("kind", BOTH)
def test_partial_fit_on_a_stream_of_chunks(kind):
    X, y = example(kind)
    first = {"classes": [0, 1, 2]} if kind is C else {}
    ours, theirs = build(kind, {}), THEIRS[kind](**SETTINGS)
    for estimator in (ours, theirs):
        estimator.set_params(batch_size=50, shuffle=False)
        for start in (0, 50, 100, 0, 50):
            estimator.partial_fit(X[start : start + 50], y[start : start + 50], **first)
    assert ours.t_ == theirs.t_ == 250
    np.testing.assert_allclose(parameters(ours), parameters(theirs), rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize(("before", "after"), [(False, True), (True, False)])
@pytest.mark.parametrize("kind", BOTH)
def test_early_stopping_comes_and_goes(kind, before, after):
    X, y = example(kind)
    estimator = fit_for(build(kind, {"early_stopping": before}, warm_start=True), 3, X, y)
    fit_for(estimator.set_params(early_stopping=after), 3, X, y)
    assert len(estimator.loss_curve_) == 6
    assert len(estimator.validation_scores_) == 3
    assert estimator.t_ == 3 * 150 + 3 * 135
    assert np.isfinite(estimator.predict(X)).all()


# Other parameters


@pytest.mark.parametrize("solver", ["sgd", "adam", "object"])
def test_a_learning_rate_set_in_between_holds(solver):
    X, y = example(R)
    choice = {"object": gn.RMSProp(0.02)}.get(solver, solver)
    estimator = fit_for(build(R, {"solver": choice, "momentum": 0}, warm_start=True), 2, X, y)
    before = parameters(estimator)
    if solver == "object":
        estimator.set_params(solver=gn.RMSProp(1e-300))
    else:
        estimator.set_params(learning_rate_init=1e-300)
    fit_for(estimator, 2, X, y)
    np.testing.assert_array_equal(parameters(estimator), before)


@pytest.mark.parametrize("after", ["sgd", "lbfgs", gn.AdaGrad()])
@pytest.mark.parametrize("before", ["adam", "lbfgs", gn.NAdam()])
def test_the_solver_may_change(before, after):
    X, y = example(R)
    estimator = fit_for(build(R, {"solver": before}, warm_start=True), 4, X, y)
    start = parameters(estimator)
    quiet(estimator.set_params(solver=after, learning_rate_init=1e-4, tol=1e-9).fit, X, y)
    assert 0 < np.abs(parameters(estimator) - start).max() < 3
    quiet(estimator.set_params(solver=before).fit, X, y)


def test_another_shape_is_refused():
    X, y = example(R)
    estimator = fit_for(build(R, {}, warm_start=True), 2, X, y)
    with pytest.raises(gn.ParameterError, match="hidden_layer_sizes"):
        estimator.set_params(hidden_layer_sizes=(5,)).fit(X, y)


def test_another_shape_with_as_many_parameters_is_refused():
    # 1-2-3-1 and 1-3-2-1 both have 17
    X, y = example(R)
    estimator = build(R, {"hidden_layer_sizes": (2, 3)}, warm_start=True)
    fit_for(estimator, 2, X[:, :1], y)
    with pytest.raises(ValueError, match="hidden_layer_sizes"):
        quiet(estimator.set_params(hidden_layer_sizes=(3, 2)).fit, X[:, :1], y)


# Weights that the caller assigns


def wholly(estimator, values):
    estimator.coefs_ = values[:3]
    estimator.intercepts_ = values[3:]


def one_by_one(estimator, values):
    for i in range(3):
        estimator.coefs_[i] = values[i]
        estimator.intercepts_[i] = values[3 + i]


def in_place(estimator, values):
    for view, value in zip([*estimator.coefs_, *estimator.intercepts_], values, strict=True):
        view[...] = value


def by_slice(estimator, values):
    estimator.coefs_[:] = values[:3]
    estimator.intercepts_[0:3] = values[3:]


ASSIGNMENTS = [wholly, one_by_one, in_place, by_slice]


def drawn(estimator):
    rng = np.random.default_rng(9)
    return [rng.normal(size=a.shape) for a in [*estimator.coefs_, *estimator.intercepts_]]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("assign", ASSIGNMENTS, ids=lambda assign: assign.__name__)
def test_training_goes_on_from_assigned_weights(assign, way, tmp_path):
    if way is mapped and assign is not wholly:
        pytest.skip("the views of a read-only map are read only; below")
    kind = R
    X, y = example(kind)
    settings = {**SETTINGS, "solver": "sgd", "momentum": 0.0, "shuffle": False, "warm_start": True}
    ours = way(fit_for(kind(**settings), 3, X, y), tmp_path)
    theirs = THEIRS[kind](**settings, max_iter=3)
    quiet(theirs.fit, X, y)
    values = drawn(theirs)
    assign(ours, values)
    theirs.coefs_, theirs.intercepts_ = values[:3], values[3:]
    np.testing.assert_array_equal(parameters(ours), np.concatenate([v.ravel() for v in values]))
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-9)
    fit_for(ours, 2, X, y)
    quiet(theirs.set_params(max_iter=2).fit, X, y)
    np.testing.assert_allclose(parameters(ours), parameters(theirs), rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("assign", ASSIGNMENTS, ids=lambda assign: assign.__name__)
def test_also_where_the_best_weights_are_shown(assign, way, tmp_path):
    if way is mapped and assign is not wholly:
        pytest.skip("the views of a read-only map are read only; below")
    X, y = example(C)
    settings = {**CONTINUED["early stopping"], "solver": "sgd", "warm_start": True}
    estimator = way(fit_for(build(C, settings), 10, X, y), tmp_path)
    values = drawn(estimator)
    assign(estimator, values)
    estimator.set_params(solver="sgd", momentum=0.0, learning_rate_init=1e-300, max_iter=5)
    epochs = estimator.iter_fit(X, y)
    next(epochs)
    np.testing.assert_array_equal(
        parameters(estimator), np.concatenate([v.ravel() for v in values])
    )
    epochs.close()


@pytest.mark.parametrize("assign", [one_by_one, by_slice], ids=lambda assign: assign.__name__)
def test_entries_can_be_assigned_after_a_read_only_load(assign, tmp_path):
    X, y = example(R)
    estimator = mapped(fit_for(build(R, {}), 2, X, y), tmp_path)
    values = drawn(estimator)
    assign(estimator, values)
    np.testing.assert_array_equal(
        parameters(estimator), np.concatenate([v.ravel() for v in values])
    )


def test_the_best_weights_assigned_back_are_gone_on_from():
    X, y = example(C)
    settings = {**CONTINUED["early stopping"], "solver": "sgd", "warm_start": True}
    estimator = fit_for(build(C, settings), 20, X, y)
    assert np.argmax(estimator.validation_scores_) < 19
    shown = [W.copy() for W in estimator.coefs_], [b.copy() for b in estimator.intercepts_]
    estimator.coefs_, estimator.intercepts_ = shown
    best = parameters(estimator)
    estimator.set_params(momentum=0.0, learning_rate_init=1e-300, max_iter=5)
    epochs = estimator.iter_fit(X, y)
    next(epochs)
    np.testing.assert_array_equal(parameters(estimator), best)
    epochs.close()


def test_lbfgs_goes_on_from_assigned_weights():
    X, y = example(R)
    settings = {**SETTINGS, "solver": "lbfgs", "warm_start": True, "max_iter": 3}
    ours, theirs = R(**settings), THEIRS[R](**settings)
    for estimator in (ours, theirs):
        quiet(estimator.fit, X, y)
        values = drawn(estimator)
        estimator.coefs_, estimator.intercepts_ = values[:3], values[3:]
        quiet(estimator.fit, X, y)
    np.testing.assert_allclose(parameters(ours), parameters(theirs), rtol=1e-6)


def test_weights_assigned_between_two_epochs_are_trained():
    X, y = example(R)
    estimator = build(R, {"solver": "sgd", "momentum": 0.0, "learning_rate_init": 1e-300})
    estimator.set_params(max_iter=5)
    epochs = estimator.iter_fit(X, y)
    next(epochs)
    values = drawn(estimator)
    wholly(estimator, values)
    next(epochs)
    np.testing.assert_array_equal(
        parameters(estimator), np.concatenate([v.ravel() for v in values])
    )
    epochs.close()


@pytest.mark.parametrize("way", [pickled, copied, dumped], ids=lambda way: way.__name__)
def test_a_copy_shares_nothing(way):
    X, y = example(R)
    estimator = fit_for(build(R, {}, warm_start=True), 3, X, y)
    before = parameters(estimator)
    other = way(estimator, None)
    other.coefs_[0][...] = 7
    other.partial_fit(X, y)
    np.testing.assert_array_equal(parameters(estimator), before)
    assert other.coefs_[0].base is other.theta_ or other.coefs_[0].base is other.theta_.base


def test_weights_of_another_shape_are_refused_and_nothing_changes():
    X, y = example(R)
    estimator = fit_for(build(R, {}), 2, X, y)
    before = parameters(estimator)
    W = estimator.coefs_
    with pytest.raises(gn.ShapeError, match="shape"):
        estimator.coefs_[0] = W[0].T
    with pytest.raises(gn.ShapeError, match="2 arrays"):
        estimator.coefs_ = list(W[:2])
    with pytest.raises(gn.ShapeError, match="layer 2"):
        estimator.coefs_ = [np.zeros_like(W[0]), np.zeros_like(W[1]), np.zeros((4, 2))]
    np.testing.assert_array_equal(parameters(estimator), before)


@pytest.mark.parametrize("name", ["coefs_", "intercepts_"])
def test_there_are_no_weights_before_a_fit(name):
    assert not hasattr(R(), name)
    with pytest.raises(AttributeError, match=name):
        setattr(R(), name, [])
