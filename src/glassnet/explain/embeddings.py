r"""The layers of tables: waves of a number, a vector for a level, and blocks of columns."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from glassnet.core.arrays import Array
from glassnet.core.layer import Params
from glassnet.explain.layers import Describe, description_of
from glassnet.explain.shown import added, constant, factor, number, product, products
from glassnet.explain.step import Words
from glassnet.explain.visit import Visit, kind_of
from glassnet.tabular.blocks import Columns
from glassnet.tabular.embeddings import CategoryEmbedding, PeriodicEmbedding

# Waves ------------------------------------------------------------------------------------------


def _angles(visit: Visit) -> Array:
    """Return the angle of each wave of each column, of shape (n_in, n_frequencies)."""
    _, (_, angles, _) = visit.layer.forward(visit.params, visit.X, None)
    return np.asarray(angles)[..., 0, :]


def periodic_forward(visit: Visit) -> Words:
    """Return each number, and beside it the mixtures of its waves."""
    f, c, mix, d = visit.params
    angles, width, lines = _angles(visit), 1 + visit.layer.n_numbers, []
    for k in visit.nodes():
        i, q = divmod(k, width)
        at, x = visit.first_out + k + 1, visit.x[i]
        if q == 0:
            lines.append(rf"y_{{{at}}} = x_{{{visit.first_in + i + 1}}} = {number(x)}")
            continue
        waves, m = np.cos(angles[i]), mix[i, :, q - 1]
        j = int(np.abs(waves * m).argmax())
        terms = [*products(m, waves, visit.most), constant(d[i, q - 1])]
        angle = rf"2\pi\cdot {factor(f[i, j])}\cdot {factor(x)} + {factor(c[i, j])}"
        lines += [
            rf"\cos({angle}) = {number(waves[j])}",
            rf"y_{{{at}}} = {added(terms)} = {number(visit.y[k])}",
        ]
    return Words(
        "periodic embedding: Y = (x, M cos(2 pi f x + c) + d)",
        r"Y = (x, M \cos(2\pi f x + c) + d)",
        (*lines, *visit.more("column")),
        "Each number stays, and waves of it come beside it: so the network sees steps and bumps in "
        "it, not its line alone.",
    )


def periodic_backward(visit: Visit) -> Words:
    """Return the gradients of the strongest wave of each shown column."""
    _, _, mix, _ = visit.params
    angles, width, lines = _angles(visit), 1 + visit.layer.n_numbers, []
    d_f, d_c, d_mix, d_d = visit.gradients
    dy = visit.dy.reshape(-1, width)
    for k in visit.nodes():
        i, q = divmod(k, width)
        if q == 0:
            continue
        j, at = int(np.abs(np.cos(angles[i])).argmax()), rf"{i + 1}"
        wave, back = np.cos(angles[i, j]), dy[i, q]
        terms = [product(wave, back), *visit.price(2, (i, j, q - 1))]
        lines += [
            rf"dd_{{{at},{q}}} = dy_{{{visit.first_out + k + 1}}} = {number(d_d[i, q - 1])}",
            rf"dM_{{{at},{j + 1},{q}}} = {added(terms)} = {number(d_mix[i, j, q - 1])}",
        ]
    for i in dict.fromkeys(k // width for k in visit.nodes()):
        j, x = int(np.abs(d_c[i]).argmax()), visit.x[i]
        sums = added(products(mix[i, j], dy[i, 1:], visit.most))
        back = rf"-\sin({number(angles[i, j])})\cdot ({sums})"
        slope = [(rf"2\pi\cdot {factor(x)}\cdot {factor(d_c[i, j])}", 0.0)]
        slope += visit.price(0, (i, j))
        lines += [
            rf"dc_{{{i + 1},{j + 1}}} = {back} = {number(d_c[i, j])}",
            rf"df_{{{i + 1},{j + 1}}} = {added(slope)} = {number(d_f[i, j])}",
        ]
    lines += _periodic_inputs(visit, dy)
    return Words(
        "periodic embedding: df, dc, dM and dd",
        r"dM = \cos(2\pi f x + c) dY, \quad dd = dY, \quad dc = -\sin(2\pi f x + c) M dY, \quad "
        rf"df = 2\pi x dc{_prices(visit)}",
        (*lines, *visit.more("column")),
        "Each wave learns how much of it is used, and where its crests are.",
    )


def _prices(visit: Visit) -> str:
    return r" \quad (+ R' \text{ for } f \text{ and } M)" if visit.price_formula("M") else ""


def _periodic_inputs(visit: Visit, dy: Array) -> list[str]:
    """Return what goes back to the numbers, where something is before them."""
    if visit.dX is None:
        return []
    lines, angles = [], _angles(visit)
    for i in range(visit.dx.size)[: visit.most]:
        back = -np.sin(angles[i]) * (visit.params[2][i] @ dy[i, 1:])
        terms = [constant(dy[i, 0]), *products(2 * np.pi * visit.params[0][i], back, visit.most)]
        at = visit.first_in + i + 1
        lines.append(rf"dx_{{{at}}} = {added(terms)} = {number(visit.dx[i])}")
    return lines


# Levels -----------------------------------------------------------------------------------------


def category_forward(visit: Visit) -> Words:
    """Return the vector of the level."""
    code = int(visit.x[0])
    lines = [
        rf"y_{{{visit.first_out + k + 1}}} = "
        + (rf"E_{{{code},{k + 1}}} = " if code else "")
        + number(visit.y[k])
        for k in visit.nodes()
    ]
    known = f"Here it is level {code}: row {code} of E."
    return Words(
        "category embedding: Y = E[level]",
        r"Y = E_x",
        (*lines, *visit.more("column")),
        "Each level has a vector of its own, which is learned. "
        + (known if code else "Here the level is missing or was never seen: the vector is 0."),
    )


def category_backward(visit: Visit) -> Words:
    """Return the gradient of the level's vector."""
    code, index = int(visit.x[0]), visit.index_of(0)
    lines = []
    for k in visit.nodes(index[1] if index and index[0] == code - 1 else None) if code else ():
        terms = [constant(visit.dy[k]), *visit.price(0, (code - 1, k))]
        value = number(visit.gradients[0][code - 1, k])
        lines.append(
            rf"dE_{{{code},{k + 1}}} = dy_{{{visit.first_out + k + 1}}}"
            + (f" + R' = {added(terms)}" if len(terms) > 1 else "")
            + f" = {value}"
        )
    return Words(
        "category embedding: dE",
        r"dE_x = dY" + visit.price_formula("E"),
        (*lines, *visit.more("column")),
        "Only the vector of this row's level learns from this row."
        if code
        else "No vector learns from this row: its level is missing or was never seen.",
    )


# Blocks -----------------------------------------------------------------------------------------


def _blocks(visit: Visit) -> list[Visit]:
    """Return a visit of each block."""
    layer, shown, visits = visit.layer, visit.nodes(), []
    widths = [one.n_out or n for n, one in layer.blocks]
    ins = list(pairwise(accumulate([n for n, _ in layer.blocks], initial=0)))
    outs = list(pairwise(accumulate(widths, initial=0)))
    counts = list(pairwise(accumulate([len(one.parameters) for _, one in layer.blocks], initial=0)))
    for (_, one), (i, i_end), (k, k_end), (p, p_end) in zip(
        layer.blocks, ins, outs, counts, strict=True
    ):
        chosen = visit.chosen
        is_its = chosen is not None and p <= chosen[0] < p_end
        visits.append(replace(
            visit, layer=one, params=visit.params[p:p_end], X=visit.X[..., i:i_end],
            Y=visit.Y[..., k:k_end], d_params=_part(visit.d_params, p, p_end),
            dY=None if visit.dY is None else visit.dY[..., k:k_end],
            dX=None if visit.dX is None else visit.dX[..., i:i_end],
            chosen=(chosen[0] - p, chosen[1]) if chosen is not None and is_its else None,
            first_in=visit.first_in + i, first_out=visit.first_out + k,
            shown=[at - k for at in shown if k <= at < k_end],
        ))  # fmt: skip
    return visits


def _part(params: Params | None, first: int, end: int) -> Params | None:
    return None if params is None else params[first:end]


def columns_forward(visit: Visit) -> Words:
    """Return each block's lines under its name."""
    return _joined(visit, 0, "columns: each block through its own layer", "Y", "X")


def columns_backward(visit: Visit) -> Words:
    """Return each block's gradients under its name."""
    return _joined(visit, 1, "columns: back through each block", "dX", "dY")


def _joined(visit: Visit, way: int, title: str, out: str, come: str) -> Words:
    lines, says = [], []
    for block in _blocks(visit):
        words = description_of(block.layer)[way](block)
        first, last = block.first_out + 1, block.first_out + block.Y.shape[-1]
        where = f"column {first}" if first == last else f"columns {first} to {last}"
        name = kind_of(block.layer)
        if words.lines:
            lines += [rf"\text{{{where}, {name}: }} {words.formula}", *words.lines]
        says += [f"{where[:1].upper()}{where[1:]}, {name}: {words.says}"]
    told = dict.fromkeys(says)
    parts = ", ".join(f"f_{k + 1}({come}_{k + 1})" for k in range(min(len(visit.layer.blocks), 3)))
    dots = r", \dots" * (len(visit.layer.blocks) > 3)
    return Words(title, f"{out} = ({parts}{dots})", (*lines, *visit.more("column")), " ".join(told))


EMBEDDINGS: dict[Any, tuple[Describe, Describe]] = {
    PeriodicEmbedding: (periodic_forward, periodic_backward),
    CategoryEmbedding: (category_forward, category_backward),
    Columns: (columns_forward, columns_backward),
}
"""The layers of tables."""
