"""The public names: one table for the interpreter, one for editors, and they are the same."""

import ast
import importlib
import inspect
from pathlib import Path

import pytest

import glassnet

TREE = ast.parse(Path(glassnet.__file__).read_text(encoding="utf-8"))


def type_checking_imports():
    """Return {module: names} of the imports below ``if TYPE_CHECKING``."""
    (block,) = (
        node
        for node in TREE.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    assert all(isinstance(node, ast.ImportFrom) for node in block.body)
    names = {}
    for node in block.body:
        home = names.setdefault(node.module.removeprefix("glassnet."), set())
        home |= {alias.name for alias in node.names}
    return names


def test_lazy_names_are_the_names_that_type_checkers_see():
    assert {home: set(names) for home, names in glassnet._HOMES.items()} == type_checking_imports()


def test_imports_keep_their_names():
    for node in ast.walk(TREE):
        if isinstance(node, ast.ImportFrom):
            assert all(alias.asname in (None, alias.name) for alias in node.names)


def test_all_is_sorted_and_complete():
    names = [name for names in glassnet._HOMES.values() for name in names]
    assert len(names) == len(set(names))
    assert glassnet.__all__ == sorted(["__version__", *names])
    assert dir(glassnet) == glassnet.__all__


@pytest.mark.parametrize("home", glassnet._HOMES)
def test_every_name_resolves(home):
    module = importlib.import_module(f"glassnet.{home}")
    for name in glassnet._HOMES[home]:
        thing = getattr(glassnet, name)
        assert thing is getattr(module, name)
        assert getattr(glassnet, name) is thing
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert thing.__module__ == f"glassnet.{home}"
            assert thing.__doc__.strip()


def test_an_unknown_name():
    with pytest.raises(AttributeError, match="module 'glassnet' has no attribute 'Perceptron'"):
        _ = glassnet.Perceptron
    assert not hasattr(glassnet, "MLP")


@pytest.mark.parametrize("table", ["ACTIVATIONS", "INITIALIZERS", "OPTIMIZERS"])
def test_the_tables_hold_every_public_class(table):
    classes = getattr(glassnet, table)
    base = {
        "ACTIVATIONS": glassnet.Activation, "INITIALIZERS": glassnet.Initializer,
        "OPTIMIZERS": glassnet.Optimizer,
    }[table]  # fmt: skip
    public = [getattr(glassnet, name) for name in glassnet.__all__]
    assert set(classes) == {
        c for c in public if inspect.isclass(c) and issubclass(c, base) and c is not base
    }


@pytest.mark.parametrize(("table", "base"), [("LOSSES", "Loss"), ("SCHEDULES", "Schedule")])
def test_the_tables_hold_one_of_every_public_class(table, base):
    base = getattr(glassnet, base)
    public = [getattr(glassnet, name) for name in glassnet.__all__]
    assert {type(thing) for thing in getattr(glassnet, table)} == {
        c
        for c in public
        if inspect.isclass(c) and issubclass(c, base) and not inspect.isabstract(c)
    }
