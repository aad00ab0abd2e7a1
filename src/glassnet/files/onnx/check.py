"""Whether an ONNX file answers as the model does: onnxruntime beside NumPy, on the same rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from glassnet.core.arrays import Array
from glassnet.errors import ExportError
from glassnet.files.onnx.graph import needed
from glassnet.files.onnx.inputs import onnx_inputs
from glassnet.files.onnx.rows import generated
from glassnet.files.onnx.targets import as_onnx
from glassnet.record import Classes, Labels, Means, Model, SeveralTargets, Target

AGREEMENT = 1e-5
"""Of two answers, relative to their size where that is above 1."""

ROUNDING = 64
"""So many times as far as float32 and float64 are apart in NumPy, float32 may be in a runtime.

Measured over 500 random networks of up to 2,000 columns on the generated rows: 13 at most. Where
NumPy's rounding is 1e-7, as is usual, 64 times that is within `AGREEMENT`.
"""


def check(model: Model, data: bytes, rows: Any = None) -> None:
    """Raise unless onnxruntime's answers are the model's, on generated rows and on those given.

    Parameters
    ----------
    model : Model
    data : bytes
        The ONNX file.
    rows : table or array, optional

    Raises
    ------
    ExportError
        If the file is not valid, or an answer differs by more than `AGREEMENT`; with weights of
        float32, by more than what rounding does to that model, too.
    """
    session = _opened(data)
    given = [] if rows is None else [("the rows given", rows)]
    for what, X in [*given, *generated(model)]:
        _compare(model, what, X, session.run(None, onnx_inputs(model, X)))


def _opened(data: bytes) -> Any:
    """Return a session of onnxruntime, if the file is valid."""
    onnx, runtime = needed("onnx"), needed("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3  # errors only
    try:
        onnx.checker.check_model(data, full_check=True)
        return runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # both packages have several kinds of their own
        raise ExportError(
            f"the ONNX file is not valid: {error}. Nothing was written. Other versions of onnx and "
            "onnxruntime may do; if not, this is a fault of glassnet: please report it."
        ) from error


def _compare(model: Model, what: str, X: Any, answers: list[Any]) -> None:
    """Raise if an answer is not the model's."""
    P = model.outputs(X)
    rounding = ROUNDING * _rounding(model, X, P)
    parts = _parts(model.target, P)
    for (name, numbers, labels), answer in zip(parts, answers, strict=True):
        sizes = np.maximum(1, np.abs(numbers))
        allowed = np.maximum(AGREEMENT * sizes, rounding * (sizes if _is_relative(model) else 1))
        if labels is not None:
            wrong = ~_are_best(numbers, _places(answer, labels), allowed)
        elif isinstance(model.target, Labels) and answer.dtype == np.int64:
            wrong = (answer != (numbers > 0.5)) & (np.abs(numbers - 0.5) > allowed)
        else:
            wrong = ~_are_near(answer.reshape(numbers.shape), numbers, allowed)
        if wrong.any():
            _refuse(what, name, wrong, answer, numbers)


def _parts(target: Target, P: Array) -> list[tuple[str, Array, Array | None]]:
    """Return for each output its name, the model's numbers, and the labels if it gives them."""
    if isinstance(target, SeveralTargets):
        pairs = enumerate(zip(target.blocks(P), target.labels, strict=True))
        return [
            part
            for i, (block, labels) in pairs
            for part in ((f"label_{i}", block, labels), (f"probabilities_{i}", block, None))
        ]
    if isinstance(target, Classes):
        return [("label", P, target.labels), ("probabilities", P, None)]
    if isinstance(target, Labels):
        return [("labels", P, None), ("probabilities", P, None)]
    return [("prediction", P, None)]


def _places(answer: Any, labels: Array) -> list[int]:
    """Return the places of the labels that were given; -1 for what is none."""
    place = {label: i for i, label in enumerate(as_onnx(labels).tolist())}
    return [place.get(label, -1) for label in answer.tolist()]


def _are_best(P: Array, places: list[int], allowed: Array) -> Array:
    """Return where the class at a place is the likeliest, or as likely as that."""
    which = np.array(places)
    likely = P[np.arange(len(P)), which] >= P.max(axis=1) - allowed.max(axis=1)
    return np.asarray(likely & (which >= 0))


def _are_near(answer: Array, numbers: Array, allowed: Array) -> Array:
    """Return where numbers agree; an infinity agrees with itself."""
    with np.errstate(invalid="ignore"):
        return np.asarray((answer == numbers) | (np.abs(answer - numbers) <= allowed))


def _rounding(model: Model, X: Any, P: Array) -> float:
    """Return how far apart float32 and float64 are in NumPy, at most; 0 for weights of float64.

    It is the largest over all rows and outputs: in a single one the two may be close by chance.
    """
    if model.table is not None or model.theta.dtype == np.float64:
        return 0.0
    exact = replace(model, theta=model.theta.astype(np.float64))
    expected = exact.outputs_of(model.rows(X).astype(np.float64))
    with np.errstate(invalid="ignore"):
        apart = np.abs(P - expected)
        if _is_relative(model):
            apart /= np.maximum(1, expected)
    return float(apart[np.isfinite(apart)].max(initial=0.0))


def _is_relative(model: Model) -> bool:
    """Return whether rounding errors grow with the number that is predicted: exp(score)."""
    return isinstance(model.target, Means) and model.target.link == "log"


def _refuse(what: str, name: str, wrong: Array, answer: Any, numbers: Array) -> None:
    """Raise with the first answer that differs."""
    answer = answer.reshape(wrong.shape)
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    raise ExportError(
        f"onnxruntime does not answer as the model does, on {what}: {name}{list(first)} is "
        f"{answer[first]}, and glassnet has {numbers[first]}; {int(wrong.sum()):,} of "
        f"{wrong.size:,} differ by more than {AGREEMENT:g}. Nothing was written. Another version "
        "of onnxruntime may do; if not, this is a fault of glassnet: please report it."
    )
