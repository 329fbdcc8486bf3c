"""The audit trail as a table that leaves the archive."""

import json
from collections.abc import Iterator

from sqlalchemy.orm import Session

from store.audit_actions import AuditAction
from store.audit_reading import AuditFilter, each_happening
from store.leaving import LongLeaving, leaving_long
from store.spreadsheets import csv_lines

COLUMNS = ("number", "moment (UTC)", "who", "action", "what happened", "to what", "detail")


def export_happenings(session: Session, wanted: AuditFilter) -> LongLeaving:
    """The events asked for as CSV, however many, the newest first."""
    pieces = csv_lines(COLUMNS, _rows(session, wanted))
    return leaving_long(session, pieces, AuditAction.AUDIT_EXPORTED, subject="audit", filter=vars(wanted))


def _rows(session: Session, wanted: AuditFilter) -> Iterator[tuple[object, ...]]:
    for each in each_happening(session, wanted):
        detail = json.dumps(each.detail, ensure_ascii=False, sort_keys=True)
        yield each.sequence, each.at.isoformat(), each.actor, each.action, each.sentence, each.subject, detail
