"""Labels and what the network learns in their place."""

from __future__ import annotations

from typing import Any

import numpy as np
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

JOINT = "multiclass-multioutput"


class Targets:
    """Encodes labels as columns of 0 and 1, and decodes predictions.

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

    def decode(self, predicted: Array) -> Any:
        """Return the labels of probabilities."""
        if self.kind == "multiclass":
            return self.classes[predicted.argmax(axis=1)]
        if self.kind == "binary" and len(self.classes) == 2:
            return self.classes[(predicted[:, 0] > 0.5).astype(np.intp)]
        columns = predicted.ravel() if predicted.shape[1] == 1 and self.kind != JOINT else predicted
        return self._encoder.inverse_transform(columns)

    def loss(self, label_smoothing: float) -> Loss:
        """Return the loss for this kind of target."""
        if self.kind == JOINT:
            sizes = tuple(len(classes) for classes in self.classes)
            return JointCrossEntropy(sizes, label_smoothing)
        if self.kind == "multiclass":
            return CrossEntropy(label_smoothing)
        return BinaryCrossEntropy(label_smoothing)

    def blocks(self, columns: Array) -> list[Array]:
        """Return the columns of each of several targets."""
        ends = np.cumsum([len(classes) for classes in self.classes])
        return np.split(columns, ends[:-1], axis=1)

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
