"""What a checkpoint holds of the networks of a fit: the trained ones, and the one under way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.core.arrays import Array
from glassnet.core.training import TrainingState
from glassnet.errors import RecordError
from glassnet.estimators.checkpoints import Checkpoint
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
    trained : list of Member
        All that `train` has returned, but for one that time or the user has stopped.
    """

    checkpoint: Checkpoint | None
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
        with named(self.checkpoint.path):
            member, past = self._found(job, rng)
        if member is None:
            member = train_member(job, rng, stop_after, past, self._keep)
        if member.stopped not in ENDS:
            self.trained.append(member)
            self._keep(None, None, now=True)
        return member

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
            current = {"member": _plain_member(member), "state": plain}
        trained = [_plain_member(one) for one in self.trained]
        self.checkpoint.write({"trained": trained, "current": current}, arrays)


def _plain_member(member: Member) -> dict[str, Any]:
    return {
        "losses": [plain_number(one) for one in member.losses],
        "scores": [plain_number(one) for one in member.scores],
        "best_epoch": member.best_epoch,
        "stopped": member.stopped,
    }


def _read_member(node: Node, arrays: Mapping[str, Array], name: str, like: Array) -> Member:
    parts = node.fields("losses", "scores", "best_epoch", "stopped")
    theta = arrays.get(name)
    if theta is None or (theta.shape, theta.dtype) != (like.shape, like.dtype):
        raise RecordError(f"the checkpoint's weights {name!r} are missing, or not as many.")
    losses, scores = (
        [read_number(one) for one in parts[part].items()] for part in ("losses", "scores")
    )
    if None in losses or None in scores or len(scores) not in (0, len(losses)):
        raise parts["scores"].wrong("no scores, or one for each loss")
    return Member(
        theta,
        losses,  # type: ignore[arg-type] # none of them is None
        scores,  # type: ignore[arg-type]
        parts["best_epoch"].whole(0, len(losses)),
        parts["stopped"].one_of(("", "divergence")),
    )
