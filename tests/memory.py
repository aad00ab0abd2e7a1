"""How much memory a call takes: what NumPy and Python ask for, not what the system hands out."""

import tracemalloc


def peak_of(call, *args, **kwargs):
    """Return the bytes that were in use at once, above those before, and what the call returns."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        result = call(*args, **kwargs)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak - before, result
