"""`MLPClassifier`."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.metrics import accuracy_score
from sklearn.utils import compute_sample_weight
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call, type_of_target

from glassnet.core.arrays import Array
from glassnet.core.losses import Loss
from glassnet.core.network import Network
from glassnet.errors import LabelError, ParameterError
from glassnet.estimators.base import BaseMLP, only_with_epochs
from glassnet.estimators.data import Rows
from glassnet.estimators.docs import document
from glassnet.estimators.targets import JOINT, Targets
from glassnet.record import SeveralTargets, Target


@document(score="accuracy")
@dataclass(eq=False, repr=False)
class MLPClassifier(ClassifierMixin, BaseMLP):  # type: ignore[misc,unused-ignore] # untyped to mypy
    """A multilayer perceptron that predicts classes: one of two, one of many, or several at once.

    A drop-in for scikit-learn's estimator of this name: the same parameters, attributes and, with
    the same ``random_state``, the same weights to the digit. See docs/scikit-learn.md for what is
    more, and what is different.

    Parameters
    ----------
    {parameters}
    class_weight : dict, "balanced", a list of dicts, or None, default=None
        Multiplies the sample weights: as in scikit-learn's ``compute_sample_weight``.
    label_smoothing : float, default=0.0
        In [0, 1): how far targets move from 0 and 1 towards indifference.

    Attributes
    ----------
    classes_ : array of shape (n_classes,), or a list of them
        The labels; a list for several multiclass targets.
    {attributes}

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import train_test_split
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from glassnet import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    >>> clf = MLPClassifier((16,), solver="lbfgs", alpha=1.0, random_state=0)
    >>> model = make_pipeline(StandardScaler(), clf).fit(X_train, y_train)
    >>> model.score(X_test, y_test)
    0.97...
    """

    _: KW_ONLY
    class_weight: Any = None
    label_smoothing: float = 0.0

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseMLP._parameter_constraints,
        "class_weight": [StrOptions({"balanced"}), dict, list, None],
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
    }
    _stratifies = True

    @available_if(only_with_epochs("partial_fit"))
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None
    ) -> MLPClassifier:
        """Train for one epoch, going on from the last one.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), optional
        classes : array-like of shape (n_classes,), optional
            All classes that will ever come; needed at the first call. A list of them for several
            multiclass targets.

        Returns
        -------
        self
        """
        if self.class_weight == "balanced":
            raise ParameterError(
                "class_weight='balanced' is not supported for partial_fit, which does not know "
                "how often each class will come. Pass the weights: compute_class_weight('balanced',"
                " classes=classes, y=y) on a sample."
            )
        self._fit_to_the_end(X, y, sample_weight, incremental=True, classes=classes)
        return self

    def _learn_classes(self, y: Any, classes: Any) -> bool:
        """Take ``classes`` at the first call of ``partial_fit``; return whether it is the first.

        At the others they are compared with what is known.
        """
        several = classes is not None and all(np.ndim(one) == 1 for one in classes)
        if several and not hasattr(self, "classes_"):
            labels = tuple(np.unique(np.asarray(one)) for one in classes)
            self._targets = Targets.of(SeveralTargets(labels))
            return True
        if hasattr(self, "classes_") and self._targets.kind == JOINT:
            return False
        kind = type_of_target(y)
        if kind == JOINT:
            raise ParameterError(
                "classes must be passed on the first call to partial_fit: a list with the classes "
                f"of each of the {np.shape(y)[1]} targets."
            )
        if not _check_partial_fit_first_call(self, classes):
            return False
        self._targets = Targets(y if kind.startswith("multilabel") else classes)
        return True

    def predict(self, X: Any) -> Any:
        """Predict classes.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)

        Returns
        -------
        y : array of shape (n_samples,) or (n_samples, n_outputs)
        """
        P = self._probabilities(X)
        return self._targets.as_given(self._target.decoded(P))

    def predict_proba(self, X: Any) -> Any:
        """Predict the probability of each class.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)

        Returns
        -------
        P : array of shape (n_samples, n_classes)
            Columns as in ``classes_``. For multilabel targets, the probability of each label; for
            several multiclass targets, a list with an array for each. Always inside (0, 1).
        """
        P = self._probabilities(X)
        return self._target.blocks(P) if isinstance(self._target, SeveralTargets) else P

    def _probabilities(self, X: Any) -> Array:
        """Return the probabilities of all classes, side by side."""
        P: Array = self._ask(Network.predict, X, self._link)
        return P

    def _link(self, Z: Array) -> Array:
        return self._target.predictions(Z)

    @property
    def _target(self) -> Target:
        return self._targets.target

    def predict_log_proba(self, X: Any) -> Any:
        """Predict the logarithm of the probability of each class.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)

        Returns
        -------
        array of shape (n_samples, n_classes), or a list of them
            Finite, as probabilities are never 0.
        """
        P = self.predict_proba(X)
        return [np.log(block) for block in P] if isinstance(P, list) else np.log(P)

    def decision_function(self, X: Any) -> Array:
        """Return the scores: the last layer's numbers, before the softmax or the sigmoid.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)

        Returns
        -------
        Z : array of shape (n_samples,) for two classes, else (n_samples, n_outputs)
        """
        Z: Array = self._ask(Network.scores, X)
        return Z.ravel() if self._targets.kind == "binary" else Z

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the part of the rows whose label (all of whose labels) is right.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), optional

        Returns
        -------
        float
        """
        return self._accuracy(y, self.predict(X), sample_weight)

    def _accuracy(self, y: Any, predicted: Any, sample_weight: Any) -> float:
        if self._targets.kind == JOINT:  # which accuracy_score does not take
            right = (np.asarray(y) == predicted).all(axis=1)
            return float(np.average(right, weights=sample_weight))
        return float(accuracy_score(y, predicted, sample_weight=sample_weight))

    @property
    def out_activation_(self) -> str:
        """The function on the last layer: "softmax", or "logistic" for two classes and labels."""
        kind = self._targets.kind
        return "softmax" if kind in ("multiclass", JOINT) else "logistic"

    def _encode(
        self, X: Any, y: Any, dtype: Any, *, reset: bool, incremental: bool, classes: Any
    ) -> tuple[Any, Any, Array]:
        told = incremental and self._learn_classes(y, classes)
        X, y = self._validate(X, y, dtype, reset=reset)
        if told:
            self._check_known(y)
        elif reset:
            self._targets = Targets(y)
        elif self.warm_start:
            if not self._targets.has_same_classes(y):
                raise LabelError(
                    "warm_start can only be used where `y` has the same classes as in the "
                    f"previous call to fit. Previously got {self.classes_}, `y` has "
                    f"{self._targets.labels(y)}"
                )
        else:
            self._check_known(y)
        self.classes_ = self._targets.classes
        return X, y, self._targets.encode(y, X.dtype)

    def _check_known(self, y: Any) -> None:
        if len(self._targets.unknown(y)):
            raise LabelError(
                "`y` has classes not in `self.classes_`. `self.classes_` has "
                f"{self._targets.classes}. "
                f"'y' has {self._targets.labels(y)}."
            )

    def _encode_validation(self, X: Any, y: Any, dtype: Any) -> tuple[Any, Array]:
        X, y = self._validate(X, y, dtype, reset=False)
        self._check_known(y)
        return X, self._targets.encode(y, X.dtype)

    def _training_weights(self, y: Any, sample_weight: Array | None, dtype: Any) -> Array | None:
        if self.class_weight is None:
            return sample_weight
        by_class: Array = compute_sample_weight(self.class_weight, y).astype(dtype)
        return by_class if sample_weight is None else by_class * sample_weight

    def _make_loss(self) -> Loss:
        return self._targets.loss(self.label_smoothing)

    def _default_score(self, scores: Array, rows: Rows) -> float:
        target = self._target
        y = target.decoded(self._targets.as_probabilities(rows.Y))
        return self._accuracy(y, target.decoded(target.predictions(scores)), rows.sample_weight)

    def __sklearn_tags__(self) -> Any:
        """Say what the classifier takes."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        # Several multiclass targets work, but the check that this tag brings asks that the
        # probabilities of a multilabel network rank rows as its scores do. They round to 1 above a
        # score of 37, where scores still differ; scikit-learn's perceptron does not set it either.
        tags.target_tags.multi_output = False
        return tags
