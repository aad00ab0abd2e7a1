"""A server, a Chromium, and pages that fail their test on any complaint of the browser."""

from pathlib import Path

import pytest

from browser.chromium import found
from browser.controls import missed
from browser.driving import ARGUMENTS, Playground, Server

STATIC = Path(__file__).parents[2] / "src" / "glassnet" / "playground" / "static"


def pytest_configure(config):
    config.addinivalue_line("markers", "operates(*names): controls that a test has to operate")


@pytest.fixture(scope="session")
def server():
    """Return a playground's server; it has to end well, and without a word of complaint."""
    assert (STATIC / "index.html").exists(), "the page is not built: make page"
    one = Server()
    yield one
    status, said = one.end()
    assert status in (0, -15)
    assert said == ""


@pytest.fixture(scope="session")
def chromium():
    """Return a Chromium."""
    from playwright.sync_api import sync_playwright

    path = found()
    if path is None:
        pytest.skip("there is no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium, server, request):
    """Return a function that makes a page; settings are those of a browser's context."""
    pages = []

    def make(server=server, **settings) -> Playground:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, **settings})
        pages.append(Playground(context, server))
        return pages[-1]

    yield make
    operated = set()
    problems = [text for one in pages for text in one.problems]
    for one in pages:
        if not one.page.is_closed():
            operated.update(one.page.evaluate("() => [...(window.spy?.operated ?? [])]"))
        one.page.context.close()
    assert problems == []
    wanted = [name for mark in request.node.iter_markers("operates") for name in mark.args]
    if not getattr(request.node, "has_failed", False):
        assert missed(wanted, operated) == [], "the test says that it operates these"


@pytest.fixture
def page(new_page):
    """Return the page as it opens."""
    return new_page().open()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        item.has_failed = report.failed
    return report
