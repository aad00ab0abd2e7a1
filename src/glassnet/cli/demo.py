"""``glassnet demo``: train, show how it goes, say how well it went, and draw what was learned."""

from __future__ import annotations

import signal
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from glassnet.cli.datasets import Rows, Table
from glassnet.cli.experiment import Experiment
from glassnet.core.training import Epoch

#: Width of the bar beside the first loss; later ones in proportion.
BAR = 32

SECONDS_PER_DRAWING = 0.1


def run_demo(console: Console, experiment: Experiment, seed: int, folder: Path) -> bool:
    """Run an experiment from the data to the figures; return whether it came to its end.

    Raises
    ------
    MissingExtraError
        Without matplotlib, before anything else.
    """
    from glassnet.cli.figures import write_figures

    console.print(experiment.about.capitalize(), style="bold")
    table = experiment.load(np.random.default_rng(seed))
    estimator = experiment.estimator(table, seed)
    n_outputs = len(table.class_names) if len(table.class_names) > 2 else 1
    sizes = [len(table.feature_names), *experiment.hidden, n_outputs]
    console.print(f"\nrows       {row_counts(table)}")
    console.print(f"network    {' - '.join(map(str, sizes))} nodes, {experiment.activation}")
    console.print(f"training   {experiment.training}\n")
    began = time.perf_counter()
    finished = train(console, estimator, table)
    seconds = time.perf_counter() - began
    if not finished:
        console.print("\nStopped by Ctrl-C; this is what was learned so far:", style="bold")
    console.print()
    for label, value in results(experiment, estimator, table, seconds):
        console.print(f"{label:10} {value}")
    console.print(f"\nFigures in {folder}:")
    for path, shows in write_figures(estimator, table, folder, teach=experiment.is_article):
        console.print(f"  {path.name:16} {shows}")
    return finished


def row_counts(table: Table) -> str:
    """Return how many rows are there for what."""
    counts = [(table.train, "to train on"), (table.validation, "to stop early on")]
    counts.append((table.test, "to test on" if table.validation else "fresh ones to test on"))
    return ", ".join(f"{len(rows[1]):,} {what}" for rows, what in counts if rows is not None)


def train(console: Console, estimator: Any, table: Table) -> bool:
    """Train to the end or to Ctrl-C, showing the loss; return whether it was the end."""
    validation = {}
    if table.validation is not None:
        validation = dict(zip(("X_val", "y_val"), table.scaled(table.validation), strict=True))
    passes = estimator.iter_fit(*table.scaled(table.train), **validation)
    with (
        warnings.catch_warnings(),
        progress_bar(console) as progress,
        interrupts() as interrupted,
        closing(passes),
    ):
        warnings.filterwarnings("ignore", "Stochastic Optimizer: Maximum iterations")  # the plan
        task = progress.add_task("", total=estimator.max_iter)
        draw_next, epoch = 0.0, None
        for epoch in passes:
            if is_shown(epoch.number):
                console.print(loss_line(console, estimator, epoch))
            if time.monotonic() >= draw_next:  # an epoch may take less time than the drawing
                loss = f"loss {epoch.loss:.4f}"
                progress.update(task, completed=epoch.number, description=loss, refresh=True)
                draw_next = time.monotonic() + SECONDS_PER_DRAWING
            if interrupted:
                break
    if epoch is not None and not is_shown(epoch.number):
        console.print(loss_line(console, estimator, epoch))
    return not interrupted


def loss_line(console: Console, estimator: Any, epoch: Epoch) -> str:
    """Return the line of an epoch; a reader's, unlike a pipe's, has a bar at its end."""
    line = f"epoch {epoch.number:>7,}   loss {epoch.loss:.4f}"
    if estimator.validation_loss_curve_:
        line += f"   on validation rows {estimator.validation_loss_curve_[-1]:.4f}"
    if console.is_interactive and console.encoding.startswith("utf"):
        line += f"   {'━' * round(BAR * min(epoch.loss / estimator.loss_curve_[0], 1))}"
    return line


def is_shown(number: int) -> bool:
    """Return whether an epoch gets a line: 1, 2, 5, 10, 20, 50, ... as losses fall ever slower."""
    return str(number).rstrip("0") in ("1", "2", "5")


def results(
    experiment: Experiment, estimator: Any, table: Table, seconds: float
) -> Iterator[tuple[str, str]]:
    """Yield the final loss, the scores and the time, a label and a text each."""
    n_epochs = estimator.n_iter_
    yield "time", f"{n_epochs:,} epoch{'s' * (n_epochs != 1)} in {seconds:.1f} s"
    if estimator.validation_scores_ and np.isfinite(estimator.validation_scores_).any():
        best = int(np.nanargmax(estimator.validation_scores_))
        loss = estimator.validation_loss_curve_[best]
        yield "kept", f"the weights of epoch {best + 1:,}, the best on the validation rows"
        yield "loss", f"{estimator.loss_curve_[best]:.4f}, on validation rows {loss:.4f}"
    elif experiment.is_article:
        n_rows = len(table.train[1])
        summed = f"{estimator.loss_ * n_rows:.1f} summed over the {n_rows:,} points"
        yield "loss", f"{estimator.loss_:.4f}, the mean; {summed}, as the article counts"
    label = "correct" if table.class_names else "error"
    fresh = "fresh" if experiment.is_article else "test"
    for kind, rows in (("training", table.train), (fresh, table.test)):
        yield label, f"{score(estimator, table, rows)} on {len(rows[1]):,} {kind} rows"
        label = ""
    yield "", table.yardstick


def score(estimator: Any, table: Table, rows: Rows) -> str:
    """Return the classification rate, or the mean absolute error in units of y, and R2."""
    X, y = table.scaled(rows)
    if table.class_names:
        return f"{estimator.score(X, y):.2%}"
    error = abs(estimator.predict(X) - y).mean() * table.y_scale[1]
    return f"{error:.1f} on average (R2 {estimator.score(X, y):.2f})"


def progress_bar(console: Console) -> Progress:
    """Return a progress bar; a pipe gets none, so that its lines are clean."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        auto_refresh=False,  # a thread of its own would take its share of a core
        disable=not console.is_interactive,
    )


@contextmanager
def interrupts() -> Iterator[list[int]]:
    """Collect Ctrl-C for the loop to see between two epochs; the second one stops at once."""
    seen: list[int] = []
    if threading.current_thread() is not threading.main_thread():  # signals are not for others
        yield seen
        return

    def remember(number: int, _: Any) -> None:
        seen.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, remember)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)
