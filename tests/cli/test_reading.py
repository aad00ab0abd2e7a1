"""Tables in any file that holds one: what is read, and what is refused in one sentence."""

# ruff: noqa: E501 - the tables below are read line by line

import datetime as dt
import gzip
import io
import sys
import time

import pytest

pytest.importorskip("typer")
pytest.importorskip("polars")

import polars as pl

from cli.commands import run
from glassnet.cli import reading, sources
from glassnet.cli.reading import read
from glassnet.cli.refusals import Refusal

SIMPLE = {"a": [1, 3], "b": [2, 4]}


def file_of(tmp_path, content, name="table.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def packed(write):
    place = io.BytesIO()
    write(place)
    return place.getvalue()


READ = {
    "comma": ("a,b\n1,2\n3,4\n", SIMPLE),
    "semicolon": ("a;b\n1;2\n3;4\n", SIMPLE),
    "tab": ("a\tb\n1\t2\n3\t4\n", SIMPLE),
    "bar": ("a|b\n1|2\n3|4\n", SIMPLE),
    "no end of line": ("a,b\n1,2\n3,4", SIMPLE),
    "carriage return and newline": ("a,b\r\n1,2\r\n3,4\r\n", SIMPLE),
    "carriage returns alone": ("a,b\r1,2\r3,4", SIMPLE),
    "blank lines": ("\na,b\n1,2\n\n3,4\n\n\n", SIMPLE),
    "blanks around": ("a , b\n 1, 2\n3 ,4\n", SIMPLE),
    "gzip": (gzip.compress(b"a,b\n1,2\n3,4\n"), SIMPLE),
    "a mark": ("\ufeffa,b\n1,2\n3,4\n", SIMPLE),
    "UTF-16": ("a,b\n1,2\n3,4\n".encode("utf-16"), SIMPLE),
    "UTF-16 without a mark": ("a,b\n1,2\n3,4\n".encode("utf-16-be"), SIMPLE),
    "UTF-32": ("a,b\n1,2\n3,4\n".encode("utf-32"), SIMPLE),
    "Parquet": (packed(pl.DataFrame(SIMPLE).write_parquet), SIMPLE),
    "Parquet in gzip": (gzip.compress(packed(pl.DataFrame(SIMPLE).write_parquet)), SIMPLE),
    "Arrow": (packed(pl.DataFrame(SIMPLE).write_ipc), SIMPLE),
    "Arrow stream": (packed(pl.DataFrame(SIMPLE).write_ipc_stream), SIMPLE),
    "JSON lines": ('{"a": 1, "b": 2}\n{"a": 3, "b": 4}\n', SIMPLE),
    "JSON lines with gaps": ('{"a": 1}\n{"b": "x"}\n', {"a": [1, None], "b": [None, "x"]}),
    "Windows-1252": ("a;b\nK\xf6ln;1\n\u20ac;2\n".encode("cp1252"), {"a": ["K\xf6ln", "\u20ac"], "b": [1, 2]}),
    "late in the file": (b"a,b\n" + b"x,1\n" * 10**5 + "\xfc,2\n".encode("latin-1"),
                         {"a": ["x"] * 10**5 + ["\xfc"], "b": [1] * 10**5 + [2]}),
    "quotes": ('a,b\n"x, ""y""",1\n"two\nlines",2\n', {"a": ['x, "y"', "two\nlines"], "b": [1, 2]}),
    "single quotes": ("a,b\n'x, y',1\n'z',2\n", {"a": ["x, y", "z"], "b": [1, 2]}),
    "a quote within": ('a,b\n5" disk,1\nx,2\n', {"a": ['5" disk', "x"], "b": [1, 2]}),
    "quoted separators in the header": ('"a;x","b"\n1,2\n3,4\n', {"a;x": [1, 3], "b": [2, 4]}),
    "decimal commas": ("a;b\n1,5;x\n-2;y\n", {"a": [1.5, -2.0], "b": ["x", "y"]}),
    "decimal commas, thousands": ("a;b\n1.234,5;x\n2.000;y\n", {"a": [1234.5, 2000.0], "b": ["x", "y"]}),
    "thousands": ('a,b\n"1,234.5",x\n12,y\n', {"a": [1234.5, 12.0], "b": ["x", "y"]}),
    "thousands alone": ('a,b\n"1,234",x\n12,y\n', {"a": [1234.0, 12.0], "b": ["x", "y"]}),
    "missing": ("a,b,c\n1,x,\nNA,NA,\n,,-\n", {"a": [1, None, None], "b": ["x", "NA", None], "c": [None] * 3}),
    "truth": ("a,b\nTrue,true\nfalse,FALSE\n", {"a": [True, False], "b": [True, False]}),
    "codes": ("a,b\n01234,007\n98765,7\n", {"a": ["01234", "98765"], "b": [7, 7]}),
    "floats": ("a,b\n1e3,inf\n-.5,1\n", {"a": [1000.0, -0.5], "b": [float("inf"), 1.0]}),
    "whole numbers beyond 64 bits": ("a,b\n99999999999999999999,1\n1,2\n", {"a": [1e20, 1.0], "b": [1, 2]}),
    "dates with the day first": ("a,b\n31.12.2020,1\n1.2.2021,2\n",
                                 {"a": [dt.date(2020, 12, 31), dt.date(2021, 2, 1)], "b": [1, 2]}),
    "one column": ("a\n1\n2\n", {"a": [1, 2]}),
    "an index": (",a,b\n0,1,2\n1,3,4\n", SIMPLE),
    "an index from 1": ('"","a","b"\n1,1,2\n2,3,4\n', SIMPLE),
    "pandas' index": ("Unnamed: 0,a,b\n0,1,2\n1,3,4\n", SIMPLE),
    "no index": (",b\n7,2\n9,4\n", {"column 1": [7, 9], "b": [2, 4]}),
    "the same name": ("a,a,a_2\n1,2,3\n", {"a": [1], "a_3": [2], "a_2": [3]}),
    "no names": ("a,,\n1,2,3\n", {"a": [1], "column 2": [2], "column 3": [3]}),
    "a line of missing cells": ("a,b\n1,2\n,\n3,4\n", {"a": [1, None, 3], "b": [2, None, 4]}),
}  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), READ.values(), ids=READ)
def test_what_is_read(content, expected, tmp_path):
    source = read(file_of(tmp_path, content))
    assert source.frame.to_dict(as_series=False) == expected


WORDS = {
    ",a,b\n0,1,2\n1,3,4\n": "the first column has no name and counts the rows: left out",
    "a,a\n1,2\n": "several columns 'a'; number 2 is called 'a_2'",
    "a;b\n1,5;x\n2,5;y\n": "'a' has decimal commas",
    'a,b\n"1,234",x\n1,y\n': "'a' has commas between thousands",
    "a,b\n1.2.2021,1\n": "'a' has dates with the day first",
    "a,b\n" + "1,x\n" * 20 + "two,x\n": "'a' is text: 20 of its 21 cells are numbers, but row 21 holds 'two'",
}  # fmt: skip


@pytest.mark.parametrize(("content", "word"), WORDS.items())
def test_what_is_worth_saying(content, word, tmp_path):
    (found,) = read(file_of(tmp_path, content)).words
    assert word in found


REFUSED = {
    "empty": ("", "is empty; expected a line of column names"),
    "no rows": ("a,b\n", "has column names and no rows"),
    "blank lines only": ("\n\n  \n", "blank lines only"),
    "no names": ("1,2\n3,4\n", "line 1 holds numbers only, 1, 2; expected the names"),
    "too few cells": ("a,b\n1,2\n3\n", "line 3 has 1 cell; expected 2, as the first line has, with commas"),
    "too many cells": ("a;b\n1;2\n\n3;4;5\n", "line 4 has 3 cells; expected 2"),
    "ragged after quotes": ('a,b\n"x\n\ny",2\n3\n', "line 5 has 1 cell"),
    "an open quote": ('a,b\n1,"x\n2,y\n', "line 2: .*opened there and not closed"),
    "zeros": (bytes(range(256)) * 9, "is no text: byte 0 is 0x00; expected CSV, Parquet"),
    "control characters": (b"a,b\n\x01\x02,3\n", "is no text: byte 4 is 0x01"),
    "zeros far on": (b"a,b\n" + b"1,2\n" * 10**5 + b"\0,1\n", "line 100,002 holds a zero byte"),
    "broken UTF-16": ("a,b\n1,2\n".encode("utf-16")[:-1], "line 2 is no utf-16 text"),
    "an Excel workbook": (b"PK\x03\x04" + bytes(99), "Excel workbook; expected its sheet as CSV"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(99), "compressed by zstd; expected it uncompressed, or by gzip"),
    "a PDF": (b"%PDF-1.4", "a PDF"),
    "cut gzip": (gzip.compress(b"a,b\n" + b"1,2\n" * 999)[:-9], "gzip data are damaged or cut off"),
    "broken gzip": (gzip.compress(b"a,b\n" + bytes(range(10, 200)) * 99)[:60] + b"x" * 60, "gzip data"),
    "cut Parquet": (b"PAR1" + bytes(40), "begins like Parquet, and cannot be read"),
    "cut Arrow": (b"ARROW1" + bytes(40), "begins like Arrow, and cannot be read"),
    "broken JSON": ('{"a": 1}\n{"a":\n', "begins like JSON lines, and cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(content, message, tmp_path):
    path = file_of(tmp_path, content)
    with pytest.raises(Refusal, match=f"(?s)^{path}.*{message}") as found:
        read(path)
    assert "\n" not in str(found.value)
    assert found.value.status == 1


@pytest.mark.parametrize("path", ["nothing.csv", "."])
def test_no_file_is_wrong_use(path, tmp_path):
    with pytest.raises(Refusal, match=r"(No such file|Is a directory).*Expected a table") as found:
        read(str(tmp_path / path))
    assert found.value.status == 2


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_line_without_an_end_is_not_read_into_memory(pack, tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "LONGEST_LINE", 2**20)
    path = file_of(tmp_path, pack(b"a,b\n1,2\n" + b"x" * 2**23))
    with pytest.raises(Refusal, match="line 3: its first 1 MB hold no end of line"):
        read(path)


def test_a_line_of_gigabytes_is_refused_at_once(tmp_path):
    """A sparse file of 8 GB: no more of it is read than a line may have."""
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.write(b"a" * 2**24)
        file.truncate(2**33)
    began = time.monotonic()
    with pytest.raises(Refusal, match="line 1: its first 8 MB hold no end of line"):
        read(str(path))
    assert time.monotonic() - began < 5


def test_fractions_are_read_as_in_an_earlier_file(tmp_path):
    """1,234 alone may be either."""
    path = file_of(tmp_path, 'a,b\n"1,234",x\n"5,678",y\n')
    assert read(path).frame["a"].to_list() == [1234.0, 5678.0]
    assert read(path, ",").frame["a"].to_list() == [1.234, 5.678]
    clear = file_of(tmp_path, 'a,b\n"1,234.5",x\n"5,678",y\n')
    assert read(clear, ",").frame["a"].to_list() == [1234.5, 5678.0]


def test_both_ways_of_reading_agree(rng, tmp_path, monkeypatch):
    """polars, and record by record where polars would not do."""
    cells = ["1", "", '"a, b"', '"q""q"', "x y", '"two\nlines"', "-0.5", "NA"]
    rows = [",".join(rng.choice(cells, 5)) for _ in range(200)]
    path = file_of(tmp_path, "a,b,c,d,e\n" + "\n".join(rows) + "\n")
    fast = read(path)
    monkeypatch.setattr(reading, "_fast", lambda *_: None)
    assert fast.frame.equals(read(path).frame)


def test_without_polars_a_sentence_says_how_to_get_it(tmp_path, monkeypatch):
    import glassnet.cli.using

    path = file_of(tmp_path, "a,b\n1,2\n")
    for name in ("training", "reading"):
        monkeypatch.delitem(sys.modules, f"glassnet.cli.{name}", raising=False)
        monkeypatch.delattr(glassnet.cli, name, raising=False)
    monkeypatch.setitem(sys.modules, "polars", None)
    result = run("train", path, "--target", "a", "-o", tmp_path / "m")
    assert result.exit_code == 1
    assert result.stderr == 'Error: this needs polars to read tables: pip install "glassnet[cli]"\n'
    assert list(tmp_path.iterdir()) == [tmp_path / "table.csv"]
