"""The way of a descent."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import DataError, ParameterError, ShapeError
from glassnet.plots import plot_descent


def bowl(x):
    return (x**2).sum()


def way(n_steps, factor=0.98, shape=(2,)):
    return [factor**step * np.array([0.54, 0.71]).reshape(shape) for step in range(n_steps + 1)]


@pytest.mark.parametrize("shape", [(2,), (2, 1)])
def test_the_path_is_drawn_over_contours_of_the_function(shape):
    display = plot_descent(bowl, way(30, shape=shape))
    np.testing.assert_allclose(display.path_.get_xydata(), np.reshape(way(30), (-1, 2)))
    for level, path in zip(display.contours_.levels, display.contours_.get_paths(), strict=True):
        if len(path.vertices):
            radii = np.linalg.norm(path.vertices, axis=1)
            np.testing.assert_allclose(radii**2, level, atol=2e-3)
    assert display.ax_.get_aspect() == 1.0
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("x", "y")


def test_contours_are_not_turned_or_mirrored():
    display = plot_descent(lambda x: x[0] + x[1] ** 2, [[0.0, 0.0], [1.0, 2.0]])
    for level, path in zip(display.contours_.levels, display.contours_.get_paths(), strict=True):
        x, y = path.vertices.T
        np.testing.assert_allclose(x + y**2, level, atol=2e-2)


def test_the_generator_of_the_library_can_be_given_as_it_is():
    path = gn.descent(bowl, lambda x: 2 * x, np.array([[0.54], [0.71]]), n_steps=1000)
    display = plot_descent(bowl, path)
    texts = [text.get_text() for text in display.legend_.get_texts()]
    assert texts == ["every 50 steps", "start", "after 1,000 steps"]
    assert np.abs(display.path[-1]).max() < 1e-8


def test_points_that_are_changed_in_place_are_copied():
    def walk():
        x = np.ones(2)
        for _ in range(3):
            yield x
            x /= 2

    assert plot_descent(bowl, walk()).path[:, 0].tolist() == [1.0, 0.5, 0.25]


@pytest.mark.parametrize(
    ("f", "path"),
    [
        (bowl, [[1.0, 1.0]]),
        (bowl, [[1.0, 0.0], [0.5, 0.0], [0.25, 0.0]]),
        (lambda x: 1.0, way(3)),
        (lambda x: np.nan, way(3)),
        (lambda x: np.array([[bowl(x)]]), way(3)),
        (lambda x: np.inf if x[0] < 0.5 else bowl(x), way(3)),
        (lambda x: 1e6 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2, way(30)),
    ],
    ids=["one point", "a line", "constant", "nowhere", "an array", "partly infinite", "steep"],
)
def test_odd_functions_and_paths_can_be_drawn(f, path):
    plot_descent(f, path).figure_.draw_without_rendering()


def test_path_stays_inside_the_window():
    display = plot_descent(bowl, way(50, factor=-0.9), names=["weight", "bias"])
    for values, (low, high) in zip(
        display.path.T, (display.ax_.get_xlim(), display.ax_.get_ylim()), strict=True
    ):
        assert low < values.min()
        assert values.max() < high
    assert display.ax_.get_ylabel() == "bias"


@pytest.mark.parametrize(
    ("f", "path", "error", "message"),
    [
        (bowl, [], ParameterError, "at least the starting point"),
        (bowl, [[1.0, 2.0, 3.0]], ShapeError, r"point 0 has shape \(3,\).*two variables"),
        (bowl, [[1.0, 2.0], [[1.0], [2.0]]], ShapeError, r"point 1 has shape \(2, 1\)"),
        (bowl, [[1.0, 2.0], [np.inf, 2.0]], DataError, "at step 1: .* smaller learning rate"),
        (3.0, [[1.0, 2.0]], ParameterError, "f must be a function of a point, got float"),
        (lambda x: x, [[1.0, 2.0]], ShapeError, r"one number for a point .* got shape \(2,\)"),
    ],
)
def test_what_has_no_contours_is_refused(f, path, error, message):
    with pytest.raises(error, match=message):
        plot_descent(f, path)
    assert plt.get_fignums() == []
