"""What a page chooses: there and back as plain data; each part refused where it is wrong."""

import json
import re

import pytest

from glassnet.playground.setup import Setup, SetupError
from playground.pages import choice, data, layers

PARTS = {
    "data": data("spiral", rows=77, noise=0.25, classes=4, test=0.5, seed=2**32 - 1),
    "inputs": ["x2", "sin x1"],
    "view": {"kind": "columns", "x": "x1", "y": "x2"},
    "layers": [*layers(3, activation="GELU", dropout=0.5), *layers(64, activation="Mish")],
    "weights": choice("He", distribution="normal"),
    "loss": choice("CrossEntropy", label_smoothing=0.1),
    "optimizer": choice("AdamW", beta_1=0.8, weight_decay=0.5),
    "learning_rate": 0.125,
    "schedule": choice("OneCycle", peak=0.2, warmup=3),
    "epochs": 12,
    "penalty": {"l1": 0.1, "l2": 0.25},
    "batch_size": 0,
    "seed": 7,
}


@pytest.mark.parametrize("parts", [{}, *({name: one} for name, one in PARTS.items()), PARTS])
def test_there_and_back(parts):
    setup = Setup().changed(parts)
    plain = setup.plain()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert Setup().changed(plain) == setup
    for name, part in parts.items():
        if name in ("weights", "loss", "optimizer", "schedule"):
            assert plain[name]["settings"].items() >= part["settings"].items()
        else:
            assert plain[name] == part


def test_components_there_and_back():
    setup = Setup().changed({"view": {"kind": "components"}})
    assert setup.plain()["view"] == {"kind": "components"}
    assert Setup().changed(setup.plain()) == setup


def test_a_schedule_is_laid_out_for_a_length():
    assert Setup().changed({"schedule": choice("Cosine")}).epochs == 200
    setup = Setup().changed({"schedule": choice("Cosine"), "epochs": 9})
    assert setup.epochs == 9
    assert setup.changed({"schedule": None, "epochs": None}).epochs is None


def layer(**more):
    return {"layers": [{"nodes": 3, "activation": "Tanh", "dropout": 0.0} | more]}


def points(*given):
    return {"data": data("painted", points=list(given))}


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (None, r"setup is None; expected an object"),
        ([], r"setup is \[\]; expected an object"),
        ({"colour": 1}, r"setup\.colour is 1; expected one of the parts data, inputs, view,"),
        ({"data": None}, r"setup\.data is None; expected an object of exactly name, rows,"),
        ({"data": {"name": "circle"}}, r"setup\.data is .*; expected an object of exactly"),
        ({"data": data() | {"more": 1}}, r"expected an object of exactly"),
        ({"data": data(3)}, r"data\.name is 3; expected a text"),
        ({"data": data(rows=9)}, r"data\.rows is 9; expected a whole number from 10 to 5,000"),
        ({"data": data(rows=5001)}, r"data\.rows is 5001"),
        ({"data": data(rows=50.0)}, r"data\.rows is 50\.0; expected a whole"),
        ({"data": data(rows=True)}, r"data\.rows is True"),
        ({"data": data(rows=10**400)}, r"data\.rows is 1\d+\.\.\.0+; expected a whole"),
        ({"data": data(noise=1.01)}, r"data\.noise is 1\.01; expected a number from 0 to 1"),
        ({"data": data(noise=float("nan"))}, r"data\.noise is nan; expected a number"),
        ({"data": data(noise=10**400)}, r"data\.noise is .*; expected a number within float64"),
        ({"data": data(noise="0")}, r"data\.noise is '0'; expected a number"),
        ({"data": data(classes=1)}, r"data\.classes is 1; expected a whole number from 2 to 8"),
        ({"data": data(classes=9)}, r"data\.classes is 9"),
        ({"data": data(test=0.91)}, r"data\.test is 0\.91; expected a number from 0 to 0\.9"),
        ({"data": data(test=-0.1)}, r"data\.test is -0\.1"),
        ({"data": data(seed=-1)}, r"data\.seed is -1; expected a whole number from 0"),
        ({"data": data(seed=2**32)}, r"data\.seed is 4294967296"),
        ({"data": data(target=1)}, r"data\.target is 1; expected a text"),
        ({"data": data(points={})}, r"data\.points is \{\}; expected a list"),
        (points(1), r"data\.points\[0\] is 1; expected a list"),
        (points([1, 2]), r"data\.points\[0\] is \[1, 2\]; expected x, y and a class"),
        (points([1, 2, 0, 0]), r"data\.points\[0\] is .*; expected a list of at most 3"),
        (points([1, 2e6, 0]), r"data\.points\[0\]\[1\] is 2000000\.0; expected a number from -1e"),
        (points([1, 2, 8]), r"data\.points\[0\]\[2\] is 8; expected a whole number from 0 to 7"),
        (points([1, 2, 0.0]), r"data\.points\[0\]\[2\] is 0\.0"),
        (points(*[[0, 0, 0]] * 5001), r"data\.points is .*; expected a list of at most 5,000"),
        ({"inputs": []}, r"setup\.inputs is \[\]; expected at least one input, each once"),
        ({"inputs": ["x1", "x1"]}, r"expected at least one input, each once"),
        ({"inputs": [1]}, r"inputs\[0\] is 1; expected a text"),
        ({"inputs": ["x"] * 129}, r"expected a list of at most 128"),
        ({"view": {}}, r"setup\.view is \{\}; expected one of columns, components"),
        ({"view": {"kind": "cube"}}, r"view\.kind is 'cube'; expected one of columns, components"),
        ({"view": {"kind": "columns"}}, r"expected an object of exactly kind, x, y"),
        ({"view": {"kind": "columns", "x": 1, "y": "x2"}}, r"view\.x is 1; expected a text"),
        ({"layers": {}}, r"setup\.layers is \{\}; expected a list"),
        ({"layers": layers(*[1] * 7)}, r"expected a list of at most 6, and not of 7"),
        (layer(nodes=0), r"layers\[0\]\.nodes is 0; expected a whole number from 1 to 64"),
        (layer(nodes=65), r"layers\[0\]\.nodes is 65"),
        (layer(activation="tanh"), r"layers\[0\]\.activation is 'tanh'; expected one of Identity"),
        (layer(activation=["Tanh"]), r"activation is \['Tanh'\]; expected one of"),
        (layer(dropout=0.96), r"layers\[0\]\.dropout is 0\.96; expected a number from 0 to 0\.95"),
        (layer(more=1), r"expected an object of exactly nodes, activation, dropout"),
        ({"weights": choice("Xavier")}, r"weights\.name is 'Xavier'; expected one of"),
        ({"weights": choice("He", distribution="even")}, r"distribution is 'even'; expected one"),
        ({"weights": "He"}, r"setup\.weights is 'He'; expected an object of exactly"),
        ({"loss": choice("JointCrossEntropy")}, r"loss\.name is 'JointCrossEntropy'; expected"),
        ({"loss": choice("CrossEntropy", delta=1)}, r"delta is 1; expected one of the settings"),
        ({"optimizer": choice("SGD")}, r"optimizer\.name is 'SGD'; expected one of"),
        ({"optimizer": choice("Adam", learning_rate=1)}, r"settings\.learning_rate is 1; expected"),
        ({"optimizer": choice("GradientDescent", x=1)}, r"expected one of the settings \(there "),
        ({"optimizer": {"name": "Adam", "settings": []}}, r"settings is \[\]; expected an object"),
        ({"learning_rate": 0}, r"learning_rate is 0; expected a number from 1e-09 to 1e\+06"),
        ({"learning_rate": float("inf")}, r"learning_rate is inf"),
        ({"schedule": choice("Linear")}, r"schedule\.name is 'Linear'; expected one of"),
        ({"schedule": []}, r"setup\.schedule is \[\]; expected an object"),
        ({"epochs": 0}, r"epochs is 0; expected a whole number from 1 to 10,000,000"),
        ({"epochs": "9"}, r"epochs is '9'"),
        ({"penalty": {"l1": -1, "l2": 0}}, r"penalty\.l1 is -1; expected a number from 0 to"),
        ({"penalty": {"l2": 0}}, r"expected an object of exactly l1, l2"),
        ({"batch_size": -1}, r"batch_size is -1; expected a whole number from 0"),
        ({"seed": None}, r"setup\.seed is None; expected a whole number"),
        ({"seed": 1.0}, r"setup\.seed is 1\.0"),
        # what is right beside it is not taken
        ({"seed": 3, "epochs": 0}, r"epochs is 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_used(parts, message):
    setup = Setup()
    with pytest.raises(SetupError) as raised:
        setup.changed(parts)
    assert re.search(message, str(raised.value)), str(raised.value)
    assert len(str(raised.value)) < 600
    assert setup == Setup()


@pytest.mark.parametrize(
    ("parts", "lasts"),
    [
        ({"data": data(seed=1)}, True), ({"inputs": ["x1"]}, True), ({"layers": layers(4)}, True),
        ({"weights": choice("He")}, True), ({"loss": choice("SquaredError")}, True),
        ({"seed": 1}, True), ({"layers": layers(4, 2, dropout=0.5)}, False),
        ({"optimizer": choice("Adam")}, False), ({"learning_rate": 1}, False),
        ({"schedule": choice("Cosine")}, False), ({"epochs": 3}, False),
        ({"penalty": {"l1": 0, "l2": 1}}, False), ({"batch_size": 1}, False),
        ({"view": {"kind": "components"}}, False),
    ],
)  # fmt: skip
def test_what_begins_anew(parts, lasts):
    assert (Setup().changed(parts).lasting != Setup().lasting) is lasts
