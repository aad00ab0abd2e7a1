"""The command line: parse, call, print."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command ``glassnet``."""
    try:
        from glassnet.cli.app import app
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("typer", "rich"):
            raise
        sys.exit('glassnet needs Typer and Rich for its commands: pip install "glassnet[cli]"')
    app()
