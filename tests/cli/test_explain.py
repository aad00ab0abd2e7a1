"""``glassnet explain``: what it shows, where it goes, and what it refuses."""

import json
import os
import shutil

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("typer")
pytest.importorskip("polars")

import polars as pl

import glassnet as gn
from cli.commands import finish, run, start
from files.golden_table import golden, new_numbers, rows, targets

MODEL = golden("tabular-classifier")


def left(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def table(tmp_path):
    """Return the path of a table that has the target of the golden model."""
    frame = pd.DataFrame(rows()).assign(answer=targets("tabular-classifier"))
    frame.to_csv(tmp_path / "t.csv", index=False)
    return tmp_path / "t.csv"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return a model that the command line has trained, and its table."""
    folder = tmp_path_factory.mktemp("trained")
    i = np.arange(60)
    pl.DataFrame({
        "x": (i * 37 % 61) / 10, "city": [("Bern", "Basel", "Chur")[k % 3] for k in i],
        "bought": [("no", "yes")[int(k * 37 % 61 > 30)] for k in i],
    }).write_csv(folder / "t.csv")  # fmt: skip
    model = folder / "m.glassnet"
    result = run("train", folder / "t.csv", "-t", "bought", "-o", model, "--epochs", 2,
                 "--model", "mlp")  # fmt: skip
    assert result.exit_code == 0, result.output
    return model, folder / "t.csv"


def test_text_with_the_target_that_the_model_knows(trained):
    model, table = trained
    result = run("explain", model, table, "--row", 3)
    assert (result.exit_code, result.stderr) == (0, "")
    frame = pl.read_csv(table)
    told = gn.explain(model, frame.drop("bought"), 2, frame["bought"])
    assert result.stdout == told.text() + "\n"
    assert "Update: " in result.stdout
    assert "bought: " in result.stdout


def test_without_the_target_there_is_the_way_there(trained, tmp_path):
    model, table = trained
    pl.read_csv(table).drop("bought").with_columns(note=pl.lit("x")).write_csv(tmp_path / "n.csv")
    result = run("explain", model, tmp_path / "n.csv", "--row", 1)
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        f"Note: {tmp_path / 'n.csv'} has no column 'bought': there is no backward pass",
        "Note: columns that the model was not trained with are ignored: 'note'",
    ]
    assert "Backward" not in result.stdout
    pl.read_csv(table).with_columns(bought=pl.lit(None)).write_csv(tmp_path / "m.csv")
    result = run("explain", model, tmp_path / "m.csv", "--row", 2)
    assert result.stderr == "Note: 'bought' is missing in row 2: there is no backward pass\n"


def test_a_model_that_does_not_know_its_target(table):
    result = run("explain", MODEL, table, "--row", 60)
    assert result.exit_code == 0, result.output
    assert f"Note: {MODEL} does not say which column it predicts: there is no backward" in (
        result.stderr
    )
    result = run("explain", MODEL, table, "--row", 60, "--target", "answer", "--parameter", 5)
    assert result.exit_code == 0, result.output
    assert "Backward" in result.stdout


def test_json(trained):
    model, table = trained
    result = run("explain", model, table, "--row", 3, "--parameter", 7, "--json")
    frame = pl.read_csv(table)
    told = gn.explain(model, frame.drop("bought"), 2, frame["bought"], parameter=7)
    assert json.loads(result.stdout) == told.to_dict()
    assert json.loads(result.stdout)["parameter"]["index"] == 7


FORMS = {"e.md": "markdown", "e.tex": "latex", "e.txt": "text", "e": "text"}


@pytest.mark.parametrize("name", FORMS)
def test_the_ending_says_the_form(name, trained, tmp_path):
    model, table = trained
    out = tmp_path / name
    result = run("explain", model, table, "--row", 3, "-o", out)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"explanation  {out} ({FORMS[name]}, row 3 of {table})\n"
    frame = pl.read_csv(table)
    told = gn.explain(model, frame.drop("bought"), 2, frame["bought"])
    expected = {"markdown": told.markdown(), "latex": told.latex(), "text": told.text() + "\n"}
    assert out.read_text(encoding="utf-8") == expected[FORMS[name]]
    again = run("explain", model, table, "--row", 3, "--to", FORMS[name])
    assert again.stdout == expected[FORMS[name]]
    assert left(tmp_path) == [name]


def test_a_file_and_json(trained, tmp_path):
    model, table = trained
    result = run(
        "explain", model, table, "--row", 3, "-o", tmp_path / "e", "--to", "latex", "--json"
    )
    assert json.loads(result.stdout) == {
        "explanation": str(tmp_path / "e"), "form": "latex", "row": 3,
    }  # fmt: skip


def test_one_of_several_networks(rng, table, tmp_path):
    frame = pd.DataFrame(rows())
    model = gn.TabularClassifier((4,), max_iter=2, n_ensemble=2, engine="numpy", random_state=0)
    with np.errstate(all="ignore"), pytest.warns(gn.DataWarning):
        model.fit(frame, targets("tabular-classifier"))
    model.save(tmp_path / "m")
    for member in (1, 2):
        result = run("explain", tmp_path / "m", table, "--row", 1, "--member", member)
        assert f"The model is 2 networks; number {member} is explained here" in result.stdout
    result = run("explain", tmp_path / "m", table, "--row", 1, "--member", 3)
    assert result.exit_code == 2
    assert result.stderr == f"Error: --member 3: {tmp_path / 'm'} is 2 networks.\n"


REFUSED = {
    "beyond": (
        "--row 61",
        2,
        ("--row 61: {table} has 60 rows, which count from 1 below the column names."),
    ),
    "no row": ("", 2, "Missing option '--row'"),
    "row 0": ("--row 0", 2, "Invalid value for '--row'"),
    "format": ("--row 1 --to html", 2, "'html' is not one of 'text', 'markdown', 'latex'"),
    "target": (
        "--row 1 -t answr",
        2,
        ("--target answr: {table} has no such column. Nearest: 'answer'."),
    ),
    "update": (
        "--row 1 --parameter 3",
        2,
        (
            "--parameter 3: an update needs the target, and {model} "
            "does not say which column it predicts. Add it, or leave --parameter out."
        ),
    ),
    "parameter": (
        "--row 1 -t answer --parameter 99999",
        2,
        ("--parameter: parameter is 99999; expected the place of one of the network's"),
    ),
    "label": (
        "--row 2 -t color",
        1,
        (
            "{table}, row 2: y is 'green' in this row; the model knows the "
            "classes 'no', 'perhaps', 'yes'."
        ),
    ),
    "form": (
        "--row 1 -o e.pdf",
        2,
        "--output e.pdf: .pdf is none of the forms; expected a name that ends in .txt, .md or .tex",
    ),
    "folder": ("--row 1 -o no/e.md", 2, "there is no folder 'no'. Make it, or choose another."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_was_asked_wrongly(case, table, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments, status, message = REFUSED[case]
    result = run("explain", MODEL, table, *arguments.split())
    assert result.exit_code == status
    assert message.format(table=table, model=MODEL) in " ".join(result.stderr.split())
    assert result.stdout == ""
    assert left(tmp_path) == ["t.csv"]


def test_a_cell_that_is_no_number(tmp_path):
    frame = pd.DataFrame(rows()).astype({"age": object})
    frame.loc[4, "age"] = "old"
    frame.to_csv(tmp_path / "t.csv", index=False)
    result = run("explain", MODEL, tmp_path / "t.csv", "--row", 5)
    assert result.exit_code == 1
    assert result.stderr.startswith(
        f"Error: {tmp_path / 't.csv'}, row 5: column 'age': 'old' is not a number; a missing number"
    )
    assert "rows count from 0" not in result.stderr
    assert run("explain", MODEL, tmp_path / "t.csv", "--row", 6).exit_code == 0


def test_a_table_without_a_column(tmp_path):
    pd.DataFrame(rows()).drop(columns="income").to_csv(tmp_path / "t.csv", index=False)
    result = run("explain", MODEL, tmp_path / "t.csv", "--row", 5)
    assert result.exit_code == 1
    assert f"{tmp_path / 't.csv'}, row 5: X lacks 1 column" in result.stderr
    assert "'income'" in result.stderr


def test_several_targets(tmp_path):
    frame = pd.DataFrame(new_numbers(), columns=["a", "b", "c"])
    frame.assign(t=1).to_csv(tmp_path / "t.csv", index=False)
    result = run("explain", golden("labels"), tmp_path / "t.csv", "--row", 5, "-t", "t")
    assert result.exit_code == 1
    assert "row 5: " in result.stderr


def test_inputs_are_not_written_over(table, tmp_path):
    model = tmp_path / "m.md"
    shutil.copy(MODEL, model)
    os.link(table, tmp_path / "t.md")
    for out in (model, tmp_path / "t.md"):
        before = out.read_bytes()
        result = run("explain", model, table, "--row", 1, "-o", out)
        assert result.exit_code == 2
        assert f"--output {out} is the file that is read; choose another." in result.stderr
        assert out.read_bytes() == before


def test_a_full_disk_leaves_nothing(trained, tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    result = run("explain", *trained, "--row", 1, "-o", tmp_path / "e.md")
    assert (result.exit_code, left(tmp_path)) == (1, [])
    assert result.stderr == "Error: no space left on device.\n"


def test_in_a_process_of_its_own_without_scikit_learn(trained):
    before = "import sys; sys.modules['sklearn'] = None; sys.modules['scipy'] = None"
    status, out, err = finish(start("explain", *trained, "--row", 1, before=before))
    assert (status, err) == (0, "")
    assert out.startswith("Forward: from the row to the prediction and its loss\n=====")
