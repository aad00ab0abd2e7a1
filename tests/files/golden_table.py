"""The rows of the golden files: every way of encoding, every kind of missing cell."""

import datetime as dt
import json
from pathlib import Path

import numpy as np

GOLDEN = Path(__file__).parents[1] / "golden"

COLUMNS = ("age", "income", "city", "color", "member", "joined", "note", "always", "ident")


def rows(n=60):
    """Return rows as dictionaries, made by arithmetic: no random numbers."""
    return [row(i) for i in range(n)]


def row(i):
    """Return a row."""
    return {
        "age": None if i % 7 == 3 else 18 + (i * 37) % 61,
        "income": 1000.0 * (1 + (i * 17) % 23) + i / 8,
        "city": None if i % 11 == 5 else f"city {(i * 5) % 13}",
        "color": ("red", "green", "blue")[i % 3],
        "member": i % 4 == 1,
        "joined": (dt.datetime(2020, 1, 31, 6) + dt.timedelta(days=41.5 * i)).isoformat(),
        "note": "yes" if i % 5 == 2 else None,
        "always": 1,
        "ident": f"id-{i:04}",
    }


def numbers(n=60):
    """Return rows of numbers, made by arithmetic."""
    return [[(i * 37 % 23) / 10 - 1, (i * i % 31) / 15 - 1, i / 60] for i in range(n)]


def targets(kind, n=60):
    """Return labels or numbers."""
    i = np.arange(n)
    makers = {
        "tabular-classifier": lambda: np.array(["no", "perhaps", "yes"])[(i * i + i // 9) % 3],
        "tabular-regressor": lambda: 100 * np.sin(i / 5) + i,
        "two-classes": lambda: np.array(["no", "yes"], object)[i * 3 % 7 % 2],
        "four-classes": lambda: 10 * (i * i % 4 + i % 3) % 40,
        "labels": lambda: np.stack([i % 2, i % 3 == 0, i % 5 < 2], axis=1).astype(int),
        "several-targets": lambda: np.stack([i % 3, 5 + i % 2, i % 7 % 2], axis=1),
        "means": lambda: np.stack([np.sin(i / 5), np.cos(i / 3)], axis=1),
        "counts": lambda: (i * 7 % 11).astype(float),
    }
    return makers[kind]()


def new_numbers():
    """Return rows to predict, some of them far out."""
    return [*numbers(5), [9.0, -40.0, 2.0], [-300.0, 1.0, 0.0]]


def new_rows():
    """Return rows to predict: levels never seen, missing cells where none were, numbers far out."""
    fresh = rows(8)
    fresh[1] |= {"city": "elsewhere", "income": None}
    fresh[2] |= {"color": None, "joined": None}
    fresh[3] |= {"member": None, "age": 1e12}
    fresh[4] |= {"color": "purple", "note": "no"}
    return fresh


FORMATS = (1, 2)


def golden(name, version=FORMATS[-1]):
    """Return the place of a golden file."""
    return GOLDEN / str(version) / f"{name}.glassnet"


def names(version=FORMATS[-1]):
    """Return the names of the golden files of a format."""
    return sorted(one.stem for one in (GOLDEN / str(version)).glob("*.glassnet"))


def stored(name, version=FORMATS[-1]):
    """Return the predictions that were stored with a golden file."""
    return json.loads(golden(name, version).with_suffix(".json").read_text(encoding="utf-8"))
