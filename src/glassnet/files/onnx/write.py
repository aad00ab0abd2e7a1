"""Writing a whole model as one ONNX file, checked before it is given out."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from glassnet.errors import ParameterError
from glassnet.files.atomic import whole_file
from glassnet.files.model_file import Path
from glassnet.files.onnx.check import check
from glassnet.files.onnx.columns import write_table
from glassnet.files.onnx.graph import Graph
from glassnet.files.onnx.inputs import X_NAME
from glassnet.files.onnx.layers import scores
from glassnet.files.onnx.targets import write_outputs
from glassnet.record import Description, Model, Record

MOST_BYTES = 2**31 - 2**26
"""Of weights: a protocol buffer ends at 2 GiB, and the rest takes some, too."""


def write_onnx(record: Record, path: Path, rows: Any = None) -> None:
    """Write a whole model as one ONNX file: raw columns in, labels or numbers out.

    Before the file is there, onnxruntime answers beside the model on generated rows: every level,
    levels never seen, missing cells, ends of ranges, numbers far out. If an answer differs by more
    than 1e-5, relative to its size where that is above 1, nothing is written. What goes in and what
    comes out: docs/onnx.md.

    Parameters
    ----------
    record : Record
    path : str or path
    rows : table of shape (n_rows, n_columns), optional
        Rows of your own to compare on, too.

    Raises
    ------
    MissingExtraError
        If onnx or onnxruntime is not installed.
    ParameterError
        If ONNX cannot hold the model: an empty text is a level, a layer is of your own making, or
        it is too large.
    ExportError
        If onnxruntime does not answer as the model does.
    DataError
        If ``rows`` are not what the model takes.
    OSError
        If the file cannot be written.
    """
    data = _model_proto(record).SerializeToString()
    check(record.model, data, rows)
    with whole_file(path) as file:
        file.write(data)


def _model_proto(record: Record) -> Any:
    """Return the model as an ``onnx.ModelProto``."""
    model = record.model
    _check_size(model)
    g = Graph(model.thetas[0].dtype)
    if model.table is None:
        assert model.network.n_in is not None
        rows = g.input(X_NAME, g.dtype, model.network.n_in)
    else:
        rows = write_table(g, model.table)
    write_outputs(g, model.target, [scores(g, model.network, one, rows) for one in model.thetas])
    version = import_module("glassnet").__version__  # its own names lead up to the estimators
    return g.model(version, _metadata(record.about))


def _check_size(model: Model) -> None:
    """Raise if the weights are too many for one file."""
    n_bytes = sum(theta.nbytes for theta in model.thetas)
    if n_bytes > MOST_BYTES:
        raise ParameterError(
            f"the weights take {n_bytes:,} bytes; one ONNX file holds at most {MOST_BYTES:,}. "
            "Export fewer networks, or narrower ones."
        )


def _metadata(about: Description) -> dict[str, str]:
    """Return what the file says of the model."""
    names = about.column_names
    return {
        "kind": about.kind,
        "created": about.created,
        "feature_names": json.dumps(None if names is None else list(names)),
        "trained_with": json.dumps(about.versions),
    }
