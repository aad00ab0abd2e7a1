"""How the tests run the command: in this process, or in one of its own."""

import os
import re
import subprocess
import sys

from typer.testing import CliRunner

from glassnet.cli.app import app


def run(*arguments, **settings):
    """Run the command in this process; return its result."""
    settings = {"env": {"COLUMNS": "300"}} | settings
    return CliRunner().invoke(app, [str(one) for one in arguments], **settings)


def start(*arguments, before="", **settings):
    """Start the command in a process of its own, after some Python; return the process."""
    code = f"{before}\nimport sys; sys.argv = {['glassnet', *map(str, arguments)]!r}\n"
    code += "from glassnet.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        **settings,
    )


def finish(process, timeout=60):
    """Return exit status, stdout and stderr of a process."""
    out, err = process.communicate(timeout=timeout)
    return process.returncode, out, err


def without_time(text):
    """Return an output without the only line that differs from run to run."""
    return re.sub(r"in \d+\.\d s", "in ? s", text)
