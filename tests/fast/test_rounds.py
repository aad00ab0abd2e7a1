"""Rounds: each part is taken once; helpers come for short epochs, leave, and change no bit."""

import os
import subprocess
import sys
import threading
import time
from collections import deque

import numpy as np
import pytest

pytest.importorskip("numba")

from threadpoolctl import threadpool_limits

import glassnet as gn
from glassnet.fast import run_steps, shards
from glassnet.fast.rounds import (
    ALONE,
    BACK,
    DONE,
    FEWEST_ALONE,
    FRONT,
    SHORT,
    WELL,
    is_alone,
    new_board,
    offer,
    sleep_address,
    take,
    wait,
)


@pytest.mark.parametrize("n_parts", [1, 2, 3, 40])
def test_each_part_is_taken_once_from_either_end(n_parts, rng):
    board = new_board()
    for _ in range(5):  # rounds
        offer(board, n_parts)
        ends = rng.choice([FRONT, BACK], size=n_parts)
        taken = [take(board, end) for end in ends]
        assert sorted(taken) == list(range(n_parts))
        front = [part for part, end in zip(taken, ends, strict=True) if end == FRONT]
        assert front == list(range(len(front)))
        assert [take(board, end) for end in (FRONT, BACK, FRONT)] == [-1, -1, -1]


def test_a_board_without_a_round_has_no_parts():
    assert take(new_board(), FRONT) == take(new_board(), BACK) == -1


def late(board, seconds):
    """Wait for a helper that says only after a while that its part is done."""

    def help_late():
        time.sleep(seconds)
        board[DONE] = 1

    helper = threading.Thread(target=help_late)
    offer(board, 0)
    wait(board, 0, sleep_address())  # compiled, before the time runs
    offer(board, 1)
    helper.start()
    wait(board, 1, sleep_address())
    helper.join()


def test_who_waited_long_goes_on_alone_for_longer_each_time():
    board = new_board()
    board[SHORT] = 1
    for times in (1, 2, 4):
        late(board, 0.2)  # a thousand times as long as SPINS
        assert [is_alone(board) for _ in range(FEWEST_ALONE * times)] == [True] * times * 64
        assert not is_alone(board)
    board[WELL] = 1000
    late(board, 0.2)
    assert board[ALONE] == FEWEST_ALONE


def test_long_parts_are_waited_for():
    board = new_board()
    late(board, 0.2)
    assert not is_alone(board)


def short_epochs(n_threads, plans, n_epochs=400):
    """Train on 200 rows a step, a step an epoch: helpers are fetched each time."""
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(200, 3)), rng.normal(size=(200, 2))
    net = gn.Network([gn.Dense(3, 4), gn.Tanh(), gn.Dense(4, 2)], gn.SquaredError())
    theta = net.init(rng)

    def noting(net, state, X, Y, w, plan, n_steps):
        plans.append(plan)
        return run_steps(net, state, X, Y, w, plan, n_steps)

    with threadpool_limits(limits=n_threads, user_api="blas"):
        epochs = gn.train(net, theta, X, Y, batch_size=200, rng=rng, n_epochs=n_epochs,
                          run_steps=noting)  # fmt: skip
        deque(epochs, maxlen=0)
    return theta


def helpers_of(plan):
    return plan.scratch["fast"].helpers


def test_short_epochs_give_the_same_bits_and_helpers_leave(monkeypatch):
    monkeypatch.setattr(shards, "STEP_OPERATIONS", 0)
    plans = []
    one, *others = [short_epochs(n, plans) for n in (1, 2, 3)]
    for other in others:
        np.testing.assert_array_equal(one, other)
    for plan in plans[:: len(plans) // 3]:
        for helper in helpers_of(plan)._fetched:
            assert helper.result(timeout=30) == 0  # by itself, soon after the last epoch


def test_a_new_vector_is_not_left_to_helpers_that_know_the_old_one(monkeypatch):
    monkeypatch.setattr(shards, "STEP_OPERATIONS", 0)
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(256, 3)), rng.normal(size=(256, 2))
    net = gn.Network([gn.Dense(3, 4), gn.Tanh(), gn.Dense(4, 2)], gn.SquaredError())
    begin, thetas = net.init(rng), []
    for n_threads in (1, 2):
        with threadpool_limits(limits=n_threads, user_api="blas"):
            epochs = gn.train(net, begin.copy(), X, Y, batch_size=128, n_epochs=60,
                              rng=np.random.default_rng(1), run_steps=run_steps)  # fmt: skip
            for epoch in epochs:
                epoch.state.slots = {name: slot.copy() for name, slot in epoch.state.slots.items()}
            thetas.append(epoch.state.theta)
    np.testing.assert_array_equal(*thetas)


IN_A_PROCESS = """
import numpy as np, glassnet as gn
from glassnet.fast import run_steps
X, Y = np.ones((5000, 3)), np.ones((5000, 4))
net = gn.Network([gn.Dense(3, 4), gn.Tanh(), gn.Dense(4, 4)], gn.SquaredError())
theta = net.init(np.random.default_rng(0))
steps = gn.train(net, theta, X, Y, batch_size=5000, run_steps=run_steps)
for _ in range(20):
    next(steps)
print("ends")
"""


def test_a_process_ends_while_a_training_is_open():
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "2"}
    done = subprocess.run([sys.executable, "-W", "error", "-c", IN_A_PROCESS], env=environment,
                          capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
    assert (done.stdout, done.stderr, done.returncode) == ("ends\n", "", 0)
