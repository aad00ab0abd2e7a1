"""The network's layers, nodes and weights: changed by mouse and keys, seen on the map."""

import numpy as np
import pytest

from browser.controls import operates
from browser.driving import session_of

pytestmark = pytest.mark.browser

LAYERS = "spy.messages.setup.setup.layers"


@operates("layers-plus", "layers-minus")
def test_layers(page):
    for n in range(3, 7):
        page.changes(LAYERS, lambda: page.press("layers-plus"))
        assert len(page.setup["layers"]) == n
        assert len(page.message("setup")["network"]) == n + 1
        assert page.text("n-params") == f"{len(page.theta)} parameters"
    assert page.control("layers-plus").is_disabled()
    for n in range(5, -1, -1):
        page.changes(LAYERS, lambda: page.press("layers-minus"))
        assert len(page.setup["layers"]) == n
    assert len(page.theta) == 2 * 2 + 2
    assert page.control("layers-minus").is_disabled()


COUNT_EMPTY = """() => {
  const small = new OffscreenCanvas(64, 32).getContext("2d", { willReadFrequently: true });
  window.looks = [0, 0]; // at the weights' canvas: all, and those that found it empty
  const look = () => {
    const canvas = document.querySelector(".stage canvas");
    small.clearRect(0, 0, 64, 32);
    small.drawImage(canvas, 0, 0, 64, 32);
    const isEmpty = small.getImageData(0, 0, 64, 32).data.every((one) => one === 0);
    looks = [looks[0] + 1, looks[1] + isEmpty];
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def test_weights_stay_in_sight_while_another_network_comes(page):
    for _ in range(18):  # hundreds of weights are drawn less often
        page.changes(LAYERS, lambda: page.press("layer-1-nodes-plus"))
        page.changes(LAYERS, lambda: page.press("layer-2-nodes-plus"))
    page.press("play")
    page.wait("spy.messages.frame.step > 100")
    page.page.wait_for_timeout(300)
    page.page.evaluate(COUNT_EMPTY)
    for _ in range(4):
        page.changes("spy.messages.setup.setup.data.seed", lambda: page.press("new-sample"))
        page.page.wait_for_timeout(200)
    looks, empty = page.page.evaluate("() => looks")
    assert looks > 10
    assert empty == 0


@operates("layer-*-nodes-plus", "layer-*-nodes-minus")
def test_nodes(page):
    page.changes(LAYERS, lambda: page.press("layer-1-nodes-plus"))
    assert [one["nodes"] for one in page.setup["layers"]] == [5, 2]
    assert page.control("node-1-5").count() == 1
    assert len(page.theta) == 15 + 12 + 6
    page.changes(LAYERS, lambda: page.press("layer-2-nodes-minus"))
    assert [one["nodes"] for one in page.setup["layers"]] == [5, 1]
    assert page.control("layer-2-nodes-minus").is_disabled()


@operates("layer-*-activation")
def test_activations(page):
    """Each one: the server has it, and the first layer's nodes look as the library says."""
    names = [one["name"] for one in page.get("spy.messages.ready.catalog.activations")]
    assert len(names) >= 13
    for name in names:
        if name != page.setup["layers"][0]["activation"]:
            page.changes(LAYERS, lambda name=name: page.choose("layer-1-activation", name))
        assert page.setup["layers"][0]["activation"] == name
        assert page.message("setup")["network"][0]["activation"] == name
        session = session_of(page.setup)
        grid = session.data.given(session.axes.grid(25), session.setup.inputs)
        expected = session.net.activations(session.state.theta, grid)[1]
        bounds = page.array("frame", "bounds")[: expected.shape[1]]
        np.testing.assert_allclose(bounds[:, 0], expected.min(axis=0), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(bounds[:, 1], expected.max(axis=0), rtol=1e-4, atol=1e-5)


@operates("layer-*-dropout")
def test_dropout(page):
    """It acts at once, and nothing is reset."""
    page.changes("spy.messages.frame.step", lambda: page.press("step-epoch"))
    page.changes(LAYERS, lambda: page.choose("layer-1-dropout", "0.5"))
    assert page.setup["layers"][0]["dropout"] == 0.5
    assert page.frame["step"] == 35
    page.changes("spy.messages.frame.step", lambda: page.press("step-epoch"))
    with_dropout = page.theta
    page.changes(LAYERS, lambda: page.choose("layer-1-dropout", "0"))
    page.changes("spy.messages.frame.step", lambda: page.press("reset"))
    page.changes("spy.messages.frame.step", lambda: page.press("step-epoch"))
    page.changes("spy.messages.frame.step", lambda: page.press("step-epoch"))
    assert not np.allclose(page.theta, with_dropout)


def exported(page):
    """Return the program that the page shows."""
    page.keep("code")
    page.control("keep-code").wait_for()
    text = page.text("keep-code")
    page.press("keep-close")
    return text


@operates("edit-box", "edit", "editor-close")
def test_a_weight_is_edited_by_mouse(page):
    """Halfway between two nodes lies their weight: a click on it opens its box."""
    picture = page.big_map
    a, b = (page.control(name).bounding_box() for name in ("node-1-1", "node-2-1"))
    middle = [(one["x"] + one["width"] / 2, one["y"] + one["height"] / 2) for one in (a, b)]
    x, y = np.mean(middle, axis=0)
    page.page.mouse.move(x, y)
    box = page.page.locator(".hover-box")
    box.wait_for()
    layer = page.message("setup")["network"][1]
    index = int(box.inner_text().partition("[")[2].partition("]")[0])
    assert layer["W"] <= index < layer["b"]
    value = float(box.inner_text().split()[0])
    assert value == pytest.approx(page.theta[index], rel=1e-6)
    page.page.mouse.click(x, y)
    assert "weight from node" in page.control("editor").get_attribute("aria-label").lower()
    page.type("edit-box", -2.5)
    page.wait_for_weight(index, -2.5)
    assert not np.array_equal(page.big_map, picture)
    page.control("edit").press("Home")
    page.wait_for_weight(index, -3)
    page.press("editor-close")
    assert page.control("editor").count() == 0
    code = exported(page)
    assert f"theta[{index}] = -3" in code


@operates("node-*-*", "edit-*")
def test_weights_are_edited_by_keyboard(page):
    """Arrow keys go from node to node, e lists what enters it; Escape goes back to the node."""
    page.control("node-1-1").focus()
    press = page.page.keyboard.press
    press("ArrowDown")
    press("ArrowRight")
    assert page.get("document.activeElement.dataset.testid") == "node-2-2"
    press("e")
    page.control("editor").wait_for()
    layer = page.message("setup")["network"][1]
    index = layer["W"] + 1  # from node 1 to node 2
    assert page.get("document.activeElement.dataset.testid") == f"edit-{index}"
    press("Control+A")
    page.page.keyboard.type("1.75")
    press("Enter")
    page.wait_for_weight(index, 1.75)
    press("Escape")
    assert page.control("editor").count() == 0
    assert page.get("document.activeElement.dataset.testid") == "node-2-2"
    assert f"theta[{index}] = 1.75" in exported(page)


@operates("bias-*", "edit-glass")
def test_a_bias_and_its_gradient(page):
    page.press("bias-1-2")
    assert "Bias of node 2 of layer 1" in page.text("editor")
    index = page.message("setup")["network"][0]["b"] + 1
    page.type("edit-box", 0.75)
    page.wait_for_weight(index, 0.75)
    page.press("edit-glass")
    page.control("glass").wait_for()
    page.wait("spy.messages.glass.parameter?.index === given", index)


def test_the_big_map_shows_a_node(page):
    """The one that the pointer is over; and the output again when it has left."""
    page.play_for(3)
    page.page.mouse.move(5, 5)
    picture = page.big_map
    page.changes("spy.messages.frame.look", lambda: page.control("node-1-2").hover())
    assert page.frame["look"] == {"layer": 0, "node": 1}
    assert page.text("map-title") == "Node 2 of layer 1"
    session = session_of(page.setup)
    grid = session.data.given(session.axes.grid(100), session.setup.inputs)
    expected = session.net.activations(page.theta, grid)[1][:, 1].reshape(100, 100)
    np.testing.assert_allclose(page.map[0], expected, atol=1e-4)
    assert not np.array_equal(page.big_map, picture)
    page.changes("spy.messages.frame.look", lambda: page.page.mouse.move(5, 5))
    assert page.text("map-title") == "Output"
    np.testing.assert_array_equal(page.big_map, picture)


def test_the_readout_tells_the_answer_under_the_pointer(page):
    page.play_for(10)
    x, y = page.on_map(1.53, -0.51)
    page.control("map").hover(position={"x": x, "y": y})
    page.drawn()
    shares = [
        int(word) for word in page.text("readout").replace("%", " ").split() if word.isdecimal()
    ]
    at = page.map[:, int((3 + 0.51) / 6 * 100), int((3 + 1.53) / 6 * 100)]
    assert shares[-1] == pytest.approx(100 * int(at[1]) / 255, abs=3)
