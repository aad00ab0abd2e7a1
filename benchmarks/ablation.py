"""What each part of the recipe for tables is worth: error with it changed, beside that with it.

On the tables and splits of a protocol (see `accuracy`), by default those of fewer than 6,000 rows.
A ratio is the geometric mean over tables and seeds of (error + 0.005) / (the recipe's + 0.005):
above 1, the part helps.

What was tried beyond the recipe (`TRIED`) runs only if it is named. It needs the NumPy engine, so
errors and seconds are beside those of the recipe with that engine.

    python -m benchmarks.ablation PROTOCOL TABLES [--parts no-scale] [--seeds 0 1]
        [--only phoneme sonar] [--scores ablation.json]
"""

from __future__ import annotations

import argparse
import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from rich.table import Table

from benchmarks import table as tables_for_people
from benchmarks.accuracy import ADDED, Scores, Variant, error_of, on_one_thread, protocol_of, run
from benchmarks.results import headline, machine, save
from benchmarks.tried import with_members, with_muon
from glassnet.estimators.tables import members

MOST_ROWS = 6_000


LOOKED_AT = members._look_at  # noqa: SLF001 - where an epoch's weights are judged and kept


def _look_at_the_average(job: Any, member: Any, theta: Any, epoch: Any, began: float) -> None:
    """Judge and keep a moving average of the weights after each epoch, in place of the last."""
    average = vars(member).setdefault("average", theta.copy())
    average += 0.3 * (theta - average)
    LOOKED_AT(job, member, average, epoch, began)


def averaged() -> AbstractContextManager[Any]:
    """Open a room in which the weights are averaged."""
    return patch.object(members, "_look_at", _look_at_the_average)


PARTS: dict[str, Variant] = {
    "as it is": Variant(),
    "constant learning rate": Variant({"learning_rate": "constant"}),
    "one cosine": Variant({"learning_rate": "cosine"}),
    "beta_2 0.999": Variant({"beta_2": 0.999}),
    "numbers as they are": Variant({"numeric_embedding": False}),
    "no learned scale": Variant({"scale_learning_rate": 0.0}),
    "no learned mix": Variant({"activation_learning_rate": 0.0}),
    "ReLU": Variant({"activation": "relu"}),
    "weights not from data": Variant({"weight_init": "normal"}),
    "biases not from data": Variant({"bias_init": "zeros"}),
    "last layer zero": Variant({"output_init": "zeros"}),
    "no dropout": Variant({"dropout": 0.0}),
    "no weight decay": Variant({"weight_decay": 0.0}),
    "no smoothing": Variant({"label_smoothing": 0.0}, classes_only=True),
    "weights averaged": Variant(room=averaged),
    "batch of 128": Variant({"batch_size": 128}),
    "batch of 512": Variant({"batch_size": 512}),
}

NUMPY = {"engine": "numpy"}

TRIED: dict[str, Variant] = {
    "as it is, NumPy": Variant(NUMPY),
    "two networks": Variant(NUMPY | {"n_ensemble": 2}),
    "Muon, 0.1": Variant(NUMPY, with_muon(0.1)),
    "Muon, 0.3": Variant(NUMPY, with_muon(0.3)),
    "Muon, 1": Variant(NUMPY, with_muon(1.0)),
    "Muon, 3": Variant(NUMPY, with_muon(3.0)),
    "4 members": Variant(NUMPY, with_members(4)),
    "4 members, scales at the full rate": Variant(NUMPY, with_members(4, rate=1.0)),
    "8 members": Variant(NUMPY, with_members(8)),
}
"""Beyond the recipe: see `benchmarks.tried`. The number after Muon is the factor on its steps."""


def plain_of(part: str) -> str:
    """Return what a part is compared with."""
    return "as it is, NumPy" if part in TRIED else "as it is"


def scored_as(part: str) -> str:
    """Return the name that the scores of a part have: that of all its networks together."""
    n = (PARTS | TRIED)[part].settings.get("n_ensemble", 1)
    return part if n == 1 else f"{part}:{n}"


def ratios(scores: Scores, part: str) -> dict[str, float]:
    """Return error with the part changed / as it is, by table and seed."""
    found = {}
    for key, score in scores.items():
        name, seed, model = key.split("/")
        plain = scores.get(f"{name}/{seed}/{plain_of(part)}")
        if model == scored_as(part) and plain is not None:
            found[f"{name}/{seed}"] = (error_of(score) + ADDED) / (error_of(plain) + ADDED)
    return found


def summary(scores: Scores, parts: list[str], regression: set[str]) -> tuple[Table, dict[str, Any]]:
    """Return the table for people, and its numbers."""
    result = Table(title="error with a part changed / as it is", title_justify="left")
    result.add_column("part")
    for column in ("classes", "numbers", "both", "+- (standard error)", "runs", "seconds"):
        result.add_column(column, justify="right")
    measured = {}
    for part in parts:
        logs = {key: np.log(one) for key, one in ratios(scores, part).items()}
        if not logs or part == plain_of(part):
            continue
        kinds: dict[str, list[float]] = {"classes": [], "numbers": []}
        for key, one in logs.items():
            kinds["numbers" if key.split("/")[0] in regression else "classes"].append(one)
        seconds = sum(
            scores[f"{key}/{scored_as(part)}"]["seconds"]
            / scores[f"{key}/{plain_of(part)}"]["seconds"]
            for key in logs
        ) / len(logs)
        means = {kind: float(np.exp(np.mean(one))) for kind, one in kinds.items() if one}
        every = np.array(list(logs.values()))
        means["both"] = float(np.exp(every.mean()))
        error = float(every.std(ddof=1) / np.sqrt(len(every))) if len(every) > 1 else float("nan")
        measured[part] = means | {"standard error": error, "seconds": seconds, "runs": len(every)}
        cells = [f"{means[kind]:.3f}" if kind in means else "" for kind in (*kinds, "both")]
        result.add_row(part, *cells, f"{error:.3f}", f"{len(every)}", f"{seconds:.2f}")
    return result, measured


def main() -> None:
    """Run what is missing, print and save."""
    on_one_thread("ablation")
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("protocol", type=Path)
    parser.add_argument("tables", type=Path)
    parser.add_argument("--parts", nargs="+", choices=[*PARTS, *TRIED], default=list(PARTS))
    parser.add_argument("--seeds", nargs="*", type=int, default=[0], help="none: run nothing more")
    parser.add_argument("--only", dest="names", nargs="+", default=None)
    parser.add_argument("--scores", type=Path, default=Path("ablation-scores.json"))
    parser.add_argument("--no-save", action="store_true", help="write no results")
    given = parser.parse_args()
    about = machine()
    about["command"] = f"python -m benchmarks.ablation PROTOCOL TABLES --seeds {given.seeds}"
    if given.parts != list(PARTS):
        about["command"] += f" --parts {given.parts}"
    print(headline(about), flush=True)
    protocol = protocol_of(given.protocol)
    kinds, names = {}, given.names or []
    for path in sorted(given.tables.glob("*/meta.json")):
        name = path.parent.name
        meta, X, _ = protocol.load(path.parent)
        kinds[name] = meta["task"]
        if given.names is None and len(X) < MOST_ROWS:
            names.append(name)
    scores: Scores = json.loads(given.scores.read_text()) if given.scores.exists() else {}
    needed = dict.fromkeys([*map(plain_of, given.parts), *given.parts])
    variants = {part: (PARTS | TRIED)[part] for part in needed}
    for seed in given.seeds:  # a seed after the other: what is there is of use at any time
        for name in names:
            run(protocol, given.tables, [name], [seed], variants, scores, given.scores)
    ours = {key: one for key, one in scores.items() if key.split("/")[0] in names}
    regression = {name for name, task in kinds.items() if task == "regression"}
    result, measured = summary(ours, list(variants), regression)
    tables_for_people.show(result)
    if not given.no_save:
        name = "tried" if set(given.parts) & set(TRIED) else "ablation"
        print(f"saved in {save(name, about, {'scores': ours, 'parts': measured})}")


if __name__ == "__main__":
    main()
