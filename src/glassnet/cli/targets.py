"""The column to predict: is it there, what is it, and which rows have it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import polars as pl

from glassnet.cli.reading import Source
from glassnet.cli.refusals import WRONG_USE, Refusal
from glassnet.core.arrays import Array
from glassnet.tabular.objects import canonical

Task: TypeAlias = Literal["classification", "regression"]

FEW = 10
"""Whole numbers of at most so many different values are classes: ratings, months, digits."""


@dataclass(frozen=True)
class Examples:
    """Rows to learn from or to test on.

    Attributes
    ----------
    X : polars.DataFrame
        Without target, weights and columns left out.
    y : polars.Series
    w : array or None
    """

    X: pl.DataFrame
    y: pl.Series
    w: Array | None

    def __len__(self) -> int:
        return len(self.y)

    def rows(self, which: Any) -> Examples:
        """Return some of the rows."""
        return Examples(self.X[which], self.y[which], None if self.w is None else self.w[which])


def check_column(source: Source, name: str, option: str) -> None:
    """Raise a refusal with the nearest names if there is no such column."""
    columns = source.frame.columns
    if name in columns:
        return
    near = difflib.get_close_matches(name, columns, n=3, cutoff=0.5)
    near += [one for one in columns if one.lower() == name.lower() and one not in near]
    known = f"Nearest: {', '.join(map(repr, near))}" if near else f"It has {_listed(columns)}"
    raise Refusal(f"{option} {name}: {source.name} has no such column. {known}.", WRONG_USE)


def is_missing(column: pl.Series) -> pl.Series:
    """Return which cells of a column are empty, or no number among numbers."""
    missing = column.is_null()
    if column.dtype.is_float():
        missing |= column.is_nan().fill_null(value=False)
    return missing


def examples_of(
    source: Source, target: str, weight: str | None, drop: Sequence[str], words: list[str]
) -> Examples:
    """Return the rows that have a target.

    Raises
    ------
    Refusal
        If a column is not there, nothing is left to learn from, or a weight cannot be used.
    """
    check_column(source, target, "--target")
    frame = source.frame
    missing = is_missing(frame[target])
    if missing.all():
        raise Refusal(
            f"{source.name}: the target {target!r} is missing in every row; expected a value to "
            "learn."
        )
    if missing.any():
        n = int(missing.sum())
        words.append(f"{n:,} row{'s' * (n != 1)} without a target left out")
        frame = frame.filter(~missing)
    w = None if weight is None else _weights(source, frame, weight)
    X = frame.drop({target, *drop, *([weight] if weight else [])})
    if X.width == 0:
        raise Refusal(f"{source.name}: no column is left beside {target!r} to predict it from.")
    return Examples(X, frame[target], w)


def _weights(source: Source, frame: pl.DataFrame, name: str) -> Array:
    column = frame[name]
    if not column.dtype.is_numeric():
        raise Refusal(f"{source.name}: the weights in {name!r} are no numbers, but {column.dtype}.")
    values = column.cast(pl.Float64).to_numpy()
    wrong = ~(values >= 0) | np.isinf(values)
    if wrong.any():
        row = int(wrong.argmax())
        raise Refusal(
            f"{source.name}, row {row + 1:,} (of those with a target): the weight in {name!r} is "
            f"{values[row]}; expected a number from 0 on."
        )
    return np.asarray(values)


def decide(y: pl.Series, source: Source, wanted: Task | None) -> tuple[Task, str]:
    """Return what kind of task a target is, and why.

    Raises
    ------
    Refusal
        If it cannot be learned: dates, one value only, text that is different in each row.
    """
    where, name = source.name, y.name
    n_values = y.n_unique()
    if n_values == 1:
        raise Refusal(
            f"{where}: the target {name!r} is {y[0]!r} in every row; expected at least two values "
            "to tell apart."
        )
    if not (y.dtype.is_numeric() or y.dtype in (pl.Boolean, pl.String, pl.Categorical, pl.Enum)):
        raise Refusal(
            f"{where}: the target {name!r} holds {y.dtype}; expected text, truth values or numbers."
        )
    task, why = _decided(y, n_values)
    if wanted == "regression" and not y.dtype.is_numeric():
        raise Refusal(
            f"{where}: --task regression needs numbers, and the target {name!r} holds {why}.",
        )
    if wanted == "classification" and task == "regression" and not _are_whole(y):
        raise Refusal(
            f"{where}: --task classification needs classes, and the target {name!r} holds {why}."
        )
    if (wanted or task) == "classification" and n_values > max(2, len(y) / 2):
        raise Refusal(
            f"{where}: the target {name!r} has {n_values:,} classes in {len(y):,} rows; expected "
            "several rows of each. Is it the right column?"
        )
    return (wanted, "as --task says") if wanted else (task, f"because {name!r} holds {why}")


def _decided(y: pl.Series, n_values: int) -> tuple[Task, str]:
    if y.dtype == pl.Boolean:
        return "classification", "truth values"
    if not y.dtype.is_numeric():
        return "classification", f"text ({n_values:,} different values)"
    if not _are_whole(y):
        return "regression", "numbers with fractions"
    if n_values <= min(FEW, len(y) / 2):
        return "classification", f"whole numbers, and only {n_values:,} different ones"
    return "regression", f"whole numbers ({n_values:,} different ones)"


def _are_whole(y: pl.Series) -> bool:
    return not y.dtype.is_float() or bool((y % 1 == 0).all())


def values_of(y: pl.Series, task: Task) -> Array:
    """Return a target as the estimators take it."""
    if task == "regression":
        return y.cast(pl.Float64).to_numpy()
    if y.dtype == pl.Boolean:
        return y.to_numpy()
    if y.dtype.is_numeric():
        return y.cast(pl.Int64).to_numpy()
    return y.cast(pl.String).to_numpy().astype(object)


def codes_of(y: pl.Series, classes: Array) -> Array:
    """Return the place of each label among the classes, -1 for one that is not there.

    Labels are compared as the cells of categories are: 1, 1.0 and "1" are the same.
    """
    place = {canonical(label): i for i, label in enumerate(classes.tolist())}
    return np.array([place.get(canonical(label), -1) for label in y.to_list()])


def _listed(names: Sequence[str], most: int = 12) -> str:
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(repr, names[:most])) + rest
