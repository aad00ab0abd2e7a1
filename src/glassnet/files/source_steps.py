"""What an export as source code begins with: the layers as steps, and each array by a name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass

import numpy as np

from glassnet.core.activations import ACTIVATIONS, Activation, Identity
from glassnet.core.arrays import Array
from glassnet.core.dense import Dense
from glassnet.core.dropout import Dropout
from glassnet.core.layer import Layer
from glassnet.core.mixed import MixedActivation
from glassnet.core.network import Network
from glassnet.core.scale import Scale
from glassnet.errors import ParameterError
from glassnet.record import Classes, Labels, Record, SeveralTargets, Target
from glassnet.tabular.blocks import Columns
from glassnet.tabular.cells import Cells
from glassnet.tabular.embeddings import CategoryEmbedding, PeriodicEmbedding
from glassnet.tabular.encoders import TwoLevels

_WIDTH = 99

_TRUTH_TEXTS = ("false", "FALSE", "0", "False", "true", "TRUE", "1", "True")
"""What may be an alias of a level: `Levels` knows which is."""

_WITH_WEIGHTS = (Dense, Scale, MixedActivation, PeriodicEmbedding, CategoryEmbedding)


@dataclass(frozen=True)
class Step:
    """One layer of the forward pass.

    Attributes
    ----------
    layer : Layer
    start : int
        The first column that it takes; 0 but for blocks of columns.
    n_in, n_out : int
        Columns that it takes and gives.
    names : tuple of str
        Of its arrays: the letter in the mathematics and a number, such as "W1".
    blocks : tuple of Step
        Of `Columns`: the layers beside each other.
    """

    layer: Layer
    start: int
    n_in: int
    n_out: int
    names: tuple[str, ...]
    blocks: tuple[Step, ...] = ()


def steps_of(network: Network) -> tuple[Step, ...]:
    """Return the layers of a network in the order of its forward pass, without dropout.

    Raises
    ------
    ParameterError
        If a layer or an activation is of the user's own making: nobody knows its source.
    """
    count: Counter[str] = Counter()
    n, steps = network.n_in or 0, []
    for layer in network.layers:
        if not isinstance(layer, Dropout):
            steps.append(_step(layer, 0, n, count))
            n = steps[-1].n_out
    return tuple(steps)


def _step(layer: Layer, start: int, n_in: int, count: Counter[str]) -> Step:
    """Return one layer as a step; the arrays of a letter are counted from 1."""
    if type(layer) is Columns:
        blocks, first = [], 0
        for n_columns, one in layer.blocks:
            blocks.append(_step(one, first, n_columns, count))
            first += n_columns
        n_out = sum(block.n_out for block in blocks)
        names = tuple(name for block in blocks for name in block.names)
        return Step(layer, start, n_in, n_out, names, tuple(blocks))
    function = layer.activation if isinstance(layer, MixedActivation) else layer
    if type(layer) not in _WITH_WEIGHTS or function is not layer:
        _check_activation(function)
    count.update(parameter.name for parameter in layer.parameters)
    names = tuple(f"{parameter.name}{count[parameter.name]}" for parameter in layer.parameters)
    return Step(layer, start, n_in, layer.n_out or n_in, names)


def _check_activation(layer: Layer) -> None:
    if type(layer) not in ACTIVATIONS:
        known = ", ".join(kind.__name__ for kind in ACTIVATIONS)
        raise ParameterError(
            f"activation is a {type(layer).__name__}, which is not glassnet's own: its source is "
            f"not known. Expected one of {known}."
        )


def weights_of(record: Record, steps: Iterable[Step]) -> dict[str, Array]:
    """Return each array by its name, of shape (n_networks, ...), in the order of theta."""
    names = [name for step in steps for name in step.names]
    arrays = [one for params in record.about.network.views(record.theta) for one in params]
    return dict(zip(names, arrays, strict=True))


def called(activation: Layer, argument: str) -> str:
    """Return the call of an activation in source code; both languages name it the same."""
    if isinstance(activation, Identity):
        return argument
    assert isinstance(activation, Activation)
    kind: type = type(activation)
    names = [one.name for one in fields(kind)] if is_dataclass(kind) else []
    arguments = [argument, *(repr(float(getattr(activation, name))) for name in names)]
    return f"{function_name(activation)}({', '.join(arguments)})"


def function_name(activation: Activation) -> str:
    """Return what an activation is called in source code.

    Examples
    --------
    >>> from glassnet.core.activations import GELUTanh, LeakyReLU
    >>> function_name(GELUTanh()), function_name(LeakyReLU())
    ('gelu_tanh', 'leaky_relu')
    """
    name = type(activation).__name__.replace("LU", "lu")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def with_needed(
    code: str, snippets: dict[str, str], names_in: Callable[[str], Iterable[str]]
) -> list[str]:
    """Return the snippets that code needs, and those that they need, in their own order.

    Parameters
    ----------
    code : str
    snippets : dict of str to str
        Source by the name that it defines.
    names_in : callable
        Which names a source uses.
    """
    needed: set[str] = set()
    waiting = [code]
    while waiting:
        new = (set(names_in(waiting.pop())) & snippets.keys()) - needed
        needed |= new
        waiting += [snippets[name] for name in sorted(new)]
    return [source for name, source in snippets.items() if name in needed]


def predicted(target: Target) -> str:
    """Return in words what is predicted; nothing of the model's own text is in it."""
    if isinstance(target, Classes):
        return f"one of {len(target.labels)} classes"
    if isinstance(target, Labels):
        return f"{len(target.labels)} labels, each 0 or 1"
    if isinstance(target, SeveralTargets):
        return f"{len(target.labels)} targets with classes"
    return "a number" if target.n_scores == 1 else f"{target.n_scores} numbers"


def number_texts(array: Array) -> Iterator[str]:
    """Yield decimals that read as exactly the numbers of an array, of its own dtype.

    Of float32 9 digits: read as a float64 and rounded, they give the same float32.
    """
    if array.dtype != np.float32:
        yield from map(repr, array.ravel().tolist())
        return
    for number in array.ravel().tolist():
        text = f"{number:.9g}"
        yield text if "." in text or "e" in text else f"{text}.0"


def filled(items: Iterable[str], indent: int) -> list[str]:
    """Return lines of items with commas, as many on a line as there is room for."""
    lines: list[str] = []
    room = 0
    for item in items:
        if len(item) + 2 > room:
            lines.append(" " * indent + item + ",")
            room = _WIDTH - len(lines[-1])
        else:
            lines[-1] += f" {item},"
            room -= len(item) + 2
    return lines


def also_written(levels: tuple[str, ...], level: str) -> list[str]:
    """Return how else a level is written: two levels that are truth values have other names.

    Examples
    --------
    >>> also_written(("False", "True"), "True")
    ['true', 'TRUE', '1']
    >>> also_written(("0", "1"), "1")
    ['True']
    """
    if len(levels) != 2:
        return []
    codes = TwoLevels(levels).codes(Cells(np.array(_TRUTH_TEXTS, object), "text"))
    pairs = zip(_TRUTH_TEXTS, codes.tolist(), strict=True)
    return [text for text, code in pairs if code and levels[code - 1] == level != text]
