"""Rows that are made when they are asked for, beside the same rows made before."""

import numpy as np
import pytest
from scipy import sparse

import glassnet as gn
from estimators.examples import assert_same_bits
from glassnet.core.arrays import Rows
from glassnet.estimators.data import fingerprint
from glassnet.estimators.lazy_rows import (
    NUMBERS_AT_A_TIME,
    ConvertedRows,
    LazyRows,
    PickedRows,
    few_at_a_time,
)
from glassnet.estimators.sparse import SparseRows

DTYPES = [(np.float64, np.float32), (np.float32, np.float64)]
PICKED = np.array([3, 0, 0, 6])


def made(X, dtype):
    """Lazy rows, and the array that they stand for."""
    converted = ConvertedRows(X, np.dtype(dtype))
    yield converted, X.astype(dtype)
    yield PickedRows(X, PICKED), X[PICKED]
    yield PickedRows(converted, PICKED), X.astype(dtype)[PICKED]
    yield PickedRows(PickedRows(X, PICKED), PICKED[1:3]), X[PICKED][PICKED[1:3]]


@pytest.fixture(params=DTYPES, ids=str)
def pairs(request, rng):
    given, dtype = request.param
    return list(made(rng.normal(size=(7, 3)).astype(given), dtype))


def test_any_of_the_rows(pairs):
    for lazy, array in pairs:
        assert (lazy.shape, lazy.dtype, len(lazy)) == (array.shape, array.dtype, len(array))
        for rows in (slice(None), slice(1, 2), slice(1, 99), slice(5, 5), [1, 0], np.array([1, 1]),
                     np.arange(len(array)) % 2 == 0):  # fmt: skip
            assert type(lazy[rows]) is np.ndarray
            assert_same_bits(lazy[rows], array[rows])


def test_they_are_what_the_mathematics_asks_for(pairs, rng):
    net = gn.Network([gn.Dense(3, 4), gn.Tanh(), gn.Dense(4, 2)], gn.SquaredError())
    for lazy, array in pairs:
        assert isinstance(lazy, Rows)
        theta = net.init(rng, dtype=array.dtype)
        Y = rng.normal(size=(len(array), 2)).astype(array.dtype)
        assert_same_bits(net.scores(theta, lazy), net.scores(theta, array))
        L, g = net.loss_and_grad(theta, lazy, Y)
        expected_L, expected_g = net.loss_and_grad(theta, array, Y)
        assert L == expected_L
        assert_same_bits(g, expected_g)


def test_to_ask_whether_they_are_rows_makes_none():
    class Untouchable(LazyRows):
        shape, dtype = (10, 3), np.dtype(float)

        def __getitem__(self, rows):
            raise AssertionError("made")

    assert isinstance(Untouchable(), Rows)


def test_some_of_sparse_rows(rng):
    X = np.where(rng.random((7, 3)) < 0.5, 0, rng.normal(size=(7, 3)))
    picked = PickedRows(SparseRows(sparse.csr_matrix(X)), PICKED)
    W = rng.normal(size=(3, 2))
    np.testing.assert_allclose(picked[1:4] @ W, X[PICKED][1:4] @ W, rtol=1e-12, atol=1e-12)


def test_what_overflows_is_infinite_without_a_warning():
    X = ConvertedRows(np.array([[1e39, -1e39, 1.0]]), np.dtype(np.float32))
    assert X[:].tolist() == [[np.inf, -np.inf, 1.0]]


@pytest.mark.parametrize("shape", [(1, 1), (7, 3), (3, NUMBERS_AT_A_TIME), (2 * 10**6, 1),
                                   (3000, 500), (10**6,)])  # fmt: skip
def test_a_few_at_a_time_are_all(shape):
    X = np.broadcast_to(np.float32(1), shape)
    pieces = list(few_at_a_time(X))
    assert sum(map(len, pieces)) == len(X)
    assert all(piece.size <= max(NUMBERS_AT_A_TIME, piece[0].size) for piece in pieces)
    assert len(pieces) <= 2 + 2 * X.size // NUMBERS_AT_A_TIME


def test_the_same_rows_have_the_same_fingerprint(rng):
    X = rng.normal(size=(60_000, 5)).astype(np.float32)
    same = [np.asfortranarray(X), np.repeat(X, 2, axis=1)[:, ::2],
            ConvertedRows(X.astype(np.float64), X.dtype)]  # fmt: skip
    assert {fingerprint(rows) for rows in same} == {fingerprint(X)}
    other = X.copy()
    other[-1, -1] += 1
    for rows in (other, X[::-1], X[:-1], X.astype(np.float64), X[:, ::-1]):
        assert fingerprint(rows) != fingerprint(X)
