"""Print a digest of the page's sources, which stands beside the built page."""

import hashlib
from pathlib import Path

WEB = Path(__file__).parent
NAMES = ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")


def stamp() -> str:
    """Return the digest of all sources, their names included."""
    digest = hashlib.sha256()
    sources = [WEB / name for name in NAMES if (WEB / name).exists()]
    sources += sorted(path for path in (WEB / "src").rglob("*") if path.is_file())
    for path in sources:
        digest.update(path.relative_to(WEB).as_posix().encode() + b"\0")
        digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


if __name__ == "__main__":
    print(stamp())
