"""What a column is, and what becomes of it: each kind by hand."""

import datetime as dt
import math

import numpy as np
import pytest

from glassnet.errors import DataError, DataWarning, ParameterError
from glassnet.tabular.table import Table
from tabular.naive import scaled

NAN = math.nan


def one(values):
    """A table of one column."""
    return [[value] for value in values]


def learned(values, later=None, **settings):
    """The table of one column and, as plain lists, its matrix columns in float64."""
    table = Table.learn(one(values), **settings)
    matrix = table.encode(one(values if later is None else later), dtype=np.float64)
    return table, [list(column) for column in matrix.T]


def assert_columns(columns, expected):
    np.testing.assert_allclose(columns, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("values", "kind", "becomes", "names"),
    [
        ([1.5, 2.5], "number", "a number", ("x0",)),
        ([0, 1, 0], "number", "a number", ("x0",)),
        ([1, None, 3], "number", "a number, and whether it is missing", ("x0", "x0 is missing")),
        ([True, False], "boolean", "-1 or +1", ("x0=True",)),
        (["f", "m", "f"], "category", "-1 or +1", ("x0=m",)),
        (["f", "m", None, "f"], "category", "-1 or +1", ("x0=m",)),
        (list("abca"), "category", "3 one-hot columns", ("x0=a", "x0=b", "x0=c")),
        (list("abcdefgha"), "category", "8 one-hot columns", tuple(f"x0={c}" for c in "abcdefgh")),
        (list("abcdefghia"), "category", "codes 1 to 9", ("x0",)),
        ([5, None, 5], "number", "present +1, missing -1", ("x0 is present",)),
        (["a", None], "category", "present +1, missing -1", ("x0 is present",)),
        ([True, None], "boolean", "present +1, missing -1", ("x0 is present",)),
        (["2024-01-01", None], "date", "present +1, missing -1", ("x0 is present",)),
        ([math.inf, 5], "number", "a number", ("x0",)),
        (["2023-01-01", "2024-01-01"], "date", "year, weekday.sin, weekday.cos",
         ("x0.year", "x0.weekday.sin", "x0.weekday.cos")),
    ],
)  # fmt: skip
def test_what_becomes_of_a_column(values, kind, becomes, names):
    table = Table.learn(one(values))
    assert (table.columns[0].kind, str(table.columns[0].encoder)) == (kind, becomes)
    assert table.names_out == names
    assert table.columns[0].n_missing == sum(value is None for value in values)


@pytest.mark.parametrize(
    ("values", "kind", "reason"),
    [
        ([5, 5.0], "number", "every cell is '5'"),
        (["a", "a"], "category", "every cell is 'a'"),
        ([True, True], "boolean", "every cell is 'True'"),
        (["2024-01-01"] * 2, "date", "every cell is '2024-01-01'"),
        ([None, NAN], "number", "every cell is missing"),
        ([math.inf, math.inf], "number", "every cell is 'inf'"),
    ],
)
def test_constant_columns_are_dropped_and_listed(values, kind, reason):
    table = Table.learn([[value, i] for i, value in enumerate(values)])
    column = table.columns[0]
    assert (column.kind, column.reason, column.features) == (kind, reason, ())
    assert table.names_out == ("x1",)
    assert table.source == (1,)
    assert f"dropped: {reason}" in str(table)


def test_nothing_left():
    with pytest.raises(DataError, match=r"nothing is left.*'x0': every cell is '1'.*'x1': every"):
        Table.learn([[1, None], [1, None]])


def test_numbers_and_their_indicator():
    values = [1.0, 2.0, NAN, 3.0, 10.0]
    table, (number, missing) = learned(values)
    assert_columns(number, scaled(values, values))
    assert_columns(missing, scaled([-1, -1, 1, -1, -1], [-1, -1, 1, -1, -1]))
    assert (table.columns[0].low, table.columns[0].high) == (1.0, 10.0)


def test_a_number_missing_only_later_is_the_mean():
    _, columns = learned([1.0, 2.0, 3.0, 10.0], [NAN, 4.0])
    assert len(columns) == 1
    assert columns[0][0] == columns[0][1]


@pytest.mark.parametrize("levels", [("f", "m"), (True, False), (0.5, 7)])
def test_two_levels(levels):
    low, high = sorted(levels, key=str)
    train = [low, high, high, None, high]
    settings = {"categorical_features": [0]}
    _, (column,) = learned(train, [low, high, None, "never seen"], **settings)
    assert_columns(column, scaled([-1, 1, 1, 0, 1], [-1, 1, 0, 0]))


def test_one_hot():
    train = ["b", "a", "c", None, "a", "a"]
    _, columns = learned(train, ["a", "b", "c", None, "d"])
    raw = {"a": [0, 1, 0, 0, 1, 1], "b": [1, 0, 0, 0, 0, 0], "c": [0, 0, 1, 0, 0, 0]}
    later = {"a": [1, 0, 0, 0, 0], "b": [0, 1, 0, 0, 0], "c": [0, 0, 1, 0, 0]}
    assert_columns(columns, [scaled(raw[level], later[level]) for level in "abc"])


def test_codes():
    train = [*"jihgfedcba", "a", None]
    table, (column,) = learned(train, ["a", "j", "e", None, "z"])
    assert column == [1, 10, 5, 0, 0]
    assert table.n_levels == (10,)
    assert table.columns[0].levels == tuple("abcdefghij")


def test_thousands_of_levels(rng):
    values = rng.integers(0, 5000, 20_000)
    _, (column,) = learned(list(values), categorical_features=[0])
    levels = sorted({str(value) for value in values.tolist()})
    place = {level: i + 1 for i, level in enumerate(levels)}
    assert column == [place[str(value)] for value in values.tolist()]


@pytest.mark.parametrize(("max_one_hot", "codes"), [(3, 0), (2, 1), (1, 1)])
def test_max_one_hot(max_one_hot, codes):
    table = Table.learn(one("abca"), max_one_hot=max_one_hot)
    assert len(table.n_levels) == codes


@pytest.mark.parametrize("bad", [0, 2.0, True, "8"])
def test_max_one_hot_is_checked(bad):
    with pytest.raises(ParameterError, match=r"max_one_hot is .*; expected a whole number"):
        Table.learn(one("abca"), max_one_hot=bad)


def test_levels_are_canonical_text():
    train = [1, 2, 3, 1]
    _, expected = learned(train, [1, 2, 3], categorical_features=[0])
    for later in ([1.0, 2.0, 3.0], ["1", "2", "3"], [np.int8(1), 2.0, "3"]):
        _, columns = learned(train, later, categorical_features=[0])
        assert columns == expected


def test_text_that_looks_missing_is_a_level():
    table, columns = learned(["nan", "None", "", None, "nan"], ["nan", "None", "", None])
    assert table.columns[0].levels == ("", "None", "nan")
    assert table.columns[0].n_missing == 1
    hot = np.array(columns).T
    assert len({tuple(row) for row in hot}) == 4


@pytest.mark.parametrize(
    ("train", "later"),
    [
        ([True, False, True], [1, 0, 1]),
        ([True, False, True], ["true", "FALSE", "TRUE"]),
        ([True, False, True], ["True", "False", "True"]),
        (["1", "0", "1"], [True, False, True]),
    ],
)
def test_truth_values_in_other_words(train, later):
    _, (expected,) = learned(train)
    _, (column,) = learned(train, later)
    assert column == expected
    assert 0.0 not in column[1:2]


def test_identifiers_are_left_out_with_one_warning():
    few = ["a", "b"] * 30
    ids = [f"customer {i}" for i in range(60)]
    remarks = [f"text {i % 31}" for i in range(60)]  # 31 of 60 differ
    kept = [f"town {i % 30}" for i in range(60)]  # 30 of 60
    zips = [f"{i:05d}" for i in range(60)]
    rows = list(zip(few, ids, remarks, kept, zips, strict=True))
    with pytest.warns(DataWarning) as caught:
        table = Table.learn(rows)
    assert len(caught) == 1
    message = str(caught[0].message)
    assert "'x1', 'x2', 'x4'" in message
    assert "categorical_features=['x1']" in message
    assert message.endswith("can be converted: 'x4'.")
    assert caught[0].filename == __file__
    assert [column.kind for column in table.columns] == [
        "category", "text", "text", "category", "text",
    ]  # fmt: skip
    assert "identifier" in table.columns[1].reason
    assert Table.learn(rows, categorical_features=[1, 2, 4]).n_levels == (60, 31, 30, 60)


def test_few_levels_are_no_identifier():
    assert Table.learn(one([*"abcdefghijklmnopqrst", "a", "b"])).n_levels == (20,)  # 20 of 22
    with pytest.raises(DataError, match=r"identifier.*categorical_features"):
        Table.learn(one([*"abcdefghijklmnopqrstu", "a", "b"]))  # 21 of 23
    with pytest.raises(DataError, match="identifier"):
        Table.learn(one("abc"))


def test_dates_by_hand():
    # 2024-01-01 was a Monday; 2024-04-11 a Thursday; 2023-07-16, 06:00, a Sunday.
    train = [
        dt.datetime(2024, 1, 1), dt.datetime(2024, 4, 11), dt.datetime(2023, 7, 16, 6), None,
        dt.datetime(2023, 10, 31, 18, 30),
    ]  # fmt: skip

    def wave(function, period, places):
        return [NAN if place is None else function(2 * math.pi * place / period)
                for place in places]  # fmt: skip

    parts = {"x0.year": [2024, 2024, 2023, NAN, 2023]}
    for name, period, places in (
        ("month", 12, [0, 3, 6, None, 9]),
        ("day", 31, [0, 10, 15, None, 30]),
        ("weekday", 7, [0, 3, 6, None, 1]),
        ("hour", 24, [0, 0, 6, None, 18.5]),
    ):
        parts[f"x0.{name}.sin"] = wave(math.sin, period, places)
        parts[f"x0.{name}.cos"] = wave(math.cos, period, places)
    parts["x0.month.sin"] = [0, 1, 0, NAN, -1]  # exactly
    parts["x0.month.cos"] = [1, 0, -1, NAN, 0]
    parts["x0 is missing"] = [-1, -1, -1, 1, -1]
    table, columns = learned(train)
    assert table.names_out == tuple(parts)
    assert (table.numbers, table.plain) == (slice(0, 1), slice(1, 10))
    assert_columns(columns, [scaled(raw, raw) for raw in parts.values()])
    assert (table.columns[0].low, table.columns[0].high) == (
        "2023-07-16T06:00:00", "2024-04-11",
    )  # fmt: skip


def test_a_sine_that_is_constant_but_for_rounding_is_left_out():
    table = Table.learn(one([dt.date(2024, 1, 1), dt.date(2024, 7, 1)]))  # both Mondays
    assert table.names_out == ("x0.month.cos",)  # the sine of 0 and of pi


def test_dates_before_1970():
    _, columns = learned([dt.datetime(1969, 12, 31, 18), dt.datetime(1905, 3, 1, 6)])
    # Wednesdays both: year, month, day and hour; 18 and 6 o'clock have the same cosine.
    assert len(columns) == 6
    train = [1969, 1905]
    assert_columns(columns[0], scaled(train, train))
    assert_columns(columns[5], scaled([-1, 1], [-1, 1]))


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["2024-01-01", "2024-03-05", "2024-03-05"], "date"),
        (["2024-01-01", None, "2024-03-05 10:30"], "date"),
        (["2024-01-01T10:00:00.123456789Z", "2024-03-05T10:00+02:00"], "date"),
        (["2024-01-01", "2024-02-30", "2024-02-30"], "category"),
        (["2024-01", "2024-02", "2024-02"], "category"),
        (["20240101", "20240102", "20240102"], "category"),
        (["-1234567", "-1234568", "-1234568"], "category"),
        (["2024-01-01", "x", "x"], "category"),
    ],
)
def test_dates_as_text(texts, kind):
    assert Table.learn(one(texts)).columns[0].kind == kind


def test_dates_as_text_are_the_same_dates():
    dates = [dt.datetime(2024, 1, 1, 10, 30), dt.datetime(2023, 4, 11), None]
    texts = ["2024-01-01T10:30+05:00", "2023-04-11", None]
    expected = Table.learn(one(dates))
    assert Table.learn(one(texts)) == expected
    np.testing.assert_array_equal(expected.encode(one(texts)), expected.encode(one(dates)))


def test_dates_named_as_categories():
    texts = ["2024-01-01", "2023-04-11", "2023-04-11"]
    assert Table.learn(one(texts), categorical_features=[0]).names_out == ("x0=2024-01-01",)
    texts = ["2024-01-01T10:30", "2023-04-11T10", None]  # levels as they are written
    table = Table.learn(one(texts), categorical_features=[0])
    assert table.columns[0].levels == ("2023-04-11T10", "2024-01-01T10:30")


@pytest.mark.parametrize(
    ("train", "later", "message"),
    [
        ([1, 2], [3, "4", 3, "abc", "x"], "column 'x0', row 3: 'abc' is not a number; "),
        ([1, 2], ["1_000"], "row 0: '1_000' is not a number"),
        ([1, 2], [""], "row 0: '' is not a number; a missing number is None"),
        ([1, 2], [dt.date(2024, 1, 1)], "column 'x0' holds dates; expected numbers"),
        ([dt.date(2024, 1, 1), dt.date(2023, 1, 1)], ["2024-01-01", "soon"],
         "column 'x0', row 1: 'soon' is not a date such as"),
        ([dt.date(2024, 1, 1), dt.date(2023, 1, 1)], ["2024-02-30"], "row 0: '2024-02-30' is not"),
        ([dt.date(2024, 1, 1), dt.date(2023, 1, 1)], [7], "holds numbers; expected dates"),
        ([dt.date(2024, 1, 1), dt.date(2023, 1, 1)], [True], "holds truth values; expected dates"),
    ],
)  # fmt: skip
def test_cells_of_another_kind(train, later, message):
    with pytest.raises(DataError, match=message):
        learned(train, later)


def test_numbers_as_text():
    _, expected = learned([1, 2, None, 5], [1, 2.5, None, -math.inf])
    _, columns = learned([1, 2, None, 5], ["1", " 2.5e0 ", None, "-inf"])
    assert columns == expected
    _, columns = learned([1, 2, None, 5], ["1", "2.5", "nan", "-inf"])  # reads as NaN
    assert columns == expected


@pytest.mark.parametrize(
    "train", [[1, 2, None], [dt.date(2024, 1, 1), dt.date(2023, 1, 1), None], ["a", "b", None]]
)
def test_a_column_that_is_missing_altogether_later(train):
    table = Table.learn(one([*train, train[0]]))
    expected = table.encode(one([None, train[0]]))[:1]
    nothing = [
        one([None]), one([NAN]), np.array([["NaT"]], "datetime64[us]"), one([np.datetime64("NaT")]),
    ]  # fmt: skip
    for later in nothing:
        np.testing.assert_array_equal(table.encode(later), expected)


def test_a_present_value_is_present():
    _, (column,) = learned(["a", None, "a"], ["a", "b", None])
    assert_columns(column, scaled([1, -1, 1], [1, 1, -1]))
