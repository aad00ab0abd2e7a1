"""The types of arrays, and the checks at the door: what is wrong, what was expected, what to do."""

from __future__ import annotations

import math
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from glassnet.errors import DataError, DTypeError, ParameterError, ShapeError

Array: TypeAlias = NDArray[Any]
"""A NumPy array of float32 or float64; which one is checked at the door, not by the type."""

RandomNumbers: TypeAlias = "np.random.Generator | np.random.RandomState"
"""Where random numbers come from. Both kinds have `uniform`, `normal`, `random`, `permutation`.

A text, for NumPy loads its generators when they are first named, and a prediction needs none."""

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


@runtime_checkable
class Rows(Protocol):
    """What the mathematics asks of ``X``: an array has it, and so can a sparse matrix."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and columns."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """float32 or float64."""

    @property
    def mT(self) -> Any:  # noqa: N802 - NumPy's name
        """The transpose: ``X.mT @ dZ`` is a dense array."""

    def __getitem__(self, rows: Any) -> Any: ...

    def __matmul__(self, other: Any) -> Any: ...


def check_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    """Return ``dtype`` as float32 or float64, or raise `DTypeError`."""
    try:
        found = np.dtype(dtype)
    except TypeError:
        pass
    else:
        if found in FLOATS:
            return found
    raise DTypeError(f"dtype is {dtype!r}; expected float32 or float64.")


def check_array(
    name: str,
    values: ArrayLike,
    *,
    dtype: np.dtype[Any] | None = None,
    ndim: int | None = None,
    finite: bool = True,
) -> Array:
    """Return ``values`` as a finite array of ``dtype`` with ``ndim`` axes and at least one number.

    With ``finite=False`` the numbers themselves are left for the caller to look at.

    Raises
    ------
    DTypeError
        If the numbers are not float32 or float64, or not of the ``dtype`` asked for.
    ShapeError
        If the number of axes differs.
    DataError
        If there are no numbers, or one of them is NaN or infinite; the message says which.
    """
    try:
        array = np.asarray(values)
    except (ValueError, TypeError) as error:
        raise DataError(f"{name} is no array of numbers: {error}.") from error
    if array.dtype not in FLOATS or (dtype is not None and array.dtype != dtype):
        expected = "float32 or float64" if dtype is None else str(dtype)
        hint = "float" if dtype is None else f"np.{dtype}"
        raise DTypeError(
            f"{name} is {array.dtype}; expected {expected}. Convert it: {name}.astype({hint})."
        )
    if ndim is not None and array.ndim != ndim:
        raise ShapeError(
            f"{name} has shape {array.shape}; expected {ndim} axes. "
            f"A single row is {name}[np.newaxis, :], a single column {name}[:, np.newaxis]."
        )
    if array.size == 0:
        raise DataError(f"{name} has shape {array.shape}: it is empty; expected at least one row.")
    if finite:
        check_finite(name, array)
    return array


def all_finite(values: Array) -> bool:
    """Return whether every number is finite.

    A sum of squares is finite only if its terms are, and takes one pass of BLAS; where it
    overflows (numbers above 1e19 in float32) each number is looked at. Many rows are taken in
    turns: `numpy.vdot` copies an array that is not in C order, `numpy.isfinite` makes a new one.
    """
    if values.size > 2**18 and len(values) > 1:
        half = len(values) // 2
        return all_finite(values[:half]) and all_finite(values[half:])
    return math.isfinite(np.vdot(values, values)) or bool(np.isfinite(values).all())


def check_finite(name: str, array: Array) -> None:
    """Raise `DataError` for the first NaN or infinity; the message says where it stands."""
    if not all_finite(array):
        finite = np.isfinite(array)
        where = tuple(int(i) for i in np.argwhere(~finite)[0])
        place = ", ".join(map(str, where))
        raise DataError(
            f"{name}[{place}] is {array[where]}; expected finite numbers. "
            f"Drop those rows, or fill them in ({int((~finite).sum())} of {array.size} numbers)."
        )


def check_rows(
    X: ArrayLike | Rows, dtype: np.dtype[Any], n_in: int | None, *, finite: bool = True
) -> Array | Rows:
    """Return ``X`` if it fits a network of this dtype and number of inputs, else raise."""
    # An array first: one without two axes has no transpose, and raises when asked whether it has.
    if isinstance(X, np.ndarray) or not isinstance(X, Rows):
        rows: Array | Rows = check_array("X", X, dtype=dtype, ndim=2, finite=finite)
    else:
        rows = X
    if rows.dtype != dtype:
        raise DTypeError(f"X is {rows.dtype}; expected {dtype}, as the parameters are.")
    if n_in is not None and rows.shape[-1] != n_in:
        raise ShapeError(
            f"X has {rows.shape[-1]} columns (shape {rows.shape}); the network's first layer "
            f"takes {n_in}."
        )
    return rows


def check_targets(Y: ArrayLike, dtype: np.dtype[Any], n_rows: int) -> Array:
    """Return ``Y`` if it has a row for each of ``n_rows`` rows of X, else raise."""
    array = check_array("Y", Y, dtype=dtype, ndim=2)
    if array.shape[0] != n_rows:
        raise ShapeError(f"Y has {array.shape[0]} rows, X has {n_rows}; expected one for one.")
    return array


def check_weights(w: ArrayLike | None, dtype: np.dtype[Any], n_rows: int) -> Array | None:
    """Return the sample weights if they are one non-negative number a row, not all 0."""
    if w is None:
        return None
    array = check_array("w", w, dtype=dtype, ndim=1)
    if array.shape[0] != n_rows:
        raise ShapeError(f"w has {array.shape[0]} weights, X has {n_rows} rows; one for one.")
    if array.min() < 0:
        raise DataError(
            f"w[{int(array.argmin())}] is {array.min()}; expected weights of 0 or more."
        )
    if not array.any():
        raise DataError("w is 0 for every row: nothing is left to learn from.")
    return array


def check_count(name: str, value: int) -> int:
    """Return ``value`` if it is a whole number of 1 or more, else raise `ParameterError`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ParameterError(f"{name} is {value!r}; expected a whole number of 1 or more.")
    return int(value)


def check_number(
    name: str,
    value: float,
    *,
    low: float = -np.inf,
    high: float = np.inf,
    open_low: bool = False,
    open_high: bool = False,
) -> float:
    """Return ``value`` if it lies in the interval, else raise `ParameterError`."""
    real = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    try:
        number = float(value) if real else math.nan
    except OverflowError:  # a whole number beyond float64
        number = math.inf
    inside = (
        math.isfinite(number)
        and (low < number if open_low else low <= number)
        and (number < high if open_high else number <= high)
    )
    if not inside:
        left = "(" if open_low or low == -np.inf else "["
        right = ")" if open_high or high == np.inf else "]"
        raise ParameterError(
            f"{name} is {value!r}; expected a number in {left}{low}, {high}{right}."
        )
    return number


def check_setting(holder: Any, field: str, **interval: Any) -> None:
    """Check a number in a frozen dataclass and store it as a Python float.

    A NumPy scalar would turn float32 arrays into float64 (NEP 50).
    """
    value = check_number(f"{type(holder).__name__} {field}", getattr(holder, field), **interval)
    object.__setattr__(holder, field, value)
