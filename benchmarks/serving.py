"""Requests to ``glassnet serve`` while its model is exchanged: how many, how long, which fail.

The network of the recipe for tables, 8 numbers and 2 categories. Threads of this process ask, each
on its own connection, one request after another; the server runs beside, on the same cores. Every
two seconds another model takes the place of the file, and in between once a damaged one. Each
answer must be that of one of the two models; after the last exchange, of the new one.

    python -m benchmarks.serving [--seconds 30] [--workers 1 2] [--rows 1 100] [--threads 4]
"""

from __future__ import annotations

import argparse
import dataclasses
import http.client
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from benchmarks import table
from benchmarks.results import headline, machine, save
from benchmarks.rounds import say

SWAP_SECONDS = 2.0
SETTLED_SECONDS = 2.0
"""After which every process has taken over the last model."""


def models(folder: Path) -> tuple[list[Path], list[dict[str, Any]]]:
    """Write two models with different answers; return them, and rows of their table."""
    import polars as pl

    import glassnet as gn
    from glassnet.files.model_file import read_record, write_record

    rng = np.random.default_rng(0)
    columns: dict[str, Any] = {f"number {i}": rng.normal(size=1_000) for i in range(8)}
    columns["city"] = rng.choice(["Aachen", "Berlin", "Celle"], 1_000)
    columns["shop"] = rng.choice([f"shop {i}" for i in range(40)], 1_000)
    frame = pl.DataFrame(columns)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = gn.TabularClassifier(max_iter=2, random_state=0, engine="numpy")
        model.fit(frame, rng.choice(["no", "yes"], len(frame)))
    paths = [folder / "0.glassnet", folder / "1.glassnet"]
    model.save(paths[0])
    record = read_record(paths[0])
    write_record(paths[1], dataclasses.replace(record, theta=record.theta * 0.9))
    return paths, frame.head(100).to_dicts()


class Asking:
    """Threads that ask for the same rows until they are told to stop."""

    def __init__(self, port: int, rows: list[dict[str, Any]], n_threads: int) -> None:
        self.port = port
        self.body = json.dumps({"rows": rows})
        self.answers: list[tuple[float, float, bytes]] = []
        self.failures: list[str] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(n_threads)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while not self._over.is_set():
            began = time.perf_counter()
            try:
                answer = asked(connection, self.body)
            except (OSError, http.client.HTTPException, RuntimeError) as error:
                self.failures.append(repr(error))
                connection.close()
                continue
            self.answers.append((began, time.perf_counter() - began, answer))
        connection.close()


def asked(connection: http.client.HTTPConnection, body: str) -> bytes:
    """Return the answer to a request; raise if it is none."""
    connection.request("POST", "/predict", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{answer.status}: {content[:200]!r}")
    return content


def measure(
    paths: list[Path], rows: list[dict[str, Any]], workers: int, threads: int, seconds: float
) -> dict[str, Any]:
    """Return how requests went that were sent while the model was exchanged."""
    place = paths[0].with_name("served.glassnet")
    expected = [answer_of(path, rows) for path in paths]
    if expected[0] == expected[1]:
        raise AssertionError("both models give the same answer")
    shutil.copy(paths[0], place)
    command = [sys.executable, "-m", "glassnet.cli", "serve", str(place), "--port", "0",
               "--workers", str(workers)]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as one:
        assert one.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:(\d+)", one.stdout.readline())
        assert found is not None
        load = Asking(int(found[1]), rows, threads)
        load.start()
        n_swaps = exchange(paths, place, seconds)
        time.sleep(SETTLED_SECONDS)
        settled = time.perf_counter()
        time.sleep(1.0)
        load.stop()
        one.send_signal(signal.SIGTERM)
        _, words = one.communicate(timeout=60)
        status = one.returncode
    probabilities = [(began, json.loads(text)["probabilities"]) for began, _, text in load.answers]
    wrong = sum(answer not in expected for _, answer in probabilities)
    late = sum(answer != expected[1] for began, answer in probabilities if began > settled)
    times = np.array([took for _, took, _ in load.answers])
    span = load.answers[-1][0] - load.answers[0][0]
    return {
        "workers": workers, "rows": len(rows), "threads": threads, "exchanges": n_swaps,
        "requests": len(times), "failures": load.failures, "answers of no model": wrong,
        "answers of the old model after the last exchange": late, "exit status": status,
        "damage told": words.count("cannot be used"), "requests a second": len(times) / span,
        "milliseconds": {f"p{p}": float(np.percentile(times, p)) * 1e3 for p in (50, 90, 99, 100)},
    }  # fmt: skip


def answer_of(path: Path, rows: list[dict[str, Any]]) -> list[list[float]]:
    """Return the probabilities as Python gives them."""
    import glassnet as gn

    cells = [list(row.values()) for row in rows]
    probabilities: list[list[float]] = gn.load(path).predict_proba(cells).tolist()
    return probabilities


def exchange(paths: list[Path], place: Path, seconds: float) -> int:
    """Put one model after the other in the place of the file, the second one last."""
    ends, n = time.perf_counter() + seconds, 0
    while time.perf_counter() < ends or n % 2 == 0:
        time.sleep(SWAP_SECONDS)
        n += 1
        if n == 4:
            place.write_bytes(paths[0].read_bytes()[:10_000])
            time.sleep(SWAP_SECONDS)
        shutil.copy(paths[n % 2], place.with_suffix(".new"))
        place.with_suffix(".new").replace(place)
    return n


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rows", type=int, nargs="+", default=[1, 100])
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--no-save", action="store_true", help="write no results")
    given = parser.parse_args()
    about = machine()
    print(headline(about), flush=True)
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        paths, rows = models(Path(folder))
        for n_rows in given.rows:
            for workers in given.workers:
                say(f"{workers} workers, {n_rows} rows a request")
                some = rows[:n_rows]
                measured.append(measure(paths, some, workers, given.threads, given.seconds))
    result = Table(title="requests while the model is exchanged", title_justify="left")
    for column in ("rows", "workers", "exchanges", "requests", "a second", "p50 ms", "p99 ms",
                   "failures", "wrong", "late"):  # fmt: skip
        result.add_column(column, justify="right")
    for one in measured:
        times = one["milliseconds"]
        numbers = (one["rows"], one["workers"], one["exchanges"], one["requests"])
        result.add_row(
            *map(str, numbers), f"{one['requests a second']:.0f}", f"{times['p50']:.1f}",
            f"{times['p99']:.1f}", str(len(one["failures"])), str(one["answers of no model"]),
            str(one["answers of the old model after the last exchange"]),
        )  # fmt: skip
    table.show(result)
    if not given.no_save:
        print(f"saved in {save('serving', about, measured)}")


if __name__ == "__main__":
    main()
