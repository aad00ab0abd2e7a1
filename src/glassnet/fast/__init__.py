"""The same training, compiled by Numba: what `train` takes as ``run_steps``.

Needs the extra ``fast``; core, which it equals to rounding, does not.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glassnet.fast.steps import run_steps as run_steps

__all__ = ["run_steps"]


def __getattr__(name: str) -> Any:
    """Import Numba when it is first needed: it takes a second."""
    if name not in __all__:
        raise AttributeError(f"module 'glassnet.fast' has no attribute {name!r}")
    return getattr(import_module("glassnet.fast.steps"), name)
