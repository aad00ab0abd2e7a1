"""The page in its states: between them they show every control that there is."""

from browser.driving import link_of


def _with(*names):
    """Return what presses controls one after the other."""

    def do(page):
        for name in names:
            page.press(name)

    return do


def _glass(page):
    page.page.keyboard.press("g")
    page.wait("spy.messages.glass?.row === 0")
    page.page.keyboard.press("End")


def _glass_while_it_plays(page):
    _glass(page)
    page.page.keyboard.press("Space")
    page.control("glass-renew").wait_for()


def _menu(page):
    page.press("keep")


def _dialog(name):
    def do(page):
        page.keep(name)
        if name == "code":
            page.control("keep-code").wait_for()
        if name == "picture":
            page.control("keep-picture-preview").wait_for()

    return do


def _diverged(page):
    page.play_to_the_end()


def _refused(page):
    page.allow("422")
    page.control("file").set_input_files({"name": "a.csv", "mimeType": "", "buffer": b""})
    page.control("problem").wait_for()


def _file(page):
    rows = "".join(f"{k},{k % 5},{'ab'[k % 2]}\n" for k in range(40))
    page.control("file").set_input_files(
        {"name": "a.csv", "mimeType": "", "buffer": f"one,two,three\n{rows}".encode()}
    )
    page.wait("spy.messages.setup.setup.data.name === 'file'")
    page.settle()


def _one_weight(page):
    page.press("bias-1-1")


def _all_weights(page):
    page.press("node-1-1")


def _saved(page):
    with page.page.expect_download():
        page.keep("save")
    page.control("keep-note-dismiss").wait_for()


STATES = {
    "as it opens": ({}, None),
    "regression": ({"data": "bumps"}, None),
    "iris": ({"data": "iris"}, None),
    "iris, two columns": ({"data": "iris"}, lambda page: page.choose("view-kind", "columns")),
    "digits": ({"data": "digits"}, None),
    "painted": ({"data": "painted", "points": "gAgAAhkgABgAhkAhkhkBfcgAA"}, None),
    "a file": ({}, _file),
    "six layers": ({"layers": ",".join(["8-ReLU"] * 6)}, None),
    "a schedule": ({"schedule": "OneCycle", "optimizer": "Adam", "loss": "CrossEntropy"}, None),
    "layers": ({}, _with("charts-layers")),
    "rate": ({}, _with("charts-rate")),
    "score": ({}, _with("curves-score")),
    "one weight": ({}, _one_weight),
    "all weights": ({}, _all_weights),
    "the glass": ({}, _glass),
    "the glass, while it plays": ({}, _glass_while_it_plays),
    "the menu": ({}, _menu),
    "saved": ({}, _saved),
    **{f"dialog: {name}": ({}, _dialog(name)) for name in ("link", "code", "picture", "hide")},
    "help": ({}, _with("help")),
    "diverged": ({"data": "plane", "layers": "4-ReLU", "rate": 3}, _diverged),
    "the end": ({"epochs": 2}, _diverged),
    "refused": ({}, _refused),
    "a note": ({"nonsense": 1}, None),
    "the lessons": ({}, _with("lessons")),
    "a lesson": ({}, _with("lessons", "lesson-linear")),
}


def opened(new_page, name, **settings):
    """Return a page in a state."""
    link, do = STATES[name]
    page = new_page(**settings).open(link_of(link))
    if do is not None:
        do(page)
        page.drawn()
    return page
