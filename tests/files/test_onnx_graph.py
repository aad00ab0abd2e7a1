"""The parts of ONNX graphs alone: formulas at the ends of their range, the calendar, names."""

import datetime as dt
import math

import numpy as np
import onnxruntime
import pytest

import glassnet as gn
import reference
from glassnet.core.activations import ACTIVATIONS
from glassnet.files.onnx import dates, layers
from glassnet.files.onnx.graph import Graph

FORMULA = {"float32": 1e-6, "float64": 1e-11}
"""Of each formula, relative to the larger of 1 and the input. Measured: 2e-7, 6e-14."""


def run(build, x):
    """Return what a graph gives that `build` makes of the tensor "x"."""
    g = Graph(x.dtype)
    result = build(g, g.input("x", x.dtype, x.shape[1]))
    for i, one in enumerate(result if isinstance(result, tuple) else (result,)):
        g.output(one, f"y{i}", x.dtype, x.shape[1])
    data = g.model("0", {}).SerializeToString()
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})


def test_every_activation_is_there():
    assert set(layers.ACTIVATION_OPS) == set(ACTIVATIONS)


LIMITS = {
    gn.Identity: (1, 1, 0, 0), gn.Sigmoid: (0, 0, 0, 1), gn.Tanh: (0, 0, -1, 1),
    gn.ReLU: (0, 1, 0, 0), gn.LeakyReLU: (0.01, 1, 0, 0), gn.ELU: (0, 1, -1, 0),
    gn.SELU: (0, 1.0507009873554805, -1.7580993408473766, 0), gn.Softplus: (0, 1, 0, 0),
    gn.GELU: (0, 1, 0, 0), gn.GELUTanh: (0, 1, 0, 0), gn.SiLU: (0, 1, 0, 0), gn.Mish: (0, 1, 0, 0),
    gn.HardTanh: (0, 0, -1, 1),
}  # fmt: skip
"""Far from 0 each is a line: its slopes below and above, and its values at 0."""


@pytest.mark.parametrize("dtype", FORMULA)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda one: one.__name__)
def test_activations_from_end_to_end(activation, dtype, rng):
    drawn = [rng.normal(0, 10.0**power, 100) for power in range(-3, 3)]
    near = np.concatenate([[0, 1, -1, 1e-30, -1e-30, 40, -40, 22, -22, 89, -89, 600, -600], *drawn])
    far = np.array([710, -710, 1000, -1000, 1e5, -1e5, 1e30, -1e30])
    z = np.concatenate([near, far])[:, np.newaxis].astype(dtype)
    (found,) = run(lambda g, x: layers.ACTIVATION_OPS[activation](g, activation(), x), z)
    assert found.dtype == z.dtype
    below, above, low, high = LIMITS[activation]
    numbers = z[:, 0].tolist()
    expected = [reference.activation(activation(), one) for one in numbers[: len(near)]]
    expected += [low + below * x if x < 0 else high + above * x for x in numbers[len(near) :]]
    error = np.abs(found[:, 0].astype(np.float64) - expected)
    assert (error <= FORMULA[dtype] * np.maximum(1, np.abs(z[:, 0]))).all(), error.max()


def test_erfc(rng):
    x = np.concatenate([rng.normal(0, 3, 500), [0, 4, -4, 27, -27, 1e300, -1e300, 0.4, -0.4]])
    (found,) = run(layers._erfc, x[:, np.newaxis])
    assert np.abs(found[:, 0] - [math.erfc(one) for one in x]).max() < 6e-12


def test_the_calendar(rng):
    """Beside Python's own, over all the years that it knows."""
    first, last = dt.date.min.toordinal(), dt.date.max.toordinal()
    ordinals = [first, last, *rng.integers(first, last, 400), *range(693_500, 693_700)]
    ordinals += [dt.date(year, 2, 28).toordinal() + k for year in (1900, 2000, 2023, 2024, 2100)
                 for k in range(3)]  # fmt: skip
    days = [dt.date.fromordinal(int(one)) for one in ordinals]
    x = np.array(ordinals)[:, np.newaxis] - dt.date(1970, 1, 1).toordinal()
    parts = (dates.year, dates.month, dates.day_of_month, dates.weekday)
    found = run(lambda g, x: tuple(part(g, x) for part in parts), x)
    expected = [(d.year, d.month - 1, d.day - 1, d.weekday()) for d in days]
    assert np.concatenate(found, axis=1).tolist() == [list(one) for one in expected]


def test_days_and_rests(rng):
    moments = np.concatenate([rng.integers(-(2**63), 2**63 - 1, 200), [0, -1, 1, -(2**63) + 1]])
    days, rest = run(dates.days_and_rest, moments[:, np.newaxis])
    expected = [divmod(int(one), 86_400_000_000) for one in moments]
    assert np.concatenate([days, rest], axis=1).tolist() == [list(one) for one in expected]


def test_names_never_meet():
    g = Graph(np.dtype("float64"))
    inputs = [g.input(name, np.float64, 1) for name in ("add_0", "constant_0", "add_1", "y")]
    x = inputs[0]
    for _ in range(3):
        x = g.op("Add", x, 1)
    g.output(x, "y", np.float64, 1)
    assert g.outputs == ["y_"]
    model = g.model("0", {})
    made = [name for node in model.graph.node for name in node.output]
    made += inputs + [one.name for one in model.graph.initializer]
    assert len(set(made)) == len(made)
    assert len(model.graph.initializer) == 1  # the 1 is written once


def test_a_name_that_is_no_unicode():
    with pytest.raises(gn.ParameterError, match=r"the name of a column is 'a\\ud800', .*Replace"):
        Graph(np.dtype("float64")).input("a\ud800", np.float64, 1)
