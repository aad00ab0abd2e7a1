"""A Python program that does what the page has done, and comes to the same weights, to the bit."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from typing import Any

from glassnet import __version__
from glassnet.playground.data import MOST_FILE_ROWS, MOST_LEVELS, TABLES, Data
from glassnet.playground.history import Change
from glassnet.playground.inputs import FUNCTIONS
from glassnet.playground.session import Session
from glassnet.playground.setup import DataChoice, Setup
from glassnet.points import POINTS

_HEAD = '''"""What glassnet's playground has shown: it comes to the same weights, to the bit.

Written by glassnet {version}. Run it by: python playground.py
"""

import numpy as np
from threadpoolctl import threadpool_limits
{imports}
import glassnet as gn

threadpool_limits(1)  # as the page does: sums in another order have other last digits
'''

_TRAINING = '''

def train_until(step, net, **settings):
    """Train until so many steps lie behind."""
    global state
    if state is not None and state.step >= step:
        return
    for epoch in gn.train(
        net, theta, X_train, Y_train, rng=rng, state=state, steps_per_yield=1, **settings
    ):
        state = epoch.state
        if state.step == step:
            break

'''

_END = """
Z = net.scores(theta, inputs)
for name, rows in (("training", train), ("test", test)):
    if len(rows):
        loss, _ = net.loss_function.batch(Z[rows], targets[rows], None)
        print(f"{name}: loss {loss:.6f}{score}")
"""


def program(session: Session) -> str:
    """Return the program.

    Raises
    ------
    SetupError
        If it cannot be written.
    """
    data = session.data
    lines = [
        _HEAD.format(version=__version__, imports="\n".join(_imports(data, session.setup.data))),
        *_rows(session),
        *_network(session),
        _TRAINING,
        *_course(session),
        _END.replace("{score}", _score(data)),
    ]
    return "\n".join(lines).replace("\n\n\n\n", "\n\n\n")


def source(thing: Any) -> str:
    """Return one of the library's objects as the code that makes it.

    Examples
    --------
    >>> import glassnet as gn
    >>> source(gn.Dense(2, 3)), source(gn.Momentum(0.1))
    ('gn.Dense(2, 3)', 'gn.Momentum(0.1)')
    """
    if not is_dataclass(thing):
        name = type(thing).__name__
        return f"gn.{name}()" if type(thing).__module__.startswith("glassnet") else repr(thing)
    parts: list[str] = []
    for i, one in enumerate(fields(thing)):
        value = getattr(thing, one.name)
        if one.name == "_" or _is_default(one, value):
            continue
        by_place = i == len(parts) and not one.kw_only
        parts.append(source(value) if by_place else f"{one.name}={source(value)}")
    return f"gn.{type(thing).__name__}({', '.join(parts)})"


def _is_default(one: Field[Any], value: Any) -> bool:
    if one.default is not MISSING:
        return bool(one.default == value)
    return one.default_factory is not MISSING and bool(one.default_factory() == value)


# The rows


def _imports(data: Data, choice: DataChoice) -> Iterator[str]:
    if data.table is None:
        return
    if data.file is not None and choice.name in TABLES:
        yield "import polars as pl"
        yield f"from sklearn.datasets import load_{choice.name}"
    else:
        yield "from glassnet.cli.rows import rows_of"
    yield "from glassnet.tabular.table import Table"


def _rows(session: Session) -> Iterator[str]:
    """Yield the lines that make rows and targets."""
    setup, data = session.first_setup, session.data
    choice = setup.data
    yield f"# The data: {choice.name}."
    yield f"rng = np.random.default_rng({choice.seed})"
    if choice.name in POINTS:
        classes = f", n_classes={len(data.classes)}" if data.classes else ""
        yield (
            f"X, y = gn.make_points({choice.name!r}, {choice.rows}{classes}, "
            f"noise={choice.noise!r}, rng=rng)"
        )
    elif choice.name == "painted":
        yield "points = np.array(["
        for x, y, label in choice.points:
            yield f"    [{x!r}, {y!r}, {label}],"
        yield "])"
        yield "X, y = points[:, :2], points[:, 2].astype(int)"
    else:
        yield from _frame(data, choice)
    yield "order = rng.permutation(len(y))"
    yield f"n_test = {len(data.test)}"
    yield "train, test = np.sort(order[n_test:]), np.sort(order[:n_test])"
    yield ""
    yield "# What the network sees of a row, and what it is to say."
    if data.is_plane:
        columns = ", ".join(FUNCTIONS[name].code for name in setup.inputs)
        yield f"inputs = np.column_stack([{columns}])"
    else:
        yield from _matrix(session)
    if data.classes:
        yield f"targets = gn.one_hot(y, {len(data.classes)})"
    else:
        mean, std = data.scale(setup.made_loss)
        yield f"targets = ((y - {mean!r}) / {std!r})[:, np.newaxis]"
    yield "X_train, Y_train = inputs[train], targets[train]"
    yield ""


def _frame(data: Data, choice: DataChoice) -> Iterator[str]:
    """Yield the lines that read a table."""
    file = data.file
    assert file is not None
    if choice.name in TABLES:
        yield f"bunch = load_{choice.name}()"
        yield "frame = pl.DataFrame(bunch.data, schema=[str(one) for one in bunch.feature_names])"
        yield "y = bunch.target" + ("" if data.classes else ".astype(float)")
        if data.classes:
            yield "y = np.unique(np.array(bunch.target_names, str)[y], return_inverse=True)[1]"
        return
    yield "# The file lies beside this program."
    yield f"rows = rows_of({_text(file.name)})({_text(file.target)})"
    yield "frame, y = rows.frame, rows.y"
    if len(file.y) > MOST_FILE_ROWS:
        yield f"kept = np.sort(rng.permutation(len(y))[:{MOST_FILE_ROWS}])"
        yield "frame, y = frame[kept], y[kept]"
    if data.classes:
        yield "y = np.unique(y, return_inverse=True)[1]"
    else:
        yield "y = y.astype(float)"
    assert data.table is not None
    names = {one.name for one in data.table.columns}
    dropped = [name for name in file.frame.columns if name not in names]
    if dropped:
        yield f"frame = frame.drop([{', '.join(map(_text, dropped))}])  # too many different texts"


def _matrix(session: Session) -> Iterator[str]:
    data, names = session.data, session.first_setup.inputs
    yield f"table = Table.learn(frame[train], max_one_hot={MOST_LEVELS})"
    yield "inputs = table.encode(frame, np.float64)"
    if names != data.columns:
        places = [data.columns.index(name) for name in names]
        yield f"inputs = np.ascontiguousarray(inputs[:, {places}])"


# The network, and its training


def _network(session: Session) -> Iterator[str]:
    setup = session.first_setup
    yield f"net = {_net(session, setup)}"
    yield f"rng = np.random.default_rng({setup.seed})"
    yield "theta = net.init(rng, X_train)"
    yield "state = None"


def _net(session: Session, setup: Setup) -> str:
    """Return a network as code, a layer a line."""
    net = setup.network(len(setup.inputs), session.data.n_outputs)
    layers = "".join(f"        {source(layer)},\n" for layer in net.layers)
    penalty = "" if net.penalty is None else f"    penalty={source(net.penalty)},\n"
    return f"gn.Network(\n    [\n{layers}    ],\n    loss={source(net.loss_function)},\n{penalty})"


def _course(session: Session) -> Iterator[str]:
    """Yield the steps, and what was changed between them."""
    setup = session.first_setup
    for change in session.history:
        yield from _steps(session, setup, change.step)
        yield from _change(session, setup, change)
        if change.parts is not None:
            setup = replace(setup, **change.parts)
    yield from _steps(session, setup, session.state.step)


def _steps(session: Session, setup: Setup, until: int) -> Iterator[str]:
    if until == 0:
        return
    n_rows = len(session.X_train)
    settings = {
        "optimizer": source(setup.made_optimizer),
        "batch_size": min(setup.batch_size or n_rows, n_rows),
    }
    if setup.epochs is not None:
        settings["n_epochs"] = setup.epochs
    if setup.made_schedule is not None:
        settings["schedule"] = source(setup.made_schedule)
    more = "".join(f"    {name}={value},\n" for name, value in settings.items())
    yield f"train_until(\n    {until},\n    net,\n{more})"


def _change(session: Session, setup: Setup, change: Change) -> Iterator[str]:
    """Yield what was done between two steps."""
    if change.index is not None:
        yield f"theta[{change.index}] = {change.value!r}"
    if change.theta is not None:
        yield "theta[:] = [  # of a model file"
        yield from textwrap.wrap(
            ", ".join(map(repr, change.theta.tolist())), 92,
            initial_indent="    ", subsequent_indent="    ",
        )  # fmt: skip
        yield "]"
    parts = change.parts or {}
    new = replace(setup, **parts)
    if {"layers", "penalty"} & set(parts):
        yield f"net = {_net(session, new)}"
    if "learning_rate" in parts:
        yield f"state.learning_rate = {new.learning_rate!r}"
    if setup.made_optimizer.slot_names != new.made_optimizer.slot_names:
        yield f"state.slots = {source(new.made_optimizer)}.new_slots(theta)"


def _score(data: Data) -> str:
    """Return what is printed beside the loss."""
    if data.classes:
        return ", {(Z[rows].argmax(axis=1) == y[rows]).mean():.1%} right"
    return ""


def _text(value: str) -> str:
    """Return a text as Python code, whatever it holds."""
    return json.dumps(value, ensure_ascii=False) if value.isprintable() else ascii(value)
