"""train, predict, evaluate, inspect: from a table to a model file, and what it is good for."""

# ruff: noqa: E501 - the tables below are read line by line

import gzip
import io
import json
import os
import re
import signal
import sys
import time

import numpy as np
import pytest

pytest.importorskip("typer")
pytest.importorskip("polars")

import polars as pl

import glassnet as gn
from attacks.crafted import file_of, parts
from cli.commands import finish, run, start
from glassnet.cli import training

ROWS = 120

SMALL = """
from glassnet.cli import training
large = training._model
training._model = lambda *a: large(*a).set_params(hidden_layer_sizes=(8,), engine="numpy")
"""


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Train small networks: the large one is the estimators' business."""
    model = training._model
    monkeypatch.setattr(
        training,
        "_model",
        lambda task, wish: model(task, wish).set_params(hidden_layer_sizes=(8,), engine="numpy"),
    )


@pytest.fixture
def table(rng, tmp_path):
    """Return a frame whose targets can be learned, and the path of its file."""
    x = rng.normal(size=ROWS)
    frame = pl.DataFrame({
        "x": x.round(3),
        "city": rng.choice(["Bern", "Basel", "Z\u00fcrich"], ROWS),
        "weight": rng.integers(0, 3, ROWS),
        "label": np.where(x > 0, "yes", "no"),
        "level": np.digitize(x, [-0.5, 0.5]),
        "amount": (100 * x + 50).round(2),
    })  # fmt: skip
    frame.write_csv(tmp_path / "table.csv")
    return frame, tmp_path / "table.csv"


def trained(path, *options, target="label"):
    """Train, and return the model's path."""
    model = path.parent / "model.glassnet"
    result = run("train", path, "--target", target, "-o", model, "--epochs", 4, *options)
    assert result.exit_code == 0, result.output
    return model


def left(tmp_path):
    return sorted(path.name for path in tmp_path.iterdir())


def test_train_says_what_it_does_and_writes_a_model(table, tmp_path):
    _frame, path = table
    options = ["--drop", "amount", "--drop", "level", "--weight", "weight", "--test-size", 0.25]
    model = tmp_path / "model.glassnet"
    result = run("train", path, "-t", "label", "-o", model, "--epochs", 4, *options)
    assert result.exit_code == 0, result.output
    out = result.stdout
    assert re.search(
        r"^table +\S*table\.csv: 120 rows, 6 columns \(CSV, comma-separated, UTF-8\)$",
        out,
        re.MULTILINE,
    )
    assert re.search(
        r"^target +label: 2 classes; classification, because 'label' holds text \(2 ",
        out,
        re.MULTILINE,
    )
    assert re.search(r"^columns +2 of 2 used$", out, re.MULTILINE)
    assert re.search(
        r"^training +after 4 epochs in \d+ s; kept: the weights of epoch [1-4], the best",
        out,
        re.MULTILINE,
    )
    assert re.search(r"^validation +error [\d.e-]+$", out, re.MULTILINE)
    assert re.search(r"^test +30 rows$", out, re.MULTILINE)
    assert re.search(r"^  accuracy +[\d.]+ +of the rows", out, re.MULTILINE)
    assert re.search(r"^  is +taken for$", out, re.MULTILINE)
    assert re.search(rf"^model +{model} \(\d+ KB, 90 rows\)$", out, re.MULTILINE)
    assert re.search(
        r"^epoch 4 of 4  loss [\d.]+  error .* \(best .* in epoch \d\)  0 s left  [\d,]+ rows/s$",
        result.stderr,
        re.MULTILINE,
    )
    predictor = gn.load(model)
    assert [column.name for column in predictor.columns] == ["x", "city"]
    origin = predictor.record.about.origin
    assert (origin.target, origin.weight, origin.dropped, origin.n_rows, origin.decimal) == (
        "label", "weight", ("amount", "level"), 90, ".",
    )  # fmt: skip
    assert left(tmp_path) == ["model.glassnet", "table.csv"]


TASKS = {
    "label": ("TabularClassifier", "because 'label' holds text (2 different values)"),
    "level": (
        "TabularClassifier",
        "because 'level' holds whole numbers, and only 3 different ones",
    ),
    "amount": ("TabularRegressor", "because 'amount' holds numbers with fractions"),
    "weight": ("TabularClassifier", "whole numbers, and only 3"),
}


@pytest.mark.parametrize("target", TASKS)
def test_without_a_task_the_target_decides(target, table, tmp_path):
    _frame, path = table
    kind, why = TASKS[target]
    result = run("train", path, "-t", target, "-o", tmp_path / "m", "--epochs", 2, "--json")
    told = json.loads(result.stdout)
    assert why in told["why"]
    model = getattr(gn, kind).load(tmp_path / "m")
    assert told["task"] == ("regression" if kind == "TabularRegressor" else "classification")
    assert told["validation"] == model.best_score_
    assert told["rows"] == {"training": ROWS, "test": 0}


def test_the_model_is_the_one_that_the_estimator_trains(table, tmp_path):
    frame, path = table
    model = trained(path, "--seed", 5, "--metric", "log_loss")
    X = frame.drop("label")
    expected = gn.TabularClassifier(
        (8,), max_iter=4, engine="numpy", random_state=5, metric="log_loss"
    )
    expected.fit(X, frame["label"].to_numpy())
    assert (gn.load(model).predict_proba(X) == expected.predict_proba(X)).all()
    assert gn.TabularClassifier.load(model).get_params() == expected.get_params()


@pytest.mark.parametrize("target", ["label", "level", "amount"])
def test_a_plain_network_on_request(target, table, tmp_path):
    frame, path = table
    model = tmp_path / "m.glassnet"
    result = run("train", path, "-t", target, "-o", model, "--model", "mlp", "--epochs", 4,
                 "--test-size", 0.25)  # fmt: skip
    assert result.exit_code == 0, result.output
    assert re.search(r"^epoch 4 of 4  loss .* \(best .* in epoch \d\)", result.stderr, re.MULTILINE)
    predictor = gn.load(model)
    assert predictor.kind == ("mlp-regressor" if target == "amount" else "mlp-classifier")
    rows = pl.read_csv(io.StringIO(run("predict", model, path).stdout))
    given = predictor.predict(frame.drop(target))
    assert (
        np.allclose(rows["prediction"], given)
        if target == "amount"
        else (rows["prediction"].to_list() == given.tolist())
    )
    out = run("inspect", model).stdout
    assert re.search(r"^network +100 - [123] nodes, ReLU; ", out, re.MULTILINE)
    assert run("evaluate", model, path).exit_code == 0


def test_a_test_file_is_scored(table, tmp_path):
    frame, path = table
    frame.head(50).write_parquet(tmp_path / "test.parquet")
    result = run("train", path, "-t", "amount", "-o", tmp_path / "m", "--epochs", 2, "--json",
                 "--test", tmp_path / "test.parquet", "--max-time", "1h30m")  # fmt: skip
    told = json.loads(result.stdout)
    assert told["rows"] == {"training": ROWS, "test": 50}
    predicted = gn.load(tmp_path / "m").predict(frame.head(50).drop("amount"))
    y = frame["amount"].head(50).to_numpy()
    assert told["test"]["rmse"] == pytest.approx(np.sqrt(np.mean((predicted - y) ** 2)))
    assert told["test"]["r2"] == pytest.approx(1 - np.mean((predicted - y) ** 2) / y.var())


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet", "jsonl", "stdout", "json"])
def test_predictions_in_every_format(ending, table, tmp_path):
    frame, path = table
    model = trained(path, "--drop", "amount", "--drop", "level")
    out = tmp_path / f"out.{ending}"
    where = {"stdout": [], "json": ["--json"]}.get(ending, ["-o", out])
    result = run("predict", model, path, "--proba", *where)
    assert result.exit_code == 0, result.output
    if ending in ("stdout", "json"):
        out.write_text(result.stdout)
    reader = {"parquet": pl.read_parquet, "jsonl": pl.read_ndjson, "json": pl.read_ndjson}.get(
        ending, lambda path: pl.read_csv(path, separator="\t" if ending == "tsv" else ",")
    )
    found = reader(out)
    predictor = gn.load(model)
    X = frame.select("x", "city", "weight")
    assert found.columns == ["prediction", "probability of no", "probability of yes"]
    assert found["prediction"].to_list() == predictor.predict(X).tolist()
    np.testing.assert_array_equal(found.drop("prediction").to_numpy(), predictor.predict_proba(X))


def test_predict_numbers_from_standard_input(table, tmp_path):
    frame, path = table
    model = trained(path, target="amount")
    rows = gzip.compress(frame.drop("amount").write_csv().encode())
    result = run("predict", model, "-", input=rows)
    found = pl.read_csv(io.BytesIO(result.stdout_bytes))["prediction"].to_numpy()
    np.testing.assert_array_equal(found, gn.load(model).predict(frame.drop("amount")))
    assert (result.exit_code, result.stderr) == (0, "")
    result = run("predict", model, "-", input="")
    assert result.stderr.startswith("Error: standard input is empty")


def test_evaluate_compares_with_what_came_true(table, tmp_path):
    frame, path = table
    model = trained(path, "--drop", "amount", "--drop", "level")
    result = run("evaluate", model, path)
    assert result.exit_code == 0, result.output
    told = json.loads(run("evaluate", model, path, "--json").stdout)
    predicted = gn.load(model).predict(frame.select("x", "city", "weight"))
    accuracy = float(np.mean(predicted == frame["label"].to_numpy()))
    assert told["scores"]["accuracy"] == pytest.approx(accuracy)
    assert np.sum(told["confusion"]) == ROWS
    assert re.search(rf"^  accuracy +{accuracy:.4g} ", result.stdout, re.MULTILINE)
    assert told["classes"] == ["no", "yes"]


def test_evaluate_counts_unknown_classes_as_wrong(table, tmp_path):
    frame, path = table
    model = trained(path, "--drop", "amount", "--drop", "level")
    other = frame.with_columns(label=pl.lit("perhaps")).vstack(frame)
    other.write_csv(tmp_path / "other.csv")
    result = run("evaluate", model, tmp_path / "other.csv", "--json")
    told = json.loads(result.stdout)
    known = json.loads(run("evaluate", model, path, "--json").stdout)
    assert told["scores"]["accuracy"] == pytest.approx(known["scores"]["accuracy"] / 2)
    assert "auc" not in told["scores"]
    assert (
        "120 rows of classes that the model does not know ('perhaps') count as wrong"
        in result.stderr
    )


def test_evaluate_needs_a_target_where_the_file_has_none(table, tmp_path):
    frame, path = table
    X = frame.select("x", "city")
    gn.TabularRegressor((8,), max_iter=2, engine="numpy").fit(X, frame["amount"].to_numpy()).save(
        tmp_path / "m"
    )
    result = run("evaluate", tmp_path / "m", path)
    assert (result.exit_code, "expected --target COLUMN" in result.stderr) == (2, True)
    assert run("evaluate", tmp_path / "m", path, "-t", "amount").exit_code == 0
    result = run("evaluate", tmp_path / "m", path, "-t", "label")
    assert (result.exit_code, "the model predicts numbers" in result.stderr) == (1, True)


@pytest.mark.parametrize("target", ["label", "amount"])
def test_inspect_reads_the_header_alone(target, table, tmp_path):
    _frame, path = table
    model = trained(path, "--test-size", 0.2, target=target)
    data = model.read_bytes()
    model.write_bytes(data[:-8] + b"\xff" * 8)
    result = run("inspect", model)
    assert result.exit_code == 0, result.output
    out = result.stdout
    what = (
        "the class 'label', one of 2: no, yes" if target == "label" else "the number 'amount', from"
    )
    assert re.search(rf"^predicts +{what}", out, re.MULTILINE)
    assert re.search(r"^trained on +table\.csv: 96 rows$", out, re.MULTILINE)
    assert re.search(
        r"^network +8 - [12] nodes, (SELU|Mish); [\d,]+ weights, float32$", out, re.MULTILINE
    )
    assert re.search(r"^test +(accuracy|rmse) ", out, re.MULTILINE)
    assert re.search(r"^city +category +3 one-hot columns", out, re.MULTILINE)
    told = json.loads(run("inspect", model, "--json").stdout)
    assert told["origin"]["target"] == target
    assert told["theta"]["networks"] == 1
    assert told["bytes"] == len(data)


WRONG = {
    "no such file": (["train", "no.csv", "-t", "label", "-o", "m"], 2, "no.csv: No such file or directory"),
    "a folder": (["train", ".", "-t", "label", "-o", "m"], 2, "Is a directory"),
    "no such target": (["train", "table.csv", "-t", "lable", "-o", "m"], 2, "--target lable: table.csv has no such column. Nearest: 'label'"),
    "another case": (["train", "table.csv", "-t", "LABEL", "-o", "m"], 2, "Nearest: 'label'"),
    "nothing near": (["train", "table.csv", "-t", "qqqq", "-o", "m"], 2, "It has 'x', 'city', 'weight'"),
    "no such drop": (["train", "table.csv", "-t", "label", "--drop", "citi", "-o", "m"], 2, "--drop citi: table.csv has no such column. Nearest: 'city'"),
    "no such weight": (["train", "table.csv", "-t", "label", "--weight", "w", "-o", "m"], 2, "--weight w: "),
    "weights of text": (["train", "table.csv", "-t", "label", "--weight", "city", "-o", "m"], 1, "the weights in 'city' are no numbers"),
    "weights below 0": (["train", "table.csv", "-t", "label", "--weight", "x", "-o", "m"], 1, "the weight in 'x' is -"),
    "target dropped": (["train", "table.csv", "-t", "label", "--drop", "label", "-o", "m"], 2, "also dropped"),
    "two tests": (["train", "table.csv", "-t", "label", "--test", "table.csv", "--test-size", "0.2", "-o", "m"], 2, "expected one of them"),
    "a tiny test": (["train", "table.csv", "-t", "label", "--test-size", "0.001", "-o", "m"], 2, "sets aside 0"),
    "no such task": (["train", "table.csv", "-t", "label", "--task", "guess", "-o", "m"], 2, "'--task'"),
    "not its task": (["train", "table.csv", "-t", "label", "--task", "regression", "-o", "m"], 1, "--task regression needs numbers, and the target 'label' holds text"),
    "no classes": (["train", "table.csv", "-t", "amount", "--task", "classification", "-o", "m"], 1, "needs classes, and the target 'amount' holds numbers with fractions"),
    "no such model": (["train", "table.csv", "-t", "label", "--model", "forest", "-o", "m"], 2, "'--model'"),
    "no such metric": (["train", "table.csv", "-t", "label", "--metric", "rmse", "-o", "m"], 2, "--metric rmse: expected one of error, log_loss, auc for classification"),
    "no time": (["train", "table.csv", "-t", "label", "--max-time", "soon", "-o", "m"], 2, "'soon' gives no time. Expected such as 90s, 5m or 1h30m"),
    "no folder": (["train", "table.csv", "-t", "label", "-o", "no/m"], 2, "--output no/m: there is no folder 'no'"),
    "onto a folder": (["train", "table.csv", "-t", "label", "-o", "."], 2, "Is a directory"),
    "onto a device": (["train", "table.csv", "-t", "label", "-o", "/dev/null"], 2, "is no plain file"),
    "onto the table": (["train", "table.csv", "-t", "label", "-o", "table.csv"], 2, "is the file that is read"),
    "no output": (["train", "table.csv", "-t", "label"], 2, "--output"),
    "no model": (["predict", "no.glassnet", "table.csv"], 2, "no.glassnet: No such file or directory. Expected a model file"),
    "a table as model": (["predict", "table.csv", "table.csv"], 1, "no model file of glassnet"),
    "an unknown ending": (["predict", "old.glassnet", "table.csv", "-o", "out.xlsx"], 2, "expected a name that ends in .csv, .parquet"),
    "a newer model": (["inspect", "new.glassnet"], 1, "glassnet 9.9 wrote this file, in format 3; this one reads up to format 2. Install a newer one"),
    "columns missing": (["predict", "old.glassnet", "table.csv"], 1, "table.csv: X lacks"),
    "evaluate without the target": (["evaluate", "old.glassnet", "table.csv"], 2, "expected --target COLUMN"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "status", "message"), WRONG.values(), ids=WRONG)
def test_every_refusal_is_one_message_and_writes_nothing(
    arguments, status, message, table, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    record, header, numbers = parts()
    (tmp_path / "old.glassnet").write_bytes(file_of(record, dict(header), numbers))
    newer = record | {"format": 3, "versions": {"glassnet": "9.9"}}
    (tmp_path / "new.glassnet").write_bytes(file_of(newer, header, numbers))
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    result = run(*arguments)
    assert result.exit_code == status, result.output
    assert message in re.sub(r"[\s│]+", " ", result.stderr)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    if status == 1:
        assert re.fullmatch(r"Error: [^\n]+\n", result.stderr)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root may write")
def test_a_folder_that_cannot_be_written_to(table, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    result = run("train", table[1], "-t", "label", "-o", tmp_path / "closed" / "m")
    assert (result.exit_code, "Permission denied" in result.stderr) == (2, True)


def test_a_cell_that_is_no_number_is_named_in_predict(table, tmp_path):
    _frame, path = table
    model = trained(path, "--drop", "amount", "--drop", "level")
    text = path.read_text().splitlines()
    text[3] = "much" + text[3][text[3].index(",") :]
    (tmp_path / "bad.csv").write_text("\n".join(text))
    result = run("predict", model, tmp_path / "bad.csv", "-o", tmp_path / "out.csv")
    assert result.exit_code == 1
    assert "bad.csv: column 'x', row 2: 'much' is not a number" in result.stderr
    assert not (tmp_path / "out.csv").exists()


def test_columns_that_are_new_are_ignored_with_a_word(table, tmp_path):
    frame, path = table
    model = trained(path, "--drop", "amount", "--drop", "level")
    frame.with_columns(more=1).write_csv(tmp_path / "more.csv")
    result = run("predict", model, tmp_path / "more.csv")
    assert result.exit_code == 0
    assert result.stderr.count("Note: ") == 1
    assert "columns that the model was not trained with are ignored: 'more'" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no signals there")
def test_ctrl_c_writes_the_best_epoch_so_far(table, tmp_path):
    model = tmp_path / "m.glassnet"
    process = start(
        "train", table[1], "-t", "label", "-o", model, "--epochs", 100_000, before=SMALL
    )
    while not process.stderr.readline().startswith("epoch"):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    status, out, err = finish(process)
    assert status == 0, err
    assert re.search(r"^training +stopped by Ctrl-C after \d+ epochs? in", out, re.MULTILINE)
    assert "Traceback" not in err
    assert gn.load(model).classes_.tolist() == ["no", "yes"]
    assert left(tmp_path) == ["m.glassnet", "table.csv"]


def test_the_time_ends_a_training(table, tmp_path):
    began = time.monotonic()
    result = run("train", table[1], "-t", "label", "-o", tmp_path / "m", "--max-time", "0.5s",
                 "--epochs", 10**6)  # fmt: skip
    assert result.exit_code == 0
    assert time.monotonic() - began < 20
    assert "max_time is over after" in result.stderr


def test_help_names_every_command_and_option():
    assert all(name in run("--help").output for name in ("train", "predict", "evaluate", "inspect"))
    text = run("train", "--help").output
    for option in ("--target", "--task", "--metric", "--test", "--test-size", "--drop", "--weight",
                   "--max-time", "--seed", "--epochs", "--output", "--json", "Ctrl-C"):  # fmt: skip
        assert option in text
