"""scikit-learn's own tests of its perceptrons, run on ours.

The installed file is read, its import line is exchanged, and the tests become this module's.
"""

import importlib.util
from pathlib import Path

import pytest

READS_PRIVATE_ATTRIBUTES = {
    "test_fit": "builds an estimator by hand from private attributes",
    "test_gradient": "calls _loss_grad_lbfgs",
    "test_learning_rate_warmstart": "reads _optimizer",
    "test_adaptive_learning_rate": "reads _optimizer",
}
THEIRS = "from sklearn.neural_network import MLPClassifier, MLPRegressor"
OURS = "from glassnet import MLPClassifier, MLPRegressor"


@pytest.fixture
def global_random_seed():
    """Stand in for scikit-learn's fixture."""
    return 42


def _source():
    package = importlib.util.find_spec("sklearn.neural_network.tests")
    path = Path(package.submodule_search_locations[0]) / "test_mlp.py"
    text = path.read_text(encoding="utf-8")
    assert text.count(THEIRS) == 1
    return path, text.replace(THEIRS, OURS)


_path, _text = _source()
_names = {"__name__": __name__, "__file__": str(_path)}
exec(compile(_text, str(_path), "exec"), _names)  # the installed file
_tests = {name: test for name, test in _names.items() if name.startswith("test_")}
_missing = set(READS_PRIVATE_ATTRIBUTES) - set(_tests)

# scikit-learn's own configuration does not turn warnings into errors
pytestmark = pytest.mark.filterwarnings("default", "ignore::sklearn.exceptions.ConvergenceWarning")
globals().update(
    {name: test for name, test in _tests.items() if name not in READS_PRIVATE_ATTRIBUTES}
)


def test_the_exceptions_exist():
    assert not _missing
    assert len(_tests) > 30
