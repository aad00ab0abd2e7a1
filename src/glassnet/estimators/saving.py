"""The parameters of an estimator as plain data, and back; and what made a file."""

from __future__ import annotations

import platform
import re
import zlib
from datetime import UTC, datetime
from typing import Any

import numpy as np

from glassnet import __version__
from glassnet.core.layer import Layer
from glassnet.errors import ParameterError, RecordError
from glassnet.files.nodes import Node
from glassnet.files.objects import group_of, plain_object, read_object
from glassnet.record import Description, Kind

NOT_KEPT = ("validation_split",)
"""Parameters that are objects of others: what a model was split by is not part of it."""


def plain_parameters(estimator: Any) -> dict[str, Any]:
    """Return an estimator's parameters as plain data.

    Raises
    ------
    ParameterError
        If one is an object that a file does not hold.
    """
    return {
        name: None if _is_of_others(name, value) else _plain(name, value)
        for name, value in estimator.get_params(deep=False).items()
    }


def described(estimator: Any) -> dict[str, str]:
    """Return an estimator's parameters as text that is the same in another process."""
    return {name: _text(value) for name, value in estimator.get_params(deep=False).items()}


def _text(value: Any) -> str:
    """Return what an object says of itself, without where it is; a function's code, too."""
    if isinstance(value, dict):
        return repr(sorted((_text(name), _text(one)) for name, one in value.items()))
    if isinstance(value, list | tuple):
        return repr([_text(one) for one in value])
    if isinstance(value, np.random.Generator | np.random.RandomState):
        return type(value).__name__  # its state is looked at elsewhere
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        return f"{value:.17g}"
    told = re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))
    code = getattr(value, "__code__", None)
    if code is None:
        return told
    constants = re.sub(r" at 0x[0-9a-fA-F]+", "", repr(code.co_consts))
    return f"{told} {zlib.crc32(code.co_code + constants.encode()):08x}"


def _is_of_others(name: str, value: Any) -> bool:
    """Return whether a parameter is left out: a splitter, or a scorer that is no name."""
    return name in NOT_KEPT or (name == "scoring" and not isinstance(value, str))


def made_by() -> dict[str, Any]:
    """Return what made a record, and when."""
    return {
        "versions": {
            "glassnet": __version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


CLASSES: dict[Kind, str] = {
    "tabular-classifier": "TabularClassifier",
    "tabular-regressor": "TabularRegressor",
    "mlp-classifier": "MLPClassifier",
    "mlp-regressor": "MLPRegressor",
}
"""The estimator of each kind of record."""


def kind_of(cls: Any) -> Kind:
    """Return the kind of record that an estimator's class, or one derived from it, makes."""
    names = [one.__name__ for one in cls.__mro__]
    return next(kind for kind, name in CLASSES.items() if name in names)


def check_kind(cls: Any, about: Description) -> None:
    """Raise `RecordError` if a record is not of a class of estimators.

    A plain perceptron that was trained on a raw table is none: it does not encode the table.
    """
    is_on_table = about.kind.startswith("mlp") and about.table is not None
    if about.kind == kind_of(cls) and not is_on_table:
        return
    other = CLASSES[about.kind]
    use = "glassnet.load, which gives a Predictor" if is_on_table else f"{other}.load"
    what = f"{about.kind} on a raw table" if is_on_table else about.kind
    raise RecordError(f"the file holds a {what}, and {cls.__name__} is none. Use {use}.")


def with_parameters(cls: Any, about: Description) -> Any:
    """Return an estimator with the record's parameters, checked as ``fit`` checks them."""
    known = cls().get_params(deep=False)
    settings = {}
    for name, value in about.parameters.items():
        node = Node(value, f"record.parameters.{name}")
        if name not in known:
            raise node.wrong(f"a parameter of {cls.__name__}, which has none of this name")
        settings[name] = _read(node)
    try:
        estimator = cls(**settings)
        estimator._validate_params()
    except (ValueError, TypeError) as error:
        raise RecordError(f"the file's parameters cannot be used: {error}") from None
    return estimator


def _plain(name: str, value: Any) -> Any:
    """Return a parameter as JSON can hold it; what JSON has not is an object with one name."""
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, list):
        return [_plain(name, one) for one in value]
    if isinstance(value, tuple):
        return {"tuple": _plain(name, list(value))}
    if isinstance(value, dict):
        return {"dict": [_plain(name, list(pair)) for pair in value.items()]}
    if isinstance(value, Layer) or group_of(value) is not None:
        return {"object": plain_object(value, name)}
    return _plain_one(name, value)


def _plain_one(name: str, value: Any) -> Any:
    """Return what has no parts."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and not np.isnan(value):
        return value if np.isfinite(value) else {"number": "inf" if value > 0 else "-inf"}
    if isinstance(value, np.random.Generator | np.random.RandomState):
        return None  # it has moved on: what it drew is drawn
    if isinstance(value, np.dtype) or value in (np.float32, np.float64):
        return np.dtype(value).name
    raise ParameterError(
        f"{name} is {value!r}, a {type(value).__name__}, which a model file does not hold; "
        "expected numbers, text, truth values or lists of them."
    )


def _read(node: Node) -> Any:
    """Return a parameter that `_plain` has made plain."""
    if isinstance(node.value, list):
        return [_read(one) for one in node.items()]
    if not isinstance(node.value, dict):
        return node.value
    (name, one), *more = [*node.pairs()] or [("", node)]
    if name == "tuple" and not more:
        return tuple(_read(each) for each in one.items())
    if name == "dict" and not more:
        pairs = [[_read(each) for each in pair.items()] for pair in one.items()]
        if all(len(pair) == 2 and _is_key(pair[0]) for pair in pairs):
            return dict(pairs)
    if name == "number" and not more:
        return float(one.one_of(["inf", "-inf"]))
    if name in ("object", "activation") and not more:  # the latter in format 1
        return read_object(one, object)
    raise node.wrong("a number, a text, a list, or an object of tuple, dict, number or object")


def _is_key(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str)
