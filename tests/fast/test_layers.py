"""The layers for tables, compiled: beside the reference, beside core, in shards, and refused."""

import dataclasses

import numpy as np
import pytest

import glassnet as gn
import reference
from fast.comparison import (
    assert_identical,
    assert_same,
    compare_with_core,
    every,
    near,
    random_state,
    trained,
)
from glassnet.core.mixed import MixedActivation
from glassnet.core.scale import Scale
from glassnet.core.schedules import FlatCosine, LogCosine, ProgressSchedule
from glassnet.fast import cuts, run_steps, shards
from glassnet.tabular.blocks import Columns
from glassnet.tabular.embeddings import CategoryEmbedding, PeriodicEmbedding
from tolerances import AN_EPOCH

SOURCES = [np.random.default_rng, np.random.RandomState]


def front(*blocks):
    return Columns(blocks)


MIXED_FRONT = front(
    (3, PeriodicEmbedding(3, 5, 2, scale=0.5)), (2, gn.Identity()), (1, CategoryEmbedding(4, 3)),
    (1, CategoryEmbedding(1, 1)), (1, gn.Identity()),
)  # fmt: skip

NETWORKS = {
    "scale": [Scale(3, 0.3), gn.Dense(3, 2)],
    "scale between and last": [gn.Dense(3, 4), Scale(4), gn.Tanh(), gn.Dense(4, 2), Scale(2)],
    "two scales": [Scale(3), Scale(3), gn.Dense(3, 2)],
    "scale behind an activation": [gn.SiLU(), Scale(3), gn.Dense(3, 2)],
    "mixed": [gn.Dense(3, 5), MixedActivation(gn.Mish(), 5, 0.1), gn.Dense(5, 2)],
    "mixed first and last": [
        MixedActivation(gn.Tanh(), 3), gn.Dense(3, 2), MixedActivation(gn.SELU(), 2),
    ],
    "mixed, dropped": [
        gn.Dense(3, 9), MixedActivation(gn.SELU(), 9), gn.Dropout(0.3), gn.Dense(9, 2),
    ],
    "dropped before and behind": [
        Scale(3), gn.Dropout(0.2), gn.Dense(3, 9), gn.Dropout(0.3), MixedActivation(gn.GELU(), 9),
        gn.Dropout(0.4), gn.Dropout(0.1), gn.Tanh(), gn.Dropout(0.1), gn.Tanh(), gn.Dense(9, 2),
        gn.Dropout(0.2),
    ],
    "periodic": [PeriodicEmbedding(3), gn.Dense(12, 2)],
    "periodic of one wave and number": [PeriodicEmbedding(2, 1, 1, 2.0), gn.Dense(4, 2)],
    "periodic of many waves": [PeriodicEmbedding(2, 37, 7, 1.0), gn.Dense(16, 2)],
    "category": [CategoryEmbedding(3, 4), gn.Dense(4, 2)],
    "a category of one level and number": [CategoryEmbedding(1, 1), gn.Dense(1, 2)],
    "columns": [MIXED_FRONT, gn.Dense(16, 2)],
    "columns of columns as they are": [front((2, gn.Identity()), (1, gn.Identity())),
                                       gn.Dense(3, 2)],
    "columns of categories": [
        front((1, CategoryEmbedding(9, 2)), (1, CategoryEmbedding(5, 3))), Scale(5), gn.Dense(5, 2),
    ],
    "columns, dropped": [MIXED_FRONT, gn.Dropout(0.2), Scale(16), gn.Dense(16, 2)],
    "columns, an activation": [MIXED_FRONT, gn.Tanh(), gn.Dense(16, 2)],
    "everything": [
        MIXED_FRONT, Scale(16, 6.0), gn.Dense(16, 12, learning_rates=(1.0, 0.1), decay=0.4),
        MixedActivation(gn.SELU(), 12, 0.1), gn.Dropout(0.15), gn.Dense(12, 12, decay=2.0),
        MixedActivation(gn.Mish(), 12, 0.1), gn.Dropout(0.15), gn.Dense(12, 2),
    ],
    "everything, wide": [
        front((8, PeriodicEmbedding(8)), (40, gn.Identity()), (1, CategoryEmbedding(30, 8))),
        Scale(80, 6.0), gn.Dense(80, 110), MixedActivation(gn.SELU(), 110, 0.1), gn.Dropout(0.15),
        gn.Dense(110, 110), MixedActivation(gn.Mish(), 110), gn.Dropout(0.15), gn.Dense(110, 2),
    ],
}  # fmt: skip


def categories(layer):
    """Yield the columns that hold codes, and their levels."""
    blocks = layer.blocks if isinstance(layer, Columns) else [(layer.n_in, layer)]
    column = 0
    for n_columns, one in blocks:
        if isinstance(one, CategoryEmbedding):
            yield column, one.n_levels
        column += n_columns or 0


def table(rng, dtype, layers, loss=None, penalty=None, n_rows=11, weighted=False):
    """Return a network, a theta away from its beginning, and X, Y, w; codes begin with 0."""
    net = gn.Network(layers, loss or gn.SquaredError(), penalty)
    theta = net.init(rng)
    theta += rng.normal(scale=0.2 if theta.size < 2000 else 0.02, size=theta.size)
    X = rng.normal(size=(n_rows, net.n_in))
    for column, n_levels in categories(layers[0]):
        X[:, column] = rng.integers(0, n_levels + 1, size=n_rows)
        X[0, column], X[-1, column] = 0, n_levels
    Y = reference.random_targets(net.loss_function, rng, n_rows, net.n_outputs)
    w = rng.uniform(0.1, 2, size=n_rows).astype(dtype) if weighted else None
    return net, theta.astype(dtype), X.astype(dtype), Y.astype(dtype), w


SMALL = gn.GradientDescent(0.002)
every_network = pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS)


# Beside the reference and core ------------------------------------------------------------------


@every_network
@pytest.mark.parametrize("n_rows", [1, 7, 16, 33])
def test_a_step_beside_the_reference(layers, n_rows, dtype, new_rng):
    """Loss and gradient, layer by layer; the gradient is what Momentum(1.0) remembers.

    In float32 relative to the whole gradient: a layer's may be 10,000 times smaller than what it
    is the difference of. In float64 each array of parameters has digits enough of its own.
    """
    rates = [getattr(layer, "rate", None) for layer in layers]
    for weighted in (False, True):
        net, theta, X, Y, w = table(
            new_rng(), dtype, layers, penalty=gn.Penalty(0.01, 0.02), n_rows=n_rows,
            weighted=weighted,
        )  # fmt: skip
        # No learning rates here: Momentum's slot holds them.
        fast = trained(run_steps, net, theta, X, Y, w=w, rng=new_rng(), batch_size=n_rows,
                       shuffle=False, optimizer=gn.Momentum(1.0))  # fmt: skip
        rng, masks, width = new_rng(), [], X.shape[1]
        for layer, rate in zip(layers, rates, strict=True):
            drawn = rate is not None
            masks.append(reference.dropout_mask(rng, n_rows, width, rate) if drawn else None)
            width = layer.n_out or width
        L, g = reference.table_loss_and_grad(
            net.layers, net.loss_function, theta, X, Y, w, net.penalty, masks, rates
        )
        factors = np.ones(theta.size) if net.learning_rates is None else net.learning_rates
        near(fast.epochs[0].loss, L, "loss", AN_EPOCH[dtype.name])
        expected = -np.array(g) * factors
        near(fast.state.slots["v"], expected, "the gradient", AN_EPOCH[dtype.name])
        for i, row in enumerate(net.slices):
            for where, parameter in row:
                what = f"{layers[i]}: {parameter.name}"
                if dtype == np.float64 and np.abs(expected[where]).max() > 1e-9:
                    near(fast.state.slots["v"][where], expected[where], what,
                         3 * AN_EPOCH[dtype.name])  # fmt: skip


@every_network
@pytest.mark.parametrize("batch_size", [1, 5, 11])
def test_an_epoch_beside_core(layers, batch_size, dtype, new_rng):
    for weighted in (False, True):
        net, theta, X, Y, w = table(
            new_rng(), dtype, layers, penalty=gn.Penalty(0.01, 0.02), weighted=weighted
        )
        compare_with_core(
            net, theta, X, Y, new_rng, dtype, w=w, batch_size=batch_size, optimizer=SMALL
        )


@every("activation", [kind() for kind in gn.ACTIVATIONS])
def test_every_activation_mixed(activation, dtype, new_rng):
    """Scores on both sides of every bend, and parts below 0 and above 1."""
    layers = [gn.Dense(3, 6), MixedActivation(activation, 6), gn.Dense(6, 2)]
    net, theta, X, Y, _ = table(new_rng(), dtype, layers)
    theta[:] = new_rng().normal(scale=1.5, size=theta.size)
    compare_with_core(net, theta, X, Y, new_rng, dtype, optimizer=gn.GradientDescent(0.01))


@pytest.mark.parametrize("loss", [gn.CrossEntropy(0.1), gn.SquaredError()], ids=repr)
def test_the_network_that_tables_are_trained_with(loss, dtype, new_rng):
    """Two epochs by AdamW, rates and decay fading, whole batches only."""
    layers = [
        dataclasses.replace(layer, schedule=FlatCosine()) if isinstance(layer, gn.Dropout)
        else layer for layer in NETWORKS["everything, wide"]
    ]  # fmt: skip
    # float32: Adam divides what is left of sums over 64 rows by its own size.
    net, theta, X, Y, w = table(new_rng(), dtype, layers, loss, n_rows=150, weighted=True)
    optimizer = gn.AdamW(1e-4, beta_2=0.95, epsilon=1e-3, weight_decay=0.5)
    compare_with_core(
        net, theta, X, Y, new_rng, dtype, w=w, batch_size=64, n_epochs=3, optimizer=optimizer,
        decay_schedule=FlatCosine(), schedule=LogCosine(), drop_last=True,
    )  # fmt: skip


@pytest.mark.parametrize("size", [1e3, 1e6])
def test_numbers_far_away(size, new_rng):
    """Many turns: the angle keeps its digits as far as its size lets it."""
    layers = [PeriodicEmbedding(2, 4), gn.Dense(8, 1)]
    net, theta, X, Y, _ = table(new_rng(), np.dtype("float64"), layers)
    X *= size
    _, g = net.loss_and_grad(theta, X, Y)
    fast = trained(run_steps, net, theta, X, Y, rng=new_rng(), batch_size=11, shuffle=False,
                   optimizer=gn.Momentum(1.0))  # fmt: skip
    near(-fast.state.slots["v"], g, "gradient", size * 1e-13)


# Codes ------------------------------------------------------------------------------------------


def test_an_unknown_level_has_the_zero_vector_and_learns_nothing(dtype, new_rng):
    net = gn.Network([CategoryEmbedding(3, 2), gn.Dense(2, 1)], gn.SquaredError())
    theta = new_rng().normal(size=net.n_params).astype(dtype)
    X, Y = np.array([[0], [0], [2]], dtype), np.ones((3, 1), dtype)
    fast = compare_with_core(net, theta, X, Y, new_rng, dtype, batch_size=3, optimizer=SMALL)
    moved = (fast.theta != theta)[:6].reshape(3, 2).all(axis=1)
    assert moved.tolist() == [False, True, False]


@pytest.mark.parametrize("code", [4, 5.5, -1, 1e9])
@pytest.mark.parametrize("layout", [np.ascontiguousarray, np.asfortranarray])
def test_a_code_beyond_the_levels(code, layout, dtype, new_rng):
    """Memory ends there. Nothing has changed when it is refused."""
    layers = [front((2, gn.Identity()), (1, CategoryEmbedding(3, 2))), gn.Dense(4, 1)]
    net, theta, X, Y, _ = table(new_rng(), dtype, layers)
    X[7, 2] = code
    before = theta.copy()
    with pytest.raises(IndexError, match=r"Column 2 of X holds the code .*takes codes from 0 to 3"):
        trained(run_steps, net, theta, layout(X), Y, rng=new_rng(), batch_size=11)
    assert (theta == before).all()


def test_a_code_beyond_the_levels_in_a_row_that_is_not_used(dtype, new_rng):
    layers = [front((2, gn.Identity()), (1, CategoryEmbedding(3, 2))), gn.Dense(4, 1)]
    net, theta, X, Y, _ = table(new_rng(), dtype, layers)
    X[7, 2] = 99
    case = {"rows": [0, 1, 2, 3, 10], "n_epochs": 2, "batch_size": 2, "optimizer": SMALL}
    compare_with_core(net, theta, X, Y, new_rng, dtype, **case)


# Rates and decay that change --------------------------------------------------------------------


def fading(*schedules):
    """Return a network with a dropout for each schedule; the last one has none, of rate 0."""
    layers = [gn.Dense(3, 4)]
    for schedule in schedules:
        layers += [gn.Tanh(), gn.Dropout(0.5, schedule), gn.Dense(4, 4)]
    return [*layers, gn.Dropout(0.0, FlatCosine()), gn.Dense(4, 2)]


FADING = {
    "one": fading(FlatCosine()),
    "one from 0 to 0": fading(LogCosine()),
    "one that changes and one that does not": fading(None, gn.Cosine()),
    "three": fading(gn.Cosine(), LogCosine(2), FlatCosine()),
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("layers", FADING.values(), ids=FADING)
def test_dropouts_that_fade(layers, source, dtype, new_rng):
    """At 0 none draws; LogCosine begins there."""
    net, theta, X, Y, w = table(new_rng(), dtype, layers, n_rows=23, weighted=True)
    w[5:9] = 0
    case = {"n_epochs": 4, "batch_size": 4, "optimizer": SMALL, "source": source}
    for weights in (None, w):
        for shuffle in (False, True):
            compare_with_core(net, theta, X, Y, new_rng, dtype, w=weights, shuffle=shuffle, **case)


def test_a_rate_of_0_in_the_middle(dtype, new_rng):
    """Steps with and without random numbers in one run, batches without weight among them."""

    @dataclasses.dataclass(frozen=True)
    class Comb(ProgressSchedule):
        def at(self, t):
            return float(round(12 * t) % 3 == 1)

    net, theta, X, Y, w = table(new_rng(), dtype, fading(Comb(), None), n_rows=24, weighted=True)
    w[4:8] = w[12:16] = 0
    for weights in (None, w):
        case = {"w": weights, "n_epochs": 2, "batch_size": 4, "shuffle": False, "optimizer": SMALL}
        compare_with_core(net, theta, X, Y, new_rng, dtype, **case)


@pytest.mark.parametrize("steps_per_yield", [1, 2, 3])
def test_in_pieces_as_in_one_go(steps_per_yield, dtype, new_rng):
    net, theta, X, Y, w = table(new_rng(), dtype, FADING["three"], n_rows=23, weighted=True)
    w[5:9] = 0
    case = {"w": w, "n_epochs": 3, "batch_size": 4, "optimizer": gn.AdamW(0.01),
            "decay_schedule": FlatCosine()}  # fmt: skip
    whole = trained(run_steps, net, theta, X, Y, rng=new_rng(), **case)
    pieces = trained(
        run_steps, net, theta, X, Y, rng=new_rng(), steps_per_yield=steps_per_yield, **case
    )
    whole.epochs = pieces.epochs = []
    assert_identical(pieces, whole)


def test_many_runs_in_an_epoch(monkeypatch, dtype, new_rng):
    """So few random numbers at a time that each step is a run of its own: no bit changes."""
    from glassnet.fast import steps

    net, theta, X, Y, w = table(new_rng(), dtype, FADING["three"], n_rows=23, weighted=True)
    case = {"w": w, "n_epochs": 3, "batch_size": 4, "optimizer": gn.AdamW(0.01),
            "decay_schedule": FlatCosine()}  # fmt: skip
    whole = trained(run_steps, net, theta, X, Y, rng=new_rng(), **case)
    monkeypatch.setattr(steps, "CHUNK", 1)
    assert_identical(trained(run_steps, net, theta, X, Y, rng=new_rng(), **case), whole)


@pytest.mark.parametrize("optimizer", [gn.AdamW(0.01, weight_decay=0.7), gn.Adam(0.01)], ids=repr)
def test_decay_that_fades(optimizer, dtype, new_rng):
    """A half of the decay, twice the decay, none; for the penalty any but 0 is all of it."""
    layers = [
        gn.Dense(3, 4, learning_rates=(0.5, 2.0), decay=0.5), gn.Tanh(),
        gn.Dense(4, 4, decay=2.0), gn.Tanh(), gn.Dense(4, 2, decay=0.0),
    ]  # fmt: skip
    optimizer = dataclasses.replace(optimizer, epsilon=1e-3)
    for penalty in (None, gn.Penalty(0.1, 0.2)):
        net, theta, X, Y, _ = table(new_rng(), dtype, layers, penalty=penalty)
        ends = [
            compare_with_core(
                net, theta, X, Y, new_rng, dtype, n_epochs=3, optimizer=optimizer,
                decay_schedule=schedule,
            ).theta
            for schedule in (None, gn.Cosine())
        ]  # fmt: skip
        assert (ends[0] != ends[1]).any() == isinstance(optimizer, gn.AdamW)


@pytest.mark.parametrize("steps_per_yield", [None, 1, 2])
def test_whole_batches_only(steps_per_yield, dtype, new_rng):
    net, theta, X, Y, _ = table(new_rng(), dtype, FADING["one"], n_rows=23)
    case = {"n_epochs": 3, "batch_size": 5, "drop_last": True, "optimizer": SMALL,
            "steps_per_yield": steps_per_yield}  # fmt: skip
    fast = compare_with_core(net, theta, X, Y, new_rng, dtype, **case)
    assert fast.state.step == 12


# Shards -----------------------------------------------------------------------------------------


@pytest.fixture
def sharded(monkeypatch):
    """Cut every step, so that small networks show it."""
    monkeypatch.setattr(shards, "STEP_OPERATIONS", 0)
    monkeypatch.setattr(cuts, "SHARD_ROWS", 64)
    monkeypatch.setattr(shards, "PART_PARAMETERS", 512)


@pytest.mark.parametrize("name", ["everything", "everything, wide", "dropped before and behind"])
def test_the_same_bits_on_any_number_of_threads(name, dtype, sharded, new_rng):
    from threadpoolctl import threadpool_limits

    net, theta, X, Y, w = table(new_rng(), dtype, NETWORKS[name], n_rows=520, weighted=True)
    case = {"w": w, "batch_size": 250, "n_epochs": 2, "optimizer": gn.AdamW(0.01),
            "max_grad_norm": 0.5}  # fmt: skip
    ends = []
    for n in (1, 2, 3):
        with threadpool_limits(limits=n, user_api="blas"):
            ends.append(trained(run_steps, net, theta, X, Y, rng=new_rng(), **case))
    for other in ends[1:]:
        assert_identical(other, ends[0])
    case |= {"optimizer": SMALL}
    fast = trained(run_steps, net, theta, X, Y, rng=new_rng(), **case)
    assert_same(fast, trained(None, net, theta, X, Y, rng=new_rng(), **case), dtype)


def test_where_the_weights_are_cut():
    """Each number of theta belongs to one part."""
    from glassnet.fast.program import make_program

    net = gn.Network(NETWORKS["everything, wide"], gn.SquaredError())
    program = make_program(net, gn.Adam(), np.dtype("float32"))
    for n_parts in (1, 6, 24):
        parts, n_rows = shards.weight_cuts(program, n_parts)
        (bias,) = [of for of in program.parameters if len(of) == 2 and of[0][1:] == (110, 110)]
        for part in parts:  # the part with a layer's first inputs writes all of its biases
            if program.parameters[part[0]] is bias:
                at = part[shards.STRETCHES + 2 : shards.STRETCHES + 4].tolist()
                assert at == ([bias[1][0], bias[1][0] + 110] if part[1] == 0 else [0, 0])
        seen = np.zeros(net.n_params, int)
        for part in parts:
            for k in range(shards.STRETCHES, shards.STRETCHES + 2 * shards.MOST_STRETCHES, 2):
                seen[part[k] : part[k + 1]] += 1
        assert (seen == 1).all()
        assert n_rows >= program.places[3] + 32 * sum(parts[:, 0] == 0)


# Divergence -------------------------------------------------------------------------------------

HUGE = {"float32": 1e38, "float64": 5e307}


def test_divergence_names_the_layer(dtype, new_rng):
    huge = HUGE[dtype.name]
    cases = {
        "Scale": ([Scale(2), gn.Dense(2, 1)], 0),
        "MixedActivation": ([gn.Dense(2, 2), MixedActivation(gn.Identity(), 2), gn.Dense(2, 1)], 6),
        "Columns": (
            [front((1, PeriodicEmbedding(1, 1, 1)), (1, gn.Identity())), gn.Dense(3, 1)],
            2,
        ),
    }
    for name, (layers, i) in cases.items():
        net = gn.Network(layers, gn.SquaredError())
        theta, X = np.full(net.n_params, 1.0, dtype), np.full((5, 2), 10.0, dtype)
        theta[i] = huge
        if name == "MixedActivation":
            layers[1] = MixedActivation(gn.LeakyReLU(-3.0), 2)
            net, X = gn.Network(layers, gn.SquaredError()), -X
        if name == "Columns":
            theta[2], theta[3] = 3 * huge, 3 * huge
            theta[0] = theta[1] = 0  # both waves are 1, their mixture and offset add up
        errors = []
        for steps in (None, run_steps):
            with pytest.raises(gn.DivergenceError) as caught:
                trained(steps, net, theta, X, np.ones((5, 1), dtype), rng=new_rng())
            errors.append(caught.value)
        assert str(errors[0]) == str(errors[1])
        assert name in errors[0].layer
        assert (errors[1].theta == theta).all()


def test_a_parameter_diverges(dtype, new_rng):
    """As in core's: theta, slots and random numbers as they were."""
    net, theta, X, Y, _ = table(new_rng(), dtype, NETWORKS["everything"])
    ends = []
    for steps in (None, run_steps):
        rng = new_rng()
        with pytest.raises(gn.DivergenceError) as caught:
            trained(
                steps, net, theta, X, Y, rng=rng, optimizer=gn.GradientDescent(HUGE[dtype.name])
            )
        ends.append((str(caught.value), random_state(rng)))
    assert ends[0] == ends[1]


# Refused ----------------------------------------------------------------------------------------


class OwnScale(Scale):
    pass


class OwnTanh(gn.Tanh):
    pass


REFUSED = {
    "a scale of somebody else": ([OwnScale(3), gn.Dense(3, 2)], "OwnScale"),
    "a mixed activation of somebody else": (
        [MixedActivation(OwnTanh(), 3), gn.Dense(3, 2)], "OwnTanh",
    ),
    "columns behind a layer": (
        [Scale(3), front((3, gn.Identity())), gn.Dense(3, 2)], "not the network's first",
    ),
    "an embedding behind a layer": (
        [Scale(3), PeriodicEmbedding(3), gn.Dense(12, 2)], "not the network's first",
    ),
    "a scale within columns": ([front((3, Scale(3))), gn.Dense(3, 2)], "other blocks than"),
    "columns within columns": (
        [front((3, front((3, gn.Identity())))), gn.Dense(3, 2)], "other blocks than",
    ),
    "somebody else's within columns": ([front((3, OwnTanh())), gn.Dense(3, 2)], "OwnTanh"),
}  # fmt: skip


@pytest.mark.parametrize(("layers", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_refused_in_words(layers, words, dtype, new_rng):
    net, theta, X, Y, _ = table(new_rng(), dtype, layers)
    with pytest.raises(gn.ParameterError, match=words):
        trained(run_steps, net, theta, X, Y, rng=new_rng())
    trained(None, net, theta, X, Y, rng=new_rng())
