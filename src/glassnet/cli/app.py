"""The command ``glassnet`` and its parts, with Typer."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import glassnet
from glassnet.cli.demo import run_demo
from glassnet.cli.experiment import ARTICLE, EXPERIMENTS
from glassnet.errors import GlassnetError
from glassnet.estimators.architecture import ACTIVATIONS

app = typer.Typer(
    help="Neural networks you can see through.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

OTHER_NAMES = {
    "sigmoid": "logistic",
    "swish": "silu",
    "linear": "identity",
    "hardtanh": "hard_tanh",
}


def _version(value: bool) -> None:
    if value:
        typer.echo(f"glassnet {glassnet.__version__}")
        raise typer.Exit


@app.callback()
def glassnet_command(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """Neural networks you can see through."""


def _unknown(what: str, name: str, known: list[str]) -> typer.BadParameter:
    """Return the error for a name that is not known, with the nearest one that is."""
    near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    nearest = OTHER_NAMES.get(name.lower()) or (near[0] if near else None)
    hint = f" Did you mean {nearest!r}?" if nearest in known else ""
    return typer.BadParameter(f"there is no {what} {name!r}.{hint} There are: {', '.join(known)}.")


def _name(value: str) -> str:
    if value not in EXPERIMENTS:
        raise _unknown("demo", value, list(EXPERIMENTS))
    return value


def _activation(value: str | None) -> str | None:
    if value is not None and value not in ACTIVATIONS:
        raise _unknown("activation", value, list(ACTIVATIONS))
    return value


def _hidden(value: str | None) -> str | None:
    if value is not None:
        _sizes(value)
    return value


def _sizes(value: str) -> tuple[int, ...]:
    """Return the sizes in ``"64,32"``."""
    try:
        sizes = tuple(int(part) for part in value.split(","))
    except ValueError:
        sizes = ()
    if not sizes or min(sizes) < 1:
        raise typer.BadParameter(
            f"{value!r} is no list of layer sizes: expected whole numbers of 1 or more, such as "
            "64,32."
        )
    return sizes


@app.command()
def demo(
    name: Annotated[
        str, typer.Argument(callback=_name, help="Which one: see --list.", metavar="NAME")
    ] = ARTICLE,
    *,
    show_list: Annotated[bool, typer.Option("--list", help="Name the demos.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all random numbers.")] = 0,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the rows at most.")] = None,
    hidden: Annotated[
        str | None,
        typer.Option(callback=_hidden, help="Nodes of the hidden layers.", metavar="64,32"),
    ] = None,
    activation: Annotated[
        str | None,
        typer.Option(callback=_activation, help="Of the hidden layers: " + ", ".join(ACTIVATIONS)),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Folder for the figures; figures/NAME without it."),
    ] = None,
) -> None:
    """Train a network, watch it learn, and see what it learned.

    Without a name: the article's experiment. Ctrl-C ends it with the score so far.
    """
    console = Console(highlight=False, soft_wrap=True)
    if show_list:
        for one, experiment in EXPERIMENTS.items():
            console.print(f"{one:14} {experiment.about}")
        return
    try:
        interrupted = run_demo(
            console,
            name,
            seed=seed,
            epochs=epochs,
            hidden=None if hidden is None else _sizes(hidden),
            activation=activation,
            folder=Path("figures") / name if out is None else out,
        )
    except GlassnetError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    if interrupted:
        raise typer.Exit(130)
