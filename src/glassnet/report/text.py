"""A report as text, for a terminal: no colors, at most 100 columns wide."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from glassnet.core.arrays import Array
from glassnet.report import sentences
from glassnet.report.findings import Findings
from glassnet.report.mistakes import Confusion
from glassnet.report.words import WIDTH, aligned, clean, cut, label, number, percent, width, wrapped

N_EPOCHS = 10
"""Lines of the table of epochs, about."""

N_IMPORTANT = 10
BAR = 24
LONGEST_NAME, SHORTEST_NAME = 16, 10
"""Of a class, beside the matrix: cut to this, and not further."""


def written(findings: Findings) -> str:
    """Return the whole report."""
    return "\n".join(_lines(findings))


def _lines(findings: Findings) -> Iterator[str]:
    title = findings.facts.name
    yield from (title, "=" * len(title), "")
    yield wrapped(sentences.headline(findings), "", "  ")
    for note in sentences.notes(findings):
        yield wrapped(note, "- ", "  ")
    yield from _section("Data", _pairs(sentences.about_data(findings)))
    yield from _section("Training", _pairs(sentences.about_training(findings)), _epochs(findings))
    if findings.measures:
        yield from _section("Measures on the validation rows", _measures(findings))
    if findings.confusion is not None:
        yield from _section("What was taken for what", matrix(findings.confusion))
    if findings.calibration is not None:
        what = f"Calibration: probabilities of {sentences.calibrated(findings)}"
        yield from _section(what, _calibration(findings))
    if findings.residuals is not None:
        yield from _section("Residuals: target minus prediction", _residuals(findings))
    if findings.importances:
        n = min(len(findings.importances), N_IMPORTANT)
        title = f"The {n} columns that matter most" if n > 1 else "The column that matters"
        yield from _section(title, _importances(findings))


def _section(title: str, *parts: str) -> Iterator[str]:
    yield from ("", title, "-" * len(title))
    yield "\n\n".join(part for part in parts if part)


def _pairs(pairs: list[tuple[str, str]]) -> str:
    widest = max(len(name) for name, _ in pairs)
    later = " " * (widest + 4)
    return "\n".join(wrapped(text, f"  {name:{widest}}  ", later) for name, text in pairs)


def _epochs(findings: Findings) -> str:
    """Return both curves at about ten epochs, the best one among them."""
    losses, scores = findings.loss_curve, findings.validation_curve
    if not len(losses):
        return ""
    best = set(findings.facts.training.best_epoch) if len(scores) else set()
    single = len(findings.facts.training.best_epoch) == 1
    epochs = {int(epoch) for epoch in np.linspace(1, len(losses), N_EPOCHS).round()}
    metric = sentences.METRIC_NAMES[findings.facts.training.metric]
    head = ("epoch", "training loss", *([f"validation {metric}"] if len(scores) else []), "")
    lines = [head]
    for epoch in sorted(epochs | {one for one in best if one and single}):
        score = [_at(scores, epoch)] if len(scores) else []
        mark = "<- best" if single and epoch in best else ""
        lines.append((f"{epoch:,}", _at(losses, epoch), *score, mark))
    table = aligned(lines, right=range(len(head) - 1))
    return table if single else table + "\n  The means over the networks."


def _at(curve: Array, epoch: int) -> str:
    return number(curve[epoch - 1]) if epoch <= len(curve) else ""


def _measures(findings: Findings) -> str:
    lines = [("", "value", "95 % interval", "best constant")]
    for one in findings.measures:
        interval = f"{number(one.low)} to {number(one.high)}"
        lines.append((one.title, number(one.value), interval, number(one.constant)))
    table = aligned(lines, right=(1, 2, 3))
    return f"{table}\n{wrapped(sentences.of_interval(findings))}"


def matrix(found: Confusion) -> str:
    """Return rows of what is, columns of what was predicted, as much of it as there is room for.

    Names above the columns, else numbers, with the names at the left cut to what is left for them,
    else percent of the row.
    """
    names = [label(name, LONGEST_NAME) for name in found.labels]
    names += [f"{found.n_others} others"] * bool(found.n_others)
    counts = [[f"{n:,}" if n else "." for n in line] for line in found.counts]
    recall = [percent(part) if np.isfinite(part) else "-" for part in found.recall]
    recall += [""] * bool(found.n_others)
    cells = [[*line, right] for line, right in zip(counts, recall, strict=True)]
    words = "Rows: what it is. Columns: what was predicted; a dot is none. Right: of the row."
    if (table := _matrix(names, [*names, "right"], cells)) is None:
        heads = [str(i + 1) for i in range(len(names))]
        rows = [f"{i:>2} {name}" for i, name in zip(heads, names, strict=True)]
        table = _matrix(rows, [*heads, "right"], cells)
        if table is None:
            words = "Rows: what it is. Columns: what was predicted, in percent of the row."
            total = np.maximum(found.counts.sum(axis=1, keepdims=True), 1)
            cells = [[_part(x) for x in line] for line in 100 * found.counts / total]
            table = _matrix(rows, heads, cells, gap=1)
    return f"{table}\n{wrapped(words)}"


def _matrix(names: list[str], heads: list[str], cells: list[list[str]], gap: int = 2) -> str | None:
    """Return the matrix with names as long as there is room for; None if there is next to none."""
    right = range(1, len(heads) + 1)
    rest = aligned([["", *heads], *(["", *line] for line in cells)], right, gap=gap)
    room = WIDTH - max(map(width, rest.splitlines()))
    if room < min(SHORTEST_NAME, max(map(width, names))):
        return None
    rows = [[cut(name, room), *line] for name, line in zip(names, cells, strict=True)]
    return aligned([["", *heads], *rows], right, gap=gap)


def _part(percents: float) -> str:
    """Return whole percents; nothing is a dot, a little is 0."""
    return f"{percents:.0f}" if percents else "."


def _calibration(findings: Findings) -> str:
    found = findings.calibration
    assert found is not None
    lines = [("predicted", "observed", "if right, 95 of 100 times", "", "rows")]
    for predicted, observed, low, high, n in zip(
        found.predicted, found.observed, found.low, found.high, found.n_rows, strict=True
    ):
        outside = not low <= observed <= high
        lines.append((f"{predicted:.3f}", f"{observed:.3f}", f"{low:.3f} to {high:.3f}",
                      "outside" if outside else "", f"{n:,}"))  # fmt: skip
    table = aligned(lines, right=(0, 1, 2, 4))
    return f"{table}\n{wrapped(sentences.of_calibration(findings))}"


def _residuals(findings: Findings) -> str:
    found = findings.residuals
    assert found is not None
    names = [{0: "least", 0.5: "median", 1: "most"}.get(q, f"{q:.0%}") for q in found.levels]
    spread = aligned([names, [number(x) for x in found.quantiles]], right=range(len(names)))
    lines = [("predictions from", "to", "rows", "mean residual", "RMSE")]
    for low, high, n, mean, rmse in zip(
        found.low, found.high, found.n_rows, found.mean, found.rmse, strict=True
    ):
        lines.append((number(low), number(high), f"{n:,}", number(mean), number(rmse)))
    return f"{spread}\n\n{aligned(lines, right=range(5))}"


def _importances(findings: Findings) -> str:
    shown = findings.importances[:N_IMPORTANT]
    most = shown[0][1]
    names = [label(column.name, 30) for column, _ in shown]
    left = WIDTH - max(map(width, names)) - BAR - len("  " + "  100.0 %" + "    ")
    lines = [
        (name, percent(part), "#" * max(round(BAR * part / most), 1),
         cut(f"{column.kind}: {clean(column.encoder)}", left))
        for name, (column, part) in zip(names, shown, strict=True)
    ]  # fmt: skip
    return f"{aligned(lines, right=(1,))}\n{wrapped(sentences.of_importances(findings))}"
