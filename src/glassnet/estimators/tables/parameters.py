"""The parameters that both estimators for tables have."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions

from glassnet.core.activations import Activation
from glassnet.core.schedules import Constant, Cosine, LogCosine, Schedule
from glassnet.estimators.architecture import ACTIVATIONS
from glassnet.tabular.recipe import BIASES, OUTPUTS, WEIGHTS

SCHEDULES: dict[str, Schedule] = {
    "log_cosine": LogCosine(),
    "cosine": Cosine(),
    "constant": Constant(),
}


@dataclass(eq=False, repr=False)
class TabularParameters(BaseEstimator):  # type: ignore[misc,unused-ignore] # untyped to mypy
    """The constructor. See the two classes."""

    hidden_layer_sizes: Any = (256, 256, 256)
    activation: Any = "auto"
    _: KW_ONLY
    metric: str = "auto"
    categorical_features: Any = "from_dtype"
    numeric_embedding: bool = True
    n_frequencies: int = 16
    frequency_scale: float = 0.1
    embedding_size: int = 8
    max_one_hot: int = 8
    weight_init: str = "data"
    bias_init: str = "data"
    output_init: str = "data"
    dropout: float = 0.15
    weight_decay: float = 0.02
    learning_rate: str = "log_cosine"
    learning_rate_init: Any = "auto"
    embedding_learning_rate: float = 0.1
    scale_learning_rate: float = 6.0
    bias_learning_rate: float = 0.1
    activation_learning_rate: float = 0.1
    beta_1: float = 0.9
    beta_2: float = 0.95
    epsilon: float = 1e-8
    batch_size: int = 256
    max_iter: int = 256
    validation_fraction: float = 0.2
    validation_split: Any = None
    n_bags: int = 1
    n_ensemble: int = 1
    refit: bool = False
    max_time: float | None = None
    random_state: Any = None
    verbose: Any = False
    dtype: Any = "float32"
    engine: str = "auto"

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [StrOptions({"auto", *ACTIVATIONS}), Activation],
        "categorical_features": [str, "array-like", None],
        "numeric_embedding": ["boolean"],
        "n_frequencies": [Interval(Integral, 1, None, closed="left")],
        "frequency_scale": [Interval(Real, 0, None, closed="neither")],
        "embedding_size": [Interval(Integral, 1, None, closed="left")],
        "max_one_hot": [Interval(Integral, 2, None, closed="left")],
        "weight_init": [StrOptions(set(WEIGHTS))],
        "bias_init": [StrOptions(set(BIASES))],
        "output_init": [StrOptions(set(OUTPUTS))],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "learning_rate": [StrOptions(set(SCHEDULES))],
        "learning_rate_init": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
        "embedding_learning_rate": [Interval(Real, 0, None, closed="left")],
        "scale_learning_rate": [Interval(Real, 0, None, closed="left")],
        "bias_learning_rate": [Interval(Real, 0, None, closed="left")],
        "activation_learning_rate": [Interval(Real, 0, None, closed="left")],
        "beta_1": [Interval(Real, 0, 1, closed="left")],
        "beta_2": [Interval(Real, 0, 1, closed="left")],
        "epsilon": [Interval(Real, 0, None, closed="neither")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "validation_split": [HasMethods("split"), None],
        "n_bags": [Interval(Integral, 1, None, closed="left")],
        "n_ensemble": [Interval(Integral, 1, None, closed="left")],
        "refit": ["boolean"],
        "max_time": [Interval(Real, 0, None, closed="neither"), None],
        "random_state": ["random_state", np.random.Generator],
        "verbose": ["verbose"],
        "dtype": [StrOptions({"float32", "float64"}), type, np.dtype],
        "engine": [StrOptions({"auto", "numpy", "numba"})],
    }
