"""Pages for the tests: sessions with small data, a server in this process, a browser's part."""

import json
import struct
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import uvicorn
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from glassnet.cli.playing import upload_of
from glassnet.playground.endpoints import Place
from glassnet.playground.server import HOST, config_of
from glassnet.playground.session import Session
from glassnet.playground.setup import Setup
from glassnet.playground.worker import Worker

TOKEN = "the-token-of-the-tests"
TYPES = {"f4": "<f4", "f8": "<f8", "u1": "u1", "i4": "<i4"}


def data(name="circle", **more):
    """Return the part of a setup that says which rows."""
    plain = {
        "name": name, "rows": 60, "noise": 0.1, "classes": 2, "test": 0.3, "seed": 0,
        "points": [], "target": None,
    }  # fmt: skip
    return plain | more


def layers(*sizes, activation="Tanh", dropout=0.0):
    return [{"nodes": n, "activation": activation, "dropout": dropout} for n in sizes]


def choice(name, **settings):
    return {"name": name, "settings": settings}


def session(file=None, **parts):
    """Return a session whose setup has these parts."""
    found = Session(Setup(), None if file is None else upload_of(Path(file), Path(file).name))
    if file is not None:
        parts = {"data": data("file")} | parts
    found.change(parts)
    return found


def decoded(message):
    """Return header and arrays of a binary message, as web/src/protocol.ts tells to read it."""
    (length,) = struct.unpack_from("<I", message, 0)
    header = json.loads(message[4 : 4 + length], parse_constant=no_such_number)
    start = -(-(4 + length) // 8) * 8
    arrays, ends = {}, start
    for name, one in header["arrays"].items():
        n = int(np.prod(one["shape"]))
        assert one["offset"] % 8 == 0
        values = np.frombuffer(message, TYPES[one["dtype"]], n, start + one["offset"])
        arrays[name] = values.reshape(one["shape"])
        ends = start + one["offset"] + values.nbytes
    assert len(message) - ends < 8
    return header, arrays


def no_such_number(name):
    raise AssertionError(f"{name} is no JSON")


def read(message):
    """Return a message's header, and its arrays (none of a text)."""
    if isinstance(message, str):
        return json.loads(message, parse_constant=no_such_number), {}
    return decoded(message)


class Watched(Worker):
    """A worker whose messages are kept; it acknowledges frames by itself if it is to."""

    def __init__(self, found, *, acknowledges=True):
        super().__init__(found, self.take, "watched")
        self.messages, self.times, self.acknowledges = [], [], acknowledges

    def take(self, message):
        header, arrays = read(message)
        self.times.append(time.perf_counter())
        self.messages.append((header, arrays))
        if header["type"] == "frame" and self.acknowledges:
            self.ask({"do": "ack", "frame": header["frame"]})

    def of(self, kind):
        """Return the headers of a type."""
        return [header for header, _ in list(self.messages) if header["type"] == kind]

    def wait(self, claim, seconds=20):
        """Wait until a claim on this worker holds."""
        ends = time.monotonic() + seconds
        while not claim(self):
            assert time.monotonic() < ends, [header for header, _ in self.messages][-3:]
            time.sleep(0.002)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.close()
        self.join(20)
        assert not self.is_alive()


class Here:
    """A server in a thread of this process."""

    def __init__(self, **settings):
        self.place = Place(TOKEN, upload_of, **settings)
        self.server = uvicorn.Server(config_of(self.place))
        self._thread = threading.Thread(target=self.server.run, daemon=True)

    def __enter__(self):
        config = self.server.config
        config.host, config.port = HOST, 0
        self._thread.start()
        while not self.server.started:
            time.sleep(0.005)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_):
        self.server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive()

    @property
    def address(self):
        return f"http://{HOST}:{self.port}"

    def ask(self, method, path, content=None, headers=None, **query):
        """Return the answer to a request that knows the token, if ``query`` holds no other."""
        with httpx.Client(trust_env=False, timeout=20) as client:
            return client.request(
                method, self.address + path, params={"token": TOKEN} | query, content=content,
                headers=headers,
            )  # fmt: skip

    @contextmanager
    def page(self, **more):
        with open_page(self.port, TOKEN, **more) as found:
            yield found


@contextmanager
def open_page(port, token, **more):
    """Give a page that has been told everything."""
    address = f"ws://{HOST}:{port}/socket?token={token}"
    settings = {"origin": f"http://{HOST}:{port}", "max_size": None, "proxy": None} | more
    with connect(address, **settings) as socket:
        page = Page(socket)
        page.ready = page.next("ready")
        page.name = page.ready["page"]
        page.setup = page.next("setup")
        yield page


class Page:
    """A browser's part: asks, reads, acknowledges frames."""

    def __init__(self, socket):
        self.socket = socket
        self.frames = 0

    def ask(self, do, **more):
        self.socket.send(json.dumps({"do": do, **more}))

    def read(self, timeout=20):
        """Return the next message's header and arrays; a frame is acknowledged."""
        header, arrays = read(self.socket.recv(timeout))
        if header["type"] == "frame":
            self.frames += 1
            self.ask("ack", frame=header["frame"])
        return header, arrays

    def next(self, kind, claim=lambda _: True, timeout=20):
        """Return the header of the next message of a type of which a claim holds."""
        ends = time.monotonic() + timeout
        while True:
            header, self.arrays = self.read(max(ends - time.monotonic(), 0.01))
            if header["type"] == kind and claim(header):
                return header

    def close_code(self, timeout=20):
        """Read on until the other side closes; return its code."""
        try:
            while True:
                self.read(timeout)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None
