"""Threads that help are optional: after a fork, at the end of the interpreter, if there are none.

Each case in a process of its own.
"""

import os
import subprocess
import sys

import pytest

PROBLEM = """
import gc, os, signal, threading
from concurrent.futures import Future
import numpy as np
import glassnet as gn
from glassnet.fast import helpers, run_steps
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(2000, 64)), rng.normal(size=(2000, 10))
net = gn.Network([gn.Dense(64, 100), gn.Tanh(), gn.Dense(100, 10)], gn.SquaredError())
def epochs(n):
    theta = net.init(np.random.default_rng(1))
    return gn.train(net, theta, X, Y, batch_size=200, n_epochs=n, run_steps=run_steps,
                    rng=np.random.default_rng(2))
for epoch in epochs(1): pass  # compiles
"""
CASES = {
    "a fork in the middle of a training": """
going = epochs(None)
for _ in range(4): epoch = next(going)
child = os.fork()
if child == 0:
    signal.alarm(60)
    (one,) = [thing for thing in gc.get_objects() if isinstance(thing, helpers.Helpers)]
    one._fetched = [Future()]  # as it is if the fork comes while a helper is inside
    one._fetched[0].set_running_or_notify_cancel()
    epoch.state.slots = {name: slot.copy() for name, slot in epoch.state.slots.items()}
    next(going)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
print("done")
""",
    "a thread that goes on when the main one has ended": """
def late():
    threading.main_thread().join()
    for epoch in epochs(3): pass
    print("done", flush=True)
threading.Thread(target=late).start()
""",
    "no more threads": """
def none(*args, **named): raise RuntimeError("can't start new thread")
threading._start_new_thread = none
threading._start_joinable_thread = none
for epoch in epochs(3): pass
print("done")
""",
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
@pytest.mark.parametrize("case", CASES)
def test_training_goes_on(case):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROBLEM + CASES[case]],
        env=os.environ | {"OPENBLAS_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
