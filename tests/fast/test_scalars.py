"""exp and its relatives, in units in the last place, compiled into loops as they are used."""

import math

import numpy as np
import pytest

from glassnet.fast import scalars
from glassnet.fast.compiled import SUMMING_FLAGS, inner
from tolerances import C_LIBRARY_ULPS, EXP_ULPS, LOG_NEAR_1, SCALAR_ULPS

INF = np.inf
EXP = {"float32": (-104, 88.7), "float64": (-746, 709.7)}  # beyond: 0 and infinity
ALL = {"float32": (-1e38, 1e38), "float64": (-1e300, 1e300)}
SMOOTH = {"float32": (-30, 30), "float64": (-60, 60)}  # beyond: 1 digit of 1, or of nothing


def exact_sigmoid(x):
    return 1 / (1 + np.exp(-x))


def exact_erfc(x):
    return np.array([math.erfc(xi) for xi in x.astype(float)])


PI = 4 * np.arctan(np.longdouble(1))


def exact_sin_turns(x):
    r = x - np.rint(x)  # exact; sin(2 pi r) loses digits beyond a quarter of a turn
    return np.sin(2 * PI * np.copysign(np.minimum(np.abs(r), 0.5 - np.abs(r)), r))


def exact_cos_turns(x):
    return np.sin(2 * PI * (0.25 - np.abs(x - np.rint(x))))


TABLE = {  # what it is, its error, where it is used
    "exp": (np.exp, EXP_ULPS, EXP),
    "expm1": (np.expm1, SCALAR_ULPS, {"float32": (-104, 88), "float64": (-746, 88)}),
    "log": (np.log, SCALAR_ULPS, {"float32": (1.2e-38, 3e38), "float64": (2.3e-308, 1e308)}),
    "log1p": (np.log1p, SCALAR_ULPS, {"float32": (0, 1), "float64": (0, 1)}),
    "tanh": (np.tanh, SCALAR_ULPS, SMOOTH),
    "sigmoid": (exact_sigmoid, SCALAR_ULPS, EXP),
    "sin_turns": (exact_sin_turns, SCALAR_ULPS, ALL),
    "cos_turns": (exact_cos_turns, SCALAR_ULPS, ALL),
    "erfc": (exact_erfc, C_LIBRARY_ULPS, {"float32": (-5, 10.5), "float64": (-7, 27.5)}),
}
AT_THE_ENDS = {  # at -infinity and at infinity; log, log1p and expm1 are not asked there
    "exp": (0, INF),
    "tanh": (-1, 1),
    "sigmoid": (0, 1),
    "erfc": (2, 0),
}
every_scalar = pytest.mark.parametrize("name", TABLE)


def test_the_table_holds_every_function():
    home = scalars.__name__
    own = {name for name, one in vars(scalars).items() if getattr(one, "__module__", "") == home}
    assert {name for name in own if not name.startswith("_")} == set(TABLE)


LOOPS = {}


def loop_of(name):
    """Return a loop over a function, compiled as those of the kernels are."""
    if name not in LOOPS:
        function = getattr(scalars, name)

        def loop(x, out):
            for i in range(x.size):
                out[i] = function(x[i])

        LOOPS[name] = inner(loop)  # not stored: two workers would mix up loops of one name
    return LOOPS[name]


def compiled(name, x):
    out = np.empty_like(x)
    loop_of(name)(x, out)
    return out


def errors(given, exact, dtype):
    """Return how many units in the last place each number is off; denormals are units, too."""
    info, exact = np.finfo(dtype), np.asarray(exact, np.longdouble)
    size = np.maximum(np.abs(exact), np.longdouble(info.smallest_normal))
    unit = np.exp2(np.floor(np.log2(size))) * np.longdouble(info.eps)
    return np.abs(given.astype(np.longdouble) - exact) / unit


def numbers(name, dtype, rng, n=20_000):
    """Return numbers from all over the function's domain, most of them where something changes."""
    low, high = TABLE[name][2][dtype.name]
    halves = np.arange(-2200, 2200) * (math.log(2) / 2)  # where exp changes its power of 2
    small = np.exp2(rng.uniform(np.log2(np.finfo(dtype).smallest_subnormal), 1, n))
    x = np.concatenate([
        rng.uniform(low, high, n), rng.uniform(-2, 2, n), small, -small, 1 + small, 1 - small,
        np.exp2(rng.uniform(-3, np.log2(high), n)), [low, high], np.nextafter(halves, -INF),
        halves, np.nextafter(halves, INF), np.arange(-50.0, 50.0),
    ]).astype(dtype)  # fmt: skip
    return x[(low <= x) & (x <= high)]


@every_scalar
def test_units_in_the_last_place(name, dtype, rng):
    exact, ulps, _ = TABLE[name]
    x = numbers(name, dtype, rng)
    with np.errstate(over="ignore", under="ignore"):
        expected = exact(x.astype(np.longdouble))
    given = compiled(name, x)
    error = errors(given, expected, dtype)
    if name == "log":  # relative to 1 where the logarithm goes through 0
        near = np.abs(given - expected) / np.finfo(dtype).eps <= LOG_NEAR_1
        error = np.where(near, 0, error)
    worst = np.argmax(error)
    assert error[worst] <= ulps, f"{name}({x[worst]!r}) is {given[worst]!r}: {error[worst]} ulps"


@pytest.mark.parametrize("name", [name for name in TABLE if name != "log"])
def test_nan_stays_nan(name, dtype):
    """Else a training that diverged goes on unseen."""
    x = np.full(37, np.nan, dtype)
    assert np.isnan(compiled(name, x)).all()
    x[:] = -x  # the sign bit of NaN
    assert np.isnan(compiled(name, x)).all()


@pytest.mark.parametrize("name", AT_THE_ENDS)
def test_at_infinity_and_at_the_largest_numbers(name, dtype):
    largest = np.finfo(dtype).max
    x = np.array([-INF, -largest, -1e30, 1e30, largest, INF] * 7, dtype)  # whole vectors of them
    low, high = AT_THE_ENDS[name]
    assert compiled(name, x).tolist() == [low, low, low, high, high, high] * 7


def test_expm1_on_the_far_left(dtype):
    x = np.array([-INF, -np.finfo(dtype).max, -1e30, -1000, -746] * 7, dtype)
    assert (compiled("expm1", x) == -1).all()


@pytest.mark.parametrize("name", ["expm1", "log1p", "tanh"])
def test_near_0_the_number_itself(name, dtype):
    """The smallest numbers are not lost: 1 + x would round them away."""
    info = np.finfo(dtype)
    x = np.array([0, info.smallest_subnormal, 3 * info.smallest_subnormal, info.smallest_normal,
                  info.smallest_normal * 1.5, 1e-30], dtype)  # fmt: skip
    assert errors(compiled(name, x), x, dtype).max() <= SCALAR_ULPS
    if name != "log1p":
        assert errors(compiled(name, -x), -x, dtype).max() <= SCALAR_ULPS


@pytest.mark.parametrize(("name", "at_0"), [("exp", 1), ("log1p", 0), ("sigmoid", 0.5), ("erfc", 1),
                                            ("tanh", 0), ("expm1", 0)])  # fmt: skip
def test_exact_at_0(name, at_0, dtype):
    assert (compiled(name, np.zeros(9, dtype)) == at_0).all()
    assert (compiled(name, -np.zeros(9, dtype)) == at_0).all()
    assert (compiled("log", np.ones(9, dtype)) == 0).all()


def test_whole_turns_and_quarters_are_exact(dtype):
    """Of angles beyond the last fraction too; at infinity there is no angle."""
    far = np.finfo(dtype).max
    x = np.array([0, 1, -1, 2, 1000, 2**22, 2**23, -far, far, 0.5, -0.5, 1.5, 0.25, -0.25, 1.75],
                 dtype)  # fmt: skip
    cos = [1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, 0, 0, 0]
    sin = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, -1, -1]
    assert compiled("cos_turns", x).tolist() == cos
    assert compiled("sin_turns", x).tolist() == sin
    for name in ("cos_turns", "sin_turns"):
        assert np.isnan(compiled(name, np.array([-INF, INF] * 8, dtype))).all()


def test_a_whole_turn_more_changes_no_bit(dtype, rng):
    x = (rng.integers(-(2**20), 2**20, size=500) / 2**20).astype(dtype)
    for name in ("cos_turns", "sin_turns"):
        assert (compiled(name, x + 5) == compiled(name, x)).all()


def test_exp_where_it_overflows_and_where_it_ends(dtype):
    """To the last number on both sides: infinite no earlier, 0 no earlier."""
    info = np.finfo(dtype)
    over = np.log(np.longdouble(info.max))
    last = dtype.type(over) if dtype.type(over) <= over else np.nextafter(dtype.type(over), -INF)
    last = last.astype(dtype)
    after = np.nextafter(last, dtype.type(INF))
    assert np.isfinite(compiled("exp", np.array([last]))).all()
    assert (compiled("exp", np.array([np.nextafter(after, dtype.type(INF)), after])) == INF).all()
    under = float(np.log(np.longdouble(info.smallest_subnormal) / 2))
    assert compiled("exp", np.array([under + 0.01], dtype)) > 0
    assert compiled("exp", np.array([under - 0.01], dtype)) == 0


@every_scalar
def test_the_same_alone_and_in_a_vector(name, dtype, rng):
    """One number, a few, many: the loop's remainder is computed as its vectors are."""
    x = numbers(name, dtype, rng, 40)[:61]
    together = compiled(name, x)
    assert np.array_equal(together, [compiled(name, x[i : i + 1])[0] for i in range(61)])


@every_scalar
def test_plain_python(name, dtype, rng):
    """As the interpreter runs it, with NUMBA_DISABLE_JIT=1 and in the debugger."""
    exact, ulps, _ = TABLE[name]
    x = rng.uniform(0.01, 1, size=50).astype(dtype)
    given = np.array([getattr(scalars, name)(xi) for xi in x]).astype(dtype)
    assert (errors(given, exact(x.astype(np.longdouble)), dtype) <= ulps + 1).all()


# In a loop whose sums the compiler may take in another order ----------------------------------


def shifted(x, shift, out):
    """Write e^(x - shift), the shift of softmax, and return its sum."""
    total = x[0] - x[0]
    for i in range(x.size):
        out[i] = scalars.exp(x[i] - shift)
        total += out[i]
    return total


def round_trip(x, out):
    """Write five things that are 0, each a line that a careless compiler would make wrong."""
    for i in range(x.size):
        z = x[i]
        a = abs(z)
        soft = scalars.log1p(scalars.exp(-a))
        out[0, i] = (soft + max(z, 0)) - (soft + max(-z, 0)) - z
        out[1, i] = scalars.exp(z) * scalars.exp(-z) - 1
        out[2, i] = (1 + scalars.expm1(-a)) - scalars.exp(-a)
        out[3, i] = scalars.tanh(z) - (2 * scalars.sigmoid(z + z) - 1)
        out[4, i] = scalars.log(scalars.exp(z)) - z


def test_the_flags_leave_nan_alone():
    assert not SUMMING_FLAGS & {"nnan", "ninf", "fast", "afn", "arcp"}


def test_a_sum_of_exponentials_as_in_softmax(dtype, rng):
    x = rng.uniform(-20, 20, size=1000).astype(dtype)
    x[0] = 20
    out = np.empty_like(x)
    total = inner(shifted)(x, dtype.type(20), out)
    exact = np.exp((x - dtype.type(20)).astype(np.longdouble))
    assert errors(out, exact, dtype).max() <= EXP_ULPS
    assert abs(total - exact.sum()) <= 2 * np.finfo(dtype).eps * exact.sum() * math.sqrt(1000)


def test_identities_survive_what_the_compiler_may_change(dtype, rng):
    x = rng.uniform(-8, 8, size=2000).astype(dtype)
    out = np.empty((5, x.size), dtype)
    inner(round_trip)(x, out)
    worst = np.abs(out).max(axis=1) / np.finfo(dtype).eps
    assert (worst <= [32, 4, 4, 8, 16]).all(), worst
