"""scikit-learn's contract on top of the mathematics: the same names, the same numbers, and more.

The way through: `base.BaseMLP.fit` checks the data and makes `data.Rows`;
`architecture` makes the network and the optimizer from the parameters; `stochastic` or `lbfgs`
trains; `monitor.Monitor` keeps the curves and decides when to stop. The two classes add what
classes and numbers need: `classifier` and `regressor`.
"""
