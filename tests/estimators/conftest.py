"""Both engines, for the tests that ask for them."""

import importlib.util

import numpy as np
import pytest

from glassnet.estimators import engine as engines

NUMBA = importlib.util.find_spec("numba") is not None


@pytest.fixture(params=["numpy", pytest.param("numba", marks=pytest.mark.skipif(
    not NUMBA, reason="Numba is not installed"))])  # fmt: skip
def engine(request, monkeypatch):
    """Let ``engine="auto"`` choose one engine, however small the work."""
    worth = np.inf if request.param == "numpy" else 0.0
    monkeypatch.setattr(engines, "WORTH_COMPILING", worth)
    return request.param
