"""Both dtypes, wherever a test asks for one."""

import numpy as np
import pytest


@pytest.fixture(params=["float32", "float64"])
def dtype(request):
    """float32 and float64, one after the other."""
    return np.dtype(request.param)
