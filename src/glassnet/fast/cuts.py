"""How a large step is cut, so that threads may do its parts beside each other.

By the work of a step only, never by the cores or the load of the machine.
"""

from __future__ import annotations

SHARD_ROWS = 256
"""Rows of a shard, if there are so many.

Products lose by being cut: at 2,048 x 2,048 weights and a batch of 512, in float32, one core takes
a shard of 256 rows at 75 to 84 GFLOP/s, of 128 at 70 to 77, of 64 at 59 to 67; uncut at 85 to 88.
"""

LEAST_ROWS = 64
"""A smaller batch of large steps is cut in two down to this many rows: at 784 x 128 weights a shard
of 64 rows runs at 67 to 83 GFLOP/s, and two of them beside each other at twice that."""

MOST_SHARDS = 8

PART_PARAMETERS = 1 << 15
"""Parameters of a part at least: 128 KiB of float32 each of theta, gradient and two slots."""


def n_shards(operations: int, batch_size: int, least: int) -> int:
    """Return in how many shards a step's rows are cut: 1 for a step that stays whole.

    Parameters
    ----------
    operations : int
        Of a step, for each row.
    batch_size : int
    least : int
        Steps of fewer operations stay whole.

    Notes
    -----
    A power of two: three shards would leave one of two cores idle for a third of the time.
    """
    if operations * batch_size < least or batch_size < 2 * LEAST_ROWS:
        return 1
    return min(2 ** max((batch_size // SHARD_ROWS).bit_length() - 1, 1), MOST_SHARDS)


def cuts_of(n: int, n_parts: int, multiple: int) -> list[tuple[int, int]]:
    """Return where ``n`` things are cut in at most ``n_parts``, at multiples of a number."""
    size = -(-n // (n_parts * multiple)) * multiple
    return [(start, min(start + size, n)) for start in range(0, n, size)]
