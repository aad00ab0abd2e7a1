"""The files of a fitted estimator: its own, and ONNX."""

from __future__ import annotations

from typing import Any, Self

from sklearn.utils.validation import check_is_fitted

from glassnet.files.model_file import Path, named, read_record, write_record
from glassnet.files.onnx.write import write_onnx
from glassnet.record import Record


class Filed:
    """What every estimator can write, and the reading of it."""

    def _record(self) -> Record:
        """Return the fitted estimator as plain data."""
        raise NotImplementedError

    @classmethod
    def _of_record(cls, record: Record) -> Self:
        """Return the fitted estimator that plain data describe."""
        raise NotImplementedError

    def save(self, path: Path) -> None:
        """Write the fitted model to a file: the whole of it, or nothing.

        The file holds no code, and needs none of scikit-learn to predict: see `glassnet.load`. Of
        the training it keeps the curves: no rows, not the optimizer's memory (`partial_fit` on a
        model that was read begins with a fresh one), not the state of a random generator.

        Parameters
        ----------
        path : str or path

        Raises
        ------
        NotFittedError
            If there is no fitted model yet.
        ParameterError
            If the model has something that a file does not hold, a layer or a loss of your own; or
            if parameters were set after the fit that make another network.
        OSError
            If the file cannot be written.
        """
        check_is_fitted(self)
        write_record(path, self._record())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the fitted estimator that a file holds.

        Parameters
        ----------
        path : str or path

        Raises
        ------
        ModelFileError
            If it is no model file, is damaged, or holds a model of another kind.
        OSError
            If it cannot be opened.
        """
        with named(path):
            return cls._of_record(read_record(path))

    def to_onnx(self, path: Path, rows: Any = None) -> None:
        """Write the fitted model as an ONNX file: the whole of it, or nothing.

        Raw columns or rows of numbers go in, and labels or numbers come out: docs/onnx.md says how.
        onnxruntime's answers are compared with the model's before the file is there.

        Parameters
        ----------
        path : str or path
        rows : table of shape (n_rows, n_columns), optional
            Rows of your own, to compare onnxruntime's answers on, too.

        Raises
        ------
        NotFittedError
            If there is no fitted model yet.
        MissingExtraError
            If onnx or onnxruntime is not installed.
        ParameterError
            If ONNX cannot hold the model: an empty text is a level, or a layer is of your own.
        ExportError
            If onnxruntime does not answer as the model does.
        OSError
            If the file cannot be written.
        """
        check_is_fitted(self)
        write_onnx(self._record(), path, rows)
