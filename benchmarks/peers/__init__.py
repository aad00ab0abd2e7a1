"""Who takes part. A peer is one library's way to do a job, as its users would write it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Contender:
    """A peer with a number of threads.

    Attributes
    ----------
    name : str
        Contenders of one name differ in threads only; the best of them counts.
    home : str
        ``module:class``, imported in the contender's own process only.
    threads : int or None
        None leaves the threads to the library.
    pinned : bool
        Whether the process is held on as many cores: for a library whose threads are counted once,
        when it starts. Systems other than Linux cannot: there, it has all of them.
    settings : dict
        More arguments for the class.
    """

    name: str
    home: str
    threads: int | None = None
    pinned: bool = False
    settings: dict[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        if self.threads is None:
            return self.name
        return f"{self.name}, {self.threads} thread{'s' if self.threads > 1 else ''}"


OURS = "glassnet"

TRAINING = (
    # What "auto" takes for a fit of more than a second; the fits that are timed are shorter.
    Contender(OURS, "benchmarks.peers.ours:Estimator", settings={"engine": "numba"}),
    Contender("glassnet-numpy", "benchmarks.peers.ours:Estimator", settings={"engine": "numpy"}),
    Contender("glassnet.train", "benchmarks.peers.ours:Train"),
    Contender("article", "benchmarks.peers.article:Article", 1),
    Contender("article", "benchmarks.peers.article:Article", 2),
    Contender("scikit-learn", "benchmarks.peers.scikit_learn:ScikitLearn", 1),
    Contender("scikit-learn", "benchmarks.peers.scikit_learn:ScikitLearn", 2),
    Contender("PyTorch", "benchmarks.peers.pytorch:PyTorch", 1),
    Contender("PyTorch", "benchmarks.peers.pytorch:PyTorch", 2),
    Contender("JAX", "benchmarks.peers.jax_scan:JAX", 1, pinned=True),
    Contender("JAX", "benchmarks.peers.jax_scan:JAX", 2, pinned=True),
    Contender("limit", "benchmarks.limit:Limit", 1),
    Contender("limit", "benchmarks.limit:Limit", 2),
)
"""The order of the table. What cannot be imported, or does not do a job, is left out and named."""
