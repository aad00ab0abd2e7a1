"""What is answered when a request cannot be: one form for all, and nothing of the inside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

from glassnet.errors import DataError


class Json(JSONResponse):
    """An answer of JSON in ASCII: half a surrogate, which a name may hold, has no UTF-8."""

    def render(self, content: Any) -> bytes:
        """Return the bytes."""
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode("ascii")


class Problem(Exception):  # noqa: N818 - what it is to the client
    """A request that cannot be answered.

    Attributes
    ----------
    status : HTTPStatus
    message : str
        What was sent, what was expected, what to do.
    row : int or None
        From 0.
    column : str or None
    headers : dict of str to str
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        row: int | None = None,
        column: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = HTTPStatus(status)
        self.message = message
        self.row = row
        self.column = column
        self.headers = dict(headers or {})

    @classmethod
    def of(cls, error: DataError) -> Problem:
        """Return what is wrong with the data as an answer."""
        return cls(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), row=error.row, column=error.column)

    @property
    def response(self) -> Json:
        """The answer."""
        content: dict[str, Any] = {
            "error": {"message": self.message, "row": self.row, "column": self.column}
        }
        return Json(content, self.status, self.headers)


def busy(message: str) -> Problem:
    """Return the answer to a request that may come again in a second."""
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE, message, headers={"Retry-After": "1", "Connection": "close"}
    )
