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
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from glassnet.errors import GlassnetError
from glassnet.playground import page as pages
from glassnet.playground import process as processes
from glassnet.playground import socket as page_socket
from glassnet.playground.page import ClosedError, Page
from glassnet.playground.place import Place
from glassnet.playground.process import Beginning
from playground.pages import HOST, READ, TOKEN, Here, read
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
    with pytest.raises(ClosedError, match="process has ended before it was ready"):
        page.ready.result(10)
    until(lambda: not page.is_alive)


def test_what_is_wrong_with_the_table_to_begin_with_is_told():
    page = Page(Beginning("playground.readers:wrong", Path("t.csv"), "t.csv"))
    with pytest.raises(GlassnetError, match=r"^this file is wrong"):
        page.ready.result(20)
    until(lambda: not page.is_alive)


def test_what_the_system_says_of_that_table_is_told(tmp_path):
    page = Page(Beginning("playground.readers:unreadable", tmp_path / "t.csv", "t.csv"))
    with pytest.raises(GlassnetError, match="Input/output error"):
        page.ready.result(20)


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


def test_one_that_has_ended_before_its_page_came_says_so(page):
    page.ready.result(20)
    page._process.kill()
    until(lambda: not page.is_alive)
    messages = []
    page.begin("name", messages.append)
    assert messages == [None]


def test_files_of_the_current_folder_are_not_run(tmp_path, monkeypatch):
    for name in ("array", "pickle", "selectors", "signal", "socket", "struct", "types"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    page = Page(Beginning(READ))
    page.ready.result(20)
    page.close()
    assert "PYTHONSAFEPATH" not in os.environ


@pytest.mark.parametrize("what", ["process", "thread"])
def test_a_machine_that_is_full_is_told(what, monkeypatch):
    def full(*_):
        raise {"process": BlockingIOError(11, "full"), "thread": RuntimeError("full")}[what]

    with Here() as here:
        with monkeypatch.context() as patch:
            if what == "process":
                patch.setattr(multiprocessing.context.SpawnProcess, "start", full)
            else:
                patch.setattr(pages.threading.Thread, "start", refusing(full))
            before = multiprocessing.active_children()
            address = f"ws://{HOST}:{here.port}/socket?token={TOKEN}"
            with connect(address, origin=here.address, proxy=None) as one:
                with pytest.raises(ConnectionClosed) as closed:
                    one.recv(10)
                assert closed.value.rcvd.code == 1011
                assert closed.value.rcvd.reason == (
                    "this machine cannot start another process; close something"
                )
            here.place.prepare()
            assert here.place.spare is None
            until(lambda: len(multiprocessing.active_children()) <= len(before))
        quiet(0, here.place)
        still_serves(here)


def refusing(full):
    """Return a `start` of threads that fails for those of pages."""
    start = threading.Thread.start

    def chosen(thread):
        return full() if thread.name == "glassnet-playground-page" else start(thread)

    return chosen


def test_a_spare_one_that_has_died_is_not_given():
    place = Place(TOKEN, Beginning(READ))
    place.prepare()
    dead = place.spare
    dead.close()
    until(lambda: not dead.is_alive)
    place.prepare()
    assert place.spare is not dead
    fresh = place.new_page()
    fresh.ready.result(20)
    fresh.close()
    until(lambda: not fresh.is_alive)
    assert place.new_page() is not fresh
    place.close()


def test_one_that_nobody_has_waited_for_is_the_next_ones():
    place = Place(TOKEN, Beginning(READ))
    first, second = place.new_page(), place.new_page()
    place.leave(first)
    place.leave(second)
    assert place.new_page() is first
    until(lambda: not second.is_alive)
    first.ready.result(20)
    first.begin("name", lambda _: None)
    place.leave(first)
    until(lambda: not first.is_alive)
    place.close()
    place.prepare()
    assert place.spare is None


def test_no_spare_one_where_no_page_may_come():
    place = Place(TOKEN, Beginning(READ), most_pages=0)
    place.prepare()
    assert place.spare is None
    place.close()
