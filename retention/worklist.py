"""What a records officer works through: records that fit a filter, and the queue of those still to decide."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from access.policy import Actor
from records.models import Record, SearchFact
from retention.models import OPEN, Suggestion
from retention.tagging import count_to_tag, stands_in_the_queue
from store.chunks import chunks

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
    # The few of one batch are put in order; by the number alone SQLite would go through all records in their order.
    order = Record.id + 0 if wanted.batch else Record.id
    query = select(Record).where(*_conditions(wanted, actor)).order_by(order)
    return list(session.scalars(query.offset(offset).limit(limit)))


def each_filtered(session: Session, wanted: RecordFilter, *, actor: Actor) -> Iterator[Record]:
    """The same, however many, some in memory at a time."""
    # Their numbers first: the index of a batch is not in their order, and would be sorted anew for each part.
    numbers = sorted(session.scalars(select(Record.id).where(*_conditions(wanted, actor))))
    for some in chunks(numbers, AT_ONCE):
        yield from session.scalars(select(Record).where(Record.id.in_(some)).order_by(Record.id))


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
        select(Record)
        .join(Suggestion, Suggestion.record_id == Record.id)
        .where(stands_in_the_queue(), Record.compartment.in_(actor.compartments), Record.id != record.id)
        .limit(1)
    )
    waiting = count_to_tag(session, actor=actor, without=record.id)
    still = select(func.max(Suggestion.strength)).where(Suggestion.record_id == record.id)
    # A record that has just been decided keeps its place, so that the next is the one that followed it.
    own = session.scalar(still.where(Suggestion.status == OPEN)) or session.scalar(still) or 0.0
    strength, number = Suggestion.strength, Suggestion.record_id
    ahead = and_(strength >= own, or_(strength > own, number < record.id))
    behind = and_(strength <= own, or_(strength < own, number > record.id))
    return Neighbours(
        before=session.scalar(queue.where(ahead).order_by(strength, number.desc())),
        after=session.scalar(queue.where(behind).order_by(strength.desc(), number)),
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
