"""The command line as a person meets it: what it prints, what it writes, how it ends."""

import os
import re
import signal
import struct
import subprocess
import sys
import time

import numpy as np
import pytest

pytest.importorskip("typer")
pytest.importorskip("matplotlib")

from typer.testing import CliRunner

import glassnet
from glassnet.cli.app import app
from glassnet.cli.experiment import EXPERIMENTS

IN_THE_PLANE = {"article", "moons", "circles", "spirals", "xor"}


def run(*arguments):
    """Run the command in this process; return its result."""
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "300", "TERM": "dumb"})


def start(*arguments, before=""):
    """Start the command in a process of its own, after some Python; return the process."""
    code = f"{before}\nimport sys; sys.argv = {['glassnet', *arguments]!r}\n"
    code += "from glassnet.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


def size_of_png(path):
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", data[16:24])


def expected_figures(name):
    figures = {"loss", "network"}
    if name in IN_THE_PLANE:
        figures |= {"points", "regions"}
    if name == "article":
        return figures | {"activations", "descent"}
    return figures | {"predicted" if name == "diabetes" else "confusion"}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_each_demo_trains_tells_and_draws(name, tmp_path):
    arguments = [] if name == "article" else [name]
    result = run("demo", *arguments, "--epochs", "3", "--out", str(tmp_path))
    assert result.exit_code == 0, result.output
    assert result.output.startswith(f"{name}: ")
    losses = re.findall(r"^epoch +(\d+) +loss (\d+\.\d{6})", result.output, re.MULTILINE)
    assert [int(epoch) for epoch, _ in losses] == [1, 2, 3]
    assert re.search(r"^final loss +" + losses[-1][1], result.output, re.MULTILINE)
    assert re.search(r"^epochs +3$", result.output, re.MULTILINE)
    assert re.search(r"^seconds +\d+\.\d\d$", result.output, re.MULTILINE)
    what = "R²" if name == "diabetes" else "classification rate"
    parts = ["training", "fresh"] if name == "article" else ["training", "validation", "test"]
    for part in parts:
        assert re.search(
            rf"^{what} on [\d,]+ {part} rows +-?[\d.]+%?$", result.output, re.MULTILINE
        ), part
    assert {path.stem for path in tmp_path.iterdir()} == expected_figures(name)
    for path in tmp_path.iterdir():
        assert str(path) in result.output
        width, height = size_of_png(path)
        assert 500 < width < 4000
        assert 400 < height < 4000


def test_the_article_by_default_is_the_article():
    experiment = EXPERIMENTS["article"]
    table = experiment.load(np.random.default_rng(0))
    X, y = table.train
    assert X.shape == (1500, 2)
    assert table.test[0].shape == (20_000, 2)
    centers = [X[y == k].mean(axis=0) for k in range(3)]
    np.testing.assert_allclose(centers, [(0, -2), (2, 2), (-2, 2)], atol=0.2)
    estimator = experiment.estimator(
        table, hidden=experiment.hidden, activation=experiment.activation, epochs=1, seed=0
    )
    # By hand: one step of 1e-5 along the gradient of the summed loss from N(0, 1).
    rng = np.random.RandomState(0)
    W1, b1 = rng.normal(size=(2, 5)), rng.normal(size=5)
    W2, b2 = rng.normal(size=(5, 3)), rng.normal(size=3)
    A = 1 / (1 + np.exp(-(X @ W1 + b1)))
    E = np.exp(A @ W2 + b2)
    delta = E / E.sum(axis=1, keepdims=True) - np.eye(3)[y]
    with pytest.warns(match="Maximum iterations"):
        estimator.fit(X, y)
    np.testing.assert_allclose(estimator.coefs_[1], W2 - 1e-5 * A.T @ delta, rtol=1e-12)
    hidden = delta @ W2.T * A * (1 - A)
    np.testing.assert_allclose(estimator.coefs_[0], W1 - 1e-5 * X.T @ hidden, rtol=1e-12)
    assert (experiment.hidden, experiment.epochs) == ((5,), 10_000)


def test_options_do_what_they_say(tmp_path):
    changed = run(
        *("demo", "moons", "--epochs", "2", "--seed", "5", "--hidden", "7,4"),
        *("--activation", "gelu", "--out", str(tmp_path / "a")),
    )
    assert "network 2-7-4-1, gelu" in changed.output
    assert re.search(r"^epochs +2$", changed.output, re.MULTILINE)
    again = run(
        *("demo", "moons", "--epochs", "2", "--seed", "5", "--hidden", "7,4"),
        *("--activation", "gelu", "--out", str(tmp_path / "b")),
    )
    other = run(
        *("demo", "moons", "--epochs", "2", "--seed", "6", "--hidden", "7,4"),
        *("--activation", "gelu", "--out", str(tmp_path / "c")),
    )

    def loss(result):
        return re.search(r"^final loss +(\S+)$", result.output, re.MULTILINE)[1]

    assert loss(changed) == loss(again) != loss(other)


def test_the_figures_go_into_a_folder_that_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("demo", "xor", "--epochs", "1")
    assert (tmp_path / "figures" / "xor" / "regions.png").exists()
    assert "figures/xor/regions.png" in result.output.replace(os.sep, "/")


def test_list_names_each_demo_with_a_line():
    result = run("demo", "--list")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert [line.split()[0] for line in lines] == list(EXPERIMENTS)
    assert all(len(line.split()) > 3 for line in lines)


def test_version():
    result = run("--version")
    assert (result.exit_code, result.output) == (0, f"glassnet {glassnet.__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["iriss"], r"there is no demo 'iriss'\. Did you mean 'iris'\? There are: article, iris"),
        (["zzz"], r"there is no demo 'zzz'\. There are: article"),
        (["--activation", "rleu"], r"no activation 'rleu'\. Did you mean 'relu'\?"),
        (["--activation", "sigmoid"], r"no activation 'sigmoid'\. Did you mean 'logistic'\?"),
        (["--hidden", "5,x"], r"'5,x' is no list of layer sizes: expected whole numbers of 1"),
        (["--hidden", "5,0"], r"'5,0' is no list of layer sizes"),
        (["--hidden", ""], r"'' is no list of layer sizes"),
        (
            ["--epochs", "0"],
            r"'--epochs'.* (0 is not in the range x>=1|greater than or equal to 1)",
        ),
        (["--epochs", "many"], r"'--epochs'.* valid int"),
        (["--seed", "-1"], r"'--seed'.* (-1 is not in the range x>=0|greater than or equal to 0)"),
    ],
)
def test_errors_say_what_to_do_and_write_nothing(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("demo", *arguments)
    assert result.exit_code == 2
    text = " ".join(re.sub("[│╭╮╰╯─]", " ", result.output).split())
    assert re.search(message, text), text
    assert "Traceback" not in text
    assert not list(tmp_path.iterdir())


def test_a_file_in_place_of_the_folder(tmp_path):
    path = tmp_path / "taken"
    path.write_text("mine")
    result = run("demo", "xor", "--epochs", "1", "--out", str(path))
    assert result.exit_code == 2
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("module", "extra"), [("typer", "cli"), ("rich", "cli"), ("matplotlib", "plot")]
)
def test_a_missing_extra_is_one_sentence(module, extra, tmp_path):
    blocked = f"import sys; sys.modules[{module!r}] = None"
    process = start("demo", "xor", "--epochs", "1", "--out", str(tmp_path / "o"), before=blocked)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert re.fullmatch(rf'\S.* pip install "glassnet\[{extra}\]"\n', err), err
    assert "Traceback" not in out + err
    assert not (tmp_path / "o").exists()


def test_ctrl_c_ends_with_the_score_so_far(tmp_path):
    process = start("demo", "--epochs", "1000000", "--out", str(tmp_path))
    for line in process.stdout:
        if line.startswith("epoch"):
            break
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == ""
    assert "interrupted" in out
    assert re.search(r"^classification rate on 20,000 fresh rows +\d", out, re.MULTILINE)
    assert (tmp_path / "network.png").exists()


def test_a_pipe_gets_plain_lines(tmp_path):
    process = start("demo", "xor", "--epochs", "2", "--out", str(tmp_path))
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "\x1b" not in out
    assert "\r" not in out
