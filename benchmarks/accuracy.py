"""The accuracy of the estimators for tables, beside the others, on real tables.

The tables, the protocol (splits, rows, scores) and the others' scores are not part of glassnet: a
folder holds ``accuracy.py`` with ``load``, ``split`` and ``score``, and ``anchors.json`` with the
scores of others on the same splits; another one holds the tables. Ours run on one thread.

    python -m benchmarks.accuracy PROTOCOL TABLES [--variants one three] [--seeds 0 1]
        [--only adult letter] [--scores scores.json]

Scores are written after each table, and what is in that file already is not run again. Below the
table of errors: the geometric mean over the tables of (error + 0.005) / (the best of the others +
0.005), tables on which a model is best, seconds in total.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from types import ModuleType
from typing import Any

from rich.table import Table

from benchmarks import table as tables_for_people
from benchmarks.results import headline, machine, save
from benchmarks.rounds import say


@dataclass(frozen=True)
class Variant:
    """What is changed of the defaults.

    Attributes
    ----------
    settings : dict
        Parameters of the estimator.
    room : callable
        Gives a context manager within which the model is trained.
    classes_only : bool
        Whether it has no meaning for numbers.
    """

    settings: dict[str, Any] = field(default_factory=dict)
    room: Callable[[], AbstractContextManager[Any]] = nullcontext
    classes_only: bool = False


VARIANTS = {
    "one": Variant(),
    "three": Variant({"n_ensemble": 3}),
    "numpy": Variant({"engine": "numpy"}),
    "log-loss": Variant({"metric": "log_loss"}, classes_only=True),
    "refit": Variant({"refit": True}),
}
"""By name. Where several networks are trained, fewer are scored, too: "three:1" is each of them
alone (the mean of their scores), "three:2" the first two together, with their part of the time.
"""

ADDED = 0.005
"""What is added to errors, so that a table that is nearly solved does not decide."""

MAIN = 0.9
"""A model that has scores on this part of the tables is among those that we are compared with."""

Scores = dict[str, dict[str, Any]]
"""By "table/seed/model": the scores of the protocol, and seconds."""


def protocol_of(folder: Path) -> ModuleType:
    """Return the protocol as a module."""
    spec = importlib.util.spec_from_file_location("protocol", folder / "accuracy.py")
    if spec is None or spec.loader is None:
        sys.exit(f"{folder} holds no accuracy.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(
    protocol: ModuleType, folder: Path, names: list[str], seeds: list[int],
    variants: dict[str, Variant], scores: Scores, target: Path,
) -> None:  # fmt: skip
    """Add the scores that are missing, table by table."""
    import glassnet as gn

    for name in names:
        meta, X, y = protocol.load(folder / name)
        for seed in seeds:
            rows, labels, train, val, test = protocol.split(meta, X, y, seed)
            regression = meta["task"] == "regression"
            make = gn.TabularRegressor if regression else gn.TabularClassifier
            for called, variant in variants.items():
                key = f"{name}/{seed}/{called}"
                if key in scores or f"{key}:1" in scores or (regression and variant.classes_only):
                    continue
                began = time.perf_counter()
                model = make(random_state=seed, **variant.settings)
                X_val, y_val = rows.iloc[val], labels[val]
                with variant.room():
                    model.fit(rows.iloc[train], labels[train], X_val=X_val, y_val=y_val)
                seconds, n = time.perf_counter() - began, len(model.theta_)
                about = {"engine": model.engine_, "best_epoch": model.best_epoch_}
                test_rows, known = rows.iloc[test], labels[test]
                for k in range(1, n + 1):
                    chosen = [[i] for i in range(n)] if k == 1 else [list(range(k))]
                    began = time.perf_counter()
                    each = [score(protocol, meta, model, one, test_rows, known) for one in chosen]
                    mean = {what: fmean(one[what] for one in each) for what in each[0]}
                    own = key if n == 1 else f"{key}:{k}"
                    own_seconds = seconds * k / n + (time.perf_counter() - began) / len(chosen)
                    scores[own] = mean | about | {"seconds": own_seconds}
                    say(f"{own}: {error_of(mean):.4f} in {scores[own]['seconds']:.1f} s")
                target.write_text(json.dumps(scores, indent=1, sort_keys=True) + "\n")


def score(
    protocol: ModuleType, meta: Any, model: Any, networks: list[int], X: Any, y: Any
) -> dict[str, float]:
    """Return the protocol's scores of some networks of a fitted model."""
    few = copy(model)
    few.theta_ = model.theta_[networks]
    out = few.predict(X) if meta["task"] == "regression" else (few.classes_, few.predict_proba(X))
    scores: dict[str, float] = protocol.score(meta, y, out)
    return scores


def error_of(score: dict[str, Any]) -> float:
    """Return the error rate, or the normalised root mean squared error; 1 if the run failed."""
    return float(score.get("error", score.get("nrmse", 1.0)))


def by_table(
    scores: Scores, keep: set[tuple[str, str]]
) -> dict[str, dict[str, tuple[float, float]]]:
    """Return error and seconds by table and model, means over the splits to keep."""
    runs: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for key, score in scores.items():
        name, seed, model = key.split("/")
        if (name, seed) in keep:
            pair = error_of(score), float(score["seconds"])
            runs.setdefault(name, {}).setdefault(model, []).append(pair)
    return {
        name: {
            model: (sum(e for e, _ in pairs) / len(pairs), sum(s for _, s in pairs) / len(pairs))
            for model, pairs in models.items()
        }
        for name, models in runs.items()
    }


def summary(ours: Scores, others: Scores) -> tuple[Table, dict[str, dict[str, float]]]:
    """Return the table for people, and the numbers below it by model."""
    import numpy as np

    keep = {(name, seed) for name, seed, _ in (key.split("/") for key in others)}
    anchors = by_table({k: s for k, s in others.items() if "failed" not in s}, keep)
    mine = by_table(ours, keep)
    names = sorted(set(anchors) & set(mine))
    models = sorted({model for name in names for model in anchors[name]})
    rivals = [m for m in models if sum(m in anchors[name] for name in names) >= MAIN * len(names)]
    variants = list(dict.fromkeys(model for name in names for model in mine[name]))
    result = Table(title="errors (lower is better)", title_justify="left")
    result.add_column("table", no_wrap=True)
    for model in [*rivals, *variants]:
        result.add_column(model, justify="right")
    common = [name for name in names if all(m in anchors[name] for m in rivals)]
    found: dict[str, dict[str, float]] = {}
    for name in names:
        both = anchors[name] | mine[name]
        best = min(both[m][0] for m in [*rivals, *variants] if m in both)
        cells = [f"{both[m][0]:.4f}{'*' * (both[m][0] == best)}" if m in both else ""
                 for m in [*rivals, *variants]]  # fmt: skip
        result.add_row(name, *cells)
    for model in [*rivals, *variants]:
        own = [name for name in common if model in (anchors[name] | mine[name])]
        errors = np.array([(anchors[name] | mine[name])[model][0] for name in own])
        best_of_others = np.array([min(anchors[name][m][0] for m in rivals) for name in own])
        ratios = (errors + ADDED) / (best_of_others + ADDED)
        seconds = sum((anchors[name] | mine[name])[model][1] for name in own)
        found[model] = {
            "tables": len(own),
            "ratio": float(np.exp(np.log(ratios).mean())),
            "seconds": seconds,
        }
    result.add_section()
    columns = [*rivals, *variants]
    result.add_row("error / best of the others", *[f"{found[m]['ratio']:.3f}" for m in columns])
    result.add_row("on so many tables", *[f"{found[m]['tables']}" for m in columns])
    result.add_row("seconds", *[f"{found[m]['seconds']:,.0f}" for m in columns])
    return result, found


def plot(found: dict[str, dict[str, float]], ours: set[str]) -> Any:
    """Return a figure: error beside the others' best against seconds, a point a model."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    ax = figure.subplots()
    for model, numbers in found.items():
        at = numbers["seconds"], numbers["ratio"]
        if model in ours:
            _, _, n = model.partition(":")
            name = f"glassnet, {n} network{'s' * (n != '1')}" if n else f"glassnet, {model}"
            last = model == max(ours, key=lambda one: found[one]["seconds"])
            place = (
                {"xytext": (0, 7), "ha": "center"} if last else {"xytext": (-7, -11), "ha": "right"}
            )
            style: dict[str, Any] = {**place, "color": "#0072B2"}
        else:
            name, style = model, {"xytext": (5, 4), "color": "#595959"}
        ax.plot(*at, "o", color=style["color"])
        ax.annotate(name, at, textcoords="offset points", **style)
    ax.margins(x=0.2, y=0.1)
    ax.set_xscale("log")
    ax.set_xlabel("seconds for all tables, one thread")
    ax.set_ylabel("error / best of the others (geometric mean)")
    ax.set_title("Accuracy on tables: lower and further left is better")
    return figure


def on_one_thread(name: str) -> None:
    """Begin this benchmark anew if BLAS may use several threads: it reads that at import."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    if any(os.environ.get(key) != "1" for key in one):
        command = [sys.executable, "-m", f"benchmarks.{name}", *sys.argv[1:]]
        os.execve(sys.executable, command, os.environ | one)


def main() -> None:
    """Run what is missing, print and save."""
    on_one_thread("accuracy")
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("protocol", type=Path)
    parser.add_argument("tables", type=Path)
    parser.add_argument("--variants", nargs="+", choices=list(VARIANTS), default=["one"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--only", dest="names", nargs="+", default=None)
    parser.add_argument("--scores", type=Path, default=Path("accuracy-scores.json"))
    parser.add_argument("--no-save", action="store_true", help="write no results")
    given = parser.parse_args()
    about = machine()
    about["command"] = f"python -m benchmarks.accuracy PROTOCOL TABLES --variants {given.variants}"
    print(headline(about), flush=True)
    names = given.names or sorted(p.parent.name for p in given.tables.glob("*/meta.json"))
    scores: Scores = json.loads(given.scores.read_text()) if given.scores.exists() else {}
    protocol = protocol_of(given.protocol)
    variants = {name: VARIANTS[name] for name in given.variants}
    run(protocol, given.tables, names, given.seeds, variants, scores, given.scores)
    others = json.loads((given.protocol / "anchors.json").read_text())
    ours = {k: one for k, one in scores.items() if k.split("/")[2].split(":")[0] in given.variants}
    result, found = summary(ours, others)
    tables_for_people.show(result)
    if not given.no_save:
        figure = plot(found, {key.split("/")[2] for key in ours})
        print(f"saved in {save('accuracy', about, {'scores': ours, 'models': found}, figure)}")


if __name__ == "__main__":
    main()
