"""A network as tables of numbers: what the compiled passes read instead of objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.core.activations import Activation, Identity
from glassnet.core.arrays import Array
from glassnet.core.dense import Dense
from glassnet.core.dropout import Dropout, words_of
from glassnet.core.layer import Layer, Parameter
from glassnet.core.mixed import MixedActivation
from glassnet.core.network import Network
from glassnet.core.optimizers import Optimizer
from glassnet.core.penalties import Penalty
from glassnet.errors import ParameterError
from glassnet.fast import activations, layers, losses, optimizers, rows
from glassnet.fast.blas import gemm_address
from glassnet.fast.compiled import kernel
from glassnet.fast.masks import dropped, masks
from glassnet.fast.tiles import dot_product, spread_product
from glassnet.tabular.blocks import Columns
from glassnet.tabular.embeddings import CategoryEmbedding, PeriodicEmbedding

DENSE, DROPOUT, ACTIVATION, OWN = range(4)

# The columns of the table of layers. INPUT, OUTPUT, GRADIENT (of the output), TARGET (the gradient
# of the input; -1 if nobody needs it) and MASK (what else the way back needs) are rows of the
# workspace: see passes.py. INPUT is -1 where the rows of X are read as they lie. VALUE, BACK and
# SUM are addresses of kernels; SIZE, INSIDE_VALUE, INSIDE_BACK and ROOM: see layers.py, ROOM being
# how many rows of the workspace a part of the gradient needs.
(KIND, N_IN, N_OUT, WEIGHTS, BIASES, INPUT, OUTPUT, GRADIENT, TARGET, MASK, TILES, VALUE, BACK,
 SUM, SIZE, INSIDE_VALUE, INSIDE_BACK, ROOM, N_COLUMNS) = range(19)  # fmt: skip

# Addresses of compiled functions: BLAS, the tiles, the two that a training has one of each, those
# of masks.py (0 where nothing is dropped) and of rows.py.
(GEMM, SPREAD, DOT, LOSS, UPDATE, MASKS, DROPPED, TURN, GATHER, SHARE, WEIGHT_OF, BIAS, SUMS,
 PENALIZE, SQUARES, SCALED, COPIED, ALL_FINITE, INSIDE, NORM_OF_LARGE) = range(20)  # fmt: skip

# Rows of the workspace: targets, the rows' shares, space for the loss, all; then the columns of X.
TARGETS, SHARES, SPACE, ALL_ROWS, WIDTH = range(5)

# The columns of the table of settings behind those of the layers: how many random numbers a row of
# the batch takes, and the factor on weight decay.
DRAWN, FADE = -2, -1

TILE_WEIGHTS = 8192
"""Up to so many weights, a dense layer's products run on tiles, else on BLAS.

32 KiB of float32 weights stay in the first cache. Measured on one core with AVX2, in float32:
200 x 64 times 64 x 100 takes 30 us on tiles and 33 us on BLAS, 512 x 54 times 54 x 256 takes 225 us
and 180 us.
"""


NODE_OPERATIONS = 100
"""What a node takes beside its products, there and back, in operations of a product: a sigmoid,
say, and its bias, 2 ns on a core that multiplies at 50 GFLOP/s."""


@dataclass(frozen=True)
class Program:
    """A network, its loss, penalty and optimizer in tables.

    Attributes
    ----------
    layers : array of int of shape (n_layers, N_COLUMNS)
        A layer of the network each, or a block of the first one, if that is `Columns`.
    settings : array of shape (n_layers + 2,)
        What an activation is set by, or the rate of a dropout; then see DRAWN and FADE.
    dropouts : list of (int, Dropout)
        The dropouts whose rate changes, and their places in the table.
    parameters : list of list of (int, int, int)
        Of each row of the table, the parameters: where they begin in theta, how many units they
        have (inputs, nodes, levels) and how many numbers each.
    codes : list of (int, CategoryEmbedding)
        The columns of X that hold codes.
    segments : array of int of shape (n_parameters, 2)
        Where each parameter stands in theta: W, b, W, b, ...
    factors : array of shape (n_parameters, 2)
        Its factor on the learning rate, and whether penalties and decay apply to it: 1 or 0.
    addresses : array of int of shape (20,)
        GEMM, SPREAD, DOT, ...
    loss_setting : float
    blocks : array of int
        How many outputs each call of the loss takes.
    penalties : array of shape (2,)
        l1 and l2.
    optimizer_settings : array
    places : array of int of shape (5,)
        TARGETS, SHARES, SPACE, ALL_ROWS and WIDTH.
    n_outputs : int
    operations : int
        Operations of a step for each row of the batch: floating-point operations of the products,
        and `NODE_OPERATIONS` for each node.
    calls_blas : bool
    """

    layers: NDArray[np.int64]
    settings: Array
    dropouts: list[tuple[int, Dropout]]
    parameters: list[list[tuple[int, int, int]]]
    codes: list[tuple[int, CategoryEmbedding]]
    segments: NDArray[np.int64]
    factors: Array
    addresses: NDArray[np.int64]
    loss_setting: float
    blocks: NDArray[np.int64]
    penalties: Array
    optimizer_settings: Array
    places: NDArray[np.int64]
    n_outputs: int
    operations: int
    calls_blas: bool


def reason_against(net: Network, optimizer: Optimizer, X: Any) -> str | None:
    """Return why a training has no compiled form, None if it has one.

    Everything in core's tables has one. What a caller has derived from it, or made himself, has
    not: a subclass may compute something else. Nor have rows that are no arrays: sparse ones.
    """
    return next(_reasons_against(net, optimizer, X), None)


def _reasons_against(net: Network, optimizer: Optimizer, X: Any) -> Iterator[str]:
    if type(net) is not Network:
        yield f"the network is a {type(net).__name__}, not glassnet's own"
    for i, layer in enumerate(net.layers):
        reason = _reason_against(layer, first=i == 0)
        if reason is not None:
            yield reason
    if not any(isinstance(layer, Dense) for layer in net.layers):
        yield "the network has no dense layer"
    for thing, kernels in (
        (net.loss_function, losses.KERNELS), (optimizer, optimizers.KERNELS),
    ):  # fmt: skip
        if type(thing) not in kernels:
            yield f"{thing!r} is not one of glassnet's own"
    if type(net.penalty) not in (Penalty, type(None)):
        yield f"the penalty {net.penalty!r} is not glassnet's own"
    if not isinstance(X[np.array([0])], np.ndarray):
        yield f"X is a {type(X).__name__}, not an array"


def _reason_against(layer: Layer, first: bool) -> str | None:
    """Return why a layer has no compiled form at its place, None if it has one."""
    within = [one for _, one in layer.blocks] if type(layer) is Columns else [layer]
    for one in within:
        function = one.activation if type(one) is MixedActivation else one
        if type(function) not in (Dense, Dropout, Columns, *layers.KERNELS, *activations.KERNELS):
            return f"the layer {one!r} is not one of glassnet's own"
    if type(layer) is Columns and not {type(one) for one in within} <= set(IN_COLUMNS):
        names = ", ".join(kind.__name__ for kind in IN_COLUMNS)
        return f"the layer {layer!r} has other blocks than {names}"
    if not first and type(layer) in (Columns, *IN_COLUMNS) and type(layer) is not Identity:
        return f"the layer {layer!r} is not the network's first"
    return None


IN_COLUMNS: tuple[type[Layer], ...] = Identity, PeriodicEmbedding, CategoryEmbedding
"""What `Columns` may hold."""


def check_form(net: Network, optimizer: Optimizer, X: Any) -> None:
    """Raise `ParameterError` if a training has no compiled form."""
    reason = reason_against(net, optimizer, X)
    if reason is not None:
        raise ParameterError(
            f"There is no compiled form of this training: {reason}. Train without run_steps=, or "
            'with engine="numpy".'
        )


def make_program(net: Network, optimizer: Optimizer, dtype: np.dtype[Any]) -> Program:
    """Return the tables of a training, which has a compiled form."""
    parts = _parts(net)
    table, n_rows = _table(net, parts, dtype)
    n_outputs = int(table[-1, N_OUT])
    segments = [segment for row in net.slices for segment in row]
    dense, own = table[table[:, KIND] == DENSE], table[table[:, KIND] == OWN]
    products = dense[:, N_IN] * dense[:, N_OUT]
    waves = (own[:, N_IN] * own[:, SIZE])[own[:, ROOM] > 0]
    penalty = net.penalty or Penalty()
    rates = np.array([_setting(part.layer) for part in parts])
    drawn = table[(table[:, KIND] == DROPOUT) & (rates > 0), N_OUT]
    shares = n_rows + n_outputs
    loss = net.loss_function
    return Program(
        layers=table,
        settings=np.array([*rates, sum(map(words_of, drawn.tolist())), 1.0]),
        dropouts=[
            (i, part.layer) for i, part in enumerate(parts)
            if isinstance(part.layer, Dropout) and part.layer.schedule and part.layer.rate
        ],
        parameters=[_units(part) for part in parts],
        codes=[
            (part.first, part.layer) for part in parts if isinstance(part.layer, CategoryEmbedding)
        ],
        segments=np.array([(where.start, where.stop) for where, _ in segments]),
        factors=np.array([(one.learning_rate, one.decay) for _, one in segments], float),
        addresses=np.array([
            gemm_address(dtype), spread_product.address(dtype), dot_product.address(dtype),
            losses.KERNELS[type(loss)].address(dtype),
            optimizers.KERNELS[type(optimizer)].address(dtype),
            *_addresses([masks, dropped] if DROPOUT in table[:, KIND] else [None, None], dtype),
            *_addresses(rows.KERNELS, dtype),
        ]),
        loss_setting=losses.setting_of(loss),
        blocks=np.array(losses.blocks_of(loss, n_outputs)),
        penalties=np.array([penalty.l1, penalty.l2]),
        optimizer_settings=optimizers.settings_of(optimizer),
        places=np.array([n_rows, shares, shares + 1, shares + 5, net.n_in or 0]),
        n_outputs=n_outputs,
        operations=int(
            6 * products.sum()
            - 2 * (products[0] if table[0, KIND] == DENSE else 0)
            + NODE_OPERATIONS * (dense[:, N_OUT].sum() + own[:, N_OUT].sum() + waves.sum())
        ),
        calls_blas=bool((dense[:, TILES] == 0).any()),
    )  # fmt: skip


@dataclass(frozen=True)
class _Part:
    """A row of the table of layers.

    Which of the network's layers it belongs to, its first column there and its columns, and where
    its parameters stand.
    """

    layer: Any
    of: int
    first: int
    n_in: int
    n_out: int
    slices: tuple[tuple[slice, Parameter], ...]


def _parts(net: Network) -> list[_Part]:
    """Return the layers, one by one, and those within `Columns`."""
    parts, width = [], net.n_in or 0
    for i, layer in enumerate(net.layers):
        slices, first = net.slices[i], 0
        within = layer.blocks if isinstance(layer, Columns) else [(width, layer)]
        for n_in, one in within:
            own, slices = slices[: len(one.parameters)], slices[len(one.parameters) :]
            parts.append(_Part(one, i, first, n_in, one.n_out or n_in, own))
            first += n_in
        width = sum(part.n_out for part in parts if part.of == i)
    return parts


def _units(part: _Part) -> list[tuple[int, int, int]]:
    """Return where each parameter begins, its units and the numbers of each.

    A dense layer's units are its inputs: the biases, which belong to none of them, are one piece.
    """
    table = []
    for where, parameter in part.slices:
        whole = isinstance(part.layer, Dense) and parameter.name == "b"
        n_units = 1 if whole else parameter.shape[0]
        table.append((where.start, n_units, (where.stop - where.start) // n_units))
    return table


def _table(net: Network, parts: list[_Part], dtype: np.dtype[Any]) -> tuple[NDArray[np.int64], int]:
    """Return the table of layers, and the rows of the workspace that they take."""
    table = np.array([_row(part, dtype) for part in parts])
    groups = [[row for row, part in zip(table, parts, strict=True) if part.of == i]
              for i in range(len(net.layers))]  # fmt: skip
    # Where things stand: the input, each layer's output, what its way back needs. A gradient that
    # is summed over the batch is needed until that is done.
    reads_rows = table[0, KIND] == DENSE and not table[0, TILES]
    n_rows = 0 if reads_rows else net.n_in or 0
    place = -1 if reads_rows else 0
    widest = net.n_in or 0
    kept = [any(row[KIND] in (DENSE, OWN) for row in blocks) for blocks in groups]
    # A dropout acts in place behind a layer whose way back does not need its output.
    in_place = [i for i in range(1, len(groups)) if kept[i - 1] and groups[i][0][KIND] == DROPOUT]
    for i, blocks in enumerate(groups):
        begin = place if i in in_place else n_rows
        n_rows = max(n_rows, begin + sum(int(row[N_OUT]) for row in blocks))
        after = begin
        for row in blocks:
            row[INPUT], row[OUTPUT] = place, after
            place += row[N_IN] if place >= 0 else 0
            after += row[N_OUT]
        place, widest = begin, max(widest, after - begin)
        for row in blocks:
            n_rows, row[MASK] = n_rows + row[MASK], n_rows
            if kept[i]:
                n_rows, row[GRADIENT] = n_rows + row[N_OUT], n_rows
    # The other layers' gradients are read once, just after they are written: two places in turns.
    target = -1
    for i, blocks in enumerate(groups):
        for row in blocks:
            row[TARGET] = target
        if not kept[i]:
            blocks[0][GRADIENT] = target if i in in_place else n_rows + (i % 2) * widest
            if target < 0:  # no parameters so far: nobody asks for a gradient
                continue
        target = blocks[0][GRADIENT]
    return table, int(n_rows + 2 * widest)


def _row(part: _Part, dtype: np.dtype[Any]) -> NDArray[np.int64]:
    """Return a layer's row of the table, but for its places; MASK is how many rows it needs."""
    row, layer = np.zeros(N_COLUMNS, np.int64), part.layer
    row[N_IN], row[N_OUT] = part.n_in, part.n_out
    if part.slices:
        row[WEIGHTS] = part.slices[0][0].start
    if isinstance(layer, Dense):
        row[KIND], row[BIASES] = DENSE, part.slices[1][0].start
        row[TILES] = layer.n_in * layer.n_out <= TILE_WEIGHTS
    elif isinstance(layer, Dropout):
        row[KIND], row[MASK] = DROPOUT, part.n_out
    elif isinstance(layer, Activation):
        row[KIND] = ACTIVATION
        row[VALUE], row[BACK] = _addresses(activations.KERNELS[type(layer)], dtype)
    else:
        row[KIND] = OWN
        row[VALUE], row[BACK], row[SUM] = _addresses(layers.KERNELS[type(layer)], dtype)
    if isinstance(layer, MixedActivation):
        inside = activations.KERNELS[type(layer.activation)]
        row[INSIDE_VALUE], row[INSIDE_BACK] = _addresses(inside, dtype)
        row[MASK] = part.n_in
    elif isinstance(layer, PeriodicEmbedding):
        row[SIZE] = row[MASK] = layer.n_frequencies
        row[ROOM] = 2 * layer.n_frequencies
    elif isinstance(layer, CategoryEmbedding):
        row[SIZE] = layer.n_levels
    return row


def _addresses(kernels: Iterable[kernel | None], dtype: np.dtype[Any]) -> list[int]:
    return [0 if one is None else one.address(dtype) for one in kernels]


def _setting(layer: Any) -> float:
    layer = getattr(layer, "activation", layer)
    if isinstance(layer, Dropout):
        return layer.rate_at(0.0)
    for name in ("slope", "alpha"):
        if hasattr(layer, name):
            return float(getattr(layer, name))
    return 0.0
