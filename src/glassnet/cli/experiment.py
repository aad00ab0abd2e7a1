"""The demos by name: which data, which network, how it is trained. Nothing is printed here."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

import glassnet as gn
from glassnet.cli import datasets
from glassnet.cli.datasets import Table

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
        Nodes of each hidden layer.
    activation : str
        Of the hidden layers.
    epochs : int
        At most; early stopping may end sooner.
    training : str
        How it is trained, in words.
    settings : dict
        How it is trained: more parameters of the estimator.
    is_article : bool
        Whether the article's other figures belong to it.
    """

    about: str
    load: Callable[[np.random.Generator], Table]
    hidden: tuple[int, ...]
    activation: str = "relu"
    epochs: int = 500
    training: str = "Adam on 32 rows a step, until the validation rows no longer gain"
    settings: dict[str, Any] = field(default_factory=dict)
    is_article: bool = False

    def changed(self, **options: Any) -> Experiment:
        """Return the experiment with other attributes, as far as they are not None."""
        return dataclasses.replace(
            self, **{name: value for name, value in options.items() if value is not None}
        )

    def estimator(self, table: Table, seed: int) -> Any:
        """Return the estimator to train."""
        early = {} if table.validation is None else EARLY_STOPPING
        if table.class_names:
            scoring = {"scoring": "neg_log_loss"} if early else {}
            settings = {**early, **scoring, **self.settings}
            estimator: Any = gn.MLPClassifier
        else:
            settings = {**early, **self.settings}
            estimator = gn.MLPRegressor
        return estimator(
            self.hidden, self.activation, max_iter=self.epochs, random_state=seed, **settings
        )


# Where accuracy ties for many epochs (30 validation flowers), the log loss still tells which is
# best: it decides when to stop, and which weights to keep.
EARLY_STOPPING: dict[str, Any] = {
    "solver": "adam",
    "learning_rate_init": 0.01,
    "batch_size": 32,
    "early_stopping": True,
    "n_iter_no_change": 30,
}

# The article's step is 1e-5 along the gradient of the loss summed over its 1,500 points; ours goes
# along that of the mean.
THE_ARTICLES_WAY: dict[str, Any] = {
    "solver": gn.GradientDescent(1e-5 * 1_500),
    "init": (gn.Normal(), gn.Normal()),
    "alpha": 0.0,
    "batch_size": 1_500,
    "shuffle": False,
    "n_iter_no_change": np.inf,
}

EXPERIMENTS: dict[str, Experiment] = {
    ARTICLE: Experiment(
        "the article's experiment: three clouds of 500 points, 5 sigmoid nodes, gradient descent",
        datasets.clouds,
        (5,),
        "logistic",
        10_000,
        "gradient descent on all rows at once, step 1e-5 on the summed loss",
        THE_ARTICLES_WAY,
        is_article=True,
    ),
    "iris": Experiment(
        "150 irises, 4 lengths and widths of their leaves: which of 3 species?",
        partial(datasets.from_scikit_learn, "iris"),
        (16,),
        activation="tanh",
        settings={"alpha": 1.0},
    ),
    "wine": Experiment(
        "178 wines, 13 chemical measurements: which of 3 growers?",
        partial(datasets.from_scikit_learn, "wine"),
        (16,),
        activation="tanh",
        settings={"alpha": 1.0},
    ),
    "breast_cancer": Experiment(
        "569 tumors, 30 measurements of cell nuclei: malignant or benign?",
        partial(datasets.from_scikit_learn, "breast_cancer"),
        (32, 16),
        activation="tanh",
        settings={"alpha": 1.0},
    ),
    "digits": Experiment(
        "1,797 handwritten digits of 8 x 8 pixels: which digit?",
        partial(datasets.from_scikit_learn, "digits"),
        (64,),
        settings={"learning_rate_init": 0.003, "alpha": 0.01},
    ),
    "diabetes": Experiment(
        "442 patients, 10 measurements: how far will their diabetes progress in a year?",
        partial(datasets.from_scikit_learn, "diabetes"),
        (16,),
        settings={"learning_rate_init": 0.003, "alpha": 1.0},
    ),
    "moons": Experiment("1,000 points: on which of two half moons?", datasets.moons, (16, 16)),
    "circles": Experiment(
        "1,000 points: on the outer circle or the inner one?", datasets.circles, (16, 16)
    ),
    "spirals": Experiment(
        "1,200 points: on which of two spirals, wound into each other?",
        datasets.spirals,
        (32, 32),
        "tanh",
        settings={"learning_rate_init": 0.005, "n_iter_no_change": 50, "tol": 1e-3},
    ),
    "xor": Experiment(
        "1,000 points: do their two coordinates have the same sign?", datasets.xor, (16,), "tanh"
    ),
}
"""Every demo. A new one belongs here, and is listed and tested from then on."""
