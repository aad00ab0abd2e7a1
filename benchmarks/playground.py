"""The playground with a real Chromium: frames and steps a second, the first frame, size, memory.

Frames are those that the page has drawn: between two of the screen's frames there was a new one of
the server's. Steps without a page are those of the same training driven alone in a process of its
own; both take turns of a second, for the speed of a shared machine lasts no longer. Memory is
looked at while the page trains: the resident memory of the server and its pages' processes, the
browser's proportional one (all its processes), and the page's own heap after a collection; the
slope is a straight line's after the first third.

Linux only: /proc. Needs Chromium, Playwright, and the built page.

    python -m benchmarks.playground [--rounds 30] [--seconds 1] [--opens 9] [--minutes 5]
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from rich.table import Table

from benchmarks import table
from benchmarks.memory import status
from benchmarks.results import headline, machine, save
from benchmarks.rounds import say

SLOWER, FIRST_FRAME, MOST_BYTES, MOST_MB_AN_HOUR = 1.2, 1.0, 400_000, 10.0
"""What is asked for: steps with a page, seconds, bytes, growth."""

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
MEBIBYTE = 2**20

WATCH = """
window.seen = {frame: null, received: 0, drawn: 0, first: null};
const utf8 = new TextDecoder();
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({data}) => {
      if (typeof data === "string") return;
      const length = new DataView(data).getUint32(0, true);
      const header = JSON.parse(utf8.decode(new Uint8Array(data, 4, length)));
      if (header.type !== "frame") return;
      [seen.frame, seen.received] = [header, seen.received + 1];
      due ||= requestAnimationFrame(look);
    });
  }
};
let due = 0;
const look = () => {
  [due, seen.drawn] = [0, seen.drawn + 1];
  if (seen.first === null) begin();
};
const begin = () => {
  const map = document.querySelector(".map canvas");
  requestAnimationFrame(map ? () => (seen.first ??= performance.now()) : begin);
};
"""


@dataclass(frozen=True)
class Case:
    """A training to watch.

    Attributes
    ----------
    name, link : str
        The link says it to the page.
    frames : float
        A second, that are asked for.
    """

    name: str
    link: str
    frames: float


CASES = (
    Case("2-8-8-2 tanh, 500 points", "layers=8-Tanh,8-Tanh&rows=500", 30.0),
    Case(
        "2-64-64-64-3 ReLU, 2,000 points",
        "layers=64-ReLU,64-ReLU,64-ReLU&rows=2000&classes=3&data=spiral",
        15.0,
    ),
)

ALONE = """
import json, sys, time
from glassnet.playground.session import Session
from glassnet.playground.setup import Setup
for line in sys.stdin:
    given = json.loads(line)
    session = Session(Setup())
    session.change(given["setup"])
    for _ in range(20):
        session.advance()
    step, began = session.state.step, time.perf_counter()
    while time.perf_counter() - began < given["seconds"]:
        session.advance()
    print((session.state.step - step) / (time.perf_counter() - began), flush=True)
"""
"""Takes setups, gives steps a second."""


@contextmanager
def served() -> Iterator[tuple[int, str]]:
    """Start a playground; give its process and its address."""
    command = [sys.executable, "-m", "glassnet.cli", "playground", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout is not None
        found = re.search(r"http://\S+", one.stdout.readline())
        assert found is not None
        try:
            yield one.pid, found[0]
        finally:
            one.terminate()


@contextmanager
def alone() -> Iterator[Any]:
    """Start the process that trains without a page; give a function that asks it."""
    with subprocess.Popen(
        [sys.executable, "-c", ALONE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as one:
        assert one.stdin is not None
        assert one.stdout is not None
        words, answers = one.stdin, one.stdout

        def ask(setup: dict[str, Any], seconds: float) -> float:
            words.write(json.dumps({"setup": setup, "seconds": seconds}) + "\n")
            words.flush()
            return float(answers.readline())

        yield ask
        words.close()


class Watched:
    """A page, and what it has seen.

    Parameters
    ----------
    browser : Browser
    address : str
    link : str
    """

    def __init__(self, browser: Any, address: str, link: str = "") -> None:
        self.context = browser.new_context(viewport={"width": 1280, "height": 800})
        self.page = self.context.new_page()
        self.page.add_init_script(WATCH)
        self.page.goto(f"{address}#{link}")
        self.page.wait_for_function("() => seen.first !== null", timeout=60_000)
        self.page.wait_for_timeout(500)  # a link's setup follows the first frame

    def play(self) -> None:
        """Play, or pause."""
        self.page.get_by_test_id("play").click()

    def rates(self, seconds: float) -> dict[str, float]:
        """Return frames received and drawn, and steps, a second."""
        now = "() => [performance.now() / 1000, seen.received, seen.drawn, seen.frame.step]"
        began = np.array(self.page.evaluate(now))
        self.page.wait_for_timeout(1000 * seconds)
        span, *counts = (np.array(self.page.evaluate(now)) - began).tolist()
        return dict(zip(("received", "drawn", "steps"), (n / span for n in counts), strict=True))

    def close(self) -> None:
        """Close it."""
        self.context.close()


def setup_of(link: str) -> dict[str, Any]:
    """Return the parts of a setup that a case's link says."""
    words = dict(part.split("=") for part in link.split("&"))
    layers = [one.split("-") for one in words["layers"].split(",")]
    return {
        "layers": [{"nodes": int(n), "activation": name, "dropout": 0} for n, name in layers],
        "data": {
            "name": words.get("data", "circle"), "rows": int(words["rows"]), "noise": 0.1,
            "classes": int(words.get("classes", 2)), "test": 0.3, "seed": 0, "points": [],
            "target": None,
        },
    }  # fmt: skip


def measure_case(
    browser: Any, address: str, ask: Any, case: Case, rounds: int, seconds: float
) -> dict[str, Any]:
    """Return a case's frames and steps a second, with a page and without, taking turns."""
    watched = Watched(browser, address, case.link)
    setup = setup_of(case.link)
    with_page, without = [], []
    for i in range(rounds):
        say(f"{case.name}: round {i + 1} of {rounds}")
        watched.play()
        watched.page.wait_for_timeout(500)
        with_page.append(watched.rates(seconds))
        watched.play()
        without.append(ask(setup, seconds))
    watched.close()
    steps = [one["steps"] for one in with_page]
    return {
        "case": case.name, "frames asked": case.frames,
        "frames drawn": median(one["drawn"] for one in with_page),
        "frames received": median(one["received"] for one in with_page),
        "steps with a page": steps, "steps alone": without,
        "times slower": median(a / b for a, b in zip(without, steps, strict=True)),
    }  # fmt: skip


def first_frames(browser: Any, address: str, n: int) -> list[float]:
    """Return seconds from an opening to the first frame that is drawn, each in a fresh context."""
    times = []
    for _ in range(n):
        watched = Watched(browser, address)
        times.append(watched.page.evaluate("() => seen.first / 1000"))
        watched.close()
    return times


def page_bytes() -> int:
    """Return the page's bytes as they are sent by a server that compresses."""
    import glassnet.playground

    folder = Path(str(glassnet.playground.__file__)).parent / "static"
    files = [one for one in folder.rglob("*") if one.is_file()]
    contents = [(one.suffix, one.read_bytes()) for one in files]
    return sum(len(c) if kind == ".woff2" else len(gzip.compress(c, 9)) for kind, c in contents)


def descendants(pid: int) -> list[int]:
    """Return a process and all that it has started."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has ended
        children.setdefault(parent, []).append(int(path.parent.name))
    found, n = [pid], 0
    while n < len(found):
        found += children.get(found[n], [])
        n += 1
    return found


def chromiums() -> list[int]:
    """Return the browser's processes, which this one has started by way of Playwright's."""
    found = []
    for pid in descendants(os.getpid()):
        try:
            is_one = b"--type=" in (line := Path(f"/proc/{pid}/cmdline").read_bytes())
        except OSError:
            continue
        if is_one or b"--disable-background-networking" in line:
            found.append(pid)
    return found


def servers(pid: int) -> float:
    """Return the resident memory of the server and of the processes that train for its pages."""
    total = 0
    for one in descendants(pid):
        with suppress(OSError, RuntimeError):  # it has ended
            total += status(one, "VmRSS")
    return total / MEBIBYTE


def proportional(pids: list[int]) -> float:
    """Return the memory of processes, what they share counted once."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
        total += int(found[1]) * 1024 if found else 0
    return total / MEBIBYTE


def memory(browser: Any, pid: int, address: str, minutes: float) -> dict[str, Any]:
    """Return megabytes over a training, and their slopes in megabytes an hour."""
    watched = Watched(browser, address, CASES[0].link)
    client = watched.context.new_cdp_session(watched.page)
    watched.play()
    rows = []
    began = time.perf_counter()
    while (now := time.perf_counter() - began) < 60 * minutes:
        client.send("HeapProfiler.collectGarbage")
        heap = client.send("Runtime.getHeapUsage")["usedSize"] / MEBIBYTE
        browsers = proportional(chromiums())
        rows.append((now / 3600, servers(pid), browsers, heap))
        watched.page.wait_for_timeout(5000)
        say(f"memory: {now / 60:.1f} of {minutes:g} minutes")
    steps = watched.page.evaluate("() => seen.frame.step")
    watched.close()
    late = np.array([row for row in rows if row[0] >= rows[-1][0] / 3])
    names = ("server", "browser", "page's heap")
    slopes = [float(np.polyfit(late[:, 0], late[:, i + 1], 1)[0]) for i in range(3)]
    return {
        "minutes": minutes, "steps": steps,
        "MB at the end": dict(zip(names, rows[-1][1:], strict=True)),
        "MB an hour": dict(zip(names, slopes, strict=True)),
        "rows of hours, server, browser, heap": rows,
    }  # fmt: skip


def shown(measured: dict[str, Any]) -> Table:
    """Return what was measured beside what is asked for."""
    result = Table(title="the playground with Chromium", title_justify="left")
    for column in ("what", "measured", "asked"):
        result.add_column(column, justify="left" if column == "what" else "right")
    for one in measured["cases"]:
        name = one["case"]
        result.add_row(f"{name}: frames a second", f"{one['frames drawn']:.1f}",
                       f"{one['frames asked']:.0f}")  # fmt: skip
        for key in ("with a page", "alone"):
            result.add_row(f"{name}: steps a second {key}", f"{median(one[f'steps {key}']):,.0f}")
        result.add_row(f"{name}: times slower", f"{one['times slower']:.2f}", f"{SLOWER}")
    times = measured["first frame"]
    result.add_row("first frame, seconds", f"{median(times):.2f}", f"{FIRST_FRAME}")
    result.add_row("page, bytes", f"{measured['bytes']:,}", f"{MOST_BYTES:,}")
    for name, slope in measured.get("memory", {}).get("MB an hour", {}).items():
        end = measured["memory"]["MB at the end"][name]
        result.add_row(f"{name}, MB an hour (at {end:.0f} MB)", f"{slope:.1f}",
                       f"{MOST_MB_AN_HOUR:g}")  # fmt: skip
    return result


def main() -> None:
    """Measure, print and save."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--opens", type=int, default=9)
    parser.add_argument("--minutes", type=float, default=5.0, help="of the look at memory; 0: none")
    parser.add_argument("--no-save", action="store_true", help="write no results")
    given = parser.parse_args()
    about = machine()
    print(headline(about), flush=True)
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        sys.exit("There is no Chromium here.")
    with sync_playwright() as playwright, served() as (pid, address), alone() as ask:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        measured: dict[str, Any] = {
            "chromium": browser.version,
            "first frame": first_frames(browser, address, given.opens),
            "bytes": page_bytes(),
            "cases": [
                measure_case(browser, address, ask, case, given.rounds, given.seconds)
                for case in CASES
            ],
        }
        if given.minutes:
            measured["memory"] = memory(browser, pid, address, given.minutes)
        browser.close()
    table.show(shown(measured))
    if not given.no_save:
        print(f"saved in {save('playground', about, measured)}")


if __name__ == "__main__":
    main()
