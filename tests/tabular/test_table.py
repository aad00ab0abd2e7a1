"""The whole: order and names of the matrix, matching, storing, three libraries alike."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest

from glassnet.errors import DataError, DataWarning, DTypeError, ParameterError, ShapeError
from glassnet.tabular.table import Table
from tabular.naive import scaled

NAN = math.nan
TOWNS = [f"town {i}" for i in range(12)]


def columns_of(rng, n_rows=120):
    """One column of each kind, as lists."""
    gaps = rng.random(n_rows) < 0.1

    def holey(values):
        return [None if gap else value for gap, value in zip(gaps, values, strict=True)]

    days = np.datetime64("2020-01-01T00", "us") + rng.integers(0, 10**9, n_rows) * 10**6
    return {
        "town": holey([TOWNS[i] for i in rng.integers(0, 12, n_rows)]),
        "age": holey(rng.normal(50, 10, n_rows).tolist()),
        "color": [["red", "green", "blue"][i] for i in rng.integers(0, 3, n_rows)],
        "n": rng.integers(0, 5, n_rows).tolist(),
        "member": holey((rng.random(n_rows) < 0.5).tolist()),
        "day": holey(days.tolist()),
        "same": [1.0] * n_rows,
        "sex": [["f", "m"][i] for i in rng.integers(0, 2, n_rows)],
    }


def rows_of(columns):
    return [list(row) for row in zip(*columns.values(), strict=True)]


NAMES_OUT = (
    "age", "n", "day.year", "age is missing", "color=blue", "color=green", "color=red",
    "member=True",
    *(f"day.{part}.{wave}" for part in ("month", "day", "weekday", "hour")
      for wave in ("sin", "cos")),
    "day is missing", "sex=m", "town",
)  # fmt: skip


def frame_of(library, columns):
    """The table in a library, each column of its own type."""
    module = pytest.importorskip(library)
    pytest.importorskip("narwhals")
    if library == "pyarrow":
        return module.table(columns)
    return module.DataFrame(columns)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_order_names_and_sources(rng, dtype):
    pytest.importorskip("pandas")
    X = frame_of("pandas", columns_of(rng))
    table = Table.learn(X)
    assert table.names_out == NAMES_OUT
    assert (table.numbers, table.plain, table.codes) == (slice(0, 3), slice(3, 18), slice(18, 19))
    assert table.n_levels == (12,)
    assert table.n_columns == 19
    assert table.source == (1, 3, 5, 1, 2, 2, 2, 4, *[5] * 9, 7, 0)
    assert [column.name for column in table.columns] == list(X.columns)
    matrix = table.encode(X, dtype=dtype)
    assert (matrix.shape, matrix.dtype, matrix.flags.c_contiguous) == ((120, 19), dtype, True)
    assert np.isfinite(matrix).all()
    assert np.abs(matrix[:, :18]).max() <= 3


def test_every_kind_in_one_matrix(rng):
    columns = columns_of(rng)
    matrix = Table.learn(rows_of(columns)).encode(rows_of(columns), dtype=np.float64)
    sex = [1 if value == "m" else -1 for value in columns["sex"]]
    age = [NAN if value is None else value for value in columns["age"]]
    place = {town: i + 1 for i, town in enumerate(sorted(TOWNS))} | {None: 0}
    for j, expected in (
        (0, scaled(age, age)),
        (1, scaled(columns["n"], columns["n"])),
        (17, scaled(sex, sex)),
        (18, [place[town] for town in columns["town"]]),
    ):
        np.testing.assert_allclose(matrix[:, j], expected, rtol=1e-12, atol=1e-12)


def test_libraries_agree(rng):
    columns = columns_of(rng)
    expected_table = Table.learn(rows_of(columns))
    expected = expected_table.encode(rows_of(columns))
    for library in ("pandas", "polars", "pyarrow"):
        X = frame_of(library, columns)
        table = Table.learn(X)
        assert table.names_out == NAMES_OUT
        np.testing.assert_array_equal(table.encode(X), expected)
        np.testing.assert_array_equal(expected_table.encode(X), expected)  # by position
        np.testing.assert_array_equal(table.encode(rows_of(columns)), expected)


def test_stored_and_loaded_gives_equal_bits(rng):
    columns = columns_of(rng)
    columns["huge"] = (rng.standard_normal(120) * 1e305).tolist()
    columns["id"] = [f"id {i}" for i in range(120)]
    columns["once"] = [None, *["x"] * 119]
    with pytest.warns(DataWarning, match="'x9'"):
        table = Table.learn(rows_of(columns))
    data = table.to_dict()
    text = json.dumps(data, allow_nan=False)
    assert json.loads(text) == data
    again = Table.from_dict(json.loads(text))
    assert again == table
    assert str(again) == str(table)
    later = columns_of(rng) | {key: columns[key] for key in ("huge", "id", "once")}
    for dtype in (np.float32, np.float64):
        bits = table.encode(rows_of(later), dtype=dtype).tobytes()
        assert again.encode(rows_of(later), dtype=dtype).tobytes() == bits


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data.pop("columns"),
        lambda data: data["columns"][0].pop("encoder"),
        lambda data: data["columns"][0]["encoder"].update(way="magic"),
        lambda data: data["columns"][0].update(more=1),
        lambda data: data["columns"][0]["features"][0]["scaling"].pop("center"),
        lambda data: data.update(columns=[7]),
    ],
)
def test_damaged_data(damage):
    data = Table.learn([[1.0], [2.0]]).to_dict()
    damage(data)
    with pytest.raises(DataError, match=r"expected what Table.to_dict gives"):
        Table.from_dict(data)


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_columns_are_found_by_name(rng, library):
    columns = columns_of(rng)
    table = Table.learn(frame_of(library, columns))
    expected = table.encode(frame_of(library, columns))
    turned = dict(reversed(columns.items()))
    np.testing.assert_array_equal(table.encode(frame_of(library, turned)), expected)
    unused = {name: column for name, column in turned.items() if name != "same"}
    np.testing.assert_array_equal(table.encode(frame_of(library, unused)), expected)
    more = {"new": turned["n"], **turned, "newer": turned["n"]}
    with pytest.warns(DataWarning, match=r"X has 2 columns .*ignored: 'new', 'newer'\.") as caught:
        np.testing.assert_array_equal(table.encode(frame_of(library, more)), expected)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    fewer = {"Age": turned["age"], "town": turned["town"], "day": turned["day"], "n": turned["n"],
             "members": turned["member"], "colour": turned["color"]}  # fmt: skip
    message = (
        r"X lacks 4 columns .*: 'age' \(nearest: 'Age'.*'color' \(nearest: 'colour'.*"
        r"'member' \(nearest: 'members'.*'sex'\. Add or rename"
    )
    with pytest.raises(DataError, match=message):
        table.encode(frame_of(library, fewer))


def test_columns_are_found_by_position():
    table = Table.learn(np.array([[1.0, 2.0], [3.0, 5.0]]))
    for wrong in (np.ones((2, 3)), [[1.0]], frame_of("pandas", {"a": [1.0]})):
        n = {(2, 3): 3}.get(np.shape(wrong), 1)
        with pytest.raises(ShapeError, match=f"X has {n} columns; expected 2, .*it had no column"):
            table.encode(wrong)
    named = Table.learn(frame_of("pandas", {"a": [1.0, 2.0]}))
    with pytest.raises(ShapeError, match=r"X has 2 columns; expected 1, .* X has no column names"):
        named.encode(np.ones((1, 2)))
    np.testing.assert_array_equal(
        table.encode(frame_of("pandas", {"b": [1.0, 3.0], "a": [2.0, 5.0]})),
        table.encode([[1, 2], [3, 5]]),
    )


def test_repeated_names_are_matched():
    pd = pytest.importorskip("pandas")
    pytest.importorskip("narwhals")
    X = pd.DataFrame([[1.0, 5.0], [2.0, 9.0], [4.0, 7.0]], columns=["a", "a"])
    table = Table.learn(X)
    assert table.names_out == ("a", "a_2")
    expected = np.array([scaled([1, 2, 4], [1, 2, 4]), scaled([5, 9, 7], [5, 9, 7])]).T
    np.testing.assert_allclose(table.encode(X, dtype=np.float64), expected, rtol=1e-12)


@pytest.mark.parametrize("empty", [[], np.ones((0, 1))])
def test_an_empty_table_later(empty):
    with pytest.raises(DataError, match="it is empty"):
        Table.learn([[1.0], [2.0]]).encode(empty)


def test_only_two_dtypes():
    with pytest.raises(DTypeError, match="float16"):
        Table.learn([[1.0], [2.0]]).encode([[1.0]], dtype=np.float16)


NUMBERS = [[1, 5, 1], [2, 6, 2], [1, 7, 3]]


@pytest.mark.parametrize("named", [[0, 2], (0, 2), np.array([0, 2]), [True, False, True],
                                   np.array([True, False, True]), ["x0", "x2"], {"x0", "x2"},
                                   ["x0", 2]])  # fmt: skip
def test_naming_categories(named):
    table = Table.learn(NUMBERS, categorical_features=named)
    assert [column.kind for column in table.columns] == ["category", "number", "category"]


@pytest.mark.parametrize("named", [None, [], [False] * 3, "from_dtype"])
def test_naming_no_categories(named):
    table = Table.learn(NUMBERS, categorical_features=named)
    assert [column.kind for column in table.columns] == ["number"] * 3


def test_categories_of_the_source():
    """As in scikit-learn: a list is all there is to it, and None is none."""
    pd = pytest.importorskip("pandas")
    pytest.importorskip("narwhals")
    X = pd.DataFrame(
        {"c": pd.Categorical([3, 4, 4]), "id": pd.Categorical(["a", "b", "c"]), "n": [1, 2, 3]}
    )
    kinds = [column.kind for column in Table.learn(X).columns]
    assert kinds == ["category", "category", "number"]
    table = Table.learn(X, categorical_features=["id", "n"])
    assert [column.kind for column in table.columns] == ["number", "category", "category"]
    with pytest.warns(DataWarning, match="'id'"):
        table = Table.learn(X, categorical_features=None)
    assert [column.kind for column in table.columns] == ["number", "text", "number"]


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("zip", r"is 'zip'; expected 'from_dtype', None or a list\. A single column is \['zip'\]"),
        ([3], r"holds 3; expected positions from 0 to 2"),
        ([-1], r"holds -1; expected positions"),
        ([True], r"is a mask of 1 truth values; expected 3"),
        (["x3"], r"names 'x3'; expected columns of X"),
        ([1.5], r"holds 1\.5; expected names, positions"),
    ],
)
def test_names_that_do_not_fit(named, message):
    with pytest.raises(ParameterError, match=f"categorical_features {message}"):
        Table.learn(NUMBERS, categorical_features=named)


def test_the_nearest_name_is_told():
    X = frame_of("pandas", {"colour": ["a", "b"], "n": [1, 2]})
    with pytest.raises(ParameterError, match=r"names 'color' \(nearest: 'colour'\); expected"):
        Table.learn(X, categorical_features=["color"])


def test_the_text_table():
    rows = [
        [20 + i, ["red", "", "blue"][i % 3], "b c", None if i else 1.5, f"t{i % 9}",
         f"2024-01-{i + 1:02d}", 1]
        for i in range(18)
    ]  # fmt: skip
    assert str(Table.learn(rows)) == TEXT_TABLE


TEXT_TABLE = """\
column  kind      becomes                                     missing  holds
x0      number    a number                                          0  20 to 37
x1      category  3 one-hot columns                                 0  '', blue, red
x2      category  dropped: every cell is 'b c'                      0
x3      number    present +1, missing -1                           17
x4      category  codes 1 to 9                                      0  9 levels: t0, t1, t2, t3, ...
x5      date      day.sin, day.cos, weekday.sin, weekday.cos        0  2024-01-01 to 2024-01-18
x6      number    dropped: every cell is '1'                        0"""


def test_reading_and_encoding_change_nothing(rng):
    X = rng.standard_normal((50, 3))
    X[3, 1] = NAN
    before = X.copy()
    table = Table.learn(X)
    X.flags.writeable = False
    first = table.encode(X)
    np.testing.assert_array_equal(X, before)
    np.testing.assert_array_equal(table.encode(X), first)


def test_a_single_row_and_many_agree(rng):
    columns = columns_of(rng)
    rows = rows_of(columns)
    table = Table.learn(rows)
    matrix = table.encode(rows)
    for i in (0, 7, 119):
        np.testing.assert_array_equal(table.encode([rows[i]])[0], matrix[i])


def test_memory(rng):
    """Beside the matrix, a column's conversion at most."""
    import tracemalloc

    X = rng.standard_normal((100_000, 20))
    table = Table.learn(X[:100])
    tracemalloc.start()
    matrix = table.encode(X)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < matrix.nbytes + X.nbytes / 20


def test_numpy_alone_is_imported():
    code = (
        "import sys, numpy as np; from glassnet.tabular.table import Table;"
        "t = Table.learn([[1.0, 'a'], [2.0, 'b'], [2.0, 'b']]); t.encode(np.ones((2, 2)));"
        "print([m for m in ('pandas', 'polars', 'pyarrow', 'narwhals', 'sklearn', 'scipy')"
        " if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout.strip() == "[]"
