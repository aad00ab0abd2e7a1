"""``glassnet playground``: a process of its own; what is refused before it listens."""

import os
import re
import signal
import socket
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from cli.commands import finish, run, start
from cli.test_serving import sentence
from playground.pages import HOST, open_page
from playground.test_session import table

ADDRESS = r"The playground is at http://127\.0\.0\.1:(\d+)/\?token=([\w-]{24}) \(Ctrl-C ends it\)\n"


@pytest.fixture
def started(request):
    """Start the command; return its process, its port and its token."""
    processes = []

    def start_it(*arguments, before=""):
        process = start("playground", "--no-browser", *arguments, before=before)
        processes.append(process)
        found = re.fullmatch(ADDRESS, process.stdout.readline())
        assert found, process.communicate(timeout=20)
        return process, int(found[1]), found[2]

    yield start_it
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ended(process, how, within=5.0):
    began = time.monotonic()
    process.send_signal(how)
    status, out, err = finish(process, 20)
    assert time.monotonic() - began < within
    assert (status, out, err) == (0, "", "")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_while_pages_play(started, how):
    process, port, token = started()
    with ExitStack() as stack:
        for rows in (60, 5000):
            page = stack.enter_context(open_page(port, token))
            page.ask("setup", setup={"batch_size": 0 if rows == 5000 else 10})
            page.ask("play")
            page.next("frame", lambda f: f["step"] > 0)
        stack.enter_context(socket.create_connection((HOST, port), 5))  # who says nothing
        ended(process, how)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, port), 5)


def test_a_signal_at_once_and_a_second_one(started):
    process, _, _ = started()
    process.send_signal(signal.SIGTERM)
    ended(process, signal.SIGTERM)


def test_a_signal_while_gradients_are_checked(started):
    process, port, token = started()
    with open_page(port, token) as page:
        layers = [{"nodes": 64, "activation": "Mish", "dropout": 0.0}] * 6
        page.ask("setup", setup={"layers": layers})
        page.ask("gradcheck")
        page.next("setup")
        time.sleep(0.2)
        ended(process, signal.SIGINT)


def children(pid):
    """Return the processes that a process has begun."""
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(one) for path in listed for one in path.read_text().split()]


def is_training(pid):
    with suppress(OSError):
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="Linux")
def test_pages_end_with_a_server_that_is_killed(started):
    process, port, token = started()
    with open_page(port, token) as page:
        page.ask("play")
        page.next("frame", lambda f: f["step"] > 0)
        pages = [pid for pid in children(process.pid) if is_training(pid)]
        assert pages
        process.kill()
        ends = time.monotonic() + 10
        while any(map(is_training, pages)):
            assert time.monotonic() < ends
            time.sleep(0.01)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="Linux")
@pytest.mark.parametrize("wait", [0.0, 0.05, 0.2, 1.0])
def test_ctrl_c_reaches_all_of_them_and_nothing_is_said(started, wait):
    """A terminal sends it to the pages' processes, too, whatever they are at."""
    process, _, _ = started()
    time.sleep(wait)
    for pid in children(process.pid):
        if is_training(pid):
            os.kill(pid, signal.SIGINT)
    ended(process, signal.SIGINT)


def test_it_begins_with_a_table(started, tmp_path, rng):
    path = table(tmp_path, rng)
    process, port, token = started(path, "--target", "kind")
    with open_page(port, token) as page:
        assert page.setup["setup"]["data"]["name"] == "file"
        assert page.next("data")["target"] == "kind"
        kind = next(k for k in page.ready["catalog"]["data"] if k["name"] == "file")
        assert kind["says"].startswith("t.csv, or another table")
    ended(process, signal.SIGTERM)


def test_all_pages_learn_from_the_same_table(started, tmp_path, rng):
    """Though its file is another, or gone."""
    path = table(tmp_path, rng)
    _, port, token = started(path)
    with open_page(port, token) as page:
        rows = page.next("data")["n_train"]
    path.write_text("x,y\n" + "".join(f"{i},{i % 3}\n" for i in range(90)))
    with open_page(port, token) as page:
        assert page.next("data")["n_train"] == rows
    path.unlink()
    with open_page(port, token) as page:
        assert page.next("data")["n_train"] == rows


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("data=spiral&rate=0.1", "data=spiral&rate=0.1"),
        ("http://a/?token=b#inputs=x1^2,x y", "inputs=x1^2,x%20y"),
    ],
)
def test_a_link_stands_behind_the_address(link, shown):
    process = start("playground", "--no-browser", "--link", link)
    line = process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    finish(process, 20)
    assert line.partition("#")[2] == f"{shown} (Ctrl-C ends it)\n"
    assert re.fullmatch(ADDRESS, line.replace(f"#{shown}", ""))


def test_it_listens_for_this_machine_alone(started):
    process, port, _ = started()
    with httpx.Client(trust_env=False) as client:
        assert client.get(f"http://{HOST}:{port}/").status_code == 403
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None)}
    for other in others - {HOST, "::1"}:
        with pytest.raises(OSError, match=r"refused|unreachable|assign"):
            socket.create_connection((other, port), 2)
    ended(process, signal.SIGTERM)


@pytest.mark.slow
def test_each_start_has_a_token_of_its_own(started):
    tokens = {started()[2] for _ in range(2)}
    assert len(tokens) == 2


CSV = "x,y\n" + "".join(f"{i},{i % 3}\n" for i in range(30))


@pytest.mark.parametrize(
    ("content", "arguments", "status", "message"),
    [
        (None, ["none.csv"], None, r"Error: none\.csv: No such file"),
        (None, ["."], None, r"Error: \.: Is a directory"),
        ("", ["t.csv"], None, r"Error: t\.csv"),
        ("x,y\n", ["t.csv"], None, r"t\.csv has column names and no rows"),
        (CSV, ["t.csv", "--target", "z"], None, r"--target z: t\.csv has no such column\. "),
        (CSV, ["t.csv", "--port", "65536"], 2, r"'--port'"),
        (CSV, ["t.csv", "--port", "-1"], 2, r"'--port'"),
        ("x,y\n" + "".join(f"{i},c{i % 40}\n" for i in range(400)), ["t.csv"], 1,
         r"Error: t\.csv: 'y' has 40 classes; expected at most 20"),
        ("x,z,y\n1,3,a\n2,4,b\n", ["t.csv"], 1, r"Error: "),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_sentence(content, arguments, status, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if content is not None:
        (tmp_path / "t.csv").write_text(content)
    result = run("playground", "--no-browser", *arguments)
    assert result.exit_code in ([1, 2] if status is None else [status])
    assert re.search(message, sentence(result)), sentence(result)
    assert "Traceback" not in result.output
    assert result.output.count("Error") == 1


def test_a_port_that_is_taken():
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        result = run("playground", "--no-browser", "--port", port)
    assert result.exit_code == 1
    assert sentence(result) == (
        f"Error: cannot listen on port {port}: it is taken. Choose another --port; 0 is any that "
        "is free."
    )


@pytest.mark.parametrize("module", ["starlette", "uvicorn", "websockets"])
def test_a_missing_extra_is_one_sentence(module):
    process = start("playground", before=f"import sys; sys.modules[{module!r}] = None")
    status, out, err = finish(process)
    assert (status, out) == (1, "")
    assert err == (
        f"Error: The playground needs {module}, which is not installed: "
        "pip install 'glassnet[playground]'\n"
    )


def test_the_browser_is_opened_unless_it_is_not_to_be(started):
    before = (
        "import webbrowser, sys\n"
        "webbrowser.open = lambda address: print('opened', address, file=sys.stderr, flush=True)"
    )
    process = start("playground", before=before)
    address = re.search(r"http\S+", process.stdout.readline())[0]
    assert process.stderr.readline() == f"opened {address}\n"
    process.send_signal(signal.SIGTERM)
    assert finish(process, 20) == (0, "", "")
