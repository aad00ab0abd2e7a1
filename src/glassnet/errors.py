"""What can go wrong, as a tree.

.. code-block:: text

    GlassnetError
    ├── ParameterError (ValueError)    a setting: a size, a rate, a name that cannot be used
    ├── DataError (ValueError)         numbers in the data: NaN, infinity, nothing at all
    │   ├── ShapeError                 arrays that do not fit together
    │   └── LabelError                 a label or target outside what the loss can learn
    ├── DTypeError (TypeError)         not float32 or float64, or two of them mixed
    ├── DivergenceError (ValueError)   training left the finite numbers; holds the last finite theta
    ├── MissingExtraError (ImportError)  an optional dependency is not installed
    ├── ExportError (ValueError)       an export that does not answer as the model; not written
    └── ModelFileError (ValueError)    a model file that cannot be read; says why, and at which byte
        ├── NotAModelFileError         something else: a pickle, a table, another safetensors file
        ├── TruncatedFileError         it ends before its header or its arrays do
        ├── HeaderError                its header is no strict JSON, too long or too deep
        ├── LayoutError                arrays with holes, overlaps, bytes left over, other types
        ├── DigestError                it is not what was written: a digest differs
        ├── NewerFormatError           a newer glassnet wrote it
        ├── CheckpointError            a checkpoint of another training: other data or parameters
        ├── RecordError                what it says is no model: a kind, a size, a name
        └── NonFiniteError             NaN or infinity among its numbers

    DataWarning (UserWarning)          data that can be used, though not all of it is

Each message gives what was passed, what was expected and what to do. Whatever raises one of
these has changed nothing, but for `DivergenceError`, which leaves the last finite numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


class GlassnetError(Exception):
    """The root: ``except GlassnetError`` catches everything that glassnet raises itself."""


class ParameterError(GlassnetError, ValueError):
    """A setting that cannot be used."""


class DataError(GlassnetError, ValueError):
    """Data that cannot be used.

    Attributes
    ----------
    row : int or None
        Where it is one row of a table, that row, from 0.
    column : str or None
        Where it is one column, its name.
    """

    def __init__(self, message: str, *, row: int | None = None, column: str | None = None) -> None:
        super().__init__(message)
        self.row = row
        self.column = column


class ShapeError(DataError):
    """Arrays whose shapes do not fit together."""


class LabelError(DataError):
    """A label or target outside what the loss can learn."""


class DataWarning(UserWarning):
    """Data that can be used, though not all of it is."""


class DTypeError(GlassnetError, TypeError):
    """Numbers of another type than float32 or float64."""


class MissingExtraError(GlassnetError, ImportError):
    """An optional dependency that is not installed."""


class ExportError(GlassnetError, ValueError):
    """A model in another format that does not answer as the model does; it was not written."""


class ModelFileError(GlassnetError, ValueError):
    """A model file that cannot be read.

    Attributes
    ----------
    reason : str
        What is wrong, and what to do.
    path : str or None
        The file.
    offset : int or None
        The byte at which it is wrong, from 0; None if it is in no one place.
    """

    def __init__(self, reason: str, *, path: str | None = None, offset: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path
        self.offset = offset

    def __str__(self) -> str:
        where = "" if self.path is None else f"{self.path}: "
        return where + self.reason + ("" if self.offset is None else f" (Byte {self.offset:,}.)")


class NotAModelFileError(ModelFileError):
    """Something else than a model of glassnet: a pickle, a table, another safetensors file."""


class TruncatedFileError(ModelFileError):
    """A file that ends before its header or its arrays do."""


class HeaderError(ModelFileError):
    """A header that is no strict JSON, or is too long, or too deep."""


class LayoutError(ModelFileError):
    """Arrays with holes or overlaps, bytes left over, or numbers of another type."""


class DigestError(ModelFileError):
    """A file that is not what was written: a digest in it differs from that of its bytes."""


class NewerFormatError(ModelFileError):
    """A file that a newer glassnet wrote."""


class CheckpointError(ModelFileError):
    """The checkpoint is of another training: of other data, other parameters, another version."""


class RecordError(ModelFileError):
    """What the file says is no model: an unknown kind, an impossible size, a missing name."""


class NonFiniteError(ModelFileError):
    """NaN or infinity among the numbers of a file."""


class DivergenceError(GlassnetError, ValueError):
    """Training left the finite numbers and was stopped in that same step.

    Attributes
    ----------
    epoch, batch : int
        Where it happened, both counted from 1.
    layer : str
        The first layer, in the order of the forward pass, that holds a number which is not
        finite; or the loss, if all layers are finite.
    column : int or None
        The column of X that is the likely cause, counted from 0.
    theta : array of shape (n_params,)
        The last finite parameters: a copy.
    """

    def __init__(
        self,
        message: str,
        *,
        epoch: int,
        batch: int,
        layer: str,
        theta: NDArray[Any],
        column: int | None = None,
    ) -> None:
        super().__init__(message)
        self.epoch = epoch
        self.batch = batch
        self.layer = layer
        self.theta = theta
        self.column = column

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the keyword arguments (a grid search sends errors between processes)."""
        named = {
            name: getattr(self, name) for name in ("epoch", "batch", "layer", "theta", "column")
        }
        return _divergence_error, (self.args[0], named)


def _divergence_error(message: str, named: dict[str, Any]) -> DivergenceError:
    """Rebuild a pickled `DivergenceError`."""
    return DivergenceError(message, **named)
