"""How the cells of a raw row became the network's inputs."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from glassnet.core.arrays import Array
from glassnet.explain.shown import and_more, factor, largest, named, number
from glassnet.explain.step import Step, Values, Words
from glassnet.tabular.columns import Column, Feature
from glassnet.tabular.encoders import Codes
from glassnet.tabular.frames import read_frame
from glassnet.tabular.matching import find_columns
from glassnet.tabular.scaling import LIMIT
from glassnet.tabular.table import Table


def encoding_step(
    table: Table, row: Any, X: Array, most: int, names: Sequence[str] | None = None
) -> Step:
    """Return the first step: each input with the cell that it comes from.

    Parameters
    ----------
    table : Table
    row : table of one row
    X : array of shape (1, n_inputs)
        What the table makes of it.
    most : int
        Three times as many inputs get a line.
    names : sequence of str, optional
        The inputs, where they are not all that the table makes.
    """
    x = X.ravel()
    shown = largest(x, 3 * most)
    found = _parts(table, row)
    parts = [found[name] for name in names or table.names_out]
    lines = [_line(k, *parts[k], float(x[k])) for k in shown]
    left_out = [column.name for column in table.columns if not column.features]
    says = (
        f"The row's cells become {x.size} number{'s' * (x.size != 1)}. Numbers are measured from "
        f"the median c in spreads s, and bent so that none is beyond {LIMIT:g}; categories become "
        "numbers of their own."
    )
    if left_out:
        says += f" Not used: {', '.join(left_out)}."
    words = Words(
        "Encoding: X, the cells as numbers",
        r"u = \frac{x - c}{s}, \quad X = \frac{u}{\sqrt{1 + (u / 3)^{2}}}",
        (*lines, *and_more(x.size - len(shown), "input")),
        says,
    )
    return Step("forward", None, words, Values("X", X))


def _parts(table: Table, row: Any) -> dict[str, tuple[Column, Feature, str, float]]:
    """Return of each feature its column, itself, the cell as text, and the raw number, by name."""
    frame = read_frame(row)
    names = [column.name for column in table.columns]
    is_used = [bool(column.features) for column in table.columns]
    with warnings.catch_warnings(action="ignore"):  # columns that are ignored were told before
        places = find_columns(names, is_used, table.has_names, frame)
    found: dict[str, tuple[Column, Feature, str, float]] = {}
    for column, place in zip(table.columns, places, strict=True):
        if not column.features:
            continue
        cells = frame.read(place)
        texts, which = cells.distinct()
        told = texts[0] if which[0] >= 0 else "missing"
        raw = column.encoder.encode(cells, column.name)
        for feature, numbers in zip(column.features, raw, strict=True):
            found[feature.name] = (column, feature, told, float(numbers[0]))
    return found


def _line(k: int, column: Column, feature: Feature, cell: str, raw: float, x: float) -> str:
    """Return the way from a cell to an input."""
    name = rf"x_{{{k + 1}}}"
    head = named(f"{column.name}: {_short(cell)}")
    aside = "" if feature.name == column.name else rf" \quad {named(feature.name)}"
    if feature.scaling is None:
        assert isinstance(column.encoder, Codes)
        place = f"level {raw:g} of {len(column.levels)}" if raw else "missing or never seen"
        return rf"{head} \quad {name} = {number(x)} \quad {named(place)}"
    scaling = feature.scaling
    if np.isnan(raw):
        raw, aside = scaling.fill * scaling.unit, rf" \quad {named('the mean stands for it')}"
    if scaling.spread == 0 or scaling.unit != 1 or not np.isfinite(raw):
        return rf"{head} \quad {name} = {number(x)}{aside}"
    u = (raw - scaling.center) / scaling.spread
    middle = rf"\frac{{{number(raw, 6)} - {factor(scaling.center, 6)}}}{{{number(scaling.spread)}}}"
    return rf"{head} \quad u = {middle} = {number(u)}, \quad {name} = {number(x)}{aside}"


def _short(text: str) -> str:
    """Return a cell for a line, cut short."""
    return text if len(text) <= 40 else f"{text[:37]}..."
