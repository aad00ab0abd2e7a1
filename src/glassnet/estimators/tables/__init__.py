"""The best network we know for raw tables: `TabularClassifier` and `TabularRegressor`.

The way through: `base.BaseTabular.fit` checks the data; `glassnet.tabular.Table` turns them into
one matrix; `glassnet.tabular.recipe` makes the network; `members` trains it and keeps the best
epoch by a measure of `metrics`. The two classes add what classes and numbers need.
"""
