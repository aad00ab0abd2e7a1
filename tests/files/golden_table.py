"""The rows of the golden files: every way of encoding, every kind of missing cell."""

import datetime as dt
import json
import math
from pathlib import Path

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


def targets(kind, n=60):
    """Return labels or numbers."""
    if kind == "tabular-classifier":
        return [("no", "perhaps", "yes")[(i * i + i // 9) % 3] for i in range(n)]
    return [100 * math.sin(i / 5) + i for i in range(n)]


def new_rows():
    """Return rows to predict: levels never seen, missing cells where none were, numbers far out."""
    fresh = rows(8)
    fresh[1] |= {"city": "elsewhere", "income": None}
    fresh[2] |= {"color": None, "joined": None}
    fresh[3] |= {"member": None, "age": 1e12}
    fresh[4] |= {"color": "purple", "note": "no"}
    return fresh


def stored(kind):
    """Return the predictions that were stored with a golden file."""
    return json.loads((GOLDEN / f"{kind}.json").read_text(encoding="utf-8"))
