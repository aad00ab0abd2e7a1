"""`Report`: what `model.report()` gives."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

from glassnet.errors import MissingExtraError
from glassnet.files.atomic import whole_file
from glassnet.report.facts import Facts
from glassnet.report.findings import Findings, find
from glassnet.report.text import written

if TYPE_CHECKING:
    from types import ModuleType


class Report:
    """What a fitted model says of itself.

    ``print(report)`` gives text, at most 100 columns wide; `save` writes a page with pictures, and
    a notebook shows it.

    Parameters
    ----------
    facts : Facts
        Of the model; ``model.report()`` collects them.

    Attributes
    ----------
    facts : Facts
    findings : Findings
        The numbers behind it: ``report.findings.measures``, for example. They take some seconds
        for very many validation rows, and are found when they are first asked for.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassnet import TabularClassifier
    >>> X, y = load_iris(as_frame=True, return_X_y=True)
    >>> model = TabularClassifier((16,), max_iter=20, random_state=0).fit(X, y)
    >>> report = model.report()
    >>> print(str(report)[:44])
    TabularClassifier
    =================
    <BLANKLINE>
    error (
    >>> [measure.name for measure in report.findings.measures]
    ['error', 'log_loss', 'auc']
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    @cached_property
    def findings(self) -> Findings:
        """The numbers behind it."""
        return find(self.facts)

    def __str__(self) -> str:
        return written(self.findings)

    __repr__ = __str__

    def html(self) -> str:
        """Return the page: one file with everything in it, for any browser, without scripts.

        Raises
        ------
        MissingExtraError
            If matplotlib, which draws the pictures, is not installed.
        """
        return str(_page().whole(self.findings))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page to a file: the whole of it, or nothing.

        Parameters
        ----------
        path : str or path

        Raises
        ------
        MissingExtraError
            If matplotlib, which draws the pictures, is not installed.
        OSError
            If the file cannot be written.
        """
        page = self.html().encode()
        with whole_file(path) as file:
            file.write(page)

    def _repr_html_(self) -> str | None:
        """Return what a notebook shows; None, without matplotlib, and it shows the text."""
        try:
            return str(_page().part(self.findings))
        except MissingExtraError:
            return None


def _page() -> ModuleType:
    """Return the module that writes pages, or say what it lacks."""
    try:
        from glassnet import plots  # noqa: F401, PLC0415 # matplotlib takes a while; says if missing
        from glassnet.report import page  # noqa: PLC0415 # the same
    except MissingExtraError as error:
        raise MissingExtraError(
            "A report's pictures need matplotlib, which is not installed: "
            'pip install "glassnet[plot]". print(report) gives the text without them.'
        ) from error
    return page
