"""Play, pause, step, reset, speed, theme and help; by mouse, and by the page's own keys."""

import numpy as np
import pytest

from browser.controls import operates

pytestmark = pytest.mark.browser

BATCHES = 35
"""Of an epoch of the first setup: 350 training rows, 10 at a time."""


def stands_still(page):
    """Return whether nothing moves for twenty of the screen's frames."""
    before = page.frame["step"]
    for _ in range(10):
        page.drawn()
    return page.frame["step"] == before and not page.frame["playing"]


@operates("play")
def test_play_and_pause(page):
    assert stands_still(page)
    page.press("play")
    page.wait("spy.messages.frame.step > 100")
    assert page.control("play").get_attribute("aria-pressed") == "true"
    assert "Pause" in page.text("play")
    page.pause()
    step = page.frame["step"]
    assert stands_still(page)
    assert page.control("play").get_attribute("aria-pressed") == "false"
    assert f"step {step}," in page.text("epoch-more")
    loss = page.frame["loss"]
    assert float(page.text("loss-train")) == pytest.approx(loss[0], rel=5e-3)
    assert float(page.text("loss-test")) == pytest.approx(loss[1], rel=5e-3)
    assert page.text("score-test") == f"{100 * page.frame['score'][1]:.1f} %"


@operates("step-batch", "step-epoch", "reset")
def test_steps_and_reset(page):
    first, picture = page.theta, page.big_map
    page.changes("spy.messages.frame.step", lambda: page.press("step-batch"))
    assert (page.frame["step"], page.frame["batch"]) == (1, 1)
    assert not np.array_equal(page.theta, first)
    page.changes("spy.messages.frame.step", lambda: page.press("step-epoch"))
    assert (page.frame["epoch"], page.frame["step"]) == (1, BATCHES)
    page.changes("spy.messages.frame.step", lambda: page.press("step-epoch"))
    assert (page.frame["epoch"], page.frame["step"]) == (2, 2 * BATCHES)
    assert not np.array_equal(page.big_map, picture)
    page.changes("spy.messages.frame.step", lambda: page.press("reset"))
    assert page.frame["step"] == 0
    np.testing.assert_array_equal(page.theta, first)
    np.testing.assert_array_equal(page.big_map, picture)


@operates("speed")
def test_speed(page):
    """Each speed is asked for; 20 steps a second are about 20, full speed is far more."""
    for value in ("1", "5", "100", "500", "20"):
        page.choose("speed", value)
        assert page.get("spy.sent.at(-1)") == {"do": "speed", "steps_per_second": int(value)}
    page.press("play")
    page.wait("spy.messages.frame.step >= 3")
    began = page.get("[performance.now(), spy.messages.frame.step]")
    page.wait("performance.now() > given + 1500", began[0])
    ended = page.get("[performance.now(), spy.messages.frame.step]")
    assert 10 < 1000 * (ended[1] - began[1]) / (ended[0] - began[0]) < 30
    page.choose("speed", "0")
    page.wait("spy.messages.frame.step > given + 500", ended[1])
    page.pause()


@operates("theme")
def test_theme(page):
    """As the system, light, dark; canvases follow."""

    def look():
        page.drawn()
        root = "document.documentElement"
        style = page.get(f"[{root}.dataset.theme, getComputedStyle(document.body).backgroundColor]")
        return *style, page.points

    theme, paper, points = look()
    assert (theme, paper) == ("auto", "rgb(251, 251, 249)")
    page.press("theme")
    assert look()[:2] == ("light", paper)
    page.press("theme")
    theme, paper, dark_points = look()
    assert (theme, paper) == ("dark", "rgb(21, 24, 28)")
    assert not np.array_equal(points, dark_points)
    page.press("theme")
    assert look()[0] == "auto"


def test_a_dark_system_has_a_dark_page(new_page):
    page = new_page(color_scheme="dark").open()
    assert page.get("getComputedStyle(document.body).backgroundColor") == "rgb(21, 24, 28)"
    assert page.big_map[..., :3].mean() < 160


@operates("help", "help-close")
def test_help(page):
    dialog = page.control("help-dialog")
    page.press("help")
    dialog.wait_for()
    assert "Space" in dialog.inner_text()
    page.press("help-close")
    dialog.wait_for(state="hidden")


def test_keys(page):
    """Each key of the list does what the list says."""
    press = page.page.keyboard.press

    def changed(what, key):
        return page.changes(what, lambda: press(key))

    assert changed("spy.messages.frame.step", "b") == 1
    assert changed("spy.messages.frame.step", "e") == BATCHES
    assert changed("spy.messages.frame.step", "r") == 0
    assert changed("spy.messages.setup.setup.data.seed", "n") == 1
    for key, control in (("d", "discrete"), ("t", "show-test")):
        before = page.control(control).is_checked()
        press(key)
        page.drawn()
        assert page.control(control).is_checked() != before
        press(key)
    assert changed("spy.messages.frame.playing", "Space") is True
    page.wait("spy.messages.frame.step > 5")
    assert changed("spy.messages.frame.playing", "Space") is False
    press("g")
    page.control("glass").wait_for()
    page.wait("spy.messages.glass?.row === 0")
    press("]")
    page.wait("spy.messages.glass.row === 1")
    press("[")
    page.wait("spy.messages.glass.row === 0")
    press("g")
    page.control("glass").wait_for(state="detached")
    press("?")
    page.control("help-dialog").wait_for()
    press("b")  # no key of the page acts behind a dialog
    page.drawn()
    assert page.get("spy.sent.at(-1).do") != "step"
    press("Escape")
    page.control("help-dialog").wait_for(state="hidden")


def test_space_in_a_box_is_a_space(page):
    """Keys that are typed go where one types."""
    page.control("rows-box").focus()
    for key in ("b", "r", "Space", "n"):
        page.page.keyboard.press(key)
    page.drawn()
    assert page.get("spy.sent.length") == 0
