"""The independent checks a record must pass before it may be destroyed.

After the prison service's pre-deletion checks: every check answers for itself, one answer other than
`clear` blocks, an answer that cannot be given yet is *pending* and blocks, and every answer is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from records import parts
from records.models import Page, Record, RecordFile
from records.page_models import SuggestNeed
from records.parts_models import UNDONE
from retention import holds, undone_splits
from retention.clearances import why_decide_again
from retention.models import OPEN, PLACED, DisposalObjection, Suggestion
from store import protections

CLEAR, RETAIN, PENDING = "clear", "retain", "pending"


@dataclass(frozen=True)
class Answer:
    """What one check says of one record, and why."""

    name: str
    answer: str
    detail: str


def _holds(session: Session, record: Record) -> Answer:
    standing = [f"hold {hold.id}: {hold.reason}" for hold in holds.holds_of(session, record)]
    above = record
    while above.parent_id is not None:
        # Whoever holds a message for the police holds what was attached to it.
        above = session.get_one(Record, above.parent_id)
        placed = [hold for hold in holds.holds_of(session, above) if hold.kind == PLACED]
        standing += [f"hold {hold.id} on {above.reference}, which it came out of: {hold.reason}" for hold in placed]
    if standing:
        return Answer("holds", RETAIN, "; ".join(standing))
    return Answer("holds", CLEAR, "no hold stands")


def _clearance(session: Session, record: Record) -> Answer:
    clearance = holds.clearance_of(session, record)
    if clearance is None:
        return Answer("clearance", RETAIN, "nobody has decided that it is outside the notice")
    again = why_decide_again(session, clearance)
    if again:
        return Answer("clearance", RETAIN, again)
    return Answer("clearance", CLEAR, f"{clearance.given_by} and {clearance.second_reader}: {clearance.reason}")


def _reading(session: Session, record: Record) -> Answer:
    unread = session.scalar(
        select(func.count()).select_from(Page).where(Page.record_id == record.id, Page.unread.is_(True))
    )
    if session.get(SuggestNeed, record.id) is not None:
        return Answer("reading", PENDING, "its text changed and has not been looked through since")
    return Answer("reading", PENDING if unread else CLEAR, f"{unread or 'no'} pages unread")


def _suggestions(session: Session, record: Record) -> Answer:
    undecided = session.scalar(
        select(func.count()).select_from(Suggestion).where(Suggestion.record_id == record.id, Suggestion.status == OPEN)
    )
    return Answer("suggestions", PENDING if undecided else CLEAR, f"{undecided or 'no'} suggestions undecided")


def _objections(session: Session, record: Record) -> Answer:
    standing = session.scalars(
        select(DisposalObjection)
        .where(DisposalObjection.record_id == record.id, DisposalObjection.ended_at.is_(None))
        .order_by(DisposalObjection.id)
    ).all()
    if standing:
        return Answer("objections", RETAIN, "; ".join(f"{item.holder}: {item.reason}" for item in standing))
    return Answer("objections", CLEAR, "nobody objects")


def _family(session: Session, record: Record) -> Answer:
    members = list(session.scalars(select(Record).where(Record.parent_id == record.id)))
    kept = [member.reference for member in members if member.purged_at is None and member.compartment != UNDONE]
    if kept:
        return Answer("family", RETAIN, f"{', '.join(sorted(kept))} came out of it and are kept")
    return Answer("family", CLEAR, "nothing that came out of it is kept")


def _undone_parts(session: Session, record: Record) -> Answer:
    """The copies that splits now undone made of its pages go with it, so what keeps one of them keeps it."""
    why = []
    for part in parts.undone_parts(session, record):
        if part.purged_at is not None:
            continue
        given = (_holds(session, part), _clearance(session, part), _objections(session, part))
        why += [f"{part.reference}, once a part of it: {each.detail}" for each in given if each.answer != CLEAR]
    if why:
        return Answer("undone parts", RETAIN, "; ".join(why))
    return Answer("undone parts", CLEAR, "nothing keeps what was once a part of it")


def _shared_bytes(session: Session, record: Record) -> Answer:
    free = {each.reference for each in undone_splits.copies_of_bytes(session, record.sha256)
            if undone_splits.is_free(session, each)}  # fmt: skip
    kept = session.scalars(
        select(Record.reference)
        .join(RecordFile, RecordFile.record_id == Record.id)
        .where(RecordFile.sha256 == record.sha256, Record.id != record.id, Record.purged_at.is_(None))
        .distinct()
        .order_by(Record.reference)
    ).all()
    others = [reference for reference in kept if reference not in free]
    standing = protections.open_protections(session, record.sha256)
    if standing or others:
        who = ", ".join([*others, *(item.holder.replace(":", " ") for item in standing)])
        return Answer("bytes", RETAIN, f"the same bytes are kept by {who}")
    return Answer("bytes", CLEAR, "nothing else needs the bytes")


CHECKS: tuple[Callable[[Session, Record], Answer], ...] = (
    _holds,
    _clearance,
    _reading,
    _suggestions,
    _objections,
    _family,
    _undone_parts,
    _shared_bytes,
)


def answers(session: Session, record: Record) -> list[Answer]:
    """What each check says of the record."""
    return [check(session, record) for check in CHECKS]
