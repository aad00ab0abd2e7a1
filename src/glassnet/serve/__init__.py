"""Predictions over HTTP (needs Starlette, uvicorn and pyarrow: the extra ``serve``).

==============  ==============================================================
`settings`      what is promised to whom: sizes, times, names
`problems`      what is answered when a request cannot be
`bodies`        a request's bytes, as far as they are wanted
`rows`          JSON, or an Arrow table, to what a model takes
`arrow`         a stranger's Arrow stream
`answers`       what a model says, as JSON or Arrow
`served`        a model together with its file's digest, tried once
`watching`      the file, looked at twice a second; a new model takes over
`work`          threads that predict, and a queue that ends
`schema`        an OpenAPI document made from the model
`page`          a text that says what is there
`endpoints`     what is answered where
`protocol`      connections that stand still are cut
`server`        the socket, the processes, the end
==============  ==============================================================

A serving process imports neither scikit-learn nor SciPy: `glassnet.load` and NumPy predict.
"""

from glassnet.errors import MissingExtraError

try:
    import pyarrow as pa  # noqa: F401
    import starlette  # noqa: F401
    import uvicorn  # noqa: F401
except ModuleNotFoundError as error:
    if error.name not in ("pyarrow", "starlette", "uvicorn"):  # there, but not what it needs
        raise
    raise MissingExtraError(
        f"Predictions over HTTP need {error.name}, which is not installed: "
        "pip install 'glassnet[serve]'"
    ) from error

from glassnet.serve.endpoints import application
from glassnet.serve.server import serve
from glassnet.serve.settings import Settings

__all__ = ["Settings", "application", "serve"]
