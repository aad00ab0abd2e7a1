"""The points of a data set."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba

from glassnet.errors import DataError, ParameterError, ShapeError
from glassnet.plots import CLASS_COLORS, PointsDisplay, plot_points


def test_each_class_has_its_points_its_color_and_its_marker(clouds):
    X, y = clouds
    display = plot_points(X, y)
    for k, points in enumerate(display.points_):
        np.testing.assert_array_equal(points.get_offsets(), X[y == k])
        assert to_rgba(CLASS_COLORS[k])[:3] == tuple(points.get_facecolor()[0][:3])
    shapes = {points.get_paths()[0].vertices.shape for points in display.points_}
    assert len(shapes) == 3


@pytest.mark.parametrize("n_classes", [1, 2, 10])
def test_legend_names_each_class(n_classes):
    X = np.random.default_rng(0).normal(size=(20, 2))
    display = plot_points(
        X, np.arange(20) % n_classes, class_names=[f"c{k}" for k in range(n_classes)]
    )
    assert [t.get_text() for t in display.legend_.get_texts()] == [
        f"c{k}" for k in range(n_classes)
    ]


def test_legend_lies_beside_the_points_and_inside_the_figure(clouds):
    display = plot_points(*clouds, class_names=["south", "north-east", "a rather long class name"])
    display.figure_.draw_without_rendering()
    legend, axis = display.legend_.get_window_extent(), display.ax_.get_window_extent()
    assert legend.x0 >= axis.x1
    assert legend.x1 <= display.figure_.bbox.x1


def test_legend_lies_inside_where_no_layout_makes_room(clouds):
    _, ax = plt.subplots()
    display = plot_points(*clouds, ax=ax)
    legend, axis = display.legend_.get_window_extent(), ax.get_window_extent()
    assert axis.x0 < legend.x0
    assert legend.x1 < axis.x1


def test_axis_labels_are_mathematics_or_the_given_names(clouds):
    X, y = clouds
    assert plot_points(X, y).ax_.get_xlabel() == "$x_1$"
    named = plot_points(X, y, feature_names=["cost ($)", "price ($)"])
    assert named.ax_.get_ylabel() == r"price (\$)"


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_data_frame_names_the_axes(frame_of, library):
    frame = frame_of(library, length=[1.0, 2.0], width=[3.0, 5.0])
    display = plot_points(frame, ["a", "b"])
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("length", "width")
    np.testing.assert_array_equal(display.points_[1].get_offsets(), [[2.0, 5.0]])


@pytest.mark.parametrize("name", ["_hidden", "$100 to $200", "two\nlines", "x" * 80, r"a\b"])
def test_odd_class_names_are_drawn_as_text(name):
    display = plot_points([[0, 0], [1, 1]], [0, 1], class_names=[name, "other"])
    display.figure_.draw_without_rendering()
    assert len(display.legend_.get_texts()) == 2
    assert len(display.legend_.get_texts()[0].get_text()) <= 26


def test_a_class_without_points_keeps_its_color_and_name():
    display = PointsDisplay([[0, 0]], ["b"], classes=["a", "b", "c"]).plot()
    assert [len(points.get_offsets()) for points in display.points_] == [0, 1, 0]


@pytest.mark.parametrize(
    ("X", "y", "error", "message"),
    [
        (np.ones((4, 3)), np.zeros(4), ShapeError, r"exactly two features.*got shape \(4, 3\)"),
        (np.ones(4), np.zeros(4), ShapeError, r"got shape \(4,\)"),
        (np.ones((0, 2)), np.zeros(0), ShapeError, "at least one row"),
        (np.ones((4, 2)), np.zeros(3), ShapeError, r"expected shape \(4,\), got \(3,\)"),
        (np.ones((4, 2)), np.eye(4), ShapeError, r"One-hot rows become labels with Y.argmax"),
        ([[0.0, np.nan], [1, 1]], [0, 1], DataError, "1 of 2 rows of X hold NaN or infinity"),
        ([["a", "b"]], [0], DataError, "two numeric features"),
        (np.ones((11, 2)), np.arange(11), ParameterError, "At most 10 classes .* got 11"),
    ],
)
def test_what_cannot_be_drawn_is_refused_before_there_is_a_figure(X, y, error, message):
    with pytest.raises(error, match=message):
        plot_points(X, y)
    assert plt.get_fignums() == []


def test_wrong_number_of_names_and_unknown_labels_are_refused():
    with pytest.raises(ParameterError, match="class_names must hold 2 names, got 1"):
        plot_points([[0, 0], [1, 1]], [0, 1], class_names=["a"])
    with pytest.raises(ParameterError, match="feature_names must hold 2 names, got 'ab'"):
        plot_points([[0, 0], [1, 1]], [0, 1], feature_names="ab")
    with pytest.raises(DataError, match=r"not among the classes: \['z'\]; the classes are \['a'\]"):
        PointsDisplay([[0, 0]], ["z"], classes=["a"])
