"""Writing a training down as it goes, and going on from there after the process has ended.

A `Checkpoint` is opened when all is known that must be the same: the data, the parameters, the
versions. What it holds is up to the two kinds of training: `stochastic` and `tables.members`.
"""

from __future__ import annotations

import logging
import os
import platform
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, TypeVar

import numpy as np
import sklearn

from glassnet import __version__
from glassnet.core.arrays import Array, RandomNumbers, check_number
from glassnet.errors import CheckpointError, ParameterError
from glassnet.estimators.data import fingerprint
from glassnet.estimators.saving import described
from glassnet.files.atomic import check_place
from glassnet.files.checkpoint import read_checkpoint, write_checkpoint
from glassnet.files.generators import plain_generator, read_generator
from glassnet.files.nodes import Node
from glassnet.files.sealed import Path, named

logger = logging.getLogger("glassnet")

Generator = TypeVar("Generator", bound=RandomNumbers)

STEPS = 1_000
"""Steps after which an epoch under way can be written down."""

FREE = ("verbose", "max_time")
"""Parameters that may differ when a training goes on."""


@dataclass
class Checkpoint:
    """Where a training is written down.

    Attributes
    ----------
    path : path
    every : float
        Seconds between two writings, at least.
    same : dict
        What must be the same when it goes on, as text and numbers.
    began_with : dict
        The random generator before the training drew from it, as plain data.
    found : (Node, dict of array) or None
        What a training that ended early has left.
    """

    path: Path
    every: float
    same: dict[str, Any]
    began_with: Any
    found: tuple[Node, dict[str, Array]] | None = None
    _written: float = field(default=-np.inf, repr=False)

    @classmethod
    def open(
        cls,
        path: Path | None,
        every: float,
        rng: Generator,
        is_given: bool,
        same: Callable[[], Mapping[str, Any]],
    ) -> tuple[Checkpoint | None, Generator]:
        """Return the checkpoint, None without a path, and the generator to draw from.

        ``is_given`` tells a generator of the caller's, whose state must be what it was, from one
        that a number or nothing stands for. ``same`` gives what must be the same; it is only asked
        if there is a path, as it takes a pass over the data.

        Raises
        ------
        CheckpointError
            If the file is of another training.
        ModelFileError
            If it is damaged, or no checkpoint.
        OSError
            If no file can be written there.
        ParameterError
            If ``every`` is below 0.
        """
        if path is None:
            return None, rng
        if not isinstance(path, str | os.PathLike):
            raise ParameterError(f"checkpoint is {path!r}; expected the path of a file.")
        check_number("checkpoint_every", every, low=0)
        own = cls(path, float(every), {**same(), **_versions()}, plain_generator(rng))
        with named(path):
            read = read_checkpoint(path)
            check_place(path)
            if read is None:
                return own, rng
            parts = read[0].fields("same", "began_with", "training")
            own._compare(parts["same"])
            own.found = (parts["training"], read[1])
            again = read_generator(parts["began_with"])
            is_same = parts["began_with"].value == own.began_with
            if type(again) is not type(rng) or (is_given and not is_same):
                raise CheckpointError(
                    "random_state is in another state than when the training began; pass it as it "
                    "was, or a number."
                )
            own.began_with = parts["began_with"].value
            logger.info("going on from %s", path)
            return own, again

    def _compare(self, node: Node) -> None:
        """Raise unless the file's training is this one."""
        stored = dict(node.pairs())
        for name in {**self.same, **stored}:
            now = self.same.get(name)
            before = stored[name].value if name in stored else None
            if now != before:
                raise CheckpointError(
                    f"it is a checkpoint of another training: {name} was {_short(before)}, and is "
                    f"{_short(now)} now. Take what was, or another file; this one is left as it is."
                )

    @property
    def is_due(self) -> bool:
        """Whether it is time to write."""
        return time.monotonic() - self._written >= self.every

    def write(self, training: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        """Write the training down; a failure is a warning: the one before stays."""
        plain = {
            "same": self.same,
            "began_with": self.began_with,
            "training": training,
        }
        try:
            write_checkpoint(self.path, plain, arrays)
        except (OSError, ParameterError) as error:
            warnings.warn(
                f"the checkpoint could not be written ({error}); training goes on, and the one "
                "before stays.",
                RuntimeWarning,
                stacklevel=2,
            )
        self._written = time.monotonic()


def sameness(estimator: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what must be the same: class, parameters, and a checksum of each array."""
    same = {"estimator": type(estimator).__name__}
    same |= {name: text for name, text in described(estimator).items() if name not in FREE}
    return same | {name: _sum_of(one) for name, one in data.items()}


def engine_named(engine: str) -> str:
    """Return an engine's name, with the version on which its bits depend."""
    return f"numba {version('numba')}" if engine == "numba" else engine


def _sum_of(data: Any) -> Any:
    """Return the shape, the type and the checksum of rows or an array, as plain data."""
    if data is None:
        return None
    shape, dtype, checksum = fingerprint(data)
    return f"{dtype} of the shape {tuple(shape)}, checksum {checksum:08x}"


def _versions() -> dict[str, str]:
    """Return what else decides on the bits."""
    return {
        "glassnet": __version__, "numpy": np.__version__, "scikit-learn": sklearn.__version__,
        "machine": platform.machine(),
    }  # fmt: skip


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
