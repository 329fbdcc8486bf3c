"""New hits of the searches that are watched: found after indexing, told to whoever kept the search, looked at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from access.policy import OPERATOR, SYSTEM, Actor, Permission, can
from access.users import acting
from records.families import wholes_of
from records.models import IndexNeed, Record, RecordFile
from search.kept_searches import ask, reading_version, trouble_of
from search.models import KeptSearch, KeptSearchRun, SearchAlert
from search.opening import engine_of, is_lost
from search.packing import Numbers, pack, unpack
from search.reviews import OPENED, READ
from search.sight import compartments_of, records_of
from store import audit, clock
from store.archive import Archive
from store.audit import AuditEvent
from store.audit_actions import AuditAction
from store.chunks import chunks
from store.errors import NotFoundError, NotPermittedError

AT_ONCE = 500
NO_CHANGE = OPENED | READ | {AuditAction.BATCH_READ_AGAIN.value}
"""Events that change no record by themselves: what a batch read again changes is told of each record."""


@dataclass(frozen=True)
class Alert:
    """New hits of a watched search that its keeper may see.

    `read_otherwise` were there before, and nothing about them has changed: they are found because the program reads
    queries or records otherwise than when the search was last compared. They are no new material.
    """

    alert: SearchAlert
    kept: KeptSearch
    records: Sequence[Record]
    read_otherwise: Sequence[Record] = ()


def raise_alerts(archive: Archive) -> int:
    """Every watched search is asked of the index as it stands; what it finds for the first time is announced.

    Only while nothing waits to be indexed. An unchanged index is not asked again, unless the program reads otherwise
    than it did. The number of alerts made.
    """
    engine = engine_of(archive)
    generation, read_as = engine.generation, reading_version(engine)
    with archive.reading() as session:
        if session.scalar(select(IndexNeed.record_id).limit(1)) is not None or is_lost(session, engine):
            return 0
        is_new = or_(KeptSearch.compared_with != generation, KeptSearch.read_as.is_distinct_from(read_as))
        query = select(KeptSearch.id).where(KeptSearch.watched.is_(True), is_new)
        waiting = list(session.scalars(query.order_by(KeptSearch.id)))
    return sum(_raise_alert(archive, number, generation, read_as) for number in waiting)


def _raise_alert(archive: Archive, number: int, generation: str, read_as: str) -> bool:
    trouble, compared_in, seen_to = "", "", None
    found: Numbers = np.empty(0, dtype=np.int64)
    otherwise: Numbers = found
    with archive.reading() as session:
        kept = session.get_one(KeptSearch, number)
        # Whoever left, or may no longer search, is told nothing; the search stays as they kept it.
        keeper = _keeper(session, kept)
        if keeper is not None:
            trouble = trouble_of(kept)
            if not trouble:
                asked = ask(archive, session, kept.query, actor=keeper)
                if asked.seen_to is None:
                    return False  # Something was changed meanwhile; once it is indexed, all is compared.
                compared_in, seen_to, found = compartments_of(keeper), asked.seen_to, asked.found
                otherwise = _read_otherwise(session, kept, np.setdiff1d(found, _known(session, kept)), read_as)
    with archive.writing() as session:
        kept = session.get_one(KeptSearch, number)
        # Here, where nobody else writes: another worker may have told some of it since.
        new = np.setdiff1d(found, _known(session, kept))
        kept.compared_with, kept.read_as = generation, read_as
        kept.compared_in, kept.compared_to = compared_in, seen_to
        if trouble:
            kept.watched = False
            detail = {"watched": False, "because": trouble}
            audit.record(
                session, AuditAction.SEARCH_WATCHED, actor=SYSTEM.name, subject=f"kept-search:{kept.id}", detail=detail
            )
        if not len(new):
            return False
        alert = SearchAlert(
            kept_search_id=kept.id,
            raised_at=clock.now(),
            found=pack(new),
            read_otherwise=pack(np.intersect1d(otherwise, new)),
        )
        session.add(alert)
        session.flush()
        audit.record(
            session,
            AuditAction.SEARCH_ALERT_RAISED,
            actor=SYSTEM.name,
            subject=f"kept-search:{kept.id}",
            detail={"alert": alert.id},
        )
    return True


def _read_otherwise(session: Session, kept: KeptSearch, new: Numbers, read_as: str) -> Numbers:
    """Those of the new hits that were there, as they are, when the search was last compared, if it was read otherwise.

    They were in the index then, and its keeper could see them. Whatever changes a record is in the audit trail, whose
    order is that in which changes were kept; what the clock said while they were made may be older. In doubt a hit is
    new material.
    """
    seen_to, none = kept.compared_to, np.empty(0, dtype=np.int64)
    if seen_to is None or kept.read_as is None or kept.read_as == read_as:
        return none
    # Of a place that was moved, the trail does not say what lay in it.
    moved = select(AuditEvent.sequence).where(
        AuditEvent.action == AuditAction.PLACE_MOVED, AuditEvent.sequence > seen_to
    )
    if session.scalar(moved.limit(1)) is not None:
        return none
    # No later than what stands next in the trail: whoever writes does so alone.
    seen_at = select(AuditEvent.at).where(AuditEvent.sequence == seen_to).scalar_subquery()
    unchanged: list[int] = []
    for some in chunks(new.tolist(), AT_ONCE):
        query = select(Record).where(
            Record.id.in_(some),
            Record.registered_at <= seen_at,
            Record.compartment.in_(kept.compared_in.split()),
        )
        subjects = _subjects(session, session.scalars(query).all())
        events = select(AuditEvent.subject).where(
            AuditEvent.subject.in_(sorted(set(chain.from_iterable(subjects.values())))),
            AuditEvent.sequence > seen_to,
            AuditEvent.action.not_in(NO_CHANGE),
        )
        changed = set(session.scalars(events))
        unchanged += [number for number, told in subjects.items() if told.isdisjoint(changed)]
    return np.array(sorted(unchanged), dtype=np.int64)


def _subjects(session: Session, records: Sequence[Record]) -> dict[int, set[str]]:
    """What the trail calls each of the records, by its id, what it came out of, and the batches of all their copies.

    A change to any of them can be one to where the record is found, and the trail tells it of that alone.
    """
    wholes = wholes_of(session, records)
    names: dict[int, set[str]] = {}
    for some in chunks(dict.fromkeys(chain(wholes, *wholes.values())), AT_ONCE):
        query = select(Record.id, Record.reference, RecordFile.batch).outerjoin(RecordFile).where(Record.id.in_(some))
        for row in session.execute(query):
            names.setdefault(row.id, set()).update((f"record:{row.reference}", f"batch:{row.batch}"))
    return {number: set().union(*(names[each] for each in (number, *line))) for number, line in wholes.items()}


def _keeper(session: Session, kept: KeptSearch) -> Actor | None:
    if kept.kept_by == OPERATOR.name:
        return OPERATOR
    try:
        keeper = acting(session, kept.kept_by)
    except (NotFoundError, NotPermittedError):
        return None
    return keeper if can(keeper, Permission.SEARCH) else None


def _known(session: Session, kept: KeptSearch) -> Numbers:
    runs = session.scalars(select(KeptSearchRun.found).where(KeptSearchRun.kept_search_id == kept.id))
    told = session.scalars(select(SearchAlert.found).where(SearchAlert.kept_search_id == kept.id))
    return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *(unpack(each) for each in [*runs, *told])]))


def alerts_of(session: Session, *, actor: Actor) -> list[Alert]:
    """The alerts of this person's own searches that are still to be looked at, the newest first."""
    return _told(session, SearchAlert.looked_at.is_(None), actor=actor)


def _told(session: Session, only: ColumnElement[bool], *, actor: Actor) -> list[Alert]:
    query = (
        select(SearchAlert, KeptSearch)
        .join(KeptSearch, KeptSearch.id == SearchAlert.kept_search_id)
        .where(KeptSearch.kept_by == actor.name, only)
        .order_by(SearchAlert.id.desc())
    )
    told = []
    for alert, kept in session.execute(query):
        records = records_of(session, unpack(alert.found).tolist(), actor=actor)
        # Of an alert about records that were restricted since, nothing is told: not even that it was made.
        if records:
            known = set(unpack(alert.read_otherwise).tolist()) if alert.read_otherwise is not None else set()
            new = [record for record in records if record.id not in known]
            told.append(Alert(alert, kept, new, [record for record in records if record.id in known]))
    return told


def count_waiting(session: Session, *, actor: Actor) -> tuple[int, int]:
    """How many records the alerts still to be looked at tell this person of as new, and as only read otherwise."""
    query = (
        select(SearchAlert.found, SearchAlert.read_otherwise)
        .join(KeptSearch, KeptSearch.id == SearchAlert.kept_search_id)
        .where(KeptSearch.kept_by == actor.name, SearchAlert.looked_at.is_(None))
    )
    new, known = set[int](), set[int]()
    for found, read_otherwise in session.execute(query):
        otherwise = {*unpack(read_otherwise).tolist()} if read_otherwise is not None else set()
        new |= {*unpack(found).tolist()} - otherwise
        known |= otherwise
    seen: set[int] = set()
    for some in chunks(sorted(new | known), AT_ONCE):
        told = select(Record.id).where(Record.id.in_(some), Record.compartment.in_(actor.compartments))
        seen.update(session.scalars(told))
    return len(new & seen), len(known & seen)


def find_alert(session: Session, number: int, *, actor: Actor) -> Alert:
    """The alert, if it is one of this person's own searches and there is anything in it they may still be told.

    Raises:
        NotFoundError: It is not.
    """
    for found in _told(session, SearchAlert.id == number, actor=actor):
        return found
    raise NotFoundError("There is no such alert: choose one from the list of kept searches.")


def look_at(session: Session, number: int, *, actor: Actor) -> SearchAlert:
    """The alert was looked at; looked at twice, the first time stands.

    Raises:
        NotFoundError: It is not one of this person's.
    """
    found = find_alert(session, number, actor=actor).alert
    if found.looked_at is None:
        found.looked_at, found.looked_by = clock.now(), actor.name
        session.flush()
        audit.record(
            session,
            AuditAction.SEARCH_ALERT_LOOKED_AT,
            actor=actor.name,
            subject=f"kept-search:{found.kept_search_id}",
            detail={"alert": found.id},
        )
    return found
