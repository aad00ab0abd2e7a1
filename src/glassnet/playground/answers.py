"""What the page is told of the setup, of the network, and of the rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from glassnet import __version__
from glassnet.core.activations import Activation
from glassnet.core.dropout import Dropout
from glassnet.core.network import Network
from glassnet.playground.data import MOST_FILE_CLASSES, TABLES, Data
from glassnet.playground.inputs import FUNCTIONS
from glassnet.playground.kinds import catalog
from glassnet.playground.messages import binary, text
from glassnet.playground.session import Session
from glassnet.playground.setup import MOST_CLASSES, MOST_INPUTS, MOST_LAYERS, MOST_NODES, MOST_ROWS
from glassnet.points import POINTS


def ready(page: str, session: Session, most_upload: int, file: str | None) -> str:
    """Return the first message: what can be chosen."""
    return text(
        {
            "type": "ready",
            "page": page,
            "version": __version__,
            "catalog": {
                "data": list(_data_kinds(file)),
                **catalog(),
                "limits": {
                    "layers": MOST_LAYERS, "nodes": MOST_NODES, "classes": MOST_CLASSES,
                    "rows": MOST_ROWS, "upload": most_upload, "inputs": MOST_INPUTS,
                },
            },
            "setup": session.setup.plain(),
        }
    )  # fmt: skip


def answers(session: Session, *, points: bool) -> Iterator[str | bytes]:
    """Yield the setup and the network, and the rows if they are others."""
    data = session.data
    yield text(
        {
            "type": "setup",
            "generation": session.generation,
            "setup": session.setup.plain(),
            "network": list(_network(session.net)),
            "n_params": session.net.n_params,
            "notes": list(data.says),
        }
    )
    if points:
        yield _points(session)


def _data_kinds(file: str | None) -> Iterator[dict[str, Any]]:
    for kind in POINTS.values():
        fewest, most = kind.classes
        yield {
            "name": kind.name, "label": kind.label, "task": kind.task, "source": "plane",
            "says": kind.says, "classes": [fewest, most] if fewest < most else None, "noise": True,
        }  # fmt: skip
    for name, (label, task, says) in TABLES.items():
        yield _kind(name, label, task, "table", says)
    yield _kind("painted", "Painted", "classification", "painted", "Points that you paint.")
    where = f"{file}, or another table: drop it on the page." if file else "Drop it on the page."
    limit = f" Up to {MOST_FILE_CLASSES} classes, or numbers."
    yield _kind("file", "Your table", "classification", "file", where + limit)


def _kind(name: str, label: str, task: str, source: str, says: str) -> dict[str, Any]:
    return {
        "name": name, "label": label, "task": task, "source": source, "says": says,
        "classes": None, "noise": False,
    }  # fmt: skip


def _network(net: Network) -> Iterator[dict[str, Any]]:
    """Yield the dense layers, each with what follows it."""
    found: list[dict[str, Any]] = []
    first = 0
    for layer, places in zip(net.layers, net.slices, strict=True):
        if places:
            (W, _), (b, _) = places
            found.append(
                {
                    "n_in": layer.n_in, "n_out": layer.n_out, "W": W.start, "b": b.start,
                    "activation": None, "dropout": 0.0, "first": first,
                }
            )  # fmt: skip
            first += layer.n_out or 0
        elif isinstance(layer, Dropout):
            found[-1]["dropout"] = layer.rate
        elif isinstance(layer, Activation):
            found[-1]["activation"] = type(layer).__name__
    yield from found


def _points(session: Session) -> bytes:
    data, axes = session.data, session.axes
    is_test = np.zeros(len(data.y), np.uint8)
    is_test[data.test] = 1
    y = data.y.astype(np.float32)
    header = {
        "type": "data",
        "generation": session.generation,
        "task": data.task,
        "classes": list(data.classes),
        "target": data.target,
        "available": list(_available(data)),
        "axes": axes.plain,
        "range": [float(data.y.min()), float(data.y.max())] if len(data.y) else [0.0, 1.0],
        "n_train": len(data.train),
        "n_test": len(data.test),
        "columns": list(data.file.columns) if data.file is not None else [],
        "file": data.file.name if session.setup.data.name == "file" and data.file else None,
        "explained": axes.explained,
    }
    points = axes.points(data.X).astype(np.float32).reshape(-1, 2)
    return binary(header, {"points": points, "target": y, "test": is_test})


def _available(data: Data) -> Iterator[dict[str, Any]]:
    if data.is_plane:
        for one in FUNCTIONS.values():
            yield {
                "name": one.name, "label": one.label, "formula": one.formula,
                "is_column": one.name in data.columns,
            }  # fmt: skip
        return
    for name in data.columns:
        yield {"name": name, "label": name, "formula": "", "is_column": True}
