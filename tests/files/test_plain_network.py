"""A plain perceptron on a table: what --model mlp trains, as a file."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

import glassnet as gn
from files import naive_reader
from files.examples import table
from glassnet.estimators.tables import plain
from glassnet.estimators.tables.plain import train_plain
from glassnet.estimators.tables.splits import split_at_random
from glassnet.files.model_file import write_record
from tolerances import ANOTHER_READER, EPS

pytestmark = pytest.mark.filterwarnings("ignore::glassnet.DataWarning")

TARGETS = {
    "two classes": ("error", lambda rng, n: rng.choice(["no", "yes"], n).astype(object)),
    "four classes": ("log_loss", lambda rng, n: rng.integers(3, 7, n)),
    "area under the curve": ("auc", lambda rng, n: rng.random(n) < 0.3),
    "numbers": ("rmse", lambda rng, n: 1e6 + 1e3 * rng.normal(size=n)),
    "absolute": ("mae", lambda rng, n: rng.normal(size=n)),
}


def trained(rng, metric, y, X, w=None, n_epochs=6, seen=None):
    seen = [] if seen is None else seen
    return train_plain(
        X, y, w, metric=metric, n_epochs=n_epochs, max_time=None, seed=int(rng.integers(99)),
        watch=lambda epoch, course: seen.append((epoch.number, list(course.scores))),
    )  # fmt: skip


@pytest.mark.parametrize(("metric", "make"), TARGETS.values(), ids=TARGETS)
def test_a_file_of_it_predicts_as_a_reader_written_from_the_page(metric, make, rng, tmp_path):
    X = table(rng).drop(columns=["date", "huge"])
    record = trained(rng, metric, make(rng, len(X)), X)
    write_record(tmp_path / "m", record)
    predictor = gn.load(tmp_path / "m")
    outputs = predictor.record.model.outputs(X)
    assert np.array_equal(outputs, record.model.outputs(X))
    plain, networks = naive_reader.read(tmp_path / "m")
    cells = X.astype(object).where(X.notna(), None).to_dict("records")
    for row, given in zip(cells[:20], outputs, strict=False):
        expected = np.array(naive_reader.outputs(plain, networks, row))
        off = np.abs(given - expected) / np.maximum(np.abs(expected), 1)
        assert off.max() <= ANOTHER_READER * EPS["float64"]


def test_it_is_the_estimator_on_the_encoded_table(rng):
    """Trained by hand on the same rows: the table's matrix, and the one output for two classes."""
    X, y = rng.normal(size=(100, 3)), rng.choice(["a", "b"], 100)
    record = trained(rng, "error", y, X, n_epochs=5)
    matrix = record.about.table.encode(X, np.float64)
    assert record.about.parameters["max_iter"] == 5
    W1, b1, W2, b2 = np.split(record.theta[0].astype(float), [300, 400, 500])
    hidden = np.maximum(matrix @ W1.reshape(3, 100) + b1, 0)
    scores = hidden @ W2 + b2
    expected = 1 / (1 + np.exp(-scores))
    assert record.model.outputs(X)[:, 1] == pytest.approx(expected, rel=1e-9)


@pytest.fixture
def models(monkeypatch):
    """Return a list of the estimators that are trained."""
    seen = []
    record_of = plain.record_on_table

    def noting(model, *rest):
        seen.append(model)
        return record_of(model, *rest)

    monkeypatch.setattr(plain, "record_on_table", noting)
    return seen


@pytest.mark.parametrize(("metric", "make"), TARGETS.values(), ids=TARGETS)
def test_the_record_predicts_what_the_estimator_predicts(metric, make, rng, models):
    X = table(rng)
    record = trained(rng, metric, make(rng, len(X)), X)
    matrix, target = record.about.table.encode(X, np.float32), record.about.target
    if metric in ("rmse", "mae"):
        expected = models[0].predict(matrix).astype(float) * target.std + target.mean
        expected = expected.clip(target.low, target.high)[:, np.newaxis]
        scale = target.std
    else:
        expected, scale = models[0].predict_proba(matrix), 1
        assert (models[0].classes_ == target.labels).all()
    assert (
        np.abs(record.model.outputs(X) - expected).max() <= 1e-5 * scale
    )  # the estimator's are float32


def test_weights_count_in_validation_too(rng, models):
    X, y, w = rng.normal(size=(90, 2)), rng.choice(["a", "b"], 90), rng.random(90)
    record = train_plain(X, y, w, metric="error", n_epochs=1, max_time=None, seed=5,
                         watch=lambda *_: None)  # fmt: skip
    codes, seed = (y == "b").astype(int), np.random.default_rng(5)
    _, aside = split_at_random(90, codes, 0.2, seed)
    wrong = models[0].predict(record.about.table.encode(X, np.float32)) != y
    expected = np.sum(w[aside] * wrong[aside]) / np.sum(w[aside])
    assert record.about.training.validation_scores[0] == pytest.approx((expected,))


@pytest.mark.parametrize(("metric", "make"), TARGETS.values(), ids=TARGETS)
def test_the_best_epoch_is_kept_and_scores_are_in_the_targets_units(metric, make, rng):
    X, y = pd.DataFrame(rng.normal(size=(80, 2)), columns=["a", "b"]), make(rng, 80)
    seen = []
    record = trained(rng, metric, y, X, n_epochs=8, seen=seen)
    training = record.about.training
    scores = np.array(training.validation_scores[0])
    assert [number for number, _ in seen] == list(range(1, 9))
    assert seen[-1][1] == list(scores)
    best = scores.argmax() if metric == "auc" else scores.argmin()
    assert training.best_epoch == (best + 1,)
    if metric == "rmse":  # of numbers around 1e6 with a spread of 1e3
        assert 300 < scores[best] < 3000
    if metric == "auc":
        assert roc_auc_score(y, record.model.outputs(X)[:, 1]) > 0


def test_weights_of_0_leave_rows_out(rng):
    X, y = rng.normal(size=(60, 2)), rng.normal(size=60)
    w = np.repeat([1.0, 0.0], 30)
    seed = np.random.default_rng(7)
    one = trained(seed, "rmse", y, X, w)
    seed = np.random.default_rng(7)
    two = trained(seed, "rmse", y[:30], X[:30], np.ones(30))
    assert np.array_equal(one.theta, two.theta)


def test_one_class_is_refused(rng):
    X, y = rng.normal(size=(20, 1)), np.arange(20) % 2
    with pytest.raises(gn.LabelError, match=r"one class only, .* whose weight is above 0"):
        trained(rng, "error", y, X, w=(1.0 - y))


def test_a_table_that_becomes_too_wide_is_refused(rng, monkeypatch):
    monkeypatch.setattr(plain, "MOST_COLUMNS", 30)
    X = pd.DataFrame({"a": rng.normal(size=80), "city": [f"c{i % 30}" for i in range(80)]})
    with pytest.raises(gn.DataError, match=r"31 columns, 30 of them the levels of 'city'; .* 30\."):
        trained(rng, "rmse", rng.normal(size=80), X)


def test_a_variance_beyond_float64_is_refused(rng):
    X = rng.normal(size=(20, 1))
    with pytest.raises(gn.DataError, match="variance is beyond float64"):
        trained(rng, "rmse", X[:, 0] * 1e200, X)


def test_a_metric_without_a_value_keeps_the_last_epoch(rng):
    X, y = rng.normal(size=(40, 1)), np.append([1, 1], np.zeros(38, int))  # none is set aside
    seen = []
    training = trained(rng, "auc", y, X, n_epochs=3, seen=seen).about.training
    assert np.isnan(training.validation_scores[0]).all()
    assert training.best_epoch == (3,)


def test_ctrl_c_in_the_progress_keeps_the_best_so_far(rng):
    X, y = rng.normal(size=(60, 2)), rng.normal(size=60)

    def interrupt(epoch, course):
        if epoch.number == 3:
            raise KeyboardInterrupt

    record = train_plain(X, y, None, metric="rmse", n_epochs=50, max_time=None, seed=0,
                         watch=interrupt)  # fmt: skip
    assert len(record.about.training.loss_curve[0]) == 3
    assert np.isfinite(record.model.outputs(X)).all()


def test_it_is_no_estimator_for_tables(rng, tmp_path):
    X, y = rng.normal(size=(60, 2)), rng.normal(size=60)
    write_record(tmp_path / "m", trained(rng, "rmse", y, X))
    with pytest.raises(gn.RecordError, match=r"holds a mlp-regressor.*Use glassnet\.load, which"):
        gn.TabularRegressor.load(tmp_path / "m")
