"""How it learns: optimizers, losses, schedules, initializers, rates, penalties, the end."""

import numpy as np
import pytest

from browser.controls import operates
from browser.driving import link_of, trained

pytestmark = pytest.mark.browser

SETUP = "spy.messages.setup.setup"
GROUPS = {
    "optimizer": ("optimizer", "optimizers"),
    "initializer": ("weights", "initializers"),
    "schedule": ("schedule", "schedules"),
}


def operate_kinds(page, control, part, kinds):
    """Choose each kind and change each of its settings; return how many settings there were."""
    n_settings = 0
    for kind in kinds:
        name = kind["name"]
        if (page.setup[part] or {}).get("name") != name:
            page.changes(f"{SETUP}.{part}?.name", lambda name=name: page.choose(control, name))
        assert page.setup[part]["name"] == name
        assert page.control(control).input_value() == name
        for setting in kind["settings"]:
            n_settings += 1
            operate_setting(page, control, part, setting)
    return n_settings


def operate_setting(page, control, part, setting):
    """Give a setting another value: the server has it then."""
    box = f"{control}-{setting['name'].replace('_', '-')}"
    where = f"{SETUP}.{part}.settings.{setting['name']}"
    if "options" in setting:
        value = next(one for one in setting["options"] if one != setting["default"])
        page.changes(where, lambda: page.choose(box, value))
    else:
        value = setting["low"] + (setting["high"] - setting["low"]) / 4
        value = round(value) if setting["whole"] else float(f"{value:.3g}")
        page.changes(where, lambda: page.type(box, value))
    assert page.get(where) == value


@pytest.mark.parametrize(
    "control",
    [pytest.param(one, marks=operates(one, f"{one}-*")) for one in GROUPS],
)
def test_kinds_and_their_settings(page, control):
    part, group = GROUPS[control]
    kinds = page.get(f"spy.messages.ready.catalog.{group}")
    assert len(kinds) >= 6
    assert operate_kinds(page, control, part, kinds) >= 2
    page.changes("spy.messages.frame.step", lambda: page.press("step-epoch"))
    assert page.frame["step"] == 35
    assert page.control("problem").count() == 0


@operates("loss", "loss-*")
@pytest.mark.parametrize("task", ["classification", "regression"])
def test_losses(page, task):
    if task == "regression":
        page.changes("spy.messages.data.task", lambda: page.press("task-regression"))
    kinds = page.get(f"spy.messages.ready.catalog.losses.{task}")
    # Poisson needs targets of 0 or more, which no surface has: a refusal, in words.
    operate_kinds(page, "loss", "loss", [one for one in kinds if one["name"] != "Poisson"])
    if task == "regression":
        before = page.setup["loss"]
        page.choose("loss", "Poisson")
        page.control("problem").wait_for()
        assert "Poisson" in page.text("problem")
        page.press("problem-close")
        assert page.setup["loss"] == before
        assert page.control("loss").input_value() == before["name"], "the select shows what is"


@operates("learning-rate", "learning-rate-box")
def test_learning_rate_without_a_reset(page):
    page.play_for(5)
    before = page.frame
    where = f"{SETUP}.learning_rate"
    assert page.changes(where, lambda: page.type("learning-rate-box", 0.2)) == 0.2
    assert (page.frame["epoch"], page.frame["step"]) == (before["epoch"], before["step"])
    assert page.frame["generation"] == before["generation"]
    more = page.changes(where, lambda: page.control("learning-rate").press("ArrowRight"))
    assert 0.2 < more < 0.25
    page.changes("spy.messages.frame.step", lambda: page.press("step-batch"))
    assert page.frame["step"] == before["step"] + 1
    assert page.frame["learning_rate"] == more


@operates("l1", "l1-box", "l2", "l2-box")
def test_penalties(new_page):
    """L2 makes weights small, L1 makes some of them 0; both as the library does."""
    page = new_page().open(link_of({"epochs": 30, "layers": "8-Tanh", "rate": 0.1}))
    where = f"{SETUP}.penalty"
    page.play_to_the_end()
    free = page.theta
    page.press("reset")
    assert page.changes(where, lambda: page.control("l2").press("End")) == {"l1": 0, "l2": 1}
    page.changes(where, lambda: page.type("l2-box", 0.5))
    page.play_to_the_end()
    assert np.linalg.norm(page.theta) < 0.7 * np.linalg.norm(free)
    np.testing.assert_allclose(page.theta, trained(page.setup).state.theta, rtol=1e-9, atol=1e-12)
    page.press("reset")
    assert page.changes(where, lambda: page.control("l2").press("Home")) == {"l1": 0, "l2": 0}
    page.changes(where, lambda: page.control("l1").press("End"))
    page.changes(where, lambda: page.type("l1-box", 0.1))
    page.play_to_the_end()
    small = np.abs(page.theta) < 0.02
    assert small.sum() > (np.abs(free) < 0.02).sum() + 5


@operates("epochs-limited", "epochs", "ended-go-on")
def test_the_last_epoch(page):
    where = f"{SETUP}.epochs"
    assert page.changes(where, lambda: page.choose("epochs-limited", "yes")) == 200
    assert page.changes(where, lambda: page.type("epochs", 3)) == 3
    page.play_to_the_end()
    assert (page.frame["epoch"], page.frame["ended"]["why"]) == (3, "stop")
    assert "last epoch" in page.text("ended")
    page.press("ended-go-on")
    page.wait("spy.messages.frame.epoch > 4 && spy.messages.frame.playing")
    page.pause()
    assert page.text("ended") == ""


def test_a_schedule_lays_out_the_rate(new_page):
    page = new_page().open(link_of({"schedule": "Cosine", "epochs": 4}))
    rates = [page.setup["learning_rate"]]
    for _ in range(4):
        page.changes("spy.messages.frame.step", lambda: page.press("step-epoch"))
        rates.append(page.frame["learning_rate"])
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] < 0.01 * rates[0]
    page.changes("spy.messages.setup.setup.schedule", lambda: page.choose("schedule", ""))
    assert page.setup["schedule"] is None


@operates("seed", "seed-next")
def test_seed(page):
    first = page.theta
    page.changes(f"{SETUP}.seed", lambda: page.press("seed-next"))
    assert page.setup["seed"] == 1
    assert not np.array_equal(page.theta, first)
    page.changes(f"{SETUP}.seed", lambda: page.type("seed", 0))
    np.testing.assert_array_equal(page.theta, first)


@operates("ended-fix", "ended-reset", "ended-more")
def test_divergence_and_its_fix(new_page):
    """A rate far too large: the page says so, offers a smaller one, and that one learns."""
    page = new_page().open(link_of({"data": "plane", "layers": "4-ReLU", "rate": 3}))
    page.play_to_the_end()
    assert page.frame["ended"]["why"] == "diverged"
    assert "Training diverged" in page.text("ended")
    assert "learning rate" not in page.text("ended-more")
    page.control("ended-more").locator("summary").click()
    assert "Lower the learning rate (3)" in page.text("ended-more")
    assert page.text("ended-fix") == "Learning rate 0.3, and start again"
    page.press("ended-reset")
    page.wait("!spy.messages.frame.ended && spy.messages.frame.step === 0")
    assert page.text("ended") == ""
    page.play_to_the_end()
    page.press("ended-fix")
    page.wait("spy.messages.frame.epoch >= 60")
    page.pause()
    assert page.setup["learning_rate"] == 0.3
    assert page.frame["score"][1] > 0.95  # measured: 0.979
    assert page.text("ended") == ""
