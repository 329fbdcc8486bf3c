"""Pages read again with other settings, and records looked through again once the text of a page has changed."""

import time
from dataclasses import dataclass

from access.policy import SYSTEM, Actor, Permission, require
from costs import effort
from ingest.limited_call import run_limited
from ingest.ocr import worth_of
from ingest.page_settings import PageSettings
from ingest.reading import PageReading
from ingest.registering import follow_names
from ingest.rendering import has_page_pictures
from records import words
from records.models import Page, Record
from records.page_models import MACHINE, SEEN, TRANSCRIPT
from records.page_versions import NewVersion, find_page, keep_reading
from records.register import pages_of
from retention import looking_again
from retention.notice_file import load_notice
from retention.suggesting import Suggester
from store.archive import Archive
from store.errors import RefusedError

AT_ONCE = 50


@dataclass(frozen=True)
class ReadAgain:
    """What became of a page that was read again: its new version, and whether that stands now."""

    version: int
    stands: bool
    unread: bool
    reason: str


def read_again(
    archive: Archive, reference: str, number: int, settings: PageSettings, *, insist: bool = False, actor: Actor
) -> ReadAgain:
    """The page was read again as asked; the better of the two readings stands, the other is kept beside it.

    With `insist` what was read now stands even if it looks no better, so long as there is text in it: a person chose.
    What a person typed, or said of the page, is only ever replaced by insisting.

    Raises:
        RefusedError: The page has no picture to read.
        UnreadableFile: It broke a limit again, or cannot be opened; nothing changed.
    """
    require(actor, Permission.TRANSCRIBE)
    with archive.reading() as session:
        record, _ = find_page(session, reference, number, actor=actor)
        _require_picture(record)
        path, media_type = archive.files.readable(record.sha256), record.media_type
    started = time.monotonic()
    with archive.files.scratch() as folder:
        answer = run_limited(
            "ingest.formats.one_page:read_in_child",
            {"path": str(path), "media_type": media_type, "page_number": number, "asked": settings.to_dict()},
            memory_bytes=archive.settings.reader_memory_mb * 1024 * 1024,
            seconds=float(settings.seconds),
            folder=folder,
        )
    reading = PageReading.from_dict(answer)
    with archive.writing() as session:
        record, page = find_page(session, reference, number, actor=actor)
        _require_picture(record)
        stands = _should_stand(reading, page, insist=insist)
        made = keep_reading(session, record, page, _version(reading, page, settings), stands=stands, actor=actor)
        effort.log_automatic(
            session, activity="machine-reading", seconds=time.monotonic() - started, items=1, pages=1, actor=actor
        )
        return ReadAgain(made.version, stands, reading.unread, reading.reason)


def _require_picture(record: Record) -> None:
    if record.purged_at is not None or not has_page_pictures(record.media_type):
        raise RefusedError(
            f"{record.reference} has no pictures of its pages, so there is nothing to read again: "
            "its text is what the file itself says."
        )


def _should_stand(reading: PageReading, page: Page, *, insist: bool) -> bool:
    if reading.unread:
        return False
    if insist:
        return True
    if page.read_by in (TRANSCRIPT, SEEN):
        return False
    if page.unread:
        return True
    return page.confidence is not None and worth_of(reading.text, reading.confidence) > worth_of(
        page.text, page.confidence
    )


def _version(reading: PageReading, page: Page, settings: PageSettings) -> NewVersion:
    return NewVersion(
        kind=MACHINE,
        text=reading.text,
        read_by=reading.read_by,
        unread=reading.unread,
        reason=reading.reason,
        confidence=reading.confidence,
        layer_text=page.layer_text,
        ocr_text=reading.text if page.layer_text else None,
        packed=words.pack(reading.words) if reading.words else None,
        width=reading.width,
        height=reading.height,
        rotation=reading.rotation,
        settings=settings.in_words,
    )


def look_through_again(archive: Archive) -> int:
    """Every record whose text changed before now has been looked through for categories and names; how many."""
    with archive.reading() as session:
        needs = looking_again.waiting(session, limit=AT_ONCE)
    if not needs:
        return 0
    suggester = Suggester(load_notice(archive.settings.notice_file))
    done = 0
    while needs:
        for need in needs:
            with archive.writing() as session:
                record = session.get_one(Record, need.record_id)
                if record.purged_at is None:
                    follow_names(session, record, [(page.number, page.text) for page in pages_of(session, record)])
                looking_again.look_again(session, record, need, suggester, actor=SYSTEM)
            done += 1
        with archive.reading() as session:
            needs = looking_again.waiting(session, limit=AT_ONCE)
    return done
