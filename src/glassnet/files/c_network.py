"""What a C export says of the network: from numbers to scores."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from glassnet.core.activations import Activation, Identity
from glassnet.core.arrays import Array
from glassnet.core.dense import Dense
from glassnet.core.mixed import MixedActivation
from glassnet.core.scale import Scale
from glassnet.files.source_steps import Step, called, filled, number_texts
from glassnet.tabular.embeddings import CategoryEmbedding, PeriodicEmbedding


def weight_lines(weights: dict[str, Array]) -> Iterator[str]:
    """Yield the arrays; those of several networks one after the other."""
    for name, array in weights.items():
        networks = f"{len(array)} networks of " * (len(array) > 1)
        shape = " x ".join(map(str, array.shape[1:]))
        yield f"/* {networks}{shape} */"
        yield f"static const REAL @{name}[{array.size}] = {{"
        suffix = "F" if array.dtype == np.float32 else ""
        yield from filled((text + suffix for text in number_texts(array)), 4)
        yield from ("};", "")


def network_lines(steps: tuple[Step, ...], n_networks: int) -> list[str]:
    """Return the function that makes scores of a network's row."""
    many, source = n_networks > 1, "x"
    body: list[str] = []
    used: list[str] = []
    active = [step for step in steps if not isinstance(step.layer, Identity)]
    for step in active:
        goal = "z" if step is active[-1] else "b" if source == "a" else "a"
        body += _lines(step, source, goal, many=many)
        used += [goal] if goal not in ("z", *used) else []
        source = goal
    widest = max(step.n_out for step in steps)
    buffers = ", ".join(f"{one}[{widest}]" for one in used)
    return [
        "/* Make the scores z of a row x, layer by layer. */",
        f"static inline void @network({'size_t k, ' * many}const double *x, double *z)",
        "{",
        *([f"    double {buffers};"] if used else []),
        *(["    size_t i;"] if any("i++" in line for line in body) else []),
        *(f"    {line}" for line in body),
        "}",
    ]


def _lines(step: Step, x: str, y: str, *, many: bool) -> list[str]:
    """Return the lines of a layer, or of blocks of columns, that reads x and writes y."""
    if not step.blocks:
        return _layer(step, x, y, many=many)
    lines, start = [f"/* {step.n_in} numbers become {step.n_out}, block by block */"], 0
    for block in step.blocks:
        lines += _layer(block, _moved(x, block.start), _moved(y, start), many=many)
        start += block.n_out
    return lines


def _layer(step: Step, x: str, y: str, *, many: bool) -> list[str]:
    """Return the lines of a layer."""
    layer = step.layer
    arrays = [_array(step, k, many=many) for k in range(len(step.names))]
    numbers, (xi, yi) = [_at(array) for array in arrays], (_at(x), _at(y))
    if isinstance(layer, Dense):
        return [f"@dense({x}, {step.n_in}, {step.n_out}, {arrays[0]}, {arrays[1]}, {y});"]
    if isinstance(layer, PeriodicEmbedding):
        sizes = f"{layer.n_in}, {layer.n_frequencies}, {layer.n_numbers}"
        return [f"@periodic_embedding({x}, {sizes}, {', '.join(arrays)}, {y});"]
    if isinstance(layer, CategoryEmbedding):
        return [f"@category_embedding({_at(x, '0')}, {layer.size}, {arrays[0]}, {y});"]
    if isinstance(layer, Scale):
        return each_line(f"{yi} = {xi} * {numbers[0]};", step.n_out)
    if isinstance(layer, MixedActivation):
        value = _called(layer.activation, xi)
        return each_line(f"{yi} = @mixed({xi}, {value}, {numbers[0]});", step.n_out)
    assert isinstance(layer, Activation)
    return each_line(f"{yi} = {_called(layer, xi)};", step.n_out)


def _at(pointer: str, i: str = "i") -> str:
    """Return the number at a place: that of "a" is "a[i]", that of "a + 8" is "a[8 + i]"."""
    base, _, start = pointer.partition(" + ")
    if start and i == "0":
        return f"{base}[{start}]"
    return f"{base}[{start} + {i}]" if start else f"{base}[{i}]"


def each_line(line: str, n: int) -> list[str]:
    """Return a loop over i."""
    return [f"for (i = 0; i < {n}; i++)", f"    {line}"]


def _called(activation: Activation, argument: str) -> str:
    return argument if isinstance(activation, Identity) else f"@{called(activation, argument)}"


def _moved(pointer: str, start: int) -> str:
    return f"{pointer} + {start}" if start else pointer


def _array(step: Step, which: int, *, many: bool) -> str:
    """Return where the numbers of an array begin, for network k."""
    size = int(np.prod(step.layer.parameters[which].shape))
    return f"@{step.names[which]}" + f" + k * {size}" * many
