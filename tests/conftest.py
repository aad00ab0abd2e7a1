"""One source of random numbers for all tests: no test has a seed of its own.

A run draws a fresh seed and prints it; ``pytest --seed 123`` repeats a run. Each test draws from a
stream of its own, so that it sees the same numbers alone as among the others.
"""

import secrets
import zlib

import numpy as np
import pytest


def pytest_addoption(parser):
    parser.addoption("--seed", type=int, default=None, help="seed of the rng fixture")


def pytest_configure(config):
    if config.option.seed is None:  # before xdist's workers start, so that they share it
        config.option.seed = secrets.randbelow(2**32)


def pytest_report_header(config):
    return f"random numbers: --seed {config.option.seed}"


@pytest.fixture
def new_rng(request):
    """Return a function that gives this test's random numbers, from their beginning each time."""
    seed = [request.config.option.seed, zlib.crc32(request.node.nodeid.encode())]
    return lambda kind=np.random.default_rng: (
        kind(seed) if kind is np.random.default_rng else kind(zlib.crc32(repr(seed).encode()))
    )


@pytest.fixture
def rng(new_rng):
    """Random numbers of this test's own."""
    return new_rng()
