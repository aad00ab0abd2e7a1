"""No control without a test: whatever the page shows in any of its states is operated by some."""

import importlib
from pathlib import Path

import pytest

from browser.controls import OPERATED, is_operated, operates
from browser.states import STATES, opened

pytestmark = pytest.mark.browser

# Here so that they count as operated: the page's scrolling regions are reached, and that is all.
REGIONS = {"The step", "Confusion matrix", "Python program"}


@pytest.fixture(scope="module")
def tests():
    """Read all tests, which name what they operate, whichever of them are run now."""
    for path in Path(__file__).parent.glob("test_*.py"):
        importlib.import_module(f"browser.{path.stem}")


@pytest.mark.usefixtures("tests")
@pytest.mark.parametrize("state", STATES)
def test_every_control_is_operated(new_page, state):
    page = opened(new_page, state)
    names = set(
        page.get(
            "spy.controls().filter(one => one.tabIndex >= 0 || one.tagName === 'BUTTON').map(spy.nameOf)"
        )
    )
    assert "play" in names
    missing = sorted(name for name in names - REGIONS if not is_operated(name))
    assert missing == [], "each needs a test that is marked by `operates`"


def test_a_new_control_would_be_missed(page):
    page.get(
        "document.body.append(Object.assign(document.createElement('button'), {textContent: 'Brand new'}))"
    )
    assert "Brand new" in page.get("spy.controls().map(spy.nameOf)")
    assert not is_operated("Brand new")


@operates("reload")
def test_reload(new_page):
    """After the connection is lost and the server is there, the page comes back."""
    page = new_page().open()
    page.get("void spy.socket.close()")
    page.press("reload")
    page.page.wait_for_function(
        "() => window.spy?.messages.frame && !document.querySelector('[data-testid=disconnected]')"
    )
    page.get("void spy.socket.close()")
    page.control("reload").focus()
    page.page.keyboard.press("Shift")


def test_patterns_are_no_wildcards_alone():
    assert "*" not in OPERATED
