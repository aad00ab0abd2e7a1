"""The curves of a fit, and the decision to stop: scikit-learn's rules, on its scale."""

from __future__ import annotations

import inspect
import logging
import time
import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from glassnet.core.arrays import Array
from glassnet.estimators.data import Rows

SCIKIT_LEARNS_SENTENCE = (
    "Solver produced non-finite parameter weights. The input data may contain large values and "
    "need to be preprocessed."
)
"""What scikit-learn says of a divergence; ours goes on from there."""

logger = logging.getLogger("glassnet")


def takes_weights(scorer: Any) -> bool:
    """Return whether a scorer, or the metric inside it, takes sample weights."""
    metric = getattr(scorer, "_score_func", scorer)
    return "sample_weight" in inspect.signature(metric).parameters


class Monitor:
    """Keeps ``loss_curve_`` and its relatives on an estimator, epoch by epoch.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        Its public attributes are written; ``theta_`` is read.
    validation : Rows or None
        The rows to score after each epoch.
    watch_validation : bool
        Whether improvement means the validation score's (early stopping) or the training loss's.
    """

    def __init__(self, estimator: Any, validation: Rows | None, *, watch_validation: bool) -> None:
        self.estimator = estimator
        self.validation = validation
        self.watch_validation = watch_validation
        self.keep_best = estimator.restore_best or watch_validation
        self.began = time.monotonic()
        if validation is not None and estimator.validation_scores_ is None:
            estimator.validation_scores_ = []
            estimator.validation_loss_curve_ = []
            estimator.best_validation_score_ = -np.inf
        if watch_validation:
            estimator.best_loss_ = None
        elif estimator.best_loss_ is None:
            estimator.best_loss_ = np.inf

    @staticmethod
    def reset(estimator: Any) -> None:
        """Begin the curves anew, for a first fit."""
        estimator.n_iter_ = 0
        estimator.t_ = 0
        estimator.loss_curve_ = []
        estimator.validation_scores_ = None
        estimator.validation_loss_curve_ = None
        estimator.best_validation_score_ = None
        estimator.best_loss_ = np.inf
        estimator._best_theta = None
        estimator._no_improvement_count = 0

    def record(self, loss: float, n_rows: int) -> None:
        """Write down an epoch: its loss, its scores, and whether it was an improvement."""
        est = self.estimator
        est.n_iter_ += 1
        est.t_ += n_rows
        est.loss_ = loss
        est.loss_curve_.append(loss)
        self.say(f"Iteration {est.n_iter_}, loss = {loss:.8f}")
        if self.validation is not None:
            self._validate(self.validation)
        self._count_improvement()

    def record_divergence(self) -> None:
        """Write down an epoch that did not end: NaN in every curve."""
        est = self.estimator
        est.n_iter_ += 1
        est.loss_curve_.append(float("nan"))
        if self.validation is not None:
            est.validation_scores_.append(float("nan"))
            est.validation_loss_curve_.append(float("nan"))

    def _validate(self, rows: Rows) -> None:
        est = self.estimator
        with np.errstate(all="ignore"):
            scores = est._network.scores(est.theta_, rows.X)
            loss, _ = est._network.loss_function.batch(scores, rows.Y, rows.w)
        if not np.isfinite(scores).all():
            score = float("nan")
        elif est.scoring is None:
            score = est._default_score(scores, rows)
        else:
            weighted = rows.sample_weight is not None and takes_weights(est._scorer)
            weights = {"sample_weight": rows.sample_weight} if weighted else {}
            score = est._scorer(est, rows.X_given, rows.y_given, **weights)
        est.validation_scores_.append(float(score))
        est.validation_loss_curve_.append(est._reported(loss, 0.0))
        self.say(f"Validation score: {score:f}")

    def _count_improvement(self) -> None:
        """Count epochs without improvement by ``tol``, and keep the best weights."""
        est = self.estimator
        is_best = False
        improved = True
        if self.validation is not None:
            score, best = est.validation_scores_[-1], est.best_validation_score_
            improved = not score < best + est.tol
            if score > best:
                est.best_validation_score_ = score
                is_best = True
        if not self.watch_validation:
            improved = not est.loss_ > est.best_loss_ - est.tol
            if est.loss_ < est.best_loss_:
                est.best_loss_ = est.loss_
                is_best = is_best or self.validation is None
        est._no_improvement_count = 0 if improved else est._no_improvement_count + 1
        if is_best and self.keep_best:
            est._best_theta = est.theta_.copy()

    def stalled(self) -> str | None:
        """Return the message to stop with, if there was no improvement for too long."""
        est = self.estimator
        if not est._no_improvement_count > est.n_iter_no_change:
            return None
        what = (
            "Validation score did not improve"
            if self.watch_validation
            else "Training loss did not improve"
        )
        return f"{what} more than tol={est.tol:f} for {est.n_iter_no_change} consecutive epochs."

    def out_of_time(self) -> bool:
        """Return whether ``max_time`` is over, with a warning if it is."""
        limit = self.estimator.max_time
        if limit is None or time.monotonic() - self.began < limit:
            return False
        warnings.warn(
            f"max_time={limit:g} seconds are over and the optimization hasn't converged yet.",
            ConvergenceWarning,
            stacklevel=2,
        )
        return True

    def best_theta(self) -> Array | None:
        """Return the weights to end with, None for the last ones."""
        return self.estimator._best_theta if self.keep_best else None

    def say(self, message: str) -> None:
        """Log a line, and print it if the estimator is verbose, as scikit-learn does."""
        logger.debug("%s", message)
        if self.estimator.verbose:
            print(message)  # noqa: T201 - scikit-learn's verbose prints
