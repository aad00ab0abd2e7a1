"""Tables for people: microseconds a step, and how many times longer than ours."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.peers import OURS, TRAINING
from benchmarks.rounds import Measured
from benchmarks.shapes import BUSY_ASKED, NUMPY_ASKED

NAMES = list(dict.fromkeys(contender.name for contender in TRAINING))


def show(table: Table) -> None:
    """Print a table, as wide as it is; one of names alone is left out."""
    if len(table.columns) > 1:
        Console(width=180).print(table)


def times(measured: Sequence[Measured], title: str) -> Table:
    """Return the table of microseconds a step, with the best number of threads."""
    table = Table(title=title, title_justify="left")
    table.add_column("job", no_wrap=True)
    names = [name for name in NAMES if any(job.best(name) for job in measured)]
    for name in names:
        table.add_column(name, justify="right")
    for job in measured:
        cells = []
        for name in names:
            best = job.best(name)
            threads = f" ({best.threads})" if best is not None and best.threads else ""
            cells.append("" if best is None else f"{microseconds(job.median(best))}{threads}")
        table.add_row(str(job.job), *cells)
    return table


def ratios(measured: Sequence[Measured]) -> Table:
    """Return the table of ratios, each with what is asked of it, and a cross where it is missed."""
    table = Table(title="times longer than glassnet (asked)", title_justify="left")
    table.add_column("job", no_wrap=True)
    columns = [(name, name, OURS) for name in NAMES if name not in {OURS, "limit"}]
    columns.append(("fraction of the limit", "limit", OURS))
    columns.append(("scikit-learn / glassnet-numpy", "scikit-learn", "glassnet-numpy"))
    columns = [
        column for column in columns if any(job.ratio(*column[1:]) is not None for job in measured)
    ]
    for header, _, _ in columns:
        table.add_column(header, justify="right")
    for job in measured:
        cells = []
        for _, name, to in columns:
            asked = job.job.asked.get(name) if to == OURS else NUMPY_ASKED
            cells.append(verdict(job.ratio(name, to), asked))
        table.add_row(job.job.name, *cells)
    return table


def busy(quiet: Sequence[Measured], loaded: Sequence[Measured]) -> Table:
    """Return how many times longer a step takes with a core kept busy."""
    title = f"times longer with one core kept busy (asked of glassnet: at most {BUSY_ASKED})"
    table = Table(title=title, title_justify="left")
    table.add_column("job", no_wrap=True)
    names = [name for name in NAMES if name != "limit" and any(job.best(name) for job in quiet)]
    for name in names:
        table.add_column(name, justify="right")
    for idle, under_load in zip(quiet, loaded, strict=True):
        cells = []
        for name in names:
            before, now = idle.step(name), under_load.step(name)
            missing = before is None or now is None
            most = BUSY_ASKED if name == OURS else None
            cells.append("" if missing else verdict((now or 0) / (before or 1), most=most))
        table.add_row(idle.job.name, *cells)
    return table


def verdict(value: float | None, least: float | None = None, most: float | None = None) -> str:
    """Return a number, what is asked of it, and a cross if it is not that."""
    if value is None:
        return ""
    text = f"{value:.1f}" if value >= 10 else f"{value:.2f}"
    if least is not None:
        text += f" ({least:g}){'' if value >= least else ' x'}"
    if most is not None and value > most:
        text += " x"
    return text


def microseconds(seconds: float) -> str:
    """Return seconds as microseconds, without digits that mean nothing."""
    value = seconds * 1e6
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
