"""Targets of a fitted model: what the network learns in a label's place, and the way back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from glassnet.core.arrays import Array
from glassnet.errors import LabelError, ShapeError
from glassnet.explain.shown import added, and_more, constant, factor, largest, named, number
from glassnet.explain.shown import shortened as some_of
from glassnet.explain.step import Step, Values, Words
from glassnet.explain.walk import Said
from glassnet.record import (
    Classes,
    Labels,
    Means,
    Model,
    Numbers,
    SeveralTargets,
    Target,
    TwoClasses,
)
from glassnet.tabular.objects import canonical, is_missing

# There ------------------------------------------------------------------------------------------


def encoded_target(target: Target, y: Any, dtype: Any) -> Array:
    """Return what the network learns of one row's target, of shape (1, n_scores).

    Raises
    ------
    LabelError
        If the model does not know the label, or it is missing or no number.
    ShapeError
        If there are more or fewer targets than the model has.
    """
    if isinstance(target, SeveralTargets):
        values = _several(y, len(target.labels))
        pairs = zip(target.labels, values, strict=True)
        return np.concatenate([_one_hot(labels, one) for labels, one in pairs], axis=1).astype(
            dtype
        )
    if isinstance(target, TwoClasses):
        return np.array([[_code(target.labels, _single(y))]], dtype)
    if isinstance(target, Classes):
        return _one_hot(target.labels, _single(y)).astype(dtype)
    if isinstance(target, Labels):
        return np.array([[_number(one) for one in _several(y, len(target.labels))]], dtype)
    if isinstance(target, Numbers):
        return np.array([[(_number(_single(y)) - target.mean) / target.std]], dtype)
    return np.array([[_number(one) for one in _several(y, target.n_scores)]], dtype)


def _single(y: Any) -> Any:
    return _several(y, 1)[0]


def _several(y: Any, n: int) -> list[Any]:
    values = np.asarray(y, object).ravel().tolist()
    if len(values) != n:
        raise ShapeError(
            f"y holds {values} for this row; the model predicts {n} of them: expected as many."
        )
    return values


def _one_hot(labels: Array, value: Any) -> Array:
    row = np.zeros((1, len(labels)))
    row[0, _code(labels, value)] = 1
    return row


def _code(labels: Array, value: Any) -> int:
    """Return the place of a label: 1, 1.0 and "1" are the same."""
    known = [canonical(label) for label in labels.tolist()]
    if is_missing(value):
        raise LabelError("y is missing in this row; leave y out to see the way there alone.")
    if canonical(value) not in known:
        some = ", ".join(map(repr, labels.tolist()[:8])) + " ..." * (len(known) > 8)
        raise LabelError(f"y is {value!r} in this row; the model knows the classes {some}.")
    return known.index(canonical(value))


def _number(value: Any) -> float:
    try:
        x = float(value)
    except (TypeError, ValueError):
        x = math.nan
    if not math.isfinite(x):
        raise LabelError(
            f"y is {value!r} in this row; the model predicts numbers: expected a finite one."
        )
    return x


# Back -------------------------------------------------------------------------------------------


def output_names(target: Target, name: str | None) -> tuple[str, ...]:
    """Return what each score speaks for."""
    if isinstance(target, TwoClasses):
        return (str(target.labels[-1]),)
    if isinstance(target, SeveralTargets):
        pairs = enumerate(target.labels, 1)
        return tuple(f"{one} in target {k}" for k, labels in pairs for one in labels.tolist())
    return prediction_names(target, name)


def prediction_names(target: Target, name: str | None) -> tuple[str, ...]:
    """Return what each column of the predictions is."""
    if isinstance(target, Classes):
        return tuple(map(str, target.labels.tolist()))
    if isinstance(target, Labels):
        return tuple(f"label {one}" for one in target.labels.tolist())
    if isinstance(target, SeveralTargets):
        return output_names(target, name)
    whole = name or "prediction"
    n = target.n_scores
    return (whole,) if n == 1 else tuple(f"{whole} {k + 1}" for k in range(n))


def said(model: Model, X: Array, z: Array, member: int, name: str | None, most: int) -> Said:
    """Return the prediction in the target's own words and units.

    Parameters
    ----------
    model : Model
    X : array of shape (1, n_in)
    z : array of shape (n_scores,)
        The scores of the network that is explained.
    member : int
        Which of the networks that is.
    name : str or None
        Of the target.
    most : int
    """
    target, names = model.target, prediction_names(model.target, name)
    each = [target.predictions(model.network.scores(theta, X))[0] for theta in model.thetas]
    final = model.outputs_of(X)
    p = final[0]
    shown = largest(p, most)
    lines = [*_own_lines(target, z, each[member])]
    if len(each) > 1:
        lines += [_mean_line(names[k], [one[k] for one in each], p[k], most) for k in shown]
        lines += and_more(p.size - len(shown), "output")
    told = target.decoded(final)
    answer = ", ".join(_shown(one) for one in np.asarray(told).ravel().tolist())
    lines.append(named(f"{name or 'prediction'}: {answer}"))
    words = Words(f"What the model says: {answer}", _formula(target, len(each)), tuple(lines),
                  _says(target, len(each), member))  # fmt: skip
    prediction = dict(zip(names, map(float, p), strict=True))
    return Said([Step("forward", None, words, Values("P", final))], prediction)


def _shown(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _formula(target: Target, n: int) -> str:
    own = {
        Numbers: r"\hat y = z \cdot \mathrm{std} + \mathrm{mean}",
        Means: r"\hat y = P",
        Labels: r"\hat y_k = 1 \text{ if } p_k > \frac{1}{2}, \text{ else } 0",
    }.get(type(target), r"\hat y = \text{the class with the largest } p_k")
    return rf"P = \frac{{1}}{{{n}}} \sum_m P_m, \quad {own}" if n > 1 else str(own)


def _own_lines(target: Target, z: Array, p: Array) -> Sequence[str]:
    """Return the way from the scores of one network to its prediction, where there is one."""
    if isinstance(target, Numbers):
        y = float(z[0]) * target.std + target.mean
        scaled = rf"{number(z[0])}\cdot {number(target.std, 6)} + {factor(target.mean, 6)}"
        lines = [rf"\hat y = {scaled} = {number(y, 6)}"]
        if not target.low <= y <= target.high:
            end, sign = (target.low, "max") if y < target.low else (target.high, "min")
            lines.append(rf"\hat y = \{sign}({number(y, 6)}, {number(end, 6)}) = {number(p[0], 6)}")
        return lines
    if isinstance(target, TwoClasses) and len(p) == 2:
        no, yes = (str(one) for one in target.labels.tolist())
        return [rf"1 - {factor(p[1], 6)} = {number(p[0], 6)} \quad {named(f'{no}, not {yes}')}"]
    return []


def _mean_line(name: str, each: list[Any], mean: Any, most: int) -> str:
    terms = some_of([constant(one) for one in each], most)
    return rf"\frac{{{added(terms)}}}{{{len(each)}}} = {number(mean)} \quad {named(name)}"


def _says(target: Target, n: int, member: int) -> str:
    mean = (
        f"The model is {n} networks; number {member + 1} is explained here. The model predicts the "
        f"mean of all {n}. "
        if n > 1
        else ""
    )
    if isinstance(target, Numbers):
        return (
            f"{mean}The network learned the target less its mean, in standard deviations: this is "
            "the way back to the target's units. No prediction leaves the range that was seen."
        )
    if isinstance(target, Means):
        return f"{mean}The prediction is in the target's own units."
    return f"{mean}The probabilities decide what is predicted."
