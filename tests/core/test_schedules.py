"""Every schedule against the naive formulas, with and without warm-up."""

import dataclasses

import numpy as np
import pytest

import glassnet as gn
import reference

N = 40
every_schedule = pytest.mark.parametrize(
    "schedule",
    [
        *gn.SCHEDULES,
        *(dataclasses.replace(schedule, warmup=6) for schedule in gn.SCHEDULES),
        gn.InverseScaling(power=1.5),
        gn.StepDecay(7, factor=0.5),
        gn.Exponential(0.8, warmup=1),
        gn.Cosine(final=0.2, warmup=3),
        gn.OneCycle(peak=0.5, start=0.2, final=0.1),
        gn.OneCycle(peak=0.25, warmup=4),
    ],
    ids=repr,
)


@every_schedule
def test_every_step(schedule):
    for s in range(N):
        factor = schedule(s, N)
        assert isinstance(factor, float)
        assert factor == pytest.approx(reference.schedule_factor(schedule, s, N), abs=1e-14)


@every_schedule
def test_factors_are_positive_and_at_most_1(schedule):
    factors = [schedule(s, N) for s in range(N)]
    if isinstance(schedule, gn.LogCosine):  # a wave begins with 0
        factors = [factor for factor in factors if factor != 0]
        assert len(factors) > N - 4
    assert min(factors) > 0
    assert max(factors) <= 1


@every_schedule
def test_beyond_the_end_it_stays_finite(schedule):
    for s in (N, N + 1, 10 * N):
        assert 0 <= schedule(s, N) <= 1


@pytest.mark.parametrize(
    ("schedule", "factors"),
    [
        (gn.Constant(), {0: 1, 39: 1}),
        (gn.InverseScaling(), {0: 1, 3: 1 / 2, 24: 1 / 5}),
        (gn.StepDecay(10), {0: 1, 9: 1, 10: 0.1, 19: 0.1, 20: 0.01}),
        (gn.Exponential(0.5), {0: 1, 1: 0.5, 3: 0.125}),
        (gn.Cosine(), {0: 1, 20: 0.5, 40: 0}),
        (gn.Cosine(final=0.5), {0: 1, 20: 0.75, 40: 0.5}),
        (gn.OneCycle(), {0: 0.04, 6: 0.52, 12: 1, 26: 0.50005, 40: 1e-4}),
        (gn.FlatCosine(), {0: 1, 20: 1, 30: 0.5, 40: 0}),
        (gn.LogCosine(2), {0: 0, 40 / 3: 0, 40: 0}),  # log2(1 + 3 t) is whole at 0, 1/3 and 1
        (gn.LogCosine(1), {0: 0, 40 * (2**0.5 - 1): 1, 40: 0}),
        (gn.Constant(warmup=4), {0: 0.25, 1: 0.5, 3: 1, 4: 1}),
        (gn.Cosine(warmup=20), {0: 0.05, 19: 1, 20: 1, 30: 0.5, 40: 0}),
        (gn.StepDecay(10, warmup=5), {4: 1, 14: 1, 15: 0.1}),
    ],
    ids=repr,
)
def test_by_hand(schedule, factors):
    for s, factor in factors.items():
        assert schedule(s, N) == pytest.approx(factor, abs=1e-12)


@pytest.mark.parametrize("schedule", gn.SCHEDULES, ids=repr)
def test_length_is_asked_for_where_it_is_needed(schedule):
    if isinstance(schedule, gn.ProgressSchedule):
        with pytest.raises(gn.ParameterError, match=r"needs the length of the training.*n_epochs"):
            schedule(3)
    else:
        assert schedule(3) == schedule(3, N)


def test_warmup_as_long_as_the_training():
    schedule = gn.Cosine(warmup=N)
    assert [schedule(s, N) for s in (0, N - 1)] == [1 / N, 1]
    assert np.isfinite(schedule(N, N))
