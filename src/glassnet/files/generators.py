"""Random generators as plain data, and back: their state, and what they spawn from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from glassnet.core.arrays import RandomNumbers
from glassnet.errors import ParameterError
from glassnet.files.nodes import Node
from glassnet.tabular.columns import Plain

LARGEST = 10**400
"""No whole number of a file is as large."""

_BIT_GENERATORS: dict[str, Any] = {
    one.__name__: one
    for one in (
        np.random.MT19937, np.random.PCG64, np.random.PCG64DXSM, np.random.Philox, np.random.SFC64,
    )
}  # fmt: skip
"""All that NumPy has: the closed list of what a file can name."""


def plain_generator(rng: RandomNumbers) -> Plain:
    """Return the state of a generator as JSON can hold it.

    Raises
    ------
    ParameterError
        If it draws from a bit generator that is not NumPy's own.
    """
    if isinstance(rng, np.random.RandomState):
        state: Any = rng.get_state(legacy=False)
        _check(state["bit_generator"], ("MT19937",))
        return {"kind": "RandomState", "state": _plain(state), "seed": None}
    bits = rng.bit_generator
    kind = _check(type(bits).__name__, _BIT_GENERATORS)
    return {"kind": kind, "state": _plain(bits.state), "seed": _plain_seed(bits.seed_seq)}


def read_generator(node: Node) -> RandomNumbers:
    """Return a generator in the state that a file holds, or raise `RecordError`."""
    parts = node.fields("kind", "state", "seed")
    kind = parts["kind"].one_of(("RandomState", *_BIT_GENERATORS))
    try:
        state = _arrays(parts["state"].value)
        _check_positions(parts["state"], state)
        if kind == "RandomState":
            legacy = np.random.RandomState(0)
            legacy.set_state(state)
            return legacy
        bits = _BIT_GENERATORS[kind](_read_seed(parts["seed"]))
        bits.state = state
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise node.wrong(f"the state of a {kind}: {error}") from None
    return np.random.Generator(bits)


def _check(kind: str, known: Iterable[str]) -> str:
    """Return the name of a bit generator, if a file can hold its state."""
    if kind not in known:
        raise ParameterError(
            f"random_state draws from a {kind}, which a checkpoint does not hold; expected one of "
            f"{', '.join(known)}."
        )
    return kind


def _check_positions(node: Node, state: Any) -> None:
    """Raise unless positions lie within their buffers: NumPy believes them, and reads there."""
    inner = state.get("state") if isinstance(state, dict) else None
    if not isinstance(inner, dict):
        raise node.wrong("a state")
    pairs = ((inner.get("pos", 0), 624), (state.get("buffer_pos", 0), 4))
    if any(type(one) is not int or not 0 <= one <= most for one, most in pairs):
        raise node.wrong("positions within their buffers")


def _plain(value: Any) -> Any:
    """Return NumPy's dictionaries with arrays as lists of whole numbers."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return {"array": value.tolist(), "dtype": value.dtype.name}
    return value


def _arrays(value: Any) -> Any:
    """Return the dictionaries with arrays again."""
    if not isinstance(value, dict):
        return value
    if set(value) == {"array", "dtype"} and value["dtype"] in ("uint32", "uint64"):
        whole = list(np.ravel(np.array(value["array"], dtype=object)))
        if all(type(one) is int and 0 <= one < 2**64 for one in whole):
            return np.array(value["array"], dtype=value["dtype"])
    return {name: _arrays(one) for name, one in value.items()}


def _plain_seed(seed: Any) -> Plain | None:
    """Return what spawns children: a seed sequence, or nothing."""
    if not isinstance(seed, np.random.SeedSequence):
        return None
    entropy: Any = seed.entropy
    if not np.ndim(entropy) and int(entropy) >= LARGEST:
        raise ParameterError("random_state's seed has more than 400 digits; expected fewer.")
    return {
        "entropy": [int(one) for one in entropy] if np.ndim(entropy) else int(entropy),
        "spawn_key": [int(one) for one in seed.spawn_key],
        "pool_size": int(seed.pool_size),
        "n_children_spawned": int(seed.n_children_spawned),
    }


def _read_seed(node: Node) -> Any:
    if node.value is None:
        return None
    parts = node.fields("entropy", "spawn_key", "pool_size", "n_children_spawned")
    entropy = parts["entropy"]
    many = [one.whole(0, LARGEST) for one in entropy.items(64)] if isinstance(
        entropy.value, list
    ) else entropy.whole(0, LARGEST)  # fmt: skip
    return np.random.SeedSequence(
        many,
        spawn_key=tuple(one.whole(0, 2**32 - 1) for one in parts["spawn_key"].items(64)),
        pool_size=parts["pool_size"].whole(4, 256),
        n_children_spawned=parts["n_children_spawned"].whole(0, 2**32 - 1),
    )
