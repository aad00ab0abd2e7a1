"""What a model says of rows, as JSON or Arrow: finite numbers, each to its last bit."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from glassnet.core.arrays import Array
from glassnet.errors import DataError
from glassnet.record import Classes, Labels, Model, SeveralTargets, Target
from glassnet.serve.arrow import stream_of
from glassnet.serve.problems import Problem
from glassnet.serve.rows import quiet

MOST_NUMBERS = 10_000_000
"""Of an answer: a probability for each class of each row. As JSON they take 200 MB."""

_AT_ONCE = 2_000
"""Rows that are written in one call, which keeps all other threads waiting."""


def check_size(n_rows: int, target: Target) -> None:
    """Raise if the answer would be too large, before anything is computed."""
    n_numbers = n_rows * (n_outputs := _n_outputs(target))
    if n_numbers > MOST_NUMBERS:
        raise Problem(
            413,
            f"{n_rows:,} rows of {n_outputs:,} numbers each would be an answer of {n_numbers:,}; "
            f"expected at most {MOST_NUMBERS:,}. Send fewer rows.",
        )


def outputs_of(rows: Array, model: Model) -> Array:
    """Return what a model says of rows, as its networks take them.

    Raises
    ------
    DataError
        If a prediction is no finite number, which JSON has not.
    """
    with quiet():
        outputs = model.outputs_of(rows)
    finite = np.isfinite(outputs).all(axis=1)
    if not finite.all():
        row = int(np.argmin(finite))
        raise DataError(
            f"row {row}: its prediction is no finite number. Its cells are too far from those that "
            "the model was trained on.",
            row=row,
        )
    return outputs


def as_json(target: Target, outputs: Array, ignored: list[str]) -> bytes:
    """Return predictions as JSON; with the names of columns that were passed over, if any were."""
    parts = {"predictions": _dumped(target.decoded(outputs))}
    if target.has_probabilities:
        blocks = target.blocks(outputs) if isinstance(target, SeveralTargets) else None
        parts["probabilities"] = _dumped(outputs, blocks)
        parts["classes"] = json.dumps(classes_of(target), allow_nan=False)
    if ignored:
        parts["ignored"] = json.dumps(ignored)
    return ("{" + ",".join(f'"{name}":{text}' for name, text in parts.items()) + "}").encode()


def as_arrow(target: Target, outputs: Array) -> bytes:
    """Return predictions as an Arrow stream, its columns as those of ``glassnet predict``."""
    y = target.decoded(outputs)
    columns = {"prediction": y} if y.ndim == 1 else {
        f"prediction {k}": column for k, column in enumerate(y.T)
    }  # fmt: skip
    names: list[str] = []
    classes = classes_of(target)
    if isinstance(target, SeveralTargets):
        names = [f"{one} in {k}" for k, labels in enumerate(classes) for one in labels]
    elif target.has_probabilities:
        names = classes
    columns |= {f"probability of {name}": outputs[:, k] for k, name in enumerate(names)}
    return stream_of(
        {name: one.tolist() if one.dtype == object else np.ascontiguousarray(one)
         for name, one in columns.items()}
    )  # fmt: skip


def classes_of(target: Target) -> list[Any]:
    """Return the labels as JSON has them; of several targets a list for each."""
    if isinstance(target, SeveralTargets):
        return [labels.tolist() for labels in target.labels]
    return target.labels.tolist() if isinstance(target, Classes | Labels) else []


def _n_outputs(target: Target) -> int:
    """Return how many numbers there are for a row."""
    return len(target.labels) if isinstance(target, Classes) else target.n_scores


def _dumped(rows: Array, blocks: list[Array] | None = None) -> str:
    """Return rows as JSON, some at a time; with blocks, each row is a list of its parts of them."""
    texts = []
    for start in range(0, len(rows), _AT_ONCE):
        some: list[Any] = (rows if blocks is None else blocks[0])[start : start + _AT_ONCE].tolist()
        if blocks is not None:
            each = [block[start : start + _AT_ONCE].tolist() for block in blocks]
            some = [list(parts) for parts in zip(*each, strict=True)]
        texts.append(json.dumps(some, allow_nan=False, separators=(",", ":"))[1:-1])
    return f"[{','.join(texts)}]"
