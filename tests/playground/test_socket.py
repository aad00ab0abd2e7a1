"""The server over real sockets: who is let in, what is too much, and what is left behind."""

import contextlib
import http.client
import json
import os
import re
import resource
import signal
import socket
import threading
import time
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

import glassnet as gn
from glassnet.playground import endpoints, files
from glassnet.playground import socket as page_socket
from playground.pages import HOST, TOKEN, Here, data, layers, open_page
from playground.test_session import table

MB = 2**20


@pytest.fixture(scope="module")
def here():
    with Here() as found:
        yield found


@pytest.fixture
def static(tmp_path_factory, monkeypatch):
    """A page that has been built, beside something that is nobody's business."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "secret.txt").write_text("secret")
    (folder / "static" / "assets").mkdir(parents=True)
    (folder / "static" / "index.html").write_text("<!doctype html><title>glassnet</title>")
    (folder / "static" / "assets" / "a.js").write_text("1")
    monkeypatch.setattr(endpoints, "STATIC", folder / "static")
    return folder / "static"


def quiet(n, place, seconds=20):
    """Wait until so many pages are left."""
    ends = time.monotonic() + seconds
    while len(place.pages) > n:
        assert time.monotonic() < ends
        time.sleep(0.01)


def processes(place):
    """Return the processes of all pages that are open."""
    return [page._process for page in place.pages.values()]


def gone(processes, seconds=5):
    """Wait until these processes are no more, whatever they were doing."""
    ends = time.monotonic() + seconds
    while any(one.is_alive() for one in processes):
        assert time.monotonic() < ends
        time.sleep(0.01)


def memory():
    """Return the bytes that this process has in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


# Who is let in


OURS = {"Host": "{address}", "Origin": "http://{address}"}
WRONG = [
    {"Host": "evil.example"}, {"Host": "evil.example:{port}"}, {"Host": "127.0.0.1"},
    {"Host": "127.0.0.1:1"}, {"Host": "127.0.0.1.evil.example:{port}"}, {"Host": "[::1]:{port}"},
    {"Host": "localhost.:{port}"}, {"Origin": "null"}, {"Origin": "http://evil.example"},
    {"Origin": "https://127.0.0.1:{port}"}, {"Origin": "http://127.0.0.1:1"},
    {"Origin": "http://127.0.0.1:{port}.evil.example"}, {"Origin": ""}, {"Origin": "file://"},
    {"Origin": "http://127.0.0.1:{port}/"},
]  # fmt: skip


def headers_of(here, change):
    address = f"{HOST}:{here.port}"
    return {
        name: value.format(address=address, port=here.port)
        for name, value in (OURS | change).items()
    }


@pytest.mark.parametrize("change", WRONG)
def test_a_socket_of_another_page_is_refused_before_it_opens(here, change):
    given = headers_of(here, change)
    with socket.create_connection((HOST, here.port), 10) as raw:
        lines = [f"GET /socket?token={TOKEN} HTTP/1.1", *(f"{k}: {v}" for k, v in given.items())]
        lines += ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]
        lines += ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", ""]
        raw.sendall("\r\n".join(lines).encode())
        assert raw.recv(100).startswith(b"HTTP/1.1 403 ")
    assert here.place.pages == {}


def test_a_socket_without_an_origin_is_refused(here):
    address = f"ws://{HOST}:{here.port}/socket?token={TOKEN}"
    with pytest.raises(InvalidStatus, match="403"), connect(address, proxy=None):
        pass


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?token=",
        "?token=x",
        f"?token={TOKEN}x",
        "?token=%00",
        f"?token={TOKEN[:-1]}",
        "?token=%ed%a0%80",
        f"?Token={TOKEN}",
    ],
)
def test_a_socket_without_the_token_is_refused(here, query):
    with (
        pytest.raises(InvalidStatus, match="403"),
        connect(f"ws://{HOST}:{here.port}/socket{query}", origin=here.address, proxy=None),
    ):
        pass  # fmt: skip


@pytest.mark.parametrize("path", ["/", "/file", "/model", "/assets/a.js", "/nowhere"])
def test_other_sockets_are_refused(here, path, caplog):
    with (
        pytest.raises(InvalidStatus, match="403"),
        connect(f"ws://{HOST}:{here.port}{path}?token={TOKEN}", origin=here.address, proxy=None),
    ):
        pass  # fmt: skip
    assert not caplog.records


PATHS = [("GET", "/"), ("POST", "/file"), ("POST", "/model"), ("GET", "/model")]


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize("change", WRONG)
def test_a_request_of_another_page_is_refused(here, method, path, change):
    given = headers_of(here, change)
    answer = here.ask(method, path, b"x" if method == "POST" else None, given)
    assert answer.status_code == 403
    assert re.match(r"(Host|Origin) is ", answer.json()["says"])


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize("token", ["", "x", TOKEN + "x", "é", "\ud800".encode("utf-8", "replace")])
def test_a_request_without_the_token_is_refused(here, method, path, token):
    answer = here.ask(method, path, b"x" if method == "POST" else None, token=token)
    assert answer.status_code == 403
    assert "token" in answer.text


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_both_names_of_this_machine_are_right(here, static, name):
    given = {"Host": f"{name}:{here.port}", "Origin": f"http://{name}:{here.port}"}
    assert here.ask("GET", "/", headers=given).status_code == 200


@pytest.mark.parametrize(("method", "path"), PATHS[1:])
@pytest.mark.parametrize("page", ["", "nobody", "../../etc"])
def test_a_page_that_is_not_there(here, method, path, page):
    answer = here.ask(method, path, b"x" if method == "POST" else None, page=page)
    assert answer.status_code == 404
    assert answer.json()["says"].startswith("There is no such page")


# The page itself


def test_headers_of_the_page(static):
    with Here() as here:
        for path in ("/", "/assets/a.js", "/nowhere"):
            found = here.ask("GET", path).headers
            policy = found["content-security-policy"]
            assert policy.startswith("default-src 'none'; script-src 'self'; ")
            for part in ("frame-ancestors 'none'", "base-uri 'none'", "connect-src 'self'"):
                assert part in policy
            assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
            assert found["x-content-type-options"] == "nosniff"
            assert found["referrer-policy"] == "no-referrer"
            assert found["cross-origin-resource-policy"] == "same-origin"
            assert found["cross-origin-opener-policy"] == "same-origin"
            assert "access-control-allow-origin" not in found
            assert "server" not in found


@pytest.mark.parametrize(
    "path",
    ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/../../secret.txt",
     "/assets/%2e%2e/%2e%2e/secret.txt", "//etc/passwd", "/%2fetc/passwd", "/....//secret.txt",
     "/..%5csecret.txt", "/%00", "/assets/%00.js", "/" + "a" * 5000, "/static/../secret.txt"],
)  # fmt: skip
def test_nothing_beside_the_page_is_given(static, path):
    with (
        Here() as here,
        contextlib.closing(http.client.HTTPConnection(HOST, here.port, timeout=10)) as raw,
    ):
        raw.request("GET", path)
        answer = raw.getresponse()
        body = answer.read()
    assert answer.status in (400, 404)
    assert b"secret" not in body
    assert b"root:" not in body


def test_what_is_built_is_given(static):
    with Here() as here:
        assert here.ask("GET", "/").text.startswith("<!doctype html>")
        assert here.ask("GET", "/assets/a.js", token="").text == "1"
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
            assert here.ask(method, "/assets/a.js").status_code == 405
            assert here.ask(method, "/").status_code == 405


def test_a_page_that_has_not_been_built(tmp_path, monkeypatch):
    monkeypatch.setattr(endpoints, "STATIC", tmp_path)
    with Here() as here:
        answer = here.ask("GET", "/")
    assert answer.status_code == 503
    assert "make page" in answer.text


# What a page sends


def test_a_page_learns(here):
    with here.page() as page:
        page.next("frame")
        page.ask("play")
        first = page.next("frame", lambda f: f["step"] > 0)
        page.next("frame", lambda f: f["epoch"] > first["epoch"])
        page.ask("pause")
        last = page.next("frame", lambda f: not f["playing"])
        assert last["loss"][0] < 2


def still_serves(here):
    with here.page() as page:
        page.ask("export")
        assert page.next("code")["text"].startswith('"""')


@pytest.mark.parametrize("size", [2**18 + 1, 2**24])
def test_a_frame_that_is_too_large_ends_the_page_and_no_other(here, size):
    with here.page() as other, here.page() as page:
        with contextlib.suppress(ConnectionClosed):
            page.socket.send("x" * size)
        assert page.close_code() in (1009, None)  # None where what was not read resets it
        other.ask("export")
        other.next("code")
    quiet(0, here.place)


def test_a_frame_that_says_that_it_will_be_too_large(here):
    """It is refused before it has come."""
    with contextlib.closing(raw_page(here)) as raw:
        raw.sendall(bytes([0x81, 0xFF]) + (2**18 + 1).to_bytes(8) + bytes(4))
        raw.settimeout(10)
        found = b""
        while b"\x03\xf1" not in found[-100:]:
            part = raw.recv(65536)
            assert part, found[-100:]
            found += part
    quiet(0, here.place)
    still_serves(here)


def test_fragments_that_are_too_much_together(here):
    with here.page() as page:
        with contextlib.suppress(ConnectionClosed):
            page.socket.send("x" * 50_000 for _ in range(100))
        assert page.close_code() in (1009, None)
    still_serves(here)


def test_a_request_in_fragments(here):
    with here.page() as page:
        page.socket.send(iter(['{"do": ', '"exp', 'ort"}']))
        page.next("code")


@pytest.mark.parametrize(
    "sent",
    ["", "{", "nothing", "[1, 2", '"text"', "1e999", "NaN", "null", "[]", "[" * 100_000,
     '{"do":' * 30_000, "[" * 100_000 + "]" * 100_000, "9" * 200_000, '{"do": "\\ud800"}', "\x00",
     json.dumps({"do": "x" * 200_000}), '{"do": NaN}', '{"do": -Infinity}'],
)  # fmt: skip
def test_what_is_no_request_is_answered(here, sent):
    with here.page() as page:
        page.socket.send(sent)
        error = page.next("error")
        assert len(json.dumps(error)) < 2000
        page.ask("export")
        page.next("code")


def test_bytes_are_no_request(here, caplog):
    with here.page() as page:
        page.socket.send(b'{"do": "play"}')
        assert page.close_code() == 1003
    quiet(0, here.place)
    assert not caplog.records
    still_serves(here)


def test_text_that_is_no_utf_8(here, caplog):
    with here.page() as page:
        page.socket.send(b"\xff\xfe", text=True)
        assert page.close_code() == 1007
    quiet(0, here.place)
    still_serves(here)


# Many, slow and silent ones


def test_a_hundred_pages_at_once(here):
    address = f"ws://{HOST}:{here.port}/socket?token={TOKEN}"
    found, turned_away = [], []
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            one = stack.enter_context(
                connect(address, origin=here.address, proxy=None, max_size=None)
            )
            try:
                one.recv(20)
                found.append(one)
            except ConnectionClosed as closed:
                turned_away.append((closed.rcvd.code, closed.rcvd.reason))
        assert len(found) == 8
        assert set(turned_away) == {(1013, "8 pages are open already; close one")}
        theirs = processes(here.place)
        for one in found:
            one.send('{"do": "export"}')
            while isinstance(text := one.recv(20), bytes) or '"code"' not in text[:20]:
                pass
    quiet(0, here.place)
    gone(theirs)
    still_serves(here)


@pytest.mark.parametrize("way", ["close", "abort", "playing", "a long epoch"])
def test_a_closed_page_frees_its_process(here, way):
    quiet(0, here.place)
    with here.page() as page:
        (process,) = processes(here.place)
        if way == "playing":
            page.ask("play")
            page.next("frame", lambda f: f["step"] > 0)
        if way == "abort":
            page.socket.socket.shutdown(socket.SHUT_RDWR)
        if way == "a long epoch":
            page.ask("setup", setup={"data": data(rows=5000), "batch_size": 1,
                                     "layers": layers(*[64] * 6)})  # fmt: skip
            page.next("setup")
            page.ask("step", unit="epoch")
            time.sleep(0.2)
    quiet(0, here.place)
    gone([process])


def test_pages_that_close_while_they_begin_keep_no_place(here):
    """As when a reader loads a page again and again."""
    quiet(0, here.place)
    address = f"ws://{HOST}:{here.port}/socket?token={TOKEN}"
    for _ in range(20):
        with connect(address, origin=here.address, proxy=None):
            pass
        quiet(0, here.place, 1)
    still_serves(here)


@pytest.mark.parametrize("n_requests", [0, 40, 400])
def test_a_page_that_closes_is_noticed_whatever_waits(here, n_requests):
    """Its process stands still, and takes nothing."""
    with here.page() as page:
        process = here.place.pages[page.name]._process
        os.kill(process.pid, signal.SIGSTOP)
        for _ in range(n_requests):
            page.ask("export")
        time.sleep(0.2)
    quiet(0, here.place, 2)
    gone([process])


def test_a_page_that_asks_faster_than_can_be_answered(here, monkeypatch):
    monkeypatch.setattr(page_socket, "MOST_KEPT", 100)
    with here.page() as page:
        process = here.place.pages[page.name]._process
        os.kill(process.pid, signal.SIGSTOP)
        with contextlib.suppress(ConnectionClosed):
            for _ in range(300):
                page.ask("export")
        assert page.close_code() == 1008
    gone([process])


def test_what_is_asked_before_the_process_is_there_is_done(here):
    address = f"ws://{HOST}:{here.port}/socket?token={TOKEN}"
    with connect(address, origin=here.address, proxy=None, max_size=None) as one:
        one.send('{"do": "export"}')
        while isinstance(text := one.recv(20), bytes) or '"code"' not in text[:20]:
            pass


def raw_page(here):
    """Return a socket that has been upgraded, and will read no more."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect((HOST, here.port))
    raw.sendall(
        (
            f"GET /socket?token={TOKEN} HTTP/1.1\r\nHost: {HOST}:{here.port}\r\n"
            f"Origin: {here.address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        ).encode()
    )
    assert raw.recv(12) == b"HTTP/1.1 101"
    return raw


def masked(text):
    """Return a frame of the client's with a mask of zeros."""
    body = text.encode()
    size = [len(body)] if len(body) < 126 else [126, *len(body).to_bytes(2)]
    return bytes([0x81, 0x80 | size[0], *size[1:], 0, 0, 0, 0]) + body


@pytest.mark.parametrize("what", ['{"do":"export"}', '{"do":"setup","setup":{"seed":1}}', "{}"])
def test_a_page_that_floods_and_does_not_read(here, monkeypatch, what):
    """Memory stays, others are served, and in the end it loses its place."""
    monkeypatch.setattr(page_socket, "PATIENCE", 2.0)
    monkeypatch.setattr(page_socket, "GOODBYE", 0.2)
    quiet(0, here.place)
    with contextlib.closing(raw_page(here)) as raw, here.page() as other:
        flood = masked(what) * 200
        before, sent = memory(), 0
        raw.settimeout(0.2)
        ends = time.monotonic() + 4
        took = []
        while time.monotonic() < ends:
            try:
                sent += raw.send(flood)
            except TimeoutError:
                pass
            except OSError:  # it has been cut
                break
            began = time.perf_counter()
            other.ask("export")
            other.next("code")
            took.append(time.perf_counter() - began)
        assert memory() - before < 60 * MB
        assert sorted(took)[len(took) // 2] < 0.5
        quiet(1, here.place)  # the other one's is left


def test_a_page_that_reads_nothing_loses_its_place(here, monkeypatch):
    monkeypatch.setattr(page_socket, "PATIENCE", 0.5)
    monkeypatch.setattr(page_socket, "GOODBYE", 0.2)
    quiet(0, here.place)
    asked = [{"do": "setup", "setup": {"data": data(rows=5000, seed=seed)}} for seed in range(99)]
    with contextlib.closing(raw_page(here)) as raw:
        for one in asked:  # more than what the system keeps for a reader
            raw.sendall(masked(json.dumps(one)))
        time.sleep(0.3)
        theirs = processes(here.place)
        quiet(0, here.place)
        gone(theirs)


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET / HT", b"GET /socket HTTP/1.1\r\nHost: x\r\n",
     b"POST /file HTTP/1.1\r\nContent-Length: 100\r\n\r\nx"],
)  # fmt: skip
def test_whoever_says_nothing_or_half_keeps_nobody_waiting(here, sent):
    with contextlib.ExitStack() as stack:
        for _ in range(50):
            one = stack.enter_context(socket.create_connection((HOST, here.port), 5))
            one.sendall(sent)
        began = time.monotonic()
        still_serves(here)
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET /socket HTTP/1.1\r\nHost: x\r\n"])
def test_whoever_says_nothing_or_half_is_cut(sent):
    """And a page that is open is not."""
    with Here() as here:
        here.server.config.stand_still = 0.5
        with here.page() as page, socket.create_connection((HOST, here.port), 5) as one:
            one.sendall(sent)
            began = time.monotonic()
            with contextlib.suppress(ConnectionResetError):
                assert one.recv(100) == b""
            assert time.monotonic() - began > 0.3
            time.sleep(0.5)
            page.ask("export")
            page.next("code")


@pytest.mark.parametrize(
    "garbage", [b"\x00" * 1000, b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00", b"\r\n" * 99]
)
def test_what_is_no_http(here, garbage):
    with socket.create_connection((HOST, here.port), 5) as one:
        one.sendall(garbage)
        one.shutdown(socket.SHUT_WR)
        while one.recv(4096):
            pass
    still_serves(here)


# Files


def upload(here, page, content, name="t.csv", path="/file"):
    return here.ask("POST", path, content, page=page.name, name=name)


def test_a_table_is_uploaded_and_learned_from(here, tmp_path, rng):
    content = table(tmp_path, rng).read_bytes()
    with here.page() as page:
        answer = upload(here, page, content)
        assert answer.status_code == 200
        assert any("'code'" in one for one in answer.json()["says"])
        about = page.next("data", lambda d: d["columns"])
        assert about["columns"] == ["a", "b", "kind", "code", "free", "y"]
        page.ask("play")
        page.next("frame", lambda f: f["step"] > 10)
        page.ask("setup", setup={"data": data("file", target="a")})
        assert page.next("data")["task"] == "regression"
        page.next("frame", lambda f: f["epoch"] > 2)
        again = upload(here, page, content.replace(b"yes", b"oui"))
        assert again.status_code == 200
        assert page.next("data", lambda d: d["classes"])["classes"] == ["no", "oui"]
        first = page.next("frame")
        assert [point["step"] for point in first["curve"]] == [first["step"]] == [0]


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "..", ".", "a\x00b.csv", "x" * 5000, "\n'\".csv", "-",
     "C:\\x\\y.csv", "é日本.csv", "", "%2e%2e%2f"],
)  # fmt: skip
def test_names_of_uploads(here, name, tmp_path, rng):
    content = table(tmp_path, rng).read_bytes()
    with here.page() as page:
        answer = upload(here, page, content, name)
        assert answer.status_code == 200, answer.text
        page.ask("export")
        code = page.next("code")["text"]
        compile(code, "x", "exec")
        assert "/etc" not in code
        assert max(map(len, code.splitlines())) < 600


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"t\.csv"), (b"\x00" * 100, r"t\.csv"), (b"x,y\n", r"t\.csv has column names and no"),
        (b"x,y\n1,a\n1,a\n", r"the target 'y' is 'a' in every row"),
        (b"PAR1" + b"\x00" * 90, r"Parquet"),
        (b"x,y\n1,a\n2,b\n", r"nothing is left of the"), (b"ARROW1" + b"\x00" * 90, r"Arrow"),
        (b"\x1f\x8b" + b"\x00" * 50, r"t\.csv"), (b"y\na\nb\n", r"."),
        (b"x,y\n" + b"".join(b"%d,c%d\n" % (i, i % 40) for i in range(400)), r"has 40 classes"),
        (b",".join(b"c%d" % i for i in range(600)) + b"\n" + b"\n".join(
            b",".join(b"%d" % (i * k % 7) for i in range(600)) for k in range(30)),
         r"becomes \d+ columns; expected at most 512|expected"),
    ],
)  # fmt: skip
def test_files_that_are_refused_change_nothing(here, content, message, tmp_path):
    with here.page() as page:
        answer = upload(here, page, content)
        assert answer.status_code == 422, answer.text
        assert re.search(message, answer.json()["says"]), answer.text
        assert "/tmp" not in answer.text
        assert "body" not in answer.text
        page.ask("setup", setup={"learning_rate": 0.5})
        assert page.next("setup")["setup"]["data"]["name"] == "circle"
        page.ask("setup", setup={"data": data("file")})
        assert page.next("error")["says"] == "there is no file yet. Drop one on the page."


def test_an_upload_that_fails_half_way_leaves_the_file_before(here, tmp_path, rng, monkeypatch):
    good = table(tmp_path, rng).read_bytes()
    with here.page() as page:
        assert upload(here, page, good).status_code == 200
        bad = b"x,y\n" + b"".join(b"%d,c%d\n" % (i, i % 40) for i in range(400))
        assert upload(here, page, bad).status_code == 422
        page.ask("setup", setup={"data": data("file", seed=4)})
        assert page.next("data", lambda d: d["generation"] > 2)["classes"] == ["no", "yes"]


def test_a_model_there_and_back(here, tmp_path):
    with here.page() as page:
        page.ask("step", unit="epoch")
        page.next("frame", lambda f: f["epoch"] == 1)
        theta = page.arrays["theta"]
        answer = here.ask("GET", "/model", page=page.name)
        assert answer.status_code == 200
        assert "attachment" in answer.headers["content-disposition"]
        (tmp_path / "m.glassnet").write_bytes(answer.content)
        assert gn.load(tmp_path / "m.glassnet").predict([[0.0, 0.0]]).shape == (1,)
    with here.page() as page:
        page.ask("setup", setup={"seed": 9})
        assert upload(here, page, answer.content, path="/model").json() == {"says": []}
        page.next("frame", lambda f: f["generation"] == 2)
        while not (page.arrays["theta"] == theta).all():
            page.next("frame")


@pytest.mark.parametrize("content", [b"", b"x,y\n1,2", b"PK\x03\x04" + b"\x00" * 99, b"\x80\x04N."])
def test_models_that_are_none(here, content):
    with here.page() as page:
        answer = upload(here, page, content, path="/model")
        assert answer.status_code == 422
        assert "/tmp" not in answer.text
        page.ask("export")
        page.next("code")


def test_a_model_of_a_page_whose_loss_has_none(here):
    with here.page() as page:
        page.ask("setup", setup={"loss": {"name": "SquaredError", "settings": {}}})
        page.next("setup")
        answer = here.ask("GET", "/model", page=page.name)
        assert answer.status_code == 422
        assert "CrossEntropy" in answer.json()["says"]


@pytest.mark.parametrize("path", ["/file", "/model"])
def test_a_gigabyte_is_refused_by_its_length(here, path):
    with (
        here.page() as page,
        contextlib.closing(http.client.HTTPConnection(HOST, here.port, timeout=10)) as raw,
    ):
        before = memory()
        raw.putrequest("POST", f"{path}?token={TOKEN}&page={page.name}")
        raw.putheader("Content-Length", str(2**30))
        raw.endheaders(b"x" * 1000)
        answer = raw.getresponse()
        assert answer.status == 413
        assert "expected at most 20,000,000 bytes" in json.loads(answer.read())["says"]
        assert memory() - before < 20 * MB


@pytest.mark.parametrize("path", ["/file", "/model"])
def test_a_gigabyte_in_pieces_is_refused_on_its_way(here, path, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with here.page() as page, socket.create_connection((HOST, here.port), 10) as raw:
        before, sent, answer = memory(), 0, b""
        head = (
            f"POST {path}?token={TOKEN}&page={page.name} HTTP/1.1\r\nHost: {HOST}:{here.port}\r\n"
        )
        raw.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n")
        piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        with contextlib.suppress(OSError):
            while sent < 2**30:
                raw.sendall(piece)
                sent += len(piece)
        assert sent < 40 * MB
        with contextlib.suppress(OSError):
            answer = raw.recv(4096)
        assert not answer or answer.startswith(b"HTTP/1.1 413 ")
        assert memory() - before < 40 * MB
    ends = time.monotonic() + 5
    while list(tmp_path.iterdir()):
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_a_file_that_comes_too_slowly(here, monkeypatch, tmp_path):
    monkeypatch.setattr(files, "FOR_A_FILE", 0.5)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with here.page() as page, socket.create_connection((HOST, here.port), 10) as raw:
        head = f"POST /file?token={TOKEN}&page={page.name} HTTP/1.1\r\n"
        head += f"Host: {HOST}:{here.port}\r\n"
        raw.sendall(head.encode() + b"Content-Length: 1000\r\n\r\n")
        began, answer = time.monotonic(), b""
        raw.settimeout(0.1)
        while not answer and time.monotonic() - began < 5:  # a byte now and then buys no time
            raw.sendall(b"x")
            with contextlib.suppress(TimeoutError):
                answer = raw.recv(4096)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - began < 3
        page.ask("export")
        page.next("code")
    assert list(tmp_path.iterdir()) == []


def test_an_upload_whose_page_closes_meanwhile():
    """The answer comes, though nobody is left to do it."""
    found = []
    with Here(read="playground.readers:slow") as here:
        with here.page() as page:
            asking = threading.Thread(target=lambda: found.append(upload(here, page, b"x")))
            asking.start()
            time.sleep(0.2)
        quiet(0, here.place)
        asking.join(10)
    assert found
    assert (found[0].status_code, found[0].json()["says"]) == (404, "The page has been closed.")


def test_an_upload_that_breaks_off(here, caplog):
    with here.page() as page:
        with socket.create_connection((HOST, here.port), 10) as raw:
            head = f"POST /file?token={TOKEN}&page={page.name} HTTP/1.1\r\n"
            raw.sendall(
                (head + f"Host: {HOST}:{here.port}\r\nContent-Length: 99\r\n\r\nx").encode()
            )
            time.sleep(0.1)
        page.ask("export")
        page.next("code")
    assert not caplog.records


def test_whatever_a_reader_raises_is_an_answer():
    with Here(read="playground.readers:broken") as here, here.page() as page:
        answer = upload(here, page, b"x,y\n1,2\n")
        assert answer.status_code == 422
        assert "unheard of" in answer.json()["says"]


def test_a_file_of_the_start_that_has_gone_wrong():
    """Its page is told why it ends."""
    with Here(read="playground.readers:wrong", file=Path("t.csv"), file_name="t.csv") as here:
        address = f"ws://{HOST}:{here.port}/socket?token={TOKEN}"
        with connect(address, origin=here.address, proxy=None) as one:
            with pytest.raises(ConnectionClosed) as closed:
                one.recv(10)
            assert closed.value.rcvd.code == 1011
            assert closed.value.rcvd.reason.startswith("this file is wrong: é")
        quiet(0, here.place)


def test_pages_do_not_see_each_other(here):
    with here.page() as one, here.page() as other:
        assert one.name != other.name
        one.ask("setup", setup={"seed": 7})
        one.next("setup", lambda s: s["setup"]["seed"] == 7)
        other.ask("setup", setup={"learning_rate": 1.0})
        assert other.next("setup")["setup"]["seed"] == 0


@pytest.mark.slow
def test_a_long_run_takes_no_more_memory(here):
    with here.page() as page:
        page.ask("play")
        ends = [time.monotonic() + seconds for seconds in (10, 70)]
        sizes = []
        for end in ends:
            while time.monotonic() < end:
                page.next("frame")
            sizes.append(memory())
        assert sizes[1] - sizes[0] < 4 * MB
    assert page.frames > 600


def test_open_pages_end_with_the_server():
    with Here() as here:
        stack = contextlib.ExitStack()
        page = stack.enter_context(open_page(here.port, TOKEN))
        page.ask("play")
        page.next("frame", lambda f: f["step"] > 0)
        theirs = processes(here.place)
        here.server.should_exit = True
        assert page.close_code() in (1012, None)
        stack.close()
    gone(theirs)


def test_the_environment_asks_no_proxy():
    """These tests would test the proxy."""
    assert httpx.Client(trust_env=False)._mounts == {}
    assert os.getpid() > 0
