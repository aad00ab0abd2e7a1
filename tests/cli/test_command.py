"""The command line as a person meets it: what it prints, what it writes, how it ends."""

import os
import re
import signal
import struct
import subprocess
import sys
import time

import pytest

pytest.importorskip("typer")
pytest.importorskip("matplotlib")

import glassnet
from cli.commands import finish, run, start, without_time
from glassnet.cli.experiment import EXPERIMENTS
from glassnet.estimators.architecture import ACTIVATIONS

IN_THE_PLANE = {"article", "moons", "circles", "spirals", "xor"}


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
    result = run("demo", *arguments, "--epochs", 3, "--out", tmp_path / "new" / "folder")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0].lower() == EXPERIMENTS[name].about.lower()
    losses = re.findall(r"^epoch +(\d+) +loss (\d+\.\d{4})", result.output, re.MULTILINE)
    assert [int(epoch) for epoch, _ in losses] == [1, 2, 3]
    assert re.search(r"^time +3 epochs in \d+\.\d s$", result.output, re.MULTILINE)
    if name == "diabetes":
        assert re.search(
            r"^error +[\d.]+ on average \(R2 \S+\) on 264 training rows$",
            result.output,
            re.MULTILINE,
        )
    else:
        assert re.search(r"^correct +[\d.]+% on [\d,]+ training rows$", result.output, re.MULTILINE)
    kind = "20,000 fresh" if name == "article" else r"\d+ test"
    assert re.search(rf"on {kind} rows$", result.output, re.MULTILINE)
    written = {path.stem: path for path in (tmp_path / "new" / "folder").iterdir()}
    assert set(written) == expected_figures(name)
    for path in written.values():
        assert re.search(rf"^  {path.name} +\w", result.output, re.MULTILINE)
        width, height = size_of_png(path)
        assert 500 < width < 4_000
        assert 400 < height < 4_000


def test_the_article_by_its_name_is_the_default(tmp_path):
    options = ["--epochs", 2, "--hidden", "7,4", "--activation", "tanh", "--seed", 1]
    outputs = [run("demo", *name, *options, "--out", tmp_path).output for name in ([], ["article"])]
    assert without_time(outputs[0]) == without_time(outputs[1])
    assert "2 - 7 - 4 - 3 nodes, tanh" in outputs[0]
    assert "summed over the 1,500 points, as the article counts" in outputs[0]
    assert re.search(r"9[67]\.\d\d% by the best possible rule, the nearest center", outputs[0])


@pytest.mark.parametrize("name", ["moons", "diabetes"])
def test_options_do_what_they_say(name, tmp_path):
    options = ["demo", name, "--epochs", 2, "--hidden", "7,4", "--activation", "gelu", "--out"]
    first = run(*options, tmp_path, "--seed", 5)
    assert " - 7 - 4 - 1 nodes, gelu" in first.output
    assert "2 epochs in" in first.output
    assert without_time(run(*options, tmp_path, "--seed", 5).output) == without_time(first.output)
    assert without_time(run(*options, tmp_path, "--seed", 6).output) != without_time(first.output)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_can_be_chosen(activation, tmp_path):
    result = run("demo", "iris", "--epochs", 1, "--activation", activation, "--out", tmp_path)
    assert (result.exit_code, f"nodes, {activation}\n" in result.output) == (0, True)


def test_activations_have_their_other_names(tmp_path):
    result = run("demo", "iris", "--epochs", 1, "--activation", "sigmoid", "--out", tmp_path)
    assert "nodes, logistic\n" in result.output


def test_figures_go_into_a_folder_of_their_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("demo", "xor", "--epochs", 1)
    assert f"Figures in {os.path.join('figures', 'xor')}:" in result.output  # noqa: PTH118
    assert (tmp_path / "figures" / "xor" / "regions.png").exists()


def test_list_names_each_demo_with_a_line():
    result = run("demo", "--list")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert [line.split()[0] for line in lines] == list(EXPERIMENTS)
    assert all(20 < len(line) <= 110 for line in lines)


def test_version():
    result = run("--version")
    assert (result.exit_code, result.output) == (0, f"glassnet {glassnet.__version__}\n")


def test_help_names_everything():
    text = run("demo", "--help").output
    for option in ("--list", "--seed", "--epochs", "--hidden", "--activation", "--out", "Ctrl-C"):
        assert option in text
    assert "demo" in run("--help").output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["iriss"], r"there is no demo 'iriss'\. Did you mean 'iris'\? `glassnet demo --list`"),
        (["Breast-Cancer"], r"Did you mean 'breast_cancer'\?"),
        (["zzz"], r"there is no demo 'zzz'\. `glassnet demo --list` names them\."),
        (["--activation", "rleu"], r"no activation 'rleu'\. Did you mean 'relu'\? Expected one"),
        (["--activation", "zz"], r"no activation 'zz'\. Expected one of identity, logistic"),
        (["--hidden", "5,x"], r"'5,x' gives no layer sizes\. Expected whole numbers from 1 to"),
        (["--hidden", "5,0"], r"'5,0' gives no layer sizes"),
        (["--hidden", "-5"], r"'-5' gives no layer sizes"),
        (["--hidden", "5,,5"], r"'5,,5' gives no layer sizes"),
        (["--hidden", ""], r"'' gives no layer sizes"),
        (["--hidden", "1001"], r"from 1 to 1,000"),
        (["--hidden", ",".join(["2"] * 11)], r"at most 10"),
        (["--epochs", "0"], r"'--epochs'.*(0 is not in the range x>=1|than or equal to 1)"),
        (["--epochs", "many"], r"'--epochs'.* valid int"),
        (["--seed", "-1"], r"'--seed'.*(-1 is not in the range|than or equal to 0)"),
        (["--seed", str(2**32)], r"'--seed'.*(is not in the range|than or equal to 4294967295)"),
        (["--seed", "x"], r"'--seed'.* valid int"),
        (["xor", "iris"], r"unexpected extra argument"),
        (["--colour"], r"[Nn]o such option"),
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


@pytest.mark.parametrize("below", ["", "deeper/still"])
def test_a_file_in_place_of_the_folder(below, tmp_path):
    path = tmp_path / "taken"
    path.write_text("mine")
    result = run("demo", "xor", "--epochs", 1, "--out", path / below)
    assert result.exit_code == 2
    assert "is a file. Choose a folder for the figures." in " ".join(result.output.split())
    assert "epoch" not in result.output
    assert path.read_text() == "mine"


def test_a_file_in_place_of_the_usual_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "figures").write_text("mine")
    result = run("demo", "xor", "--epochs", 1)
    assert (result.exit_code, "is a file" in result.output) == (2, True)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_to(tmp_path):
    tmp_path.chmod(0o500)
    result = run("demo", "xor", "--epochs", 1, "--out", tmp_path / "new")
    assert (result.exit_code, "cannot be written to" in result.output) == (2, True)


def test_a_disk_that_refuses_is_a_sentence(tmp_path):
    (tmp_path / "regions.png").mkdir()
    result = run("demo", "xor", "--epochs", 1, "--out", tmp_path)
    assert result.exit_code == 1
    assert re.search(r"^Error: .*regions\.png", result.output, re.MULTILINE)


@pytest.mark.parametrize(
    ("module", "sentence"),
    [
        (
            "typer",
            'glassnet needs Typer and Rich for its command line: pip install "glassnet[cli]"',
        ),
        ("rich", 'glassnet needs Typer and Rich for its command line: pip install "glassnet[cli]"'),
        ("matplotlib", 'pip install "glassnet[plot]"'),
    ],
)
def test_a_missing_extra_is_one_sentence(module, sentence, tmp_path):
    blocked = f"import sys; sys.modules[{module!r}] = None"
    process = start("demo", "xor", "--epochs", 1, "--out", tmp_path / "o", before=blocked)
    status, out, err = finish(process)
    assert (status, out) == (1, "")
    assert err.endswith(f"{sentence}\n")
    assert err.count("\n") == 1
    assert not (tmp_path / "o").exists()


def test_help_and_list_need_no_matplotlib_and_no_scikit_learn():
    for arguments in (["--help"], ["demo", "--help"], ["demo", "--list"]):
        blocked = "import sys; sys.modules['matplotlib'] = sys.modules['sklearn'] = None"
        status, out, err = finish(start(*arguments, before=blocked))
        assert (status, err) == (0, "")
        assert "demo" in out or "article" in out


@pytest.mark.parametrize("name", ["article", "spirals"])
def test_ctrl_c_ends_with_the_score_so_far(name, tmp_path):
    slow = ["--hidden", "200,200"] if name == "spirals" else []  # not over before the interrupt
    process = start("demo", name, "--epochs", 1_000_000, "--out", tmp_path, *slow)
    for line in process.stdout:
        if line.startswith("epoch"):
            break
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    status, out, err = finish(process)
    assert (status, err) == (130, "")
    assert "Stopped by Ctrl-C; this is what was learned so far:" in out
    epochs = int(re.search(r"^time +([\d,]+) epochs? in", out, re.MULTILINE)[1].replace(",", ""))
    assert 0 < epochs < 1_000_000
    assert re.search(r"^correct +\d", out, re.MULTILINE)
    assert {path.stem for path in tmp_path.iterdir()} == expected_figures(name)


def test_ctrl_c_before_the_command_begins():
    interrupted = "import sys, types; m = types.ModuleType('typer')\n"
    interrupted += "def __getattr__(name): raise KeyboardInterrupt\n"
    interrupted += "m.__getattr__ = __getattr__; sys.modules['typer'] = m"
    assert finish(start("--help", before=interrupted)) == (130, "", "")


def test_a_pipe_gets_plain_lines(tmp_path):
    status, out, err = finish(start("demo", "xor", "--epochs", 2, "--out", tmp_path))
    assert (status, err) == (0, "")
    assert out.isascii()
    assert not set("\x1b\r") & set(out)
    status, out, err = finish(start("demo", "--epochs", "0"))
    assert (status, out) == (2, "")
    assert err.isascii()


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_a_terminal_gets_a_progress_bar(tmp_path):
    import pty

    ours, theirs = pty.openpty()
    process = start_on(theirs, tmp_path)
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # Linux says so when the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    assert process.wait(timeout=60) == 0
    assert re.search(rb"\d+/300", shown)
    assert b"\x1b[" in shown
    assert b"loss 0." in shown


def start_on(terminal, folder):
    return subprocess.Popen(
        [sys.executable, "-m", "glassnet.cli", "demo", "--epochs", "300", "--out", str(folder)],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LC_ALL": "C.UTF-8"},
    )
