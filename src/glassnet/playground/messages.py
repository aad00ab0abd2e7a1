"""What goes over the socket: JSON, and a binary form with arrays, as web/src/protocol.ts says."""

from __future__ import annotations

import json
import math
import reprlib
import struct
from typing import Any

import numpy as np

from glassnet.core.arrays import Array

_NAMES = {"<f4": "f4", "<f8": "f8", "|u1": "u1", "<i4": "i4"}


_SHORT = reprlib.Repr()
_SHORT.maxstring, _SHORT.maxother, _SHORT.maxlong = 60, 200, 40


def short(value: Any) -> str:
    """Return what a page has sent as a message repeats it: however long or deep it is."""
    return _SHORT.repr(value)


def text(message: dict[str, Any]) -> str:
    """Return a message as JSON; what is not finite is null, for JSON has no such number."""
    return json.dumps(_finite(message), separators=(",", ":"))


def binary(header: dict[str, Any], arrays: dict[str, Array]) -> bytes:
    """Return a message with arrays: length of the header, header, arrays at multiples of 8.

    Examples
    --------
    >>> message = binary({"type": "data"}, {"test": np.array([1, 0], np.uint8)})
    >>> message[4:75]
    b'{"type":"data","arrays":{"test":{"dtype":"u1","shape":[2],"offset":0}}}'
    """
    places, parts, offset = {}, [], 0
    for name, array in arrays.items():
        values = np.ascontiguousarray(array)
        little = values.astype(values.dtype.newbyteorder("<"), copy=False)
        places[name] = {
            "dtype": _NAMES[little.dtype.str], "shape": list(little.shape), "offset": offset,
        }  # fmt: skip
        data = little.tobytes()
        parts += [data, bytes(-len(data) % 8)]
        offset += len(data) + -len(data) % 8
    head = text({**header, "arrays": places}).encode()
    return b"".join([struct.pack("<I", len(head)), head, bytes(-(4 + len(head)) % 8), *parts])


def _finite(value: Any) -> Any:
    """Return plain data in which null stands for NaN and infinity."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    if isinstance(value, np.generic):
        return _finite(value.item())
    return value
