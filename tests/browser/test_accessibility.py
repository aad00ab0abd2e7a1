"""For everyone: by keyboard alone, with names for each control, enough contrast, large enough."""

import pytest

from browser.states import opened

pytestmark = pytest.mark.browser

LEAST_CONTRAST = 4.5

SIZES = ((1280, 720), (1024, 768), (820, 1180))
TABLET = {"width": 820, "height": 1180}


def unreadable(page):
    """Return texts of too little contrast."""
    return page.get("spy.unreadable(given)", LEAST_CONTRAST)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "state", ["as it opens", "the glass", "iris", "diverged", "layers", "dialog: link", "refused"]
)
def test_contrast(new_page, state, scheme):
    assert unreadable(opened(new_page, state, color_scheme=scheme)) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_of_the_named_colours(new_page, scheme):
    """Whatever is written in them, on paper or panel."""
    page = new_page(color_scheme=scheme).open()
    for name in ("ink", "muted", "accent", "warn", "train", "test"):
        for ground in ("paper", "panel"):
            page.get("spy.probe(...given)", [name, ground])
            assert not any("probe" in one for one in unreadable(page)), (name, ground)


def test_contrast_notices(page):
    page.get("void (document.querySelector('h1').style.color = '#999')")
    assert any("glassnet" in one for one in unreadable(page))


ORDER = (
    "reset", "play", "speed", "keep", "theme", "help", "task-classification", "data-circle",
    "noise", "rows", "test-share", "batch-size", "new-sample", "input-x1", "layers-plus",
    "layer-1-activation", "node-1-1", "discrete", "map", "learning-rate", "optimizer", "loss",
    "chart-loss", "charts-layers",
)  # fmt: skip
"""As the eye goes: the bar at the top, then from panel to panel."""

FOCUS = "document.activeElement === document.body ? null : spy.nameOf(document.activeElement)"


def test_tab_comes_to_every_panel(page):
    """In the order of the eye; and wherever it is, one sees where."""
    order = []
    for _ in range(120):
        page.page.keyboard.press("Tab")
        name = page.get(FOCUS)
        if name is None or name in order[:1]:
            break
        order.append(name)
        assert name == "file" or page.get("spy.showsFocus()"), name
    seen = [name for name in order if name in ORDER]
    assert sorted(seen) == sorted(ORDER)
    assert seen == list(ORDER)


def test_the_page_is_worked_by_keys_alone(page):
    """Data, layers, play, a weight, the glass, the menu: by Tab, arrows, Space and Enter."""
    press = page.page.keyboard.press

    def go(name):
        for _ in range(120):
            if page.get(FOCUS) == name:
                return
            press("Tab")
        raise AssertionError(f"Tab never comes to {name}")

    go("data-xor")
    page.changes("spy.messages.setup.setup.data.name", lambda: press("Enter"))
    go("layers-plus")
    page.changes("spy.messages.setup.setup.layers.length", lambda: press("Space"))
    go("play")
    press("Space")
    page.wait("spy.messages.frame.epoch > 2")
    press("Space")
    page.wait("!spy.messages.frame.playing")
    go("node-1-1")
    press("ArrowDown")
    press("Enter")
    page.control("editor").wait_for()
    page.page.keyboard.type("2.5")  # the number is selected: what is typed replaces it
    press("Enter")
    page.wait_for_weight(page.message("setup")["network"][0]["W"] + 1, 2.5)
    press("Escape")
    go("map")
    press("ArrowRight")
    press("Enter")
    page.wait("spy.messages.glass")
    for _ in range(3):
        press("ArrowRight")
    page.page.get_by_text("step 4 of").wait_for()
    press("Escape")
    page.control("glass").wait_for(state="detached")
    go("keep")
    press("Enter")
    for _ in range(8):
        press("ArrowDown")
        if page.get(FOCUS) == "keep-code-item":
            break
    press("Enter")
    page.control("keep-code").wait_for()
    press("Escape")
    page.control("keep-code").wait_for(state="detached")


SLIDERS = {
    "noise": "data.noise", "rows": "data.rows", "test-share": "data.test",
    "batch-size": "batch_size", "learning-rate": "learning_rate", "l2": "penalty.l2",
    "l1": "penalty.l1",
}  # fmt: skip
"""Where the setup has what they change."""


@pytest.mark.parametrize("name", SLIDERS)
def test_arrow_keys_move_every_slider(page, name):
    """From where it stands, from its ends, and both ways: none is caught by its own rounding."""
    slider = page.control(name)
    box = page.control(f"{name}-box")

    def value():
        shown = f"document.querySelector('[data-testid={name}-box]').value"
        has = f"spy.messages.setup.setup.{SLIDERS[name]}"
        if name == "batch-size":  # all rows are written as 0
            has = f"({has} || spy.messages.data.n_train)"
        page.drawn()
        page.wait(f"Number({shown}) === {has}")
        return float(box.input_value())

    ways = [(None, "ArrowRight"), ("Home", "ArrowRight"), ("End", "ArrowLeft")]
    if value() > 0:
        ways.append((None, "ArrowLeft"))
    for start, key in ways:
        if start:
            slider.press(start)
        before = value()
        slider.press(key)
        moved = value() - before
        assert moved > 0 if key == "ArrowRight" else moved < 0, (start, key, before)


def test_reduced_motion(new_page):
    page = new_page(reduced_motion="reduce").open()
    moving = "spy.moving().length"
    assert page.get(moving) == 0
    assert page.get("document.getAnimations().length") == 0
    page.press("play")
    page.wait("spy.messages.frame.epoch > 2")
    assert page.get("document.getAnimations().length") == 0
    assert new_page(reduced_motion="no-preference").open().get(moving) > 0, (
        "or there is nothing to see"
    )


@pytest.mark.parametrize("state", ["as it opens", "iris", "six layers", "the glass", "diverged"])
def test_nothing_runs_off_the_page(new_page, state):
    """The page never scrolls, and no panel's controls are cut off at its sides."""
    page = opened(new_page, state)
    root = "document.documentElement"
    for width, height in SIZES:
        page.page.set_viewport_size({"width": width, "height": height})
        page.drawn()
        assert page.get(f"{root}.scrollWidth <= {root}.clientWidth"), width
        assert page.get(f"{root}.scrollHeight <= {root}.clientHeight"), width
        page.wait("spy.outside().length === 0")
        assert page.control("play").is_visible()
        assert page.control("map").bounding_box()["width"] >= 200 or state == "the glass", width


@pytest.mark.parametrize(
    "state", ["as it opens", "iris", "a schedule", "the glass", "dialog: hide", "painted"]
)
def test_a_finger_hits_every_control(new_page, state):
    page = opened(new_page, state, has_touch=True, is_mobile=True, viewport=TABLET)
    assert page.get("matchMedia('(pointer: coarse)').matches")
    assert page.get("spy.small(32)") == []
