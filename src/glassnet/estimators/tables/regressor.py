"""`TabularRegressor`."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils import column_or_1d
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from glassnet.core.arrays import Array, check_number
from glassnet.core.losses import AbsoluteError, Huber, Loss, Quantile, SquaredError
from glassnet.errors import DataError, ParameterError
from glassnet.estimators.tables.base import BaseTabular
from glassnet.estimators.tables.docs import document
from glassnet.estimators.tables.metrics import OF_NUMBERS, Metric, pinball
from glassnet.estimators.tables.splits import Rows
from glassnet.estimators.tables.standard import standard_of
from glassnet.record import Numbers, Target

LOSSES = {
    "squared_error": SquaredError,
    "absolute_error": AbsoluteError,
    "huber": Huber,
    "quantile": Quantile,
}


@document
@dataclass(eq=False, repr=False)
class TabularRegressor(RegressorMixin, BaseTabular):  # type: ignore[misc,unused-ignore] # untyped to mypy
    """The best network we know for tables, from a raw table: predicts numbers.

    Columns are understood, scaled, encoded and embedded, the target is standardised inside, a part
    of the rows is set aside, and the weights of the best epoch on them are kept. Predictions are in
    the target's units, and never outside the range of the training rows' targets. See
    docs/tables.md for the recipe.

    Parameters
    ----------
    {parameters}
    metric : {{"auto", "rmse", "mae"}}, default="auto"
        What the best epoch is best at, on the validation rows. "auto" goes with the loss: "rmse"
        for "squared_error" and "huber", "mae" for "absolute_error", the loss itself for "quantile".
    loss : {{"squared_error", "absolute_error", "huber", "quantile"}}, default="squared_error"
        On the standardised target. "quantile" predicts ``quantile``.
    quantile : float, default=0.5
        In (0, 1), for ``loss="quantile"``: 0.9 is exceeded by a tenth of the targets.

    Attributes
    ----------
    {attributes}

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from glassnet import TabularRegressor
    >>> X, y = load_diabetes(as_frame=True, return_X_y=True)
    >>> model = TabularRegressor((64,), max_iter=60, random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.4
    True
    """

    _: KW_ONLY
    loss: str = "squared_error"
    quantile: float = 0.5

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseTabular._parameter_constraints,
        "metric": [StrOptions({"auto", *OF_NUMBERS})],
        "loss": [StrOptions(set(LOSSES))],
        "quantile": [Interval(Real, 0, 1, closed="neither")],
    }
    _activation = "mish"

    def _learn_targets(self, y: Any) -> Array:
        return _numbers("y", y)

    def _targets_to_validate(self, y: Any) -> Array:
        return _numbers("y_val", y)

    def _encode(self, targets: Array, rows: Rows, w: Array | None) -> Array:
        found = standard_of(targets[rows], None if w is None else w[rows])
        self.target_mean_, self.target_std_ = found.mean, found.std
        self.target_range_ = found.low, found.high
        return self._encoded(targets)

    def _encoded(self, targets: Array) -> Array:
        Y: Array = ((targets - self.target_mean_) / self.target_std_)[:, np.newaxis]
        return Y

    def _loss_of_predictions(self, targets: Array, predicted: Array) -> float:
        return float(np.mean(((predicted[:, 0] - targets) / self.target_std_) ** 2))

    def _weights(self, targets: Array, sample_weight: Array | None) -> Array | None:  # noqa: ARG002
        return sample_weight

    def _strata(self, targets: Array) -> Array | None:  # noqa: ARG002
        return None

    def _make_loss(self) -> Loss:
        return Quantile(self.quantile) if self.loss == "quantile" else LOSSES[self.loss]()

    def _metric(self) -> Metric:
        if self.metric != "auto":
            return OF_NUMBERS[self.metric]
        if self.loss == "quantile":
            return pinball(self.quantile)
        return OF_NUMBERS["mae" if self.loss == "absolute_error" else "rmse"]

    @property
    def _target(self) -> Target:
        return Numbers(self.target_mean_, self.target_std_, *self.target_range_)

    def _rate(self) -> float:
        return 0.2 if self.numeric_embedding else 0.07

    def predict(self, X: Any) -> Array:
        """Predict numbers, in the target's units.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)

        Returns
        -------
        y : array of shape (n_rows,)
        """
        P = self._outputs(X)
        predicted: Array = self._target.decoded(P)
        return predicted

    def predict_interval(self, X: Any, coverage: float = 0.9) -> Array:
        r"""Predict intervals that hold a part ``coverage`` of the targets, of rows as in training.

        .. math:: \hat y \pm r_{(k)}, \qquad k = \lceil (m + 1)\, \text{coverage} \rceil

        with the k-th smallest of the m absolute residuals on the validation rows: split conformal
        prediction (Vovk, Gammerman and Shafer, 2005; Lei et al., 2018). The best epoch was chosen
        on the same rows, which makes intervals a little too narrow; they are as wide for every row.
        For a bound that follows the row, train with ``loss="quantile"``.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)
        coverage : float, default=0.9
            In (0, 1).

        Returns
        -------
        array of shape (n_rows, 2)
            Lower and upper ends, in the target's units; infinite if there were too few validation
            rows for that coverage.

        Raises
        ------
        ParameterError
            If the model was trained without validation rows, or was read from a file.
        """
        check_number("coverage", coverage, low=0, high=1, open_low=True, open_high=True)
        check_is_fitted(self)
        if self.validation_predictions_ is None:
            raise ParameterError(
                "predict_interval needs the residuals of validation rows, and there are none; "
                "expected a fit with validation_fraction above 0, or with X_val and y_val, in this "
                "process: a model file holds no rows."
            )
        residuals = np.abs(self.validation_targets_ - self.validation_predictions_[:, 0])
        k = int(np.ceil((len(residuals) + 1) * coverage))
        half = np.partition(residuals, k - 1)[k - 1] if k <= len(residuals) else np.inf
        predicted = self.predict(X)
        return np.stack([predicted - half, predicted + half], axis=1)


def _numbers(name: str, y: Any) -> Array:
    """Return a target as finite float64 numbers, or say what is wrong with it."""
    values = column_or_1d(y, warn=True)
    try:
        numbers = np.asarray(values).astype(np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"{name} cannot be read as numbers: {error}. Labels are for TabularClassifier."
        ) from error
    finite = np.isfinite(numbers)
    if not finite.all():
        raise DataError(
            f"{name} is {numbers[~finite][0]} in row {int((~finite).argmax())} (NaN or infinity in "
            f"{int((~finite).sum())} rows); expected finite numbers. Drop those rows."
        )
    return numbers
