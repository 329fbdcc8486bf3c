"""What the disk, the database file or a permission refused, as one sentence for a person."""

import errno
import sqlite3
from collections.abc import Iterator

from store.errors import CandourError, DamagedError, RefusedError

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
FULL = (
    "The disk is full, so nothing was written and nothing half done was kept: make room on the disk of the data folder "
    "and of the temporary folder, then run the same command again."
)
DAMAGED = (
    "The database of the archive is damaged, so nothing was done with it: stop Candour, keep a copy of the data folder "
    "as it is, and restore the last backup into an empty folder with `candour restore`."
)
DISK = (
    "The disk of the data folder is full or failing, so nothing half done was kept: make room, look at the disk, then "
    "run `candour doctor`."
)
BARRED = (
    "This user may not open or write the archive's database: run Candour as the user to whom the data folder belongs, "
    "and see that the folder is not on a disk that can only be read."
)
BUSY = "Another program holds the archive's database, so nothing was done: wait until it is done, and try again."
KINDS: tuple[tuple[tuple[str, ...], type[CandourError], str], ...] = (
    (("SQLITE_NOTADB", "SQLITE_CORRUPT"), DamagedError, DAMAGED),
    (("SQLITE_FULL",), RefusedError, FULL),
    (("SQLITE_IOERR",), DamagedError, DISK),
    (("SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_READONLY", "SQLITE_AUTH"), RefusedError, BARRED),
    (("SQLITE_BUSY", "SQLITE_LOCKED"), RefusedError, BUSY),
)


def told(error: BaseException) -> CandourError | None:
    """What to say of an error that came from the system below; None where it is not one of these."""
    for each in _behind(error):
        if isinstance(each, sqlite3.Error):
            name = getattr(each, "sqlite_errorname", "") or ""
            for beginnings, kind, sentence in KINDS:
                if name.startswith(beginnings):
                    return kind(sentence)
        elif isinstance(each, OSError):
            if each.errno in NO_ROOM:
                return RefusedError(FULL)
            if each.errno == errno.EIO:
                return DamagedError(DISK)
            if each.errno in (errno.EACCES, errno.EPERM, errno.EROFS) and each.filename is not None:
                return RefusedError(
                    f"This user may not reach {each.filename} ({each.strerror}): give whoever runs Candour the "
                    "right to it, or name another place."
                )
    return None


def _behind(error: BaseException) -> Iterator[BaseException]:
    """The error and what caused it, each once, the last first."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop(0)
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [getattr(each, "orig", None), each.__cause__, each.__context__]
