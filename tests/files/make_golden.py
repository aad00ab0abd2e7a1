"""Make the golden files anew: ``python tests/files/make_golden.py``, after a change of format.

Files of the formats before stay as they are: they are what old versions wrote.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

import glassnet as gn
from files.golden_table import GOLDEN, new_numbers, new_rows, numbers, rows, targets
from glassnet.files.model_file import FORMAT

SMALL = {"max_iter": 9, "random_state": 0, "engine": "numpy"}


def models():
    """Yield name, fitted model, and rows to predict."""
    table, fresh = pd.DataFrame(rows()), pd.DataFrame(new_rows())
    for name, model in {
        "tabular-classifier": gn.TabularClassifier((8, 4), **SMALL),
        "tabular-regressor": gn.TabularRegressor((8,), n_ensemble=2, **SMALL),
    }.items():
        yield name, model.fit(table, targets(name)), fresh
    X, fresh = np.array(numbers()), np.array(new_numbers())
    for name, model in {
        "two-classes": gn.MLPClassifier((5,), activation="gelu", dropout=0.1, **SMALL),
        "four-classes": gn.MLPClassifier((4, 3), activation=("elu", gn.LeakyReLU(0.2)), **SMALL),
        "labels": gn.MLPClassifier((4,), activation="softplus", dtype="float64", **SMALL),
        "several-targets": gn.MLPClassifier((), **SMALL),
        "means": gn.MLPRegressor((4,), activation="silu", loss="huber", **SMALL),
        "counts": gn.MLPRegressor((3,), activation="hard_tanh", loss="poisson", **SMALL),
    }.items():
        yield name, model.fit(X, targets(name)), fresh


def main():
    """Fit the models and write them, with what they predict."""
    folder = GOLDEN / str(FORMAT)
    folder.mkdir(exist_ok=True)
    with warnings.catch_warnings(action="ignore"):
        for name, model, fresh in models():
            model.save(folder / f"{name}.glassnet")
            is_classifier = hasattr(model, "predict_proba")
            predicted = (model.predict_proba if is_classifier else model.predict)(fresh)
            if isinstance(predicted, list):
                predicted = np.concatenate(predicted, axis=1)
            text = json.dumps(predicted.tolist(), indent=1)
            (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":  # not where a test run imports it
    main()
