"""``glassnet export``: what it writes, what it says, and what it refuses."""

import json
import os
import shutil

import numpy as np
import onnxruntime
import pytest

pytest.importorskip("typer")

from attacks.crafted import file_of, parts
from cli.commands import finish, run, start
from files.golden_table import golden, new_numbers, stored
from files.source_models import TARGETS, imported, record
from glassnet import load
from glassnet.core.activations import ReLU
from glassnet.core.dense import Dense
from glassnet.core.losses import SquaredError
from glassnet.core.network import Network
from glassnet.errors import MissingExtraError
from glassnet.files.model_file import write_record

MODEL = golden("two-classes")


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def test_python(tmp_path):
    out = tmp_path / "m.py"
    result = run("export", MODEL, "--to", "python", "-o", out)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"written      {out} ({out.stat().st_size:,} bytes)\n"
    assert left(tmp_path) == ["m.py"]  # before its import, beside which Python may keep bytecode
    rows = np.array(new_numbers())
    assert np.array_equal(imported(out).predict(rows), load(MODEL).predict(rows))


def test_c_with_a_name(tmp_path):
    out = tmp_path / "m.h"
    result = run("export", MODEL, "--to", "c", "--output", out, "--name", "churn", "--json")
    assert result.exit_code == 0, result.output
    files = [{"path": str(out), "bytes": out.stat().st_size}]
    assert json.loads(result.stdout) == {"model": str(MODEL), "to": "c", "files": files}
    assert "static inline void churn_predict(const double *row, double *out)" in out.read_text()
    assert run("export", MODEL, "--to", "c", "-o", out).exit_code == 0  # the old one is replaced
    assert "static inline void m_predict(const double *row, double *out)" in out.read_text()
    assert left(tmp_path) == ["m.h"]


@pytest.fixture
def large(rng, tmp_path):
    """Return the path of a model with many weights."""
    path = tmp_path / "large.npz"
    net = Network([Dense(3, 6000), ReLU(), Dense(6000, 1)], SquaredError())
    write_record(path, record(rng, net, TARGETS["mean"]))
    return path


def test_many_weights_are_a_second_file(large, tmp_path):
    result = run("export", large, "--to", "python", "-o", tmp_path / "m.py", "--json")
    assert result.exit_code == 0, result.output
    names = [one["path"] for one in json.loads(result.stdout)["files"]]
    assert names == [str(tmp_path / "m.py"), str(tmp_path / "m.npz")]
    assert left(tmp_path) == ["large.npz", "m.npz", "m.py"]


def test_the_second_file_is_not_the_model(large, tmp_path):
    before = large.read_bytes()
    result = run("export", large, "--to", "python", "-o", tmp_path / "large.py")
    assert result.exit_code == 2
    assert "large.npz is the file that is read; choose another." in result.stderr
    assert large.read_bytes() == before
    assert left(tmp_path) == ["large.npz"]


def test_onnx(tmp_path):
    result = run("export", MODEL, "--to", "onnx", "-o", tmp_path / "m.onnx")
    assert result.exit_code == 0, result.output
    size = (tmp_path / "m.onnx").stat().st_size
    assert result.stdout == f"written      {tmp_path / 'm.onnx'} ({size:,} bytes)\n"
    runtime = onnxruntime.InferenceSession(tmp_path / "m.onnx")
    rows = np.array(new_numbers())
    (found,) = runtime.run(["probabilities"], {"X": rows})
    assert found == pytest.approx(np.array(stored("two-classes")), rel=1e-6)


def test_onnx_without_its_packages(tmp_path, monkeypatch):
    def write(record, path):
        raise MissingExtraError("ONNX needs onnx. Install it: pip install 'glassnet[onnx]'.")

    monkeypatch.setattr("glassnet.cli.exporting.write_onnx", write)
    result = run("export", MODEL, "--to", "onnx", "-o", tmp_path / "m.onnx")
    assert result.exit_code == 1
    assert result.stderr == "Error: ONNX needs onnx. Install it: pip install 'glassnet[onnx]'.\n"
    assert left(tmp_path) == []


REFUSED = {
    "ending of python": (
        "--to python -o m.txt",
        "expected a name that ends in .py, for --to python.",
    ),
    "ending of c": ("--to c -o m.c", "expected a name that ends in .h, for --to c."),
    "ending of onnx": ("--to onnx -o m.py", "expected a name that ends in .onnx, for --to onnx."),
    "unknown format": ("--to java -o m.java", "'java' is not one of 'python', 'c', 'onnx'"),
    "no format": ("-o m.py", "Missing option '--to'"),
    "no place": ("--to c", "Missing option '--output' / '-o'"),
    "no folder": ("--to c -o no/m.h", "there is no folder"),
    "name for python": ("--to python -o m.py --name x", "--name x: only --to c takes it; leave it"),
    "no name of c": ("--to c -o m.h --name 2x", "--name: name is '2x'; expected a letter, then"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_was_asked_wrongly(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments, message = REFUSED[case]
    result = run("export", MODEL, *arguments.split())
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
    assert result.stdout == ""
    assert left(tmp_path) == []


def test_a_model_is_not_written_over(tmp_path):
    model = tmp_path / "m.py"
    shutil.copy(MODEL, model)
    os.link(model, tmp_path / "m.h")
    for to, out in (("python", model), ("c", tmp_path / "m.h")):
        result = run("export", model, "--to", to, "-o", out)
        assert result.exit_code == 2
        assert result.stderr == (
            f"Error: --output {out} is the file that is read; choose another.\n"
        )
    assert model.read_bytes() == MODEL.read_bytes()


def test_a_model_that_is_none(tmp_path):
    result = run("export", tmp_path / "no", "--to", "c", "-o", tmp_path / "m.h")
    assert result.exit_code == 2
    assert f"{tmp_path / 'no'}: No such file or directory. Expected a model file." in result.stderr
    (tmp_path / "table").write_bytes(b"a,b\n1,2\n" * 9)
    result = run("export", tmp_path / "table", "--to", "c", "-o", tmp_path / "m.h")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {tmp_path / 'table'}: ")
    assert left(tmp_path) == ["table"]


def test_a_model_with_hostile_text_in_it(tmp_path):
    made, header, numbers = parts("tabular-classifier")
    made["created"] = '*/"""\nraise SystemExit("out")\n'
    column = made["table"]["columns"][0]
    column["name"] = name = "*/\n#error out\n"
    column["features"][0]["name"], column["features"][1]["name"] = name, f"{name} is missing"
    path = tmp_path / "m.glassnet"
    path.write_bytes(file_of(made, header, numbers))
    for to, out in (("python", tmp_path / "m.py"), ("c", tmp_path / "m.h")):
        assert run("export", path, "--to", to, "-o", out).exit_code == 0
    assert imported(tmp_path / "m.py").COLUMNS[0] == name
    assert not [line for line in (tmp_path / "m.h").read_text().splitlines() if line[:4] == "#err"]


def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    result = run("export", MODEL, "--to", "python", "-o", tmp_path / "m.py")
    assert (result.exit_code, left(tmp_path)) == (1, [])
    assert result.stderr == "Error: no space left on device.\n"


def test_in_a_process_of_its_own(tmp_path):
    status, out, err = finish(start("export", MODEL, "--to", "c", "-o", tmp_path / "m.h"))
    assert (status, err) == (0, "")
    assert out.startswith(f"written      {tmp_path / 'm.h'} (")
