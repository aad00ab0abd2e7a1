"""The estimators for tables: targets, validation rows, tiny and awkward tables, what is left."""

import logging
import pickle
import signal
import time
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.metrics import log_loss
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    GroupShuffleSplit,
    TimeSeriesSplit,
    cross_val_score,
)

import glassnet as gn
from glassnet.estimators.tables import ledger, members

SMALL = {"hidden_layer_sizes": (16,), "max_iter": 40, "random_state": 0, "engine": "numpy"}


def people(rng, n=200):
    """A table of every kind of column, and what depends on three of them."""
    age, income = rng.uniform(18, 80, n), rng.lognormal(10, 1, n)
    city = rng.choice(["Aachen", "Berlin", "Celle", "Dresden"], n).astype(object)
    shop = rng.choice([f"shop {i}" for i in range(12)], n).astype(object)
    member = rng.integers(0, 2, n).astype(bool)
    since = np.datetime64("2020-01-01") + rng.integers(0, 900, n).astype("timedelta64[D]")
    score = age / 20 + (city == "Berlin") * 2 - member + rng.normal(0, 0.2, n)
    city[::9], age[::7] = None, np.nan
    frame = pd.DataFrame({"age": age, "income": income, "city": city, "shop": shop,
                          "member": member, "since": since})  # fmt: skip
    return frame, score


def classifier(**settings):
    return gn.TabularClassifier(**{**SMALL, **settings})


def regressor(**settings):
    return gn.TabularRegressor(**{**SMALL, **settings})


# Targets ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "labels",
    [
        ["no", "yes"], [0, 1], [7, 3], [True, False], [1.0, 2.0], ["a", "b", "c"],
        pd.Categorical(["x", "y", "z"]), np.array(["p", "q"], dtype="U3"),
    ],
    ids=str,
)  # fmt: skip
def test_every_kind_of_label(labels, rng):
    X = rng.normal(size=(90, 2))
    y = np.asarray(labels)[np.digitize(X[:, 0], np.linspace(-0.7, 0.7, len(labels) + 1)[1:-1])]
    model = classifier(max_iter=150).fit(X, y)
    assert model.classes_.tolist() == sorted(set(y.tolist()))
    predicted = model.predict(X)
    assert predicted.dtype == model.classes_.dtype
    assert np.mean(predicted == y) > 0.8
    P = model.predict_proba(X)
    assert P.shape == (90, len(labels))
    assert P.sum(axis=1) == pytest.approx(np.ones(90), abs=1e-12)


@pytest.mark.parametrize(("a", "b"), [(1, 0), (1000, 5000), (1e-9, 0), (1e12, -1e15)])
def test_the_units_of_a_numeric_target_do_not_matter(a, b, rng):
    """scikit-learn's perceptron has R² -5.4 where y = 1000 y + 5000."""
    X = rng.uniform(-2, 2, size=(200, 3))
    y = a * (X[:, 0] + X[:, 1] ** 2) + b
    model = regressor(max_iter=80).fit(X, y)
    assert model.score(X, y) > 0.8  # 0.976 at least, of 120 draws
    assert y.min() <= model.predict(X * 100).min() <= model.predict(X * 100).max() <= y.max()


def test_rare_classes_and_classes_of_one_row(rng):
    X, y = rng.normal(size=(60, 2)), np.zeros(60, int)
    y[:3], y[3] = 1, 2
    model = classifier(max_iter=3).fit(X, y)
    assert model.predict_proba(X).shape == (60, 3)


@pytest.mark.parametrize("n_rows", [2, 3, 4, 5, 8, 20])
def test_tiny_tables(n_rows, rng):
    X, y = rng.normal(size=(n_rows, 2)), np.arange(n_rows) % 2
    assert classifier(max_iter=2).fit(X, y).predict(X).shape == (n_rows,)
    assert np.isfinite(regressor(max_iter=2).fit(X, X[:, 0]).predict(X)).all()


def test_a_constant_target_is_predicted(rng):
    X = rng.normal(size=(30, 2))
    assert (regressor(max_iter=2).fit(X, np.full(30, 7.5)).predict(X) == 7.5).all()


@pytest.mark.parametrize(
    ("estimator", "y", "words"),
    [
        (classifier, ["a"] * 20, "one class only"),
        (classifier, ["a", None] * 10, r"y is missing in 10 rows, the first of them row 1"),
        (regressor, ["a", "b"] * 10, "cannot be read as numbers"),
        (regressor, [1.0, np.nan] * 10, r"y is nan in row 1 \(NaN or infinity in 10 rows\)"),
        (regressor, [1e308, -1e308] * 10, r"variance is beyond float64"),
        (classifier, [0, 1] * 9, "inconsistent numbers of samples"),
        (classifier, None, "requires y to be passed"),
    ],
)
def test_targets_that_cannot_be_used(estimator, y, words, rng):
    with pytest.raises(ValueError, match=words):
        estimator().fit(rng.normal(size=(20, 2)), y)


# Tables -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow"])
def test_frames_of_every_kind_give_the_same_model(kind, rng):
    frame, score = people(rng)
    other = {"pandas": lambda: frame, "polars": lambda: pl.from_pandas(frame),
             "arrow": lambda: pl.from_pandas(frame).to_arrow()}[kind]()  # fmt: skip
    one, two = regressor(max_iter=5).fit(frame, score), regressor(max_iter=5).fit(other, score)
    assert np.array_equal(one.theta_, two.theta_)
    assert np.array_equal(one.predict(frame), two.predict(other))
    assert [column.kind for column in two.columns_] == [
        "number", "number", "category", "category", "boolean", "date",
    ]  # fmt: skip


def test_later_tables_with_gaps_new_levels_and_other_columns(rng):
    frame, score = people(rng)
    model = regressor().fit(frame, score)
    assert model.score(frame, score) > 0.6
    later = frame.head(5).copy()
    later["income"] = np.nan
    later["city"] = ["Ulm", None, "Berlin", "Ulm", "Ulm"]
    later["extra"] = 1
    with pytest.warns(gn.DataWarning, match="extra"):
        predicted = model.predict(later[later.columns[::-1]])
    assert np.isfinite(predicted).all()
    with pytest.raises(gn.DataError, match="age"):
        model.predict(frame.drop(columns="age"))


def test_dropped_columns_are_warned_about_and_do_not_matter(rng):
    frame, score = people(rng, 60)
    frame["name"] = [f"person {i}" for i in range(60)]
    with pytest.warns(gn.DataWarning, match="name"):
        model = regressor(max_iter=3).fit(frame, score)
    assert np.array_equal(model.predict(frame), model.predict(frame.assign(name="nobody")))


def test_lists_of_rows(rng):
    X = [[1.0, "a"], [2.0, "b"], [None, "a"], [4.0, "b"]] * 5
    model = classifier(max_iter=30).fit(X, [0, 1, 0, 1] * 5)
    assert model.predict(X).tolist() == [0, 1, 0, 1] * 5


# Validation rows ----------------------------------------------------------------------------------


def test_best_epoch_is_kept_and_ties_go_to_the_later(rng):
    X = rng.normal(size=(100, 2))
    y = (X[:, 0] > 0).astype(int)
    model = classifier(max_iter=30).fit(X[:60], y[:60], X_val=X[60:], y_val=y[60:])
    scores = model.validation_scores_[0]
    best = max(i for i, score in enumerate(scores) if score == min(scores)) + 1
    assert model.best_epoch_ == [best]
    assert model.best_score_ == min(scores) == pytest.approx(1 - model.score(X[60:], y[60:]))
    assert len(scores) == len(model.loss_curve_[0]) == model.n_iter_ == 30


@pytest.mark.parametrize("metric", ["error", "log_loss", "auc"])
def test_every_metric_of_classes_is_what_it_says(metric, rng):
    X = rng.normal(size=(100, 2))
    y = rng.choice(["a", "b"], 100)
    model = classifier(metric=metric, max_iter=4).fit(X[:60], y[:60], X_val=X[60:], y_val=y[60:])
    P, truth = model.predict_proba(X[60:]), y[60:]
    pairs = [(p, q) for p in P[truth == "b", 1] for q in P[truth == "a", 1]]
    expected = {
        "error": np.mean(np.where(P[:, 1] > 0.5, "b", "a") != truth),
        "log_loss": log_loss(truth, P),
        "auc": np.mean([(p > q) + (p == q) / 2 for p, q in pairs]),
    }[metric]
    assert model.best_score_ == pytest.approx(expected, rel=1e-5)
    better = max if metric == "auc" else min
    assert model.best_score_ == better(model.validation_scores_[0])
    smoothing = 0.1 if metric == "error" else 0.0
    assert model._network.loss_function == gn.CrossEntropy(smoothing)


def test_quantiles_lie_above_each_other(rng):
    X = rng.normal(size=(2000, 1))
    y = X[:, 0] + rng.exponential(1, 2000)
    low, high = (
        regressor(loss="quantile", quantile=q, batch_size=64).fit(X, y).predict(X)
        for q in (0.1, 0.9)
    )
    assert np.mean(y < low) == pytest.approx(0.1, abs=0.08)
    assert np.mean(y < high) == pytest.approx(0.9, abs=0.08)


def test_intervals_hold_the_part_they_promise(rng):
    X = rng.normal(size=(3000, 2))
    y = X[:, 0] + rng.normal(0, 0.5, 3000)
    train, check, fresh = slice(0, 500), slice(500, 2000), slice(2000, 3000)
    model = regressor(batch_size=64, max_iter=20)
    model.fit(X[train], y[train], X_val=X[check], y_val=y[check])
    for coverage in (0.5, 0.9):
        low, high = model.predict_interval(X[fresh], coverage).T
        inside = np.mean((low <= y[fresh]) & (y[fresh] <= high))
        assert inside == pytest.approx(coverage, abs=0.1)  # 5 standard errors
    # by hand: the 9th smallest of 10 residuals 0 .. 9 for ceil(11 * 0.8)
    model.validation_targets_ = model.validation_predictions_[:10, 0] + np.arange(10)[::-1]
    model.validation_predictions_ = model.validation_predictions_[:10]
    low, high = model.predict_interval(X[:3], 0.8).T
    assert high - low == pytest.approx([16] * 3)
    assert np.isinf(model.predict_interval(X[:1], 0.99)).all()
    with pytest.raises(gn.ParameterError, match="coverage is 90; expected a number in"):
        model.predict_interval(X, 90)
    with pytest.raises(gn.ParameterError, match="predict_interval needs the residuals"):
        regressor(max_iter=1, validation_fraction=0.0).fit(X, y).predict_interval(X)


def test_rows_set_aside_keep_the_shares_of_the_classes(rng):
    X, y = rng.normal(size=(100, 1)), np.repeat([0, 1], [90, 10])
    model = classifier(max_iter=1).fit(X, y)
    assert np.bincount(model.validation_targets_).tolist() == [18, 2]
    assert model.n_rows_ == 80
    assert len(model.validation_scores_[0]) == 1


def test_validation_rows_of_unknown_classes_are_refused(rng):
    X = rng.normal(size=(20, 1))
    with pytest.raises(gn.LabelError, match=r"y_val has the classes \[5\], which y has not"):
        classifier().fit(X, [0, 1] * 10, X_val=X, y_val=[5] * 20)
    with pytest.raises(gn.ParameterError, match="X_val and y_val go together"):
        classifier().fit(X, [0, 1] * 10, X_val=X)


def test_groups_stay_together_and_time_goes_on(rng):
    X, y = rng.normal(size=(60, 1)), rng.normal(size=60)
    groups = np.repeat(np.arange(12), 5)
    split = GroupShuffleSplit(1, test_size=0.25, random_state=0)
    model = regressor(validation_split=split, max_iter=1).fit(X, y, groups=groups)
    aside = np.flatnonzero(np.isin(y, model.validation_targets_))
    assert len(np.unique(groups[aside])) * 5 == len(aside) == 15
    model = regressor(validation_split=TimeSeriesSplit(4), max_iter=1).fit(X, y)
    assert model.validation_targets_.tolist() == y[48:].tolist()
    with pytest.raises(gn.ParameterError, match="groups are for validation_split, which is None"):
        regressor().fit(X, y, groups=groups)


@pytest.mark.parametrize("make", [classifier, regressor])
@pytest.mark.parametrize("with_rows", [False, True])
def test_refit_trains_on_all_rows_for_the_best_number_of_epochs(make, with_rows, rng, monkeypatch):
    X = rng.normal(size=(60, 2))
    y = (X[:, 0] > 0).astype(int)
    rows = {"X_val": X[40:], "y_val": y[40:]} if with_rows else {}
    first = 40 if with_rows else 60
    seen, train = [], members.train

    def watched(*args, **named):
        for epoch in train(*args, **named):
            seen.append((len(named["rows"]), epoch.number))
            yield epoch

    monkeypatch.setattr(members, "train", watched)
    model = make(refit=True, max_iter=8, batch_size=8).fit(X[:first], y[:first], **rows)
    assert [n for _, n in seen] == [*range(1, 9), *range(1, model.best_epoch_[0] + 1)]
    assert {n for n, _ in seen[8:]} == {60}
    assert len(model.validation_scores_[0]) == 8


def test_importances_find_the_columns_that_matter(rng):
    frame, score = people(rng, 400)
    model = regressor(max_iter=60, batch_size=32).fit(frame, score)
    importance = dict(zip(frame.columns, model.feature_importances_, strict=True))
    assert sum(importance.values()) == pytest.approx(1)
    assert min(importance.values()) >= 0
    assert importance["age"] > 3 * importance["income"]
    assert importance["city"] > 3 * importance["shop"]


def test_what_is_kept_of_the_validation_rows(rng):
    frame, score = people(rng, 50)
    y = np.where(score > np.median(score), "high", "low")
    model = classifier(max_iter=3).fit(frame[:40], y[:40], X_val=frame[40:], y_val=y[40:])
    assert model.validation_targets_.tolist() == [["high", "low"].index(one) for one in y[40:]]
    assert model.validation_predictions_ == pytest.approx(model.predict_proba(frame[40:]), abs=1e-5)
    without = classifier(max_iter=3, validation_fraction=0.0).fit(frame, y)
    assert without.validation_predictions_ is None
    assert without.best_epoch_ == [3]


# Weights ------------------------------------------------------------------------------------------


def test_rows_of_weight_0_do_not_count(rng):
    X, y = rng.normal(size=(40, 2)), np.arange(40) % 2
    w = np.where(np.arange(40) < 30, 1.0, 0.0)
    X[35] = 1e9
    one = classifier(max_iter=5, validation_fraction=0.0).fit(X, y, sample_weight=w)
    two = classifier(max_iter=5, validation_fraction=0.0).fit(X[:30], y[:30])
    assert one.predict_proba(X) == pytest.approx(two.predict_proba(X), abs=1e-4)
    with pytest.raises(ValueError, match=r"(?i)sample.weight.*zero"):
        classifier().fit(X, y, sample_weight=np.zeros(40))


def test_class_weight_moves_the_border(rng):
    X = rng.normal(size=(400, 1))
    y = (X[:, 0] + rng.normal(0, 1, 400) > 1.5).astype(int)
    plain, balanced = (classifier(class_weight=weight).fit(X, y) for weight in (None, "balanced"))
    assert balanced.predict(X).mean() > plain.predict(X).mean() + 0.1


# What else scikit-learn's users do ----------------------------------------------------------------


def test_search_cross_validation_and_inspection_on_raw_frames(rng):
    frame, score = people(rng, 120)
    y = np.where(score > np.median(score), "high", "low")
    search = GridSearchCV(
        classifier(max_iter=40, batch_size=16), {"dropout": [0.0, 0.2]}, cv=2
    ).fit(frame, y)
    assert search.best_score_ > 0.6
    assert cross_val_score(regressor(max_iter=5), frame, score, cv=2).shape == (2,)
    model = search.best_estimator_
    found = permutation_importance(model, frame, y, n_repeats=2, random_state=0)
    importance = dict(zip(frame.columns, found.importances_mean, strict=True))
    assert max(importance["age"], importance["city"]) > 2 * importance["income"]
    curve = partial_dependence(model, frame, ["age"], grid_resolution=5)
    assert curve["average"].shape == (1, 5)


def test_clone_and_pickle(rng):
    frame, score = people(rng, 50)
    model = regressor(max_iter=3, n_ensemble=2).fit(frame, score)
    assert clone(model).get_params() == model.get_params()
    with pytest.raises(NotFittedError):
        clone(model).predict(frame)
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(again.predict(frame), model.predict(frame))


def test_the_same_seed_twice_and_another(rng):
    frame, score = people(rng, 50)
    one, two = (regressor(max_iter=3).fit(frame, score).predict(frame) for _ in range(2))
    other = regressor(max_iter=3, random_state=1).fit(frame, score).predict(frame)
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("make", [classifier, regressor])
def test_an_ensemble_predicts_the_mean_of_its_networks(make, rng):
    X = rng.normal(size=(60, 2))
    y = (X[:, 0] > 0).astype(int)
    model = make(n_ensemble=3, max_iter=5).fit(X, y)
    assert model.theta_.shape[0] == len(model.best_epoch_) == len(model.loss_curve_) == 3
    outputs, thetas = [], model.theta_
    for i in range(3):
        model.theta_ = thetas[i : i + 1]
        outputs.append(model._outputs(X))
    model.theta_ = thetas
    assert model._outputs(X) == pytest.approx(np.mean(outputs, axis=0), rel=1e-12)
    assert not np.allclose(outputs[0], outputs[1])


def test_bags_validate_each_row_by_networks_that_have_not_seen_it(rng):
    X, y = rng.normal(size=(60, 2)), rng.normal(size=60)
    model = regressor(n_bags=5, n_ensemble=2, max_iter=5).fit(X, y)
    assert model.theta_.shape[0] == len(model.best_epoch_) == 10
    assert model.n_rows_ == 60
    rows = [int(np.flatnonzero(y == one)[0]) for one in model.validation_targets_]
    assert sorted(rows) == list(range(60))
    whole = model.predict(X)
    thetas = model.theta_
    for bag in range(5):
        model.theta_, own = thetas[2 * bag : 2 * bag + 2], slice(12 * bag, 12 * bag + 12)
        given = model.validation_predictions_[own, 0]
        assert given == pytest.approx(model.predict(X[rows[own]]), abs=1e-4)
        whole -= model.predict(X) / 5
    assert np.abs(whole).max() < 1e-6


def test_bags_keep_the_shares_of_the_classes(rng):
    X, y = rng.normal(size=(60, 1)), np.repeat(["a", "b", "c"], [39, 20, 1])
    model = classifier(n_bags=5, max_iter=1).fit(X, y)
    counts = [np.bincount(model.validation_targets_[12 * bag :][:12], minlength=3)
              for bag in range(5)]  # fmt: skip
    assert np.sum(counts, axis=0).tolist() == [39, 20, 1]
    assert {tuple(one[:2]) for one in counts} <= {(8, 4), (7, 4), (8, 3)}


def test_bags_are_the_splits_of_a_splitter(rng):
    X, y = rng.normal(size=(40, 1)), rng.normal(size=40)
    groups = np.repeat(np.arange(8), 5)
    model = regressor(validation_split=GroupKFold(4), n_bags=4, max_iter=2)
    model.fit(X, y, groups=groups)
    assert len(model.validation_targets_) == 40
    for bag, (_, aside) in enumerate(GroupKFold(4).split(X, y, groups)):
        own = model.validation_targets_[10 * bag : 10 * bag + 10]
        assert own == pytest.approx(y[np.sort(aside)])
    few = regressor(validation_split=GroupKFold(4), n_bags=5, max_iter=2)
    with pytest.raises(
        gn.ParameterError, match="gives 4 splits, and n_bags is 5; expected as many"
    ):
        few.fit(X, y, groups=groups)


@pytest.mark.parametrize(
    ("settings", "rows", "words"),
    [
        ({"refit": True}, {}, "n_bags is 2 and refit is True: with bags"),
        ({}, {"X_val": [[1.0]], "y_val": [1.0]}, "n_bags is 2, which sets rows of X aside"),
    ],
)
def test_bags_and_what_they_exclude(settings, rows, words, rng):
    X, y = rng.normal(size=(40, 1)), rng.normal(size=40)
    with pytest.raises(gn.ParameterError, match=words):
        regressor(n_bags=2, **settings).fit(X, y, **rows)


@pytest.mark.parametrize("end", ["time", "user"])
def test_a_network_that_was_hardly_trained_does_not_spoil_the_mean(end, rng, monkeypatch):
    """In the second of three networks, after its first epoch (time) or within it (user)."""
    X, y = rng.normal(size=(60, 2)), rng.normal(size=60)
    trained, train = [], ledger.train_member

    def cut_short(job, *args, **named):
        if not trained:
            trained.append(train(job, *args, **named))
            return trained[0]
        if end == "user":
            raise KeyboardInterrupt
        return train(members.replace(job, deadline=time.monotonic()), *args, **named)

    monkeypatch.setattr(ledger, "train_member", cut_short)
    model = regressor(n_bags=3, max_iter=4)
    with pytest.warns(ConvergenceWarning, match="in network 2 of 3; those before it are kept"):
        model.fit(X, y)
    assert model.theta_.shape[0] == len(model.best_epoch_) == 1
    assert np.array_equal(model.theta_[0], trained[0].theta)
    assert model.n_rows_ == 40
    assert len(model.validation_targets_) == 20


def test_a_metric_without_a_value_keeps_the_last_epoch(rng):
    """The area under the curve of validation rows that are all of one class."""
    X, y = rng.normal(size=(20, 2)), np.arange(20) % 2
    model = classifier(metric="auc", max_iter=7).fit(X, y, X_val=X[::2], y_val=y[::2])
    assert np.isnan(model.validation_scores_[0]).all()
    assert model.best_epoch_ == [7]


def test_rows_to_validate_on_need_weight(rng):
    X, y = rng.normal(size=(40, 2)), np.append(np.arange(20) % 2, np.zeros(20, int))
    model = classifier(class_weight={0: 0, 1: 1}, validation_split=TimeSeriesSplit(3))
    with pytest.raises(gn.DataError, match="weights of all rows to validate on are 0"):
        model.fit(X, y)


@pytest.mark.parametrize(("make", "n", "words"), [
    (classifier, 3, "n_bags is 3, and there are 2 rows of the largest class"),
    (regressor, 7, "n_bags is 7, and there are 6 rows"),
])  # fmt: skip
def test_more_bags_than_rows(make, n, words, rng):
    X, y = rng.normal(size=(6, 1)), np.arange(6) % 3
    with pytest.raises(gn.ParameterError, match=words):
        make(n_bags=n).fit(X, y)


def test_a_row_is_predicted_the_same_alone_and_among_others(rng):
    frame, score = people(rng, 80)
    model = regressor(max_iter=5).fit(frame, score)
    together = model.predict(frame)
    alone = np.concatenate([model.predict(frame.iloc[[i]]) for i in range(20)])
    assert alone == pytest.approx(together[:20], rel=1e-12)


# Interrupts, time, failures -----------------------------------------------------------------------


def test_a_failed_fit_leaves_the_estimator_as_it_was(rng):
    X, y = rng.normal(size=(30, 2)), rng.normal(size=30)
    model = regressor(max_iter=2).fit(X, y)
    before = model.predict(X)
    with pytest.raises(gn.DataError):
        model.fit(pd.DataFrame({"a": ["x"] * 30}), y)
    assert np.array_equal(model.predict(X), before)
    assert model.n_features_in_ == 2


def test_time_runs_out(rng):
    X, y = rng.normal(size=(200, 2)), rng.normal(size=200)
    began = time.monotonic()
    with pytest.warns(ConvergenceWarning, match=r"max_time is over after \d+ of 1000000 epochs"):
        model = regressor(max_iter=10**6, max_time=0.2).fit(X, y)
    assert time.monotonic() - began < 30
    assert 1 <= model.n_iter_ < 10**6
    assert np.isfinite(model.predict(X)).all()


def test_an_interrupt_keeps_the_best_epoch(rng):
    X, y = rng.normal(size=(200, 2)), rng.normal(size=200)

    class Stop(logging.Handler):
        def emit(self, record):
            if record.getMessage().startswith("epoch 3/"):
                signal.raise_signal(signal.SIGINT)

    logger, handler = logging.getLogger("glassnet"), Stop()
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.DEBUG)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may ignore it
    try:
        with pytest.warns(UserWarning, match="interrupted by user after 3 of 1000000 epochs"):
            model = regressor(max_iter=10**6).fit(X, y)
    finally:
        signal.signal(signal.SIGINT, before)
        logger.removeHandler(handler)
        logger.setLevel(level)
    assert model.n_iter_ == 3
    assert np.isfinite(model.predict(X)).all()


def test_verbose_says_what_is_going_on(rng, capsys):
    X, y = rng.normal(size=(50, 2)), rng.normal(size=50)
    regressor(max_iter=2, verbose=True).fit(X, y)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    for word in ("epoch 2/2", "loss", "rmse", "best", "rows/s", "s left"):
        assert word in lines[1]


def test_no_warning_on_an_ordinary_table(rng):
    frame, score = people(rng)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        regressor(max_iter=2).fit(frame, score).predict(frame)


def test_a_refit_that_time_ends_is_not_used(rng, monkeypatch):
    """A network of one epoch must not take the place of one that was trained to its best."""
    X, y = rng.normal(size=(60, 2)), rng.normal(size=60)
    first = regressor(max_iter=6, batch_size=8).fit(X, y)
    train = ledger.train_member

    def out_of_time(job, own, stop_after=None):
        member = train(job, own, stop_after)
        if stop_after is not None:
            member.theta[:], member.stopped = 0, "time"
        return member

    monkeypatch.setattr(ledger, "train_member", out_of_time)
    with pytest.warns(ConvergenceWarning, match="refit did not come to its end"):
        again = regressor(max_iter=6, batch_size=8, refit=True).fit(X, y)
    assert np.array_equal(again.theta_, first.theta_)
    assert again.n_rows_ == first.n_rows_ == 48


def test_groups_go_with_the_rows_whose_weight_is_0(rng):
    X, y = rng.normal(size=(60, 1)), rng.normal(size=60)
    groups, w = np.repeat(np.arange(12), 5), np.tile([0.0, 1, 1, 1, 1], 12)
    split = GroupShuffleSplit(1, test_size=0.25, random_state=0)
    model = regressor(validation_split=split, max_iter=1)
    model.fit(X, y, sample_weight=w, groups=groups)
    assert model.n_rows_ == 36
    assert len(model.validation_targets_) == 12
