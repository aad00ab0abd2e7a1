"""Numbers and names as text."""

import numpy as np
import pytest

from glassnet.report import words
from report.examples import HOSTILE


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (0.5, "0.5000"), (0.12346, "0.1235"), (-0.99996, "-1.000"), (12.3456, "12.35"),
        (999.96, "1,000"), (123456.7, "123,457"), (1e8, "100,000,000"), (1e9, "1.000e+09"),
        (1e-5, "0.00001000"), (1e-6, "1.000e-06"), (np.nan, "-"), (np.inf, "-"),
    ],
)  # fmt: skip
def test_numbers(value, text):
    assert words.number(value) == text


@pytest.mark.parametrize(
    ("n", "what", "text"),
    [(1, "rows", "1 row"), (2, "rows", "2 rows"), (1200, "epochs", "1,200 epochs"),
     (1, "classes", "1 class"), (0, "columns", "0 columns")],
)  # fmt: skip
def test_counts(n, what, text):
    assert words.count(n, what) == text


def test_lists():
    assert words.listed("abc") == "a, b, c"
    assert words.listed("abcdefgh") == "a, b, c, d, e, f and 2 more"


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
@pytest.mark.parametrize("most", [8, 40])
def test_names_are_short_printable_and_there(name, most):
    shown = words.label(name, most)
    assert shown.isprintable()
    assert 0 < words.width(shown) <= most
    shown.encode()


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("東京", 4), ("e\u0301", 1), ("Ü", 1), ("", 0)]
)
def test_widths_of_a_terminal(text, width):
    assert words.width(text) == width


def test_wide_letters_are_cut_and_padded_by_width():
    assert words.cut("東京都の人口", 7) == "東京..."
    assert words.padded("東京", 6) == "東京  "
    assert words.padded("東京", 6, right=True) == "  東京"


def test_alignment():
    text = words.aligned([("name", "n"), ("東京", "10"), ("x", "5")], right=(1,))
    assert text == "  name   n\n  東京  10\n  x      5"


def test_long_lines_are_broken():
    text = words.wrapped("a " * 80 + "b" * 200 + " c", "- ", "  ")
    lines = text.splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[0].startswith("- a a")
    assert all(line.startswith("  ") for line in lines[1:])
    assert lines[-1].endswith("c")
    assert words.wrapped("", "- ") == "- "
