"""When an index whose files cannot be read is made anew without a person, and from when on a person is needed.

A disk that fails breaks the next index too. So each time is in the audit trail before it begins, which bounds them
across processes and however they end.
"""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import SYSTEM
from search.engines.errors import REBUILD, IndexUnreadableError
from store import audit, clock
from store.archive import Archive
from store.audit import AuditEvent
from store.audit_actions import AuditAction

MOST_A_DAY = 3
PAUSE = timedelta(minutes=10)


def begin_healing(archive: Archive) -> None:
    """That the index could not be read, and is made anew by itself, is in the audit trail.

    Raises:
        IndexUnreadableError: It may not be just now, and why.
    """
    with archive.reading() as session:
        reason = why_not_healed(session, archive.settings.index)
    if reason:
        raise IndexUnreadableError(f"The search index cannot be read: {reason}.")
    with archive.writing() as session:
        audit.record(session, AuditAction.INDEX_UNREADABLE, actor=SYSTEM.name, subject="index")


def why_not_healed(session: Session, folder: Path) -> str:
    """Why an index that cannot be read is not made anew by itself just now, and what to do; or nothing."""
    now = clock.now()
    begun = healings(session, since=now - timedelta(days=1))
    if len(begun) >= MOST_A_DAY:
        return (
            f"it was made anew by itself {len(begun)} times within a day, which did not help, and is not again: have"
            f" the disk of the data folder looked at, then {REBUILD}"
        )
    if begun and now - begun[-1] < PAUSE:
        minutes = PAUSE // timedelta(minutes=1)
        return f"it was made anew by itself less than {minutes} minutes ago: the worker tries again after that"
    needed = _bytes_in(folder)
    if folder.exists() and shutil.disk_usage(folder).free < needed:
        return (
            "there is no room on the disk to make it anew beside the old one: make"
            f" {needed / 1e6:,.0f} MB of room, and the worker does it by itself; no record is lost by it"
        )
    return ""


def _bytes_in(folder: Path) -> int:
    found = 0
    for path in folder.rglob("*"):
        with suppress(OSError):  # Gone meanwhile, or on a part of the disk that fails.
            found += path.stat().st_size if path.is_file() else 0
    return found


def healings(session: Session, *, since: datetime) -> Sequence[datetime]:
    """When the index was found unreadable and began to be made anew by itself, the last one last."""
    begun = select(AuditEvent.at).where(AuditEvent.action == AuditAction.INDEX_UNREADABLE, AuditEvent.at >= since)
    return session.scalars(begun.order_by(AuditEvent.sequence)).all()
