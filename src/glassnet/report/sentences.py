"""What a report says in words, the same in the text and on the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from glassnet.record import Classes, Numbers
from glassnet.report.findings import Findings
from glassnet.report.words import count, label, listed, number, percent

COSTLY = 0.05
"""The part of a log-loss above which words are made of what a temperature could save."""

FEW_ROWS = 100
"""Validation rows below which an interval is a rough one itself."""

METRIC_NAMES = {
    "error": "error", "log_loss": "log-loss", "auc": "AUC", "rmse": "RMSE", "mae": "MAE",
    "pinball": "pinball loss",
}  # fmt: skip


def headline(findings: Findings) -> str:
    """Return the one line that says how good the model is."""
    main = findings.main
    if main is None and findings.facts.was_validated:
        training = findings.facts.training
        score, name = training.best_score, METRIC_NAMES[training.metric]
        return f"{name}: {number(score)} on the validation rows, at the best epoch"
    if main is None:
        return "How good it is on new rows is not known: there are no validation rows to tell."
    n_rows = count(len(_rows(findings)), "validation rows")
    return (
        f"{main.title}: {number(main.value)} on {n_rows} (95 % interval {number(main.low)} to "
        f"{number(main.high)}; best constant {number(main.constant)})"
    )


def notes(findings: Findings) -> list[str]:
    """Return what a reader should know to read the numbers right, the gravest first."""
    return [*_of_no_rows(findings), *_of_the_measure(findings), *_of_probabilities(findings),
            *_of_training(findings)]  # fmt: skip


def _rows(findings: Findings) -> np.ndarray:
    assert findings.facts.rows is not None
    return np.asarray(findings.facts.rows.targets)


def _of_no_rows(findings: Findings) -> Iterator[str]:
    facts = findings.facts
    if findings.measures:
        return
    if facts.was_validated:
        yield (
            "The validation rows are not kept with a stored model, so there are no intervals, "
            "tables of mistakes or calibration here; the model's report before it was saved has "
            "them."
        )
        return
    yield (
        "There were no validation rows: the weights are those of the last epoch, and nothing here "
        "says how good the predictions are for new rows. Train with validation_fraction above 0, "
        "or give X_val and y_val to fit."
    )


def _of_the_measure(findings: Findings) -> Iterator[str]:
    main, facts = findings.main, findings.facts
    if main is None:
        return
    n_rows = len(_rows(findings))
    if not main.beats_constant:
        yield (
            f"As far as {count(n_rows, 'rows')} can tell, this is no better than the best single "
            f"answer for all rows ({METRIC_NAMES[main.name]} {number(main.constant)})."
        )
    if n_rows < FEW_ROWS:
        yield (
            f"{count(n_rows, 'validation rows')} {'are' if n_rows > 1 else 'is'} few: the "
            "intervals are rough, and another split would give other numbers."
        )
    if main.name == "error" and main.value == 0:
        most = 1 - 0.05 ** (1 / n_rows)
        yield (
            "No row is wrong, so drawing the rows again shows no spread; still, an error of up to "
            f"{percent(most)} would leave none wrong one time in twenty."
        )
    why = "The best epoch was chosen on these same rows: expect slightly worse on new ones."
    if facts.refit:
        why += (
            " The network was then trained again with the validation rows; the numbers are from "
            "before."
        )
    yield why
    if facts.rows is not None and facts.rows.weights is not None:
        yield "Measures and calibration count rows by their weights; tables of mistakes do not."


def _of_probabilities(findings: Findings) -> Iterator[str]:
    facts, found = findings.facts, findings.sharpening
    if found is None:
        return
    smoothing, timid = facts.label_smoothing, found.temperature < 1
    saved = (
        f"log-loss {number(found.before)}, and {number(found.after)} with the probabilities "
        f"{'sharpened' if timid else 'softened'} (temperature {number(found.temperature, 2)})"
    )
    if found.cost > COSTLY:
        if smoothing > 0 and timid:
            yield (
                f"Label smoothing of {smoothing:g} makes the probabilities too timid, which costs "
                f"{percent(found.cost)}: {saved}. The predicted classes stay the same. If you use "
                'the probabilities, train with metric="log_loss" or label_smoothing=0.'
            )
        else:
            yield (
                f"The probabilities are too {'timid' if timid else 'sure'}, which costs "
                f"{percent(found.cost)}: {saved}. The predicted classes stay the same."
            )
    elif smoothing > 0:
        yield (
            f"Label smoothing of {smoothing:g} costs the probabilities little: no temperature "
            f"makes the log-loss {number(found.before)} more than {100 * COSTLY:.0f} % better."
        )


def _of_training(findings: Findings) -> Iterator[str]:
    facts = findings.facts
    n_epochs = max(map(len, facts.training.loss_curve), default=0)
    if n_epochs < facts.max_iter:
        yield (
            f"Training ended after {n_epochs:,} of {count(facts.max_iter, 'epochs')}: by time, by "
            "hand or by numbers out of bounds."
        )
    if isinstance(facts.target, Classes) and findings.confusion is not None:
        known = np.bincount(_rows(findings), minlength=len(facts.target.labels)) > 0
        absent = [label(name, 20) for name in facts.target.labels[~known]]
        if absent:
            yield f"No validation row is of {count(len(absent), 'classes')}: {listed(absent)}."
    if facts.training.importances and not findings.importances:
        yield "No column matters: shuffling its cells makes the predictions of none worse."


# Lines of data ------------------------------------------------------------------------------------


def about_data(findings: Findings) -> list[tuple[str, str]]:
    """Return what the model was trained on, as pairs of a name and a text."""
    facts = findings.facts
    kinds = Counter(column.kind for column in facts.used)
    plural = {"category": "categories", "boolean": "yes/no", "text": "text"}
    of_kinds = ", ".join(
        f"{n:,} {plural.get(kind, kind + 's') if n > 1 or kind == 'boolean' else kind}"
        for kind, n in kinds.most_common()
    )
    n_columns = len(facts.columns)
    lines = [
        ("rows", _of_rows(findings)),
        ("target", _of_target(facts.target)),
        ("columns", f"{len(facts.used):,} of {n_columns:,} used: {of_kinds}"),
    ]
    n_missing = sum(column.n_missing > 0 for column in facts.used)
    if n_missing:
        lines.append(("missing cells", f"in {count(n_missing, 'columns')}"))
    left_out = [f"{label(one.name, 30)} ({clipped(one.reason)})" for one in facts.left_out]
    if left_out:
        lines.append(("left out", listed(left_out, 5)))
    return lines


def clipped(reason: str | None) -> str:
    """Return why a column is left out, which quotes a cell, on a short line."""
    return label(reason or "", 70)


def _of_rows(findings: Findings) -> str:
    facts = findings.facts
    trained = "" if facts.n_rows is None else f"{facts.n_rows:,} trained on"
    if facts.rows is not None:
        verb = "validated on before that" if facts.refit else "validated on"
        return ", ".join(filter(None, [trained, f"{len(facts.rows):,} {verb}"]))
    kept = "validation rows not kept" if facts.was_validated else "none validated on"
    return ", ".join(filter(None, [trained, kept]))


def _of_target(target: Classes | Numbers) -> str:
    if isinstance(target, Classes):
        labels = [label(one, 20) for one in target.labels]
        return f"{count(len(labels), 'classes')}: {listed(labels)}"
    return (
        f"numbers from {number(target.low)} to {number(target.high)}, mean {number(target.mean)}, "
        f"standard deviation {number(target.std)}"
    )


def about_training(findings: Findings) -> list[tuple[str, str]]:
    """Return how the training went, as pairs of a name and a text."""
    facts, training = findings.facts, findings.facts.training
    sizes = " x ".join(map(str, facts.hidden_layer_sizes))
    network = f"hidden layers {sizes}, {count(facts.n_parameters, 'parameters')}"
    if facts.n_networks > 1:
        network = f"{facts.n_networks:,} networks, each with {network}; their mean predicts"
    best = [f"{epoch:,}" for epoch in training.best_epoch]
    epochs = f"{count(len(findings.loss_curve), 'epochs')}"
    if facts.was_validated:
        by = METRIC_NAMES[training.metric]
        epochs += f"; best by validation {by}: {listed(best)}"
        if not findings.measures:
            scores = [number(score) for score in training.best_scores]
            epochs += f" ({by} {listed(scores)})"
    return [("network", network), ("epochs", epochs), ("engine", training.engine)]


def of_interval(findings: Findings) -> str:
    """Return how the intervals came about."""
    return (
        f"Intervals: 95 %, from {findings.n_resamples:,} resamples of the validation rows. Best "
        "constant: the best single answer for all rows."
    )


def of_calibration(findings: Findings) -> str:
    """Return the calibration in a sentence."""
    found = findings.calibration
    assert found is not None
    return (
        f"Expected calibration error {number(found.error, 3)}; probabilities that are right would "
        f"show {number(found.by_chance, 3)} by chance on so many rows."
    )


def calibrated(findings: Findings) -> str:
    """Return what the calibration's probabilities are of."""
    event = findings.predicted_event
    return "the predicted class" if event is None else f"class {label(event, 24)}"


def of_importances(findings: Findings) -> str:
    """Return what the importance of columns is."""
    validated = findings.facts.was_validated
    what = "log-loss" if isinstance(findings.facts.target, Classes) else "squared error"
    return (
        f"What is lost in {what} on {'validation' if validated else 'training'} rows when a "
        "column's cells are shuffled, as a part of the sum. Columns that say the same share it."
    )
