"""Loss curves."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from glassnet import MLPClassifier
from glassnet.errors import ParameterError
from glassnet.plots import LossCurveDisplay

BEST_BY_LOSS = "Best epoch: 2\n(validation loss)"


def legend_texts(display):
    return [text.get_text() for text in display.legend_.get_texts()]


def test_training_loss_is_drawn_over_epochs_from_1(network):
    display = LossCurveDisplay.from_estimator(network)
    epochs, losses = display.lines_["training"].get_data()
    np.testing.assert_array_equal(epochs, np.arange(1, network.n_iter_ + 1))
    np.testing.assert_array_equal(losses, network.loss_curve_)
    assert display.best_epoch_ == 1 + int(np.argmin(network.loss_curve_))
    assert display.score_ax_ is None
    assert display.ax_.get_xlabel() == "Epoch"
    assert "Loss" in display.ax_.get_ylabel()


def test_validation_loss_shares_the_axis_and_decides_which_epoch_is_best():
    display = LossCurveDisplay([3, 2, 1, 0], [3, 1, 1, 2]).plot()
    assert display.lines_["validation"].axes is display.ax_
    assert display.best_epoch_ == 2
    assert display.lines_["best"].get_xydata().tolist() == [[2, 1]]
    assert legend_texts(display) == ["Training loss", "Validation loss", BEST_BY_LOSS]


def test_scores_decide_which_epoch_is_best_and_the_ring_stays_on_the_loss():
    curves = [3, 2, 1, 0], [3, 1, 1, 2]
    display = LossCurveDisplay(*curves, validation_scores=[0, 0, 0.9, 0.9]).plot()
    assert display.score_ax_ is None
    assert display.lines_["best"].get_xydata().tolist() == [[3, 1]]
    assert legend_texts(display)[-1] == "Best epoch: 3\n(validation score)"


def test_the_best_epoch_is_the_one_whose_weights_are_kept(make_network, clouds):
    model = make_network(*clouds, early_stopping=True)
    display = LossCurveDisplay.from_estimator(model)
    assert display.best_epoch_ == 1 + model.validation_scores_.index(model.best_validation_score_)


def test_scores_alone_have_an_axis_of_their_own(make_network, clouds):
    model = make_network(*clouds, early_stopping=True)
    model.validation_loss_curve_ = None  # as in scikit-learn, which keeps none
    display = LossCurveDisplay.from_estimator(model)
    assert display.lines_["validation"].axes is display.score_ax_ is not display.ax_
    assert display.score_ax_.get_ylabel() == "Validation accuracy"
    assert display.best_epoch_ == 1 + int(np.argmax(model.validation_scores_))


@pytest.mark.parametrize(("scoring", "label"), [(None, "R²"), ("neg_log_loss", "neg log loss")])
def test_scores_are_named_after_what_they_are(make_network, clouds, scoring, label):
    model = make_network(clouds[0], clouds[0][:, 0], regression=True, early_stopping=True)
    model.scoring, model.validation_loss_curve_ = scoring, None
    display = LossCurveDisplay.from_estimator(model)
    assert display.score_ax_.get_ylabel() == f"Validation {label}"


def test_a_pipeline_gives_the_curve_of_its_last_step(network):
    scaler = StandardScaler().fit([[0, 0], [1, 1]])
    display = LossCurveDisplay.from_estimator(make_pipeline(scaler, network))
    assert len(display.loss_curve) == network.n_iter_


def test_one_epoch_and_epochs_that_are_not_finite_can_be_drawn():
    one = LossCurveDisplay([0.5]).plot()
    assert one.lines_["training"].get_marker() == "."
    assert LossCurveDisplay([2.0, 1.0, np.nan, np.inf]).plot().best_epoch_ == 2
    nowhere = LossCurveDisplay([np.nan, np.nan]).plot()
    assert nowhere.best_epoch_ is None
    assert "best" not in nowhere.lines_
    for number in plt.get_fignums():
        plt.figure(number).draw_without_rendering()


def test_epochs_are_whole_numbers_on_the_axis():
    display = LossCurveDisplay([3, 2, 1]).plot()
    display.figure_.draw_without_rendering()
    assert all(tick == int(tick) for tick in display.ax_.get_xticks())


def test_an_estimator_without_a_curve_is_told_what_to_do(make_network, clouds):
    with pytest.raises(ParameterError, match=r"solver='lbfgs' records none.*solver='adam'"):
        LossCurveDisplay.from_estimator(without_curve(make_network(*clouds, solver="lbfgs")))
    with pytest.raises(ParameterError, match="LogisticRegression has none"):
        LossCurveDisplay.from_estimator(LogisticRegression().fit(*clouds))
    assert plt.get_fignums() == []


def without_curve(model):
    """Whatever an estimator records with lbfgs, take it away."""
    vars(model).pop("loss_curve_", None)
    return model


def test_an_estimator_that_is_not_fitted_is_refused():
    with pytest.raises(NotFittedError):
        LossCurveDisplay.from_estimator(MLPClassifier())
    with pytest.raises(ParameterError, match=r"got the class MLPClassifier; make and fit one"):
        LossCurveDisplay.from_estimator(MLPClassifier)
    with pytest.raises(ParameterError, match="fitted estimator, got list"):
        LossCurveDisplay.from_estimator([0.5, 0.4])


@pytest.mark.parametrize("values", [[], [[1.0]], 3.0])
def test_a_curve_is_one_number_an_epoch(values):
    with pytest.raises(ParameterError, match="one number an epoch, at least one; got shape"):
        LossCurveDisplay(values)


def test_a_curve_of_text_is_refused():
    with pytest.raises(ParameterError, match="loss_curve must be a sequence of numbers"):
        LossCurveDisplay(["high", "low"])


@pytest.mark.parametrize(
    ("alpha", "label"), [(0.0, "Training loss"), (1.0, "Training loss, penalty included")]
)
def test_a_penalty_is_told_where_losses_are_compared(clouds, alpha, label):
    X, y = clouds
    network = MLPClassifier((3,), alpha=alpha, max_iter=3, random_state=0)
    with pytest.warns(match="Maximum iterations"):
        network.fit(X, y, X_val=X, y_val=y)
    assert legend_texts(LossCurveDisplay.from_estimator(network))[0] == label
