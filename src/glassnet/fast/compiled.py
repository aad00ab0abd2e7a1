"""Numba, without its traps: what is compiled, with which flags, and where the result is kept.

Three kinds of compiled functions. A `kernel` is a loop over numbers, compiled on its own when a
network needs it and called through its address, so that a first fit waits for what it uses and for
nothing else. An `outer` function is called from Python, an `inner` one is a part of others.
"""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, get_type_hints

import numpy as np

from glassnet.errors import MissingExtraError

try:
    import numba
except ImportError as error:
    raise MissingExtraError(
        'glassnet.fast needs Numba, which is not installed: pip install "glassnet[fast]". '
        'Without it, train without run_steps=, or with engine="numpy".'
    ) from error

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload
from numba.np.arrayobj import populate_array

Function = TypeVar("Function", bound=Callable[..., Any])


Place: TypeAlias = Any
"""A place in an array: a pointer when compiled, a view in plain Python."""

if TYPE_CHECKING:
    Numbers: TypeAlias = Place
    Settings: TypeAlias = Place
    Positions: TypeAlias = Place
else:

    class Numbers:
        """In a kernel's signature: a place of numbers of theta's dtype."""

    class Settings:
        """In a kernel's signature: a place of numbers of float64."""

    class Positions:
        """In a kernel's signature: a place of whole numbers."""


EXACT_FLAGS = {"contract"}
"""What the compiler may change everywhere: a product and a sum may become one operation.

Not ``fastmath=True``. Its ``nnan`` and ``ninf`` promise that there is no NaN: ``isnan`` becomes
False, and a training that diverges goes on unseen. Its ``afn`` and ``arcp`` cost digits."""

SUMMING_FLAGS = {"contract", "reassoc", "nsz"}
"""For loops that add up: in any order, which is what lets them use vectors.

Only there. Elsewhere ``z (w / (w + 2))``, which is z for large numbers, may become
``(z w) / (w + 2)``, which overflows; the rounding in `scalars.exp` may be cancelled; and
``isfinite(a + b)``, which Numba asks as ``(a + b) - (a + b) == 0``, may be True of infinity."""

# error_model: 1 / 0 is infinite, as in NumPy, and a loop with a division can use vectors. nogil:
# the shards of a step run beside each other. No parallel=True: Numba's own thread pool aborts the
# process when two threads use it.
_OPTIONS: dict[str, Any] = {"error_model": "numpy", "boundscheck": False}


def inner(function: Function) -> Function:
    """Compile a function as a part of others: it is stored with those that call it."""
    compiled: Function = numba.njit(nogil=True, fastmath=EXACT_FLAGS, **_OPTIONS)(function)
    return compiled


def summing_inner(function: Function) -> Function:
    """Compile a loop that adds up, as a part of others: always into them.

    As a function of its own it would be compiled once more, to other sums: the process that
    compiled it and one that reads the stored code would train to different bits.
    """
    compiled: Function = numba.njit(
        nogil=True, forceinline=True, fastmath=SUMMING_FLAGS, **_OPTIONS
    )(function)
    return compiled


def outer(function: Function) -> Function:
    """Compile a function that Python calls, and store it on disk if that is safe."""
    store = _may_be_stored(function)
    compiled: Function = numba.njit(nogil=True, cache=store, fastmath=EXACT_FLAGS, **_OPTIONS)(
        function
    )
    return compiled


class kernel:  # noqa: N801 - a decorator
    """Compile a function on its own, for each dtype when it is first asked for.

    The signature tells the types: `Numbers`, `Settings`, `Positions`, int or float. It returns a
    float.
    """

    flags = EXACT_FLAGS

    def __init__(self, function: Callable[..., float]) -> None:
        self.function = function
        self.__doc__ = function.__doc__
        self._kept: list[Any] = []  # what the addresses are of must not be collected
        self.address = cache(self._address)

    def _address(self, dtype: Any) -> int:
        """Return the address of the compiled function for a dtype of theta."""
        if numba.config.DISABLE_JIT:
            _PLAIN.append(self.function)
            return len(_PLAIN) - 1
        real = {"float32": types.float32, "float64": types.float64}[np.dtype(dtype).name]
        kinds = {
            Numbers: types.CPointer(real), Settings: types.CPointer(types.float64),
            Positions: types.CPointer(types.intp),
            int: types.intp, float: types.float64,
        }  # fmt: skip
        hints = get_type_hints(self.function)
        result = kinds[hints.pop("return")]
        signature = result(*[kinds[hint] for hint in hints.values()])
        store = _may_be_stored(self.function)
        compiled = numba.cfunc(signature, cache=store, fastmath=self.flags, **_OPTIONS)(
            self.function
        )
        self._kept.append(compiled)
        return int(compiled.address)


class summing_kernel(kernel):  # noqa: N801
    """A kernel that adds up many numbers, in whatever order is fast."""

    flags = SUMMING_FLAGS


CACHE_LINE = 64
"""Bytes. What two threads write in one line goes back and forth between their cores' caches, 100 ns
each time: 200 rows of 64-100-10, cut in two, took 105 us where they take 87."""


def zeros(n: int, dtype: Any) -> Any:
    """Return an array of zeros that begins with a cache line."""
    size = np.dtype(dtype).itemsize
    numbers = np.zeros(n + CACHE_LINE // size, dtype)
    start = -numbers.ctypes.data % CACHE_LINE // size
    return numbers[start : start + n]


_PLAIN: list[Callable[..., float]] = []


def place(array: Any, index: int) -> Place:
    """Return the place of ``array[index]``."""
    return array[index:]


def address_of(array: Any) -> Any:
    """Return where a contiguous array begins, to be handed to compiled functions.

    As a number: a read-only array is another type to Numba, and would be compiled for anew.
    """
    return array.reshape(-1) if numba.config.DISABLE_JIT else array.__array_interface__["data"][0]


def numbers_at(address: Any, like: Any) -> Place:
    """Return the place at an address, of numbers of the type of those in ``like``."""
    return address


def positions_at(address: Any) -> Place:
    """Return the place at an address, of whole numbers."""
    return address


def ahead(start: Place, n: int) -> Place:
    """Return the place ``n`` numbers further on."""
    return start[n:]


def written_down(arrays: Sequence[Any]) -> Any:
    """Return a frame: where arrays are and their shapes, for `array_at`. They must be kept.

    One argument instead of twenty that go through five functions: a first fit compiles for 19 s
    instead of 22 (on a slow day).
    """
    frame = np.zeros(3 * len(arrays), object if numba.config.DISABLE_JIT else np.int64)
    for i, array in enumerate(arrays):
        frame[3 * i] = address_of(array)
        frame[3 * i + 1], frame[3 * i + 2] = (*array.shape, 1)[:2]
    return frame


def array_at(frame: Any, which: int, like: Any, ndim: int) -> Any:
    """Return an array of a frame, of so many axes and of numbers as in ``like``."""
    return frame[3 * which].reshape(frame[3 * which + 1 : 3 * which + 1 + ndim].astype(int))


def numbers(start: Place, n: int) -> Any:
    """Return the ``n`` numbers from a place on as an array."""
    return start[:n]


def call(address: int, *arguments: Any) -> float:
    """Call a `kernel` by its address, with places, whole numbers and floats."""
    return _PLAIN[address](*arguments)


if not numba.config.DISABLE_JIT:

    @intrinsic
    def place(typingctx: Any, array: Any, index: Any) -> Any:
        """Return the place of ``array[index]``."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            data = context.make_array(signature.args[0])(context, builder, args[0]).data
            return builder.gep(data, [args[1]])

        return types.CPointer(array.dtype)(array, types.intp), codegen

    @intrinsic
    def ahead(typingctx: Any, start: Any, n: Any) -> Any:
        """Return the place ``n`` numbers further on."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.gep(args[0], [args[1]])

        return start(start, types.intp), codegen

    @intrinsic
    def numbers_at(typingctx: Any, address: Any, like: Any) -> Any:
        """Return the place at an address, of numbers of the type of those in ``like``."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.inttoptr(args[0], context.get_value_type(signature.return_type))

        return types.CPointer(like.dtype)(types.intp, like), codegen

    @intrinsic
    def positions_at(typingctx: Any, address: Any) -> Any:
        """Return the place at an address, of whole numbers."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.inttoptr(args[0], context.get_value_type(signature.return_type))

        return types.CPointer(types.intp)(types.intp), codegen

    @intrinsic(prefer_literal=True)
    def array_at(typingctx: Any, frame: Any, which: Any, like: Any, ndim: Any) -> Any:
        """Return an array of a frame."""
        kind = types.Array(like.dtype, ndim.literal_value, "C")

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            words = context.make_array(signature.args[0])(context, builder, args[0]).data
            number = context.get_value_type(types.intp)
            start = builder.mul(args[1], ir.Constant(number, 3))
            address, *shape = [
                builder.load(builder.gep(words, [builder.add(start, ir.Constant(number, k))]))
                for k in range(1 + kind.ndim)
            ]
            size = context.get_abi_sizeof(context.get_data_type(kind.dtype))
            itemsize = ir.Constant(number, size)
            strides = [itemsize]
            if kind.ndim == 2:
                strides = [builder.mul(shape[1], itemsize), itemsize]
            array = context.make_array(kind)(context, builder)
            data = builder.inttoptr(address, array.data.type)
            populate_array(array, data, shape, strides, itemsize, None)
            return array._getvalue()  # noqa: SLF001 - as Numba's own intrinsics do

        return kind(frame, which, like, ndim), codegen

    @overload(numbers, inline="always")
    def _numbers(start: Any, n: Any) -> Any:
        def array(start: Any, n: Any) -> Any:
            return numba.carray(start, n)

        return array

    @intrinsic
    def call(typingctx: Any, address: Any, *arguments: Any) -> Any:
        """Call a `kernel` by its address."""

        def as_passed(kind: Any) -> Any:
            if isinstance(kind, types.Integer | types.Boolean):
                return types.intp
            return types.float64 if isinstance(kind, types.Float) else kind

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            kinds = signature.args[1].types
            values = [
                context.cast(builder, value, kind, as_passed(kind))
                for value, kind in zip(cgutils.unpack_tuple(builder, args[1]), kinds, strict=True)
            ]
            real = context.get_value_type(types.float64)
            kind = ir.FunctionType(real, [value.type for value in values])
            return builder.call(builder.inttoptr(args[0], kind.as_pointer()), values)

        return types.float64(types.intp, types.StarArgTuple(arguments)), codegen


@cache
def _warn(reason: str) -> None:
    """Warn that each process compiles anew; once a process."""
    warnings.warn(
        f"Compiled code is not stored: {reason}. Each process compiles it again, which takes some "
        "seconds. Set NUMBA_CACHE_DIR to a folder that only you can write to.",
        RuntimeWarning,
        stacklevel=4,
    )


def _may_be_stored(function: Callable[..., Any]) -> bool:
    """Return whether Numba has a folder for the compiled function that is safe to read again."""
    if numba.config.DISABLE_JIT:
        return False
    try:
        folder = Path(numba.njit(cache=True)(function).stats.cache_path)
    except RuntimeError:  # "no locator available"
        _warn("neither the package's folder nor your cache folder can be written")
        return False
    if _others_may_write(folder):
        _warn(f"other users may write to {folder}, and what lies there would be executed")
        return False
    return True


def _others_may_write(folder: Path) -> bool:
    """Return whether another user could put a file there, which Numba would unpickle."""
    if os.name != "posix":
        return False  # a profile's folders are private there, and modes mean nothing
    for near, path in enumerate(path for path in (folder, *folder.parents) if path.exists()):
        status = path.stat()
        if status.st_uid not in (0, os.getuid()):
            return True  # its owner may do as he likes
        sticky = bool(status.st_mode & stat.S_ISVTX)  # one may add to /tmp, but not exchange
        if status.st_mode & stat.S_IWOTH and (near < 2 or not sticky):
            return True
    return False
