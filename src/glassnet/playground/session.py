"""One training: what `core.train` yields, driven between the changes that a page asks for.

A session knows nothing of sockets and threads: it is changed and advanced, and looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from glassnet.core.arrays import Array
from glassnet.core.dropout import Dropout
from glassnet.core.training import Epoch, TrainingState, train
from glassnet.errors import DivergenceError
from glassnet.playground.data import Data, OneFile, data_of
from glassnet.playground.history import Change, added
from glassnet.playground.messages import short
from glassnet.playground.settling import check_names, settled
from glassnet.playground.setup import Setup, SetupError, View
from glassnet.playground.views import Axes, axes_of

STEPS = 16
"""Steps between two looks at the clock: at most a few milliseconds."""

_LIVE = (
    "layers", "optimizer", "learning_rate", "schedule", "epochs", "penalty", "batch_size",
)  # fmt: skip
"""What may change under way; of the layers only their dropout."""

_OF_THE_EPOCH = ("epoch", "order", "position", "loss_sum", "penalty_sum", "counted")
"""What of a training's state the beginning of an epoch changes, apart from its random numbers."""


@dataclass(frozen=True)
class Ended:
    """Why a training stands still.

    Attributes
    ----------
    why : {"diverged", "stop"}
    says : str
    fix : dict or None
        Parts of a setup that would help.
    """

    why: Literal["diverged", "stop"]
    says: str
    fix: dict[str, Any] | None = None


class Session:
    """A training, its rows and its setup.

    Attributes
    ----------
    setup : Setup
    data : Data
    axes : Axes
    net : Network
    state : TrainingState
    X, Y : arrays
        All rows as the network takes them, float64.
    generation, run : int
        Count the networks and rows that there have been, and the trainings.
    history : list of Change
        Since the initial weights.
    ended : Ended or None
    last : Epoch or None
        What the last steps came to.
    file : OneFile or None
    """

    setup: Setup
    data: Data
    axes: Axes

    def __init__(self, setup: Setup, file: OneFile | None = None) -> None:
        self.file = file
        self.generation = self.run = 0
        self._start(setup, data_of(setup.data, file))

    # Changes

    def change(self, parts: Any) -> bool:
        """Change parts of the setup; return whether rows or axes are others now.

        Raises
        ------
        SetupError
            If that cannot be; nothing has changed then.
        """
        setup = self.setup.changed(parts)
        old = self.setup
        new_data = setup.data != old.data
        data = data_of(setup.data, self.file) if new_data else self.data
        if not new_data:
            check_names(setup, data, parts)
        setup = settled(
            setup,
            data,
            keep_view=data.available == self.data.available or "view" in parts,
            keep_loss=data.task == self.data.task or "loss" in parts,
        )
        with self.all_or_nothing():
            if setup.lasting != old.lasting:
                self._start(setup, data)
                return True
            if setup.view != old.view:
                self.axes = axes_of(data, setup.view)
            self._live(setup)
        return setup.view != old.view

    def reload(self, data: Any) -> None:
        """Take rows anew, from another file of the same choice."""
        setup = self.setup.changed({"data": data})
        rows = data_of(setup.data, self.file)
        keeps = rows.task == self.data.task
        with self.all_or_nothing():
            self._start(settled(setup, rows, keep_view=False, keep_loss=keeps), rows)

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Have everything as it was, should a change within fail half-way."""
        before = dict(vars(self))
        try:
            yield
        except BaseException:
            vars(self).update(before)
            raise

    def _start(self, setup: Setup, data: Data) -> None:
        """Begin a training: new rows, a new network, initial weights."""
        if len(data.train) < 2:
            where = "Paint more points." if setup.data.name == "painted" else "It takes more rows."
            raise SetupError(f"there are fewer than two training rows. {where}")
        setup = settled(setup, data, keep_view=True, keep_loss=True)
        rows = data.rows(setup.inputs)
        Y = data.encoded(setup.made_loss)
        net = setup.network(len(setup.inputs), data.n_outputs)
        try:
            net.loss_function.check_targets(Y)
        except ValueError as error:
            raise SetupError(f"{setup.loss.name}: {error}") from None
        if not self._has_axes_of(data, setup.view):
            self.axes = axes_of(data, setup.view)
        self.setup, self.data, self.net, self.X, self.Y = setup, data, net, rows, Y
        self.X_train, self.Y_train = rows[data.train], Y[data.train]
        self.generation += 1
        self.reset()

    def _has_axes_of(self, data: Data, view: View) -> bool:
        """Return whether the axes are these already: components of many rows take a while."""
        return self.generation > 0 and self.data is data and self.setup.view == view

    def reset(self) -> None:
        """Draw the initial weights of the seed again."""
        rng = np.random.default_rng(self.setup.seed)
        theta = self.net.init(rng, self.X_train)
        optimizer = self.setup.made_optimizer
        self.run += 1
        self.state = TrainingState(
            theta, optimizer.new_slots(theta), np.arange(len(self.X_train)), rng,
            self.setup.learning_rate,
        )  # fmt: skip
        self.first_setup = self.setup
        self.history: list[Change] = []
        self.ended: Ended | None = None
        self.last: Epoch | None = None
        self._epochs: Iterator[Epoch] | None = None
        self._n_steps = STEPS

    def _live(self, setup: Setup) -> None:
        """Go on with other settings."""
        changed = {
            name: getattr(setup, name)
            for name in _LIVE
            if getattr(setup, name) != getattr(self.setup, name)
        }
        self.setup = setup
        if not changed:
            return
        self.net = setup.network(len(setup.inputs), self.data.n_outputs)
        optimizer = setup.made_optimizer
        if tuple(self.state.slots) != optimizer.slot_names:
            self.state.slots = optimizer.new_slots(self.state.theta)
        self.state.learning_rate = setup.learning_rate
        if self.state.step == 0:
            self.first_setup = setup
        else:
            self._note(Change(self.state.step, parts=changed))
        self._go_on()

    def edit(self, index: int, value: float) -> None:
        """Set a number of theta.

        Raises
        ------
        SetupError
            If there is no such number, or it is not finite.
        """
        n_params = self.net.n_params
        if type(index) is not int or not 0 <= index < n_params:
            raise SetupError(
                f"index is {short(index)}; expected a whole number from 0 to {n_params - 1}."
            )
        if type(value) not in (int, float) or not abs(value) <= 1e6:
            raise SetupError(
                f"value is {short(value)}; expected a number from -1,000,000 to 1,000,000."
            )
        self.state.theta[index] = value
        self._note(Change(self.state.step, index=index, value=float(value)))
        self._go_on()

    def put(self, theta: Array) -> None:
        """Set all of theta, as a file has it."""
        self.state.theta[:] = theta
        self._note(Change(self.state.step, theta=np.array(theta, np.float64)))
        self._go_on()

    def _note(self, change: Change) -> None:
        self.history = added(self.history, change)

    def _go_on(self) -> None:
        """Have the next step see what has changed."""
        self.ended = None
        self._epochs = None

    # Steps

    def advance(self, n_steps: int = STEPS) -> None:
        """Take some steps, at most to the end of the epoch; `ended` says if none can follow."""
        if not self._draws_masks:
            self._take(n_steps)
            return
        for _ in range(n_steps):
            before = self._random()
            self._take(1)
            if self.ended is not None and self.ended.why == "diverged":
                self._put_back(before)  # the step was not taken, and its masks were drawn
            if self.ended is not None or self.state.epoch_is_over:
                return

    @property
    def _draws_masks(self) -> bool:
        return any(isinstance(layer, Dropout) for layer in self.net.layers)

    def _random(self) -> dict[str, Any]:
        """Return what a step may draw at random, the order of an epoch included."""
        parts = {name: getattr(self.state, name) for name in _OF_THE_EPOCH}
        return {**parts, "random": self.state.rng.bit_generator.state}  # type: ignore[union-attr]

    def _put_back(self, before: dict[str, Any]) -> None:
        self.state.rng.bit_generator.state = before["random"]  # type: ignore[union-attr]
        for name in _OF_THE_EPOCH:
            setattr(self.state, name, before[name])

    def _take(self, n_steps: int) -> None:
        if self.ended is not None:
            return
        if self._epochs is None or n_steps != self._n_steps:
            self._epochs, self._n_steps = self._training(n_steps), n_steps
        try:
            self.last = next(self._epochs)
        except StopIteration:
            epochs = self.setup.epochs or 0
            self.ended = Ended("stop", f"Epoch {epochs:,}, the last one, is over.")
        except DivergenceError as error:
            self._epochs = None
            self.ended = Ended("diverged", self._told(error), {"learning_rate": self._slower()})

    def _training(self, n_steps: int) -> Iterator[Epoch]:
        setup = self.setup
        if setup.epochs is not None and self._is_over(setup.epochs):
            return iter(())
        return train(
            self.net,
            self.state.theta,
            self.X_train,
            self.Y_train,
            optimizer=setup.made_optimizer,
            batch_size=self.batch_size,
            n_epochs=setup.epochs,
            schedule=setup.made_schedule,
            state=self.state,
            steps_per_yield=n_steps,
        )

    def _is_over(self, epochs: int) -> bool:
        return self.state.epoch >= epochs and self.state.epoch_is_over

    def _told(self, error: DivergenceError) -> str:
        """Return what happened as a page knows it: inputs have names, gradients no limit."""
        says = str(error).replace(", or limit the gradient with max_grad_norm", "")
        if error.column is None:
            return says
        name = self.setup.inputs[error.column]
        return says.replace(f"column {error.column} of X", f"the input {name!r}")

    def _slower(self) -> float:
        """Return a learning rate ten times smaller, in two digits."""
        return float(f"{self.setup.learning_rate / 10:.2g}")

    @property
    def batch_size(self) -> int:
        """Rows of a step: at most all of them."""
        n_rows = len(self.X_train)
        return min(self.setup.batch_size or n_rows, n_rows)

    @property
    def n_batches(self) -> int:
        """Steps of an epoch."""
        return -(-len(self.X_train) // self.batch_size)

    @property
    def batch(self) -> int:
        """The batch of the epoch that was taken last, from 1; 0 before the first."""
        return -(-self.state.position // self.batch_size)
