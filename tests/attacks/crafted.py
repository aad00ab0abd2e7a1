"""Model files made wrong on purpose, with right digests: who can change a file can change those."""

import hashlib
import json

from files.golden_table import golden


def parts(kind="tabular-classifier", version=2):
    """Return record, header and numbers of a golden file."""
    data = golden(kind, version).read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    return json.loads(header["__metadata__"]["glassnet"]), header, data[start:]


def file_of(record, header, numbers, *, text=None):
    """Return the bytes of a file with right digests; ``text`` stands in for the record's JSON."""
    text = json.dumps(record) if text is None else text
    header["__metadata__"] = {
        "glassnet": text,
        "sha256_record": hashlib.sha256(text.encode()).hexdigest(),
        "sha256_arrays": hashlib.sha256(numbers).hexdigest(),
    }
    return framed(json.dumps(header).encode(), numbers)


def framed(header, numbers):
    """Return a header's bytes and numbers in the frame."""
    return len(header).to_bytes(8, "little") + header + numbers


def leaves(value, path=()):
    """Yield the path of every value within, lists and objects themselves included."""
    yield path
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
    else:
        inner = ()
    for name, one in inner:
        yield from leaves(one, (*path, name))


def at(value, path):
    """Return what stands at a path."""
    for name in path:
        value = value[name]
    return value


def put(value, path, new):
    """Put something at a path."""
    at(value, path[:-1])[path[-1]] = new
