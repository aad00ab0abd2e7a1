"""Decision regions."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from glassnet import MLPClassifier
from glassnet.errors import DataError, ParameterError, ShapeError
from glassnet.plots import CLASS_COLORS, DecisionRegionsDisplay

from_estimator = DecisionRegionsDisplay.from_estimator


def test_each_pixel_has_the_color_of_the_predicted_class(network, clouds):
    X, y = clouds
    display = from_estimator(network, X, y, grid_resolution=30)
    image = display.image_.get_array()
    points = np.column_stack([g.ravel() for g in np.meshgrid(display.x1, display.x2)])
    P = network.predict_proba(points)
    colors = np.array([to_rgb(color) for color in CLASS_COLORS])[P.argmax(axis=1)]
    strength = (1 - image.reshape(-1, 3)) @ np.ones(3) / (1 - colors).sum(axis=1)
    np.testing.assert_allclose(
        image.reshape(-1, 3), 1 - strength[:, None] * (1 - colors), atol=1e-12
    )
    order = np.argsort(P.max(axis=1))
    assert (np.diff(strength[order]) > -1e-12).all()


def test_the_page_shows_each_place_in_its_color():
    x = np.arange(4.0)
    P = np.zeros((4, 4, 2))
    P[..., 0] = 1
    P[0, 3] = [0, 1]  # the corner at the right, below: x1 large, x2 small
    display = DecisionRegionsDisplay(x, x, P, ["no", "yes"]).plot(show_key=False)
    display.figure_.canvas.draw()
    page = np.asarray(display.figure_.canvas.buffer_rgba())[::-1] / 255
    for place, k in (((2.9, 0.1), 1), ((0.1, 0.1), 0), ((2.9, 2.9), 0), ((0.1, 2.9), 0)):
        column, row = display.ax_.transData.transform(place).astype(int)
        strength = 1 - page[row, column, :3]
        color = 1 - np.array(to_rgb(CLASS_COLORS[k]))
        np.testing.assert_allclose(strength / strength.sum(), color / color.sum(), atol=0.02)


def test_boundary_passes_where_two_classes_tie():
    X, y = np.array([[-1.0, 0], [1, 0], [-1, 1], [1, 1]]), [0, 1, 0, 1]
    model = LogisticRegression().fit(X, y)
    display = from_estimator(model, X, y, grid_resolution=51)
    assert len(display.boundaries_) == 1
    line = display.boundaries_[0].get_paths()[0].vertices
    np.testing.assert_allclose(model.predict_proba(line)[:, 0], 0.5, atol=1e-3)


def test_wherever_the_winner_changes_there_is_a_line(network, clouds):
    display = from_estimator(network, *clouds, grid_resolution=60)
    lines = np.vstack([p.vertices for b in display.boundaries_ for p in b.get_paths()])
    winner = display.probabilities.argmax(axis=-1)
    assert set(winner.ravel()) == {0, 1, 2}
    step = display.x1[1] - display.x1[0]
    for i, j in np.argwhere(np.diff(winner, axis=1)):
        away = lines - [display.x1[j] + step / 2, display.x2[i]]
        assert np.abs(away).max(axis=1).min() < step


def test_three_classes_have_the_points_and_a_key(network, clouds):
    display = from_estimator(network, *clouds, class_names=["south", "east", "west"])
    display.figure_.draw_without_rendering()
    assert sum(len(points.get_offsets()) for points in display.points_.points_) == 150
    assert [t.get_text() for t in display.key_ax_.get_yticklabels()] == ["south", "east", "west"]
    assert display.key_ax_.get_xlabel() == "Probability of the predicted class"
    assert display.key_ax_.get_xticklabels()[0].get_text() == "0.33"


@pytest.mark.parametrize("n_classes", [2, 3, 10])
def test_key_overlaps_neither_the_regions_nor_the_edge(n_classes):
    x, P = np.linspace(0, 1, 5), np.full((5, 5, n_classes), 1 / n_classes)
    names = [f"a name of class {k}" for k in range(n_classes)]
    display = DecisionRegionsDisplay(x, x, P, np.arange(n_classes), class_names=names).plot()
    display.figure_.draw_without_rendering()
    renderer = display.figure_.canvas.get_renderer()
    key, regions = display.key_ax_.get_tightbbox(renderer), display.ax_.get_tightbbox(renderer)
    assert key.y1 <= regions.y0
    assert key.x0 >= 0
    assert key.y0 >= 0
    labels = [t.get_window_extent() for t in display.key_ax_.get_yticklabels()]
    assert all(a.y0 >= b.y1 - 2 for a, b in itertools.pairwise(labels))


def test_key_and_points_can_be_left_out(network, clouds):
    figure, ax = plt.subplots()
    display = from_estimator(network, clouds[0], ax=ax, show_key=False)
    assert display.key_ax_ is None
    assert display.points_ is None
    assert figure.axes == [ax]


def test_a_decision_that_never_changes_has_no_boundary():
    P = np.tile([0.9, 0.1], (4, 4, 1))
    display = DecisionRegionsDisplay(np.arange(4), np.arange(4), P, ["no", "yes"]).plot()
    assert display.boundaries_ == []


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_data_frames_are_asked_as_such_and_name_the_axes(make_network, clouds, frame_of, library):
    X, y = clouds
    frame = frame_of(library, length=X[:, 0], width=X[:, 1])
    model = make_network(frame, y)
    display = from_estimator(model, frame, y, grid_resolution=10)
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("length", "width")
    from_array = from_estimator(model, X, y, grid_resolution=10)
    # the oldest scikit-learn takes no names from polars
    known = hasattr(model, "feature_names_in_")
    assert from_array.ax_.get_xlabel() == ("length" if known else "$x_1$")
    np.testing.assert_array_equal(display.probabilities, from_array.probabilities)


def test_a_pipeline_is_asked_as_a_whole(clouds):
    X, y = clouds
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(100 * X, y)
    display = from_estimator(model, 100 * X, y, grid_resolution=10)
    corner = model.predict_proba([[display.x1[0], display.x2[0]]])[0]
    np.testing.assert_allclose(display.probabilities[0, 0], corner)


def test_a_constant_feature_and_labels_of_text_can_be_drawn():
    X, y = np.array([[0.0, 3.0], [1.0, 3.0]]), np.array(["no", "yes"])
    display = from_estimator(LogisticRegression().fit(X, y), X, y)
    assert display.x2[0] < 3 < display.x2[-1]
    assert display.class_names == ["no", "yes"]


def test_what_is_no_classifier_of_two_features_is_refused(make_network, clouds):
    X, y = clouds
    three = make_network(np.column_stack([X, X[:, 0]]), y)
    with pytest.raises(
        ShapeError, match="exactly two features; this MLPClassifier was fitted on 3"
    ):
        from_estimator(three, X, y)
    with pytest.raises(
        ShapeError, match=r"exactly two features, X of shape .* got shape \(150, 1\)"
    ):
        from_estimator(make_network(X, y), X[:, :1], y)
    with pytest.raises(ParameterError, match=r"predict_proba; LinearRegression is none"):
        from_estimator(LinearRegression().fit(X, y), X, y)
    with pytest.raises(ParameterError, match="Is it a multilabel classifier"):
        from_estimator(make_network(X, np.column_stack([y > 0, y > 1, y < 2])), X)
    with pytest.raises(NotFittedError):
        from_estimator(MLPClassifier(), X, y)
    assert plt.get_fignums() == []


def test_settings_that_cannot_be_drawn_are_refused(network, clouds):
    X, y = clouds
    with pytest.raises(ParameterError, match=r"grid_resolution must be .* at least 2, got 1"):
        from_estimator(network, X, y, grid_resolution=1)
    with pytest.raises(DataError, match=r"not among the classes: \[7\]"):
        from_estimator(network, X, np.full(150, 7))
    with pytest.raises(ShapeError, match=r"\(len\(x2\), len\(x1\), n_classes\) = \(3, 2, 2\), got"):
        DecisionRegionsDisplay([0, 1], [0, 1, 2], np.ones((2, 3, 2)), [0, 1])
