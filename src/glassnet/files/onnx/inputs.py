"""Rows as an ONNX file takes them: what a runtime is fed with."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.core.arrays import Array
from glassnet.errors import DataError, ParameterError
from glassnet.files.onnx.columns import cells_kind, input_names
from glassnet.record import Model, Record
from glassnet.tabular.cells import Cells, as_dates, as_numbers
from glassnet.tabular.columns import Column
from glassnet.tabular.encoders import Present
from glassnet.tabular.frames import read_frame
from glassnet.tabular.matching import find_columns

X_NAME = "X"
"""The one input of a model without a table."""


def onnx_inputs(model: Any, X: Any) -> dict[str, Array]:
    """Return rows as the ONNX file of a model takes them.

    Parameters
    ----------
    model : Predictor, fitted estimator, Record or Model
        The model that was exported.
    X : table of shape (n_rows, n_columns)
        A pandas, polars or Arrow table, a NumPy array, or a list of rows.

    Returns
    -------
    dict of str to array
        For a model on a raw table an array of shape (n_rows, 1) for each column that is used:
        float64 with NaN for missing; dates as int64, microseconds since 1970, and -2**63 for
        missing; all others as text, and the empty text for missing. Else ``{"X": rows}``, of shape
        (n_rows, n_features), in the dtype of the weights.

    Raises
    ------
    ParameterError
        If ``model`` is none of these, or is not fitted.
    DataError
        If a column is missing, or a cell is not what it was in training; or if an empty text is a
        value that ONNX cannot tell from a missing one.

    Examples
    --------
    >>> import pandas as pd
    >>> from glassnet import TabularRegressor
    >>> X = pd.DataFrame({"size": [20, 35, 50, 65], "city": ["Ulm", "Rome", "Rome", None]})
    >>> model = TabularRegressor((4,), max_iter=1, random_state=0).fit(X, [1.0, 2.0, 3.0, 4.0])
    >>> feeds = onnx_inputs(model, X[2:])
    >>> feeds["size"].ravel(), feeds["city"].ravel()
    (array([50., 65.]), array(['Rome', ''], dtype=object))
    """
    found = model_of(model)
    if found.table is None:
        return {X_NAME: found.rows(X)}
    frame = read_frame(X)
    columns, names = found.table.columns, input_names(found.table)
    places = find_columns(
        [column.name for column in columns], [i in names for i in range(len(columns))],
        found.table.has_names, frame,
    )  # fmt: skip
    return {
        name: _cells_of_input(columns[i], frame.read(places[i]))[:, np.newaxis]
        for i, name in names.items()
    }


def model_of(thing: Any) -> Model:
    """Return what predicts, of anything that holds it."""
    record = getattr(thing, "record", thing)
    if isinstance(record, Record):
        return record.model
    found = thing if isinstance(thing, Model) else getattr(thing, "_model", None)
    if not isinstance(found, Model):
        raise ParameterError(
            f"model is {thing!r}; expected a Predictor, a fitted estimator of glassnet, or a "
            "record. glassnet.load gives a Predictor."
        )
    return found


def _cells_of_input(column: Column, cells: Cells) -> Array:
    """Return a column's cells as its input takes them."""
    if cells_kind(column) == "number":
        return as_numbers(cells, column.name).astype(np.float64)
    if cells_kind(column) == "date":
        return as_dates(cells, column.name).astype("datetime64[us]").view(np.int64)
    texts, which = cells.distinct()
    if isinstance(column.encoder, Present) and "" in texts:
        row = int(np.argmax(which == texts.index("")))
        raise DataError(
            f"column {column.name!r}, row {row}: the empty text is a value, and is taken for a "
            "missing one in ONNX; expected another text, or None (rows count from 0)."
        )
    return np.array([*texts, ""], object)[which]
