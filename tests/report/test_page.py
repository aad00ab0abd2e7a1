"""The report as a page: one sound file that asks for nothing, whatever the names in it."""

import re
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest

from glassnet.record import Classes
from glassnet.report import Report, Rows
from glassnet.report.markup import Markup, escaped, joined, tag
from report import examples
from report.examples import HOSTILE, facts, of_classes, of_numbers, training

mpl = pytest.importorskip("matplotlib")

VOID = {"meta", "br", "img", "link", "input", "hr"}
LOADS = {"src", "href", "action", "data", "srcset", "poster", "background"}


class Page(HTMLParser):
    """Reads a page, and fails at the first thing that does not fit."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.attributes, self.text = [], [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, name, attributes):
        self.handle_startendtag(name, attributes)
        if name not in VOID:
            self.open.append(name)

    def handle_startendtag(self, name, attributes):
        names = [key for key, _ in attributes]
        assert len(names) == len(set(names))
        self.tags.append(name)
        self.attributes += [(name, key, value) for key, value in attributes]

    def handle_endtag(self, name):
        assert self.open.pop() == name

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.text.append(data)

    @property
    def words(self):
        return " ".join(" ".join(self.text).split())


def check(html):
    """Read a page; assert that it loads nothing and runs nothing."""
    page = Page(html)
    assert not set(page.tags) & {"script", "iframe", "object", "embed", "link", "base", "form"}
    for name, key, value in page.attributes:
        assert not key.startswith("on"), (name, key)
        if key in LOADS or key.endswith("href"):
            assert value.startswith("#"), (name, key, value)
        if key == "style":
            assert not re.search(r"url\((?!#)|@import|expression", value), value
    assert "<style" not in "".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL))  # it would leak
    assert not re.search(r"@import|url\((?!#)", "".join(re.findall(r"<style.*?</style>", html)))
    ids = [value for _, key, value in page.attributes if key == "id"]
    assert len(ids) == len(set(ids))
    used = {v.removeprefix("#") for _, k, v in page.attributes if k == "href"}
    used |= set(re.findall(r"url\(#(.*?)\)", html))
    assert used <= set(ids)
    return page


def all_facts(rng):
    two = Classes(np.array([False, True]))
    return {
        "two classes": of_classes(rng),
        "thirty classes": of_classes(rng, n_classes=30),
        "numbers": of_numbers(rng),
        "many numbers": of_numbers(rng, n_rows=3_000),
        "an ensemble": of_classes(rng, training=training(n_networks=3)),
        "one epoch": of_numbers(rng, training=training("rmse", n_epochs=1)),
        "no rows": facts(two, None, training=training(validated=False)),
        "rows not kept": facts(two, None),
        "one row": of_classes(rng, n_rows=1),
        "one number": of_numbers(rng, n_rows=1),
        "all right": facts(two, Rows(np.zeros(50, int), np.tile([1.0, 0.0], (50, 1)))),
        "a metric without a value": of_classes(
            rng, training=examples.Training("auc", "numpy", ((1.0, 0.5),), ((np.nan,) * 2,), (2,))
        ),
    }


def test_every_report_is_a_sound_page(rng):
    for name, some in all_facts(rng).items():
        report = Report(some)
        html = report.html()
        page = check(html)
        assert "nan" not in page.words.lower().split(), name
        pictures = page.tags.count("svg")
        assert pictures == 1 + (report.findings.main is not None), name
        assert not re.search(r"https?:|//[a-z]", html), name


def test_hostile_names_are_text_and_change_nothing_else(new_rng):
    def page_of(name):
        some = of_classes(
            new_rng(), 40, labels=np.array(["other", name], dtype=object),
            columns=examples.columns((name, "city")), name=f"Model {name}",
        )  # fmt: skip
        return check(Report(some).html())

    expected = page_of("abcdef").tags
    for hostile in HOSTILE:
        page, shown = page_of(hostile), " ".join(hostile.split())
        assert page.tags == expected, ascii(hostile)
        if shown.isprintable() and 0 < len(shown) < 20:
            assert page.words.count(shown) >= 4, ascii(hostile)
            assert f"predicted probability of class {shown}" in page.words, ascii(hostile)


def test_pictures_say_what_they_show(rng):
    for some in (of_classes(rng), of_numbers(rng)):
        page = check(Report(some).html())
        labels = [v for name, key, v in page.attributes if (name, key) == ("svg", "aria-label")]
        roles = [v for name, key, v in page.attributes if (name, key) == ("svg", "role")]
        assert roles == ["img", "img"]
        assert labels[0].startswith("Training loss over 12 epochs, from 1.000 to 0.08333")
        assert re.search(r"\d\.\d\d", labels[1])


def test_pictures_take_the_colors_of_the_page(rng):
    for some in (of_classes(rng), of_numbers(rng)):
        html = Report(some).html()
        svg = "".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL))
        assert set(re.findall(r"var\((--\w+)\)", svg)) == {
            "--ink",
            "--faint",
            "--first",
            "--second",
        } - (set() if "--second" in svg else {"--second"})
        assert not re.search(r"#[0-9a-f]{6}\b", svg)
    for mode in ("prefers-color-scheme: dark", "width=device-width"):
        assert mode in html


def test_pictures_are_drawn_alike_whatever_the_users_settings(rng):
    some = of_classes(rng)
    plain = Report(some).html()
    with mpl.rc_context({"axes.facecolor": "red", "text.color": "lime", "font.size": 30,
                         "svg.fonttype": "path", "axes.grid": True}):  # fmt: skip
        before = dict(mpl.rcParams)
        assert Report(some).html() == plain
        assert dict(mpl.rcParams) == before


def test_the_numbers_of_the_text_are_on_the_page(rng):
    report = Report(of_classes(rng, n_classes=3))
    words = check(report.html()).words
    for one in report.findings.measures:
        assert f"{one.value:.4f}" in words or f"{one.value:.3f}" in words
    for n in report.findings.confusion.counts.ravel():
        assert f" {n} " in words
    assert "class 0" in words


def test_a_notebook_gets_a_part_of_a_page(rng):
    html = Report(of_numbers(rng))._repr_html_()
    assert html.startswith('<div class="glassnet-report">')
    page = check(html)
    assert not set(page.tags) & {"html", "head", "body"}
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert "prefers-color-scheme: dark" in style
    rules = re.findall(r"([^{}]+)\{", style)
    rules = [rule.strip() for rule in rules if not rule.strip().startswith("@")]
    assert all(
        part.strip().startswith(".glassnet-report") for rule in rules for part in rule.split(",")
    )


def test_saving(rng, tmp_path):
    report, path = Report(of_classes(rng)), tmp_path / "report.html"
    path.write_text("before")
    report.save(path)
    assert path.read_bytes().decode() == report.html()
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_what_cannot_be_written_leaves_nothing(rng, tmp_path, monkeypatch):
    report, path = Report(of_classes(rng)), tmp_path / "report.html"
    path.write_text("before")
    monkeypatch.setattr("os.fsync", lambda descriptor: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        report.save(path)
    assert path.read_text() == "before"
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]
    with pytest.raises(FileNotFoundError):
        report.save(tmp_path / "nowhere" / "report.html")


def test_without_matplotlib():
    code = """
import sys
sys.modules["matplotlib"] = None
import numpy as np
from glassnet.report import Report
from report.examples import of_numbers
report = Report(of_numbers(np.random.default_rng(0)))
assert "RMSE" in str(report)
assert report._repr_html_() is None
try:
    report.save("/nowhere/report.html")
except ImportError as error:
    print(type(error).__name__, error, sep="|")
"""
    tests = next(path for path in sys.path if path.endswith("tests"))
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {tests!r}){code}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    name, message = run.stdout.strip().split("|")
    assert name == "MissingExtraError"
    assert message.startswith("A report's pictures need matplotlib")
    assert 'pip install "glassnet[plot]"' in message


# Markup -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "html"),
    [
        (escaped("<a href='x'>&amp;"), "&lt;a href=&#x27;x&#x27;&gt;&amp;amp;"),
        (escaped(Markup("<b>")), "<b>"),
        (escaped("a\x00b\u202e\ud800\n"), "a\ufffdb\ufffd\ufffd\n"),
        (escaped(7), "7"),
        (tag("p", "a < b", None, tag("b", 1)), "<p>a &lt; b<b>1</b></p>"),
        (tag("p", class_="x\"y", aria_label="<", id=None, hidden=True),
         '<p class="x&quot;y" aria-label="&lt;" hidden></p>'),
        (joined("<", Markup("<br>"), None), "&lt;<br>"),
    ],
)  # fmt: skip
def test_markup(made, html):
    assert made == html
    assert isinstance(made, Markup)
