"""``glassnet playground``: a page in the browser on which a network learns."""

from __future__ import annotations

import errno
import shutil
import threading
import webbrowser
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from glassnet.cli.refusals import FAILED, Refusal
from glassnet.cli.words import Speaker
from glassnet.playground.process import Beginning
from glassnet.playground.server import playground


def play(
    file: str | None,
    *,
    target: str | None,
    link: str,
    port: int,
    with_browser: bool,
    speaker: Speaker,
) -> None:
    """Serve the page until a signal comes."""
    fragment = link.rpartition("#")[2]  # of a whole link, too

    def started(address: str) -> None:
        address += f"#{quote(fragment, safe='=&,^+()./:@%-')}" if fragment else ""
        speaker.plain(f"The playground is at {address} (Ctrl-C ends it)")
        speaker.out.file.flush()
        if with_browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    with ExitStack() as stack:
        path = None if file is None else _copied(file, stack)
        beginning = Beginning("glassnet.cli.rows:upload_of", path, file, target)
        try:
            playground(beginning, port, started)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise Refusal(
                f"cannot listen on port {port}: it is taken. Choose another --port; 0 is any that "
                "is free.",
                FAILED,
            ) from error


def _copied(file: str, stack: ExitStack) -> Path:
    """Return a copy that lasts as long as the stack: all pages learn from the same table.

    Of what cannot be copied, the path itself: whoever reads it says what is wrong.
    """
    folder = stack.enter_context(TemporaryDirectory(prefix="glassnet-"))
    path = Path(folder) / Path(file).name
    try:
        with Path(file).open("rb") as given, path.open("wb") as copy:
            shutil.copyfileobj(given, copy)
    except OSError:
        return Path(file)
    return path
