"""The command ``glassnet``: its options, and what happens when something is wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from glassnet import __version__
from glassnet.cli import options
from glassnet.cli.demo import run_demo
from glassnet.cli.experiment import ARTICLE, EXPERIMENTS
from glassnet.errors import GlassnetError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Boxes and colors for a reader; plain lines for a pipe.
    rich_markup_mode="rich" if sys.stdout.isatty() else None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"glassnet {__version__}")
        raise typer.Exit


@app.callback()
def glassnet(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Neural networks you can see through."""


@app.command()
def demo(
    name: Annotated[
        str,
        typer.Argument(
            callback=options.demo_name, metavar="NAME", help="Which demo; --list names them."
        ),
    ] = ARTICLE,
    *,
    show_list: Annotated[
        bool, typer.Option("--list", help="Name the demos, a line each, and stop.")
    ] = False,
    seed: Annotated[
        int,
        typer.Option(
            min=0,
            max=2**32 - 1,
            metavar="NUMBER",
            help="Seed of all random numbers: the same seed, the same numbers.",
        ),
    ] = 0,
    epochs: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="NUMBER",
            help="Passes over the training rows, at most.",
        ),
    ] = None,
    hidden: Annotated[
        str | None,
        typer.Option(
            metavar="SIZES",
            help="Nodes of each hidden layer, such as 64,32.",
        ),
    ] = None,
    activation: Annotated[
        str | None,
        typer.Option(
            callback=options.activation_name,
            metavar="NAME",
            help=f"Activation of the hidden layers: {', '.join(options.ACTIVATIONS)}.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            callback=options.optional_folder,
            metavar="FOLDER",
            help="Where the figures go; made if need be. Without it: figures/NAME.",
        ),
    ] = None,
) -> None:
    """Train a network, watch its loss fall, and see what it has learned.

    Without a name: the article's experiment, three clouds of points told apart by five sigmoid
    nodes. With one: real or generated data, split into training, validation and test rows.

    Each demo has a network of its own, which --hidden, --activation and --epochs change.

    Ctrl-C ends the training; the scores and the figures then show what was learned so far.
    """
    console = Console(highlight=False, markup=False, soft_wrap=True)
    if show_list:
        for one, experiment in EXPERIMENTS.items():
            console.print(f"{one:14} {experiment.about}")
        return
    sizes = options.hidden_sizes(hidden)
    experiment = EXPERIMENTS[name].changed(hidden=sizes, activation=activation, epochs=epochs)
    folder = options.folder(Path("figures") / name) if out is None else out
    try:
        finished = run_demo(console, experiment, seed, folder)
    except (GlassnetError, OSError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from error
    if not finished:
        raise typer.Exit(130)
