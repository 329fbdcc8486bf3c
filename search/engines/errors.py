"""What can go wrong with an index's files, said alike for every engine."""

import errno
import os

from store.errors import CandourError, DamagedError

REBUILD = "run `candour index rebuild`; no record is lost by it"
MENDED = "the worker makes it anew by itself, or run `candour index rebuild`; no record is lost by it"


class IndexBusyError(CandourError):
    """Another process is writing the index and did not finish in time; trying again is right."""

    status_code = 503


class IndexUnreadableError(DamagedError):
    """The files of the index are broken, or went away while they were opened."""


_NO_ROOM = tuple(os.strerror(number) for number in (errno.EMFILE, errno.ENFILE, errno.ENOMEM))


def require_room(error: BaseException) -> None:
    """Returns only if it is more than that the system had no file or no memory to give: no index is broken by that.

    Raises:
        IndexBusyError: It had none.
    """
    # In words, because Tantivy gives no number.
    if any(said in str(error) for said in _NO_ROOM):
        raise IndexBusyError(
            "The search index could not be opened, because too many files are open or memory is short: try again"
            " shortly; if that does not help, restart this program."
        ) from error
