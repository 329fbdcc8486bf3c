"""The rows of a hold: placed with a protection on its bytes, ended with the recorded decision of two people.

Who may do so, and when, is decided elsewhere (`retention.holds`, `retention.undone_splits`).
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from access.policy import Actor
from records.models import Record
from retention.models import Clearance, Hold, HoldRelease, Notice
from store import audit, clock, protections
from store.audit_actions import AuditAction
from store.files_models import FileClearance, FileProtection


def standing(session: Session, record: Record) -> list[Hold]:
    """The holds on the record that stand, oldest first."""
    return list(
        session.scalars(select(Hold).where(Hold.record_id == record.id, Hold.released_at.is_(None)).order_by(Hold.id))
    )


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
    number = (session.scalar(select(func.max(Hold.id))) or 0) + 1
    protection = protections.protect(session, sha256, holder=f"hold:{number}", reason=reason)
    hold = Hold(
        id=number,
        sha256=sha256,
        record_id=record.id if record else None,
        notice_id=notice.id if notice else None,
        protection_id=protection.id,
        kind=kind,
        category=category,
        reason=reason,
        placed_by=actor.name,
        placed_at=clock.now(),
    )
    session.add(hold)
    session.flush()
    audit.record(
        session,
        AuditAction.HOLD_PLACED,
        actor=actor.name,
        subject=f"record:{record.reference}" if record else f"file:{sha256}",
        detail={"hold": hold.id, "kind": kind, "notice": notice.reference if notice else "", "category": category},
    )
    return hold


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
