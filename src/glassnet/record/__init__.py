"""A fitted model as plain data: all that a prediction needs, and how the model came about.

`targets` says what scores mean, `model` predicts with NumPy alone, `record` adds how the model came
about. An estimator gives a record, and a file holds one. No class, no function and no file name is
in it: what is built from it is chosen here, from closed lists.
"""

from glassnet.record.model import Model
from glassnet.record.record import KINDS, Description, Kind, Origin, Record, Training
from glassnet.record.targets import (
    Classes,
    Labels,
    Means,
    Numbers,
    SeveralTargets,
    Target,
    TwoClasses,
)

__all__ = [
    "KINDS",
    "Classes",
    "Description",
    "Kind",
    "Labels",
    "Means",
    "Model",
    "Numbers",
    "Origin",
    "Record",
    "SeveralTargets",
    "Target",
    "Training",
    "TwoClasses",
]
