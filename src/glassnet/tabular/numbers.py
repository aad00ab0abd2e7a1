"""A table whose cells are numbers, as they are: what a plain perceptron takes."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.tabular.cells import Array, as_numbers
from glassnet.tabular.frames import array_name, read_frame
from glassnet.tabular.matching import find_columns


def numbers_of(X: Any, names: tuple[str, ...] | None, n_columns: int, dtype: Any) -> Array:
    """Return a table as a matrix of its numbers.

    Parameters
    ----------
    X : table of shape (n_rows, n_columns)
        A pandas, polars or Arrow table, a NumPy array, or a list of rows.
    names : tuple of str or None
        The columns' names in training: they are matched by name if ``X`` has names, too.
    n_columns : int
    dtype : dtype
        float32 or float64.

    Raises
    ------
    DataError
        If a column is missing, or a cell is no number.
    ShapeError
        If columns are matched by position, and their number differs.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"b": [1, 2], "a": [3.5, 4.5]})
    >>> numbers_of(frame, ("a", "b"), 2, "float64")
    array([[3.5, 1. ],
           [4.5, 2. ]])
    """
    frame = read_frame(X)
    known = names or tuple(map(array_name, range(n_columns)))
    places = find_columns(known, [True] * n_columns, names is not None, frame)
    matrix = np.empty((frame.n_rows, n_columns), dtype)
    for i, place in enumerate(places):
        matrix[:, i] = as_numbers(frame.read(place), known[i])
    return matrix
