"""Estimators that are timed by whole fits."""

from __future__ import annotations

import time
from typing import Any

from benchmarks.peers.base import Peer


class Fits(Peer):
    """An estimator with scikit-learn's interface, timed as the difference of two fits.

    One is of one epoch, the other of many: what a fit does once is in both, and falls out.
    """

    def new(self, n_epochs: int) -> Any:
        """Return an estimator that has not been fitted."""
        raise NotImplementedError

    def start(self) -> None:
        """Do nothing: each fit begins anew."""

    def run(self, n_epochs: int) -> None:
        self.estimator = self.new(n_epochs)
        self.estimator.fit(self.X, self.labels)
        assert self.estimator.n_iter_ == n_epochs

    def epoch_seconds(self, n_epochs: int) -> float:
        began = time.perf_counter()
        self.run(1)
        between = time.perf_counter()
        self.run(1 + n_epochs)
        ended = time.perf_counter()
        return ((ended - between) - (between - began)) / n_epochs

    def parameters(self) -> list[tuple[Any, Any]]:
        return list(zip(self.estimator.coefs_, self.estimator.intercepts_, strict=True))
