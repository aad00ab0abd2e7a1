"""The loop over the steps of an epoch, compiled. Each step is three rounds of parts.

Shards of the rows go forward and back; stretches of the weights get their gradients; stretches of
theta are updated. How a step is cut depends on its size only (shards.py), and sums over parts are
taken in their order: any number of threads gives the same bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.fast.compiled import (
    ahead,
    array_at,
    call,
    inner,
    numbers_at,
    outer,
    place,
    positions_at,
)
from glassnet.fast.passes import (
    keep,
    load_batch,
    penalty_pass,
    rows_pass,
    update_pass,
    weights_pass,
)
from glassnet.fast.program import (
    ALL_FINITE,
    DRAWN,
    FADE,
    INSIDE,
    NORM_OF_LARGE,
    WEIGHT_OF,
)
from glassnet.fast.rounds import (
    BACK,
    DONE,
    FRONT,
    LEAVE,
    MOST_PARTS,
    ROUND,
    RUNNING,
    SPINS,
    added,
    is_alone,
    is_over,
    offer,
    rest,
    seen,
    take,
    wait,
    written,
)
from glassnet.fast.shards import FIRST, LAST, LAYER, MOST_STRETCHES, OWN_ROOM, STRETCHES
from glassnet.fast.tiles import ALIASED, VECTOR_BYTES

ROWS, GRADIENTS, UPDATE = range(3)

# What a round is about. Words of the board: which one, rows of the batch, the same in whole
# vectors, distance between the workspace's rows, first row's place in the order, random words used
# up, number of the step, its row of the settings, the addresses of X, Y, w, order and of the random
# words; then numbers.
(WHICH, N_ROWS, PADDED, LD, BEGIN, USED, STEP, SET, AT_X, AT_Y, AT_W, AT_ORDER,
 AT_WORDS) = range(ROUND, ROUND + 13)  # fmt: skip
ADDRESSES = AT_X, AT_Y, AT_W, AT_ORDER
WEIGHT, BATCH_WEIGHT, RATE, SCALE, DECAY, LOSS_SETTING, CAUTIOUS, N_NUMBERS = range(8)

(LAYERS, SETTINGS, PLACES, SEGMENTS, FACTORS, KERNELS, BLOCKS, PENALTIES, OPTIMIZER, THETA,
 GRADIENT, SLOT_1, SLOT_2, KEPT, WORK, BATCH, WEIGHT_CUTS, THETA_CUTS, LOSSES, PENALTY_SUMS,
 SQUARES) = range(21)  # fmt: skip
"""The arrays of a frame: the tables of `program.Program`; theta, its gradient and two slots, and
where they are kept; the workspace and the batch; where weights and theta are cut; what is summed
over parts."""

(BATCH_LOSS, BATCH_PENALTY, LAST_RATE, NORM, OUTCOME, LOSS_SUM, PENALTY_SUM, COUNTED, N_DRAWN,
 POSITION, STEPS, N_REPORTED) = range(12)  # fmt: skip
"""What `run` reports: of the last step; of the run, for `TrainingState`; where it ended."""

PARAMETER, OUTSIDE = 1, 2
"""Why it ended early, if not for the loss or the gradient: a parameter, a row that is not there."""


@inner
def do_part(i: int, frame: Any, board: Any, about: Any, like: Any) -> None:
    """Do part ``i`` of the round that the board is about."""
    layers, segments = array_at(frame, LAYERS, board, 2), array_at(frame, SEGMENTS, board, 2)
    factors, addresses = array_at(frame, FACTORS, about, 2), array_at(frame, KERNELS, board, 1)
    theta, g = array_at(frame, THETA, like, 1), array_at(frame, GRADIENT, like, 1)
    work, batch = array_at(frame, WORK, like, 1), array_at(frame, BATCH, like, 1)
    n_rows, padded, ld = board[N_ROWS], board[PADDED], board[LD]
    if board[WHICH] == ROWS:
        settings = array_at(frame, SETTINGS, about, 2)[board[SET]]
        places = array_at(frame, PLACES, board, 1)
        losses, lanes = array_at(frame, LOSSES, about, 1), VECTOR_BYTES // work.itemsize
        size = (padded // lanes + losses.size - 1) // losses.size * lanes
        first, last = min(i * size, padded), min((i + 1) * size, padded)
        losses[i] = 0.0
        if first < last:
            load_batch(
                layers, places, addresses, numbers_at(board[AT_X], like),
                numbers_at(board[AT_Y], like), numbers_at(board[AT_W], like),
                ahead(positions_at(board[AT_ORDER]), board[BEGIN]), about[WEIGHT],
                work, batch, n_rows, ld, first, last,
            )  # fmt: skip
            losses[i] = rows_pass(
                layers, settings, places, addresses, about[LOSS_SETTING],
                array_at(frame, BLOCKS, board, 1), theta,
                ahead(positions_at(board[AT_WORDS]), board[USED]), work, batch, n_rows, ld,
                first, last,
            )  # fmt: skip
    elif board[WHICH] == GRADIENTS:
        cuts = array_at(frame, WEIGHT_CUTS, board, 2)
        weights_pass(layers[cuts[i, LAYER]], addresses, theta, work, batch, n_rows, padded, ld, g,
                     cuts[i, FIRST], cuts[i, LAST], cuts[i, OWN_ROOM])  # fmt: skip
        penalties, sums = (
            array_at(frame, PENALTIES, about, 1),
            array_at(frame, PENALTY_SUMS, about, 2),
        )
        sums[i, 0] = sums[i, 1] = 0.0
        for k in range(STRETCHES, STRETCHES + 2 * MOST_STRETCHES, 2):
            penalty_pass(penalties, about[BATCH_WEIGHT], segments, factors, addresses, theta, g,
                         sums[i], cuts[i, k], cuts[i, k + 1])  # fmt: skip
    else:
        cuts = array_at(frame, THETA_CUTS, board, 2)
        array_at(frame, SQUARES, about, 1)[i] = update_pass(
            addresses, array_at(frame, OPTIMIZER, about, 1), board[STEP], about[RATE], about[SCALE],
            about[DECAY], segments, factors, theta, g, array_at(frame, SLOT_1, like, 1),
            array_at(frame, SLOT_2, like, 1), cuts[i, 0], cuts[i, 1],
        )  # fmt: skip


@inner
def take_parts(end: int, frame: Any, board: Any, about: Any, like: Any) -> int:
    """Do parts of the round on offer as long as there are any; return how many."""
    n_done = 0
    i = take(board, end)
    while i >= 0:
        do_part(i, frame, board, about, like)
        added(place(board, DONE), 1)
        n_done += 1
        i = take(board, end)
    return n_done


@inner
def share_out(n_parts: int, frame: Any, board: Any, about: Any, like: Any, sleep: int) -> None:
    """Do the parts of the round that the board is about, with whoever helps."""
    if n_parts > MOST_PARTS or is_alone(board):
        for i in range(n_parts):
            do_part(i, frame, board, about, like)
        return
    offer(board, n_parts)
    take_parts(FRONT, frame, board, about, like)
    wait(board, n_parts, sleep)


@inner
def _help(frame: Any, board: Any, about: Any, like: Any, sleep: int) -> None:
    """Take parts of round after round; leave when nothing has run for a moment."""
    n_rests = 0
    while seen(place(board, LEAVE)) == 0:
        if take_parts(BACK, frame, board, about, like) > 0:
            n_rests = 0
        elif n_rests > SPINS and is_over(board):
            return
        else:
            rest(n_rests, sleep)
            n_rests += 1


@outer
def run(
    frame: Any, board: Any, about: Any, like: Any,
    sleep: int, helps: bool, has_weights: bool, n_stored: int, position: int, end: int,
    batch_size: int, rates: Any, t: int, max_norm: float, risky: float,
    loss_sum: float, penalty_sum: float, report: Any,
) -> int:  # fmt: skip
    """Take the steps of an epoch's rows from ``position`` to ``end``; return how many were taken.

    Where ``report`` says that it ended before ``end``, the next step diverged. If it was a
    parameter, the frame's KEPT then holds theta and the slots as they were.

    Parameters
    ----------
    frame : array
        The arrays of the training, see `compiled.written_down`.
    board, about : arrays
        What the rounds are about, and where the rows are.
    like : array
        Of theta's dtype.
    sleep : int
        Address, see `rounds.sleep_address`.
    helps : bool
        Whether to help another thread that takes these steps: what follows is for that one only.
        (A function of its own would take seconds to compile.)
    rates : array
        The learning rate of each step, or one for all.
    loss_sum, penalty_sum : float
        Of the epoch so far.
    report : array of shape (N_REPORTED,)
    """
    if helps:
        _help(frame, board, about, like, sleep)
        return 0
    theta, g, sums, losses, squares, addresses = (
        array_at(frame, THETA, like, 1), array_at(frame, GRADIENT, like, 1),
        array_at(frame, PENALTY_SUMS, about, 2), array_at(frame, LOSSES, about, 1),
        array_at(frame, SQUARES, about, 1), array_at(frame, KERNELS, board, 1),
    )  # fmt: skip
    cautious = about[CAUTIOUS] != 0
    n_steps = drawn = 0
    _begin(report, board, loss_sum, penalty_sum)
    while position < end:
        n_rows = min(batch_size, end - position)
        rows = ahead(positions_at(board[AT_ORDER]), position)
        if call(addresses[INSIDE], rows, n_rows, n_stored) == 0:
            report[OUTCOME] = OUTSIDE
            break
        weight = 0.0
        if has_weights:
            weight = call(addresses[WEIGHT_OF], numbers_at(board[AT_W], like), rows, n_rows)
        if has_weights and weight == 0:  # no rows, by their weights: no step
            position += n_rows
            continue
        _measure(board, n_rows, losses.size, like)
        board[BEGIN], board[USED], board[STEP] = position, drawn, t + n_steps
        about[WEIGHT], about[BATCH_WEIGHT] = weight, weight if has_weights else float(n_rows)
        drawn += n_rows * _set(board, about, array_at(frame, SETTINGS, about, 2), n_steps)
        board[WHICH] = ROWS
        share_out(losses.size, frame, board, about, like, sleep)
        board[WHICH] = GRADIENTS
        share_out(sums.shape[0], frame, board, about, like, sleep)
        L = _total(losses)
        penalty, norm = _total(sums[:, 0]), np.sqrt(_total(sums[:, 1]))
        rate = rates[min(n_steps, rates.size - 1)]
        if not np.isfinite(norm):
            norm = call(addresses[NORM_OF_LARGE], place(g, 0), g.size)
        _note(report, L, penalty, rate, norm)
        if not (np.isfinite(L + penalty) and np.isfinite(norm)):
            break
        cautious = cautious or not rate * norm < risky
        if cautious:
            keep(addresses, theta, array_at(frame, SLOT_1, like, 1),
                 array_at(frame, SLOT_2, like, 1), array_at(frame, KEPT, like, 1))  # fmt: skip
        about[RATE], about[SCALE] = rate, max_norm / norm if norm > max_norm else 1.0
        board[WHICH] = UPDATE
        share_out(squares.size, frame, board, about, like, sleep)
        # Large enough to overflow when squared: now, or to be watched in the next step.
        cautious = not np.isfinite(_total(squares))
        if cautious and call(addresses[ALL_FINITE], place(theta, 0), theta.size) == 0:
            report[OUTCOME] = PARAMETER
            break
        _count(report, L, penalty, n_rows)
        position += n_rows
        n_steps += 1
    _end(report, board, about, drawn, position, n_steps, cautious)
    return n_steps


@inner
def _begin(report: Any, board: Any, loss_sum: float, penalty_sum: float) -> None:
    """Write down how far the epoch has come, and for helpers that a run begins."""
    for i in range(report.size):
        report[i] = 0
    report[LOSS_SUM], report[PENALTY_SUM] = loss_sum, penalty_sum
    written(place(board, RUNNING), 1)


@inner
def _measure(board: Any, n_rows: int, n_parts: int, like: Any) -> None:
    """Write down how long the workspace's rows are, and how far apart: see `tiles.distance`."""
    lanes = VECTOR_BYTES // like.itemsize
    padded = (n_rows + lanes - 1) // lanes * lanes
    apart = n_parts > 1 and padded * like.itemsize % ALIASED == 0
    board[N_ROWS], board[PADDED], board[LD] = n_rows, padded, padded + lanes * apart


@inner
def _set(board: Any, about: Any, settings: Any, n_steps: int) -> int:
    """Write down what is set for the next step; return the random words for a row of it."""
    board[SET], n = min(n_steps, settings.shape[0] - 1), settings.shape[1]
    about[DECAY] = settings[board[SET], n + FADE]
    return int(settings[board[SET], n + DRAWN])


@inner
def _end(
    report: Any, board: Any, about: Any, drawn: int, position: int, n_steps: int, cautious: bool
) -> None:
    """Write down where the run ended, and that it did."""
    report[N_DRAWN], report[POSITION], report[STEPS] = drawn, position, n_steps
    about[CAUTIOUS] = cautious
    written(place(board, RUNNING), 0)


@inner
def _note(report: Any, L: float, penalty: float, rate: float, norm: float) -> None:
    """Write down what the step under way has come to."""
    report[BATCH_LOSS], report[BATCH_PENALTY] = L, penalty
    report[LAST_RATE], report[NORM] = rate, norm


@inner
def _count(report: Any, L: float, penalty: float, n_rows: int) -> None:
    """Add a step that was taken to the sums of the run."""
    report[LOSS_SUM] += (L + penalty) * n_rows
    report[PENALTY_SUM] += penalty * n_rows
    report[COUNTED] += n_rows


@inner
def _total(numbers: Any) -> float:
    """Return the sum of some numbers, in their order."""
    total = 0.0
    for number in numbers:
        total += number
    return total
