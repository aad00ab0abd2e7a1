"""The command in a process of its own, over a real socket."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import threading
import time
from contextlib import closing
from http.client import RemoteDisconnected

import pytest

import glassnet as gn
from files.golden_table import golden, names
from serve.serving import JSON, Load, Process, another, client, rows_for

TABLE = "tabular-classifier"
HEAD = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
BLOCKED = "import sys\nfor name in ('sklearn', 'scipy', 'polars'): sys.modules[name] = None"
SLOW = """
import time
from glassnet.serve import endpoints
original = endpoints.matrix_of
endpoints.matrix_of = lambda *arguments: (time.sleep({seconds}), original(*arguments))[1]
"""
"""In the process of the server: makes each prediction take so long."""


@pytest.fixture(scope="module")
def server():
    with Process(golden(TABLE), "--timeout", "1s", "--max-body", "1MB", before=BLOCKED) as found:
        yield found
        status, err = found.end()
        assert (status, err) == (0, "")


@pytest.fixture
def place(tmp_path):
    path = tmp_path / "m.glassnet"
    shutil.copy(golden(TABLE), path)
    return path


def test_predictions_are_the_same_to_the_bit_without_scikit_learn(server):
    rows = rows_for(TABLE)
    status, content = server.predict(rows)
    X = [list(row.values()) for row in rows]
    predictor = gn.load(golden(TABLE))
    assert status == 200
    assert content["predictions"] == predictor.predict(X).tolist()
    assert content["probabilities"] == predictor.predict_proba(X).tolist()


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
@pytest.mark.parametrize("name", [None, *names()])
def test_the_command_on_the_page_works(server, name):
    status, text = server.ask("GET", "/")
    assert status == 200
    if name is not None:  # another model's page, whose body is sent to it in this process
        with client(golden(name)) as found:
            page = found.get("/").text
            words = shlex.split(re.search(r"curl .*(\n .*){2}", page)[0].replace("\\\n", ""))
            headers = dict([words[words.index("--header") + 1].split(": ")])
            assert found.post("/predict", content=words[-1], headers=headers).is_success
        return
    command = re.search(r"curl .*(\n .*){2}", text.decode())[0]
    done = subprocess.run(
        ["sh", "-c", command.replace("curl", "curl --silent --fail", 1)],
        capture_output=True, check=True, timeout=20,
    )  # fmt: skip
    assert json.loads(done.stdout)["predictions"][0] in ("no", "perhaps", "yes")


@pytest.mark.parametrize("is_declared", [True, False])
def test_a_body_that_is_too_large_is_answered(server, is_declared):
    data = b"x" * 1_000_001
    body = data if is_declared else iter([data[:600_000], data[600_000:], data])
    with closing(server.connect()) as connection:
        connection.request("POST", "/predict", body, JSON, encode_chunked=not is_declared)
        answer = connection.getresponse()
        assert answer.status == 413
        assert "expected at most 1,000,000" in json.loads(answer.read())["error"]["message"]
    assert server.ask("GET", "/health")[0] == 200


def until_closed(connection, timeout=10):
    """Return what comes until the other side closes, and after how long it did."""
    began, parts = time.monotonic(), []
    connection.settimeout(timeout)
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts), time.monotonic() - began


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", None),
        (b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Ty", None),
        (
            HEAD + b'Content-Length: 99\r\n\r\n{"rows',
            408,
        ),
    ],
)
def test_whoever_stands_still_is_cut(server, sent, status):
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(sent)
        answer, took = until_closed(connection)
    assert 0.7 < took < 4
    assert answer.startswith(b"HTTP/1.1 %d " % status if status else b"")
    assert bool(answer) is bool(status)


def test_a_second_request_that_does_not_end_is_cut(server):
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        connection.sendall(b"GET /hea")
        _, took = until_closed(connection)
    assert 0.7 < took < 4  # uvicorn's own limit between two requests is 5 s


def test_a_drip_does_not_buy_time(server):
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\n")
        began = time.monotonic()
        try:
            while time.monotonic() - began < 6:
                connection.sendall(b"x")
                time.sleep(0.1)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert 0.7 < time.monotonic() - began < 4


def test_whoever_does_not_read_is_cut(server):
    """Answers that nobody takes would stay in memory."""
    rows = json.dumps({"rows": [rows_for(TABLE)[0]] * 4_000}).encode()
    request = HEAD + b"Content-Length: %d\r\n\r\n" % len(rows) + rows
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", server.port))
        connection.settimeout(10)
        began = time.monotonic()
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            connection.sendall(request * 40)  # more answers than the system's buffers hold
        assert time.monotonic() - began < 9
    assert server.ask("GET", "/health")[0] == 200


@pytest.mark.parametrize(
    ("how", "workers"), [(signal.SIGTERM, 1), (signal.SIGINT, 1), (signal.SIGTERM, 2)]
)
def test_a_signal_ends_it_when_all_is_answered(how, workers):
    before = SLOW.format(seconds=0.7) if workers == 1 else ""  # it acts on this process only
    rows = rows_for(TABLE)[:4] * (1 if workers == 1 else 8_000)
    with Process(golden(TABLE), "--workers", workers, before=before) as server:
        workers_of(server, workers)
        found = []
        asking = threading.Thread(target=lambda: found.append(server.predict(rows)))
        asking.start()
        time.sleep(0.25)
        assert not found
        status, err = server.end(how)
        asking.join()
    assert (status, err) == (0, "")
    assert found[0][0] == 200
    assert len(found[0][1]["predictions"]) == len(rows)
    with pytest.raises(ConnectionRefusedError):
        server.ask("GET", "/health")


def test_processes_share_a_socket_are_replaced_and_end_with_the_one_that_started_them(place):
    with Process(place, "--workers", 2) as server:
        seen = workers_of(server, 2)
        os.kill(min(seen), signal.SIGKILL)
        workers = workers_of(server, 2, without=min(seen))
        assert max(seen) in workers
        server.process.kill()
        try:
            ends = time.monotonic() + 10
            while any(map(is_running, workers)) and time.monotonic() < ends:
                time.sleep(0.1)
            assert not any(map(is_running, workers))
        finally:  # nothing stays behind if they did not
            for one in filter(is_running, workers):
                os.kill(one, signal.SIGKILL)


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def workers_of(server, n, without=None):
    """Return the numbers of so many processes that answer."""
    seen, ends = set(), time.monotonic() + 20
    while len(seen) < n and time.monotonic() < ends:
        connections = [server.connect() for _ in range(4)]
        try:
            for connection in connections:
                connection.connect()
            for connection in connections:
                seen.add(server.ask("GET", "/health", connection=connection)[1]["worker"])
        except (ConnectionResetError, RemoteDisconnected):  # one that died had it
            pass
        for connection in connections:
            connection.close()
        seen -= {without}
    assert len(seen) == n
    return seen


@pytest.mark.parametrize("workers", [1, 2])
def test_no_request_fails_while_the_model_is_exchanged(place, tmp_path, workers, capsys):
    """Each answer is of one of the two models, and after the last exchange of the new one only."""
    rows = rows_for(TABLE)
    models = [another(tmp_path / f"{k}.glassnet", factor) for k, factor in enumerate((1.0, 0.5))]
    X = [list(row.values()) for row in rows]
    expected = [json.dumps(gn.load(one).predict_proba(X).tolist()) for one in models]
    assert expected[0] != expected[1]
    os.replace(shutil.copy(models[0], tmp_path / "next"), place)  # noqa: PTH105
    with Process(place, "--workers", workers) as server:
        workers_of(server, workers)
        with Load(server, rows) as load:
            for k in range(1, 7):
                time.sleep(0.3)
                if k == 4:
                    place.write_bytes(models[1].read_bytes()[:4_000])  # half of it, in place
                    time.sleep(0.6)
                os.replace(shutil.copy(models[k % 2], tmp_path / "next"), place)  # noqa: PTH105
            os.replace(shutil.copy(models[1], tmp_path / "next"), place)  # noqa: PTH105
            time.sleep(1.2)  # a look, and some time to load
            settled = time.perf_counter()
            time.sleep(0.3)
        status, err = server.end()
    with capsys.disabled():
        print(
            f"\n{workers} workers: {len(load.answers):,} requests, {len(load.failures)} failures, "
            f"p50 {load.percentile(0.5):.1f} ms, p99 {load.percentile(0.99):.1f} ms"
        )
    assert load.failures == []
    found = {text for _, _, text in load.answers}
    assert found == set(expected)
    late = {text for began, _, text in load.answers if began > settled}
    assert late == {expected[1]}
    assert status == 0
    assert "the new model cannot be used, the one before stays" in err
    assert "serving the new model" in err
