"""The passes of one training step, compiled, over a network's tables.

Matrices lie in one workspace, in (nodes, rows of the batch) layout: the row of the workspace that
belongs to a node holds one number for each row of the batch. So loops run along the batch, which is
longer than a narrow layer is wide. Each row of the workspace is ``ld`` numbers long, a whole number
of vectors; what is beyond the batch is 0 in ``X``, in the shares and so in every gradient.

A pass works on a part: a stretch of the batch's rows (`rows_pass`), a stretch of a layer's weights
(`weights_pass`), a stretch of theta (`penalty_pass`, `update_pass`). Parts touch nothing of each
other's, so they may run beside each other; what is summed over parts is summed by the caller, in
their order.
"""

from __future__ import annotations

from typing import Any

from glassnet.fast.blas import gemm
from glassnet.fast.compiled import ahead, call, inner, place
from glassnet.fast.program import (
    BACK,
    BIAS,
    BIASES,
    COPIED,
    DENSE,
    DOT,
    DROPOUT,
    DROPPED,
    GATHER,
    GEMM,
    GRADIENT,
    INPUT,
    INSIDE_BACK,
    INSIDE_VALUE,
    KIND,
    LOSS,
    MASK,
    MASKS,
    N_IN,
    N_OUT,
    OUTPUT,
    OWN,
    PENALIZE,
    SCALED,
    SHARE,
    SHARES,
    SIZE,
    SPACE,
    SPREAD,
    SQUARES,
    SUM,
    SUMS,
    TARGET,
    TARGETS,
    TILES,
    TURN,
    UPDATE,
    VALUE,
    WEIGHTS,
    WIDTH,
)  # fmt: skip
from glassnet.fast.tiles import VECTOR_BYTES


@inner
def load_batch(
    layers: Any, places: Any, addresses: Any, X: Any, Y: Any, w: Any, order: Any, weight: float,
    work: Any, batch: Any, n_rows: int, ld: int, first: int, last: int,
) -> None:  # fmt: skip
    """Write the rows ``order[first:last]`` of the data into the workspace.

    Parameters
    ----------
    layers, places, addresses : arrays
        See `program.Program`.
    X, Y, w, order : places
        The data, row by row; the numbers of the batch's rows.
    weight : float
        The batch's sum of weights; 0 without weights.
    work, batch : arrays
        The workspace, and the rows of X as they are for a first layer that reads them so.
    n_rows, ld : int
        Rows of the batch; the length of the workspace's rows.
    first, last : int
        ``last`` may lie beyond the batch: zeros are written there.
    """
    n_in, n_outputs = places[WIDTH], layers[layers.shape[0] - 1, N_OUT]
    if layers[0, INPUT] == 0:
        call(addresses[TURN], X, order, n_rows, n_in, place(work, 0), ld, first, last)
    elif first < n_rows:
        call(addresses[GATHER], X, ahead(order, first), min(last, n_rows) - first, n_in,
             place(batch, first * n_in))  # fmt: skip
    call(addresses[TURN], Y, order, n_rows, n_outputs, place(work, places[TARGETS] * ld), ld, first,
         last)  # fmt: skip
    call(addresses[SHARE], w, order, weight, n_rows, place(work, places[SHARES] * ld), first, last)


@inner
def rows_pass(
    layers: Any, settings: Any, places: Any, addresses: Any, loss_setting: float, blocks: Any,
    theta: Any, words: Any, work: Any, batch: Any, n_rows: int, ld: int, first: int, last: int,
) -> float:  # fmt: skip
    """Go forward and back for some rows of the batch; return their part of the loss.

    Writes the gradient of each dense layer's output, from which `weights_pass` goes on.
    ``words`` are random words for the dropout layers, in core's order.
    """
    n_layers, drawn = layers.shape[0], 0
    for i in range(n_layers):
        if layers[i, KIND] == DENSE:
            _dense_forward(layers[i], addresses, theta, work, batch, n_rows, ld, first, last)
        elif layers[i, KIND] == OWN:
            _own_forward(layers[i], settings[i], addresses, theta, work, ld, first, last)
        else:
            if layers[i, KIND] == DROPOUT:
                width = layers[i, N_OUT]
                call(addresses[MASKS], ahead(words, drawn), settings[i], width, n_rows,
                     place(work, layers[i, MASK] * ld), ld, first, last)  # fmt: skip
                drawn += n_rows * ((width + 3) // 4) if settings[i] else 0
            _each(layers[i], layers[i, INPUT], layers[i, OUTPUT], True, settings[i], addresses,
                  work, ld, first, last)  # fmt: skip
    scores, gradient = layers[n_layers - 1, OUTPUT], layers[n_layers - 1, GRADIENT]
    L, node = 0.0, 0
    for size in blocks:
        L += call(
            addresses[LOSS], place(work, (scores + node) * ld + first),
            place(work, (places[TARGETS] + node) * ld + first),
            place(work, (gradient + node) * ld + first), place(work, places[SHARES] * ld + first),
            place(work, places[SPACE] * ld + first), ld, size, last - first, loss_setting,
        )  # fmt: skip
        node += size
    for i in range(n_layers - 1, 0, -1):
        if layers[i, TARGET] < 0:
            continue
        if layers[i, KIND] == DENSE:
            _dense_backward(layers[i], layers[i, TARGET], addresses, theta, work, ld, first, last)
        elif layers[i, KIND] == OWN:
            _own_backward(layers[i], settings[i], theta, work, ld, first, last)
        else:
            _each(layers[i], layers[i, GRADIENT], layers[i, TARGET], False, settings[i],
                  addresses, work, ld, first, last)  # fmt: skip
    return L


@inner
def _dense_forward(
    layer: Any, addresses: Any, theta: Any, work: Any, batch: Any, n_rows: int, ld: int, first: int,
    last: int,
) -> None:  # fmt: skip
    """Write ``Z = X W + b``, in this layout ``W' X' + b``."""
    n_in, n_out, Z = layer[N_IN], layer[N_OUT], layer[OUTPUT] * ld + first
    W, b = place(theta, layer[WEIGHTS]), place(theta, layer[BIASES])
    if layer[TILES]:
        call(addresses[SPREAD], place(work, Z), place(work, layer[INPUT] * ld + first), ld,
             _vectors(work, last - first), W, 1, n_out, n_out, n_in, b, True)  # fmt: skip
        return
    call(addresses[BIAS], b, n_out, place(work, Z), ld, last - first)
    if layer[INPUT] < 0:
        gemm(addresses[GEMM], True, True, min(last, n_rows) - first, n_out, n_in,
             place(batch, first * n_in), n_in, W, n_out, 1.0, place(work, Z), ld)  # fmt: skip
    else:
        gemm(addresses[GEMM], False, True, last - first, n_out, n_in,
             place(work, layer[INPUT] * ld + first), ld, W, n_out, 1.0, place(work, Z),
             ld)  # fmt: skip


@inner
def _dense_backward(
    layer: Any, target: int, addresses: Any, theta: Any, work: Any, ld: int, first: int, last: int
) -> None:
    """Write ``dX = dZ W'``, in this layout ``W dZ'``."""
    n_in, n_out, W = layer[N_IN], layer[N_OUT], place(theta, layer[WEIGHTS])
    dX, dZ = place(work, target * ld + first), place(work, layer[GRADIENT] * ld + first)
    if layer[TILES]:
        call(addresses[SPREAD], dX, dZ, ld, _vectors(work, last - first), W, n_out, 1, n_in, n_out,
             W, False)  # fmt: skip
    else:
        gemm(addresses[GEMM], False, False, last - first, n_in, n_out, dZ, ld, W, n_out, 0.0, dX,
             ld)  # fmt: skip


@inner
def _own_forward(
    layer: Any, setting: float, addresses: Any, theta: Any, work: Any, ld: int, first: int,
    last: int,
) -> None:  # fmt: skip
    """Let a layer with kernels of its own go forward: see layers.py."""
    call(layer[VALUE], place(theta, layer[WEIGHTS]), place(work, layer[INPUT] * ld + first),
         place(work, layer[OUTPUT] * ld + first), place(work, layer[MASK] * ld + first), ld,
         last - first, layer[N_IN], layer[N_OUT], layer[SIZE], layer[INSIDE_VALUE], setting,
         addresses[SPREAD])  # fmt: skip


@inner
def _own_backward(
    layer: Any, setting: float, theta: Any, work: Any, ld: int, first: int, last: int
) -> None:
    """Let it go back."""
    call(layer[BACK], place(theta, layer[WEIGHTS]), place(work, layer[INPUT] * ld + first),
         place(work, layer[MASK] * ld + first), place(work, layer[GRADIENT] * ld + first),
         place(work, layer[TARGET] * ld + first), ld, last - first, layer[N_IN],
         layer[INSIDE_BACK], setting)  # fmt: skip


@inner
def _each(
    layer: Any, source: int, target: int, forward: bool, setting: float, addresses: Any, work: Any,
    ld: int, first: int, last: int,
) -> None:  # fmt: skip
    """Write what an activation or a dropout makes of each number, there or back."""
    n_runs, length = layer[N_OUT], last - first
    if length == ld:  # the rows lie one behind the other
        n_runs, length = 1, layer[N_OUT] * ld
    for k in range(n_runs):
        start = k * ld + first
        A, result = place(work, source * ld + start), place(work, target * ld + start)
        if layer[KIND] == DROPOUT:
            call(addresses[DROPPED], A, place(work, layer[MASK] * ld + start), result, length,
                 source == target)  # fmt: skip
        elif forward:
            call(layer[VALUE], A, result, length, setting)
        else:
            call(layer[BACK], place(work, layer[INPUT] * ld + start),
                 place(work, layer[OUTPUT] * ld + start), A, result, length, setting)  # fmt: skip


@inner
def _vectors(work: Any, n: int) -> int:
    return n * work.itemsize // VECTOR_BYTES


@inner
def weights_pass(
    layer: Any, addresses: Any, theta: Any, work: Any, batch: Any, n_rows: int, padded: int,
    ld: int, g: Any, first: int, last: int, room: int,
) -> None:  # fmt: skip
    """Write ``dW = X' dZ`` for some inputs of a layer, from ``first`` on; with the first, ``db``.

    The sum runs over all rows of the batch. A layer with kernels of its own has other parameters,
    and rows of the workspace from ``room`` on.
    """
    n_in, n_out, dZ = layer[N_IN], layer[N_OUT], place(work, layer[GRADIENT] * ld)
    if layer[KIND] == OWN:
        call(layer[SUM], place(theta, layer[WEIGHTS]), place(work, layer[INPUT] * ld),
             place(work, layer[MASK] * ld), dZ, place(g, layer[WEIGHTS]), place(work, room * ld),
             padded, ld, n_in, n_out, layer[SIZE], first, last, addresses[SPREAD],
             addresses[DOT])  # fmt: skip
        return
    dW = place(g, layer[WEIGHTS] + first * n_out)
    if first == 0:
        call(addresses[SUMS], dZ, n_out, padded, ld, place(g, layer[BIASES]))
    if layer[TILES]:
        call(addresses[DOT], place(work, (layer[INPUT] + first) * ld), dZ, ld,
             _vectors(work, padded), dW, last - first, n_out)  # fmt: skip
    elif layer[INPUT] < 0:
        gemm(addresses[GEMM], True, True, n_out, last - first, n_rows, dZ, ld, place(batch, first),
             n_in, 0.0, dW, n_out)  # fmt: skip
    else:
        gemm(addresses[GEMM], True, False, n_out, last - first, padded, dZ, ld,
             place(work, (layer[INPUT] + first) * ld), ld, 0.0, dW, n_out)  # fmt: skip


@inner
def penalty_pass(
    penalties: Any, weight: float, segments: Any, factors: Any, addresses: Any, theta: Any, g: Any,
    sums: Any, first: int, last: int,
) -> None:  # fmt: skip
    """Add the penalty's gradient to a stretch of ``g``; to sums its value, and ``g``'s squares."""
    for s in range(segments.shape[0]):
        start, stop = max(segments[s, 0], first), min(segments[s, 1], last)
        if start < stop and factors[s, 1] and (penalties[0] or penalties[1]):
            call(addresses[PENALIZE], place(theta, start), place(g, start), stop - start,
                 penalties[0] / weight, penalties[1] / weight, place(sums, 0))  # fmt: skip
        elif start < stop:
            sums[1] += call(addresses[SQUARES], place(g, start), stop - start)


@inner
def update_pass(
    addresses: Any, optimizer_settings: Any, t: int, rate: float, scale: float, fade: float,
    segments: Any, factors: Any, theta: Any, g: Any, slot_1: Any, slot_2: Any, first: int,
    last: int,
) -> float:  # fmt: skip
    """Take the optimizer's step on a stretch of theta; return the sum of its squares.

    ``scale`` multiplies the gradient first: clipping. ``fade`` multiplies weight decay.
    """
    squares = 0.0
    if scale != 1:
        call(addresses[SCALED], place(g, first), last - first, scale)
    for s in range(segments.shape[0]):
        start, stop = max(segments[s, 0], first), min(segments[s, 1], last)
        if start < stop:
            squares += call(
                addresses[UPDATE], place(theta, start), place(g, start),
                place(slot_1, min(start, slot_1.size)), place(slot_2, min(start, slot_2.size)),
                stop - start, place(optimizer_settings, 0), t, rate * factors[s, 0],
                fade * factors[s, 1],
            )  # fmt: skip
    return squares


@inner
def keep(addresses: Any, theta: Any, slot_1: Any, slot_2: Any, kept: Any) -> None:
    """Copy theta and the slots, to be put back if the step leaves the finite numbers."""
    n = theta.size
    call(addresses[COPIED], place(theta, 0), place(kept, 0), n)
    if slot_1.size:
        call(addresses[COPIED], place(slot_1, 0), place(kept, n), n)
    if slot_2.size:
        call(addresses[COPIED], place(slot_2, 0), place(kept, 2 * n), n)
