"""Find Chromium for the tests of the page; on Debian, as root, install it."""

import os
import shutil
import subprocess
import sys

PACKAGES = ("chromium", "fonts-dejavu-core")
"""The page's fallback font as well: widths are looked at."""

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def found() -> str | None:
    """Return the path of a Chromium that is installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def main() -> int:
    """Return 0 if there is one now; 3 if there is none and none can be installed here."""
    if found():
        return 0
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        print("Installing Debian's chromium for the tests of the page.", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", *PACKAGES]):
            subprocess.run(["apt-get", *command], env=environment, check=True)
        if found():
            return 0
    print("There is no Chromium here: install it (Debian: chromium) for the tests of the page.")
    return 1 if os.environ.get("CI") else 3


if __name__ == "__main__":
    sys.exit(main())
