"""The pictures of a report, as pieces of SVG that take their colors from the page.

They are drawn by matplotlib with placeholder colors, which become variables of the page's style
sheet, so that the same picture is dark on light and light on dark. Text stays text.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from glassnet.plots.house import SETTINGS
from glassnet.report import sentences
from glassnet.report.findings import SEED, Findings
from glassnet.report.markup import Markup
from glassnet.report.words import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, FAINT, FIRST, SECOND = "#010101", "#020202", "#030303", "#040404"
COLORS = {INK: "var(--ink)", FAINT: "var(--faint)", FIRST: "var(--first)", SECOND: "var(--second)"}
"""Placeholders, each beside the page's variable."""

SIZE = (4.6, 3.1)
MOST_POINTS = 1_000
STEEP = 30.0
"""A training loss that falls by more than this factor is drawn on a logarithmic axis."""


@contextmanager
def _settings() -> Iterator[None]:
    """Draw in the house style and in placeholders, whatever the user's own settings are."""
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)  # browsers have it
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)
        mpl.rcParams.update(
            {
                "axes.edgecolor": FAINT, "axes.labelcolor": INK, "axes.titlecolor": INK,
                "axes.facecolor": "none", "figure.facecolor": "none", "legend.labelcolor": INK,
                "savefig.facecolor": "none", "svg.fonttype": "none", "text.color": INK,
                "text.parse_math": False, "xtick.color": FAINT, "xtick.labelcolor": INK,
                "ytick.color": FAINT, "ytick.labelcolor": INK, "axes.unicode_minus": True,
                "axes.formatter.use_mathtext": False, "svg.hashsalt": "glassnet",
            }
        )  # fmt: skip
        yield


def _picture(draw: Callable[[Figure], None], alt: str) -> Markup:
    """Return a drawing as SVG, with what it shows in words."""
    with _settings():
        figure = Figure(figsize=SIZE)
        draw(figure)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return _for_page(stream.getvalue(), alt)


def _for_page(svg: str, alt: str) -> Markup:
    """Return matplotlib's SVG file as a part of a page."""
    root = ET.fromstring(svg)
    prefix = f"p{sha256(svg.encode(errors='replace')).hexdigest()[:8]}-"
    for parent in list(root.iter()):
        for child in list(parent):
            if _local(child.tag) in ("metadata", "style"):
                parent.remove(child)
    for element in root.iter():
        element.tag = _local(element.tag)
        attributes = {_local(key): value for key, value in element.attrib.items()}
        element.attrib.clear()
        for key, value in attributes.items():
            element.set(key, _attribute(key, value, prefix))
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.set("role", "img")
    root.set("aria-label", alt)
    return Markup(ET.tostring(root, encoding="unicode"))


def _local(name: str) -> str:
    """Return a name without its namespace."""
    return name.rpartition("}")[2]


def _attribute(key: str, value: str, prefix: str) -> str:
    """Return an attribute with names of its own, and the page's colors and letters."""
    if key == "id":
        return prefix + value
    if key == "href":
        return value.replace("#", f"#{prefix}", 1)
    if key == "style":
        value = re.sub(r"font: ([\d.]+px)[^;]*", r"font-size: \1", value)
        for color, variable in COLORS.items():
            value = value.replace(color, variable)
    return value.replace("url(#", f"url(#{prefix}")


# The pictures -------------------------------------------------------------------------------------


def curves(findings: Findings) -> Markup:
    """Draw the training loss, and the metric on the validation rows below it."""
    training = findings.facts.training
    has_scores = len(findings.validation_curve) > 0
    metric = sentences.METRIC_NAMES[training.metric]

    def draw(figure: Figure) -> None:
        axes = figure.subplots(1 + has_scores, 1, sharex=True, squeeze=False)[:, 0]
        best = training.best_epoch if has_scores else ()
        _lines(axes[0], training.loss_curve, FIRST, ())
        axes[0].set_ylabel("training loss")
        losses = findings.loss_curve[np.isfinite(findings.loss_curve)]
        if losses.size and losses.min() > 0 and losses.max() > STEEP * losses.min():
            axes[0].set_yscale("log")
        if has_scores:
            _lines(axes[1], training.validation_scores, SECOND, best)
            axes[1].set_ylabel(f"validation {metric}")
        axes[-1].set_xlabel("epoch")
        axes[-1].xaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10]))
        figure.align_ylabels()
        for axis in axes:
            for epoch in best:
                axis.axvline(epoch, color=FAINT, linewidth=0.8, linestyle=":", zorder=1)

    alt = f"Training loss over {len(findings.loss_curve)} epochs"
    if len(findings.loss_curve):
        first, last = findings.loss_curve[[0, -1]]
        alt += f", from {number(float(first))} to {number(float(last))}"
    if has_scores:
        known = findings.validation_curve[np.isfinite(findings.validation_curve)]
        span = f" between {number(known.min())} and {number(known.max())}" if known.size else ""
        alt += f"; below it the validation {metric},{span} with the best epoch marked"
    return _picture(draw, alt + ".")


def _lines(
    ax: Axes, curves: tuple[tuple[float, ...], ...], color: str, best: tuple[int, ...]
) -> None:
    """Draw a curve for each network, and a ring at the best epoch of each."""
    wide = len(curves) == 1
    for curve in curves:
        epochs = np.arange(1, len(curve) + 1)
        ax.plot(epochs, curve, color=color, linewidth=1.6 if wide else 0.9,
                alpha=1 if wide else 0.7, marker="." if len(curve) == 1 else None)  # fmt: skip
    for epoch, curve in zip(best, curves, strict=False):
        if epoch:
            ax.plot([epoch], [curve[epoch - 1]], "o", markersize=7, markerfacecolor="none",
                    markeredgecolor=INK, markeredgewidth=1.3, zorder=5)  # fmt: skip


def calibration(findings: Findings) -> Markup:
    """Draw the part that came true over the predicted probability."""
    found = findings.calibration
    assert found is not None
    what = sentences.calibrated(findings)

    def draw(figure: Figure) -> None:
        ax = figure.subplots()
        everything = np.r_[found.predicted, found.observed, found.low, found.high]
        low, high = float(everything.min()), float(everything.max())
        if findings.predicted_event is not None:
            low, high = 0.0, 1.0
        low, high = max(low - 0.03, 0), min(high + 0.03, 1)
        ax.plot(
            [low, high], [low, high], color=FAINT, linewidth=1, linestyle="--", label="if right"
        )
        ax.vlines(found.predicted, found.low, found.high, color=FAINT, linewidth=5, alpha=0.55,
                  label="by chance")  # fmt: skip
        ax.plot(found.predicted, found.observed, "o-", color=FIRST, markersize=5, label="observed")
        room = 0.03 * (high - low)
        ax.set_xlim(low - room, high + room)
        ax.set_ylim(low - room, high + room)
        ax.set_xlabel(f"predicted probability of {what}")
        ax.set_ylabel("part that came true")
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, borderaxespad=0,
                  columnspacing=1.2, handlelength=1.6)  # fmt: skip

    pairs = ", ".join(
        f"{p:.2f} came true in {q:.2f}"
        for p, q in zip(found.predicted, found.observed, strict=True)
    )
    return _picture(draw, f"Calibration of the probabilities of {what}: {pairs}.")


def residuals(findings: Findings) -> Markup:
    """Draw target minus prediction over the prediction."""
    rows, found = findings.facts.rows, findings.residuals
    assert rows is not None
    assert found is not None
    predicted = np.asarray(rows.predictions, dtype=np.float64).reshape(len(rows), -1)[:, 0]
    left = np.asarray(rows.targets, dtype=np.float64) - predicted
    if len(left) > MOST_POINTS:
        some = np.random.default_rng(SEED).choice(len(left), MOST_POINTS, replace=False)
        predicted, left = predicted[some], left[some]

    def draw(figure: Figure) -> None:
        ax = figure.subplots()
        alpha = float(np.clip(8 / np.sqrt(len(left)), 0.4, 0.9))
        ax.plot(predicted, left, "o", color=FIRST, markersize=3.5, markeredgewidth=0, alpha=alpha)
        ax.axhline(0, color=FAINT, linewidth=1, linestyle="--")
        ax.plot(found.center, found.mean, "D-", color=SECOND, markersize=5,
                label="mean of a fifth of the rows")  # fmt: skip
        ax.set_xlabel("prediction")
        ax.set_ylabel("target minus prediction")
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0)

    pairs = ", ".join(
        f"{number(m)} at {number(c)}" for c, m in zip(found.center, found.mean, strict=True)
    )
    alt = f"Residuals over predictions: one dot a row; mean residuals {pairs}."
    return _picture(draw, alt)
