"""The index kept in step with the database, which is the only truth: one writer, in the worker or a command."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlalchemy import Table, bindparam, delete, func, select
from sqlalchemy.orm import Session

from access.policy import SYSTEM
from records import facts
from records.families import wholes_of
from records.models import NOT_NAMED, IndexNeed, Page, Record, RecordFile, RecordPerson, SearchFact
from search.engine import IndexDocument, SearchEngine
from search.engines.errors import IndexBusyError, IndexUnreadableError
from search.engines.index_folder import LOOK_EVERY, alone
from search.healing import begin_healing
from search.opening import engine_of, is_incomplete, is_lost, is_unreadable
from store import audit, clock
from store.archive import Archive
from store.audit_actions import AuditAction
from store.chunks import chunks

log = logging.getLogger(__name__)

LOCK = "index.lock"
WAIT_SECONDS = 30.0
AT_ONCE = 500
PAGES_AT_ONCE = 2_000
RENEWED_AT_ONCE = 20_000
NIGHT = range(1, 5)
"""The hours in which an index of any size may be made anew."""


def bring_up_to_date(archive: Archive, *, in_passing: bool = False) -> int:
    """Every change committed before now is in the index; the number of records gone through.

    A change made while this runs leaves its need standing. A crash between the index and the
    database repeats a batch, which changes nothing. An index that was lost is made anew first: with one record
    put into it it would be searched as if it were whole; and so is one whose files cannot be read. With `in_passing`
    nothing is waited for or counted: while another process writes the index, or where it cannot be read and may not
    be made anew just now, what is left keeps its needs for a later round, and that some of it is lost is left to
    `make_whole`.

    Raises:
        IndexBusyError: Another process writes it and did not finish in time; not raised with `in_passing`.
        IndexUnreadableError: It cannot be read and is not made anew by itself; not raised with `in_passing`.
    """
    done = 0
    if not in_passing:
        make_whole(archive)
    while _is_any_waiting(archive):
        try:
            with _alone(archive, wait=not in_passing):
                mended = _mended(archive, is_lost)
                some = _index_some(archive) if mended is None else mended
        except (IndexBusyError, IndexUnreadableError):
            if in_passing:
                return done
            raise
        done += some
        if some == AT_ONCE:
            time.sleep(2 * LOOK_EVERY)  # whoever waits to be let in gets their turn
    return done


def _alone(archive: Archive, *, wait: bool) -> AbstractContextManager[None]:
    """What is read of the database, written to the index and then cleared belongs together: one at a time does all.

    Were the lock taken after the view, another could write a newer one in between and be overwritten with the older.
    Not in the folder of the index, which may be removed.
    """
    return alone(archive.settings.data / LOCK, WAIT_SECONDS if wait else 0.0)


def _is_any_waiting(archive: Archive) -> bool:
    with archive.reading() as session:
        return session.scalar(select(IndexNeed.record_id).limit(1)) is not None


def _index_some(archive: Archive) -> int:
    """The records that have waited longest are in the index; how many they were."""
    with archive.reading() as session:
        needs = session.execute(
            select(IndexNeed.record_id, IndexNeed.since).order_by(IndexNeed.since, IndexNeed.record_id).limit(AT_ONCE)
        ).all()
        ids = [need.record_id for need in needs]
        query = select(Record).where(Record.id.in_(ids), Record.purged_at.is_(None)).order_by(Record.id)
        kept = list(session.scalars(query))
        engine = engine_of(archive)
        gone = set(ids) - {record.id for record in kept}
        if gone:
            engine.remove(gone)
        if kept:
            engine.index(_documents(session, kept))
    with archive.writing() as session:
        _met(session, [(need.record_id, need.since) for need in needs])
    return len(needs)


def _met(session: Session, needs: Sequence[tuple[int, datetime]]) -> None:
    """These needs are gone; one renewed since it was seen stands."""
    if needs:
        table = Table("index_need", IndexNeed.metadata)
        one = delete(table).where(table.c.record_id == bindparam("number"), table.c.since == bindparam("seen"))
        session.connection().execute(one, [{"number": number, "seen": since} for number, since in needs])


def rebuild(archive: Archive, *, progress: Callable[[int, int], None] | None = None, wait: bool = True) -> int:
    """The index is made anew from the database; the old one answers until the new one is whole.

    Raises:
        IndexBusyError: Another process writes it and, where that is waited for, did not finish in time.
    """
    with _alone(archive, wait=wait):
        return _rebuild(archive, progress)


def _rebuild(archive: Archive, progress: Callable[[int, int], None] | None = None) -> int:
    with archive.reading() as session:
        total = session.scalar(select(func.count(Record.id)).where(Record.purged_at.is_(None))) or 0
        seen = list(session.execute(select(IndexNeed.record_id, IndexNeed.since)))
        count = engine_of(archive).rebuild(_every_document(session, total, progress))
    with archive.writing() as session:
        _met(session, [(record_id, since) for record_id, since in seen])
    return count


def make_whole(archive: Archive, *, wait: bool = True) -> bool:
    """Where the index has lost some of what it had, or cannot be read, it is made anew; whether it was.

    Raises:
        IndexBusyError: It is to be, another process writes it and, where that is waited for, did not finish in time.
        IndexUnreadableError: It cannot be read, and may not be made anew by itself just now.
    """
    if not is_unreadable(engine_of(archive)) and not _is(archive, is_incomplete):
        return False
    with _alone(archive, wait=wait):
        # Asked again: whoever wrote it just now may have been between the index and the database.
        return _mended(archive, is_incomplete) is not None


def _mended(archive: Archive, is_broken: Callable[[Session, SearchEngine], bool]) -> int | None:
    """Where the index cannot be read or is so broken, it is made anew; the records then in it, or None if it was well.

    Raises:
        IndexUnreadableError: It cannot be read, and may not be made anew by itself just now.
    """
    if is_unreadable(engine_of(archive)):
        begin_healing(archive)
        because = "cannot be read"
    elif _is(archive, is_broken):
        because = "has lost records that it had"
    else:
        return None
    log.warning("The search index %s: it is made anew from the database.", because)
    count = _rebuild(archive)
    with archive.writing() as session:
        detail = {"documents": count, "because": because}
        audit.record(session, AuditAction.INDEX_REBUILT, actor=SYSTEM.name, subject="index", detail=detail)
    return count


def is_doubted(archive: Archive) -> bool:
    """Whether somebody could not read the index's files since it was made."""
    return engine_of(archive).is_doubted


def _is(archive: Archive, so: Callable[[Session, SearchEngine], bool]) -> bool:
    with archive.reading() as session:
        return so(session, engine_of(archive))


def is_to_be_renewed(archive: Archive) -> bool:
    """Whether records that left a compartment still weigh in the order there."""
    return engine_of(archive).left_behind > 0


def renew(archive: Archive, *, wait: bool = True) -> bool:
    """What left a compartment weighs in no order any longer, if that can be had now; whether it was.

    By the engine alone where it can; else the index is made anew, a small one at any time, a large one at night.

    Raises:
        IndexBusyError: Another process writes it and, where that is waited for, did not finish in time.
    """
    with _alone(archive, wait=wait):
        if engine_of(archive).forget():
            return True
        if not _may_be_renewed(archive):
            return False
        _rebuild(archive)
    return True


def _may_be_renewed(archive: Archive) -> bool:
    engine = engine_of(archive)
    return engine.document_count <= RENEWED_AT_ONCE or clock.now().astimezone(clock.LEGAL_ZONE).hour in NIGHT


def _every_document(
    session: Session, total: int, progress: Callable[[int, int], None] | None
) -> Iterator[IndexDocument]:
    last, done = 0, 0
    while True:
        batch = list(
            session.scalars(
                select(Record).where(Record.id > last, Record.purged_at.is_(None)).order_by(Record.id).limit(AT_ONCE)
            )
        )
        if not batch:
            return
        yield from _documents(session, batch)
        last, done = batch[-1].id, done + len(batch)
        session.expunge_all()
        if progress:
            progress(done, total)


def _documents(session: Session, records: Sequence[Record]) -> Iterator[IndexDocument]:
    """The records as search knows them, with the text of some thousand pages in memory at a time."""
    some: list[Record] = []
    for record in records:
        if some and sum(each.page_count for each in some) + record.page_count > PAGES_AT_ONCE:
            yield from _read(session, some)
            some = []
        some.append(record)
    if some:
        yield from _read(session, some)


def _read(session: Session, records: Sequence[Record]) -> Iterator[IndexDocument]:
    ids = [record.id for record in records]
    pages: dict[int, list[tuple[int, str]]] = {}
    read_by: dict[int, Counter[str]] = {}
    for row in session.execute(
        select(Page.record_id, Page.number, Page.text, Page.heading, Page.layer_text, Page.read_by, Page.unread)
        .where(Page.record_id.in_(ids))
        .order_by(Page.record_id, Page.number)
    ):
        pages.setdefault(row.record_id, []).append((row.number, row.text))
        read_by.setdefault(row.record_id, Counter())["unread" if row.unread else row.read_by] += 1
    names: dict[int, dict[str, list[str]]] = {}
    for person in session.execute(
        select(RecordPerson.record_id, RecordPerson.kind, RecordPerson.name)
        .where(RecordPerson.record_id.in_(ids), RecordPerson.status.not_in(NOT_NAMED))
        .order_by(RecordPerson.id)
    ):
        kind = "person" if person.kind == "person" else "place"
        names.setdefault(person.record_id, {}).setdefault(kind, []).append(person.name)
    told: dict[int, dict[str, list[str]]] = {}
    for fact in session.execute(
        select(SearchFact.record_id, SearchFact.field, SearchFact.value)
        .where(SearchFact.record_id.in_(ids))
        .order_by(SearchFact.id)
    ):
        told.setdefault(fact.record_id, {}).setdefault(fact.field, []).append(fact.value)
    origins = _origins(session, records)
    for record in records:
        known = told.get(record.id, {})
        boxes = known.pop(facts.BOX, [])
        known.pop(facts.CUSTODIAN, None)
        origin = origins[record.id]
        counted = read_by.get(record.id)
        yield IndexDocument(
            record_id=record.id,
            reference=record.reference,
            title=record.title,
            file_name=record.file_name,
            record_type=record.record_type or "",
            # Decided and still suggested alike: a search by category leans towards finding.
            categories=list(dict.fromkeys([*known.get("category", []), *known.get("suggested", [])])),
            people=names.get(record.id, {}).get("person", []),
            places=names.get(record.id, {}).get("place", []),
            batches=origin.batches,
            sources=origin.sources,
            boxes=boxes,
            custodians=origin.custodians,
            date_from=record.date_from,
            date_to=record.date_to,
            read_by=counted.most_common(1)[0][0] if counted else "none",
            state=record.state,
            compartment=record.compartment,
            pages=pages.get(record.id, []),
            facts={**known, "review": [_review(known)]},
        )


@dataclass(frozen=True)
class _Origin:
    """Where a record, and every copy of it or of what it came in, was handed over, and by whom; the first one first."""

    batches: list[str]
    sources: list[str]
    custodians: list[str]


def _origins(session: Session, records: Sequence[Record]) -> dict[int, _Origin]:
    """A copy of a container is not unpacked again, so that only the container says that its members came with it.

    Of a container that somebody who sees the record may not know of, nothing is told.
    """
    wholes = wholes_of(session, records)
    ids = list(dict.fromkeys(chain(wholes, *wholes.values())))
    files: dict[int, list[tuple[str, str]]] = {}
    kept_by: dict[int, list[str]] = {}
    for some in chunks(ids, AT_ONCE):
        for file in session.execute(
            select(RecordFile.record_id, RecordFile.batch, RecordFile.source)
            .where(RecordFile.record_id.in_(some))
            .order_by(RecordFile.id)
        ):
            files.setdefault(file.record_id, []).append((file.batch, file.source))
        for fact in session.execute(
            select(SearchFact.record_id, SearchFact.value)
            .where(SearchFact.record_id.in_(some), SearchFact.field == facts.CUSTODIAN)
            .order_by(SearchFact.id)
        ):
            kept_by.setdefault(fact.record_id, []).append(fact.value)
    found: dict[int, _Origin] = {}
    for record in records:
        line = [record.id, *wholes[record.id]]
        places = [(record.batch, record.source), *(place for each in line for place in files.get(each, ()))]
        custodians = dict.fromkeys(name for each in line for name in kept_by.get(each, ()))
        batches, sources = (dict.fromkeys(names) for names in zip(*places, strict=True))
        found[record.id] = _Origin(list(batches), list(sources), list(custodians))
    return found


def _review(known: dict[str, list[str]]) -> str:
    """How far the review of a record is: a suggestion waits, or a category stands, or there is neither."""
    if known.get("suggested"):
        return "waiting"
    return "decided" if known.get("category") else "none"
