"""Registering and finding records."""

from collections.abc import Iterable

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from access.policy import Actor
from records.models import IndexNeed, Page, PageWords, Record, RecordFile
from records.parts_models import UNDONE
from store import audit, clock
from store.audit_actions import AuditAction
from store.chunks import chunks
from store.errors import NotFoundError

READ, PARTLY_READ, UNREAD, CONTAINER, PURGED = "read", "partly-read", "unread", "container", "purged"
# Of a kind that nothing here reads: one page stands for it, unread until a person has dealt with it.
NOT_SEARCHABLE = "not-searchable"


def next_number(session: Session) -> int:
    """The number that the next record gets, in order of registration."""
    return (session.scalar(select(func.max(Record.id))) or 0) + 1


def reference_of(number: int) -> str:
    """A record's reference: R and six digits."""
    return f"R{number:06d}"


def next_reference(session: Session) -> str:
    """The reference that the next record gets."""
    return reference_of(next_number(session))


def find_record(session: Session, reference: str, *, actor: Actor) -> Record:
    """The record with this reference, if this actor may know of it.

    Raises:
        NotFoundError: There is none, or this actor may not know.
    """
    record = session.scalar(select(Record).where(Record.reference == reference.strip().upper()))
    if record is None or not visible(record, actor):
        raise NotFoundError(f"There is no record {reference}: check the reference in the list of records.")
    return record


def visible(record: Record, actor: Actor) -> bool:
    """Whether this actor may know that the record exists."""
    return record.compartment in actor.compartments


def visible_ids_of(session: Session, ids: Iterable[int], *, actor: Actor) -> set[int]:
    """Those of these records, by id, that this actor may know of."""
    return {
        found
        for chunk in chunks(ids, 500)
        for found in session.scalars(
            select(Record.id).where(Record.id.in_(chunk), Record.compartment.in_(actor.compartments))
        )
    }


def visible_records(session: Session, *, actor: Actor, offset: int = 0, limit: int | None = None) -> list[Record]:
    """The records this actor may know of, in order of registration."""
    query = select(Record).where(Record.compartment.in_(actor.compartments)).order_by(Record.id)
    return list(session.scalars(query.offset(offset).limit(limit)))


def family(session: Session, record: Record) -> list[Record]:
    """The record, its container or message, and everything else inside that, in order."""
    root = record
    while root.parent_id is not None:
        root = session.get_one(Record, root.parent_id)
    members, generation = [root], [root]
    while generation:
        generation = list(
            session.scalars(
                select(Record)
                .where(Record.parent_id.in_([item.id for item in generation]))
                .order_by(Record.parent_id, Record.family_position, Record.id)
            )
        )
        members.extend(generation)
    return members


def records_of_bytes(session: Session, hashes: Iterable[str]) -> dict[str, Record]:
    """By these bytes' hashes, the first record whose original they are; one that was purged no longer holds them.

    Without those that no record has.
    """
    found: dict[str, Record] = {}
    for some in chunks(hashes, 500):
        query = (
            select(RecordFile.sha256, Record)
            .join(Record, Record.id == RecordFile.record_id)
            # A part whose split was undone holds its bytes, and is nobody's record any more.
            .where(RecordFile.sha256.in_(some), Record.purged_at.is_(None), Record.compartment != UNDONE)
            .order_by(RecordFile.id)
        )
        for sha256, record in session.execute(query):
            found.setdefault(sha256, record)
    return found


def pages_of(session: Session, record: Record) -> list[Page]:
    """The record's pages in order."""
    return list(session.scalars(select(Page).where(Page.record_id == record.id).order_by(Page.number)))


def packed_words(session: Session, page: Page) -> bytes | None:
    """Where the page's words stand, packed (`records.words`), if it is known."""
    row = session.get(PageWords, page.id)
    return row.packed if row else None


def needs_indexing(session: Session, record_id: int) -> None:
    """The record's search entry will be made again; in the same transaction as what changed it."""
    need_indexing(session, [record_id])


def need_indexing(session: Session, record_ids: Iterable[int]) -> None:
    """`needs_indexing` for many at once."""
    now = clock.now()
    for some in chunks(record_ids, 500):
        # A need that stands is renewed: whoever writes the index now may have read the record before this change, and
        # lets go only of the need it has seen.
        renewed = update(IndexNeed).where(IndexNeed.record_id.in_(some)).values(since=now)
        session.execute(renewed, execution_options={"synchronize_session": False})
        known = set(session.scalars(select(IndexNeed.record_id).where(IndexNeed.record_id.in_(some))))
        rows = [{"record_id": number, "since": now} for number in dict.fromkeys(some) if number not in known]
        if rows:
            session.execute(insert(IndexNeed), rows)


def log_view(session: Session, record: Record, *, actor: Actor) -> None:
    """That this actor viewed the record is in the audit trail."""
    audit.record(
        session,
        AuditAction.RECORD_VIEWED,
        actor=actor.name,
        subject=f"record:{record.reference}",
        detail={"compartment": record.compartment},
    )
