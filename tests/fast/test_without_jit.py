"""The kernels as plain Python, by NUMBA_DISABLE_JIT: what is stepped through to find a mistake."""

import os
import subprocess
import sys

CODE = """
import numpy as np, glassnet as gn
from glassnet.fast import cuts, run_steps, shards
import numba; assert numba.config.DISABLE_JIT
rng = np.random.default_rng(0)
layers = [[gn.Dense(3, 5), kind(), gn.Dropout(0.2), gn.Dense(5, 4), gn.Tanh(), gn.Dense(4, 2)]
          for kind in gn.ACTIVATIONS]
cases = [(some, gn.CrossEntropy(), gn.Adam()) for some in layers]
losses = [loss for loss in gn.LOSSES if not isinstance(loss, gn.JointCrossEntropy)]
cases += [([gn.Dense(3, 2)], loss, gn.GradientDescent(0.1)) for loss in losses]
cases += [([gn.Dense(3, 2)], gn.SquaredError(), kind()) for kind in gn.OPTIMIZERS if kind]
front = gn.Columns(((2, gn.PeriodicEmbedding(2, 5, 2)), (1, gn.Identity()),
                    (1, gn.CategoryEmbedding(3, 2))))
cases += [([front, gn.Scale(9), gn.Dense(9, 9), gn.MixedActivation(gn.SELU(), 9),
            gn.Dropout(0.3, gn.FlatCosine()), gn.Dense(9, 2)], gn.CrossEntropy(), gn.AdamW())]
cases += [([gn.Dense(100, 90), gn.ReLU(), gn.Dense(90, 100), gn.ReLU(), gn.Dense(100, 2)],
           gn.CrossEntropy(), gn.Adam())]
for sharded in (False, True):
    if sharded:
        shards.STEP_OPERATIONS, cuts.LEAST_ROWS, cases = 0, 16, cases[-2:]
    for some, loss, optimizer in cases:
        net = gn.Network(some, loss, gn.Penalty(0.01, 0.1))
        X, Y = abs(rng.normal(size=(35, net.n_in))), gn.one_hot(rng.integers(0, 2, 35), 2)
        w, thetas = rng.integers(0, 3, 35).astype(float), []
        for steps in ({}, {"run_steps": run_steps}):
            theta = net.init(np.random.default_rng(1))
            for epoch in gn.train(net, theta, X, Y, w=w, batch_size=32, n_epochs=2,
                                  decay_schedule=gn.FlatCosine(),
                                  optimizer=optimizer, rng=np.random.default_rng(2), **steps):
                pass
            thetas.append(theta)
        np.testing.assert_allclose(*thetas, rtol=1e-9, atol=1e-11, err_msg=f"{some} {loss}")
print(len(cases), "ok")
"""


def test_all_kernels_in_plain_python():
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CODE],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("2 ok\n")
