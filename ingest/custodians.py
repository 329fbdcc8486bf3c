"""Who kept the papers before they were handed over: said of a batch, found by every record with a copy from it."""

from collections.abc import Sequence

from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from ingest.models import Batch
from records.facts import CUSTODIAN, keep_facts
from records.families import ids_inside
from records.models import IndexNeed, Record, RecordFile, SearchFact
from records.register import need_indexing
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError

LONGEST = 300


def name_custodian(session: Session, batch: Batch, custodian: str, *, actor: Actor) -> None:
    """The batch's papers were kept by this person, office or firm; what was said before is in the audit trail.

    Raises:
        InvalidInputError: The name is empty or too long.
    """
    require(actor, Permission.INGEST)
    name = " ".join(custodian.split())
    if not name or len(name) > LONGEST:
        raise InvalidInputError(f"The custodian was not kept: give a name of 1 to {LONGEST} letters.")
    if name == batch.custodian:
        return
    before, batch.custodian = batch.custodian, name
    session.flush()
    _push_down(session, batch)
    audit.record(
        session,
        AuditAction.BATCH_CUSTODIAN_NAMED,
        actor=actor.name,
        subject=f"batch:{batch.name}",
        detail={"custodian": name, "before": before},
    )


def keep_custodians(session: Session, record_id: int) -> None:
    """The record is found under the custodian of every batch that a copy of it came in."""
    query = (
        select(Batch.custodian)
        .join(RecordFile, RecordFile.batch == Batch.name)
        .where(RecordFile.record_id == record_id)
        .order_by(RecordFile.id)
    )
    keep_facts(session, record_id, CUSTODIAN, session.scalars(query))


def keep_custodian_of_new(session: Session, batch: Batch, record_ids: Sequence[int]) -> None:
    """These records, each of which has come in this batch alone, are found under its custodian."""
    if batch.custodian and record_ids:
        rows = [{"record_id": number, "field": CUSTODIAN, "value": batch.custodian} for number in record_ids]
        session.execute(insert(SearchFact), rows)


def _push_down(session: Session, batch: Batch) -> None:
    # In the database itself: a batch may have a million records.
    concerned = select(RecordFile.record_id).where(RecordFile.batch == batch.name)
    session.execute(
        delete(SearchFact).where(SearchFact.field == CUSTODIAN, SearchFact.record_id.in_(concerned)),
        execution_options={"synchronize_session": False},
    )
    said = (
        select(RecordFile.record_id, literal(CUSTODIAN), Batch.custodian)
        .join(Batch, Batch.name == RecordFile.batch)
        .where(Batch.custodian != "", RecordFile.record_id.in_(concerned))
        .group_by(RecordFile.record_id, Batch.custodian)
        .order_by(func.min(RecordFile.id))
    )
    session.execute(insert(SearchFact).from_select(["record_id", "field", "value"], said))
    now = clock.now()
    # As `need_indexing` does it: a need that stands is renewed.
    renewed = update(IndexNeed).where(IndexNeed.record_id.in_(concerned)).values(since=now)
    session.execute(renewed, execution_options={"synchronize_session": False})
    waiting = (
        select(RecordFile.record_id, literal(now, IndexNeed.since.type))
        .where(RecordFile.batch == batch.name, RecordFile.record_id.not_in(select(IndexNeed.record_id)))
        .distinct()
    )
    session.execute(insert(IndexNeed).from_select(["record_id", "since"], waiting))
    # What lies inside a copy came in this batch too, though it is unpacked only once.
    wholes = select(Record.parent_id).where(Record.parent_id.in_(concerned)).distinct()
    need_indexing(session, ids_inside(session, [each for each in session.scalars(wholes) if each is not None]))
    session.expire_all()
