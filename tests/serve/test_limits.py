"""Times and queues: who waits, who does not, and what is answered then."""

import asyncio
import functools
import gc
import json
import socket
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest
from uvicorn.server import ServerState

from files.golden_table import golden
from glassnet.connections import Protocol
from glassnet.serve import endpoints
from glassnet.serve.problems import Problem
from glassnet.serve.server import config_of, listening
from glassnet.serve.settings import N_THREADS, Settings, is_loopback
from glassnet.serve.work import Work
from serve.serving import JSON, client, in_parts

BODY = json.dumps({"rows": [[0, 0, 0]]})


@pytest.fixture
def held(monkeypatch):
    """Let predictions wait for an event, which is set at the end."""
    event, original = threading.Event(), endpoints.matrix_of

    def waiting(*arguments):
        assert event.wait(20)
        return original(*arguments)

    monkeypatch.setattr(endpoints, "matrix_of", waiting)
    yield event
    event.set()


def test_the_queue_ends_and_health_answers_meanwhile(held):
    def predict(found):
        return found.post("/predict", content=BODY, headers=JSON)

    n = N_THREADS + 2
    with client(golden("means"), queue=2) as found, ThreadPoolExecutor(n) as pool:
        under_way = [pool.submit(predict, found) for _ in range(n)]
        ends = time.monotonic() + 10
        while True:
            answer = predict(found) if all_are_in(found, n) else None
            if answer is not None or time.monotonic() > ends:
                break
            time.sleep(0.01)
        assert found.get("/health").json()["requests_served"] == 0
        held.set()
        assert [one.result().status_code for one in under_way] == [200] * n
        assert found.get("/health").json()["requests_served"] == n
        assert predict(found).status_code == 200  # there is place again
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert f"{n} requests are under way" in answer.json()["error"]["message"]


def all_are_in(found, n):
    """Return whether so many calls have their place."""
    return found.server.work.n == n


def test_a_prediction_that_takes_too_long(held):
    with client(golden("means"), timeout=0.2) as found:
        began = time.monotonic()
        answer = found.post("/predict", content=BODY, headers=JSON)
        assert time.monotonic() - began < 5
        held.set()
        assert answer.status_code == 503
        assert "did not end within the time of a request" in answer.json()["error"]["message"]


async def slowly():
    yield b'{"rows": '
    await asyncio.sleep(5)
    yield b"[]}"


def test_a_body_that_comes_too_slowly():
    with client(golden("means"), timeout=0.2) as found:
        began = time.monotonic()
        answer = found.post("/predict", content=slowly(), headers=JSON)
        assert time.monotonic() - began < 3
    assert answer.status_code == 408
    assert answer.headers["Connection"] == "close"
    assert answer.json()["error"]["message"].startswith("9 bytes had come when the time")


def test_many_large_bodies_at_a_time_are_too_much():
    with client(golden("means"), max_body=100) as found:
        bodies = found.server.bodies
        bodies._held = 8 * 100 - 50  # of other requests
        answer = found.post("/predict", content=in_parts(b"x" * 30, b"x" * 30), headers=JSON)
        assert answer.status_code == 503
        assert "too many large requests" in answer.json()["error"]["message"]
        assert bodies._held == 750  # nothing of it is kept in mind
        assert found.post("/predict", content=BODY, headers=JSON).status_code == 200
        assert bodies._held == 750


def nothing():
    """Do nothing at the end."""


class Large:
    """Something that a call holds."""


def test_what_is_given_up_is_let_go_of():
    """With all that it holds, though its place in the queue comes up later."""

    async def story():
        work, event, ended = Work(1, 3), threading.Event(), []
        loop = asyncio.get_running_loop()
        first = asyncio.create_task(work.run(event.wait, loop.time() + 5, nothing))
        await asyncio.sleep(0)
        large = Large()
        alive = weakref.ref(large)
        call = functools.partial(id, large)
        del large
        with pytest.raises(Problem, match="did not end within"):
            await work.run(call, loop.time() + 0.05, lambda: ended.append(1))
        del call
        gc.collect()
        assert ended == [1]
        assert alive() is None
        event.set()
        assert await first
        work.close()

    asyncio.run(asyncio.wait_for(story(), 10))


def test_a_body_counts_until_its_work_has_ended(monkeypatch):
    """Also where the client has been told that it took too long."""
    with client(golden("means"), timeout=0.2) as found:
        event, bodies = threading.Event(), found.server.bodies
        monkeypatch.setattr(found.server, "_predicted", lambda *_, **__: event.wait(9))
        assert found.post("/predict", content=BODY, headers=JSON).status_code == 503
        assert bodies._held == len(BODY)
        event.set()
        while bodies._held:
            time.sleep(0.01)


def test_a_thread_that_cannot_be_stopped_keeps_its_place():
    async def story():
        work, event = Work(1, 0), threading.Event()
        loop = asyncio.get_running_loop()
        with pytest.raises(Problem, match="did not end within"):
            await work.run(event.wait, loop.time() + 0.05, nothing)
        with pytest.raises(Problem, match="1 requests are under way"):
            await work.run(event.wait, loop.time() + 5, nothing)
        event.set()
        while work.n:
            await asyncio.sleep(0.01)
        assert await work.run(lambda: 3, loop.time() + 5, nothing) == 3
        work.close()

    asyncio.run(asyncio.wait_for(story(), 10))


def test_what_waits_when_its_time_is_over_gives_its_place_back():
    async def story():
        work, event = Work(1, 1), threading.Event()
        loop = asyncio.get_running_loop()
        first = asyncio.create_task(work.run(event.wait, loop.time() + 5, nothing))
        await asyncio.sleep(0)
        with pytest.raises(Problem, match="did not end within"):
            await work.run(event.wait, loop.time() + 0.05, nothing)
        assert work.n == 1
        event.set()
        assert await first
        work.close()

    asyncio.run(asyncio.wait_for(story(), 10))


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", True), ("127.1.2.3", True), ("::1", True), ("::", False), ("", False),
     ("192.168.0.1", False), ("localhost.", False)],
)  # fmt: skip
def test_loopback(host, expected):
    assert is_loopback(host) is expected
    assert Settings("m", host=host).is_loopback is expected


def test_the_parts_of_an_answer_do_not_wait_for_each_other():
    """With Nagle's algorithm the body would wait 40 ms for what acknowledges the head."""
    settings = Settings(str(golden("means")), port=0)

    async def story():
        app = endpoints.application(settings)
        state = ServerState()
        listener = listening(settings)
        config = config_of(settings, app)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Protocol(config, state, {}), sock=listener)
        _, writer = await asyncio.open_connection(*listener.getsockname())
        while not state.connections:
            await asyncio.sleep(0.01)
        connection = next(iter(state.connections)).transport.get_extra_info("socket")
        found = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        writer.close()
        while state.connections:
            await asyncio.sleep(0.01)
        server.close()
        await server.wait_closed()
        return found

    assert asyncio.run(asyncio.wait_for(story(), 10))
