"""Reading lists: what a search found, worked through one by one, so that it can be shown that each was read."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from records.models import Record
from search.reading_models import Reading, ReadingList, ReadingListItem
from search.sight import compartments_of, may_be_told
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError

LONGEST_NAME = 200
MOST_RECORDS = 50_000


@dataclass(frozen=True)
class ListProgress:
    """How far a list is, counted among the records this person may see."""

    reading_list: ReadingList
    total: int
    read: int
    read_by_me: int

    @property
    def left(self) -> int:
        """How many nobody has said they read."""
        return self.total - self.read


@dataclass(frozen=True)
class ListedRecord:
    """One record of a list with whoever read it, the first one first."""

    place: int
    record: Record
    readings: Sequence[Reading]


def make_list(
    session: Session, records: Sequence[Record], *, name: str, origin: str, query: str = "", actor: Actor
) -> ReadingList:
    """The records are fixed as a list, in this order, to be read one by one.

    Args:
        session: A writing unit of work.
        records: What is to be read; every one of them open to the actor.
        name: What the list is called.
        origin: Where it came from, in words.
        query: The search whose words are marked on each record, where there is one.
        actor: Whoever makes it.

    Raises:
        InvalidInputError: There is nothing to read, too much of it, or no name.
    """
    require(actor, Permission.SEARCH)
    named = " ".join(name.split())
    if not 1 <= len(named) <= LONGEST_NAME:
        raise InvalidInputError(f"Give the list a name of 1 to {LONGEST_NAME} letters.")
    if not 1 <= len(records) <= MOST_RECORDS:
        raise InvalidInputError(f"A list has 1 to {MOST_RECORDS:,} records and this has {len(records):,}.")
    made = ReadingList(
        name=named,
        origin=origin,
        query=query,
        counted_in=compartments_of(actor),
        made_by=actor.name,
        made_at=clock.now(),
    )
    session.add(made)
    session.flush()
    session.add_all(
        ReadingListItem(reading_list_id=made.id, position=position, record_id=record.id)
        for position, record in enumerate(records, start=1)
    )
    session.flush()
    audit.record(
        session,
        AuditAction.READING_LIST_MADE,
        actor=actor.name,
        subject=f"reading-list:{made.id}",
        detail={"records": len(records), "origin": origin},
    )
    return made


def reading_lists(session: Session, *, actor: Actor) -> list[ListProgress]:
    """The lists this person may be told of with how far each is, the newest first."""
    require(actor, Permission.SEARCH)
    listed = session.scalars(select(ReadingList).order_by(ReadingList.id.desc()))
    return [progress_of(session, each, actor=actor) for each in listed if may_be_told(each.counted_in, actor)]


def find_list(session: Session, number: int, *, actor: Actor) -> ReadingList:
    """The list of this number.

    Raises:
        NotFoundError: There is none that this person may be told of.
    """
    require(actor, Permission.SEARCH)
    found = session.get(ReadingList, number)
    if found is None or not may_be_told(found.counted_in, actor):
        raise NotFoundError("There is no such reading list: choose one from the list of reading lists.")
    return found


def progress_of(session: Session, reading_list: ReadingList, *, actor: Actor) -> ListProgress:
    """How far the list is."""
    items = (
        select(ReadingListItem.id)
        .join(Record, Record.id == ReadingListItem.record_id)
        .where(ReadingListItem.reading_list_id == reading_list.id, Record.compartment.in_(actor.compartments))
    )
    count = select(func.count(Reading.item_id.distinct())).where(Reading.item_id.in_(items))
    return ListProgress(
        reading_list,
        total=session.scalar(select(func.count()).select_from(items.subquery())) or 0,
        read=session.scalar(count) or 0,
        read_by_me=session.scalar(count.where(Reading.read_by == actor.name)) or 0,
    )


def listed_records(
    session: Session, reading_list: ReadingList, *, actor: Actor, offset: int = 0, limit: int | None = None
) -> list[ListedRecord]:
    """The records of the list that this person may see, in its order, numbered as they see them."""
    query = (
        select(ReadingListItem, Record)
        .join(Record, Record.id == ReadingListItem.record_id)
        .where(ReadingListItem.reading_list_id == reading_list.id, Record.compartment.in_(actor.compartments))
        .order_by(ReadingListItem.position)
        .offset(offset)
        .limit(limit)
    )
    rows = session.execute(query).all()
    readings: dict[int, list[Reading]] = {}
    mine = select(ReadingListItem.id).where(ReadingListItem.reading_list_id == reading_list.id)
    for each in session.scalars(select(Reading).where(Reading.item_id.in_(mine)).order_by(Reading.id)):
        readings.setdefault(each.item_id, []).append(each)
    return [
        ListedRecord(place, record, readings.get(item.id, ()))
        for place, (item, record) in enumerate(rows, start=offset + 1)
    ]


def next_unread(
    session: Session, reading_list: ReadingList, *, actor: Actor, after: Record | None = None
) -> Record | None:
    """The first record after this one that nobody has said they read, going round to the beginning; or None."""
    here = _position(session, reading_list, after) if after is not None else 0
    query = (
        select(Record)
        .join(ReadingListItem, ReadingListItem.record_id == Record.id)
        .where(
            ReadingListItem.reading_list_id == reading_list.id,
            Record.compartment.in_(actor.compartments),
            ReadingListItem.id.not_in(select(Reading.item_id)),
        )
        # What comes after stands first, then the beginning, and the record itself only when it alone is left.
        .order_by(ReadingListItem.position == here, ReadingListItem.position < here, ReadingListItem.position)
    )
    return session.scalar(query.limit(1))


def _position(session: Session, reading_list: ReadingList, record: Record) -> int:
    query = select(ReadingListItem.position).where(
        ReadingListItem.reading_list_id == reading_list.id, ReadingListItem.record_id == record.id
    )
    return session.scalar(query) or 0


def place_in(session: Session, reading_list: ReadingList, record: Record, *, actor: Actor) -> ListedRecord | None:
    """Where the record stands in the list, or None if it is not in it."""
    here = _position(session, reading_list, record)
    if not here or record.compartment not in actor.compartments:
        return None
    before = (
        select(func.count(ReadingListItem.id))
        .join(Record, Record.id == ReadingListItem.record_id)
        .where(
            ReadingListItem.reading_list_id == reading_list.id,
            ReadingListItem.position < here,
            Record.compartment.in_(actor.compartments),
        )
    )
    readings = (
        select(Reading)
        .join(ReadingListItem, ReadingListItem.id == Reading.item_id)
        .where(ReadingListItem.reading_list_id == reading_list.id, ReadingListItem.record_id == record.id)
        .order_by(Reading.id)
    )
    return ListedRecord((session.scalar(before) or 0) + 1, record, list(session.scalars(readings)))


def mark_read(session: Session, reading_list: ReadingList, record: Record, *, actor: Actor) -> None:
    """This person says that they read the record; said twice, the first time stands.

    Raises:
        NotFoundError: It is not in the list, or not open to them.
    """
    require(actor, Permission.READ)
    item = session.scalar(
        select(ReadingListItem)
        .join(Record, Record.id == ReadingListItem.record_id)
        .where(
            ReadingListItem.reading_list_id == reading_list.id,
            ReadingListItem.record_id == record.id,
            Record.compartment.in_(actor.compartments),
        )
    )
    if item is None:
        raise NotFoundError("That record is not in this list: choose one that is.")
    known = select(Reading.id).where(Reading.item_id == item.id, Reading.read_by == actor.name)
    if session.scalar(known) is not None:
        return
    session.add(Reading(item_id=item.id, read_by=actor.name, read_at=clock.now()))
    session.flush()
    audit.record(
        session,
        AuditAction.RECORD_READ,
        actor=actor.name,
        subject=f"record:{record.reference}",
        detail={"list": reading_list.id},
    )
