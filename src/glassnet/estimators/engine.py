"""Which code takes the steps of a fit: NumPy, or the same compiled."""

from __future__ import annotations

import importlib.util
import math
from typing import Any

from glassnet.core.dense import Dense
from glassnet.core.network import Network
from glassnet.core.optimizers import Optimizer
from glassnet.core.training import RunSteps
from glassnet.fast import numpy_steps

WORTH_COMPILING = 1.0
"""Seconds of NumPy from which "auto" asks for the compiled engine.

The first fit ever compiles for some ten seconds and stores the result; after that, a new process
needs about one to load it.
"""

# What NumPy needs, measured on one core (AMD EPYC, Zen 3) over five networks from 2-5-3 with 1,500
# rows to 54-256-256-256-7 with 512, in float32; within a factor of 2 of each.
_SECONDS_A_LAYER = 20e-6
_SECONDS_A_NODE_AND_ROW = 12e-9
_SECONDS_A_PARAMETER = 5e-9
_SECONDS_AN_OPERATION = 1 / 50e9


def seconds_with_numpy(net: Network, n_rows: int, batch_size: int, n_epochs: int) -> float:
    """Return about how long NumPy would train: the same answer on every machine.

    Parameters
    ----------
    net : Network
    n_rows, batch_size, n_epochs : int
        Rows to train on, of a step, and passes over them.
    """
    dense = [layer for layer in net.layers if isinstance(layer, Dense)]
    nodes = sum(layer.n_out for layer in dense)
    weights = sum(layer.n_in * layer.n_out for layer in dense)
    step = (
        len(net.layers) * _SECONDS_A_LAYER
        + batch_size * nodes * _SECONDS_A_NODE_AND_ROW
        + net.n_params * _SECONDS_A_PARAMETER
        + 6 * weights * batch_size * _SECONDS_AN_OPERATION
    )
    return n_epochs * math.ceil(n_rows / batch_size) * step


def choose_engine(
    engine: str,
    net: Network,
    optimizer: Optimizer,
    X: Any,
    *,
    n_rows: int,
    batch_size: int,
    n_epochs: int,
) -> tuple[str, RunSteps]:
    """Return the name of the engine and what takes its steps.

    Parameters
    ----------
    engine : {"auto", "numpy", "numba"}
        "auto" is "numba" where it is installed, has a form of everything in the training, and
        NumPy would take longer than `WORTH_COMPILING`.

    Raises
    ------
    MissingExtraError, ParameterError
        With "numba", if it is not installed or has no form of something in the training.
    """
    if engine == "auto":
        seconds = seconds_with_numpy(net, n_rows, batch_size, n_epochs)
        if seconds < WORTH_COMPILING or importlib.util.find_spec("numba") is None:
            engine = "numpy"
    if engine == "numpy":
        return "numpy", numpy_steps.run_steps
    from glassnet.fast import steps  # noqa: PLC0415 - imports Numba

    if engine == "auto" and steps.reason_against(net, optimizer, X) is not None:
        return "numpy", numpy_steps.run_steps
    steps.check_form(net, optimizer, X)
    return "numba", steps.run_steps
