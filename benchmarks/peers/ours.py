"""glassnet, as an estimator and at level 1."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

import glassnet as gn
from benchmarks.peers.base import NotThisJobError, Peer
from benchmarks.peers.fits import Fits
from benchmarks.shapes import Job

ACTIVATIONS = {"relu": "relu", "sigmoid": "logistic"}
SOLVERS = {"adam": "adam", "gradient descent": "sgd"}


def estimator_settings(job: Job) -> dict[str, Any]:
    """Return the parameters that scikit-learn's estimators and ours share.

    No penalty: PyTorch and JAX have none either. Nothing ends a fit early.
    """
    return {
        "hidden_layer_sizes": job.layers[1:-1],
        "activation": ACTIVATIONS[job.activation],
        "solver": SOLVERS[job.optimizer],
        "alpha": 0.0,
        "batch_size": job.batch,
        "learning_rate_init": job.learning_rate,
        "momentum": 0.0,
        "shuffle": job.shuffle,
        "tol": 0.0,
        "n_iter_no_change": np.inf,
        "random_state": 0,
    }


class Estimator(Fits):
    """`MLPClassifier`."""

    def __init__(self, job: Job, threads: int | None, **settings: Any) -> None:
        super().__init__(job, threads)
        self.settings = estimator_settings(job) | settings
        warnings.simplefilter("ignore", ConvergenceWarning)

    def new(self, n_epochs: int) -> Any:
        return gn.MLPClassifier(**self.settings, max_iter=n_epochs)

    def facts(self) -> dict[str, Any]:
        return {"engine": getattr(self.estimator, "engine_", "numpy")}


class Train(Peer):
    """`train` with the compiled steps. For the article's job only: its program is level 1 too."""

    epochs: Iterator[Any]

    def __init__(self, job: Job, threads: int | None) -> None:
        if job.optimizer != "gradient descent":
            raise NotThisJobError("level 1 is measured beside the article's program only")
        super().__init__(job, threads)
        layers: list[Any] = []
        for n_in, n_out in job.shapes():
            layers += [gn.Dense(n_in, n_out), gn.Sigmoid()]
        self.net = gn.Network(layers[:-1], loss=gn.CrossEntropy())
        self.Y = gn.one_hot(self.labels, job.layers[-1]).astype(job.dtype)
        self.run_steps = import_module("glassnet.fast").run_steps

    def start(self) -> None:
        self.theta = self.net.init(np.random.default_rng(0), dtype=self.job.dtype)
        self.epochs = gn.train(
            self.net,
            self.theta,
            self.X,
            self.Y,
            optimizer=gn.GradientDescent(self.job.learning_rate),
            batch_size=self.job.batch,
            shuffle=self.job.shuffle,
            run_steps=self.run_steps,
        )

    def run(self, n_epochs: int) -> None:
        for _ in range(n_epochs):
            next(self.epochs)

    def parameters(self) -> list[tuple[Any, Any]]:
        return [(params[0], params[1]) for params in self.net.views(self.theta) if params]
