"""Calibration and temperatures, on probabilities of which it is known how wrong they are."""

import numpy as np
import pytest

from glassnet.report import probabilities
from glassnet.report.probabilities import Sharpening, best_temperature, calibration, sharpening


def right_probabilities(rng, n_rows, n_classes):
    """Probabilities, and classes drawn with them."""
    P = rng.dirichlet(np.ones(n_classes), n_rows)
    codes = (P.cumsum(axis=1) < rng.random((n_rows, 1))).sum(axis=1).clip(max=n_classes - 1)
    return codes, P


def at_temperature(P, temperature):
    P = P ** (1 / temperature)
    return P / P.sum(axis=1, keepdims=True)


def test_calibration_by_hand(rng):
    """Two bins of ten rows: 0.2 came true twice, 0.7 five times."""
    P = np.repeat([0.7, 0.2], 10)
    came_true = np.r_[np.arange(10) < 5, np.arange(10) < 2]
    found = calibration(came_true, P, np.ones(20), rng)
    assert found.predicted == pytest.approx([0.2, 0.7])
    assert found.observed.tolist() == [0.2, 0.5]
    assert found.n_rows.tolist() == [10, 10]
    assert found.error == pytest.approx((0.0 + 0.2) / 2)


def test_weights_are_rows(rng, new_rng):
    P, came_true = rng.random(40), rng.random(40) < 0.5
    weighted = calibration(came_true, P, np.full(40, 3.0), new_rng())
    plain = calibration(came_true, P, np.ones(40), new_rng())
    assert weighted.error == pytest.approx(plain.error)
    w = np.r_[np.zeros(20) + 1e-300, np.ones(20)]
    order = np.argsort(P)
    upper = calibration(came_true[order], P[order], w, rng)
    assert upper.error == pytest.approx(
        sum(
            10 / 20 * abs(P[order][part].mean() - came_true[order][part].mean())
            for part in (slice(20, 30), slice(30, 40))
        )
    )


def test_rows_of_equal_probability_share_a_bin(rng):
    P = np.repeat([0.1, 0.5], [90, 10])
    found = calibration(rng.random(100) < P, P, np.ones(100), rng)
    assert found.n_rows.tolist() == [90, 10]


@pytest.mark.parametrize("n_rows", [1, 2, 9, 19, 20, 1_000])
def test_bins_have_ten_rows_and_are_ten_at_most(n_rows, rng):
    found = calibration(np.ones(n_rows, bool), rng.random(n_rows), np.ones(n_rows), rng)
    assert found.n_rows.sum() == n_rows
    assert len(found.n_rows) == max(1, min(10, n_rows // 10))


def test_right_probabilities_err_by_chance_only(rng):
    P = rng.random(2_000)
    runs = [calibration(rng.random(2_000) < P, P, np.ones(2_000), rng) for _ in range(40)]
    ratio = np.mean([run.error for run in runs]) / np.mean([run.by_chance for run in runs])
    assert ratio == pytest.approx(1, abs=0.2)
    inside = np.mean([(run.low <= run.observed) & (run.observed <= run.high) for run in runs])
    assert 0.88 < inside < 0.99


def test_wrong_probabilities_leave_the_band(rng):
    P = rng.random(2_000)
    found = calibration(rng.random(2_000) < P**3, P, np.ones(2_000), rng)
    assert found.error > 3 * found.by_chance
    assert (found.observed < found.low).sum() >= 5


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
@pytest.mark.parametrize("n_classes", [2, 5])
def test_the_temperature_is_found_again(n_classes, temperature, rng):
    codes, P = right_probabilities(rng, 20_000, n_classes)
    tilted = at_temperature(P, temperature)
    found = best_temperature(codes, np.log(tilted.clip(1e-300)), np.ones(20_000))
    assert found == pytest.approx(1 / temperature, rel=0.08)


def test_what_timid_probabilities_cost(rng):
    codes, P = right_probabilities(rng, 4_000, 3)
    timid = at_temperature(P, 2.5)
    found = sharpening(codes, timid, np.ones(4_000), rng)
    naive = -np.mean([np.log(row[code]) for row, code in zip(timid, codes, strict=True)])
    right = -np.mean([np.log(row[code]) for row, code in zip(P, codes, strict=True)])
    assert found.before == pytest.approx(naive)
    assert found.after == pytest.approx(right, rel=0.01)
    assert found.cost == pytest.approx(naive / right - 1, abs=0.02)
    assert found.temperature < 0.5


@pytest.mark.parametrize(
    ("before", "after", "cost"), [(0.6, 0.5, 0.2), (0.5, 0.5, 0), (0.5, 0.6, 0)]
)
def test_the_cost_is_a_part_of_what_is_left(before, after, cost):
    assert Sharpening(before, after, 0.5).cost == pytest.approx(cost)


def test_right_probabilities_cost_nothing(rng):
    codes, P = right_probabilities(rng, 4_000, 3)
    assert sharpening(codes, P, np.ones(4_000), rng).cost < 0.01


def test_luck_is_not_praised(rng):
    """Of noise, the temperature that fits best is not the one that predicts best."""
    costs = []
    for _ in range(30):
        codes, P = right_probabilities(rng, 15, 2)
        costs.append(sharpening(codes, P, np.ones(15), rng))
    assert np.mean([one.after >= one.before for one in costs]) > 0.25


def test_of_few_rows_nothing_is_said(rng):
    n_rows = probabilities.FEWEST_ROWS_TO_SHARPEN
    codes, P = right_probabilities(rng, n_rows, 2)
    assert sharpening(codes[1:], P[1:], np.ones(n_rows - 1), rng) is None
    assert sharpening(codes, P, np.ones(n_rows), rng) is not None


@pytest.mark.parametrize("p", [0.0, 1e-30, 0.05, 0.5])
def test_always_right_is_finite(p, rng):
    P = np.tile([1 - p, p], (30, 1))
    found = sharpening(np.zeros(30, int), P, np.ones(30), rng)
    assert np.isfinite([found.before, found.after, found.cost, found.temperature]).all()


def test_weights_choose_the_temperature(rng):
    codes, P = np.r_[np.zeros(20, int), np.ones(20, int)], np.tile([0.7, 0.3], (40, 1))
    w = np.r_[np.full(20, 9.0), np.ones(20)]
    found = best_temperature(codes, np.log(P), w)  # best: 0.9 for the first class
    assert (0.7 / 0.3) ** (1 / found) == pytest.approx(9, rel=0.01)
