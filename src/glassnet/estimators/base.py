"""What both estimators share: parameters, the way through a fit, and what is left behind."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from sklearn.base import _fit_context
from sklearn.metrics import check_scoring
from sklearn.utils import check_random_state, column_or_1d
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from glassnet.core.arrays import Array, RandomNumbers, check_dtype, check_finite
from glassnet.core.dense import Dense
from glassnet.core.losses import Loss
from glassnet.core.network import Network
from glassnet.core.training import Epoch
from glassnet.errors import DataError, ParameterError, ShapeError
from glassnet.estimators import stochastic
from glassnet.estimators.architecture import (
    hidden_sizes,
    make_network,
    make_optimizer,
)
from glassnet.estimators.callbacks import CallbackSupportMixin, FitCallbacks, management
from glassnet.estimators.checkpoints import Checkpoint, sameness
from glassnet.estimators.data import Rows
from glassnet.estimators.filing import Filed
from glassnet.estimators.lazy_rows import (
    ConvertedRows,
    accepted_dtypes,
    as_rows,
    check_converted,
)
from glassnet.estimators.lbfgs import fit_lbfgs
from glassnet.estimators.monitor import Monitor
from glassnet.estimators.parameters import Parameters
from glassnet.estimators.records import estimator_of, record_of
from glassnet.estimators.targets import Targets
from glassnet.estimators.views import Views
from glassnet.fast.threads import one_blas_thread
from glassnet.files.sealed import Path
from glassnet.record import Model, Record, Target

SPARSE = ("csr", "csc")


def _shapes(network: Network) -> list[tuple[int, ...]]:
    """Return the shape of each layer's parameters."""
    return [parameter.shape for layer in network.layers for parameter in layer.parameters]


def only_with_epochs(method: str) -> Callable[[Any], bool]:
    """Return the check that a solver goes by epochs; it raises as scikit-learn does."""

    def check(estimator: Any) -> bool:
        if estimator.solver == "lbfgs":
            raise AttributeError(
                f"{method} is only available for stochastic optimizers. {estimator.solver} is "
                "not stochastic."
            )
        return True

    return check


class BaseMLP(Filed, CallbackSupportMixin, Parameters):
    """The way through a fit, and what it leaves behind."""

    # What the two classes say for themselves

    _stratifies: ClassVar[bool]
    if TYPE_CHECKING:  # attributes of a fitted estimator: not fields, which would be parameters
        _network: Network
        _targets: Targets
        classes_: Any
        _progress: stochastic.Progress | None
        theta_: Array

    def _encode(
        self, X: Any, y: Any, dtype: Any, *, reset: bool, incremental: bool, classes: Any
    ) -> tuple[Any, Any, Array]:
        """Return checked rows, targets as they were given but checked, and encoded targets.

        ``dtype`` is the model's, None if it follows the rows'.
        """
        raise NotImplementedError

    def _encode_validation(self, X: Any, y: Any, dtype: Any) -> tuple[Any, Array]:
        """Return the checked rows and encoded targets to validate on."""
        raise NotImplementedError

    def _training_weights(self, y: Any, sample_weight: Array | None, dtype: Any) -> Array | None:
        """Return the weights to train with."""
        raise NotImplementedError

    def _make_loss(self) -> Loss:
        """Return the loss of the network."""
        raise NotImplementedError

    @property
    def _target(self) -> Target:
        """What the scores stand for."""
        raise NotImplementedError

    def _default_score(self, scores: Array, rows: Rows) -> float:
        """Return accuracy, or R²."""
        raise NotImplementedError

    # Fitting

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
        *,
        checkpoint: Path | None = None,
        checkpoint_every: float = 60.0,
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
        checkpoint : str or path, optional
            A file to write the training down in. If it is there, from a training on the same data
            with the same parameters, training goes on from it, and ends with the same bits as if
            it had never been interrupted. The one before stays beside it, as ``.previous``.
        checkpoint_every : float, default=60
            Seconds between two writings, at least; 0 writes after each epoch. Epochs of more than
            1,000 steps are written down on the way, too.

        Returns
        -------
        self

        Raises
        ------
        CheckpointError
            If the checkpoint is of other data, other parameters or other versions.
        ModelFileError
            If it is damaged, or no checkpoint.
        DivergenceError
            If the loss or a weight stops being finite; the estimator holds the last finite
            weights. With ``early_stopping`` a ConvergenceWarning, and the best weights.

        Notes
        -----
        Arrays of float32 or float64, memory maps among them, are not copied: rows are read batch by
        batch, and converted then if ``dtype`` is the other one. "lbfgs" takes all rows at once, and
        a scorer is handed a copy of the rows that are set aside.
        """
        self._fit_to_the_end(
            X, y, sample_weight, X_val, y_val, incremental=False,
            checkpoint=checkpoint, checkpoint_every=checkpoint_every,
        )  # fmt: skip
        return self

    @available_if(only_with_epochs("iter_fit"))
    def iter_fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        X_val: Any = None,
        y_val: Any = None,
        *,
        checkpoint: Path | None = None,
        checkpoint_every: float = 60.0,
    ) -> Iterator[Epoch]:
        """Train the network, yielding after each epoch; between yields the estimator predicts.

        Closing the generator (or leaving the loop) ends training as early stopping does.

        Parameters
        ----------
        X, y, sample_weight, X_val, y_val, checkpoint, checkpoint_every :
            As in `fit`. Epochs that a checkpoint has behind it are not yielded again.

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
        return self._start(
            X, y, sample_weight, X_val, y_val, incremental=False,
            checkpoint=checkpoint, checkpoint_every=checkpoint_every,
        )  # fmt: skip

    def _fit_to_the_end(self, *data: Any, **named: Any) -> None:
        """Train through all epochs."""
        with one_blas_thread():
            deque(self._start(*data, **named), maxlen=0)

    def _start(self, *data: Any, **named: Any) -> Iterator[Epoch]:
        """Check everything, and return the epochs to come; until the first, nothing changes.

        Preparing writes fitted attributes. They are put back at once, whether it succeeds or not,
        and written anew when the first epoch is asked for.
        """
        before = self.__dict__.copy()
        try:
            epochs = self._prepare(*data, **named)
            after = self.__dict__.copy()
        finally:
            self.__dict__.clear()
            self.__dict__.update(before)
        return self._go(before, after, epochs)

    def _go(
        self, before: dict[str, Any], after: dict[str, Any], epochs: Iterator[Epoch]
    ) -> Iterator[Epoch]:
        for name in before.keys() - after.keys():  # such as the names of columns
            self.__dict__.pop(name, None)
        self.__dict__.update(
            (name, value)
            for name, value in after.items()
            if name not in before or before[name] is not value
        )
        yield from epochs

    def _prepare(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        X_val: Any = None,
        y_val: Any = None,
        *,
        incremental: bool,
        classes: Any = None,
        checkpoint: Path | None = None,
        checkpoint_every: float = 60.0,
    ) -> Iterator[Epoch]:
        """Check everything, make the network, and return the epochs to come."""
        hidden_sizes(self.hidden_layer_sizes)
        if self.early_stopping and incremental:
            raise ParameterError("partial_fit does not support early_stopping=True")
        self._check_what_needs_epochs()
        first = not hasattr(self, "theta_") or not (self.warm_start or incremental)
        X_given, y_given = X, y
        dtype = self._asked_dtype() if first else self.theta_.dtype
        X, y, Y = self._encode(X, y, dtype, reset=first, incremental=incremental, classes=classes)
        check_finite("y", Y)
        self._make_loss().check_targets(Y)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(
                sample_weight, Y, dtype=X.dtype, ensure_non_negative=True
            )
        weights = self._training_weights(y, sample_weight, X.dtype)
        if self.solver == "lbfgs" and isinstance(X, ConvertedRows):
            X = X[:]  # which asks for all of them each time
        data = Rows(X, Y, weights, X_given, y_given, sample_weight)
        validation = self._validation(X_val, y_val, data)
        kept, rng = self._checkpoint(
            checkpoint, checkpoint_every, data, validation, None if first else self.theta_
        )
        self._build(data, rng, first=first)
        self._scorer = None if self.scoring is None else check_scoring(self, self.scoring)
        if self.solver == "lbfgs":
            self.engine_ = "numpy"
            return self._fit_lbfgs(data, validation)
        sets_aside = self.early_stopping and validation is None
        progress = stochastic.prepare(self, data, make_optimizer(self), rng, sets_aside=sets_aside)
        if progress.validation is not None:
            as_given = self.scoring is not None
            validation = stochastic.take(data, progress.validation, as_given=as_given)
        monitor = Monitor(self, validation, watch_validation=self.early_stopping)
        return stochastic.epochs(self, data, progress, monitor, kept, incremental=incremental)

    def _checkpoint(
        self, path: Path | None, every: float, data: Rows, validation: Rows | None, theta: Any
    ) -> tuple[Checkpoint | None, RandomNumbers]:
        """Return where the training is written down, and the generator to draw from."""
        if path is None:
            return None, self._random_numbers()
        if self.solver == "lbfgs":
            raise ParameterError(
                "checkpoint needs a solver with epochs, such as 'adam'; 'lbfgs' has none."
            )
        arrays = {"X": data.X, "y": data.Y, "sample_weight": data.w, "theta_": theta}
        if validation is not None:
            arrays |= {"X_val": validation.X, "y_val": validation.Y}
        rng = self._random_numbers()
        is_given = rng is self.random_state
        return Checkpoint.open(path, every, rng, is_given, lambda: sameness(self, arrays))

    def _validate(
        self, X: Any, y: Any, dtype: Any, *, reset: bool, y_numeric: bool = False
    ) -> tuple[Any, Any]:
        """Return checked rows in the model's dtype, and checked targets."""
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=list(SPARSE),
            multi_output=True,
            y_numeric=y_numeric,
            dtype=accepted_dtypes(X, dtype),
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        rows = as_rows(X, dtype)
        check_converted(rows, self)
        return rows, y

    def _validation(self, X_val: Any, y_val: Any, data: Rows) -> Rows | None:
        """Return the caller's rows to validate on, checked beside those to train on."""
        if (X_val is None) != (y_val is None):
            raise ParameterError("X_val and y_val go together; one of them is None.")
        if X_val is None:
            return None
        X, Y = self._encode_validation(X_val, y_val, data.X.dtype)
        if Y.shape[1] != data.Y.shape[1]:
            raise ShapeError(
                f"y_val has {Y.shape[1]} columns, y has {data.Y.shape[1]}; expected as many."
            )
        return Rows(X, Y, None, X_val, y_val)

    def _check_what_needs_epochs(self) -> None:
        """Raise for settings that L-BFGS, which has no steps, cannot follow."""
        if self.solver != "lbfgs":
            return
        for name in ("schedule", "dropout", "max_grad_norm", "engine"):
            value = getattr(self, name)
            if np.any(value) if name != "engine" else value == "numba":
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

    def _fit_lbfgs(self, data: Rows, validation: Rows | None) -> Iterator[Epoch]:
        """Train to the end when the first epoch is asked for: there are none."""
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
        yield from ()

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
        return Views(self, which)

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

    def _reported(self, loss: float, penalty: float) -> float:  # noqa: ARG002 - a regressor's
        """Return a loss on scikit-learn's scale."""
        return loss

    # Predicting

    def _ask(self, method: Callable[..., Any], X: Any, *more: Any) -> Any:
        """Return what a method of `Network` gives for the user's rows."""
        rows = X if self._is_plain(X) else self._check_rows(X)
        try:
            return method(self._network, self.theta_, rows, *more)
        except DataError as error:
            refused = error
        with np.errstate(over="ignore"):
            self._check_rows(X, [self.theta_.dtype])  # raises in scikit-learn's words, if X is why
        raise refused

    def _is_plain(self, X: Any) -> bool:
        """Return whether the network itself checks all that `validate_data` would.

        That is the shape and each number, of an array in the model's dtype. `validate_data` takes
        150 us for one row of it, this 0.5.
        """
        return (
            type(X) is np.ndarray
            and self.__sklearn_is_fitted__()
            and X.dtype == self.theta_.dtype
            and not hasattr(self, "feature_names_in_")
        )

    def _check_rows(self, X: Any, dtypes: list[Any] | None = None) -> Any:
        """Return checked rows in the model's dtype."""
        check_is_fitted(self)
        dtype = self.theta_.dtype
        X = validate_data(
            self,
            X,
            accept_sparse=list(SPARSE),
            dtype=dtypes or accepted_dtypes(X, dtype),
            reset=False,
        )
        return as_rows(X, dtype)

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
        outputs = self._ask(Network.activations, X)
        dense = [i for i, layer in enumerate(self._network.layers) if isinstance(layer, Dense)]
        return [outputs[i + 1] for i in dense[:-1]]

    # Files of it

    @property
    def _model(self) -> Model:
        """What predicts, without scikit-learn: the same as a file of it."""
        return self._record().model

    def _record(self) -> Record:
        return record_of(self)

    @classmethod
    def _of_record(cls, record: Record) -> Self:
        estimator: Self = estimator_of(cls, record)
        return estimator

    def _asked_dtype(self) -> np.dtype[Any] | None:
        """Return the dtype that is asked for; None is the data's."""
        return None if self.dtype is None else check_dtype(self.dtype)

    def __sklearn_tags__(self) -> Any:
        """Say what the estimator takes."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.multi_output = True
        return tags
