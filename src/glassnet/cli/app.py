"""The command ``glassnet``: its options, and what happens when something is wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from glassnet import __version__
from glassnet.cli import options
from glassnet.cli.demo import run_demo
from glassnet.cli.experiment import ARTICLE, EXPERIMENTS
from glassnet.cli.refusals import plainly
from glassnet.cli.words import Speaker
from glassnet.errors import GlassnetError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Boxes and colors for a reader; plain lines for a pipe.
    rich_markup_mode="rich" if sys.stdout.isatty() else None,
)


TABLE = "CSV, TSV, Parquet, Arrow or JSON lines, packed by gzip or not; - is standard input."

Json = Annotated[
    bool, typer.Option("--json", help="Write one JSON object to standard output, for machines.")
]
ModelFile = Annotated[
    str, typer.Argument(metavar="MODEL", help="A model file that glassnet has written.")
]
TableFile = Annotated[str, typer.Argument(metavar="FILE", help=TABLE)]


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


@app.command()
def train(
    file: TableFile,
    *,
    target: Annotated[
        str, typer.Option("--target", "-t", metavar="COLUMN", help="The column to predict.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="MODEL", help="Where the model file goes.")
    ],
    task: Annotated[
        Literal["classification", "regression"] | None,
        typer.Option(help="Without it, the target decides; the output says why."),
    ] = None,
    model: Annotated[
        Literal["tabular", "mlp"],
        typer.Option(help="The network of the recipe for tables, or scikit-learn's plain one."),
    ] = "tabular",
    metric: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="What the best epoch is best at: error, log_loss or auc; rmse or mae.",
        ),
    ] = None,
    test: Annotated[
        str | None, typer.Option(metavar="FILE", help="A table to test on; not trained on.")
    ] = None,
    test_size: Annotated[
        float | None,
        typer.Option(
            min=0.0, max=1.0, metavar="PART", help="The part of the rows to test on: 0.2."
        ),
    ] = None,
    drop: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="A column to leave out; may be given again."),
    ] = None,
    weight: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The column of the rows' weights.")
    ] = None,
    max_time: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Stop after a time such as 90s, 5m or 1h30m."),
    ] = None,
    seed: Annotated[
        int,
        typer.Option(
            min=0, max=2**32 - 1, metavar="NUMBER", help="The same seed, the same numbers."
        ),
    ] = 0,
    epochs: Annotated[
        int, typer.Option(min=1, metavar="NUMBER", help="Passes over the rows, at most.")
    ] = 256,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the training down here on the way; if the file is there, go on from it.",
        ),
    ] = None,
    checkpoint_every: Annotated[
        str,
        typer.Option(metavar="TIME", help="How often: 60s, 5m; 0s after each epoch."),
    ] = "60s",
    as_json: Json = False,
) -> None:
    """Train a network on a table, and write it to a file.

    glassnet train customers.csv --target churn -o churn.glassnet

    A fifth of the rows is set aside to find the best epoch, whose weights are kept. Ctrl-C ends the
    training; the best epoch so far is written.
    """
    with plainly():
        from glassnet.cli import training

        wish = training.Wish(
            file, target, output, task, metric, test, test_size, drop or [], weight,
            options.optional_seconds(max_time, "--max-time"), seed, epochs, model, checkpoint,
            options.seconds(checkpoint_every, "--checkpoint-every", or_0=True),
        )  # fmt: skip
        training.train(wish, Speaker(as_json=as_json))


@app.command()
def predict(
    model: ModelFile,
    file: TableFile,
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT",
            help="A file that ends in .csv, .parquet, .tsv or .jsonl. Without it: CSV to "
            "standard output.",
        ),
    ] = None,
    proba: Annotated[
        bool, typer.Option("--proba", help="The probability of each class beside it.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON lines to standard output, for machines.")
    ] = False,
) -> None:
    """Predict each row of a table, in its order.

    glassnet predict churn.glassnet new.csv -o predictions.csv
    """
    with plainly():
        from glassnet.cli import using

        using.predict(model, file, output, proba=proba, speaker=Speaker(as_json=as_json))


@app.command()
def evaluate(
    model: ModelFile,
    file: TableFile,
    *,
    target: Annotated[
        str | None,
        typer.Option(
            "--target",
            "-t",
            metavar="COLUMN",
            help="The column with what came true; the model "
            "knows which, if the command line has trained it.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare a model's predictions with what came true.

    glassnet evaluate churn.glassnet test.csv
    """
    with plainly():
        from glassnet.cli import using

        using.evaluate(model, file, target, speaker=Speaker(as_json=as_json))


@app.command()
def inspect(model: ModelFile, *, as_json: Json = False) -> None:
    """Say what a model file holds: what it predicts, from which columns, and how good it was.

    glassnet inspect churn.glassnet
    """
    with plainly():
        from glassnet.cli import using

        using.inspect(model, speaker=Speaker(as_json=as_json))


@app.command()
def serve(
    model: ModelFile,
    *,
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS", help="Where to listen; 0.0.0.0 lets other machines ask, too."
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="NUMBER", help="0 is any that is free.")
    ] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, metavar="NUMBER", help="Processes.")] = 1,
    max_body: Annotated[
        str, typer.Option(metavar="SIZE", help="The largest request, such as 500KB.")
    ] = "16MB",
    max_rows: Annotated[
        int, typer.Option(min=1, metavar="NUMBER", help="The most rows of a request.")
    ] = 100_000,
    timeout: Annotated[
        str, typer.Option(metavar="TIME", help="The longest request, such as 30s or 2m.")
    ] = "30s",
    queue: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="NUMBER",
            help="Requests that may wait in each process while others are predicted.",
        ),
    ] = 32,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A name that a proxy may call the server by; may be given again.",
        ),
    ] = None,
    log: Annotated[bool, typer.Option("--log", help="Write a line for each request.")] = False,
) -> None:
    """Answer requests for predictions over HTTP, until Ctrl-C.

    glassnet serve churn.glassnet --port 8000

    The first line says where; what is there can be read at that address. A new model in the place
    of the file is taken over within a second, without a request lost.
    """
    with plainly():
        from glassnet.cli import serving

        seconds = options.seconds(timeout, "--timeout")
        serving.serve(
            model, host=host, port=port, workers=workers, max_body=max_body, max_rows=max_rows,
            timeout=seconds or 30.0, queue=queue, allowed_hosts=allow_host or [], log=log,
            speaker=Speaker(as_json=False),
        )  # fmt: skip


@app.command()
def playground(
    file: Annotated[
        str | None, typer.Argument(metavar="FILE", help=f"A table to begin with. {TABLE}")
    ] = None,
    *,
    target: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="The column to predict; without it, the last one."),
    ] = None,
    link: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            help="What to set up: the text behind # of a page's link, such as 'data=spiral'.",
        ),
    ] = "",
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="NUMBER", help="0 is any that is free.")
    ] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")
    ] = True,
) -> None:
    """Watch a network learn in the browser, on points or on a table, until Ctrl-C.

    glassnet playground flowers.csv --target species

    glassnet playground --link 'data=spiral&layers=8-Tanh,8-Tanh'

    The page is for this machine alone; its address holds a token.
    """
    with plainly():
        from glassnet.cli import playing

        playing.play(
            file, target=target, link=link, port=port, with_browser=browser,
            speaker=Speaker(as_json=False),
        )  # fmt: skip


@app.command()
def export(
    model: ModelFile,
    *,
    to: Annotated[
        Literal["python", "c", "onnx"],
        typer.Option(
            "--to",
            help="One Python file that needs NumPy alone, a C99 header that needs libm alone, or "
            "ONNX.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="OUT", help="A file that ends in .py, .h or .onnx."),
    ],
    name: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="What names in C begin with: NAME_predict. Without it, the file's name.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a model as source code, or in a format that other programs read.

    glassnet export churn.glassnet --to python -o churn.py
    """
    with plainly():
        from glassnet.cli import exporting

        exporting.export(model, to, output, name, speaker=Speaker(as_json=as_json))


@app.command()
def explain(
    model: ModelFile,
    file: TableFile,
    *,
    row: Annotated[
        int,
        typer.Option(min=1, metavar="NUMBER", help="Which row, from 1 below the column names."),
    ],
    to: Annotated[
        Literal["text", "markdown", "latex"] | None,
        typer.Option("--to", help="Without it: by OUT, if it ends in .md or .tex; else text."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="OUT", help="A file. Without it: standard output."),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            "--target",
            "-t",
            metavar="COLUMN",
            help="The column with what came true; the model knows which, if the command line has "
            "trained it.",
        ),
    ] = None,
    parameter: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="INDEX",
            help="The parameter whose update is worked out, from 0. Without it: that of the "
            "largest gradient.",
        ),
    ] = None,
    member: Annotated[
        int, typer.Option(min=1, metavar="NUMBER", help="Which network, if the model is several.")
    ] = 1,
    as_json: Json = False,
) -> None:
    """Show what a model computes for one row, with the real numbers in the formulas.

    glassnet explain churn.glassnet test.csv --row 3

    The forward pass and the prediction; if the file has the target, the loss, the backward pass and
    the update of one parameter, too.
    """
    with plainly():
        from glassnet.cli import explaining

        wish = explaining.Wish(model, file, row, to, output, target, parameter, member)
        explaining.explain_row(wish, Speaker(as_json=as_json))
