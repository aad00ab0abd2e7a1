"""MLPClassifier and MLPRegressor to a file and back."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.exceptions import NotFittedError

import glassnet as gn
from glassnet.core.activations import ACTIVATIONS
from glassnet.files.model_file import read_record

SMALL = {"hidden_layer_sizes": (5, 4), "max_iter": 4, "engine": "numpy"}


def labels_of(kind, rng, n):
    return {
        "two": lambda: rng.choice(["no", "yes"], n),
        "two of objects": lambda: rng.choice(np.array(["no", "yes"], object), n),
        "two truth values": lambda: rng.random(n) < 0.5,
        "one": lambda: np.full(n, 3),
        "many": lambda: rng.integers(-3, 4, n).astype(np.int16),
        "labels": lambda: (rng.random((n, 3)) < 0.4).astype(int),
        "several": lambda: np.stack([rng.integers(0, 3, n), rng.integers(7, 9, n)], axis=1),
        "several of text": lambda: rng.choice(["a", "b", "c"], (n, 2)),
    }[kind]()


KINDS = ("two", "two of objects", "two truth values", "one", "many", "labels", "several",
         "several of text")  # fmt: skip
LOSSES = ("squared_error", "absolute_error", "huber", "poisson", gn.Quantile(0.8), gn.Huber(0.3))
SETTINGS = {
    "default": {},
    "float64": {"dtype": "float64"},
    "lbfgs": {"solver": "lbfgs"},
    "an optimizer": {"solver": gn.NAdam(0.01, beta_2=0.99)},
    "a schedule": {"schedule": gn.OneCycle(0.2, warmup=3), "solver": "sgd"},
    "initial values": {"init": (gn.He(factor=0.5), gn.Normal(0.1))},
    "dropout, an activation each": {"dropout": [0.1, 0.0], "activation": ("tanh", gn.ELU(0.5))},
    "early stopping": {"early_stopping": True, "validation_fraction": 0.3, "scoring": "accuracy"},
    "best weights": {"restore_best": True, "n_iter_no_change": np.inf},
    "no hidden layer": {"hidden_layer_sizes": ()},
    "one size": {"hidden_layer_sizes": 6},
}


def fitted(model, X, y, **more):
    with warnings.catch_warnings(action="ignore"):
        return model.fit(X, y, **more)


def same(one, other):
    """Assert that two predictions are the same to the bit, and of the same type."""
    if isinstance(one, list):
        assert isinstance(other, list)
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            same(a, b)
    else:
        assert one.dtype == other.dtype
        assert one.shape == other.shape
        assert (one == other).all()


def check_round_trip(model, X, tmp_path):
    """Save, read as both, and compare all that can be seen."""
    model.save(tmp_path / "m")
    predictor, again = gn.load(tmp_path / "m"), type(model).load(tmp_path / "m")
    for other in (predictor, again):
        same(other.predict(X), model.predict(X))
        if hasattr(model, "predict_proba"):
            same(other.predict_proba(X), model.predict_proba(X))
            for a, b in zip(other.classes_, model.classes_, strict=True):
                assert np.all(a == b)
    assert str(again.get_params()) == str(model.get_params())
    for name in ("loss_curve_", "validation_scores_", "n_iter_", "n_layers_", "n_outputs_", "t_",
                 "out_activation_", "n_features_in_", "validation_loss_curve_",
                 "best_validation_score_", "engine_", "loss_", "best_loss_"):  # fmt: skip
        assert getattr(again, name) == getattr(model, name), name
    for a, b in zip(again.coefs_ + again.intercepts_, model.coefs_ + model.intercepts_,
                    strict=True):  # fmt: skip
        same(a, b)
    return predictor, again


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_kind_of_labels(kind, dtype, rng, tmp_path):
    X, y = rng.normal(size=(60, 4)), labels_of(kind, rng, 60)
    model = fitted(gn.MLPClassifier(**SMALL, dtype=dtype, random_state=1), X, y)
    check_round_trip(model, X.astype(dtype), tmp_path)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
@pytest.mark.parametrize("n_outputs", [1, 3])
def test_every_loss_of_numbers(loss, n_outputs, rng, tmp_path):
    X, y = rng.normal(size=(60, 4)), rng.random((60, n_outputs)).squeeze()
    model = fitted(gn.MLPRegressor(**SMALL, loss=loss, random_state=1), X, y)
    predictor, _ = check_round_trip(model, X, tmp_path)
    with pytest.raises(gn.ParameterError, match=r"predicts numbers, and no probabilities"):
        predictor.predict_proba(X)
    assert not hasattr(predictor, "classes_")


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda one: one.__name__)
def test_every_activation(activation, rng, tmp_path):
    X, y = rng.normal(size=(60, 4)), rng.integers(0, 3, 60)
    model = gn.MLPClassifier(**SMALL, activation=activation(), random_state=1)
    check_round_trip(fitted(model, X, y), X, tmp_path)


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_every_setting(settings, rng, tmp_path):
    X, y = rng.normal(size=(60, 4)), rng.integers(0, 2, 60)
    model = fitted(gn.MLPClassifier(**SMALL | settings, random_state=1), X, y)
    check_round_trip(model, X, tmp_path)


def test_a_scorer_of_ones_own_is_not_kept(rng, tmp_path):
    X, y = rng.normal(size=(60, 4)), rng.integers(0, 2, 60)
    model = gn.MLPClassifier(**SMALL, scoring=lambda *_: 1.0, early_stopping=True, random_state=0)
    fitted(model, X, y).save(tmp_path / "m")
    assert gn.MLPClassifier.load(tmp_path / "m").scoring is None


class Shifted(gn.SquaredError):
    """A loss of one's own."""


class Odd(gn.Tanh):
    """An activation of one's own."""


@pytest.mark.parametrize("own", [{"loss": Shifted()}, {"activation": Odd()}], ids=["loss", "layer"])
def test_what_is_ones_own_is_refused_and_nothing_written(own, rng, tmp_path):
    X, y = rng.normal(size=(60, 4)), rng.normal(size=60)
    model = fitted(gn.MLPRegressor(**SMALL | own, random_state=0), X, y)
    with pytest.raises(gn.ParameterError, match="not glassnet's own: a model file holds no code"):
        model.save(tmp_path / "m")
    assert not list(tmp_path.iterdir())


def test_what_is_not_fitted_is_not_saved(tmp_path):
    with pytest.raises(NotFittedError):
        gn.MLPRegressor().save(tmp_path / "m")


def test_training_goes_on_from_a_file(rng, tmp_path):
    """partial_fit and warm_start begin with the file's weights."""
    X, y = rng.normal(size=(60, 4)), rng.integers(0, 3, 60)
    model = fitted(gn.MLPClassifier(**SMALL, random_state=1), X, y)
    model.save(tmp_path / "m")
    again = gn.MLPClassifier.load(tmp_path / "m")
    before = again.theta_.copy()
    again.partial_fit(X, y)
    step = np.abs(again.theta_ - before).max()
    assert 0 < step < 0.1
    assert again.n_iter_ == 1
    warm = gn.MLPClassifier.load(tmp_path / "m").set_params(warm_start=True, max_iter=1)
    fitted(warm, X, y)
    assert 0 < np.abs(warm.theta_ - before).max() < 0.1
    assert len(warm.loss_curve_) == 5


@pytest.mark.parametrize("library", [pd, pl])
def test_columns_are_found_by_name(library, rng, tmp_path):
    X = library.DataFrame({"b": rng.normal(size=50), "a": rng.integers(0, 9, 50)})
    model = fitted(gn.MLPRegressor(**SMALL, random_state=0), X, rng.normal(size=50))
    predictor, _ = check_round_trip(model, X, tmp_path)
    turned = X[["a", "b"]]
    same(predictor.predict(turned), model.predict(X))
    with pytest.raises(gn.DataError, match=r"lacks 1 column.*'a'"):
        predictor.predict(X[["b"]])
    cut = library.DataFrame({"b": [None, 1.0], "a": [1, 2]})
    with pytest.raises(gn.DataError, match="nan; expected finite numbers"):
        predictor.predict(cut)
    text = library.DataFrame({"b": ["x", "1"], "a": [1, 2]})
    with pytest.raises(gn.DataError, match="column 'b', row 0: 'x' is not a number"):
        predictor.predict(text)


def test_rows_of_any_kind(rng, tmp_path):
    X, y = rng.integers(0, 9, size=(50, 3)), rng.normal(size=50)
    model = fitted(gn.MLPRegressor(**SMALL, dtype="float32", random_state=0), X, y)
    predictor, _ = check_round_trip(model, X, tmp_path)
    expected = model.predict(X)
    for rows in (
        X.tolist(),
        X.astype(object),
        X.astype(np.float64),
        X.astype(np.uint8),
        X.T.copy().T,
    ):
        same(predictor.predict(rows), expected)
    with pytest.raises(gn.ShapeError, match="2 columns"):
        predictor.predict(X[:, :2])
    with pytest.raises(gn.ShapeError, match="2 axes"):
        predictor.predict(X[0])


def test_each_class_says_whose_file_it_is(rng, tmp_path):
    X, y = rng.normal(size=(50, 3)), rng.integers(0, 2, 50)
    fitted(gn.MLPClassifier(**SMALL), X, y).save(tmp_path / "m")
    for cls in (gn.MLPRegressor, gn.TabularClassifier, gn.TabularRegressor):
        with pytest.raises(gn.RecordError, match=r"holds a mlp-classifier, and .* MLPClassifier"):
            cls.load(tmp_path / "m")


def test_best_epoch(rng, tmp_path):
    X, y = rng.normal(size=(90, 3)), rng.integers(0, 2, 90)
    model = gn.MLPClassifier(**SMALL | {"max_iter": 9}, early_stopping=True, random_state=0)
    fitted(model, X, y).save(tmp_path / "m")
    training = read_record(tmp_path / "m").about.training
    assert training.best_epoch == (int(np.argmax(model.validation_scores_)) + 1,)
    assert training.best_scores == [max(model.validation_scores_)]


@pytest.mark.parametrize("changed", [{"activation": "tanh"}, {"hidden_layer_sizes": (3,)}])
def test_parameters_that_were_set_after_the_fit_are_refused_when_saving(changed, rng, tmp_path):
    X, y = rng.normal(size=(50, 3)), rng.integers(0, 2, 50)
    model = fitted(gn.MLPClassifier(**SMALL), X, y).set_params(**changed)
    with pytest.raises(gn.ParameterError, match="parameters were set after the fit"):
        model.save(tmp_path / "m")
    assert not list(tmp_path.iterdir())
    model.set_params(alpha=3.0, dropout=0.5)  # which the network predicts without
    model.set_params(**{name: SMALL.get(name, "relu") for name in changed}).save(tmp_path / "m")
    same(gn.load(tmp_path / "m").predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize("settings", [{"early_stopping": True}, {"restore_best": True}], ids=str)
def test_the_best_weights_of_a_loaded_model_stay_the_best(settings, rng, tmp_path):
    """A warm start that makes all worse ends with the weights of before."""
    X = rng.normal(size=(90, 3))
    rows = {"X_val": X, "y_val": (X[:, 0] > 0).astype(int)}
    model = gn.MLPClassifier(**SMALL, **settings, random_state=0)
    fitted(model, X, rows["y_val"], **rows).save(tmp_path / "m")
    again = gn.MLPClassifier.load(tmp_path / "m")
    again.set_params(warm_start=True, solver="sgd", learning_rate_init=10.0)
    best = again.best_validation_score_
    fitted(again, X, 1 - rows["y_val"], **rows)
    assert again.score(X, rows["y_val"]) == again.best_validation_score_ >= best


def test_labels_that_numpy_makes_alike_are_refused(rng, tmp_path):
    """Text loses the zeros at its end."""
    X, y = rng.normal(size=(30, 3)), np.array(["a\0", "a", "c"] * 10, object)
    model = fitted(gn.MLPClassifier(**SMALL), X, y)
    with pytest.raises(gn.ParameterError, match="a label twice"):
        model.save(tmp_path / "m")
    assert not list(tmp_path.iterdir())
