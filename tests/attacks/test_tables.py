"""Hostile tables: bombs, formulas, and text that is none."""

import gzip
import time

import pytest

from cli.commands import run


def packed(pieces):
    """Return pieces of text, packed by gzip."""
    return gzip.compress(b"".join(pieces))


BOMBS = {
    "zeros": ([b"a,y\n", b"\0" * 10**8], "byte 4 is 0x00"),
    "one line": ([b"a,y\n", b"9" * 10**8], "line 2: its first 8 MB hold no end of line"),
    "a table": ([b"a,y\n", b"1,2\n" * 25_000_000], "unpacks to more than 250 times its size"),
    "empty lines": ([b"a,y\n", b"\n" * 10**8], "unpacks to more than 250 times its size"),
}


@pytest.mark.parametrize(("pieces", "message"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused(pieces, message, tmp_path):
    (tmp_path / "t.csv.gz").write_bytes(packed(pieces))
    assert (tmp_path / "t.csv.gz").stat().st_size < 300_000
    began = time.process_time()
    result = run("train", tmp_path / "t.csv.gz", "--target", "y", "-o", tmp_path / "m")
    assert time.process_time() - began < 3
    assert result.exit_code == 1
    assert message in result.stderr
    assert not (tmp_path / "m").exists()


def test_a_table_that_packs_well_is_read(tmp_path):
    """A thousand times the same rows: more than 60 MB would be needed to be called a bomb."""
    rows = b"a,b,y\n" + b"1,x,u\n2,z,v\n" * 1_000
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(rows))
    result = run("train", tmp_path / "t.csv.gz", "--target", "y", "-o", tmp_path / "m",
                 "--epochs", 2)  # fmt: skip
    assert result.exit_code == 0, result.stderr


def test_labels_that_are_formulas_are_written_as_they_are(tmp_path):
    """docs/security.md says so: a prediction is the label, and not something that looks like it."""
    labels = ["=1+1", "@SUM(A1)", "-2+3", "+4"]
    rows = "".join(f"{i % 4},{labels[i % 4]}\n" for i in range(60))
    (tmp_path / "t.csv").write_text("a,y\n" + rows, encoding="utf-8")
    done = run("train", tmp_path / "t.csv", "--target", "y", "-o", tmp_path / "m", "--epochs", 60)
    assert done.exit_code == 0, done.stderr
    done = run("predict", tmp_path / "m", tmp_path / "t.csv")
    predicted = set(done.stdout.splitlines()[1:])
    assert predicted <= set(labels)
    assert len(predicted) > 1
