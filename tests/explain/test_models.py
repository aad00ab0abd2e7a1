"""`gn.explain`: fitted models of every kind, from raw cells to the target's own words."""

import json
import math
import re
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix

import glassnet as gn
from explain.formulas import check, value_and_doubt
from files.examples import SMALL, classifier, regressor, table
from files.golden_table import golden, new_numbers, new_rows, rows, targets
from glassnet.explain.models import one_row

TARGETS = {
    "two-classes": "two-classes",
    "four-classes": "four-classes",
    "labels": "labels",
    "several-targets": "several-targets",
    "means": "means",
    "counts": "counts",
    "tabular-classifier": "tabular-classifier",
    "tabular-regressor": "tabular-regressor",
}


def quiet(*arguments, **named):
    with warnings.catch_warnings(action="ignore"):
        return gn.explain(*arguments, **named)


def step(told, title):
    """Return the one step whose title begins so."""
    (found,) = [one for one in told.steps if one.words.title.startswith(title)]
    return found


@pytest.mark.parametrize("kind", TARGETS)
def test_model_files_of_every_target(kind):
    path = golden(kind)
    X = pd.DataFrame(rows()) if kind.startswith("tabular") else np.array(new_numbers())
    y = targets(kind, len(X))
    told = quiet(path, X, row=3, y=y)
    model = gn.load(path)
    with warnings.catch_warnings(action="ignore"):
        expected = model.record.model.outputs(X[3:4])[0]
    assert list(told.prediction.values()) == pytest.approx(expected.tolist(), rel=1e-12)
    assert told.steps[0].words.title == (
        "Encoding: X, the cells as numbers" if kind.startswith("tabular") else "Input: X"
    )
    answer = np.asarray(model.record.model.target.decoded(expected[np.newaxis])).ravel()
    shown = step(told, "What the model says").words.title.partition(": ")[2].split(", ")
    if isinstance(answer[0], float):
        assert [float(one) for one in shown] == pytest.approx(answer.tolist(), rel=1e-5)
    else:
        assert shown == [str(one) for one in answer.tolist()]
    assert told.parameter.relative_error < 1e-6
    assert sum(check(line) for one in told.steps for line in one.words.lines) > 15
    assert "{" not in told.text()
    assert "\\" not in told.text()
    json.dumps(told.to_dict(), allow_nan=False)
    forward = quiet(str(path), X, row=3)
    assert forward.loss is None
    assert forward.prediction == told.prediction


def test_the_encoding_of_each_cell():
    fresh = new_rows()
    told = quiet(golden("tabular-classifier"), pd.DataFrame(fresh), row=1)
    model = gn.load(golden("tabular-classifier")).record.model
    names = model.table.names_out
    with warnings.catch_warnings(action="ignore"):
        X = model.table.encode(pd.DataFrame(fresh[1:2]), np.float64)[0]
    lines = step(told, "Encoding").words.lines
    assert len(lines) == len(names)
    for k, line in enumerate(lines):
        shown, doubt = value_and_doubt(re.search(rf"x_\{{{k + 1}\}} = (\S+)", line)[1])
        assert abs(shown - X[k]) <= doubt + 1e-12
    text = " ".join(told.text().split())
    assert "city: elsewhere x" in text
    assert "missing or never seen" in text
    assert "income: missing" in text
    assert "the mean stands for it" in text
    assert "Not used: always" in text


def test_a_scaled_number_by_hand():
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0, 5.0] * 8, "b": ["x", "y"] * 20})
    with warnings.catch_warnings(action="ignore"):
        model = gn.TabularRegressor(**SMALL).fit(frame, np.arange(40.0))
    told = gn.explain(model, frame, row=4)
    # median 3, quartiles 2 and 4; 1 / sqrt(1 + 1/9) = 0.9487
    assert told.steps[0].words.lines[0] == (
        r"\text{a: 5} \quad u = \frac{5 - 3}{2} = 1, \quad x_{1} = 0.9487"
    )


def test_numbers_come_back_in_the_targets_units(rng):
    model, X = regressor(rng)
    y = rng.normal(size=len(X)) * 1e3
    told = gn.explain(model, X, row=5, y=y)
    target = model._target
    lines = step(told, "What the model says").words.lines
    assert f"{target.std:.6g}"[:4] in lines[0]
    expected = float(model.predict(X)[5])
    assert told.prediction == {"prediction": pytest.approx(expected, rel=1e-12)}
    shown, _ = value_and_doubt(lines[-2].rpartition(" = ")[2])  # the range, if it is beyond it
    assert shown == pytest.approx(expected, rel=1e-4)
    z = step(told, f"Layer {len(model._network.layers)}, dense: Z").values.numbers[0, 0]
    assert told.loss == pytest.approx((z - (y[5] - target.mean) / target.std) ** 2 / 2, rel=1e-9)


def test_no_prediction_beyond_the_range(rng):
    model, X = regressor(rng)
    model.theta_[:, -1] += 1000  # the last bias
    told = gn.explain(model, X)
    lines = step(told, "What the model says").words.lines
    assert lines[1].startswith(r"\hat y = \min(")
    assert told.prediction["prediction"] == model._target.high
    assert check(lines[1]) == 1


def test_several_networks(rng):
    model, X = classifier(rng, n_ensemble=3)
    y = rng.choice(["no", "yes"], len(X))
    told = [gn.explain(model, X, 2, y, member=k) for k in range(3)]
    assert told[0].prediction == told[2].prediction
    assert list(told[0].prediction) == ["no", "perhaps", "yes"]
    assert list(told[0].prediction.values()) == pytest.approx(model.predict_proba(X)[2].tolist())
    for k, one in enumerate(told):
        net, theta = model._network, model.theta_[k].astype(float)
        rows = model.table_.encode(X.iloc[2:3], np.float64)
        Y = gn.one_hot([["no", "perhaps", "yes"].index(y[2])], 3)
        assert one.loss == net.loss(theta, rows, Y)
        assert np.array_equal(one.g, net.loss_and_grad(theta, rows, Y)[1])
        assert f"The model is 3 networks; number {k + 1} is explained here." in (
            step(one, "What the model says").words.says
        )
    assert len({one.loss for one in told}) == 3
    assert "dropout" in told[0].text()  # as in training; a file has none


def test_estimators_tell_their_optimizer(rng):
    X, y = rng.normal(size=(40, 3)), rng.normal(size=40)
    reg = gn.MLPRegressor((4,), max_iter=3, learning_rate_init=0.03, alpha=0.5, random_state=0)
    with warnings.catch_warnings(action="ignore"):
        reg.fit(X, y)
        told = gn.explain(reg, X, 7, y)
        sgd = gn.MLPRegressor((4,), max_iter=3, solver="sgd", random_state=0).fit(X, y)
        file = gn.MLPRegressor((4,), max_iter=3, solver="lbfgs", random_state=0).fit(X, y)
    assert "AdamEpsilonHat" in told.steps[-1].words.title
    assert "its learning rate is 0.03." in told.steps[-1].words.says
    assert "Nesterov" in gn.explain(sgd, X, 7, y).steps[-1].words.title
    unknown = gn.explain(file, X, 7, y).steps[-1].words
    assert "GradientDescent" in unknown.title
    assert "does not say what it was trained with. This is step 1 of GradientDescent; its" in (
        unknown.says
    )
    L, g = reg._network.loss_and_grad(reg.theta_, X[7:8], y[7:8, np.newaxis])
    assert told.loss == L  # the penalty is in it
    assert np.array_equal(told.g, g)
    assert step(told, "Penalty")


def test_a_layer_of_the_users_own(rng):
    from explain.nets import Square

    X, y = rng.normal(size=(40, 3)), rng.choice(["a", "b"], 40)
    with warnings.catch_warnings(action="ignore"):
        clf = gn.MLPClassifier((4,), activation=Square(), max_iter=3, random_state=0).fit(X, y)
    told = gn.explain(clf, X, 1, y)
    assert told.parameter.relative_error < 1e-7
    assert "Layer 2, square: A = f(Z)" in told.text()
    assert list(told.prediction) == ["a", "b"]
    assert list(told.prediction.values()) == pytest.approx(clf.predict_proba(X)[1].tolist())


MAKERS = {
    "pandas": lambda frame: frame,
    "polars": pl.from_pandas,
    "arrow": pa.Table.from_pandas,
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_tables_of_every_library(make, rng):
    model, X = classifier(rng, table(rng)["two"].to_numpy())
    expected = gn.explain(model, X, 4)
    told = gn.explain(model, make(X), 4)
    assert told.prediction == expected.prediction
    assert told.steps[0].words.lines == expected.steps[0].words.lines


def test_arrays_lists_and_sparse_rows(rng):
    X, y = rng.normal(size=(30, 2)), rng.choice(["a", "b", "c"], 30)
    frame = pd.DataFrame(X, columns=["length", "width"])
    with warnings.catch_warnings(action="ignore"):
        clf = gn.MLPClassifier((3,), max_iter=2, random_state=0, alpha=0).fit(X, y)
        named = gn.MLPClassifier((3,), max_iter=2, random_state=0).fit(frame, y)
    expected = clf.predict_proba(X)[3].tolist()
    for rows_ in (X, X.tolist(), csr_matrix(X)):
        told = gn.explain(clf, rows_, 3, list(y))
        assert list(told.prediction.values()) == pytest.approx(expected, rel=1e-12)
        assert told.loss == pytest.approx(-math.log(expected["abc".index(y[3])]), rel=1e-12)
    assert (
        gn.explain(named, frame[["width", "length"]], 3)
        .steps[0]
        .words.lines[0]
        .endswith(r"\quad \text{length}")
    )
    assert told.steps[0].words.lines[0] == rf"x_{{1}} = {X[3, 0]:.4g}"


def test_only_the_row_is_read(rng):
    model, X = regressor(rng)
    X["number"] = X["number"].astype(object)
    X.loc[0, "number"] = "no number"
    told = gn.explain(model, X, 1)
    assert told.prediction["prediction"] == model.predict(X.iloc[1:2])[0]
    with pytest.raises(gn.DataError, match="'no number' is not a number"):
        gn.explain(model, X, 0)
    assert len(one_row(X, 3)) == 1


GIVEN = np.array(new_numbers())
Y = targets("two-classes", len(GIVEN))
REFUSED = {
    "row": ({"row": 7}, "row is 7; X has 7 rows, which count from 0."),
    "row below": ({"row": -1}, "row is -1; X has 7 rows, which count from 0."),
    "row of text": ({"row": "3"}, "row is '3'; X has 7 rows"),
    "member": ({"member": 1}, "member is 1; the model's networks count from 0 to 0."),
    "label": (
        {"y": ["maybe"] * 7},
        ("y is 'maybe' in this row; the model knows the classes 'no', 'yes'."),
    ),
    "missing": ({"y": [None] * 7}, "y is missing in this row; leave y out to see the way there"),
    "length": ({"y": ["no"] * 6}, "y has 6 values; X has 7 rows: expected a target for each."),
    "one value": ({"y": "no"}, "y has one value; X has 7 rows: expected a target for each."),
    "several": (
        {"y": [["no", "no"]] * 7},
        "y holds ['no', 'no'] for this row; the model predicts 1 of them:",
    ),
    "parameter": ({"parameter": 0}, "parameter is 0, and there is no y: an update needs the"),
    "columns": ({"X": GIVEN[:, :2]}, "X has 2 columns"),
    "X": ({"X": 3}, "X is a int; expected a table, an array or a list of rows."),
    "model": (
        {"model": 3},
        (
            "model is 3; expected a fitted estimator of glassnet, what "
            "glassnet.load gives, or the path of a model file."
        ),
    ),
    "not fitted": (
        {"model": gn.MLPClassifier()},
        (
            "model is MLPClassifier, which is no estimator of "
            "glassnet or is not fitted yet. Call fit first."
        ),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals(case):
    changed, message = REFUSED[case]
    given = {"model": golden("two-classes"), "X": GIVEN, "y": None} | changed
    with pytest.raises(gn.GlassnetError, match=re.escape(message)):
        gn.explain(**given)


def test_a_number_that_is_none():
    y = ["many"] * len(GIVEN)
    with pytest.raises(gn.LabelError, match="y is 'many' in this row; the model predicts numbers"):
        gn.explain(golden("counts"), GIVEN, y=y)


def test_no_such_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        gn.explain(tmp_path / "no", GIVEN)


def test_the_function_and_not_the_folder():
    import glassnet.explain  # noqa: F401 - this would put the folder in its place
    from glassnet.explain import explain, explain_pass

    assert gn.explain is explain
    assert callable(explain_pass)
