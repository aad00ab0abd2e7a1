"""What predicts: a table's encoding, networks, and what their scores mean. NumPy alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.core.arrays import Array
from glassnet.core.network import Network
from glassnet.errors import ParameterError
from glassnet.record.targets import SeveralTargets, Target
from glassnet.tabular.numbers import numbers_of

if TYPE_CHECKING:
    from glassnet.tabular.table import Table


@dataclass(frozen=True, eq=False)
class Model:
    """Predicts; estimators and files share it, so that both give the same bits.

    Attributes
    ----------
    table : Table or None
        None if rows are numbers, and go into the network as they are.
    network : Network
    target : Target
    theta : array of shape (n_networks, n_params)
        The weights; predictions are averaged over the networks.
    feature_names : tuple of str or None
        Without a table, the names by which columns of a DataFrame are found.

    Notes
    -----
    With a table all is computed in float64, so that what is predicted for a row depends on the rows
    beside it in its last digits of float64 only: BLAS adds up in another order for another number
    of rows. Without one it is computed in the dtype of the weights, as in scikit-learn.
    """

    table: Table | None
    network: Network
    target: Target
    theta: Array
    feature_names: tuple[str, ...] | None = None

    @cached_property
    def thetas(self) -> list[Array]:
        """The weights of each network, in the dtype that predictions are computed in."""
        return list(self.theta if self.table is None else self.theta.astype(np.float64))

    @cached_property
    def _networks(self) -> list[Callable[[Array], Array]]:
        """What predicts, network by network."""
        return [self.network.predictor(theta, self.target.predictions) for theta in self.thetas]

    def rows(self, X: Any) -> Array:
        """Return what the networks take, from a raw table or an array.

        Raises
        ------
        DataError
            If a column is missing, or a cell is not what it was in training.
        ShapeError
            If the number of columns is another.
        """
        if self.table is not None:
            return self.table.encode(X, np.float64)
        dtype = self.theta.dtype
        if type(X) is np.ndarray and X.dtype.kind in "fiub":
            return X if X.dtype == dtype else X.astype(dtype)
        assert self.network.n_in is not None
        return numbers_of(X, self.feature_names, self.network.n_in, dtype)

    def outputs(self, X: Any) -> Array:
        """Return probabilities, or numbers in the target's units: the mean over the networks.

        Returns
        -------
        array of shape (n_rows, n_outputs)
        """
        return self.outputs_of(self.rows(X))

    def outputs_of(self, rows: Array) -> Array:
        """Return the same for rows as the networks take them."""
        each = [predict(rows) for predict in self._networks]
        return each[0] if len(each) == 1 else self.target.averaged(np.stack(each))

    def predict(self, X: Any) -> Any:
        """Return labels or numbers, as ``predict`` of the estimator."""
        return self.target.decoded(self.outputs(X))

    def predict_proba(self, X: Any) -> Any:
        """Return probabilities, as ``predict_proba`` of the estimator.

        Raises
        ------
        ParameterError
            If the model predicts numbers.
        """
        if not self.target.has_probabilities:
            raise ParameterError("this model predicts numbers, and no probabilities. Use predict.")
        P = self.outputs(X)
        return self.target.blocks(P) if isinstance(self.target, SeveralTargets) else P
