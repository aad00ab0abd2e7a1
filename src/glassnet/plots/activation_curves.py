"""The curves of an activation and its derivative, broken where the derivative jumps."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from glassnet.errors import ParameterError, ShapeError
from glassnet.plots.checks import Floats

N_POINTS = 401
#: Distance from a kink at which the derivative's limits are taken, a part of the drawn width.
NEAR = 1e-9


class ActivationLayer(Protocol):
    """What a drawn activation can do: both work on each number on its own."""

    def value(self, Z: Floats, /) -> Floats:
        """Return f(Z)."""

    def derivative(self, Z: Floats, A: Floats, /) -> Floats:
        """Return f'(Z), given A = f(Z)."""


def check_layer(layer: Any) -> ActivationLayer:
    """Return the layer if it has a value and a derivative."""
    if isinstance(layer, type):
        raise ParameterError(
            f"layers must hold activation objects, got the class {layer.__name__}; "
            f"make one: {layer.__name__}()."
        )
    if not (callable(getattr(layer, "value", None)) and hasattr(layer, "derivative")):
        raise ParameterError(
            "layers must hold objects with value(Z) and derivative(Z, A), "
            f"got {type(layer).__name__}."
        )
    return layer  # type: ignore[no-any-return]


def layer_name(layer: ActivationLayer) -> str:
    """Return the layer's repr without empty brackets, or its class if the repr says nothing."""
    text = repr(layer)
    return type(layer).__name__ if text.startswith("<") else text.removesuffix("()")


def activation_curves(layer: ActivationLayer, limits: tuple[float, float]) -> dict[str, Floats]:
    """Return the value, the derivative (NaN where its line breaks), and its jumps."""
    low, high = limits
    kinks = np.array([k for k in getattr(layer, "kinks", ()) if low < k < high])
    near = NEAR * (high - low)
    sides = np.sort(np.r_[kinks - near, kinks + near])
    z = np.unique(np.r_[np.linspace(low, high, N_POINTS), sides, kinks])
    a, slope = evaluate(layer, z)
    limits_at = evaluate(layer, sides)[1].reshape(-1, 2) if kinks.size else np.empty((0, 2))
    jumping = np.abs(limits_at[:, 1] - limits_at[:, 0]) > 1e-6
    at = kinks[jumping]
    broken = np.where(np.isin(z, at), np.nan, slope)
    taken = evaluate(layer, at)[1] if at.size else np.empty(0)
    return {
        "z": z, "value": a, "derivative": broken, "jumps": at,
        "limits": limits_at[jumping], "taken": taken,
    }  # fmt: skip


def evaluate(layer: ActivationLayer, z: Floats) -> tuple[Floats, Floats]:
    """Return value and derivative at each z, as a batch of rows of one number."""
    Z = z[:, np.newaxis]
    A = np.asarray(layer.value(Z))
    slope = np.asarray(layer.derivative(Z, A)) if A.shape == Z.shape else np.empty(0)
    if slope.shape != Z.shape:
        raise ShapeError(
            f"{type(layer).__name__} must return one number for each: expected value and "
            f"derivative of shape {Z.shape}, got {A.shape} and {slope.shape}."
        )
    return A[:, 0], slope[:, 0]
