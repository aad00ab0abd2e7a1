"""Optimizers: how a gradient becomes a step. Each one is a few lines on one vector.

An optimizer holds settings only; what it remembers (its slots) are vectors as long as theta that
the training state owns. Names, letters and variants: docs/maths/optimizers.md.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np

from glassnet.core.arrays import Array, check_setting

Slots: TypeAlias = dict[str, Array]
"""What an optimizer remembers between steps, by name."""


PIECE = 16_384
"""Parameters that an update takes at a time.

Its lines make a handful of vectors on the way. At 128 KiB each they stay in the processor's cache;
as long as theta they would go through memory, and the allocator would fetch fresh pages for each.
"""


@dataclass(frozen=True)
class Optimizer(ABC):
    """Turns gradients into steps.

    Parameters
    ----------
    learning_rate : float
        The step size, above 0. A schedule multiplies it.

    Attributes
    ----------
    slot_names : tuple of str
        The vectors it remembers, all 0 at first.
    """

    learning_rate: float
    slot_names: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        check_setting(self, "learning_rate", low=0, open_low=True)

    def new_slots(self, theta: Array) -> Slots:
        """Return the slots for a new training: zeros as long as theta."""
        return {name: np.zeros_like(theta) for name in self.slot_names}

    def step(
        self, theta: Array, g: Array, slots: Slots, t: int, learning_rate: Any, decays: Any
    ) -> None:
        """Change ``theta`` and ``slots`` in place by one step: `update`, a piece at a time.

        Takes what `update` takes. An optimizer that looks at the whole gradient at once (its
        norm, say) overrides this one.
        """
        if theta.size <= PIECE:
            self.update(theta, g, slots, t, learning_rate, decays)
            return
        for start in range(0, theta.size, PIECE):
            piece = slice(start, start + PIECE)
            self.update(
                theta[piece],
                g[piece],
                {name: slot[piece] for name, slot in slots.items()},
                t,
                learning_rate[piece] if np.ndim(learning_rate) else learning_rate,
                decays[piece] if np.ndim(decays) else decays,
            )

    @abstractmethod
    def update(
        self, theta: Array, g: Array, slots: Slots, t: int, learning_rate: Any, decays: Any
    ) -> None:
        """Change ``theta`` and ``slots`` in place, each number on its own.

        Parameters
        ----------
        theta, g : array of shape (n_params,)
            The parameters and the loss's gradient.
        slots : dict of array
            What this optimizer remembers.
        t : int
            The number of this step, from 1.
        learning_rate : float or array of shape (n_params,)
            The step size now.
        decays : float or array of shape (n_params,)
            1 where weight decay applies, 0 where not (biases).
        """


@dataclass(frozen=True)
class GradientDescent(Optimizer):
    r"""A step against the gradient: :math:`\theta \leftarrow \theta - \eta g`.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet import minimize
    >>> minimize(lambda x: (x**2).sum(), lambda x: 2 * x, np.array([1.0]), GradientDescent(0.1), 1)
    array([0.8])
    """

    learning_rate: float = 0.01

    def update(
        self, theta: Array, g: Array, slots: Slots, t: int, learning_rate: Any, decays: Any
    ) -> None:
        """Take one step."""
        theta -= learning_rate * g


@dataclass(frozen=True)
class Momentum(Optimizer):
    r"""A velocity that remembers past gradients. Polyak, 1964.

    .. math:: v \leftarrow \mu v - \eta g, \qquad \theta \leftarrow \theta + v

    Parameters
    ----------
    learning_rate : float, default=0.01
    momentum : float, default=0.9
        :math:`\mu`, in [0, 1]. (1 never slows down; scikit-learn allows it.)
    """

    learning_rate: float = 0.01
    momentum: float = 0.9
    slot_names = ("v",)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_setting(self, "momentum", low=0, high=1)

    def update(
        self, theta: Array, g: Array, slots: Slots, t: int, learning_rate: Any, decays: Any
    ) -> None:
        """Take one step."""
        v = slots["v"]
        v *= self.momentum
        v -= learning_rate * g
        theta += v


@dataclass(frozen=True)
class Nesterov(Momentum):
    r"""Momentum whose gradient is taken one step ahead.

    .. math:: v \leftarrow \mu v - \eta g, \qquad \theta \leftarrow \theta + \mu v - \eta g

    Nesterov, 1983, in the form of Bengio, Boulanger-Lewandowski and Pascanu, 2013 (equation 7),
    whose theta is the point ahead; what scikit-learn runs.
    """

    def update(
        self, theta: Array, g: Array, slots: Slots, t: int, learning_rate: Any, decays: Any
    ) -> None:
        """Take one step."""
        v = slots["v"]
        step = learning_rate * g
        v *= self.momentum
        v -= step
        theta += self.momentum * v
        theta -= step


@dataclass(frozen=True)
class AdaGrad(Optimizer):
    r"""A learning rate of its own for each parameter, falling as its gradients add up.

    .. math:: s \leftarrow s + g^2, \qquad
              \theta \leftarrow \theta - \eta \frac{g}{\sqrt{s} + \epsilon}

    Duchi, Hazan and Singer, 2011; the diagonal form, epsilon outside the root.

    Parameters
    ----------
    learning_rate : float, default=0.01
    epsilon : float, default=1e-8
        Above 0.
    """

    learning_rate: float = 0.01
    epsilon: float = 1e-8
    slot_names = ("s",)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_setting(self, "epsilon", low=0, open_low=True)

    def update(
        self, theta: Array, g: Array, slots: Slots, t: int, learning_rate: Any, decays: Any
    ) -> None:
        """Take one step."""
        s = slots["s"]
        s += g * g
        theta -= learning_rate * g / (np.sqrt(s) + self.epsilon)


@dataclass(frozen=True)
class RMSProp(Optimizer):
    r"""AdaGrad with a fading memory.

    .. math:: s \leftarrow \rho s + (1 - \rho) g^2, \qquad
              \theta \leftarrow \theta - \eta \frac{g}{\sqrt{s} + \epsilon}

    Tieleman and Hinton, 2012, lecture 6.5; epsilon outside the root, no momentum, not centered.

    Parameters
    ----------
    learning_rate : float, default=0.001
    rho : float, default=0.9
        In [0, 1).
    epsilon : float, default=1e-8
        Above 0.
    """

    learning_rate: float = 0.001
    rho: float = 0.9
    epsilon: float = 1e-8
    slot_names = ("s",)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_setting(self, "rho", low=0, high=1, open_high=True)
        check_setting(self, "epsilon", low=0, open_low=True)

    def update(
        self, theta: Array, g: Array, slots: Slots, t: int, learning_rate: Any, decays: Any
    ) -> None:
        """Take one step."""
        s = slots["s"]
        s *= self.rho
        s += (1 - self.rho) * g * g
        theta -= learning_rate * g / (np.sqrt(s) + self.epsilon)


@dataclass(frozen=True)
class _WithMoments(Optimizer):
    """The fading means of the gradient and of its square that Adam and its relatives share."""

    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    slot_names = ("m", "v")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_setting(self, "beta_1", low=0, high=1, open_high=True)
        check_setting(self, "beta_2", low=0, high=1, open_high=True)
        check_setting(self, "epsilon", low=0, open_low=True)

    def moments(self, g: Array, slots: Slots) -> tuple[Array, Array]:
        """Update ``m`` and ``v`` in place and return them."""
        m, v = slots["m"], slots["v"]
        m *= self.beta_1
        m += (1 - self.beta_1) * g
        v *= self.beta_2
        v += (1 - self.beta_2) * (g * g)
        return m, v


@dataclass(frozen=True)
class Adam(_WithMoments):
    r"""Steps of about the learning rate in each parameter, whatever its gradient's scale.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad
              v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \\
              \hat m = \frac{m}{1 - \beta_1^t}, \quad \hat v = \frac{v}{1 - \beta_2^t}, \quad
              \theta \leftarrow \theta - \eta \frac{\hat m}{\sqrt{\hat v} + \epsilon}

    Kingma and Ba, 2015, Algorithm 1. Not the epsilon-hat form: that is `AdamEpsilonHat`.

    Parameters
    ----------
    learning_rate : float, default=0.001
    beta_1, beta_2 : float, default=0.9 and 0.999
        In [0, 1).
    epsilon : float, default=1e-8
        Above 0.
    """

    def update(
        self, theta: Array, g: Array, slots: Slots, t: int, learning_rate: Any, decays: Any
    ) -> None:
        """Take one step."""
        m, v = self.moments(g, slots)
        root = np.sqrt(v / (1 - self.beta_2**t))
        root += self.epsilon
        theta -= (learning_rate / (1 - self.beta_1**t)) * m / root


@dataclass(frozen=True)
class AdamEpsilonHat(_WithMoments):
    r"""Adam with both corrections moved into the step size; what scikit-learn runs.

    .. math:: \alpha_t = \eta \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}, \qquad
              \theta \leftarrow \theta - \alpha_t \frac{m}{\sqrt v + \hat\epsilon}

    Kingma and Ba, 2015, the end of section 2. Its epsilon acts on the uncorrected root: it equals
    Algorithm 1 with :math:`\epsilon = \hat\epsilon / \sqrt{1 - \beta_2^t}`, larger at first.

    Parameters
    ----------
    learning_rate : float, default=0.001
    beta_1, beta_2 : float, default=0.9 and 0.999
        In [0, 1).
    epsilon : float, default=1e-8
        The paper's epsilon-hat, above 0.
    """

    def update(
        self, theta: Array, g: Array, slots: Slots, t: int, learning_rate: Any, decays: Any
    ) -> None:
        """Take one step."""
        m, v = self.moments(g, slots)
        rate = learning_rate * (float(np.sqrt(1 - self.beta_2**t)) / (1 - self.beta_1**t))
        root = np.sqrt(v)
        root += self.epsilon
        theta -= rate * m / root


@dataclass(frozen=True)
class AdamW(Adam):
    r"""Adam with weight decay beside the gradient, not inside it.

    .. math:: \theta \leftarrow \theta - \eta \lambda \theta
              - \eta \frac{\hat m}{\sqrt{\hat v} + \epsilon}

    Loshchilov and Hutter, 2019, Algorithm 2, with the decay multiplied by the learning rate. On
    weights only. A penalty inside the gradient would be divided by the root like the rest of it.

    Parameters
    ----------
    learning_rate : float, default=0.001
    beta_1, beta_2 : float, default=0.9 and 0.999
        In [0, 1).
    epsilon : float, default=1e-8
        Above 0.
    weight_decay : float, default=0.01
        Lambda, 0 or more.
    """

    weight_decay: float = 0.01

    def __post_init__(self) -> None:
        super().__post_init__()
        check_setting(self, "weight_decay", low=0)

    def update(
        self, theta: Array, g: Array, slots: Slots, t: int, learning_rate: Any, decays: Any
    ) -> None:
        """Take one step."""
        theta -= (learning_rate * self.weight_decay * decays) * theta
        super().update(theta, g, slots, t, learning_rate, decays)


@dataclass(frozen=True)
class NAdam(_WithMoments):
    r"""Adam with Nesterov's look ahead.

    .. math:: \hat m = \frac{\beta_1 m}{1 - \beta_1^{t+1}} + \frac{(1 - \beta_1) g}{1 - \beta_1^t},
              \quad \hat v = \frac{v}{1 - \beta_2^t}, \quad
              \theta \leftarrow \theta - \eta \frac{\hat m}{\sqrt{\hat v} + \epsilon}

    Dozat, 2016, Algorithm 2 with a constant momentum (no warming schedule of beta_1).

    Parameters
    ----------
    learning_rate : float, default=0.001
    beta_1, beta_2 : float, default=0.9 and 0.999
        In [0, 1).
    epsilon : float, default=1e-8
        Above 0.
    """

    def update(
        self, theta: Array, g: Array, slots: Slots, t: int, learning_rate: Any, decays: Any
    ) -> None:
        """Take one step."""
        m, v = self.moments(g, slots)
        m_hat = (self.beta_1 / (1 - self.beta_1 ** (t + 1))) * m
        m_hat += ((1 - self.beta_1) / (1 - self.beta_1**t)) * g
        root = np.sqrt(v / (1 - self.beta_2**t))
        root += self.epsilon
        theta -= learning_rate * m_hat / root


OPTIMIZERS: tuple[type[Optimizer], ...] = (
    GradientDescent, Momentum, Nesterov, AdaGrad, RMSProp, Adam, AdamEpsilonHat, AdamW, NAdam,
)  # fmt: skip
"""Every optimizer. A new one belongs here, and is tested from then on."""
