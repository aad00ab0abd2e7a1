"""Threads: BLAS at one while a network trains, put back afterwards; shards to the same bits."""

import os
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_info, threadpool_limits

import glassnet as gn
from glassnet.fast import threads
from glassnet.fast.threads import Workers, one_blas_thread


def n_threads():
    """Return the threads of each BLAS library in this process: NumPy's and SciPy's."""
    return [one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"]


@pytest.fixture(autouse=True)
def two_threads_allowed():
    """Let BLAS have two threads, whatever the machine and the environment say."""
    with threadpool_limits(limits=2, user_api="blas"):
        assert set(n_threads()) == {2}
        yield
        assert set(n_threads()) == {2}


def test_blas_is_limited_inside_and_put_back():
    with one_blas_thread() as allowed:
        assert allowed == 2
        assert set(n_threads()) == {1}
        with one_blas_thread() as again:
            assert again == 2
        assert set(n_threads()) == {1}
    assert set(n_threads()) == {2}


def test_blas_is_put_back_after_an_error():
    with pytest.raises(ZeroDivisionError), one_blas_thread():
        raise ZeroDivisionError


def test_two_that_train_share_the_threads_and_the_last_puts_back():
    first_in, second_done = threading.Event(), threading.Event()
    seen = []

    def first():
        with one_blas_thread() as allowed:
            seen.append(allowed)
            first_in.set()
            second_done.wait(10)

    thread = threading.Thread(target=first)
    thread.start()
    assert first_in.wait(10)
    with one_blas_thread() as allowed:
        seen.append(allowed)
    assert set(n_threads()) == {1}  # the first still trains
    second_done.set()
    thread.join(10)
    assert seen == [2, 1]
    assert set(n_threads()) == {2}


class Watching(gn.ReLU):
    """A layer that writes down the threads of BLAS when it is passed."""

    def value(self, Z):
        SEEN.append(set(n_threads()))
        return super().value(Z)


SEEN = []


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_a_fit_has_one_thread_and_between_epochs_the_caller_has_his(solver):
    X, y = np.random.default_rng(0).normal(size=(30, 3)), np.arange(30) % 2
    SEEN.clear()
    clf = gn.MLPClassifier((4,), activation=Watching(), solver=solver, max_iter=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        clf.fit(X, y)
        assert SEEN
        assert all(seen == {1} for seen in SEEN)
        assert set(n_threads()) == {2}
        if solver == "adam":
            for _ in clf.iter_fit(X, y):
                assert set(n_threads()) == {2}
            assert all(seen == {1} for seen in SEEN)


GRID_SEARCH = """
import warnings, numpy as np, glassnet as gn
from glassnet.fast.threads import one_blas_thread
from sklearn.model_selection import GridSearchCV
class Allowed(gn.MLPClassifier):
    def fit(self, X, y):
        with warnings.catch_warnings(), one_blas_thread() as self.allowed_:
            warnings.simplefilter("ignore")
            return super().fit(X, y)
    def score(self, X, y):
        return self.allowed_
X, y = np.random.default_rng(0).normal(size=(40, 3)), np.arange(40) % 2
search = GridSearchCV(Allowed((3,), max_iter=2), {"alpha": [0.1, 1.0]}, n_jobs=2, cv=2, refit=False)
print(search.fit(X, y).cv_results_["mean_test_score"])
"""


def test_a_grid_search_of_two_processes_has_no_more_threads_than_cores():
    environment = os.environ | {"LOKY_MAX_CPU_COUNT": "2"}
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        environment.pop(name, None)
    done = subprocess.run([sys.executable, "-c", GRID_SEARCH], env=environment, text=True,
                          capture_output=True, check=False)  # fmt: skip
    assert done.stdout == "[1. 1.]\n", done.stderr


def test_workers_give_results_in_order_and_pass_errors_on():
    for n in (1, 2, 3):
        workers = Workers()
        workers.n_threads = n
        assert workers.run([lambda i=i: i * i for i in range(20)]) == [i * i for i in range(20)]
        assert workers.run([]) == []
        with pytest.raises(ZeroDivisionError):
            workers.run([lambda: 1, lambda: 1 / 0, lambda: 2])


def test_blas_libraries_are_looked_for_once():
    assert threads._blas() is threads._blas()
