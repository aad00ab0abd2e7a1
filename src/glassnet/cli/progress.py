"""What is seen while a network trains: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import math
import time
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Column

from glassnet.cli.demo import SECONDS_PER_DRAWING, is_shown
from glassnet.core.training import Epoch


class Watch:
    """Follows the epochs of one network; Ctrl-C ends the training after the one that runs.

    Parameters
    ----------
    console : Console
        Of standard error.
    metric : str
    n_epochs : int
    max_time : float or None
        Seconds.
    interrupted : list
        Not empty once Ctrl-C was pressed.
    """

    def __init__(
        self,
        console: Console,
        metric: str,
        n_epochs: int,
        max_time: float | None,
        interrupted: list[int],
    ) -> None:
        self.console = console
        self.metric = metric
        self.n_epochs = n_epochs
        self.max_time = max_time
        self.interrupted = interrupted
        self.began = self.said = time.monotonic()
        self.drawn = 0.0
        self.first: tuple[int, float] | None = None
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=12),
            TextColumn("{task.fields[rest]}", table_column=Column(no_wrap=True)),
            console=console,
            transient=True,
            auto_refresh=False,  # a thread of its own would take its share of a core
            disable=not console.is_terminal,
        )
        self.task = self.bar.add_task("", total=n_epochs, rest="")

    def __enter__(self) -> Watch:
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def __call__(self, epoch: Epoch, member: Any) -> None:
        """Show an epoch; what it shows comes from glassnet's estimators."""
        now = time.monotonic()
        if not self.console.is_terminal:
            if is_shown(epoch.number) or now - self.said > 30 or epoch.number == self.n_epochs:
                self.console.print(f"{self._epoch(epoch)}  {self._state(epoch, member, now)}")
                self.said = now
        elif now - self.drawn >= SECONDS_PER_DRAWING:
            self.bar.update(
                self.task,
                completed=epoch.number,
                description=self._epoch(epoch),
                rest=self._state(epoch, member, now),
                refresh=True,
            )
            self.drawn = now
        if self.interrupted:
            raise KeyboardInterrupt

    def _epoch(self, epoch: Epoch) -> str:
        return f"epoch {epoch.number:>{len(str(self.n_epochs))}} of {self.n_epochs}"

    def _state(self, epoch: Epoch, member: Any, now: float) -> str:
        parts = [f"loss {epoch.loss:.4f}"]
        if member.scores:
            best = f"(best {member.best_score:.4g} in epoch {member.best_epoch})"
            parts.append(f"{self.metric} {member.scores[-1]:.4g} {best}")
        parts += [f"{self._left(epoch, now)} left", f"{epoch.rows_per_second:,.0f} rows/s"]
        return "  ".join(parts)

    def _left(self, epoch: Epoch, now: float) -> str:
        spent = now - self.began
        if self.first is None:
            self.first = epoch.number, now  # which may have compiled
        n_since = epoch.number - self.first[0]
        each = (now - self.first[1]) / n_since if n_since else epoch.seconds
        left = each * (self.n_epochs - epoch.number)
        if self.max_time is not None:
            left = min(left, max(self.max_time - spent, 0))
        return clock(left)


def clock(seconds: float) -> str:
    """Return a duration such as 8 s, 2:05 or 1:02:05."""
    whole = math.ceil(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
