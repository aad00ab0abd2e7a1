"""A playground in Chromium, as a reader has it: what to press, and what there is to see."""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

SCRIPTS = [(Path(__file__).parent / name).read_text() for name in ("spy.js", "looking.js")]

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

PATIENCE = 20_000
"""Milliseconds that anything may take on a busy machine."""


class Server:
    """``glassnet playground`` as a process.

    Parameters
    ----------
    *words : str
        Of the command line.
    """

    def __init__(self, *words: str) -> None:
        command = [sys.executable, "-m", "glassnet.cli", "playground", *words, "--no-browser"]
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - `end` closes it
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self.errors, text=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
        line = self.process.stdout.readline()
        found = [word for word in line.split() if word.startswith("http://")]
        assert found, f"no address: {line!r} {self.said()}"
        self.address = found[0]
        self.origin = self.address.partition("/?")[0]

    def said(self) -> str:
        """Return what it wrote as errors."""
        self.errors.seek(0)
        return self.errors.read()

    def end(self) -> tuple[int, str]:
        """End it; return its exit status, and what it wrote as errors."""
        self.process.terminate()
        self.process.communicate(timeout=30)
        said = self.said()
        self.errors.close()
        return self.process.returncode, said


class Playground:
    """A page.

    Parameters
    ----------
    context : BrowserContext
    server : Server
    """

    def __init__(self, context, server: Server) -> None:
        self.server = server
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        for script in SCRIPTS:
            self.page.add_init_script(script)
        self.wrong: list[str] = []
        self.allowed: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("request", self._asked)
        self.page.on("crash", lambda: self.wrong.append("the page crashed"))

    def _heard(self, message) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"{message.type}: {message.text}")

    def _asked(self, request) -> None:
        self.requests.append(request.url)
        own = (self.server.origin + "/", "data:", f"blob:{self.server.origin}")
        if not request.url.startswith(own):
            self.wrong.append(f"a request to {request.url}")

    def allow(self, text: str) -> None:
        """Expect an error that has this text: what it is about is tested."""
        self.allowed.append(text)

    @property
    def problems(self) -> list[str]:
        """What must not be."""
        return [one for one in self.wrong if not any(text in one for text in self.allowed)]

    # Opening and waiting

    def open(self, link: str = "") -> Playground:
        """Go to the page, with a link's part after #; wait for its first picture."""
        self.page.goto(self.server.address + (f"#{link}" if link else ""))
        return self.arrived()

    def arrived(self) -> Playground:
        """Wait until the page shows the network of its setup."""
        self.wait("spy.messages.frame && spy.messages.data")
        self.settle()
        return self

    def wait(self, claim: str, given: Any = None) -> None:
        """Wait until an expression of JavaScript holds; `given` is its argument."""
        self.page.wait_for_function(f"given => {{ return {claim}; }}", arg=given)

    def get(self, expression: str, given: Any = None) -> Any:
        """Return an expression of JavaScript."""
        return self.page.evaluate(f"given => ({expression})", given)

    def settle(self) -> None:
        """Wait until nothing is on its way: requests are answered, and the answer is drawn."""
        self.wait(
            "spy.messages.setup && spy.messages.frame.generation === spy.messages.setup.generation"
            " && spy.messages.data.generation <= spy.messages.setup.generation"
        )
        self.drawn()

    def drawn(self) -> None:
        """Wait for the screen's next two frames."""
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def changes(self, what: str, do) -> Any:
        """Do something; wait until an expression of JavaScript has another value; return it."""
        before = self.get(f"JSON.stringify({what})")
        do()
        self.wait(f"JSON.stringify({what}) !== given", before)
        self.settle()
        return self.get(what)

    # What the server said

    def message(self, kind: str) -> Any:
        """Return the last message of a type."""
        return self.get("spy.messages[given] ?? null", kind)

    @property
    def setup(self) -> Any:
        """The setup as the server has it."""
        return self.message("setup")["setup"]

    @property
    def frame(self) -> Any:
        """The header of the last frame."""
        return self.message("frame")

    def array(self, kind: str, name: str) -> np.ndarray:
        """Return an array of the last message of a type."""
        found = self.get("spy.array(...given)", [kind, name])
        dtype = np.dtype(found["dtype"])
        return np.frombuffer(base64.b64decode(found["base64"]), dtype).reshape(found["shape"])

    @property
    def theta(self) -> np.ndarray:
        """All weights and biases of the last frame."""
        return self.array("frame", "theta")

    def wait_for_weight(self, index: int, value: float) -> None:
        """Wait until a number of theta is what the page has made it."""
        self.wait("Math.abs(spy.number('theta', given[0]) - given[1]) < 1e-9", [index, value])
        self.drawn()

    @property
    def map(self) -> np.ndarray:
        """The last frame's map."""
        return self.array("frame", "map")

    # What there is to press

    def control(self, name: str):
        """Return the control of a test id."""
        return self.page.get_by_test_id(name)

    def press(self, name: str) -> None:
        """Click a control."""
        self.control(name).click()

    def choose(self, name: str, value: str) -> None:
        """Choose a value of a select."""
        self.control(name).select_option(value)

    def type(self, name: str, value: Any) -> None:
        """Type into a box, and leave it."""
        box = self.control(name)
        box.fill(str(value))
        box.press("Tab")

    def text(self, name: str) -> str:
        """Return what an element says."""
        return self.control(name).inner_text()

    def keep(self, what: str) -> None:
        """Open a part of the menu of what can be kept."""
        self.press("keep")
        self.press(f"keep-{what}-item")

    def drag(self, *places: tuple[float, float], element: str = "[data-testid=map]") -> None:
        """Drag the mouse over an element's places, in pixels from its corner."""
        box = self.page.locator(element).bounding_box()
        mouse = self.page.mouse
        mouse.move(box["x"] + places[0][0], box["y"] + places[0][1])
        mouse.down()
        for x, y in places[1:]:
            mouse.move(box["x"] + x, box["y"] + y, steps=4)
        mouse.up()

    # What there is to see

    def pixels(self, canvas: str) -> np.ndarray:
        """Return a canvas's pixels: rows, columns, red-green-blue-alpha."""
        url = self.page.locator(canvas).first.evaluate("one => one.toDataURL()")
        return decoded_png(base64.b64decode(url.partition(",")[2]))

    @property
    def big_map(self) -> np.ndarray:
        """The big map's pixels, without the points."""
        self.drawn()
        return self.pixels(".map canvas")

    @property
    def points(self) -> np.ndarray:
        """The pixels of axes and points."""
        self.drawn()
        return self.pixels("[data-testid=map]")

    def map_scale(self) -> dict[str, float]:
        """Return where the map lies inside of its canvas: left, top and side, in pixels."""
        return self.page.locator(".map").evaluate(
            """box => { const [map, over] = box.querySelectorAll("canvas");
                const [a, b] = [map.getBoundingClientRect(), over.getBoundingClientRect()];
                return {left: a.left - b.left, top: a.top - b.top, side: a.width}; }"""
        )

    def on_map(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point stands on the map's canvas, in pixels."""
        at, axes = self.map_scale(), self.message("data")["axes"]
        share = [
            (v - a["low"]) / (a["high"] - a["low"])
            for v, a in zip((x, y), axes.values(), strict=True)
        ]
        return at["left"] + share[0] * at["side"], at["top"] + (1 - share[1]) * at["side"]

    # Training

    def play_to_the_end(self) -> None:
        """Play, and wait until it ends by itself: after the last epoch, or since it diverged."""
        self.press("play")
        self.page.wait_for_function("() => spy.messages.frame.ended", timeout=60_000)
        self.drawn()

    def play_for(self, n_epochs: int) -> None:
        """Play at least so many epochs, then pause."""
        epoch = self.frame["epoch"]
        self.press("play")
        self.wait("spy.messages.frame.epoch >= given", epoch + n_epochs)
        self.pause()

    def pause(self) -> None:
        """Pause, and wait until it stands still."""
        self.press("play")
        self.wait("!spy.messages.frame.playing")
        self.drawn()


def decoded_png(png: bytes) -> np.ndarray:
    """Return a picture's pixels."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGBA")).astype(int)


def link_of(parts: dict[str, Any]) -> str:
    """Return a link's part after # that says this; an address needs few letters escaped."""
    return "&".join(f"{name}={str(value).replace(' ', '+')}" for name, value in parts.items())


def session_of(setup: dict[str, Any]):
    """Return the training that a setup means, in this process: what the page should come to."""
    from glassnet.playground.session import Session
    from glassnet.playground.setup import Setup

    session = Session(Setup())
    session.change(json.loads(json.dumps(setup)))
    return session


def trained(setup: dict[str, Any]):
    """Return it, trained to its last epoch."""
    session = session_of(setup)
    while session.ended is None:
        session.advance()
    return session
