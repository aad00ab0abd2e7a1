"""`explain`: one row's way through a fitted model, from the raw cells to the update."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeAlias

import numpy as np

from glassnet.core.arrays import Array, check_count, check_rows
from glassnet.core.network import Network
from glassnet.core.optimizers import Optimizer
from glassnet.errors import DataError, ParameterError, ShapeError
from glassnet.explain.encoding import encoding_step
from glassnet.explain.explanation import Explanation
from glassnet.explain.passes import MOST, check_no_parameter
from glassnet.explain.run import run_passes
from glassnet.explain.stepping import Taken
from glassnet.explain.targets import encoded_target, output_names, said
from glassnet.explain.walk import explanation_of, input_step
from glassnet.files.predictor import Predictor, load
from glassnet.record import Model

Path: TypeAlias = str | os.PathLike[str]


@dataclass(frozen=True, eq=False)
class Subject:
    """What is explained.

    Attributes
    ----------
    model : Model
        What predicts.
    optimizer : Optimizer or None
        What it was trained with, if that is known.
    target : str or None
        The name of what is predicted.
    """

    model: Model
    optimizer: Optimizer | None
    target: str | None


def explain(
    model: Any,
    X: Any,
    row: int = 0,
    y: Any = None,
    *,
    parameter: int | None = None,
    member: int = 0,
    most: int = MOST,
) -> Explanation:
    """Explain what a fitted model computes for one row, with the real numbers in the formulas.

    How its cells became numbers, the forward pass layer by layer, the prediction; with ``y`` the
    loss, the backward pass, and what one step of the optimizer on this row alone makes of one
    parameter. The model is not changed.

    Parameters
    ----------
    model : estimator, Predictor or path
        A fitted estimator of glassnet, what `load` gives, or a model file.
    X : table of shape (n_rows, n_columns)
        As ``predict`` takes it.
    row : int, default=0
        Which of its rows, from 0.
    y : array of shape (n_rows,) or (n_rows, n_outputs), optional
        Labels or numbers, as the model was trained on. Without it there is no backward pass.
    parameter : int, optional
        The place in theta of the parameter whose update is worked out; of the largest gradient
        without it.
    member : int, default=0
        Which network, if the model is several.
    most : int, default=8
        Nodes of a layer that get a line, and terms of a sum that are shown.

    Returns
    -------
    Explanation
        ``print`` it for text; it has ``markdown()``, ``latex()`` and ``to_dict()``.

    Raises
    ------
    ParameterError
        If the model is none, or is not fitted; or if there is no such network or parameter.
    DataError
        If there is no such row, or a cell is not what it was in training.
    LabelError
        If the model does not know a label.

    Notes
    -----
    The step is taken with the optimizer that an `MLPClassifier` or `MLPRegressor` was trained with,
    as if it were its first one; with gradient descent and a learning rate of 0.01 where that is
    not known, as of a model file. Class weights and sample weights do not count.

    Examples
    --------
    >>> import numpy as np
    >>> import glassnet as gn
    >>> X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([1.0, 3.0, 5.0, 7.0])
    >>> reg = gn.MLPRegressor((3,), random_state=0, max_iter=300, learning_rate_init=0.05)
    >>> told = gn.explain(reg.fit(X, y), X, row=1, y=y)
    >>> [step.words.title for step in told.steps][:3]
    ['Input: X', 'Layer 1, dense: Z = X W + b', 'Layer 2, ReLU: A = max(Z, 0)']
    >>> bool(abs(told.prediction["prediction"] - 3) < 0.5)
    True
    """
    subject = subject_of(model)
    check_count("most", most)
    its = subject.model
    whole = isinstance(member, int | np.integer) and not isinstance(member, bool)
    if not whole or not 0 <= member < len(its.thetas):
        raise ParameterError(
            f"member is {member!r}; the model's networks count from 0 to {len(its.thetas) - 1}."
        )
    if y is None:
        check_no_parameter(parameter, "y")
    raw = one_row(X, row)
    theta = its.thetas[member]
    rows = np.asarray(check_rows(its.rows(raw), theta.dtype, its.network.n_in))
    target = None if y is None else encoded_target(its.target, _target_of(y, row, X), theta.dtype)
    if target is not None:
        theta, rows, target, _ = its.network.check(theta, rows, target, None)
    passes = run_passes(its.network, theta, rows, target, None)
    names = its.feature_names
    if its.table is None:
        first = input_step(rows, names or (), most)
    else:
        first = encoding_step(its.table, raw, rows, most)
    words = said(its, rows, passes.outputs[-1][0], int(member), subject.target, most)
    return explanation_of(
        passes, None, [first], words, output_names(its.target, subject.target), most,
        _taken(theta, subject.optimizer), parameter,
    )  # fmt: skip


def _taken(theta: Array, optimizer: Optimizer | None) -> Taken:
    """Return what the step is taken with, and why."""
    told = "" if optimizer is not None else "The model does not say what it was trained with."
    return Taken.of(theta, optimizer, None, None, told)


def subject_of(model: Any) -> Subject:
    """Return what predicts, of an estimator, a `Predictor` or a model file.

    Estimators are not imported, for a model file is to be explained by NumPy alone: they are known
    by what their fits leave behind.
    """
    if isinstance(model, str | os.PathLike):
        model = load(model)
    if isinstance(model, Predictor):
        origin = model.record.about.origin
        return Subject(model.record.model, None, origin.target if origin else None)
    network = getattr(model, "_network", None)
    if isinstance(network, Network) and hasattr(model, "theta_"):
        return _of_estimator(model, network)
    if hasattr(model, "theta_") or hasattr(type(model), "partial_fit") or hasattr(model, "fit"):
        raise ParameterError(
            f"model is {type(model).__name__}, which is no estimator of glassnet or is not fitted "
            "yet. Call fit first."
        )
    raise ParameterError(
        f"model is {model!r}; expected a fitted estimator of glassnet, what glassnet.load gives, "
        "or the path of a model file."
    )


def _of_estimator(estimator: Any, network: Network) -> Subject:
    names = getattr(estimator, "feature_names_in_", None)
    progress = getattr(estimator, "_progress", None)
    model = Model(
        getattr(estimator, "table_", None), network, estimator._target,  # noqa: SLF001
        np.atleast_2d(estimator.theta_), None if names is None else tuple(map(str, names)),
    )  # fmt: skip
    return Subject(model, getattr(progress, "optimizer", None), None)


def one_row(X: Any, row: int) -> Any:
    """Return one row of any table, as a table of the same kind.

    Raises
    ------
    DataError
        If there is no such row.
    """
    n = n_rows(X)
    whole = isinstance(row, int | np.integer) and not isinstance(row, bool)
    if not whole or not 0 <= row < n:
        raise DataError(f"row is {row!r}; X has {n:,} row{'s' * (n != 1)}, which count from 0.")
    row = int(row)
    if hasattr(X, "toarray"):
        return X[row : row + 1].toarray()
    if hasattr(X, "iloc"):
        return X.iloc[row : row + 1]
    if isinstance(X, np.ndarray | list | tuple):
        return X[row : row + 1]
    narwhals = import_module("narwhals.stable.v2")  # as `Table` does, for a DataFrame only
    return narwhals.from_native(X)[row : row + 1].to_native()


def n_rows(X: Any) -> int:
    """Return how many rows there are."""
    shape = getattr(X, "shape", None)
    if shape is None and not hasattr(X, "__len__"):
        raise DataError(f"X is a {type(X).__name__}; expected a table, an array or a list of rows.")
    return int(len(X) if shape is None or not shape else shape[0])


def _target_of(y: Any, row: int, X: Any) -> Any:
    """Return the target of the row, or raise if there are not as many as rows."""
    values = y.toarray() if hasattr(y, "toarray") else np.asarray(y, object)
    if values.ndim == 0 or len(values) != n_rows(X):
        n = "one value" if values.ndim == 0 else f"{len(values):,} values"
        raise ShapeError(f"y has {n}; X has {n_rows(X):,} rows: expected a target for each.")
    return values[row]
