"""A page's loop, at the end of a pipe: requests come in, steps are taken, frames go out.

It runs in a process of its own, which `process` begins: beside the server's threads, a training
would hand Python's lock over for each piece of work of theirs, and lose a tenth of its steps.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from glassnet.errors import GlassnetError
from glassnet.playground.answers import answers
from glassnet.playground.code import program
from glassnet.playground.frames import Look
from glassnet.playground.glass import glass, gradient_check
from glassnet.playground.jobs import Jobs
from glassnet.playground.measures import shown_layers
from glassnet.playground.messages import short, text
from glassnet.playground.session import Session
from glassnet.playground.setup import SetupError
from glassnet.playground.showing import Showing
from glassnet.playground.stepping import Stepping

IDLE = 1.0
"""Seconds without anything to do after which there is time for what may be wanted later."""

LOOK_EVERY = 0.004
"""Seconds between two looks into the pipe while there are steps to take: a look takes 20 us."""


class Worker:
    """A training, and whoever watches it.

    Parameters
    ----------
    session : Session
    pipe : Connection
        Its messages are those of `glassnet.playground.page`.
    jobs : Jobs
        What is done with files.
    when_idle : callable, optional
        Called once there has been nothing to do for a second.

    Attributes
    ----------
    playing : bool
    showing : Showing
    stepping : Stepping
    """

    def __init__(
        self,
        session: Session,
        pipe: Connection,
        jobs: Jobs,
        when_idle: Callable[[], None] | None = None,
    ) -> None:
        self.session = session
        self.playing = False
        self.showing, self.stepping = Showing(session), Stepping()
        self._pipe, self._jobs, self._when_idle = pipe, jobs, when_idle
        self._sending = threading.Lock()
        self._closed = False
        self._next_look = 0.0
        self._checking: threading.Thread | None = None

    # The loop

    def run(self) -> None:
        """Go on until the pipe's other end is closed."""
        self.tell(points=True)
        while not self._closed:
            self._take_messages()
            try:
                if self.playing:
                    self._advance()
                if self.showing.seconds(time.perf_counter()) <= 0:
                    self._send("page", self.showing.picture(self.session, playing=self.playing))
            except Exception as error:  # a page that stands still and says why is better than none
                self.playing = False
                self._say("play", f"the training stands still: {error!r}.")

    def _take_messages(self) -> None:
        """Do what was asked for; wait for it while there is nothing else to do."""
        now = time.perf_counter()
        wait = max(self._seconds_to_wait(now), 0.0)
        if wait == 0 and now < self._next_look:
            return
        try:
            if self._when_idle is not None and wait > IDLE and not self._pipe.poll(IDLE):
                self._when_idle()
                self._when_idle = None
            while not self._closed and self._pipe.poll(wait):
                self._take(*self._pipe.recv())
                wait = 0.0
        except (EOFError, OSError):  # nobody is left
            self._closed = True
        self._next_look = time.perf_counter() + LOOK_EVERY

    def _seconds_to_wait(self, now: float) -> float:
        steps = self.stepping.seconds(now) if self.playing else float("inf")
        return min(60.0, steps, self.showing.seconds(now))

    def _advance(self) -> None:
        session = self.session
        self.stepping.advance(session)
        self.showing.trail.look(session)
        self.showing.changed()
        if session.ended is not None:
            self.playing = False

    # Messages

    def _take(self, kind: str, *content: Any) -> None:
        if kind == "job":
            self._send("answer", *self._jobs.do(self, *content))
            return
        try:
            request = json.loads(content[0])
        except (ValueError, RecursionError):
            request = None
        self._request(request)
        self._send("taken")

    def _send(self, kind: str, *content: Any) -> None:
        with self._sending:
            try:
                self._pipe.send((kind, *content))
            except OSError:  # nobody is left
                self._closed = True

    def tell(self, *, points: bool) -> None:
        """Tell the page the setup, and the rows if they are others."""
        for message in answers(self.session, points=points):
            self._send("page", message)
        if points:
            self.showing.look = None
        self.showing.changed(at_once=True)

    def _say(self, about: str, says: str) -> None:
        """Tell the page what cannot be done."""
        self._send("page", text({"type": "error", "about": about, "says": says}))

    # Requests

    def _request(self, request: Any) -> None:
        what = request.get("do") if isinstance(request, dict) else None
        if not isinstance(what, str) or what not in REQUESTS:
            says = f"do is {short(what)}; expected one of {', '.join(REQUESTS)}."
            self._say(short(what), says)
            return
        try:
            getattr(self, f"_do_{what}")(request)
        except GlassnetError as error:
            self._say(what, str(error))
        except KeyError as error:
            self._say(what, f"the request {what!r} lacks {error}.")
        except Exception as error:  # of whatever kind: the page goes on
            self._say(what, f"the request {what!r} cannot be done: {short(error)}.")

    def _do_setup(self, request: dict[str, Any]) -> None:
        generation, name = self.session.generation, self.session.setup.data.name
        points = self.session.change(request["setup"])
        if self.session.generation != generation:
            self.showing.forget()
            self.playing = self.playing and self.session.setup.data.name == name
        self.tell(points=points)

    def _do_play(self, request: dict[str, Any]) -> None:  # noqa: ARG002
        self.showing.forget()
        self.stepping.begin()
        self.playing = self.session.ended is None
        self.showing.changed(at_once=True)

    def _do_pause(self, request: dict[str, Any]) -> None:  # noqa: ARG002
        self.playing = False
        self.showing.changed(at_once=True)

    def _do_step(self, request: dict[str, Any]) -> None:
        unit = request["unit"]
        if unit not in ("batch", "epoch"):
            raise SetupError(f"unit is {short(unit)}; expected 'batch' or 'epoch'.")
        self.playing = False
        epoch = self.session.state.epoch + self.session.state.epoch_is_over
        self.session.advance(1)
        while (
            unit == "epoch"
            and self.session.ended is None
            and self.session.state.epoch == epoch
            and not self.session.state.epoch_is_over
        ):
            self.session.advance()
        self.showing.changed(at_once=True)

    def _do_reset(self, request: dict[str, Any]) -> None:  # noqa: ARG002
        self.playing = False
        self.showing.forget()
        self.session.reset()
        self.showing.changed(at_once=True)

    def _do_speed(self, request: dict[str, Any]) -> None:
        self.stepping.go_at(request["steps_per_second"])

    def _do_edit(self, request: dict[str, Any]) -> None:
        self.session.edit(request["index"], request["value"])
        self.showing.changed(at_once=True)

    def _do_look(self, request: dict[str, Any]) -> None:
        layer, node = request["layer"], request["node"]
        if layer is None:
            self.showing.look = None
        else:
            sizes = [one.n_out for one in self.session.net.layers if one.parameters]
            if type(layer) is not int or not 0 <= layer < len(shown_layers(self.session.net)):
                raise SetupError(f"layer is {short(layer)}; expected 0 to {len(sizes) - 1}.")
            if type(node) is not int or not 0 <= node < (sizes[layer] or 0):
                raise SetupError(f"node is {short(node)}; expected 0 to {(sizes[layer] or 0) - 1}.")
            self.showing.look = Look(layer, node)
        self.showing.changed()

    def _do_ack(self, request: dict[str, Any]) -> None:
        self.showing.acknowledge(request["frame"])

    def _do_glass(self, request: dict[str, Any]) -> None:
        self._send("page", text(glass(self.session, request["row"], request["parameter"])))

    def _do_export(self, request: dict[str, Any]) -> None:  # noqa: ARG002
        self._send("page", text({"type": "code", "text": program(self.session)}))

    def _do_gradcheck(self, request: dict[str, Any]) -> None:  # noqa: ARG002
        """Check gradients beside the training: it takes some seconds of a large network."""
        if self._checking is not None and self._checking.is_alive():
            raise SetupError("a gradient check is under way; wait for its result.")
        check = gradient_check(self.session)

        def run() -> None:
            try:
                self._send("page", text(check()))
            except Exception as error:
                self._say("gradcheck", f"the gradients cannot be checked: {short(error)}.")

        self._checking = threading.Thread(target=run, name="gradient check", daemon=True)
        self._checking.start()


REQUESTS = tuple(name.removeprefix("_do_") for name in vars(Worker) if name.startswith("_do_"))
"""What can be asked for."""
