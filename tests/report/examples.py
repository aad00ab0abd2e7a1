"""Facts of models that nobody trained."""

import numpy as np

from glassnet.record import Classes, Numbers, Training
from glassnet.report import Facts, Rows
from glassnet.tabular.table import Table

HOSTILE = (
    "<script>alert('1')</script>",
    '"><img src=x onerror=alert(1)>',
    "a & b &amp; --> <!-- ]]>",
    "\x1b[31mred\x1b[0m\x07",
    "two\nlines\tand\rmore",
    "$\\frac{1}{2}$",
    "\u202egnp.exe \u2066",
    "\ud800 half a pair",
    "東京都の人口は多い" * 5,
    "e\u0301" * 80,
    "x" * 300,
    "",
    "   ",
    "http://example.org/?a=1&b=2",
    "{braces} %s %d",
)


def training(metric="error", n_epochs=12, n_networks=1, validated=True, importances=()):
    curves = tuple(
        tuple(1 / (epoch + 1 + k) for epoch in range(n_epochs)) for k in range(n_networks)
    )
    scores = curves if validated else ((),) * n_networks
    best = (max(n_epochs - 2, 1),) * n_networks
    return Training(metric, "numpy", curves, scores, best, tuple(importances))


def columns(names=("age", "city"), n_rows=40):
    """Columns of a table of one number and categories; the last is constant."""
    numbers = np.arange(n_rows)
    cells = {0: numbers, 1: np.array(["a", "b"])[numbers % 2]}
    X = [[cells[min(i, 1)][row] for i in range(len(names))] + ["same"] for row in range(n_rows)]
    table = Table.learn(X, categorical_features=None)
    return tuple(
        type(column)(**{**vars(column), "name": name})
        for column, name in zip(table.columns, [*names, "constant"], strict=True)
    )


def of_classes(rng, n_rows=200, n_classes=2, labels=None, sharpness=2.0, weights=None, **more):
    """Facts of a classifier whose probabilities are right, if sharpness is 1."""
    labels = np.array([f"class {k}" for k in range(n_classes)]) if labels is None else labels
    P = rng.dirichlet(np.ones(len(labels)), n_rows)
    codes = (P.cumsum(axis=1) < rng.random((n_rows, 1))).sum(axis=1).clip(max=len(labels) - 1)
    P = P**sharpness
    P = (P / P.sum(axis=1, keepdims=True)).astype(np.float32)
    return facts(Classes(np.asarray(labels, dtype=object)), Rows(codes, P, weights), **more)


def of_numbers(rng, n_rows=200, noise=0.5, scale=1.0, weights=None, **more):
    """Facts of a regressor that is right but for noise."""
    predicted = scale * rng.normal(size=(n_rows, 1))
    y = predicted[:, 0] + scale * noise * rng.normal(size=n_rows)
    more = {"training": training("rmse", importances=(0.75, 0.25, 0)), **more}
    return facts(Numbers(0.0, scale, -3 * scale, 3 * scale), Rows(y, predicted, weights), **more)


def facts(target, rows, **more):
    settings = {
        "name": "TabularClassifier" if isinstance(target, Classes) else "TabularRegressor",
        "columns": columns(),
        "training": training(importances=(0.75, 0.25, 0)),
        "hidden_layer_sizes": (16,),
        "n_parameters": 123,
        "max_iter": 12,
        "n_rows": 800,
    }
    return Facts(target=target, rows=rows, **{**settings, **more})
