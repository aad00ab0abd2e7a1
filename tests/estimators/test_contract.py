"""scikit-learn's contract: its estimator checks, with no expected failures."""

import pytest
from sklearn.base import clone
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

import glassnet as gn

FORMS = [
    Estimator(**settings)
    for Estimator in (gn.MLPClassifier, gn.MLPRegressor)
    for settings in ({}, {"solver": "lbfgs"}, {"solver": "sgd"})
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(FORMS)
def test_scikit_learns_checks(estimator, check):
    check(estimator)


# Checks that scikit-learn runs in its own test_common.py only. A name that an old release does
# not have is skipped by name.
OWN_CHECKS = [
    "check_dataframe_column_names_consistency",
    "check_param_validation",
    "check_all_zero_sample_weights_error",
    "check_inplace_ensure_writeable",
    "check_readonly_memmap_input",
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", OWN_CHECKS)
@pytest.mark.parametrize("form", FORMS, ids=repr)
def test_checks_of_scikit_learns_own_suite(form, name):
    check = getattr(estimator_checks, name, None)
    if check is None:
        pytest.skip(f"this scikit-learn has no {name}")
    check(type(form).__name__, clone(form))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("form", FORMS, ids=repr)
def test_column_names_with_early_stopping(form):
    # scikit-learn marks its own perceptrons as failing here
    estimator = clone(form).set_params(early_stopping=True, n_iter_no_change=1)
    check = estimator_checks.check_dataframe_column_names_consistency
    check(type(form).__name__, estimator)
