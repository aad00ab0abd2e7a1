"""Dropout's masks, compiled: from random numbers row by row to nodes row by row.

Numbers that stand side by side in a row of the batch go to rows of the workspace that are a
kilobyte apart. One by one, 256 rows of 256 numbers take 220 us, as long as two products of such
matrices on tiles; in squares of 8 by 8, turned within registers, 9 to 15.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from glassnet.core.dropout import OF_A_WORD
from glassnet.fast.compiled import Numbers, Positions, ahead, inner, kernel, numbers

SIDE: Any = np.int64(8)  # a plain 8 is a type of its own to Numba, and compiled for
OF_16_BITS = 2**16


@inner
def _number(words: Any, start: int, k: int) -> int:
    """Return the k-th number of 16 bits from a word on."""
    return (words[start + k // OF_A_WORD] >> (16 * (k % OF_A_WORD))) & (OF_16_BITS - 1)


def _mask_square(
    words: Any, n_words: Any, least: Any, scale: Any, mask: Any, ld: Any
) -> None:  # fmt: skip
    """Write a square of the mask: ``mask[k ld + n]`` from number k of row n."""
    for k in range(SIDE):
        for n in range(SIDE):
            mask[k * ld + n] = scale if _number(words, n * n_words, k) >= least else 0


if not numba.config.DISABLE_JIT:

    @intrinsic
    def _mask_square(
        typingctx: Any, words: Any, n_words: Any, least: Any, scale: Any, mask: Any, ld: Any
    ) -> Any:
        """Write a square of the mask."""
        n, real = int(SIDE), mask.dtype

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            words, n_words, least, scale, mask, ld = args
            i16, i32, index = ir.IntType(16), ir.IntType(32), context.get_value_type(types.intp)
            short = ir.VectorType(i16, n)
            vector = ir.VectorType(context.get_value_type(real), n)

            def at(start: Any, i: int, step: Any, kind: Any) -> Any:
                place = builder.gep(start, [builder.mul(ir.Constant(index, i), step)])
                return builder.bitcast(place, kind.as_pointer())

            def shuffled(a: Any, b: Any, chosen: list[int]) -> Any:
                return builder.shuffle_vector(
                    a, b, ir.Constant(ir.VectorType(i32, len(chosen)), chosen)
                )

            def spread(number: Any, kind: Any) -> Any:
                undefined = ir.Constant(kind, ir.Undefined)
                first = builder.insert_element(undefined, number, ir.Constant(i32, 0))
                return shuffled(first, undefined, [0] * n)

            least, kept = spread(builder.trunc(least, i16), short), spread(scale, vector)
            left_out = ir.Constant(vector, None)
            rows = []
            for i in range(n):
                row = builder.load(at(words, i, n_words, short), align=8)
                at_least = builder.icmp_unsigned(">=", row, least)
                rows.append(builder.select(at_least, kept, left_out))
            # Turn it: halves of pairs change places, then quarters, then eighths.
            for step in (4, 2, 1):
                for i in range(n):
                    if i & step:
                        continue
                    a, b = rows[i], rows[i + step]
                    rows[i] = shuffled(a, b, [n + j - step if j & step else j for j in range(n)])
                    rows[i + step] = shuffled(
                        a, b, [n + j if j & step else j + step for j in range(n)]
                    )
            for i, row in enumerate(rows):
                builder.store(row, at(mask, i, ld, vector), align=real.bitwidth // 8)
            return context.get_dummy_value()

        i = types.intp
        return types.void(words, i, i, real, mask, i), codegen


@kernel
def masks(
    words: Positions, rate: float, width: int, n_rows: int, mask: Numbers, ld: int, first: int,
    last: int,
) -> float:  # fmt: skip
    """Write a dropout's mask: 0 or 1 / (1 - rate), from core's words, row by row.

    A rate of 0 takes none.
    """
    end, real = max(min(last, n_rows), first), numbers(mask, 1).dtype.type
    zero, scale = real(0), real(1 / (1 - rate))
    least, n_words = int(rate * OF_16_BITS), (width + OF_A_WORD - 1) // OF_A_WORD
    whole = first + (end - first) // SIDE * SIDE if rate > 0 else first
    squares = width // SIDE * SIDE
    for n in range(first, whole, SIDE):
        for k in range(0, squares, SIDE):
            _mask_square(ahead(words, n * n_words + k // OF_A_WORD), n_words, least, scale,
                         ahead(mask, k * ld + n), ld)  # fmt: skip
    for k in range(width):
        row = numbers(ahead(mask, k * ld), last)
        for n in range(whole if k < squares else first, end):
            row[n] = scale if rate == 0 or _number(words, n * n_words, k) >= least else zero
        for n in range(end, last):
            row[n] = zero
    return 0.0


@kernel
def dropped(X: Numbers, mask: Numbers, A: Numbers, n: int, in_place: int) -> float:
    """Write ``A = M X``: a dropout's way there, and its way back. In place X is A."""
    X, mask, A = numbers(X, n), numbers(mask, n), numbers(A, n)
    if in_place:  # a loop of its own: one that reads what it may have written uses no vectors
        for i in range(n):
            A[i] *= mask[i]
    else:
        for i in range(n):
            A[i] = mask[i] * X[i]
    return 0.0
