"""Pictures of the page for people, in build/screenshots; here we see that none of them is blank."""

from pathlib import Path

import numpy as np
import pytest

from browser.driving import decoded_png, link_of
from browser.states import opened

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).parents[2] / "build" / "screenshots"

SPIRAL = {
    "data": "spiral", "classes": 3, "layers": "8-Tanh,8-Tanh", "optimizer": "Adam",
    "rate": 0.01, "epochs": 100,
}  # fmt: skip
TABLET = {"viewport": {"width": 820, "height": 1180}, "has_touch": True, "is_mobile": True}


def taken(page, name):
    """Save a picture of the page; it has to have more than a few colours."""
    page.page.mouse.move(1, 1)
    page.drawn()
    FOLDER.mkdir(parents=True, exist_ok=True)
    picture = page.page.screenshot(path=FOLDER / f"{name}.png")
    pixels = decoded_png(picture)[::4, ::4, :3].reshape(-1, 3)
    assert len(np.unique(pixels, axis=0)) > 200


def test_light_and_dark(new_page):
    for scheme in ("light", "dark"):
        page = new_page(color_scheme=scheme).open()
        page.play_for(20)
        taken(page, scheme)


def test_spiral_and_tablet(new_page):
    for name, settings in (("spiral", {}), ("tablet", TABLET)):
        page = new_page(**settings).open(link_of(SPIRAL))
        page.play_to_the_end()
        taken(page, name)


def test_iris(new_page):
    page = new_page().open(link_of({"data": "iris", "layers": "8-Tanh"}))
    page.press("charts-layers")
    page.play_for(20)
    taken(page, "iris")


@pytest.mark.parametrize(
    "state", ["the glass", "diverged", "six layers", "digits", "painted", "all weights"]
)
def test_states(new_page, state):
    taken(opened(new_page, state), state.replace(" ", "-"))


def test_the_glass_in_the_dark_and_wide(new_page):
    page = opened(new_page, "the glass", color_scheme="dark")
    taken(page, "the-glass-dark")
    page.press("glass-wide")
    page.page.keyboard.press("Home")
    taken(page, "the-glass-wide")
