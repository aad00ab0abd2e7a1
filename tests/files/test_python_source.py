"""Models as Python files: the same predictions, from every kind of cell, and nothing that leaks."""

import ast
import datetime as dt
import subprocess
import sys
import warnings
import zipfile
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import glassnet as gn
from files import naive_reader
from files.golden_table import golden, names, new_numbers, new_rows, stored
from files.source_models import (
    HOSTILE,
    TARGETS,
    awkward,
    fresh,
    hostile,
    imported,
    models,
    on_table,
    outputs,
    plain,
    record,
)
from glassnet.core.activations import Activation, ReLU, Tanh
from glassnet.core.dense import Dense
from glassnet.core.losses import SquaredError
from glassnet.core.network import Network
from glassnet.errors import ParameterError
from glassnet.files import python_source
from glassnet.files.python_source import MOST_IN_SOURCE, write_python
from glassnet.record import SeveralTargets
from glassnet.tabular.table import Table
from tolerances import ANOTHER_READER, EPS

pytestmark = pytest.mark.filterwarnings("ignore::glassnet.DataWarning")

SAME = 16
"""The same formulas in the same dtype, but for float32's expm1 and the order of sums over waves, in
eps of the larger of 1 and the number. Measured over 7 seeds: 4."""


def close(given, expected, multiple, dtype):
    given, expected = np.asarray(given, float), np.asarray(expected, float)
    off = np.abs(given - expected) / np.maximum(np.abs(expected), 1)
    assert off.max() <= multiple * EPS[dtype]


def module_of(record, tmp_path, name="model"):
    return imported(write_python(record, tmp_path / f"{name}.py")[0])


def test_every_model_predicts_as_itself(rng, tmp_path):
    for name, one, rows in models(rng):
        module = module_of(one, tmp_path, name)
        expected = outputs(one, rows)
        dtype = "float64" if one.about.table else one.theta.dtype.name
        given = module.outputs(rows)
        assert given.dtype == expected.dtype, name
        close(given, expected, SAME, dtype)
        labels = one.about.target.decoded(given)
        assert np.array_equal(module.predict(rows), labels), name
        assert module.predict(rows).dtype == labels.dtype, name
        _check_probabilities(one, module, rows, given)
        assert len(module.predict([module.EXAMPLE])) == 1


def _check_probabilities(one, module, rows, given):
    target = one.about.target
    if not target.has_probabilities:
        assert not hasattr(module, "predict_proba")
        return
    proba = module.predict_proba(rows)
    if isinstance(target, SeveralTargets):
        assert [part.shape[1] for part in proba] == [len(labels) for labels in target.labels]
        proba = np.concatenate(proba, axis=1)
    assert np.array_equal(proba, given)


@pytest.mark.parametrize("name", names())
def test_golden_files_predict_what_is_stored_and_what_a_naive_reader_reads(name, tmp_path):
    one = gn.load(golden(name)).record
    module = module_of(one, tmp_path)
    rows = new_rows() if one.about.table else new_numbers()
    given = module.outputs(rows)
    close(given, np.reshape(stored(name), given.shape), ANOTHER_READER, one.theta.dtype.name)
    dtype = "float64" if one.about.table else one.theta.dtype.name
    plain, networks = naive_reader.read(golden(name))
    expected = [naive_reader.outputs(plain, networks, row) for row in rows]
    close(given, expected, ANOTHER_READER, dtype)


def test_rows_in_every_form(rng, tmp_path):
    frame = awkward(rng)
    one = on_table(rng, frame, TARGETS["text"])
    module = module_of(one, tmp_path)
    rows = fresh(rng, frame)
    expected = module.predict_proba(rows)
    lists = [[row[name] for name in module.COLUMNS] for row in rows]
    for form in (lists, tuple(map(tuple, lists)), np.array(lists, object)):
        assert np.array_equal(module.predict_proba(form), expected)
    more = [{"new": 1, **row} for row in rows]
    assert np.array_equal(module.predict_proba(more), expected)
    for row in rows:
        del row["same"], row["name"]  # which are not used
    assert np.array_equal(module.predict_proba(rows), expected)


CELLS = {
    "whole": [1, 2, 3, 10**17, -5],
    "beyond 64 bits": [1, 2**70, -(10**400), 3, 2],
    "floats": [1.0, 2.5, None, float("nan"), 1e300, float("inf")],
    "narrow": [np.float32(0.1), np.float32(2), np.float16(0.1)],
    "decimals": [Decimal("0.1"), Decimal(3), Decimal("NaN"), Fraction(1, 3)],
    "truth": [True, False, None, np.True_],
    "durations": [dt.timedelta(days=1), dt.timedelta(hours=5), np.timedelta64(3, "h"), None],
    "times": [dt.time(1, 30), dt.time(23, 59, 59, 999999), None],
    "numbers as text": [" 1.5 ", "1e3", "-inf", "nan", None, "2"],
    "bytes": [b"1", b"2.5", b"\xff"],
    "text": ["a", "", "nan", "None", None, np.str_("b")],
    "mixed": ["1", 1, 1.0, 2.5, True, "x", dt.date(2024, 2, 29), None],
    "dates": [dt.date(2024, 2, 29), dt.date(1960, 1, 31), None],
    "clocks": [
        dt.datetime(2024, 2, 29, 13, 45), np.datetime64("1969-12-31T23:59:59.999999"),
        dt.datetime(2024, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=5))), None, pd.NaT,
        pd.Timestamp("2024-03-01 06:00", tz="Europe/Zurich"), np.datetime64("2000-01-01", "ns"),
    ],
    "dates as text": ["2024-02-29", "2024-02-29T13:45:01.5", "1900-01-31 06:30+02:00", None],
    "missing": [None, pd.NA, np.nan, pd.NaT, np.datetime64("NaT")],
    "others": [ValueError, int, None],
}  # fmt: skip


@pytest.mark.parametrize("cells", CELLS.values(), ids=CELLS)
def test_cells_of_every_kind_become_what_the_table_makes_of_them(cells, tmp_path, rng):
    """As a number and a date where they are one, and as levels."""
    n_tried = 0
    levels = ["1", "2.5", "a", "", "True", "False", "0.1", "0.5", "1e+20", "x", "2024-02-29", "b"]
    days = ["2020-01-31", "2021-05-05T12:00", None, "2022-12-06"]
    learned = {
        "number": [1.0, 2.0, None, 5.0, 9.0],
        "levels": levels,
        "truth": ["True", "False"],
        "bits": ["0", "1"],
        "these": [cell for cell in cells if cell is not None] * 2,
        "date": days,
        "present": [1, None],
    }
    for name, training in learned.items():
        column = np.empty((len(training), 1), object)
        column[:, 0] = training
        try:
            categories = [0] if name in ("levels", "truth", "bits", "these") else None
            table = Table.learn(column, categories, max_one_hot=99)
        except gn.DataError:
            continue
        net = Network([Dense(table.n_columns, 1)], SquaredError())
        module = module_of(record(rng, net, TARGETS["mean"], table=table), tmp_path)
        rows = np.empty((len(cells), 1), object)
        rows[:, 0] = cells
        try:
            expected = table.encode(rows, np.float64)
        except gn.DataError:
            with pytest.raises(ValueError, match="row"):
                module.encode(rows)
            continue
        n_tried += 1
        assert np.array_equal(module.encode(rows), expected), name
        for i in range(len(cells)):  # each on its own
            if not isinstance(cells[i], dt.time | dt.timedelta):
                assert np.array_equal(module.encode(rows[i : i + 1]), expected[i : i + 1]), name
    assert n_tried > 2


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "bool", "U9", "datetime64[s]"])
def test_arrays_have_levels_of_the_width_of_their_dtype(dtype, rng, tmp_path):
    values = np.array([["0.1", "0"], ["1.5", "1"], ["1.5", "2"], ["0.1", "0"]]).astype(float)
    X = (values * 10).astype("int8") if dtype == "int8" else values
    X = X.astype("int64" if dtype == "datetime64[s]" else dtype).astype(dtype)
    table = Table.learn(X, [0, 1], max_one_hot=9)
    net = Network([Dense(table.n_columns, 1)], SquaredError())
    module = module_of(record(rng, net, TARGETS["mean"], table=table), tmp_path)
    assert np.array_equal(module.encode(X), table.encode(X, np.float64))


def test_masked_cells_are_missing(rng, tmp_path):
    X = rng.normal(size=(9, 2))
    X[3] = np.nan
    table = Table.learn(X)
    net = Network([Dense(table.n_columns, 1)], SquaredError())
    module = module_of(record(rng, net, TARGETS["mean"], table=table), tmp_path)
    masked = np.ma.MaskedArray(X, [[True, False]] * 9)
    assert np.array_equal(module.encode(masked), table.encode(masked, np.float64))


def refusals(rng):
    frame = pd.DataFrame({"age": [1.0, 2.0, 4.0], "day": ["2020-01-02", "2021-01-01", "2022-03-03"],
                          "ok": ["a", "b", "a"]})  # fmt: skip
    table = on_table(rng, frame, TARGETS["mean"])
    numbers = plain(rng, Tanh(), TARGETS["mean"])
    good = {"age": 1, "day": None, "ok": "a"}
    yield table, [good, good | {"age": "x1"}], r"column 'age', row 1: 'x1' is not a number; a miss"
    yield table, [good | {"age": "1_000"}], "column 'age', row 0: '1_000' is not a number"
    yield table, [good | {"age": dt.date(2020, 1, 1)}], "column 'age', row 0: .* is not a number"
    yield table, [good | {"day": "1.2.2020"}], "column 'day', row 0: '1.2.2020' is not a date such"
    yield table, [good | {"day": 3}], "column 'day', row 0: 3 is not a date such"
    yield table, [good | {"ok": [1]}], "column 'ok', row 0: a list; expected a number, a truth"
    yield table, [good | {"ok": 1j}], "column 'ok', row 0: a complex; expected a number, a truth"
    yield table, [good, {"age": 1, "ok": "a"}], "row 1 lacks 'day'; a cell that is missing is None."
    yield table, [[1, 2]], "row 0 has 2 cells; expected 3, one a column."
    yield table, [1, 2, 3], "row 0 is a int; expected a dictionary or a list."
    yield table, ["abc"], "row 0 is a str; expected a dictionary or a list."
    yield table, [], "rows is empty; expected at least one row."
    yield table, frame, r"rows is a DataFrame; expected a list .* frame.to_dict\('records'\)."
    yield table, np.zeros(3), "rows is a ndarray; expected a list of dictionaries or of lists, or"
    yield numbers, np.zeros((2, 4)), "row 0 has 4 cells; expected 5, one a column."
    yield numbers, [[0, 0, None, 0, 0]], "column 'x2', row 0: nan; expected finite numbers, and no"
    yield numbers, np.array([[0, 0, 0, 0, np.inf]]), "column 'x4', row 0: inf; expected finite"
    yield numbers, [[0, 0, 0, 0, "?"]], r"column 'x4', row 0: '\?' is not a number; a missing"
    yield numbers, np.zeros((0, 5)), "rows is empty; expected at least one row."


def test_what_cannot_be_read_is_refused(rng, tmp_path):
    for one, rows, message in refusals(rng):
        with pytest.raises(ValueError, match=message):
            module_of(one, tmp_path).predict(rows)
        with pytest.raises(gn.DataError):  # and so does the model itself
            one.model.predict(pd.DataFrame(rows[1:]) if "lacks" in message else _listed(one, rows))


def _listed(one, rows):
    if isinstance(rows, list) and rows and isinstance(rows[0], dict):
        return pd.DataFrame(rows)
    return np.zeros(3) if isinstance(rows, pd.DataFrame) else rows


def test_names_and_values_that_cannot_be_written(rng, tmp_path):
    class Mine(Activation):
        def value(self, Z):
            return Z

        def derivative(self, Z, A):
            return np.ones_like(Z)

    good = plain(rng, ReLU(), TARGETS["mean"])
    with pytest.raises(
        ParameterError, match=r"path is '.*m.txt'; expected a name that ends in '.p"
    ):
        write_python(good, tmp_path / "m.txt")
    with pytest.raises(ParameterError, match="activation is a Mine, which is not glassnet's own: "):
        write_python(plain(rng, Mine(), TARGETS["mean"]), tmp_path / "m.py")
    assert not [*tmp_path.iterdir()]


def test_many_weights_go_into_a_file_beside_it(rng, tmp_path):
    width = MOST_IN_SOURCE // 8
    one, other = (
        record(rng, Network([Dense(3, n), ReLU(), Dense(n, 4)], SquaredError()), TARGETS["labels"])
        for n in (width, width - 1)
    )
    assert other.theta.size <= MOST_IN_SOURCE < one.theta.size
    small, large = (write_python(m, tmp_path / f"{k}.py") for k, m in enumerate((other, one)))
    assert small == [tmp_path / "0.py"]
    assert large == [tmp_path / "1.py", tmp_path / "1.npz"]
    assert large[0].stat().st_size < 10_000 < small[0].stat().st_size < 500_000
    X = rng.normal(size=(9, 3))
    assert np.array_equal(imported(large[0]).predict_proba(X), one.model.predict_proba(X))
    assert np.array_equal(imported(small[0]).predict_proba(X), other.model.predict_proba(X))
    with zipfile.ZipFile(large[1]) as archive:
        names = [name.removesuffix(".npy") for name in archive.namelist()]
    np.savez(large[1], **dict.fromkeys(names, np.array([print], object)))
    with pytest.raises(ValueError, match="Object arrays cannot be loaded when allow_pickle=False"):
        imported(large[0])


def test_columns_of_a_plain_network_have_names(rng, tmp_path):
    names = ("b", "a", "c */", "d", "\n")
    one = plain(rng, Tanh(), TARGETS["means"], feature_names=names)
    module = module_of(one, tmp_path)
    assert module.COLUMNS == names
    X = rng.normal(size=(4, 5))
    rows = [dict(zip(names[::-1], row[::-1], strict=True)) for row in X]
    expected = one.model.outputs(pd.DataFrame(X, columns=names)[[*names[::-1]]])
    for form in (rows, X, X.tolist()):
        close(module.predict(form), expected, SAME, "float64")
    assert module.EXAMPLE == dict.fromkeys(names, 0.0)


def test_a_file_that_cannot_be_written_leaves_nothing(rng, tmp_path, monkeypatch):
    monkeypatch.setattr(python_source, "_weight_lines", lambda weights: ["x = ("])  # no Python
    with pytest.raises(Exception, match="multi-line statement"):
        write_python(plain(rng, ReLU(), TARGETS["mean"]), tmp_path / "m.py")
    assert not [*tmp_path.iterdir()]


ALONE = """
import sys
class Hook:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("glassnet", "sklearn", "narwhals", "pandas", "polars", "scipy"):
            raise ImportError(name)
sys.meta_path.insert(0, Hook())
sys.path.insert(0, sys.argv[1])
import small, large
rows = [small.EXAMPLE, {**small.EXAMPLE, "age": None}]
print(small.predict(rows).tolist(), large.predict([large.EXAMPLE]).tolist())
print({name.split(".")[0] for name in sys.modules} & {"glassnet", "sklearn", "narwhals", "pandas"})
"""


def test_it_needs_numpy_alone(rng, tmp_path):
    golden_one = gn.load(golden("tabular-regressor")).record
    net = Network([Dense(3, 7000), ReLU(), Dense(7000, 1)], SquaredError())
    write_python(golden_one, tmp_path / "small.py")
    write_python(record(rng, net, TARGETS["mean"]), tmp_path / "large.py")
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", ALONE, tmp_path],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    small, large = imported(tmp_path / "small.py"), imported(tmp_path / "large.py")
    rows = [small.EXAMPLE, small.EXAMPLE | {"age": None}]
    expected = f"{small.predict(rows).tolist()} {large.predict([large.EXAMPLE]).tolist()}\nset()\n"
    assert done.stdout == expected
    run = subprocess.run(
        [sys.executable, "-I", tmp_path / "small.py"], capture_output=True, text=True, check=True
    )
    assert run.stdout == f"{small.predict([small.EXAMPLE])}\n"


def test_nothing_in_a_model_becomes_code(new_rng, tmp_path):
    one, rows = hostile(new_rng(), HOSTILE)
    tame, _ = hostile(new_rng(), [f"t{i}" for i in range(len(HOSTILE))])
    files = [write_python(m, tmp_path / f"m{k}.py")[0] for k, m in enumerate((one, tame))]
    module = imported(files[0])
    assert np.array_equal(module.encode(rows), one.model.rows(rows))
    close(module.predict_proba(rows), one.model.predict_proba(rows), SAME, "float64")
    named = [dict(zip(module.COLUMNS, row, strict=True)) for row in rows]
    assert np.array_equal(module.predict_proba(named), module.predict_proba(rows))
    assert module.LABELS.tolist() == [*HOSTILE]
    assert module.COLUMNS == tuple(column.name for column in one.about.table.columns)
    trees = [ast.parse(file.read_bytes()) for file in files]
    for node in [node for tree in trees for node in ast.walk(tree)]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    assert ast.dump(trees[0]) == ast.dump(trees[1])


def test_only_what_is_used_is_written_and_all_of_it_is(rng, tmp_path):
    text = write_python(plain(rng, ReLU(), TARGETS["mean"]), tmp_path / "m.py")[0].read_text()
    defined = {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}
    assert "relu" in defined
    assert not defined & {"sigmoid", "softmax", "date_part", "places", "periodic_embedding"}
    for name, one, _ in models(rng):
        path = write_python(one, tmp_path / f"{name}.py")[0]
        with warnings.catch_warnings(action="error"):
            compile(path.read_bytes(), name, "exec")
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "E4,E7,E9,F,W"]
    done = subprocess.run([*ruff, tmp_path], capture_output=True, text=True, check=False)
    assert "No module named ruff" in done.stderr or done.returncode == 0, done.stdout


def test_predictor_writes_it(tmp_path):
    predictor = gn.load(golden("counts"))
    assert predictor.to_python(tmp_path / "counts.py") == [tmp_path / "counts.py"]
    given = imported(tmp_path / "counts.py").predict(new_numbers())
    assert given == pytest.approx(predictor.predict(np.array(new_numbers())), rel=1e-14)
