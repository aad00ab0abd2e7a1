"""Both dtypes; compiled code that follows its source; nothing here without Numba."""

import hashlib
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

import glassnet

HERE = Path(__file__).parent


def folder_of_this_source():
    """Return a folder for compiled code, another one whenever the source is another.

    Numba looks at the file of a compiled function only, not at those whose functions and numbers
    were built in: after a change in scalars.py it would go on with the exp of before.
    """
    source = hashlib.sha256()
    for room in ("core", "fast"):
        for file in sorted(Path(glassnet.__file__).parent.joinpath(room).glob("*.py")):
            source.update(file.read_bytes())
    stores = HERE / "__pycache__" / "compiled"
    folder = stores / source.hexdigest()[:16]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in stores.iterdir():
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)
    return folder


os.environ["NUMBA_CACHE_DIR"] = str(folder_of_this_source())
try:
    import numba
except ImportError:
    collect_ignore_glob = ["test_*.py"]
else:
    numba.config.reload_config()  # if another test has imported it before


@pytest.fixture(params=["float32", "float64"])
def dtype(request):
    """float32 and float64, one after the other."""
    return np.dtype(request.param)
