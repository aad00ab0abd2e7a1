"""``glassnet train`` where something gives out in the middle: memory, the process, the disk."""

import re
import signal

import numpy as np
import pytest

import glassnet as gn
from checkpoints.killing import data
from cli.commands import finish, run, start
from glassnet.cli.progress import Watch
from glassnet.estimators.tables import members


@pytest.fixture
def table(tmp_path):
    """Return the path of a table, and a model that was trained on it before."""
    X, y = data(200)
    X.assign(y=y).to_csv(tmp_path / "t.csv", index=False)
    done = train(tmp_path, "--epochs", "3", "-o", tmp_path / "m.glassnet")
    assert done.exit_code == 0, done.stderr
    return tmp_path


def train(folder, *more):
    return run("train", folder / "t.csv", "--target", "y", *more)


LONG = ("--epochs", "30", "--checkpoint-every", "0s")


def test_memory_runs_out(table, monkeypatch):
    """The old model stays, the message says what it was, and the same command goes on."""
    before = (table / "m.glassnet").read_bytes()
    look_at, epochs = members._look_at, []

    def failing(*args):
        epochs.append(1)
        if len(epochs) == 7:
            raise MemoryError
        look_at(*args)

    monkeypatch.setattr(members, "_look_at", failing)
    where = (*LONG, "-o", table / "m.glassnet", "--checkpoint", table / "c")
    done = train(table, *where)
    assert (done.exit_code, done.stdout.count("model")) == (1, 0)
    assert "there is not enough memory. Take fewer rows or columns." in done.stderr
    assert (table / "m.glassnet").read_bytes() == before
    gn.load(table / "m.glassnet")
    done = train(table, *where)
    assert done.exit_code == 0
    assert "going on from" in done.stderr
    assert len(epochs) == 7 + 30 - 6  # the first six are not trained again
    train(table, *LONG, "-o", table / "whole")
    whole, found = gn.load(table / "whole").record, gn.load(table / "m.glassnet").record
    assert np.array_equal(found.theta, whole.theta)


def test_sigterm(table):
    """Status 143, one sentence, nothing half-written, the old model as it was."""
    before = (table / "m.glassnet").read_bytes()
    process = start("train", table / "t.csv", "--target", "y", "--epochs", 100_000,
                    "-o", table / "m.glassnet", "--checkpoint", table / "c")  # fmt: skip
    while b"epoch" not in (line := process.stderr.buffer.readline()):
        assert line, "it ended by itself"
    process.send_signal(signal.SIGTERM)
    status, out, err = finish(process)
    assert status == 143
    assert "Error: ended by SIGTERM; no result was written." in err
    assert "Traceback" not in out + err
    assert (table / "m.glassnet").read_bytes() == before
    assert not [one for one in table.iterdir() if one.name.startswith(".")]


@pytest.mark.parametrize("model", ["tabular", "mlp"])
def test_ctrl_c_writes_the_checkpoint(model, table, monkeypatch):
    """Though its time has not come: the same command goes on after the epoch it was stopped in."""
    call, seen = Watch.__call__, []

    def stopping(self, epoch, member):
        seen.append(epoch.number)
        if len(seen) == 5:
            self.interrupted.append(2)
        call(self, epoch, member)

    monkeypatch.setattr(Watch, "__call__", stopping)
    where = ("--epochs", "9", "--model", model, "-o", table / "n", "--checkpoint", table / "c")
    assert train(table, *where).exit_code == 0
    assert train(table, *where).exit_code == 0
    assert seen == [*range(1, 6), *range(6, 10)]
    found = gn.load(table / "n").record
    train(table, "--epochs", "9", "--model", model, "-o", table / "whole")
    assert np.array_equal(found.theta, gn.load(table / "whole").record.theta)


WRONG = {
    "the table": ("t.csv", "--checkpoint .*is the file that is read"),
    "the model": ("m.glassnet", "--checkpoint .*is the file that is read"),
    "no folder": ("nowhere/c", "--checkpoint .*there is no folder"),
}


@pytest.mark.parametrize(("place", "message"), WRONG.values(), ids=WRONG)
def test_a_place_that_is_none(place, message, table):
    before = {one: one.read_bytes() for one in table.iterdir()}
    done = train(table, "-o", table / "m.glassnet", "--checkpoint", table / place)
    assert done.exit_code == 2
    assert re.search(message, done.stderr)
    assert {one: one.read_bytes() for one in table.iterdir()} == before


def test_another_training(table):
    train(table, *LONG, "-o", table / "n", "--checkpoint", table / "c")
    before = (table / "c").read_bytes()
    done = train(table, *LONG, "-o", table / "n", "--checkpoint", table / "c", "--seed", "1")
    assert done.exit_code == 1
    assert "another training: random_state was 0, and is 1 now." in done.stderr
    assert (table / "c").read_bytes() == before


@pytest.mark.parametrize("time", ["x", "-1s", ""])
def test_a_time_that_is_none(time, table):
    done = train(table, "-o", table / "n", "--checkpoint", table / "c", "--checkpoint-every", time)
    assert done.exit_code == 2
    assert "gives no time" in done.stderr
