"""Servers for the tests: the application in this process, and the command in one of its own."""

import dataclasses
import functools
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
from anyio.from_thread import start_blocking_portal

from files.golden_table import golden, new_numbers, new_rows
from glassnet.files.model_file import read_record, write_record
from glassnet.serve import Settings
from glassnet.serve.endpoints import Server

JSON = {"Content-Type": "application/json"}
ARROW = "application/vnd.apache.arrow.stream"
SOURCE = Path(__file__).parents[2] / "src"


@contextmanager
def client(path, **settings):
    """Give a client of the application in this process, whose loop runs in a thread beside."""
    server = Server(Settings(str(path), **settings), None)
    app = server.app
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(app.router.lifespan_context(app)),
    ):
        asked = httpx.AsyncClient(transport=transport, base_url="http://localhost")
        with portal.wrap_async_context_manager(asked) as found:
            yield Client(portal, found, server)


class Client:
    """Asks, and waits for the answer."""

    def __init__(self, portal, asked, server):
        self._portal, self._asked, self.server = portal, asked, server

    def request(self, method, path, content=None, headers=None):
        ask = functools.partial(self._asked.request, content=content, headers=headers)
        return self._portal.call(ask, method, path)

    def get(self, path, headers=None):
        return self.request("GET", path, headers=headers)

    def post(self, path, content, headers):
        return self.request("POST", path, content, headers)


async def in_parts(*parts):
    """Yield parts of a body whose length nobody declares."""
    for part in parts:
        yield part


def rows_for(name):
    """Return rows that a golden model takes, by name."""
    if name.startswith("tabular"):
        return new_rows()
    return [dict(zip(("x0", "x1", "x2"), row, strict=True)) for row in new_numbers()]


def another(path, factor, name="tabular-classifier"):
    """Write a model of the same columns with other weights to a path; return it."""
    record = read_record(golden(name))
    write_record(path, dataclasses.replace(record, theta=record.theta * factor))
    return path


class Process:
    """``glassnet serve`` in a process of its own."""

    def __init__(self, path, *options, before=""):
        arguments = ["glassnet", "serve", str(path), "--port", "0", *map(str, options)]
        code = f"{before}\nimport sys; sys.argv = {arguments!r}\n"
        code += "from glassnet.cli import main; main()"
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
        )
        self.line = self.process.stdout.readline()
        self.port = int(re.search(r"http://127\.0\.0\.1:(\d+) ", self.line)[1])

    def connect(self, timeout=20):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, method, path, body=None, headers=None, connection=None):
        """Return status and content of one answer; a connection that is given stays open."""
        asked = connection or self.connect()
        try:
            asked.request(method, path, body, headers or (JSON if body else {}))
            answer = asked.getresponse()
            data = answer.read()
        finally:
            if connection is None:
                asked.close()
        is_json = answer.headers["Content-Type"] == JSON["Content-Type"]
        return answer.status, json.loads(data) if is_json else data

    def predict(self, rows, connection=None):
        return self.ask("POST", "/predict", json.dumps({"rows": rows}), connection=connection)

    def end(self, how=signal.SIGTERM, timeout=20):
        """Send a signal; return exit status and standard error."""
        self.process.send_signal(how)
        _, err = self.process.communicate(timeout=timeout)
        return self.process.returncode, err

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


class Load:
    """Threads that ask, one request after another, until they are told to stop.

    Attributes
    ----------
    answers : list of tuple
        When each request was sent, how long it took, and its predictions as JSON.
    failures : list
        Statuses, or exceptions.
    """

    def __init__(self, server, rows, n_threads=3):
        self.server, self.rows = server, rows
        self.answers, self.failures = [], []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(n_threads)]

    def _run(self):
        connection = self.server.connect()
        while not self._stop.is_set():
            began = time.perf_counter()
            try:
                status, content = self.server.predict(self.rows, connection)
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(error)
                connection.close()
                continue
            if status != 200:
                self.failures.append((status, content))
            took = time.perf_counter() - began
            self.answers.append((began, took, json.dumps(content.get("probabilities"))))
        connection.close()

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def percentile(self, part):
        """Return milliseconds that this part of the requests took at most."""
        times = sorted(took for _, took, _ in self.answers)
        return 1e3 * times[min(len(times) - 1, int(part * len(times)))]
