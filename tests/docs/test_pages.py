"""The pages themselves: their Python runs, their links lead somewhere, their formulas render."""

import doctest
import re
from pathlib import Path

import pytest

from docs.worked_examples import DOCS, PAGES, fences

ROOT = DOCS.parent
ALL_PAGES = (*PAGES, *sorted(set(DOCS.glob("*.md")) - set(PAGES)), *sorted(ROOT.glob("*.md")))
PYTHON = [
    page for page in ALL_PAGES if fences(page.read_text(encoding="utf-8"), "python")
]  # each page that shows any


def name_of(page: Path) -> str:
    """Return the path of a page from the project's root."""
    return str(page.relative_to(ROOT))


def without_fences(text: str) -> str:
    """Return the page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    """Return the anchors GitHub makes of the headings."""
    headings = re.findall(r"^#+ (.+)$", without_fences(text), flags=re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", PYTHON, ids=name_of)
def test_python_runs(page: Path) -> None:
    blocks = fences(page.read_text(encoding="utf-8"), "python")
    for block in blocks:
        assert block.startswith(">>> "), f"not runnable:\n{block}"
    # One test a page: a name made in one block is there in the next.
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, page.name, str(page), 0)
    report: list[str] = []
    results = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(
        test, out=report.append
    )
    assert results.attempted > 0
    assert results.failed == 0, "".join(report)


def test_the_pages_of_the_core_show_python() -> None:
    assert set(PAGES) - set(PYTHON) == {DOCS / "maths" / "README.md"}


@pytest.mark.parametrize("page", ALL_PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    text = without_fences(page.read_text(encoding="utf-8"))
    for link in re.findall(r"\]\(([^)]+)\)", text):
        if link.startswith("https://"):
            continue
        file, _, anchor = link.partition("#")
        target = page.parent / file if file else page
        assert target.is_file(), f"{page.name} links to {link}"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), link


def test_the_commands_exist() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set()
    for page in ALL_PAGES:
        named |= set(re.findall(r"\bmake ([a-z][\w-]+)(?=`|  )", page.read_text("utf-8")))
    assert {"demo", "test"} < named
    assert named <= targets


def test_the_index_lists_every_page() -> None:
    index = (DOCS / "maths" / "README.md").read_text(encoding="utf-8")
    for page in (DOCS / "maths").glob("*.md"):
        assert page.name == "README.md" or f"]({page.name})" in index


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_formulas_render_on_github(page: Path) -> None:
    r"""Outside fences GitHub reads Markdown first, and so eats ``\\``, ``\,`` and ``\{``.

    A bare bar ends the cell of a table. A dollar sign that touches a letter is a dollar sign.
    ``\operatorname`` is not allowed anywhere.
    """
    text = page.read_text(encoding="utf-8")
    assert r"\operatorname" not in text
    for line in without_fences(text).splitlines():
        # Words between backquotes are code.
        plain = re.sub(r"`[^`]*`", "", line)
        assert plain.count("$") % 2 == 0, line
        outside = re.sub(r"(?<![^\s(\[|])\$\$?[^$]+\$\$?(?![^\s.,:;)\]?!|])", "", plain)
        assert "$" not in outside, line
        formulas = re.findall(r"\$\$?([^$]+)\$\$?", plain)
        for formula in formulas:
            assert not re.search(r"\\[\\,;:!{}]", formula), line
            assert "|" not in formula, line
            assert formula == formula.strip(), line
