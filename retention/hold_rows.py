"""The rows of a hold: placed with a protection on its bytes, ended with the recorded decision of two people.

Who may do so, and when, is decided elsewhere (`retention.holds`, `retention.undone_splits`).
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from access.policy import Actor
from records.models import Record, RecordFile
from retention.models import PROVISIONAL, Clearance, Hold, HoldRelease, Notice
from store import audit, clock, protections
from store.audit_actions import AuditAction
from store.files_models import FileClearance, FileProtection


def standing(session: Session, record: Record) -> list[Hold]:
    """The holds on the record that stand, oldest first."""
    return list(
        session.scalars(select(Hold).where(Hold.record_id == record.id, Hold.released_at.is_(None)).order_by(Hold.id))
    )


def left_on_copies(session: Session, record: Record) -> list[Hold]:
    """The holds under a notice on copies of the record that belong to no record, as earlier versions left them.

    One placed after the last copy was found is not among them: a file stands under it that is still being read, or
    was set aside.
    """
    last = select(func.max(RecordFile.found_at)).where(RecordFile.record_id == record.id).scalar_subquery()
    query = select(Hold).where(
        Hold.sha256 == record.sha256,
        Hold.record_id.is_(None),
        Hold.kind == PROVISIONAL,
        Hold.released_at.is_(None),
        Hold.placed_at <= last,
    )
    return list(session.scalars(query.order_by(Hold.id)))


class Wanted(NamedTuple):
    """A hold to be placed."""

    sha256: str
    record: Record | None
    notice: Notice | None
    kind: str
    category: str
    reason: str


def place(
    session: Session,
    sha256: str,
    record: Record | None,
    notice: Notice | None,
    *,
    kind: str,
    category: str,
    reason: str,
    actor: Actor,
) -> Hold:
    """The hold stands, and its bytes are protected for it."""
    (hold,) = place_all(session, [Wanted(sha256, record, notice, kind, category, reason)], actor=actor)
    return hold


def place_all(session: Session, wanted: Sequence[Wanted], *, actor: Actor) -> list[Hold]:
    """`place` for many at once, in the same order."""
    if not wanted:
        return []
    first = (session.scalar(select(func.max(Hold.id))) or 0) + 1
    asked = [
        protections.Wanted(each.sha256, f"hold:{number}", each.reason) for number, each in enumerate(wanted, first)
    ]
    protected = protections.protect_all(session, asked)
    placed = [
        Hold(
            id=number,
            sha256=each.sha256,
            record_id=each.record.id if each.record else None,
            notice_id=each.notice.id if each.notice else None,
            protection_id=protection.id,
            kind=each.kind,
            category=each.category,
            reason=each.reason,
            placed_by=actor.name,
            placed_at=clock.now(),
        )
        for number, (each, protection) in enumerate(zip(wanted, protected, strict=True), first)
    ]
    session.add_all(placed)
    session.flush()
    for hold, each in zip(placed, wanted, strict=True):
        notice = each.notice.reference if each.notice else ""
        audit.record(
            session,
            AuditAction.HOLD_PLACED,
            actor=actor.name,
            subject=f"record:{each.record.reference}" if each.record else f"file:{hold.sha256}",
            detail={"hold": hold.id, "kind": hold.kind, "notice": notice, "category": hold.category},
        )
    return placed


def release(session: Session, hold: Hold, *, reason: str, second: Actor, actor: Actor) -> None:
    """The hold has ended on the word of two people, and its protection with it."""
    session.add(
        HoldRelease(
            hold_id=hold.id,
            given_by=actor.name,
            second_reader=second.name,
            reason=reason.strip(),
            given_at=clock.now(),
        )
    )
    session.flush()
    hold.released_at = clock.now()
    protection = session.get_one(FileProtection, hold.protection_id)
    protections.lift(session, protection, given_by=actor.name, second_reader=second.name, reason=reason.strip())
    audit.record(
        session,
        AuditAction.HOLD_RELEASED,
        actor=actor.name,
        subject=f"record:{hold.record_id and session.get_one(Record, hold.record_id).reference}",
        detail={"hold": hold.id, "second": second.name, "reason": reason.strip()},
    )


def clear_bytes(session: Session, record: Record, clearance: Clearance) -> None:
    """The bytes may go, as far as this decision of two people on the record permits it."""
    session.add(
        FileClearance(
            sha256=record.sha256,
            given_by=clearance.given_by,
            second_reader=clearance.second_reader,
            reason=f"{record.reference}: {clearance.reason}",
            given_at=clearance.given_at,
        )
    )
    session.flush()
