"""The parameters that both estimators share, with their defaults and what they may be."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import Interval, Options, StrOptions

from glassnet.core.initializers import Initializer
from glassnet.core.layer import Layer
from glassnet.core.optimizers import Optimizer
from glassnet.core.schedules import Schedule
from glassnet.errors import ParameterError
from glassnet.estimators.architecture import ACTIVATIONS


@dataclass(eq=False, repr=False)
class Parameters(BaseEstimator):  # type: ignore[misc,unused-ignore] # untyped to mypy
    """The constructor: scikit-learn's parameters in its order, then ours. See the two classes."""

    hidden_layer_sizes: Any = (100,)
    activation: Any = "relu"
    _: KW_ONLY
    solver: Any = "adam"
    alpha: float = 0.0001
    batch_size: Any = "auto"
    learning_rate: str = "constant"
    learning_rate_init: float = 0.001
    power_t: float = 0.5
    max_iter: int = 200
    shuffle: bool = True
    random_state: Any = None
    tol: float = 1e-4
    verbose: Any = False
    warm_start: bool = False
    momentum: float = 0.9
    nesterovs_momentum: bool = True
    early_stopping: bool = False
    validation_fraction: float = 0.1
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    n_iter_no_change: Any = 10
    max_fun: int = 15000
    schedule: Schedule | None = None
    dropout: Any = 0.0
    max_grad_norm: float | None = None
    init: Any = None
    scoring: Any = None
    restore_best: bool = False
    max_time: float | None = None
    dtype: Any = None
    engine: str = "auto"

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [StrOptions(set(ACTIVATIONS)), Layer, list, tuple],
        "solver": [StrOptions({"lbfgs", "sgd", "adam"}), Optimizer],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "learning_rate": [StrOptions({"constant", "invscaling", "adaptive"})],
        "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
        "power_t": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "shuffle": ["boolean"],
        "random_state": ["random_state", np.random.Generator],
        "tol": [Interval(Real, 0, None, closed="left")],
        "verbose": ["verbose"],
        "warm_start": ["boolean"],
        "momentum": [Interval(Real, 0, 1, closed="both")],
        "nesterovs_momentum": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "beta_1": [Interval(Real, 0, 1, closed="left")],
        "beta_2": [Interval(Real, 0, 1, closed="left")],
        "epsilon": [Interval(Real, 0, None, closed="neither")],
        "n_iter_no_change": [
            Interval(Integral, 1, None, closed="left"),
            Options(Real, {np.inf}),
        ],
        "max_fun": [Interval(Integral, 1, None, closed="left")],
        "schedule": [Schedule, None],
        "dropout": [Interval(Real, 0, 1, closed="left"), list, tuple],
        "max_grad_norm": [Interval(Real, 0, None, closed="neither"), None],
        "init": [Initializer, tuple, None],
        "scoring": [str, callable, None],
        "restore_best": ["boolean"],
        "max_time": [Interval(Real, 0, None, closed="neither"), None],
        "dtype": [StrOptions({"float32", "float64"}), type, np.dtype, None],
        "engine": [StrOptions({"auto", "numpy", "numba"})],
    }

    def _validate_params(self) -> None:
        """Check the parameters, with a word on a mistake that scikit-learn's order invites."""
        if isinstance(self.hidden_layer_sizes, str):
            raise ParameterError(
                f"The 'hidden_layer_sizes' parameter is the string {self.hidden_layer_sizes!r}; "
                "expected whole numbers such as (100,). It comes first here; write "
                f"loss={self.hidden_layer_sizes!r} if you mean the loss."
            )
        super()._validate_params()
