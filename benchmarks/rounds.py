"""In turns: every contender once in each round, so that a slow minute of the machine hits all."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from benchmarks.peers import OURS, Contender
from benchmarks.shapes import Job
from benchmarks.workers import LeftOutError, Spinner, Worker


@dataclass
class Measured:
    """The times of one job.

    Attributes
    ----------
    job : Job
    seconds : dict of Contender to list of float
        Of a step, one for each round.
    losses : dict of str to float
        After two epochs, to see that all have learned the same.
    notes : dict of str
        What else a contender tells of itself.
    """

    job: Job
    seconds: dict[Contender, list[float]] = field(default_factory=dict)
    losses: dict[str, float] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)

    def best(self, name: str) -> Contender | None:
        """Return the contender of this name with the best number of threads."""
        named = [contender for contender in self.seconds if contender.name == name]
        return min(named, key=self.median, default=None)

    def median(self, contender: Contender) -> float:
        """Return the median seconds of a step."""
        return median(self.seconds[contender])

    def step(self, name: str) -> float | None:
        """Return the median seconds of a step with the best number of threads."""
        best = self.best(name)
        return None if best is None else self.median(best)

    def ratio(self, name: str, to: str = OURS) -> float | None:
        """Return how many times longer this one takes than another."""
        theirs, ours = self.step(name), self.step(to)
        return None if theirs is None or ours is None else theirs / ours

    def epoch(self, name: str) -> float | None:
        """Return the median seconds of an epoch with the best number of threads."""
        step = self.step(name)
        return None if step is None else step * self.job.n_steps

    def plain(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {
            "job": str(self.job),
            "steps_per_epoch": self.job.n_steps,
            "timed_rows": self.job.n_rows,
            "parameters": self.job.n_params,
            "asked": self.job.asked,
            "seconds_per_step": {str(c): times for c, times in self.seconds.items()},
            "loss_after_two_epochs": self.losses,
            "notes": self.notes,
        }


def measure(
    job: Job,
    workers: Sequence[Worker],
    *,
    n_rounds: int,
    seconds: float,
    spinner: Spinner | None = None,
) -> list[Measured]:
    """Return the times of a job; with a spinner, a second time for those with a core busy.

    Parameters
    ----------
    job : Job
    workers : sequence of Worker
    n_rounds : int
    seconds : float
        How long a contender trains in a round, at least; one epoch if that is longer.
    spinner : Spinner or None
    """
    quiet, busy = Measured(job), Measured(job)
    taking_part = []
    for worker in workers:
        worker.prepare(job)
    for worker in workers:
        try:
            loss = worker.ready()
        except LeftOutError as error:
            if f"{error}":
                say(f"left out: {error}")
            continue
        taking_part.append(worker)
        if loss is not None:
            quiet.losses[str(worker.contender)] = loss
    n_epochs = {worker.contender: enough_epochs(worker, seconds) for worker in taking_part}
    check_losses(quiet.losses)
    for number in range(n_rounds):
        say(f"{job.name}: round {number + 1} of {n_rounds}")
        first = number % max(len(taking_part), 1)  # nobody always follows the same one
        turns = taking_part[first:] + taking_part[:first]
        take_turns(turns, n_epochs, quiet)
        if spinner is not None:
            spinner.turn(on=True)
            take_turns(turns, n_epochs, busy)
            spinner.turn(on=False)
    for worker in taking_part:
        if facts := worker.ask("facts"):
            quiet.notes[str(worker.contender)] = facts
    return [quiet] if spinner is None else [quiet, busy]


def take_turns(turns: Iterable[Worker], n_epochs: dict[Contender, int], measured: Measured) -> None:
    """Add a time of each."""
    for worker in turns:
        epoch = worker.ask("epoch_seconds", n_epochs[worker.contender])
        measured.seconds.setdefault(worker.contender, []).append(epoch / measured.job.n_steps)


def enough_epochs(worker: Worker, seconds: float, most: int = 10_000) -> int:
    """Return how many epochs take this long."""
    if worker.contender.name == "limit":
        return 1
    n_epochs = 1
    while True:
        epoch = max(float(worker.ask("epoch_seconds", n_epochs)), 1e-9)
        enough = min(most, math.ceil(seconds / epoch))
        if n_epochs >= enough / 2 or n_epochs == most:
            return max(1, enough)
        n_epochs = min(enough, n_epochs * 10)  # the first guess may be far too high


def check_losses(losses: dict[str, float]) -> None:
    """Raise if somebody has learned something else than the rest."""
    if not losses:
        return
    middle = median(losses.values())
    for name, loss in losses.items():
        # Initial weights and the order of rows differ, so losses do a little.
        if not 0.5 * middle < loss < 2 * middle + 0.1:
            raise AssertionError(f"{name} has loss {loss} after two epochs; the median is {middle}")


def say(message: str) -> None:
    """Tell of the progress, beside the output."""
    print(message, file=sys.stderr, flush=True)
