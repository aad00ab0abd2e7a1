"""The playground: a network that learns in the browser, on points or on a table of one's own.

Needs Starlette, uvicorn and websockets: the extra ``playground``.

==============  ==============================================================
`setup`         what a page has chosen, checked: data, network, training
`kinds`         what can be chosen, read off the library's own tables
`data`          rows to learn from: points, known tables, files; training and test rows
`inputs`        what the network sees of a row: columns, squares, products, sines
`views`         the two axes that a page shows, and the grid of its map
`session`       one training: `core.train` and its state, changed between steps
`history`       what was changed while it trained
`measures`      what a frame tells: losses, scores, confusions, activations by layer
`trail`         points of the curves between two frames
`frames`        the maps and the numbers of a moment
`code`          a Python program that comes to the same weights
`filing`        the network as a model file, and back
`worker`        the thread of a page: requests in, frames out, steps between
`messages`      what goes over the socket
`endpoints`     what is answered where: page, socket, files
`server`        the address, its token, the end
==============  ==============================================================

What the page and the server say to each other stands in web/src/protocol.ts. The page is built from
web/ into static/ by ``make page``.
"""

from glassnet.errors import MissingExtraError

try:
    import starlette  # noqa: F401
    import uvicorn  # noqa: F401
    import websockets  # noqa: F401
except ModuleNotFoundError as error:
    if error.name not in ("starlette", "uvicorn", "websockets"):
        raise
    raise MissingExtraError(
        f"The playground needs {error.name}, which is not installed: "
        "pip install 'glassnet[playground]'"
    ) from error

from glassnet.playground.server import Settings, playground

__all__ = ["Settings", "playground"]
