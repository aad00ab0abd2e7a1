"""The address holds the page: it is restored elsewhere, and rubbish in it does no harm."""

import json

import numpy as np
import pytest

from browser.controls import operates
from browser.driving import link_of

pytestmark = pytest.mark.browser

WHOLE = {
    "data": "spiral", "rows": 300, "noise": 0.2, "classes": 3, "test": 0.4, "sample": 7,
    "inputs": "x1,x2,x1^2,x1 x2", "layers": "6-ReLU,5-Tanh-0.2",
    "weights": "He(distribution:normal)",
    "loss": "CrossEntropy(label_smoothing:0.1)", "optimizer": "Adam(beta_1:0.8)", "rate": 0.004,
    "schedule": "OneCycle(peak:0.2)", "epochs": 77, "l1": 0.001, "l2": 0.01, "batch": 16, "seed": 5,
    "hide": "charts,inputs", "theme": "dark", "discrete": 1, "tests": 0,
}  # fmt: skip


def state(page):
    """Return all of a page that a link holds, besides the setup."""
    page.drawn()
    return {
        "theme": page.get("document.documentElement.dataset.theme"),
        "panels": page.get(
            "[...document.querySelectorAll('section[aria-label]')].map(one => one.ariaLabel)"
        ),
        "discrete": page.control("discrete").is_checked(),
        "tests": page.control("show-test").is_checked(),
    }


def test_a_link_says_the_whole_setup(new_page):
    setup = new_page().open(link_of(WHOLE)).setup
    data = setup["data"]
    assert data == {
        "name": "spiral", "rows": 300, "noise": 0.2, "classes": 3, "test": 0.4, "seed": 7,
        "points": [], "target": None,
    }  # fmt: skip
    assert setup["inputs"] == ["x1", "x2", "x1^2", "x1 x2"]
    assert setup["layers"] == [
        {"nodes": 6, "activation": "ReLU", "dropout": 0},
        {"nodes": 5, "activation": "Tanh", "dropout": 0.2},
    ]
    assert setup["weights"] == {"name": "He", "settings": {"distribution": "normal", "factor": 1}}
    assert setup["loss"] == {"name": "CrossEntropy", "settings": {"label_smoothing": 0.1}}
    assert setup["optimizer"]["settings"]["beta_1"] == 0.8
    assert setup["learning_rate"] == 0.004
    assert setup["schedule"]["name"] == "OneCycle"
    assert setup["schedule"]["settings"]["peak"] == 0.2
    assert (setup["epochs"], setup["batch_size"], setup["seed"]) == (77, 16, 5)
    assert setup["penalty"] == {"l1": 0.001, "l2": 0.01}


@operates("keep-link-item", "keep-link", "keep-link-copy", "keep-hash", "keep-hash-copy")
def test_a_copied_link_restores_everything(new_page):
    """In a fresh browser: the setup part by part, theme, what is hidden; and the same weights."""
    page = new_page(permissions=["clipboard-read", "clipboard-write"]).open(link_of(WHOLE))
    page.keep("link")
    for name in ("keep-hash", "keep-link"):
        page.control(name).click()
        page.press(f"{name}-copy")
        page.page.get_by_text("Copied.").last.wait_for()
        copied = page.get("navigator.clipboard.readText()")
        assert page.control(name).input_value() == copied
    page.press("keep-close")
    fresh = new_page()
    fresh.page.goto(copied)
    fresh.arrived()
    assert fresh.setup == page.setup
    assert state(fresh) == state(page)
    assert state(fresh)["theme"] == "dark"
    assert "Inputs" not in state(fresh)["panels"]
    assert not state(fresh)["tests"]
    np.testing.assert_array_equal(fresh.theta, page.theta)


def test_changes_on_the_page_come_into_the_link(new_page):
    """Also painted points; a link that nothing was changed on is empty."""
    page = new_page().open()
    page.press("data-painted")
    page.drag(page.on_map(-1, 2), *[page.on_map(-1, 2 - k / 4) for k in range(16)])
    page.press("brush-4")
    page.drag(page.on_map(1, 2), *[page.on_map(1, 2 - k / 4) for k in range(16)])
    page.wait("new Set((spy.messages.setup.setup.data.points).map(p => p[2])).size === 2")
    page.press("theme")
    page.settle()
    # Five letters a point; the address is written twice a second at most.
    letters = "new URLSearchParams(location.hash.slice(1)).get('points')?.length"
    page.wait(f"{letters} === 5 * spy.messages.setup.setup.data.points.length")
    page.wait("location.hash.includes('theme=light')")
    fresh = new_page()
    fresh.page.goto(page.page.url)
    fresh.arrived()
    assert fresh.setup == page.setup
    assert len(fresh.setup["data"]["points"]) > 10
    assert new_page().open().page.url.rstrip("#") == page.server.address


@operates("keep-hide-item", "hide-*", "hide-here", "keep-hide-link", "keep-hide-link-copy")
def test_controls_are_hidden(new_page):
    """One part after the other by the dialog's ticks, then here, then by the link elsewhere."""
    page = new_page(permissions=["clipboard-read", "clipboard-write"]).open()
    page.keep("hide")
    parts = ("data", "inputs", "network", "training", "output", "charts", "keep")
    for name in parts:
        page.control(f"hide-{name}").check()
    page.control("hide-output").uncheck()
    page.control("keep-hide-link").click()
    page.press("keep-hide-link-copy")
    page.page.get_by_text("Copied.").wait_for()
    link = page.get("navigator.clipboard.readText()")
    page.press("hide-here")
    page.control("keep").wait_for(state="detached")
    assert state(page)["panels"] == ["Output"]
    assert page.control("play").is_visible()
    fresh = new_page()
    fresh.page.goto(link)
    fresh.arrived()
    assert state(fresh)["panels"] == ["Output"]
    assert fresh.big_map.shape[0] > 300, "the map has the room"
    fresh.press("play")
    fresh.wait("spy.messages.frame.epoch > 3")


RUBBISH = (
    "rubbish", "layers=9999999-Foo", "rate=abc", "data=nothing", "%E0%A4%A=1", "points=AAA", "=",
    "optimizer=Adam(", "view=1", "constructor=1", "__proto__=1", "theme=pink", "hide=everything",
)  # fmt: skip


def test_rubbish_in_a_link_is_survived_and_told(new_page):
    page = new_page().open("&".join(RUBBISH))
    for word in ("rubbish", "layers", "rate", "data", "points", "optimizer", "constructor"):
        assert word in page.text("note")
    assert json.dumps(page.setup) == json.dumps(page.get("spy.messages.ready.setup"))
    assert state(page)["theme"] == "auto"
    page.press("play")
    page.wait("spy.messages.frame.epoch > 3")


@pytest.mark.parametrize(
    "link", ["rate=1e99", "layers=65-Tanh", "rows=1", "inputs=x1,x1", "loss=Huber", "classes=2.5"]
)
def test_what_the_server_refuses_is_told_and_the_page_goes_on(new_page, link):
    page = new_page()
    page.page.goto(page.server.address + "#" + link)
    page.wait("spy.messages.frame")
    if link != "loss=Huber":  # which becomes the loss of the task
        page.control("problem").wait_for()
        assert len(page.text("problem").split()) > 3
    page.press("play")
    page.wait("spy.messages.frame.epoch > 3")


def test_a_new_hash_is_a_new_setup(page):
    page.get("void (location.hash = '#data=xor&layers=3-ReLU')")
    page.wait("spy.messages.setup.setup.data.name === 'xor'")
    assert page.setup["layers"] == [{"nodes": 3, "activation": "ReLU", "dropout": 0}]
