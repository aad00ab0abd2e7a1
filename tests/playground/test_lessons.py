"""The lessons of the page: what each step says is what its link comes to."""

import json
from pathlib import Path

import pytest

from glassnet.playground.measures import measures
from glassnet.playground.session import Session
from glassnet.playground.setup import Setup

ROOT = Path(__file__).parents[2]
LESSONS = json.loads((ROOT / "web/src/lessons/lessons.json").read_text(encoding="utf-8"))
STEPS = [
    pytest.param(step, id=f"{lesson['name']}-{number}")
    for lesson in LESSONS
    for number, step in enumerate(lesson["steps"], 1)
]


def setup_of(link):
    """Return the parts of a setup that a link's text means; the page's own reader is link.ts."""
    said = dict(one.split("=", 1) for one in link.split("&"))
    setup = Setup().plain()
    data, parts = setup["data"], {}
    for name, key, kind in (
        ("data", "name", str), ("rows", "rows", int), ("noise", "noise", float),
        ("test", "test", float), ("sample", "seed", int), ("classes", "classes", int),
    ):  # fmt: skip
        if name in said:
            data[key] = kind(said.pop(name))
    parts["data"] = data
    if "layers" in said:
        layers = said.pop("layers")
        each = [] if layers == "none" else [one.split("-") for one in layers.split(",")]
        parts["layers"] = [
            {"nodes": int(n), "activation": name, "dropout": float(more[0]) if more else 0.0}
            for n, name, *more in each
        ]
    if "inputs" in said:
        parts["inputs"] = said.pop("inputs").split(",")
    if "optimizer" in said:
        parts["optimizer"] = {"name": said.pop("optimizer"), "settings": {}}
    if "l2" in said:
        parts["penalty"] = {"l1": 0.0, "l2": float(said.pop("l2"))}
    if "batch" in said:
        batch = said.pop("batch")
        parts["batch_size"] = 0 if batch == "all" else int(batch)
    parts["learning_rate"] = float(said.pop("rate", 0.03))
    parts["epochs"] = int(said.pop("epochs"))
    assert not said
    return parts


@pytest.mark.parametrize("step", STEPS)
def test_a_step_comes_to_what_it_says(step):
    session = Session(Setup())
    session.change(setup_of(step["link"]))
    while session.ended is None:
        session.advance()
    claims = dict(step["claims"])
    assert (session.ended.why == "diverged") == claims.pop("diverges", False)
    found = measures(session)
    for name, (low, high) in claims.items():
        part, what = name.split("_")
        assert low <= found[what][part == "test"] <= high, (name, found[what])


def test_the_guide_has_every_lesson_and_every_link():
    guide = (ROOT / "docs/classroom.md").read_text(encoding="utf-8")
    for lesson in LESSONS:
        assert f"## {lesson['title']}\n" in guide
        for step in lesson["steps"]:
            assert f"`#{step['link']}`" in guide
