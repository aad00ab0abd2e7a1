"""Rows to learn from: points, known tables, painted points, a file; training and test rows."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassnet.core.arrays import Array
from glassnet.core.losses import Loss, Poisson, one_hot
from glassnet.errors import DataWarning, GlassnetError
from glassnet.playground.inputs import FUNCTIONS, of_plane
from glassnet.playground.messages import short
from glassnet.playground.setup import MOST_INPUTS, DataChoice, SetupError, Task
from glassnet.points import POINTS, make_points
from glassnet.tabular.table import Table

TABLES: dict[str, tuple[str, Task, str]] = {
    "iris": ("Iris", "classification", "150 flowers of three kinds, by four lengths."),
    "wine": ("Wine", "classification", "178 wines of three growers, by 13 measurements."),
    "digits": ("Digits", "classification", "1,797 written digits of 8 x 8 pixels."),
    "diabetes": ("Diabetes", "regression", "442 patients: how far the illness went in a year."),
}
"""That come with scikit-learn: label, task, what they are."""

MOST_LEVELS, MOST_FILE_ROWS, MOST_COLUMNS, MOST_FILE_CLASSES = 24, 20_000, 512, 20


@dataclass(frozen=True)
class FileRows:
    """What was read of a file.

    Attributes
    ----------
    name : str
        Of the file.
    columns : tuple of str
        All of them: each one could be predicted.
    target : str
    frame : table
        Without the target.
    y : array
        Labels or numbers.
    task : {"classification", "regression"}
    says : tuple of str
        What is worth saying of it.
    numbers : array of int or None
        The rows' numbers in the file, from 1; None if all rows are there.
    """

    name: str
    columns: tuple[str, ...]
    target: str
    frame: Any
    y: Array
    task: Task
    says: tuple[str, ...]
    numbers: NDArray[np.intp] | None = None


OneFile: TypeAlias = Callable[[str | None], FileRows]
"""A file that lies ready: takes the target, None for the last column."""

Read: TypeAlias = Callable[[Path, str], OneFile]
"""Reads a table, which has a name; raises a `GlassnetError` that says what is wrong."""


@dataclass(frozen=True)
class Data:
    """Rows, and what is known of them.

    Attributes
    ----------
    task : {"classification", "regression"}
    target : str
    classes : tuple of str
        Empty for numbers.
    labels : array or None
        The classes as they are in the data; None for numbers.
    columns : tuple of str
    X : array of shape (n_rows, n_columns)
        Points, or the table's matrix.
    y : array of shape (n_rows,)
        Places among the classes, or numbers.
    train, test : array of int
        Rows.
    table : Table or None
        What makes the matrix; None for points.
    frame : table or None
    file : FileRows or None
    says : tuple of str
    numbers : array of int or None
        The rows' numbers in their file, from 1; None if they are counted from the first.
    """

    task: Task
    target: str
    classes: tuple[str, ...]
    labels: Array | None
    columns: tuple[str, ...]
    X: Array
    y: Array
    train: NDArray[np.intp]
    test: NDArray[np.intp]
    table: Table | None = None
    frame: Any = None
    file: FileRows | None = None
    says: tuple[str, ...] = ()
    numbers: NDArray[np.intp] | None = None

    def number(self, row: int) -> int:
        """Return a row's number where it comes from, from 1."""
        return row + 1 if self.numbers is None else int(self.numbers[row])

    @property
    def is_plane(self) -> bool:
        """Whether rows are points, of which inputs are functions."""
        return self.table is None

    @property
    def n_outputs(self) -> int:
        """Scores that the network gives."""
        return len(self.classes) or 1

    @property
    def available(self) -> tuple[str, ...]:
        """The names of what the network can be given."""
        return tuple(FUNCTIONS) if self.is_plane else self.columns

    def rows(self, names: Sequence[str]) -> Array:
        """Return the network's rows."""
        return self.given(self.X, names)

    def given(self, X: Array, names: Sequence[str]) -> Array:
        """Return what the network is given of points, or of rows of the matrix."""
        if self.is_plane:
            return of_plane(X, names)
        return np.ascontiguousarray(X[:, [self.columns.index(name) for name in names]])

    def scale(self, loss: Loss) -> tuple[float, float]:
        """Return what is subtracted from numbers, and what they are then divided by."""
        if self.classes or self.is_plane or isinstance(loss, Poisson):
            return 0.0, 1.0
        y = self.y[self.train]
        return float(y.mean()), float(y.std()) or 1.0

    def encoded(self, loss: Loss) -> Array:
        """Return the targets as the loss takes them, of shape (n_rows, n_outputs)."""
        if self.classes:
            return one_hot(self.y, len(self.classes))
        mean, std = self.scale(loss)
        return ((self.y - mean) / std)[:, np.newaxis]


def data_of(choice: DataChoice, file: OneFile | None) -> Data:
    """Return the rows that were chosen.

    Raises
    ------
    SetupError
        If there are none, or too few of them.
    """
    rng = np.random.default_rng(choice.seed)
    try:
        if choice.name in POINTS:
            return _points(choice, rng)
        if choice.name == "painted":
            return _painted(choice, rng)
        if choice.name in TABLES:
            return _table(_known(choice.name), choice, rng)
        if choice.name == "file":
            if file is None:
                raise SetupError("there is no file yet. Drop one on the page.")
            return _table(file(choice.target), choice, rng)
    except SetupError:
        raise
    except GlassnetError as error:
        raise SetupError(str(error)) from None
    known = ", ".join([*POINTS, *TABLES, "painted", "file"])
    raise SetupError(f"data {short(choice.name)} are unknown; expected one of {known}.")


def _points(choice: DataChoice, rng: np.random.Generator) -> Data:
    kind = POINTS[choice.name]
    n_classes = min(max(choice.classes, kind.classes[0]), kind.classes[1])
    X, y = make_points(choice.name, choice.rows, n_classes=n_classes, noise=choice.noise, rng=rng)
    train, test = _split(len(y), choice.test, rng)
    is_number = kind.task == "regression"
    names = () if is_number else tuple(f"class {k + 1}" for k in range(n_classes))
    labels = None if is_number else np.array(names)
    return Data(kind.task, "y", names, labels, ("x1", "x2"), X, y, train, test)


def _painted(choice: DataChoice, rng: np.random.Generator) -> Data:
    points = np.array(choice.points, float).reshape(-1, 3)
    n_classes = max(2, int(points[:, 2].max(initial=1)) + 1)
    names = tuple(f"class {k + 1}" for k in range(n_classes))
    train, test = _split(len(points), choice.test, rng)
    y = points[:, 2].astype(np.intp)
    X = np.ascontiguousarray(points[:, :2])
    return Data("classification", "y", names, np.array(names), ("x1", "x2"), X, y, train, test)


@cache
def _known(name: str) -> FileRows:
    """Return one of scikit-learn's tables."""
    import polars as pl
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")()
    columns = [str(one) for one in bunch.feature_names]
    _, task, _ = TABLES[name]
    y = bunch.target
    if task == "classification":
        y = np.array([str(one) for one in bunch.target_names], object)[y]
    frame = pl.DataFrame(bunch.data, schema=columns)
    target = {"iris": "species", "wine": "grower", "digits": "digit"}.get(name, "progression")
    return FileRows(name, (*columns, target), target, frame, y, task, ())


def _table(file: FileRows, choice: DataChoice, rng: np.random.Generator) -> Data:
    """Return a table's rows; what scales and encodes its columns is learned on training rows."""
    says = list(file.says)
    n_rows = len(file.y)
    kept = np.arange(n_rows)
    if n_rows > MOST_FILE_ROWS:
        kept = np.sort(rng.permutation(n_rows)[:MOST_FILE_ROWS])
        says.append(
            f"{MOST_FILE_ROWS:,} of the {n_rows:,} rows are here, drawn at random; glassnet train "
            "takes them all"
        )
    frame, y = file.frame[kept], file.y[kept]
    train, test = _split(len(y), choice.test, rng)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DataWarning)
        table = Table.learn(frame[train], max_one_hot=MOST_LEVELS)
        if table.n_levels:  # a plain network embeds no codes
            many = [
                one.name for one in table.columns if any(f.group == "codes" for f in one.features)
            ]
            says.append(
                f"left out, with more than {MOST_LEVELS} different texts: "
                f"{', '.join(map(repr, many))}"
            )
            frame = frame.drop(many)
            table = Table.learn(frame[train], max_one_hot=MOST_LEVELS)
        matrix = table.encode(frame, np.float64)
    says += [str(one.message) for one in caught]
    names = table.names_out
    if len(names) > MOST_COLUMNS:
        raise SetupError(
            f"{file.name} becomes {len(names):,} columns; expected at most {MOST_COLUMNS}."
        )
    if len(names) > MOST_INPUTS:
        says.append(
            f"the first {MOST_INPUTS} of {len(names)} columns are inputs; Inputs has the others"
        )
    labels: Array | None = None
    classes: tuple[str, ...] = ()
    if file.task == "classification":
        labels, y = np.unique(y, return_inverse=True)
        classes = tuple(map(str, labels.tolist()))
        if len(classes) > MOST_FILE_CLASSES:
            raise SetupError(
                f"{file.name}: {file.target!r} has {len(classes)} classes; expected at most "
                f"{MOST_FILE_CLASSES}. Is it the right column?"
            )
    return Data(
        file.task, file.target, classes, labels, names, matrix,
        y if labels is not None else y.astype(np.float64), train, test, table, frame, file,
        tuple(says), (file.numbers[kept] if file.numbers is not None else kept + 1),
    )  # fmt: skip


def _split(
    n_rows: int, share: float, rng: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return training and test rows, drawn by lot; each in order."""
    order = rng.permutation(n_rows)
    n_test = min(round(share * n_rows), max(n_rows - 1, 0))
    return np.sort(order[n_test:]), np.sort(order[:n_test])
