"""`model.report()`: from a fitted estimator."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.metrics import log_loss

import glassnet as gn
from glassnet.report import Report

SMALL = {"hidden_layer_sizes": (16,), "max_iter": 20, "random_state": 0, "engine": "numpy"}


def table(rng, n=200):
    X = pd.DataFrame(
        {"age": rng.uniform(18, 80, n), "city": rng.choice(list("abc"), n), "country": "DE"}
    )
    X.loc[::9, "age"] = np.nan
    return X, X["age"].fillna(50) / 20 + (X["city"] == "a") * 2 + rng.normal(0, 0.3, n)


def test_of_classes(rng):
    X, score = table(rng)
    model = gn.TabularClassifier(**SMALL).fit(X, np.where(score > score.median(), "yes", "no"))
    report = model.report()
    assert isinstance(report, Report)
    assert model.n_rows_ == 160
    assert report.findings.main.name == "error"
    assert report.findings.main.value == pytest.approx(model.best_score_, abs=1e-6)
    assert report.facts.label_smoothing == 0.1
    P = model.validation_predictions_.astype(np.float64)
    assert report.findings.measures[1].value == pytest.approx(
        log_loss(model.validation_targets_, P / P.sum(axis=1, keepdims=True)), rel=1e-10
    )
    text = str(report)
    assert "160 trained on, 40 validated on" in text
    assert "2 of 3 used: 1 number, 1 category" in text
    assert "country (every cell is 'DE')" in text
    assert "2 classes: no, yes" in text


def test_of_numbers(rng):
    X, y = table(rng)
    model = gn.TabularRegressor(**SMALL).fit(X, 1000 * y)
    report = model.report()
    assert report.findings.main.name == "rmse"
    assert report.findings.main.value == pytest.approx(model.best_score_, rel=1e-6)
    assert report.facts.label_smoothing == 0
    assert "Residuals" in str(report)


def test_of_a_quantile(rng):
    X, y = table(rng)
    model = gn.TabularRegressor(loss="quantile", quantile=0.9, **SMALL).fit(X, y)
    main = model.report().findings.main
    assert (main.name, main.title) == ("pinball", "pinball loss at 0.9")
    assert main.value == pytest.approx(model.best_score_, rel=1e-6)


@pytest.mark.parametrize("metric", ["error", "log_loss", "auc"])
def test_weights_count_as_they_did_in_the_choice_of_the_best_epoch(metric, rng):
    X, score = table(rng)
    y, w = np.digitize(score, [2, 3, 5]), rng.uniform(0.5, 2, 200)
    model = gn.TabularClassifier(class_weight="balanced", metric=metric, **SMALL)
    report = model.fit(X, y, sample_weight=w).report()
    assert report.findings.main.name == metric
    assert report.findings.main.value == pytest.approx(model.best_score_, rel=1e-5)


def test_without_validation_rows(rng):
    X, y = table(rng)
    report = gn.TabularRegressor(validation_fraction=0, **SMALL).fit(X, y).report()
    assert "There were no validation rows" in str(report)
    assert "200 trained on, none validated on" in str(report)
    assert "on training rows when" in " ".join(str(report).split())


def test_after_refit(rng):
    X, y = table(rng)
    model = gn.TabularRegressor(refit=True, **SMALL).fit(X, y)
    assert model.n_rows_ == 200
    assert "200 trained on, 40 validated on before that" in str(model.report())


def test_rows_of_ones_own(rng):
    X, y = table(rng)
    model = gn.TabularRegressor(**SMALL).fit(X[:150], y[:150], X_val=X[150:], y_val=y[150:])
    assert "150 trained on, 50 validated on" in str(model.report())


@pytest.mark.parametrize("n_rows", [2, 3, 6, 20])
def test_tiny_tables(n_rows, rng):
    X, y = rng.normal(size=(n_rows, 2)), np.arange(n_rows) % 2
    settings = {**SMALL, "max_iter": 2}
    for model in (gn.TabularClassifier(**settings).fit(X, y),
                  gn.TabularRegressor(**settings).fit(X, X[:, 0])):  # fmt: skip
        text = str(model.report())
        assert "nan" not in text
        assert max(map(len, text.splitlines())) <= 100


def test_the_same_report_after_pickling(rng):
    X, y = table(rng)
    model = gn.TabularRegressor(**SMALL).fit(X, y)
    assert str(pickle.loads(pickle.dumps(model)).report()) == str(model.report())


def test_a_stored_model_says_that_its_rows_are_not_kept(rng, tmp_path):
    X, y = table(rng)
    model = gn.TabularRegressor(**SMALL).fit(X, y)
    model.save(tmp_path / "model.glassnet")
    text = str(gn.TabularRegressor.load(tmp_path / "model.glassnet").report())
    assert "not kept with a stored model" in text
    assert f"{model.best_score_:.4g}"[:4] in text


def test_not_fitted():
    with pytest.raises(NotFittedError):
        gn.TabularClassifier().report()
