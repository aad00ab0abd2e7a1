"""Labels to columns and back: scikit-learn's LabelBinarizer is the judge."""

import numpy as np
import pytest
from sklearn.preprocessing import LabelBinarizer

import glassnet as gn
from estimators.examples import assert_same_bits, flowers, quiet
from glassnet.estimators.targets import Targets

LABELS = {
    "one class": [3, 3, 3],
    "two classes": [1, 0, 0, 1],
    "not 0 and 1": [5, -2, 5],
    "truth": [True, False, True],
    "words": ["no", "yes", "no"],
    "three": [2, 0, 1, 1],
    "with gaps": [100, -5, 7, 7],
    "int8": np.array([3, 1, 2], np.int8),
    "uint8": np.array([200, 1, 2, 1], np.uint8),
    "floats": [4.0, 1.0, 2.0],
    "float32": np.array([4, 1, 1], np.float32),
    "objects": np.array(["b", "a", "c"], dtype=object),
    "long words": ["a", "b" * 30, "b"],
    "many": np.arange(20).repeat(2)[::-1],
}
every_label = pytest.mark.parametrize("name", LABELS)


@every_label
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_column_for_two_classes_else_one_a_class(name, dtype):
    y = np.asarray(LABELS[name])
    judge = LabelBinarizer().fit(y)
    targets = Targets(y)
    assert_same_bits(targets.classes, judge.classes_)
    assert_same_bits(targets.encode(y, dtype), judge.transform(y).astype(dtype))
    part = y[:1].repeat(3)  # not every class is there
    assert_same_bits(targets.encode(part, dtype), judge.transform(part).astype(dtype))


@every_label
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_most_probable_class_and_the_first_of_equals(name, dtype, rng):
    y = np.asarray(LABELS[name])
    judge, targets = LabelBinarizer().fit(y), Targets(y)
    n_columns = judge.transform(y).shape[1]
    P = np.vstack([rng.random((50, n_columns)), np.full((2, n_columns), 0.5),
                   np.eye(n_columns), np.full((1, n_columns), np.nan)]).astype(dtype)  # fmt: skip
    if n_columns == 1:
        P = np.vstack([P, np.nextafter(dtype([[0.5]]), dtype([[0], [1]]))])
    expected = judge.inverse_transform(P.ravel() if n_columns == 1 else P)
    known = targets.as_probabilities(P)
    for one in (known, np.asfortranarray(known)):
        assert_same_bits(targets.target.decoded(one), expected)


@pytest.mark.parametrize("given", [int, float, np.uint8, str])
def test_labels_of_another_dtype_than_the_classes(given):
    X, y = flowers()
    expected = gn.MLPClassifier((4,), random_state=0).partial_fit(X, y, classes=[0, 1, 2])
    classes = np.array(["0", "1", "2"]) if given is str else [0, 1, 2]
    found = gn.MLPClassifier((4,), random_state=0).partial_fit(X, y.astype(given), classes=classes)
    assert_same_bits(found.theta_, expected.theta_)


@pytest.mark.parametrize(("y", "words"), [
    ([[0, 1], [1, 0], [1, 1]], "The object was not fitted with multilabel input"),
    ([0, 3, 1], "`y` has classes not in `self.classes_`"),
])  # fmt: skip
def test_other_labels_are_refused_after_the_first_fit(y, words):
    X, known = flowers()
    estimator = quiet(gn.MLPClassifier((4,), max_iter=1).fit, X, known)
    with pytest.raises(ValueError, match=words):
        estimator.partial_fit(X[:3], np.array(y))
