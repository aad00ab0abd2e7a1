"""The part of the two docstrings that they share: written once."""

from __future__ import annotations

from typing import TypeVar

Class = TypeVar("Class", bound=type)

PARAMETERS = """\
hidden_layer_sizes : int or array-like of int, default=(256, 256, 256)
    Nodes of each hidden layer.
activation : str or Activation, default="auto"
    Of the hidden layers, each node of which learns a mixture of it and the identity. "auto" is
    "selu" for classes and "mish" for numbers.
categorical_features : "from_dtype", None, or list, default="from_dtype"
    Which columns are categories: see `Table.learn`.
numeric_embedding : bool, default=True
    Whether numbers are embedded by learned waves: `PeriodicEmbedding`.
n_frequencies, frequency_scale : int and float, default=16 and 0.1
    The waves of each number, and the spread of their first frequencies.
embedding_size : int, default=8
    Numbers of a learned vector for each level of a category.
max_one_hot : int, default=8
    Levels up to which a category becomes a column each, and none is embedded.
weight_init : {"data", "normal"}, default="data"
    First weights: scaled so that each node's sum has variance 1 on the training rows, or as
    they are drawn, with variance 1 / n_in.
bias_init : {"data", "zeros"}, default="data"
    First biases: each node's zero amid the training rows, or 0.
output_init : {"data", "zeros"}, default="data"
    Whether the last layer begins as the others do, or with zeros.
dropout : float, default=0.15
    The part of each hidden layer's nodes left out in a step, falling to 0 along the training.
weight_decay : float, default=0.02
    Decoupled, times the learning rate; falling to 0 along the training.
learning_rate : {"log_cosine", "cosine", "constant"}, default="log_cosine"
    Its course: four waves, each twice as long as the one before; one fall; or none.
learning_rate_init : float or "auto", default="auto"
    The highest learning rate. "auto" is 0.04 for classes, for numbers 0.2, or
    0.07 without ``numeric_embedding``.
embedding_learning_rate, bias_learning_rate : float, default=0.1 and 0.1
    Factors on it, for the waves of numbers and for biases.
scale_learning_rate, activation_learning_rate : float, default=6.0 and 0.1
    The same for the learned scale of each embedded feature, and for the learned mix of activation
    and identity. 0 leaves it out: features as they are, the activation alone.
beta_1, beta_2, epsilon : float, default=0.9, 0.95 and 1e-8
    Of Adam.
batch_size : int, default=256
    Rows of a step; all, if they are fewer. An epoch's last rows, if they are fewer, take none.
max_iter : int, default=256
    Epochs.
validation_fraction : float, default=0.2
    The part of the rows to set aside, if ``fit`` is given none to validate on: stratified by class.
    With 0 the weights of the last epoch are kept.
validation_split : splitter, optional
    One of scikit-learn's: its last split says which rows to train and to validate on. Rows by
    group: ``GroupShuffleSplit(1, test_size=0.2)``, with ``groups`` for ``fit``; rows in the order
    of time: ``TimeSeriesSplit()``.
n_bags : int, default=1
    With 2 or more, rows are set aside in so many parts in turn (stratified, or by the first splits
    of ``validation_split``), and a network is trained beside each: so each row is trained on, and
    validated on by a network that has not seen it. Predictions are averaged. A numeric target is
    standardised, and predictions are clipped, by all rows. If time is over, bags are left out.
n_ensemble : int, default=1
    Networks to train, for each bag, from initial values of their own; predictions are averaged.
refit : bool, default=False
    Train once more on all rows, those to validate on included, for the best number of epochs.
max_time : float, optional
    Seconds after which training stops, at the end of an epoch, with a ConvergenceWarning.
random_state : int, RandomState, Generator or None, default=None
    Draws the rows set aside, initial values, orders and dropout's masks.
verbose : bool, default=False
    Print a line each epoch. The logger "glassnet" gets them at any rate.
dtype : {"float32", "float64"}, default="float32"
    Of the weights in training. Predictions are computed in float64.
engine : {"auto", "numpy", "numba"}, default="auto"
    What takes the steps: see `MLPClassifier`."""

ATTRIBUTES = """\
table_ : Table
    What was learned of the table: ``print(model.table_)`` tells what became of each column.
columns_ : tuple of Column
    The same, column by column.
n_features_in_ : int
feature_names_in_ : array of str
    Where the table had names.
theta_ : array of shape (n_networks, n_params)
    The weights of each network: ``n_bags * n_ensemble`` of them, unless time was over.
n_rows_ : int
    Trained on, those validated on not counted, unless ``refit``.
best_epoch_ : list of int
    Of each network, from 1.
best_score_ : float
    The metric on the validation rows at the best epoch; the mean over the networks.
metric_ : str
feature_importances_ : array of shape (n_features_in_,)
    What is lost on validation rows when a column is shuffled (log-loss, or squared error): its part
    of the sum. Columns that say the same share what they say.
validation_targets_, validation_predictions_ : array or None
    Of the rows to validate on, bag by bag: codes of classes or numbers, and probabilities or
    numbers of shape (n_rows, n_outputs), before ``refit``.
validation_weights_ : array or None
    Of the same rows, class weights included.
loss_curve_, validation_scores_ : list of list of float
    Of each network: training loss and metric, epoch by epoch.
n_iter_ : int
    Epochs trained.
engine_ : {"numpy", "numba"}"""


def document(estimator: Class) -> Class:
    """Put the shared part into a class's docstring."""
    text = estimator.__doc__ or ""
    for name, part in (("parameters", PARAMETERS), ("attributes", ATTRIBUTES)):
        text = text.replace("{" + name + "}", part.replace("\n", "\n    "))
    estimator.__doc__ = text.replace("{{", "{").replace("}}", "}")
    return estimator
