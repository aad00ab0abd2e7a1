"""The experiments by name: which data, which network, how it is trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from glassnet.cli.datasets import Table, clouds, from_scikit_learn, generated
from glassnet.core.initializers import Normal
from glassnet.core.optimizers import GradientDescent
from glassnet.estimators.classifier import MLPClassifier
from glassnet.estimators.regressor import MLPRegressor

ARTICLE = "article"


@dataclass(frozen=True)
class Experiment:
    """One demo.

    Attributes
    ----------
    about : str
        One line.
    load : callable
        Takes random numbers, returns a `Table`.
    hidden : tuple of int
    activation : str
    epochs : int
        At most; early stopping may end sooner.
    settings : dict
        The estimator's other parameters.
    """

    about: str
    load: Callable[[np.random.Generator], Table]
    hidden: tuple[int, ...]
    activation: str = "relu"
    epochs: int = 500
    settings: dict[str, Any] = field(default_factory=dict)

    def estimator(
        self, table: Table, *, hidden: tuple[int, ...], activation: str, epochs: int, seed: int
    ) -> MLPClassifier | MLPRegressor:
        """Return the estimator to train."""
        settings = {**_MINI_BATCHES, **self.settings}
        if table.validation is None:
            settings["batch_size"] = len(table.train[0])  # batch gradient descent
        elif table.class_names:
            settings["scoring"] = "neg_log_loss"  # smoother than the rate on so few rows
        Estimator = MLPClassifier if table.class_names else MLPRegressor  # noqa: N806 - a class
        return Estimator(hidden, activation, max_iter=epochs, random_state=seed, **settings)


_MINI_BATCHES: dict[str, Any] = {
    "solver": "adam",
    "learning_rate_init": 0.01,
    "batch_size": 32,
    "early_stopping": True,
    "n_iter_no_change": 30,
}

# The article steps 1e-5 along the gradient of the loss summed over 1,500 points; ours is the mean.
_ARTICLE: dict[str, Any] = {
    "solver": GradientDescent(1e-5 * 1_500),
    "init": (Normal(), Normal()),
    "alpha": 0.0,
    "early_stopping": False,
    "n_iter_no_change": np.inf,
    "shuffle": False,
}

EXPERIMENTS: dict[str, Experiment] = {
    ARTICLE: Experiment(
        "the article's experiment: three Gaussian clouds, 5 sigmoid nodes, gradient descent",
        clouds,
        (5,),
        "logistic",
        10_000,
        _ARTICLE,
    ),
    "iris": Experiment(
        "150 flowers of 3 species, 4 measures", partial(from_scikit_learn, "iris"), (16,)
    ),
    "wine": Experiment(
        "178 wines of 3 growers, 13 chemical measures", partial(from_scikit_learn, "wine"), (16,)
    ),
    "breast_cancer": Experiment(
        "569 tumors, benign or malignant, 30 measures of cells",
        partial(from_scikit_learn, "breast_cancer"),
        (32, 16),
        settings={"alpha": 0.01},
    ),
    "digits": Experiment(
        "1,797 handwritten digits of 8 x 8 pixels",
        partial(from_scikit_learn, "digits"),
        (64,),
        settings={"learning_rate_init": 0.003},
    ),
    "diabetes": Experiment(
        "442 patients, the progression of their disease (a number), 10 measures",
        partial(from_scikit_learn, "diabetes"),
        (16,),
        settings={"learning_rate_init": 0.003, "alpha": 1.0},
    ),
    "moons": Experiment("1,000 points, two half moons", partial(generated, "moons"), (16, 16)),
    "circles": Experiment(
        "1,000 points, a circle in a circle", partial(generated, "circles"), (16, 16)
    ),
    "spirals": Experiment(
        "1,200 points, two spirals wound into each other",
        partial(generated, "spirals"),
        (32, 32),
        "tanh",
        settings={"n_iter_no_change": 100},
    ),
    "xor": Experiment(
        "1,000 points, yes where both coordinates have the same sign",
        partial(generated, "xor"),
        (16,),
        "tanh",
    ),
}
