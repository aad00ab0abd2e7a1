"""What it costs to load a model and to predict one row, beside NumPy in the same run."""

import statistics
import subprocess
import sys
import timeit

import numpy as np
import pytest

import glassnet as gn

IDLE = ("glassnet.core.optimizers", "glassnet.core.schedules", "glassnet.core.training")
"""Of no use to a prediction."""

TIMED = """
import sys, time
began = time.perf_counter()
import numpy as np
there = time.perf_counter()
import glassnet as gn
gn.load(sys.argv[1]).predict(np.zeros((1, 20)))
print(there - began, time.perf_counter() - there)
"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    rng = np.random.default_rng(0)
    model = gn.MLPClassifier((64, 32), random_state=0)
    model.partial_fit(rng.normal(size=(60, 20)), np.arange(60) % 3, classes=[0, 1, 2])
    path = tmp_path_factory.mktemp("quick") / "m.glassnet"
    model.save(path)
    return path


def python(code, *arguments):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *map(str, arguments)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.split()


def test_loading_takes_at_most_one_and_a_half_times_the_import_of_numpy(saved):
    """150 ms where NumPy takes 100; 70 to 90 were measured, 190 before what is idle was left."""
    runs = [list(map(float, python(TIMED, saved))) for _ in range(7)]
    of_numpy, of_glassnet = (statistics.median(each) for each in zip(*runs, strict=True))
    assert of_glassnet < 1.5 * of_numpy


def test_loading_leaves_out_what_a_prediction_does_not_use(saved):
    code = "import sys, glassnet as gn; gn.load(sys.argv[1]); print(*sys.modules)"
    loaded = set(python(code, saved))
    assert not loaded & {*IDLE, "numpy.random", "glassnet.tabular.table", "sklearn"}
    assert "glassnet.core.network" in loaded


def test_a_row_takes_less_than_four_times_as_long_as_its_bare_formulas(saved):
    """20-64-32-3 is to take under 30 us: 21 were measured where the bare formulas take 7."""
    model = gn.load(saved)
    (W1, b1), (W2, b2), (W3, b3) = (
        one for one in model.record.about.network.views(model.record.theta[0]) if one
    )
    X = np.zeros((1, 20))

    def bare():
        A1 = np.maximum(X @ W1 + b1, 0)
        A2 = np.maximum(A1 @ W2 + b2, 0)
        return A2 @ W3 + b3

    ratios = []
    for _ in range(15):
        ours, theirs = (timeit.timeit(f, number=200) for f in (lambda: model.predict(X), bare))
        ratios.append(ours / theirs)
    assert statistics.median(ratios) < 4
