"""``glassnet demo``: train, show how it goes, say how well it went."""

from __future__ import annotations

import signal
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sklearn.exceptions import ConvergenceWarning

from glassnet.cli.datasets import Table
from glassnet.cli.experiment import ARTICLE, EXPERIMENTS, Experiment

N_LINES = 10
"""How many losses are written down on the way."""


def run_demo(
    console: Console,
    name: str,
    *,
    seed: int,
    epochs: int | None,
    hidden: tuple[int, ...] | None,
    activation: str | None,
    folder: Path,
) -> bool:
    """Run an experiment from the data to the figures; return whether it was interrupted."""
    from glassnet.cli.figures import write_figures  # without matplotlib: said before training

    experiment = EXPERIMENTS[name]
    table = experiment.load(np.random.default_rng(seed))
    estimator = experiment.estimator(
        table,
        hidden=experiment.hidden if hidden is None else hidden,
        activation=activation or experiment.activation,
        epochs=epochs or experiment.epochs,
        seed=seed,
    )
    console.print(f"{name}: {experiment.about}")
    console.print(describe(estimator, table))
    began = time.perf_counter()
    interrupted = train(console, estimator, table)
    seconds = time.perf_counter() - began
    if interrupted:
        console.print("\ninterrupted: this is what it has learned so far")
    console.print(f"\n{results(experiment, estimator, table, seconds)}")
    console.print("\nfigures:")
    for path in write_figures(estimator, table, folder, teach=name == ARTICLE):
        console.print(f"  {path}")
    return interrupted


def describe(estimator: Any, table: Table) -> str:
    """Return a line or two on the rows and the network."""
    n_outputs = len(table.class_names) if len(table.class_names) > 2 else 1
    sizes = [len(table.feature_names), *estimator.hidden_layer_sizes, n_outputs]
    rows = f"{len(table.train[0]):,} rows to train on, "
    if table.validation is not None:
        rows += f"{len(table.validation[0]):,} to stop early on, "
    rows += f"{len(table.test[0]):,} to test on"
    return f"{rows}\nnetwork {'-'.join(map(str, sizes))}, {estimator.activation}"


def train(console: Console, estimator: Any, table: Table) -> bool:
    """Train to the end or to Ctrl-C, showing the loss; return whether it was Ctrl-C."""
    n_epochs = estimator.max_iter
    validation = {}
    if table.validation is not None:
        validation = dict(zip(("X_val", "y_val"), table.validation, strict=True))
    with (
        warnings.catch_warnings(),
        _progress(console) as progress,
        _interrupts() as interrupted,
    ):
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last epoch is the plan here
        bar = progress.add_task("training", total=n_epochs)
        for epoch in estimator.iter_fit(*table.train, **validation):
            line = f"epoch {epoch.number:>6,}   loss {epoch.loss:.6f}"
            if estimator.validation_loss_curve_:
                line += f"   on validation rows {estimator.validation_loss_curve_[-1]:.6f}"
            if epoch.number == 1 or epoch.number % max(n_epochs // N_LINES, 1) == 0:
                progress.console.print(line)
            progress.update(bar, completed=epoch.number, description=f"loss {epoch.loss:.6f}")
            if interrupted:
                break
        progress.update(bar, total=epoch.number)
    return bool(interrupted)


def results(experiment: Experiment, estimator: Any, table: Table, seconds: float) -> str:
    """Return the final loss, the scores and the time, a line each."""
    what = "classification rate" if table.class_names else "R²"
    parts = {"training": table.train, "validation": table.validation, "test": table.test}
    if experiment is EXPERIMENTS[ARTICLE]:
        parts["fresh"] = parts.pop("test")
    rows = [("final loss", f"{estimator.loss_:.6f}")]
    for part, data in parts.items():
        if data is not None:
            score = estimator.score(*data)
            shown = f"{score:.2%}" if table.class_names else f"{score:.3f}"
            rows.append((f"{what} on {len(data[0]):,} {part} rows", shown))
    rows += [("epochs", f"{estimator.n_iter_:,}"), ("seconds", f"{seconds:.2f}")]
    width = max(len(label) for label, _ in rows) + 2
    return "\n".join(label.ljust(width) + value for label, value in rows)


def _progress(console: Console) -> Progress:
    """Return a progress bar; a pipe gets none, so that its lines are clean."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


@contextmanager
def _interrupts() -> Iterator[list[int]]:
    """Collect Ctrl-C for the loop to see; the second one stops at once."""
    seen: list[int] = []

    def remember(number: int, _: Any) -> None:
        seen.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, remember)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)
