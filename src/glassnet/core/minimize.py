"""Gradient descent on any function."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet.core.arrays import Array, all_finite, check_array, check_count, check_number
from glassnet.core.optimizers import GradientDescent, Optimizer
from glassnet.core.schedules import Schedule
from glassnet.core.training import clip
from glassnet.errors import DivergenceError, ParameterError, ShapeError


def minimize(
    f: Callable[[Array], Any],
    f_grad: Callable[[Array], ArrayLike],
    x0: ArrayLike,
    optimizer: Optimizer | None = None,
    n_steps: int = 1000,
    *,
    schedule: Schedule | None = None,
    max_grad_norm: float | None = None,
) -> Array:
    """Return where ``n_steps`` steps of an optimizer lead.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of ``x0``, returns a number.
    f_grad : callable
        Takes the same, returns the gradient, of the same shape.
    x0 : array
        Where to start; left as it is.
    optimizer : Optimizer, default=GradientDescent(0.01)
    n_steps : int, default=1000
    schedule : Schedule, optional
    max_grad_norm : float, optional

    Returns
    -------
    x : array of the shape of ``x0``

    Raises
    ------
    DivergenceError
        If ``x`` or ``f(x)`` stops being finite; it holds the last finite ``x``.

    Examples
    --------
    The article's first experiment:

    >>> import numpy as np
    >>> x = minimize(lambda x: (x**2).sum(), lambda x: 2 * x, np.array([0.5488, 0.7152]))
    >>> bool((x**2).sum() < 3e-18)
    True
    """
    path = descent(
        f, f_grad, x0, optimizer, n_steps, schedule=schedule, max_grad_norm=max_grad_norm
    )
    return deque(path, maxlen=1).pop()


def descent(
    f: Callable[[Array], Any],
    f_grad: Callable[[Array], ArrayLike],
    x0: ArrayLike,
    optimizer: Optimizer | None = None,
    n_steps: int = 1000,
    *,
    schedule: Schedule | None = None,
    max_grad_norm: float | None = None,
) -> Iterator[Array]:
    """Yield ``x0`` and then where each step leads: the path of `minimize`, which see.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet import GradientDescent
    >>> path = descent(lambda x: x @ x, lambda x: 2 * x, np.array([1.0]), GradientDescent(0.25), 2)
    >>> [x.item() for x in path]
    [1.0, 0.5, 0.25]
    """
    x = check_array("x0", x0).copy()
    optimizer = GradientDescent() if optimizer is None else optimizer
    if not isinstance(optimizer, Optimizer):
        raise ParameterError(f"optimizer is {optimizer!r}; expected one such as Adam().")
    if not isinstance(schedule, Schedule | None):
        raise ParameterError(f"schedule is {schedule!r}; expected one such as Cosine().")
    check_count("n_steps", n_steps)
    if max_grad_norm is not None:
        check_number("max_grad_norm", max_grad_norm, low=0, open_low=True)
    start = f(x)
    if np.size(start) != 1 or not np.isfinite(start).all():
        raise ParameterError(f"f(x0) is {start}; expected one finite number: start elsewhere.")
    return _steps(f, f_grad, x, optimizer, n_steps, schedule, max_grad_norm)


def _steps(
    f: Callable[[Array], Any],
    f_grad: Callable[[Array], ArrayLike],
    x: Array,
    optimizer: Optimizer,
    n_steps: int,
    schedule: Schedule | None,
    max_grad_norm: float | None,
) -> Iterator[Array]:
    theta = x.ravel()  # contiguous, a copy of x0: the optimizers act on it
    slots = optimizer.new_slots(theta)
    yield theta.reshape(x.shape).copy()
    for step in range(n_steps):
        before = theta.copy()
        g = np.array(f_grad(before.reshape(x.shape)), dtype=x.dtype)
        if g.shape != x.shape:
            raise ShapeError(f"f_grad gives shape {g.shape}; expected {x.shape}, that of x0.")
        g = g.ravel()
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            clip(g, max_grad_norm)
            factor = 1.0 if schedule is None else schedule(step, n_steps)
            optimizer.step(theta, g, slots, step + 1, optimizer.learning_rate * factor, 1.0)
        after = theta.reshape(x.shape).copy()
        if not (all_finite(theta) and np.isfinite(f(after)).all()):
            raise DivergenceError(
                f"minimize diverged in step {step + 1}: x or f(x) stopped being finite. "
                "Lower the learning rate, or limit the gradient with max_grad_norm.",
                epoch=step + 1,
                batch=1,
                layer="x",
                theta=before.reshape(x.shape),
            )
        yield after
