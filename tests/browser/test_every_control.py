"""No control without a test, a name, and room to be pressed, in any state of the page."""

import importlib
from pathlib import Path

import pytest

from browser.controls import OPERATED, is_operated, operates
from browser.states import STATES, opened

pytestmark = pytest.mark.browser

NAMED = {
    "button", "checkbox", "slider", "spinbutton", "combobox", "textbox", "searchbox", "link",
    "application", "dialog", "region",
}  # fmt: skip
"""Roles that are nothing without a name."""

REGIONS = {"The step", "Confusion matrix", "keep-code"}
"""What scrolls, and does no more."""

SMALLEST = 24
"""Pixels that a mouse needs."""


@pytest.fixture(scope="module")
def tests():
    """Read all tests, which name what they operate, whichever of them are run now."""
    for path in Path(__file__).parent.glob("test_*.py"):
        importlib.import_module(f"browser.{path.stem}")


def tree(page):
    """Return role and name of all that a screen reader is told."""
    client = page.page.context.new_cdp_session(page.page)
    nodes = client.send("Accessibility.getFullAXTree")["nodes"]
    client.detach()
    told = [one for one in nodes if not one["ignored"]]
    return [(one["role"]["value"], one.get("name", {}).get("value", "")) for one in told]


@pytest.mark.usefixtures("tests")
@pytest.mark.parametrize("state", STATES)
def test_every_control(new_page, state):
    page = opened(new_page, state)
    reached = "spy.controls().filter(one => one.tabIndex >= 0 || one.tagName === 'BUTTON')"
    names = set(page.get(f"{reached}.map(spy.nameOf)"))
    assert "play" in names
    assert sorted(one for one in names - REGIONS if not is_operated(one)) == [], "each needs a test"
    nodes = tree(page)
    assert any(role == "button" for role, _ in nodes)
    assert [role for role, name in nodes if role in NAMED and not name.strip()] == []
    assert page.get("spy.controls().filter(one => one.tabIndex > 0).map(spy.nameOf)") == []
    assert page.get("spy.unreadable(4.5)") == []
    assert page.get("spy.small(given)", SMALLEST) == []


def test_a_new_control_would_be_missed(page):
    page.get("document.querySelector('.top').append(document.createElement('button'))")
    page.get("void (document.querySelector('.top > button').innerHTML = '<i>Brand new</i>')")
    assert "Brand new" in page.get("spy.controls().map(spy.nameOf)")
    assert not is_operated("Brand new")


def test_a_nameless_or_small_control_would_be_missed(page):
    page.get("document.querySelector('.top').append(document.createElement('button'))")
    page.get("void (document.querySelector('.top > button').style = 'min-height: 0; height: 20px')")
    assert ("button", "") in tree(page)
    assert len(page.get("spy.small(24)")) > 0


@operates("reload")
def test_reload(page):
    """After the connection is lost, the page is loaded again by its own button."""
    page.get("void spy.socket.close()")
    page.control("reload").focus()
    page.page.keyboard.press("Shift")
    operated = page.get("[...spy.operated]")
    page.press("reload")
    page.page.wait_for_function("() => window.spy?.messages.frame && spy.operated.size === 0")
    assert page.control("disconnected").count() == 0
    page.get("given.forEach(one => spy.operated.add(one))", operated)


def test_patterns_are_no_wildcards_alone():
    assert "*" not in OPERATED
