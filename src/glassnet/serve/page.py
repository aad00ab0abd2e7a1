"""What ``GET /`` says: a text for whoever comes by, with a command that works."""

from __future__ import annotations

import json
import shlex

from glassnet import __version__
from glassnet.record import Classes, Labels, SeveralTargets, Target
from glassnet.serve.arrow import ARROW
from glassnet.serve.rows import names_of
from glassnet.serve.served import Served, example_row
from glassnet.serve.settings import Settings

_MOST = 40
"""Columns, or classes, that are listed."""


def page(served: Served, settings: Settings, host: str) -> str:
    """Return the text; ``host`` is the name that the request called the server by."""
    about = served.about
    body = json.dumps({"rows": [example_row(about)]})
    names = names_of(about)
    columns = ", ".join(names[:_MOST]) + " ..." * (len(names) > _MOST)
    return f"""glassnet {__version__} serves a model: {about.kind}, written {about.created}.

It predicts {_of_target(about.target)}, from {len(names):,} columns: {columns}

    curl {shlex.quote(f"http://{host}/predict")} \\
      --header 'Content-Type: application/json' \\
      --data {shlex.quote(body)}

POST /predict  rows as objects or lists, {{"rows": [...]}}; or an Arrow stream
               ({ARROW}),
               answered as such if Accept says so.
               At most {settings.max_rows:,} rows and {settings.max_body:,} bytes.
GET  /schema   the columns, their types and levels, as an OpenAPI document
GET  /health   which model, since when, how many requests
"""


def _of_target(target: Target) -> str:
    """Return what is predicted."""
    if isinstance(target, SeveralTargets):
        return f"{len(target.labels):,} classes at once"
    if isinstance(target, Labels):
        return f"{len(target.labels):,} labels, each 0 or 1"
    if isinstance(target, Classes):
        labels = [str(label) for label in target.labels[:_MOST].tolist()]
        return f"one of {', '.join(labels)}" + " ..." * (len(target.labels) > _MOST)
    return "a number" if target.n_scores == 1 else f"{target.n_scores:,} numbers"
