"""From a reading to a record: the rows that say what was read, and what is proposed about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from access.policy import Actor
from ingest.custodians import keep_custodian_of_new
from ingest.models import Batch, Item
from ingest.proposing import Proposed, proposed_names
from ingest.reading import FileReading, PageReading
from records import words
from records.models import PROPOSED, WITHDRAWN, Page, PageWords, Record, RecordFile, RecordPerson
from records.page_models import MACHINE
from records.page_versions import NewVersion, keep_reading
from records.reading_state import recount, state_for
from records.register import NOT_SEARCHABLE, need_indexing, needs_indexing, next_number, pages_of, reference_of
from store import audit, clock
from store.audit_actions import AuditAction
from store.chunks import chunks

MACHINE_READ = ("ocr", "both")
PAGES_AT_ONCE = 100


@dataclass(frozen=True)
class New:
    """A file that was read and is to be registered: what was met, its reading, what is proposed, and its container."""

    item: Item
    reading: FileReading
    proposed: Proposed
    sha256: str
    parent: Record | None = None


def register(session: Session, new: New, *, batch: Batch, source: str, actor: Actor) -> Record:
    """The record is registered with every page, its words' places, and what is proposed about it."""
    (record,) = register_all(session, [new], batch=batch, source=source, actor=actor)
    return record


def register_all(session: Session, new: Sequence[New], *, batch: Batch, source: str, actor: Actor) -> list[Record]:
    """`register` for many at once, in the same order: a database asked once for many takes little longer than for one.

    They get the numbers that follow, which nobody else can take in a writing unit of work.
    """
    records = [_record(number, each, batch.name, source) for number, each in enumerate(new, start=next_number(session))]
    session.add_all(records)
    session.flush()
    pairs = list(zip(records, new, strict=True))
    files = [_file(record, each, batch.name, source) for record, each in pairs]
    if files:
        session.execute(insert(RecordFile), files)
    _add_pages(session, ((record.id, page) for record, each in pairs for page in each.reading.pages))
    named = [
        {"record_id": record.id, "kind": kind, "name": name, "page": page}
        for record, each in pairs
        for kind, name, page in each.proposed.names
    ]
    if named:
        session.execute(insert(RecordPerson), named)
    keep_custodian_of_new(session, batch, [record.id for record in records])
    need_indexing(session, [record.id for record in records])
    for record, each in pairs:
        told = {"sha256": each.sha256, "pages": record.page_count, "unread": record.unread_pages, "item": each.item.id}
        subject = f"record:{record.reference}"
        audit.record(session, AuditAction.RECORD_REGISTERED, actor=actor.name, subject=subject, detail=told)
    return records


def _record(number: int, new: New, batch: str, source: str) -> Record:
    reading, proposed, dated = new.reading, new.proposed, new.proposed.dated
    unread = sum(page.unread for page in reading.pages)
    return Record(
        id=number,
        reference=reference_of(number),
        title=proposed.title,
        file_name=new.item.name,
        media_type=reading.media_type,
        label=reading.label,
        record_type=proposed.record_type,
        date_from=dated.date_from,
        date_to=dated.date_to,
        date_precision=dated.precision,
        date_evidence=dated.evidence,
        batch=batch,
        source=source,
        state=NOT_SEARCHABLE if reading.not_searchable else state_for(len(reading.pages), unread),
        page_count=len(reading.pages),
        unread_pages=unread,
        note="\n".join(reading.notes),
        parent_id=new.parent.id if new.parent else None,
        family_position=new.item.position,
        registered_at=clock.now(),
    )


def _file(record: Record, new: New, batch: str, source: str) -> dict[str, Any]:
    return {
        "record_id": record.id,
        "sha256": new.sha256,
        "name": record.file_name,
        "path": new.item.path,
        "batch": batch,
        "source": source,
        "found_at": clock.now(),
    }


def _add_pages(session: Session, pages: Iterable[tuple[int, PageReading]]) -> None:
    """Each page, given with the number of its record, has its rows."""
    last = session.scalar(select(func.max(Page.id))) or 0
    # Some at a time: the words of thousands of pages would fill the memory.
    for some in chunks(pages, PAGES_AT_ONCE):
        numbered = list(enumerate(some, start=last + 1))
        session.execute(insert(Page), [_page(place, *each) for place, each in numbered])
        packed = [{"page_id": place, "packed": words.pack(page.words)} for place, (_, page) in numbered if page.words]
        if packed:
            session.execute(insert(PageWords), packed)
        last += len(some)


def _page(place: int, record_id: int, page: PageReading) -> dict[str, Any]:
    return {
        "id": place,
        "record_id": record_id,
        "number": page.number,
        "text": page.text,
        "layer_text": page.layer_text,
        "ocr_text": page.ocr_text,
        "heading": page.heading or "",
        "read_by": page.read_by,
        "confidence": page.confidence,
        "unread": page.unread,
        "reason": page.reason,
        "width": page.width,
        "height": page.height,
        "rotation": page.rotation,
        "layer_word_share": page.layer_word_share,
        "layer_unnamed_share": page.layer_unnamed_share,
        "image_share": page.image_share,
        "version": page.version,
    }


def read_now(session: Session, record: Record, reading: FileReading, *, actor: Actor) -> None:
    """The record, unread until now, says what was read of it; what its page said before is kept as a version of it."""
    known = {page.number: page for page in pages_of(session, record)}
    pages = reading.pages or [_all_taken_out(reading)]
    for page in pages:
        if page.number in known and known[page.number].unread:
            kept = known[page.number]
            kept.heading = page.heading or ""
            keep_reading(session, record, kept, _as_version(page), stands=True, actor=actor)
    _add_pages(session, ((record.id, page) for page in pages if page.number not in known))
    record.page_count = max([*known, *(page.number for page in pages)])
    record.note = "\n".join(reading.notes)
    recount(session, record)
    needs_indexing(session, record.id)


def _all_taken_out(reading: FileReading) -> PageReading:
    """The page that once stood for a container, now that everything in it has a record of its own."""
    names = "\n".join(member.name for member in reading.members)
    return PageReading(1, f"Everything in this file has been taken out:\n{names}", "native", reason="a list of it")


def _as_version(page: PageReading) -> NewVersion:
    return NewVersion(
        kind=MACHINE,
        text=page.text,
        read_by=page.read_by,
        unread=page.unread,
        reason=page.reason,
        confidence=page.confidence,
        layer_text=page.layer_text,
        packed=words.pack([words.Word(*word) for word in page.words]) if page.words else None,
        width=page.width,
        height=page.height,
        rotation=page.rotation,
        settings="with the programs and passwords there are now",
    )


def follow_names(session: Session, record: Record, texts: Sequence[tuple[int, str]]) -> int:
    """The names proposed are those the texts speak for now, each once; how many are named that were not before.

    `texts` is the whole record as it reads now. What a person confirmed, added or removed stays as they left it.
    """
    kept = {
        (row.kind, row.name): row
        for row in session.scalars(select(RecordPerson).where(RecordPerson.record_id == record.id))
    }
    found = {(kind, name): page for kind, name, page in proposed_names(texts)}
    added = 0
    for (kind, name), page in found.items():
        known = kept.get((kind, name))
        if known is None:
            session.add(RecordPerson(record_id=record.id, kind=kind, name=name, page=page))
        elif known.status in (PROPOSED, WITHDRAWN):
            known.page = page
        added += known is None or known.status == WITHDRAWN
        if known is not None and known.status == WITHDRAWN:
            known.status = PROPOSED
    for key, known in kept.items():
        if key not in found and known.status == PROPOSED:
            known.status = WITHDRAWN
    session.flush()
    needs_indexing(session, record.id)
    return added


def ocr_pages(reading: FileReading) -> int:
    """How many of the pages were read by eye of the machine."""
    return sum(page.read_by in MACHINE_READ for page in reading.pages)
