"""From the arrays of the two ways to the steps of an explanation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.core.arrays import Array
from glassnet.errors import ParameterError
from glassnet.explain.explanation import Explanation
from glassnet.explain.judged import Judged
from glassnet.explain.layers import description_of
from glassnet.explain.losses import link_words, loss_words, slope_words
from glassnet.explain.run import Passes, parameter_at
from glassnet.explain.shown import added, and_more, constant, largest, named, number
from glassnet.explain.step import Step, Values, Words
from glassnet.explain.stepping import Taken, stepped
from glassnet.explain.visit import Visit


def input_step(X: Array, names: Sequence[str], most: int) -> Step:
    """Return the row, as the network takes it."""
    x = X.ravel()
    shown = largest(x, 3 * most)
    asides = [rf" \quad {named(name)}" for name in names] or [""] * x.size
    told = [rf"x_{{{i + 1}}} = {number(x[i])}{asides[i]}" for i in shown]
    lines = (*told, *and_more(x.size - len(shown), "input"))
    says = f"One row of {x.size} number{'s' * (x.size != 1)}: what the network sees."
    return Step("forward", None, Words("Input: X", "X", lines, says), Values("X", X))


@dataclass(frozen=True, eq=False)
class Said:
    """A prediction in a model's own words.

    Attributes
    ----------
    steps : list of Step
        That follow the network's own prediction.
    prediction : dict
        Of numbers or text, by name.
    """

    steps: list[Step]
    prediction: dict[str, Any]


def explanation_of(
    passes: Passes,
    w: Array | None,
    first: list[Step],
    said: Said | None,
    outputs: Sequence[str],
    most: int,
    taken: Taken,
    parameter: int | None,
) -> Explanation:
    """Return the explanation of a row that has gone through the network."""
    place = None if passes.Y is None else _place(passes, parameter)
    visits = _visits(passes, place, most)
    steps = [*first, *(_there(i, visit) for i, visit in enumerate(visits))]
    judged = _judged(passes, tuple(outputs), most)
    steps.append(Step("forward", None, link_words(judged), Values("P", judged.p[np.newaxis])))
    prediction: dict[str, Any] = _prediction(outputs, judged.p)
    if said is not None:
        steps += said.steps
        prediction = said.prediction
    if place is None:
        return Explanation(tuple(steps), None, prediction, None, None, None)
    steps += _loss_steps(passes, judged)
    steps += [_back(i, visit) for i, visit in reversed([*enumerate(visits)])]
    chosen, after, ends = stepped(passes, w, place, taken)
    steps += ends
    return Explanation(tuple(steps), passes.L + passes.penalty, prediction, chosen, passes.g, after)


def _prediction(outputs: Sequence[str], p: Array) -> dict[str, float]:
    """Return the numbers by their names; names that are the same get their places."""
    same = len(set(outputs)) < len(outputs)
    return {
        f"{name} ({k + 1})" if same else name: float(one)
        for k, (name, one) in enumerate(zip(outputs, p, strict=True))
    }


def _place(passes: Passes, parameter: int | None) -> int | None:
    """Return the place of the parameter to update; None if the network has none."""
    n = passes.g.size
    if parameter is None:
        return int(np.abs(passes.g).argmax()) if n else None
    whole = isinstance(parameter, int | np.integer) and not isinstance(parameter, bool)
    if not whole or not 0 <= parameter < n:
        raise ParameterError(
            f"parameter is {parameter!r}; expected the place of one of the network's {n:,} "
            f"parameters, from 0 to {n - 1:,}."
        )
    return int(parameter)


def _visits(passes: Passes, place: int | None, most: int) -> list[Visit]:
    """Return what each layer took and gave."""
    net, visits = passes.net, []
    for i, layer in enumerate(net.layers):
        back = bool(passes.backs)
        visits.append(Visit(
            layer, passes.params[i], passes.outputs[i], passes.outputs[i + 1], most,
            passes.d_params[i] if back else None, passes.backs[i + 1] if back else None,
            passes.backs[i] if back else None, net.penalty, passes.weight,
            None if place is None else parameter_at(net, i, place),
        ))  # fmt: skip
    return visits


def _there(i: int, visit: Visit) -> Step:
    words = description_of(visit.layer)[0](visit)
    name = words.title.partition(": ")[2].partition(" = ")[0]
    values = Values(name if name in ("Z", "A") else "Y", visit.Y)
    return Step("forward", i, _of_layer(i, words), values)


def _back(i: int, visit: Visit) -> Step:
    words = description_of(visit.layer)[1](visit)
    pairs = zip(visit.layer.parameters, visit.gradients, strict=True)
    gradients = tuple(Values(f"d{one.name}", d) for one, d in pairs)
    name = "dZ" if "dZ = dA" in words.title or "da and dZ" in words.title else "dX"
    if visit.dX is not None:
        values = Values(name, visit.dX)
    else:  # nothing is before it: what came in, instead
        values = gradients[0] if gradients else Values("dY", visit.dY)  # type: ignore[arg-type]
    return Step("backward", i, _of_layer(i, words), values, gradients)


def _of_layer(i: int, words: Words) -> Words:
    return Words(f"Layer {i + 1}, {words.title}", words.formula, words.lines, words.says)


def _judged(passes: Passes, names: tuple[str, ...], most: int) -> Judged:
    loss, Z = passes.net.loss_function, passes.outputs[-1]
    P, Y = loss.inverse_link(Z), passes.Y
    if Y is None:
        return Judged(loss, Z[0], P[0], names, most)
    dZ = passes.backs[-1]
    assert dZ is not None
    return Judged(loss, Z[0], P[0], names, most, Y[0], dZ[0], passes.L)


def _loss_steps(passes: Passes, judged: Judged) -> list[Step]:
    """Return the loss, the penalty if there is one, and the gradient of the scores."""
    steps = [Step("forward", None, loss_words(judged), Values("L", np.array([passes.L])))]
    if passes.net.penalty is not None:
        total = passes.L + passes.penalty
        terms = added([constant(passes.L), constant(passes.penalty)])
        words = Words(
            "Penalty: large weights cost",
            r"L \leftarrow L + \frac{R}{\sum_n w_n}, \quad "
            r"R = \lambda_1 \sum \lvert W\rvert + \frac{1}{2} \lambda_2 \sum W^{2}",
            (f"L = {terms} = {number(total)}",),
            "The penalty makes large weights dear, biases not. Its share shrinks with more rows.",
        )
        steps.append(Step("forward", None, words, Values("L", np.array([total]))))
    dz = Values("dZ", judged.dz[np.newaxis])  # type: ignore[index]
    return [*steps, Step("backward", None, slope_words(judged), dz)]
