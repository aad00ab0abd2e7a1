"""What both estimators for tables share: the way through a fit, and predictions."""

from __future__ import annotations

import logging
import time
import warnings
from dataclasses import fields
from numbers import Integral
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from sklearn.base import _fit_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import _safe_indexing, check_consistent_length, check_random_state
from sklearn.utils.validation import (
    _check_feature_names,
    _check_sample_weight,
    check_is_fitted,
    validate_data,
)

from glassnet.core.arrays import Array, check_dtype
from glassnet.core.losses import Loss
from glassnet.core.network import Network
from glassnet.core.optimizers import AdamW
from glassnet.core.training import Epoch
from glassnet.errors import DataError, ParameterError
from glassnet.estimators.architecture import hidden_sizes, make_activation
from glassnet.estimators.checkpoints import Checkpoint, sameness
from glassnet.estimators.engine import choose_engine
from glassnet.estimators.filing import Filed
from glassnet.estimators.tables.importances import MOST_ROWS, permutation_importances
from glassnet.estimators.tables.ledger import Ledger
from glassnet.estimators.tables.members import ENDS, Job, Member, train_members
from glassnet.estimators.tables.metrics import Metric
from glassnet.estimators.tables.parameters import SCHEDULES, TabularParameters
from glassnet.estimators.tables.reporting import facts_of
from glassnet.estimators.tables.saving import estimator_of, record_of, training_of
from glassnet.estimators.tables.splits import Rows, Split, folds, split_at_random, split_by
from glassnet.fast.threads import one_blas_thread
from glassnet.files.sealed import Path
from glassnet.record import Model, Record, Target
from glassnet.report import Report
from glassnet.tabular import recipe
from glassnet.tabular.columns import Column
from glassnet.tabular.table import Table

logger = logging.getLogger("glassnet")

FEWEST_ROWS = 2


class BaseTabular(Filed, TabularParameters):
    """The way through a fit, and what it leaves behind."""

    # What the two classes say for themselves

    _activation: ClassVar[str]
    _progress: ClassVar[Any] = None
    """Called with Epoch and Member after each epoch, if an instance has one: a progress bar."""

    if TYPE_CHECKING:  # attributes of a fitted estimator: not fields, which would be parameters
        table_: Table
        theta_: Array
        _network: Network

    def _learn_targets(self, y: Any) -> Array:
        """Learn labels, return them as codes; or return numbers."""
        raise NotImplementedError

    def _targets_to_validate(self, y: Any) -> Array:
        """Return the targets of validation rows as codes, or as numbers."""
        raise NotImplementedError

    def _encode(self, targets: Array, rows: Rows, w: Array | None) -> Array:
        """Return what the network learns; learn how from the rows to train on."""
        raise NotImplementedError

    def _encoded(self, targets: Array) -> Array:
        """Return what the network learns, as `_encode` has learned it."""
        raise NotImplementedError

    def _loss_of_predictions(self, targets: Array, predicted: Array) -> float:
        """Return how far predictions are off, for the importance of columns."""
        raise NotImplementedError

    def _weights(self, targets: Array, sample_weight: Array | None) -> Array | None:
        """Return the weights to train and to validate with."""
        raise NotImplementedError

    def _make_loss(self) -> Loss:
        raise NotImplementedError

    def _metric(self) -> Metric:
        raise NotImplementedError

    @property
    def _target(self) -> Target:
        """What is predicted, as learned from the targets."""
        raise NotImplementedError

    def _rate(self) -> float:
        """Return the learning rate that "auto" stands for."""
        raise NotImplementedError

    def _strata(self, targets: Array) -> Array | None:
        """Return what a split into training and validation rows is to keep the shares of."""
        raise NotImplementedError

    # Fitting

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        X_val: Any = None,
        y_val: Any = None,
        groups: Any = None,
        *,
        checkpoint: Path | None = None,
        checkpoint_every: float = 60.0,
    ) -> Any:
        """Train on a raw table.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)
            A pandas, polars or Arrow table, a NumPy array, or a list of rows: with text, dates,
            missing cells. See `Table` for what becomes of each column.
        y : array-like of shape (n_rows,)
            Labels or numbers, none missing.
        sample_weight : array-like of shape (n_rows,), optional
            0 or more; a weight of 2 equals the row twice.
        X_val, y_val : optional
            Rows to validate on after each epoch, in place of those that are set aside.
        groups : array-like of shape (n_rows,), optional
            For a ``validation_split`` that keeps groups together, such as ``GroupShuffleSplit``.
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
        DataError
            If the table, a column or the target cannot be used; the message says which, and why.
        """
        self._check_together(X_val, y_val)
        self._check_y_is_there(y)
        sizes = hidden_sizes(self.hidden_layer_sizes)
        before = self.__dict__.copy()
        try:
            X, y, w, groups = self._check(X, y, sample_weight, groups)
            targets = self._learn_targets(y)
            table = Table.learn(X, self.categorical_features, self.max_one_hot, w)
            matrix = table.encode(X, check_dtype(self.dtype))
            aside = None if X_val is None else self._validation(table, X_val, y_val)
            data = {"X": matrix, "y": targets, "sample_weight": w}
            if aside is not None:
                data |= {"X_val": aside[0], "y_val": aside[1]}
            kept, rng = Checkpoint.open(
                checkpoint,
                checkpoint_every,
                self._random_numbers(),
                isinstance(self.random_state, np.random.Generator),
                lambda: sameness(self, data),
            )
            splits = self._splits(targets, rng, groups, has_rows=X_val is not None)
            rows = np.unique(np.concatenate([rows for rows, _ in splits]))
            Y = self._encode(targets, rows, w).astype(matrix.dtype, copy=False)
            w = self._weights(targets, w)
            job = self._job(table, sizes, matrix, Y, w, rows)
            if aside is not None:
                jobs = [job.judged_on(*aside)]
            else:
                jobs = [job.of_bag(rows, targets, w, others) for rows, others in splits]
            jobs = [job for job in jobs for _ in range(self.n_ensemble)]
            ledger = Ledger(kept, self.engine_)
            with one_blas_thread():
                members = train_members(jobs, rng.spawn(len(jobs)), ledger.train)
            self._keep(table, jobs[: len(members)], members)
            self._look_back(jobs[: len(members)], targets, rng)
            is_whole = len(members) == len(jobs) and members[-1].stopped not in ENDS
            if is_whole and self.refit and jobs[0].X_val is not None:
                self._train_again(jobs[0], members, rng, ledger)
        except BaseException:
            self.__dict__.clear()
            self.__dict__.update(before)
            raise
        return self

    def _check(
        self, X: Any, y: Any, sample_weight: Any, groups: Any
    ) -> tuple[Any, Any, Array | None, Any]:
        """Return table, target, weights and groups, checked; rows of weight 0 are left out."""
        X = self._check_table(X, reset=True)
        check_consistent_length(np.empty(_length(X)), y)
        if sample_weight is None:
            return X, y, None, groups
        w: Array = _check_sample_weight(
            sample_weight, np.empty((_length(X), 1)), dtype=np.float64, ensure_non_negative=True
        )
        kept = np.flatnonzero(w)
        if not kept.size:  # scikit-learn before 1.9 lets it pass
            raise DataError("sample_weight is zero for every row: nothing is left to learn from.")
        if len(kept) < len(w):
            X, y, w = _safe_indexing(X, kept), _safe_indexing(y, kept), w[kept]
            groups = None if groups is None else _safe_indexing(groups, kept)
        return X, y, w, groups

    def _check_together(self, X_val: Any, y_val: Any) -> None:
        """Raise if what is given contradicts itself."""
        if (X_val is None) != (y_val is None):
            raise ParameterError("X_val and y_val go together; one of them is None.")
        if self.n_bags > 1 and X_val is not None:
            raise ParameterError(
                f"n_bags is {self.n_bags}, which sets rows of X aside, and there is X_val, too; "
                "expected one of them. n_ensemble trains several networks on the same rows."
            )
        if self.n_bags > 1 and self.refit:
            raise ParameterError(
                f"n_bags is {self.n_bags} and refit is True: with bags, what is set aside for one "
                "network is trained on by others. Set one of them back."
            )

    def _check_y_is_there(self, y: Any) -> None:
        if y is None:
            raise ParameterError(
                f"{type(self).__name__} requires y to be passed, but the target y is None."
            )

    def _random_numbers(self) -> np.random.Generator:
        if isinstance(self.random_state, np.random.Generator):
            return self.random_state
        if isinstance(self.random_state, Integral):
            return np.random.default_rng(int(self.random_state))
        seed = check_random_state(self.random_state).randint(2**31 - 1)
        return np.random.default_rng(seed)

    def _check_table(self, X: Any, *, reset: bool) -> Any:
        """Return a table that `Table` can read; write or compare names and number of columns."""
        if isinstance(X, list):
            X = np.array(X, dtype=object) if X and isinstance(X[0], list | tuple) else np.array(X)
        if not _is_frame(X):
            return validate_data(self, X, dtype=None, ensure_all_finite=False, reset=reset,
                                 ensure_min_samples=FEWEST_ROWS if reset else 1)  # fmt: skip
        if reset:
            _check_feature_names(self, X, reset=True)
            self.n_features_in_ = len(X.columns)
            if _length(X) < FEWEST_ROWS:
                raise DataError(f"X has {_length(X)} rows; expected at least {FEWEST_ROWS}.")
        return X

    def _splits(
        self, targets: Array, rng: np.random.Generator, groups: Any, *, has_rows: bool
    ) -> list[Split]:
        """Return the rows to train on and those to set aside, bag by bag."""
        if groups is not None and self.validation_split is None:
            raise ParameterError(
                "groups are for validation_split, which is None; expected a splitter such as "
                "GroupShuffleSplit(1, test_size=0.2)."
            )
        if has_rows:
            return [(np.arange(len(targets)), np.arange(0))]
        if self.validation_split is not None:
            return split_by(self.validation_split, targets, groups, self.n_bags)
        strata = self._strata(targets)
        if self.n_bags > 1:
            return folds(len(targets), strata, self.n_bags, rng)
        return [split_at_random(len(targets), strata, self.validation_fraction, rng)]

    def _validation(self, table: Table, X: Any, y: Any) -> tuple[Array, Array, Array | None]:
        """Return the user's rows to validate on: encoded, their plain targets, and weights."""
        X = self._check_table(X, reset=False)
        check_consistent_length(np.empty(_length(X)), y)
        known = self._targets_to_validate(y)
        return table.encode(X, check_dtype(self.dtype)), known, self._weights(known, None)

    def _job(
        self,
        table: Table,
        sizes: Any,
        matrix: Array,
        Y: Array,
        w: Array | None,
        rows: Rows,
    ) -> Job:
        """Return what is to be trained, and on what."""
        net = self._recipe(sizes).network(table, Y.shape[1], self._make_loss())
        rate = self._rate() if self.learning_rate_init == "auto" else self.learning_rate_init
        optimizer = AdamW(
            float(rate),
            beta_1=self.beta_1,
            beta_2=self.beta_2,
            epsilon=self.epsilon,
            weight_decay=self.weight_decay,
        )
        batch_size = min(self.batch_size, len(rows))
        self.engine_, run_steps = choose_engine(
            self.engine, net, optimizer, matrix,
            n_rows=len(rows), batch_size=batch_size,
            n_epochs=self.max_iter * self.n_ensemble * self.n_bags,
        )  # fmt: skip
        w = None if w is None else w.astype(matrix.dtype)
        deadline = None if self.max_time is None else time.monotonic() + self.max_time
        return Job(
            net, optimizer, matrix, Y, w, rows, None, None, None, self._target.predictions,
            self._metric(), batch_size, self.max_iter, SCHEDULES[self.learning_rate], run_steps,
            deadline, self._say,
        )  # fmt: skip

    def _recipe(self, sizes: list[int]) -> recipe.Recipe:
        """Return the network's settings: parameters of the same names."""
        names = [one.name for one in fields(recipe.Recipe)]
        settings = {name: getattr(self, name) for name in names}
        name = self._activation if self.activation == "auto" else self.activation
        settings |= {"hidden_layer_sizes": sizes, "activation": make_activation(name)}
        return recipe.Recipe(**settings)

    def _keep(self, table: Table, jobs: list[Job], members: list[Member]) -> None:
        """Keep what was trained, and how it went."""
        self.table_ = table
        self._network = jobs[0].net
        self.n_rows_ = len(np.unique(np.concatenate([job.rows for job in jobs])))
        self.metric_ = jobs[0].metric.name
        self.theta_ = np.stack([member.theta for member in members])
        self.loss_curve_ = [member.losses for member in members]
        self.validation_scores_ = [member.scores for member in members]
        self.best_epoch_ = [member.best_epoch for member in members]
        self.best_score_ = training_of(self).best_score
        self.n_iter_ = max(len(member.losses) for member in members)

    def _look_back(self, jobs: list[Job], targets: Array, rng: np.random.Generator) -> None:
        """Keep what the networks say of the validation rows, and which columns matter there.

        Without validation rows nothing is kept, and columns are looked at on training rows.
        """
        bags = [(job, self.theta_[[one is job for one in jobs]]) for job in dict.fromkeys(jobs)]
        predicted = [self._mean_of(own, one.X_val) for one, own in bags if one.X_val is not None]
        targets_seen = [job.y_val for job, _ in bags if job.y_val is not None]
        weights = [job.w_val for job, _ in bags if job.w_val is not None]
        self.validation_predictions_ = np.concatenate(predicted) if predicted else None
        self.validation_targets_ = np.concatenate(targets_seen) if targets_seen else None
        self.validation_weights_ = np.concatenate(weights) if weights else None
        each = [self._importances(job, thetas, targets, rng) for job, thetas in bags]
        found = np.mean(each, axis=0)
        self.feature_importances_ = np.zeros(len(self.table_.columns))  # dropped ones are 0
        self.feature_importances_[: len(found)] = found

    def _importances(
        self, job: Job, thetas: Array, targets: Array, rng: np.random.Generator
    ) -> Array:
        """Return how much columns matter to some networks on their validation rows."""
        if job.X_val is None or job.y_val is None:
            some = job.rows[rng.permutation(len(job.rows))[:MOST_ROWS]]
            X, known = job.X[some], targets[some]
        else:
            some = rng.permutation(len(job.X_val))[:MOST_ROWS]
            X, known = job.X_val[some], job.y_val[some]
        return permutation_importances(
            job.net, thetas, self._target.predictions,
            lambda predicted: self._loss_of_predictions(known, predicted), X,
            recipe.source_of_embedded(self.table_, job.net.layers[0]), rng,
        )  # fmt: skip

    def _train_again(
        self, job: Job, members: list[Member], rng: np.random.Generator, ledger: Ledger
    ) -> None:
        """Train on the validation rows, too, for as many epochs as were best.

        A training that time or the user ends is not used: the networks stay as they are.
        """
        assert job.X_val is not None
        assert job.y_val is not None
        Y_val = self._encoded(job.y_val).astype(job.Y.dtype, copy=False)
        both = job.with_rows(job.X_val, Y_val, job.w_val)
        with one_blas_thread():
            again: list[Member] = []
            for own, member in zip(rng.spawn(len(members)), members, strict=True):
                again.append(ledger.train(both, own, stop_after=member.best_epoch))
                if again[-1].stopped in ENDS:  # a ledger counts those that came to their end
                    break
        if any(member.stopped for member in again):
            warnings.warn(
                "refit did not come to its end, by max_time or an interrupt; the networks that "
                "were trained without the validation rows are kept.",
                ConvergenceWarning,
                stacklevel=4,
            )
            return
        self.theta_ = np.stack([member.theta for member in again])
        self.n_rows_ = len(both.rows)

    def _say(self, line: str, epoch: Epoch, member: Member) -> None:
        """Log a line, and print it if the estimator is verbose; tell who listens."""
        logger.debug("%s", line)
        if self._progress is not None:
            self._progress(epoch, member)
        if self.verbose:
            print(line)  # noqa: T201 - scikit-learn's verbose prints

    # What a fit leaves behind

    def __sklearn_is_fitted__(self) -> bool:
        """Return whether there are weights."""
        return "theta_" in vars(self)

    @property
    def columns_(self) -> tuple[Column, ...]:
        """What each column of the table is, and what became of it; ``print(model.table_)``."""
        return self.table_.columns

    @property
    def _model(self) -> Model:
        """What predicts, without scikit-learn: the same as a file of it."""
        return Model(self.table_, self._network, self._target, self.theta_)

    def _outputs(self, X: Any) -> Array:
        """Return predictions of shape (n_rows, n_outputs): the mean over the networks."""
        check_is_fitted(self)
        return self._model.outputs(self._check_table(X, reset=False))

    def _mean_of(self, thetas: Array, matrix: Any) -> Array:
        """Return the mean of what networks predict of an encoded matrix, in its dtype."""
        predictions = self._target.predictions
        each = [self._network.predict(theta, matrix, predictions) for theta in thetas]
        return self._target.averaged(np.stack(each))

    def report(self) -> Report:
        """Say how good the model is, and what it is made of.

        Measures on the validation rows with 95 % intervals, both curves, what was taken for what
        or the residuals, calibration, and the columns that matter most.

        Returns
        -------
        Report
            ``print`` it for the text; ``report.save("report.html")`` writes a page with pictures
            (needs the extra ``plot``); a notebook shows it.

        Raises
        ------
        NotFittedError
            If there is no fitted model yet.
        """
        check_is_fitted(self)
        return Report(facts_of(self))

    # Files of it

    def _record(self) -> Record:
        return record_of(self)

    @classmethod
    def _of_record(cls, record: Record) -> Self:
        estimator: Self = estimator_of(cls, record)
        return estimator

    def __sklearn_tags__(self) -> Any:
        """Say what the estimator takes."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags


def _is_frame(X: Any) -> bool:
    """Return whether X has named columns: a pandas, polars or Arrow table."""
    return hasattr(X, "columns") and not isinstance(X, np.ndarray)


def _length(X: Any) -> int:
    return int(X.shape[0])
