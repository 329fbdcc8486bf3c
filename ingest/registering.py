"""From a reading to a record: the rows that say what was read, and what is proposed about it."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from access.policy import Actor
from ingest.custodians import keep_custodians
from ingest.models import Batch, Item, Run
from ingest.proposing import Proposed, proposed_names
from ingest.reading import FileReading, PageReading
from records import words
from records.models import PROPOSED, WITHDRAWN, Page, PageWords, Record, RecordFile, RecordPerson
from records.page_models import MACHINE
from records.page_versions import NewVersion, keep_reading
from records.reading_state import recount, state_for
from records.register import NOT_SEARCHABLE, needs_indexing, next_reference, pages_of
from store import audit, clock
from store.audit_actions import AuditAction
from store.chunks import chunks

MACHINE_READ = ("ocr", "both")
PAGES_AT_ONCE = 100


def register(
    session: Session,
    item: Item,
    reading: FileReading,
    *,
    proposed: Proposed,
    sha256: str,
    batch: Batch,
    run: Run,
    parent: Record | None,
    actor: Actor,
) -> Record:
    """The record is registered with every page, its words' places, and what is proposed about it."""
    dated = proposed.dated
    unread = sum(page.unread for page in reading.pages)
    record = Record(
        reference=next_reference(session),
        title=proposed.title,
        file_name=item.name,
        media_type=reading.media_type,
        label=reading.label,
        record_type=proposed.record_type,
        date_from=dated.date_from,
        date_to=dated.date_to,
        date_precision=dated.precision,
        date_evidence=dated.evidence,
        batch=batch.name,
        source=run.source,
        state=NOT_SEARCHABLE if reading.not_searchable else state_for(len(reading.pages), unread),
        page_count=len(reading.pages),
        unread_pages=unread,
        note="\n".join(reading.notes),
        parent_id=parent.id if parent else None,
        family_position=item.position,
        registered_at=clock.now(),
    )
    session.add(record)
    session.flush()
    session.add(
        RecordFile(
            record_id=record.id,
            sha256=sha256,
            name=item.name,
            path=item.path,
            batch=batch.name,
            source=run.source,
            found_at=clock.now(),
        )
    )
    _add_pages(session, record, reading)
    session.add_all(
        RecordPerson(record_id=record.id, kind=kind, name=name, page=page) for kind, name, page in proposed.names
    )
    session.flush()
    needs_indexing(session, record.id)
    if batch.custodian:
        keep_custodians(session, record.id)
    audit.record(
        session,
        AuditAction.RECORD_REGISTERED,
        actor=actor.name,
        subject=f"record:{record.reference}",
        detail={"sha256": sha256, "pages": record.page_count, "unread": unread, "item": item.id},
    )
    return record


def _add_pages(session: Session, record: Record, reading: FileReading) -> None:
    # Some at a time: the words of thousands of pages would fill the memory.
    for some in chunks(reading.pages, PAGES_AT_ONCE):
        rows = [
            {
                "record_id": record.id,
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
            for page in some
        ]
        ids = session.scalars(insert(Page).returning(Page.id, sort_by_parameter_order=True), rows)
        packed = [
            {"page_id": page_id, "packed": words.pack([words.Word(*word) for word in page.words])}
            for page_id, page in zip(ids, some, strict=True)
            if page.words
        ]
        if packed:
            session.execute(insert(PageWords), packed)


def read_now(session: Session, record: Record, reading: FileReading, *, actor: Actor) -> None:
    """The record, unread until now, says what was read of it; what its page said before is kept as a version of it."""
    known = {page.number: page for page in pages_of(session, record)}
    pages = reading.pages or [_all_taken_out(reading)]
    for page in pages:
        if page.number in known and known[page.number].unread:
            kept = known[page.number]
            kept.heading = page.heading or ""
            keep_reading(session, record, kept, _as_version(page), stands=True, actor=actor)
    _add_pages(session, record, replace(reading, pages=[page for page in pages if page.number not in known]))
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
