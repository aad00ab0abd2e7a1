"""The same training by the compiled steps, by core's and by the reference; what must agree."""

import dataclasses

import numpy as np
import pytest

import glassnet as gn
import reference
from glassnet.fast import run_steps
from tolerances import AN_EPOCH

DENSE = (gn.Dense(3, 5), gn.Tanh(), gn.Dense(5, 3))


def with_other_settings(thing):
    """Return a layer, loss or optimizer whose settings are not the defaults; None if it has none.

    So that a kernel which has a default built in is found out, that of a new class included.
    """
    chosen = {"learning_rate": 0.02, "epsilon": 0.01, "weight_decay": 0.4, "n_classes": (1, 2)}
    settings = {
        name: chosen[name] if name in chosen else value * 0.7 + 0.05
        for name, value in reference.settings_of(thing).items()
    }
    return dataclasses.replace(thing, **settings) if settings else None


def every(name, things):
    """Parametrise a test over a table, each row with other settings beside it."""
    rows = [row for thing in things for row in (thing, with_other_settings(thing)) if row]
    return pytest.mark.parametrize(name, list(dict.fromkeys(rows)), ids=repr)


def problem(
    rng, dtype, layers=DENSE, loss=None, penalty=None, n_rows=11, weighted=False, scale=None
):
    """Return a network, its theta and X, Y, w. ``scale``: theta is normal with this deviation."""
    net = gn.Network(layers, loss or gn.SquaredError(), penalty)
    theta = net.init(rng)
    if scale is not None:
        theta = rng.normal(scale=scale, size=net.n_params)
    X = rng.normal(size=(n_rows, net.n_in))
    Y = reference.random_targets(net.loss_function, rng, n_rows, net.n_outputs)
    w = rng.uniform(0.1, 2, size=n_rows).astype(dtype) if weighted else None
    return net, theta.astype(dtype), X.astype(dtype), Y.astype(dtype), w


@dataclasses.dataclass
class Training:
    """What has come of a training."""

    theta: np.ndarray
    epochs: list
    state: gn.TrainingState

    @property
    def exact(self):
        """What must be equal to the digit: counts, rows, rates and random numbers."""
        state = self.state
        return {
            "epochs": [(epoch.number, epoch.learning_rate) for epoch in self.epochs],
            "step": state.step, "epoch": state.epoch, "position": state.position,
            "counted": state.counted, "learning_rate": state.learning_rate,
            "order": state.order.tolist(), "slots": list(state.slots),
            "rng": random_state(state.rng),
        }  # fmt: skip

    @property
    def numbers(self):
        """What must be equal to rounding."""
        return {
            "theta": self.theta, **self.state.slots,
            "loss": [epoch.loss for epoch in self.epochs],
            "penalty": [epoch.penalty for epoch in self.epochs],
            "gradient norm": [epoch.gradient_norm for epoch in self.epochs],
            "loss_sum": [self.state.loss_sum], "penalty_sum": [self.state.penalty_sum],
        }  # fmt: skip


def random_state(rng):
    """Return the state of a source of random numbers, to be compared."""
    if isinstance(rng, np.random.Generator):
        return repr(rng.bit_generator.state)
    return repr([part.tolist() if hasattr(part, "tolist") else part for part in rng.get_state()])


def trained(steps, net, theta, X, Y, *, rng, **settings):
    """Train a copy of theta by a run of steps (None: core's) and return what has come of it."""
    theta = theta.copy()
    settings = {"n_epochs": 1, **settings}
    if steps is not None:
        settings["run_steps"] = steps
    epochs = list(gn.train(net, theta, X, Y, rng=rng, **settings))
    state = epochs[-1].state
    assert state.theta is theta
    assert all(type(number) is float for number in (state.loss_sum, state.penalty_sum))
    assert all(type(number) is int for number in (state.step, state.position, state.counted))
    assert all(
        type(number) is float
        for epoch in epochs
        for number in (epoch.loss, epoch.penalty, epoch.learning_rate, epoch.gradient_norm)
    )
    return Training(theta, epochs, state)


def near(given, expected, what, allowed):
    """Assert that vectors agree, relative to the largest number of the expected one."""
    given, expected = np.asarray(given, float), np.asarray(expected, float)
    assert given.shape == expected.shape, what
    assert np.isfinite(expected).all(), what
    off = np.abs(given - expected).max()  # NaN is not below anything
    largest = np.abs(expected).max()
    assert off <= allowed * largest, f"{what}: off by {off / (largest or 1):.2g}, of {largest:.2g}"


def assert_same(fast, core, dtype):
    """Assert that two trainings agree: what is exact exactly, what is rounded to rounding."""
    for what, expected in core.exact.items():
        assert fast.exact[what] == expected, what
    for what, expected in core.numbers.items():
        near(fast.numbers[what], expected, what, AN_EPOCH[np.dtype(dtype).name])
    for name, slot in core.state.slots.items():
        assert fast.state.slots[name].dtype == slot.dtype


def assert_identical(one, other):
    """Assert that two trainings agree to the bit."""
    assert one.exact == other.exact
    for what, expected in other.numbers.items():
        assert np.array_equal(one.numbers[what], expected), what


def compare_with_core(net, theta, X, Y, new_rng, dtype, source=np.random.default_rng, **settings):
    """Train twice, and assert that compiled steps lead where core's do."""
    settings = {"n_epochs": 1, "batch_size": 4, **settings}
    before = [part.copy() for part in (X, Y)]
    core = trained(None, net, theta, X, Y, rng=new_rng(source), **settings)
    fast = trained(run_steps, net, theta, X, Y, rng=new_rng(source), **settings)
    assert_same(fast, core, dtype)
    assert all((a == b).all() for a, b in zip(before, (X, Y), strict=True))
    return fast


def compare(net, theta, X, Y, new_rng, dtype, source=np.random.default_rng, **settings):
    """Train three times: the compiled steps are judged by the reference, and by core."""
    settings = {"n_epochs": 1, "batch_size": 4, "optimizer": gn.GradientDescent(0.1), **settings}
    fast = compare_with_core(net, theta, X, Y, new_rng, dtype, source, **settings)
    thetas, losses = reference.train_reference(
        net.layers, net.loss_function, theta, X, Y, penalty=net.penalty, rng=new_rng(source),
        **settings,
    )  # fmt: skip
    allowed = AN_EPOCH[np.dtype(dtype).name]
    # Relative to the way, too: a step that is left out must not pass for rounding.
    way = np.subtract(thetas[-1], theta)
    near(fast.theta - theta, way, "way", allowed * far(thetas[-1], way))
    near([epoch.loss for epoch in fast.epochs], losses, "loss", allowed)
    return fast


def far(theta, way):
    """Return how much larger the numbers are than the way they went."""
    return max(1.0, np.abs(theta).max() / np.abs(way).max()) if way.any() else 1.0
