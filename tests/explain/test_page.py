"""docs/explain.md shows what the example on it prints."""

import numpy as np

import glassnet as gn
from docs.worked_examples import DOCS, fences
from glassnet.explain.passes import explain_pass


def test_the_output_on_the_page_is_real():
    net = gn.Network([gn.Dense(2, 2), gn.Sigmoid(), gn.Dense(2, 2)], loss=gn.CrossEntropy())
    theta = np.array([0.1, -0.2, 0.3, 0.4, 0.1, -0.1, 0.5, -0.3, -0.4, 0.6, 0.2, -0.1])
    told = explain_pass(
        net, theta, np.array([[1.0, 2.0]]), np.array([[0.0, 1.0]]), names=["age", "income"],
        outputs=["no", "yes"], parameter=0,
    )  # fmt: skip
    page = (DOCS / "explain.md").read_text(encoding="utf-8")
    shown = told.text().splitlines()
    on_page = fences(page, "text")[0].splitlines()
    # The relative error is rounding, which differs between processors.
    noise = [i for i, line in enumerate(shown) if line.startswith("     (|g - ĝ|) / (max |g|)")]
    assert len(noise) == 1
    del shown[noise[0]], on_page[noise[0]]
    assert on_page == shown
