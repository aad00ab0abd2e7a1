"""What a user writes, for mypy in strict mode to accept: public names have their types."""

import numpy as np

import glassnet as gn


def the_mathematics() -> float:
    rng = np.random.default_rng(0)
    net: gn.Network = gn.Network(
        [gn.Dense(2, 5, weights=gn.Glorot()), gn.Sigmoid(), gn.Dense(5, 3)],
        loss=gn.CrossEntropy(),
        penalty=gn.Penalty(l2=1e-4),
    )
    theta = net.init(rng)
    X, Y = np.ones((4, 2)), gn.one_hot([0, 1, 2, 0], 3)
    for epoch in gn.train(net, theta, X, Y, optimizer=gn.Adam(), schedule=gn.Cosine(), n_epochs=2):
        last: gn.Epoch = epoch
    return last.loss


def the_estimators() -> int:
    clf: gn.MLPClassifier = gn.MLPClassifier((8, 4), ("relu", "tanh"), dropout=0.1)
    reg: gn.MLPRegressor = gn.MLPRegressor(loss="huber", solver=gn.AdamW(1e-3))
    return len(clf.coefs_) + len(reg.intercepts_)
