"""Text, Markdown and LaTeX: whole, readable, and nothing of one in the other."""

import re

import numpy as np
import pytest

import glassnet as gn
from explain.formulas import group
from explain.nets import LAYERS, drawn
from glassnet.explain.passes import explain_pass
from glassnet.explain.plain import plain
from glassnet.explain.shown import escaped, named, number

HOSTILE = "50 % of_a^b {x} \\y ~ $z$ #1 & |\n## not a heading"


@pytest.fixture(params=["columns", "wide", "of the user's own", "GELUTanh", "mixed Mish"])
def told(request, rng):
    net, theta, X, Y = drawn(LAYERS[request.param], rng, penalty=gn.Penalty(0.1, 0.1))
    X[0, 0] = 5  # among the largest, so that its name is shown
    names = [HOSTILE] + [f"x {i}" for i in range(1, X.shape[1])]
    outputs = [HOSTILE] + [f"y {i}" for i in range(1, Y.shape[1])]
    return explain_pass(net, theta, X, Y, names=names, outputs=outputs, optimizer=gn.NAdam())


def test_text(told):
    text = told.text()
    assert str(told) == text
    assert max(map(len, text.splitlines())) <= 100
    plain_name = " ".join(HOSTILE.split())
    bare = " ".join(text.split()).replace(plain_name, "")
    assert plain_name in " ".join(text.split())
    assert not set(bare) & set("\\{}$")
    for heading in ("Forward: ", "Backward: ", "Update: one step downhill"):
        assert text.count(heading) == 1
    assert re.findall(r"^(\d+)\. ", text, re.MULTILINE) == [
        str(i + 1) for i in range(len(told.steps))
    ]
    assert all(one.words.says and one.words.says.isprintable() for one in told.steps)


@pytest.mark.parametrize("loss", gn.LOSSES, ids=repr)
def test_text_of_every_loss(loss, rng):
    net, theta, X, Y = drawn([gn.Dense(3, 3)], rng, loss)
    for optimizer in gn.OPTIMIZERS:
        text = explain_pass(net, theta, X, Y, optimizer=optimizer()).text(width=70)
        assert not set(text) & set("\\{}$\0")
        assert max(map(len, text.splitlines())) <= 70


def test_text_has_the_width_that_is_asked_for(told):
    assert max(map(len, told.text(60).splitlines())) <= 75  # a name and a product are not broken


def test_markdown(told):
    text = told.markdown()
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
        "Forward: from the row to the prediction and its loss",
        "Backward: how each number changes the loss",
        "Update: one step downhill",
    ]
    assert len(re.findall(r"^### \d+\. ", text, re.MULTILINE)) == len(told.steps)
    blocks = text.strip().split("\n\n")
    formulas = [block for block in blocks if block.startswith("$$")]
    assert len(formulas) == sum(1 + len(one.words.lines) for one in told.steps)
    for formula in formulas:
        assert formula.endswith("$$")
        assert "\n" not in formula
        balanced(formula.strip("$"))
    for table in (block for block in blocks if block.startswith("| ")):
        rows = table.splitlines()
        assert set(rows[1]) == {"|", "-"}
        assert len({row.count("|") for row in rows}) == 1


def test_latex(told):
    body = told.latex()
    balanced(body)
    assert body.count(r"\section*{") == 3
    assert body.count(r"\subsection*{") == len(told.steps)
    opened = []
    for sign, name in re.findall(r"\\(begin|end)\{([a-z*]+)\}", body):
        if sign == "begin":
            opened.append(name)
        else:
            assert opened.pop() == name
    assert opened == []
    for rows in re.findall(r"\\begin\{align\*\}\n(.*?)\n\\end\{align\*\}", body, re.DOTALL):
        bare = re.sub(r"\\text\{(?:[^{}\\]|\\.|\{\})*\}", "", rows)
        assert all(row.count("&") - row.count(r"\&") == 1 for row in bare.split("\\\\\n"))
        assert all(
            len(plain(row.replace("&", "").replace("qquad", "quad"))) < 130
            for row in bare.split("\\\\\n")
        )
    commands = set(re.findall(r"\\([a-zA-Z]+)", body))
    assert commands <= KNOWN, commands - KNOWN
    outside = re.sub(r"\\begin\{(equation|align)\*\}.*?\\end\{\1\*\}", "", body, flags=re.DOTALL)
    assert not re.search(r"(?<!\\)[_^#%&$~]", outside)


KNOWN = {
    "section",
    "subsection",
    "begin",
    "end",
    "text",
    "frac",
    "sqrt",
    "tilde",
    "underbrace",
    "dots",
    "cdot",
    "quad",
    "qquad",
    "odot",
    "sum",
    "top",
    "le",
    "leftarrow",
    "partial",
    "lvert",
    "rvert",
    "hat",
    "mathrm",
    "log",
    "tanh",
    "cos",
    "sin",
    "max",
    "min",
    "sigma",
    "Phi",
    "varphi",
    "lambda",
    "alpha",
    "beta",
    "theta",
    "eta",
    "epsilon",
    "pi",
    "mu",
    "rho",
    "delta",
    "infty",
    "ell",
    "textbackslash",
    "textasciitilde",
    "textasciicircum",
}
"""What LaTeX with amsmath knows, and KaTeX, too."""


def balanced(latex):
    """Assert that the braces of a formula are closed in order."""
    depth = 0
    for brace in re.findall(r"(?<!\\)(?:\\\\)*([{}])", latex):
        depth += 1 if brace == "{" else -1
        assert depth >= 0, latex
    assert depth == 0, latex


def test_names_mean_themselves():
    name = " ".join(HOSTILE.split())
    assert plain(named(HOSTILE)) == name
    assert group(named(HOSTILE), 5)[0] == escaped(HOSTILE)


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\frac{1}{2}\cdot (-0.5)^{2}", "1/2·(-0.5)²"),
        (r"0.1\cdot \frac{-2}{\sqrt{4} + 1}", "0.1·(-2 / (√4 + 1))"),
        (r"W_{2,1} \leftarrow 1 - \hat m", "W₂,₁ ← 1 - m̂"),
        (r"a + \underbrace{\dots}_{-0.5} + b", "a + … (-0.5) + b"),
        (r"z \text{ if } z > 0, \text{ else } \alpha", "z if z > 0, else \u03b1"),
        (r"x \quad \text{a  b}", "x   a b"),
        (r"e^{-0.5}, \beta_1^{t}, X^\top dZ", "e^-0.5, \u03b2₁ᵗ, Xᵀ dZ"),
        (r"\frac{\lvert r\rvert}{\max_j z_j}", "(|r|) / (maxⱼ zⱼ)"),
    ],
)
def test_plain(latex, text):
    assert plain(latex) == text


@pytest.mark.parametrize(
    ("x", "shown"),
    [
        (0.00012345, "0.0001234"), (1e-5, r"1\cdot 10^{-5}"), (0.000099999, "0.0001"),
        (1e7, r"1\cdot 10^{7}"),
        (123456.0, "123500"), (-0.0, "0"), (9999.5, "10000"), (float("nan"), r"\text{NaN}"),
        (-np.inf, r"-\infty"), (np.float32(0.1), "0.1"), (5e-324, r"4.941\cdot 10^{-324}"),
    ],
)  # fmt: skip
def test_numbers(x, shown):
    assert number(x) == shown
