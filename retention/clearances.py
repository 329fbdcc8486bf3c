"""Whether a decision that a record is outside the notice still says what it said when two people took it."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from records.models import Page, Record
from records.page_models import PageVersion
from retention import hold_rows
from retention.models import PROVISIONAL, Clearance, Notice
from retention.notices import active_notices
from store.audit import AuditEvent
from store.audit_actions import AuditAction


def why_decide_again(session: Session, clearance: Clearance) -> str:
    """What came after the clearance that the two people could not know; empty where it stands."""
    since = [f"{each.reference} ({each.version})" for each in active_notices(session) if not _names(clearance, each)]
    if since:
        return f"it was cleared before {' and '.join(since)} was in force: decide again"
    restored = _restored_at(session)
    if restored is not None and restored >= clearance.given_at:
        # A hold, an objection or a mark made after the backup is not in it: nobody can say that there was none.
        when = f"it was cleared before the archive was restored from a backup on {restored:%-d %B %Y}"
        return f"{when}, and what was held since the backup is not in it: decide again"
    if _read_anew(session, clearance):
        return "a page of it was read anew or transcribed since it was cleared: decide again"
    if _copy_is_held(session, session.get_one(Record, clearance.record_id)):
        return "a copy of it was found again since it was cleared: decide again"
    return ""


def _copy_is_held(session: Session, record: Record) -> bool:
    holds = (*hold_rows.standing(session, record), *hold_rows.left_on_copies(session, record))
    return any(hold.kind == PROVISIONAL for hold in holds)


def _names(clearance: Clearance, notice: Notice) -> bool:
    return f" {notice.reference}@{notice.version} " in f" {clearance.notices} "


def _restored_at(session: Session) -> datetime | None:
    return session.scalar(select(func.max(AuditEvent.at)).where(AuditEvent.action == AuditAction.RESTORED.value))


def _read_anew(session: Session, clearance: Clearance) -> bool:
    latest = session.scalar(
        select(func.max(PageVersion.made_at))
        .join(Page, Page.id == PageVersion.page_id)
        .where(Page.record_id == clearance.record_id)
    )
    return latest is not None and latest > clearance.given_at
