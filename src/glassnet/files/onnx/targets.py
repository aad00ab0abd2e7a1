"""What scores mean, as ONNX operators and outputs: the formulas of `record.targets`."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.core.arrays import Array
from glassnet.files.onnx.graph import Graph
from glassnet.record import Classes, Labels, Means, Numbers, SeveralTargets, Target, TwoClasses
from glassnet.record.targets import INSIDE

_FLOAT64 = np.dtype(np.float64)


def write_outputs(g: Graph, target: Target, each: list[str]) -> None:
    """Declare the outputs, from the scores of each network."""
    predicted = [_predictions(g, target, z) for z in each]
    P = predicted[0] if len(predicted) == 1 else _averaged(g, target, predicted)
    if isinstance(target, SeveralTargets):
        blocks = g.split(P, [len(labels) for labels in target.labels])
        for i, (block, labels) in enumerate(zip(blocks, target.labels, strict=True)):
            _write_label(g, f"label_{i}", _largest(g, block), labels)
            g.output(block, f"probabilities_{i}", g.dtype, len(labels))
    elif isinstance(target, Classes):
        _write_label(g, "label", _chosen(g, target, P), target.labels)
        g.output(P, "probabilities", g.dtype, len(target.labels))
    elif isinstance(target, Labels):
        n = len(target.labels)
        g.output(g.cast(g.op("Greater", P, 0.5), np.int64), "labels", np.int64, n)
        g.output(P, "probabilities", g.dtype, n)
    else:
        dtype = _FLOAT64 if isinstance(target, Numbers) else g.dtype
        if target.n_scores == 1:
            g.output(g.vector(P), "prediction", dtype)
        else:
            g.output(P, "prediction", dtype, target.n_scores)


def _predictions(g: Graph, target: Target, z: str) -> str:
    """Return what can be averaged, from the scores of one network."""
    if isinstance(target, Numbers):
        return _in_units(g, target, z)
    if isinstance(target, Means):
        return z if target.link == "identity" else g.op("Exp", z)
    return _inside(g, _probabilities(g, target, z))


def _probabilities(g: Graph, target: Target, z: str) -> str:
    """Return probabilities, which may have been rounded to 0 or 1."""
    if isinstance(target, Labels):
        return g.op("Sigmoid", z)
    if isinstance(target, TwoClasses):
        if len(target.labels) == 1:
            return g.op("Expand", np.ones((1, 1), g.dtype), g.op("Shape", z))
        return g.op("Sigmoid", g.joined([g.op("Neg", z), z]))
    if isinstance(target, Classes):
        return g.op("Softmax", z, axis=1)
    assert isinstance(target, SeveralTargets)
    blocks = g.split(z, [len(labels) for labels in target.labels])
    return g.joined([g.op("Softmax", block, axis=1) for block in blocks])


def _in_units(g: Graph, target: Numbers, z: str) -> str:
    """Return numbers in the target's units, within its range, in float64."""
    std, mean, low, high = (
        np.array(x, _FLOAT64) for x in (target.std, target.mean, target.low, target.high)
    )
    if g.dtype != _FLOAT64:
        z = g.cast(z, _FLOAT64)
    return g.op("Clip", g.op("Add", g.op("Mul", z, std), mean), low, high)


def _inside(g: Graph, P: str) -> str:
    """Return probabilities that are never 0 or 1."""
    low, high = INSIDE[g.dtype]
    return g.op("Clip", P, np.array(low, g.dtype), np.array(high, g.dtype))


def _averaged(g: Graph, target: Target, each: list[str]) -> str:
    """Return the mean over the networks; the probabilities of classes sum to 1 again."""
    dtype = _FLOAT64 if isinstance(target, Numbers) else g.dtype
    mean = g.op("Div", g.op("Sum", *each), np.array(len(each), dtype))
    if isinstance(target, Classes):
        mean = g.op("Div", mean, g.op("ReduceSum", mean, np.array([1]), keepdims=1))
    return mean


def _chosen(g: Graph, target: Classes, P: str) -> str:
    """Return the place of each row's label."""
    if isinstance(target, TwoClasses) and len(target.labels) == 2:
        second = g.split(P, [1, 1])[1]
        return g.cast(g.vector(g.op("Greater", second, 0.5)), np.int64)
    return _largest(g, P)


def _largest(g: Graph, P: str) -> str:
    return g.op("ArgMax", P, axis=1, keepdims=0)


def _write_label(g: Graph, name: str, place: str, labels: Array) -> None:
    """Declare the labels at these places as an output."""
    labels = as_onnx(labels)
    g.output(g.op("Gather", labels, place), name, labels.dtype)


def as_onnx(labels: Array) -> Array:
    """Return labels in a type that runtimes know: text, int64, truth values or floats.

    uint64 stays where a label is beyond int64.
    """
    dtype: Any = labels.dtype
    if dtype.kind in "iu" and (labels.size == 0 or labels.max() <= np.iinfo(np.int64).max):
        dtype = np.dtype(np.int64)
    elif dtype == np.float16:
        dtype = np.dtype(np.float32)
    return labels.astype(dtype)
