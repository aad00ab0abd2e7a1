"""What a column is, decided from its cells, and what becomes of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np

from glassnet.tabular.cells import Array, Cells, are_dates, are_numbers, as_dates
from glassnet.tabular.encoders import (
    DATE_PARTS,
    ENCODERS,
    Codes,
    Date,
    Dropped,
    Encoder,
    Group,
    Levels,
    Number,
    OneHot,
    Present,
    TwoLevels,
)
from glassnet.tabular.objects import canonical
from glassnet.tabular.scaling import Scaling

Plain: TypeAlias = dict[str, Any]
"""Plain data: dictionaries, lists, text and numbers, as JSON has them."""

IDENTIFIER = "nearly every text is different, as in an identifier or a free text"
_READ_AS_NUMBERS = "; all of them read as numbers"


@dataclass(frozen=True)
class Feature:
    """One column of the matrix.

    Attributes
    ----------
    name : str
        Such as "age", "sex=male", "date.month.sin", "age is missing".
    group : {"numbers", "plain", "codes"}
        Where in the matrix it stands.
    scaling : Scaling, or None
        None for codes.
    """

    name: str
    group: Group
    scaling: Scaling | None

    def write(self, raw: Array, out: Array) -> None:
        """Write raw numbers into a column of the matrix, scaled unless they are codes."""
        if self.scaling is None:
            out[:] = raw
        else:
            self.scaling.write(raw, out)


@dataclass(frozen=True)
class Column:
    """What was learned of one column of the table.

    Attributes
    ----------
    name : str
        Its name in the table, "x0", "x1", ... in an array.
    kind : {"number", "boolean", "category", "text", "date"}
        What it is; "text" only if it is dropped.
    encoder : Encoder
        What becomes of it.
    features : tuple of Feature
        Its columns in the matrix; none if it is dropped.
    n_missing : int
        Missing cells in training.
    low, high : float, str, or None
        The range of the finite numbers in training; of dates as text; else None.
    """

    name: str
    kind: str
    encoder: Encoder
    features: tuple[Feature, ...]
    n_missing: int
    low: float | str | None = None
    high: float | str | None = None

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels of a category, sorted; none of another kind."""
        return self.encoder.levels if isinstance(self.encoder, Levels) else ()

    @property
    def reason(self) -> str | None:
        """Why the column is dropped, in words; None if it is used."""
        return self.encoder.reason if isinstance(self.encoder, Dropped) else None

    def to_dict(self) -> Plain:
        """Return plain data."""
        encoder = {key: _listed(value) for key, value in vars(self.encoder).items()}
        return {
            "name": self.name,
            "kind": self.kind,
            "encoder": {"way": self.encoder.way, **encoder},
            "features": [asdict(feature) for feature in self.features],
            "n_missing": self.n_missing,
            "low": self.low,
            "high": self.high,
        }

    @classmethod
    def from_dict(cls, data: Plain) -> Column:
        """Return the column of which `to_dict` gave the plain data."""
        learned = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in data["encoder"].items()
            if key != "way"
        }
        features = tuple(
            Feature(
                feature["name"],
                feature["group"],
                None if feature["scaling"] is None else Scaling(**feature["scaling"]),
            )
            for feature in data["features"]
        )
        encoder = ENCODERS[data["encoder"]["way"]](**learned)
        return cls(**{**data, "encoder": encoder, "features": features})


def learn_column(
    name: str, cells: Cells, categorical: bool, max_one_hot: int, w: Array | None = None
) -> Column:
    """Decide what a column is, and learn how it is encoded.

    Parameters
    ----------
    name : str
        The column's name.
    cells : Cells
        Its cells in training.
    categorical : bool
        Whether it was named as a category: numbers are levels then, and no text is an identifier.
    max_one_hot : int
        The most levels that are encoded one-hot.
    w : array of shape (n_rows,), optional
        Weights above 0, for the scaling.
    """
    n_missing = int(cells.missing.sum())
    if n_missing == len(cells):
        return Column(name, cells.kind, Dropped("every cell is missing"), (), n_missing)
    if not categorical:
        cells = _read_dates(cells, name)
    kind: str = cells.kind
    low: float | str | None = None
    high: float | str | None = None
    if categorical or kind in ("text", "boolean"):
        kind, encoder = _category(cells, categorical, max_one_hot, n_missing)
    else:
        encoder, low, high = _quantity(cells, n_missing)
    raw = encoder.encode(cells, name)
    features = tuple(
        Feature(part, group, None if group == "codes" else Scaling.learn(next(raw), w))
        for part, group in encoder.parts(name)
    )
    return Column(name, kind, encoder, features, n_missing, low, high)


def _read_dates(cells: Cells, name: str) -> Cells:
    """Return text as dates, if all of it is; what does not begin with a date is left at once."""
    first = next((text for text in cells.values if text is not None), "")
    if cells.kind != "text" or not are_dates([first]) or not are_dates(cells.distinct()[0]):
        return cells
    return Cells(as_dates(cells, name), "date")


def _category(
    cells: Cells, categorical: bool, max_one_hot: int, n_missing: int
) -> tuple[str, Encoder]:
    """Return what a column of levels is, and its encoder."""
    texts, _ = cells.distinct()
    n_levels, n_known = len(texts), len(cells) - n_missing
    kind = "boolean" if cells.kind == "boolean" else "category"
    many = 1 < n_levels == n_known or n_levels > max(20, n_known / 2)
    if many and cells.kind == "text" and not categorical:
        return "text", Dropped(IDENTIFIER + _READ_AS_NUMBERS * are_numbers(texts))
    if n_levels == 1:
        return kind, _one_value(texts[0], n_missing)
    levels = tuple(sorted(texts))
    if n_levels == 2:
        return kind, TwoLevels(levels)
    return kind, OneHot(levels) if n_levels <= max_one_hot else Codes(levels)


def _quantity(
    cells: Cells, n_missing: int
) -> tuple[Encoder, float | str | None, float | str | None]:
    """Return the encoder of numbers or dates, and their range."""
    known = cells.values[~cells.missing] if n_missing else cells.values
    lowest, highest = known.min(), known.max()
    if lowest == highest:
        return _one_value(canonical(lowest), n_missing), None, None
    if cells.kind == "date":
        every = Date(DATE_PARTS, indicator=False).encode(cells, "")
        kept = tuple(
            part for part, values in zip(DATE_PARTS, every, strict=True) if _varies(values)
        )
        return Date(kept, n_missing > 0), canonical(lowest), canonical(highest)
    finite = known[np.isfinite(known)]
    span = (float(finite.min()), float(finite.max())) if finite.size else (None, None)
    return Number(n_missing > 0), *span


def _one_value(text: str, n_missing: int) -> Encoder:
    """Return the encoder of a column whose cells are all equal, but for the missing ones."""
    return Present() if n_missing else Dropped(f"every cell is {text!r}")


def _varies(values: Array) -> bool:
    """Return whether there are two different numbers; NaN does not count."""
    return bool(np.nanmin(values) < np.nanmax(values))


def _listed(value: Any) -> Any:
    """Return a tuple as a list, which is what JSON gives back."""
    return list(value) if isinstance(value, tuple) else value
