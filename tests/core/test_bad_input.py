"""Whatever does not fit is refused at the door: by its class, by what it says, changing nothing."""

import inspect
from types import SimpleNamespace

import numpy as np
import pytest

import glassnet as gn
import reference
from glassnet.core.arrays import all_finite, check_array
from memory import peak_of

NAN, INF = float("nan"), float("inf")


class Case(SimpleNamespace):
    """A network of 2 inputs and 3 classes with its data, and what can be spoiled of them."""

    def spoiled(self, name, at, value):
        array = getattr(self, name).copy()
        array[at] = value
        return array

    def train(self, **changes):
        given = {"theta": self.theta, "X": self.X, "Y": self.Y, "rng": self.rng, **changes}
        net = given.pop("net", self.net)
        return gn.train(net, given.pop("theta"), given.pop("X"), given.pop("Y"), **given)

    def loss(self, **changes):
        given = {"theta": self.theta, "X": self.X, "Y": self.Y, "w": None, **changes}
        return self.net.loss_and_grad(given["theta"], given["X"], given["Y"], given["w"])


@pytest.fixture
def case():
    rng = np.random.default_rng()
    net = gn.Network([gn.Dense(2, 4), gn.Tanh(), gn.Dense(4, 3)], gn.CrossEntropy())
    theta, X = net.init(rng), rng.normal(size=(6, 2))
    Y = gn.one_hot(rng.integers(3, size=6), 3)
    *_, epoch = gn.train(net, theta, X, Y, rng=rng, n_epochs=1)
    return Case(net=net, theta=theta, X=X, Y=Y, w=np.ones(6), rng=rng, state=epoch.state)


DATA = {  # what is wrong: changes of the arguments, class, message
    "X of 3 columns": (
        lambda c: {"X": np.ones((6, 3))}, gn.ShapeError,
        r"X has 3 columns \(shape \(6, 3\)\); the network's first layer takes 2",
    ),
    "X of 3 axes": (
        lambda c: {"X": np.ones((6, 2, 1))}, gn.ShapeError,
        r"X has shape \(6, 2, 1\); expected 2 axes.*X\[np.newaxis, :\]",
    ),
    "X as a list of one row": (
        lambda c: {"X": [1.0, 2.0]}, gn.ShapeError,
        r"X has shape \(2,\); expected 2 axes.*X\[np.newaxis, :\]",
    ),
    "X as a vector": (
        lambda c: {"X": np.ones(2)}, gn.ShapeError,
        r"X has shape \(2,\); expected 2 axes.*X\[np.newaxis, :\]",
    ),
    "X as a number": (
        lambda c: {"X": np.array(1.0)}, gn.ShapeError, r"X has shape \(\); expected 2 axes",
    ),
    "X without rows": (
        lambda c: {"X": np.ones((0, 2))}, gn.DataError,
        r"X has shape \(0, 2\): it is empty; expected at least one row",
    ),
    "X with NaN": (
        lambda c: {"X": c.spoiled("X", (4, 1), NAN)}, gn.DataError,
        r"X\[4, 1\] is nan; expected finite numbers.*1 of 12",
    ),
    "X with infinities": (
        lambda c: {"X": c.spoiled("X", (slice(2, 4), 0), -INF)}, gn.DataError,
        r"X\[2, 0\] is -inf; expected finite numbers.*2 of 12",
    ),
    "X of whole numbers": (
        lambda c: {"X": np.ones((6, 2), int)}, gn.DTypeError,
        r"X is int64; expected float64. Convert it: X.astype\(np.float64\)",
    ),
    "X of text": (
        lambda c: {"X": [["a", "b"]] * 6}, gn.DTypeError, r"X is <U1; expected float64",
    ),
    "X of objects": (
        lambda c: {"X": c.X.astype(object)}, gn.DTypeError, r"X is object; expected float64",
    ),
    "X of truth values": (
        lambda c: {"X": np.ones((6, 2), bool)}, gn.DTypeError, r"X is bool; expected float64",
    ),
    "X of complex numbers": (
        lambda c: {"X": c.X + 1j}, gn.DTypeError, r"X is complex128; expected float64",
    ),
    "X of half precision": (
        lambda c: {"X": c.X.astype(np.float16)}, gn.DTypeError, r"X is float16; expected float64",
    ),
    "no X": (lambda c: {"X": None}, gn.DTypeError, r"X is object; expected float64"),
    "X float32, theta float64": (
        lambda c: {"X": c.X.astype(np.float32)}, gn.DTypeError,
        r"X is float32; expected float64. Convert it: X.astype\(np.float64\)",
    ),
    "theta float32, X float64": (
        lambda c: {"theta": c.theta.astype(np.float32)}, gn.DTypeError,
        r"X is float64; expected float32. Convert it: X.astype\(np.float32\)",
    ),
    "Y float32": (
        lambda c: {"Y": c.Y.astype(np.float32)}, gn.DTypeError,
        r"Y is float32; expected float64. Convert it: Y.astype\(np.float64\)",
    ),
    "w float32": (
        lambda c: {"w": c.w.astype(np.float32)}, gn.DTypeError, r"w is float32; expected float64",
    ),
    "theta of other length": (
        lambda c: {"theta": np.zeros(5)}, gn.ShapeError,
        r"theta has shape \(5,\); expected \(27,\), or \(n_members, 27\) for an ensemble",
    ),
    "theta of 3 axes": (
        lambda c: {"theta": np.zeros((1, 1, 27))}, gn.ShapeError,
        r"theta has shape \(1, 1, 27\); expected \(27,\)",
    ),
    "theta with NaN": (
        lambda c: {"theta": c.spoiled("theta", 7, NAN)}, gn.DataError, r"theta\[7\] is nan",
    ),
    "theta of whole numbers": (
        lambda c: {"theta": np.zeros(27, int)}, gn.DTypeError,
        r"theta is int64; expected float32 or float64. Convert it: theta.astype\(float\)",
    ),
    "theta of half precision": (
        lambda c: {"theta": np.zeros(27, np.float16)}, gn.DTypeError,
        r"theta is float16; expected float32 or float64",
    ),
    "Y of 5 rows": (
        lambda c: {"Y": c.Y[:5]}, gn.ShapeError, r"Y has 5 rows, X has 6; expected one for one",
    ),
    "Y of 2 columns": (
        lambda c: {"Y": gn.one_hot([0, 1] * 3, 2)}, gn.ShapeError,
        r"Y has 2 columns; the network's last layer gives 3",
    ),
    "Y as labels": (
        lambda c: {"Y": np.zeros(6)}, gn.ShapeError,
        r"Y has shape \(6,\); expected 2 axes.*single column Y\[:, np.newaxis\]",
    ),
    "Y of whole numbers": (
        lambda c: {"Y": c.Y.astype(int)}, gn.DTypeError, r"Y is int64; expected float64",
    ),
    "Y with NaN": (lambda c: {"Y": c.spoiled("Y", (1, 2), NAN)}, gn.DataError, r"Y\[1, 2\] is nan"),
    "Y below 0": (
        lambda c: {"Y": c.spoiled("Y", (3, 0), -0.5)}, gn.LabelError,
        r"Y\[3, 0\] is -0.5; CrossEntropy learns probabilities in \[0, 1\]",
    ),
    "Y above 1": (
        lambda c: {"Y": c.spoiled("Y", (3, 0), 2)}, gn.LabelError, r"Y\[3, 0\] is 2.0; Cross",
    ),
    "Y of no class": (
        lambda c: {"Y": c.spoiled("Y", 5, 0)}, gn.LabelError,
        r"Y\[5\] sums to 0; expected 1, a one-hot row. one_hot\(labels, n_classes\) makes them",
    ),
    "Y of two classes": (
        lambda c: {"Y": c.spoiled("Y", 5, 1)}, gn.LabelError, r"Y\[5\] sums to 3; expected 1",
    ),
    "w of 5 rows": (
        lambda c: {"w": np.ones(5)}, gn.ShapeError, r"w has 5 weights, X has 6 rows; one for one",
    ),
    "w of 2 axes": (
        lambda c: {"w": np.ones((6, 1))}, gn.ShapeError, r"w has shape \(6, 1\); expected 1 axes",
    ),
    "w below 0": (
        lambda c: {"w": c.spoiled("w", 2, -1)}, gn.DataError,
        r"w\[2\] is -1.0; expected weights of 0 or more",
    ),
    "w all 0": (
        lambda c: {"w": np.zeros(6)}, gn.DataError, r"w is 0 for every row: nothing is left",
    ),
    "w with NaN": (lambda c: {"w": c.spoiled("w", 0, NAN)}, gn.DataError, r"w\[0\] is nan"),
    "w of whole numbers": (
        lambda c: {"w": np.ones(6, int)}, gn.DTypeError, r"w is int64; expected float64",
    ),
}  # fmt: skip

TRAIN = {
    "an ensemble": (
        lambda c: {"theta": np.zeros((2, 27))}, gn.ShapeError,
        r"theta has shape \(2, 27\).*expected one writeable vector",
    ),
    "a theta that is read only": (
        lambda c: {"theta": read_only(c.theta)}, gn.ShapeError,
        r"writeable: False; expected one writeable vector",
    ),
    "batch_size 0": (
        lambda c: {"batch_size": 0}, gn.ParameterError,
        r"batch_size is 0; expected a whole number of 1 or more",
    ),
    "batch_size -1": (lambda c: {"batch_size": -1}, gn.ParameterError, r"batch_size is -1"),
    "batch_size 2.0": (lambda c: {"batch_size": 2.0}, gn.ParameterError, r"batch_size is 2.0"),
    "batch_size True": (lambda c: {"batch_size": True}, gn.ParameterError, r"batch_size is True"),
    "batch_size auto": (
        lambda c: {"batch_size": "auto"}, gn.ParameterError, r"batch_size is 'auto'",
    ),
    "batch_size above the rows": (
        lambda c: {"batch_size": 7}, gn.ParameterError,
        r"batch_size is 7, but there are 6 rows; expected at most.*batch_size=6 is batch gradient",
    ),
    "batch_size above the rows trained on": (
        lambda c: {"batch_size": 3, "rows": [1, 2]}, gn.ParameterError,
        r"batch_size is 3, but there are 2 rows",
    ),
    "n_epochs 0": (lambda c: {"n_epochs": 0}, gn.ParameterError, r"n_epochs is 0; expected"),
    "n_epochs 1.5": (lambda c: {"n_epochs": 1.5}, gn.ParameterError, r"n_epochs is 1.5; expected"),
    "steps_per_yield 0": (
        lambda c: {"steps_per_yield": 0}, gn.ParameterError, r"steps_per_yield is 0; expected",
    ),
    "max_grad_norm 0": (
        lambda c: {"max_grad_norm": 0}, gn.ParameterError,
        r"max_grad_norm is 0; expected a number in \(0, inf\)",
    ),
    "max_grad_norm -1": (
        lambda c: {"max_grad_norm": -1.0}, gn.ParameterError, r"max_grad_norm is -1.0",
    ),
    "max_grad_norm NaN": (
        lambda c: {"max_grad_norm": NAN}, gn.ParameterError, r"max_grad_norm is nan",
    ),
    "an optimizer by name": (
        lambda c: {"optimizer": "adam"}, gn.ParameterError,
        r"optimizer is 'adam'; expected one such as Adam\(\)",
    ),
    "an optimizer's class": (
        lambda c: {"optimizer": gn.Adam}, gn.ParameterError, r"optimizer is <class .*Adam'>",
    ),
    "a schedule by name": (
        lambda c: {"schedule": "cosine"}, gn.ParameterError,
        r"schedule is 'cosine'; expected one such as Cosine\(\)",
    ),
    "a schedule's class": (
        lambda c: {"schedule": gn.Cosine}, gn.ParameterError, r"schedule is <class .*Cosine'>",
    ),
    "a schedule without a length": (
        lambda c: {"schedule": gn.Cosine()}, gn.ParameterError,
        r"Cosine needs the length of the training: give n_epochs to train",
    ),
    "a schedule that will need a length after its warm-up": (
        lambda c: {"schedule": gn.OneCycle(warmup=3)}, gn.ParameterError,
        r"OneCycle needs the length of the training: give n_epochs to train",
    ),
    "a seed for rng": (
        lambda c: {"rng": 0}, gn.ParameterError,
        r"rng is 0; expected random numbers such as np.random.default_rng\(0\)",
    ),
    "a module for rng": (lambda c: {"rng": np.random}, gn.ParameterError, r"rng is <module"),
    "rows beyond the end": (
        lambda c: {"rows": [0, 6]}, gn.DataError, r"rows go from 0 to 6; expected 0 to 5",
    ),
    "rows below 0": (lambda c: {"rows": [-1, 2]}, gn.DataError, r"rows go from -1 to 2; expected"),
    "rows as a mask": (
        lambda c: {"rows": np.ones(6, bool)}, gn.ShapeError,
        r"rows have shape \(6,\) and dtype bool; expected row numbers",
    ),
    "rows of 2 axes": (
        lambda c: {"rows": [[1]]}, gn.ShapeError, r"rows have shape \(1, 1\)",
    ),
    "no rows": (lambda c: {"rows": []}, gn.ShapeError, r"rows have shape \(0,\)"),
    "rows without weight": (
        lambda c: {"rows": [0, 1], "w": c.spoiled("w", [0, 1], 0)}, gn.DataError,
        r"w is 0 for every row that is trained on",
    ),
    "another theta than the state's": (
        lambda c: {"state": c.state, "theta": c.theta.copy()}, gn.ParameterError,
        r"theta is not state.theta.*state.theta\[:\] = theta",
    ),
    "the slots of another optimizer": (
        lambda c: {"state": c.state, "optimizer": gn.Momentum()}, gn.ParameterError,
        r"slots are \('m', 'v'\); Momentum needs \('v',\).*optimizer.new_slots\(theta\)",
    ),
    "a state for more rows": (
        lambda c: {"state": c.state, "X": c.X[:4], "Y": c.Y[:4]}, gn.DataError,
        r"rows go from 0 to 5; expected 0 to 3",
    ),
}  # fmt: skip


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def refused(case, call, error, match):
    """Assert that a call raises this error, says this, and changes nothing."""
    arrays = case.theta, case.X, case.Y, case.w, case.state.order, *case.state.slots.values()
    before = [a.copy() for a in arrays]
    numbers = case.rng.bit_generator.state
    fields = {k: v for k, v in vars(case.state).items() if isinstance(v, int | float)}
    with pytest.raises(error, match=match) as e:
        call()
    assert e.type is error
    assert isinstance(e.value, gn.GlassnetError)
    assert all((a == b).all() for a, b in zip(arrays, before, strict=True))
    assert case.rng.bit_generator.state == numbers
    assert fields == {k: v for k, v in vars(case.state).items() if isinstance(v, int | float)}


@pytest.mark.parametrize(("changes", "error", "match"), DATA.values(), ids=DATA)
@pytest.mark.parametrize("door", ["loss_and_grad", "loss", "train", "gradcheck"])
def test_data(case, door, changes, error, match):
    given = {"theta": case.theta, "X": case.X, "Y": case.Y, "w": None, **changes(case)}
    if door == "train":
        refused(case, lambda: case.train(**given), error, match)
    elif door == "gradcheck":
        if given["theta"].dtype == np.float32:
            error, match = gn.DTypeError, "gradcheck needs float64"
        refused(case, lambda: gn.gradcheck(case.net, *given.values()), error, match)
    else:
        refused(case, lambda: getattr(case.net, door)(*given.values()), error, match)


@pytest.mark.parametrize("door", ["scores", "predict", "activations"])
@pytest.mark.parametrize("what", [what for what in DATA if what[0] in "Xt" or what == "no X"])
def test_data_of_a_prediction(case, door, what):
    changes, error, match = DATA[what]
    given = {"theta": case.theta, "X": case.X, **changes(case)}
    refused(case, lambda: getattr(case.net, door)(given["theta"], given["X"]), error, match)


@pytest.mark.parametrize(("changes", "error", "match"), TRAIN.values(), ids=TRAIN)
def test_settings_of_train_are_refused_at_the_call(case, changes, error, match):
    changes = changes(case)
    refused(case, lambda: case.train(**changes), error, match)


TARGETS = {  # loss, targets, class, message
    "a negative count": (
        gn.Poisson(),
        [[1.0, -1.0]],
        gn.LabelError,
        r"Y\[0, 1\] is -1.0; Poisson learns counts of 0 or more",
    ),
    "a binary target of 2": (
        gn.BinaryCrossEntropy(),
        [[0.0, 2.0]],
        gn.LabelError,
        r"Y\[0, 1\] is 2.0; BinaryCrossEntropy learns targets in \[0, 1\]",
    ),
    "a binary target of -1": (
        gn.BinaryCrossEntropy(),
        [[-1.0, 1.0]],
        gn.LabelError,
        r"Y\[0, 0\] is -1.0",
    ),
    "a block without a class": (
        gn.JointCrossEntropy((1, 1)),
        [[1.0, 0.0]],
        gn.LabelError,
        r"Y\[0\] sums to 0; expected 1",
    ),
    "blocks that do not add up": (
        gn.JointCrossEntropy((2, 1)),
        [[1.0, 0.0]],
        gn.ShapeError,
        r"Y has 2 columns; n_classes \(2, 1\) ask for 3",
    ),
    "fewer columns": (
        gn.SquaredError(),
        [[1.0]],
        gn.ShapeError,
        r"Z has shape \(1, 2\) and Y \(1, 1\); expected the same",
    ),
    "more rows": (
        gn.SquaredError(),
        [[1.0, 1.0]] * 2,
        gn.ShapeError,
        r"Z has shape \(1, 2\) and Y \(2, 2\)",
    ),
    "a vector": (
        gn.SquaredError(),
        [1.0, 1.0],
        gn.ShapeError,
        r"Y has shape \(2,\); expected 2 axes",
    ),
    "a target of a block, by its own column": (
        gn.JointCrossEntropy((1, 1)),
        [[1.0, 2.0]],
        gn.LabelError,
        r"Y\[0, 1\] is 2.0",
    ),
    "an infinite target": (gn.SquaredError(), [[1.0, INF]], gn.DataError, r"Y\[0, 1\] is inf"),
}


@pytest.mark.parametrize(("loss", "Y", "error", "match"), TARGETS.values(), ids=TARGETS)
def test_targets_of_a_loss(loss, Y, error, match):
    for method in (loss.value, loss.value_and_grad):
        with pytest.raises(error, match=match) as e:
            method(np.zeros((1, 2)), np.array(Y))
        assert e.type is error


@pytest.mark.parametrize("loss", gn.LOSSES, ids=repr)
def test_scores_and_weights_of_every_loss(loss, rng):
    Z, Y = np.zeros((4, 3)), reference.random_targets(loss, rng, 4, 3)
    Z_bad = Z.copy()
    Z_bad[1, 2] = NAN
    with pytest.raises(gn.DataError, match=r"Z\[1, 2\] is nan"):
        loss.value(Z_bad, Y)
    with pytest.raises(gn.DTypeError, match="Y is float64; expected float32"):
        loss.value(Z.astype(np.float32), Y)
    with pytest.raises(gn.DTypeError, match="Z is int64; expected float32 or float64"):
        loss.value(Z.astype(int), Y)
    with pytest.raises(gn.ShapeError, match=r"w has 3 weights"):
        loss.value(Z, Y, np.ones(3))
    with pytest.raises(gn.DataError, match=r"w\[3\] is -1.0"):
        loss.value(Z, Y, np.array([1.0, 1, 1, -1]))
    with pytest.raises(gn.DataError, match=r"w is 0 for every row"):
        loss.value(Z, Y, np.zeros(4))


LABELS = {
    "a label too high": (
        [0, 3],
        3,
        gn.LabelError,
        r"labels\[1\] is 3; expected 0 to 2 for 3 classes",
    ),
    "a label below 0": ([0, 1, -1], 3, gn.LabelError, r"labels\[2\] is -1; expected 0 to 2"),
    "labels of floats": (
        [0.0, 1.0],
        2,
        gn.LabelError,
        r"labels are float64; expected whole numbers",
    ),
    "names": (
        ["cat", "dog"],
        2,
        gn.LabelError,
        r"labels are <U3.*np.unique\(labels, return_inverse",
    ),
    "a column": ([[0], [1]], 2, gn.ShapeError, r"labels have shape \(2, 1\); expected one label"),
    "no labels": ([], 2, gn.ShapeError, r"labels have shape \(0,\)"),
    "no classes": ([0], 0, gn.ParameterError, r"n_classes is 0; expected a whole number of 1"),
    "half a class": ([0], 1.5, gn.ParameterError, r"n_classes is 1.5"),
}


@pytest.mark.parametrize(("labels", "n_classes", "error", "match"), LABELS.values(), ids=LABELS)
def test_labels_of_one_hot(labels, n_classes, error, match):
    with pytest.raises(error, match=match) as e:
        gn.one_hot(labels, n_classes)
    assert e.type is error


@pytest.mark.parametrize("dtype", [np.float16, int, "int8", object, str])
def test_dtypes(dtype, rng):
    net = gn.Network([gn.Dense(1, 1)], gn.SquaredError())
    for call in (lambda: net.init(rng, dtype=dtype), lambda: gn.one_hot([0], 1, dtype)):
        with pytest.raises(gn.DTypeError, match=r"dtype is .*; expected float32 or float64"):
            call()


SETTINGS = {  # a call, and what its message says
    "Dense(0, 1)": "Dense n_in is 0; expected a whole number of 1 or more",
    "Dense(1, 0)": "Dense n_out is 0; expected a whole number of 1 or more",
    "Dense(-3, 1)": "Dense n_in is -3",
    "Dense(2.0, 1)": "Dense n_in is 2.0",
    "Dense(True, 1)": "Dense n_in is True",
    "Dense('2', 1)": "Dense n_in is '2'",
    "Dense(1, 1, weights='he')": "Dense weights is 'he'; expected an initializer such as",
    "Dense(1, 1, biases=0)": "Dense biases is 0; expected an initializer",
    "Dropout(1.0)": r"Dropout rate is 1.0; expected a number in \[0, 1\)",
    "Dropout(-0.1)": "Dropout rate is -0.1",
    "Dropout(float('nan'))": "Dropout rate is nan",
    "Dropout('half')": "Dropout rate is 'half'",
    "LeakyReLU(float('inf'))": "LeakyReLU slope is inf",
    "ELU('a')": "ELU alpha is 'a'",
    "CrossEntropy(1.0)": r"CrossEntropy label_smoothing is 1.0; expected a number in \[0, 1\)",
    "CrossEntropy(-0.1)": "CrossEntropy label_smoothing is -0.1",
    "BinaryCrossEntropy(1.5)": "BinaryCrossEntropy label_smoothing is 1.5",
    "JointCrossEntropy((2, 0))": "JointCrossEntropy n_classes is 0",
    "JointCrossEntropy(())": r"JointCrossEntropy n_classes is \(\); expected a tuple",
    "JointCrossEntropy((2,), 1.0)": "JointCrossEntropy label_smoothing is 1.0",
    "Huber(0)": r"Huber delta is 0; expected a number in \(0, inf\)",
    "Huber(-1.0)": "Huber delta is -1.0",
    "Quantile(0.0)": r"Quantile quantile is 0.0; expected a number in \(0, 1\)",
    "Quantile(1)": "Quantile quantile is 1",
    "Penalty(l1=-1)": r"Penalty l1 is -1; expected a number in \[0, inf\)",
    "Penalty(l2=-1.0)": "Penalty l2 is -1.0",
    "Penalty(l2=float('inf'))": "Penalty l2 is inf",
    "Normal(0)": "Normal std is 0",
    "Glorot('cauchy')": "Glorot distribution is 'cauchy'; expected 'uniform' or 'normal'",
    "He(factor=0)": r"He factor is 0; expected a number in \(0, inf\)",
    "LeCun('Normal')": "LeCun distribution is 'Normal'",
    "Momentum(momentum=1.5)": r"Momentum momentum is 1.5; expected a number in \[0, 1\]",
    "Nesterov(momentum=-0.1)": "Nesterov momentum is -0.1",
    "AdaGrad(epsilon=0)": r"AdaGrad epsilon is 0; expected a number in \(0, inf\)",
    "RMSProp(rho=1)": r"RMSProp rho is 1; expected a number in \[0, 1\)",
    "RMSProp(epsilon=-1e-8)": "RMSProp epsilon is -1e-08",
    "AdamW(weight_decay=-0.1)": r"AdamW weight_decay is -0.1; expected a number in \[0, inf\)",
    "Constant(warmup=-1)": "Constant warmup is -1; expected a whole number",
    "Constant(warmup=1.5)": "Constant warmup is 1.5",
    "InverseScaling(-0.5)": "InverseScaling power is -0.5",
    "StepDecay(0)": "StepDecay every is 0",
    "StepDecay(2.5)": "StepDecay every is 2.5",
    "StepDecay(2, factor=0)": r"StepDecay factor is 0; expected a number in \(0, 1\]",
    "StepDecay(2, factor=1.1)": "StepDecay factor is 1.1",
    "Exponential(0)": "Exponential rate is 0",
    "Exponential(1.01)": "Exponential rate is 1.01",
    "Cosine(1.5)": r"Cosine final is 1.5; expected a number in \[0, 1\]",
    "OneCycle(peak=0)": r"OneCycle peak is 0; expected a number in \(0, 1\)",
    "OneCycle(peak=1)": "OneCycle peak is 1",
    "OneCycle(start=2)": "OneCycle start is 2",
    "OneCycle(final=-1)": "OneCycle final is -1",
    "Network([], SquaredError())": r"Network layers is \[\]; expected a list of at least one layer",
    "Network(['relu'], SquaredError())": "layers hold 'relu'; expected layers such as Dense",
    "Network([Dense], SquaredError())": "Network layers hold <class",
    "Network([Dense(1, 1)], 'squared')": "Network loss is 'squared'; expected a loss such as",
    "Network([Dense(1, 1)], SquaredError)": "Network loss is <class",
    "Network([Dense(1, 1)], None)": "Network loss is None",
    "Network([Dense(1, 1)], SquaredError(), 0.1)": "Network penalty is 0.1; expected a Penalty",
}  # fmt: skip


@pytest.mark.parametrize(("call", "match"), SETTINGS.items(), ids=SETTINGS)
def test_settings(call, match):
    names = {
        name: getattr(gn, name) for name in gn.__all__ if name[0].isupper() and "MLP" not in name
    }
    with pytest.raises(gn.ParameterError, match=match) as e:
        eval(call, names)
    assert e.type is gn.ParameterError
    assert isinstance(e.value, ValueError)


@pytest.mark.parametrize("learning_rate", [0, -0.1, NAN, INF, "fast", None, True])
@pytest.mark.parametrize("kind", gn.OPTIMIZERS)
def test_learning_rates(kind, learning_rate):
    match = rf"{kind.__name__} learning_rate is .*; expected a number in \(0, inf\)"
    with pytest.raises(gn.ParameterError, match=match):
        kind(learning_rate=learning_rate)


@pytest.mark.parametrize("kind", gn.OPTIMIZERS)
def test_fading_means(kind):
    for name, value in (("beta_1", 1.0), ("beta_2", 1.0), ("beta_1", -0.1), ("epsilon", 0.0)):
        if name in inspect.signature(kind).parameters:
            with pytest.raises(gn.ParameterError, match=f"{kind.__name__} {name} is {value}"):
                kind(**{name: value})


@pytest.mark.parametrize("wrong", [0, "seed", np.random, None])
def test_rng_of_init(wrong):
    net = gn.Network([gn.Dense(1, 1)], gn.SquaredError())
    with pytest.raises(gn.ParameterError, match=r"rng is .*; expected random numbers such as"):
        net.init(wrong)


def test_number_of_members(rng):
    net = gn.Network([gn.Dense(1, 1)], gn.SquaredError())
    with pytest.raises(gn.ParameterError, match="n_members is 0"):
        net.init(rng, n_members=0)


@pytest.mark.parametrize(
    ("layers", "match"),
    [
        ([gn.Dense(2, 3), gn.Dense(4, 1)],
         "layer 2, Dense, takes 4 columns, but layer 1, Dense, gives 3; expected the same number"),
        ([gn.Dense(2, 3), gn.ReLU(), gn.Dropout(0.1), gn.Dense(2, 1)],
         "layer 4, Dense, takes 2 columns, but layer 1, Dense, gives 3"),
    ],
)  # fmt: skip
def test_layers_that_do_not_fit(layers, match):
    with pytest.raises(gn.ShapeError, match=match):
        gn.Network(layers, gn.SquaredError())


def bowl(x):
    return (x**2).sum()


MINIMIZE = {  # the arguments that differ, class, message
    "x0 of whole numbers": (
        {"x0": np.ones(2, int)},
        gn.DTypeError,
        "x0 is int64; expected float32",
    ),
    "x0 with NaN": ({"x0": np.array([1, NAN])}, gn.DataError, r"x0\[1\] is nan"),
    "x0 empty": ({"x0": np.zeros(0)}, gn.DataError, r"x0 has shape \(0,\): it is empty"),
    "no steps": ({"n_steps": 0}, gn.ParameterError, "n_steps is 0; expected a whole number"),
    "half a step": ({"n_steps": 0.5}, gn.ParameterError, "n_steps is 0.5"),
    "an optimizer by name": (
        {"optimizer": "adam"},
        gn.ParameterError,
        r"optimizer is 'adam'; expected",
    ),
    "max_grad_norm 0": ({"max_grad_norm": 0}, gn.ParameterError, "max_grad_norm is 0"),
    "f(x0) infinite": (
        {"f": lambda x: INF},
        gn.ParameterError,
        r"f\(x0\) is inf; expected one finite number",
    ),
    "f(x0) NaN": ({"f": lambda x: NAN}, gn.ParameterError, r"f\(x0\) is nan"),
}


@pytest.mark.parametrize(("changes", "error", "match"), MINIMIZE.values(), ids=MINIMIZE)
@pytest.mark.parametrize("door", [gn.minimize, gn.descent])
def test_minimize(door, changes, error, match):
    given = {"f": bowl, "f_grad": lambda x: 2 * x, "x0": np.ones(2), **changes}
    before = given["x0"].copy()
    with pytest.raises(error, match=match) as e:
        door(**given)
    assert e.type is error
    assert np.array_equal(given["x0"], before, equal_nan=True)


def test_minimize_gradient_of_other_shape():
    with pytest.raises(
        gn.ShapeError, match=r"f_grad gives shape \(\); expected \(2,\), that of x0"
    ):
        gn.minimize(bowl, lambda x: 1.0, np.ones(2))


def test_gradcheck_settings(case):
    for h in (0, -1e-6, NAN):
        refused(
            case, lambda h=h: gn.gradcheck(case.net, case.theta, case.X, case.Y, h=h),
            gn.ParameterError, "h is",
        )  # fmt: skip
    refused(
        case, lambda: gn.gradcheck(case.net, np.zeros((2, 27)), case.X, case.Y),
        gn.ShapeError, r"theta has shape \(2, 27\); expected one vector",
    )  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_largest_finite_numbers_pass_the_door(dtype):
    """The square of 1e30 overflows float32, which the quick test for NaN must not mistake."""
    array = np.array([np.finfo(dtype).max, -np.finfo(dtype).max], dtype)
    assert (check_array("X", array) == array).all()
    with pytest.raises(gn.DataError, match=r"X\[2\] is nan"):
        check_array("X", np.append(array, np.array(NAN, dtype)))


LAYOUTS = {
    "C": np.ascontiguousarray,
    "Fortran": np.asfortranarray,
    "with gaps": lambda X: np.repeat(X, 2, axis=1)[:, ::2],
    "three axes": lambda X: X.reshape(-1, 10, X.shape[1]),
    "one row": lambda X: X.reshape(1, -1),
    "vector": np.ravel,
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_one_of_very_many_numbers(layout, dtype):
    """They are looked at in turns; the square of 1e300 or 1e30 is no number of the dtype."""
    X = np.ones((100_000, 6), dtype)
    for index in (0, 299_999, 300_000, 599_999):
        for value, finite in ((1e300 if dtype == "float64" else 1e30, True), (NAN, False),
                              (INF, False), (-INF, False)):  # fmt: skip
            X.flat[index] = value
            assert all_finite(LAYOUTS[layout](X)) == finite
        X.flat[index] = 1


@pytest.mark.parametrize("layout", ["C", "Fortran", "one row", "vector"])
def test_to_look_at_very_many_numbers_takes_no_memory(layout):
    X = LAYOUTS[layout](np.ones((200_000, 10)))  # 16 MB
    peak, finite = peak_of(all_finite, X)
    assert finite
    assert peak < (5e6 if layout == "Fortran" else 1e6)


def test_the_tree_of_errors():
    assert issubclass(gn.ShapeError, gn.DataError)
    assert issubclass(gn.LabelError, gn.DataError)
    for kind in (gn.ParameterError, gn.DataError, gn.DivergenceError):
        assert issubclass(kind, ValueError)
    assert issubclass(gn.DTypeError, TypeError)
    assert issubclass(gn.MissingExtraError, ImportError)
    for name in gn.__all__:
        if name.endswith("Error") and name not in [type(loss).__name__ for loss in gn.LOSSES]:
            assert issubclass(getattr(gn, name), gn.GlassnetError)
