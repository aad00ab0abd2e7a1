"""An OpenAPI document made from the model: columns with types, levels, examples."""

from __future__ import annotations

from typing import Any

from glassnet import __version__
from glassnet.record import Classes, Labels, SeveralTargets, Target
from glassnet.serve.answers import classes_of
from glassnet.serve.arrow import ARROW
from glassnet.serve.rows import names_of
from glassnet.serve.served import Served, example_cells, example_of, example_row
from glassnet.serve.settings import Settings
from glassnet.tabular.columns import Column

MOST_LEVELS = 50
"""Of a column whose levels are all told."""

_LEVEL = "A category. A level that was not there in training counts as missing."
_TYPES: dict[str, tuple[list[str], str]] = {
    "number": (["number", "string", "null"], "A number, or a text that reads as one."),
    "boolean": (["boolean", "string", "number", "null"], "A truth value."),
    "date": (["string", "null"], "A date such as 2024-02-29 or 2024-02-29T13:45."),
    "category": (["string", "number", "boolean", "null"], _LEVEL),
    "text": (["string", "null"], "Text."),
}


def openapi(served: Served, settings: Settings) -> dict[str, Any]:
    """Return an OpenAPI 3.1 document of the server and its model."""
    about = served.about
    error = _answer("What is wrong, and where.", {"$ref": "#/components/schemas/Error"})
    text = {"200": {"description": "What is there.", "content": {"text/plain": {}}}}
    kinds = {
        "application/json": {"schema": {"$ref": "#/components/schemas/Predictions"}},
        ARROW: {},
    }
    statuses = ("400", "408", "413", "415", "421", "422", "500", "503")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"A {about.kind} of glassnet",
            "version": served.digest[:12],
            "description": f"Written {about.created}; served by glassnet {__version__}.",
        },
        "paths": {
            "/predict": {
                "post": {
                    "operationId": "predict",
                    "summary": "Predict each row, in its order.",
                    "requestBody": {"required": True, "content": _requests(served)},
                    "responses": {
                        "200": {"description": "The predictions.", "content": kinds},
                        **dict.fromkeys(statuses, error),
                    },
                }
            },
            "/health": {"get": _get("health", _answer("What is served.", {"type": "object"}))},
            "/schema": {"get": _get("schema", _answer("This document.", {"type": "object"}))},
            "/": {"get": {"operationId": "page", "responses": text}},
        },
        "components": {
            "schemas": {
                "Row": _row(served),
                "Cells": _cells(served),
                "Rows": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": settings.max_rows,
                    "items": {"anyOf": [{"$ref": "#/components/schemas/Row"},
                                        {"$ref": "#/components/schemas/Cells"}]},
                },
                "Predictions": _predictions(about.target),
                "Error": _ERROR,
            }
        },
    }  # fmt: skip


def column_schema(column: Column) -> dict[str, Any]:
    """Return what a cell of a column may be."""
    if not column.features:
        return {"description": f"Not used: {column.reason}.", "examples": [None]}
    types, description = _TYPES[column.kind]
    found: dict[str, Any] = {"type": types, "description": description}
    if column.kind == "category" and len(column.levels) <= MOST_LEVELS:
        found["enum"] = [*column.levels, None]
        found["type"] = ["string", "null"]
    if column.kind in ("number", "date") and column.low is not None:
        found["description"] += f" In training from {column.low} to {column.high}."
    example = example_of(column)
    return found | ({} if example is None else {"examples": [example]})


def _requests(served: Served) -> dict[str, Any]:
    """Return what a request may hold."""
    rows = {
        "type": "object",
        "required": ["rows"],
        "properties": {"rows": {"$ref": "#/components/schemas/Rows"}},
        "additionalProperties": False,
    }
    example = {"rows": [example_row(served.about)]}
    return {"application/json": {"schema": rows, "example": example}, ARROW: {}}


def _row(served: Served) -> dict[str, Any]:
    """Return the schema of a row as an object."""
    about = served.about
    names = names_of(about)
    if about.table is None:
        properties: dict[str, Any] = {name: {"type": "number"} for name in names}
    else:
        columns = zip(names, about.table.columns, strict=True)
        properties = {name: column_schema(column) for name, column in columns}
    example = example_row(about)
    return {
        "type": "object",
        "properties": properties,
        "required": list(example),
        "examples": [example],
    }


def _cells(served: Served) -> dict[str, Any]:
    """Return the schema of a row as a list."""
    n, names = served.about.n_columns, ", ".join(names_of(served.about))
    return {
        "type": "array",
        "description": f"A cell for each column, in this order: {names}.",
        "minItems": n,
        "maxItems": n,
        "examples": [example_cells(served.about)],
    }


def _predictions(target: Target) -> dict[str, Any]:
    """Return the schema of an answer."""
    number: dict[str, Any] = {"type": "number"}
    one, probability = number, {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
    if isinstance(target, SeveralTargets):
        one = {"type": "array", "items": {}}
    elif isinstance(target, Labels):
        one = {"type": "array", "items": {"enum": [0, 1]}}
    elif isinstance(target, Classes):
        one = {"enum": classes_of(target)}
    elif target.n_scores > 1:
        one = {"type": "array", "items": number}
    properties = {"predictions": {"type": "array", "items": one},
                  "ignored": {"type": "array", "items": {"type": "string"}}}  # fmt: skip
    if target.has_probabilities:
        several = isinstance(target, SeveralTargets)
        items = {"type": "array", "items": probability}
        row = {"type": "array", "items": items} if several else items
        properties["probabilities"] = {"type": "array", "items": row}
        properties["classes"] = {"const": classes_of(target)}
    required = [name for name in properties if name != "ignored"]
    return {"type": "object", "properties": properties, "required": required}


def _get(name: str, answer: dict[str, Any]) -> dict[str, Any]:
    return {"operationId": name, "responses": {"200": answer}}


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "row", "column"],
            "properties": {
                "message": {"type": "string"},
                "row": {"type": ["integer", "null"], "description": "Counted from 0."},
                "column": {"type": ["string", "null"]},
            },
        }
    },
}
