"""The reader's own rows: an uploaded table, one of the command line, painted points."""

import numpy as np
import pytest

from browser.controls import operates
from browser.driving import Server, link_of, trained

pytestmark = pytest.mark.browser

FAST = {"layers": "8-Tanh", "optimizer": "Adam", "rate": 0.01, "epochs": 60}
NAME = "spy.messages.setup.setup.data.name"


def csv_text(rng, n_rows=240):
    """Return three classes as texts, with missing cells; headers hold commas, quotes, spaces."""
    kinds = np.array(["Ahorn", "Buche, rot", "Eiche"])
    k = np.arange(n_rows) % 3
    length = rng.normal(3.0 * k, 0.6).round(2)
    width = rng.normal(-2.0 * (k == 1), 0.5).round(2)
    ground = np.where(rng.random(n_rows) < 0.8, np.array(["Lehm", "Sand", "Ton"])[k], "Fels")
    lines = ['"Länge, ""roh"" (cm)", Breite ,Boden,Art']
    for i in range(n_rows):
        cells = [str(length[i]), str(width[i]), ground[i]]
        if i % 7 == 0:
            cells[i // 7 % 3] = ""
        lines.append(f'{",".join(cells)},"{kinds[k[i]]}"')
    return "\n".join(lines) + "\n"


def upload(page, name, content):
    """Choose a file by the page's own button."""
    with page.page.expect_file_chooser() as chooser:
        page.press("data-file")
    chooser.value.set_files({"name": name, "mimeType": "text/csv", "buffer": content})


@operates("data-file", "file", "target")
def test_a_table_is_learned(new_page, rng):
    page = new_page().open(link_of(FAST))
    upload(page, "bäume.csv", csv_text(rng).encode())
    page.wait(f"{NAME} === 'file'")
    page.settle()
    data = page.message("data")
    assert data["classes"] == ["Ahorn", "Buche, rot", "Eiche"]
    assert (data["target"], data["n_train"] + data["n_test"]) == ("Art", 240)
    assert any('Länge, "roh" (cm)' in one["name"] for one in data["available"])
    page.play_to_the_end()
    assert page.frame["score"][1] >= 0.9
    assert page.frame["score"][0] >= 0.9
    # Another column: numbers, then; and its classes have become an input.
    page.changes("spy.messages.data.target", lambda: page.choose("target", 'Länge, "roh" (cm)'))
    assert page.message("data")["task"] == "regression"
    page.play_to_the_end()
    assert page.frame["score"][1] > 0.5


@operates("problem-close")
def test_a_refused_file_is_told_in_words(page):
    page.allow("422")
    for name, content, word in (
        ("broken.csv", b"\x00\x01\x02\x03" * 50, ""),
        ("empty.csv", b"", ""),
        ("alone.csv", b"a\n1\n2\n3\n", ""),
    ):
        upload(page, name, content)
        page.control("problem").wait_for()
        said = page.text("problem")
        assert len(said.split()) > 4, said
        assert name in said
        assert word in said
        assert "Traceback" not in said
        assert "/tmp" not in said
        page.press("problem-close")
        assert page.control("problem").count() == 0
    assert page.setup["data"]["name"] == "circle"
    page.changes("spy.messages.frame.step", lambda: page.press("step-batch"))


def test_a_file_that_is_too_large_is_not_sent(page, tmp_path):
    path = tmp_path / "large.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 5_500_000)
    with page.page.expect_file_chooser() as chooser:
        page.press("data-file")
    chooser.value.set_files(path)
    page.control("problem").wait_for()
    assert "22.0 MB" in page.text("problem")
    assert "20.0 MB" in page.text("problem")


def test_a_table_is_dropped(page, rng):
    page.page.evaluate(
        """text => { const bag = new DataTransfer();
            bag.items.add(new File([text], "dropped.csv", {type: "text/csv"}));
            for (const type of ["dragover", "drop"])
              document.querySelector(".panels").dispatchEvent(
                new DragEvent(type, {dataTransfer: bag, bubbles: true, cancelable: true})); }""",
        csv_text(rng, 60),
    )
    page.wait(f"{NAME} === 'file'")
    assert len(page.array("data", "target")) == 60


def test_a_table_of_the_command_line(new_page, rng, tmp_path):
    path = tmp_path / "trees.csv"
    path.write_text(csv_text(rng), encoding="utf-8")
    server = Server(str(path), "--target", "Boden")
    try:
        page = new_page(server).open()
        assert page.setup["data"]["name"] == "file"
        assert page.message("data")["target"] == "Boden"
        assert page.message("data")["classes"] == ["Fels", "Lehm", "Sand", "Ton"]
        assert page.control("data-file").get_attribute("aria-pressed") == "true"
        page.changes("spy.messages.frame.step", lambda: page.press("step-epoch"))
    finally:
        status, said = server.end()
    assert (status, said) == (0, "")
    page.allow("WebSocket")
    page.allow("ERR_CONNECTION_REFUSED")


@operates("data-painted", "brush-*", "map", "paint-undo", "paint-clear")
def test_painted_points_are_learned(new_page):
    page = new_page().open(link_of({**FAST, "test": 0, "epochs": 200}))
    page.press("data-painted")
    side = page.map_scale()["side"]
    where = page.page.locator("[data-testid=map]")
    assert "0 points" in page.text("painted-count")

    def stroke(brush, x):
        page.press(f"brush-{brush}")
        top = page.on_map(x, 2.4)
        bottom = page.on_map(x, -2.4)
        shares = np.linspace(0.05, 1, 20)[:, np.newaxis]
        page.drag(top, *(np.multiply(top, 1 - shares) + np.multiply(bottom, shares)).tolist())

    stroke(1, -1.5)
    stroke(2, 1.5)
    classes = "new Set(spy.messages.setup.setup.data.points.map(one => one[2]))"
    page.wait(f"{NAME} === 'painted' && {classes}.size === 2")
    said = page.text("painted-count")
    page.wait("`${spy.messages.setup.setup.data.points.length} points` === given", said)
    page.settle()
    points = np.array(page.setup["data"]["points"])
    assert len(points) >= 20
    np.testing.assert_allclose(points[points[:, 2] == 0, 0], -1.5, atol=6 / side + 0.01)
    np.testing.assert_allclose(points[points[:, 2] == 1, 0], 1.5, atol=6 / side + 0.01)
    n_before = len(points)
    for brush in range(3, 9):
        page.press(f"brush-{brush}")
        x, y = page.on_map(-2.5 + brush / 2, 0)
        where.click(position={"x": x, "y": y})
    page.wait("spy.messages.setup.setup.data.points.length === given", n_before + 6)
    page.wait("spy.messages.data.classes.length === 8")
    for _ in range(6):
        page.press("paint-undo")
    page.wait("spy.messages.setup.setup.data.points.length === given", n_before)
    page.settle()
    assert f"{n_before} points" in page.text("painted-count")
    page.play_to_the_end()
    assert page.frame["score"][0] == 1.0
    np.testing.assert_allclose(page.theta, trained(page.setup).state.theta, rtol=1e-9, atol=1e-12)
    page.press("brush-off")
    x, y = page.on_map(*points[0, :2])
    where.click(position={"x": x, "y": y})
    page.control("glass").wait_for()
    page.page.keyboard.press("Escape")
    page.press("paint-clear")
    assert "0 points" in page.text("painted-count")


def test_points_are_painted_by_keyboard(page):
    """Arrow keys move the cross, Enter paints."""
    page.press("data-painted")
    page.press("brush-3")
    press = page.page.keyboard.press
    page.control("map").focus()
    for _ in range(4):
        press("Shift+ArrowLeft")
    for _ in range(3):
        press("Enter")
        press("ArrowUp")
    page.wait(f"{NAME} === 'painted' && spy.messages.setup.setup.data.points.length === 3")
    points = np.array(page.setup["data"]["points"])
    np.testing.assert_allclose(points[:, 0], -2.4, atol=0.02)
    np.testing.assert_allclose(np.diff(points[:, 1]), 0.12, atol=0.02)
    assert set(points[:, 2]) == {2}
