"""Model files of MLPClassifier and MLPRegressor on the command line: rows of numbers, no table."""

import json

import numpy as np
import pytest

from cli.commands import run
from files.golden_table import golden, names, new_numbers, stored

PLAIN = [name for name in names() if not name.startswith("tabular")]


@pytest.fixture
def rows(tmp_path):
    """Return the path of a CSV file of the golden rows, whose names do not matter."""
    lines = [",".join(map(repr, row)) for row in new_numbers()]
    (tmp_path / "rows.csv").write_text("\n".join(["p,q,r", *lines]) + "\n", encoding="utf-8")
    return tmp_path / "rows.csv"


@pytest.mark.parametrize("name", PLAIN)
def test_predictions_are_those_that_were_stored(name, rows):
    is_classifier = name not in ("means", "counts")
    done = run("predict", golden(name), rows, "--json", *["--proba"] * is_classifier)
    assert done.exit_code == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    expected = np.atleast_2d(np.array(stored(name)).T).T
    kind = "probability" if is_classifier else "prediction"
    columns = [column for column in found[0] if column.startswith(kind)]
    assert len(columns) == expected.shape[1]
    values = np.array([[row[column] for column in columns] for row in found])
    assert values == pytest.approx(expected, rel=1e-6)


INSPECTED = {
    "two-classes": ("the class, one of 2: no, yes", "5 - 1 nodes, GELU"),
    "four-classes": ("the class, one of 4: 0, 10, 20, 30", "4 - 3 - 4 nodes, ELU, LeakyReLU"),
    "labels": ("3 labels, each 0 or 1", "4 - 3 nodes, Softplus"),
    "several-targets": ("3 targets with classes of their own", "7 nodes, linear"),
    "means": ("2 numbers", "4 - 2 nodes, SiLU"),
    "counts": ("1 number", "3 - 1 nodes, HardTanh"),
}


@pytest.mark.parametrize("name", PLAIN)
def test_inspect(name):
    done = run("inspect", golden(name))
    assert done.exit_code == 0, done.stderr
    for words in (*INSPECTED[name], "3 numbers a row", "epoch 9 of 9"):
        assert words in done.stdout


def test_evaluate_knows_one_target(rows):
    done = run("evaluate", golden("several-targets"), rows, "--target", "p")
    assert done.exit_code == 2
    assert "predicts several targets at once; evaluate knows one" in done.stderr
