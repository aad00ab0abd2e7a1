"""`TabularClassifier`."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils import assert_all_finite, column_or_1d, compute_sample_weight
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets

from glassnet.core.arrays import Array, check_dtype
from glassnet.core.losses import CrossEntropy, Loss, one_hot
from glassnet.errors import LabelError
from glassnet.estimators.tables.base import BaseTabular
from glassnet.estimators.tables.docs import document
from glassnet.estimators.tables.metrics import OF_CLASSES, Metric
from glassnet.estimators.tables.splits import Rows
from glassnet.record import Classes, Target


@document
@dataclass(eq=False, repr=False)
class TabularClassifier(ClassifierMixin, BaseTabular):  # type: ignore[misc,unused-ignore] # untyped to mypy
    """The best network we know for tables, from a raw table: predicts classes.

    Columns are understood, scaled, encoded and embedded, a part of the rows is set aside, and the
    weights of the best epoch on them are kept. See docs/tables.md for the recipe.

    Parameters
    ----------
    {parameters}
    metric : {{"auto", "error", "log_loss", "auc"}}, default="auto"
        What the best epoch is best at, on the validation rows. "auto" is "error".
    label_smoothing : float or "auto", default="auto"
        In [0, 1). "auto" is 0.1 for "error", and 0 for the others, which it harms.
    class_weight : dict, "balanced" or None, default=None
        Multiplies the sample weights, as in scikit-learn: in training and in the metric on the
        validation rows, by which the best epoch is chosen.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        The labels, sorted.
    {attributes}

    Examples
    --------
    >>> import pandas as pd
    >>> from glassnet import TabularClassifier
    >>> table = pd.DataFrame({{"age": [23, 35, None, 41, 29, 52] * 5, "city": list("aabbab") * 5}})
    >>> bought = ["no", "no", "yes", "yes", "no", "yes"] * 5
    >>> model = TabularClassifier(max_iter=30, random_state=0).fit(table, bought)
    >>> model.score(table, bought)
    1.0
    >>> print(model.table_)
    column  kind      becomes                                missing  holds
    age     number    a number, and whether it is missing          5  23 to 52
    city    category  -1 or +1                                     0  a, b
    """

    _: KW_ONLY
    label_smoothing: Any = "auto"
    class_weight: Any = None

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseTabular._parameter_constraints,
        "metric": [StrOptions({"auto", *OF_CLASSES})],
        "label_smoothing": [StrOptions({"auto"}), Interval(Real, 0, 1, closed="left")],
        "class_weight": [StrOptions({"balanced"}), dict, None],
    }
    _activation = "selu"

    def _learn_targets(self, y: Any) -> Array:
        labels = _labels(y)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise LabelError(
                f"y has one class only, {self.classes_.tolist()}; expected at least two to tell "
                "apart."
            )
        self._class_weights = None
        if self.class_weight is not None:
            of_rows = compute_sample_weight(self.class_weight, labels)
            self._class_weights = of_rows[np.unique(codes, return_index=True)[1]]
        return np.asarray(codes)

    def _targets_to_validate(self, y: Any) -> Array:
        labels = _labels(y)
        codes = np.searchsorted(self.classes_, labels).clip(max=len(self.classes_) - 1)
        unknown = self.classes_[codes] != labels
        if unknown.any():
            raise LabelError(
                f"y_val has the classes {np.unique(labels[unknown]).tolist()}, which y has not; "
                "expected the same classes."
            )
        return np.asarray(codes)

    def _encode(self, targets: Array, rows: Rows, w: Array | None) -> Array:  # noqa: ARG002
        return self._encoded(targets)

    def _encoded(self, targets: Array) -> Array:
        return one_hot(targets, len(self.classes_), check_dtype(self.dtype))

    def _loss_of_predictions(self, targets: Array, predicted: Array) -> float:
        return OF_CLASSES["log_loss"].measure(targets, predicted, None)

    def _weights(self, targets: Array, sample_weight: Array | None) -> Array | None:
        if self._class_weights is None:
            return sample_weight
        by_class: Array = self._class_weights[targets]
        return by_class if sample_weight is None else by_class * sample_weight

    def _strata(self, targets: Array) -> Array | None:
        return targets

    def _make_loss(self) -> Loss:
        smoothing = self.label_smoothing
        if smoothing == "auto":
            smoothing = 0.1 if self._metric().name == "error" else 0.0
        return CrossEntropy(float(smoothing))

    def _metric(self) -> Metric:
        return OF_CLASSES["error" if self.metric == "auto" else self.metric]

    @property
    def _target(self) -> Target:
        return Classes(self.classes_)

    def _rate(self) -> float:
        return 0.04

    def predict_proba(self, X: Any) -> Array:
        """Predict the probability of each class.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)

        Returns
        -------
        P : array of shape (n_rows, n_classes)
            Columns as in ``classes_``; rows sum to 1, and no number is 0 or 1.
        """
        return self._outputs(X)

    def predict(self, X: Any) -> Any:
        """Predict classes.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)

        Returns
        -------
        y : array of shape (n_rows,)
        """
        P = self._outputs(X)
        return self._target.decoded(P)


def _labels(y: Any) -> Array:
    """Return labels as a vector of one kind, or say what is wrong with them."""
    labels = column_or_1d(y, warn=True)
    if labels.dtype.kind == "f":
        assert_all_finite(labels, input_name="y")
    if labels.dtype == object:
        missing = np.array([one is None or one != one for one in labels])  # noqa: PLR0124
        if missing.any():
            raise LabelError(
                f"y is missing in {int(missing.sum())} rows, the first of them row "
                f"{int(missing.argmax())}; expected a label for each. Drop those rows."
            )
    check_classification_targets(labels)
    return np.asarray(labels)
