"""What a page has chosen: plain data in, checked and frozen. A seed gives the rest.

Two setups that differ in what `Setup.lasting` holds have other networks or other rows; whatever
else differs takes effect between two steps.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, TypeAlias

from glassnet.core.activations import Activation
from glassnet.core.dense import Dense
from glassnet.core.dropout import Dropout
from glassnet.core.initializers import Initializer
from glassnet.core.layer import Layer
from glassnet.core.losses import Loss
from glassnet.core.network import Network
from glassnet.core.optimizers import Optimizer
from glassnet.core.penalties import Penalty
from glassnet.core.schedules import Schedule
from glassnet.errors import GlassnetError, ParameterError, RecordError
from glassnet.files.nodes import Node
from glassnet.playground.kinds import GROUPS, settings_of

Task: TypeAlias = Literal["classification", "regression"]
Plain: TypeAlias = dict[str, Any]

MOST_LAYERS, MOST_NODES, MOST_CLASSES, MOST_ROWS, MOST_INPUTS = 6, 64, 8, 5000, 128
MOST_SEED = 2**32 - 1


class SetupError(GlassnetError, ValueError):
    """A request that cannot be done; nothing has changed."""


class SetupNode(Node):
    """A part of a setup, which a link may have brought from anywhere."""

    def wrong(self, expected: str) -> RecordError:
        """Return the error that says what is there, and what was expected."""
        said = str(super().wrong(expected))
        return RecordError(said.partition("is wrong: ")[2] or said)

    def within(self, low: float, high: float) -> float:
        """Return a number within bounds."""
        number = self.number()
        if not low <= number <= high:
            raise self.wrong(f"a number from {low:g} to {high:g}")
        return number


@dataclass(frozen=True)
class Choice:
    """A kind of a group, such as an optimizer, with its settings."""

    name: str
    settings: dict[str, float | str] = field(default_factory=dict)

    @classmethod
    def of(cls, group: str, name: str) -> Choice:
        """Return a kind with its default settings."""
        return cls(name, {one["name"]: one["default"] for one in settings_of(GROUPS[group][name])})

    def made(self, group: str, **more: Any) -> Any:
        """Return the object."""
        return GROUPS[group][self.name](**self.settings, **more)


@dataclass(frozen=True)
class HiddenLayer:
    """Nodes, their activation, and the share of them that is left out in training."""

    nodes: int
    activation: str
    dropout: float = 0.0


@dataclass(frozen=True)
class DataChoice:
    """Which rows.

    Attributes
    ----------
    name : str
        Of points, of a known table, "painted", or "file".
    rows, classes, seed : int
    noise, test : float
        The share of the rows that is kept for testing, in [0, 0.9].
    points : tuple of (x, y, class)
        That were painted.
    target : str or None
        The column of a file that is predicted.
    """

    name: str = "circle"
    rows: int = 500
    noise: float = 0.1
    classes: int = 2
    test: float = 0.3
    seed: int = 0
    points: tuple[tuple[float, float, int], ...] = ()
    target: str | None = None


@dataclass(frozen=True)
class View:
    """The two axes: two columns, or the first two principal components."""

    kind: Literal["columns", "components"] = "columns"
    x: str = "x1"
    y: str = "x2"


_WEIGHTS = Choice.of("initializers", "Glorot")
_LOSS = Choice.of("classification", "CrossEntropy")
_OPTIMIZER = Choice.of("optimizers", "GradientDescent")
_PENALTY = Penalty()


@dataclass(frozen=True)
class Setup:
    """All that was chosen."""

    data: DataChoice = DataChoice()
    inputs: tuple[str, ...] = ("x1", "x2")
    view: View = View()
    layers: tuple[HiddenLayer, ...] = (HiddenLayer(4, "Tanh"), HiddenLayer(2, "Tanh"))
    weights: Choice = _WEIGHTS
    loss: Choice = _LOSS
    optimizer: Choice = _OPTIMIZER
    learning_rate: float = 0.03
    schedule: Choice | None = None
    epochs: int | None = None
    penalty: Penalty = _PENALTY
    batch_size: int = 10
    seed: int = 0

    @property
    def lasting(self) -> tuple[Any, ...]:
        """What a training cannot change under way."""
        shape = tuple((one.nodes, one.activation) for one in self.layers)
        return (self.data, self.inputs, shape, self.weights, self.loss, self.seed)

    def network(self, n_in: int, n_outputs: int) -> Network:
        """Return the network that is meant."""
        weights: Initializer = self.weights.made("initializers")
        layers: list[Layer] = []
        for hidden in self.layers:
            activation: Activation = GROUPS["activations"][hidden.activation]()
            layers += [Dense(n_in, hidden.nodes, weights=weights), activation]
            if hidden.dropout:
                layers.append(Dropout(hidden.dropout))
            n_in = hidden.nodes
        has_penalty = self.penalty.l1 or self.penalty.l2
        return Network(
            [*layers, Dense(n_in, n_outputs, weights=weights)],
            self.made_loss,
            self.penalty if has_penalty else None,
        )

    @property
    def made_loss(self) -> Loss:
        """The loss."""
        group = next(
            one for one in ("classification", "regression") if self.loss.name in GROUPS[one]
        )
        loss: Loss = self.loss.made(group)
        return loss

    @property
    def made_optimizer(self) -> Optimizer:
        """The optimizer."""
        optimizer: Optimizer = self.optimizer.made("optimizers", learning_rate=self.learning_rate)
        return optimizer

    @property
    def made_schedule(self) -> Schedule | None:
        """The schedule."""
        return None if self.schedule is None else self.schedule.made("schedules")

    def plain(self) -> Plain:
        """Return the setup as JSON can hold it."""
        plain: Plain = json.loads(json.dumps(asdict(self)))
        if self.view.kind == "components":
            plain["view"] = {"kind": "components"}
        return plain

    def changed(self, parts: Any) -> Setup:
        """Return this setup with some of its parts replaced.

        Raises
        ------
        SetupError
            If a part is unknown or cannot be used.
        """
        try:
            new = {}
            for name, node in SetupNode(parts, "setup").pairs():
                if name not in _READERS:
                    raise node.wrong(f"one of the parts {', '.join(_READERS)}")
                new[name] = _READERS[name](node)
            setup: Setup = replace(self, **new)
            setup.network(1, 1)  # what the library has to say of its settings
            _ = (setup.made_optimizer, setup.made_schedule)
        except (RecordError, ParameterError) as error:
            raise SetupError(str(error)) from None
        if isinstance(setup.made_schedule, Schedule) and setup.epochs is None:
            setup = replace(setup, epochs=200)  # a length to lay the schedule out for
        return setup


def _choice(group: str) -> Any:
    def read(node: SetupNode) -> Choice:
        parts = node.fields("name", "settings")
        kinds = GROUPS[group] if group != "losses" else {
            **GROUPS["classification"], **GROUPS["regression"]
        }  # fmt: skip
        kind = kinds[parts["name"].one_of(kinds)]
        known = {one["name"]: one for one in settings_of(kind)}
        settings: dict[str, Any] = {name: one["default"] for name, one in known.items()}
        for name, value in parts["settings"].pairs():
            assert isinstance(value, SetupNode)
            if name not in known:
                raise value.wrong(f"one of the settings {', '.join(known) or '(there are none)'}")
            settings[name] = _setting(value, known[name])
        return Choice(kind.__name__, settings)

    return read


def _setting(node: SetupNode, known: Plain) -> float | str:
    if "options" in known:
        text: str = node.one_of(known["options"])
        return text
    low, high = known["low"], known["high"]
    return node.whole(int(low), int(high)) if known["whole"] else node.within(low, high)


def _data(node: SetupNode) -> DataChoice:
    parts: dict[str, Any] = node.fields(
        "name", "rows", "noise", "classes", "test", "seed", "points", "target"
    )
    points = []
    for point in parts["points"].items(MOST_ROWS):
        x, y, label = _three(point)
        points.append((x.within(-1e6, 1e6), y.within(-1e6, 1e6), label.whole(0, MOST_CLASSES - 1)))
    target = parts["target"].or_none()
    return DataChoice(
        parts["name"].text(),
        parts["rows"].whole(10, MOST_ROWS),
        parts["noise"].within(0, 1),
        parts["classes"].whole(2, MOST_CLASSES),
        parts["test"].within(0, 0.9),
        parts["seed"].whole(0, MOST_SEED),
        tuple(points),
        None if target is None else target.text(),
    )


def _three(node: SetupNode) -> list[Any]:
    items = node.items(3)
    if len(items) != 3:
        raise node.wrong("x, y and a class")
    return items


def _inputs(node: SetupNode) -> tuple[str, ...]:
    names = tuple(one.text() for one in node.items(MOST_INPUTS))
    if not names or len(set(names)) < len(names):
        raise node.wrong("at least one input, each once")
    return names


def _view(node: SetupNode) -> View:
    kind = dict(node.pairs()).get("kind", node).one_of(["columns", "components"])
    if kind == "components":
        return View("components")
    parts = node.fields("kind", "x", "y")
    return View("columns", parts["x"].text(), parts["y"].text())


def _layers(node: SetupNode) -> tuple[HiddenLayer, ...]:
    layers = []
    for one in node.items(MOST_LAYERS):
        parts: dict[str, Any] = one.fields("nodes", "activation", "dropout")
        layers.append(
            HiddenLayer(
                parts["nodes"].whole(1, MOST_NODES),
                parts["activation"].one_of(GROUPS["activations"]),
                parts["dropout"].within(0, 0.95),
            )
        )
    return tuple(layers)


def _penalty(node: SetupNode) -> Penalty:
    parts: dict[str, Any] = node.fields("l1", "l2")
    return Penalty(parts["l1"].within(0, 1e6), parts["l2"].within(0, 1e6))


def _schedule(node: SetupNode) -> Choice | None:
    choice: Choice | None = None if node.value is None else _choice("schedules")(node)
    return choice


_READERS: dict[str, Any] = {
    "data": _data,
    "inputs": _inputs,
    "view": _view,
    "layers": _layers,
    "weights": _choice("initializers"),
    "loss": _choice("losses"),
    "optimizer": _choice("optimizers"),
    "learning_rate": lambda node: node.within(1e-9, 1e6),
    "schedule": _schedule,
    "epochs": lambda node: None if node.value is None else node.whole(1, 10**7),
    "penalty": _penalty,
    "batch_size": lambda node: node.whole(0, 10**7),
    "seed": lambda node: node.whole(0, MOST_SEED),
}
