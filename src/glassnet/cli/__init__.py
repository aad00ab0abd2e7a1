"""The command line: parse, call, print. Needs Typer, Rich and polars: the extra ``cli``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command ``glassnet``; without its extra, say in one sentence how to install it."""
    try:
        from glassnet.cli.app import app

        app()
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("typer", "rich"):
            raise
        sys.exit('glassnet needs Typer and Rich for its command line: pip install "glassnet[cli]"')
    except KeyboardInterrupt:  # before the command has begun
        sys.exit(130)
