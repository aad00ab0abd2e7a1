"""What a file says of a table, checked part by part: `Table.from_dict` believes what it is told."""

from __future__ import annotations

from glassnet.files.nodes import Node
from glassnet.tabular.cells import iso_date
from glassnet.tabular.columns import Column
from glassnet.tabular.encoders import DATE_PARTS, ENCODERS, GROUPS, Codes
from glassnet.tabular.table import Table

KINDS = ("number", "boolean", "category", "text", "date")

_FIELDS = {
    "number": ("indicator",),
    "date": ("kept", "indicator"),
    "present": (),
    "two levels": ("levels",),
    "one-hot": ("levels",),
    "codes": ("levels",),
    "dropped": ("reason",),
}
"""What each way of encoding has learned."""

_MOST = 2**31


def read_table(node: Node) -> Table:
    """Return a table, or raise `RecordError`."""
    fields = node.fields("columns", "has_names")
    fields["has_names"].flag()
    at = fields["columns"].items()
    for one in at:
        _check_column(one)
    table = Table.from_dict(node.value)
    for column, one in zip(table.columns, at, strict=True):
        _check_features(column, one)
    if table.n_columns == 0:
        raise node.wrong("at least one column that is not dropped")
    return table


def _check_column(node: Node) -> None:
    """Raise unless a column's parts are there, and of their types."""
    fields = node.fields("name", "kind", "encoder", "features", "n_missing", "low", "high")
    fields["name"].text()
    fields["kind"].one_of(KINDS)
    fields["n_missing"].whole(0, _MOST)
    for name in ("low", "high"):
        _check_end(fields[name], is_date=fields["kind"].value == "date")
    _check_encoder(fields["encoder"])
    for feature in fields["features"].items():
        parts = feature.fields("name", "group", "scaling")
        parts["name"].text()
        parts["group"].one_of(GROUPS)
        scaling = parts["scaling"].or_none()
        if scaling is not None:
            _check_scaling(scaling)


def _check_end(node: Node, *, is_date: bool) -> None:
    """Raise unless the end of a range is nothing, or a number, or a date where there are dates."""
    if node.value is None:
        return
    if not is_date:
        node.number()
        return
    try:
        iso_date(node.text())
    except ValueError:
        raise node.wrong("a date such as 2024-02-29") from None


def _check_encoder(node: Node) -> None:
    way = dict(node.pairs()).get("way", node).one_of(ENCODERS)
    fields = node.fields("way", *_FIELDS[way])
    if "indicator" in fields:
        fields["indicator"].flag()
    if "reason" in fields:
        fields["reason"].text()
    if "kept" in fields:
        _check_different(fields["kept"], [one.one_of(DATE_PARTS) for one in fields["kept"].items()])
    if "levels" in fields:
        levels = [one.text() for one in fields["levels"].items()]
        _check_different(fields["levels"], levels)
        if not levels or (way == "two levels" and len(levels) != 2):
            raise fields["levels"].wrong(
                "two levels" if way == "two levels" else "at least one level"
            )


def _check_different(node: Node, texts: list[str]) -> None:
    if len(set(texts)) < len(texts):
        raise node.wrong("texts that are all different")


def _check_scaling(node: Node) -> None:
    fields = node.fields("center", "spread", "fill", "unit")
    numbers = {name: one.number() for name, one in fields.items()}
    if numbers["spread"] < 0:
        raise fields["spread"].wrong("a number from 0 on")
    if numbers["unit"] < 1:
        raise fields["unit"].wrong("a number from 1 on")


def _check_features(column: Column, node: Node) -> None:
    """Raise unless a column's features are those that its encoder makes."""
    features = [(one.name, one.group) for one in column.features]
    expected = column.encoder.parts(column.name)
    unscaled = isinstance(column.encoder, Codes)
    if features != expected or any((one.scaling is None) != unscaled for one in column.features):
        raise node.wrong(f"a column with the features {[name for name, _ in expected][:5]}")
