"""The report as text: what it says and what it does not, and how wide it is."""

import dataclasses
import itertools

import numpy as np
import pytest

from glassnet.record import Classes, Numbers
from glassnet.report import Report, Rows, text
from glassnet.report.mistakes import Confusion, confusion
from glassnet.report.words import width
from report import examples
from report.examples import HOSTILE, facts, of_classes, of_numbers, training

SECTIONS = (
    "Data", "Training", "Measures on the validation rows", "What was taken for what",
    "Calibration: probabilities of", "Residuals: target minus prediction", "columns that matter",
)  # fmt: skip


def lines_of(some_facts):
    return str(Report(some_facts)).splitlines()


def sections_of(some_facts):
    lines = lines_of(some_facts)
    titles = [line for line, rule in itertools.pairwise(lines) if set(rule) == {"-"}]
    return [section for section in SECTIONS if any(section in title for title in titles)]


@pytest.mark.parametrize(
    ("make", "more", "missing"),
    [
        (of_classes, {}, {5}),
        (of_classes, {"n_classes": 30}, {5}),
        (of_numbers, {}, {3, 4}),
        (of_classes, {"training": training()}, {5, 6}),
    ],
)
def test_sections(make, more, missing, rng):
    expected = [section for i, section in enumerate(SECTIONS) if i not in missing]
    assert sections_of(make(rng, **more)) == expected


def test_sections_without_validation_rows():
    some = facts(Classes(np.array(["no", "yes"])), None, training=training(validated=False))
    assert sections_of(some) == ["Data", "Training"]
    assert "best by" not in str(Report(some))


@pytest.mark.parametrize("n_rows", [1, 2, 3, 5, 11, 60])
@pytest.mark.parametrize("make", [of_classes, of_numbers])
def test_few_rows(make, n_rows, rng):
    said = str(Report(make(rng, n_rows=n_rows)))
    assert f"{n_rows} validation row" in said
    assert "nan" not in said


@pytest.mark.parametrize("n_classes", [2, 3, 8, 15, 21, 30, 300])
@pytest.mark.parametrize("times", [1, 100_000])
def test_at_most_100_columns_wide_whatever_the_classes(n_classes, times, rng):
    codes, predicted = np.arange(n_classes**2) % n_classes, np.arange(n_classes**2) // n_classes
    for letters in (0, 12, 80):
        labels = np.array([f"{k}" + "w" * letters for k in range(n_classes)])
        found = confusion(codes, predicted, labels)
        found = dataclasses.replace(found, counts=found.counts * times)
        lines = text.matrix(found).splitlines()
        assert max(map(width, lines)) <= 100
        assert not any(line != line.rstrip() for line in lines)
    assert max(map(width, lines_of(of_classes(rng, 40, labels=labels)))) <= 100


def test_a_matrix_by_hand():
    codes, predicted = np.repeat([0, 0, 1], [3, 1, 2]), np.repeat([0, 1, 1], [3, 1, 2])
    assert text.matrix(confusion(codes, predicted, np.array(["no", "yes"]))).splitlines()[:3] == [
        "       no  yes    right",
        "  no    3    1   75.0 %",
        "  yes   .    2  100.0 %",
    ]


def test_a_matrix_in_percent_of_its_rows():
    counts = np.full((21, 21), 1_000_000)
    counts[0], counts[0, 0], counts[0, 1] = 0, 997_000, 3_000
    found = Confusion(tuple(f"a long name {k}" for k in range(20)), 5, counts)
    lines = text.matrix(found).splitlines()
    assert lines[1].split()[-21:] == ["100", "0"] + ["."] * 19
    assert lines[2].split()[-21:] == ["5"] * 21
    assert lines[21].startswith("  21 5 others")
    assert lines[-1].endswith("in percent of the row.")


@pytest.mark.parametrize("scale", [1e-12, 1, 1e8, 1e300])
def test_at_most_100_columns_wide_whatever_the_numbers(scale, rng):
    with np.errstate(over="ignore", invalid="ignore"):
        lines = lines_of(of_numbers(rng, scale=min(scale, 1e150)))
    assert max(map(width, lines)) <= 100


@pytest.mark.parametrize("n_networks", [1, 4])
def test_hostile_names_stay_on_their_line(n_networks, rng):
    n = len(HOSTILE)
    some = of_classes(
        rng, n_rows=300, labels=np.array(HOSTILE, dtype=object),
        columns=examples.columns(HOSTILE),
        training=training(n_networks=n_networks, importances=np.r_[np.arange(n, 0, -1) / n, 0]),
    )  # fmt: skip
    said = str(Report(some))
    assert all(line.isprintable() and width(line) <= 100 for line in said.splitlines())
    said.encode()


def test_two_classes_of_the_same_label_as_text(rng):
    said = str(Report(of_classes(rng, labels=np.array([1, "1"], dtype=object))))
    assert "2 classes: 1, 1" in said


def with_curve(some, **changes):
    return dataclasses.replace(some, training=dataclasses.replace(some.training, **changes))


def always_right(n_rows):
    P = np.tile([0.9, 0.1], (n_rows, 1))
    return facts(Classes(np.array(["no", "yes"])), Rows(np.zeros(n_rows, int), P))


NOTES = {
    "no validation rows": (
        lambda rng: facts(Classes(np.array([0, 1])), None, training=training(validated=False)),
        "There were no validation rows",
    ),
    "rows not kept": (
        lambda rng: dataclasses.replace(of_numbers(rng), rows=None),
        "not kept with a stored model",
    ),
    "no better": (
        lambda rng: facts(
            Numbers(0, 1, -3, 3), Rows(rng.normal(size=300), rng.normal(size=(300, 1))),
            training=training("rmse"),
        ),
        "no better than the best single answer for all rows (RMSE ",
    ),
    "few": (lambda rng: of_classes(rng, 99), "99 validation rows are few"),
    "one": (lambda rng: of_numbers(rng, 1), "1 validation row is few"),
    "none wrong": (
        lambda rng: always_right(59), "an error of up to 5.0 % would leave none wrong",
    ),
    "chosen": (of_classes, "best epoch was chosen on these same rows"),
    "refit": (lambda rng: of_classes(rng, refit=True), "trained again with the validation rows"),
    "weights": (lambda rng: of_classes(rng, weights=np.ones(200)), "by their weights"),
    "smoothing": (
        lambda rng: of_classes(rng, 2_000, sharpness=0.4, label_smoothing=0.1),
        "Label smoothing of 0.1 makes the probabilities too timid, which costs ",
    ),
    "cheap smoothing": (
        lambda rng: of_classes(rng, 2_000, sharpness=1, label_smoothing=0.1),
        "Label smoothing of 0.1 costs the probabilities little",
    ),
    "timid": (
        lambda rng: of_classes(rng, 2_000, sharpness=0.4), "The probabilities are too timid",
    ),
    "sure": (
        lambda rng: of_classes(rng, 2_000, sharpness=3, label_smoothing=0.1),
        "The probabilities are too sure",
    ),
    "ended": (lambda rng: of_classes(rng, max_iter=256), "Training ended after 12 of 256 epochs"),
    "absent": (lambda rng: always_right(30), "No validation row is of 1 class: yes."),
    "no importance": (
        lambda rng: of_classes(rng, training=training(importances=(0, 0, 0))), "No column matters",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOTES)
def test_what_is_said_when(name, rng):
    make, words = NOTES[name]
    assert words in " ".join(str(Report(make(rng))).split())


UNSAID = ("few", "no better", "refit", "weights", "smoothing", "cheap smoothing", "timid",
          "sure", "ended", "absent",
          "no importance", "none wrong", "rows not kept", "no validation rows")  # fmt: skip


@pytest.mark.parametrize("name", UNSAID)
def test_what_is_not_said(name, rng):
    words = " ".join(NOTES[name][1].replace("99 ", "").split())
    assert words not in " ".join(str(Report(of_classes(rng, 2_000, sharpness=1))).split())


def test_nothing_is_said_of_smoothing_where_there_is_none(rng):
    assert "smoothing" not in str(Report(of_classes(rng, 2_000, sharpness=1)))


@pytest.mark.parametrize("n_classes", [2, 4])
def test_right_probabilities_are_called_right(n_classes, rng):
    found = Report(of_classes(rng, 4_000, n_classes, sharpness=1)).findings.calibration
    assert found.error < 3 * found.by_chance
    assert (np.diff(found.predicted) > 0).all()


def test_the_cost_of_smoothing_in_percent(rng):
    """Half of the rows are of each class and known for sure, and the network says 0.9."""
    codes = np.arange(400) % 2
    wrong = np.arange(400) < 8  # 2 %
    P = np.where((codes ^ wrong)[:, np.newaxis] == [0, 1], 0.9, 0.1)
    some = facts(Classes(np.array([0, 1])), Rows(codes, P), label_smoothing=0.1)
    report = Report(some)
    before = -(0.98 * np.log(0.9) + 0.02 * np.log(0.1))
    after = -(0.98 * np.log(0.98) + 0.02 * np.log(0.02))
    assert report.findings.sharpening.before == pytest.approx(before)
    assert report.findings.sharpening.after == pytest.approx(after, rel=0.05)
    assert "which costs" in str(report)
    assert report.findings.sharpening.cost == pytest.approx(before / after - 1, rel=0.15)


@pytest.mark.parametrize("metric", ["error", "log_loss", "auc"])
def test_the_measure_that_chose_stands_first(metric, rng):
    report = Report(of_classes(rng, training=training(metric)))
    assert report.findings.main.name == metric
    assert str(report).splitlines()[3].startswith(report.findings.main.title)


def test_the_best_epoch_is_marked(rng):
    lines = lines_of(of_classes(rng, training=training(n_epochs=100)))
    (marked,) = [line.split() for line in lines if "<- best" in line]
    assert marked[0] == "98"
    epochs = [line for line in lines if line.strip()[:3].strip().isdigit() and "0." in line]
    assert len(epochs) >= 10


def test_a_curve_of_several_networks_is_their_mean(rng):
    some = with_curve(
        of_classes(rng), loss_curve=((1.0, 3.0), (2.0,)), best_epoch=(1, 1),
        validation_scores=((1.0, np.nan), (2.0,)),
    )  # fmt: skip
    report = Report(some)
    assert report.findings.loss_curve.tolist() == [1.5, 3.0]
    assert report.findings.validation_curve[0] == 1.5
    assert np.isnan(report.findings.validation_curve[1])
    assert "2 networks" in str(report)


def test_columns(rng):
    names = [f"column {i}" for i in range(15)]
    parts = np.r_[np.arange(15), 0.0]
    some = of_classes(
        rng, columns=examples.columns(names), training=training(importances=parts / parts.sum())
    )
    said = str(Report(some))
    assert "The 10 columns that matter most" in said
    important = [line for line in said.splitlines() if " #" in line]
    assert [line.split()[1] for line in important] == [str(i) for i in range(14, 4, -1)]
    assert f"{100 * 14 / 105:.1f} %" in important[0]
    assert "15 of 16 used: 14 categories, 1 number" in said
    assert "constant (every cell is 'same')" in said


def test_the_same_facts_the_same_report(rng):
    some = of_classes(rng)
    assert str(Report(some)) == str(Report(some)) == repr(Report(some))
