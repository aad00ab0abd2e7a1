"""A model as one file of Python that needs NumPy alone: `predict(rows)`, from cells to classes.

What is written is straight code in the order of the forward pass, not a program that interprets a
model: every column and every layer has lines of its own. Text of the model's own, the names of
columns and levels, is only ever written by `repr`, which leaves no way out of a literal or comment.
"""

from __future__ import annotations

import io
import os
import tokenize
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from glassnet.core.arrays import Array
from glassnet.errors import ParameterError
from glassnet.files.atomic import whole_file
from glassnet.files.python_encoding import column_lines, encoding_lines, example_of
from glassnet.files.python_network import link_lines, network_lines, predict_lines
from glassnet.files.python_snippets import CELLS, FUNCTIONS
from glassnet.files.source_steps import (
    filled,
    number_texts,
    predicted,
    steps_of,
    weights_of,
    with_needed,
)
from glassnet.record import Description, Record

MOST_IN_SOURCE = 20_000
"""Weights that are written as numbers into the file: at most 450 kB of text, which any editor opens
and Python compiles in 0.2 s. More go into a file of their own."""


def write_python(record: Record, path: str | os.PathLike[str]) -> list[Path]:
    """Write a model as a Python file with the function ``predict``.

    It needs NumPy and nothing else, not glassnet either, and gives the same predictions.

    Parameters
    ----------
    record : Record
        A fitted model, such as ``glassnet.load("churn.glassnet").record``.
    path : str or path
        Where the file goes; ends in ``.py``. More than 20,000 weights go beside it, under the
        same name with the ending ``.npz``; they are read without pickle.

    Returns
    -------
    list of Path
        What was written: the Python file first.

    Raises
    ------
    ParameterError
        If the name does not end in ``.py``, or a layer or an activation is of the user's own
        making.
    OSError
        If a file cannot be written.
    """
    place = Path(path)
    if place.suffix != ".py":
        raise ParameterError(f"path is {str(place)!r}; expected a name that ends in '.py'.")
    weights = weights_of(record, steps_of(record.about.network))
    if len(record.theta) == 1:
        weights = {name: array[0] for name, array in weights.items()}
    if record.theta.size <= MOST_IN_SOURCE:
        code = _code(record, _weight_lines(weights))
        with whole_file(place) as file:
            file.write(code.encode())
        return [place]
    beside = weights_beside(place)
    code = _code(record, _loading_lines(beside.name))
    with whole_file(beside) as file:
        np.savez(file, **weights)  # type: ignore[arg-type] # of the keyword allow_pickle
    with whole_file(place) as file:
        file.write(code.encode())
    return [place, beside]


def weights_beside(place: Path) -> Path:
    """Return where the weights of a large model go."""
    return place.with_suffix(".npz")


def _code(record: Record, weight_lines: list[str]) -> str:
    """Return the text of the file."""
    about = record.about
    dtype = np.dtype(np.float64) if about.table is not None else record.theta.dtype
    body = "\n".join([
        *column_lines(about),
        f"DTYPE = np.{dtype.name}  # of all that is computed", "",
        *predict_lines(about.target, len(record.theta)), "", "",
        *encoding_lines(about.table), "", "",
        *network_lines(steps_of(about.network), about.table), "", "",
        *link_lines(about.target), "",
    ])  # fmt: skip
    kept = "\n".join([*weight_lines, "", *_shown(about)])
    helpers = "\n".join(with_needed(body, CELLS | FUNCTIONS, _names_in))
    used = {*_names_in(body), *_names_in(helpers), *_names_in(kept)}
    return "\n".join([*_head(about), *_imports(used), "", body, helpers, kept])


def _head(about: Description) -> Iterator[str]:
    """Yield what the file says of itself."""
    columns = f"{about.n_columns} column{'s' * (about.n_columns != 1)}"
    yield f'"""A trained neural network as plain code: {predicted(about.target)}, from {columns}.'
    yield ""
    yield "It needs NumPy and nothing else."
    yield ""
    yield "predict(rows) gives what is predicted for each row" + (
        ", predict_proba(rows) the probabilities." if about.target.has_probabilities else "."
    )
    yield "rows is a list of dictionaries by the names in COLUMNS, a list of lists in their order,"
    yield "or a NumPy array with 2 axes. EXAMPLE, at the end, is a row."
    if about.table is not None:
        yield "A missing cell is None or NaN; a date is ISO 8601 text, a datetime or a datetime64."
    yield ""
    yield "The code below is in the order of the forward pass: columns become numbers of the size"
    yield "of 1 (encode), the network makes scores of them (network), and those become what is"
    yield "predicted (link). Then come the functions that are used, and the weights."
    yield '"""'
    yield ""
    by = about.versions.get("glassnet", "unknown")
    yield f"# Exported from a {about.kind} that glassnet {by!r} trained {about.created!r}."
    yield ""


def _imports(used: set[str]) -> Iterator[str]:
    """Yield the imports of the names that are used."""
    yield from (f"import {name}" for name in ("datetime", "math", "pathlib", "re") if name in used)
    for module, names in {"decimal": ("Decimal",), "numbers": ("Integral", "Real")}.items():
        found = [name for name in names if name in used]
        if found:
            yield f"from {module} import {', '.join(found)}"
    yield from ("", "import numpy as np")


def _weight_lines(weights: dict[str, Array]) -> list[str]:
    """Return lines that hold the weights as numbers."""
    dtype = next(iter(weights.values())).dtype.name
    lines = [
        "",
        "def weights(shape, numbers):",
        '    """Return an array of weights; all is computed in DTYPE."""',
        f"    return np.array(numbers, np.{dtype}).reshape(shape).astype(DTYPE)",
        "",
        "",
        "WEIGHTS = {",
    ]
    for name, array in weights.items():
        lines.append(f'    "{name}": weights({array.shape}, [')
        lines += filled(number_texts(array), 8)
        lines.append("    ]),")
    return [*lines, "}"]


def _loading_lines(name: str) -> list[str]:
    """Return lines that read the weights from the file beside it."""
    return [
        "",
        f"with np.load(pathlib.Path(__file__).with_name({name!r}), allow_pickle=False) as file:",
        "    WEIGHTS = {name: file[name].astype(DTYPE) for name in file.files}",
    ]


def _shown(about: Description) -> list[str]:
    """Return lines that predict a row, if the file is run."""
    return [
        *example_of(about),
        "",
        'if __name__ == "__main__":',
        "    print(predict([EXAMPLE]))",
        "",
    ]


def _names_in(code: str) -> Iterator[str]:
    """Yield the names that code uses; what stands in comments and literals is none."""
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.NAME:
            yield token.string
