"""Among scikit-learn's tools: copies, pipelines, searches, routed metadata, callbacks."""

import copy
import io
import pickle
import re

import joblib
import numpy as np
import pytest
import sklearn
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

import glassnet as gn
from estimators.examples import (
    BOTH,
    assert_same_bits,
    example,
    flowers,
    numbers,
    parameters,
    quiet,
    sizes_and_colors,
    two_classes,
)

C, R = BOTH
IGNORED = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
SETTINGS = {
    "plain": {},
    "early stopping": {"early_stopping": True, "scoring": "neg_mean_squared_error"},
    "sgd": {"solver": "sgd", "learning_rate": "adaptive"},
    "lbfgs": {"solver": "lbfgs"},
    "objects": {
        "solver": gn.AdamW(), "activation": (gn.ELU(), "mish"), "schedule": gn.OneCycle(),
        "init": (gn.He(), gn.Zeros()), "dropout": (0.1, 0.2),
    },
    "Generator": {"random_state": np.random.default_rng(0)},
}  # fmt: skip


def written(estimator):
    """Its representation, but for the address that a Generator's has."""
    return re.sub("0x[0-9A-F]+", "", repr(estimator))


def by_joblib(estimator):
    file = io.BytesIO()
    joblib.dump(estimator, file, compress=3)
    file.seek(0)
    return joblib.load(file)


COPIES = {"pickle": lambda est: pickle.loads(pickle.dumps(est)), "joblib": by_joblib,
          "copy": copy.deepcopy}  # fmt: skip


@pytest.mark.parametrize("way", COPIES)
@pytest.mark.parametrize("name", SETTINGS)
def test_a_copy_predicts_the_same(name, way):
    X, y = numbers()
    estimator = R((6, 4), max_iter=4, **copy.deepcopy(SETTINGS[name]))
    quiet(estimator.fit, X, y)
    other = COPIES[way](estimator)
    assert_same_bits(other.predict(X), estimator.predict(X))
    assert_same_bits(parameters(other), parameters(estimator))
    assert other.loss_curve_ == estimator.loss_curve_
    assert written(other) == written(estimator)


@pytest.mark.parametrize("way", COPIES)
def test_a_copy_of_several_targets(way):
    X, Y = sizes_and_colors()
    estimator = quiet(C((4,), max_iter=2).fit, X, Y)
    other = COPIES[way](estimator)
    np.testing.assert_array_equal(other.predict(X), estimator.predict(X))


def test_a_copy_between_two_epochs():
    X, y = numbers()
    estimator = R((4,), max_iter=50, random_state=0, early_stopping=True)
    for epoch in estimator.iter_fit(X, y):
        other = pickle.loads(pickle.dumps(estimator))
        assert_same_bits(other.predict(X), estimator.predict(X))
        if epoch.number == 2:
            break


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("kind", BOTH)
def test_a_clone_has_the_parameters_and_no_fit(kind, name):
    X, y = example(kind)
    settings = copy.deepcopy(SETTINGS[name]) | {"scoring": None}
    estimator = quiet(kind((6, 4), max_iter=2, **settings).fit, X, y)
    other = clone(estimator)
    assert not [name for name in vars(other) if name.endswith("_")]
    assert written(other) == written(kind((6, 4), max_iter=2, **settings))
    quiet(other.fit, X, y)


def test_they_say_what_they_are():
    assert is_classifier(C())
    assert is_regressor(R())
    assert "hidden_layer_sizes=(3,)" in repr(C((3,)))


@IGNORED
def test_in_a_pipeline():
    X, y = flowers()
    pipe = make_pipeline(
        StandardScaler(), C((8,), max_iter=40, random_state=0, learning_rate_init=0.02)
    )
    assert pipe.fit(X * 50 + 3, y).score(X * 50 + 3, y) > 0.9
    assert pipe.predict_proba(X).shape == (150, 3)
    assert pipe[-1].coefs_[0].shape == (4, 8)
    pipe.fit(
        X,
        y,
        mlpclassifier__sample_weight=np.ones(150),
        mlpclassifier__X_val=X,
        mlpclassifier__y_val=y,
    )
    assert pipe[-1].validation_scores_


@IGNORED
def test_in_a_grid_search():
    X, y = flowers()
    grid = {
        "hidden_layer_sizes": [(3,), ()], "activation": ["tanh", gn.ELU()],
        "solver": ["lbfgs", gn.AdamW(0.01)],
    }  # fmt: skip
    search = GridSearchCV(C(max_iter=15, random_state=0), grid, cv=2, scoring="neg_log_loss")
    search.fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.predict(X).shape == (150,)


@IGNORED
def test_across_processes():
    X, y = flowers()
    estimator = C((5,), max_iter=10, random_state=0, solver=gn.NAdam(), class_weight="balanced")
    in_one = cross_val_score(estimator, X, y, cv=3)
    in_two = cross_val_score(estimator, X, y, cv=3, n_jobs=2)
    np.testing.assert_array_equal(in_one, in_two)


def test_errors_cross_processes():
    X, y = numbers()
    with pytest.raises(gn.DivergenceError) as info:
        R((3,), solver="sgd", learning_rate_init=1e300).fit(X, y)
    error = pickle.loads(pickle.dumps(info.value))
    assert str(error) == str(info.value)
    assert_same_bits(error.theta, info.value.theta)


@IGNORED
def test_in_other_tools():
    X, y = two_classes()
    calibrated = CalibratedClassifierCV(C((3,), max_iter=5, random_state=0), cv=2).fit(X, y)
    assert calibrated.predict_proba(X).shape == (100, 2)
    X, y = numbers()
    several = MultiOutputRegressor(R((3,), max_iter=2)).fit(X, np.column_stack([y, y]))
    assert several.predict(X).shape == (150, 2)


# Metadata


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


@IGNORED
def test_weights_and_validation_rows_are_routed(routing):
    X, y = flowers()
    w = np.linspace(0, 2, 150)
    made = {"hidden_layer_sizes": (4,), "max_iter": 3, "random_state": 0}
    network = C(**made).set_fit_request(sample_weight=True, X_val=True, y_val=True)
    scaler = StandardScaler().set_fit_request(sample_weight=False)
    pipe = Pipeline([("scale", scaler), ("network", network)], transform_input=["X_val"])
    pipe.fit(X * 9, y, sample_weight=w, X_val=X[:50] * 9, y_val=y[:50])
    scaled = StandardScaler().fit_transform(X * 9)
    alone = C(**made).fit(scaled, y, sample_weight=w, X_val=scaled[:50], y_val=y[:50])
    np.testing.assert_allclose(parameters(pipe[-1]), parameters(alone), rtol=1e-6)
    assert pipe[-1].validation_scores_ == alone.validation_scores_
    np.testing.assert_allclose(pipe[-1].validation_loss_curve_, alone.validation_loss_curve_)


@IGNORED
def test_weights_are_routed_through_a_search(routing):
    X, y = flowers()
    w = np.linspace(0, 2, 150)
    estimator = C((3,), max_iter=2, random_state=0).set_fit_request(sample_weight=True)
    estimator.set_score_request(sample_weight=True)
    search = GridSearchCV(estimator, {"alpha": [0.1]}, cv=2).fit(X, y, sample_weight=w)
    alone = C((3,), max_iter=2, random_state=0, alpha=0.1).fit(X, y, sample_weight=w)
    assert_same_bits(parameters(search.best_estimator_), parameters(alone))


@pytest.mark.parametrize("kind", BOTH)
def test_what_can_be_requested(kind, routing):
    fit = kind().get_metadata_routing().fit.requests
    assert set(fit) == {"sample_weight", "X_val", "y_val", "checkpoint", "checkpoint_every"}
    assert "sample_weight" in kind().get_metadata_routing().partial_fit.requests
    assert "sample_weight" in kind().get_metadata_routing().score.requests


def test_early_stopping_with_a_scorer_where_metadata_is_routed(routing):
    X, y = flowers()
    estimator = C((3,), max_iter=2, early_stopping=True, scoring="accuracy")
    quiet(estimator.fit, X, y, sample_weight=np.ones(150))
    assert len(estimator.validation_scores_) == 2


# Callbacks


class Recorder:
    """Writes down what it is told, and stops at an epoch if it is to."""

    def __init__(self, stop_after=None):
        self.stop_after = stop_after
        self.heard = []
        self.estimators = []

    def setup(self, estimator, context):
        self.heard.append("setup")
        self.max_subtasks = context.max_subtasks

    def teardown(self, estimator, context):
        self.heard.append("teardown")

    def on_fit_task_begin(self, estimator, context, *, X=None, y=None, metadata=None):
        self.heard.append("begin" if context.parent is None else f"begin {context.task_id}")
        self.data = X, y, metadata

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        if context.parent is None:
            self.heard.append("end")
            return None
        self.heard.append(f"end {context.task_id}")
        self.estimators.append(fitted_estimator)
        return context.task_id + 1 == self.stop_after


@pytest.fixture
def callback():
    """scikit-learn's module of callbacks, where it has one."""
    return pytest.importorskip("sklearn.callback")


@pytest.mark.parametrize("solver", ["sgd", "adam", gn.Adam()], ids=str)
@pytest.mark.parametrize("kind", BOTH)
def test_callbacks_hear_of_every_epoch(kind, solver, callback):
    X, y = example(kind)
    w = np.ones(150)
    recorder = Recorder()
    estimator = kind((4,), max_iter=3, solver=solver, random_state=0).set_callbacks(recorder)
    quiet(estimator.fit, X, y, sample_weight=w)
    assert recorder.heard == [
        "setup", "begin", "begin 0", "end 0", "begin 1", "end 1", "begin 2", "end 2", "end",
        "teardown",
    ]  # fmt: skip
    assert recorder.max_subtasks == 3
    assert recorder.data[0] is X
    assert recorder.data[1] is y
    assert_same_bits(recorder.data[2]["sample_weight"], w)
    alone = kind((4,), max_iter=3, solver=solver, random_state=0)
    with pytest.warns(ConvergenceWarning):  # noqa: PT031 - the loop trains
        for one, _ in zip(recorder.estimators, alone.iter_fit(X, y, sample_weight=w), strict=True):
            assert type(one) is kind
            assert_same_bits(one.predict(X), alone.predict(X))


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("kind", BOTH)
def test_a_callback_stops_the_fit(kind, solver, early_stopping, callback):
    X, y = example(kind)
    recorder = Recorder(stop_after=2)
    estimator = kind(
        (4,), max_iter=50, solver=solver, early_stopping=early_stopping, random_state=0
    )
    estimator.set_callbacks(recorder).fit(X, y)  # without a warning
    assert estimator.n_iter_ == 2
    assert recorder.heard[-2:] == ["end", "teardown"]
    assert recorder.heard.count("end 1") == 1
    assert "begin 2" not in recorder.heard
    assert estimator.predict(X).shape == (150,)


def test_callbacks_are_torn_down_after_errors(callback):
    X, y = numbers()
    recorder = Recorder()
    with pytest.raises(gn.DivergenceError):
        R(solver="sgd", learning_rate_init=1e300).set_callbacks(recorder).fit(X, y)
    assert recorder.heard[0] == "setup"
    assert recorder.heard[-1] == "teardown"
    recorder = Recorder()
    for _ in R(random_state=0).set_callbacks(recorder).iter_fit(X, y):
        break
    assert recorder.heard == ["setup", "begin", "begin 0", "end 0", "end", "teardown"]


def test_callbacks_hear_of_partial_fit(callback):
    X, y = numbers()
    recorder = Recorder()
    R((3,), random_state=0).set_callbacks(recorder).partial_fit(X, y)
    assert recorder.heard == ["setup", "begin", "begin 0", "end 0", "end", "teardown"]


@IGNORED
def test_the_monitor_of_scores(callback):
    X, y = flowers()
    monitor = callback.ScoringMonitor(scoring=["accuracy", "neg_log_loss"])
    estimator = C((4,), max_iter=4, random_state=0, learning_rate_init=0.05)
    estimator.set_callbacks(monitor).fit(X, y)
    logs = monitor.get_logs()
    (log,) = logs if isinstance(logs, list) else [logs]
    rows = [row for row in log.data if row["task_name"] == "epoch"]
    assert len(rows) == 4
    assert rows[-1]["accuracy"] == estimator.score(X, y)
    assert rows[0]["neg_log_loss"] < rows[-1]["neg_log_loss"]


@IGNORED
def test_the_progress_bar(callback, capsys):
    pytest.importorskip("rich")
    X, y = flowers()
    for estimator in (C((4,), max_iter=3), C((4,), max_iter=3, solver="lbfgs")):
        estimator.set_callbacks(callback.ProgressBar()).fit(X, y)
    assert "MLPClassifier" in capsys.readouterr().out


@IGNORED
def test_callbacks_come_down_from_a_pipeline(callback):
    X, y = flowers()

    class Passed(Recorder):
        max_propagation_depth = None

    recorder = Passed()
    pipe = make_pipeline(C((4,), max_iter=2, random_state=0))
    if not hasattr(pipe, "set_callbacks"):
        pytest.skip("this scikit-learn's pipelines have no callbacks")
    pipe.set_callbacks(recorder).fit(X, y)
    assert len(recorder.estimators) >= 2
    assert not hasattr(pipe[-1], "_skl_callbacks")


def test_a_fit_with_callbacks_is_the_same_fit(callback):
    X, y = flowers()
    for solver in ("adam", "lbfgs"):
        plain = quiet(C((4,), max_iter=4, random_state=0, solver=solver).fit, X, y)
        heard = C((4,), max_iter=4, random_state=0, solver=solver).set_callbacks(Recorder())
        assert_same_bits(parameters(quiet(heard.fit, X, y)), parameters(plain))


@pytest.mark.parametrize("kind", BOTH)
def test_without_callbacks_nothing_of_them_stays(kind):
    X, y = example(kind)
    estimator = quiet(kind((3,), max_iter=1).fit, X, y)
    assert not [name for name in vars(estimator) if "callback" in name]
