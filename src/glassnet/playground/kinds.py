"""What can be chosen, read off the library's own tables: a new optimizer is here by itself.

A kind's sentence and its formula are those of its docstring, its settings those of its constructor.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import MISSING, fields, is_dataclass
from inspect import cleandoc
from typing import Any

from glassnet.core.activations import ACTIVATIONS
from glassnet.core.initializers import INITIALIZERS, HyperplaneBias
from glassnet.core.losses import (
    LOSSES,
    BinaryCrossEntropy,
    CrossEntropy,
    JointCrossEntropy,
    SquaredError,
)
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.core.schedules import SCHEDULES

_BOUNDS: dict[str, tuple[float, float]] = {
    "momentum": (0, 1), "rho": (0, 0.9999), "beta_1": (0, 0.9999), "beta_2": (0, 0.99999),
    "epsilon": (1e-12, 0.1), "weight_decay": (0, 10), "label_smoothing": (0, 0.9),
    "delta": (0.001, 100), "quantile": (0.01, 0.99), "std": (0.0001, 100), "factor": (0.0001, 10),
    "warmup": (0, 100_000), "power": (0, 5), "every": (1, 1_000_000), "rate": (1e-7, 0.5),
    "final": (0, 1), "peak": (0.01, 0.99), "start": (0.0001, 1), "n_cycles": (1, 50),
    "n_rows": (1, 100),
}  # fmt: skip
"""Of the settings, as sliders show them."""

_BOUNDS_OF: dict[tuple[str, str], tuple[float, float]] = {("StepDecay", "factor"): (0.0001, 1)}
"""Where a kind means something else by the same name."""

_DEFAULTS: dict[str, float] = {"every": 500, "rate": 0.001}
"""Of the settings that have none in the library."""

_OPTIONS = {"distribution": ["uniform", "normal"]}
_NAMES_OF_THEIR_OWN = {"AdaGrad", "LeCun"}
_LEFT_OUT = {"learning_rate", "_"}

LOSSES_OF: dict[str, list[type]] = {
    "classification": [CrossEntropy, BinaryCrossEntropy, SquaredError],
    "regression": sorted(
        {type(loss) for loss in LOSSES} - {CrossEntropy, BinaryCrossEntropy, JointCrossEntropy},
        key=[type(loss) for loss in LOSSES].index,
    ),
}
"""By task. Several targets at a time, `JointCrossEntropy`, are none of the playground's."""

_KINDS: dict[str, Iterable[type]] = {
    "activations": ACTIVATIONS,
    "optimizers": OPTIMIZERS,
    "schedules": dict.fromkeys(type(one) for one in SCHEDULES),
    "initializers": [one for one in INITIALIZERS if one is not HyperplaneBias],
    **LOSSES_OF,
}

GROUPS: dict[str, dict[str, type]] = {
    group: {kind.__name__: kind for kind in kinds} for group, kinds in _KINDS.items()
}
"""What a setup can name."""


def catalog() -> dict[str, Any]:
    """Return all kinds as plain data."""
    described = {
        group: [described_kind(one, with_settings=group != "activations") for one in kinds.values()]
        for group, kinds in GROUPS.items()
    }
    losses = {task: described.pop(task) for task in LOSSES_OF}
    return {**described, "losses": losses}


def described_kind(kind: type, *, with_settings: bool = True) -> dict[str, Any]:
    """Return a kind as the page shows it."""
    doc = cleandoc(kind.__doc__ or "")
    return {
        "name": kind.__name__,
        "label": label_of(kind.__name__),
        "formula": _formula(doc),
        "says": _sentence(doc),
        "settings": list(settings_of(kind)) if with_settings else [],
    }


def settings_of(kind: type) -> Iterable[dict[str, Any]]:
    """Yield the settings of a kind: name, label, default, and bounds or options."""
    for one in fields(kind) if is_dataclass(kind) else ():
        if one.name in _LEFT_OUT:
            continue
        default = _DEFAULTS.get(one.name) if one.default is MISSING else one.default
        setting = {"name": one.name, "label": one.name.replace("_", " "), "default": default}
        if one.name in _OPTIONS:
            yield setting | {"options": _OPTIONS[one.name]}
        else:
            low, high = _BOUNDS_OF.get((kind.__name__, one.name)) or _BOUNDS[one.name]
            yield setting | {"low": low, "high": high, "whole": str(one.type) == "int"}


def label_of(name: str) -> str:
    """Return a class's name as words.

    Examples
    --------
    >>> [label_of(name) for name in ("LeakyReLU", "CrossEntropy", "NAdam", "RMSProp", "GELUTanh")]
    ['Leaky ReLU', 'Cross entropy', 'NAdam', 'RMSProp', 'GELU tanh']
    """
    if name in _NAMES_OF_THEIR_OWN:
        return name
    words = re.sub(
        r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[a-z])(?=ReLU)|(?<=LU)(?=Tanh)", " ", name
    ).split()
    rest = [word if word.isupper() or word == "ReLU" else word.lower() for word in words[1:]]
    return " ".join([words[0], *rest])


def _formula(doc: str) -> str:
    """Return the first formula of a docstring, LaTeX."""
    block = re.search(r"\.\. math::(.*?)\n\s*\n", doc + "\n\n", re.DOTALL)
    if block:
        return " ".join(block[1].split())
    inline = re.search(r":math:`([^`]*)`", doc)
    return inline[1] if inline else ""


def _sentence(doc: str) -> str:
    """Return the first paragraph of a docstring without its marks."""
    first = " ".join(doc.partition("\n\n")[0].split())
    first = re.sub(r":?\s*:math:`[^`]*`\.$", ".", first)
    first = re.sub(r":math:`[^`]*`", "...", first)
    return re.sub(r"`+", "", first)
