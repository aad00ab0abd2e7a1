"""What was measured, where and with what: JSON files with a date."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"
PACKAGES = (
    "glassnet", "numpy", "numba", "scipy", "scikit-learn", "torch", "jax", "jaxlib", "onnxruntime",
    "starlette", "uvicorn",
)  # fmt: skip


def machine() -> dict[str, Any]:
    """Return the machine, its load before the measurement, the versions and the commit."""
    return {
        "date": dt.datetime.now().astimezone().isoformat(timespec="seconds"),
        "command": " ".join(
            ["python", "-m", "benchmarks." + Path(sys.argv[0]).stem, *sys.argv[1:]]
        ),
        "processor": processor(),
        "cores": cores(),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "system": f"{platform.system()} {platform.machine()}",
        "versions": {"python": platform.python_version()} | versions(),
        "commit": commit(),
    }


def headline(about: dict[str, Any]) -> str:
    """Return the same in lines for people."""
    names = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    return (
        f"{about['date'][:10]}, {about['processor']}, {about['cores']} cores, "
        f"load {about['load']}, commit {about['commit']}\n{names}"
    )


def save(question: str, about: dict[str, Any], measured: Any, figure: Any = None) -> Path:
    """Write ``DATE-question.json``, and a figure beside it; an older file is never written over."""
    FOLDER.mkdir(exist_ok=True)
    stem = f"{about['date'][:10]}-{question}"
    number = 1
    while (path := FOLDER / f"{stem}{'' if number == 1 else f'-{number}'}.json").exists():
        number += 1
    path.write_text(json.dumps(about | {"measured": measured}, indent=1) + "\n")
    if figure is not None:
        figure.savefig(path.with_suffix(".png"))
    return path


def processor() -> str:
    """Return the processor's name, as far as the system tells it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def cores() -> int | None:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def versions() -> dict[str, str]:
    """Return the versions of those that take part, as far as they are installed."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def commit() -> str:
    """Return the commit, with a plus if files have changed since."""

    def git(*words: str) -> str:
        command = ["git", "-C", str(FOLDER.parent), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no")
    return git("rev-parse", "--short", "HEAD") + ("+" if changed else "")
