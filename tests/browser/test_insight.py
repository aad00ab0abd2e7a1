"""Curves, the confusion matrix, the layers, the rate, help cards; and how the map is shown."""

import numpy as np
import pytest

from browser.controls import operates
from browser.driving import link_of, session_of

pytestmark = pytest.mark.browser


@operates("loss-log", "curves-loss", "curves-score", "chart-loss", "chart-score")
def test_curves(page):
    page.play_for(20)
    page.drawn()
    linear = page.pixels("[data-testid=chart-loss]")
    assert linear[..., 3].any()
    page.press("loss-log")
    page.drawn()
    assert not np.array_equal(page.pixels("[data-testid=chart-loss]"), linear)
    page.control("chart-loss").press("ArrowLeft")
    said = page.control("chart-loss").get_attribute("aria-label")
    page.control("chart-loss").press("Home")
    page.wait("document.querySelector('[data-testid=chart-loss]').ariaLabel !== given", said)
    if page.control("curves-score").count():  # where there is no room for two
        page.press("curves-score")
        assert page.control("chart-loss").count() == 0
        page.control("chart-score").press("End")
        page.drawn()
        assert page.pixels("[data-testid=chart-score]")[..., 3].any()
        page.press("curves-loss")
        page.control("chart-loss").wait_for()


@operates("charts-confusion", "confusion-train", "confusion-test")
def test_confusion(page):
    """The table's numbers are the server's, and their sums the rows."""
    page.play_for(3)

    def shows(matrix):
        """Wait until the table has these numbers: it follows the frames slowly."""
        cells = "[...document.querySelectorAll('[data-testid=confusion-matrix] td b')]"
        numbers = [str(n) for row in matrix for n in row]
        page.wait(f"`${{{cells}.map(one => one.textContent)}}` === `${{given}}`", numbers)

    confusion = page.frame["confusion"]
    assert np.sum(confusion["test"]) == page.message("data")["n_test"] == 150
    assert np.sum(confusion["train"]) == page.message("data")["n_train"] == 350
    shows(confusion["test"])
    page.press("confusion-train")
    shows(confusion["train"])
    page.press("confusion-test")
    shows(confusion["test"])
    page.press("charts-layers")
    page.press("charts-confusion")
    page.control("confusion-matrix").wait_for()


@operates("charts-layers")
def test_layers(new_page):
    """Dead nodes are counted, and marked: a layer of zeros is dead."""
    page = new_page().open(link_of({"layers": "4-ReLU,3-ReLU", "weights": "Zeros"}))
    page.press("charts-layers")
    assert page.frame["layers"][0]["dead_nodes"] == [0, 1, 2, 3]
    page.page.get_by_text("4 of 4 dead").wait_for()
    assert "dead" in page.text("layers-verdict")
    page.changes("spy.messages.setup.setup.weights", lambda: page.choose("initializer", "He"))
    page.wait(
        "!document.querySelector('[data-testid=layers-verdict]').textContent.includes('4 nodes')"
    )
    page.play_for(5)
    session = session_of(page.setup)
    hidden = session.net.activations(page.theta, session.X_train[:256])[1]
    layer = page.frame["layers"][0]
    assert layer["high"] == pytest.approx(hidden.max(), rel=1e-6)
    assert sum(layer["counts"]) == hidden.size
    assert page.pixels("[data-testid=layer-histogram-1]")[..., 3].any()


@operates("charts-rate", "chart-learning-rate", "chart-gradient-norm")
def test_rate(new_page):
    page = new_page().open(link_of({"schedule": "Cosine", "epochs": 20}))
    page.press("charts-rate")
    page.play_to_the_end()
    for name in ("learning-rate", "gradient-norm"):
        page.control(f"chart-{name}").press("Home")
        page.drawn()
        assert page.pixels(f"[data-testid=chart-{name}]")[..., 3].any()
    assert "step" in page.control("chart-learning-rate").get_attribute("aria-label")


def colours(page):
    """Return how many colours the big map has, and the share that its commonest ones take."""
    pixels = page.big_map[..., :3].reshape(-1, 3)
    _, counts = np.unique(pixels, axis=0, return_counts=True)
    return len(counts)


@operates("discrete")
def test_discrete(page):
    """Two classes, two colours; and the border lies where the shares cross."""
    page.play_for(5)
    assert colours(page) > 20
    page.press("discrete")
    assert colours(page) == 2
    shown = page.big_map
    size = len(shown)
    middles = ((np.arange(100) + 0.5) * size / 100).astype(int)
    blue = shown[np.ix_(middles, middles)][..., 2] > shown[np.ix_(middles, middles)][..., 0]
    assert (blue == (page.map[0] >= page.map[1])).mean() > 0.99
    page.press("discrete")
    assert colours(page) > 20


@operates("show-test", "shapes")
def test_points(page):
    with_all = page.points
    page.press("show-test")
    without_tests = page.points
    assert not np.array_equal(with_all, without_tests)
    assert (without_tests[..., 3] > 0).sum() < (with_all[..., 3] > 0).sum()
    page.press("show-test")
    np.testing.assert_array_equal(page.points, with_all)
    page.press("shapes")
    assert not np.array_equal(page.points, with_all), "squares are circles now"
    page.press("shapes")
    np.testing.assert_array_equal(page.points, with_all)


@operates("About *", "*-help")
def test_help_cards(page):
    """Each "?" opens a card with words, near to it and inside the window; Escape closes it."""
    names = page.get("spy.controls().filter(one => one.matches('.tip, .help-button')).length")
    assert names >= 10
    for i in range(names):
        button = page.page.locator(".tip:visible, .help-button:visible").nth(i)
        button.scroll_into_view_if_needed()
        button.click()
        card = page.page.locator(":popover-open")
        assert len(card.inner_text()) > 10
        box = card.bounding_box()
        assert 0 <= box["x"] <= 1280 - box["width"]
        assert 0 <= box["y"] <= 800 - box["height"]
        page.page.keyboard.press("Escape")
        assert card.count() == 0
    page.page.locator(".katex").first.wait_for(state="attached")  # formulas are set


def test_a_lost_server_is_told(new_page):
    """And the page does not pretend to train."""
    from browser.driving import Server

    own = Server()
    page = new_page(own).open()
    page.press("play")
    page.wait("spy.messages.frame.step > 10")
    assert own.end() == (0, "")
    page.control("disconnected").wait_for()
    assert "connection" in page.text("disconnected")
    assert page.control("play").is_disabled()
    page.allow("WebSocket")
    page.allow("ERR_CONNECTION_REFUSED")
