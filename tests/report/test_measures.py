"""Measures and their intervals, beside scikit-learn on rows that are really there twice."""

import numpy as np
import pytest
from sklearn import metrics

from glassnet.report import bootstrap, measures
from tolerances import DRAWS


def auc_of(codes, P, w=None):
    if P.shape[1] == 2:
        return metrics.roc_auc_score(codes, P[:, 1], sample_weight=w)
    each = [metrics.roc_auc_score(codes == k, P[:, k], sample_weight=w) for k in np.unique(codes)]
    return np.mean(each)


OF_CLASSES = {
    "error": lambda codes, P, w=None: (
        1 - metrics.accuracy_score(codes, P.argmax(axis=1), sample_weight=w)
    ),
    "log_loss": lambda codes, P, w=None: metrics.log_loss(
        codes, P, sample_weight=w, labels=range(P.shape[1])
    ),
    "auc": auc_of,
}
OF_NUMBERS = {
    "rmse": lambda y, p, w=None: metrics.mean_squared_error(y, p, sample_weight=w) ** 0.5,
    "mae": lambda y, p, w=None: metrics.mean_absolute_error(y, p, sample_weight=w),
    "r2": lambda y, p, w=None: metrics.r2_score(y, p, sample_weight=w),
    "pinball": lambda y, p, w=None: metrics.mean_pinball_loss(y, p, sample_weight=w, alpha=0.8),
}


def classes(rng, n_classes, n_rows=60):
    """Codes and probabilities, many of them equal, so that there are ties."""
    P = rng.integers(1, 6, size=(n_rows, n_classes)).astype(float)
    P /= P.sum(axis=1, keepdims=True)
    return rng.integers(n_classes, size=n_rows), P


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("n_classes", [2, 3, 7])
def test_measures_of_classes_are_scikit_learns(n_classes, weighted, rng):
    codes, P = classes(rng, n_classes)
    w = rng.uniform(0.1, 3, 60) if weighted else None
    questions = measures.of_classes(codes, P, np.ones(60) if w is None else w)
    W = np.ones((60, 1)) if w is None else w[:, np.newaxis]
    assert [question.name for question in questions] == list(OF_CLASSES)
    for question in questions:
        expected = OF_CLASSES[question.name](codes, P, w)
        assert question.statistic(W) == pytest.approx([expected], rel=1e-12), question.name


@pytest.mark.parametrize("weighted", [False, True])
def test_measures_of_numbers_are_scikit_learns(weighted, rng):
    y, predicted = rng.normal(size=(2, 60)) + 1e6
    w = rng.uniform(0.1, 3, 60) if weighted else None
    W = np.ones((60, 1)) if w is None else w[:, np.newaxis]
    for question in measures.of_numbers(y, predicted, W[:, 0], quantile=0.8):
        expected = OF_NUMBERS[question.name](y, predicted, w)
        assert question.statistic(W) == pytest.approx([expected], rel=1e-6), question.name


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_row_drawn_twice_counts_as_if_it_were_there_twice(n_classes, rng):
    codes, P = classes(rng, n_classes)
    y, predicted = rng.normal(size=(2, 60))
    (counts,) = bootstrap.draws(60, 8, rng)
    asked = [
        *[(q, codes, P, OF_CLASSES) for q in measures.of_classes(codes, P, np.ones(60))],
        *[(q, y, predicted, OF_NUMBERS)
          for q in measures.of_numbers(y, predicted, np.ones(60), 0.8)],
    ]  # fmt: skip
    for question, target, answer, naive in asked:
        values = question.statistic(counts)
        for value, often in zip(values, counts.T, strict=True):
            rows = np.repeat(np.arange(60), often.astype(int))
            expected = naive[question.name](target[rows], answer[rows])
            assert value == pytest.approx(expected, rel=1e-10), question.name


@pytest.mark.parametrize("n_rows", [1, 7, 3_000_000])
def test_draws(n_rows, rng):
    chunks = list(bootstrap.draws(n_rows, 2, rng))
    drawn = np.concatenate(chunks, axis=1)
    assert drawn.shape == (n_rows, 2)
    assert drawn.sum(axis=0).tolist() == [n_rows, n_rows]


def test_every_row_is_drawn_as_often(rng):
    n_rows, n_resamples = 9, 40_000
    drawn = np.concatenate(list(bootstrap.draws(n_rows, n_resamples, rng)), axis=1)
    variance = n_rows * (1 / n_rows) * (1 - 1 / n_rows)  # binomial
    off = np.abs(drawn.mean(axis=1) - 1) / np.sqrt(variance / n_resamples)
    assert off.max() < DRAWS
    assert drawn.var(axis=1) == pytest.approx(np.full(n_rows, variance), rel=0.1)


def test_the_interval_of_a_mean_is_that_of_theory(rng):
    values = rng.normal(size=2_000)
    low, high = bootstrap.intervals([bootstrap.weighted_mean(values)], np.ones(2_000), 1_000, rng)[
        0
    ]
    half = 1.96 * values.std() / np.sqrt(2_000)
    assert low == pytest.approx(values.mean() - half, abs=half / 4)
    assert high == pytest.approx(values.mean() + half, abs=half / 4)


def test_the_interval_is_of_the_percentiles(rng, new_rng):
    values = rng.normal(size=30)
    w = rng.integers(1, 5, 30)
    drawn = np.concatenate(list(bootstrap.draws(30, 200, new_rng())), axis=1)
    means = [np.repeat(values, often.astype(int) * w).mean() for often in drawn.T]
    got = bootstrap.intervals([bootstrap.weighted_mean(values)], w, 200, new_rng(), 0.8)
    assert got[0] == pytest.approx(np.percentile(means, [10, 90]), rel=1e-12)


def test_what_has_no_value():
    one_class = bootstrap.auc(np.ones(4, bool), np.arange(4.0))
    assert np.isnan(one_class(np.ones((4, 1)))).all()
    constant = bootstrap.r2(np.full(4, 1e9 + 0.1), np.arange(4.0))
    assert np.isnan(constant(np.ones((4, 1)))).all()
    assert np.isnan(
        bootstrap.intervals([one_class], np.ones(4), 50, np.random.default_rng(0))
    ).all()


def test_of_equal_targets_r2_has_no_value_even_with_rounding(rng):
    drawn = np.array([[0, 3, 1, 2]]).T
    for _ in range(100):
        y = rng.normal(size=4) * [1, 0, 0, 0] + rng.normal()
        assert np.isnan(bootstrap.r2(y, rng.normal(size=4))(drawn)).all()


def test_resamples_without_one_of_the_classes_are_left_out(rng):
    positive = np.array([True, False, False])
    area = bootstrap.auc(positive, np.array([0.9, 0.1, 0.95]))
    low, high = bootstrap.intervals([area], np.ones(3), 500, rng)[0]
    assert (low, high) == (0, 1)


@pytest.mark.parametrize(
    ("n_rows", "n_outputs", "expected"),
    [(1, 1, 1_000), (50_000, 2, 1_000), (200_000, 1, 500), (100_000, 100, 100), (0, 2, 1_000)],
)
def test_fewer_resamples_of_very_many_rows(n_rows, n_outputs, expected):
    assert bootstrap.n_resamples(n_rows, n_outputs) == expected


def test_the_best_constant_of_numbers_is_found_by_trying(rng):
    y, w = np.exp(2 * rng.normal(size=25)), rng.integers(1, 4, 25).astype(float)
    grid = np.r_[np.linspace(-1, 1, 401) / 50 + np.average(y, weights=w), y]
    for question in measures.of_numbers(y, y, w, quantile=0.8):
        if question.larger_is_better:
            tried = max(OF_NUMBERS[question.name](y, np.full(25, c), w) for c in grid)
        else:
            tried = min(OF_NUMBERS[question.name](y, np.full(25, c), w) for c in grid)
        assert question.constant == pytest.approx(tried, abs=1e-6), question.name


def test_the_best_constant_of_classes():
    """Of four rows three are of one class: log-loss -(3 log(3/4) + log(1/4)) / 4, by hand."""
    codes, P = np.array([0, 0, 2, 0]), np.full((4, 3), 1 / 3)
    error, loss, area = measures.of_classes(codes, P, np.ones(4))
    assert error.constant == 0.25
    assert loss.constant == pytest.approx(0.5623351446188083)
    assert area.constant == 0.5
    weighted, *_ = measures.of_classes(codes, P, np.array([1, 1, 6, 1.0]))
    assert weighted.constant == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("low", "high", "larger_is_better", "beats"),
    [
        (0.1, 0.2, False, True), (0.4, 0.6, False, False), (0.1, 0.5, False, False),
        (0.6, 0.9, True, True), (0.4, 0.9, True, False), (np.nan, np.nan, True, True),
    ],
)  # fmt: skip
def test_better_than_the_best_constant(low, high, larger_is_better, beats):
    one = measures.Measure("error", "error", 0.3, low, high, 0.5, larger_is_better)
    assert one.beats_constant is beats
