"""What a server is asked to be; plain data, which its processes are handed."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

N_THREADS = 4
"""That predict in one process: a short request need not wait for the end of a long one."""

POLL_SECONDS = 0.5
"""Between two looks at the model's file."""


@dataclass(frozen=True)
class Settings:
    """What a server is asked to be.

    Attributes
    ----------
    path : str
        Of the model file.
    host : str
        The address to listen on.
    port : int
        0 for any that is free.
    workers : int
        Processes.
    max_body : int
        Bytes of a request.
    max_rows : int
        Of a request.
    timeout : float
        Seconds of a request, from its first header to the end of its prediction.
    queue : int
        Requests that may wait for a thread, in each process.
    allowed_hosts : tuple of str
        Further names by which a server that listens on the loopback address may be called.
    log : bool
        Whether each request is written to standard error.
    parent : int or None
        The process whose end is a worker's end, too.
    """

    path: str
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    max_body: int = 16_000_000
    max_rows: int = 100_000
    timeout: float = 30.0
    queue: int = 32
    allowed_hosts: tuple[str, ...] = ()
    log: bool = False
    parent: int | None = None

    @property
    def most_held(self) -> int:
        """Bytes of unanswered requests that one process holds at a time."""
        return 8 * self.max_body

    @property
    def most_text(self) -> int:
        """Bytes of text that an Arrow stream may hold once it is spread over its rows."""
        return 4 * self.max_body

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)

    def is_allowed(self, host: str) -> bool:
        """Return whether a request may call the server by this name, without its port.

        A page in a browser can have its own name lead to 127.0.0.1, and would then read what this
        machine serves to itself (DNS rebinding): such a request has that name in ``Host``.
        """
        return not self.is_loopback or is_loopback(host) or host in self.allowed_hosts


def is_loopback(host: str) -> bool:
    """Return whether a name or an address is this machine's own.

    Examples
    --------
    >>> [is_loopback(host) for host in ("localhost", "127.0.0.9", "::1", "0.0.0.0", "example.org")]
    [True, True, True, False, False]
    """
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
