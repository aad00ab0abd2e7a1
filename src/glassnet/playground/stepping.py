"""How many steps a page takes before it looks up: as many as are due, in a few milliseconds."""

from __future__ import annotations

import time

from glassnet.playground.messages import short
from glassnet.playground.session import STEPS, Session
from glassnet.playground.setup import SetupError

FASTEST = 100_000.0
"""Steps per second that can be asked for."""

PAUSE = 0.03
"""Seconds after which requests are looked at again, if steps are shorter."""


class Stepping:
    """The speed of a page; 0 steps per second are as many as there can be."""

    def __init__(self) -> None:
        self.n_steps = STEPS
        self._rate, self._paid = 0.0, 0.0

    def begin(self) -> None:
        """Reckon from now on what is due."""
        self._paid = time.perf_counter()

    def go_at(self, rate: object) -> None:
        """Take so many steps per second.

        Raises
        ------
        SetupError
            If that is no number from 0 to `FASTEST`.
        """
        if type(rate) not in (int, float) or not 0 <= rate <= FASTEST:  # type: ignore[operator]
            raise SetupError(f"steps_per_second is {short(rate)}; expected 0 to {FASTEST:,.0f}.")
        self._rate = float(rate)  # type: ignore[arg-type]
        self.begin()

    def seconds(self, now: float) -> float:
        """Return how long it is until the next step is due."""
        return self._paid - now if self._rate else 0.0

    def advance(self, session: Session) -> None:
        """Take the steps that are due."""
        if not self._rate:
            self._advance_at_once(session)
            return
        now = time.perf_counter()
        if now < self._paid:
            return
        n_steps = min(max(int((now - self._paid) * self._rate), 1), STEPS)
        self._paid = max(self._paid + n_steps / self._rate, now - 0.25)
        for _ in range(n_steps):
            session.advance(1)

    def _advance_at_once(self, session: Session) -> None:
        """Take as many steps as leave time to look at requests: one, of a large batch."""
        began = time.perf_counter()
        session.advance(self.n_steps)
        took = time.perf_counter() - began
        if took > PAUSE:
            self.n_steps = max(self.n_steps // 4, 1)
        elif took < PAUSE / 16:
            self.n_steps = min(self.n_steps * 4, STEPS)
