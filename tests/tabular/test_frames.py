"""Reading tables: each library, each type of column, and what is refused in words."""

import datetime as dt
import math
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from glassnet.errors import DataError, GlassnetError, ShapeError
from glassnet.tabular.cells import Cells
from glassnet.tabular.frames import cells_of, read_frame
from glassnet.tabular.objects import canonical

NAN, NAT = math.nan, np.datetime64("NaT")
BERLIN = ZoneInfo("Europe/Berlin")
NOON = dt.datetime(2024, 7, 1, 12, 30, tzinfo=BERLIN)
DAY = dt.timedelta(days=1)


def assert_cells(cells, kind, expected, categorical=False):
    assert (cells.kind, cells.categorical) == (kind, categorical)
    if kind == "text":
        assert list(cells.values) == expected
    elif kind == "date":
        assert cells.values.dtype == "datetime64[us]"
        np.testing.assert_array_equal(cells.values, np.array(expected, "datetime64[us]"))
    else:
        np.testing.assert_array_equal(cells.values.astype(float), expected)


OBJECTS = {
    "text": (["a", None, "nan", ""], "text", ["a", None, "nan", ""]),
    "text and nan": (["a", NAN], "text", ["a", None]),
    "truth": ([True, False], "boolean", [1, 0]),
    "truth and None": ([True, None, np.False_], "boolean", [1, NAN, 0]),
    "whole": ([1, 2**60 + 1], "number", [1, 2**60 + 1]),
    "gaps": ([1, None, 2.5, NAN], "number", [1, NAN, 2.5, NAN]),
    "decimals": ([Decimal("1.5"), Decimal("NaN"), None], "number", [1.5, NAN, NAN]),
    "decimals and text": (["a", Decimal("NaN"), Decimal("sNaN")], "text", ["a", None, None]),
    "beyond float": ([10**400, -(10**400)], "number", [math.inf, -math.inf]),
    "dates": ([dt.date(2024, 2, 29), None], "date", ["2024-02-29", NAT]),
    "zones": ([NOON, None], "date", ["2024-07-01T12:30", NAT]),
    "durations": ([DAY / 2, None, np.timedelta64(36, "h")], "number", [0.5, NAN, 1.5]),
    "times": ([dt.time(6, 45), None], "number", [6.75, NAN]),
    "mixed": ([1, "x", 1.0, True, None, 0.1], "text", ["1", "x", "1", "True", None, "0.1"]),
    "bytes": ([b"ab", None], "text", ["ab", None]),
    "nothing": ([None, None], "text", [None, None]),
}


@pytest.mark.parametrize("case", OBJECTS)
def test_objects(case):
    values, kind, expected = OBJECTS[case]
    rows = [[value] for value in values]
    array = np.empty((len(values), 1), object)
    array[:, 0] = values
    for X in (rows, array):
        frame = read_frame(X)
        assert (frame.names, frame.n_rows, frame.n_columns) == (None, len(values), 1)
        assert_cells(frame.read(0), kind, expected)


def test_whole_numbers_stay_exact():
    assert read_frame([[2**60 + 1], [1]]).read(0).values.tolist() == [2**60 + 1, 1]


ARRAYS = {
    "float32": (np.array([[1.5], [NAN]], np.float32), "number", [1.5, NAN]),
    "float16": (np.array([[1.5], [NAN]], np.float16), "number", [1.5, NAN]),
    "uint8": (np.array([[200], [3]], np.uint8), "number", [200, 3]),
    "bool": (np.array([[True], [False]]), "boolean", [1, 0]),
    "str": (np.array([["a"], [""]]), "text", ["a", ""]),
    "bytes": (np.array([[b"a"], [b"b"]]), "text", ["a", "b"]),
    "dates": (np.array([["2024-02-29"], ["NaT"]], "datetime64[D]"), "date", ["2024-02-29", NAT]),
    "durations": (np.array([[12], ["NaT"]], "timedelta64[h]"), "number", [0.5, NAN]),
    "masked": (np.ma.array([[1.5], [2.5]], mask=[[0], [1]]), "number", [1.5, NAN]),
}


@pytest.mark.parametrize("case", ARRAYS)
def test_arrays(case):
    X, kind, expected = ARRAYS[case]
    assert_cells(read_frame(X).read(0), kind, expected)


@pytest.mark.parametrize("dtype", [object, float])
def test_masked_cells_are_left_alone(dtype):
    X = np.ma.array([[1.5], [2.5]], mask=[[0], [1]], dtype=dtype)
    read_frame(X).read(0)
    assert X.data.tolist() == [[1.5], [2.5]]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int32])
def test_numbers_are_not_copied(dtype):
    pd = pytest.importorskip("pandas")
    pytest.importorskip("narwhals")
    X = np.ones((4, 3), dtype)
    assert np.shares_memory(read_frame(X).read(1).values, X)
    assert np.shares_memory(read_frame(pd.DataFrame(X, copy=False)).read(1).values, X)


def pandas_columns(pd):
    return {
        "int": (pd.array([1, 2]), "number", [1, 2], False),
        "Int64": (pd.array([1, None], dtype="Int64"), "number", [1, NAN], False),
        "Float64": (pd.array([1.5, None], dtype="Float64"), "number", [1.5, NAN], False),
        "boolean": (pd.array([True, None], dtype="boolean"), "boolean", [1, NAN], False),
        "bool": ([True, False], "boolean", [1, 0], False),
        "string": (pd.array(["a", None], dtype="string"), "text", ["a", None], False),
        "object": (pd.array(["a", None], dtype=object), "text", ["a", None], False),
        "NA": (pd.Series(["a", pd.NA], dtype=object), "text", ["a", None], False),
        "mixed": (pd.Series([1, "x"], dtype=object), "text", ["1", "x"], False),
        "category": (pd.Categorical(["a", None]), "text", ["a", None], True),
        "numbers": (pd.Categorical([3, 4]), "number", [3, 4], True),
        "gaps": (pd.Categorical([3, None]), "number", [3, NAN], True),
        "date": (
            pd.to_datetime(["2024-02-29 10:00", None]), "date", ["2024-02-29T10:00", NAT], False,
        ),
        "zone": (
            pd.to_datetime(["2024-07-01 12:30", None]).tz_localize("Europe/Berlin"),
            "date", ["2024-07-01T12:30", NAT], False,
        ),
        "duration": (pd.to_timedelta(["36h", None]), "number", [1.5, NAN], False),
        "stamps": (
            pd.Series([pd.Timestamp("2024-02-29"), pd.NaT], dtype=object),
            "date", ["2024-02-29", NAT], False,
        ),
        "sparse": (pd.arrays.SparseArray([0.0, 2.0]), "number", [0, 2], False),
    }  # fmt: skip


def test_pandas():
    pd = pytest.importorskip("pandas")
    pytest.importorskip("narwhals")
    columns = pandas_columns(pd)
    data = {name: pd.Series(column[0], copy=True) for name, column in columns.items()}
    X = pd.DataFrame(data)
    X.index = [7, 7]  # of no interest
    frame = read_frame(X)
    assert frame.names == tuple(columns)
    for i, (name, (_, kind, expected, categorical)) in enumerate(columns.items()):
        try:
            assert_cells(frame.read(i), kind, expected, categorical)
        except AssertionError as error:
            raise AssertionError(name) from error
    assert list(X.columns) == list(columns)  # the caller's names are his


LATER = {  # what polars and Arrow hold alike
    "int": ([1, None], "number", [1, NAN]),
    "float": ([1.5, None], "number", [1.5, NAN]),
    "bool": ([True, None], "boolean", [1, NAN]),
    "text": (["a", None], "text", ["a", None]),
    "date": ([dt.date(2024, 2, 29), None], "date", ["2024-02-29", NAT]),
    "moment": ([dt.datetime(2024, 2, 29, 10), None], "date", ["2024-02-29T10", NAT]),
    "zone": ([NOON, None], "date", ["2024-07-01T12:30", NAT]),
    "duration": ([DAY * 1.5, None], "number", [1.5, NAN]),
    "time": ([dt.time(6, 45), None], "number", [6.75, NAN]),
    "decimal": ([Decimal("1.5"), None], "number", [1.5, NAN]),
}


def test_polars():
    pl = pytest.importorskip("polars")
    pytest.importorskip("narwhals")
    X = pl.DataFrame({name: column[0] for name, column in LATER.items()}).with_columns(
        c=pl.Series(["a", None], dtype=pl.Categorical),
        e=pl.Series(["b", None], dtype=pl.Enum(["b", "c"])),
        wide=pl.Series([1, None], dtype=pl.Int128),
        nothing=pl.Series([None, None], dtype=pl.Null),
    )
    frame = read_frame(X)
    for i, (_, kind, expected) in enumerate(LATER.values()):
        assert_cells(frame.read(i), kind, expected)
    n = len(LATER)
    assert_cells(frame.read(n), "text", ["a", None], categorical=True)
    assert_cells(frame.read(n + 1), "text", ["b", None], categorical=True)
    assert_cells(frame.read(n + 2), "number", [1, NAN])
    assert frame.read(n + 3).missing.all()


def test_arrow():
    pa = pytest.importorskip("pyarrow")
    pytest.importorskip("narwhals")
    columns = {name: pa.array(column[0]) for name, column in LATER.items()}
    columns["zone"] = pa.array([NOON, None], pa.timestamp("us", "Europe/Berlin"))
    columns["c"] = pa.array(["b", None]).dictionary_encode()
    columns["n"] = pa.array([7, None]).dictionary_encode()
    columns["large"] = pa.array(["b", None], pa.large_string())
    frame = read_frame(pa.table(columns))
    for i, (_, kind, expected) in enumerate(LATER.values()):
        assert_cells(frame.read(i), kind, expected)
    n = len(LATER)
    assert_cells(frame.read(n), "text", ["b", None], categorical=True)
    assert_cells(frame.read(n + 1), "number", [7, NAN], categorical=True)
    assert_cells(frame.read(n + 2), "text", ["b", None])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["a", "a"], ("a", "a_2")),
        (["a", "a", "a_2", "a"], ("a", "a_3", "a_2", "a_4")),
        ([1, "1", (2, "b")], ("1", "1_2", "(2, 'b')")),
    ],
)
def test_names_of_pandas(given, expected):
    pd = pytest.importorskip("pandas")
    pytest.importorskip("narwhals")
    X = pd.DataFrame(np.arange(2 * len(given)).reshape(2, -1))
    X.columns = pd.Index(given, tupleize_cols=False)
    frame = read_frame(X)
    assert frame.names == expected
    assert [frame.read(i).values[0] for i in range(len(given))] == list(range(len(given)))


class Unknown:
    """No table."""


class Sparse:
    def toarray(self):
        raise AssertionError


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (np.ones(3), ShapeError, r"X has shape \(3,\); expected 2 axes.*X\[:, np.newaxis\]"),
        (np.ones((3, 0)), DataError, "X has 3 rows and 0 columns: it is empty"),
        (np.ones((0, 3)), DataError, "X has 0 rows and 3 columns: it is empty"),
        ([], DataError, "X has 0 rows and 0 columns"),
        ([[]], DataError, "X has 1 rows and 0 columns"),
        (np.zeros(2, "f8,i4"), ShapeError, "X is a structured array"),
        ([[1, 2], [3]], ShapeError, "row 0 has 2 cells, row 1 has 1"),
        ([1, 2], ShapeError, r"row 0 is a int; expected a list of rows.*\[X\]"),
        (["ab", "cd"], ShapeError, "row 0 is a str"),
        ([{"a": 1}], ShapeError, "row 0 is a dict"),
        (Unknown(), DataError, "X is a Unknown; expected a pandas, polars or Arrow table"),
        ({"a": [1]}, DataError, "X is a dict; expected"),
        (Sparse(), DataError, r"sparse Sparse.*X.toarray\(\)"),
        (None, DataError, "X is a NoneType"),
    ],
)
def test_what_is_no_table(X, error, message):
    with pytest.raises(error, match=message):
        read_frame(X)


@pytest.mark.parametrize("cell", [[1], (1,), {"a": 1}, {1}, np.ones(2), 1j])
def test_what_is_no_cell(cell):
    column = np.empty(3, object)
    column[:] = [None, 1, 2]
    column[1] = cell
    with pytest.raises(DataError, match=r"column 'x0' holds a .* in row 1; expected numbers"):
        read_frame(column[:, np.newaxis]).read(0)


def test_complex_arrays_are_refused():
    with pytest.raises(DataError, match="column 'x1' holds complex128"):
        read_frame(np.ones((2, 2), complex)).read(1)


def test_nested_columns_of_dataframes_are_refused():
    pl, pd, pa = map(pytest.importorskip, ("polars", "pandas", "pyarrow"))
    pytest.importorskip("narwhals")
    lists = pl.DataFrame({"ok": [1, 2], "bad": [[1], [2]]})
    structs = pl.DataFrame({"ok": [1, 2], "bad": [{"a": 1}, {"a": 2}]})
    arrow = pa.table({"ok": [1, 2], "bad": [[1], [2]]})
    pandas = pd.DataFrame({"ok": [1, 2], "bad": [[1], [2]]})
    for X in (lists, structs, arrow, pandas):
        frame = read_frame(X)
        assert frame.read(0).kind == "number"
        with pytest.raises(DataError, match="column 'bad' holds "):
            frame.read(1)


def test_lazy_and_single_columns_are_refused():
    pl, pd = map(pytest.importorskip, ("polars", "pandas"))
    pytest.importorskip("narwhals")
    X = pl.DataFrame({"a": [1]})
    with pytest.raises(DataError, match=r"X is lazy, .*LazyFrame.*X.collect\(\)"):
        read_frame(X.lazy())
    for series in (X["a"], pd.Series([1])):
        with pytest.raises(ShapeError, match=r"single column, a Series.*X.to_frame\(\)"):
            read_frame(series)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"), (1.0, "1"), (np.int64(1), "1"), ("1", "1"), (True, "True"), (np.True_, "True"),
        ("1.0", "1.0"), (0.1, "0.1"), (np.float32(0.1), "0.1"), (-0.0, "0"), (1e300, "1e+300"),
        (math.inf, "inf"), (Decimal("2.50"), "2.5"), (2**70, str(2**70)), (b"a", "a"),
        (dt.date(2024, 1, 2), "2024-01-02"), (dt.datetime(2024, 1, 2), "2024-01-02"),
        (np.datetime64("2024-01-02T03:04"), "2024-01-02T03:04:00"), (np.str_("a"), "a"),
    ],
)  # fmt: skip
def test_canonical_text(value, text):
    result = canonical(value)
    assert result == text
    assert type(result) is str


def test_different_values_and_where():
    for values, kind, expected in (
        (np.array(["b", None, "a", "b"], object), "text", (["b", "a"], [0, -1, 1, 0])),
        (np.array([2.0, NAN, 1.0, NAN, 2.0]), "number", (["1", "2"], [1, -1, 0, -1, 1])),
        (np.array([3, 1, 3]), "number", (["1", "3"], [1, 0, 1])),
        (np.array([1, NAN, 0]), "boolean", (["False", "True"], [1, -1, 0])),
        (np.array(["2024-01-02", "NaT"], "M8[us]"), "date", (["2024-01-02"], [0, -1])),
    ):
        texts, which = Cells(values, kind).distinct()
        assert (texts, list(which)) == expected


def test_all_errors_are_ours():
    assert issubclass(ShapeError, GlassnetError)
    with pytest.raises(GlassnetError):
        cells_of(np.ones((2, 2)), "a")
