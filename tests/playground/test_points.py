"""Points to learn from: each kind's bounds, evenness, seeds, and its geometry without noise."""

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import ParameterError
from glassnet.points import POINTS, SIZE, make_points

CLASSIFICATION = [
    (kind.name, k)
    for kind in POINTS.values() if kind.task == "classification"
    for k in range(kind.classes[0], kind.classes[1] + 1)
]  # fmt: skip
SURFACES = [kind.name for kind in POINTS.values() if kind.task == "regression"]


@pytest.mark.parametrize(("name", "n_classes"), CLASSIFICATION)
@pytest.mark.parametrize("n_rows", [1, 2, 7, 300])
def test_classes(name, n_classes, n_rows, rng):
    X, y = make_points(name, n_rows, n_classes=n_classes, noise=0.1, rng=rng)
    assert (X.shape, X.dtype, y.shape) == ((n_rows, 2), np.float64, (n_rows,))
    assert np.isfinite(X).all()
    counts = np.bincount(y, minlength=n_classes)
    assert len(counts) == n_classes
    assert np.ptp(counts) <= 1  # as even as can be


@pytest.mark.parametrize("name", SURFACES)
def test_surfaces(name, rng):
    X, y = make_points(name, 2000, noise=0.0, rng=rng)
    assert (X.shape, y.shape) == ((2000, 2), (2000,))
    assert np.abs(X).max() <= SIZE
    assert np.abs(y).max() <= 1 + 1e-9
    assert np.ptp(y) > 1.2  # it uses what it may


@pytest.mark.parametrize(("name", "n_classes"), CLASSIFICATION)
def test_where_points_without_noise_lie(name, n_classes, rng):
    X, _ = make_points(name, 500, n_classes=n_classes, noise=0.0, rng=rng)
    if name == "clouds":
        assert len(np.unique(X, axis=0)) == 3  # its noise is all of its spread
        return
    reach = np.abs(X).max(axis=0)
    scale = [1, 100] if name == "stretched" else [1, 1]
    assert (reach / scale <= 3.0).all()
    assert (reach / scale >= 1.0).all()


@pytest.mark.parametrize("name", POINTS)
def test_a_seed_gives_the_same_points_and_another_gives_others(name, rng):
    n_classes = max(POINTS[name].classes[0], 2)
    seed, other = rng.choice(2**32, 2, replace=False)

    def points(seed):
        new = np.random.default_rng(seed)
        return make_points(name, 40, n_classes=n_classes, noise=0.2, rng=new)

    for one, again in zip(points(seed), points(seed), strict=True):
        np.testing.assert_array_equal(one, again)
    assert not np.array_equal(points(seed)[0], points(other)[0])


@pytest.mark.parametrize("name", SURFACES)
def test_noise_of_a_surface_moves_values_alone(name, new_rng):
    X, y = make_points(name, 4000, noise=0.0, rng=new_rng())
    again, moved = make_points(name, 4000, noise=0.5, rng=new_rng())
    np.testing.assert_array_equal(X, again)
    assert 0.12 < (moved - y).std() < 0.18  # 0.3 * noise


def test_circles(rng):
    """A disk and two rings; radii are 0 to 0.5, 1 to 1.5, 2 to 2.5."""
    X, y = make_points("circle", 900, n_classes=3, noise=0.0, rng=rng)
    radius = np.hypot(*X.T)
    for k in range(3):
        assert (k <= radius[y == k]).all()
        assert (radius[y == k] <= k + 0.5).all()
    inner = radius[y == 0] / 0.5
    assert 0.4 < (inner < 0.7).mean() < 0.6  # even over the area: 0.49


def test_exclusive_or(rng):
    X, y = make_points("xor", 400, n_classes=2, noise=0.0, rng=rng)
    opposite = X[:, 0] * X[:, 1] > 0
    assert len(set(zip(opposite.tolist(), y.tolist(), strict=True))) == 2
    X, y = make_points("xor", 400, n_classes=4, noise=0.0, rng=rng)
    quadrants = 2 * (X[:, 0] > 0) + (X[:, 1] > 0)
    assert len(set(zip(quadrants.tolist(), y.tolist(), strict=True))) == 4
    assert np.abs(X).min() >= 0.14


def test_spirals(rng):
    """Two arms are each other's mirror; within an arm the angle grows with the radius."""
    X, y = make_points("spiral", 600, n_classes=2, noise=0.0, rng=rng)
    turned = np.where(y[:, np.newaxis] == 0, X, -X)
    radius = np.hypot(*turned.T)
    angle = np.arctan2(turned[:, 1], turned[:, 0])
    turns = (angle - 3 * np.pi * radius / SIZE) / (2 * np.pi)
    assert np.abs(turns - turns.round()).max() < 1e-9


def test_moons(rng):
    X, y = make_points("moons", 200, noise=0.0, rng=rng)
    centers = np.array([[-0.75, -0.4], [0.75, 0.4]])
    np.testing.assert_allclose(np.hypot(*(X - centers[y]).T), 1.5)
    above = (X - centers[y])[:, 1] >= -1e-12
    np.testing.assert_array_equal(above, y == 0)


@pytest.mark.parametrize("n_classes", range(2, 9))
def test_the_checkerboard(n_classes, rng):
    """Neighbours along rows and columns are of other classes; no square is of two."""
    X, y = make_points("checkerboard", 3000, n_classes=n_classes, noise=0.0, rng=rng)
    cells = np.floor(X / (SIZE / 2) + 2).astype(int)
    of_cell = {}
    for (column, row), k in zip(cells.tolist(), y.tolist(), strict=True):
        assert of_cell.setdefault((column, row), k) == k
    assert len(of_cell) == 16
    for (column, row), k in of_cell.items():
        for near in ((column + 1, row), (column, row + 1)):
            assert of_cell.get(near) != k


def test_stretched_points_are_gaussian_ones_in_another_unit(new_rng):
    X, y = make_points("gaussian", 50, n_classes=2, noise=0.1, rng=new_rng())
    stretched, same = make_points("stretched", 50, n_classes=2, noise=0.1, rng=new_rng())
    np.testing.assert_array_equal(y, same)
    np.testing.assert_array_equal(X * [1, 100], stretched)


def test_surfaces_at_points_worked_by_hand():
    at = np.array([[SIZE, SIZE], [0.0, 0.0], [-SIZE, -SIZE], [np.pi / 4, SIZE]])
    plane, bumps, sine = (POINTS[name].make(at) for name in ("plane", "bumps", "sine"))
    np.testing.assert_allclose(plane[:3], [1, 0, -1])
    assert bumps[1] == pytest.approx(-0.8, abs=0.01)
    np.testing.assert_allclose(sine[[1, 3]], [0, 1], atol=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "square"}, r"points 'square' are unknown; expected one of circle, xor, "),
        ({"n_rows": 0}, r"n_rows is 0; expected"),
        ({"n_rows": 2.5}, r"n_rows is 2\.5; expected"),
        ({"noise": -0.1}, r"noise is -0\.1; expected"),
        ({"noise": 1.1}, r"noise is 1\.1; expected"),
        ({"noise": float("nan")}, r"noise is nan; expected"),
        ({"n_classes": 1}, r"n_classes is 1; points 'circle' have 2 to 8\."),
        ({"n_classes": 9}, r"n_classes is 9; points 'circle' have 2 to 8\."),
        ({"name": "clouds"}, r"n_classes is 2; points 'clouds' have 3\."),
    ],
)
def test_what_cannot_be(change, message, rng):
    settings = {"name": "circle", "n_rows": 10, "noise": 0.1, "n_classes": 2} | change
    with pytest.raises(ParameterError, match=message):
        make_points(**settings, rng=rng)


def test_the_public_name():
    assert gn.make_points is make_points
