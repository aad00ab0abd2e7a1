"""The catalog: everything that the library has, made with defaults and at each bound."""

import json

import numpy as np
import pytest

from glassnet.core import activations, initializers, losses, optimizers, schedules
from glassnet.playground.kinds import GROUPS, LOSSES_OF, catalog, settings_of
from glassnet.playground.setup import Setup

CATALOG = catalog()
LISTS = {
    **{name: CATALOG[name] for name in ("activations", "optimizers", "schedules", "initializers")},
    **CATALOG["losses"],
}
KINDS = [(group, kind["name"]) for group, kinds in LISTS.items() for kind in kinds]
PARTS = {
    "optimizers": "optimizer", "schedules": "schedule", "initializers": "weights",
    "classification": "loss", "regression": "loss",
}  # fmt: skip
SETTINGS = [
    (group, kind["name"], setting, value)
    for group, kinds in LISTS.items()
    for kind in kinds
    for setting in kind["settings"]
    for value in setting.get("options") or (setting["low"], setting["default"], setting["high"])
]


def test_all_of_the_library_is_there():
    def names(things):
        return {(one if isinstance(one, type) else type(one)).__name__ for one in things}

    found = {group: {kind["name"] for kind in kinds} for group, kinds in LISTS.items()}
    assert found["activations"] == names(activations.ACTIVATIONS)
    assert found["optimizers"] == names(optimizers.OPTIMIZERS)
    assert found["schedules"] == names(schedules.SCHEDULES)
    assert found["initializers"] == names(initializers.INITIALIZERS) - {"HyperplaneBias"}
    of_all_tasks = found["classification"] | found["regression"]
    assert of_all_tasks == names(losses.LOSSES) - {"JointCrossEntropy"}
    assert set(LOSSES_OF) == {"classification", "regression"}


@pytest.mark.parametrize(("group", "name"), KINDS)
def test_how_a_kind_is_described(group, name):
    kind = next(one for one in LISTS[group] if one["name"] == name)
    assert set(kind) == {"name", "label", "formula", "says", "settings"}
    assert kind["says"].endswith(".")
    assert not set("`\n") & set(kind["says"])
    assert ":math:" not in kind["says"]
    assert kind["label"][0].isupper()
    assert kind["formula"].count("{") == kind["formula"].count("}")
    for one in kind["settings"]:
        if "options" in one:
            assert one["default"] in one["options"]
        else:
            assert one["low"] <= one["default"] <= one["high"]
            assert isinstance(one["whole"], bool)
    json.dumps(kind, allow_nan=False)


@pytest.mark.parametrize(("group", "name"), [one for one in KINDS if one[0] != "activations"])
def test_a_kind_can_be_chosen_by_its_name_alone(group, name):
    setup = Setup().changed({PARTS[group]: {"name": name, "settings": {}}})
    chosen = getattr(setup, PARTS[group])
    assert chosen.name == name
    assert set(chosen.settings) == {one["name"] for one in settings_of(GROUPS[group][name])}


@pytest.mark.parametrize(("group", "name", "setting", "value"), SETTINGS)
def test_a_kind_can_be_made_at_each_bound(group, name, setting, value):
    parts = {PARTS[group]: {"name": name, "settings": {setting["name"]: value}}}
    setup = Setup().changed(parts | {"epochs": 10})
    assert getattr(setup, PARTS[group]).settings[setting["name"]] == value
    net = setup.network(2, 2)
    theta = net.init(np.random.default_rng(0), np.zeros((4, 2)))
    assert np.isfinite(theta).all()
    if setup.made_schedule is not None:
        factors = [setup.made_schedule(step, 1000) for step in (0, 1, 500, 999)]
        assert np.isfinite(factors).all()


@pytest.mark.parametrize(
    ("group", "name", "setting", "value"),
    [(*one[:3], far) for one in SETTINGS[1::3] if "low" in one[2]
     for far in (one[2]["low"] - 1, one[2]["high"] * 2 + 1, None, True, "1", [], float("nan"))],
)  # fmt: skip
def test_what_lies_beyond_is_refused(group, name, setting, value):
    parts = {PARTS[group]: {"name": name, "settings": {setting["name"]: value}}}
    with pytest.raises(ValueError, match=rf"settings\.{setting['name']} is .*; expected a"):
        Setup().changed(parts)


@pytest.mark.parametrize("name", GROUPS["activations"])
def test_every_activation_can_be_used(name):
    parts = {"layers": [{"nodes": 3, "activation": name, "dropout": 0.0}]}
    assert type(Setup().changed(parts).network(2, 2).layers[1]).__name__ == name
