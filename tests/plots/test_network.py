"""Drawn networks."""

from itertools import pairwise, product

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression

from glassnet import MLPClassifier
from glassnet.errors import DataError, ParameterError, ShapeError
from glassnet.plots import NetworkDisplay

SIZES = [(2, 5, 3), (4, 30, 30, 3), (64, 100, 10), (30, 8, 1), (1, 1), (2, 10, 10, 10, 10, 10, 1)]


def draw(sizes, seed=0, ax=None, **settings):
    rng = np.random.default_rng(seed)
    W = [rng.normal(size=shape) for shape in pairwise(sizes)]
    b = [rng.normal(size=size) for size in sizes[1:]]
    display = NetworkDisplay(W, b, activations=["relu"] * len(b), **settings).plot(ax)
    display.figure_.draw_without_rendering()
    return display


def circles(display):
    """Center and radius in pixels of each node of each layer."""
    unit = display.ax_.transData.transform([[0, 0], [0, 1]])
    for nodes in display.nodes_:
        centers = display.ax_.transData.transform(nodes.get_offsets())
        radii = nodes.get_widths() / 2 * (unit[1, 1] - unit[0, 1])
        yield centers, radii


def overlap(a, b):
    return min(a.x1, b.x1) - max(a.x0, b.x0) > 0.5 and min(a.y1, b.y1) - max(a.y0, b.y0) > 0.5


@pytest.mark.parametrize(("sizes", "n_nodes"), [
    ((2, 5, 3), [2, 5, 3]), ((4, 30, 30, 3), [4, 30, 30, 3]), ((64, 100, 10), [18, 18, 10]),
])  # fmt: skip
def test_nodes_and_connections_are_counted(sizes, n_nodes):
    display = draw(sizes)
    assert [len(nodes.get_offsets()) for nodes in display.nodes_] == n_nodes
    n_edges = [len(edges.get_segments()) for edges in display.edges_]
    assert n_edges == [a * b for a, b in pairwise(n_nodes)]


@pytest.mark.parametrize("own_figure", [True, False])
@pytest.mark.parametrize("sizes", SIZES)
def test_nothing_overlaps_and_nothing_is_cut_off(sizes, own_figure):
    names = [f"feature number {k} (cm)" for k in range(sizes[0])]
    ax = None if own_figure else plt.subplots(figsize=(9, 6))[1]
    display = draw(sizes, input_names=names, ax=ax)
    layers = list(circles(display))
    for centers, radii in layers:
        gaps = -np.diff(centers[:, 1]) - radii[1:] - radii[:-1]
        assert (gaps > 0.5).all()
    texts = [*display.input_labels_, *display.output_labels_, *display.titles_, *display.marks_]
    boxes = [text.get_window_extent() for text in texts]
    assert not [
        (texts[i].get_text(), texts[j].get_text())
        for i, j in product(range(len(boxes)), repeat=2)
        if i < j and overlap(boxes[i], boxes[j])
    ]
    figure = display.figure_.bbox
    for box in boxes:
        assert figure.x0 <= box.x0
        assert box.x1 <= figure.x1
        assert figure.y0 <= box.y0
        assert box.y1 <= figure.y1
        for centers, radii in layers:
            nearest = np.clip(centers, [box.x0, box.y0], [box.x1, box.y1])
            assert (np.linalg.norm(centers - nearest, axis=1) > radii).all()


@pytest.mark.parametrize("sizes", SIZES)
def test_the_scale_stands_clear_of_the_names(sizes):
    display = draw(sizes)
    bar = display.colorbar_.ax.get_window_extent()
    assert not any(overlap(bar, text.get_window_extent()) for text in display.output_labels_)


def test_color_follows_the_sign_and_width_the_size():
    W = np.array([[2.0, -2.0, 0.5, -0.1]])
    display = NetworkDisplay([W], [np.array([1.0, -1.0, 0.0, 0.0])]).plot()
    display.figure_.draw_without_rendering()
    (edges,) = display.edges_
    weights = np.asarray(edges.get_array())
    assert sorted(weights) == sorted(W[0])
    assert (np.diff(np.abs(weights)) >= 0).all()  # large ones on top
    assert (np.diff(edges.get_linewidths())[np.diff(np.abs(weights)) > 0] > 0).all()
    for weight, color in zip(weights, edges.get_colors(), strict=True):
        assert (color[2] > color[0]) == (weight > 0)
    bias_colors = display.nodes_[1].get_facecolors()
    assert bias_colors[0][2] > bias_colors[0][0]
    assert bias_colors[1][0] > bias_colors[1][2]
    assert display.nodes_[0].get_facecolors().tolist() == [[1, 1, 1, 1]]


def test_an_edge_joins_the_nodes_of_its_weight():
    W = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    display = NetworkDisplay([W], [np.zeros(3)]).plot()
    (left, right), (edges,) = (nodes.get_offsets() for nodes in display.nodes_), display.edges_
    for (start, end), weight in zip(edges.get_segments(), edges.get_array(), strict=True):
        (i,), (j,) = np.flatnonzero((left == start).all(1)), np.flatnonzero((right == end).all(1))
        assert W[i, j] == weight


def test_left_out_nodes_are_counted_and_the_drawn_ones_keep_their_names():
    display = draw((64, 100, 10))
    assert [mark.get_text() for mark in display.marks_] == ["… 46 more", "… 82 more"]
    names = [label.get_text() for label in display.input_labels_]
    assert names[0] == "$x_{1}$"
    assert names[9] == "$x_{56}$"
    assert names[-1] == "$x_{64}$"
    assert display.sizes == [64, 100, 10]


def test_the_scale_covers_weights_that_are_left_out():
    W = np.ones((100, 2))
    W[50] = -9.0
    assert NetworkDisplay([W], [np.zeros(2)]).plot().colorbar_.norm.vmin == -9.0


def test_titles_say_what_a_layer_is():
    titles = [title.get_text() for title in draw((2, 4, 4, 1)).titles_]
    assert titles == [
        "Input\n2 nodes", "Hidden 1\n4 nodes\nrelu",
        "Hidden 2\n4 nodes\nrelu", "Output\n1 node\nrelu",
    ]  # fmt: skip


def test_names_come_from_the_estimator(make_network, clouds, frame_of):
    X, y = clouds
    frame = frame_of("pandas", length=X[:, 0], width=X[:, 1])
    model = make_network(frame, np.array(["a", "b", "c"])[y], hidden_layer_sizes=(4, 3))
    display = NetworkDisplay.from_estimator(model)
    assert [text.get_text() for text in display.input_labels_] == ["length", "width"]
    assert [text.get_text() for text in display.output_labels_] == ["a", "b", "c"]
    assert display.titles_[-1].get_text().endswith("softmax")


def test_one_output_for_two_classes_is_the_probability_of_the_second(make_network, clouds):
    X, y = clouds
    display = NetworkDisplay.from_estimator(make_network(X, np.where(y == 0, "no", "yes")))
    assert [text.get_text() for text in display.output_labels_] == ["P(yes)"]


@pytest.mark.parametrize(("n_targets", "names"), [(1, ["$y$"]), (2, ["$y_{1}$", "$y_{2}$"])])
def test_outputs_of_a_regressor_are_numbered(make_network, clouds, n_targets, names):
    X, _ = clouds
    model = make_network(X, X[:, 0] if n_targets == 1 else X, regression=True)
    display = NetworkDisplay.from_estimator(model)
    assert [text.get_text() for text in display.output_labels_] == names


def test_a_network_of_zeros_and_a_tiny_axis_can_be_drawn():
    NetworkDisplay([np.zeros((2, 2))], [np.zeros(2)]).plot().figure_.draw_without_rendering()
    _figure, axes = plt.subplots(4, 4, figsize=(3, 3))
    draw((4, 30, 30, 3), ax=axes[0, 0])


def test_what_is_no_fitted_network_is_refused(clouds):
    with pytest.raises(NotFittedError):
        NetworkDisplay.from_estimator(MLPClassifier())
    with pytest.raises(ParameterError, match=r"LogisticRegression has none.*NetworkDisplay"):
        NetworkDisplay.from_estimator(LogisticRegression().fit(*clouds))
    assert plt.get_fignums() == []


def test_parameters_that_do_not_fit_are_refused():
    W, b = np.ones((2, 3)), np.zeros(3)
    with pytest.raises(ShapeError, match="one array a layer, at least one layer; got 0 and 0"):
        NetworkDisplay([], [])
    with pytest.raises(
        ShapeError, match=r"Layer 1: expected coefs of shape \(3, n_out\).*\(2, 3\)"
    ):
        NetworkDisplay([W, W], [b, b])
    with pytest.raises(ShapeError, match=r"Layer 0: .* got \(2, 3\) and \(2,\)"):
        NetworkDisplay([W], [b[:2]])
    with pytest.raises(DataError, match=r"Layer 0 has weights .* smaller learning rate"):
        NetworkDisplay([W * np.nan], [b])
    with pytest.raises(ParameterError, match="input_names must hold 2 names, one a node, got 3"):
        NetworkDisplay([W], [b], input_names=["a", "b", "c"])
    with pytest.raises(ParameterError, match="max_nodes must be at least 4, got 2"):
        NetworkDisplay([W], [b], max_nodes=2)
