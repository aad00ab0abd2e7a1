"""A setup beside its rows: what was chosen has to be there, and what is left over goes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from glassnet.playground.data import Data
from glassnet.playground.kinds import GROUPS
from glassnet.playground.setup import MOST_INPUTS, Choice, Setup, SetupError, View


def check_names(setup: Setup, data: Data, parts: dict[str, Any]) -> None:
    """Raise an error if inputs or axes were asked for that these rows do not have."""
    wanted = setup.inputs if "inputs" in parts else ()
    known = data.available
    if "view" in parts and setup.view.kind == "columns" and set(wanted) <= set(known):
        wanted, known = (setup.view.x, setup.view.y), data.columns
    for name in wanted:
        if name not in known:
            raise SetupError(
                f"there is no {name[:60]!r} among these rows' columns; expected "
                f"{', '.join(known[:12])}{', ...' if len(known) > 12 else ''}."
            )


def settled(setup: Setup, data: Data, *, keep_view: bool, keep_loss: bool) -> Setup:
    """Return a setup whose inputs, view and loss are those of its data."""
    inputs = tuple(name for name in setup.inputs if name in data.available)
    if not inputs:
        inputs = data.available[:2] if data.is_plane else data.columns[:MOST_INPUTS]
    view = setup.view
    at_columns = view.kind == "columns" and {view.x, view.y} <= set(data.columns)
    if data.is_plane:
        view = View()
    elif not keep_view or not (at_columns or view.kind == "components"):
        view = View("components") if len(data.columns) != 2 else View("columns", *data.columns)
    loss = setup.loss
    if not keep_loss or loss.name not in GROUPS[data.task]:
        loss = Choice.of(data.task, next(iter(GROUPS[data.task])))
    return replace(setup, inputs=inputs, view=view, loss=loss)
