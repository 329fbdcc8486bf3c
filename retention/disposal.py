"""Disposal: the one way a record's bytes go, through every check and never by default."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from records.models import Page, PageWords, Record, RecordFile
from records.page_models import PageVersion
from records.register import PURGED, needs_indexing
from retention import checks, undone_splits
from retention.models import DisposalCheck
from store import audit, clock, protections
from store.audit_actions import AuditAction
from store.errors import RefusedError
from store.files import FileStore


def ask(session: Session, record: Record, *, actor: Actor) -> list[checks.Answer]:
    """Every check has answered, and each answer is kept for ever, refused or not."""
    require(actor, Permission.PURGE)
    given = checks.answers(session, record)
    session.add_all(
        DisposalCheck(
            record_id=record.id,
            name=item.name,
            answer=item.answer,
            detail=item.detail,
            asked_by=actor.name,
            asked_at=clock.now(),
        )
        for item in given
    )
    blocking = [item for item in given if item.answer != checks.CLEAR]
    if blocking or not given:
        audit.record(
            session,
            AuditAction.DISPOSAL_REFUSED,
            actor=actor.name,
            subject=f"record:{record.reference}",
            detail={item.name: item.detail for item in blocking},
        )
    session.flush()
    return given


def refuse_unless_clear(record: Record, given: list[checks.Answer]) -> None:
    """Returns only if every check said clear, and there was one.

    Raises:
        RefusedError: One did not; the sentence names each hold and reason.
    """
    blocking = [item for item in given if item.answer != checks.CLEAR]
    if not given:
        raise RefusedError(f"{record.reference} is kept because no check was made: an empty list permits nothing.")
    if blocking:
        reasons = "; ".join(item.detail for item in blocking)
        raise RefusedError(
            f"{record.reference} is kept: {reasons}. Only the decision of two people that it is outside the notice "
            "opens the way, after every page is read and every suggestion decided."
        )


def purge(session: Session, files: FileStore, record: Record, *, actor: Actor) -> None:
    """The record's bytes and text are gone; its row, decisions and clearance stay to explain why.

    What splits, since undone, once made of its pages goes with it.

    Raises:
        RefusedError: A check says that it must be kept, or it was purged already; nothing was changed.
    """
    record = session.get_one(Record, record.id)
    if record.purged_at:
        raise RefusedError(f"{record.reference} was purged on {record.purged_at:%-d %B %Y} already.")
    refuse_unless_clear(record, ask(session, record, actor=actor))
    going = [record, *undone_splits.going_with(session, record)]
    for each in going:
        _empty(session, each, actor=actor)
    files.remove(session, record.sha256)
    for sha256 in dict.fromkeys(each.sha256 for each in going if each.sha256 != record.sha256):
        # A copy of its pages may lie in the archive as a record of its own as well: then the bytes are that record's.
        if not _is_needed(session, sha256):
            files.remove(session, sha256)


def _empty(session: Session, record: Record, *, actor: Actor) -> None:
    pages = session.query(Page.id).where(Page.record_id == record.id)
    session.execute(delete(PageVersion).where(PageVersion.page_id.in_(pages)))
    session.execute(delete(PageWords).where(PageWords.page_id.in_(pages)))
    session.execute(delete(Page).where(Page.record_id == record.id))
    record.purged_at, record.state = clock.now(), PURGED
    needs_indexing(session, record.id)
    audit.record(
        session,
        AuditAction.RECORD_PURGED,
        actor=actor.name,
        subject=f"record:{record.reference}",
        detail={"sha256": record.sha256},
    )


def _is_needed(session: Session, sha256: str) -> bool:
    kept = (
        select(Record.id)
        .join(RecordFile, RecordFile.record_id == Record.id)
        .where(RecordFile.sha256 == sha256, Record.purged_at.is_(None))
    )
    return session.scalar(kept.limit(1)) is not None or bool(protections.open_protections(session, sha256))
