"""What a records officer works through: records that fit a filter, and the queue of those still to decide."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from access.policy import Actor
from records.models import Record, SearchFact
from retention.models import OPEN, Suggestion

DECIDING, READING, DATING = "deciding", "reading", "dating"
AT_ONCE = 1_000


@dataclass(frozen=True)
class RecordFilter:
    """What a list of records is narrowed to; an empty part narrows nothing.

    A category counts whether it was decided or is only suggested. `needs` is `deciding` (a suggestion is
    open), `reading` (a page was not read) or `dating` (no date is known).
    """

    state: str = ""
    batch: str = ""
    category: str = ""
    needs: str = ""


@dataclass(frozen=True)
class Standing:
    """The categories a record has, and those only suggested for it."""

    decided: tuple[str, ...] = ()
    suggested: tuple[str, ...] = ()


@dataclass(frozen=True)
class Neighbours:
    """Where a record stands in the queue of those still to decide, the strongest first."""

    before: Record | None
    after: Record | None
    waiting: int


def filtered_records(
    session: Session, wanted: RecordFilter, *, actor: Actor, offset: int = 0, limit: int | None = None
) -> list[Record]:
    """The records that fit and that this actor may know of, in order of registration."""
    query = select(Record).where(*_conditions(wanted, actor)).order_by(Record.id)
    return list(session.scalars(query.offset(offset).limit(limit)))


def each_filtered(session: Session, wanted: RecordFilter, *, actor: Actor) -> Iterator[Record]:
    """The same, however many, some in memory at a time."""
    last = 0
    while some := session.scalars(
        select(Record).where(*_conditions(wanted, actor), Record.id > last).order_by(Record.id).limit(AT_ONCE)
    ).all():
        last = some[-1].id
        yield from some


def count_filtered(session: Session, wanted: RecordFilter, *, actor: Actor) -> int:
    """How many records fit, of those this actor may know of."""
    return session.scalar(select(func.count(Record.id)).where(*_conditions(wanted, actor))) or 0


def batch_names(session: Session, *, actor: Actor) -> list[str]:
    """The batches of the records this actor may know of, by name."""
    query = select(Record.batch).where(Record.compartment.in_(actor.compartments)).distinct()
    return list(session.scalars(query.order_by(Record.batch)))


def standing_of(session: Session, listed: Sequence[Record]) -> dict[int, Standing]:
    """The categories, decided and suggested, of each of these records, by its id."""
    rows = session.execute(
        select(SearchFact.record_id, SearchFact.field, SearchFact.value)
        .where(
            SearchFact.record_id.in_([record.id for record in listed]), SearchFact.field.in_(["category", "suggested"])
        )
        .order_by(SearchFact.id)
    ).all()
    return {
        record.id: Standing(
            tuple(row.value for row in rows if (row.record_id, row.field) == (record.id, "category")),
            tuple(row.value for row in rows if (row.record_id, row.field) == (record.id, "suggested")),
        )
        for record in listed
    }


def neighbours_to_tag(session: Session, record: Record, *, actor: Actor) -> Neighbours:
    """The records before and after this one in the queue, whether or not it is still in it itself."""
    queue = (
        select(Suggestion.record_id.label("id"), func.max(Suggestion.strength).label("strength"))
        .join(Record, Record.id == Suggestion.record_id)
        .where(Suggestion.status == OPEN, Record.compartment.in_(actor.compartments), Record.id != record.id)
        .group_by(Suggestion.record_id)
        .subquery()
    )
    waiting = session.scalar(select(func.count()).select_from(queue)) or 0
    still = select(func.max(Suggestion.strength)).where(Suggestion.record_id == record.id)
    # A record that has just been decided keeps its place, so that the next is the one that followed it.
    own = session.scalar(still.where(Suggestion.status == OPEN)) or session.scalar(still) or 0.0
    ahead = or_(queue.c.strength > own, and_(queue.c.strength == own, queue.c.id < record.id))
    behind = or_(queue.c.strength < own, and_(queue.c.strength == own, queue.c.id > record.id))
    found = select(Record).join(queue, queue.c.id == Record.id).limit(1)
    return Neighbours(
        before=session.scalar(found.where(ahead).order_by(queue.c.strength, queue.c.id.desc())),
        after=session.scalar(found.where(behind).order_by(queue.c.strength.desc(), queue.c.id)),
        waiting=waiting,
    )


def _conditions(wanted: RecordFilter, actor: Actor) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Record.compartment.in_(actor.compartments)]
    if wanted.state:
        found.append(Record.state == wanted.state)
    if wanted.batch:
        found.append(Record.batch == wanted.batch)
    if wanted.category:
        in_category = select(SearchFact.record_id).where(
            SearchFact.field.in_(["category", "suggested"]), SearchFact.value == wanted.category
        )
        found.append(Record.id.in_(in_category))
    if wanted.needs == DECIDING:
        found.append(Record.id.in_(select(Suggestion.record_id).where(Suggestion.status == OPEN)))
    if wanted.needs == READING:
        found.append(Record.unread_pages > 0)
    if wanted.needs == DATING:
        found.append(Record.date_from.is_(None))
    return found
