"""Through the glass: the passes of one row with their numbers, and the page's gradient check."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from glassnet.core.arrays import Array
from glassnet.core.gradcheck import gradcheck
from glassnet.core.network import Network
from glassnet.explain.encoding import encoding_step
from glassnet.explain.passes import MOST, explain_pass
from glassnet.playground.messages import short
from glassnet.playground.session import Session
from glassnet.playground.setup import SetupError

CHECKED = 16
"""Training rows of the gradient check: each parameter takes two forward passes of them."""


def glass(session: Session, row: Any, parameter: Any) -> dict[str, Any]:
    """Return what happens to a row, forward and backward, and to a parameter.

    Raises
    ------
    SetupError
        If there is no such row or parameter.
    """
    data, net = session.data, session.net
    if type(row) is not int or not 0 <= row < len(data.y):
        raise SetupError(
            f"row is {short(row)}; expected a whole number from 0 to {len(data.y) - 1}."
        )
    if parameter is not None and (type(parameter) is not int or not 0 <= parameter < net.n_params):
        raise SetupError(
            f"parameter is {short(parameter)}; expected 0 to {net.n_params - 1}, or null."
        )
    rate = session.state.learning_rate if session.last is None else session.last.learning_rate
    found = explain_pass(
        net,
        session.state.theta,
        session.X[[row]],
        session.Y[[row]],
        names=session.setup.inputs,
        outputs=data.classes or (data.target,),
        optimizer=session.setup.made_optimizer,
        state=session.state,
        learning_rate=rate,
        parameter=parameter,
    ).to_dict()
    if not data.classes:  # in the target's own units
        mean, std = data.scale(net.loss_function)
        found["prediction"] = {name: x * std + mean for name, x in found["prediction"].items()}
    if data.table is not None:  # how it became numbers stands in the place of the numbers alone
        cells, X = data.frame[row : row + 1], session.X[[row]]
        found["steps"][0] = encoding_step(
            data.table, cells, X, MOST, session.setup.inputs
        ).to_dict()
    dense = np.cumsum([bool(layer.parameters) for layer in net.layers]) - 1
    for step in found["steps"]:
        step["dense"] = None if step["layer"] is None else int(dense[step["layer"]])
    return {"type": "glass", "row": row, "says": _said(session, row), **found}


def _said(session: Session, row: int) -> str:
    """Return what a row is, in words."""
    data = session.data
    part = "test" if row in data.test else "training"
    what = data.classes[int(data.y[row])] if data.classes else f"{data.y[row]:.4g}"
    return f"row {data.number(row):,}, a {part} row: {data.target} = {what}"


def gradient_check(session: Session) -> Callable[[], dict[str, Any]]:
    """Return what compares the gradient of this moment with central differences.

    It may be called in another thread: it holds all that it needs. On a few training rows, for
    each parameter takes two passes; 25,000 parameters take 20 s.
    """
    theta = session.state.theta.copy()
    X, Y = session.X_train[:CHECKED], session.Y_train[:CHECKED]
    return partial(_checked, session.net, theta, X, Y)


def _checked(net: Network, theta: Array, X: Array, Y: Array) -> dict[str, Any]:
    with np.errstate(all="ignore"):
        found = gradcheck(net, theta, X, Y)
    rows = [
        {
            "layer": one.layer, "parameter": one.name, "size": one.n_params,
            "largest": one.largest, "relative_error": one.relative_error,
        }
        for one in found.layers
    ]  # fmt: skip
    return {
        "type": "gradcheck",
        "relative_error": found.relative_error,
        "kink_distance": found.kink_distance,
        "rows": rows,
    }
