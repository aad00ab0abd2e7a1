"""Bringing numbers of any size to one: a robust scale, then a smooth clip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassnet.tabular.cells import Array

LIMIT = 3.0
"""No scaled number is beyond ±3: Holzmüller, Grinsztajn and Steinwart, 2024."""

FAR = LIMIT * 2.0**40
"""From here on the clip is ±3 to the last digit in float64; squares would overflow at 1e154."""

_HUGE = 2.0**900
"""Beyond it numbers are counted in units of 2^900: differences and sums cannot overflow."""

_BLOCK = 2**14
"""Rows that are scaled at once: 128 KiB of float64, which stay in the cache."""


@dataclass(frozen=True)
class Scaling:
    r"""What brings one column to the size of 1.

    .. math:: z = \frac{x / u - c}{s}, \qquad
              f(z) = \frac{z}{\sqrt{1 + (z/3)^2}}

    The robust scale and smooth clip of RealMLP (Holzmüller, Grinsztajn and Steinwart, 2024,
    section 3). All numbers below come from the finite values of the training data.

    Attributes
    ----------
    center : float
        The median, c.
    spread : float
        The interquartile range, s; half of the full range where that is 0. If both are 0, so is
        every finite number's image.
    fill : float
        The mean, which stands for a missing number.
    unit : float, default=1
        The unit of the other three, u: 2^900 if a number is beyond it.

    Examples
    --------
    >>> import numpy as np
    >>> scaling = Scaling.learn(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    >>> scaling.apply(np.array([3.0, 5.0, np.inf, np.nan])).round(3)
    array([0.   , 0.949, 3.   , 0.   ])
    """

    center: float
    spread: float
    fill: float
    unit: float = 1.0

    @classmethod
    def learn(cls, values: Array, w: Array | None = None) -> Scaling:
        """Return the scaling of a column; NaN and infinities do not count.

        Parameters
        ----------
        values : array of shape (n_rows,)
        w : array of shape (n_rows,), optional
            Weights above 0.
        """
        finite = np.isfinite(values)
        known = values[finite].astype(np.float64)
        w = None if w is None else w[finite]
        if known.size == 0:
            return cls(0.0, 1.0, 0.0)
        low, high = known.min(), known.max()
        unit = _HUGE if max(-low, high) > _HUGE else 1.0
        if unit != 1.0:
            known, low, high = known / unit, low / unit, high / unit
        q25, median, q75 = _quantiles(known, np.array([0.25, 0.5, 0.75]), w)
        spread = q75 - q25 if q75 > q25 else (high - low) / 2
        known -= median  # the mean of 1e9 + small numbers keeps their digits
        return cls(float(median), float(spread), float(median + np.average(known, weights=w)), unit)

    def apply(self, values: Array) -> Array:
        """Return the scaled numbers, float64 of the same shape; an infinity is exactly ±3."""
        with np.errstate(over="ignore"):  # a number of 1e308 away is at the limit, rightly
            x = values.astype(np.float64)
            if self.unit != 1.0:
                x /= self.unit
            np.copyto(x, self.fill, where=np.isnan(x))
            if self.spread == 0:
                x[np.isfinite(x)] = 0
            else:
                x -= self.center
                x /= self.spread
        np.clip(x, -FAR, FAR, out=x)
        root = np.square(x / LIMIT)
        root += 1
        np.sqrt(root, out=root)
        x /= root
        return x

    def write(self, values: Array, out: Array) -> None:
        """Write the scaled numbers into a column, block by block: no copy of it is made."""
        for start in range(0, len(out), _BLOCK):
            rows = slice(start, start + _BLOCK)
            out[rows] = self.apply(values[rows])


def _quantiles(x: Array, p: Array, w: Array | None) -> Array:
    """Return linear quantiles; with whole weights those of the numbers repeated.

    Of other weights only their ratios count. (`numpy.quantile` takes weights without interpolation
    only, which would give other numbers for repeated rows.)
    """
    if w is None:
        return np.quantile(x, p)
    if (w != np.round(w)).any():
        w = w / w.mean()
    order = x.argsort()
    ends = np.cumsum(w[order])
    place = p * max(ends[-1] - 1, 0)
    whole = np.floor(place)
    low, high = (
        x[order[np.searchsorted(ends, at, side="right").clip(max=len(x) - 1)]]
        for at in (whole, whole + 1)
    )
    quantiles: Array = low + (place - whole) * (high - low)
    return quantiles
