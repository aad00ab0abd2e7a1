"""``glassnet predict``, ``evaluate`` and ``inspect``: what a model file is good for."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.cli.refusals import WRONG_USE, Refusal, said
from glassnet.cli.words import Speaker, confusion_lines, counted, number, score_lines
from glassnet.core.activations import Activation
from glassnet.core.dense import Dense
from glassnet.core.mixed import MixedActivation
from glassnet.errors import DataError
from glassnet.files.atomic import whole_file
from glassnet.files.model_file import read_description_of
from glassnet.files.predictor import Predictor, load
from glassnet.record import Classes, Description, Labels, Numbers, SeveralTargets, Target

FORMATS = (".csv", ".parquet", ".tsv", ".jsonl")


def model_at(path: str) -> Predictor:
    """Return what predicts."""
    try:
        return load(path)
    except OSError as error:
        raise Refusal(f"{said(error)} Expected a model file.", WRONG_USE) from error


def check_format(output: Path) -> None:
    """Raise a refusal unless the ending of a file of predictions is known."""
    if output.suffix.lower() not in FORMATS:
        raise Refusal(
            f"--output {output}: expected a name that ends in {', '.join(FORMATS)}.", WRONG_USE
        )


def predict(model: str, file: str, output: Path | None, *, proba: bool, speaker: Speaker) -> None:
    """Predict each row of a table."""
    from glassnet.cli.outputs import check_place
    from glassnet.cli.reading import read

    if output is not None:
        check_format(output)
        check_place(output, [model, file])
    predictor = model_at(model)
    about = predictor.record.about
    if proba and not about.target.has_probabilities:
        raise Refusal(f"--proba: {model} predicts numbers, and no probabilities.", WRONG_USE)
    source = read(file, about.origin.decimal if about.origin else None)
    outputs = _outputs(predictor, source.frame, source.name, about, speaker)
    speaker.notes(source.words)
    frame = _framed(_predicted(about.target, outputs, proba=proba))
    data = _written(frame, ".jsonl" if output is None and speaker.as_json else
                    ".csv" if output is None else output.suffix.lower())  # fmt: skip
    if output is None:
        speaker.out.file.write(data.decode())
        return
    with whole_file(output) as place:
        place.write(data)
    speaker.line("predictions", f"{output} ({counted(frame.height, 'row')})")
    speaker.json({"predictions": str(output), "rows": frame.height, "notes": source.words})


def _predicted(target: Target, outputs: Any, *, proba: bool) -> dict[str, Any]:
    """Return predictions, and probabilities if they are wanted, by the names of their columns."""
    y = target.decoded(outputs)
    columns = {"prediction": y} if y.ndim == 1 else {
        f"prediction {k}": one for k, one in enumerate(y.T)
    }  # fmt: skip
    names: list[str] = []
    if proba and isinstance(target, SeveralTargets):
        pairs = enumerate(target.labels)
        names = [f"{one} in prediction {k}" for k, labels in pairs for one in labels.tolist()]
    elif proba and isinstance(target, Classes | Labels):
        names = target.labels.tolist()
    columns |= {f"probability of {name}": outputs[:, k] for k, name in enumerate(names)}
    return {name: one.tolist() for name, one in columns.items()}


def _framed(columns: dict[str, Any]) -> Any:
    """Return columns as a frame; the reader has made sure that polars is there."""
    import polars as pl

    return pl.DataFrame(columns)


def _written(frame: Any, ending: str) -> bytes:
    """Return a frame as the bytes of a format."""
    place = io.BytesIO()
    if ending == ".parquet":
        frame.write_parquet(place)
    elif ending == ".jsonl":
        frame.write_ndjson(place)
    else:
        frame.write_csv(place, separator="\t" if ending == ".tsv" else ",")
    return place.getvalue()


def _outputs(predictor: Predictor, X: Any, name: str, about: Description, speaker: Speaker) -> Any:
    """Return what the model says of a table; columns it was not trained with do not matter."""
    known, notes = known_columns(X, about)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            outputs = predictor.record.model.outputs(known)
    except DataError as error:
        raise Refusal(f"{name}: {error}") from error
    speaker.notes(notes)
    return outputs


def known_columns(X: Any, about: Description) -> tuple[Any, list[str]]:
    """Return a table without the columns that the model does not take, and what to say of them."""
    known = about.column_names
    origin = about.origin
    expected = {origin.target, origin.weight, *origin.dropped} if origin else set()
    extra = [one for one in X.columns if known is not None and one not in known]
    unknown = [one for one in extra if one not in expected]
    some = ", ".join(map(repr, unknown[:8])) + " ..." * (len(unknown) > 8)
    notes = [f"columns that the model was not trained with are ignored: {some}"] if unknown else []
    return X.drop(extra), notes


def evaluate(model: str, file: str, target: str | None, *, speaker: Speaker) -> None:
    """Say how good a model is on a table that has the target."""
    from glassnet.cli.reading import read
    from glassnet.cli.scores import of_classes, of_numbers
    from glassnet.cli.targets import check_column, codes_of, examples_of, values_of

    predictor = model_at(model)
    about = predictor.record.about
    origin = about.origin
    name = target or (origin.target if origin else None)
    if name is None:
        raise Refusal(
            f"{model} does not say which column it predicts; expected --target COLUMN.", WRONG_USE
        )
    if not isinstance(about.target, Classes | Numbers) and about.target.n_scores > 1:
        raise Refusal(
            f"{model} predicts several targets at once; evaluate knows one. Use predict.", WRONG_USE
        )
    source = read(file, origin.decimal if origin else None)
    check_column(source, name, "--target")
    words = list(source.words)
    weight = origin.weight if origin and origin.weight in source.frame.columns else None
    examples = examples_of(source, name, weight, [], words)
    if weight:
        words.append(f"rows are weighted by {weight!r}, as in training")
    classes = about.target.labels if isinstance(about.target, Classes) else None
    if classes is None and not examples.y.dtype.is_numeric():
        raise Refusal(f"{source.name}: the target {name!r} holds {examples.y.dtype}; the model "
                      "predicts numbers.")  # fmt: skip
    outputs = _outputs(predictor, examples.X, source.name, about, speaker)
    if classes is not None:
        codes = codes_of(examples.y, classes)
        if (codes < 0).any():
            strange = sorted({str(one) for one in examples.y.filter(codes < 0)})[:5]
            words.append(
                f"{counted(int((codes < 0).sum()), 'row')} of classes that the model does not know "
                f"({', '.join(map(repr, strange))}) count as wrong"
            )
        scores = of_classes(codes, outputs, examples.w)
    else:
        scores = of_numbers(values_of(examples.y, "regression"), outputs[:, 0], examples.w)
    speaker.notes(words)
    speaker.line("model", f"{model}: predicts {name}")
    speaker.line("table", f"{source.name}: {counted(len(examples), 'row')} with a target")
    for label, text in score_lines(scores):
        speaker.line(f"  {label}", text)
    if scores.confusion is not None and classes is not None:
        speaker.plain()
        for line in confusion_lines(scores, classes.tolist()):
            speaker.plain(f"  {line}")
    speaker.json({
        "model": model, "target": name, "rows": len(examples), "scores": scores.values,
        "classes": None if classes is None else classes, "confusion": scores.confusion,
        "notes": words,
    })  # fmt: skip


def inspect(model: str, *, speaker: Speaker) -> None:
    """Say what a model file holds, without reading its weights."""
    try:
        about, dtype, n_params = read_description_of(model)
        size = Path(model).stat().st_size
    except OSError as error:
        raise Refusal(f"{said(error)} Expected a model file.", WRONG_USE) from error
    for label, text in _description(about, dtype, n_params):
        speaker.line(label, text)
    speaker.line("file", f"{size:,} bytes; written {about.created} by glassnet "
                         f"{about.versions.get('glassnet', 'unknown')}")  # fmt: skip
    if about.table is not None:
        speaker.plain()
        speaker.plain(str(about.table))
    speaker.json(_facts(about, dtype, n_params, size))


def _description(about: Description, dtype: Any, n_params: int) -> Any:
    """Yield what is worth knowing, a label and a text each."""
    origin, training = about.origin, about.training
    yield "predicts", _of_target(about.target, f" {origin.target!r}" if origin else "")
    if origin:
        yield "trained on", f"{origin.file}: {counted(origin.n_rows, 'row')}"
    elif about.table is None:
        names = "" if about.feature_names is None else f": {_some(about.feature_names)}"
        yield "takes", f"{counted(about.n_columns, 'number')} a row{names}"
    layers = about.network.layers
    nodes = " - ".join(str(layer.n_out) for layer in layers if isinstance(layer, Dense))
    functions = dict.fromkeys(
        type(layer.activation if isinstance(layer, MixedActivation) else layer).__name__
        for layer in layers
        if isinstance(layer, Activation | MixedActivation)
    )
    networks = f"{about.n_networks} networks of " * (about.n_networks > 1)
    weights = f"{counted(n_params, 'weight')}, {dtype}"
    yield "network", f"{networks}{nodes} nodes, {', '.join(functions) or 'linear'}; {weights}"
    best = ", ".join(map(str, training.best_epoch))
    epochs = max(map(len, training.loss_curve))
    score = training.best_score
    measured = f"{training.metric} {number(score)} on its validation rows; " * (score == score)  # noqa: PLR0124
    yield "training", f"{measured}epoch {best} of {epochs}"
    if origin and origin.test:
        yield "test", ", ".join(f"{name} {number(x)}" for name, x in origin.test.items())
    if training.importances and about.table is not None:
        columns = about.table.columns
        order = np.argsort(training.importances)[::-1][:5]
        most = [f"{columns[i].name} {training.importances[i]:.0%}" for i in order]
        yield "matters most", ", ".join(most)


def _of_target(target: Target, column: str) -> str:
    """Return what is predicted."""
    if isinstance(target, Classes):
        return f"the class{column}, one of {len(target.labels)}: {_some(target.labels.tolist())}"
    if isinstance(target, Labels):
        return f"{counted(len(target.labels), 'label')}{column}, each 0 or 1"
    if isinstance(target, SeveralTargets):
        return f"{counted(len(target.labels), 'target')}{column} with classes of their own"
    if isinstance(target, Numbers):
        return f"the number{column}, from {target.low:g} to {target.high:g}"
    return f"{counted(target.n_scores, 'number')}{column}"


def _some(values: Sequence[Any]) -> str:
    return ", ".join(map(str, values[:8])) + " ..." * (len(values) > 8)


def _facts(about: Description, dtype: Any, n_params: int, size: int) -> dict[str, Any]:
    """Return the same for a machine."""
    from glassnet.files.records import plain_of

    content = plain_of(about)
    weights = {"networks": about.n_networks, "parameters": n_params, "dtype": str(dtype)}
    return {**content, "theta": weights, "bytes": size}
