"""Make the golden files anew: ``python tests/files/make_golden.py``, after a change of format."""

import json
import sys
import warnings
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from files.golden_table import GOLDEN, new_rows, rows, targets
from glassnet import TabularClassifier, TabularRegressor


def main():
    """Fit the models and write them, with what they predict."""
    for kind, model in (
        (
            "tabular-classifier",
            TabularClassifier((8, 4), max_iter=9, random_state=0, engine="numpy"),
        ),
        (
            "tabular-regressor",
            TabularRegressor((8,), max_iter=9, n_ensemble=2, random_state=0, engine="numpy"),
        ),
    ):
        with warnings.catch_warnings(action="ignore"):
            model.fit(pd.DataFrame(rows()), targets(kind))
        model.save(GOLDEN / f"{kind}.glassnet")
        fresh = pd.DataFrame(new_rows())
        predicted = (
            model.predict_proba(fresh) if kind == "tabular-classifier" else model.predict(fresh)
        )
        (GOLDEN / f"{kind}.json").write_text(json.dumps(predicted.tolist(), indent=1) + "\n")


if __name__ == "__main__":  # not where a test run imports it
    main()
