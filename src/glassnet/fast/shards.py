"""Where a compiled step is cut: see loop.py and cuts.py."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.fast.cuts import PART_PARAMETERS, cuts_of
from glassnet.fast.program import ALL_ROWS, KIND, OWN, ROOM, SIZE, Program

STEP_OPERATIONS = 1_000_000
"""Steps of fewer operations stay whole: some 20 us.

Microseconds, whole and cut, on two cores: 1,500 rows of 2-5-3 (1.4 million) take 35 and 36 in
float32, 62 and 49 in float64; 200 rows of 20-64-32-4 (6 million) 75 and 63, 132 and 111; 256 rows
of 100-140-10 (19 million) 316 and 279, 581 and 395.
"""

SHORT_STEP = 100_000_000
"""Operations below which a part takes less than a millisecond, and a helper that is behind by
`rounds.SPINS` has lost its core."""


def parameter_cuts(n_params: int, n_parts: int) -> NDArray[np.int64]:
    """Return where theta is cut, to be updated: first and last of each part."""
    return np.array(cuts_of(n_params, max(1, min(n_parts, n_params // PART_PARAMETERS)), 16))


# A part of the weights: a layer, the first and the last of its units (a dense layer's inputs,
# nodes, the levels of a category), its room in the workspace, and where its parameters stand.
LAYER, FIRST, LAST, OWN_ROOM, STRETCHES = range(5)
MOST_STRETCHES = 4

WAVE = 40
"""What a wave takes, forth and back, in multiplications and additions of a product."""


def weight_cuts(program: Program, n_parts: int) -> tuple[NDArray[np.int64], int]:
    """Return the parts of the weights, large ones first, and the rows of the workspace in all."""
    works = [_work(row, of) for row, of in zip(program.layers, program.parameters, strict=True)]
    parts = []
    for i, parameters in enumerate(program.parameters):
        if not parameters:
            continue
        n_units = parameters[0][1]
        share = max(1, round(n_parts * works[i] / sum(works)))
        for first, last in cuts_of(n_units, share, 8):
            stretches = [_stretch(one, n_units, first, last) for one in parameters]
            stretches += [(0, 0)] * (MOST_STRETCHES - len(stretches))
            numbers = [end for stretch in stretches for end in stretch]
            parts.append((works[i] // n_units * (last - first), [i, first, last, 0, *numbers]))
    parts.sort(key=lambda part: -part[0])
    cuts = np.array([cut for _, cut in parts])
    rooms = program.layers[cuts[:, LAYER], ROOM]
    cuts[:, OWN_ROOM] = program.places[ALL_ROWS] + np.cumsum(rooms) - rooms
    return cuts, int(program.places[ALL_ROWS] + rooms.sum())


def _work(row: Any, parameters: list[tuple[int, int, int]]) -> int:
    """Return the multiplications and additions of a layer's gradient for a row of the batch."""
    if row[KIND] == OWN and row[ROOM]:
        return WAVE * int(row[SIZE]) * parameters[0][1]
    return parameters[0][1] * parameters[0][2] if parameters else 0


def _stretch(
    parameter: tuple[int, int, int], n_units: int, first: int, last: int
) -> tuple[int, int]:
    """Return where a part's numbers of a parameter stand; biases go with the first inputs."""
    start, n_own, size = parameter
    if n_own != n_units:
        return (start, start + n_own * size) if first == 0 else (0, 0)
    return start + first * size, start + last * size
