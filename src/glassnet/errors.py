"""What can go wrong, as a tree.

.. code-block:: text

    GlassnetError
    ├── ParameterError (ValueError)    a setting: a size, a rate, a name that cannot be used
    ├── DataError (ValueError)         numbers in the data: NaN, infinity, nothing at all
    │   ├── ShapeError                 arrays that do not fit together
    │   └── LabelError                 a label or target outside what the loss can learn
    ├── DTypeError (TypeError)         not float32 or float64, or two of them mixed
    ├── DivergenceError (ValueError)   training left the finite numbers; holds the last finite theta
    └── MissingExtraError (ImportError)  an optional dependency is not installed

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
    """Data that cannot be used."""


class ShapeError(DataError):
    """Arrays whose shapes do not fit together."""


class LabelError(DataError):
    """A label or target outside what the loss can learn."""


class DTypeError(GlassnetError, TypeError):
    """Numbers of another type than float32 or float64."""


class MissingExtraError(GlassnetError, ImportError):
    """An optional dependency that is not installed."""


class DivergenceError(GlassnetError, ValueError):
    """Training left the finite numbers and was stopped in that same step.

    Attributes
    ----------
    epoch, batch : int
        Where it happened, both counted from 1.
    layer : str
        The first layer, in the order of the forward pass, that holds a number which is not
        finite; or the loss, if all layers are finite.
    theta : array of shape (n_params,)
        The last finite parameters: a copy.
    """

    def __init__(
        self, message: str, *, epoch: int, batch: int, layer: str, theta: NDArray[Any]
    ) -> None:
        super().__init__(message)
        self.epoch = epoch
        self.batch = batch
        self.layer = layer
        self.theta = theta

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the keyword arguments (a grid search sends errors between processes)."""
        return _divergence_error, (self.args[0], self.epoch, self.batch, self.layer, self.theta)


def _divergence_error(
    message: str, epoch: int, batch: int, layer: str, theta: NDArray[Any]
) -> DivergenceError:
    """Rebuild a pickled `DivergenceError`."""
    return DivergenceError(message, epoch=epoch, batch=batch, layer=layer, theta=theta)
