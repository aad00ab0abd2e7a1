"""Rows to try an ONNX file on, made from what a model knows of its columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from glassnet.core.arrays import Array
from glassnet.files.onnx.columns import cells_kind
from glassnet.record import Model
from glassnet.tabular.columns import Column
from glassnet.tabular.encoders import Levels

N_USUAL = 64
"""Rows, at least, with numbers from the range in training."""

SIZES = (1, 30, 1000)
"""Of numbers where nothing is known of them."""

_NUMBERS = [0.0, -1.0, 1.0, 1e3, -1e6, 1e12, -1e300, 1.7e308, -1.7e308, np.inf, -np.inf]
_DATES = [
    "1969-12-31T23:59:59.999999", "1970-01-01", "1900-02-28T12", "2000-02-29T06:30", "2100-03-01",
    "0001-01-01", "9999-12-31T18:00:00.000001", "-004-02-29", "2024-12-31T00:00:01",
]  # fmt: skip


def generated(model: Model) -> Iterator[tuple[str, Array]]:
    """Yield rows and what they are.

    With a table each level is among them, texts that are none, missing cells, ends of ranges,
    numbers far out and infinite ones, leap days and dates before 1970.
    """
    rng = np.random.default_rng(0)
    if model.table is not None:
        columns = [_cells(column, rng) for column in model.table.columns]
        yield "generated rows", _beside(columns, rng)
        return
    assert model.network.n_in is not None
    for size in SIZES:
        rows = rng.normal(0, size, (N_USUAL, model.network.n_in))
        rows[0] = 0
        yield f"generated rows of size {size}", rows.astype(model.theta.dtype)


def _beside(columns: list[list[Any]], rng: np.random.Generator) -> Array:
    """Return cells beside each other; those of a shorter column come again, in another order."""
    n_rows = max(map(len, columns))
    rows = np.empty((n_rows, len(columns)), object)
    for i, cells in enumerate(columns):
        turns = np.tile(np.arange(len(cells)), (-(-n_rows // len(cells)), 1))
        order = rng.permuted(turns, axis=1).ravel()[:n_rows]
        rows[:, i] = np.fromiter(cells, object, len(cells))[order]
    return rows


def _cells(column: Column, rng: np.random.Generator) -> list[Any]:
    """Return the cells of a column, each once."""
    if not column.features:
        return [None]
    kind = cells_kind(column)
    if kind == "number":
        return [None, *_NUMBERS, *_between(column.low, column.high, rng)]
    if kind == "date":
        dates = [np.datetime64(text, "us") for text in _DATES]
        low, high = column.low or "1970-01-01", column.high or "1970-01-01"
        return [None, *dates, *_dates_between(low, high, rng)]
    if isinstance(column.encoder, Levels):
        return [None, *column.encoder.code_of, *_unseen(column.encoder.levels)]
    return [None, "a value"]


def _between(low: Any, high: Any, rng: np.random.Generator) -> list[float]:
    """Return numbers of the range in training, its ends among them."""
    if low is None:
        return []
    part = rng.random(N_USUAL)
    return [low, high, *(low * (1 - part) + high * part).tolist()]


def _dates_between(low: Any, high: Any, rng: np.random.Generator) -> list[Any]:
    """Return dates of the range in training, its ends among them."""
    ends = np.array([low, high], "datetime64[us]")
    first, last = ends.view(np.int64)
    between = rng.integers(first, last, N_USUAL, endpoint=True).view("datetime64[us]")
    return [*ends, *between]


def _unseen(levels: tuple[str, ...]) -> list[str]:
    """Return texts that are no levels, though like some."""
    near = ("unseen", " ", "nan", "\u00e4\u00df \u6f22", levels[0] + " ", levels[-1].swapcase())
    return [text for text in near if text not in levels]
