"""The time of a step of training, beside the others and beside the limit.

Every contender has a process of its own. In each round each of them trains once, in turns, from
the start: one epoch that does not count, then epochs for about ``--seconds``. So what a fit does
once (checks, the checksum of the rows, compilation) is in nobody's time; estimators, ours and
scikit-learn's, are timed as the difference of two fits. The median of the rounds counts,
and of a peer's numbers of threads the better one. Ours runs as it comes, with no choice of
threads. Before that, all train two epochs, and their losses must agree.

    python -m benchmarks.training [--shapes small table] [--rounds 5] [--peers glassnet PyTorch]
    python -m benchmarks.training --dtype float64
    python -m benchmarks.training --busy       # once more with another process on one core
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from contextlib import ExitStack

from benchmarks import table
from benchmarks.peers import TRAINING
from benchmarks.results import headline, machine, save
from benchmarks.rounds import Measured, measure
from benchmarks.shapes import JOBS, Job
from benchmarks.workers import Spinner, Worker


def compare(
    jobs: Sequence[Job],
    *,
    n_rounds: int = 5,
    seconds: float = 0.3,
    peers: Sequence[str] | None = None,
    busy: bool = False,
    question: str | None = "training",
) -> None:
    """Measure, print the tables and save the results."""
    began = time.monotonic()
    about = machine()
    print(headline(about), flush=True)
    chosen = [one for one in TRAINING if peers is None or one.name in peers]
    results: list[list[Measured]] = []
    with ExitStack() as stack:
        workers = [Worker(contender) for contender in chosen]
        for worker in workers:
            stack.callback(worker.close)
        spinner = Spinner() if busy else None
        if spinner is not None:
            stack.callback(spinner.close)
        results.extend(
            measure(job, workers, n_rounds=n_rounds, seconds=seconds, spinner=spinner)
            for job in jobs
        )
    quiet = [both[0] for both in results]
    title = f"microseconds a step, median of {n_rounds} rounds (threads)"
    table.show(table.times(quiet, title))
    table.show(table.ratios(quiet))
    measured = {one.job.name: one.plain() for one in quiet}
    if busy:
        loaded = [both[1] for both in results]
        table.show(table.busy(quiet, loaded))
        for one in loaded:
            measured[f"{one.job.name}, one core busy"] = one.plain()
    print(f"measured in {time.monotonic() - began:.0f} s")
    if question is not None:
        print(f"saved in {save(question, about, measured)}")


def in_dtype(jobs: Sequence[Job], dtype: str) -> list[Job]:
    """Return each job once in this dtype; nothing is asked of one that has another."""
    there = {job.layers for job in jobs if job.dtype == dtype}
    return [
        job if job.dtype == dtype else job.changed(dtype=dtype, asked={})
        for job in jobs
        if job.dtype == dtype or job.layers not in there
    ]


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [job.name for job in JOBS]
    parser.add_argument("--shapes", nargs="+", choices=names, default=names, metavar="NAME")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3, help="of training in each round")
    parser.add_argument(
        "--peers", nargs="+", choices=table.NAMES, metavar="NAME", help=", ".join(table.NAMES)
    )
    parser.add_argument("--dtype", choices=["float32", "float64"], help="for all the jobs")
    parser.add_argument("--busy", action="store_true", help="also with one core kept busy")
    parser.add_argument("--no-save", action="store_true", help="write no results")
    given = parser.parse_args()
    jobs = [job for job in JOBS if job.name in given.shapes]
    if given.dtype is not None:
        jobs = in_dtype(jobs, given.dtype)
    parts = ["training", given.dtype, "busy" if given.busy else None]
    compare(
        jobs,
        n_rounds=given.rounds,
        seconds=given.seconds,
        peers=given.peers,
        busy=given.busy,
        question=None if given.no_save else "-".join(part for part in parts if part),
    )


if __name__ == "__main__":
    main()
