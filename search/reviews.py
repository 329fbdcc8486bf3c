"""Who opened, read and decided on a record, and when: from the audit trail, which nobody can change afterwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, literal, select
from sqlalchemy.orm import Session

from records.facts import ANSWERS
from records.models import Record, SearchFact
from store.audit import AuditEvent
from store.audit_actions import AuditAction

AT_ONCE = 5_000
OPENED = frozenset({AuditAction.RECORD_VIEWED.value, AuditAction.FILE_DOWNLOADED.value})
READ = frozenset({AuditAction.RECORD_READ.value})
DECIDED = frozenset({AuditAction.TAG_DECIDED.value, AuditAction.RELEVANCE_DECIDED.value})


@dataclass(frozen=True)
class Touch:
    """One person did something with the record at a moment."""

    who: str
    at: datetime


@dataclass(frozen=True)
class Review:
    """What people did with one record, each in the order it happened."""

    opened: tuple[Touch, ...] = ()
    read: tuple[Touch, ...] = ()
    decided: tuple[Touch, ...] = ()

    @property
    def is_reviewed(self) -> bool:
        """Whether somebody said that they read it, or decided on it; only opening it is not enough."""
        return bool(self.read or self.decided)


def reviews_of(session: Session, records: Sequence[Record]) -> dict[int, Review]:
    """What people did with each of these records, by its id."""
    subjects = {f"record:{record.reference}": record.id for record in records}
    touched: dict[int, dict[str, list[Touch]]] = {}
    listed = sorted(subjects)
    for start in range(0, len(listed), AT_ONCE):
        query = (
            select(AuditEvent.subject, AuditEvent.action, AuditEvent.actor, AuditEvent.at)
            .where(
                AuditEvent.subject.in_(listed[start : start + AT_ONCE]),
                AuditEvent.action.in_(OPENED | READ | DECIDED),
            )
            .order_by(AuditEvent.sequence)
        )
        for row in session.execute(query):
            kind = "opened" if row.action in OPENED else "read" if row.action in READ else "decided"
            touched.setdefault(subjects[row.subject], {}).setdefault(kind, []).append(Touch(row.actor, row.at))
    return {
        record.id: Review(**{kind: tuple(found) for kind, found in touched.get(record.id, {}).items()})
        for record in records
    }


def reviewed_ids(session: Session, ids: Iterable[int]) -> list[int]:
    """Those of the records that somebody said they read, or decided on, in order."""
    return _of(session, ids, _happened(READ | DECIDED))


def responsive_ids(session: Session, ids: Iterable[int]) -> list[int]:
    """Those of the records that stand decided as relevant to disclosure, in order."""
    return _having(session, ids, "relevance", "relevant")


def answering_ids(session: Session, ids: Iterable[int], paragraph: str) -> list[int]:
    """Those of the records that stand decided to answer the paragraph, as it is cited, in order."""
    return _having(session, ids, ANSWERS, paragraph)


def weighed_ids(session: Session, ids: Iterable[int], *, since: datetime) -> list[int]:
    """Those of the records whose relevance stands decided, either way, by a decision made since then, in order.

    One made before a paragraph was asked was made without a thought of it.
    """
    wanted = {*ids}
    stands = {
        *_having(session, wanted, "relevance", "relevant"),
        *_having(session, wanted, "relevance", "not-relevant"),
    }
    if not stands:
        return []
    return _of(session, stands, _happened({AuditAction.RELEVANCE_DECIDED.value}, since=since))


def _of(session: Session, ids: Iterable[int], holds: ColumnElement[bool]) -> list[int]:
    """Those of the records of which it holds, in order."""
    wanted = {*ids}
    query = select(Record.id).where(holds)
    if len(wanted) <= AT_ONCE:  # of few, only those are looked at, and not all the records there are
        query = query.where(Record.id.in_(wanted))
    return sorted(wanted.intersection(session.scalars(query)))


def _happened(actions: Iterable[str], *, since: datetime | None = None) -> ColumnElement[bool]:
    """That one of these things was done with the record."""
    # Asked of the database record by record: a list of what a report found may have a hundred thousand.
    event = select(AuditEvent.sequence).where(
        AuditEvent.subject == literal("record:") + Record.reference, AuditEvent.action.in_(sorted(actions))
    )
    return exists(event.where(AuditEvent.at >= since) if since else event)


def _having(session: Session, ids: Iterable[int], field: str, value: str) -> list[int]:
    query = select(SearchFact.record_id).where(SearchFact.field == field, SearchFact.value == value)
    return sorted({*ids}.intersection(session.scalars(query)))
