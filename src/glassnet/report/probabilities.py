"""Whether probabilities mean what they say: calibration, and what label smoothing costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from glassnet.core.arrays import Array
from glassnet.report.bootstrap import MOST_DRAWS
from glassnet.report.measures import EPSILON, log_losses

MOST_BINS = 10
FEWEST_ROWS_OF_A_BIN = 10
N_SIMULATIONS = 400
FEWEST_ROWS_TO_SHARPEN = 10
N_FOLDS = 5
MOST_TEMPERATURE = 16.0


@dataclass(frozen=True, eq=False)
class Calibration:
    """Predicted probabilities beside what happened, in bins of as many rows each.

    Attributes
    ----------
    predicted, observed : array of shape (n_bins,)
        The mean probability of a bin's rows, and the part of them in which it came true.
    low, high : array of shape (n_bins,)
        Where ``observed`` would be in 95 of 100 cases, if the probabilities were right.
    n_rows : array of int of shape (n_bins,)
    error : float
        The expected calibration error: the mean over rows of their bin's |predicted - observed|.
    by_chance : float
        What it would be if the probabilities were right: few rows never fit exactly.
    """

    predicted: Array
    observed: Array
    low: Array
    high: Array
    n_rows: Array
    error: float
    by_chance: float


def calibration(came_true: Array, P: Array, w: Array, rng: np.random.Generator) -> Calibration:
    """Compare probabilities with what happened.

    Expected calibration error: Naeini, Cooper and Hauskrecht, 2015, with bins of as many rows each
    in place of bins of the same width (Nguyen and O'Connor, 2015). The band: Broecker and Smith,
    2007, "Increasing the reliability of reliability diagrams".

    Parameters
    ----------
    came_true : array of bool of shape (n_rows,)
    P : array of shape (n_rows,)
        Probabilities of it.
    w : array of shape (n_rows,)
    rng : Generator
        Draws what would happen if the probabilities were right.
    """
    order = np.argsort(P, kind="stable")
    came_true, P, w = came_true[order].astype(np.float64), P[order], w[order]
    first = _first_rows(P)
    weight = np.add.reduceat(w, first)

    def mean_of_bins(values: Array) -> Array:
        mean: Array = np.add.reduceat(values * w, first, axis=-1) / weight
        return mean

    predicted, observed = mean_of_bins(P), mean_of_bins(came_true)
    share = weight / weight.sum()
    n_simulations = int(np.clip(MOST_DRAWS // 4 // len(P), 100, N_SIMULATIONS))
    simulated = np.stack(
        [mean_of_bins((rng.random(len(P)) < P).astype(np.float64)) for _ in range(n_simulations)]
    )
    low, high = np.quantile(simulated, [0.025, 0.975], axis=0)
    return Calibration(
        predicted, observed, low, high, np.diff(np.r_[first, len(P)]),
        error=float(np.abs(predicted - observed) @ share),
        by_chance=float((np.abs(predicted - simulated) @ share).mean()),
    )  # fmt: skip


def _first_rows(P: Array) -> Array:
    """Return where bins begin in sorted probabilities; equal ones are not torn apart."""
    n_bins = int(np.clip(len(P) // FEWEST_ROWS_OF_A_BIN, 1, MOST_BINS))
    edges = P[np.arange(n_bins) * len(P) // n_bins]
    return np.unique(np.searchsorted(P, edges, side="left"))


@dataclass(frozen=True)
class Sharpening:
    """What the log-loss would be at the best temperature.

    Attributes
    ----------
    before, after : float
        The log-loss; ``after`` with the temperature of other rows, five folds.
    temperature : float
        The best one of all rows. Below 1: the probabilities were too timid; above: too sure.
    """

    before: float
    after: float
    temperature: float

    @property
    def cost(self) -> float:
        """What part of ``after`` could have been saved; 0 if nothing."""
        return max(self.before / max(self.after, EPSILON) - 1, 0.0)


def sharpening(codes: Array, P: Array, w: Array, rng: np.random.Generator) -> Sharpening | None:
    r"""Return what a temperature would do for the log-loss; None if rows are too few to tell.

    .. math:: p_k \to \frac{p_k^{1/T}}{\sum_j p_j^{1/T}}

    Guo, Pleiss, Sun and Weinberger, 2017, "On calibration of modern neural networks". One number,
    which changes no predicted class. It is chosen on four fifths of the rows and judged on the
    last fifth, in turns, so that it is not praised for luck.

    Parameters
    ----------
    codes : array of int of shape (n_rows,)
    P : array of shape (n_rows, n_classes)
    w : array of shape (n_rows,)
    rng : Generator
        Draws the folds.
    """
    if len(P) < FEWEST_ROWS_TO_SHARPEN:
        return None
    Z = np.log(P.clip(EPSILON, 1))
    fold = rng.permutation(len(P)) % N_FOLDS
    after = np.empty(len(P))
    for k in range(N_FOLDS):
        there, here = fold != k, fold == k
        temperature = best_temperature(codes[there], Z[there], w[there])
        after[here] = log_losses(codes[here], tempered(Z[here], temperature))
    return Sharpening(
        before=float(np.average(log_losses(codes, P), weights=w)),
        after=float(np.average(after, weights=w)),
        temperature=best_temperature(codes, Z, w),
    )


def tempered(Z: Array, temperature: float) -> Array:
    """Return probabilities at another temperature, from their logarithms."""
    Z = Z / temperature
    P: Array = np.exp(Z - Z.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    return P


def best_temperature(codes: Array, Z: Array, w: Array) -> float:
    """Return the temperature of the lowest log-loss, between 1/16 and 16."""

    def loss(log_temperature: float) -> float:
        P = tempered(Z, float(np.exp(log_temperature)))
        return float(np.average(log_losses(codes, P), weights=w))

    end = np.log(MOST_TEMPERATURE)
    found = minimize_scalar(loss, bounds=(-end, end), method="bounded", options={"xatol": 1e-3})
    return float(np.exp(found.x))
