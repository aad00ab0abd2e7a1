"""``glassnet explain``: one row's way through a model, with the real numbers in the formulas."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from rich.text import Text

from glassnet.cli.outputs import check_place
from glassnet.cli.reading import Source, read
from glassnet.cli.refusals import WRONG_USE, Refusal
from glassnet.cli.targets import check_column
from glassnet.cli.using import known_columns, model_at
from glassnet.cli.words import Speaker, counted
from glassnet.errors import DataError, ParameterError
from glassnet.explain.explanation import Explanation
from glassnet.explain.models import explain
from glassnet.explain.text import lines_of
from glassnet.files.atomic import whole_file
from glassnet.record import Description
from glassnet.tabular.objects import is_missing

Form: TypeAlias = Literal["text", "markdown", "latex"]

ENDINGS: dict[str, Form] = {"": "text", ".txt": "text", ".md": "markdown", ".tex": "latex"}
"""What the name of a file says of its form."""

STYLES = {"phase": "bold cyan", "title": "bold", "formula": "italic", "says": "dim"}
"""How a terminal shows the parts; lines with numbers are plain."""

WIDTH = 100
"""Of text that goes to a file or a pipe."""


@dataclass(frozen=True)
class Wish:
    """What was typed.

    Attributes
    ----------
    model, file : str
    row : int
        From 1.
    to : {"text", "markdown", "latex"} or None
    output : Path or None
    target : str or None
    parameter : int or None
        From 0.
    member : int
        From 1.
    """

    model: str
    file: str
    row: int
    to: Form | None
    output: Path | None
    target: str | None
    parameter: int | None
    member: int


def explain_row(wish: Wish, speaker: Speaker) -> None:
    """Explain a row of a table, and write the explanation down."""
    if wish.output is not None:
        check_place(wish.output, [wish.model, wish.file])
    form = _form(wish)
    predictor = model_at(wish.model)
    about = predictor.record.about
    if wish.member > about.n_networks:
        networks = counted(about.n_networks, "network")
        raise Refusal(f"--member {wish.member}: {wish.model} is {networks}.", WRONG_USE)
    source = read(wish.file, about.origin.decimal if about.origin else None)
    if wish.row > source.frame.height:
        rows = counted(source.frame.height, "row")
        raise Refusal(
            f"--row {wish.row}: {source.name} has {rows}, which count from 1 below the column "
            "names.",
            WRONG_USE,
        )
    row = source.frame[wish.row - 1 : wish.row]
    y, notes = _target_of(row, wish, about, source)
    X, more = known_columns(row, about)
    told = _explained(wish, predictor, X, y, source.name)
    speaker.notes([*source.words, *notes, *more])
    _write(told, form, wish, speaker)


def _form(wish: Wish) -> Form:
    """Return the form that was asked for, or that the output's name says."""
    if wish.to is not None or wish.output is None:
        return wish.to or "text"
    form = ENDINGS.get(wish.output.suffix.lower())
    if form is None:
        raise Refusal(
            f"--output {wish.output}: {wish.output.suffix} is none of the forms; expected a name "
            "that ends in .txt, .md or .tex, or --to with one of text, markdown and latex.",
            WRONG_USE,
        )
    return form


def _target_of(row: Any, wish: Wish, about: Description, source: Source) -> tuple[Any, list[str]]:
    """Return the row's target, None if there is none, and what to say of that."""
    name = wish.target or (about.origin.target if about.origin else None)
    if wish.target is not None:
        check_column(source, wish.target, "--target")
    if name is None:
        why = f"{wish.model} does not say which column it predicts"
    elif name not in row.columns:
        why = f"{source.name} has no column {name!r}"
    elif is_missing(row[name][0]):
        why = f"{name!r} is missing in row {wish.row:,}"
    else:
        return [row[name][0]], []
    if wish.parameter is not None:
        raise Refusal(
            f"--parameter {wish.parameter}: an update needs the target, and {why}. Add it, or "
            "leave --parameter out.",
            WRONG_USE,
        )
    return None, [f"{why}: there is no backward pass"]


def _explained(wish: Wish, predictor: Any, X: Any, y: Any, name: str) -> Explanation:
    """Return the explanation, or say what is wrong with the row."""
    try:
        with warnings.catch_warnings(action="ignore"):
            return explain(predictor, X, 0, y, parameter=wish.parameter, member=wish.member - 1)
    except DataError as error:
        reason = str(error)
        if error.row is not None:  # of the one row that was handed over
            reason = reason.replace(f", row {error.row}", "", 1).replace(
                " (rows count from 0)", "", 1
            )
        raise Refusal(f"{name}, row {wish.row:,}: {reason}") from error
    except ParameterError as error:
        raise Refusal(f"--parameter: {error}", WRONG_USE) from error


def _write(told: Explanation, form: Form, wish: Wish, speaker: Speaker) -> None:
    """Write the explanation to a file, or to standard output."""
    if wish.output is not None:
        with whole_file(wish.output) as place:
            place.write(_written(told, form).encode())
        speaker.line("explanation", f"{wish.output} ({form}, row {wish.row:,} of {wish.file})")
        speaker.json({"explanation": str(wish.output), "form": form, "row": wish.row})
    elif speaker.as_json:
        speaker.json(told.to_dict())
    elif form == "text":
        console = speaker.out
        for style, line in lines_of(told, console.width if console.is_terminal else WIDTH):
            console.print(Text(line, style=STYLES.get(style, "")))
    else:
        speaker.out.file.write(_written(told, form))


def _written(told: Explanation, form: Form) -> str:
    """Return the explanation in a form."""
    if form == "markdown":
        return told.markdown()
    return told.latex() if form == "latex" else told.text(WIDTH) + "\n"
