"""What a frame tells in numbers: losses, scores, confusions, and each layer's activations."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.core.activations import Activation
from glassnet.core.arrays import Array
from glassnet.core.network import Network
from glassnet.playground.session import Session

N_BINS = 24
MOST_ROWS = 256
"""Training rows by which gradients and activations are looked at."""

DEAD = 1e-6
"""A node whose activation differs by less over all rows says nothing of them."""


def measures(session: Session) -> dict[str, Any]:
    """Return losses, scores and confusions of training and test rows, and the layers."""
    with np.errstate(all="ignore"):
        layers = _layers(session)
    return {**numbers(session), "layers": layers}


def numbers(session: Session) -> dict[str, Any]:
    """Return losses, scores and confusions of training and test rows, and the last step's rate."""
    data, last = session.data, session.last
    with np.errstate(all="ignore"):  # the last finite weights may lie far out
        train, test = (_of_rows(session, rows) for rows in (data.train, data.test))
    return {
        "loss": [train[0], test[0]],
        "score": [train[1], test[1]],
        "confusion": {"train": train[2], "test": test[2]} if data.classes else None,
        "learning_rate": session.state.learning_rate if last is None else last.learning_rate,
        "gradient_norm": 0.0 if last is None else last.gradient_norm,
    }


def _of_rows(session: Session, rows: NDArray[np.intp]) -> tuple[Any, Any, Any]:
    """Return the loss, the score and the confusion matrix of some rows; None without rows."""
    if not len(rows):
        return None, None, None
    net, theta, Y = session.net, session.state.theta, session.Y[rows]
    Z = net.scores(theta, session.X[rows])
    L, _ = net.loss_function.batch(Z, Y, None)
    y = session.data.y[rows]
    n_classes = len(session.data.classes)
    if n_classes:
        found = Z.argmax(axis=1)
        table = np.bincount(y * n_classes + found, minlength=n_classes**2)
        return float(L), float((found == y).mean()), table.reshape(n_classes, -1).tolist()
    spread = float(((Y - Y.mean(axis=0)) ** 2).sum())
    rest = float(((net.loss_function.inverse_link(Z) - Y) ** 2).sum())
    return float(L), 1 - rest / spread if spread else None, None


def _layers(session: Session) -> list[dict[str, Any]]:
    """Return what is known of each hidden layer, and of the scores."""
    net, theta = session.net, session.state.theta
    X, Y = session.X_train[:MOST_ROWS], session.Y_train[:MOST_ROWS]
    _, g = net.loss_and_grad(theta, X, Y)
    norms = [
        float(np.sqrt(sum(float(np.vdot(dV, dV)) for dV in d_params)))
        for d_params in net.views(g) if d_params
    ]  # fmt: skip
    outputs = net.activations(theta, X)
    return [
        _layer(outputs[i], norm) for i, norm in zip(shown_layers(net), norms, strict=True)
    ]  # fmt: skip


def shown_layers(net: Network) -> list[int]:
    """Return where the outputs of dense layers stand among all layers': after their activation."""
    places: list[int] = []
    for i, layer in enumerate(net.layers):
        if layer.parameters:
            places.append(i)
        elif isinstance(layer, Activation):
            places[-1] = i
    return places


FAR = 1e100
"""Activations are shown as if they ended there: a histogram has no place for infinity."""


def _layer(A: Array, norm: float) -> dict[str, Any]:
    A = np.nan_to_num(A).clip(-FAR, FAR)
    low, high = float(A.min()), float(A.max())
    if not high - low > 1e-9 * max(abs(low), abs(high)):  # too narrow for bins
        margin = max(0.5, 1e-3 * abs(low))
        low, high = low - margin, high + margin
    bounds = (low, high)
    counts, _ = np.histogram(A, N_BINS, bounds)
    dead = np.flatnonzero(np.ptp(A, axis=0) < DEAD)
    return {
        "gradient_norm": norm,
        "low": bounds[0],
        "high": bounds[1],
        "counts": counts.tolist(),
        "dead": len(dead) / A.shape[1],
        "dead_nodes": dead.tolist(),
    }
