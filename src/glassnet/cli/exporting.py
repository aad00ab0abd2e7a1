"""``glassnet export``: a model as source code, or in a format that other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeAlias

from glassnet.cli.outputs import check_place
from glassnet.cli.refusals import WRONG_USE, Refusal
from glassnet.cli.using import model_at
from glassnet.cli.words import Speaker
from glassnet.errors import ParameterError
from glassnet.files.c_source import checked_name, write_c
from glassnet.files.onnx.write import write_onnx
from glassnet.files.python_source import MOST_IN_SOURCE, weights_beside, write_python
from glassnet.record import Record

Format: TypeAlias = Literal["python", "c", "onnx"]

ENDINGS: dict[Format, str] = {"python": ".py", "c": ".h", "onnx": ".onnx"}
"""How the name of a file must end."""


def export(model: str, to: Format, output: Path, name: str | None, *, speaker: Speaker) -> None:
    """Write a model as something else."""
    _check_names(to, output, name)
    check_place(output, [model])
    record = model_at(model).record
    if to == "python" and record.theta.size > MOST_IN_SOURCE:
        check_place(weights_beside(output), [model])
    files = _written(record, to, output, name)
    sizes = [one.stat().st_size for one in files]
    for one, size in zip(files, sizes, strict=True):
        speaker.line("written", f"{one} ({size:,} bytes)")
    both = [{"path": str(one), "bytes": size} for one, size in zip(files, sizes, strict=True)]
    speaker.json({"model": model, "to": to, "files": both})


def _check_names(to: Format, output: Path, name: str | None) -> None:
    """Raise a refusal unless the names that were typed can be used."""
    if output.suffix != ENDINGS[to]:
        raise Refusal(
            f"--output {output}: expected a name that ends in {ENDINGS[to]}, for --to {to}.",
            WRONG_USE,
        )
    if name is None:
        return
    if to != "c":
        raise Refusal(f"--name {name}: only --to c takes it; leave it out.", WRONG_USE)
    try:
        checked_name(name, output)
    except ParameterError as error:
        raise Refusal(f"--name: {error}", WRONG_USE) from error


def _written(record: Record, to: Format, output: Path, name: str | None) -> list[Path]:
    """Write the files and return their paths."""
    if to == "python":
        return write_python(record, output)
    if to == "c":
        return write_c(record, output, name)
    write_onnx(record, output)
    return [output]
