"""What can go wrong with an index's files, said alike for every engine."""

from store.errors import CandourError, DamagedError

REBUILD = "run `candour index rebuild`; no record is lost by it"
MENDED = "the worker makes it anew by itself, or run `candour index rebuild`; no record is lost by it"


class IndexBusyError(CandourError):
    """Another process is writing the index and did not finish in time; trying again is right."""

    status_code = 503


class IndexUnreadableError(DamagedError):
    """The files of the index are broken, or went away while they were opened."""
