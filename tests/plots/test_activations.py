"""Activations beside their derivatives."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import ParameterError, ShapeError
from glassnet.plots import ActivationsDisplay, plot_activations


def rings_and_dots(ax):
    """Points of the limits at the kinks, and of the values taken there."""
    marks = [line for line in ax.lines if line.get_linestyle() == "None"]
    return [line.get_xydata().tolist() for line in marks]


def test_each_layer_has_a_panel_with_value_and_derivative():
    layers = [gn.Sigmoid(), gn.Tanh(), gn.ReLU(), gn.LeakyReLU(0.1), gn.GELU()]
    display = plot_activations(layers)
    titles = [ax.get_title() for ax in display.axes_]
    assert titles == ["Sigmoid", "Tanh", "ReLU", "LeakyReLU(slope=0.1)", "GELU"]
    z, a = display.lines_[0][0].get_data()
    np.testing.assert_allclose(a, 1 / (1 + np.exp(-z)))
    np.testing.assert_allclose(display.lines_[0][1].get_ydata(), a * (1 - a))
    assert all(ax.get_xlabel() == "z" for ax in display.axes_)


def test_derivative_is_broken_where_it_jumps_and_shows_limits_and_value():
    display = plot_activations([gn.ReLU(), gn.HardTanh()])
    for axis, (_, slope), kinks in zip(display.axes_, display.lines_, [[0], [-1, 1]], strict=True):
        assert slope.get_xdata()[np.isnan(slope.get_ydata())].tolist() == kinks
        assert axis.lines[-1].get_xdata().tolist() == kinks
    relu, hard_tanh = (rings_and_dots(axis) for axis in display.axes_)
    assert relu == [[[0, 0], [0, 1]], [[0, 0]]]
    assert hard_tanh == [[[-1, 0], [-1, 1], [1, 1], [1, 0]], [[-1, 0], [1, 0]]]


def test_a_kink_outside_the_limits_or_without_a_jump_breaks_nothing():
    display = plot_activations([gn.ReLU(), gn.ELU(alpha=1.0)], limits=(-2, 2))
    assert not np.isnan(display.lines_[1][1].get_ydata()).any()
    away = plot_activations([gn.ReLU()], limits=(1, 2))
    assert not np.isnan(away.lines_[0][1].get_ydata()).any()
    assert len(away.figure_.legends[0].get_texts()) == 2


@pytest.mark.parametrize("n_layers", [1, 2, 3, 4, 5, 13])
def test_panels_titles_and_legend_do_not_overlap(n_layers):
    display = plot_activations([gn.LeakyReLU()] * n_layers)
    display.figure_.draw_without_rendering()
    legend = display.figure_.legends[0].get_window_extent()
    assert all(ax.title.get_window_extent().y1 <= legend.y0 + 1 for ax in display.axes_)
    boxes = [ax.title.get_window_extent() for ax in display.axes_[:4]]
    assert all(a.x1 < b.x0 for a, b in itertools.pairwise(boxes))
    assert legend.x1 <= display.figure_.bbox.x1


def test_given_axes_are_used():
    _, axes = plt.subplots(1, 2)
    display = plot_activations([gn.Tanh(), gn.ReLU()], ax=axes, names=["one", "two"])
    assert display.axes_ == list(axes)
    assert axes[1].get_title() == "two"
    single = plot_activations([gn.Tanh()], ax=axes[0])
    assert single.axes_ == [axes[0]]
    with pytest.raises(ShapeError, match="one axis for each of the 1 layers, got 2"):
        plot_activations([gn.Tanh()], ax=axes)


class OfTheirOwn:
    """Some user's activation: no repr, no kinks."""

    def value(self, Z):
        return Z**2

    def derivative(self, Z, A):
        return 2 * Z


def test_an_activation_of_the_users_own_is_named_after_its_class():
    assert ActivationsDisplay([OfTheirOwn()]).names == ["OfTheirOwn"]


def test_what_is_no_activation_is_refused():
    with pytest.raises(ParameterError, match="at least one activation"):
        plot_activations([])
    with pytest.raises(ParameterError, match=r"got the class Tanh; make one: Tanh\(\)"):
        plot_activations([gn.Tanh])
    with pytest.raises(ParameterError, match=r"value\(Z\) and derivative\(Z, A\), got str"):
        plot_activations(["tanh"])
    with pytest.raises(ParameterError, match=r"two rising finite numbers, got \(1, 1\)"):
        plot_activations([gn.Tanh()], limits=(1, 1))
    assert plt.get_fignums() == []


def test_a_layer_that_mixes_its_numbers_has_no_curve():
    class Sum(OfTheirOwn):
        def value(self, Z):
            return Z.sum(axis=0)

    with pytest.raises(ShapeError, match="Sum must return one number for each"):
        plot_activations([Sum()])
