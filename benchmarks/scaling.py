"""How the time of a step grows with width and batch, and that of an epoch with rows and parameters.

Width and batch are measured for all peers, as in training.py: in turns, medians, the better number
of threads. Rows and parameters are measured for glassnet only: there the question is whether the
time grows as they do, and the exponent is printed (1 is linear; of few parameters the time is that
of the step itself, so it is below).

    python -m benchmarks.scaling [--sweeps width batch rows parameters] [--rounds 5]
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from rich.table import Table

from benchmarks import table
from benchmarks.peers import OURS, TRAINING
from benchmarks.results import headline, machine, save
from benchmarks.rounds import Measured, measure
from benchmarks.shapes import Job
from benchmarks.workers import Worker

PEERS = (OURS, "glassnet-numpy", "scikit-learn", "PyTorch", "JAX")


@dataclass(frozen=True)
class Sweep:
    """One number of a job, from small to large.

    Attributes
    ----------
    title : str
    about : str
        What else the jobs have.
    label : str
        What varies.
    values : tuple of int
    job : callable
        Takes one of them.
    peers : tuple of str
    per_epoch : bool
        Whether the time of an epoch is shown, not that of a step.
    """

    title: str
    about: str
    label: str
    values: tuple[int, ...]
    job: Callable[[int], Job]
    peers: tuple[str, ...]
    per_epoch: bool = False

    def shown(self, job: Measured, name: str) -> float | None:
        """Return the seconds that are shown."""
        return job.epoch(name) if self.per_epoch else job.step(name)


def sized(job: Job) -> Job:
    """Return the job with enough rows for 4 to 400 steps, fewer where a step is longer."""
    operations = 6 * job.n_params * job.batch  # three products, a multiplication and an addition
    n_steps = min(max(int(3e9 / operations), 4), 400)
    return job.changed(rows=job.batch * n_steps)


def of_width(width: int) -> Job:
    return sized(Job(f"width {width}", 1, (54, width, width, 7), 128))


def of_batch(batch: int) -> Job:
    return sized(Job(f"batch {batch}", 1, (54, 128, 128, 7), batch))


def of_rows(rows: int) -> Job:
    return Job(f"{rows:,} rows", rows, (20, 64, 32, 2), 200)


def of_parameters(n_params: int) -> Job:
    """Return a job of two hidden layers as wide as makes about so many parameters."""
    # width² + 54 width + 7 width + biases
    width = round((math.sqrt(63**2 + 4 * (n_params - 7)) - 63) / 2)
    return Job(f"{n_params:,} parameters", 2_560, (54, width, width, 7), 128)


SWEEPS = {
    "width": Sweep(
        "A step, by layer width",
        "54-width-width-7, batch 128",
        "nodes of each hidden layer",
        (16, 32, 64, 128, 256, 512, 1024, 2048),
        of_width,
        PEERS,
    ),
    "batch": Sweep(
        "A step, by batch size",
        "54-128-128-7",
        "rows of a batch",
        (8, 32, 128, 512, 2048, 8192),
        of_batch,
        PEERS,
    ),
    "rows": Sweep(
        "An epoch, by rows",
        "20-64-32-2, batch 200",
        "rows",
        (10_000, 30_000, 100_000, 300_000, 1_000_000),
        of_rows,
        (OURS, "glassnet-numpy"),
        per_epoch=True,
    ),
    "parameters": Sweep(
        "An epoch, by parameters",
        "54-width-width-7, 2,560 rows, batch 128",
        "parameters",
        (1_000, 10_000, 100_000, 1_000_000, 10_000_000),
        of_parameters,
        (OURS, "glassnet-numpy"),
        per_epoch=True,
    ),
}


def amount(sweep: Sweep, value: int) -> int:
    """Return what the value is exactly: a width fits a number of parameters only nearly."""
    return sweep.job(value).n_params if sweep.label == "parameters" else value


def as_table(sweep: Sweep, jobs: Sequence[Measured]) -> Table:
    """Return microseconds a step, or milliseconds an epoch."""
    unit = "milliseconds an epoch" if sweep.per_epoch else "microseconds a step"
    result = Table(title=f"{unit}: {sweep.about}", title_justify="left")
    result.add_column(sweep.label, justify="right")
    for name in sweep.peers:
        result.add_column(name, justify="right")
    for value, job in zip(sweep.values, jobs, strict=True):
        cells = []
        for name in sweep.peers:
            seconds = sweep.shown(job, name)
            scaled = None if seconds is None else seconds / (1e3 if sweep.per_epoch else 1)
            cells.append("" if scaled is None else table.microseconds(scaled))
        result.add_row(f"{amount(sweep, value):,}", *cells)
    return result


def exponents(sweep: Sweep, jobs: Sequence[Measured]) -> list[str]:
    """Return, for each peer, the power of the amount that the time follows between neighbours."""
    lines = []
    for name in sweep.peers:
        times = [sweep.shown(job, name) for job in jobs]
        points = [
            (amount(sweep, value), time)
            for value, time in zip(sweep.values, times, strict=True)
            if time is not None
        ]
        powers = [
            math.log(t_2 / t_1) / math.log(n_2 / n_1) for (n_1, t_1), (n_2, t_2) in pairwise(points)
        ]
        if powers:
            lines.append(f"{name}: exponents {', '.join(f'{power:.2f}' for power in powers)}")
    return lines


def draw(measured: dict[str, list[Measured]], about: dict[str, Any], n_rounds: int) -> Any:
    """Return the figure: a panel a sweep."""
    import matplotlib.pyplot as plt

    from glassnet.plots.house import style

    with style():
        n_lines, n_columns = math.ceil(len(measured) / 2), min(len(measured), 2)
        size = (5.0 * n_columns, 4.0 * n_lines + 0.4)
        figure, axes = plt.subplots(n_lines, n_columns, figsize=size, squeeze=False)
        for ax in axes.flat[len(measured) :]:
            ax.set_visible(False)
        for ax, (name, jobs) in zip(axes.flat, measured.items(), strict=False):
            panel(ax, SWEEPS[name], jobs)
        figure.supxlabel(
            f"{about['processor']}, {about['cores']} cores, {about['date'][:10]}. float32, Adam. "
            f"Median of {n_rounds} rounds in turns; of 1 and 2 threads the better.",
            fontsize=8,
            color="0.35",
        )
        return figure


def panel(ax: Any, sweep: Sweep, jobs: Sequence[Measured]) -> None:
    """Draw a line a peer, on logarithmic axes."""
    from matplotlib.ticker import EngFormatter

    from glassnet.plots.house import BLUE, GREEN, ORANGE, SKY, VERMILION

    looks = {
        OURS: (BLUE, "o"),
        "glassnet-numpy": (SKY, "o"),
        "scikit-learn": (ORANGE, "s"),
        "PyTorch": (VERMILION, "^"),
        "JAX": (GREEN, "D"),
    }
    amounts = [amount(sweep, value) for value in sweep.values]
    for peer in sweep.peers:
        times = [sweep.shown(job, peer) for job in jobs]
        if None in times:
            continue
        color, marker = looks[peer]
        width, above = (2.4, 3) if peer == OURS else (1.6, 2)
        ax.plot(
            amounts, times, color=color, marker=marker, ms=4.5, lw=width, zorder=above, label=peer
        )
    last = sweep.shown(jobs[-1], OURS)
    if sweep.per_epoch and last is not None:
        line = [last * n / amounts[-1] for n in amounts]
        ax.plot(amounts, line, color="0.5", ls="--", lw=1.0, label=f"proportional to {sweep.label}")
    ax.set(xscale="log", yscale="log", xlabel=sweep.label)
    ax.set_title(f"{sweep.title}\n{sweep.about}", loc="left")
    ax.set_xticks(amounts, [f"{value:,}" for value in sweep.values])
    ax.minorticks_off()
    ax.yaxis.set_major_formatter(EngFormatter(unit="s"))
    ax.grid(visible=True, color="0.9", linewidth=0.8)
    ax.legend()


def main() -> None:
    """Measure, print, draw and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sweeps", nargs="+", choices=list(SWEEPS), default=list(SWEEPS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.1, help="of training in each round")
    parser.add_argument("--no-save", action="store_true", help="write no results")
    given = parser.parse_args()
    about = machine()
    print(headline(about), flush=True)
    measured: dict[str, list[Measured]] = {}
    with ExitStack() as stack:
        workers = {
            contender: Worker(contender) for contender in TRAINING if contender.name in PEERS
        }
        for worker in workers.values():
            stack.callback(worker.close)
        for name in given.sweeps:
            sweep = SWEEPS[name]
            taking_part = [one for by, one in workers.items() if by.name in sweep.peers]
            measured[name] = [
                measure(
                    sweep.job(value), taking_part, n_rounds=given.rounds, seconds=given.seconds
                )[0]
                for value in sweep.values
            ]
            table.show(as_table(sweep, measured[name]))
            if sweep.per_epoch:
                print("\n".join(exponents(sweep, measured[name])), flush=True)
    if not given.no_save:
        plain = {name: [job.plain() for job in jobs] for name, jobs in measured.items()}
        figure = draw(measured, about, given.rounds)
        print(f"saved in {save('scaling', about, plain, figure)}, and the figure beside it")


if __name__ == "__main__":
    main()
