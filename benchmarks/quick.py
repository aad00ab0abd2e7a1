"""The four smallest shapes in under a minute: ``python -m benchmarks.quick``."""

from __future__ import annotations

from benchmarks.shapes import QUICK
from benchmarks.training import compare

if __name__ == "__main__":
    compare(QUICK, n_rounds=5, seconds=0.03, question=None)
