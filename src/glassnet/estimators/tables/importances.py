"""How much each column of a table matters to a fitted network."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from glassnet.core.arrays import Array
from glassnet.core.network import Network

MOST_ROWS = 1_000
"""Rows that are looked at: enough to tell columns apart, and quick for hundreds of them."""


def permutation_importances(
    net: Network,
    thetas: Array,
    link: Callable[[Array], Array],
    loss_of: Callable[[Array], float],
    matrix: Array,
    source: NDArray[np.intp],
    rng: np.random.Generator,
) -> Array:
    """Return each column's part of what is lost when cells are shuffled, column by column.

    Parameters
    ----------
    net : Network
        Its first layer embeds the matrix, column by column.
    thetas : array of shape (n_networks, n_params)
    link : callable
        What scores predict.
    loss_of : callable
        The loss of the mean of the networks' predictions.
    matrix : array of shape (n_rows, n_encoded)
    source : array of int of shape (n_embedded,)
        For each column of the first layer's output, the column of the table that it comes from.
    rng : Generator

    Returns
    -------
    array of shape (max(source) + 1,)
        0 or more, of sum 1 (or all 0, if no column matters). Columns that say the same share what
        they say; one that only hurts has 0. Breiman, 2001, "Random forests", section 10.

    Notes
    -----
    To shuffle a column's cells is to shuffle what they are embedded as, so that rows are embedded
    once: most of the work, where there are many numbers.
    """
    first = sum(int(np.prod(one.shape)) for one in net.layers[0].parameters)
    rest = Network(net.layers[1:], net.loss_function)
    embedded = [np.array(net.layers[0].predict(net.views(theta)[0], matrix)) for theta in thetas]

    def loss() -> float:
        pairs = zip(thetas, embedded, strict=True)
        each = [rest.predict(theta[first:], A, link) for theta, A in pairs]
        return loss_of(np.asarray(np.mean(each, axis=0, dtype=np.float64)))

    before = loss()
    losses = np.zeros(source.max() + 1)
    for column in np.unique(source):
        own = np.flatnonzero(source == column)
        rows = rng.permutation(len(matrix))
        kept = [A[:, own] for A in embedded]
        for A, values in zip(embedded, kept, strict=True):
            A[:, own] = values[rows]
        losses[column] = max(loss() - before, 0.0)
        for A, values in zip(embedded, kept, strict=True):
            A[:, own] = values
    total = losses.sum()
    return losses / total if total > 0 else losses
