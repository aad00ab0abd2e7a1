"""For everyone: by keyboard alone, with names for each control, enough contrast, large enough."""

import pytest

from browser.states import STATES, opened

pytestmark = pytest.mark.browser

ROLES = {
    "button", "checkbox", "slider", "spinbutton", "combobox", "textbox", "searchbox", "link",
    "application", "dialog", "region", "image", "img", "alert", "group", "option",
}  # fmt: skip
MAY_BE_NAMELESS = {"alert", "group", "image", "img"}

LEAST_CONTRAST = 4.5

SIZES = {"laptop": (1280, 720), "small": (1024, 768), "tablet": (820, 1180)}


def tree(page):
    """Return role and name of all that a screen reader is told."""
    client = page.page.context.new_cdp_session(page.page)
    nodes = client.send("Accessibility.getFullAXTree")["nodes"]
    client.detach()
    return [
        (one["role"]["value"], one.get("name", {}).get("value", ""))
        for one in nodes
        if not one["ignored"]
    ]


@pytest.mark.parametrize("state", STATES)
def test_every_control_has_a_name(new_page, state):
    page = opened(new_page, state)
    nodes = tree(page)
    assert sum(role == "button" for role, _ in nodes) > 5
    nameless = [
        role for role, name in nodes if role in ROLES - MAY_BE_NAMELESS and not name.strip()
    ]
    assert nameless == []
    assert (
        page.get(
            "[...document.querySelectorAll('[tabindex]')].filter(one => one.tabIndex > 0).length"
        )
        == 0
    )
    assert unreadable(page) == []


# Of each text that is shown: its colour over the nearest backgrounds behind it, as WCAG counts it.
CONTRAST = """
(() => {
  const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = colour;
    pixel.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (one) => {
    const layers = [];
    for (let at = one; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] >= 1) break;
    }
    return layers.reverse().reduce((below, above) => over(above, below), [255, 255, 255, 1]);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const one = walker.currentNode.parentElement;
    if (!text || !one.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (one.closest(":disabled, script, style, noscript, [aria-hidden=true], .unseen, option")) continue;
    let opacity = 1;
    for (let at = one; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
    const back = behind(one);
    const ink = rgba(getComputedStyle(one).color);
    const front = over([ink[0], ink[1], ink[2], ink[3] * opacity], back);
    const [a, b] = [light(front), light(back)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < given) found.push(`${text.slice(0, 30)} (${one.className || one.tagName}): ${ratio.toFixed(2)}`);
  }
  return [...new Set(found)];
})()
"""


def unreadable(page):
    """Return texts of too little contrast."""
    return page.get(CONTRAST, LEAST_CONTRAST)


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
            page.get(
                """(() => { document.querySelector("#probe")?.remove();
                    const one = Object.assign(document.createElement("p"), {id: "probe", textContent: "probe"});
                    one.style = `color: var(--${given[0]}); background: var(--${given[1]})`;
                    document.querySelector(".bars").append(one); })()""",
                [name, ground],
            )
            assert not any("probe" in one for one in unreadable(page)), (name, ground)


def test_contrast_notices(page):
    page.get("void (document.querySelector('h1').style.color = '#999')")
    assert any("glassnet" in one for one in unreadable(page))


def test_the_page_by_keyboard_alone(page):
    """Tab comes to every panel; from there play, data, layers and the glass are worked by keys."""
    press = page.page.keyboard.press
    order = []
    for _ in range(120):
        press("Tab")
        name = page.get(
            "document.activeElement === document.body ? null : spy.nameOf(document.activeElement)"
        )
        if name is None or (order and name == order[0]):
            break
        assert (
            page.get("getComputedStyle(document.activeElement).outlineStyle") != "none"
            or name == "file"
        ), name
        order.append(name)
    wanted = ["reset", "play", "speed", "keep", "theme", "help", "task-classification", "data-circle", "noise",
              "rows", "test-share", "batch-size", "new-sample", "input-x1", "layers-plus", "layer-1-activation",
              "node-1-1", "discrete", "map", "learning-rate", "optimizer", "loss", "chart-loss", "charts-layers"]  # fmt: skip
    assert [name for name in wanted if name not in order] == []
    assert [name for name in order if name in wanted] == wanted, "the order of the eye"

    def go(name):
        for _ in range(120):
            if page.get("spy.nameOf(document.activeElement)") == name:
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
    press("Control+A")
    page.page.keyboard.type("2.5")
    press("Enter")
    index = page.message("setup")["network"][0]["W"] + 1
    page.wait_for_weight(index, 2.5)
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
    press("Tab")
    press("ArrowDown")
    press("Enter")
    page.control("keep-code").wait_for()
    press("Escape")
    page.control("keep-code").wait_for(state="detached")


SLIDERS = ("noise", "rows", "test-share", "batch-size", "learning-rate", "l2", "l1")


@pytest.mark.parametrize("name", SLIDERS)
def test_arrow_keys_move_every_slider(page, name):
    """From where it stands, from its ends, and both ways: none is caught by its own rounding."""
    slider = page.control(name)
    box = page.control(f"{name}-box")

    def value():
        page.drawn()
        return float(box.input_value())

    for start, key in (
        (None, "ArrowRight"),
        (None, "ArrowLeft"),
        ("Home", "ArrowRight"),
        ("End", "ArrowLeft"),
    ):
        if start:
            slider.press(start)
        if start is None and key == "ArrowLeft" and value() == 0:
            continue
        before = value()
        slider.press(key)
        after = value()
        assert (after > before) == (key == "ArrowRight"), (start, key, before, after)
        assert after != before


def test_reduced_motion(new_page):
    page = new_page(reduced_motion="reduce").open()
    moving = "[...document.querySelectorAll('*')].filter(one => parseFloat(getComputedStyle(one).transitionDuration) > 0).length"
    assert page.get(moving) == 0
    assert page.get("document.getAnimations().length") == 0
    page.press("play")
    page.wait("spy.messages.frame.epoch > 2")
    assert page.get("document.getAnimations().length") == 0
    assert new_page(reduced_motion="no-preference").open().get(moving) > 0, (
        "or there is nothing to see"
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("state", ["as it opens", "iris", "six layers", "the glass", "diverged"])
def test_nothing_runs_off_the_page(new_page, size, state):
    """The page does not scroll sideways, and no panel's controls are cut off there."""
    width, height = SIZES[size]
    page = opened(new_page, state, viewport={"width": width, "height": height})
    root = "document.documentElement"
    assert page.get(
        f"{root}.scrollWidth <= {root}.clientWidth && {root}.scrollHeight <= {root}.clientHeight"
    )
    outside = page.get(
        """spy.controls().filter(one => { const r = one.getBoundingClientRect();
            return !one.closest(".stage, .glass") && (r.left < -1 || r.right > innerWidth + 1); }).map(spy.nameOf)"""
    )
    assert outside == []
    for name in ("play", "map"):
        assert page.control(name).is_visible()


# What may be pressed around a control: its own box, its label's, or what lies invisibly around it.
SMALL = """
spy.controls().filter((one) => {
  if (one.matches("canvas, .bias, .node, dialog, aside, [role=region], td button, pre") || one.closest(".glass-matrix")) return false;
  const label = one.closest("label");
  const boxes = [one, ...(label ? [label] : [])].map((it) => {
    const { width, height } = it.getBoundingClientRect();
    const after = getComputedStyle(it, "::after");
    const grown = after.content !== "none" && after.position === "absolute" ? -2 * parseFloat(after.inset) || 0 : 0;
    return Math.min(width, height) + grown;
  });
  return Math.max(...boxes) < given;
}).map((one) => `${spy.nameOf(one)} ${one.getBoundingClientRect().width.toFixed(0)}x${one.getBoundingClientRect().height.toFixed(0)}`)
"""


@pytest.mark.parametrize(
    "state", ["as it opens", "iris", "a schedule", "the glass", "dialog: hide", "painted"]
)
@pytest.mark.parametrize("pointer", ["mouse", "finger"])
def test_controls_are_large_enough(new_page, state, pointer):
    touch = {"has_touch": True, "is_mobile": True, "viewport": {"width": 820, "height": 1180}}
    page = opened(new_page, state, **(touch if pointer == "finger" else {}))
    assert page.get(SMALL, 24 if pointer == "mouse" else 32) == []
