"""The lessons: each can be opened and gone through, and what the first one says comes true."""

import json
from pathlib import Path

import pytest

from browser.controls import operates

pytestmark = pytest.mark.browser

LESSONS = json.loads(
    (Path(__file__).parents[2] / "web" / "src" / "lessons" / "lessons.json").read_text()
)


@operates("lessons", "lesson-*")
def test_every_lesson_leads_through_its_steps(page):
    """Each step says its words, and makes the setup of its link."""
    for lesson in LESSONS:
        page.press("lessons")
        page.press(f"lesson-{lesson['name']}")
        for i, step in enumerate(lesson["steps"]):
            assert page.text("lesson-says") == step["says"]
            wanted = dict(one.split("=", 1) for one in step["link"].split("&"))
            page.wait(
                "spy.messages.setup.setup.data.name === given[0]"
                " && spy.messages.setup.setup.learning_rate === given[1]"
                " && spy.messages.setup.setup.layers.length === given[2]"
                " && spy.messages.setup.setup.epochs === given[3]",
                [
                    wanted["data"], float(wanted.get("rate", 0.03)),
                    0 if wanted.get("layers") == "none"
                    else len(wanted.get("layers", "4,2").split(",")),
                    int(wanted["epochs"]),
                ],
            )  # fmt: skip
            if i + 1 < len(lesson["steps"]):
                page.page.wait_for_timeout(700)  # longer than the address waits to be written
                page.press("lesson-next")
        assert page.control("lesson-next").is_disabled()
        assert page.control("problem").count() == 0
    page.press("lesson-close")
    assert page.control("lesson").count() == 0


@operates("lesson-next", "lesson-back", "lesson-again", "lesson-close")
def test_a_lesson_comes_true(page):
    page.press("lessons")
    page.press("lesson-linear")
    for step in LESSONS[0]["steps"]:
        assert page.text("lesson-says") == step["says"]
        page.wait("spy.messages.frame.step === 0 && !spy.messages.frame.ended")
        page.settle()
        page.play_to_the_end()
        low, high = step["claims"]["test_score"]
        assert low <= page.frame["score"][1] <= high
        if step is not LESSONS[0]["steps"][-1]:
            page.changes("spy.messages.setup.generation", lambda: page.press("lesson-next"))
    page.changes("spy.messages.frame.step", lambda: page.press("lesson-again"))
    assert page.frame["step"] == 0
    page.press("lesson-back")
    assert page.text("lesson-says") == LESSONS[0]["steps"][1]["says"]
    page.press("lesson-close")


def test_a_link_in_an_open_page_sets_it_up_and_so_does_the_way_back(page):
    """The address is not written over before it is read."""
    page.page.wait_for_timeout(700)
    page.page.evaluate("location.hash = 'data=moons&rate=0.5&hide=inputs'")
    page.wait("spy.messages.setup.setup.data.name === 'moons'")
    page.wait("!document.querySelector('[data-testid^=input-x1]')")
    page.page.wait_for_timeout(700)
    assert "data=moons" in page.page.evaluate("location.hash")
    assert "hide=inputs" in page.page.evaluate("location.hash")
    page.page.go_back()
    page.wait("spy.messages.setup.setup.data.name === 'circle'")
    page.wait("!!document.querySelector('[data-testid^=input-x1]')")
