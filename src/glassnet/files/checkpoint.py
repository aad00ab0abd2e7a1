"""Checkpoints: the state of a training in a file, so that it can go on, bit for bit.

The file is sealed as a model file is: JSON and arrays with their digests. The one before it stays
beside it, under the name with ``.previous`` behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path as RealPath
from typing import Any

import numpy as np

from glassnet.core.arrays import Array, all_finite
from glassnet.core.training import TrainingState
from glassnet.errors import (
    DigestError,
    HeaderError,
    LayoutError,
    ModelFileError,
    NewerFormatError,
    NonFiniteError,
    RecordError,
    TruncatedFileError,
)
from glassnet.files import sealed
from glassnet.files.atomic import place_of
from glassnet.files.generators import plain_generator, read_generator
from glassnet.files.nodes import Node
from glassnet.files.sealed import CHECKPOINT, Path
from glassnet.tabular.columns import Plain

FORMAT = 1

_COUNTS = ("step", "epoch", "position", "counted")
_NUMBERS = ("learning_rate", "loss_sum", "penalty_sum")


def previous(path: Path) -> RealPath:
    """Return where the checkpoint before the last one is."""
    place = place_of(path)
    return place.with_name(f"{place.name}.previous")


def write_checkpoint(path: Path, plain: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Write a checkpoint, and keep the one that was there under its other name.

    There is a whole one at any time: the new one is written beside, then the names change.
    """
    full = {name: array for name, array in arrays.items() if array.size}
    sealed.write(path, CHECKPOINT, {"format": FORMAT, **plain}, full, previous(path))


def read_checkpoint(path: Path) -> tuple[Node, dict[str, Array]] | None:
    """Return the JSON and the arrays of a checkpoint; None if there is none.

    Raises
    ------
    ModelFileError
        If it is damaged, or no checkpoint. Nothing is written.
    """
    if previous(path).exists():  # it will be replaced: it must not be somebody's notes
        damaged = (DigestError, TruncatedFileError, HeaderError, LayoutError, NonFiniteError)
        with suppress(*damaged), sealed.opened(previous(path), CHECKPOINT):
            pass
    if not place_of(path).exists():
        return None
    with _hinted(path), sealed.opened(path, CHECKPOINT) as found:
        version = found.plain.get("format") if isinstance(found.plain, dict) else None
        if type(version) is int and version > FORMAT:
            raise NewerFormatError(
                f"a newer glassnet wrote this checkpoint, in format {version}; this one reads up "
                f"to format {FORMAT}. Install a newer one: pip install --upgrade glassnet.",
                offset=8,
            )
        found.check_text()
        if version != FORMAT:
            raise RecordError(f"format is {version!r}; expected {FORMAT}.", offset=8)
        del found.plain["format"]
        return Node(found.plain, "checkpoint"), found.arrays()


@contextmanager
def _hinted(path: Path) -> Iterator[None]:
    """Let errors of a damaged checkpoint say that there is one before it."""
    try:
        yield
    except ModelFileError as error:
        if previous(path).exists():
            error.reason += f" The checkpoint before it is {previous(path).name}: to go on from "
            error.reason += "there, give it this one's name."
        raise


def plain_state(state: TrainingState, name: str = "state") -> tuple[Plain, dict[str, Array]]:
    """Return the state of a training as JSON, and as arrays under names of their own."""
    plain = {
        **{one: int(getattr(state, one)) for one in _COUNTS},
        **{one: plain_number(getattr(state, one)) for one in _NUMBERS},
        "rng": plain_generator(state.rng),
    }
    arrays = {f"{name}.theta": state.theta, f"{name}.order": state.order.astype(np.int64)}
    arrays |= {f"{name}.slots.{one}": slot for one, slot in state.slots.items()}
    return plain, arrays


def read_state(
    node: Node, arrays: Mapping[str, Array], fresh: TrainingState, name: str = "state"
) -> TrainingState:
    """Return the state that a checkpoint holds, if it is one of the training that ``fresh`` begins.

    Raises
    ------
    RecordError
        If a number or an array is missing, or is not what this training can come to.
    """
    parts = node.fields(*_COUNTS, *_NUMBERS, "rng")
    counts: dict[str, Any] = {one: parts[one].whole(0, 2**62) for one in _COUNTS}
    numbers: dict[str, Any] = {one: read_number(parts[one]) for one in _NUMBERS}
    if None in numbers.values() or not 0 <= numbers["learning_rate"] < np.inf:
        raise parts["learning_rate"].wrong("a learning rate from 0 on, and sums")
    order = _array(arrays, f"{name}.order", fresh.order.astype(np.int64)).astype(np.intp)
    if not np.array_equal(np.sort(order), np.sort(fresh.order)):
        raise RecordError("the checkpoint's rows are not those that are trained on.")
    if counts["position"] > len(order) or counts["counted"] > len(order):
        raise parts["position"].wrong(f"at most {len(order):,}, the rows of an epoch")
    slots = {one: _array(arrays, f"{name}.slots.{one}", slot) for one, slot in fresh.slots.items()}
    theta = _array(arrays, f"{name}.theta", fresh.theta)
    if not all_finite(theta):
        raise RecordError("the checkpoint's weights hold NaN or infinity.")
    return replace(
        fresh,
        theta=theta,
        slots=slots,
        order=order,
        rng=read_generator(parts["rng"]),
        **counts,
        **numbers,
    )


def plain_number(value: float | None) -> Any:
    """Return a number as JSON has it; what is not finite is a text."""
    if value is None or np.isfinite(value):
        return None if value is None else float(value)
    return str(float(value))


def read_number(node: Node) -> float | None:
    """Return a number, or None, that `plain_number` has made plain."""
    if node.value is None:
        return None
    return float(node.one_of(("nan", "inf", "-inf"))) if isinstance(
        node.value, str
    ) else node.number()  # fmt: skip


def _array(arrays: Mapping[str, Array], name: str, like: Array) -> Array:
    """Return an array of the checkpoint, if it is as long as another and of its type."""
    if name not in arrays:
        raise RecordError(f"the checkpoint has no array {name!r}.")
    array = arrays[name]
    if array.shape != like.shape or array.dtype.newbyteorder("=") != like.dtype:
        raise RecordError(
            f"the checkpoint's array {name!r} is {array.dtype} of the shape {array.shape}; this "
            f"training has {like.dtype} of the shape {like.shape}."
        )
    return array.astype(like.dtype, copy=False)
