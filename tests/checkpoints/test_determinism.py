"""The same version, engine and seed give the same bits: with 1 and 2 threads, run twice.

Under another type of processor BLAS adds up in another order: there, the same to six digits.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

TESTS = Path(__file__).parents[1]
CODE = """
import sys, warnings
sys.path[:0] = {paths!r}
warnings.simplefilter("ignore")
import numpy as np, glassnet as gn
from checkpoints.killing import data
from threadpoolctl import threadpool_info
X, y = data(3000)
rng = np.random.default_rng(0)
rows = rng.normal(size=(2000, 60))
settings = dict(random_state=1, engine={engine!r}, dtype="float64")
wide = gn.MLPRegressor((300, 200), max_iter=2, batch_size=500, **settings)
wide.fit(rows, rows[:, 0] * rows[:, 1])
table = gn.TabularClassifier((64, 64), max_iter=3, **settings).fit(X, y)
np.savez({out!r}, wide.theta_, table.theta_, wide.predict(rows[:50]), table.predict_proba(X[:50]))
"""


def results(folder, engine, **environment):
    """Return weights and predictions of two trainings in a process of their own."""
    out = folder / f"{len(list(folder.iterdir()))}.npz"
    import glassnet

    paths = [str(TESTS), str(Path(glassnet.__file__).parents[1])]
    code = CODE.format(paths=paths, engine=engine, out=str(out))
    env = {**os.environ, **environment}
    subprocess.run([sys.executable, "-c", code], env=env, check=True, timeout=300)
    with np.load(out) as file:
        return [file[name] for name in file.files]


@pytest.fixture(scope="module", params=["numpy", "numba"])
def engine(request):
    return request.param


@pytest.fixture(scope="module")
def first(engine, tmp_path_factory):
    return results(tmp_path_factory.mktemp("first"), engine, OPENBLAS_NUM_THREADS="1")


def test_two_threads_and_once_more(engine, first, tmp_path):
    """Two threads for BLAS and for Numba, in another process: every bit is the same."""
    second = results(tmp_path, engine, OPENBLAS_NUM_THREADS="2", NUMBA_NUM_THREADS="2")
    for one, other in zip(first, second, strict=True):
        assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize("core", ["Haswell", "Sandybridge"])
def test_another_type_of_processor(core, engine, first, tmp_path):
    other = results(tmp_path, engine, OPENBLAS_CORETYPE=core, OPENBLAS_NUM_THREADS="1")
    for one, again in zip(first, other, strict=True):
        off = np.abs(one - again).max() / np.abs(one).max()
        assert off < 1e-6, off
