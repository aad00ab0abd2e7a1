"""Matrix products that keep their sums in registers: what a small network spends its time on.

BLAS packs its operands and starts up, 3 us for 32 x 20 times 20 x 64 against 1 us here; from about
100 x 100 weights on it is the faster one. The compiler cannot be talked into keeping a tile of sums
in registers by loops, so these two loops are written in its own language (LLVM's), a line each for
load, multiply-add and store.

All matrices have rows of ``ld`` numbers, a whole number of vectors, so that no row has a remainder.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload

from glassnet.fast.compiled import Numbers, Place, ahead, kernel

VECTOR_BYTES = 64
"""A vector: two registers with AVX2, one with AVX-512. Rows are padded to whole vectors."""


def lanes(dtype: Any) -> int:
    """Return the numbers in a vector."""
    return VECTOR_BYTES // np.dtype(dtype).itemsize


ALIASED = 512
"""Bytes. Rows at a multiple of such a power of two apart fall on few of a cache's places: a step of
2,048 rows of 54-128-128-7 took 11.0 ms, of 2,032 rows 5.9."""


def distance(n: int, dtype: Any) -> int:
    """Return how far apart rows of ``n`` numbers lie: a vector further, if that helps the cache."""
    return n + lanes(dtype) if n * np.dtype(dtype).itemsize % ALIASED == 0 else n


class _Tile:
    """Writes the loop of a tile: sums in registers, one step for each number (or vector) summed."""

    def __init__(self, context: Any, builder: Any, dtype: Any, n_lanes: int) -> None:
        self.builder = builder
        self.real = context.get_value_type(dtype)
        self.bytes = dtype.bitwidth // 8
        self.index = context.get_value_type(types.intp)
        self.vector = ir.VectorType(self.real, n_lanes)
        suffix = f"v{n_lanes}f{dtype.bitwidth}"
        self._fma = self._declare(f"llvm.fma.{suffix}", self.vector, [self.vector] * 3)
        self._sum = self._declare(
            f"llvm.vector.reduce.fadd.{suffix}", self.real, [self.real, self.vector]
        )

    def _declare(self, name: str, result: Any, arguments: list[Any]) -> Any:
        return cgutils.get_or_insert_function(
            self.builder.module, ir.FunctionType(result, arguments), name
        )

    def at(self, pointer: Any, index: Any, step: Any) -> Any:
        """Return the place ``index * step`` numbers after ``pointer``."""
        if isinstance(index, int):
            index = ir.Constant(self.index, index)
        return self.builder.gep(pointer, [self.builder.mul(index, step)])

    def load(self, pointer: Any) -> Any:
        """Return the vector at a place."""
        place = self.builder.bitcast(pointer, self.vector.as_pointer())
        return self.builder.load(place, align=self.bytes)

    def store(self, vector: Any, pointer: Any) -> None:
        """Write a vector."""
        place = self.builder.bitcast(pointer, self.vector.as_pointer())
        self.builder.store(vector, place, align=self.bytes)

    def spread(self, number: Any) -> Any:
        """Return a vector of one number."""
        i32, undefined = ir.IntType(32), ir.Constant(self.vector, ir.Undefined)
        first = self.builder.insert_element(undefined, number, ir.Constant(i32, 0))
        same = ir.Constant(ir.VectorType(i32, self.vector.count), [0] * self.vector.count)
        return self.builder.shuffle_vector(first, undefined, same)

    def fma(self, a: Any, b: Any, c: Any) -> Any:
        """Return ``a b + c``."""
        return self.builder.call(self._fma, [a, b, c])

    def total(self, vector: Any) -> Any:
        """Return the sum of a vector's numbers."""
        zero = ir.Constant(self.real, -0.0)
        return self.builder.call(self._sum, [zero, vector], fastmath=("reassoc",))

    def sums(self, n_steps: Any, start: list[Any], step: Any) -> list[Any]:
        """Return the sums after ``n_steps`` of ``step(i, sums) -> sums``; at least one is taken."""
        builder = self.builder
        before = builder.block
        loop, after = builder.append_basic_block("sum"), builder.append_basic_block("summed")
        builder.branch(loop)
        builder.position_at_end(loop)
        i = builder.phi(self.index)
        carried = [builder.phi(self.vector) for _ in start]
        new = step(i, carried)
        following = builder.add(i, ir.Constant(self.index, 1))
        for phi, first, next_one in zip([i, *carried], [ir.Constant(self.index, 0), *start],
                                        [following, *new], strict=True):  # fmt: skip
            phi.add_incoming(first, before)
            phi.add_incoming(next_one, loop)
        builder.cbranch(builder.icmp_signed("<", following, n_steps), loop, after)
        builder.position_at_end(after)
        return new


def n_lanes(start: Place) -> int:
    """Return the numbers in a vector at a place."""
    return lanes(start.dtype)


@overload(n_lanes, inline="always")
def _n_lanes(start: Any) -> Any:
    n = lanes(start.dtype.name)

    def count(start: Any) -> Any:
        return n

    return count


def _literal(*arguments: Any) -> bool:
    return all(isinstance(argument, types.IntegerLiteral) for argument in arguments)


@intrinsic(prefer_literal=True)
def _spread_tile(
    typingctx: Any, n_out: Any, C: Any, ld: Any, S: Any, s_out: Any, s_sum: Any, V: Any,
    n_sum: Any, b: Any, add: Any,
) -> Any:  # fmt: skip
    """Write ``n_out`` vectors ``C[p] = b[p] + sum_s S[p, s] V[s]``; without ``add``, no ``b``."""
    if not _literal(n_out):
        return None
    n, dtype = n_out.literal_value, C.dtype

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _, C, ld, S, s_out, s_sum, V, n_sum, b, add = args
        tile = _Tile(context, builder, dtype, lanes(dtype.name))

        def step(s: Any, sums: list[Any]) -> list[Any]:
            v, column = tile.load(tile.at(V, s, ld)), tile.at(S, s, s_sum)
            numbers = [builder.load(tile.at(column, p, s_out)) for p in range(n)]
            return [tile.fma(tile.spread(x), v, c) for x, c in zip(numbers, sums, strict=True)]

        zero, one = ir.Constant(tile.real, 0.0), ir.Constant(tile.index, 1)
        biases = [builder.load(tile.at(b, p, one)) for p in range(n)]
        start = [tile.spread(builder.select(add, bias, zero)) for bias in biases]
        for p, c in enumerate(tile.sums(n_sum, start, step)):
            tile.store(c, tile.at(C, p, ld))
        return context.get_dummy_value()

    i = types.intp
    return types.void(n_out, C, i, S, i, i, V, i, C, types.boolean), codegen


@intrinsic(prefer_literal=True)
def _dot_tile(
    typingctx: Any, n_p: Any, n_q: Any, C: Any, ldc: Any, U: Any, V: Any, ld: Any, n_vectors: Any
) -> Any:
    """Write ``n_p n_q`` numbers ``C[p, q] = U[p] . V[q]``: dot products of rows."""
    if not _literal(n_p, n_q):
        return None
    P, Q, dtype = n_p.literal_value, n_q.literal_value, C.dtype

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _, _, C, ldc, U, V, ld, n_vectors = args
        half = lanes(dtype.name) // 2  # 4 x 3 sums of half a vector fill the 16 registers of AVX2
        tile = _Tile(context, builder, dtype, half)
        one = ir.Constant(tile.index, half)

        def step(i: Any, sums: list[Any]) -> list[Any]:
            us = [tile.load(tile.at(tile.at(U, i, one), p, ld)) for p in range(P)]
            vs = [tile.load(tile.at(tile.at(V, i, one), q, ld)) for q in range(Q)]
            return [
                tile.fma(us[p], vs[q], sums[p * Q + q]) for p in range(P) for q in range(Q)
            ]  # fmt: skip

        halves = builder.mul(n_vectors, ir.Constant(tile.index, 2))
        zero = ir.Constant(tile.vector, None)
        for pq, c in enumerate(tile.sums(halves, [zero] * (P * Q), step)):
            place = tile.at(C, pq // Q, ldc)
            builder.store(tile.total(c), builder.gep(place, [ir.Constant(tile.index, pq % Q)]))
        return context.get_dummy_value()

    i = types.intp
    return types.void(n_p, n_q, C, i, U, V, i, i), codegen


@kernel
def spread_product(
    C: Numbers, V: Numbers, ld: int, n_vectors: int, S: Numbers, s_out: int, s_sum: int,
    n_out: int, n_sum: int, b: Numbers, add: int,
) -> float:  # fmt: skip
    """Write ``C = S V + b`` where ``S`` is small: ``Z = W' A + b`` and ``dA = W dZ``.

    Parameters
    ----------
    C, V : places
        Matrices of ``n_out`` and ``n_sum`` rows, ``ld`` apart; ``n_vectors`` of each take part.
    S : place
        Number (p, q) of the small matrix is ``S[p s_out + q s_sum]``.
    b, add : place and int
        A number for each row of ``C``, added if ``add`` is not 0.
    """
    width = n_vectors * n_lanes(C)
    for i in range(0, width, n_lanes(C)):
        p = 0
        while p + 6 <= n_out:  # 6 x 2 registers of sums, 2 for the vector, 1 for the number
            _spread_tile(6, ahead(C, p * ld + i), ld, ahead(S, p * s_out), s_out, s_sum,
                         ahead(V, i), n_sum, ahead(b, p), add != 0)  # fmt: skip
            p += 6
        if p + 3 <= n_out:
            _spread_tile(3, ahead(C, p * ld + i), ld, ahead(S, p * s_out), s_out, s_sum,
                         ahead(V, i), n_sum, ahead(b, p), add != 0)  # fmt: skip
            p += 3
        while p < n_out:
            _spread_tile(1, ahead(C, p * ld + i), ld, ahead(S, p * s_out), s_out, s_sum,
                         ahead(V, i), n_sum, ahead(b, p), add != 0)  # fmt: skip
            p += 1
    return 0.0


@kernel
def dot_product(
    U: Numbers, V: Numbers, ld: int, n_vectors: int, C: Numbers, n_p: int, n_q: int
) -> float:
    """Write ``C = U V'``: ``dW = A dZ'``, whose sum runs over the rows of the batch.

    Parameters
    ----------
    U, V : places
        Matrices of ``n_p`` and ``n_q`` rows, ``ld`` apart, of which ``n_vectors`` take part.
    C : place
        Number (p, q) of the product is ``C[p n_q + q]``.
    """
    p = 0
    while p < n_p:
        height = 4 if p + 4 <= n_p else (2 if p + 2 <= n_p else 1)
        q = 0
        while q < n_q:
            c, u, v = ahead(C, p * n_q + q), ahead(U, p * ld), ahead(V, q * ld)
            width = 3 if q + 3 <= n_q else 1
            if height == 4 and width == 3:
                _dot_tile(4, 3, c, n_q, u, v, ld, n_vectors)
            elif height == 4:
                _dot_tile(4, 1, c, n_q, u, v, ld, n_vectors)
            elif height == 2 and width == 3:
                _dot_tile(2, 3, c, n_q, u, v, ld, n_vectors)
            elif height == 2:
                _dot_tile(2, 1, c, n_q, u, v, ld, n_vectors)
            elif width == 3:
                _dot_tile(1, 3, c, n_q, u, v, ld, n_vectors)
            else:
                _dot_tile(1, 1, c, n_q, u, v, ld, n_vectors)
            q += width
        p += height
    return 0.0


if numba.config.DISABLE_JIT:  # the tiles in plain Python, to step through

    def _rows(start: Any, n: int, length: int, step: int, along: int = 1) -> Any:
        strides = (step * start.itemsize, along * start.itemsize)
        return np.lib.stride_tricks.as_strided(start, (n, length), strides)

    def _spread_tile(n_out: Any, C: Any, ld: Any, S: Any, s_out: Any, s_sum: Any, V: Any,
                     n_sum: Any, b: Any, add: Any) -> None:  # fmt: skip
        width = n_lanes(C)
        product = _rows(S, n_out, n_sum, s_out, s_sum) @ _rows(V, n_sum, width, ld)
        _rows(C, n_out, width, ld)[...] = product + (b[:n_out, np.newaxis] if add else 0)

    def _dot_tile(n_p: Any, n_q: Any, C: Any, ldc: Any, U: Any, V: Any, ld: Any,
                  n_vectors: Any) -> None:  # fmt: skip
        width = n_vectors * n_lanes(C)
        _rows(C, n_p, n_q, ldc)[...] = _rows(U, n_p, width, ld) @ _rows(V, n_q, width, ld).T
