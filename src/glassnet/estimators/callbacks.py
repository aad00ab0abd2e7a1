"""scikit-learn's experimental callbacks (1.9 and later): progress bars, monitors, stopping."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

try:
    from sklearn.callback import CallbackSupportMixin
    from sklearn.callback._callback_support import callback_management_context as managed
except ImportError:  # scikit-learn before 1.9 has no callbacks

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Stands in where scikit-learn has no callbacks: there is no ``set_callbacks``."""

    @contextmanager
    def managed(estimator: Any) -> Iterator[None]:  # noqa: ARG001
        """Stand in where there is nothing to tear down."""
        yield


__all__ = ["CallbackSupportMixin", "FitCallbacks", "management"]


class FitCallbacks:
    """The callbacks of one fit: a task for the fit, and in it one for each epoch.

    Parameters
    ----------
    estimator : estimator
    task_name : str
        What a task of the fit is called: ``"epoch"``.
    n_tasks : int
        How many there can be.
    X, y, sample_weight :
        The data of the fit, as the user gave them.
    """

    def __init__(
        self, estimator: Any, task_name: str, n_tasks: int, X: Any, y: Any, sample_weight: Any
    ) -> None:
        self._estimator = estimator
        self._task_name = task_name
        self._fit: Any = None
        self._task: Any = None
        self._data = {
            "X": X,
            "y": y,
            "metadata": None if sample_weight is None else {"sample_weight": sample_weight},
        }
        if getattr(estimator, "_skl_callbacks", None) or hasattr(estimator, "_parent_callback_ctx"):
            self._fit = estimator._init_callback_context(max_subtasks=n_tasks)
            self._fit.call_on_fit_task_begin(estimator=estimator, **self._data)

    def begin(self) -> None:
        """Tell the callbacks that an epoch begins."""
        if self._fit is not None:
            self._task = self._fit.subcontext(task_name=self._task_name)
            self._task.call_on_fit_task_begin(estimator=self._estimator, **self._data)

    def end(self, fitted: Callable[[], dict[str, Any]]) -> bool:
        """Tell them that it ended; return whether one of them wants to stop.

        Parameters
        ----------
        fitted : callable
            Returns the fitted attributes as they are now, for a callback that asks for them.
        """
        if self._task is None:
            return False
        task, self._task = self._task, None
        stop = task.call_on_fit_task_end(
            estimator=self._estimator, **self._data, reconstruction_attributes=fitted
        )
        return bool(stop)

    def close(self, fitted: Callable[[], dict[str, Any]]) -> None:
        """End the epoch under way, if there is one, and the fit."""
        if self._fit is not None:
            self.end(fitted)
            self._fit.call_on_fit_task_end(
                estimator=self._estimator, **self._data, reconstruction_attributes=fitted
            )
            self._fit = None


def management(estimator: Any) -> AbstractContextManager[None]:
    """Return the context in which callbacks are torn down at the end."""
    context: AbstractContextManager[None] = managed(estimator)
    return context
