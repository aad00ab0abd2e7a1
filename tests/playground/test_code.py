"""The exported program, run in a process of its own, comes to the page's weights, to the bit."""

import ast
import contextlib
import io
import os
import runpy
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from threadpoolctl import threadpool_limits

import glassnet
from glassnet.cli.rows import upload_of
from glassnet.errors import DataWarning, GlassnetError
from glassnet.playground import data as playground_data
from glassnet.playground import filing
from glassnet.playground.code import program, source
from glassnet.playground.kinds import GROUPS
from glassnet.playground.setup import Choice
from glassnet.points import POINTS
from playground.pages import choice, data, layers, session
from playground.test_session import advance, diverging, table

SOURCE = Path(glassnet.__file__).parents[1]
END = """
import sys, pathlib
pathlib.Path("theta.bin").write_bytes(theta.tobytes())
assert not pathlib.Path("owned").exists() and not hasattr(sys, "owned")
"""


def run_alone(text, folder):
    """Run a program in a process of its own; return its theta, and what it printed."""
    path = folder / "playground.py"
    path.write_text(text + END, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error::SyntaxWarning", path.name], cwd=folder, check=False,
        capture_output=True, text=True, timeout=60, env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return np.frombuffer((folder / "theta.bin").read_bytes()), done.stdout


def check_alone(found, folder):
    theta, out = run_alone(program(found), folder)
    np.testing.assert_array_equal(theta, found.state.theta)
    return out


def check(found, folder):
    """The same in this process, which has everything imported already."""
    path = folder / "playground.py"
    path.write_text(program(found), encoding="utf-8")
    before = set(vars(sys))
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(io.StringIO()) as out,
        warnings.catch_warnings(),
        threadpool_limits(1),  # what the program sets is undone
    ):
        warnings.simplefilter("ignore", DataWarning)  # which the page has shown
        warnings.simplefilter("ignore", RuntimeWarning)  # of weights that have gone far out
        names = runpy.run_path(path.name, run_name="__main__")
        assert not Path("owned").exists()
    assert set(vars(sys)) == before
    np.testing.assert_array_equal(names["theta"], found.state.theta)
    return out.getvalue()


def trained(found, n_steps=23):
    advance(found, n_steps)
    return found


PAINTED = [[0.1 * i, (-1.0) ** i / 3, i % 3] for i in range(30)]
CASES = {
    **{name: {"data": data(name, classes=3)} for name in POINTS},
    "iris": {"data": data("iris")},
    "diabetes": {"data": data("diabetes"), "loss": choice("Huber", delta=0.5)},
    "painted": {"data": data("painted", points=PAINTED, seed=5)},
    "no test rows": {"data": data(test=0.0), "batch_size": 0},
    "columns": {"data": data("wine"), "inputs": ["proline", "alcohol"]},
    "inputs": {"inputs": ["x1 x2", "sin x2", "x1^2"], "seed": 2**32 - 1},
    "no layers": {"data": data(), "layers": []},
    "everything": {
        "data": data("spiral", noise=0.3, test=0.5, seed=9), "inputs": ["x1", "x2^2"],
        "layers": layers(5, activation="LeakyReLU", dropout=0.4) + layers(3, activation="GELU"),
        "weights": choice("He", distribution="normal", factor=1.5),
        "loss": choice("CrossEntropy", label_smoothing=0.05),
        "optimizer": choice("AdamW", beta_2=0.98), "schedule": choice("OneCycle", warmup=4),
        "epochs": 7, "penalty": {"l1": 0.01, "l2": 0.1}, "batch_size": 11, "learning_rate": 0.3,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", ["everything", "iris"])
def test_a_process_of_its_own_comes_to_the_same_weights(name, tmp_path):
    check_alone(trained(session(**CASES[name])), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_all_processes_come_to_the_same_weights(name, tmp_path):
    check_alone(trained(session(**CASES[name])), tmp_path)


@pytest.mark.parametrize("name", CASES)
def test_the_program_comes_to_the_same_weights(name, tmp_path):
    found = trained(session(**CASES[name]))
    out = check(found, tmp_path)
    assert out.startswith("training: loss ")
    assert ("right" in out) is bool(found.data.classes)


def test_before_the_first_step(tmp_path):
    found = session(data=data())
    found.edit(2, 0.5)
    check(found, tmp_path)


def test_live_changes_and_edits(tmp_path):
    found = session(data=data(), layers=layers(4, 3), batch_size=7)
    found.edit(0, -2)
    found.change({"learning_rate": 0.2})
    advance(found, 4)
    found.change({"optimizer": choice("Momentum"), "batch_size": 9})
    advance(found, 8)
    for value in (1.0, 2.0, 3.0):  # a slider that is drawn
        found.edit(5, value)
        found.change({"learning_rate": value})
    advance(found, 13)
    found.change({"layers": layers(4, 3, dropout=0.5), "penalty": {"l1": 0.1, "l2": 0.0}})
    advance(found, 21)
    found.change({"schedule": choice("Cosine"), "epochs": 20})
    advance(found, 33)
    found.change({"schedule": None, "epochs": None, "optimizer": choice("NAdam")})
    advance(found, 40)
    found.change({"view": {"kind": "columns", "x": "x1", "y": "x2"}, "seed": found.setup.seed})
    check(found, tmp_path)


def test_another_optimizer_and_back_at_the_same_step(tmp_path):
    """Its slots begin anew, though nothing of the setup has changed in the end."""
    found = session(data=data(), optimizer=choice("Adam"))
    advance(found, 9)
    found.change({"optimizer": choice("GradientDescent")})
    found.change({"optimizer": choice("Adam")})
    advance(found, 20)
    check(found, tmp_path)


@pytest.mark.parametrize("dropout", [0.0, 0.3])
@pytest.mark.parametrize("first", [0, 3])
def test_a_training_that_has_diverged_and_gone_on(dropout, first, tmp_path):
    found = diverging(layers=layers(4, activation="ReLU", dropout=dropout), learning_rate=0.01)
    advance(found, first)
    found.change({"learning_rate": 1e6})
    advance(found, 1000)
    assert found.ended.why == "diverged"
    step = found.state.step
    found.change({"learning_rate": 0.01})
    found.put(np.linspace(-0.5, 0.5, found.net.n_params))
    advance(found, step + 9)
    assert found.state.step == step + 9
    check(found, tmp_path)


def test_a_network_of_a_file(tmp_path):
    one = trained(session(data=data(), layers=layers(3)))
    filing.save(one, tmp_path / "m.glassnet")
    other = trained(session(data=data(), layers=layers(5)), 6)
    filing.load(other, tmp_path / "m.glassnet")
    advance(other, 9)
    check(other, tmp_path)


NASTY = [
    '"""', "'''", "\\", "a\nb", '"); import sys; sys.owned = 1; ("', "{sys}", "%s", "\u202egnp",
    "open('owned', 'w')", "é ü 日本", "#", "\\N{DIGIT ONE}", "\x00" * 0 + "\x7f", "\u2028x",
]  # fmt: skip


def nasty_table(folder, name, target, rng):
    """Write a table whose names are what a program must not take for its own."""
    frame = {one: rng.normal(size=60).round(3).tolist() for one in NASTY}
    frame["'; open('owned','w'); '"] = [f"level {i % 40}" for i in range(60)]  # will be dropped
    frame[target] = [("'''", '"""', "\n#")[i % 3] for i in range(60)]
    pl.DataFrame(frame).write_parquet(folder / name)
    return folder / name


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("'\"; open('owned','w') #.csv", "y\n'''\nopen('owned','w')\n"),
        ("a\nb\\.csv", '"""'),
        ("iris", "y"),  # not scikit-learn's
        ("日本 é.csv", "\\"),
    ],
)
def test_names_that_would_be_programs(name, target, tmp_path, rng):
    if target in NASTY:
        target = f"{target} "
    path = nasty_table(tmp_path, name, target, rng)
    found = session(path)
    found.change({"data": data("file", target=target), "inputs": list(found.data.columns[3:6])})
    assert found.data.classes == ("\n#", '"""', "'''")
    trained(found)
    text = program(found)
    calls = {node.func.id for node in ast.walk(ast.parse(text))
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}  # fmt: skip
    assert calls <= {"rows_of", "len", "print", "threadpool_limits", "train_until"}
    (check_alone if name.startswith("'") else check)(found, tmp_path)


@pytest.mark.parametrize("y", ["classes", "numbers"])
def test_an_uploaded_table(y, tmp_path, rng):
    more = {"y": rng.normal(100, 5, 120).round(3)} if y == "numbers" else {}
    check(trained(session(table(tmp_path, rng, **more))), tmp_path)


def test_a_table_that_is_too_long(tmp_path, rng, monkeypatch):
    monkeypatch.setattr(playground_data, "MOST_FILE_ROWS", 50)
    monkeypatch.setattr("glassnet.playground.code.MOST_FILE_ROWS", 50)
    found = session(table(tmp_path, rng))
    assert len(found.data.y) == 50
    assert any(one.startswith("50 of the 120 rows") for one in found.data.says)
    check(trained(found), tmp_path)


def test_a_file_that_the_page_no_longer_has(tmp_path, rng):
    """The program names the file; it says which one it lacks."""
    path = table(tmp_path, rng)
    text = program(trained(session(path)))
    path.unlink()
    with pytest.raises(AssertionError, match=r"t\.csv: No such file"):
        run_alone(text, tmp_path)


@pytest.mark.parametrize(
    ("group", "name"),
    [(group, name) for group in GROUPS if group != "activations" for name in GROUPS[group]],
)
def test_the_source_of_every_kind_makes_it_again(group, name):
    made = Choice.of(group, name).made(group)
    assert eval(source(made), {"gn": glassnet}) == made


@pytest.mark.parametrize("name", GROUPS["activations"])
def test_the_source_of_every_activation(name):
    made = GROUPS["activations"][name]()
    assert eval(source(made), {"gn": glassnet}) == made


def test_what_is_uploaded_is_read_before_it_is_shown(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"PAR1" + bytes(40))
    with pytest.raises(GlassnetError, match=r"^mine\.csv begins like Parquet, and cannot be read"):
        upload_of(tmp_path / "t.csv", "mine.csv")
    shutil.rmtree(tmp_path / "none", ignore_errors=True)
    with pytest.raises(GlassnetError, match=r"^mine\.csv: No such file"):
        upload_of(tmp_path / "none.csv", "mine.csv")
