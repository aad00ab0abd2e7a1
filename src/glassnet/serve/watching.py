"""The model's file, looked at twice a second: a new one that is whole takes the old one's place."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time

from glassnet.errors import ModelFileError
from glassnet.serve.served import Served, Signature, load_served, signature_of
from glassnet.serve.settings import POLL_SECONDS, Settings

log = logging.getLogger("glassnet.serve")

_SETTLED = 2.0
"""Seconds after which a file that cannot be read, and does not change, is left alone. Until then a
change may hide within one tick of the file system's clock."""

_TRIES = 20
"""Looks at a file that is damaged when a process begins."""


class Watch:
    """Holds the model that is served now.

    Attributes
    ----------
    served : Served
        Whoever answers a request takes it once.

    Parameters
    ----------
    settings : Settings
    served : Served, optional
        The model, if it is loaded already.
    """

    def __init__(self, settings: Settings, served: Served | None = None) -> None:
        self._settings = settings
        self._seen: Signature | None = None
        self._failed_at: float | None = None
        if served is not None:
            self._take(served)

    async def start(self) -> None:
        """Load the model; a file that is damaged just now is given some seconds."""
        if hasattr(self, "served"):
            return
        for left in reversed(range(_TRIES)):
            try:
                served = await asyncio.to_thread(load_served, self._settings.path)
            except (ModelFileError, OSError) as error:
                if left == _TRIES - 1:
                    log.warning("waiting for a model that can be read: %s", error)
                await asyncio.sleep(POLL_SECONDS)
            else:
                self._take(served)
                return
        raise ModelFileError("no model could be read.", path=self._settings.path)

    async def run(self) -> None:
        """Look, for as long as the process serves."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            parent = self._settings.parent
            if parent is not None and os.getppid() != parent:
                log.warning("the process that started this one has ended: this one ends, too")
                os.kill(os.getpid(), signal.SIGTERM)
                return
            try:
                await self.look()
            except Exception:
                log.exception("looking at the model's file failed; the model in use stays")

    async def look(self) -> None:
        """Take over the file's model, if the file is another one."""
        now = signature_of(self._settings.path)
        if now == self._seen and not self._may_have_changed():
            return
        is_new, self._seen = now != self._seen, now
        try:
            served = await asyncio.to_thread(load_served, self._settings.path)
        except (ModelFileError, OSError, MemoryError) as error:
            if is_new:
                self._failed_at = time.monotonic()
                log.warning("the new model cannot be used, the one before stays: %s", error)
            return
        before = self.served
        self._take(served)
        if served.digest != before.digest:
            log.info("serving the new model %s", served.digest)
        if served.about.column_names != before.about.column_names:
            log.warning("the new model has other columns than the one before")

    def _take(self, served: Served) -> None:
        """Serve a model from now on; requests that are under way end with theirs."""
        self.served = served
        self._seen = served.signature
        self._failed_at = None

    def _may_have_changed(self) -> bool:
        """Return whether a file that could not be read is still new."""
        return self._failed_at is not None and time.monotonic() - self._failed_at < _SETTLED
