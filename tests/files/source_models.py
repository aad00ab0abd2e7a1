"""Models to write as source code: every layer, activation and target, with weights at random."""

import datetime as dt
import importlib.util
import warnings
from dataclasses import replace
from itertools import cycle

import numpy as np
import pandas as pd

from files.golden_table import golden, names, new_numbers, new_rows
from glassnet import load
from glassnet.core.activations import ACTIVATIONS, ELU, SELU, Identity, LeakyReLU, ReLU
from glassnet.core.dense import Dense
from glassnet.core.losses import SquaredError
from glassnet.core.mixed import MixedActivation
from glassnet.core.network import Network
from glassnet.record import (
    Classes,
    Description,
    Labels,
    Means,
    Numbers,
    Record,
    SeveralTargets,
    Training,
    TwoClasses,
)
from glassnet.tabular.embeddings import CategoryEmbedding
from glassnet.tabular.recipe import Recipe
from glassnet.tabular.table import Table

TARGETS = {
    "text": Classes(np.array(["no", "perhaps", "yes \u00e4\"'\n"])),
    "objects": Classes(np.array(["b", "a", ""], object)),
    "whole": Classes(np.array([-3, 0, 2**40])),
    "halves": Classes(np.array([0.1, 2.5, 1e300])),
    "two": TwoClasses(np.array(["no", "yes"])),
    "truth": TwoClasses(np.array([False, True])),
    "only": TwoClasses(np.array([7])),
    "labels": Labels(np.arange(4)),
    "several": SeveralTargets((np.array([1, 2, 5]), np.array([0, 1]), np.array([3, 4]))),
    "bounded": Numbers(1e3, 50.0, 960.0, 1030.0),
    "mean": Means(1, "identity"),
    "means": Means(3, "identity"),
    "counts": Means(2, "log"),
}


def record(rng, network, target, *, table=None, n_networks=1, dtype=np.float64, scale=1.0, **more):
    """Return a model with weights at random."""
    theta = rng.normal(0, scale, (n_networks, network.n_params)).astype(dtype)
    training = Training("m", "numpy", ((0.0,),) * n_networks, ((),) * n_networks, (1,) * n_networks)
    kind = "tabular" if table is not None else "mlp"
    about = Description(
        **{
            "kind": f"{kind}-{'classifier' if target.has_probabilities else 'regressor'}",
            "parameters": {}, "feature_names": None, "table": table, "network": network,
            "target": target, "training": training, "origin": None,
            "versions": {"glassnet": "0"}, "created": "2025-01-01T00:00:00Z",
        } | more,
    )  # fmt: skip
    return Record(about, theta)


def plain(rng, activation, target, dtype=np.float64, n_networks=1, **settings):
    """Return a network on 5 numbers, with two hidden layers."""
    layers = [Dense(5, 4), activation, Dense(4, 6), MixedActivation(activation, 6)]
    net = Network([*layers, Dense(6, target.n_scores)], SquaredError())
    return record(rng, net, target, dtype=dtype, n_networks=n_networks, **settings)


def on_table(rng, X, target, n_networks=1, dtype=np.float32, **settings):
    """Return the recipe's network on a raw table."""
    with warnings.catch_warnings(action="ignore"):
        table = Table.learn(X, max_one_hot=4)
    recipe = Recipe((7, 5), dropout=0, **{"embedding_size": 3} | settings)
    net = recipe.network(table, target.n_scores, SquaredError())
    return record(rng, net, target, table=table, n_networks=n_networks, dtype=dtype, scale=0.5)


def awkward(rng, n=80):
    """Return a frame with every way of encoding, with and without missing cells."""
    start = dt.datetime(1931, 1, 1)
    hours = rng.integers(0, 10**6, n)
    frame = pd.DataFrame({
        "number": rng.normal(size=n),
        "gaps": np.where(rng.random(n) < 0.3, np.nan, rng.normal(size=n) * 1e-6),
        "huge": rng.normal(size=n) * 1e300,
        "rare": np.where(rng.random(n) < 0.05, 5.0, 0.0),
        "end": np.where(rng.random(n) < 0.5, 5.0, np.inf),
        "two": rng.choice(["a", "b"], n),
        "few": rng.choice(["x", "y", ""], n),
        "many": rng.choice([f"level {i} \u00e4\n\"'" for i in range(12)], n),
        "other": rng.integers(0, 9, n).astype(str),
        "flag": rng.random(n) < 0.5,
        "bits": rng.choice(["0", "1"], n),
        "date": [start + dt.timedelta(hours=int(h), microseconds=int(h)) for h in hours],
        "day": [(start + dt.timedelta(days=int(h) % 999)).date() for h in hours],
        "there": np.where(rng.random(n) < 0.5, "yes", None),
        "since": np.where(rng.random(n) < 0.5, 3.0, np.nan),
        "same": 3,
        "name": [f"id-{i}" for i in range(n)],
    })  # fmt: skip
    frame.loc[rng.random(n) < 0.2, "day"] = None
    return frame


def fresh(rng, X, n=40):
    """Return rows like those of a frame, some of them far from it, as dictionaries."""
    rows = X.sample(n, random_state=int(rng.integers(99))).astype(object)
    rows = rows.where(rows.notna(), None).to_dict("records")
    for row in rows[::3]:
        row[rng.choice([*row])] = None
    rows[0] |= {"many": "unseen", "few": "z", "two": "B", "flag": None, "number": 1e308}
    rows[1] |= {"huge": -1.7e308, "gaps": -np.inf, "rare": np.inf, "number": None, "since": 4.0}
    rows[4] |= {"end": -np.inf, "number": "1.5", "same": "4"}
    rows[5] |= {"end": 7.0}
    rows[2] |= {"date": dt.datetime(1, 1, 1), "day": dt.date(9999, 12, 31), "there": "no"}
    rows[3] |= {"date": dt.datetime(2000, 2, 29, 23, 59, 59, 999999), "day": dt.date(1900, 3, 1)}
    return rows


def models(rng):
    """Yield name, record, and rows to predict: dictionaries, or an array of numbers."""
    X = np.concatenate([rng.normal(size=(20, 5)), [[0.0] * 5, [1e3] * 5, [-1e3] * 5]])
    for kind in ACTIVATIONS:
        yield f"a_{kind.__name__}", plain(rng, kind(), TARGETS["means"]), X
        single = plain(rng, kind(), TARGETS["text"], np.float32, scale=0.3)
        yield f"f_{kind.__name__}", single, X[:20].astype(np.float32)
    yield "slope", plain(rng, LeakyReLU(-0.25), TARGETS["mean"]), X
    yield "alpha", plain(rng, ELU(1e-5), TARGETS["mean"], n_networks=2), X
    for name, target in TARGETS.items():
        rows = X[:20] if name == "counts" else X  # exp(1000) is infinite
        yield f"t_{name}", plain(rng, ReLU(), target, scale=1 if name == "counts" else 3), rows
        yield f"e_{name}", plain(rng, SELU(), target, n_networks=3, scale=0.5), rows
    frame = awkward(rng)
    for name, target in TARGETS.items():
        yield f"r_{name}", on_table(rng, frame, target), fresh(rng, frame)
    bare = {"numeric_embedding": False, "scale_learning_rate": 0, "activation_learning_rate": 0}
    yield "bare", on_table(rng, frame, TARGETS["text"], **bare), fresh(rng, frame)
    yield "bag", on_table(rng, frame, TARGETS["two"], n_networks=3), fresh(rng, frame)
    yield "sum", on_table(rng, frame, TARGETS["bounded"], 2, np.float64), fresh(rng, frame)
    one = frame[["many"]]
    yield "one", on_table(rng, one, TARGETS["means"]), one.to_dict("records")
    with warnings.catch_warnings(action="ignore"):
        table = Table.learn(frame, max_one_hot=99)  # --model mlp of the command line
    layers = [Dense(table.n_columns, 4), ReLU(), Dense(4, 1)]
    mlp = record(rng, Network(layers, SquaredError()), TARGETS["two"], table=table)
    yield "mlp", mlp, fresh(rng, frame)
    table = on_table(rng, one, TARGETS["means"]).about.table
    layers = [CategoryEmbedding(12, 2), Dense(2, 1)]
    first = record(rng, Network(layers, SquaredError()), TARGETS["mean"], table=table)
    yield "first", first, one.to_dict("records")
    linear = Network([Identity(), Dense(5, 3)], SquaredError())
    yield "linear", record(rng, linear, TARGETS["means"]), X
    for name in names():
        one = load(golden(name)).record
        rows = new_rows() if one.about.table else np.array(new_numbers())
        yield f"g_{name.replace('-', '_')}", one, rows


def outputs(record, rows):
    """Return what the model itself says, whatever the form of the rows."""
    return record.model.outputs(pd.DataFrame(rows) if isinstance(rows, list) else rows)


def imported(path):
    """Return a module that is read from a file."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HOSTILE = (
    '"""', "'''", "*/", "/*", "a\n", "\nimport os\n", "\\", "a\\", "#{}", "{0}", "%s", "$(ls)",
    "\u2028x = 1", "\u2029", "\x85", "\r\n#error", "??/", "??'", "a?", "\x00", "b\x00c", "\ud800",
    '"); exit(1); ("', "*/ } #error /*", "//", "\u202e", "\N{LATIN SMALL LETTER A WITH DIAERESIS}",
    "", " ", "0", "-1", "NAN", "int", "None", "\x1b[2J", "\x7f", "\\u0041", "\\N{DIGIT ONE}",
    "\nabc", "\x011", "\\x41",
    "_", "__", "\t", "@level(", "REAL", "selu(", "f'{1}'", "\ufeff", "\u20e3", "x" * 5000,
)  # fmt: skip
"""Texts that end literals, comments and lines, or mean something to one of the languages."""


def hostile(rng, texts):
    """Return a model whose columns, levels, labels and origin are these texts, and its rows."""
    n = 2 * len(texts)
    columns = [np.roll(np.resize(np.array(texts, object), n), k) for k in range(3)]
    columns += [np.resize(np.array([text, "b"], object), n) for text in texts[:-1]]
    columns += [np.resize(np.array([text, None], object), n) for text in texts[:5]]
    rows = [list(row) for row in zip(*columns, rng.normal(size=n), strict=True)]
    one = on_table(rng, rows, Classes(np.array(texts, object)))
    named = [
        replace(column, name=f"{text}{k}" if k >= len(texts) else text)
        for k, (column, text) in enumerate(zip(one.about.table.columns, cycle(texts)))
    ]
    about = replace(one.about, table=Table(tuple(named), has_names=True), created=texts[5],
                    versions={"glassnet": texts[2]})  # fmt: skip
    return Record(about, one.theta), rows
