"""scikit-learn's perceptron, with one BLAS thread or two."""

from __future__ import annotations

import warnings
from typing import Any

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from benchmarks.peers.fits import Fits
from benchmarks.peers.ours import estimator_settings
from benchmarks.shapes import Job


class ScikitLearn(Fits):
    """`MLPClassifier`."""

    def __init__(self, job: Job, threads: int | None) -> None:
        super().__init__(job, threads)
        self.limits = threadpool_limits(limits=threads)
        warnings.simplefilter("ignore", ConvergenceWarning)

    def new(self, n_epochs: int) -> Any:
        return MLPClassifier(**estimator_settings(self.job), max_iter=n_epochs)
