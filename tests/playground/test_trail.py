"""The curves between two frames."""

import numpy as np
import pytest

from glassnet.playground import trail
from glassnet.playground.measures import measures
from glassnet.playground.session import Session
from glassnet.playground.setup import Setup
from glassnet.playground.trail import Trail


@pytest.fixture
def always(monkeypatch):
    """Let a look cost nothing, so that each epoch is noted."""
    monkeypatch.setattr(trail, "SHARE", np.inf)


def test_each_epoch_is_noted_at_its_end(always):
    session, found = Session(Setup()), Trail()
    found.look(session)  # before the first step there is no epoch
    expected = []
    while session.state.epoch < 5 or not session.state.epoch_is_over:
        session.advance()
        found.look(session)
        if session.state.epoch_is_over:
            now = measures(session)
            expected.append((session.state.epoch, session.state.step, now["loss"], now["score"]))
    points = [(p["epoch"], p["step"], p["loss"], p["score"]) for p in found.taken()]
    assert points == expected
    assert [epoch for epoch, *_ in points] == [1, 2, 3, 4, 5]
    assert found.taken() == []


def test_a_look_waits_until_it_is_a_small_part_of_the_time(monkeypatch):
    monkeypatch.setattr(trail, "SHARE", 1e-9)  # once, and never again
    session, found = Session(Setup()), Trail()
    for _ in range(30):
        session.advance()
        found.look(session)
    assert len(found.taken()) == 1


def test_a_page_that_takes_no_frames_has_no_endless_curve(always, monkeypatch):
    monkeypatch.setattr(trail, "MOST", 10)
    session, found = Session(Setup(batch_size=0)), Trail()
    for _ in range(100):
        session.advance()
        found.look(session)
    points = found.taken()
    steps = [point["step"] for point in points]
    assert 5 <= len(points) <= 10
    assert steps == sorted(steps)
    assert steps[-1] == 100
