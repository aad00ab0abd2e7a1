"""Functions that read tables for pages, each in its way: a page's process imports them by name."""

import time

from threadpoolctl import threadpool_info

from glassnet.errors import DataError


def slow(path, name):
    """Take long."""
    time.sleep(60)


def broken(path, name):
    """Raise what nobody has thought of."""
    raise TypeError("unheard of")


def wrong(path, name):
    """Find something wrong with any table."""
    raise DataError(f"this file is wrong: {'é' * 200}")


def unreadable(path, name):
    """Find that the disk is at its end."""
    raise OSError(5, "Input/output error")


def blas(path, name):
    """Say how many threads BLAS has."""
    threads = [one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"]
    raise DataError(f"threads of BLAS: {threads}")
