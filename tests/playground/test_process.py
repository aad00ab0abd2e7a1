"""A page's process: what it takes with it, how it ends, and what the server then says."""

import asyncio
import contextlib
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from glassnet.errors import GlassnetError
from glassnet.playground import process as processes
from glassnet.playground import socket as page_socket
from glassnet.playground.page import ClosedError, Page
from glassnet.playground.place import Place
from glassnet.playground.process import Beginning
from playground.pages import READ, TOKEN, Here, read
from playground.test_socket import gone, quiet, still_serves


@pytest.fixture
def page():
    found = Page(Beginning(READ))
    yield found
    found.close()


def begun(page):
    """Begin a page; return the list of its messages as they come."""
    messages = []
    page.ready.result(20)
    page.begin("name", messages.append)
    return messages


def until(claim, seconds=20):
    ends = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < ends
        time.sleep(0.005)


def frames(messages):
    return [header for header, _ in map(read, filter(None, messages)) if header["type"] == "frame"]


def test_it_takes_no_server_and_no_scikit_learn_with_it():
    """A page is to open at once."""
    heavy = ["sklearn", "scipy", "polars", "pandas", "numba", "uvicorn", "starlette", "typer"]
    program = (
        "import sys, glassnet.playground.process\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "[]\n"


def test_what_it_says_and_takes(page):
    messages = begun(page)
    page.ask('{"do": "step", "unit": "batch"}')
    page.ask("no json")
    until(lambda: len(messages) >= 5 and page.waiting == 0)
    kinds = [read(one)[0]["type"] for one in messages]
    assert kinds[:3] == ["ready", "setup", "data"]
    assert "error" in kinds
    assert read(messages[0])[0]["page"] == "name"
    assert frames(messages)[-1]["step"] <= 1


def test_one_that_is_killed_says_so_to_all_who_wait(page):
    """By the system, for its memory: the server goes on."""
    messages = begun(page)
    found = []

    def ask():
        with contextlib.suppress(ClosedError):
            asyncio.run(page.do("save", "/nowhere/at/all"))
            found.append("answered")
        with pytest.raises(ClosedError, match="has been closed"):
            asyncio.run(page.do("save", "/nowhere/at/all"))
        found.append("told")

    until(lambda: messages)
    page._process.kill()
    asking = threading.Thread(target=ask)
    asking.start()
    asking.join(10)
    assert found[-1:] == ["told"]
    until(lambda: messages[-1] is None)
    assert not page.is_alive
    page.ask("{}")  # nobody is there; nothing happens
    page.close()


def test_a_page_whose_process_is_killed_is_told():
    with Here() as here:
        with here.page() as page, here.page() as other:
            here.place.pages[page.name]._process.kill()
            assert page.close_code() == 1011
            reason = page.socket.protocol.close_reason
            assert reason == "the training's process has ended; load the page again"
            other.ask("export")
            other.next("code")
        quiet(0, here.place)
        still_serves(here)


def test_one_that_is_killed_before_it_is_ready():
    page = Page(Beginning(READ))
    page._process.kill()
    with pytest.raises(ClosedError):
        page.ready.result(10)
    until(lambda: not page.is_alive)


def test_what_is_wrong_with_the_table_to_begin_with_is_told():
    page = Page(Beginning("playground.readers:wrong", Path("t.csv"), "t.csv"))
    with pytest.raises(GlassnetError, match=r"^this file is wrong"):
        page.ready.result(20)
    until(lambda: not page.is_alive)


def test_blas_has_one_thread():
    """The browser needs the other cores: with two threads, pictures of wide layers took seconds."""
    page = Page(Beginning("playground.readers:blas", Path("t.csv"), "t.csv"))
    with pytest.raises(GlassnetError, match=r"^threads of BLAS: \[1\]$"):
        page.ready.result(20)


@pytest.mark.parametrize("comes", ["nobody", "nobody from the start"])
def test_it_ends_when_the_server_is_gone(comes, monkeypatch):
    """Whatever has ended the server."""
    monkeypatch.setattr(processes, "_settle", lambda: None)  # this process is none of a page's
    ours, theirs = multiprocessing.Pipe()
    attending = threading.Thread(target=processes.attend, args=(theirs, Beginning(READ)))
    if comes == "nobody":
        attending.start()
        assert ours.recv() == ("ready",)
        ours.close()
    else:
        ours.close()
        attending.start()
    attending.join(10)
    assert not attending.is_alive()


def test_a_spare_one_waits_for_the_next_page(monkeypatch):
    monkeypatch.setattr(page_socket, "SPARE_AFTER", 0.1)
    with Here() as here:
        with here.page():
            until(lambda: here.place.spare is not None)
            spare = here.place.spare
            spare.ready.result(20)
            with here.page() as other:
                assert here.place.pages[other.name] is spare
        pages = [spare._process]
        quiet(0, here.place)
        gone(pages)
        until(lambda: here.place.spare is not None)
        last = here.place.spare._process
    gone([last])


def test_a_spare_one_that_has_died_is_not_given():
    place = Place(TOKEN, Beginning(READ))
    place.prepare()
    dead = place.spare
    dead.close()
    until(lambda: not dead.is_alive)
    fresh = place.new_page()
    assert fresh is not dead
    fresh.ready.result(20)
    fresh.close()


def test_no_spare_one_where_no_page_may_come():
    place = Place(TOKEN, Beginning(READ), most_pages=0)
    place.prepare()
    assert place.spare is None
    place.close()


def test_pids_are_theirs(page):
    """A page does not train in the server's process."""
    page.ready.result(20)
    assert page._process.pid != os.getpid()
