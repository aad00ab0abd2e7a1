"""`MLPRegressor`."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

import numpy as np
from sklearn.base import RegressorMixin, _fit_context
from sklearn.metrics import r2_score
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.metaestimators import available_if

from glassnet.core.arrays import Array
from glassnet.core.losses import AbsoluteError, Huber, Loss, Poisson, Quantile, SquaredError
from glassnet.core.network import Network
from glassnet.estimators.base import BaseMLP, only_with_epochs
from glassnet.estimators.data import Rows
from glassnet.estimators.docs import document
from glassnet.record import Means, Target
from glassnet.record.targets import Link

LOSSES: dict[str, type[Loss]] = {
    "squared_error": SquaredError,
    "absolute_error": AbsoluteError,
    "huber": Huber,
    "quantile": Quantile,
    "poisson": Poisson,
}


@document(score="R²")
@dataclass(eq=False, repr=False)
class MLPRegressor(RegressorMixin, BaseMLP):  # type: ignore[misc,unused-ignore] # untyped to mypy
    """A multilayer perceptron that predicts numbers: one, or several.

    A drop-in for scikit-learn's estimator of this name: the same parameters, attributes and, with
    the same ``random_state``, the same weights to the digit; but ``loss`` is given by name, as
    ``hidden_layer_sizes`` comes first, as in the classifier. See docs/scikit-learn.md for what is
    more, and what is different. Scale the target: to a mean of 0 and a variance of 1.

    Parameters
    ----------
    {parameters}
    loss : str or Loss, default="squared_error"
        "squared_error" (half of it), "absolute_error", "huber", "quantile" (the median), "poisson"
        (half the deviance, log link, for counts), or a loss such as ``Quantile(0.9)``.

    Attributes
    ----------
    {attributes}

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.preprocessing import scale
    >>> from glassnet import MLPRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> reg = MLPRegressor((8,), solver="lbfgs", alpha=10.0, random_state=0)
    >>> reg.fit(scale(X), scale(y)).score(scale(X), scale(y))
    0.5...
    """

    _: KW_ONLY
    loss: Any = "squared_error"

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseMLP._parameter_constraints,
        "loss": [StrOptions(set(LOSSES)), Loss],
    }
    _stratifies = False

    @available_if(only_with_epochs("partial_fit"))
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> MLPRegressor:
        """Train for one epoch, going on from the last one.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), optional

        Returns
        -------
        self
        """
        self._fit_to_the_end(X, y, sample_weight, incremental=True)
        return self

    def predict(self, X: Any) -> Array:
        """Predict numbers.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)

        Returns
        -------
        y : array of shape (n_samples,) or (n_samples, n_outputs)
        """
        P = self._ask(Network.predict, X)  # with the link of a loss of the user's own
        predicted: Array = self._target.decoded(P)
        return predicted

    @property
    def _target(self) -> Target:
        link: Link = "log" if isinstance(self._network.loss_function, Poisson) else "identity"
        return Means(self.n_outputs_, link)

    @property
    def out_activation_(self) -> str:
        """The function on the last layer: "exp" for the Poisson loss, else "identity"."""
        return "exp" if isinstance(self._network.loss_function, Poisson) else "identity"

    def _encode(
        self,
        X: Any,
        y: Any,
        dtype: Any,
        *,
        reset: bool,
        incremental: bool = False,  # noqa: ARG002 - for classes only
        classes: Any = None,  # noqa: ARG002
    ) -> tuple[Any, Any, Array]:
        X, y = self._validate(X, y, dtype, reset=reset, y_numeric=True)
        with np.errstate(over="ignore"):  # a target beyond float32 is refused with a word on it
            Y = y.reshape(len(y), -1).astype(X.dtype, copy=False)
        return X, y, Y

    def _encode_validation(self, X: Any, y: Any, dtype: Any) -> tuple[Any, Array]:
        X, _, Y = self._encode(X, y, dtype, reset=False)
        return X, Y

    def _training_weights(
        self,
        y: Any,  # noqa: ARG002
        sample_weight: Array | None,
        dtype: Any,  # noqa: ARG002
    ) -> Array | None:
        return sample_weight

    def _make_loss(self) -> Loss:
        return self.loss if isinstance(self.loss, Loss) else LOSSES[self.loss]()

    def _reported(self, loss: float, penalty: float) -> float:
        """Return the mean over outputs (Poisson: the sum), as scikit-learn reports it."""
        if isinstance(self._network.loss_function, Poisson):
            return loss
        reported: float = (loss - penalty) / self.n_outputs_ + penalty
        return reported

    def _default_score(self, scores: Array, rows: Rows) -> float:
        predicted = self._network.loss_function.inverse_link(scores)
        if not np.isfinite(predicted).all():
            return float("nan")
        return float(r2_score(rows.Y, predicted, sample_weight=rows.sample_weight))
