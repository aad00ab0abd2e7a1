"""``glassnet train``: a table in, a model file out."""

from __future__ import annotations

import dataclasses
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from sklearn.model_selection import train_test_split

from glassnet.cli.demo import interrupts
from glassnet.cli.outputs import check_place
from glassnet.cli.progress import Watch, clock
from glassnet.cli.reading import Source, read
from glassnet.cli.refusals import WRONG_USE, Refusal
from glassnet.cli.scores import Scores, of_classes, of_numbers
from glassnet.cli.targets import (
    Examples,
    Task,
    check_column,
    codes_of,
    decide,
    examples_of,
    values_of,
)
from glassnet.cli.words import Speaker, confusion_lines, counted, number, score_lines
from glassnet.errors import DataWarning
from glassnet.estimators.tables.classifier import TabularClassifier
from glassnet.estimators.tables.metrics import OF_CLASSES, OF_NUMBERS
from glassnet.estimators.tables.plain import train_plain
from glassnet.estimators.tables.regressor import TabularRegressor
from glassnet.estimators.tables.saving import record_of
from glassnet.files.checkpoint import previous
from glassnet.files.model_file import write_record
from glassnet.record import Classes, Description, Origin, Record

METRICS: dict[Task, tuple[str, ...]] = {
    "classification": tuple(OF_CLASSES),
    "regression": tuple(OF_NUMBERS),
}


@dataclass(frozen=True)
class Wish:
    """What was typed.

    Attributes
    ----------
    file, target : str
    output : Path
    task : {"classification", "regression"} or None
    metric, test, weight : str or None
    test_size : float or None
    model : {"tabular", "mlp"}
    drop : list of str
    max_time : float or None
    seed : int
    epochs : int
    checkpoint : Path or None
    checkpoint_every : float
        Seconds.
    """

    file: str
    target: str
    output: Path
    task: Task | None
    metric: str | None
    test: str | None
    test_size: float | None
    drop: list[str]
    weight: str | None
    max_time: float | None
    seed: int
    epochs: int
    model: Literal["tabular", "mlp"] = "tabular"
    checkpoint: Path | None = None
    checkpoint_every: float = 60.0


def train(wish: Wish, speaker: Speaker) -> None:
    """Read, train, test, write."""
    if wish.test is not None and wish.test_size is not None:
        raise Refusal("--test and --test-size: expected one of them.", WRONG_USE)
    check_place(wish.output, [wish.file, *([wish.test] if wish.test else [])])
    if wish.checkpoint is not None:
        others = [wish.file, str(wish.output), *([wish.test] if wish.test else [])]
        if str(wish.checkpoint) == "-":
            raise Refusal("--checkpoint -: expected the name of a file.", WRONG_USE)
        for place in (wish.checkpoint, previous(wish.checkpoint)):
            check_place(place, others, "--checkpoint")
    source = read(wish.file)
    examples, left_out = _examples(source, wish)
    task, why = decide(examples.y, source, wish.task)
    _check_metric(wish, task)
    examples, tests = _split(examples, task, wish, source)
    speaker.line("table", f"{source.name}: {_size(source)} ({source.format})")
    speaker.notes([*source.words, *left_out])
    n_values = examples.y.n_unique()
    what = counted(n_values, "class") if task == "classification" else "a number"
    speaker.line("target", f"{wish.target}: {what}; {task}, {why}")
    began = time.monotonic()
    record, words, stopped = _fit(examples, task, wish, speaker)
    seconds = time.monotonic() - began
    speaker.notes(words)
    scores = None if tests is None else _test(record, tests)
    origin = Origin(
        file=Path(source.name).name,
        target=wish.target,
        weight=wish.weight,
        dropped=tuple(wish.drop),
        decimal=source.decimal,
        n_rows=len(examples),
        test={} if scores is None else scores.values,
    )
    about = dataclasses.replace(record.about, origin=origin)
    assert about.table is not None
    write_record(wish.output, dataclasses.replace(record, about=about))
    _tell(about, examples, tests, scores, wish, speaker, seconds, stopped)
    training = about.training
    speaker.json(
        {
            "model": str(wish.output),
            "target": wish.target,
            "task": task,
            "why": why,
            "rows": {"training": len(examples), "test": 0 if tests is None else len(tests)},
            "columns": {
                column.name: column.reason or str(column.encoder) for column in about.table.columns
            },
            "metric": training.metric,
            "validation": training.best_score,
            "best_epoch": training.best_epoch[0],
            "epochs": len(training.loss_curve[0]),
            "stopped_by_user": stopped,
            "seconds": round(seconds, 3),
            "test": None if scores is None else scores.values,
            "notes": [*source.words, *left_out, *words],
        }
    )


def _size(source: Source) -> str:
    return f"{counted(source.frame.height, 'row')}, {counted(source.frame.width, 'column')}"


def _examples(source: Source, wish: Wish) -> tuple[Examples, list[str]]:
    """Return the rows to learn from, columns checked."""
    words: list[str] = []
    check_column(source, wish.target, "--target")
    for name in wish.drop:
        check_column(source, name, "--drop")
    if wish.weight is not None:
        check_column(source, wish.weight, "--weight")
    if wish.target in (*wish.drop, wish.weight):
        raise Refusal(f"--target {wish.target} is also dropped or a weight.", WRONG_USE)
    twice = f"{wish.target}_2"
    if any(f"is called {twice!r}" in word for word in source.words):
        raise Refusal(
            f"{source.name} has several columns {wish.target!r}; which is the target? Rename them."
        )
    return examples_of(source, wish.target, wish.weight, wish.drop, words), words


def _check_metric(wish: Wish, task: Task) -> None:
    if wish.metric is not None and wish.metric not in METRICS[task]:
        raise Refusal(
            f"--metric {wish.metric}: expected one of {', '.join(METRICS[task])} for {task}.",
            WRONG_USE,
        )


def _split(
    examples: Examples, task: Task, wish: Wish, source: Source
) -> tuple[Examples, Examples | None]:
    """Return the rows to train on, and those to test on: another file's, or some of them."""
    if wish.test is not None:
        other = read(wish.test, source.decimal)
        words: list[str] = []
        weight = wish.weight if wish.weight in other.frame.columns else None
        drop = [name for name in wish.drop if name in other.frame.columns]
        return examples, examples_of(other, wish.target, weight, drop, words)
    if wish.test_size is None:
        return examples, None
    n_tests = round(wish.test_size * len(examples))
    if not 1 <= n_tests <= len(examples) - 2:
        raise Refusal(
            f"--test-size {wish.test_size:g} of {counted(len(examples), 'row')} sets aside "
            f"{n_tests:,}; expected at least 1, and 2 to train on.",
            WRONG_USE,
        )
    strata = None
    if task == "classification":
        counts = examples.y.value_counts()["count"]
        if counts.min() >= 2 and n_tests >= len(counts) <= len(examples) - n_tests:  # type: ignore[operator]
            strata = examples.y.rank("dense").to_numpy()
    rows, tests = train_test_split(
        np.arange(len(examples)), test_size=n_tests, random_state=wish.seed, stratify=strata
    )
    return examples.rows(np.sort(rows)), examples.rows(np.sort(tests))


def _model(task: Task, wish: Wish) -> Any:
    kind = TabularClassifier if task == "classification" else TabularRegressor
    return kind(
        max_iter=wish.epochs,
        metric=wish.metric or "auto",
        max_time=wish.max_time,
        random_state=wish.seed,
    )


def _fit(
    examples: Examples, task: Task, wish: Wish, speaker: Speaker
) -> tuple[Record, list[str], bool]:
    """Train to the end, to the time's, or to Ctrl-C; return notes, and whether it was that."""
    metric = wish.metric or METRICS[task][0]
    y = values_of(examples.y, task)
    where: dict[str, Any] = {
        "checkpoint": wish.checkpoint, "checkpoint_every": wish.checkpoint_every
    }  # fmt: skip
    if wish.checkpoint is not None and wish.checkpoint.exists():
        speaker.notes([f"going on from {wish.checkpoint}"])
    with (
        warnings.catch_warnings(record=True) as caught,
        interrupts() as interrupted,
        Watch(speaker.err, metric, wish.epochs, wish.max_time, interrupted) as watch,
    ):
        warnings.simplefilter("always")
        if wish.model == "mlp":
            record = train_plain(
                examples.X, y, examples.w, metric=metric, n_epochs=wish.epochs,
                max_time=wish.max_time, seed=wish.seed, watch=watch, **where,
            )  # fmt: skip
        else:
            model = _model(task, wish)
            model._progress = watch  # noqa: SLF001 - the hook that is there for us
            record = record_of(model.fit(examples.X, y, sample_weight=examples.w, **where))
    texts = (str(one.message).partition(" To keep such a column")[0] for one in caught)
    return record, list(dict.fromkeys(texts)), bool(interrupted)


def _test(record: Record, tests: Examples) -> Scores:
    """Return how good predictions are on rows that the model has not seen."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        outputs = record.model.outputs(tests.X)
    target = record.about.target
    if isinstance(target, Classes):
        return of_classes(codes_of(tests.y, target.labels), outputs, tests.w)
    return of_numbers(values_of(tests.y, "regression"), outputs[:, 0], tests.w)


def _tell(
    about: Description,
    examples: Examples,
    tests: Examples | None,
    scores: Scores | None,
    wish: Wish,
    speaker: Speaker,
    seconds: float,
    stopped: bool,
) -> None:
    """Say how it went."""
    assert about.table is not None
    columns, training = about.table.columns, about.training
    used = [column for column in columns if column.features]
    left_out = [column.name for column in columns if not column.features]
    dropped = f"; left out: {', '.join(left_out[:8])}{' ...' * (len(left_out) > 8)}"
    speaker.line("columns", f"{len(used)} of {len(columns)} used{dropped if left_out else ''}")
    end = "stopped by Ctrl-C after" if stopped else "after"
    epochs = f"{end} {counted(len(training.loss_curve[0]), 'epoch')} in {clock(seconds)}"
    if training.validation_scores[0]:
        best = f"the weights of epoch {training.best_epoch[0]}, the best on the validation rows"
        speaker.line("training", f"{epochs}; kept: {best}")
        speaker.line("validation", f"{training.metric} {number(training.best_score)}")
    else:
        speaker.line("training", f"{epochs}; too few rows to set some aside for validation")
    if tests is not None and scores is not None:
        speaker.plain()
        speaker.line("test", counted(len(tests), "row"))
        for name, text in score_lines(scores):
            speaker.line(f"  {name}", text)
        if scores.confusion is not None and isinstance(about.target, Classes):
            speaker.plain()
            for line in confusion_lines(scores, about.target.labels.tolist()):
                speaker.plain(f"  {line}")
        speaker.plain()
    size = wish.output.stat().st_size
    speaker.line("model", f"{wish.output} ({size / 1024:,.0f} KB, {counted(len(examples), 'row')})")
