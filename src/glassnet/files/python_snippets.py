"""The functions that a Python export is written with: each on its own, as text, by its name.

Only those that a model needs go into its file. They follow glassnet.tabular and glassnet.core, cell
by cell and formula by formula; tests compare them with both.
"""

CELLS = {
    "cells_of": '''
def cells_of(rows):
    """Return the cells of each column, and raise ValueError if rows are not as expected."""
    if isinstance(rows, np.ma.MaskedArray):
        rows = np.where(np.ma.getmaskarray(rows), None, rows.data)
    is_array = isinstance(rows, np.ndarray) and rows.ndim == 2
    if not is_array and not isinstance(rows, (list, tuple)):
        raise ValueError(
            f"rows is a {type(rows).__name__}; expected a list of dictionaries or of lists, or a "
            "NumPy array with 2 axes. Of a DataFrame it is frame.to_dict('records')."
        )
    if len(rows) == 0:
        raise ValueError("rows is empty; expected at least one row.")
    if is_array and rows.dtype == np.float32:  # whose numbers have a text of their own width
        check_length(rows[0], 0)
        return [list(column) for column in rows.T]
    return list(zip(*(in_order(row, i) for i, row in enumerate(rows))))
''',
    "in_order": '''
def in_order(row, i):
    """Return the cells of a row in the order of the columns."""
    if isinstance(row, dict):
        for name in COLUMNS:
            if name not in row and name not in UNUSED:
                raise ValueError(f"row {i} lacks {name!r}; a cell that is missing is None.")
        row = [row.get(name) for name in COLUMNS]
    if not isinstance(row, (list, tuple, np.ndarray)):
        raise ValueError(f"row {i} is a {type(row).__name__}; expected a dictionary or a list.")
    check_length(row, i)
    for cell, name in zip(row, COLUMNS):
        is_nested = hasattr(cell, "__len__") and not isinstance(cell, (str, bytes))
        if (is_nested or isinstance(cell, (complex, np.complexfloating))) and name not in UNUSED:
            raise ValueError(
                f"column {name!r}, row {i}: a {type(cell).__name__}; expected a number, a truth "
                "value, text or a date (rows count from 0)."
            )
    return [float(cell) if isinstance(cell, np.floating) else cell for cell in row]
''',
    "check_length": '''
def check_length(row, i):
    """Raise ValueError unless a row has a cell for each column."""
    if len(row) != len(COLUMNS):
        raise ValueError(f"row {i} has {len(row)} cells; expected {len(COLUMNS)}, one a column.")
''',
    "is_missing": '''
def is_missing(cell):
    """Return whether a cell is None, NaN, NaT or pandas' NA. The texts "" and "nan" are texts."""
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(cell, Decimal):
        return cell.is_nan()
    return isinstance(cell, (float, np.floating, np.datetime64, np.timedelta64)) and cell != cell
''',
    "missing": '''
def missing(cells):
    """Return which cells are missing."""
    return np.array([is_missing(cell) for cell in cells])
''',
    "signs": '''
def signs(claims):
    """Return +1 where true, -1 where false."""
    return np.where(claims, 1.0, -1.0)
''',
    "number_or_nan": '''
def number_or_nan(cell):
    """Return a cell as a float; NaN if missing. Text is read; durations are days, times hours."""
    if is_missing(cell):
        return math.nan
    if isinstance(cell, (datetime.timedelta, np.timedelta64)):
        return float(np.timedelta64(cell) / np.timedelta64(1, "D"))
    if isinstance(cell, datetime.time):
        return cell.hour + cell.minute / 60 + (cell.second + cell.microsecond / 1e6) / 3600
    if isinstance(cell, bytes):
        cell = cell.decode("utf-8", "backslashreplace")
    if isinstance(cell, str):
        if "_" in cell:  # Python reads 1_000; others do not
            raise ValueError
    elif not isinstance(cell, (Real, Decimal, np.bool_)):
        raise ValueError
    try:
        return float(cell)
    except OverflowError:
        return math.inf if cell > 0 else -math.inf
''',
    "numbers_of": '''
def numbers_of(cells, name):
    """Return the cells of a column as numbers; ValueError says which is none."""
    values = np.empty(len(cells))
    for i, cell in enumerate(cells):
        try:
            values[i] = number_or_nan(cell)
        except ValueError:
            raise ValueError(
                f"column {name!r}, row {i}: {cell!r} is not a number; a missing number is None or "
                "NaN (rows count from 0)."
            ) from None
    return values
''',
    "wall_clock": '''
def wall_clock(value):
    """Return a date or time in microseconds, as the clock on its own wall shows it."""
    if isinstance(value, datetime.datetime):
        value = datetime.datetime(*value.timetuple()[:6], value.microsecond)  # no time zone
    return np.datetime64(value, "us")
''',
    "ISO_DATE": r"""
ISO_DATE = re.compile(
    r"\s*(\d{4}-\d\d-\d\d(?:[T ]\d\d(?::\d\d(?::\d\d(?:\.\d{1,6})?)?)?)?)\d*"
    r"\s*(?:Z|[+-]\d\d(?::?\d\d)?)?\s*"
)
""",
    "date_or_nat": '''
def date_or_nat(cell):
    """Return a cell as datetime64[us]; text is ISO 8601, read without its time zone."""
    if is_missing(cell):
        return np.datetime64("NaT", "us")
    if isinstance(cell, (datetime.date, np.datetime64)):
        return wall_clock(cell)
    found = ISO_DATE.fullmatch(cell) if isinstance(cell, str) and len(cell) <= 100 else None
    if found is None:
        raise ValueError
    return np.datetime64(found[1], "us")
''',
    "dates_of": '''
def dates_of(cells, name):
    """Return the cells of a column as dates; ValueError says which is none."""
    values = np.empty(len(cells), "datetime64[us]")
    for i, cell in enumerate(cells):
        try:
            values[i] = date_or_nat(cell)
        except ValueError:
            raise ValueError(
                f"column {name!r}, row {i}: {cell!r} is not a date such as 2024-02-29 or "
                "2024-02-29T13:45; a missing date is None (rows count from 0)."
            ) from None
    return values
''',
    "date_part": '''
def date_part(dates, part):
    """Return the year, or sine or cosine of the month, day, weekday or hour as a part of a circle.

    Months, days and weekdays count from 0; Monday is 0. NaN where the date is missing.
    """
    months, midnights = dates.astype("datetime64[M]"), dates.astype("datetime64[D]")
    cycle, _, wave = part.partition(".")
    if cycle == "year":
        values = dates.astype("datetime64[Y]").astype(np.int64) + 1970.0
    else:
        turns = {
            "month": months.astype(np.int64) % 12 / 12,
            "day": (midnights - months.astype("datetime64[D]")).astype(np.int64) / 31,
            "weekday": (midnights.astype(np.int64) + 3) % 7 / 7,  # 1970 began on a Thursday
            "hour": (dates - midnights) / np.timedelta64(1, "D"),
        }[cycle]
        values = (np.sin if wave == "sin" else np.cos)(2 * np.pi * turns).round(12)
    return np.where(np.isnat(dates), np.nan, values)
''',
    "text_of": '''
def text_of(cell):
    """Return the text by which levels are compared: 1, 1.0 and "1" are all "1"."""
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "backslashreplace")
    if isinstance(cell, (datetime.datetime, np.datetime64)):
        text = str(wall_clock(cell))
        return text.removesuffix("T00:00:00.000000").removesuffix(".000000")
    if isinstance(cell, (datetime.timedelta, np.timedelta64, datetime.time)):
        cell = number_or_nan(cell)
    elif isinstance(cell, (bool, np.bool_)):
        return str(bool(cell))
    if isinstance(cell, Integral) and -(2**63) <= cell < 2**63:
        return str(int(cell))
    if isinstance(cell, (Real, Decimal)):
        if not isinstance(cell, np.floating):
            cell = number_or_nan(cell)
        if -(2**63) < cell < 2**63 and cell % 1 == 0:
            cell = int(cell)
    return str(cell)
''',
    "places": '''
def places(cells, levels, aliases=()):
    """Return the place of each cell's level, from 1; 0 is missing or never seen in training."""
    place = {level: i for i, level in enumerate(levels, start=1)}
    place.update(aliases)
    return np.array([0 if is_missing(cell) else place.get(text_of(cell), 0) for cell in cells])
''',
    "scaled": '''
def scaled(values, median, spread, mean, unit=1.0):
    """Return numbers brought to about 1, and never beyond 3: a smooth clip. The mean is for NaN.

    The spread is the distance between the quartiles, or half of the range where that is 0.
    """
    x = np.asarray(values, np.float64) / unit
    x[np.isnan(x)] = mean
    if spread == 0:
        x[np.isfinite(x)] = 0.0
    else:
        with np.errstate(over="ignore"):  # what is beyond 1e308 is clipped
            x = (x - median) / spread
    x = np.clip(x, -3 * 2.0**40, 3 * 2.0**40)
    return x / np.sqrt(1 + (x / 3) ** 2)
''',
    "matrix_of": '''
def matrix_of(rows):
    """Return rows of numbers as the network takes them; ValueError says what is none."""
    if type(rows) is np.ndarray and rows.dtype.kind in "fiub" and rows.ndim == 2 and len(rows):
        check_length(rows[0], 0)
        x = rows
    else:
        pairs = zip(cells_of(rows), COLUMNS)
        x = np.stack([numbers_of(cells, name) for cells, name in pairs], axis=1)
    with np.errstate(over="ignore"):
        x = x.astype(DTYPE)
    if not np.isfinite(x).all():
        row, column = np.argwhere(~np.isfinite(x))[0]
        raise ValueError(
            f"column {COLUMNS[column]!r}, row {row}: {x[row, column]}; expected finite numbers, "
            "and none is missing (rows count from 0)."
        )
    return x
''',
}
"""From cells to numbers."""

FUNCTIONS = {
    "periodic_embedding": '''
def periodic_embedding(x, f, c, M, d):
    """Return each number beside its waves: M cos(2 pi f x + c) + d."""
    columns = []
    for i in range(x.shape[1]):
        number = x[:, i : i + 1]
        columns += [number, np.cos(number * (f[i] * (2 * np.pi)) + c[i]) @ M[i] + d[i]]
    return np.concatenate(columns, axis=1)
''',
    "category_embedding": '''
def category_embedding(places, E):
    """Return the vector of each level, a row of E; zeros for place 0: missing or never seen."""
    vectors = np.concatenate([np.zeros_like(E[:1]), E])
    return vectors[places.astype(np.intp)]
''',
    "sigmoid": '''
def sigmoid(z):
    """Return 1 / (1 + exp(-z)), by way of exp(-|z|): exp(710) would overflow."""
    e = np.exp(-np.abs(z))
    return np.maximum(e, z >= 0) / (1 + e)
''',
    "tanh": '''
def tanh(z):
    """Return the hyperbolic tangent."""
    return np.tanh(z)
''',
    "relu": '''
def relu(z):
    """Return the positive part."""
    return np.maximum(z, 0)
''',
    "leaky_relu": '''
def leaky_relu(z, slope):
    """Return z above 0, slope z below."""
    return np.where(z > 0, z, slope * z)
''',
    "elu": '''
def elu(z, alpha):
    """Return z above 0, alpha (exp(z) - 1) below."""
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))
''',
    "selu": '''
def selu(z):
    """Return an ELU that keeps mean 0 and variance 1: Klambauer and others, 2017."""
    scale, alpha = 1.0507009873554804934, 1.6732632423543772848
    return scale * np.maximum(z, 0) + scale * alpha * np.expm1(np.minimum(z, 0))
''',
    "softplus": '''
def softplus(z):
    """Return log(1 + exp(z)), without exp of a large number."""
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))
''',
    "erfc": '''
def erfc(x):
    """Return the complementary error function, number by number: NumPy has none."""
    return np.array([math.erfc(one) for one in x.ravel().tolist()], x.dtype).reshape(x.shape)
''',
    "gelu": '''
def gelu(z):
    """Return z times the normal probability of a smaller number."""
    return z * (0.5 * erfc(-z / math.sqrt(2)))
''',
    "gelu_tanh": '''
def gelu_tanh(z):
    """Return GELU approximated by a tanh, which is 1 or -1 to the last digit beyond 40."""
    u = np.clip(z, -40, 40)
    return 0.5 * z * (1 + np.tanh(math.sqrt(2 / math.pi) * (u + 0.044715 * u * u * u)))
''',
    "silu": '''
def silu(z):
    """Return z sigmoid(z)."""
    return z * sigmoid(z)
''',
    "mish": '''
def mish(z):
    """Return z tanh(log(1 + exp(z))), which is z to the last digit beyond 22."""
    e = np.exp(np.minimum(z, 22))
    n = e * (e + 2)
    return z * (n / (n + 2))
''',
    "hard_tanh": '''
def hard_tanh(z):
    """Return z clipped to [-1, 1]."""
    return np.clip(z, -1, 1)
''',
    "mixed": '''
def mixed(z, f, a):
    """Return a mixture of z and f = f(z), node by node; a is learned."""
    return z + a * (f - z)
''',
    "softmax": '''
def softmax(z):
    """Return exp(z) as parts of its sum; the largest is 1 before that: exp(710) would overflow."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
''',
    "inside": '''
def inside(p):
    """Return probabilities that are never 0 or 1, which no score means."""
    one = p.dtype.type(1)
    return np.clip(p, np.finfo(p.dtype).tiny, np.nextafter(one, p.dtype.type(0)))
''',
}
"""From numbers to scores, and from scores to what is predicted."""
