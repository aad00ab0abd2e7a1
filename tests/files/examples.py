"""Small fitted models on awkward columns."""

import datetime as dt
import warnings

import numpy as np
import pandas as pd

from glassnet import TabularClassifier, TabularRegressor

START = dt.datetime(2021, 1, 1)
SMALL = {"hidden_layer_sizes": (8,), "max_iter": 4, "engine": "numpy"}


def table(rng, n=90):
    """Return a frame with a column of every kind."""
    return pd.DataFrame({
        "number": np.where(rng.random(n) < 0.2, np.nan, rng.normal(size=n)),
        "huge": rng.normal(size=n) * 1e300,
        "two": rng.choice(["a", "b"], n),
        "few": rng.choice(["x", "y", ""], n),
        "many": rng.choice([f"level {i} \u00e4\n\"'" for i in range(12)], n),
        "date": [START + dt.timedelta(hours=int(h)) for h in rng.integers(0, 9999, n)],
        "flag": rng.random(n) < 0.5,
        "same": 3,
    })  # fmt: skip


def classifier(rng, y=None, X=None, **settings):
    X = table(rng) if X is None else X
    y = rng.choice(["no", "yes", "perhaps"], len(X)) if y is None else y
    return fitted(TabularClassifier(**SMALL | settings), rng, X, y), X


def regressor(rng, X=None, **settings):
    X = table(rng) if X is None else X
    return fitted(TabularRegressor(**SMALL | settings), rng, X, rng.normal(size=len(X)) * 1e3), X


def fitted(model, rng, X, y):
    model.set_params(random_state=int(rng.integers(1000)))
    with warnings.catch_warnings(action="ignore"):
        return model.fit(X, y)
