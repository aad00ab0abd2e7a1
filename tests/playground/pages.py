"""Pages for the tests: sessions with small data, a server in this process, a browser's part."""

import contextlib
import json
import multiprocessing
import os
import socket
import struct
import threading
import time
from pathlib import Path

import httpx
import numpy as np
import uvicorn
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from glassnet.cli.rows import upload_of
from glassnet.playground.jobs import Jobs
from glassnet.playground.place import Place
from glassnet.playground.process import Beginning
from glassnet.playground.server import HOST, config_of
from glassnet.playground.session import Session
from glassnet.playground.setup import Setup
from glassnet.playground.worker import Worker

TOKEN = "the-token-of-the-tests"
READ = "glassnet.cli.rows:upload_of"
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


def whole(header, numbers):
    """Return a frame's header with the numbers that hold: the last that came with one."""
    if header["type"] == "frame":
        numbers.update(header.pop("numbers") or {})
        header.update(numbers)
    return header


class Watched:
    """A worker in a thread of this process; its messages are kept.

    It acknowledges frames by itself if it is to.
    """

    def __init__(self, found, *, acknowledges=True, when_idle=None):
        self.session = found
        self._pipe, theirs = multiprocessing.Pipe()
        self.worker = Worker(found, theirs, Jobs(READ), when_idle)
        self.messages, self.times, self.acknowledges = [], [], acknowledges
        self.taken, self._asked, self._numbers = 0, 0, {}
        self.answers = []
        self._threads = [threading.Thread(target=one) for one in (self.worker.run, self._read)]
        self._door = threading.Lock()

    def ask(self, request):
        """Ask as a page does; of what is no JSON, the text."""
        with self._door:
            self._asked += 1
            text = request if isinstance(request, str) else json.dumps(request)
            self._pipe.send(("request", text))

    def do(self, job, path, name=""):
        """Have something done with a file; return the answer."""
        n = len(self.answers)
        self._pipe.send(("job", job, str(path), name))
        self.wait(lambda w: len(w.answers) > n)
        return self.answers[-1]

    def settled(self, seconds=30):
        """Wait until all requests have been looked at."""
        self.wait(lambda w: w.taken == w._asked, seconds)

    @property
    def playing(self):
        return self.worker.playing

    def _read(self):
        with contextlib.suppress(EOFError, OSError):
            while True:
                self._take(*self._pipe.recv())

    def _take(self, kind, *content):
        if kind == "taken":
            self.taken += 1
        elif kind == "answer":
            self.answers.append(content)
        else:
            header, arrays = read(content[0])
            self.times.append(time.perf_counter())
            self.messages.append((whole(header, self._numbers), arrays))
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

    def is_alive(self):
        return self._threads[0].is_alive()

    def __enter__(self):
        for one in self._threads:
            one.start()
        return self

    def close(self):
        """Have both ends of the pipe see its end."""
        with socket.socket(fileno=os.dup(self._pipe.fileno())) as one:
            one.shutdown(socket.SHUT_RDWR)

    def __exit__(self, *_):
        self.close()
        for one in self._threads:
            one.join(20)
            assert not one.is_alive()


class Here:
    """A server in a thread of this process."""

    def __init__(self, **settings):
        self.place = Place(TOKEN, Beginning(**{"read": READ} | settings))
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
        self.place.close()

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

    @contextlib.contextmanager
    def page(self, **more):
        with open_page(self.port, TOKEN, **more) as found:
            yield found


@contextlib.contextmanager
def open_page(port, token, **more):
    """Give a page that has been told everything."""
    address = f"ws://{HOST}:{port}/socket?token={token}"
    settings = {"origin": f"http://{HOST}:{port}", "max_size": None, "proxy": None} | more
    with connect(address, **settings) as connection:
        page = Page(connection)
        page.ready = page.next("ready")
        page.name = page.ready["page"]
        page.setup = page.next("setup")
        yield page


class Page:
    """A browser's part: asks, reads, acknowledges frames."""

    def __init__(self, socket):
        self.socket = socket
        self.frames = 0
        self._numbers = {}

    def ask(self, do, **more):
        self.socket.send(json.dumps({"do": do, **more}))

    def read(self, timeout=20):
        """Return the next message's header and arrays; a frame is acknowledged."""
        header, arrays = read(self.socket.recv(timeout))
        if header["type"] == "frame":
            self.frames += 1
            self.ask("ack", frame=header["frame"])
        return whole(header, self._numbers), arrays

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
