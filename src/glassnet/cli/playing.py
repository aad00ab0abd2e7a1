"""``glassnet playground``: a page in the browser on which a network learns."""

from __future__ import annotations

import errno
import threading
import webbrowser
from pathlib import Path
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

    path = None if file is None else Path(file)
    beginning = Beginning("glassnet.cli.rows:upload_of", path, file, target)
    try:
        playground(beginning, port, started)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise Refusal(
            f"cannot listen on port {port}: it is taken. Choose another --port; 0 is any that is "
            "free.",
            FAILED,
        ) from error
