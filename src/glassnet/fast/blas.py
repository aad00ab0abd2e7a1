"""BLAS from compiled code, with the distance between rows (which ``np.dot`` does not take).

SciPy exports its BLAS for compiled callers; the address is looked up once and handed to the
kernels as a number, so that what is stored on disk does not hold it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import get_cython_function_address, intrinsic


@cache
def gemm_address(dtype: Any) -> int:
    """Return the address of SciPy's product of matrices of this dtype."""
    name = {"float32": "sgemm", "float64": "dgemm"}[np.dtype(dtype).name]
    return int(get_cython_function_address("scipy.linalg.cython_blas", name))


def gemm(
    address: Any, transpose_a: Any, transpose_b: Any, m: Any, n: Any, k: Any, A: Any, lda: Any,
    B: Any, ldb: Any, beta: Any, C: Any, ldc: Any,
) -> Any:  # fmt: skip
    """Write ``C = A B + beta C`` in Fortran's order: A, B and C are places."""

    def matrix(start: Any, rows: Any, columns: Any, ld: Any) -> Any:
        strides = (start.itemsize, ld * start.itemsize)
        return np.lib.stride_tricks.as_strided(start, (rows, columns), strides)

    left = matrix(A, k, m, lda).T if transpose_a else matrix(A, m, k, lda)
    right = matrix(B, n, k, ldb).T if transpose_b else matrix(B, k, n, ldb)
    result = matrix(C, m, n, ldc)
    result[...] = left @ right + (beta * result if beta else 0)


if not numba.config.DISABLE_JIT:

    @intrinsic
    def gemm(
        typingctx: Any, address: Any, transpose_a: Any, transpose_b: Any, m: Any, n: Any, k: Any,
        A: Any, lda: Any, B: Any, ldb: Any, beta: Any, C: Any, ldc: Any,
    ) -> Any:  # fmt: skip
        """Write ``C = A B + beta C`` in Fortran's order: A, B and C are places."""
        i, yes = types.intp, types.boolean
        signature = types.void(i, yes, yes, i, i, i, A, i, B, i, types.float64, C, i)

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            address, transpose_a, transpose_b, m, n, k, A, lda, B, ldb, beta, C, ldc = args
            letters = ir.Constant(ir.IntType(8), ord("T")), ir.Constant(ir.IntType(8), ord("N"))
            number = context.get_value_type(signature.args[11].dtype)
            factor = context.cast(builder, beta, types.float64, signature.args[11].dtype)

            def stored(value: Any) -> Any:
                return cgutils.alloca_once_value(builder, value)

            def size(value: Any) -> Any:
                return stored(builder.trunc(value, ir.IntType(32)))

            arguments = [
                stored(builder.select(transpose_a, *letters)),
                stored(builder.select(transpose_b, *letters)),
                size(m), size(n), size(k), stored(ir.Constant(number, 1.0)), A, size(lda), B,
                size(ldb), stored(factor), C, size(ldc),
            ]  # fmt: skip
            kind = ir.FunctionType(ir.VoidType(), [argument.type for argument in arguments])
            builder.call(builder.inttoptr(address, kind.as_pointer()), arguments)
            return context.get_dummy_value()

        return signature, codegen
