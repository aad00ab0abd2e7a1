"""Checkpoints that are gone on from, and those that are refused."""

import json
import os
import pickle
import resource
import warnings
from contextlib import suppress

import numpy as np
import pytest
from sklearn.model_selection import GroupShuffleSplit, ShuffleSplit

import glassnet as gn
from checkpoints.killing import MODELS, data, fitted, same
from glassnet.core.training import TrainingState
from glassnet.estimators import checkpoints, stochastic
from glassnet.estimators.tables import members
from glassnet.files import checkpoint as checkpoint_files
from glassnet.files.generators import plain_generator, read_generator
from glassnet.files.nodes import Node

SETTINGS = {
    "adam": {},
    "float32": {"dtype": "float32"},
    "momentum, adaptive": {"solver": "sgd", "learning_rate": "adaptive", "tol": 1e-2,
                           "n_iter_no_change": 2},
    "invscaling": {"solver": "sgd", "learning_rate": "invscaling"},
    "an optimizer without memory": {"solver": gn.GradientDescent(0.1)},
    "a schedule": {"schedule": gn.OneCycle()},
    "early stopping": {"early_stopping": True},
    "best weights": {"restore_best": True},
    "dropout": {"dropout": 0.3},
    "no shuffling": {"shuffle": False},
    "compiled": {"engine": "numba", "dropout": 0.2},
    "legacy generator": {"random_state": lambda: np.random.RandomState(4)},
    "generator": {"random_state": lambda: np.random.default_rng(4)},
    "Philox": {"random_state": lambda: np.random.Generator(np.random.Philox(4))},
    "SFC64": {"random_state": lambda: np.random.Generator(np.random.SFC64(4))},
    "MT19937": {"random_state": lambda: np.random.Generator(np.random.MT19937(4))},
}  # fmt: skip


def network(**settings):
    settings = {"engine": "numpy", "random_state": 1, "max_iter": 8} | settings
    if callable(settings["random_state"]):
        settings["random_state"] = settings["random_state"]()
    return gn.MLPClassifier((5,), **settings)


def rows():
    X, y = data(60)
    return X[["a", "b"]].to_numpy(), y


def interrupted(model, path, after, X=None, y=None):
    """Train for some epochs, then stop as a process does that is gone."""
    X, y = rows() if X is None else (X, y)
    with warnings.catch_warnings(action="ignore"):
        epochs = model.iter_fit(X, y, checkpoint=path, checkpoint_every=0)
        for _ in range(after):
            next(epochs, None)


def quietly(model, *data, **more):
    with warnings.catch_warnings(action="ignore"):
        return model.fit(*data, **more)


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_a_training_goes_on_to_the_same_bits(settings, tmp_path):
    whole = quietly(network(**settings), *rows())
    for after in (1, 5):
        path = tmp_path / str(after)
        interrupted(network(**settings), path, after)
        again = quietly(network(**settings), *rows(), checkpoint=path)
        assert same(again, whole)
        for name in ("t_", "loss_", "best_loss_", "best_validation_score_",
                     "validation_loss_curve_", "_no_improvement_count"):  # fmt: skip
            assert getattr(again, name) == getattr(whole, name), name
        assert (again.predict(rows()[0]) == whole.predict(rows()[0])).all()


def test_without_a_seed_the_bits_are_those_of_the_training_that_was_begun(tmp_path):
    """The first process draws from NumPy's global generator; the second one has another state."""
    np.random.seed(5)  # noqa: NPY002 - it is what is tested
    whole = quietly(network(random_state=None), *rows())
    np.random.seed(5)  # noqa: NPY002 - it is what is tested
    interrupted(network(random_state=None), tmp_path / "c", 3)
    np.random.seed(77)  # noqa: NPY002
    again = quietly(network(random_state=None), *rows(), checkpoint=tmp_path / "c")
    assert same(again, whole)


def test_a_finished_training_is_not_trained_again(tmp_path):
    model, X, y = MODELS["tabular"]()
    one = quietly(model, X, y, checkpoint=tmp_path / "c", checkpoint_every=0)
    before = (tmp_path / "c").read_bytes()
    again = fitted_without_training(MODELS["tabular"], tmp_path / "c")
    assert same(again, one)
    assert (tmp_path / "c").read_bytes() == before


def fitted_without_training(make, path):
    model, X, y = make()
    model._progress = lambda *_: pytest.fail("an epoch was trained")
    return quietly(model, X, y, checkpoint=path)


def test_a_training_goes_on_after_it_ended_by_time(tmp_path):
    """max_time may differ: it says when to stop, not what to train."""
    whole = quietly(network(), *rows())
    with pytest.warns(UserWarning, match="max_time"):
        network(max_time=1e-9).fit(*rows(), checkpoint=tmp_path / "c")
    assert same(quietly(network(), *rows(), checkpoint=tmp_path / "c"), whole)


@pytest.mark.parametrize("name", MODELS)
def test_within_an_epoch(name, rng, monkeypatch, tmp_path):
    """Epochs of more than so many steps are written down on the way."""
    for module in (checkpoints, stochastic, members):
        monkeypatch.setattr(module, "STEPS", 2)
    make = MODELS[name]
    whole = fitted_in_steps(make)
    written = []
    keep = checkpoint_files.plain_state

    def stopping(state, *rest):
        if not state.epoch_is_over and state.epoch == 3:
            written.append(state.position)
            if len(written) == 2:
                raise OSError(28, "No space left on device")
        return keep(state, *rest)

    for module in ("glassnet.estimators.resuming", "glassnet.estimators.tables.ledger"):
        monkeypatch.setattr(f"{module}.plain_state", stopping)
    with pytest.raises(OSError, match="No space"):
        fitted_in_steps(make, tmp_path / "c")
    assert 0 < written[0]
    for module in ("glassnet.estimators.resuming", "glassnet.estimators.tables.ledger"):
        monkeypatch.setattr(f"{module}.plain_state", keep)
    assert same(fitted_in_steps(make, tmp_path / "c"), whole)


def fitted_in_steps(make, path=None):
    model, X, y = make()
    model.set_params(batch_size=10)
    more = {} if path is None else {"checkpoint": path, "checkpoint_every": 0}
    return quietly(model, X, y, **more)


def test_the_last_two_are_kept_and_without_the_last_training_begins_anew(tmp_path):
    interrupted(network(), tmp_path / "c", 4)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["c", "c.previous"]
    (tmp_path / "c").rename(tmp_path / "last")
    (tmp_path / "c.previous").rename(tmp_path / "d")
    assert same(quietly(network(), *rows(), checkpoint=tmp_path / "d"), quietly(network(), *rows()))
    X, y = rows()
    assert next(network().iter_fit(X, y, checkpoint=tmp_path / "c")).number == 1


def test_it_is_written_no_more_often_than_asked(tmp_path, monkeypatch):
    times = []
    monkeypatch.setattr(checkpoints, "write_checkpoint", lambda *_: times.append(1))
    quietly(network(max_iter=50, tol=0), *rows(), checkpoint=tmp_path / "c", checkpoint_every=1e6)
    assert len(times) == 2  # the first, to see that it can be written, and the last


# Refused

X, Y = rows()
OTHERS = {
    "other labels": (network(), X, Y[::-1], "y was float64 of the shape"),
    "other rows": (network(), X + 1e-9, Y, "X was float64 of the shape"),
    "fewer rows": (network(), X[:50], Y[:50], "X was float64"),
    "another seed": (network(random_state=2), X, Y, "random_state was 1, and is 2 now"),
    "another size": (network().set_params(hidden_layer_sizes=(6,)), X, Y, "hidden_layer_sizes was"),
    "more epochs": (network(max_iter=9), X, Y, "max_iter was 8, and is 9 now"),
    "another kind": (gn.MLPRegressor((5,), engine="numpy", random_state=1, max_iter=8), X, Y,
                     "estimator was MLPClassifier, and is MLPRegressor"),
}  # fmt: skip


@pytest.mark.parametrize(("model", "X", "y", "reason"), OTHERS.values(), ids=OTHERS)
def test_another_training_is_refused_and_nothing_overwritten(model, X, y, reason, tmp_path):
    interrupted(network(), tmp_path / "c", 3)
    before = {one: one.read_bytes() for one in tmp_path.iterdir()}
    with pytest.raises(gn.CheckpointError, match=f"another training: {reason}.*left as it is"):
        model.fit(X, y, checkpoint=tmp_path / "c")
    assert {one: one.read_bytes() for one in tmp_path.iterdir()} == before
    assert not hasattr(model, "theta_")


def test_another_version_is_refused(tmp_path, monkeypatch):
    interrupted(network(), tmp_path / "c", 3)
    monkeypatch.setattr(checkpoints, "__version__", "0.0.1")
    with pytest.raises(gn.CheckpointError, match=r"glassnet was .*, and is 0\.0\.1 now"):
        network().fit(*rows(), checkpoint=tmp_path / "c")


FOREIGN = {
    "a pickle": pickle.dumps({}),
    "a text": b"my notes, which nobody is to overwrite",
    "nothing": b"",
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
def test_a_foreign_file_is_refused_and_not_overwritten(content, tmp_path):
    (tmp_path / "c").write_bytes(content)
    with pytest.raises(gn.NotAModelFileError, match="no checkpoint of glassnet"):
        network().fit(*rows(), checkpoint=tmp_path / "c")
    assert (tmp_path / "c").read_bytes() == content
    assert [one.name for one in tmp_path.iterdir()] == ["c"]


def test_a_model_file_is_no_checkpoint_nor_the_other_way_round(tmp_path):
    quietly(network(), *rows(), checkpoint=tmp_path / "c").save(tmp_path / "m")
    with pytest.raises(gn.NotAModelFileError, match="this is a model file of glassnet, and no ch"):
        network().fit(*rows(), checkpoint=tmp_path / "m")
    with pytest.raises(gn.NotAModelFileError, match="a checkpoint of glassnet, and no model file"):
        gn.load(tmp_path / "c")


def test_every_cut_and_every_changed_byte_is_noticed(rng, tmp_path):
    """Refused by its own error with nothing overwritten, but for spaces behind the header."""
    interrupted(network(), tmp_path / "c", 3)
    (tmp_path / "c.previous").unlink()
    good = (tmp_path / "c").read_bytes()
    start = 8 + int.from_bytes(good[:8], "little")
    for place in {*rng.integers(0, len(good), 120).tolist(), *range(10)}:
        changed = bytearray(good)
        changed[place] ^= 1 << int(rng.integers(8))
        for bad in (good[:place], bytes(changed)):
            if len(bad) == len(good) and good[place:start].strip(b" ") == b"" and place < start:
                continue
            (tmp_path / "c").write_bytes(bad)
            with pytest.raises(gn.ModelFileError) as found:
                network().fit(*rows(), checkpoint=tmp_path / "c")
            assert found.value.path == str(tmp_path / "c")
            assert (tmp_path / "c").read_bytes() == bad


def test_a_damaged_one_tells_of_the_one_before(tmp_path):
    interrupted(network(), tmp_path / "c", 3)
    (tmp_path / "c").write_bytes((tmp_path / "c").read_bytes()[:-9])
    with pytest.raises(gn.TruncatedFileError, match=r"before it is c\.previous: to go on from"):
        network().fit(*rows(), checkpoint=tmp_path / "c")


WRONG = {
    "no path": ({"checkpoint": 3}, "checkpoint is 3; expected the path of a file"),
    "less than no time": ({"checkpoint": "x", "checkpoint_every": -1}, "checkpoint_every is -1"),
}


@pytest.mark.parametrize(("more", "message"), WRONG.values(), ids=WRONG)
def test_wrong_use(more, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for model in (network(), gn.TabularClassifier((5,), engine="numpy")):
        with pytest.raises(gn.ParameterError, match=message):
            model.fit(*rows(), **more)
    assert not list(tmp_path.iterdir())


def test_lbfgs_has_none(tmp_path):
    with pytest.raises(gn.ParameterError, match="needs a solver with epochs"):
        network(solver="lbfgs").fit(*rows(), checkpoint=tmp_path / "c")


# What cannot be written


def test_a_folder_that_cannot_be_written_to_is_told_before_training(tmp_path):
    model = network()
    with pytest.raises(FileNotFoundError):
        model.fit(*rows(), checkpoint=tmp_path / "nowhere" / "c")
    assert not hasattr(model, "loss_curve_") or model.loss_curve_ == []


def test_a_disk_that_fills_up_ends_no_training(tmp_path, monkeypatch):
    """What was there stays whole; each failure is a warning; the training comes to its end."""
    settings = {"n_iter_no_change": 3, "tol": 1e9}  # an end without another warning
    whole = network(**settings).fit(*rows())
    sync, calls = os.fsync, []

    def full(descriptor):
        calls.append(1)
        if len(calls) > 4:
            raise OSError(28, "No space left on device")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.warns(RuntimeWarning, match=r"could not be written \(.*No space.*training goes on"):
        again = network(**settings).fit(*rows(), checkpoint=tmp_path / "c", checkpoint_every=0)
    monkeypatch.undo()
    assert same(again, whole)
    assert same(network(**settings).fit(*rows(), checkpoint=tmp_path / "c"), whole)
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".")]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
def test_a_file_that_grows_beyond_its_limit(tmp_path):
    """The system's own limit on the size of files: the old model stays, and nothing beside it."""
    model = fitted(MODELS["tabular"])
    model.save(tmp_path / "m")
    before = (tmp_path / "m").read_bytes()
    with warnings.catch_warnings(action="ignore"):
        child = os.fork()
    if child == 0:
        status = 1
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
            model.save(tmp_path / "m")
        except OSError as error:
            status = 0 if "large" in str(error) else 2
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert os.WEXITSTATUS(status) == 0
    assert (tmp_path / "m").read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["m"]


def test_a_note_in_the_place_of_the_one_before_is_not_overwritten(tmp_path):
    (tmp_path / "c.previous").write_text("precious", encoding="utf-8")
    with pytest.raises(gn.NotAModelFileError, match="no checkpoint of glassnet"):
        network().fit(*rows(), checkpoint=tmp_path / "c")
    assert (tmp_path / "c.previous").read_text(encoding="utf-8") == "precious"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_place_that_is_none_leaves_a_fitted_model_as_it_was(tmp_path):
    for make in MODELS.values():
        model, X, y = make()
        quietly(model, X, y)
        before = model.theta_.copy(), model.n_iter_
        with pytest.raises(FileNotFoundError):
            model.fit(X, y, checkpoint=tmp_path / "nowhere" / "c")
        assert (model.theta_ == before[0]).all()
        assert model.n_iter_ == before[1]


def test_a_files_mode_is_kept(tmp_path):
    interrupted(network(), tmp_path / "c", 2)
    (tmp_path / "c").chmod(0o600)
    quietly(network(), *rows(), checkpoint=tmp_path / "c")
    assert (tmp_path / "c").stat().st_mode & 0o777 == 0o600


# Tables


def table_model(**settings):
    settings = {"max_iter": 8, "engine": "numpy", "random_state": 0} | settings
    return gn.TabularClassifier((6,), **settings)


ENDS = {
    "within the first": ({"refit": True}, 4),
    "within the second": ({"refit": True, "n_ensemble": 2}, 12),
    "within the refit": ({"refit": True, "n_ensemble": 2}, 20),
    "within a bag": ({"n_bags": 3}, 12),
}


@pytest.mark.parametrize(("settings", "after"), ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("n_times", [1, 2])
def test_a_table_model_goes_on_after_ctrl_c(settings, after, n_times, tmp_path):
    """Ctrl-C keeps the best so far; the same fit then goes on to the bits of the whole training."""
    X, y = data()
    whole = quietly(table_model(**settings), X, y)
    for time in range(n_times):
        stopped = table_model(**settings)
        left = [after + time]

        def interrupt(*_, left=left):
            left[0] -= 1
            if left[0] == 0:
                raise KeyboardInterrupt

        stopped._progress = interrupt
        quietly(stopped, X, y, checkpoint=tmp_path / "c", checkpoint_every=0)
    again = quietly(table_model(**settings), X, y, checkpoint=tmp_path / "c")
    assert same(again, whole)
    assert again.best_epoch_ == whole.best_epoch_
    assert again.best_score_ == whole.best_score_


def test_a_table_model_goes_on_after_its_time(tmp_path):
    X, y = data()
    whole = quietly(table_model(refit=True), X, y)
    quietly(table_model(refit=True, max_time=1e-9), X, y, checkpoint=tmp_path / "c")
    assert same(quietly(table_model(refit=True), X, y, checkpoint=tmp_path / "c"), whole)


def split(seed):
    return ShuffleSplit(1, test_size=0.3, random_state=seed)


OTHER_SPLITS = {
    "another splitter": ({"validation_split": split(1)}, {"validation_split": split(2)}, {}, {}),
    "other groups": (
        {"validation_split": GroupShuffleSplit(1, random_state=0)},
        {"validation_split": GroupShuffleSplit(1, random_state=0)},
        {"groups": np.arange(120) % 7},
        {"groups": np.arange(120) % 5},
    ),
}


@pytest.mark.parametrize("is_over", [False, True])
@pytest.mark.parametrize("name", ["another splitter", "other groups"])
def test_other_rows_to_validate_on_are_refused(name, is_over, tmp_path):
    one, other, data_of_one, data_of_other = OTHER_SPLITS[name]
    X, y = data()
    model = table_model(**one)
    if not is_over:
        epochs = []
        model._progress = lambda *_: epochs.append(1) or (len(epochs) == 3 and stop())
    with suppress(Stopped):
        quietly(model, X, y, checkpoint=tmp_path / "c", checkpoint_every=0, **data_of_one)
    with pytest.raises((gn.CheckpointError, gn.RecordError), match=r"another training|rows"):
        table_model(**other).fit(X, y, checkpoint=tmp_path / "c", **data_of_other)


class Stopped(Exception):
    pass


def stop():
    raise Stopped


class OwnAdam(gn.Adam):
    """An optimizer of one's own."""


OBJECTS = {
    "a scorer": ("scoring", lambda *_: 1.0, lambda *_: 2.0),
    "an optimizer": ("solver", OwnAdam(0.01), OwnAdam(0.1)),
    "an activation": ("activation", gn.ELU(0.5), gn.ELU(0.6)),
}


@pytest.mark.parametrize(("name", "one", "other"), OBJECTS.values(), ids=OBJECTS)
def test_other_objects_are_other_parameters(name, one, other, tmp_path):
    more = {"early_stopping": True} if name == "scoring" else {}
    interrupted(network(**{name: one}, **more), tmp_path / "c", 2)
    quietly(network(**{name: one}, **more), *rows(), checkpoint=tmp_path / "c")
    with pytest.raises(gn.CheckpointError, match=f"another training: {name} was"):
        network(**{name: other}, **more).fit(*rows(), checkpoint=tmp_path / "c")


def test_the_same_in_other_words_is_the_same(tmp_path):
    one = {"class_weight": {0: 1.0, 1: 2.0, 2: 1.0}, "hidden_layer_sizes": (5,)}
    other = {"class_weight": {2: 1, 1: 2, 0: 1}, "hidden_layer_sizes": [5]}
    interrupted(network().set_params(**one), tmp_path / "c", 2)
    again = quietly(network().set_params(**other), *rows(), checkpoint=tmp_path / "c")
    assert same(again, quietly(network().set_params(**one), *rows()))


def test_another_state_of_a_generator_is_refused(tmp_path):
    interrupted(network(random_state=np.random.default_rng(1)), tmp_path / "c", 2)
    with pytest.raises(gn.CheckpointError, match="random_state is in another state"):
        network(random_state=np.random.default_rng(2)).fit(*rows(), checkpoint=tmp_path / "c")


def test_another_engine_is_refused(tmp_path, monkeypatch):
    """With engine="auto" it depends on what is installed."""
    pytest.importorskip("numba")
    monkeypatch.setattr("glassnet.estimators.engine.WORTH_COMPILING", 0)
    for model in (network(engine="auto"), table_model(engine="auto")):
        path = tmp_path / type(model).__name__
        quietly(model, *rows(), checkpoint=path)
        assert model.engine_ == "numba"
        monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
        with pytest.raises(gn.CheckpointError, match=r"another training: .*numba .*numpy.* now"):
            type(model)(**model.get_params()).fit(*rows(), checkpoint=path)
        monkeypatch.undo()
        monkeypatch.setattr("glassnet.estimators.engine.WORTH_COMPILING", 0)


def test_a_training_that_begins_with_a_loaded_model_goes_on(tmp_path):
    """A model from a file has its epochs behind it, and its checkpoint counts them."""
    model = quietly(network(max_iter=4, warm_start=True), *rows())
    model.save(tmp_path / "m")

    def loaded():
        return gn.MLPClassifier.load(tmp_path / "m")

    whole = quietly(loaded(), *rows())
    interrupted(loaded(), tmp_path / "c", 2)
    assert same(quietly(loaded(), *rows(), checkpoint=tmp_path / "c"), whole)
    quietly(model, *rows())  # in the same process
    interrupted(model, tmp_path / "d", 2)


def test_sums_beyond_all_numbers_are_no_reason_to_end(tmp_path):
    state = TrainingState(
        np.zeros(2), {}, np.arange(3), np.random.default_rng(0), 0.1, loss_sum=np.inf
    )
    plain, arrays = checkpoint_files.plain_state(state)
    again = checkpoint_files.read_state(Node(json.loads(json.dumps(plain)), "state"), arrays, state)
    assert again.loss_sum == np.inf


@pytest.mark.parametrize("name", ["state.theta", "best"])
def test_weights_that_are_not_finite_are_refused(name, tmp_path):
    model = network(restore_best=True)
    interrupted(model, tmp_path / "c", 3)
    node, arrays = checkpoint_files.read_checkpoint(tmp_path / "c")
    arrays[name][2] = np.nan
    plain = {part: one.value for part, one in node.pairs()}
    checkpoint_files.write_checkpoint(tmp_path / "c", plain, arrays)
    with pytest.raises(gn.RecordError, match="weights hold NaN or infinity"):
        network(restore_best=True).fit(*rows(), checkpoint=tmp_path / "c")


# Generators


@pytest.mark.parametrize("kind", ["MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"])
def test_generators_go_on_and_spawn_as_before(kind):
    rng = np.random.Generator(getattr(np.random, kind)(np.random.SeedSequence([3, 2**70])))
    rng.integers(0, 9, 3, dtype=np.int32)
    rng.spawn(2)
    again = read_generator(Node(json.loads(json.dumps(plain_generator(rng))), "rng"))
    assert (again.random(9) == rng.random(9)).all()
    assert (again.spawn(1)[0].random(4) == rng.spawn(1)[0].random(4)).all()


def test_a_legacy_generator_keeps_its_second_normal_number():
    rng = np.random.RandomState(3)
    rng.normal()
    again = read_generator(Node(json.loads(json.dumps(plain_generator(rng))), "rng"))
    assert (again.normal(size=5) == rng.normal(size=5)).all()


HOSTILE = {
    "a position behind the buffer": ("MT19937", {"pos": 10**6}),
    "a position before it": ("MT19937", {"pos": -1}),
    "a short key": ("MT19937", {"key": {"array": [1, 2], "dtype": "uint32"}}),
    "no key": ("MT19937", {"key": None}),
    "a key of floats": ("MT19937", {"key": {"array": [1.5] * 624, "dtype": "uint32"}}),
    "a number beyond its type": ("PCG64", {"state": 2**200}),
    "a text": ("PCG64", {"state": "x"}),
}


@pytest.mark.parametrize(("kind", "change"), HOSTILE.values(), ids=HOSTILE)
def test_a_state_that_numpy_would_believe_is_refused(kind, change):
    plain = plain_generator(np.random.Generator(getattr(np.random, kind)(1)))
    plain["state"]["state"] |= change
    with pytest.raises(gn.RecordError, match="rng"):
        read_generator(Node(plain, "rng"))


def test_a_generator_of_another_make_is_refused():
    class Own(np.random.PCG64):
        pass

    with pytest.raises(gn.ParameterError, match="draws from a Own"):
        plain_generator(np.random.Generator(Own(1)))
