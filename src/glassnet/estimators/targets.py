"""Labels and what the network learns in their place."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.preprocessing import LabelBinarizer, OneHotEncoder
from sklearn.utils.multiclass import (
    check_classification_targets,
    type_of_target,
    unique_labels,
)

from glassnet.core.arrays import Array
from glassnet.core.losses import (
    BinaryCrossEntropy,
    CrossEntropy,
    JointCrossEntropy,
    Loss,
    one_hot,
)
from glassnet.record import Classes, Labels, SeveralTargets, Target, TwoClasses

JOINT = "multiclass-multioutput"


class Targets:
    """Encodes labels as columns of 0 and 1.

    Parameters
    ----------
    y : array of shape (n_samples,) or (n_samples, n_outputs)
        Labels, or, for ``partial_fit``, ``classes``.
    kind : str, optional
        The kind of target that ``y`` stands for, if it is not of that kind itself.

    Attributes
    ----------
    kind : {"binary", "multiclass", "multilabel-indicator", "multiclass-multioutput"}
    classes : array, or list of array for several targets
    """

    def __init__(self, y: Any, kind: str | None = None) -> None:
        if kind is None:
            check_classification_targets(y)
            kind = type_of_target(y, input_name="y")
        self.kind = kind
        if kind == JOINT:
            self._encoder = OneHotEncoder(sparse_output=False).fit(y)
            self.classes: Any = list(self._encoder.categories_)
        else:
            self._encoder = LabelBinarizer().fit(y)
            self.kind = self._encoder.y_type_
            self.classes = self._encoder.classes_

    def encode(self, y: Any, dtype: Any) -> Array:
        """Return the columns that the network learns: one for two classes, else one a class."""
        if np.ndim(y) == 1 and self.kind in ("binary", "multiclass"):
            codes: Array = np.searchsorted(self.classes, y)
            if self.kind == "binary":
                return codes[:, np.newaxis].astype(dtype)
            return one_hot(codes, len(self.classes), dtype)
        Y = self._encoder.transform(y).astype(dtype)
        return np.asarray(Y)

    @classmethod
    def of(cls, target: Target) -> Targets:
        """Return the targets whose scores stand for this."""
        if isinstance(target, SeveralTargets):
            n_rows = max(map(len, target.labels))  # each column goes through its labels
            return cls(np.stack([np.resize(one, n_rows) for one in target.labels], axis=1), JOINT)
        assert isinstance(target, Classes | Labels)
        if isinstance(target, Labels):  # rows of which each label is one, and none
            n_labels = len(target.labels)
            return cls(np.vstack([np.eye(n_labels, dtype=int), np.zeros((1, n_labels), int)]))
        kind = "binary" if isinstance(target, TwoClasses) else "multiclass"
        return cls(target.labels, kind)

    @property
    def target(self) -> Target:
        """What the scores stand for."""
        if self.kind == JOINT:
            return SeveralTargets(tuple(self.classes))
        if self.kind == "binary":
            return TwoClasses(self.classes)
        return Classes(self.classes) if self.kind == "multiclass" else Labels(self.classes)

    def as_probabilities(self, Y: Array) -> Array:
        """Return encoded targets as the probabilities of who knows them."""
        is_one_of_two = self.kind == "binary" and len(self.classes) == 2
        return np.concatenate([1 - Y, Y], axis=1) if is_one_of_two else Y

    def as_given(self, labels: Any) -> Any:
        """Return labels as a sparse matrix, if that is what was fitted: as scikit-learn does."""
        is_sparse = self.kind != JOINT and self._encoder.sparse_input_
        return csr_matrix(labels) if is_sparse else labels

    def loss(self, label_smoothing: float) -> Loss:
        """Return the loss for this kind of target."""
        if self.kind == JOINT:
            sizes = tuple(len(classes) for classes in self.classes)
            return JointCrossEntropy(sizes, label_smoothing)
        if self.kind == "multiclass":
            return CrossEntropy(label_smoothing)
        return BinaryCrossEntropy(label_smoothing)

    def unknown(self, y: Any) -> Any:
        """Return the labels in ``y`` that are not among the classes."""
        if self.kind == JOINT:
            columns = zip(np.asarray(y).T, self.classes, strict=True)
            return [label for column, known in columns for label in np.setdiff1d(column, known)]
        return np.setdiff1d(unique_labels(y), self.classes)

    def labels(self, y: Any) -> Any:
        """Return the different labels in ``y``."""
        return [np.unique(column) for column in y.T] if self.kind == JOINT else unique_labels(y)

    def has_same_classes(self, y: Any) -> bool:
        """Return whether ``y`` holds these classes and no others."""
        if self.kind == JOINT:
            labels = self.labels(y)
            return len(labels) == len(self.classes) and all(
                np.array_equal(a, b) for a, b in zip(labels, self.classes, strict=True)
            )
        return set(unique_labels(y)) == set(self.classes)
