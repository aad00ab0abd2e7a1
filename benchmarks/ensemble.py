"""A step of several networks for tables: one after the other, and as one batched computation.

Loss and gradient of 256 rows, in float32 and NumPy, on one BLAS thread, in turns: medians.

    python -m benchmarks.ensemble
"""

from __future__ import annotations

import statistics
import time

import numpy as np
from rich.table import Table

import glassnet as gn
from benchmarks import table as tables_for_people
from benchmarks.results import headline, machine, save
from glassnet.fast.threads import one_blas_thread
from glassnet.tabular.recipe import Recipe

CASES = ((10, 2), (10, 4), (2, 4), (60, 4))
"""Columns of numbers, and networks."""

ROUNDS = 41


def measure(n_columns: int, n_networks: int) -> dict[str, float]:
    """Return milliseconds of a step of all networks."""
    rng = np.random.default_rng(0)
    table = gn.Table.learn(rng.normal(size=(99, n_columns)))
    net = Recipe().network(table, 2, gn.CrossEntropy())
    X = rng.normal(size=(256, n_columns)).astype(np.float32)
    Y = np.eye(2, dtype=np.float32)[rng.integers(0, 2, len(X))]
    thetas = np.stack([net.init(rng, X=X, dtype=np.float32) for _ in range(n_networks)])
    times: dict[str, list[float]] = {"one by one": [], "batched": []}
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for theta in thetas:
            net.loss_and_grad(theta, X, Y)
        between = time.perf_counter()
        net.loss_and_grad(thetas, X, Y)
        times["one by one"].append(between - began)
        times["batched"].append(time.perf_counter() - between)
    return {name: statistics.median(one) * 1e3 for name, one in times.items()}


def main() -> None:
    """Measure, print and save."""
    about = machine()
    print(headline(about), flush=True)
    result = Table(title="a step of several networks, milliseconds", title_justify="left")
    for column in ("numbers", "networks", "one by one", "batched", "batched / one by one"):
        result.add_column(column, justify="right")
    measured = {}
    with one_blas_thread():
        for n_columns, n_networks in CASES:
            found = measure(n_columns, n_networks)
            measured[f"{n_columns} x {n_networks}"] = found
            ratio = found["batched"] / found["one by one"]
            numbers = [f"{one:.2f}" for one in (*found.values(), ratio)]
            result.add_row(f"{n_columns}", f"{n_networks}", *numbers)
    tables_for_people.show(result)
    print(f"saved in {save('ensemble', about, measured)}")


if __name__ == "__main__":
    main()
