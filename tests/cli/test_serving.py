"""``glassnet serve``: what is refused before it listens, each in one sentence."""

import re
import socket
from pathlib import Path

import pytest

from cli.commands import finish, run, start
from files.golden_table import golden
from glassnet.cli.serving import n_bytes
from glassnet.serve import Settings

MODEL = golden("means")


def sentence(result):
    """Return what was refused, on one line."""
    return " ".join(re.sub("[│╭╮╰╯─]", " ", result.output).split())


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["none.glassnet"], 2, r"Error: none\.glassnet: No such file.*Expected a model file\."),
        (["."], 2, r"Error: \.: Is a directory\. Expected a model file\."),
        ([__file__], 1, r"Error: .*: this is text, no model file of glassnet"),
        ([MODEL, "--max-body", "lots"], 2, r"--max-body lots: expected a size such as 16MB or"),
        ([MODEL, "--max-body", "0"], 2, r"--max-body 0: expected a size"),
        ([MODEL, "--max-body", "11GB"], 2, r"--max-body 11GB: expected a size.* at most 10GB"),
        ([MODEL, "--timeout", "soon"], 2, r"'--timeout'.*'soon' gives no time\. Expected such as"),
        ([MODEL, "--port", "65536"], 2, r"'--port'"),
        ([MODEL, "--port", "-1"], 2, r"'--port'"),
        ([MODEL, "--workers", "0"], 2, r"'--workers'"),
        ([MODEL, "--max-rows", "0"], 2, r"'--max-rows'"),
        ([MODEL, "--host", "192.0.2.1", "--port", "0"], 1,
         r"cannot listen on 192\.0\.2\.1, port 0: .*Choose another --host, such as 127\.0\.0\.1"),
        ([MODEL, "--host", "no such name", "--port", "0"], 1, r"cannot listen on no such name"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_sentence(arguments, status, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("serve", *arguments)
    assert (result.exit_code, re.search(message, sentence(result)) is not None) == (
        status, True
    ), sentence(result)  # fmt: skip
    assert "Traceback" not in result.output


def test_a_damaged_model(tmp_path):
    path = tmp_path / "m.glassnet"
    path.write_bytes(MODEL.read_bytes()[:-5])
    result = run("serve", path)
    assert result.exit_code == 1
    assert "the file ends after" in sentence(result)


def test_a_port_that_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = run("serve", MODEL, "--port", port)
    assert result.exit_code == 1
    expected = f"Error: cannot listen on 127.0.0.1, port {port}: it is taken. Choose another --port"
    assert sentence(result).startswith(expected)


@pytest.mark.parametrize("module", ["starlette", "uvicorn", "pyarrow"])
def test_a_missing_extra_is_one_sentence(module):
    process = start("serve", MODEL, before=f"import sys; sys.modules[{module!r}] = None")
    status, out, err = finish(process)
    assert (status, out) == (1, "")
    assert err == (
        f"Error: Predictions over HTTP need {module}, which is not installed: "
        "pip install 'glassnet[serve]'\n"
    )


def test_help_names_every_option_and_needs_none_of_it():
    blocked = "; ".join(f"sys.modules[{name!r}] = None" for name in ("starlette", "sklearn"))
    status, out, err = finish(start("serve", "--help", before=f"import sys; {blocked}"))
    assert (status, err) == (0, "")
    for option in ("--host", "--port", "--workers", "--max-body", "--max-rows", "--timeout",
                   "--queue", "--allow-host", "--log"):  # fmt: skip
        assert option in out


def test_the_page_of_the_documentation_has_the_options_and_what_they_are_by_themselves():
    text = (Path(__file__).parents[2] / "docs" / "serving.md").read_text(encoding="utf-8")
    limits = text.partition("## Limits")[2].partition("## ")[0]
    first = "".join(re.findall(r"^\| (`--.*?) \|", limits, re.MULTILINE))
    names = re.findall(r"`(--[a-z-]+)`", first)
    shown = run("serve", "--help").output
    assert sorted(names) == sorted(set(re.findall(r"--[a-z-]+", shown)) - {"--help", "--port-"})
    settings = Settings("m")
    for value in (settings.host, settings.port, f"{settings.max_rows:,}", settings.queue):
        assert re.search(rf"^\|[^|]+\|[^|]*\b{value}\b", limits, re.MULTILINE), value
    assert (n_bytes("16MB"), "| 16MB |" in limits) == (settings.max_body, True)
    assert (settings.timeout, "| 30s |" in limits) == (30.0, True)


def test_the_help_of_all_commands_names_it():
    assert "serve" in run("--help").output
