"""A model as one header of plain C: `NAME_predict(row, out)`; it needs libm and no memory.

What is written is straight code in the order of the forward pass: every column and every layer has
lines of its own. All is computed in double. Text of the model's own, the names of columns and
levels, is only ever written by `glassnet.files.c_text`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from glassnet.errors import ParameterError
from glassnet.files.atomic import whole_file
from glassnet.files.c_encoding import encoding_lines, enum_lines, input_lines, level_lines
from glassnet.files.c_network import network_lines, weight_lines
from glassnet.files.c_snippets import SNIPPETS
from glassnet.files.c_target import label_lines, link_lines, n_outputs, predict_lines
from glassnet.files.c_text import comment, safe
from glassnet.files.source_steps import Step, predicted, steps_of, weights_of, with_needed
from glassnet.record import Classes, Description, Labels, Record, SeveralTargets

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_NOT_CODE = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\])*"', re.DOTALL)


def write_c(record: Record, path: str | os.PathLike[str], name: str | None = None) -> list[Path]:
    """Write a model as a header in C99 with the function ``NAME_predict``.

    It needs the C library's mathematics (``-lm``) and nothing else, asks for no memory, and may
    run in many threads at once. It compiles as C++, too.

    Parameters
    ----------
    record : Record
        A fitted model, such as ``glassnet.load("churn.glassnet").record``.
    path : str or path
        Where the header goes; ends in ``.h``.
    name : str, optional
        What all names in it begin with; a letter, then letters, digits and underscores, 40 at
        most. Without it, that of the file.

    Returns
    -------
    list of Path
        What was written: the header.

    Raises
    ------
    ParameterError
        If the path does not end in ``.h``, the name cannot be used, or a layer or an activation is
        of the user's own making.
    OSError
        If the file cannot be written.
    """
    place = Path(path)
    if place.suffix != ".h":
        raise ParameterError(f"path is {str(place)!r}; expected a name that ends in '.h'.")
    code = _code(record, checked_name(name, place))
    with whole_file(place) as file:
        file.write(code.encode("ascii"))
    return [place]


def checked_name(name: str | None, place: Path) -> str:
    """Return what the names of a header begin with, or raise `ParameterError`."""
    if name is None:
        made = safe(place.stem)
        return made if _NAME.fullmatch(made) else f"model_{made}".rstrip("_")
    if not _NAME.fullmatch(name):
        raise ParameterError(
            f"name is {name!r}; expected a letter, then letters, digits and underscores, 40 at "
            "most: names in C begin with it."
        )
    return name


def _code(record: Record, name: str) -> str:
    """Return the text of the header."""
    about, theta = record.about, record.theta
    steps = steps_of(about.network)
    table = about.table
    n_features = about.network.n_in or 0
    body = [*level_lines(table), ""]
    body += [*encoding_lines(table), ""] if table is not None else []
    body += [*network_lines(steps, len(theta)), "", *link_lines(about.target), ""]
    body += predict_lines(about.target, n_features, len(theta), is_table=table is not None)
    helpers = "".join(with_needed("\n".join(body), SNIPPETS, _names_in))
    code = "\n".join([
        *_beginning(about, name, _stack(steps, about)), *enum_lines(about, f"{name}_"),
        *label_lines(about.target), "/* The weights, in the order in which they are used. */", "",
        *weight_lines(weights_of(record, steps)), helpers[1:], *body, "", "#endif", "",
    ])  # fmt: skip
    return _named(code, name, "float" if theta.dtype.itemsize == 4 else "double")


def _stack(steps: tuple[Step, ...], about: Description) -> int:
    """Return how many bytes of the stack a prediction takes, roughly."""
    widest = max(step.n_out for step in steps)
    n = 2 * widest + (about.network.n_in or 0) + steps[-1].n_out + 2 * n_outputs(about.target)
    return 8 * n + 500


def _beginning(about: Description, name: str, stack: int) -> Iterator[str]:
    """Yield the comment that says how to use the header, and what can be used before it."""
    target, n = about.target, about.n_columns
    columns = f"{n} column{'s' * (n != 1)}"
    by = about.versions.get("glassnet", "unknown")
    yield f"/* {name}.h: a trained neural network as plain C: {predicted(target)}, from {columns}."
    yield ""
    yield f"   Exported from a {about.kind} that glassnet {comment(by)} trained"
    yield f"   {comment(about.created)}. It needs libm, asks for no memory, keeps no state, and"
    yield f"   takes about {stack:,} bytes of stack. All is computed in double. Not for"
    yield "   -ffast-math, which does not know NaN."
    yield ""
    yield from (f"   {line}".rstrip() for line in _usage(about, name))
    yield "*/"
    yield ""
    yield f"#ifndef {name}_H"
    yield f"#define {name}_H"
    yield ""
    yield from ("#include <math.h>", "#include <stddef.h>", "#include <string.h>", "")
    yield f"#define {name}_N_INPUTS {n}"
    yield f"#define {name}_N_OUTPUTS {n_outputs(target)}"
    if isinstance(target, SeveralTargets):
        yield f"#define {name}_N_TARGETS {len(target.labels)}"
    yield ""


def _usage(about: Description, name: str) -> Iterator[str]:
    """Yield what a row is, and what comes out."""
    target = about.target
    yield f"void {name}_predict(const double *row, double *out)"
    if about.table is None:
        yield f"  row has {name}_N_INPUTS finite numbers; if one is not, out is NaN. They are"
        yield "  taken as they are" + (", in the order of:" if about.feature_names else ".")
    else:
        yield f"  row has {name}_N_INPUTS numbers, one for each column of the table, in its order."
        yield "  A missing number or date is NaN; a missing or unknown level -1 or NaN."
        yield f'  {name}_level(column, "text") gives the position of a level, -1 if it is none.'
    yield from input_lines(about)
    if target.has_probabilities:
        yield f"  out gets {name}_N_OUTPUTS probabilities, in the order of {name}_label(0), ..."
    else:
        yield f"  out gets {name}_N_OUTPUTS number{'s' * (n_outputs(target) != 1)}."
    if isinstance(target, Classes):
        yield ""
        yield f"int {name}_predict_class(const double *row)"
        yield f"  gives the most probable class: {name}_label(class) is its name. -1 for NaN."
    elif isinstance(target, Labels):
        yield ""
        yield f"void {name}_predict_classes(const double *row, int *classes)"
        yield "  gives 1 for each label whose probability is above a half, else 0; -1 for NaN."
    elif isinstance(target, SeveralTargets):
        yield ""
        yield f"void {name}_predict_classes(const double *row, int *classes)"
        yield f"  gives the most probable class of each of {name}_N_TARGETS targets, as its"
        yield f"  position in out: {name}_label(class) is its name. -1 for NaN."


def _named(code: str, name: str, real: str) -> str:
    """Return code with the model's name and the type of the weights, outside text of its own."""
    pieces, last = [], 0
    for found in _NOT_CODE.finditer(code):
        pieces += [_put(code[last : found.start()], name, real), found[0]]
        last = found.end()
    return "".join([*pieces, _put(code[last:], name, real)])


def _put(code: str, name: str, real: str) -> str:
    return re.sub(r"\bREAL\b", real, code).replace("@", f"{name}_")


def _names_in(code: str) -> list[str]:
    """Return the functions of ours that code calls; comments and literals call none."""
    return re.findall(r"@(\w+)", _NOT_CODE.sub("", code))
