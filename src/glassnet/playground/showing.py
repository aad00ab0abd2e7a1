"""When a page is shown what: frames at its pace, numbers and curves in their shares of the time.

A frame is sent when the page has acknowledged the one before, and never more often than 32 times a
second: a slow page gets fewer frames, and no queue grows. Pictures of large networks take a
sixteenth of the time; before there are fewer than 17 a second, up to an eighth.
"""

from __future__ import annotations

import time
from typing import Any

from glassnet.playground.frames import Camera, Look, frame
from glassnet.playground.measures import measures
from glassnet.playground.session import Session
from glassnet.playground.trail import Trail

SHORTEST, LONGEST, NUMBERS_EVERY = 1 / 32, 1 / 17, 0.15
"""Seconds between frames, and between two looks at the numbers, at least. Above 30 frames a second
nobody sees more, and the browser takes its time from the training."""

SHARE, MOST, SHARE_OF_NUMBERS = 1 / 16, 1 / 8, 1 / 40
"""The part of the time for pictures, and for numbers."""


class Showing:
    """The frames of a page.

    Attributes
    ----------
    trail : Trail
    look : Look or None
        The node that the map shows.
    """

    def __init__(self, session: Session) -> None:
        self.trail = Trail()
        self.look: Look | None = None
        self._camera = Camera(session)
        self._pace = Pace()
        self._frame = self._acknowledged = 0
        self._next_frame = self._numbers_at = 0.0
        self._changed = True

    def changed(self, *, at_once: bool = False) -> None:
        """Have a frame made of what is new; `at_once` with its numbers, too."""
        self._changed = True
        if at_once:
            self._numbers_at = 0.0

    def acknowledge(self, number: Any) -> None:
        """Take note that the page has drawn a frame."""
        if number == self._frame:
            self._acknowledged = self._frame

    def forget(self) -> None:
        """Reckon the pace anew."""
        self._pace = Pace()

    def seconds(self, now: float) -> float:
        """Return how long it is until a frame is due; infinity if none is wanted."""
        wanted = self._changed and self._frame == self._acknowledged
        return self._next_frame - now if wanted else float("inf")

    def picture(self, session: Session, *, playing: bool) -> bytes:
        """Return a frame of this moment."""
        began = time.perf_counter()
        self._changed = False
        if self._camera.is_stale(session):
            self._camera = Camera(session)
        numbers = None
        if not playing or began >= self._numbers_at:
            numbers = measures(session)
            self.trail.add(session, numbers)
            numbers["curve"] = self.trail.taken()
            now = time.perf_counter()
            self._numbers_at = now + max(NUMBERS_EVERY, (now - began) / SHARE_OF_NUMBERS)
        began = time.perf_counter()
        pace = self._pace.now(session)
        told = {
            "numbers": numbers, "epochs_per_second": pace[0], "steps_per_second": pace[1],
        }  # fmt: skip
        message = frame(self._camera, self.look, self._frame + 1, told, playing=playing)
        self._frame += 1
        cost = time.perf_counter() - began
        self._next_frame = began + max(SHORTEST, min(cost / SHARE, LONGEST), cost / MOST)
        return message


class Pace:
    """Epochs and steps per second, over the last second or two."""

    def __init__(self) -> None:
        self._began = self._before = (0.0, 0.0, 0.0)

    def now(self, session: Session) -> tuple[float, float]:
        """Return epochs and steps per second."""
        state = session.state
        part = state.position / len(state.order)
        now = (time.perf_counter(), state.step, max(state.epoch - 1, 0) + part)
        if self._began[0] == 0.0 or now[1] < self._began[1]:
            self._began = self._before = now
        elif now[0] - self._before[0] > 1:
            self._began, self._before = self._before, now
        seconds = now[0] - self._began[0]
        if seconds <= 0:
            return 0.0, 0.0
        return (now[2] - self._began[2]) / seconds, (now[1] - self._began[1]) / seconds
