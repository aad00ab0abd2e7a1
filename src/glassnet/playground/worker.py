"""The thread of a page: requests come in, steps are taken, frames go out.

A frame is sent when the page has acknowledged the one before, never more often than 34 times a
second, and never so often that pictures take more than a tenth of the time: a slow page gets
fewer frames, and no queue grows.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeAlias

from glassnet.errors import GlassnetError
from glassnet.fast.threads import one_blas_thread
from glassnet.playground.answers import answers
from glassnet.playground.code import program
from glassnet.playground.frames import Camera, Look, frame
from glassnet.playground.glass import glass, gradient_check
from glassnet.playground.measures import measures, shown_layers
from glassnet.playground.messages import short, text
from glassnet.playground.session import STEPS, Pace, Session
from glassnet.playground.setup import SetupError
from glassnet.playground.trail import Trail

Send: TypeAlias = Callable[[str | bytes], None]

SHORTEST, NUMBERS_EVERY = 1 / 34, 0.1
"""Seconds between frames, and between two looks at the numbers, at least. Above 30 frames a second
nobody sees more, and the browser takes its time from the training."""

SHARE, SHARE_OF_NUMBERS = 1 / 10, 1 / 30
"""The part of the time for pictures, and for numbers: with the curves' 1/50 and the socket's few
hundredths, the training keeps five sixths."""

FASTEST = 100_000.0
"""Steps per second that can be asked for."""

PAUSE = 0.03
"""Seconds after which requests are looked at again, if steps are shorter."""


class ClosedError(SetupError):
    """What is asked of a page that is no more."""


class Worker(threading.Thread):
    """A training, and whoever watches it.

    Parameters
    ----------
    session : Session
    send : callable
        Takes a message for the page: text or bytes. Called from this thread.
    name : str
    """

    def __init__(self, session: Session, send: Send, name: str) -> None:
        super().__init__(name=f"glassnet-playground-{name}", daemon=True)
        self.session = session
        self.playing = False
        self._send = send
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._closed = False
        self._door = threading.Lock()
        self._checking: threading.Thread | None = None
        self._n_steps = STEPS
        self._camera = Camera(session)
        self._look: Look | None = None
        self._pace, self._trail = Pace(), Trail()
        self._rate, self._paid = 0.0, 0.0
        self._frame = self._acknowledged = 0
        self._next_frame = self._numbers_at = 0.0
        self._numbers: dict[str, Any] = {}
        self._changed = True

    # From outside

    def ask(self, request: Any) -> None:
        """Take a request of the page's."""
        self._inbox.put(lambda: self._request(request))

    def call(self, function: Callable[[Worker], Any]) -> Future[Any]:
        """Have a function called between two steps; return what it will return.

        After `close` it is called no more, and whoever waits for it gets a `ClosedError`.
        """
        future: Future[Any] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                if self._closed:
                    raise ClosedError("The page has been closed.")
                future.set_result(function(self))
            except BaseException as error:  # whoever asked is told
                future.set_exception(error)

        with self._door:
            if not self._closed:
                self._inbox.put(run)
                return future
        run()
        return future

    @property
    def waiting(self) -> int:
        """Requests that have not been looked at."""
        return self._inbox.qsize()

    def close(self) -> None:
        """End the thread after the steps that it is taking."""
        with self._door:
            self._closed = True
            self._inbox.put(lambda: None)

    # The loop

    def run(self) -> None:
        """Go on until `close`, with one BLAS thread: the browser takes the other cores.

        With two, and the browser beside them, a picture of three layers of 64 took a second.
        """
        with one_blas_thread():
            self._run()

    def _run(self) -> None:
        self.tell(points=True)
        while not self._closed:
            self._take_requests()
            try:
                if self.playing:
                    self._advance()
                if self._is_due():
                    self._take_picture()
            except Exception as error:  # a page that stands still and says why is better than none
                self.playing = False
                self._say("play", f"the training stands still: {error!r}.")
        with contextlib.suppress(queue.Empty):  # whoever waits for an answer is told
            while True:
                self._inbox.get_nowait()()

    def _take_requests(self) -> None:
        """Do what was asked for; wait for it while there is nothing else to do."""
        wait = self._seconds_to_wait()
        with contextlib.suppress(queue.Empty):
            self._inbox.get(timeout=wait)() if wait > 0 else self._inbox.get_nowait()()
            while True:
                self._inbox.get_nowait()()

    def _seconds_to_wait(self) -> float:
        now = time.perf_counter()
        until = [now + 60.0]
        if self.playing:
            until.append(self._next_step(now))
        if self._changed and self._frame == self._acknowledged:
            until.append(self._next_frame)
        return min(until) - now

    def _next_step(self, now: float) -> float:
        """Return when the next step is due."""
        return self._paid if self._rate else now

    def _advance(self) -> None:
        """Take the steps that are due."""
        session = self.session
        if self._rate:
            now = time.perf_counter()
            if now < self._paid:
                return
            n_steps = min(max(int((now - self._paid) * self._rate), 1), STEPS)
            self._paid = max(self._paid + n_steps / self._rate, now - 0.25)
            for _ in range(n_steps):
                session.advance(1)
        else:
            self._advance_at_once()
        self._trail.look(session)
        self._changed = True
        if session.ended is not None:
            self.playing = False

    def _advance_at_once(self) -> None:
        """Take as many steps as leave time to look at requests: one, of a large batch."""
        began = time.perf_counter()
        self.session.advance(self._n_steps)
        took = time.perf_counter() - began
        if took > PAUSE:
            self._n_steps = max(self._n_steps // 4, 1)
        elif took < PAUSE / 16:
            self._n_steps = min(self._n_steps * 4, STEPS)

    def _is_due(self) -> bool:
        ready = self._changed and self._frame == self._acknowledged
        return ready and time.perf_counter() >= self._next_frame

    def _take_picture(self) -> None:
        began = time.perf_counter()
        self._changed = False
        if self._camera.is_stale(self.session):
            self._camera = Camera(self.session)
        if not self.playing or began >= self._numbers_at:
            self._numbers = measures(self.session)
            self._trail.add(self.session, self._numbers)
            now = time.perf_counter()
            self._numbers_at = now + max(NUMBERS_EVERY, (now - began) / SHARE_OF_NUMBERS)
        began = time.perf_counter()
        pace = self._pace.now(self.session)
        told = {
            **self._numbers, "curve": self._trail.taken(),
            "epochs_per_second": pace[0], "steps_per_second": pace[1],
        }  # fmt: skip
        message = frame(self._camera, self._look, self._frame + 1, told, playing=self.playing)
        self._frame += 1
        self._send(message)
        cost = time.perf_counter() - began
        self._next_frame = began + max(SHORTEST, cost / SHARE)

    # Requests

    def tell(self, *, points: bool) -> None:
        """Tell the page the setup, and the rows if they are others."""
        for message in answers(self.session, points=points):
            self._send(message)
        self._look = None if points else self._look
        self._show()

    def _show(self) -> None:
        """Have a frame sent that shows everything anew."""
        self._changed = True
        self._numbers_at = 0.0

    def _request(self, request: Any) -> None:
        if self._closed:
            return
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
        except Exception as error:  # of whatever kind: the thread goes on
            self._say(what, f"the request {what!r} cannot be done: {short(error)}.")

    def _say(self, about: str, says: str) -> None:
        """Tell the page what cannot be done."""
        self._send(text({"type": "error", "about": about, "says": says}))

    def _do_setup(self, request: dict[str, Any]) -> None:
        generation, name = self.session.generation, self.session.setup.data.name
        points = self.session.change(request["setup"])
        if self.session.generation != generation:
            self._pace.forget()
            self._trail.taken()
            self.playing = self.playing and self.session.setup.data.name == name
        self.tell(points=points)

    def _do_play(self, request: dict[str, Any]) -> None:  # noqa: ARG002
        self._pace.forget()
        self._paid = time.perf_counter()
        self.playing = self.session.ended is None
        self._show()

    def _do_pause(self, request: dict[str, Any]) -> None:  # noqa: ARG002
        self.playing = False
        self._show()

    def _do_step(self, request: dict[str, Any]) -> None:
        unit = request["unit"]
        if unit not in ("batch", "epoch"):
            raise SetupError(f"unit is {short(unit)}; expected 'batch' or 'epoch'.")
        self.playing = False
        epoch = self.session.state.epoch + self.session.state.epoch_is_over
        self.session.advance(1)
        while (
            unit == "epoch"
            and not self._closed
            and self.session.ended is None
            and self.session.state.epoch == epoch
            and not self.session.state.epoch_is_over
        ):
            self.session.advance()
        self._show()

    def _do_reset(self, request: dict[str, Any]) -> None:  # noqa: ARG002
        self.playing = False
        self._pace.forget()
        self._trail.taken()
        self.session.reset()
        self._show()

    def _do_speed(self, request: dict[str, Any]) -> None:
        rate = request["steps_per_second"]
        if type(rate) not in (int, float) or not 0 <= rate <= FASTEST:
            raise SetupError(f"steps_per_second is {short(rate)}; expected 0 to {FASTEST:,.0f}.")
        self._rate, self._paid = float(rate), time.perf_counter()

    def _do_edit(self, request: dict[str, Any]) -> None:
        self.session.edit(request["index"], request["value"])
        self._show()

    def _do_look(self, request: dict[str, Any]) -> None:
        layer, node = request["layer"], request["node"]
        if layer is None:
            self._look = None
        else:
            sizes = [one.n_out for one in self.session.net.layers if one.parameters]
            if type(layer) is not int or not 0 <= layer < len(shown_layers(self.session.net)):
                raise SetupError(f"layer is {short(layer)}; expected 0 to {len(sizes) - 1}.")
            if type(node) is not int or not 0 <= node < (sizes[layer] or 0):
                raise SetupError(f"node is {short(node)}; expected 0 to {(sizes[layer] or 0) - 1}.")
            self._look = Look(layer, node)
        self._changed = True

    def _do_ack(self, request: dict[str, Any]) -> None:
        if request["frame"] == self._frame:
            self._acknowledged = self._frame

    def _do_glass(self, request: dict[str, Any]) -> None:
        self._send(text(glass(self.session, request["row"], request["parameter"])))

    def _do_export(self, request: dict[str, Any]) -> None:  # noqa: ARG002
        self._send(text({"type": "code", "text": program(self.session)}))

    def _do_gradcheck(self, request: dict[str, Any]) -> None:  # noqa: ARG002
        """Check gradients beside the training: it takes some seconds of a large network."""
        if self._checking is not None and self._checking.is_alive():
            raise SetupError("a gradient check is under way; wait for its result.")
        check = gradient_check(self.session)

        def run() -> None:
            try:
                self._send(text(check()))
            except Exception as error:
                self._say("gradcheck", f"the gradients cannot be checked: {short(error)}.")

        self._checking = threading.Thread(target=run, name=f"{self.name}-check", daemon=True)
        self._checking.start()


REQUESTS = tuple(name.removeprefix("_do_") for name in vars(Worker) if name.startswith("_do_"))
"""What can be asked for."""
