"""The memory that a fit needs beyond its data: one epoch on 1,000,000 x 100 float32, and others.

Each fit runs in a process of its own, which first makes a small fit of the same kind: imports and
compiled code are then in place, and count as the interpreter. Then the data are made, the peak of
the resident memory is set back, and the fit's peak is compared with what was resident before it.
Of a memory-mapped file, pages that are read become resident too, though the system may drop them
at any time: there, what counts is memory that belongs to no file, looked up a thousand times a
second from outside, so that a short peak may escape.

Linux only: /proc/PID/status and clear_refs.

    python -m benchmarks.memory [--cases float32 memmap] [--rows 1000000]
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
from rich.table import Table

from benchmarks import table
from benchmarks.results import headline, machine, save
from benchmarks.rounds import say
from benchmarks.workers import Child

ASKED = 0.15
"""The part of the data's size that a fit may need beyond them and the interpreter."""

N_FEATURES = 100
N_CLASSES = 10
MEBIBYTE = 2**20


@dataclass(frozen=True)
class Case:
    """A fit to weigh.

    Attributes
    ----------
    name, about : str
    module : str
        Where the estimator is from.
    dtype : str
        Of the rows.
    settings : dict
        More parameters of the estimator.
    mapped : bool
        Whether the rows are a memory-mapped file.
    """

    name: str
    about: str
    module: str = "glassnet"
    dtype: str = "float32"
    settings: tuple[tuple[str, Any], ...] = ()
    mapped: bool = False


CASES = (
    Case("float32", "float32 rows", settings=(("engine", "numba"),)),
    Case("numpy", "float32 rows, without Numba", settings=(("engine", "numpy"),)),
    Case(
        "float64",
        "float64 rows, dtype='float32'",
        dtype="float64",
        settings=(("dtype", "float32"), ("engine", "numba")),
    ),
    Case("memmap", "a memory-mapped float32 file", settings=(("engine", "numba"),), mapped=True),
    Case("scikit-learn", "scikit-learn, float32 rows", module="sklearn.neural_network"),
)


def status(pid: int | str, name: str) -> int:
    """Return a line of /proc/PID/status in bytes."""
    text = Path(f"/proc/{pid}/status").read_text()
    found = re.search(rf"^{name}:\s+(\d+) kB$", text, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"/proc/{pid}/status has no line {name}")
    return int(found[1]) * 1024


def make_rows(case: Case, n_rows: int, folder: str) -> Any:
    """Return random rows, made piece by piece: no copy of all of them is ever made."""
    rng = np.random.default_rng(0)
    shape = (n_rows, N_FEATURES)
    X: Any
    if case.mapped:
        X = np.memmap(Path(folder) / "rows.f32", dtype=case.dtype, mode="w+", shape=shape)
    else:
        X = np.empty(shape, case.dtype)
    for start in range(0, n_rows, 10_000):
        rows = X[start : start + 10_000]
        rows[...] = rng.standard_normal(rows.shape, dtype=np.float32)
    if case.mapped:
        X.flush()
        X = np.memmap(Path(folder) / "rows.f32", dtype=case.dtype, mode="r", shape=shape)
    return X


def weigh(tell: Callable[[Any], None], case: Case, n_rows: int, folder: str) -> None:
    """Fit in this process, telling what is resident before and what was at most."""
    from importlib import import_module

    warnings.simplefilter("ignore")
    make = import_module(case.module).MLPClassifier

    def fit(X: Any, y: Any) -> None:
        settings = dict(case.settings)
        make((64,), batch_size=512, max_iter=1, random_state=0, **settings).fit(X, y)

    few = np.random.default_rng(1).standard_normal((2_000, N_FEATURES)).astype(case.dtype)
    fit(few, np.arange(len(few)) % N_CLASSES)
    interpreter = status("self", "VmRSS")
    X = make_rows(case, n_rows, folder)
    y = np.arange(n_rows) % N_CLASSES
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = {"VmRSS": status("self", "VmRSS"), "RssAnon": status("self", "RssAnon")}
    tell({"interpreter": interpreter, "data": X.nbytes, **before})
    began = time.perf_counter()
    fit(X, y)
    tell({"VmHWM": status("self", "VmHWM"), "seconds": time.perf_counter() - began})


def measure(case: Case, n_rows: int) -> dict[str, Any]:
    """Return what one fit needed, in bytes."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        child = Child(weigh, case, n_rows, folder)
        before = child.next()
        over, peaks = Event(), [before["RssAnon"]]

        def watch() -> None:
            while not over.wait(0.001):
                peaks.append(max(peaks[-1], status(child.pid, "RssAnon")))

        watcher = Thread(target=watch, daemon=True)
        watcher.start()
        after = child.next()
        over.set()
        watcher.join()
        child.close()
    resident = after["VmHWM"] - before["VmRSS"]
    of_no_file = peaks[-1] - before["RssAnon"]
    extra = of_no_file if case.mapped else resident
    return {**before, **after, "peak RssAnon": peaks[-1], "extra": extra}


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [case.name for case in CASES]
    parser.add_argument("--cases", nargs="+", choices=names, default=names, metavar="NAME")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--no-save", action="store_true", help="write no results")
    given = parser.parse_args()
    about = machine()
    print(headline(about), flush=True)
    measured = {}
    title = f"peak memory beyond the data, MiB; one epoch of {given.rows:,} x {N_FEATURES} rows"
    result = Table(title=f"{title}, asked: {ASKED:.0%}", title_justify="left")
    result.add_column("fit")
    for column in ("data", "interpreter", "extra", "extra of the data", "seconds"):
        result.add_column(column, justify="right")
    for case in CASES:
        if case.name not in given.cases:
            continue
        try:
            measured[case.name] = found = measure(case, given.rows)
        except EOFError:
            say(f"left out: {case.about}; the process has told why")
            continue
        part = found["extra"] / found["data"]
        missed = part > ASKED and case.module == "glassnet"
        result.add_row(
            case.about,
            *(f"{found[name] / MEBIBYTE:,.0f}" for name in ("data", "interpreter", "extra")),
            f"{part:.1%}{' x' if missed else ''}",
            f"{found['seconds']:.1f}",
        )
    table.show(result)
    if not given.no_save:
        print(f"saved in {save('memory', about, measured)}")


if __name__ == "__main__":
    main()
