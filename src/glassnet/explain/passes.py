"""The forward and the backward pass of one row, step by step, and the update of one parameter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.core.arrays import Array, check_count, check_number, check_rows
from glassnet.core.gradcheck import STEP
from glassnet.core.layer import Params
from glassnet.core.network import Network
from glassnet.core.optimizers import GradientDescent, Optimizer
from glassnet.core.training import TrainingState
from glassnet.errors import ParameterError, ShapeError
from glassnet.explain.explanation import Chosen, Explanation
from glassnet.explain.layers import description_of
from glassnet.explain.losses import Judged, link_words, loss_words, slope_words
from glassnet.explain.shown import added, and_more, constant, factor, largest, named, number
from glassnet.explain.step import Step, Values, Words
from glassnet.explain.updates import Update, update_words
from glassnet.explain.visit import Visit

MOST = 8


@dataclass(frozen=True, eq=False)
class Passes:
    """All arrays of the two ways, as the network computes them.

    Attributes
    ----------
    outputs : list of array
        ``X``, then each layer's output.
    backs : list of array
        The gradient of each layer's input (None for the first one), then that of the scores.
        Empty without targets, as are ``g`` and ``d_params``.
    L, penalty : float
    """

    net: Network
    theta: Array
    params: list[Params]
    outputs: list[Array]
    Y: Array | None
    weight: float
    backs: list[Array | None]
    g: Array
    d_params: list[Params]
    L: float = 0.0
    penalty: float = 0.0


def run_passes(net: Network, theta: Array, X: Array, Y: Array | None, w: Array | None) -> Passes:
    """Go through the layers and back, as `Network.backpropagate` does, and keep every array."""
    params = net.views(theta)
    outputs, caches = [X], []
    for layer, own in zip(net.layers, params, strict=True):
        A, cache = layer.forward(own, outputs[-1], None)
        outputs.append(A)
        caches.append(cache)
    if Y is None:
        return Passes(net, theta, params, outputs, None, 1.0, [], np.empty(0), [])
    g = np.empty_like(theta)
    d_params = net.views(g)
    L, dA = net.loss_function.batch(outputs[-1], Y, w)
    backs: list[Any] = [dA]
    for i in reversed(range(len(net.layers))):
        back = net.layers[i].backward(backs[0], caches[i], params[i], d_params[i], need_dX=i > 0)
        backs.insert(0, back)
    weight: Any = len(Y) if w is None else w.sum()
    penalty = _add_penalty(net, theta, g, weight)
    return Passes(
        net, theta, params, outputs, Y, float(weight), backs, g, d_params, float(L), penalty
    )


def _add_penalty(net: Network, theta: Array, g: Array, weight: Any) -> float:
    """Add the penalty's gradient to ``g``, and return its value."""
    total: Any = 0.0
    if net.penalty is None:
        return 0.0
    for where, parameter in (pair for row in net.slices for pair in row):
        if parameter.decay:
            value, d_theta = net.penalty.value_and_grad(theta[where], weight)
            total += value
            g[where] += d_theta
    return float(total)


def explain_pass(
    net: Network,
    theta: Array,
    X: Any,
    Y: Any = None,
    w: Any = None,
    *,
    names: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    optimizer: Optimizer | None = None,
    state: TrainingState | None = None,
    learning_rate: float | None = None,
    parameter: int | None = None,
    most: int = MOST,
) -> Explanation:
    r"""Explain what a network computes for one row, with the real numbers in the formulas.

    The way there, layer by layer; with a target the loss, the way back with every gradient, and
    what one step of an optimizer on this row alone makes of one parameter. Nothing is drawn at
    random: dropout passes everything, as in prediction.

    Parameters
    ----------
    net : Network
    theta : array of shape (n_params,)
        Not changed.
    X : array of shape (1, n_features)
        The row, as the network takes it.
    Y : array of shape (1, n_outputs), optional
        Its encoded target. Without it there is the way there alone.
    w : array of shape (1,), optional
        Its weight, above 0: only a penalty is divided by it.
    names : sequence of str, optional
        Of the inputs.
    outputs : sequence of str, optional
        Of the scores: the classes, or the target.
    optimizer : Optimizer, default=GradientDescent(0.01)
        What the step is taken with.
    state : TrainingState, optional
        Its slots, step and learning rate are gone on from (on copies). Without it the optimizer
        remembers nothing, and this is its first step.
    learning_rate : float, optional
        Instead of the state's or the optimizer's.
    parameter : int, optional
        The place in theta of the parameter whose update is worked out; of the largest gradient
        without it.
    most : int, default=8
        Nodes of a layer that get a line, and terms of a sum that are shown.

    Returns
    -------
    Explanation

    Raises
    ------
    ShapeError, DTypeError, DataError, LabelError
        If the arrays do not fit, or are not of one row.
    ParameterError
        If there is no such parameter, or the state is of another optimizer.

    Examples
    --------
    >>> import numpy as np
    >>> import glassnet as gn
    >>> net = gn.Network([gn.Dense(2, 1)], loss=gn.SquaredError())
    >>> theta = np.array([2.0, -1.0, 0.5])
    >>> told = explain_pass(net, theta, np.array([[1.0, 3.0]]), np.array([[0.0]]))
    >>> print(told.steps[1].words.lines[0])
    z_{1} = 1\cdot 2 + 3\cdot (-1) + 0.5 = -0.5
    >>> told.loss, told.parameter.gradient
    (0.125, -1.5)
    """
    theta, X, Y, w = _checked(net, theta, X, Y, w, parameter)
    check_count("most", most)
    names = () if names is None else _names("names", names, X.shape[1], "")
    passes = run_passes(net, theta, X, Y, w)
    outputs = _names("outputs", outputs, passes.outputs[-1].shape[1], "output ")
    return explanation_of(
        passes, w, [input_step(X, names, most)], None, outputs, most,
        Taken.of(theta, optimizer, state, learning_rate), parameter,
    )  # fmt: skip


def check_no_parameter(parameter: int | None, target: str) -> None:
    """Raise if an update is asked for where there is no target to learn from."""
    if parameter is not None:
        raise ParameterError(
            f"parameter is {parameter!r}, and there is no {target}: an update needs the target. "
            f"Give {target}, or leave parameter out."
        )


def _checked(
    net: Any, theta: Any, X: Any, Y: Any, w: Any, parameter: int | None
) -> tuple[Array, Array, Any, Any]:
    """Return the arrays of one row, or raise."""
    if not isinstance(net, Network):
        raise ParameterError(f"net is {net!r}; expected a Network.")
    theta = net.check_theta(theta)
    if theta.ndim != 1:
        raise ShapeError(
            f"theta has shape {theta.shape}; expected one network's vector, such as theta[0]."
        )
    X = X.toarray() if hasattr(X, "toarray") else X
    if Y is None:
        X = check_rows(X, theta.dtype, net.n_in)
        check_no_parameter(parameter, "Y")
    else:
        theta, X, Y, w = net.check(theta, X, Y, w)
    if len(X) != 1:
        raise ShapeError(f"X has {len(X)} rows; expected one, such as X[:1].")
    return theta, X, Y, w


def _names(argument: str, names: Sequence[str] | None, n: int, word: str) -> tuple[str, ...]:
    if names is None:
        return tuple(f"{word}{i + 1}" for i in range(n))
    if len(names) != n:
        raise ShapeError(f"{argument} has {len(names)} names; expected {n}, one for each column.")
    return tuple(map(str, names))


# The steps --------------------------------------------------------------------------------------


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


@dataclass(frozen=True, eq=False)
class Taken:
    """What the step is taken with.

    Attributes
    ----------
    optimizer : Optimizer
    slots : dict of array
        Copies.
    t : int
        The number of the step, from 1.
    learning_rate : float
    told : str
        Why it is this one, if that is to be told.
    """

    optimizer: Optimizer
    slots: dict[str, Array]
    t: int
    learning_rate: float
    told: str = ""

    @classmethod
    def of(
        cls,
        theta: Array,
        optimizer: Optimizer | None,
        state: TrainingState | None,
        learning_rate: float | None,
        told: str = "",
    ) -> Taken:
        """Return what a state goes on with, or a fresh optimizer."""
        optimizer = GradientDescent() if optimizer is None else optimizer
        if not isinstance(optimizer, Optimizer):
            raise ParameterError(f"optimizer is {optimizer!r}; expected one such as Adam().")
        if learning_rate is not None:
            check_number("learning_rate", learning_rate, low=0)
        if state is None:
            rate = optimizer.learning_rate if learning_rate is None else learning_rate
            return cls(optimizer, optimizer.new_slots(theta), 1, float(rate), told)
        if tuple(state.slots) != optimizer.slot_names:
            raise ParameterError(
                f"the state's slots are {tuple(state.slots)}; {type(optimizer).__name__} needs "
                f"{optimizer.slot_names}. Give the optimizer that the state was trained with."
            )
        rate = state.learning_rate if learning_rate is None else learning_rate
        slots = {name: np.array(slot) for name, slot in state.slots.items()}
        return cls(optimizer, slots, state.step + 1, float(rate), told)


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
    chosen, after, ends = _updated(passes, w, place, taken)
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
            None if place is None else _within(net, i, place),
        ))  # fmt: skip
    return visits


def _within(net: Network, i: int, place: int) -> tuple[int, tuple[int, ...]] | None:
    """Return which parameter of a layer a place in theta is, and its index; None if none is."""
    for which, (where, one) in enumerate(net.slices[i]):
        if where.start <= place < where.stop:
            index = np.unravel_index(place - where.start, one.shape)
            return which, tuple(int(at) for at in index)
    return None


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


# The update -------------------------------------------------------------------------------------


def _updated(
    passes: Passes, w: Array | None, place: int, taken: Taken
) -> tuple[Chosen, Array, list[Step]]:
    """Return the parameter, the new theta, and the steps that work them out."""
    net, theta, g = passes.net, passes.theta, passes.g
    after, slots = theta.copy(), {name: slot.copy() for name, slot in taken.slots.items()}
    factors, decays = net.learning_rates, net.decays.astype(theta.dtype)
    rates: Any = taken.learning_rate
    if factors is not None:
        rates = rates * factors.astype(theta.dtype)
    with np.errstate(all="ignore"):
        taken.optimizer.step(after, g, slots, taken.t, rates, decays)
    layer, (which, index) = _layer_of(net, place)
    name = net.layers[layer].parameters[which].name
    difference, points = _central_difference(passes, w, place)
    scale = max(abs(difference), float(np.abs(g).max()))
    error = abs(float(g[place]) - difference) / scale if scale else 0.0
    chosen = Chosen(
        place, layer, name, index[0], _flat_column(index, net, layer, which), float(theta[place]),
        float(g[place]), difference, error, float(after[place]),
    )  # fmt: skip
    rate = float(rates if np.ndim(rates) == 0 else rates[place])
    update = Update(
        taken.optimizer, rf"{name}_{{{','.join(str(at + 1) for at in index)}}}", chosen.before,
        chosen.gradient, chosen.after, {key: float(one[place]) for key, one in taken.slots.items()},
        {key: float(one[place]) for key, one in slots.items()}, taken.t, rate,
        float(decays[place]),
    )  # fmt: skip
    where = f"{name}[{', '.join(str(at + 1) for at in index)}] of layer {layer + 1}"
    check = _check_words(update.name, chosen, points, where)
    kind = type(taken.optimizer).__name__
    own = (
        ""
        if rate == taken.learning_rate
        else f", times {rate / taken.learning_rate:.4g} for {name}"
    )
    told = f"{taken.told} This is step {taken.t} of {kind}; its learning rate is "
    told += f"{taken.learning_rate:.4g}{own}."
    words = update_words(update, f"Update: {where}, by {kind}", told)
    new = net.views(after)[layer][which]
    return (
        chosen,
        after,
        [
            Step("backward", layer, check, Values("g", np.array([chosen.gradient, difference]))),
            Step("update", layer, words, Values(name, new)),
        ],
    )


def _layer_of(net: Network, place: int) -> tuple[int, tuple[int, tuple[int, ...]]]:
    """Return the layer of a place in theta, which of its parameters that is, and its index."""
    found = ((i, _within(net, i, place)) for i in range(len(net.layers)))
    return next((i, inside) for i, inside in found if inside is not None)


def _flat_column(index: tuple[int, ...], net: Network, layer: int, which: int) -> int | None:
    """Return the second index, of three and more axes counted through; None for a vector."""
    if len(index) == 1:
        return None
    shape = net.layers[layer].parameters[which].shape
    return int(np.ravel_multi_index(index[1:], shape[1:]))


def _central_difference(
    passes: Passes, w: Array | None, place: int
) -> tuple[float, tuple[float, float]]:
    """Return the slope of the loss between two points beside the parameter, and both losses.

    In float64 whatever theta is: float32 rounds away the digits that are compared.
    """
    assert passes.Y is not None
    theta, X, Y = (
        np.asarray(one, np.float64) for one in (passes.theta, passes.outputs[0], passes.Y)
    )
    w = None if w is None else w.astype(np.float64)
    shift = np.zeros_like(theta)
    shift[place] = STEP
    above, below = (float(passes.net.loss(theta + s, X, Y, w)) for s in (shift, -shift))
    return (above - below) / (2 * STEP), (above, below)


def _check_words(name: str, chosen: Chosen, points: tuple[float, float], where: str) -> Words:
    above, below = (number(one, 13) for one in points)
    line = (
        rf"\hat g = \frac{{{above} - {factor(0) if below == '0' else below}}}"
        rf"{{2\cdot {number(STEP)}}} = {number(chosen.difference, 8)}"
    )
    fits = chosen.relative_error < 1e-6
    verdict = (
        "They agree: the backward pass is right."
        if fits
        else "They differ a little: near a kink of an activation or a loss, or in float32, they do."
    )
    return Words(
        f"Is it right? The slope of the loss at {where}",
        r"\hat g = \frac{L(\theta + h) - L(\theta - h)}{2h}, \quad h = 6\cdot 10^{-6}",
        (
            line,
            rf"g = d{name} = {number(chosen.gradient, 8)}",
            rf"\frac{{\lvert g - \hat g\rvert}}{{\max \lvert g\rvert}} = "
            rf"{number(chosen.relative_error, 2)}",
        ),
        f"Move the parameter a little up and down and look at the loss: no calculus. {verdict}",
    )
