"""The time of the first fit: nothing compiled yet, then a compile cache from an earlier process.

Every fit runs in a process of its own. The cold ones begin with an empty NUMBA_CACHE_DIR in a
temporary folder; the warm ones use the cache that a cold one left. Importing is timed apart. The
second fit in the same process is shown too: it is what a fit takes by itself.

    python -m benchmarks.first_fit [--shapes small mnist] [--rounds 5]
"""

from __future__ import annotations

import argparse
import importlib.util
import tempfile
import time
import warnings
from collections.abc import Callable
from statistics import median
from typing import Any

from rich.table import Table

from benchmarks import table
from benchmarks.results import headline, machine, save
from benchmarks.rounds import say
from benchmarks.shapes import JOBS, Job
from benchmarks.workers import Child

COLD_ASKED = 10.0
WARM_ASKED = 0.5

#: Few rows: compilation is the question, not training.
FIRST = {
    job.name: job.changed(timed_rows=min(job.n_rows, 2_000))
    for job in JOBS
    if job.name in {"article64", "article32", "small", "digits", "mnist"}
}


def fit_twice(tell: Callable[[Any], None], job: Job) -> None:
    """Tell the seconds of the import, of the first fit and of the second one."""
    warnings.simplefilter("ignore")
    X, y = job.data()
    began = time.perf_counter()
    from glassnet import MLPClassifier

    times = [time.perf_counter()]
    from benchmarks.peers.ours import estimator_settings

    engine = "numpy" if importlib.util.find_spec("numba") is None else "numba"  # one epoch is short
    for _ in range(2):
        estimator = MLPClassifier(**estimator_settings(job), max_iter=1, engine=engine)
        times.append(time.perf_counter())
        estimator.fit(X, y)
        times.append(time.perf_counter())
    imported, first_began, first_ended, second_began, second_ended = times
    tell(
        {
            "import": imported - began,
            "first fit": first_ended - first_began,
            "second fit": second_ended - second_began,
            "engine": getattr(estimator, "engine_", "numpy"),
        }
    )


def measure(job: Job, n_rounds: int) -> dict[str, list[dict[str, Any]]]:
    """Return the times of cold and warm processes, in turns."""
    found: dict[str, list[dict[str, Any]]] = {"cold": [], "warm": []}
    for number in range(n_rounds):
        say(f"{job.name}: round {number + 1} of {n_rounds}")
        with tempfile.TemporaryDirectory() as folder:
            for state in ("cold", "warm"):
                child = Child(fit_twice, job, environment={"NUMBA_CACHE_DIR": folder})
                found[state].append(child.next())
                child.close()
    return found


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = list(FIRST)
    parser.add_argument("--shapes", nargs="+", choices=names, default=names, metavar="NAME")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-save", action="store_true", help="write no results")
    given = parser.parse_args()
    about = machine()
    print(headline(about), flush=True)
    measured = {name: measure(FIRST[name], given.rounds) for name in given.shapes}
    result = Table(title=f"seconds, median of {given.rounds} processes", title_justify="left")
    result.add_column("job", no_wrap=True)
    for column in ("engine", "compile cache", "import", "first fit", "second fit"):
        result.add_column(column, justify="right")
    for name, states in measured.items():
        for state, runs in states.items():
            medians = {key: median(run[key] for run in runs) for key in runs[0] if key != "engine"}
            asked = COLD_ASKED if state == "cold" else WARM_ASKED
            missed = " x" if medians["first fit"] > asked else ""
            result.add_row(
                str(FIRST[name]),
                runs[0]["engine"],
                "empty" if state == "cold" else "filled",
                f"{medians['import']:.2f}",
                f"{medians['first fit']:.3f} ({asked:g}){missed}",
                f"{medians['second fit']:.3f}",
            )
    table.show(result)
    if not given.no_save:
        print(f"saved in {save('first-fit', about, measured)}")


if __name__ == "__main__":
    main()
