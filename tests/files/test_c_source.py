"""Models as C headers: compiled once, all of them together, and compared row by row."""

import datetime as dt
import os
import re
import shutil
import subprocess
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import glassnet as gn
from docs.worked_examples import DOCS, fences
from files import naive_reader
from files.golden_table import golden, names, new_numbers, new_rows, stored
from files.source_models import (
    HOSTILE,
    TARGETS,
    awkward,
    hostile,
    models,
    on_table,
    outputs,
    plain,
    record,
)
from glassnet.core.activations import Activation, ReLU
from glassnet.core.dense import Dense
from glassnet.core.losses import SquaredError
from glassnet.core.network import Network
from glassnet.errors import ParameterError
from glassnet.files.c_source import write_c
from glassnet.files.c_text import Names
from glassnet.files.python_source import write_python
from glassnet.record import Classes, Labels, SeveralTargets
from glassnet.tabular.encoders import Date, Levels, Present
from glassnet.tabular.table import Table
from tolerances import ANOTHER_READER, EPS

pytestmark = pytest.mark.filterwarnings("ignore::glassnet.DataWarning")

COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
needs_c = pytest.mark.skipif(COMPILER is None, reason="no C compiler: neither cc, gcc nor clang")
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]
MORE = os.environ.get("GLASSNET_TEST_CFLAGS", "").split()
"""Such as -fsanitize=address,undefined."""

EXACT = 1e-12
"""Of the larger of 1 and the number: rows of 1,000 and weights of 3 give sums of 1e5 that cancel,
added up in another order. Measured over 11 seeds: 3e-14."""

FLOAT32 = 2e-5
"""A network of float32, computed in double, beside the model, which computes in float32: sums of
some ten terms of size 1 and three layers. Measured: 2e-6."""

ONE_MODEL = """
#include "{0}.h"
static void run_{0}(void)
{{
    double row[{0}_N_INPUTS], out[{0}_N_OUTPUTS];
    while (fread(row, sizeof row, 1, stdin) == 1) {{
        {0}_predict(row, out);
        fwrite(out, sizeof out, 1, stdout);
        {1}
    }}
}}
static int level_{0}(int column, const char *text) {{ return {0}_level(column, text); }}
"""

PROGRAM = """
static char text[10000];
int main(int argc, char **argv)
{
    if (argc == 3) { /* a column: find texts */
        while (fgets(text, sizeof text, stdin)) {
            size_t n = 0;
            char *at = text;
            for (; *at && *at != '\\n'; at += 2) {
                unsigned byte;
                sscanf(at, "%2x", &byte);
                text[n++] = (char)byte;
            }
            text[n] = 0;
            CASES_LEVEL
        }
        return 0;
    }
    CASES_RUN
    return 1;
}
"""


class Program:
    """Headers, compiled into one program that runs any of them."""

    def __init__(self, folder, records, compiler=(COMPILER, "-std=c99")):
        parts, runs, levels = ["#include <stdio.h>", "#include <string.h>"], [], []
        for name, one in records.items():
            write_c(one, folder / f"{name}.h")
            parts.append(ONE_MODEL.format(name, _classes(name, one.about.target)))
            runs.append(f'if (strcmp(argv[1], "{name}") == 0) {{ run_{name}(); return 0; }}')
            levels.append(
                f'if (strcmp(argv[1], "{name}") == 0) '
                f'printf("%d\\n", level_{name}((int)(argv[2][0] - 48), text));'
            )
        program = PROGRAM.replace("CASES_RUN", "\n    ".join(runs))
        source = folder / "program.c"
        source.write_text(
            "\n".join(parts) + program.replace("CASES_LEVEL", "\n            ".join(levels))
        )
        self.records, self.program = records, folder / "program"
        command = [*compiler, *WARNINGS, *MORE, "-o", self.program, source, "-lm"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[:3000]

    def run(self, name, rows):
        """Return what a model predicts, and its classes, of rows of numbers."""
        one = self.records[name]
        data = np.ascontiguousarray(rows, np.float64).tobytes()
        out = self._run([name], data)
        values = np.frombuffer(out).reshape(len(rows), -1)
        n = {Labels: one.about.target.n_scores, SeveralTargets: 3}.get(
            type(one.about.target), int(isinstance(one.about.target, Classes))
        )
        return np.split(values, [values.shape[1] - n], axis=1)

    def levels(self, name, column, texts):
        """Return the positions of texts as levels of a column."""
        lines = [text.encode("utf-8", "surrogatepass").hex() for text in texts]
        out = self._run([name, chr(48 + column)], "".join(f"{one}\n" for one in lines).encode())
        return [int(line) for line in out.split()]

    def _run(self, arguments, data):
        done = subprocess.run(
            [self.program, *arguments], input=data, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()[:2000]
        assert not done.stderr
        return done.stdout


def _classes(name, target):
    """Return C that writes the classes behind the outputs, as doubles."""
    if isinstance(target, Classes):
        return f"""{{
            double best = {name}_predict_class(row);
            fwrite(&best, sizeof best, 1, stdout);
        }}"""
    if isinstance(target, Labels | SeveralTargets):
        n = f"{name}_N_{'OUTPUTS' if isinstance(target, Labels) else 'TARGETS'}"
        return f"""{{
            int k, best[{n}];
            {name}_predict_classes(row, best);
            for (k = 0; k < {n}; k++) {{
                double one = best[k];
                fwrite(&one, sizeof one, 1, stdout);
            }}
        }}"""
    return ""


def numbers_of(table, rows):
    """Return rows as a caller in C gives them, worked out here from the page alone."""
    return [
        [_number(column, i, row.get(column.name)) for i, column in enumerate(table.columns)]
        for row in rows
    ]


def _number(column, i, cell):
    missing = cell is None or cell != cell  # noqa: PLR0124
    if isinstance(column.encoder, Levels):
        levels = list(column.encoder.levels)
        return float(levels.index(str(cell))) if str(cell) in levels else (-1.0, np.nan)[i % 2]
    if isinstance(column.encoder, Date):
        return np.nan if missing else seconds(cell)
    if isinstance(column.encoder, Present) and column.kind == "category":
        return -1.0 if missing else 0.0
    if not column.features:
        return (np.nan, 1e300, -np.inf)[i % 3]  # does not matter
    return np.nan if missing else float(cell)


def seconds(cell):
    if isinstance(cell, str):
        cell = dt.datetime.fromisoformat(cell)
    if not isinstance(cell, dt.datetime):
        cell = dt.datetime.combine(cell, dt.time())
    return (cell - dt.datetime(1970, 1, 1)) / dt.timedelta(microseconds=1) / 1e6


@pytest.fixture(scope="module")
def all_models(request):
    """Return records and rows by name: the same for all tests of a run."""
    rng = np.random.default_rng([request.config.option.seed, 7])
    return {name: (one, rows) for name, one, rows in models(rng)}


@pytest.fixture(scope="module")
def program(all_models, tmp_path_factory):
    """Return all models, compiled."""
    records = {name: one for name, (one, _) in all_models.items()}
    return Program(tmp_path_factory.mktemp("c"), records)


def close(given, expected, allowed, name):
    off = np.abs(given - expected) / np.maximum(np.abs(expected), 1)
    assert off.max() <= allowed, (name, off.max())


@needs_c
def test_every_model_predicts_as_itself(program, all_models):
    for name, (one, rows) in all_models.items():
        table, target = one.about.table, one.about.target
        given, classes = program.run(name, rows if table is None else numbers_of(table, rows))
        exact = table is not None or one.theta.dtype == np.float64
        expected = outputs(one, rows)
        close(given, expected, EXACT if exact else FLOAT32, name)
        if isinstance(target, Classes) and len(target.labels) > 1:
            sure = np.abs(np.diff(np.sort(expected), axis=1)[:, -1]) > 1e-4
            labels = target.labels[classes[:, 0].astype(int)]
            assert np.array_equal(labels[sure], target.decoded(expected)[sure]), name
        elif isinstance(target, Labels):
            assert np.array_equal(classes, target.decoded(given)), name
        elif isinstance(target, SeveralTargets):
            flat = np.concatenate(target.labels)
            assert np.array_equal(flat[classes.astype(int)], target.decoded(given)), name


@needs_c
@pytest.mark.parametrize("name", names())
def test_golden_files_predict_what_is_stored_and_what_a_naive_reader_reads(program, name):
    one = gn.load(golden(name)).record
    rows = new_rows() if one.about.table else new_numbers()
    row_numbers = numbers_of(one.about.table, rows) if one.about.table else rows
    given, _ = program.run(f"g_{name.replace('-', '_')}", row_numbers)
    plain_record, networks = naive_reader.read(golden(name))
    expected = [naive_reader.outputs(plain_record, networks, row) for row in rows]
    close(given, np.array(expected), ANOTHER_READER * EPS["float64"], name)
    allowed = FLOAT32 if one.about.table is None and one.theta.dtype == np.float32 else 1e-14
    close(given, np.reshape(stored(name), given.shape), allowed, name)


@needs_c
def test_levels_are_found_by_their_text(program, all_models):
    one, _ = all_models["r_text"]
    for i, column in enumerate(one.about.table.columns):
        texts = [*column.levels, "unseen", "Unseen", "1", "True", "TRUE", "0", "false"]
        found = program.levels("r_text", i, texts)
        if column.levels:
            codes = column.encoder.codes(gn.tabular.cells.Cells(np.array(texts, object), "text"))
            assert found == [code - 1 for code in codes.tolist()], column.name
        elif isinstance(column.encoder, Present) and column.kind == "category":
            assert found == [0] * len(texts)
        else:
            assert found == [-1] * len(texts)


@needs_c
def test_what_is_no_number_gives_none(program, all_models):
    rows = np.zeros((4, 5))
    rows[1, 0], rows[2, 4], rows[3, 2] = np.nan, np.inf, -np.inf
    for name in ("t_text", "t_labels", "t_several", "e_two"):
        given, classes = program.run(name, rows)
        assert np.isfinite(given[0]).all(), name
        assert np.isnan(given[1:]).all(), name
        assert (classes[0] >= 0).all(), name
        assert (classes[1:] == -1).all(), name


@needs_c
def test_dates_of_eight_thousand_years(rng, tmp_path):
    days = rng.integers(-719162, 2932896, 3000)  # from 0001-01-01 to 9999-12-31
    parts = zip(days.tolist(), rng.integers(0, 86_400 * 10**6, 3000).tolist(), strict=True)
    when = [dt.datetime(1970, 1, 1) + dt.timedelta(days=d, microseconds=m) for d, m in parts]
    when += [dt.datetime(y, m, d) for y in (1600, 1900, 2000, 2023, 2024) for m, d in
             ((1, 1), (2, 28), (3, 1), (12, 31))]  # fmt: skip
    when += [dt.datetime(1600, 2, 29), dt.datetime(2000, 2, 29, 23, 59, 59, 999999)]
    near = [one for one in when if 1700 < one.year < 2200]  # where doubles hold microseconds
    table = Table.learn([[one] for one in when])
    assert len(table.columns[0].features) == 9
    net = Network([Dense(9, 9)], SquaredError())
    target = TARGETS["means"]
    one = record(rng, net, replace(target, n_numbers=9), table=table)
    one.theta[:] = np.append(np.eye(9).ravel(), np.zeros(9))
    program = Program(tmp_path, {"dates": one})
    for rows in (near, [one.replace(microsecond=0) for one in when]):
        given, _ = program.run("dates", [[seconds(one)] for one in rows])
        expected = one.model.outputs([[one] for one in rows])
        assert np.abs(given - expected).max() < 2e-12  # the twelfth digit of a sine
    early = [f"{year}-{day}" for year in ("0000", "-0001", "-0400", "-30000", "29999")
             for day in ("02-28", "03-01", "12-31")] + ["0000-02-29", "-0004-02-29"]  # fmt: skip
    old = np.array(early, "datetime64[s]")
    given, _ = program.run("dates", old.astype(float)[:, np.newaxis])
    assert np.abs(given - one.model.outputs(old[:, np.newaxis])).max() < 2e-12
    both, _ = program.run("dates", [[86_400 * 365 - 2e-7], [86_400 * 365]])
    assert np.array_equal(both[0], both[1])  # a part of a microsecond before midnight
    far, _ = program.run("dates", [[np.nan], [1e13], [-1e300], [np.inf]])
    assert np.abs(far - one.model.outputs([[None]])).max() < 1e-15


@needs_c
def test_nothing_in_a_model_becomes_code(new_rng, tmp_path):
    one, rows = hostile(new_rng(), HOSTILE)
    tame, _ = hostile(new_rng(), [f"t{i}" for i in range(len(HOSTILE))])
    program = Program(tmp_path, {"hostile": one, "tame": tame})
    table = one.about.table
    row_numbers = [
        [_number(column, 0, cell) for column, cell in zip(table.columns, row, strict=True)]
        for row in rows
    ]
    given, _ = program.run("hostile", row_numbers)
    close(given, one.model.outputs(rows), EXACT, "hostile")
    sent = [text for text in HOSTILE if "\x00" not in text and len(text) < 4000]
    found = program.levels("hostile", 0, sent)
    assert found == [table.columns[0].levels.index(text) for text in sent]
    assert program.levels("hostile", 0, ["b", "x" * 4000, "ab\x00"]) == [-1, -1, -1]
    bare = [_bare(tmp_path / f"{name}.h", name) for name in ("hostile", "tame")]
    assert bare[0] == bare[1]


def _bare(path, name):
    """Return the code of a header without comments, literals, and the names made of texts."""
    command = [COMPILER, "-std=c99", "-E", "-P", "-nostdinc", "-x", "c", "-"]
    text = re.sub(r"#include <.*>", "", path.read_text("ascii"))
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    code = re.sub(r'"(?:\\.|[^"\\])*"', '""', done.stdout)
    code = re.sub(rf"\b{name}_(LEVEL|COLUMN)(_\w+)? = ", r"\1 = ", code)
    code = re.sub(r'^ *(""|0)(, (""|0))*,$', "", code.replace(f"{name}_", ""), flags=re.MULTILINE)
    return re.sub(r"\s+", " ", code)


@needs_c
def test_it_compiles_as_cplusplus_and_twice_in_one_program(all_models, tmp_path):
    compiler = shutil.which("c++") or shutil.which("g++")
    if compiler is None:
        pytest.skip("no C++ compiler: neither c++ nor g++")
    some = ["r_several", "bag", "a_GELU", "t_only"]
    for name in some:
        write_c(all_models[name][0], tmp_path / f"{name}.h")
    include = "".join(f'#include "{name}.h"\n' for name in some)
    for k in range(2):  # nothing in it is there twice for the linker
        (tmp_path / f"{k}.cc").write_text(
            f"{include * 2}int main{k}();\nint main{k}() {{ return 0; }}\n"
        )
    (tmp_path / "main.cc").write_text("int main() { return 0; }\n")
    command = [compiler, "-std=c++11", *WARNINGS, "-o", "both", "0.cc", "1.cc", "main.cc"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:3000]


@needs_c
def test_the_program_on_the_page_runs(rng, tmp_path):
    page = (DOCS / "export.md").read_text(encoding="utf-8")
    (code,) = fences(page, "c")
    frame = pd.DataFrame({"age": [23, 35, None, 41] * 10, "city": list("ABCA") * 10})
    one = on_table(rng, frame, Classes(np.array(["n", "y"], object)))
    write_c(one, tmp_path / "churn.h")
    (tmp_path / "main.c").write_text(code)
    (command,) = re.findall(r"^cc (.*)$", page, re.MULTILINE)
    subprocess.run([COMPILER, *WARNINGS, *command.split()], cwd=tmp_path, check=True)
    done = subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=True)
    label, _, p = done.stdout.partition(": ")
    X = pd.DataFrame({"age": [30], "city": ["A"]})
    assert label == one.model.predict(X)[0]
    assert float(p) == pytest.approx(one.model.outputs(X).max(), rel=EXACT)


def test_names_that_are_made_and_names_that_are_refused(rng, tmp_path):
    one = plain(rng, ReLU(), TARGETS["mean"])
    made = {
        "churn.h": "churn_",
        "my model-2.h": "my_model_2_",
        "2nd.h": "model_2nd_",
        "\u00e4.h": "model_",
    }
    for file, prefix in made.items():
        (path,) = write_c(one, tmp_path / file)
        assert f"void {prefix}predict(const double *row, double *out)\n" in path.read_text("ascii")
    (path,) = write_c(one, tmp_path / "m.h", "int")
    assert "int_predict(" in path.read_text("ascii")
    for name in ("", "1a", "a-b", "_a", "\u00e4", "a" * 41, "a\n"):
        with pytest.raises(
            ParameterError, match=r"name is .*; expected a letter, then letters, dig"
        ):
            write_c(one, tmp_path / "no.h", name)
    with pytest.raises(
        ParameterError, match=r"path is '.*m.c'; expected a name that ends in '.h'."
    ):
        write_c(one, tmp_path / "m.c")
    assert not (tmp_path / "no.h").exists()


def test_an_activation_of_ones_own_is_refused(rng, tmp_path):
    class Mine(Activation):
        def value(self, Z):
            return Z

        def derivative(self, Z, A):
            return np.ones_like(Z)

    with pytest.raises(ParameterError, match="activation is a Mine, which is not glassnet's own: "):
        write_c(plain(rng, Mine(), TARGETS["mean"]), tmp_path / "m.h")
    assert not [*tmp_path.iterdir()]


def test_the_header_says_what_a_row_is(rng, tmp_path):
    frame = awkward(rng)
    text = write_c(on_table(rng, frame, TARGETS["two"]), tmp_path / "m.h")[0].read_text("ascii")
    said = dict(re.findall(r"^ +\d+  '(\w+)': (.*)$", text, re.MULTILINE))
    assert list(said) == list(frame.columns)
    assert said["few"] == "the position of its level, 0 to 2"
    assert said["date"] == "seconds since 1970-01-01T00:00:00"
    assert said["there"] == "0 if there is anything, -1 or NaN if not"
    assert said["same"] == "not used; any number"
    for line in ("m_COLUMN_two = 5,", "m_LEVEL_two_a = 0,", "m_LEVEL_two_b = 1,",
                 "m_LEVEL_few = 0,", "m_LEVEL_flag_True = 1,", "#define m_N_INPUTS 17\n",
                 "#define m_N_OUTPUTS 2\n"):  # fmt: skip
        assert line in text
    assert not re.search(r"\bmalloc\b|\bstatic (?!inline|const)", text)


def test_made_names_are_all_different():
    made = Names("p")
    texts = [
        ("a", "b_c"),
        ("a_b", "c"),
        ("a", "b", "c"),
        ("", ""),
        ("_",),
        ("a" * 99,),
        ("a" * 98,),
    ]
    names_made = [made.new(*one) for one in texts]
    assert names_made[:5] == ["p_a_b_c", "p_a_b_c_2", "p_a_b_c_3", "p", "p_2"]
    assert len(set(names_made)) == len(texts)
    clash = Names("p")
    assert [clash.new(one) for one in ("a 2", "a", "a!", "a?")] == [
        "p_a_2",
        "p_a",
        "p_a_3",
        "p_a_4",
    ]


def test_twenty_thousand_levels_are_written_in_seconds(rng, tmp_path):
    levels = [f"{chr(0x4E00 + i % 9999)}{chr(0x4E00 + i // 9999)}" for i in range(20_000)]
    one = on_table(
        rng, np.array(levels * 2, object)[:, np.newaxis], TARGETS["mean"], embedding_size=1
    )
    assert one.about.table.n_levels == (20_000,)
    start = time.perf_counter()
    (path,) = write_c(one, tmp_path / "m.h")
    write_python(one, tmp_path / "m.py")
    assert time.perf_counter() - start < 20  # 2 s; with a step for each pair of levels, 60
    assert "    m_LEVEL_x0_20000 = 19999, /* " in path.read_text("ascii")


def test_predictor_writes_it(tmp_path):
    predictor = gn.load(golden("counts"))
    assert predictor.to_c(tmp_path / "counts.h", "my") == [tmp_path / "counts.h"]
    assert "void my_predict(" in (tmp_path / "counts.h").read_text("ascii")
    assert pd.notna(new_numbers()).all()
