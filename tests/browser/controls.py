"""Which controls of the page the tests operate: a test says so, and what it says is checked twice.

A test marked by `operates` has to have operated those controls when it ends (conftest.py); and each
control that the page shows has to be named by some test (test_every_control.py).
"""

from fnmatch import fnmatchcase

import pytest

OPERATED: set[str] = set()
"""Patterns of test ids; of names, where a control has no test id."""


def operates(*patterns: str) -> pytest.MarkDecorator:
    """Return a mark for a test that operates these controls."""
    OPERATED.update(patterns)
    return pytest.mark.operates(*patterns)


def is_operated(name: str) -> bool:
    """Return whether some test operates a control."""
    return any(fnmatchcase(name, pattern) for pattern in OPERATED)


def missed(patterns, names) -> list[str]:
    """Return the patterns that none of the names matches."""
    return [one for one in patterns if not any(fnmatchcase(name, one) for name in names)]
