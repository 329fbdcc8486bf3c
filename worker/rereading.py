"""One step of reading done again for a whole batch: its categories, its names, its pages, or its place in the index.

Nothing a person decided, corrected, typed or said is changed by it. Records are gone through one after another, each
in its own transaction, so that it may be stopped and run twice.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Select, select

from access.policy import Actor, Permission, require
from ingest import batches
from ingest.page_settings import PageSettings
from ingest.reading import UnreadableFile
from ingest.registering import follow_names
from ingest.rendering import has_page_pictures
from records.models import Record
from records.register import needs_indexing, pages_of
from retention.suggesting import DocumentText
from retention.tagging import keep_suggestions
from search import indexing
from store import audit
from store.archive import Archive
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, RefusedError
from worker.page_work import look_through_again, read_again
from worker.proposing import suggester

CATEGORIES, NAMES, TEXT, INDEX = "categories", "names", "text", "index"
STAGES = {
    CATEGORIES: "suggest categories again, under the notice in force",
    NAMES: "propose people and places again",
    TEXT: "read every page that has a picture again; the better reading stands, both are kept",
    INDEX: "make the batch's entries in the search index again",
}
Heartbeat = Callable[[int, int], None]


@dataclass
class ReadAgain:
    """How many records were gone through, what came of it, and how many pages broke a limit or have no picture."""

    records: int = 0
    added: int = 0
    left: int = 0


def _quiet(_done: int, _total: int) -> None:
    return


def reread(archive: Archive, batch: str, stage: str, *, actor: Actor, beat: Heartbeat = _quiet) -> ReadAgain:
    """The step was done again for every record of the batch that was not purged.

    `added` counts suggestions, names or readings that stand now and did not before.

    Raises:
        NotFoundError: There is no such batch.
        InvalidInputError: There is no such step.
    """
    require(actor, Permission.INGEST)
    if stage not in STAGES:
        raise InvalidInputError(f"There is no step {stage!r} to do again: choose from {', '.join(STAGES)}.")
    if stage == TEXT:
        require(actor, Permission.TRANSCRIBE)
    with archive.writing() as session:
        found = batches.find_batch(session, batch)
        audit.record(
            session,
            AuditAction.BATCH_READ_AGAIN,
            actor=actor.name,
            subject=f"batch:{found.name}",
            detail={"step": stage},
        )
    with archive.reading() as session:
        numbers = list(session.scalars(_records_of(found.name, actor)))
    made = ReadAgain()
    work = {CATEGORIES: _categories, NAMES: _names, TEXT: _text, INDEX: _index}[stage]
    for number in numbers:
        work(archive, number, made, actor)
        made.records += 1
        beat(made.records, len(numbers))
    if stage == TEXT:
        look_through_again(archive)
    indexing.bring_up_to_date(archive, in_passing=True)
    return made


def _records_of(batch: str, actor: Actor) -> Select[int]:
    return (
        select(Record.id)
        .where(Record.batch == batch, Record.purged_at.is_(None), Record.compartment.in_(actor.compartments))
        .order_by(Record.id)
    )


def _categories(archive: Archive, number: int, made: ReadAgain, actor: Actor) -> None:
    with archive.writing() as session:
        record = session.get_one(Record, number)
        proposals = suggester(str(archive.settings.notice_file)).suggest(
            DocumentText(
                title=record.title,
                file_name=record.file_name,
                pages=[(page.number, page.text) for page in pages_of(session, record)],
                record_type=record.record_type,
                date=record.date_from.isoformat() if record.date_from else None,
            )
        )
        made.added += len(keep_suggestions(session, record, proposals, actor=actor))


def _names(archive: Archive, number: int, made: ReadAgain, actor: Actor) -> None:
    with archive.writing() as session:
        record = session.get_one(Record, number)
        made.added += follow_names(session, record, [(page.number, page.text) for page in pages_of(session, record)])


def _text(archive: Archive, number: int, made: ReadAgain, actor: Actor) -> None:
    with archive.reading() as session:
        record = session.get_one(Record, number)
        reference = record.reference
        pages = [page.number for page in pages_of(session, record)] if has_page_pictures(record.media_type) else []
    for page in pages:
        try:
            made.added += read_again(archive, reference, page, PageSettings(), actor=actor).stands
        except (RefusedError, UnreadableFile):
            made.left += 1  # nothing of the page changed


def _index(archive: Archive, number: int, _made: ReadAgain, _actor: Actor) -> None:
    with archive.writing() as session:
        needs_indexing(session, number)
