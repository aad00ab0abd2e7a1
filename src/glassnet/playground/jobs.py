"""What a page's process does with files: learn from a table, show or write a model file."""

from __future__ import annotations

from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, cast

from glassnet.errors import GlassnetError
from glassnet.playground.data import OneFile, Read
from glassnet.playground.messages import short

if TYPE_CHECKING:
    from glassnet.playground.worker import Worker


class Jobs:
    """The jobs of a page.

    Parameters
    ----------
    read : str
        Where the function is that reads tables, as "module:function": it is imported once a table
        comes, for it takes the libraries that read tables with it.
    """

    def __init__(self, read: str) -> None:
        self._read = read

    def do(self, worker: Worker, job: str, path: str, name: str) -> tuple[bool, list[str]]:
        """Do a job; return whether it is done, and what is worth saying of it."""
        try:
            return True, getattr(self, f"_{job}")(worker, Path(path), name)
        except GlassnetError as error:
            says = str(error).replace(path, "the file")  # it has no name of its own
        except Exception as error:  # of whatever reads a file from anywhere
            says = f"The file cannot be used: {short(error)}."
        return False, [" ".join(says.split())]

    def file(self, path: Path, name: str) -> OneFile:
        """Return a table that lies there."""
        return cast("Read", resolve_name(self._read))(path, name)

    def _table(self, worker: Worker, path: Path, name: str) -> list[str]:
        file = self.file(path, name)
        file(None)  # what can be wrong is told now
        session = worker.session
        data = {**session.setup.plain()["data"], "name": "file", "target": None}
        again = session.setup.data.name == "file"
        with session.all_or_nothing():
            session.file = file
            if again:  # another file of the same choice: its rows are others
                session.reload(data)
            else:
                session.change({"data": data})
        worker.playing = False
        worker.tell(points=True)
        return list(session.data.says)

    def _show(self, worker: Worker, path: Path, name: str) -> list[str]:  # noqa: ARG002
        from glassnet.playground import filing  # noqa: PLC0415 - takes scikit-learn with it

        says = filing.load(worker.session, path)
        worker.playing = False
        worker.tell(points=True)
        return says

    def _save(self, worker: Worker, path: Path, name: str) -> list[str]:  # noqa: ARG002
        from glassnet.playground import filing  # noqa: PLC0415 - takes scikit-learn with it

        filing.save(worker.session, path)
        return []
