"""The curves between two frames: what an epoch has come to, as often as time allows."""

from __future__ import annotations

import time
from typing import Any

from glassnet.playground.measures import numbers
from glassnet.playground.session import Session

SHARE = 1 / 100
"""The part of the time for it. A fast training takes a hundred epochs between two frames: without
points of their own, curves would have corners where the training has none."""

MOST = 400
"""Points that wait for a frame; beyond, every second one goes."""


class Trail:
    """Collects points of the curves."""

    def __init__(self) -> None:
        self._points: list[dict[str, Any]] = []
        self._run = 0
        self._next = 0.0

    def look(self, session: Session) -> None:
        """Note where an epoch has ended, if it is time."""
        began = time.perf_counter()
        if began < self._next or not session.state.epoch_is_over or session.state.epoch == 0:
            return
        self.add(session, numbers(session))
        now = time.perf_counter()
        self._next = now + (now - began) / SHARE

    def add(self, session: Session, found: dict[str, Any]) -> None:
        """Note what has been found of this moment."""
        if session.run != self._run:  # another training: the points of the one before are not its
            self._run, self._points = session.run, []
        names = ("loss", "score", "learning_rate", "gradient_norm")
        at = {"epoch": session.state.epoch, "step": session.state.step}
        self._points.append({**at, **{name: found[name] for name in names}})
        if len(self._points) > MOST:
            del self._points[::2]

    def taken(self) -> list[dict[str, Any]]:
        """Return the points, and forget them."""
        points, self._points = self._points, []
        return points
