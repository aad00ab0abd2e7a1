"""erf and erfc against the standard library's, on dense grids and at the edges of the numbers."""

import math

import numpy as np
import pytest

from glassnet.core.erf import erf, erfc
from tolerances import ERF_ULPS, ERFC_ULPS


def grid(dtype, rng):
    small = np.logspace(-40 if dtype == np.float32 else -310, 0, 400)  # denormals at first
    x = np.concatenate([np.linspace(0, 7, 7001), rng.uniform(0, 7, 2000), small])
    x = np.concatenate([x, [15 / 32, 0.477, 4.0, 5.9, 6.0, 26.6, 30, 100, 1e30]]).astype(dtype)
    x = np.concatenate([x, np.nextafter(x[-9:], np.array(0, dtype))])
    return np.concatenate([x, -x])


def ulps(actual, expected):
    """Return the distance in units in the last place of the expected numbers."""
    unit = np.spacing(np.abs(expected)).astype(np.float64)
    return np.abs(actual.astype(np.float64) - expected.astype(np.float64)) / unit


def test_erf(dtype, rng):
    x = grid(dtype, rng)
    with np.errstate(all="raise", under="ignore"):
        result = erf(x)
    assert result.dtype == dtype
    expected = np.array([math.erf(v) for v in x]).astype(dtype)
    assert ulps(result, expected).max() <= ERF_ULPS


def test_erf_is_odd_and_bounded(dtype, rng):
    x = grid(dtype, rng)
    assert (erf(-x) == -erf(x)).all()
    assert (np.abs(erf(x)) <= 1).all()


def test_erfc(dtype, rng):
    x = np.concatenate([grid(dtype, rng), np.linspace(0, 26, 5001).astype(dtype)])
    with np.errstate(all="raise", under="ignore"):
        result = erfc(x)
    assert result.dtype == dtype
    expected = np.array([math.erfc(v) for v in x])
    normal = expected >= np.finfo(dtype).tiny
    assert ulps(result[normal], expected[normal].astype(dtype)).max() <= ERFC_ULPS
    assert (result[~normal] <= np.finfo(dtype).tiny).all()


@pytest.mark.parametrize(
    ("x", "of_erf", "of_erfc"), [(np.inf, 1, 0), (-np.inf, -1, 2), (0.0, 0, 1), (-0.0, 0, 1)]
)
def test_edges(x, of_erf, of_erfc, dtype):
    with np.errstate(all="raise", under="ignore"):
        assert erf(np.array([x], dtype))[0] == of_erf
        assert erfc(np.array([x], dtype))[0] == pytest.approx(of_erfc, abs=1e-300)


def test_signed_zero_and_nan(dtype):
    assert np.signbit(erf(np.array([-0.0], dtype)))[0]
    assert np.isnan(erf(np.array([np.nan], dtype)))[0]
    assert np.isnan(erfc(np.array([np.nan], dtype)))[0]


def test_any_shape(dtype):
    x = np.ones((2, 3, 4), dtype)
    assert erf(x).shape == erfc(x).shape == (2, 3, 4)
    assert erf(np.ones((0, 2), dtype)).shape == (0, 2)
