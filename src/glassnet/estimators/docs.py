"""The part of the two estimators' docstrings that they share: written once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Class = TypeVar("Class", bound=type)

PARAMETERS = """\
hidden_layer_sizes : int or array-like of int, default=(100,)
    Nodes of each hidden layer. An empty tuple is a linear model.
activation : str, Layer, or a tuple of them, default="relu"
    Of the hidden layers; a tuple has one each. "identity", "logistic", "tanh", "relu",
    "leaky_relu", "elu", "selu", "softplus", "gelu", "gelu_tanh", "silu", "mish", "hard_tanh", or
    a layer such as ``LeakyReLU(0.2)``.
solver : {"adam", "sgd", "lbfgs"} or Optimizer, default="adam"
    "adam" is `AdamEpsilonHat`, as in scikit-learn; "sgd" is `Momentum` or `Nesterov`; "lbfgs" is
    SciPy's, on all rows at once. An optimizer such as ``AdamW(1e-3)`` brings its own learning
    rate.
alpha : float, default=0.0001
    L2 penalty on weights, divided by the number (sum of weights) of the batch's rows.
batch_size : int or "auto", default="auto"
    Rows of a step; "auto" is min(200, n_samples).
learning_rate : {"constant", "invscaling", "adaptive"}, default="constant"
    For "sgd": constant; ``learning_rate_init / (t_ + 1) ** power_t``, where ``t_`` counts rows;
    or divided by 5 whenever there is no improvement for ``n_iter_no_change`` epochs.
learning_rate_init : float, default=0.001
    For "sgd" and "adam".
power_t : float, default=0.5
    For "invscaling".
max_iter : int, default=200
    Epochs at most ("lbfgs": iterations).
shuffle : bool, default=True
    Draw a new order of the rows each epoch.
random_state : int, RandomState, Generator or None, default=None
    Draws the initial weights, the rows set aside, the orders and dropout's masks.
tol : float, default=1e-4
    What counts as improvement. For "lbfgs", the size of the gradient to reach.
verbose : bool, default=False
    Print a line each epoch, as scikit-learn does. The logger "glassnet" gets them at any rate.
warm_start : bool, default=False
    Let ``fit`` go on from where the last one ended: 5 epochs and 5 more equal 10, bit for bit.
momentum : float, default=0.9
    For "sgd", in [0, 1].
nesterovs_momentum : bool, default=True
    For "sgd".
early_stopping : bool, default=False
    Set rows aside, score on them after each epoch, stop when there is no improvement by ``tol``
    for ``n_iter_no_change`` epochs, and keep the best weights.
validation_fraction : float, default=0.1
    The part of the rows to set aside.
beta_1, beta_2, epsilon : float, default=0.9, 0.999 and 1e-8
    For "adam".
n_iter_no_change : int or inf, default=10
    Epochs without improvement before training stops.
max_fun : int, default=15000
    For "lbfgs": evaluations of the loss at most.
schedule : Schedule, optional
    The factor on the learning rate at each step, for any solver with steps: ``Cosine()``. Its
    length is ``max_iter`` epochs (more, for ``partial_fit`` beyond them), counted from the first.
dropout : float or tuple of float, default=0.0
    The part of each hidden layer's nodes left out in a step, in [0, 1); a tuple has one each.
max_grad_norm : float, optional
    Longer gradients are scaled down to this Euclidean norm.
init : Initializer, a pair of them, or None, default=None
    None draws as scikit-learn does: weights and biases from Glorot's uniform. One initializer is
    for the weights (biases start at 0), a pair is (weights, biases).
scoring : str or callable, optional
    What is scored on the rows to validate on: any of scikit-learn's scorers. None is {score}.
restore_best : bool, default=False
    End with the best weights also without early stopping: the best by validation score if there
    are rows to validate on, else by training loss.
max_time : float, optional
    Seconds after which training stops, at the end of an epoch, with a ConvergenceWarning.
dtype : {"float32", "float64"} or None, default=None
    Of the weights, from the first ``fit`` on. None keeps that of ``X``.
engine : {"auto", "numpy", "numba"}, default="auto"
    What takes the steps: NumPy, or the same compiled by Numba (the extra ``fast``), which equals it
    to rounding. "auto" compiles where NumPy would take more than about a second and Numba is
    installed; it depends on the work only, and so on ``max_iter``. docs/performance.md."""

ATTRIBUTES = """\
theta_ : array of shape (n_params,)
    Every weight and bias, in one vector.
coefs_, intercepts_ : list of array
    The weight matrix, of shape (n_in, n_out), and the bias vector of each layer: views into
    ``theta_``. Assigning to them, or to an entry, writes into it.
loss_ : float
    The last epoch's loss, penalty included.
loss_curve_ : list of float
    The loss of each epoch.
best_loss_ : float or None
    The smallest of them; None with early stopping.
validation_scores_, validation_loss_curve_ : list of float or None
    The score, and the loss without penalty, on the rows to validate on, if there are any.
best_validation_score_ : float or None
n_iter_ : int
    Epochs of the last ``fit``.
t_ : int
    Rows seen in training.
engine_ : {"numpy", "numba"}
    What took the steps of the last fit.
n_layers_, n_outputs_ : int
    Layers, the input and the output included; nodes of the output.
out_activation_ : str
    The function on the output nodes.
n_features_in_ : int
feature_names_in_ : array of str
    Only if ``X`` had them."""


def document(score: str) -> Callable[[Class], Class]:
    """Return a decorator that writes the shared text into a class's docstring."""

    def fill(cls: Class) -> Class:
        parameters = PARAMETERS.replace("{score}", score)
        for name, text in (("{parameters}", parameters), ("{attributes}", ATTRIBUTES)):
            indented = text.replace("\n", "\n    ")
            cls.__doc__ = (cls.__doc__ or "").replace(name, indented)
        return cls

    return fill
