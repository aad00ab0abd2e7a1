"""What can be kept: the program, the model, pictures; and what becomes of it elsewhere."""

import json
import subprocess
import sys

import numpy as np
import pytest

from browser.controls import operates
from browser.driving import decoded_png, link_of

pytestmark = pytest.mark.browser


def run(program, tmp_path):
    """Return theta as a program leaves it, run in a process of its own."""
    path = tmp_path / "playground.py"
    path.write_text(program + "\nimport json\nprint(json.dumps(theta.tolist()))\n")
    done = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    return np.array(json.loads(done.stdout.splitlines()[-1]))


@operates("keep", "keep-code-item", "keep-code-copy", "keep-code-download", "keep-close")
def test_the_program_comes_to_the_same_weights(new_page, tmp_path):
    """To the bit, though the training was touched under way: another rate, an edited weight."""
    page = new_page(permissions=["clipboard-read", "clipboard-write"]).open(
        link_of(
            {"data": "spiral", "classes": 3, "layers": "8-Tanh-0.1,6-ReLU", "optimizer": "Adam"}
        )
    )
    page.play_for(4)
    page.changes(
        "spy.messages.setup.setup.learning_rate", lambda: page.type("learning-rate-box", 0.01)
    )
    page.press("bias-1-2")
    page.type("edit-box", 0.5)
    index = page.message("setup")["network"][0]["b"] + 1
    page.wait_for_weight(index, 0.5)
    page.press("editor-close")
    page.play_for(4)
    page.keep("code")
    page.control("keep-code").wait_for()
    text = page.get("spy.messages.code.text")
    assert page.control("keep-code").text_content() == text
    page.press("keep-code-copy")
    page.page.get_by_text("Copied.").wait_for()
    assert page.get("navigator.clipboard.readText()") == text
    with page.page.expect_download() as download:
        page.press("keep-code-download")
    assert download.value.suggested_filename == "playground.py"
    page.press("keep-close")
    program = download.value.path().read_text()
    assert program == text
    np.testing.assert_array_equal(run(program, tmp_path), page.theta)


@operates("keep-save-item", "keep-load-item", "keep-file", "keep-note-dismiss")
def test_a_saved_model_predicts_the_map_and_comes_back(new_page, tmp_path):
    import glassnet as gn

    page = new_page().open(link_of({"data": "gaussian", "classes": 3, "layers": "6-Tanh"}))
    page.play_for(10)
    with page.page.expect_download() as download:
        page.keep("save")
    path = tmp_path / "playground.glassnet"
    download.value.save_as(path)
    assert "Saved" in page.text("keep-note")
    page.press("keep-note-dismiss")
    assert page.text("keep-note") == ""
    at = np.arange(4, 100, 9)
    middle = -3 + 6 * (at + 0.5) / 100
    places = np.stack(np.meshgrid(middle, -middle), axis=-1).reshape(-1, 2)
    P = gn.load(path).predict_proba(places).reshape(len(at), len(at), 3)
    shown = page.map[np.ix_(range(3), at, at)].transpose(1, 2, 0) / 255
    axes = page.message("data")["axes"]
    assert (axes["x"]["low"], axes["x"]["high"]) == (-3, 3)
    np.testing.assert_allclose(shown, P, atol=1.5 / 255)

    fresh = new_page().open(link_of({"data": "gaussian", "classes": 3}))
    assert not np.array_equal(fresh.map, page.map)
    fresh.press("keep")
    with fresh.page.expect_file_chooser() as chooser:
        fresh.press("keep-load-item")
    chooser.value.set_files(path)
    fresh.page.get_by_text("is loaded").wait_for()
    fresh.settle()
    np.testing.assert_array_equal(fresh.theta, page.theta)
    np.testing.assert_array_equal(fresh.map, page.map)
    assert [one["nodes"] for one in fresh.setup["layers"]] == [6]


def test_what_is_no_model_is_refused_in_words(page):
    page.allow("422")
    page.press("keep")
    with page.page.expect_file_chooser() as chooser:
        page.press("keep-load-item")
    before = page.theta
    chooser.value.set_files(
        {"name": "x.glassnet", "mimeType": "", "buffer": b"nothing of the kind"}
    )
    page.page.locator(".keep-note[data-bad]").wait_for()
    assert len(page.text("keep-note").split()) > 5
    assert "Traceback" not in page.text("keep-note")
    np.testing.assert_array_equal(page.theta, before)


@operates("keep-picture-item", "keep-picture-panel", "keep-picture-save")
def test_pictures(page):
    """Of each panel: a PNG with something on it, and not the same as another's."""
    page.play_for(5)
    page.keep("picture")
    panel = page.control("keep-picture-panel")
    names = panel.locator("option").evaluate_all("all => all.map(one => one.value)")
    assert {"network", "output", "curves", "confusion"} <= set(names)
    seen = []
    for name in names:
        panel.select_option(name)
        page.wait(
            "document.querySelector('[data-testid=keep-picture-preview]')?.alt.endsWith(given)",
            name,
        )
        with page.page.expect_download() as download:
            page.press("keep-picture-save")
        assert download.value.suggested_filename == f"glassnet-{name}.png"
        pixels = decoded_png(download.value.path().read_bytes())
        height, width, _ = pixels.shape
        box = page.page.locator(f"[data-picture={name}]").bounding_box()
        assert (width, height) >= (2 * box["width"], 2 * box["height"])
        colours = np.unique(pixels[::3, ::3, :3].reshape(-1, 3), axis=0)
        assert len(colours) > 10, f"{name} is blank"
        ink = (np.abs(pixels[..., :3] - pixels[2, 2, :3]).sum(axis=-1) > 60).mean()
        assert ink > 0.01, f"{name} is nearly blank"
        seen.append(pixels.tobytes())
    assert len(set(seen)) == len(names)
