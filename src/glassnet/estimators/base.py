"""What both estimators share: parameters, the way through a fit, and what is left behind."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator, _fit_context
from sklearn.metrics import check_scoring
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, Options, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from glassnet.core.activations import Activation
from glassnet.core.arrays import Array, RandomNumbers, check_dtype, check_finite
from glassnet.core.initializers import Initializer
from glassnet.core.losses import Loss
from glassnet.core.network import Network
from glassnet.core.optimizers import Optimizer
from glassnet.core.schedules import Schedule
from glassnet.core.training import Epoch
from glassnet.errors import ParameterError, ShapeError
from glassnet.estimators import stochastic
from glassnet.estimators.architecture import (
    ACTIVATIONS,
    hidden_sizes,
    make_network,
    make_optimizer,
)
from glassnet.estimators.callbacks import CallbackSupportMixin, FitCallbacks, management
from glassnet.estimators.data import Rows
from glassnet.estimators.lbfgs import fit_lbfgs
from glassnet.estimators.monitor import Monitor
from glassnet.estimators.sparse import as_rows

SPARSE = ("csr", "csc")


class _Views(list[Array]):
    """Views into ``theta_``; assigning to an entry writes into the view it stands for.

    Pickled and copied, it is a plain list.
    """

    def __init__(self, estimator: BaseMLP, which: int) -> None:
        params = estimator._network.views(estimator.theta_)
        super().__init__(one[which] for one in params if one)
        self._estimator = estimator
        self._which = which

    def __setitem__(self, index: Any, value: Any) -> None:
        values: list[Any] = list(self)
        values[index] = value
        self._estimator._assign(self._which, values)
        super().__setitem__(slice(None), _Views(self._estimator, self._which))

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (list(self),)


def _shapes(network: Network) -> list[tuple[int, ...]]:
    """Return the shape of each layer's weights."""
    return [layer.parameters[0].shape for layer in network.layers if layer.parameters]


def _is_stochastic(estimator: Any) -> bool:
    """Return whether the solver goes by epochs, or raise as scikit-learn does."""
    if estimator.solver == "lbfgs":
        raise AttributeError(
            "partial_fit and iter_fit are only available for stochastic optimizers. "
            f"{estimator.solver} is not stochastic."
        )
    return True


@dataclass(eq=False, repr=False)
class BaseMLP(CallbackSupportMixin, BaseEstimator):  # type: ignore[misc,unused-ignore]
    """The parameters, in scikit-learn's order, then ours. See the two classes."""

    hidden_layer_sizes: Any = (100,)
    activation: Any = "relu"
    _: KW_ONLY
    solver: Any = "adam"
    alpha: float = 0.0001
    batch_size: Any = "auto"
    learning_rate: str = "constant"
    learning_rate_init: float = 0.001
    power_t: float = 0.5
    max_iter: int = 200
    shuffle: bool = True
    random_state: Any = None
    tol: float = 1e-4
    verbose: Any = False
    warm_start: bool = False
    momentum: float = 0.9
    nesterovs_momentum: bool = True
    early_stopping: bool = False
    validation_fraction: float = 0.1
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    n_iter_no_change: Any = 10
    max_fun: int = 15000
    schedule: Schedule | None = None
    dropout: Any = 0.0
    max_grad_norm: float | None = None
    init: Any = None
    scoring: Any = None
    restore_best: bool = False
    max_time: float | None = None
    dtype: Any = None

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [StrOptions(set(ACTIVATIONS)), Activation, list, tuple],
        "solver": [StrOptions({"lbfgs", "sgd", "adam"}), Optimizer],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "learning_rate": [StrOptions({"constant", "invscaling", "adaptive"})],
        "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
        "power_t": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "shuffle": ["boolean"],
        "random_state": ["random_state", np.random.Generator],
        "tol": [Interval(Real, 0, None, closed="left")],
        "verbose": ["verbose"],
        "warm_start": ["boolean"],
        "momentum": [Interval(Real, 0, 1, closed="both")],
        "nesterovs_momentum": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "beta_1": [Interval(Real, 0, 1, closed="left")],
        "beta_2": [Interval(Real, 0, 1, closed="left")],
        "epsilon": [Interval(Real, 0, None, closed="neither")],
        "n_iter_no_change": [
            Interval(Integral, 1, None, closed="left"),
            Options(Real, {np.inf}),
        ],
        "max_fun": [Interval(Integral, 1, None, closed="left")],
        "schedule": [Schedule, None],
        "dropout": [Interval(Real, 0, 1, closed="left"), list, tuple],
        "max_grad_norm": [Interval(Real, 0, None, closed="neither"), None],
        "init": [Initializer, tuple, None],
        "scoring": [str, callable, None],
        "restore_best": ["boolean"],
        "max_time": [Interval(Real, 0, None, closed="neither"), None],
        "dtype": [StrOptions({"float32", "float64"}), type, np.dtype, None],
    }

    # What the two classes say for themselves

    _stratifies: ClassVar[bool]
    if TYPE_CHECKING:  # attributes of a fitted estimator: not fields, which would be parameters
        _network: Network
        _progress: stochastic.Progress | None
        theta_: Array

    def _encode(self, X: Any, y: Any, dtype: Any, *, reset: bool) -> tuple[Any, Any, Array]:
        """Return checked rows, targets as they were given but checked, and encoded targets."""
        raise NotImplementedError

    def _encode_validation(self, X: Any, y: Any, dtype: Any) -> tuple[Any, Array]:
        """Return the checked rows and encoded targets to validate on."""
        raise NotImplementedError

    def _training_weights(self, y: Any, sample_weight: Array | None) -> Array | None:
        """Return the weights to train with."""
        raise NotImplementedError

    def _make_loss(self) -> Loss:
        """Return the loss of the network."""
        raise NotImplementedError

    def _default_score(self, scores: Array, rows: Rows) -> float:
        """Return accuracy, or R²."""
        raise NotImplementedError

    # Fitting

    def _validate_params(self) -> None:
        """Check the parameters, with a word on a mistake that scikit-learn's order invites."""
        if isinstance(self.hidden_layer_sizes, str):
            raise ParameterError(
                f"The 'hidden_layer_sizes' parameter is the string {self.hidden_layer_sizes!r}; "
                "expected whole numbers such as (100,). It comes first here; write "
                f"loss={self.hidden_layer_sizes!r} if you mean the loss."
            )
        super()._validate_params()

    def __sklearn_is_fitted__(self) -> bool:
        """Return whether there are weights: a fit may fail after it has counted the features."""
        return "theta_" in vars(self)

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        X_val: Any = None,
        y_val: Any = None,
    ) -> Any:
        """Train the network.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Labels or numbers.
        sample_weight : array-like of shape (n_samples,), optional
            0 or more; a weight of 2 equals the row twice.
        X_val, y_val : optional
            Rows to validate on after each epoch. With ``early_stopping`` they take the place of
            the rows that would be set aside.

        Returns
        -------
        self

        Raises
        ------
        DivergenceError
            If the loss or a weight stops being finite; the estimator holds the last finite
            weights. With ``early_stopping`` a ConvergenceWarning, and the best weights.
        """
        deque(
            self._start(X, y, sample_weight, X_val, y_val, incremental=False), maxlen=0
        )  # to the end
        return self

    @available_if(_is_stochastic)
    def iter_fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        X_val: Any = None,
        y_val: Any = None,
    ) -> Iterator[Epoch]:
        """Train the network, yielding after each epoch; between yields the estimator predicts.

        Closing the generator (or leaving the loop) ends training as early stopping does.

        Parameters
        ----------
        X, y, sample_weight, X_val, y_val :
            As in `fit`.

        Yields
        ------
        Epoch
            With the loss on the scale of ``loss_curve_``.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from glassnet import MLPClassifier
        >>> X, y = load_iris(return_X_y=True)
        >>> clf = MLPClassifier((8,), learning_rate_init=0.01, random_state=0)
        >>> for epoch in clf.iter_fit(X, y):
        ...     if clf.score(X, y) > 0.9: break
        >>> clf.n_iter_ == epoch.number < 200
        True
        """
        self._validate_params()
        return self._start(X, y, sample_weight, X_val, y_val, incremental=False)

    def _start(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        X_val: Any = None,
        y_val: Any = None,
        *,
        incremental: bool,
    ) -> Iterator[Epoch]:
        """Check everything, and return the epochs to come."""
        hidden_sizes(self.hidden_layer_sizes)
        if self.early_stopping and incremental:
            raise ParameterError("partial_fit does not support early_stopping=True")
        if (X_val is None) != (y_val is None):
            raise ParameterError("X_val and y_val go together; one of them is None.")
        self._check_what_needs_epochs()
        first = not hasattr(self, "theta_") or not (self.warm_start or incremental)
        X_given, y_given = X, y
        dtype = self._dtypes() if first else self.theta_.dtype
        X, y, Y = self._encode(X, y, dtype, reset=first)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(
                sample_weight, X, dtype=X.dtype, ensure_non_negative=True
            )
        data = Rows(
            as_rows(X), Y, self._training_weights(y, sample_weight), X_given, y_given, sample_weight
        )
        check_finite("y", Y)
        self._make_loss().check_targets(Y)  # before anything of an earlier fit is overwritten
        validation = None
        if X_val is not None:
            rows_val, targets_val = self._encode_validation(X_val, y_val, X.dtype)
            validation = Rows(as_rows(rows_val), targets_val, None, X_val, y_val)
        rng = self._random_numbers()
        self._build(data, rng, first=first)
        self._scorer = None if self.scoring is None else check_scoring(self, self.scoring)
        if self.solver == "lbfgs":
            self._fit_lbfgs(data, validation)
            return iter(())
        sets_aside = self.early_stopping and validation is None
        progress = stochastic.prepare(self, data, make_optimizer(self), rng, sets_aside=sets_aside)
        if progress.validation is not None:
            validation = stochastic.take(data, progress.validation)
        monitor = Monitor(self, validation, watch_validation=self.early_stopping)
        return stochastic.epochs(self, data, progress, monitor, incremental=incremental)

    def _check_what_needs_epochs(self) -> None:
        """Raise for settings that L-BFGS, which has no steps, cannot follow."""
        if self.solver != "lbfgs":
            return
        for name, default in (("schedule", None), ("dropout", 0), ("max_grad_norm", None)):
            value = getattr(self, name)
            if value != default and np.any(value):
                raise ParameterError(
                    f"{name}={value!r} needs a solver with steps, such as 'adam'; 'lbfgs' follows "
                    "a line search on all rows at once."
                )

    def _random_numbers(self) -> RandomNumbers:
        if isinstance(self.random_state, np.random.Generator):
            return self.random_state
        rng: RandomNumbers = check_random_state(self.random_state)
        return rng

    def _build(self, data: Rows, rng: RandomNumbers, *, first: bool) -> None:
        """Make the network; draw its parameters if this is a first fit."""
        network = make_network(
            data.X.shape[1],
            self.hidden_layer_sizes,
            data.Y.shape[1],
            activation=self.activation,
            dropout=self.dropout,
            init=self.init,
            alpha=self.alpha,
            loss=self._make_loss(),
        )
        if not first and _shapes(network) != _shapes(self._network):
            raise ParameterError(
                f"hidden_layer_sizes={self.hidden_layer_sizes!r} makes weights of the shapes "
                f"{_shapes(network)}, the fitted ones have {_shapes(self._network)}; training can "
                "go on in the same shape only. Fit anew without warm_start."
            )
        self._network = network
        if first:
            self.theta_ = network.init(rng, dtype=data.X.dtype)
            self._progress = None
            Monitor.reset(self)
        self.n_outputs_ = data.Y.shape[1]
        self.n_layers_ = len(hidden_sizes(self.hidden_layer_sizes)) + 2

    def _fit_lbfgs(self, data: Rows, validation: Rows | None) -> None:
        monitor = Monitor(self, validation, watch_validation=False)
        with management(self):
            callbacks = FitCallbacks(
                self,
                "lbfgs-iter",
                self.max_iter + 1,  # SciPy tells of the end of an iteration, not of the last
                data.X_given,
                data.y_given,
                data.sample_weight,
            )
            try:
                fit_lbfgs(self, data, monitor, callbacks)
            finally:
                callbacks.close(self._fitted_now)

    def _fitted_now(self) -> dict[str, Any]:
        """Return the fitted attributes that a callback's copy of this estimator needs."""
        return {"theta_": self.theta_.copy()}

    # What a fit leaves behind

    @property
    def coefs_(self) -> list[Array]:
        """The weight matrix of each layer: views into ``theta_``."""
        return self._parameters_of_dense(0)

    @coefs_.setter
    def coefs_(self, values: Sequence[Any]) -> None:
        self._assign(0, values)

    @property
    def intercepts_(self) -> list[Array]:
        """The bias vector of each layer: views into ``theta_``."""
        return self._parameters_of_dense(1)

    @intercepts_.setter
    def intercepts_(self, values: Sequence[Any]) -> None:
        self._assign(1, values)

    def _parameters_of_dense(self, which: int) -> list[Array]:
        if "theta_" not in vars(self):
            name = ("coefs_", "intercepts_")[which]
            raise AttributeError(f"{type(self).__name__} has no {name} before it is fitted.")
        return _Views(self, which)

    def _assign(self, which: int, values: Sequence[Any]) -> None:
        """Write new weights or biases into ``theta_``, from which training will go on."""
        views = self._parameters_of_dense(which)
        if len(values) != len(views):
            raise ShapeError(f"{len(values)} arrays for {len(views)} layers; expected one each.")
        for layer, (new, view) in enumerate(zip(values, views, strict=True)):
            if np.shape(new) != view.shape:
                raise ShapeError(
                    f"the array for layer {layer} has shape {np.shape(new)}; expected {view.shape}."
                )
        if not self.theta_.flags.writeable:  # a memory map
            self.theta_ = np.array(self.theta_)
            views = self._parameters_of_dense(which)
        for new, view in zip(values, views, strict=True):
            view[...] = new
        if self._progress is not None:
            self._progress.shown = None

    def _reported(self, loss: float, penalty: float) -> float:
        """Return a loss on scikit-learn's scale."""
        return loss + 0.0 * penalty

    # Predicting

    def _scores(self, X: Any) -> Array:
        """Return the scores of the user's rows."""
        rows = self._check_rows(X)
        return self._network.scores(self.theta_, rows)

    def _check_rows(self, X: Any) -> Any:
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse=list(SPARSE), dtype=self.theta_.dtype, reset=False)
        return as_rows(X)

    def hidden_activations(self, X: Any) -> list[Array]:
        """Return what each hidden layer gives: its nodes' values after the activation.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)

        Returns
        -------
        list of array of shape (n_samples, n_nodes)
            One for each hidden layer.
        """
        rows = self._check_rows(X)
        outputs = self._network.activations(self.theta_, rows)
        return [
            output
            for layer, output in zip(self._network.layers, outputs, strict=True)
            if isinstance(layer, Activation)
        ]

    def _dtypes(self) -> list[Any]:
        """Return the dtypes to keep: the data's, if none is asked for."""
        return [np.float64, np.float32] if self.dtype is None else [check_dtype(self.dtype)]

    def __sklearn_tags__(self) -> Any:
        """Say what the estimator takes."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.multi_output = True
        return tags
