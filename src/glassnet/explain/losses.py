r"""The losses in LaTeX: what scores predict, how wrong that is, and the gradient of the scores.

docs/maths/losses.md derives them. Each loss has its formulas and the makers of its lines; the
numbers of L, P and dZ are those of the loss itself.
"""

# ruff: noqa: ARG005 - one signature for all, not all of it used by each

from __future__ import annotations

from glassnet.core.losses import (
    AbsoluteError,
    BinaryCrossEntropy,
    CrossEntropy,
    Huber,
    JointCrossEntropy,
    Loss,
    Poisson,
    Quantile,
    SquaredError,
)
from glassnet.explain.judged import Form, Judged, name_of, same_lines
from glassnet.explain.probabilities import (
    binary_lines,
    cross_entropy_lines,
    probability_slopes,
    sigmoid_lines,
    softmax_lines,
)
from glassnet.explain.residuals import (
    difference_lines,
    each_loss,
    huber_loss,
    mean_lines,
    of_huber,
    of_sign,
    pinball_loss,
    poisson_lines,
    slopes,
)
from glassnet.explain.shown import factor, number
from glassnet.explain.step import Words

_SOFTMAX = (
    "P = softmax(Z)", r"P = \mathrm{softmax}(Z), \quad p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}",
    softmax_lines,
)  # fmt: skip


_SAME = ("P = Z", "P = Z", same_lines)


_HUBER = (
    r"L = \sum_k l_k, \quad l_k = \frac{1}{2} r_k^{2} \text{ if } \lvert r_k\rvert \le \delta, "
    r"\text{ else } \delta (\lvert r_k\rvert - \frac{\delta}{2}), \quad r = z - y"
)

FORMS: dict[type[Loss], Form] = {
    CrossEntropy: Form(
        _SOFTMAX, (r"L = -\sum_k y_k \log p_k", cross_entropy_lines),
        ("dZ = softmax(Z) - Y", r"dZ = \mathrm{softmax}(Z) - Y", probability_slopes),
    ),
    JointCrossEntropy: Form(
        _SOFTMAX, (r"L = -\sum_k y_k \log p_k", cross_entropy_lines),
        ("dZ = softmax(Z) - Y", r"dZ = \mathrm{softmax}(Z) - Y", probability_slopes),
    ),
    BinaryCrossEntropy: Form(
        ("P = sigmoid(Z)", r"P = \sigma(Z) = \frac{1}{1 + e^{-Z}}", sigmoid_lines),
        (r"L = \sum_k l_k, \quad l_k = \log(1 + e^{z_k}) - y_k z_k", binary_lines),
        ("dZ = sigmoid(Z) - Y", r"dZ = \sigma(Z) - Y", probability_slopes),
    ),
    SquaredError: Form(
        _SAME,
        (r"L = \sum_k l_k, \quad l_k = \frac{1}{2} r_k^{2}, \quad r = z - y",
         each_loss(lambda loss, r: rf"\frac{{1}}{{2}}\cdot {factor(r)}^{{2}}")),
        ("dZ = Z - Y", "dZ = Z - Y", difference_lines),
    ),
    AbsoluteError: Form(
        _SAME,
        (r"L = \sum_k l_k, \quad l_k = \lvert r_k\rvert, \quad r = z - y",
         each_loss(lambda loss, r: rf"\lvert {number(r)}\rvert")),
        ("dZ = sign(Z - Y)", r"dZ = \mathrm{sign}(r)", slopes(of_sign)),
    ),
    Huber: Form(
        _SAME,
        (_HUBER, each_loss(huber_loss)),
        ("dZ = Z - Y, clipped", r"dZ = \max(-\delta, \min(\delta, r))", slopes(of_huber)),
    ),
    Quantile: Form(
        _SAME,
        (r"L = \sum_k l_k, \quad l_k = \max(-q r_k, (1 - q) r_k), \quad r = z - y",
         each_loss(pinball_loss)),
        ("dZ = 1 - q or -q",
         r"dZ = 1 - q \text{ if } r > 0, \quad -q \text{ if } r < 0, \quad 0 \text{ if } r = 0",
         slopes(of_sign)),
    ),
    Poisson: Form(
        ("P = exp(Z)", "P = e^{Z}", mean_lines),
        (r"L = \sum_k l_k, \quad l_k = e^{z_k} - y_k z_k - y_k + y_k \log y_k", poisson_lines),
        ("dZ = exp(Z) - Y", "dZ = e^{Z} - Y", difference_lines),
    ),
}  # fmt: skip
"""The losses of glassnet; `form_of` has words for one of the user's own."""


def form_of(loss: Loss) -> Form:
    """Return a loss in LaTeX; of one of the user's own its numbers alone."""
    own = Form(
        ("P = g(Z)", "P = g(Z)", lambda judged: [
            rf"p_{{{k + 1}}} = {number(judged.p[k])}{name_of(judged, k)}" for k in judged.nodes
        ]),
        (r"L = \ell(Z, Y)", lambda judged: [f"L = {number(judged.value)}"]),
        ("dZ", r"dZ = \frac{\partial L}{\partial Z}", slopes(lambda loss, r: "")),
    )  # fmt: skip
    return FORMS.get(type(loss), own)


def link_words(judged: Judged) -> Words:
    """Return what the scores predict."""
    short, formula, lines = form_of(judged.loss).link
    return Words(
        f"Prediction: {short}",
        formula,
        tuple(lines(judged)),
        "The last layer's output is the scores, any real numbers. The loss knows what they mean.",
    )


def loss_words(judged: Judged) -> Words:
    """Return how wrong the scores are."""
    formula, lines = form_of(judged.loss).loss
    smoothing = getattr(judged.loss, "label_smoothing", 0.0)
    told = "; 0 would be perfect."
    if smoothing:
        told = (
            f". Label smoothing moves a share of {smoothing:g} of the target to all classes alike, "
            "so that no probability has to become 1."
        )
    return Words(
        f"Loss: {type(judged.loss).__name__}",
        formula,
        tuple(lines(judged)),
        f"The loss says in one number how wrong the prediction is{told}",
    )


def slope_words(judged: Judged) -> Words:
    """Return the gradient of the scores."""
    short, formula, lines = form_of(judged.loss).slope
    return Words(
        f"Gradient of the loss: {short}",
        formula,
        tuple(lines(judged)),
        "How the loss changes if a score grows a little: here the way back begins.",
    )
