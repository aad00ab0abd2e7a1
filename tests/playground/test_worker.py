"""A page's thread: frames at the page's pace, steps at the asked speed, and nothing ends it."""

import re
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glassnet.playground import showing, worker
from glassnet.playground.worker import REQUESTS
from playground.pages import Watched, choice, data, layers, session
from playground.test_session import advance


def watched(acknowledges=True, **parts):
    return Watched(session(**{"data": data()} | parts), acknowledges=acknowledges)


def first_frame(one):
    one.wait(lambda w: w.of("frame"))


def test_what_comes_first():
    with watched() as one:
        first_frame(one)
        assert [header["type"] for header, _ in one.messages] == ["setup", "data", "frame"]
        assert one.of("frame")[0]["step"] == 0
        time.sleep(0.2)
        assert len(one.messages) == 3  # nothing has changed since


def test_a_page_that_never_acknowledges_gets_one_frame():
    with watched(acknowledges=False) as one:
        one.ask({"do": "play"})
        one.wait(lambda w: w.session.state.step > 200)
        time.sleep(0.2)
        assert len(one.of("frame")) == 1
        for wrong in (0, 2, -1, None, "1", [1], 1e300):
            one.ask({"do": "ack", "frame": wrong})
        time.sleep(0.1)
        assert len(one.of("frame")) == 1
        one.ask({"do": "ack", "frame": 1})
        one.wait(lambda w: len(w.of("frame")) == 2)
        time.sleep(0.1)
        assert len(one.of("frame")) == 2


def test_frames_come_no_more_often_than_60_times_a_second():
    with watched() as one:
        first_frame(one)
        one.ask({"do": "play"})
        one.wait(lambda w: len(w.of("frame")) > 20)
        one.ask({"do": "pause"})
        times = [t for t, (header, _) in zip(one.times, one.messages, strict=False)
                 if header["type"] == "frame"]  # fmt: skip
        assert (times[-1] - times[2]) / (len(times) - 3) > 0.9 / 60
        numbers = [header["frame"] for header in one.of("frame")]
        assert numbers == list(range(1, len(numbers) + 1))


def test_play_and_pause():
    with watched() as one:
        one.ask({"do": "play"})
        one.wait(lambda w: w.of("frame") and w.of("frame")[-1]["playing"])
        one.wait(lambda w: w.of("frame")[-1]["step"] > 100)
        one.ask({"do": "pause"})
        one.wait(lambda w: not w.of("frame")[-1]["playing"])
        step = one.session.state.step
        time.sleep(0.1)
        assert one.session.state.step == step == one.of("frame")[-1]["step"]


@pytest.mark.parametrize("rate", [20, 300])
def test_the_speed_that_was_asked_for(rate):
    with watched() as one:
        first_frame(one)
        one.ask({"do": "speed", "steps_per_second": rate})
        one.ask({"do": "play"})
        began = time.perf_counter()
        one.wait(lambda w: w.session.state.step >= 2 * rate)
        took = time.perf_counter() - began
    assert 1.8 < took < 3.5  # 2 s; late on a busy machine, never early


def test_from_slow_to_as_fast_as_it_goes():
    with watched() as one:
        one.ask({"do": "speed", "steps_per_second": 0.1})
        one.ask({"do": "play"})
        time.sleep(0.1)
        assert one.session.state.step <= 1
        one.ask({"do": "speed", "steps_per_second": 0})
        one.wait(lambda w: w.session.state.step > 500, 10)


def test_a_batch_and_an_epoch():
    with watched() as one:  # 42 rows in batches of 10: 5 steps an epoch
        first_frame(one)

        def step(unit, expected):
            frames = len(one.of("frame"))
            one.ask({"do": "step", "unit": unit})
            one.wait(lambda w: len(w.of("frame")) > frames)
            header = one.of("frame")[-1]
            assert (header["epoch"], header["batch"], header["step"]) == expected

        step("batch", (1, 1, 1))
        step("batch", (1, 2, 2))
        step("epoch", (1, 5, 5))
        step("epoch", (2, 5, 10))
        step("batch", (3, 1, 11))
        step("epoch", (3, 5, 15))
        one.ask({"do": "setup", "setup": {"epochs": 4}})
        step("epoch", (4, 5, 20))
        step("epoch", (4, 5, 20))
        assert one.of("frame")[-1]["ended"]["why"] == "stop"


@pytest.mark.parametrize("unit", ["page", None, 1, [], {}])
def test_a_step_of_another_unit_is_none(unit):
    with watched() as one:
        one.ask({"do": "step", "unit": unit})
        one.ask({"do": "step"})
        one.wait(lambda w: len(w.of("error")) == 2)
        assert one.session.state.step == 0
        assert one.of("error")[0]["says"].endswith("expected 'batch' or 'epoch'.")


@pytest.mark.parametrize("together", [False, True])
def test_a_page_that_plays_comes_to_the_weights_of_single_steps(together):
    parts = {"layers": layers(4, dropout=0.3), "epochs": 12}
    with watched(**parts) as one:
        if together:
            one.ask({"do": "speed", "steps_per_second": 400})
        one.ask({"do": "play"})
        one.wait(lambda w: w.of("frame") and w.of("frame")[-1]["ended"])
        assert not one.of("frame")[-1]["playing"]
        theta = one.messages[-1][1]["theta"]
    other = session(data=data(), **parts)
    advance(other, 10_000)
    assert other.state.step == 60
    np.testing.assert_array_equal(theta, other.state.theta)


def test_divergence_is_told_with_what_would_help():
    with watched(data=data("bumps"), layers=layers(4, activation="ReLU"), learning_rate=1e4) as one:
        one.ask({"do": "play"})
        one.wait(lambda w: w.of("frame") and w.of("frame")[-1]["ended"])
        frame = one.of("frame")[-1]
        assert (frame["ended"]["why"], frame["playing"]) == ("diverged", False)
        one.ask({"do": "setup", "setup": frame["ended"]["fix"]})
        one.ask({"do": "reset"})
        one.wait(lambda w: w.of("frame")[-1]["step"] == 0 and not w.of("frame")[-1]["ended"])
        assert one.of("setup")[-1]["setup"]["learning_rate"] == 1000.0


def test_what_a_change_is_answered_by():
    with watched() as one:
        first_frame(one)
        generation = one.of("setup")[-1]["generation"]

        def ask(**setup):
            before = len(one.messages)
            one.ask({"do": "setup", "setup": setup})
            one.wait(lambda w: any(h["type"] == "frame" for h, _ in w.messages[before:]))
            return [header["type"] for header, _ in one.messages[before:]]

        assert ask(learning_rate=1.0) == ["setup", "frame"]
        assert one.of("setup")[-1]["generation"] == generation
        assert ask(seed=5) == ["setup", "data", "frame"]
        assert one.of("setup")[-1]["generation"] == generation + 1
        assert one.of("frame")[-1]["generation"] == generation + 1


def test_painting_goes_on_playing():
    points = [[0, 0, 0], [1, 1, 1], [0, 1, 0], [1, 0, 1]]
    with watched(data=data("painted", points=points)) as one:
        one.ask({"do": "play"})
        one.wait(lambda w: w.session.state.step > 10)
        more = data("painted", points=[*points, [2, 2, 1]])
        one.ask({"do": "setup", "setup": {"data": more}})
        one.wait(lambda w: len(w.of("setup")) == 2 and w.of("frame")[-1]["step"] > 10)
        assert one.playing
        one.ask({"do": "setup", "setup": {"data": data()}})
        one.wait(lambda w: len(w.of("setup")) == 3)
        assert not one.playing


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (None, r"do is None; expected one of setup, play"), ([], r"do is None"), (3, r"do is None"),
        ({}, r"do is None"), ({"do": "fly"}, r"do is 'fly'"), ({"do": ["play"]}, r"do is \["),
        ({"do": "__init__"}, r"do is '__init__'"), ({"do": "x" * 9999}, r"do is 'x+\.\.\.x+'"),
        ({"do": "setup"}, r"the request 'setup' lacks 'setup'"),
        ({"do": "setup", "setup": []}, r"setup is \[\]; expected an object"),
        ({"do": "setup", "setup": {"data": None}}, r"setup\.data is None"),
        ({"do": "speed"}, r"lacks 'steps_per_second'"),
        ({"do": "speed", "steps_per_second": -1}, r"steps_per_second is -1; expected 0 to 100,000"),
        ({"do": "speed", "steps_per_second": float("nan")}, r"steps_per_second is nan"),
        ({"do": "speed", "steps_per_second": "9"}, r"steps_per_second is '9'"),
        ({"do": "speed", "steps_per_second": 10**400}, r"steps_per_second is 1"),
        ({"do": "edit", "index": 0}, r"lacks 'value'"),
        ({"do": "edit", "index": 99, "value": 0}, r"index is 99; expected a whole number"),
        ({"do": "look", "layer": 3, "node": 0}, r"layer is 3; expected 0 to 2"),
        ({"do": "look", "layer": -1, "node": 0}, r"layer is -1"),
        ({"do": "look", "layer": True, "node": 0}, r"layer is True"),
        ({"do": "look", "layer": 2, "node": 2}, r"node is 2; expected 0 to 1"),
        ({"do": "look", "layer": 0, "node": 1.0}, r"node is 1\.0; expected 0 to 3"),
        ({"do": "look", "layer": None}, r"lacks 'node'"),
        ({"do": "ack"}, r"lacks 'frame'"),
        ({"do": "glass"}, r"."),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said(request_, message):
    with watched() as one:
        theta = one.session.state.theta.copy()
        one.ask(request_)
        one.wait(lambda w: w.of("error"))
        error = one.of("error")[0]
        assert set(error) == {"type", "about", "says"}
        assert len(str(error)) < 900
        assert re.search(message, error["says"]), error
        np.testing.assert_array_equal(one.session.state.theta, theta)
        one.ask({"do": "export"})
        one.wait(lambda w: w.of("code"))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
    | st.sampled_from(["circle", "painted", "file", "x1", "Tanh", "Adam", "batch", "epoch"]),
    lambda part: (
        st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=6), part, max_size=3)
    ),
    max_leaves=8,
)  # fmt: skip
PARTS = list(session(data=data()).setup.plain())
SETUPS = st.dictionaries(st.sampled_from(PARTS), VALUES, max_size=3)
WITH_PART = st.builds(
    lambda part, name, value: {part: {**part_of(part), name: value}},
    st.sampled_from(["data", "loss", "optimizer", "weights", "view", "penalty"]),
    st.sampled_from(["name", "rows", "noise", "points", "settings", "l1", "x", "kind", "target"]),
    VALUES,
)
FIELDS = [
    "setup", "unit", "steps_per_second", "index", "value", "layer", "node", "frame", "row",
    "parameter",
]  # fmt: skip
REQUEST = st.builds(
    lambda do, more, setup: {"do": do, **more, **({"setup": setup} if do == "setup" else {})},
    st.sampled_from([one for one in REQUESTS if one != "gradcheck"]) | VALUES,
    st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=4),
    SETUPS | WITH_PART | VALUES,
)


def part_of(name):
    return session(data=data()).setup.plain()[name]


@pytest.fixture(scope="module")
def fuzzed():
    with watched() as one:
        yield one


def no_request_ends_the_thread(fuzzed, request_):
    fuzzed.ask(request_)
    fuzzed.ask({"do": "pause"})
    fuzzed.settled()
    theta, n_params = fuzzed.session.state.theta, fuzzed.session.net.n_params
    assert fuzzed.is_alive()
    assert theta.shape == (n_params,)
    assert np.isfinite(theta).all()
    del fuzzed.messages[:-5]


QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@settings(max_examples=60, deadline=None, suppress_health_check=QUIET)
@given(request_=REQUEST | VALUES)
def test_no_request_ends_the_thread(fuzzed, request_):
    no_request_ends_the_thread(fuzzed, request_)


@pytest.mark.slow
@settings(max_examples=5000, deadline=None, suppress_health_check=QUIET)
@given(request_=REQUEST | VALUES)
def test_none_of_many_requests_ends_the_thread(fuzzed, request_):
    no_request_ends_the_thread(fuzzed, request_)


def test_what_may_be_wanted_later_comes_when_there_is_nothing_to_do(monkeypatch):
    monkeypatch.setattr(worker, "IDLE", 0.2)
    found = []
    with Watched(session(data=data()), when_idle=lambda: found.append(1)) as one:
        first_frame(one)
        one.ask({"do": "play"})
        one.wait(lambda w: w.session.state.step > 0)
        time.sleep(0.4)
        assert found == []
        one.ask({"do": "pause"})
        one.wait(lambda _: found)
        one.ask({"do": "step", "unit": "batch"})
        one.settled()
        time.sleep(0.4)
        assert found == [1]


# Whatever fails


@pytest.mark.parametrize("what", ["measures", "frame"])
def test_a_picture_that_fails_is_said_and_the_next_one_comes(what, monkeypatch):
    with watched() as one:
        first_frame(one)
        real = getattr(showing, what)

        def fail(*_, **__):
            raise ZeroDivisionError(what)

        monkeypatch.setattr(showing, what, fail)
        one.ask({"do": "play"})
        one.wait(lambda w: w.of("error"))
        assert "ZeroDivisionError" in one.of("error")[0]["says"]
        time.sleep(0.1)
        assert len(one.of("error")) < 4  # once for each change, not as fast as can be
        monkeypatch.setattr(showing, what, real)
        one.ask({"do": "play"})
        one.wait(lambda w: w.of("frame")[-1]["step"] > 100)


def test_a_step_that_fails_is_said_and_ends_playing(monkeypatch):
    with watched() as one:
        first_frame(one)
        monkeypatch.setattr(one.session, "advance", lambda *_: 1 / 0)
        one.ask({"do": "play"})
        one.wait(lambda w: w.of("error"))
        one.wait(lambda w: not w.playing)
        monkeypatch.undo()
        one.ask({"do": "play"})
        one.wait(lambda w: w.of("frame")[-1]["step"] > 100)


def test_what_a_request_raises_is_said(monkeypatch):
    with watched() as one:
        errors = [MemoryError("full"), RecursionError("deep"), AssertionError(), OSError(5)]
        for n, error in enumerate(errors, 1):
            monkeypatch.setattr(one.session, "reset", lambda error=error: raising(error))
            one.ask({"do": "reset"})
            one.wait(lambda w, n=n: len(w.of("error")) == n)
            assert type(error).__name__ in one.of("error")[-1]["says"]


def raising(error):
    raise error


# The end


def test_it_ends_with_its_pipe():
    for playing in (False, True):
        with watched() as one:
            first_frame(one)
            if playing:
                one.ask({"do": "play"})
                one.wait(lambda w: w.session.state.step > 0)
            one.close()
            one.wait(lambda w: not w.is_alive(), 5)


def test_large_batches_leave_time_for_requests():
    parts = {"data": data("spiral", rows=5000, test=0), "batch_size": 0}
    with watched(**parts, layers=layers(*[64] * 4, activation="Mish")) as one:
        first_frame(one)
        one.ask({"do": "play"})
        one.wait(lambda w: w.worker.stepping.n_steps == 1, 60)
        steps, began = one.session.state.step, time.perf_counter()
        one.ask({"do": "pause"})
        one.settled()
        assert one.session.state.step - steps < 4
        assert time.perf_counter() - began < 5


def test_gradients_are_checked_beside_the_training():
    with watched(layers=layers(20, 20), optimizer=choice("Adam")) as one:
        first_frame(one)
        one.ask({"do": "play"})
        one.ask({"do": "gradcheck"})
        one.ask({"do": "gradcheck"})
        one.wait(lambda w: w.of("error"))
        assert one.of("error")[0]["says"].startswith("a gradient check is under way")
        one.wait(lambda w: w.of("gradcheck"))
        found = one.of("gradcheck")[0]
        assert found["relative_error"] < 1e-7
        assert sum(row["size"] for row in found["rows"]) == one.session.net.n_params
        assert one.session.state.step > 0
        one.ask({"do": "gradcheck"})
        one.wait(lambda w: len(w.of("gradcheck")) == 2)
