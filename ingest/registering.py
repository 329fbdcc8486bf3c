"""From a reading to a record: the rows that say what was read, and what is proposed about it."""

from sqlalchemy.orm import Session

from access.policy import Actor
from ingest.models import Batch, Item, Run
from ingest.reading import FileReading
from records import words
from records.dates import propose_date
from records.models import Page, PageWords, Record, RecordFile, RecordPerson
from records.people import propose_people
from records.places import propose_places
from records.record_types import propose_record_type
from records.register import CONTAINER, NOT_SEARCHABLE, PARTLY_READ, READ, UNREAD, needs_indexing, next_reference
from records.titles import propose_title
from store import audit, clock
from store.audit_actions import AuditAction

MACHINE_READ = ("ocr", "both")


def register(
    session: Session,
    item: Item,
    reading: FileReading,
    *,
    sha256: str,
    batch: Batch,
    run: Run,
    parent: Record | None,
    actor: Actor,
) -> Record:
    """The record is registered with every page, its words' places, and its title, date, type and names proposed."""
    texts = [(page.number, page.text) for page in reading.pages]
    metadata = {key: str(value) for key, value in reading.metadata.items()}
    title = propose_title(texts, file_name=item.name, label=reading.label, metadata=_for_title(reading, metadata))
    dated = propose_date(texts, file_name=item.name, metadata=metadata)
    kind = propose_record_type(title, texts)
    unread = sum(page.unread for page in reading.pages)
    record = Record(
        reference=next_reference(session),
        title=title,
        file_name=item.name,
        media_type=reading.media_type,
        label=reading.label,
        record_type=kind.code if kind else None,
        date_from=dated.date_from,
        date_to=dated.date_to,
        date_precision=dated.precision,
        date_evidence=dated.evidence,
        batch=batch.name,
        source=run.source,
        state=NOT_SEARCHABLE if reading.not_searchable else _state(len(reading.pages), unread),
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
    _add_names(session, record, texts)
    session.flush()
    needs_indexing(session, record.id)
    audit.record(
        session,
        AuditAction.RECORD_REGISTERED,
        actor=actor.name,
        subject=f"record:{record.reference}",
        detail={"sha256": sha256, "pages": record.page_count, "unread": unread, "item": item.id},
    )
    return record


def _for_title(reading: FileReading, metadata: dict[str, str]) -> dict[str, str]:
    """What the file says of itself; a "subject" is believed of a message alone, elsewhere a program put it there."""
    told = {key: value for key, value in metadata.items() if key.lower() != "subject" or _is_message(reading)}
    return {**told, "title": reading.title} if reading.title else told


def _is_message(reading: FileReading) -> bool:
    return reading.media_type.startswith("message/") or "outlook" in reading.media_type


def _state(pages: int, unread: int) -> str:
    if not pages:
        return CONTAINER
    if not unread:
        return READ
    return UNREAD if unread == pages else PARTLY_READ


def _add_pages(session: Session, record: Record, reading: FileReading) -> None:
    rows = [
        Page(
            record_id=record.id,
            number=page.number,
            text=page.text,
            layer_text=page.layer_text,
            heading=page.heading or "",
            read_by=page.read_by,
            confidence=page.confidence,
            unread=page.unread,
            reason=page.reason,
            width=page.width,
            height=page.height,
            rotation=page.rotation,
        )
        for page in reading.pages
    ]
    session.add_all(rows)
    session.flush()
    session.add_all(
        PageWords(page_id=row.id, packed=words.pack([words.Word(*word) for word in page.words]))
        for row, page in zip(rows, reading.pages, strict=True)
        if page.words
    )


def _add_names(session: Session, record: Record, texts: list[tuple[int, str]]) -> None:
    seen: set[tuple[str, str]] = set()
    named = [("person", person.name, person.page) for person in propose_people(texts)]
    named += [(place.kind, place.name, place.page) for place in propose_places(texts)]
    for kind, name, page in named:
        if (kind, name) not in seen:
            seen.add((kind, name))
            session.add(RecordPerson(record_id=record.id, kind=kind, name=name, page=page))


def ocr_pages(reading: FileReading) -> int:
    """How many of the pages were read by eye of the machine."""
    return sum(page.read_by in MACHINE_READ for page in reading.pages)
