"""Which classes are taken for which, and by how much numbers are off."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from glassnet.report.mistakes import confusion, residuals


@pytest.mark.parametrize("n_classes", [2, 5, 20, 21])
def test_all_classes_are_shown_up_to_21(n_classes, rng):
    codes, predicted = rng.integers(n_classes, size=(2, 300))
    found = confusion(codes, predicted, np.arange(n_classes))
    expected = confusion_matrix(codes, predicted, labels=range(n_classes))
    assert found.counts.tolist() == expected.tolist()
    assert (found.n_others, len(found.labels)) == (0, n_classes)


@pytest.mark.parametrize("n_classes", [22, 30, 200])
def test_of_more_the_20_largest_are_shown(n_classes, rng):
    sizes = rng.permutation(n_classes) + 1
    codes = np.repeat(np.arange(n_classes), sizes)
    predicted = rng.integers(n_classes, size=len(codes))
    found = confusion(codes, predicted, np.array([f"c{k}" for k in range(n_classes)]))
    largest = [k for k in range(n_classes) if sizes[k] > n_classes - 20]
    assert found.labels == tuple(f"c{k}" for k in largest)
    assert found.n_others == n_classes - 20
    expected = np.zeros((21, 21), int)
    for code, guess in zip(codes, predicted, strict=True):
        i = largest.index(code) if code in largest else 20
        j = largest.index(guess) if guess in largest else 20
        expected[i, j] += 1
    assert found.counts.tolist() == expected.tolist()


def test_the_part_of_each_class_that_is_right():
    codes, predicted = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 2])
    recall = confusion(codes, predicted, np.arange(3)).recall
    assert recall[:2] == pytest.approx([2 / 3, 0])
    assert np.isnan(recall[2])


def test_residuals_by_hand(rng):
    predicted = np.array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10.0])
    y = predicted + np.array([1, -1, 1, 1, 2, 2, -3, 3, 0, 4])
    order = rng.permutation(10)
    found = residuals(y[order], predicted[order])
    assert found.low.tolist() == [1, 3, 5, 7, 9]
    assert found.high.tolist() == [2, 4, 6, 8, 10]
    assert found.center.tolist() == [1.5, 3.5, 5.5, 7.5, 9.5]
    assert found.mean.tolist() == [0, 1, 2, 0, 2]
    assert found.rmse == pytest.approx([1, 1, 2, 3, np.sqrt(8)])
    assert found.n_rows.tolist() == [2] * 5
    assert found.quantiles[[0, 3, -1]].tolist() == [-3, 1, 4]


@pytest.mark.parametrize("n_rows", [1, 2, 4, 7, 500])
def test_parts_hold_all_rows_and_equal_predictions_are_not_torn(n_rows, rng):
    predicted = rng.integers(3, size=n_rows).astype(float)
    found = residuals(rng.normal(size=n_rows), predicted)
    assert found.n_rows.sum() == n_rows
    assert len(set(found.low) | set(found.high)) <= 3
    assert (found.low[1:] > found.high[:-1]).all()
