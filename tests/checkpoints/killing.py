"""Processes that train, and are killed: at a moment, or at a point of writing."""

import os
import signal
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

import glassnet as gn
from glassnet.files import layout

SMALL = {"engine": "numpy", "random_state": 3}


def data(n=120):
    """Return a table with a category, and labels."""
    i = np.arange(n)
    frame = pd.DataFrame({"a": np.sin(i), "b": i * 7 % 11, "c": [f"c{k}" for k in i * 5 % 13]})
    return frame, i * i % 3


def mlp():
    X, y = data()
    model = gn.MLPClassifier((6,), max_iter=12, dropout=0.1, early_stopping=True, tol=0, **SMALL)
    return model, X[["a", "b"]].to_numpy(), y


def tabular():
    model = gn.TabularClassifier((6,), max_iter=9, n_ensemble=2, refit=True, **SMALL)
    return model, *data()


MODELS = {"mlp": mlp, "tabular": tabular}


def fitted(make, path=None):
    """Return the model, fitted: from a checkpoint, if there is one."""
    model, X, y = make()
    more = {} if path is None else {"checkpoint": path, "checkpoint_every": 0}
    with warnings.catch_warnings(action="ignore"):
        return model.fit(X, y, **more)


def same(one, other):
    """Return whether two fitted models are the same, to the bit."""
    names = ("theta_", "loss_curve_", "validation_scores_", "n_iter_", "feature_importances_")
    return all(
        np.array_equal(getattr(one, name, None), getattr(other, name, None)) for name in names
    )


def killed(make, path, *, after=None, at_point=None):
    """Train in a process of its own, and kill it; return whether it was still at work.

    ``after`` is a time in seconds, ``at_point`` a number of the points of `dying_at`.
    """
    with warnings.catch_warnings(action="ignore"):  # of forking beside the test runner's threads
        child = os.fork()
    if child == 0:
        try:
            if at_point is not None:
                dying_at(at_point)
            fitted(make, path)
        finally:
            os._exit(0)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def dying_at(point):
    """Have this process kill itself at a point of writing, counted from 0.

    Points are before each opening, in the middle of the numbers, before each flush to the disk, and
    before and after each change of a name.
    """
    left = [point]

    def passed():
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1

    def before(function):
        def call(*args, **kwargs):
            passed()
            return function(*args, **kwargs)

        return call

    def around(function):
        def call(*args, **kwargs):
            passed()
            result = function(*args, **kwargs)
            passed()
            return result

        return call

    def half(file, metadata, arrays):
        some = dict(list(arrays.items())[:1])
        if left[0] == 0:
            write(file, metadata, some)
            file.flush()
        passed()
        write(file, metadata, arrays)

    write = layout.write
    layout.write = half
    os.open, os.fsync = before(os.open), before(os.fsync)
    os.replace, Path.replace = around(os.replace), around(Path.replace)


def left_by(folder):
    """Return what stands in a folder beside checkpoints: names of files that are in the making."""
    return [one.name for one in folder.iterdir() if one.name.startswith(".")]
