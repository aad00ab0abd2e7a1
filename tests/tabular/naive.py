"""Slow judges, written from the words of the task and not from the code: plain Python floats."""

import math


def quantile(values, q):
    """The number a fraction q of the way along the sorted values, linear in between."""
    ordered = sorted(values)
    place = q * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def scaled(train, values):
    """Robust scale learned from train, and smooth clip at 3, number by number."""
    known = [x for x in train if math.isfinite(x)]
    center = quantile(known, 0.5)
    spread = quantile(known, 0.75) - quantile(known, 0.25)
    if spread == 0:
        spread = (max(known) - min(known)) / 2
    mean = math.fsum(known) / len(known)
    result = []
    for x in values:
        if math.isinf(x):
            result.append(math.copysign(3, x))
        elif spread == 0:
            result.append(0.0)
        else:
            z = ((mean if math.isnan(x) else x) - center) / spread
            result.append(z / math.sqrt(1 + (z / 3) ** 2))
    return result
