"""One step of an optimizer on a copy, and the check of one gradient against the loss itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.core.arrays import Array, check_number
from glassnet.core.gradcheck import STEP
from glassnet.core.network import Network
from glassnet.core.optimizers import GradientDescent, Optimizer
from glassnet.core.training import TrainingState
from glassnet.errors import ParameterError
from glassnet.explain.explanation import Chosen
from glassnet.explain.run import Passes, parameter_at
from glassnet.explain.shown import number
from glassnet.explain.step import Step, Values, Words
from glassnet.explain.updates import Update, update_words


@dataclass(frozen=True, eq=False)
class Taken:
    """What the step is taken with.

    Attributes
    ----------
    optimizer : Optimizer
    slots : dict of array
        Not changed: the step is taken on copies.
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
        return cls(optimizer, state.slots, state.step + 1, float(rate), told)


def stepped(
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
    found = ((i, parameter_at(net, i, place)) for i in range(len(net.layers)))
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
    quotient = rf"\frac{{{above} - {below}}}{{2\cdot {number(STEP)}}}"
    error = r"\frac{\lvert g - \hat g\rvert}{\max \lvert g\rvert}"
    says = "Move the parameter a little up and down and look at the loss: no calculus."
    return Words(
        f"Is it right? The slope of the loss at {where}",
        r"\hat g = \frac{L(\theta + h) - L(\theta - h)}{2h}, \quad h = 6\cdot 10^{-6}",
        (
            rf"\hat g = {quotient} = {number(chosen.difference, 8)}",
            rf"g = d{name} = {number(chosen.gradient, 8)}",
            rf"{error} = {number(chosen.relative_error, 2)}",
        ),
        f"{says} {_verdict(chosen.relative_error)}",
    )


def _verdict(error: float) -> str:
    """Return what the distance of the two says."""
    if error < 1e-6:
        return "Both agree: the backward pass is right."
    if error < 1e-3:
        return "They differ a little, as they do in float32, and near a kink of a function."
    return (
        "They differ: the row is at a kink of a function, or a layer of your own goes back "
        "wrongly; gn.gradcheck looks at all parameters."
    )
