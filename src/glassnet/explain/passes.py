"""`explain_pass`: one row through a network and back, and the update of one parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from glassnet.core.arrays import Array, check_count, check_rows
from glassnet.core.network import Network
from glassnet.core.optimizers import Optimizer
from glassnet.core.training import TrainingState
from glassnet.errors import ParameterError, ShapeError
from glassnet.explain.explanation import Explanation
from glassnet.explain.run import run_passes
from glassnet.explain.stepping import Taken
from glassnet.explain.walk import explanation_of, input_step

MOST = 8


def explain_pass(
    net: Network,
    theta: Array,
    X: Any,
    Y: Any = None,
    w: Any = None,
    *,
    names: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    optimizer: Optimizer | None = None,
    state: TrainingState | None = None,
    learning_rate: float | None = None,
    parameter: int | None = None,
    most: int = MOST,
) -> Explanation:
    r"""Explain what a network computes for one row, with the real numbers in the formulas.

    The way there, layer by layer; with a target the loss, the way back with every gradient, and
    what one step of an optimizer on this row alone makes of one parameter. Nothing is drawn at
    random: dropout passes everything, as in prediction.

    Parameters
    ----------
    net : Network
    theta : array of shape (n_params,)
        Not changed.
    X : array of shape (1, n_features)
        The row, as the network takes it.
    Y : array of shape (1, n_outputs), optional
        Its encoded target. Without it there is the way there alone.
    w : array of shape (1,), optional
        Its weight, above 0: only a penalty is divided by it.
    names : sequence of str, optional
        Of the inputs.
    outputs : sequence of str, optional
        Of the scores: the classes, or the target.
    optimizer : Optimizer, default=GradientDescent(0.01)
        What the step is taken with.
    state : TrainingState, optional
        Its slots, step and learning rate are gone on from (on copies). Without it the optimizer
        remembers nothing, and this is its first step.
    learning_rate : float, optional
        Instead of the state's or the optimizer's.
    parameter : int, optional
        The place in theta of the parameter whose update is worked out; of the largest gradient
        without it.
    most : int, default=8
        Nodes of a layer that get a line, and terms of a sum that are shown.

    Returns
    -------
    Explanation

    Raises
    ------
    ShapeError, DTypeError, DataError, LabelError
        If the arrays do not fit, or are not of one row.
    ParameterError
        If there is no such parameter, or the state is of another optimizer.

    Examples
    --------
    >>> import numpy as np
    >>> import glassnet as gn
    >>> net = gn.Network([gn.Dense(2, 1)], loss=gn.SquaredError())
    >>> theta = np.array([2.0, -1.0, 0.5])
    >>> told = explain_pass(net, theta, np.array([[1.0, 3.0]]), np.array([[0.0]]))
    >>> print(told.steps[1].words.lines[0])
    z_{1} = 1\cdot 2 + 3\cdot (-1) + 0.5 = -0.5
    >>> told.loss, told.parameter.gradient
    (0.125, -1.5)
    """
    theta, X, Y, w = _checked(net, theta, X, Y, w, parameter)
    check_count("most", most)
    names = () if names is None else _names("names", names, X.shape[1], "")
    passes = run_passes(net, theta, X, Y, w)
    outputs = _names("outputs", outputs, passes.outputs[-1].shape[1], "output ")
    return explanation_of(
        passes, w, [input_step(X, names, most)], None, outputs, most,
        Taken.of(theta, optimizer, state, learning_rate), parameter,
    )  # fmt: skip


def check_no_parameter(parameter: int | None, target: str) -> None:
    """Raise if an update is asked for where there is no target to learn from."""
    if parameter is not None:
        raise ParameterError(
            f"parameter is {parameter!r}, and there is no {target}: an update needs the target. "
            f"Give {target}, or leave parameter out."
        )


def _checked(
    net: Any, theta: Any, X: Any, Y: Any, w: Any, parameter: int | None
) -> tuple[Array, Array, Any, Any]:
    """Return the arrays of one row, or raise."""
    if not isinstance(net, Network):
        raise ParameterError(f"net is {net!r}; expected a Network.")
    theta = net.check_theta(theta)
    if theta.ndim != 1:
        raise ShapeError(
            f"theta has shape {theta.shape}; expected one network's vector, such as theta[0]."
        )
    X = X.toarray() if hasattr(X, "toarray") else X
    if Y is None:
        X = check_rows(X, theta.dtype, net.n_in)
        check_no_parameter(parameter, "Y")
    else:
        theta, X, Y, w = net.check(theta, X, Y, w)
    if len(X) != 1:
        raise ShapeError(f"X has {len(X)} rows; expected one, such as X[:1].")
    return theta, X, Y, w


def _names(argument: str, names: Sequence[str] | None, n: int, word: str) -> tuple[str, ...]:
    if names is None:
        return tuple(f"{word}{i + 1}" for i in range(n))
    if len(names) != n:
        raise ShapeError(f"{argument} has {len(names)} names; expected {n}, one for each column.")
    return tuple(map(str, names))
