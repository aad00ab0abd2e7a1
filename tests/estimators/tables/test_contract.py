"""scikit-learn's contract, in full: no expected failures."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from glassnet import TabularClassifier, TabularRegressor

# All rows in each step, none set aside, no dropout, float64: then a weight of 2 is the row twice,
# to the digits that one of the checks asks for. Enough epochs for those that ask for a score, on a
# network that is small enough for all of them.
SETTINGS = {
    "hidden_layer_sizes": (16,), "max_iter": 60, "random_state": 0, "batch_size": 1000,
    "validation_fraction": 0.0, "dropout": 0.0, "dtype": "float64",
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::glassnet.DataWarning")
@parametrize_with_checks([TabularClassifier(**SETTINGS), TabularRegressor(**SETTINGS)])
def test_scikit_learns_checks(estimator, check):
    check(estimator)
