r"""Schedules: the factor on the learning rate at each step.

The learning rate of a step is ``optimizer.learning_rate * schedule(step, n_steps)``, so one
schedule serves every optimizer. ``step`` counts from 0; ``n_steps`` is the length of the training.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import KW_ONLY, dataclass

import numpy as np

from glassnet.core.arrays import check_count, check_setting
from glassnet.errors import ParameterError


@dataclass(frozen=True)
class Schedule(ABC):
    """A factor that falls or rises from step to step.

    Parameters
    ----------
    warmup : int, default=0
        Steps over which the factor rises in a line, ``(step + 1) / warmup``, before the shape
        begins.
    """

    _: KW_ONLY
    warmup: int = 0

    def __post_init__(self) -> None:
        if self.warmup != 0:
            check_count(f"{type(self).__name__} warmup", self.warmup)

    def __call__(self, step: int, n_steps: int | None = None) -> float:
        """Return the factor on the learning rate.

        Parameters
        ----------
        step : int
            Steps taken so far, from 0.
        n_steps : int, optional
            Steps of the whole training. Some schedules need it.

        Raises
        ------
        ParameterError
            If the schedule needs ``n_steps`` and there is none.
        """
        if step < 0:
            raise ParameterError(f"step is {step}; expected 0 or more.")
        if n_steps is not None:
            check_count("n_steps", n_steps)
        if step < self.warmup:
            return (step + 1) / self.warmup
        rest = None if n_steps is None else max(n_steps - self.warmup, 1)
        return self.shape(step - self.warmup, rest)

    @abstractmethod
    def shape(self, step: int, n_steps: int | None) -> float:
        """Return the factor, warm-up apart."""


@dataclass(frozen=True)
class ProgressSchedule(Schedule):
    """A factor that depends on nothing but the part of the training that lies behind."""

    @abstractmethod
    def at(self, t: float) -> float:
        """Return the factor at ``t`` in [0, 1]."""

    def shape(self, step: int, n_steps: int | None) -> float:
        """Return the factor."""
        if n_steps is None:
            raise ParameterError(
                f"{type(self).__name__} needs the length of the training: give n_epochs to train."
            )
        return self.at(min(step / n_steps, 1.0))


@dataclass(frozen=True)
class Constant(Schedule):
    """1, always."""

    def shape(self, step: int, n_steps: int | None) -> float:
        """Return 1."""
        return 1.0


@dataclass(frozen=True)
class InverseScaling(Schedule):
    """``1 / (step + 1)^power``.

    Parameters
    ----------
    power : float, default=0.5
        0 or more.
    warmup : int, default=0
    """

    power: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        check_setting(self, "power", low=0)

    def shape(self, step: int, n_steps: int | None) -> float:
        """Return the factor."""
        return float((step + 1) ** -self.power)


@dataclass(frozen=True)
class StepDecay(Schedule):
    """Multiplied by ``factor`` every so many steps.

    Parameters
    ----------
    every : int
        Steps between two falls.
    factor : float, default=0.1
        In (0, 1].
    warmup : int, default=0
    """

    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count("StepDecay every", self.every)
        check_setting(self, "factor", low=0, high=1, open_low=True)

    def shape(self, step: int, n_steps: int | None) -> float:
        """Return the factor."""
        return float(self.factor ** (step // self.every))


@dataclass(frozen=True)
class Exponential(Schedule):
    """``rate^step``.

    Parameters
    ----------
    rate : float
        In (0, 1], a step's factor: 0.999 halves the learning rate in 693 steps.
    warmup : int, default=0
    """

    rate: float

    def __post_init__(self) -> None:
        super().__post_init__()
        check_setting(self, "rate", low=0, high=1, open_low=True)

    def shape(self, step: int, n_steps: int | None) -> float:
        """Return the factor."""
        return float(self.rate**step)


@dataclass(frozen=True)
class Cosine(ProgressSchedule):
    """Half a cosine wave from 1 down to ``final`` at the end of the training.

    Parameters
    ----------
    final : float, default=0.0
        In [0, 1]. Loshchilov and Hutter, 2017, equation 5, without restarts.
    warmup : int, default=0

    Examples
    --------
    >>> [round(Cosine()(step, 4), 3) for step in range(5)]
    [1.0, 0.854, 0.5, 0.146, 0.0]
    """

    final: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_setting(self, "final", low=0, high=1)

    def at(self, t: float) -> float:
        """Return the factor."""
        return _wave(1.0, self.final, t)


@dataclass(frozen=True)
class OneCycle(ProgressSchedule):
    """Up to 1 and down to almost nothing, each half a cosine wave.

    Parameters
    ----------
    peak : float, default=0.3
        The part of the training after which the factor is 1, in (0, 1).
    start : float, default=0.04
        The first factor, in [0, 1].
    final : float, default=0.0001
        The last factor, in [0, 1].
    warmup : int, default=0

    Notes
    -----
    Smith and Topin, 2018, with cosines in place of lines and without a cycle of the momentum.
    """

    peak: float = 0.3
    start: float = 0.04
    final: float = 1e-4

    def __post_init__(self) -> None:
        super().__post_init__()
        check_setting(self, "peak", low=0, high=1, open_low=True, open_high=True)
        check_setting(self, "start", low=0, high=1)
        check_setting(self, "final", low=0, high=1)

    def at(self, t: float) -> float:
        """Return the factor."""
        if t < self.peak:
            return _wave(self.start, 1.0, t / self.peak)
        return _wave(1.0, self.final, (t - self.peak) / (1 - self.peak))


@dataclass(frozen=True)
class FlatCosine(ProgressSchedule):
    """1 for the first half of the training, then half a cosine wave down to 0.

    For regularization that fades: Holzmüller, Grinsztajn and Steinwart, 2024, ``flat_cos``.

    Parameters
    ----------
    warmup : int, default=0

    Examples
    --------
    >>> [round(FlatCosine().at(t), 3) for t in (0, 0.5, 0.75, 1)]
    [1.0, 1.0, 0.5, 0.0]
    """

    def at(self, t: float) -> float:
        """Return the factor."""
        return _wave(1.0, 0.0, max(2 * t, 1.0) - 1)


@dataclass(frozen=True)
class LogCosine(ProgressSchedule):
    r"""Waves from 0 to 1 and back, each twice as long as the one before.

    .. math:: \tfrac{1}{2} \bigl(1 - \cos(2 \pi \log_2(1 + (2^n - 1) t))\bigr)

    Holzmüller, Grinsztajn and Steinwart, 2024, ``coslog``: the low ends let the training settle,
    the high ones leave what it settled in.

    Parameters
    ----------
    n_cycles : int, default=4
        Waves in all.
    warmup : int, default=0

    Examples
    --------
    >>> [round(LogCosine().at(t / 15), 3) for t in (0, 1, 3, 5, 15)]
    [0.0, 0.0, 0.0, 0.93, 0.0]
    """

    n_cycles: int = 4

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count("LogCosine n_cycles", self.n_cycles)

    def at(self, t: float) -> float:
        """Return the factor."""
        cycles = np.log2(1 + (2.0**self.n_cycles - 1) * t)
        return float(0.5 * (1 - np.cos(2 * np.pi * cycles)))


SCHEDULES: tuple[Schedule, ...] = (
    Constant(), InverseScaling(), StepDecay(every=10), Exponential(rate=0.99), Cosine(),
    OneCycle(), FlatCosine(), LogCosine(),
)  # fmt: skip
"""One of each schedule. A new one belongs here, and is tested from then on."""


def _wave(start: float, end: float, t: float) -> float:
    """Return the point at ``t`` in [0, 1] of half a cosine wave from ``start`` to ``end``."""
    return float(end + (start - end) * 0.5 * (1 + np.cos(np.pi * t)))
