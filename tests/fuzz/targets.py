"""What is fuzzed: each takes bytes, and returns unless something happens that must not.

Allowed are the errors that the readers promise; anything else is a finding.
"""

import json
import os
import tempfile
import time
import tracemalloc
import warnings
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd

import glassnet as gn
from attacks.crafted import file_of, framed
from checkpoints.killing import data as rows_and_labels
from files.golden_table import golden, names, new_numbers, new_rows
from glassnet.cli.reading import read
from glassnet.cli.refusals import Refusal
from glassnet.files import sealed

MOST_SECONDS, MOST_MEMORY = 1.0, 200e6
"""For each hostile file, beyond its size."""


@contextmanager
def bounded(size):
    """Raise if what is within takes too long or too much memory."""
    tracemalloc.start()
    began = time.monotonic()
    try:
        yield
        took, most = time.monotonic() - began, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert took < MOST_SECONDS, f"{took:.1f} s"
    assert most < MOST_MEMORY + 2 * size, f"{most / 1e6:.0f} MB"


@contextmanager
def file_with(content, suffix=""):
    """Give the path of a file in memory, if the system has such a place."""
    place = "/dev/shm" if Path("/dev/shm").is_dir() else None
    descriptor, path = tempfile.mkstemp(suffix, dir=place)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        yield Path(path)
    finally:
        for one in (path, f"{path}.previous", f"{path}.next"):
            Path(one).unlink(missing_ok=True)


def model(content):
    """Load bytes as a model file; whatever loads predicts."""
    with file_with(content) as path, bounded(len(content)):
        try:
            predictor = gn.load(path)
        except gn.ModelFileError:
            return
    with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):
        try:
            rows = np.array(new_numbers())
            if predictor.columns:
                rows = pd.DataFrame(new_rows()).astype({"member": object})
            predictor.predict(rows)
        except gn.DataError:
            pass


GOLDEN = {}
for _name in names():
    _data = golden(_name).read_bytes()
    _start = 8 + int.from_bytes(_data[:8], "little")
    GOLDEN[_name] = (json.loads(_data[8:_start]), _data[_start:])


def record(content):
    """Load bytes as the record of a golden model, with right digests."""
    text = content.decode("utf-8", "surrogateescape")
    for header, numbers in GOLDEN.values():
        if len(text) > 1 and abs(len(numbers) - len(text)) < 2**16:
            try:
                model(file_of(None, dict(header), numbers, text=text))
            except UnicodeEncodeError:
                return


def header(content):
    """Load bytes as the header of a golden model."""
    for _, numbers in GOLDEN.values():
        model(framed(content, numbers))


def small():
    """Return an estimator and its data."""
    X, y = rows_and_labels(20)
    network = gn.MLPClassifier((2,), max_iter=2, engine="numpy", random_state=0, tol=0)
    return network, X[["a", "b"]].to_numpy(), y


def checkpoint(content):
    """Go on from bytes as a checkpoint; what is refused is left as it is."""
    network, X, y = small()
    with file_with(content) as path, bounded(len(content)):
        try:
            with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):
                network.fit(X, y, checkpoint=path)
        except gn.ModelFileError:
            assert path.read_bytes() == content
        except gn.DivergenceError:
            pass


def _good_checkpoint():
    network, X, y = small()
    with file_with(b"") as path, warnings.catch_warnings(action="ignore"):
        path.unlink()
        next(network.iter_fit(X, y, checkpoint=path, checkpoint_every=0))
        return path.read_bytes()


CHECKPOINT = _good_checkpoint()
"""After one of two epochs."""

_END = 8 + int.from_bytes(CHECKPOINT[:8], "little")
CHECKPOINT_TEXT = json.loads(CHECKPOINT[8:_END])["__metadata__"][sealed.CHECKPOINT.key]


def state(content):
    """Go on from bytes as the JSON of a checkpoint, with right digests."""
    text = content.decode("utf-8", "surrogateescape")
    head = json.loads(CHECKPOINT[8:_END])
    try:
        whole = file_of(None, head, CHECKPOINT[_END:], text=text)
    except UnicodeEncodeError:
        return
    start = 8 + int.from_bytes(whole[:8], "little")
    head = json.loads(whole[8:start])
    metadata = head["__metadata__"]
    metadata[sealed.CHECKPOINT.key] = metadata.pop("glassnet")
    checkpoint(framed(json.dumps(head).encode(), whole[start:]))


def table(content):
    """Read bytes as a table of each kind."""
    for suffix in (".csv", ".jsonl", ".parquet", ".arrow"):
        with (
            file_with(content, suffix) as path,
            warnings.catch_warnings(action="ignore"),
            redirect_stdout(StringIO()),
            redirect_stderr(StringIO()),
        ):
            try:
                source = read(str(path))
            except Refusal:
                continue
            assert source.frame.width > 0


TARGETS = {
    one.__name__: one for one in (model, record, header, checkpoint, state, table)
}  # fmt: skip


def seeds(name):
    """Return where a fuzzer begins: whole, good inputs."""
    if name == "model":
        return [golden(one).read_bytes() for one in names()]
    if name == "record":
        return [head["__metadata__"]["glassnet"].encode() for head, _ in GOLDEN.values()]
    if name == "header":
        return [json.dumps(head).encode() for head, _ in GOLDEN.values()]
    if name == "checkpoint":
        return [CHECKPOINT]
    if name == "state":
        return [CHECKPOINT_TEXT.encode()]
    frame = pd.DataFrame(new_rows())
    files = [
        frame.to_csv(index=False).encode(),
        frame.to_csv(sep=";", decimal=",").encode("cp1252"),
        frame.to_json(orient="records", lines=True).encode(),
    ]
    with tempfile.TemporaryDirectory() as folder:
        for ending in ("parquet", "feather"):
            path = Path(folder, f"t.{ending}")
            getattr(frame.astype(str), f"to_{ending}")(path)
            files.append(path.read_bytes())
    return files
