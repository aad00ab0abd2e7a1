"""A report as a page: one HTML file, without scripts, that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files

import numpy as np

from glassnet.report import pictures, sentences
from glassnet.report.findings import Findings
from glassnet.report.markup import Markup, joined, tag
from glassnet.report.mistakes import Confusion
from glassnet.report.text import N_IMPORTANT
from glassnet.report.words import clean, count, label, listed, number, percent
from glassnet.tabular.columns import Column

MOST_COLUMNS = 500
"""Lines of the table of all columns."""

MANY_CLASSES = 7
"""Classes from which on the names above the table of mistakes are turned."""

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What a browser may load and run for the page: nothing."""


def whole(findings: Findings) -> Markup:
    """Return a page of its own."""
    head = tag(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="color-scheme" content="light dark">'),
        tag("title", f"{findings.facts.name}: report"),
        tag("style", Markup("body { margin: 0; background: #fff; } "
            "@media (prefers-color-scheme: dark) { body { background: #14181d; } }")),
    )  # fmt: skip
    page = tag("html", head, "\n", tag("body", part(findings), "\n"), lang="en")
    return Markup(f"<!DOCTYPE html>\n{page}\n")


def part(findings: Findings) -> Markup:
    """Return the report as a part of another page, such as a notebook."""
    css = files("glassnet.report").joinpath("style.css").read_text(encoding="utf-8")
    return tag("div", tag("style", Markup(css)), *_sections(findings), class_="glassnet-report")


def _sections(findings: Findings) -> Iterator[Markup]:
    yield tag("header", tag("h1", findings.facts.name), _subtitle(findings))
    yield _main(findings)
    notes = sentences.notes(findings)
    if notes:
        yield tag("ul", *(tag("li", note) for note in notes), class_="notes")
    yield _section("Data", _pairs(sentences.about_data(findings)))
    yield _section("Training", _training(findings))
    if findings.measures:
        yield _section("Measures on the validation rows", _measures(findings))
    if findings.confusion is not None:
        yield _section("What was taken for what", _confusion(findings.confusion))
    if findings.calibration is not None:
        yield _section("Calibration", _calibration(findings))
    if findings.residuals is not None:
        yield _section("Residuals", _residuals(findings))
    if findings.importances:
        n = min(len(findings.importances), N_IMPORTANT)
        title = f"The {n} columns that matter most" if n > 1 else "The column that matters"
        yield _section(title, _importances(findings))
    yield _section("All columns", _columns(findings.facts.columns))
    yield tag("footer", f"glassnet {findings.facts.version}".strip(), class_="quiet")


def _section(title: str, *content: object) -> Markup:
    return tag("section", tag("h2", title), *content)


def _subtitle(findings: Findings) -> Markup:
    facts = findings.facts
    words = [count(len(facts.used), "columns")]
    if facts.n_rows is not None:
        words.insert(0, count(facts.n_rows, "rows"))
    return tag("p", f"A neural network trained on {' and '.join(words)}", class_="quiet")


def _main(findings: Findings) -> Markup:
    main, rows = findings.main, findings.facts.rows
    if main is None or rows is None:
        return tag("div", sentences.headline(findings), class_="main")
    value = tag("div", number(main.value), " ", tag("small", main.title), class_="value")
    words = (
        f"on {count(len(rows), 'validation rows')}; 95 % interval {number(main.low)} to "
        f"{number(main.high)}; the best single answer for all rows gets {number(main.constant)}"
    )
    return tag("div", value, tag("div", words), class_="main")


def _pairs(pairs: Iterable[tuple[str, str]]) -> Markup:
    return tag("dl", *(joined(tag("dt", name), tag("dd", text)) for name, text in pairs))


def _figure(picture: Markup, caption: str) -> Markup:
    return tag("figure", picture, tag("figcaption", caption))


def _table(
    head: Sequence[str], lines: Iterable[Sequence[object]], *, left: Iterable[int] = (0,)
) -> Markup:
    """Return a table whose first column names its lines."""
    at_left = set(left)

    def cell(i: int, content: object, *, heading: bool) -> Markup:
        where = "left" if i in at_left else None
        if heading:
            return tag("th", content, scope="col", class_=where)
        if i == 0:
            return tag("th", content, scope="row", class_=where)
        return tag("td", content, class_=where)

    titles = tag("tr", *(cell(i, title, heading=True) for i, title in enumerate(head)))
    rows = [tag("tr", *(cell(i, one, heading=False) for i, one in enumerate(line)), "\n")
            for line in lines]  # fmt: skip
    table = tag("table", tag("thead", titles), "\n", tag("tbody", *rows))
    return _scrolled(table)


def _scrolled(table: Markup) -> Markup:
    """Return a table that scrolls by itself where the page is narrow."""
    return tag("div", table, class_="scroll", tabindex="0", role="region", aria_label="table")


def _training(findings: Findings) -> Markup:
    caption = "Training loss of each epoch"
    if len(findings.validation_curve):
        caption += ", and the measure on the validation rows; a ring marks the best epoch"
    if findings.facts.n_networks > 1:
        caption += "; a line for each network"
    picture = (
        _figure(pictures.curves(findings), caption + ".") if len(findings.loss_curve) else None
    )
    return tag("div", picture, _pairs(sentences.about_training(findings)), class_="pair")


def _measures(findings: Findings) -> Markup:
    lines = [
        (one.title, number(one.value), f"{number(one.low)} to {number(one.high)}",
         number(one.constant))
        for one in findings.measures
    ]  # fmt: skip
    table = _table(("measure", "value", "95 % interval", "best constant"), lines)
    return joined(table, tag("p", sentences.of_interval(findings), class_="quiet"))


def _confusion(found: Confusion) -> Markup:
    names = [label(name, 24) for name in found.labels]
    if found.n_others:
        names.append(f"{found.n_others} others")
    shares = found.counts / np.maximum(found.counts.sum(axis=1, keepdims=True), 1)
    head = tag("tr", tag("th", "is / predicted", scope="col", class_="left"),
               *(tag("th", name, scope="col", class_="class") for name in names),
               tag("th", "right", scope="col"))  # fmt: skip
    rows = []
    for i, name in enumerate(names):
        cells = [
            _heated(int(n), float(share), right=i == j and i < len(found.labels))
            for j, (n, share) in enumerate(zip(found.counts[i], shares[i], strict=True))
        ]
        known = i < len(found.labels) and np.isfinite(found.recall[i])
        recall = percent(float(found.recall[i])) if known else ""
        rows.append(tag("tr", tag("th", name, scope="row", class_="left"), *cells,
                        tag("td", recall, class_="recall"), "\n"))  # fmt: skip
    kind = "heat many" if len(names) >= MANY_CLASSES else "heat"
    table = tag("table", tag("thead", head), "\n", tag("tbody", *rows), class_=kind)
    words = (
        "Rows: what it is. Columns: what was predicted. Colored by the part of the row; framed: "
        "right."
    )
    return joined(_scrolled(table), tag("p", words, class_="quiet"))


def _heated(n: int, share: float, *, right: bool) -> Markup:
    """Return a cell, the more colored the larger its part of the row."""
    classes = " ".join(["right"] * right + ["nothing"] * (n == 0)) or None
    style = f"background: rgba(var(--heat), {0.55 * share:.3f})" if n else None
    return tag("td", f"{n:,}", class_=classes, style=style)


def _calibration(findings: Findings) -> Markup:
    found = findings.calibration
    assert found is not None
    lines = [
        (f"{predicted:.3f}", f"{observed:.3f}", f"{low:.3f} to {high:.3f}", f"{n:,}")
        for predicted, observed, low, high, n in zip(
            found.predicted, found.observed, found.low, found.high, found.n_rows, strict=True
        )
    ]
    table = _table(("predicted", "observed", "if right, 95 of 100 times", "rows"), lines, left=())
    caption = (
        f"Probabilities of {sentences.calibrated(findings)}: on the diagonal, they are right. "
        "The bars are where points would be by chance if they were."
    )
    picture = _figure(pictures.calibration(findings), caption)
    return joined(tag("p", sentences.of_calibration(findings)),
                  tag("div", picture, table, class_="pair"))  # fmt: skip


def _residuals(findings: Findings) -> Markup:
    found, rows = findings.residuals, findings.facts.rows
    assert found is not None
    assert rows is not None
    names = [{0: "least", 0.5: "median", 1: "most"}.get(q, f"{q:.0%}") for q in found.levels]
    spread = _table(("residual", ""),
                    zip(names, map(number, found.quantiles), strict=True))  # fmt: skip
    lines = [
        (f"{number(low)} to {number(high)}", f"{n:,}", number(mean), number(rmse))
        for low, high, n, mean, rmse in zip(
            found.low, found.high, found.n_rows, found.mean, found.rmse, strict=True
        )
    ]
    parts = _table(("predictions", "rows", "mean residual", "RMSE"), lines)
    some = f" ({pictures.MOST_POINTS:,} of them)" if len(rows) > pictures.MOST_POINTS else ""
    caption = (
        f"Target minus prediction, a dot for each row{some}: of a good model there is no pattern "
        "around the line."
    )
    tables = tag("div", parts, tag("h3", "How they are spread"), spread)
    return tag("div", _figure(pictures.residuals(findings), caption), tables, class_="pair")


def _importances(findings: Findings) -> Markup:
    shown = findings.importances[:N_IMPORTANT]
    most = shown[0][1]
    lines = [
        (
            label(column.name), percent(part),
            tag("span", style=f"width: {100 * part / most:.1f}%", aria_hidden="true"),
        )
        for column, part in shown
    ]  # fmt: skip
    rows = [
        tag("tr", tag("th", name, scope="row", class_="left"), tag("td", part),
            tag("td", bar, class_="left bar"), "\n")
        for name, part, bar in lines
    ]  # fmt: skip
    table = tag("table", tag("tbody", *rows), class_="wide")
    return joined(table, tag("p", sentences.of_importances(findings), class_="quiet"))


def _columns(columns: Sequence[Column]) -> Markup:
    lines = [
        (label(one.name, 60), one.kind, clean(one.reason or one.encoder), f"{one.n_missing:,}",
         _holds(one))
        for one in columns[:MOST_COLUMNS]
    ]  # fmt: skip
    table = _table(("column", "kind", "becomes", "missing", "holds"), lines, left=(0, 1, 2, 4))
    more = len(columns) - MOST_COLUMNS
    rest = tag("p", f"And {more:,} more.") if more > 0 else None
    return tag("details", tag("summary", f"What became of {count(len(columns), 'columns')}"),
               table, rest)  # fmt: skip


def _holds(column: Column) -> str:
    """Return the levels or the range of a column."""
    if column.levels:
        return listed([label(level, 20) for level in column.levels], 5)
    if column.low is None or column.high is None:
        return ""
    low, high = (number(x) if isinstance(x, float) else clean(x) for x in (column.low, column.high))
    return f"{low} to {high}"
