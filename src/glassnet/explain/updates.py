r"""The optimizers in LaTeX: what one step makes of one parameter, with the numbers.

The step itself is taken by the optimizer, on a copy; here its numbers are written down. Formulas
and variants: docs/maths/optimizers.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from glassnet.core.optimizers import (
    AdaGrad,
    Adam,
    AdamEpsilonHat,
    AdamW,
    GradientDescent,
    Momentum,
    NAdam,
    Nesterov,
    Optimizer,
    RMSProp,
)
from glassnet.explain.shown import digits_beyond, factor, number
from glassnet.explain.step import Words


@dataclass(frozen=True)
class Update:
    """One step of one parameter.

    Attributes
    ----------
    optimizer : Optimizer
    name : str
        Of the parameter, LaTeX, such as ``W_{2,1}``.
    before, gradient, after : float
    old, new : dict of float
        What the optimizer remembers of it, before and after the step.
    t : int
        The number of the step, from 1.
    rate : float
        The learning rate of this parameter.
    decay : float
        The factor on weight decay.
    """

    optimizer: Any
    name: str
    before: float
    gradient: float
    after: float
    old: dict[str, float]
    new: dict[str, float]
    t: int
    rate: float
    decay: float

    @property
    def w(self) -> str:
        """The parameter before, with the digits that show the change."""
        return number(self.before, digits_beyond(self.before, self.after - self.before))

    def to(self, change: str) -> str:
        """Return the line that ends with the new parameter."""
        after = number(self.after, digits_beyond(self.after, self.after - self.before))
        return rf"{self.name} \leftarrow {self.w} {change} = {after}"


def _descent(u: Update) -> tuple[str, list[str]]:
    change = rf"- {number(u.rate)}\cdot {factor(u.gradient)}"
    return r"\theta \leftarrow \theta - \eta g", [u.to(change)]


def _velocity(u: Update) -> str:
    mu, g = u.optimizer.momentum, factor(u.gradient)
    return (
        rf"v = {number(mu)}\cdot {factor(u.old['v'])} - {number(u.rate)}\cdot {g} = "
        rf"{number(u.new['v'])}"
    )


def _momentum(u: Update) -> tuple[str, list[str]]:
    formula = r"v \leftarrow \mu v - \eta g, \quad \theta \leftarrow \theta + v"
    return formula, [_velocity(u), u.to(f"+ {factor(u.new['v'])}")]


def _nesterov(u: Update) -> tuple[str, list[str]]:
    formula = r"v \leftarrow \mu v - \eta g, \quad \theta \leftarrow \theta + \mu v - \eta g"
    ahead = rf"+ {number(u.optimizer.momentum)}\cdot {factor(u.new['v'])}"
    change = rf"{ahead} - {number(u.rate)}\cdot {factor(u.gradient)}"
    return formula, [_velocity(u), u.to(change)]


def _by_root(u: Update) -> str:
    root = rf"\sqrt{{{number(u.new['s'])}}} + {number(u.optimizer.epsilon)}"
    return u.to(rf"- {number(u.rate)}\cdot \frac{{{number(u.gradient)}}}{{{root}}}")


_STEP_BY_ROOT = r"\theta \leftarrow \theta - \eta \frac{g}{\sqrt{s} + \epsilon}"


def _adagrad(u: Update) -> tuple[str, list[str]]:
    line = rf"s = {number(u.old['s'])} + {factor(u.gradient)}^{{2}} = {number(u.new['s'])}"
    return rf"s \leftarrow s + g^{{2}}, \quad {_STEP_BY_ROOT}", [line, _by_root(u)]


def _rmsprop(u: Update) -> tuple[str, list[str]]:
    line = f"s = {_fading(u.optimizer.rho, u.old['s'], u.gradient, 2)} = {number(u.new['s'])}"
    formula = rf"s \leftarrow \rho s + (1 - \rho) g^{{2}}, \quad {_STEP_BY_ROOT}"
    return formula, [line, _by_root(u)]


def _fading(beta: float, old: float, g: float, power: int) -> str:
    """Return a fading mean: what is kept of the old one, and the new number's share."""
    raised = "^{2}" * (power == 2)
    share = rf"(1 - {number(beta)})\cdot {factor(g)}{raised}"
    return rf"{number(beta)}\cdot {factor(old)} + {share}"


def _moments(u: Update) -> list[str]:
    o = u.optimizer
    return [
        rf"m = {_fading(o.beta_1, u.old['m'], u.gradient, 1)} = {number(u.new['m'])}",
        rf"v = {_fading(o.beta_2, u.old['v'], u.gradient, 2)} = {number(u.new['v'])}",
    ]


_MOMENTS = (
    r"m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad "
    r"v \leftarrow \beta_2 v + (1 - \beta_2) g^{2}"
)
_V_HAT = r"\hat v = \frac{v}{1 - \beta_2^{t}}"


def _v_hat(u: Update) -> tuple[float, str]:
    o = u.optimizer
    value = u.new["v"] / (1 - o.beta_2**u.t)
    line = rf"\hat v = \frac{{{number(u.new['v'])}}}{{1 - {number(o.beta_2)}^{{{u.t}}}}}"
    return value, f"{line} = {number(value)}"


def _adam_step(u: Update, m_hat: float, v_hat: float, first: str = "") -> str:
    root = rf"\sqrt{{{number(v_hat)}}} + {number(u.optimizer.epsilon)}"
    return u.to(rf"{first}- {number(u.rate)}\cdot \frac{{{number(m_hat)}}}{{{root}}}")


def _adam(u: Update) -> tuple[str, list[str]]:
    o = u.optimizer
    m_hat = u.new["m"] / (1 - o.beta_1**u.t)
    m_line = rf"\hat m = \frac{{{number(u.new['m'])}}}{{1 - {number(o.beta_1)}^{{{u.t}}}}}"
    v_hat, v_line = _v_hat(u)
    formula = (
        rf"{_MOMENTS}, \quad \hat m = \frac{{m}}{{1 - \beta_1^{{t}}}}, \quad {_V_HAT}, \quad "
        r"\theta \leftarrow \theta - \eta \frac{\hat m}{\sqrt{\hat v} + \epsilon}"
    )
    first = ""
    if isinstance(o, AdamW):
        formula += r" - \eta \lambda \theta"
        lost = rf"{number(o.weight_decay)}\cdot {number(u.decay)}\cdot {factor(u.before)}"
        first = rf"- {number(u.rate)}\cdot {lost} "
    lines = [
        *_moments(u),
        f"{m_line} = {number(m_hat)}",
        v_line,
        _adam_step(u, m_hat, v_hat, first),
    ]
    return formula, lines


def _epsilon_hat(u: Update) -> tuple[str, list[str]]:
    o = u.optimizer
    alpha = u.rate * (1 - o.beta_2**u.t) ** 0.5 / (1 - o.beta_1**u.t)
    formula = (
        rf"{_MOMENTS}, \quad \alpha_t = \eta \frac{{\sqrt{{1 - \beta_2^{{t}}}}}}"
        r"{1 - \beta_1^{t}}, \quad \theta \leftarrow \theta - \alpha_t "
        r"\frac{m}{\sqrt{v} + \hat \epsilon}"
    )
    corrected = (
        rf"\frac{{\sqrt{{1 - {number(o.beta_2)}^{{{u.t}}}}}}}{{1 - {number(o.beta_1)}^{{{u.t}}}}}"
    )
    root = rf"\sqrt{{{number(u.new['v'])}}} + {number(o.epsilon)}"
    return formula, [
        *_moments(u),
        rf"\alpha_t = {number(u.rate)}\cdot {corrected} = {number(alpha)}",
        u.to(rf"- {number(alpha)}\cdot \frac{{{number(u.new['m'])}}}{{{root}}}"),
    ]


def _nadam(u: Update) -> tuple[str, list[str]]:
    o = u.optimizer
    m_hat = o.beta_1 / (1 - o.beta_1 ** (u.t + 1)) * u.new["m"]
    m_hat += (1 - o.beta_1) / (1 - o.beta_1**u.t) * u.gradient
    beta = number(o.beta_1)
    line = (
        rf"\hat m = \frac{{{beta}\cdot {factor(u.new['m'])}}}{{1 - {beta}^{{{u.t + 1}}}}} + "
        rf"\frac{{(1 - {beta})\cdot {factor(u.gradient)}}}{{1 - {beta}^{{{u.t}}}}} = "
        rf"{number(m_hat)}"
    )
    v_hat, v_line = _v_hat(u)
    formula = (
        rf"{_MOMENTS}, \quad \hat m = \frac{{\beta_1 m}}{{1 - \beta_1^{{t+1}}}} + "
        rf"\frac{{(1 - \beta_1) g}}{{1 - \beta_1^{{t}}}}, \quad {_V_HAT}, \quad "
        r"\theta \leftarrow \theta - \eta \frac{\hat m}{\sqrt{\hat v} + \epsilon}"
    )
    return formula, [*_moments(u), line, v_line, _adam_step(u, m_hat, v_hat)]


def _own(u: Update) -> tuple[str, list[str]]:
    change = u.after - u.before
    return r"\theta \leftarrow \theta + \mathrm{step}(g)", [u.to(f"+ {factor(change)}")]


FORMS: dict[type[Optimizer], Callable[[Update], tuple[str, list[str]]]] = {
    GradientDescent: _descent, Momentum: _momentum, Nesterov: _nesterov, AdaGrad: _adagrad,
    RMSProp: _rmsprop, Adam: _adam, AdamEpsilonHat: _epsilon_hat, AdamW: _adam, NAdam: _nadam,
}  # fmt: skip
"""The optimizers of glassnet; one of the user's own shows its step alone."""


def update_words(update: Update, title: str, told: str) -> Words:
    """Return the step of one parameter."""
    formula, lines = FORMS.get(type(update.optimizer), _own)(update)
    says = (
        "The parameter takes a step against its gradient, so that the loss of this row falls. "
        f"{told.strip()} All other parameters take theirs in the same way."
    )
    g = number(update.gradient)
    return Words(title, formula, (rf"g = d{update.name} = {g}", *lines), says)
