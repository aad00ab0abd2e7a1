"""Where compiled code is stored, and where it is not; each case in a process of its own."""

import os
import subprocess
import sys

import pytest

IMPORT = """
import warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    from glassnet.fast import loop
for one in caught: print("warned:", one.category.__name__, one.message)
print("stored in", loop.run.stats.cache_path)
"""
TRAIN = """
import warnings, numpy as np, glassnet as gn
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    from glassnet.fast import run_steps
    net = gn.Network([gn.Dense(2, 3), gn.ReLU(), gn.Dense(3, 1)], gn.SquaredError())
    theta, X = np.ones(net.n_params), np.ones((4, 2))
    for epoch in gn.train(net, theta, X, X[:, :1], n_epochs=1, run_steps=run_steps): pass
for one in caught: print("warned:", one.category.__name__, one.message)
from glassnet.fast import loop
hits = sum(loop.run.stats.cache_hits.values())
misses = sum(loop.run.stats.cache_misses.values())
print("loss", round(epoch.loss, 3), "hits", hits, "misses", misses)
"""


def run(code, **environment):
    """Return what a fresh process prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nothing_is_imported_before_it_is_needed():
    code = (
        "import glassnet, glassnet.fast, sys; glassnet.MLPClassifier; print('numba' in sys.modules)"
    )
    assert run(code) == "False\n"


def test_a_folder_of_ones_own_is_used_and_found_again(tmp_path):
    assert run(TRAIN, NUMBA_CACHE_DIR=str(tmp_path)).endswith("hits 0 misses 1\n")
    assert list(tmp_path.rglob("*.nbi"))
    assert run(TRAIN, NUMBA_CACHE_DIR=str(tmp_path)).endswith("hits 1 misses 0\n")


@pytest.mark.skipif(os.name != "posix", reason="modes mean nothing there")
@pytest.mark.parametrize("mode", [0o777, 0o1777])
def test_a_folder_that_others_may_write_to_is_not(tmp_path, mode):
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(mode)
    printed = run(IMPORT, NUMBA_CACHE_DIR=str(folder))
    assert printed.count("warned:") == 1
    assert "RuntimeWarning Compiled code is not stored: other users may write to" in printed
    assert "Set NUMBA_CACHE_DIR to a folder that only you can write to" in printed
    assert printed.endswith("stored in None\n")


def test_without_any_folder_it_trains_all_the_same():
    nowhere = "import numba.core.caching as c; c.CacheImpl._locator_classes = []; "
    printed = run(nowhere + TRAIN.strip(), NUMBA_CACHE_DIR="")
    assert printed.count("warned:") == 1
    assert "neither the package's folder nor your cache folder can be written" in printed
    assert "loss" in printed
