"""One ingest at a time in an archive: two at once could register the same bytes twice."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.errors import RefusedError


@contextmanager
def only_one(data: Path, *, wait: bool = False) -> Iterator[None]:
    """Holds the archive's one place for taking files in; with `wait`, as soon as it is free.

    Raises:
        RefusedError: Another process holds it.
    """
    with (data / "ingest.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise RefusedError(
                "Files are already being taken into this archive: wait until that has finished, then try again."
            ) from error
        yield
