"""The robust scale and the smooth clip."""

import math

import numpy as np
import pytest

from glassnet.tabular.scaling import Scaling
from tabular.naive import scaled

NAN, INF = math.nan, math.inf


def test_the_formula_by_hand():
    # Of 1 to 5: median 3, quartiles 2 and 4, mean 3. At 9: z = 3, so 3 / sqrt(1 + 1).
    scaling = Scaling.learn(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert (scaling.center, scaling.spread, scaling.fill) == (3.0, 2.0, 3.0)
    np.testing.assert_allclose(
        scaling.apply(np.array([3.0, 9.0, -3.0])), [0, 3 / math.sqrt(2), -3 / math.sqrt(2)]
    )


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.int8, bool])
def test_every_width_of_number(rng, dtype):
    train = (rng.standard_normal(101) * 20).astype(dtype)
    later = (rng.standard_normal(50_000) * 20).astype(dtype)
    out = np.empty((len(later), 2))
    Scaling.learn(train).write(later, out[:, 1])  # more than one block, into a strided column
    expected = scaled([float(x) for x in train], [float(x) for x in later])
    np.testing.assert_allclose(out[:, 1], expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    ("train", "values", "expected"),
    [
        # The quartiles are both 0: half of the range, 5, takes their place.
        ([0, 0, 0, 0, 0, 10], [10.0], [2 / math.sqrt(1 + 4 / 9)]),
        ([7, 7, 7], [7.0, 8.0, -1e300], [0, 0, 0]),
        ([7, 7, 7], [INF, -INF], [3, -3]),
        ([INF, 1, 2, 3, -INF, NAN], [INF, -INF, 2.0, NAN], [3, -3, 0, 0]),
        ([INF, -INF], [INF, -INF], [3, -3]),
    ],
)
def test_cases_by_hand(train, values, expected):
    result = Scaling.learn(np.array(train, float)).apply(np.array(values))
    np.testing.assert_allclose(result, expected, rtol=1e-15)


def test_a_missing_number_is_the_mean():
    # Of 1, 2, 3, 10: mean 4, median 2.5, quartiles 1.75 and 4.75, so z = 1.5 / 3.
    scaling = Scaling.learn(np.array([1.0, 2.0, NAN, 3.0, 10.0]))
    assert scaling.fill == 4.0
    np.testing.assert_allclose(scaling.apply(np.array([NAN])), [0.5 / math.sqrt(1 + 0.25 / 9)])


@pytest.mark.parametrize("size", [1e-300, 1.0, 1e150, 1e300, 1e308])
@pytest.mark.parametrize("train", [[-1, -0.5, 0, 0.25, 1], [-1, -1, 1, 1], [-1, 0, 0, 0, 0, 1.5]])
def test_the_unit_does_not_matter(train, size):
    """Warnings are errors here: nothing overflows, though 1e308 - -1e308 would."""
    train = np.array(train)
    scaling = Scaling.learn(train * size)
    np.testing.assert_allclose(
        scaling.apply(train * size), scaled(list(train), list(train)), rtol=1e-12
    )
    np.testing.assert_allclose(
        scaling.apply(np.array([NAN])), scaled(list(train), [NAN]), rtol=1e-12
    )


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("size", [1.0, 1e300])
def test_a_number_far_out_is_at_the_limit(size, dtype):
    scaling = Scaling.learn(np.array([1.0, 2.0, 3.0, 4.0]) * size)
    far = np.array([np.finfo(dtype).max, -np.finfo(dtype).max, INF, -INF], dtype)
    assert list(scaling.apply(far))[2:] == [3.0, -3.0]
    if size == 1:
        assert list(scaling.apply(far))[:2] == [3.0, -3.0]


def test_small_differences_on_a_large_offset(rng):
    small = rng.integers(0, 1000, 999) / 1024  # exact beside 1e9
    result = Scaling.learn(small + 1e9).apply(np.append(small + 1e9, NAN))
    np.testing.assert_allclose(result, scaled(list(small), [*small, NAN]), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("values", [[3.0, 1.0, 2.0, 2.0], [5.0, -1.0], [1.0, 7.0, 7.5, 9.0, 2.0]])
def test_a_whole_weight_is_the_number_so_many_times(values, rng):
    x, w = np.array(values), rng.integers(1, 5, len(values))
    weighted, repeated = Scaling.learn(x, w.astype(float)), Scaling.learn(np.repeat(x, w))
    for name in ("center", "spread", "fill"):
        assert getattr(weighted, name) == pytest.approx(getattr(repeated, name), rel=1e-14)


def test_of_other_weights_only_the_ratio_counts(rng):
    x, w = rng.normal(size=50), rng.uniform(0.1, 2, 50)
    one, other = Scaling.learn(x, w), Scaling.learn(x, w * 1e-6)
    assert one.center == pytest.approx(other.center)
    assert one.spread == pytest.approx(other.spread)
    heavy = np.where(x == x.max(), 1e6, 1.0) * 1.5
    assert Scaling.learn(x, heavy).center == x.max()
