"""The network of a page as a model file, and a model file's network on a page."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.core.activations import Activation
from glassnet.core.arrays import Array
from glassnet.core.dense import Dense
from glassnet.core.losses import BinaryCrossEntropy, CrossEntropy, Poisson
from glassnet.core.network import Network
from glassnet.errors import ModelFileError
from glassnet.estimators.architecture import without_dropout
from glassnet.estimators.classifier import MLPClassifier
from glassnet.estimators.regressor import MLPRegressor
from glassnet.estimators.saving import kind_of, made_by, plain_parameters
from glassnet.files.model_file import read_record, write_record
from glassnet.playground.kinds import GROUPS
from glassnet.playground.session import Session
from glassnet.playground.setup import MOST_LAYERS, MOST_NODES, SetupError
from glassnet.record import (
    Classes,
    Description,
    Labels,
    Means,
    Numbers,
    Origin,
    Record,
    Target,
    Training,
)


def save(session: Session, path: Path) -> None:
    """Write the network as it is into a model file.

    Raises
    ------
    SetupError
        If a model file does not hold it.
    """
    write_record(path, record_of(session))


def record_of(session: Session) -> Record:
    """Return the network as a record, which takes points' inputs, or the table's raw columns."""
    data, setup, net = session.data, session.setup, without_dropout(session.net)
    theta = np.array(session.state.theta)
    if data.table is not None and setup.inputs != data.columns:
        net, theta = _of_all_columns(session, net, theta)
    estimator: Any = MLPClassifier if data.classes else MLPRegressor
    made = estimator(
        hidden_layer_sizes=tuple(one.nodes for one in setup.layers),
        activation=tuple(GROUPS["activations"][one.activation]() for one in setup.layers) or "relu",
        alpha=setup.penalty.l2,
    )
    names = setup.inputs
    if data.table is not None:
        names = tuple(one.name for one in data.table.columns)
    loss = () if session.last is None else (session.last.loss,)
    about = Description(
        kind=kind_of(estimator),
        parameters=plain_parameters(made),
        feature_names=names,
        table=data.table,
        network=net,
        target=_target(session),
        training=Training(
            "accuracy" if data.classes else "r2", "numpy", (loss,), ((),), (len(loss),)
        ),
        origin=_origin(session),
        **made_by(),
    )
    return Record(about, theta[np.newaxis])


def _origin(session: Session) -> Origin | None:
    """Return the table that the rows are of, with the column that is predicted."""
    file, data = session.data.file, session.data
    if file is None:
        return None
    assert data.table is not None
    used = {column.name for column in data.table.columns}
    dropped = tuple(name for name in file.columns if name not in used and name != file.target)
    return Origin(file.name, file.target, None, dropped, None, len(data.train), {})


def _target(session: Session) -> Target:
    data, loss = session.data, session.setup.made_loss
    if data.labels is not None:
        if isinstance(loss, CrossEntropy):
            return Classes(data.labels)
        if isinstance(loss, BinaryCrossEntropy) and data.table is None:
            return Labels(data.labels)
        raise SetupError(
            f"a model file holds classes with the loss CrossEntropy, and no {type(loss).__name__}. "
            "Choose that loss, and train."
        )
    if data.table is None:
        return Means(1, "log" if isinstance(loss, Poisson) else "identity")
    if isinstance(loss, Poisson):
        raise SetupError(
            "a model file of a table holds no Poisson loss. Choose another, and train."
        )
    y = data.y[data.train]
    mean, std = data.scale(loss)
    return Numbers(mean, std, float(y.min()), float(y.max()))


def _of_all_columns(session: Session, net: Network, theta: Array) -> tuple[Network, Array]:
    """Return the network that takes all columns of the table: unused ones have weights of 0."""
    data, setup = session.data, session.setup
    first = net.layers[0]
    assert isinstance(first, Dense)
    places = [data.columns.index(name) for name in setup.inputs]
    wide = Network([Dense(len(data.columns), first.n_out), *net.layers[1:]], net.loss_function)
    whole = np.zeros(wide.n_params)
    W = wide.views(whole)[0][0]
    W[places] = net.views(theta)[0][0]
    whole[W.size :] = theta[len(places) * first.n_out :]
    return wide, whole


def load(session: Session, path: Path) -> list[str]:
    """Put a file's network and weights into a session; return what is worth saying of it.

    Raises
    ------
    ModelFileError
        If it is no model file.
    SetupError
        If its network is none that the page can show, or takes other rows than there are.
    """
    try:
        record = read_record(path)
    except ModelFileError as error:
        raise SetupError(error.reason) from None  # the path is a temporary one
    about, data = record.about, session.data
    says = []
    names = about.feature_names if about.table is None else about.table.names_out
    wanted = tuple(names or [f"x{i + 1}" for i in range(about.network.n_in or 0)])
    if not set(wanted) <= set(data.available):
        raise SetupError(
            f"the file's network takes {', '.join(wanted[:6])}; these rows have "
            f"{', '.join(data.available[:6])}. Choose the data that it was trained on first."
        )
    if about.network.n_outputs != data.n_outputs:
        raise SetupError(
            f"the file's network gives {about.network.n_outputs} scores; these rows need "
            f"{data.n_outputs}."
        )
    if about.table is not None and about.table != data.table:
        says.append("the file's table was scaled by other rows than this page's training rows")
    if record.theta.shape[0] > 1:
        says.append(f"the first of the file's {record.theta.shape[0]} networks is shown")
    if about.table is None and data.table is not None:
        says.append("the file's network was trained on columns that this page scales")
    with session.all_or_nothing():
        session.change({"inputs": list(wanted), **_parts(about.network)})
        if type(session.net.loss_function) is not type(about.network.loss_function):
            loss = type(about.network.loss_function).__name__
            raise SetupError(f"the file's loss is {loss}; {data.task} on this page has others.")
        session.put(record.theta[0].astype(np.float64))
    return says


def _parts(net: Network) -> dict[str, Any]:
    """Return the parts of a setup that make a network."""
    layers: list[dict[str, Any]] = []
    dense = [layer for layer in net.layers if isinstance(layer, Dense)]
    for i, layer in enumerate(net.layers):
        if isinstance(layer, Dense) == bool(i % 2):
            break
        if isinstance(layer, Activation):
            name = type(layer).__name__
            if layer != GROUPS["activations"].get(name, lambda: None)():
                raise SetupError(f"the file's {layer} has settings that the page does not show.")
            layers.append({"nodes": dense[i // 2].n_out, "activation": name, "dropout": 0.0})
    if len(layers) * 2 + 1 != len(net.layers) or len(layers) > MOST_LAYERS:
        raise SetupError(
            f"the file's network is no row of at most {MOST_LAYERS} dense layers with activations "
            "between them; the page shows no other."
        )
    if any(one["nodes"] > MOST_NODES for one in layers):
        raise SetupError(f"the file's network has layers of more than {MOST_NODES} nodes.")
    loss = net.loss_function
    return {
        "layers": layers,
        "loss": {"name": type(loss).__name__, "settings": asdict(loss)},  # type: ignore[call-overload]
    }
