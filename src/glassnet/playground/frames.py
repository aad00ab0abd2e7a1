"""The pictures of a moment: the map, and a small one of each node.

Computed in float32, which no eye tells from float64, and which takes half as long.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from glassnet.core.arrays import Array
from glassnet.core.losses import SquaredError
from glassnet.core.network import Network
from glassnet.playground.measures import shown_layers
from glassnet.playground.messages import binary
from glassnet.playground.session import Session
from glassnet.playground.views import COARSE, SIZE, SMALL

LARGE = 4_000
"""Parameters above which the map is coarse while it plays: 100 x 100 places of 2-64-64-64-3 take
3 to 7 ms, an eighth of the time at 17 frames a second."""

FAR = np.float32(1e37)
"""Activations are shown as if they ended there, that a difference be finite in float32."""


@dataclass(frozen=True)
class Look:
    """A node that the map shows in the output's place."""

    layer: int
    node: int


class Camera:
    """Takes pictures of one network on one pair of axes.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.generation, self.axes, self.net = session.generation, session.axes, session.net

    def is_stale(self, session: Session) -> bool:
        """Return whether rows, axes or network are others now."""
        return (
            self.generation != session.generation
            or self.axes is not session.axes
            or self.net is not session.net
        )

    @cached_property
    def _grid(self) -> Array:
        return self._rows(SIZE)

    @cached_property
    def _coarse_grid(self) -> Array:
        return self._rows(COARSE)

    @cached_property
    def _small_grid(self) -> Array:
        return self._rows(SMALL)

    def _rows(self, size: int) -> Array:
        session = self.session
        rows = session.data.given(self.axes.grid(size), session.setup.inputs)
        return rows.clip(-FAR, FAR).astype(np.float32)

    def picture(self, look: Look | None, *, playing: bool) -> dict[str, Array]:
        """Return the arrays of a frame."""
        theta = self.session.state.theta
        with np.errstate(all="ignore"):  # the last finite weights may lie far out
            single = theta.clip(-FAR, FAR).astype(np.float32)
            nodes, bounds = self._nodes(single)
            is_coarse = playing and self.net.n_params > LARGE
            image = self._map(single, look, self._coarse_grid if is_coarse else self._grid)
        return {"theta": theta, "map": image, "nodes": nodes, "bounds": bounds}

    def _map(self, theta: Array, look: Look | None, grid: Array) -> Array:
        """Return probabilities, numbers, or a node's activations, as square images."""
        size = math.isqrt(len(grid))
        if look is not None:
            A = self._node(theta, look, grid)
            return np.nan_to_num(A).reshape(1, size, size)
        P = self.net.predict(theta, grid, self._link)
        return np.ascontiguousarray(P.T).reshape(-1, size, size)

    def _link(self, Z: Array) -> Array:
        """Return probabilities times 255, or numbers in the target's units."""
        data, loss = self.session.data, self.net.loss_function
        P = loss.inverse_link(Z)
        if not data.classes:
            mean, std = data.scale(loss)
            return np.asarray(np.nan_to_num(P * np.float32(std) + np.float32(mean)))
        if isinstance(loss, SquaredError):  # no probabilities: what is between 0 and 1 counts
            P = P.clip(0, 1)
        P = P / np.maximum(P.sum(axis=-1, keepdims=True), np.float32(1e-12))
        return np.asarray(np.nan_to_num(P) * 255 + 0.5).astype(np.uint8)

    def _node(self, theta: Array, look: Look, grid: Array) -> Array:
        """Return a node's activations over the grid."""
        place = shown_layers(self.net)[look.layer]
        part = Network(self.net.layers[: place + 1], SquaredError())
        node: Array = part.scores(theta[: part.n_params], grid)[:, look.node]
        return node

    def _nodes(self, theta: Array) -> tuple[Array, Array]:
        """Return a small image of each node, stretched to 0 ... 255, and its least and most."""
        outputs = self.net.activations(theta, self._small_grid)
        A = np.concatenate([outputs[i] for i in shown_layers(self.net)], axis=1)
        A = np.nan_to_num(A).clip(-FAR, FAR)
        low, high = A.min(axis=0), A.max(axis=0)
        width = np.where(high > low, high - low, 1)
        images = ((A - low) * (255 / width) + 0.5).astype(np.uint8).T
        return images.reshape(-1, SMALL, SMALL), np.column_stack([low, high]).astype(np.float32)


def frame(
    camera: Camera, look: Look | None, number: int, told: dict[str, Any], *, playing: bool
) -> bytes:
    """Return a frame as it goes over the socket.

    Parameters
    ----------
    camera : Camera
    look : Look or None
    number : int
        Of the frame.
    told : dict
        The pace, and what `measures` has found, if it has looked.
    playing : bool
    """
    session = camera.session
    state, ended = session.state, session.ended
    header = {
        "type": "frame",
        "frame": number,
        "generation": session.generation,
        "run": session.run,
        "epoch": state.epoch,
        "step": state.step,
        "batch": session.batch,
        "n_batches": session.n_batches,
        "playing": playing,
        "look": None if look is None else {"layer": look.layer, "node": look.node},
        "ended": None if ended is None else {
            "why": ended.why, "says": ended.says, "fix": ended.fix,
        },
        **told,
    }  # fmt: skip
    return binary(header, camera.picture(look, playing=playing))
