"""The built page stands in the package, and is built from web/ as it is now."""

import re
import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src/glassnet/playground/static"


def test_the_page_is_built_from_the_sources_that_are_there():
    """Without Node: `make page` writes the digest of what it has built from beside the page."""
    stamp = runpy.run_path(str(ROOT / "web/stamp.py"))["stamp"]
    built_from = (STATIC / "built-from.txt").read_text().strip()
    assert stamp() == built_from, "web/ has changed since: make page, and commit the result"


def test_all_that_the_page_names_is_there_and_nothing_comes_from_elsewhere():
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    named = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(named) >= 3
    for name in named:
        assert name.startswith("./"), name
        assert (STATIC / name).is_file(), name
    lock = (ROOT / "web/package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
