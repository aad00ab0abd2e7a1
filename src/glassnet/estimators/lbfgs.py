"""Training by L-BFGS: all rows at once, with SciPy."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import scipy.optimize
from sklearn.utils.optimize import _check_optimize_result

from glassnet.core.arrays import Array
from glassnet.errors import DivergenceError
from glassnet.estimators.callbacks import FitCallbacks
from glassnet.estimators.data import Rows
from glassnet.estimators.monitor import SCIKIT_LEARNS_SENTENCE, Monitor


class _Objective:
    """The loss and its gradient at a point, as SciPy asks for them: in float64."""

    def __init__(self, estimator: Any, data: Rows) -> None:
        self.net = estimator._network
        self.net.check(estimator.theta_, data.X, data.Y, data.w)
        self.dtype = estimator.theta_.dtype
        self.data = data
        self.loss = self.penalty = np.nan
        self.last_finite: Array = estimator.theta_

    def __call__(self, x: Array) -> tuple[float, Array]:
        theta = x.astype(self.dtype)
        g = np.empty_like(theta)
        views = self.net.views
        data = self.data
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            self.loss, self.penalty = self.net.backpropagate(
                theta, views(theta), g, views(g), data.X, data.Y, data.w, None
            )
        if np.isfinite(self.loss) and np.isfinite(theta).all():
            self.last_finite = theta
        return self.loss + self.penalty, g.astype(np.float64)


def fit_lbfgs(estimator: Any, data: Rows, monitor: Monitor, callbacks: FitCallbacks) -> None:
    """Train ``estimator.theta_`` until the gradient is below ``tol``.

    The loss handed to SciPy is the sum over outputs, whose gradient it gets: a consistent pair.
    """
    objective = _Objective(estimator, data)
    stopped = False
    estimator.n_iter_ = 0

    def after_iteration(intermediate_result: Any) -> None:
        nonlocal stopped
        estimator.theta_ = intermediate_result.x.astype(objective.dtype)
        # L-BFGS-B evaluates last the point that it accepts.
        loss = estimator._reported(objective.loss + objective.penalty, objective.penalty)
        monitor.record(loss, 0)
        stopped = callbacks.end(estimator._fitted_now) or monitor.out_of_time()
        if stopped:
            raise StopIteration
        callbacks.begin()

    callbacks.begin()
    try:
        result = scipy.optimize.minimize(
            objective,
            estimator.theta_.astype(np.float64),
            method="L-BFGS-B",
            jac=True,
            callback=after_iteration,
            options={
                "maxfun": estimator.max_fun,
                "maxiter": estimator.max_iter,
                "gtol": estimator.tol,
            },
        )
    except KeyboardInterrupt:
        warnings.warn("Training interrupted by user.", stacklevel=2)
        return
    theta = result.x.astype(objective.dtype)
    loss, gradient = objective(result.x)
    if not (np.isfinite(theta).all() and np.isfinite(loss) and np.isfinite(gradient).all()):
        estimator.theta_ = objective.last_finite
        raise DivergenceError(
            f"{SCIKIT_LEARNS_SENTENCE} L-BFGS diverged in iteration {result.nit}: the loss or a "
            "parameter is not finite. Scale the columns of X (and a regression target) to about "
            "[-1, 1].",
            epoch=int(result.nit),
            batch=1,
            layer="no layer",
            theta=objective.last_finite.copy(),
        )
    estimator.n_iter_ = min(result.nit, estimator.max_iter)
    if not stopped:
        estimator.n_iter_ = _check_optimize_result("lbfgs", result, estimator.max_iter)
    estimator.loss_ = estimator._reported(loss, objective.penalty)
    best = monitor.best_theta()
    estimator.theta_ = theta if best is None else best
