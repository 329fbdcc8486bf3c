"""Marks of the legal team: privileged records never leave, restricted ones only by someone who may see them."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from disclosure.models import Mark
from records.families import AT_ONCE, ids_inside
from records.likeness_models import SHARED
from records.likenesses import similar_records
from records.models import OPEN, PRIVILEGED, RESTRICTED, Record, RecordFile
from records.parts import parts_below, wholes_above
from records.parts_models import UNDONE
from records.register import need_indexing
from store import audit, clock
from store.audit_actions import AuditAction
from store.chunks import chunks
from store.errors import InvalidInputError, NotFoundError, RefusedError

KINDS = (PRIVILEGED, RESTRICTED)


def mark(session: Session, record: Record, *, kind: str, reason: str, actor: Actor) -> Mark:
    """The record is privileged or restricted from now on: hidden from those who may not see it.

    Raises:
        InvalidInputError: The kind is not one, or there is no reason.
        RefusedError: It is so marked already.
    """
    require(actor, Permission.MARK)
    if kind not in KINDS:
        raise InvalidInputError(f"A record is marked privileged or restricted: {kind!r} is neither.")
    if not reason.strip():
        raise InvalidInputError("The mark was not made because it has no reason: say why, in a few words.")
    if any(item.kind == kind for item in open_marks(session, record)):
        raise RefusedError(f"{record.reference} is {kind} already: nothing was changed.")
    made = Mark(record_id=record.id, kind=kind, reason=reason.strip(), marked_by=actor.name, marked_at=clock.now())
    session.add(made)
    session.flush()
    refresh_compartment(session, record)
    audit.record(
        session,
        AuditAction.RECORD_MARKED,
        actor=actor.name,
        subject=f"record:{record.reference}",
        detail={"kind": kind, "mark": made.id},
    )
    return made


def lift_mark(session: Session, made: Mark, *, reason: str, actor: Actor) -> None:
    """The mark no longer stands; that it did, and why it was lifted, is kept."""
    require(actor, Permission.MARK)
    if not reason.strip():
        raise InvalidInputError("The mark was not lifted because there is no reason: say why, in a few words.")
    if made.lifted_at:
        raise RefusedError(f"That mark was already lifted on {made.lifted_at:%-d %B %Y}.")
    made.lifted_by, made.lifted_reason, made.lifted_at = actor.name, reason.strip(), clock.now()
    session.flush()
    record = session.get_one(Record, made.record_id)
    refresh_compartment(session, record)
    audit.record(
        session,
        AuditAction.MARK_LIFTED,
        actor=actor.name,
        subject=f"record:{record.reference}",
        detail={"kind": made.kind, "mark": made.id, "reason": reason.strip()},
    )


def refresh_compartment(session: Session, marked: Record) -> None:
    """The record, and each record that holds some of its pages, is where the marks over its pages put it.

    A part of a restricted scan is restricted, and so is a scan one of whose parts is: they show the same pages.
    Parts beside it are not, because they show other pages. What lies in one of them is indexed again, because it tells
    where the whole was found only as long as everybody may know.
    """
    # The session's own rows: one read in an earlier unit of work would be changed in memory and nowhere else,
    # and a privileged record would stay open.
    record = session.get_one(Record, marked.id)
    placed: list[int] = []
    for each in (record, *wholes_above(session, record), *parts_below(session, record)):
        if each.compartment == UNDONE:
            continue
        kinds = kinds_over(session, each)
        each.compartment = next((kind for kind in KINDS if kind in kinds), OPEN)
        session.flush()
        placed.append(each.id)
    need_indexing(session, [*placed, *ids_inside(session, placed)])


def kinds_over(session: Session, record: Record) -> set[str]:
    """The kinds of the marks that stand on the record, on the scan it is a part of, and on its own parts."""
    related = (record, *wholes_above(session, record), *parts_below(session, record))
    return {item.kind for each in related for item in open_marks(session, each)}


def open_marks(session: Session, record: Record) -> list[Mark]:
    """The marks that stand on the record, oldest first."""
    return list(
        session.scalars(select(Mark).where(Mark.record_id == record.id, Mark.lifted_at.is_(None)).order_by(Mark.id))
    )


def open_copies(session: Session, record: Record, *, actor: Actor) -> list[Record]:
    """The open records that have the same bytes as this one or are like it: a mark on one copy hides no other."""
    hashes = select(RecordFile.sha256).where(RecordFile.record_id == record.id)
    same = session.scalars(select(Record).join(RecordFile).where(RecordFile.sha256.in_(hashes))).all()
    alike = [each.record for each in similar_records(session, record, actor=actor) if each.kind != SHARED]
    copies = {each.id: each for each in (*same, *alike) if each.compartment == OPEN and each.id != record.id}
    return [copies[number] for number in sorted(copies) if copies[number].purged_at is None]


def open_inside(session: Session, record: Record) -> list[Record]:
    """The open records that came out of this one: a mark on a message hides nothing that was attached to it."""
    query = select(Record).where(Record.compartment == OPEN, Record.purged_at.is_(None))
    inside = [
        each
        for some in chunks(ids_inside(session, [record.id]), AT_ONCE)
        for each in session.scalars(query.where(Record.id.in_(some)))
    ]
    return sorted(inside, key=lambda each: each.id)


def find_mark(session: Session, number: int) -> Mark:
    """The mark of this number.

    Raises:
        NotFoundError: There is none.
    """
    found = session.get(Mark, number)
    if found is None:
        raise NotFoundError(f"There is no mark {number}.")
    return found


def count_marked(session: Session) -> dict[str, int]:
    """How many records stand marked, by kind."""
    rows = session.execute(select(Mark.kind, func.count(Mark.id)).where(Mark.lifted_at.is_(None)).group_by(Mark.kind))
    return {row.kind: row[1] for row in rows}
