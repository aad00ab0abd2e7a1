"""The whole: learn a table once, encode any later one in the same way."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from glassnet.core.arrays import check_count, check_dtype
from glassnet.errors import DataError, DataWarning
from glassnet.tabular.cells import Array
from glassnet.tabular.columns import IDENTIFIER, Column, Feature, Plain, learn_column
from glassnet.tabular.describe import described
from glassnet.tabular.encoders import GROUPS, Codes, Group
from glassnet.tabular.frames import array_name, read_frame
from glassnet.tabular.matching import find_columns, listed, named_columns


@dataclass(frozen=True)
class Table:
    """What was learned of a table: plain data that turns any later one into a float matrix.

    The matrix holds numbers first (and years), then ±1, one-hot and cyclic columns and the
    indicators of missing cells, then the codes of categories with many levels. All but the codes
    are scaled to about 1, and never beyond ±3.

    Attributes
    ----------
    columns : tuple of Column
        One for each column of the table, also for those that are dropped.
    has_names : bool
        Whether the columns had names; else they are matched by position.

    Examples
    --------
    >>> import numpy as np
    >>> rows = [[20, "red"], [30, "blue"], [None, "red"], [70, "blue"]]
    >>> table = Table.learn(rows)
    >>> print(table)
    column  kind      becomes                                missing  holds
    x0      number    a number, and whether it is missing          1  20 to 70
    x1      category  -1 or +1                                     0  blue, red
    >>> table.names_out
    ('x0', 'x0 is missing', 'x1=red')
    >>> table.encode([[30, "blue"], [None, "green"]]).round(2)
    array([[ 0.  ,  0.  , -0.49],
           [ 0.4 ,  2.4 ,  0.  ]], dtype=float32)
    """

    columns: tuple[Column, ...]
    has_names: bool

    @classmethod
    def learn(
        cls,
        X: Any,
        categorical_features: Any = "from_dtype",
        max_one_hot: int = 8,
        sample_weight: Array | None = None,
    ) -> Table:
        """Decide from the training data what each column is, and learn how it is encoded.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)
            A pandas, polars or Arrow table, a NumPy array, or a list of rows.
        categorical_features : "from_dtype", None, or list, default="from_dtype"
            Which columns are categories. "from_dtype": those that are text, truth values, or
            categorical by their type. A list of names, of positions, or of a truth value for each
            column: those, and of the others only text and truth values; None names no column.
        max_one_hot : int, default=8
            The most levels that become a column each; more become one column of codes.
        sample_weight : array of shape (n_rows,), optional
            Above 0. Medians, quartiles and means count a weight of 2 as the row twice.

        Raises
        ------
        DataError
            If ``X`` is empty or no table, a column cannot be used, or none is left.
        ParameterError
            If a parameter cannot be used.

        Warns
        -----
        DataWarning
            If text is left out because nearly every cell is different.
        """
        check_count("max_one_hot", max_one_hot)
        frame = read_frame(X)
        named = named_columns(categorical_features, frame)
        columns = []
        for i in range(frame.n_columns):
            cells = frame.read(i)
            name = frame.names[i] if frame.names else array_name(i)
            categorical = cells.categorical if named is None else named[i]
            columns.append(learn_column(name, cells, categorical, max_one_hot, sample_weight))
        if not any(column.features for column in columns):
            reasons = "; ".join(f"{column.name!r}: {column.reason}" for column in columns[:10])
            raise DataError(
                f"nothing is left of the {len(columns)} columns of X ({reasons}); expected one "
                "that tells rows apart. Text is kept as a category if categorical_features "
                "names it."
            )
        _warn_of_identifiers(columns)
        return cls(tuple(columns), frame.names is not None)

    def encode(self, X: Any, dtype: DTypeLike = np.float32) -> Array:
        """Return a table as a matrix.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)
            Columns are matched by name if there were names in training and there are now, else by
            position.
        dtype : dtype, default=numpy.float32
            float32 or float64.

        Returns
        -------
        matrix : array of shape (n_rows, self.n_columns)
            In C order.

        Raises
        ------
        DataError
            If columns are missing, or a cell is no number or date where one was learned.
        ShapeError
            If columns are matched by position, and their number differs.

        Warns
        -----
        DataWarning
            If columns that were not there in training are ignored.
        """
        kind = check_dtype(dtype)
        frame = read_frame(X)
        names = [column.name for column in self.columns]
        is_used = [bool(column.features) for column in self.columns]
        places = find_columns(names, is_used, self.has_names, frame)
        matrix = np.empty((frame.n_rows, self.n_columns), kind)
        target = {pair: i for i, pair in enumerate(self._order())}
        for i, column in enumerate(self.columns):
            if not column.features:
                continue
            raw = column.encoder.encode(frame.read(places[i]), column.name)
            for j, feature in enumerate(column.features):
                feature.write(next(raw), matrix[:, target[i, j]])
        return matrix

    def _order(self) -> list[tuple[int, int]]:
        """Return for each matrix column its source column, and which of its features it is."""
        return [
            (i, j)
            for group in GROUPS
            for i, column in enumerate(self.columns)
            for j, feature in enumerate(column.features)
            if feature.group == group
        ]

    @property
    def features(self) -> tuple[Feature, ...]:
        """What is known of each column of the matrix, in its order."""
        return tuple(self.columns[i].features[j] for i, j in self._order())

    @property
    def n_columns(self) -> int:
        """The number of columns of the matrix."""
        return sum(len(column.features) for column in self.columns)

    @property
    def names_out(self) -> tuple[str, ...]:
        """The names of the columns of the matrix."""
        return tuple(feature.name for feature in self.features)

    @property
    def source(self) -> tuple[int, ...]:
        """For each column of the matrix, the position in `columns` of that it comes from."""
        return tuple(i for i, _ in self._order())

    @property
    def numbers(self) -> slice:
        """Where in the matrix the numbers are, and the years."""
        return self._slice("numbers")

    @property
    def plain(self) -> slice:
        """Where in the matrix ±1, one-hot columns, cyclic pairs and indicators are."""
        return self._slice("plain")

    @property
    def codes(self) -> slice:
        """Where in the matrix the codes of categories are."""
        return self._slice("codes")

    @property
    def n_levels(self) -> tuple[int, ...]:
        """The number of levels of each column of codes; they run from 0, missing, to it."""
        return tuple(
            len(column.levels) for column in self.columns if isinstance(column.encoder, Codes)
        )

    def _slice(self, group: Group) -> slice:
        """Return where a group's columns are."""
        groups = [feature.group for feature in self.features]
        start = sum(groups.count(before) for before in GROUPS[: GROUPS.index(group)])
        return slice(start, start + groups.count(group))

    def __str__(self) -> str:
        return described(self.columns)

    def to_dict(self) -> Plain:
        """Return plain data, such as JSON can hold; floats keep every bit."""
        return {
            "has_names": self.has_names,
            "columns": [column.to_dict() for column in self.columns],
        }

    @classmethod
    def from_dict(cls, data: Plain) -> Table:
        """Return the table of which `to_dict` gave the plain data.

        Raises
        ------
        DataError
            If something is missing in it, or is not known.
        """
        try:
            return cls(tuple(map(Column.from_dict, data["columns"])), bool(data["has_names"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(
                f"the data of a table lack or do not know {error}; expected what Table.to_dict "
                "gives."
            ) from error


def _warn_of_identifiers(columns: list[Column]) -> None:
    """Name the texts that are left out because they look like identifiers."""
    left_out = [column for column in columns if (column.reason or "").startswith(IDENTIFIER)]
    if not left_out:
        return
    names = [column.name for column in left_out]
    numbers = [column.name for column in left_out if column.reason != IDENTIFIER]
    convert = f" What reads as numbers can be converted: {listed(numbers)}." if numbers else ""
    warnings.warn(
        f"Left out, because {IDENTIFIER}: {listed(names)}. To keep such a column as a category, "
        f"name it: categorical_features=[{names[0]!r}].{convert}",
        DataWarning,
        stacklevel=3,
    )
