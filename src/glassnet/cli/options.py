"""From what was typed to what was meant; a wrong option ends with exit status 2, nothing done."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable
from pathlib import Path

import typer

from glassnet.cli.experiment import EXPERIMENTS
from glassnet.estimators.architecture import ACTIVATIONS

#: What else an activation is called.
ALIASES = {"sigmoid": "logistic", "linear": "identity", "swish": "silu"}

#: Beyond these a demo is no demo: two layers of 1,000 nodes are a million weights.
MOST_NODES, MOST_LAYERS = 1_000, 10


def demo_name(value: str) -> str:
    """Return the name of a demo."""
    if value not in EXPERIMENTS:
        raise typer.BadParameter(
            f"there is no demo {value!r}.{suggestion(value, EXPERIMENTS)} "
            "`glassnet demo --list` names them."
        )
    return value


def activation_name(value: str | None) -> str | None:
    """Return the name of an activation, None if none was asked for."""
    if value is None:
        return None
    name = ALIASES.get(value, value)
    if name not in ACTIVATIONS:
        raise typer.BadParameter(
            f"there is no activation {value!r}.{suggestion(value, [*ACTIVATIONS, *ALIASES])} "
            f"Expected one of {', '.join(ACTIVATIONS)}."
        )
    return name


def suggestion(value: str, names: Iterable[str]) -> str:
    """Return a sentence with the nearest name, or nothing if none is near."""
    near = difflib.get_close_matches(value.lower().replace("-", "_"), list(names), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def hidden_sizes(value: str | None) -> tuple[int, ...] | None:
    """Return the sizes in a text such as ``64,32``, None if none were asked for."""
    if value is None:
        return None
    try:
        sizes = tuple(int(part) for part in value.split(","))
    except ValueError:
        sizes = ()
    if not 1 <= len(sizes) <= MOST_LAYERS or not all(1 <= size <= MOST_NODES for size in sizes):
        raise typer.BadParameter(
            f"{value!r} gives no layer sizes. Expected whole numbers from 1 to {MOST_NODES:,} "
            f"with commas between, such as 64,32; at most {MOST_LAYERS}.",
            param_hint="'--hidden'",
        )
    return sizes


def optional_seconds(value: str | None, option: str) -> float | None:
    """Return the seconds of an option, None if it was not given."""
    return None if value is None else seconds(value, option)


def seconds(value: str, option: str, *, or_0: bool = False) -> float:
    """Return the seconds in a text such as ``90``, ``90s``, ``5m`` or ``1h30m``."""
    found = re.fullmatch(
        r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?:in)?)?(?:(\d+(?:\.\d+)?)s?)?", value.strip()
    )
    given = () if found is None else found.groups()
    hours, minutes, rest = (float(one or 0) for one in given or (0, 0, 0))
    total = hours * 3600 + minutes * 60 + rest
    if not any(given) or total >= 1e9 or (total == 0 and not or_0):
        raise typer.BadParameter(
            f"{value!r} gives no time. Expected such as 90s, 5m or 1h30m.",
            param_hint=f"'{option}'",
        )
    return total


def optional_folder(value: Path | None) -> Path | None:
    """Return a folder for the figures, None if none was asked for."""
    return None if value is None else folder(value)


def folder(value: Path) -> Path:
    """Return a folder that can be written to, or made."""
    there = next(path for path in (value, *value.absolute().parents) if path.exists())
    if not there.is_dir():
        why = "is a file"
    elif not os.access(there, os.W_OK | os.X_OK):
        why = "cannot be written to"
    else:
        return value
    raise typer.BadParameter(
        f"{str(there)!r} {why}. Choose a folder for the figures.", param_hint="'--out'"
    )
