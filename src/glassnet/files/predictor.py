"""What predicts from a model file: NumPy alone, and narwhals for a DataFrame."""

from __future__ import annotations

import pathlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glassnet.files.model_file import Path, read_record
from glassnet.record import Classes, Kind, Labels, Record, SeveralTargets

if TYPE_CHECKING:
    from glassnet.tabular.columns import Column


def load(path: Path) -> Predictor:
    """Return what predicts as the saved model does, to the bit.

    It needs NumPy alone; scikit-learn is not imported. The class method ``load`` of an estimator,
    such as `TabularClassifier.load`, gives the estimator again.

    Parameters
    ----------
    path : str or path
        A file that ``save`` or ``glassnet train`` has written.

    Raises
    ------
    ModelFileError
        If it is no model file, or is damaged; the message says in which way.
    OSError
        If it cannot be opened.
    """
    return Predictor(read_record(path))


@dataclass(frozen=True, repr=False)
class Predictor:
    """A trained model: it predicts, and says what it was trained on.

    Attributes
    ----------
    record : Record
        All that the file holds.
    """

    record: Record

    @property
    def kind(self) -> Kind:
        """Such as "tabular-classifier"."""
        return self.record.about.kind

    @property
    def classes_(self) -> Any:
        """The labels, as the columns of `predict_proba`; a list of them for several targets.

        Raises
        ------
        AttributeError
            If the model predicts numbers.
        """
        target = self.record.about.target
        if isinstance(target, SeveralTargets):
            return list(target.labels)
        if not isinstance(target, Classes | Labels):
            raise AttributeError(  # noqa: TRY004 - hasattr is to be false
                "this model predicts numbers: it has no classes_."
            )
        return target.labels

    @property
    def columns(self) -> tuple[Column, ...]:
        """What each column of the table was, and what becomes of it; empty without a raw table."""
        table = self.record.about.table
        return () if table is None else table.columns

    def predict(self, X: Any) -> Any:
        """Predict classes, or numbers in the target's units.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)
            A pandas, polars or Arrow table, a NumPy array, or a list of rows.

        Returns
        -------
        y : array of shape (n_rows,) or (n_rows, n_outputs)

        Raises
        ------
        DataError
            If the table lacks a column, or a cell is not what it was in training.
        """
        return self.record.model.predict(X)

    def predict_proba(self, X: Any) -> Any:
        """Predict the probability of each class.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)

        Returns
        -------
        P : array of shape (n_rows, n_classes)
            Columns as in ``classes_``; rows sum to 1. For multilabel targets the probability of
            each label; for several multiclass targets a list with an array for each.

        Raises
        ------
        ParameterError
            If the model predicts numbers.
        """
        return self.record.model.predict_proba(X)

    def to_onnx(self, path: Path, rows: Any = None) -> None:
        """Write the model as an ONNX file: the whole of it, or nothing.

        Raw columns or rows of numbers go in, and labels or numbers come out: docs/onnx.md says how.
        onnxruntime's answers are compared with the model's before the file is there.

        Parameters
        ----------
        path : str or path
        rows : table of shape (n_rows, n_columns), optional
            Rows of your own, to compare onnxruntime's answers on, too.

        Raises
        ------
        MissingExtraError
            If onnx or onnxruntime is not installed.
        ParameterError
            If ONNX cannot hold the model: an empty text is a level, or a layer is of your own.
        ExportError
            If onnxruntime does not answer as the model does.
        OSError
            If the file cannot be written.
        """
        from glassnet.files.onnx.write import write_onnx

        write_onnx(self.record, path, rows)

    def to_python(self, path: Path) -> list[pathlib.Path]:
        """Write the model as one readable Python file that needs NumPy alone: docs/export.md.

        Parameters
        ----------
        path : str or path
            Ends in ``.py``. More than 20,000 weights go beside it, into a file that ends in
            ``.npz``.

        Returns
        -------
        list of Path
            What was written.

        Raises
        ------
        ParameterError
            If the path does not end in ``.py``.
        OSError
            If a file cannot be written.
        """
        from glassnet.files.python_source import write_python

        return write_python(self.record, path)

    def to_c(self, path: Path, name: str | None = None) -> list[pathlib.Path]:
        """Write the model as one header of plain C99: docs/export.md.

        Parameters
        ----------
        path : str or path
            Ends in ``.h``.
        name : str, optional
            What all names in it begin with. Without it, that of the file.

        Returns
        -------
        list of Path
            What was written.

        Raises
        ------
        ParameterError
            If the path does not end in ``.h``, or the name cannot be used.
        OSError
            If the file cannot be written.
        """
        from glassnet.files.c_source import write_c

        return write_c(self.record, path, name)

    def __repr__(self) -> str:
        about = self.record.about
        return f"<Predictor: {about.kind}, {about.n_columns} columns, {about.created}>"
