"""glassnet's own objects as names and settings, and back: activations, losses, optimizers, more.

What a file can name is the closed list below. Settings are those of the class's constructor, which
checks them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import numpy as np

from glassnet.core import initializers, schedules
from glassnet.core.activations import ACTIVATIONS, Activation
from glassnet.core.losses import LOSSES, Loss
from glassnet.core.optimizers import OPTIMIZERS, Optimizer
from glassnet.errors import ParameterError
from glassnet.files.nodes import Node
from glassnet.tabular.columns import Plain

Thing = TypeVar("Thing")

_INITIALIZERS = (
    initializers.Zeros, initializers.Normal, initializers.Glorot, initializers.He,
    initializers.LeCun, initializers.UnitVariance, initializers.HyperplaneBias,
)  # fmt: skip
_SCHEDULES = (
    schedules.Constant, schedules.InverseScaling, schedules.StepDecay, schedules.Exponential,
    schedules.Cosine, schedules.OneCycle, schedules.FlatCosine, schedules.LogCosine,
)  # fmt: skip

GROUPS: dict[type, dict[str, type]] = {
    base: {kind.__name__: kind for kind in kinds}
    for base, kinds in (
        (Activation, ACTIVATIONS),
        (Loss, {type(loss) for loss in LOSSES}),
        (Optimizer, OPTIMIZERS),
        (initializers.Initializer, _INITIALIZERS),
        (schedules.Schedule, _SCHEDULES),
    )
}
"""What a file can name, by what it is."""

KINDS: dict[str, type] = {name: kind for group in GROUPS.values() for name, kind in group.items()}


def plain_object(thing: Any, what: str) -> Plain:
    """Return one of glassnet's objects as its name and its settings.

    Raises
    ------
    ParameterError
        If it is of the user's own making: a file holds no code.
    """
    kind = type(thing)
    if KINDS.get(kind.__name__) is not kind:
        group = next((own for base, own in GROUPS.items() if isinstance(thing, base)), KINDS)
        raise ParameterError(
            f"{what} is a {kind.__name__}, which is not glassnet's own: a model file holds no "
            f"code. Expected one of {', '.join(group)}."
        )
    return {"name": kind.__name__, "settings": {
        name: _plain_setting(getattr(thing, name)) for name in _settings(kind)
    }}  # fmt: skip


def read_object(node: Node, base: type[Thing]) -> Thing:
    """Return the object of a kind that a file names, or raise `RecordError`."""
    parts = node.fields("name", "settings")
    group = KINDS if base is object else GROUPS[base]
    kind = group[parts["name"].one_of(group)]
    settings = parts["settings"].fields(*_settings(kind))
    try:
        thing: Thing = kind(**{name: _read_setting(one) for name, one in settings.items()})
    except ParameterError as error:
        raise parts["settings"].wrong(f"settings that can be used: {error}") from None
    return thing


def _settings(kind: type) -> Iterable[str]:
    """Return the names of the fields of a dataclass; most activations have none."""
    return [one.name for one in fields(kind)] if is_dataclass(kind) else ()


def _plain_setting(value: Any) -> Any:
    """Return a number, a text or a list of whole numbers."""
    if isinstance(value, tuple):
        return [int(one) for one in value]
    if isinstance(value, np.generic):
        return value.item()
    return value


def _read_setting(node: Node) -> Any:
    value = node.value
    if isinstance(value, list):
        return tuple(one.whole(1, 2**53) for one in node.items())
    if isinstance(value, str | bool | int):
        return value
    return node.number()
