"""The playground: a network that learns in the browser, on points or on a table of one's own.

Needs Starlette, uvicorn and websockets: the extra ``playground``.

==============  ==============================================================
`setup`         what a page has chosen, checked: data, network, training
`kinds`         what can be chosen, read off the library's own tables
`data`          rows to learn from: points, known tables, files; training and test rows
`inputs`        what the network sees of a row: columns, squares, products, sines
`views`         the two axes that a page shows, and the grid of its map
`settling`      a setup beside its rows: inputs, axes and a loss that fit
`session`       one training: `core.train` and its state, changed between steps
`history`       what was changed while it trained
`measures`      what a frame tells: losses, scores, confusions, activations by layer
`trail`         points of the curves between two frames
`frames`        the maps and the numbers of a moment
`code`          a Python program that comes to the same weights
`filing`        the network as a model file, and back
`stepping`      how many steps before the next look at requests
`showing`       when which frame is made
`jobs`          what is done with a table or a model file
`worker`        a page's loop: requests in, frames out, steps between
`process`       the process that a page has for it
`messages`      what goes over the socket
`page`          that process as the server knows it
`place`         what all pages share: the token, what they begin with
`guard`         who may call: this machine, by its own name, from its own page
`socket`        a page's requests and messages, and why they end
`files`         tables and model files that a page sends and takes
`endpoints`     what is answered where
`server`        the address, its token, the end
==============  ==============================================================

Up to `process` it is the process of one page, which imports no server; from `page` on it is the
server, which trains nothing. What page and server say to each other stands in web/src/protocol.ts.
The page is built from web/ into static/ by ``make page``.
"""
