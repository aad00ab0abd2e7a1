"""What a checkpoint holds of the networks of a fit: the trained ones, and the one under way."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.core.arrays import Array, all_finite
from glassnet.core.training import TrainingState
from glassnet.errors import CheckpointError, RecordError
from glassnet.estimators.checkpoints import Checkpoint, engine_named
from glassnet.estimators.tables.members import ENDS, Job, Member, Past, train_member
from glassnet.files.checkpoint import plain_number, plain_state, read_number, read_state
from glassnet.files.nodes import Node
from glassnet.files.sealed import named

MOST_NETWORKS = 100_000


@dataclass
class Ledger:
    """Trains networks one after the other, and writes them down if there is a checkpoint.

    What a checkpoint has found trained is not trained again: whoever calls `train` asks for the
    same networks in the same order, and gets the same ones.

    Attributes
    ----------
    checkpoint : Checkpoint or None
    engine : str
        What takes the steps.
    trained : list of Member
        All that `train` has returned, but for one that time or the user has stopped.
    """

    checkpoint: Checkpoint | None
    engine: str
    keys: list[str] = field(default_factory=list)
    trained: list[Member] = field(default_factory=list)

    def train(self, job: Job, rng: np.random.Generator, stop_after: int | None = None) -> Member:
        """Return the next network: trained, gone on with, or as the checkpoint has it.

        Raises
        ------
        RecordError
            If the checkpoint is not what this training can come to.
        """
        if self.checkpoint is None:
            return train_member(job, rng, stop_after)
        self.keys[len(self.trained) :] = [self._key(job, stop_after)]
        with named(self.checkpoint.path):
            member, past = self._found(job, rng)
        if member is None:
            member = train_member(job, rng, stop_after, past, self._keep)
        if member.stopped not in ENDS:
            self.trained.append(member)
            self._keep(None, None, now=True)
        return member

    def _key(self, job: Job, stop_after: int | None) -> str:
        """Return what tells a network's training from another: engine, rows, and the end."""
        sums = [zlib.crc32(job.rows.tobytes())]
        if job.X_val is not None:
            sums.append(zlib.crc32(np.ascontiguousarray(job.X_val).data))
        rows = "-".join(f"{one:08x}" for one in sums)
        return f"{engine_named(self.engine)}, rows {rows}, to epoch {stop_after or job.n_epochs}"

    def _check_key(self, node: Node) -> None:
        key = self.keys[len(self.trained)]
        if node.text() != key:
            raise CheckpointError(
                f"it is a checkpoint of another training: network {len(self.trained) + 1} was one "
                f"of {node.value}, and is one of {key} now. This one is left as it is."
            )

    def _found(self, job: Job, rng: np.random.Generator) -> tuple[Member | None, Past | None]:
        """Return the next network, if it was trained; or how far it had come, if it was begun."""
        assert self.checkpoint is not None
        if self.checkpoint.found is None:
            return None, None
        node, arrays = self.checkpoint.found
        parts = node.fields("trained", "current")
        trained, i = parts["trained"].items(MOST_NETWORKS), len(self.trained)
        theta = np.empty(job.net.n_params, job.X.dtype)
        if i < len(trained):
            self._check_key(trained[i].fields(*_PARTS)["key"])
            return _read_member(trained[i], arrays, f"trained.{i}", theta), None
        self.checkpoint.found = None
        current = parts["current"].or_none()
        if i > len(trained) or current is None:
            return None, None
        own = current.fields("member", "state")
        optimizer = job.optimizer
        fresh = TrainingState(
            theta, optimizer.new_slots(theta), job.rows, rng, float(optimizer.learning_rate)
        )
        self._check_key(own["member"].fields(*_PARTS)["key"])
        member = _read_member(own["member"], arrays, "current", theta)
        return None, Past(member, read_state(own["state"], arrays, fresh))

    def _keep(
        self, member: Member | None, state: TrainingState | None, *, now: bool = False
    ) -> None:
        """Write all networks and the one under way, if it is time to, or now."""
        if self.checkpoint is None or not (now or self.checkpoint.is_due):
            return
        arrays = {f"trained.{i}": one.theta for i, one in enumerate(self.trained)}
        current = None
        if member is not None and state is not None:
            plain, more = plain_state(state)
            arrays |= {**more, "current": member.theta}
            own = _plain_member(member, self.keys[len(self.trained)])
            current = {"member": own, "state": plain}
        pairs = zip(self.trained, self.keys, strict=False)
        trained = [_plain_member(one, key) for one, key in pairs]
        self.checkpoint.write({"trained": trained, "current": current}, arrays)


_PARTS = ("key", "losses", "scores", "best_epoch", "stopped")


def _plain_member(member: Member, key: str) -> dict[str, Any]:
    return {
        "key": key,
        "losses": [plain_number(one) for one in member.losses],
        "scores": [plain_number(one) for one in member.scores],
        "best_epoch": member.best_epoch,
        "stopped": member.stopped,
    }


def _read_member(node: Node, arrays: Mapping[str, Array], name: str, like: Array) -> Member:
    parts = node.fields(*_PARTS)
    theta = arrays.get(name)
    if theta is None or (theta.shape, theta.dtype) != (like.shape, like.dtype):
        raise RecordError(f"the checkpoint's weights {name!r} are missing, or not as many.")
    if not all_finite(theta):
        raise RecordError(f"the checkpoint's weights {name!r} hold NaN or infinity.")
    losses, scores = (
        [read_number(one) for one in parts[part].items()] for part in ("losses", "scores")
    )
    is_trained = name != "current"
    few = is_trained and not losses
    if few or None in losses or None in scores or len(scores) not in (0, len(losses)):
        raise parts["scores"].wrong("no scores, or one for each loss")
    return Member(
        theta,
        losses,  # type: ignore[arg-type] # none of them is None
        scores,  # type: ignore[arg-type]
        parts["best_epoch"].whole(0, len(losses)),
        parts["stopped"].one_of(("", "divergence")),
    )
