"""glassnet's own objects as names and settings, and back: activations, losses, optimizers, more.

What a file can name is the closed list below. Settings are those of the class's constructor, which
checks them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from glassnet.errors import ParameterError
from glassnet.files.nodes import Node

if TYPE_CHECKING:
    from glassnet.tabular.columns import Plain

Thing = TypeVar("Thing")

_TABLES = {
    "Activation": ("glassnet.core.activations", "ACTIVATIONS"),
    "Loss": ("glassnet.core.losses", "LOSSES"),
    "Optimizer": ("glassnet.core.optimizers", "OPTIMIZERS"),
    "Initializer": ("glassnet.core.initializers", "INITIALIZERS"),
    "Schedule": ("glassnet.core.schedules", "SCHEDULES"),
}
"""Where the list of each kind stands. It is loaded when it is asked for: a prediction needs two."""


@cache
def kinds_of(group: str) -> dict[str, type]:
    """Return what a file can name of a group, such as "Activation", by name."""
    module, table = _TABLES[group]
    things = getattr(import_module(module), table)
    kinds = (one if isinstance(one, type) else type(one) for one in things)
    return {kind.__name__: kind for kind in kinds}


def group_of(thing: Any) -> str | None:
    """Return the group that an object belongs to, also one of the user's own making."""
    for base in type(thing).__mro__:
        if base.__name__ in _TABLES and base.__module__ == _TABLES[base.__name__][0]:
            return base.__name__
    return None


def plain_object(thing: Any, what: str) -> Plain:
    """Return one of glassnet's objects as its name and its settings.

    Raises
    ------
    ParameterError
        If it is of the user's own making: a file holds no code.
    """
    kind, group = type(thing), group_of(thing)
    known = _all_kinds() if group is None else kinds_of(group)
    if known.get(kind.__name__) is not kind:
        raise ParameterError(
            f"{what} is a {kind.__name__}, which is not glassnet's own: a model file holds no "
            f"code. Expected one of {', '.join(known)}."
        )
    return {"name": kind.__name__, "settings": {
        name: _plain_setting(getattr(thing, name)) for name in _settings(kind)
    }}  # fmt: skip


def read_object(node: Node, base: type[Thing]) -> Thing:
    """Return the object of a kind that a file names, or raise `RecordError`."""
    parts = node.fields("name", "settings")
    known = _all_kinds() if base is object else kinds_of(base.__name__)
    kind = known[parts["name"].one_of(known)]
    settings = parts["settings"].fields(*_settings(kind))
    try:
        thing: Thing = kind(**{name: _read_setting(one) for name, one in settings.items()})
    except ParameterError as error:
        raise parts["settings"].wrong(f"settings that can be used: {error}") from None
    return thing


def _all_kinds() -> dict[str, type]:
    return {name: kind for group in _TABLES for name, kind in kinds_of(group).items()}


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
