"""Ten CSV files made by hand to be awkward: each trains, or is refused in one clear sentence."""

# ruff: noqa: E501 - the tables below are read line by line

import re

import pytest

pytest.importorskip("typer")
pytest.importorskip("polars")

import glassnet as gn
from cli.commands import run
from cli.test_tables import small  # noqa: F401 - a fixture


def many(rows, n=40):
    """Return rows made for i = 0, 1, ..."""
    return "".join(rows(i) + "\n" for i in range(n))


YES = ("no", "yes")

TRAINS = {
    "dates": (
        "when,seen,price,y\n"
        + many(lambda i: f"2021-{1 + i % 12:02}-{1 + i % 28:02},{1 + i % 28}.3.2022,{i},{YES[i % 2]}"),
        {"when": "date", "seen": "date", "price": "number"}, "dates with the day first",
    ),
    "decimal commas": (
        "preis;gewicht;y\n" + many(lambda i: f"{i},{i % 10};1.{i:03},5;{YES[i % 2]}"),
        {"preis": "number", "gewicht": "number"}, "'preis' has decimal commas",
    ),
    "a byte-order mark": (
        "\ufeffy,gr\u00f6\u00dfe\n" + many(lambda i: f"{YES[i % 2]},{i}"), {"gr\u00f6\u00dfe": "number"}, "",
    ),
    "quoted newlines": (
        'text,x,y\n' + many(lambda i: f'"line one\nline, {i % 3}",{i},{YES[i % 2]}'),
        {"text": "category", "x": "number"}, "",
    ),
    "300 levels": (
        "level,x,y\n" + many(lambda i: f"level {i % 300},{i},{YES[i % 2]}", 900),
        {"level": "category", "x": "number"}, "",
    ),
    "columns without a value": (
        "a,empty,dashes,y\n" + many(lambda i: f"{i},,-,{YES[i % 2]}"), {"a": "number"}, "",
    ),
    "the same name twice": (
        "a,a,y\n" + many(lambda i: f"{i},{i * i},{YES[i % 2]}"),
        {"a": "number", "a_2": "number"}, "several columns 'a'; number 2 is called 'a_2'",
    ),
    "a leading index": (
        ",x,y\n" + many(lambda i: f"{i},{i % 7},{YES[i % 2]}"), {"x": "number"},
        "the first column has no name and counts the rows: left out",
    ),
    "mixed types": (
        "a,b,y\n" + many(lambda i: f"{i if i % 2 else 'word'},{'' if i % 5 else 1.5},{YES[i % 2]}", 90),
        {"b": "number"}, "",
    ),
    "3 rows": ("x,y\n1,no\n2,yes\n3,no\n", {"x": "number"}, ""),
    "a target that is missing here and there": (
        "x,y\n" + many(lambda i: f"{i},{'' if i % 10 == 0 else YES[i % 2]}"), {"x": "number"},
        "4 rows without a target left out",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "kinds", "word"), TRAINS.values(), ids=TRAINS)
def test_an_awkward_file_trains(content, kinds, word, tmp_path):
    path, model = tmp_path / "awkward.csv", tmp_path / "m"
    path.write_bytes(content.encode())
    result = run("train", path, "--target", "y", "--epochs", 2, "-o", model)
    assert result.exit_code == 0, result.output
    assert word in result.stderr
    used = {column.name: column.kind for column in gn.load(model).columns if column.features}
    assert used.items() >= kinds.items()
    again = run("predict", model, path)
    assert again.exit_code == 0, again.output
    assert again.stdout.count("\n") == 1 + run_rows(content)


def run_rows(content):
    """Return the rows of a file whose cells may hold ends of lines."""
    return len(re.sub(r'"[^"]*"', "", content).splitlines()) - 1


REFUSED = {
    "one value in the target": ("x,y\n" + many(lambda i: f"{i},yes"),
                                "the target 'y' is 'yes' in every row; expected at least two values"),
    "no value in the target": ("x,y\n" + many(lambda i: f"{i},"), "'y' is missing in every row"),
    "a target of dates": ("x,y\n" + many(lambda i: f"{i},{1 + i % 28}.1.2021"), "the target 'y' holds Date"),
    "a target of names": ("x,y\n" + many(lambda i: f"{i},name {i}"), "has 40 classes in 40 rows"),
    "the target alone": ("y\n" + many(lambda i: YES[i % 2]), "no column is left beside 'y'"),
    "two targets": ("x,y,y\n" + many(lambda i: f"{i},yes,no"), "several columns 'y'; which is the target"),
    "nothing that tells rows apart": ("x,y\n" + many(lambda i: f"1,{YES[i % 2]}"),
                                      "nothing is left of the 1 columns of X ('x': every cell is '1')"),
    "3 rows, all different": ("x,y\n1,a\n2,b\n3,c\n", "has 3 classes in 3 rows"),
    "1 row": ("x,y\n1,a\n", "is 'a' in every row"),
    "ragged rows": ("x,y\n1,a\n2\n", "line 3 has 1 cell; expected 2"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=REFUSED)
def test_an_awkward_file_is_refused_in_one_sentence(content, message, tmp_path):
    path = tmp_path / "awkward.csv"
    path.write_bytes(content.encode())
    result = run("train", path, "--target", "y", "--epochs", 2, "-o", tmp_path / "m")
    assert result.exit_code == 1, result.output
    assert re.fullmatch(r"Error: [^\n]+\n", result.stderr), result.stderr
    assert message in result.stderr
    assert list(tmp_path.iterdir()) == [path]
