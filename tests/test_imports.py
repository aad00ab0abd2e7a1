"""What importing glassnet brings along: almost nothing."""

import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import glassnet
import glassnet.core

HEAVY = (
    "sklearn", "scipy", "joblib", "numba", "matplotlib", "pandas", "polars", "pyarrow", "dask",
    "torch", "typer", "rich", "starlette", "uvicorn", "onnx", "onnxruntime",
)  # fmt: skip
SOURCE = str(Path(glassnet.__file__).parents[1])
CORE = [f"glassnet.core.{module.name}" for module in pkgutil.iter_modules(glassnet.core.__path__)]


def loaded_by(statement, names):
    """Return which of these packages a fresh interpreter has loaded after a statement."""
    code = f"import sys; sys.path.insert(0, {SOURCE!r}); {statement}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    return sorted(set(names) & {name.partition(".")[0] for name in done.stdout.split()})


def test_glassnet_alone_loads_not_even_numpy():
    assert loaded_by("import glassnet", ("numpy", *HEAVY)) == []
    assert (
        loaded_by("import glassnet; glassnet.__version__; dir(glassnet)", ("numpy", *HEAVY)) == []
    )


def test_the_core_loads_numpy_only():
    statement = f"import glassnet.core, {', '.join(CORE)}"
    assert loaded_by(statement, ("numpy", *HEAVY)) == ["numpy"]


def test_using_the_core_by_its_public_names_loads_numpy_only():
    statement = (
        "import glassnet as gn; net = gn.Network([gn.Dense(1, 1), gn.GELU()], gn.Huber()); "
        "import numpy as np; theta = net.init(np.random.default_rng(0)); "
        "X = np.ones((3, 1)); list(gn.train(net, theta, X, X, n_epochs=1)); "
        "gn.gradcheck(net, theta, X, X); gn.minimize(abs, np.sign, np.array(1.0))"
    )
    assert loaded_by(statement, ("numpy", *HEAVY)) == ["numpy"]


@pytest.mark.parametrize("module", ["glassnet", "glassnet.errors", *CORE])
def test_every_core_module_has_a_docstring(module):
    __import__(module)
    assert sys.modules[module].__doc__.strip()
