"""When the audit trail was last verified by this process, and what was found."""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from store import audit, clock
from store.archive import Archive
from store.audit import Verdict
from web.context import current_archive

LAST = "candour_audit_verified"
MORE_TRIES = 2


@dataclass(frozen=True)
class Verified:
    """A verdict and its moment."""

    verdict: Verdict
    at: datetime


def verify_now() -> Verified:
    """The whole trail has just been read and compared with its sealed head."""
    archive = current_archive()
    verdict = _verdict(archive)
    for _ in range(MORE_TRIES):
        # An event written between reading the head and reading the rows looks like a fault; a real one stays.
        verdict = verdict if verdict.ok else _verdict(archive)
    found = Verified(verdict, clock.now())
    current_app.extensions[LAST] = found
    return found


def _verdict(archive: Archive) -> Verdict:
    with archive.reading() as session:
        return audit.verify(session, archive.audit_head)


def last_verified() -> Verified | None:
    """What the last check found, if there was one since the service started."""
    found: Verified | None = current_app.extensions.get(LAST)
    return found
