"""Model files with each byte changed, cut at each length, and changing as they are read."""

import os

import numpy as np
import pytest

import glassnet as gn
from files.golden_table import golden, names
from glassnet.files import layout


def check_bytes(name, masks, path):
    """Change each byte in each way, and cut at each length; return how many files were read.

    A changed file is refused by an error of the format, or has the very same weights.
    """
    good = golden(name).read_bytes()
    theta = gn.load(golden(name)).record.theta
    n_files = 0
    for place in range(len(good)):
        changed = [bytes([*good[:place], good[place] ^ mask, *good[place + 1 :]]) for mask in masks]
        for content in (*changed, good[:place]):
            path.write_bytes(content)
            n_files += 1
            try:
                found = gn.load(path).record.theta
            except gn.ModelFileError:
                continue
            assert len(content) == len(good)
            assert found.tobytes() == theta.tobytes()
    return n_files


def test_every_byte_of_a_small_file(rng, tmp_path):
    mask = 1 << int(rng.integers(8))
    assert check_bytes("two-classes", [mask], tmp_path / "m") > 4_000


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_every_bit_of_every_golden_file(name, tmp_path):
    n_files = check_bytes(name, [1 << bit for bit in range(8)], tmp_path / "m")
    print(f"{name}: {n_files:,} files, none loads with other weights")


CHANGES = {
    "cut off": (lambda path, good: os.truncate(path, len(good) - 40), gn.TruncatedFileError),
    "written over": (lambda path, good: path.write_bytes(good[:-40] + b"\1" * 40), gn.DigestError),
    "replaced": (lambda path, good: path.unlink(), None),
}


@pytest.mark.parametrize(("change", "error"), CHANGES.values(), ids=CHANGES)
def test_a_file_that_changes_while_it_is_read(change, error, tmp_path, monkeypatch):
    """Between the header and the numbers. What is unlinked is read to its end, as systems do."""
    path, good = tmp_path / "m", golden("tabular-regressor").read_bytes()  # beyond one buffer
    path.write_bytes(good)
    read = layout.read_arrays

    def reading(file, header):
        change(path, good)
        return read(file, header)

    monkeypatch.setattr(layout, "read_arrays", reading)
    if error is None:
        expected = gn.load(golden("tabular-regressor")).record.theta
        path.write_bytes(good)
        assert np.array_equal(gn.load(path).record.theta, expected)
        return
    with pytest.raises(error):
        gn.load(path)


def test_links(tmp_path):
    """A link is followed; links in a circle, and to nothing, are the system's errors."""
    (tmp_path / "to").symlink_to(golden("two-classes"))
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    assert gn.load(tmp_path / "to").kind == "mlp-classifier"
    with pytest.raises(OSError, match=r"Too many levels|symbolic link"):
        gn.load(tmp_path / "a")
    with pytest.raises(FileNotFoundError):
        gn.load(tmp_path / "nowhere")
