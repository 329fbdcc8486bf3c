"""Splitting a compound scan: its parts made, proved, held, registered and suggested for, all of them or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, can
from disclosure import marks
from ingest import registering
from ingest.custodians import keep_custodians
from ingest.limited_call import run_limited
from ingest.models import Batch, Item
from ingest.part_files import DPI, PROOF, write_parts
from ingest.reading import FileReading, PageReading, UnreadableFile
from ingest.separators import SeparatorPages, find_separators
from records import parts, words
from records.models import Page, Record
from records.parts_models import BY_HAND, BY_SEPARATORS, Split
from records.register import find_record, packed_words, pages_of
from records.same_pages import carry_versions
from records.split_plans import SplitPlan, pages_in_words, part_name, plan_by_separators
from retention import holds, tagging, undone_splits
from retention.models import PLACED
from search import indexing
from store.archive import Archive
from store.errors import RefusedError
from worker.proposing import Proposals, propose_everything, read_proposals

PROPOSE_SECONDS = 30.0
LABELS = {"application/pdf": "PDF", "image/tiff": "TIFF picture"}


@dataclass(frozen=True)
class SplitDone:
    """A split that was made: its number, the whole, and the parts by reference with their pages of the whole."""

    split: int
    whole: str
    parts: tuple[tuple[str, tuple[int, ...]], ...]
    left_out: Mapping[int, str]


def look_for_separators(archive: Archive, reference: str, *, actor: Actor) -> tuple[SeparatorPages, list[int]]:
    """The separator sheets of the record, and its blank pages; changes nothing.

    Raises:
        RefusedError: The record cannot be split, or its pages cannot be looked at.
    """
    with archive.reading() as session:
        record = find_record(session, reference, actor=actor)
        parts.require_splittable(session, record, actor=actor)
        pages, sha256 = pages_of(session, record), record.sha256
    blanks = [page.number for page in pages if page.unread and page.reason.startswith("blank")]
    counts = {page.number: len(page.text.split()) for page in pages}
    with archive.files.scratch() as folder:
        try:
            found = find_separators(archive.files.readable(sha256), record.media_type, words=counts, folder=folder)
        except UnreadableFile as problem:
            raise RefusedError(f"{reference} was not looked through: {problem.sentence}") from problem
    return found, blanks


def split_by_separators(archive: Archive, reference: str, *, actor: Actor) -> SplitDone:
    """The record is split at its separator sheets.

    Raises:
        RefusedError: A sheet is doubtful, because other words stand on it: a person has to look.
        InvalidInputError: There is no separator.
    """
    found, blanks = look_for_separators(archive, reference, actor=actor)
    if found.doubtful:
        raise RefusedError(
            f"{reference} was not split because page {found.doubtful[0]} bears a separator's code among many words: "
            "look at it, and mark the parts by hand."
        )
    with archive.reading() as session:
        count = find_record(session, reference, actor=actor).page_count
    plan = plan_by_separators(count, separators=found.separators, blanks=blanks)
    return split(archive, reference, plan, how=BY_SEPARATORS, actor=actor)


def split(
    archive: Archive,
    reference: str,
    plan: SplitPlan,
    *,
    how: str = BY_HAND,
    titles: Sequence[str] = (),
    actor: Actor,
) -> SplitDone:
    """Each part is a record of its own, held and suggested for; the whole, its bytes and its holds are as they were.

    The pages' readings are those of the whole: nothing is read again.

    Raises:
        RefusedError: The record cannot be split, or pages cannot be taken out of its file.
        DamagedError: A part would not look like the pages it is made of.
    """
    with archive.reading() as session:
        whole = find_record(session, reference, actor=actor)
        parts.require_splittable(session, whole, actor=actor)
        parts.require_true(session, whole, plan)
        readings, sha256 = [_reading(session, whole, pages) for pages in plan.parts], whole.sha256
    archive.files.verify(sha256)
    with archive.files.scratch() as folder:
        try:
            made = write_parts(archive.files.readable(sha256), whole.media_type, plan.parts, folder=folder)
            proposed = _proposals(archive, whole, readings, plan, folder)
        except UnreadableFile as problem:
            raise RefusedError(f"{reference} was not split, and nothing was changed: {problem.sentence}") from problem
        with archive.writing() as session:
            done = _keep(
                archive, session, reference, plan, readings, made, proposed, how=how, titles=titles, actor=actor
            )
    indexing.bring_up_to_date(archive, in_passing=True)
    return done


def _keep(
    archive: Archive,
    session: Session,
    reference: str,
    plan: SplitPlan,
    readings: Sequence[FileReading],
    made: Sequence[Path],
    proposed: Sequence[Proposals],
    *,
    how: str,
    titles: Sequence[str],
    actor: Actor,
) -> SplitDone:
    # Asked again: somebody may have split or hidden it while its parts were being made.
    whole = find_record(session, reference, actor=actor)
    parts.require_splittable(session, whole, actor=actor)
    kept: list[Record] = []
    for place, (pages, reading, file, about) in enumerate(zip(plan.parts, readings, made, proposed, strict=True)):
        part = _part(archive, session, whole, pages, place + 1, reading, file, about, actor)
        if place < len(titles) and titles[place].strip():
            part.title = titles[place].strip()
        kept.append(part)
    standing = parts.keep_split(session, whole, plan, kept, how=how, proof=PROOF.format(dpi=DPI), actor=actor)
    _carry_versions(session, whole, plan, kept)
    for part in kept:
        marks.refresh_compartment(session, part)
    parts.cover_of(session, whole)
    return _done(session, whole, standing)


def _carry_versions(session: Session, whole: Record, plan: SplitPlan, kept: Sequence[Record]) -> None:
    by_number = {page.number: page for page in pages_of(session, whole)}
    for part, numbers in zip(kept, plan.parts, strict=True):
        for page, number in zip(pages_of(session, part), numbers, strict=True):
            carry_versions(session, by_number[number], page)


def _part(
    archive: Archive,
    session: Session,
    whole: Record,
    pages: Sequence[int],
    place: int,
    reading: FileReading,
    file: Path,
    proposed: Proposals,
    actor: Actor,
) -> Record:
    row, _ = archive.files.put(session, archive.files.take(file))
    holds.hold_new_bytes(session, row.sha256, actor=actor)
    # Not rows: only what `register` copies from them, because no file was met and no run took it in.
    item = Item(name=part_name(whole.file_name, pages), path=_part_path(whole, pages), position=place)
    new = registering.New(item, reading, proposed.about, row.sha256, whole)
    part = registering.register(session, new, batch=Batch(name=whole.batch), source=whole.source, actor=actor)
    keep_custodians(session, part.id)
    holds.hold_record(session, part, actor=actor)
    if can(actor, Permission.HOLD):
        for hold in holds.holds_of(session, whole):
            if hold.kind == PLACED:
                holds.place_hold(session, part, reason=undone_splits.reason_on_a_part(whole, hold), actor=actor)
    tagging.keep_suggestions(session, part, proposed.categories, actor=actor)
    return part


def _part_path(whole: Record, pages: Sequence[int]) -> str:
    return f"{whole.files[0].path}!/{pages_in_words(pages)}"


def _reading(session: Session, whole: Record, pages: Sequence[int]) -> FileReading:
    wanted = set(pages)
    rows = session.scalars(
        select(Page).where(Page.record_id == whole.id, Page.number.in_(wanted)).order_by(Page.number)
    ).all()
    return FileReading(
        media_type=whole.media_type,
        label=LABELS.get(whole.media_type, whole.label),
        pages=[_page(session, row, number) for number, row in enumerate(rows, start=1)],
        notes=[f"It is {pages_in_words(pages)} of {whole.reference}; its text is as it was read there."],
    )


def _page(session: Session, row: Page, number: int) -> PageReading:
    packed = packed_words(session, row)
    return PageReading.from_dict(
        {
            "number": number,
            "text": row.text,
            "read_by": row.read_by,
            "confidence": row.confidence,
            "layer_text": row.layer_text,
            "ocr_text": row.ocr_text,
            "words": [list(word) for word in words.unpack(packed)] if packed else [],
            "width": row.width,
            "height": row.height,
            "rotation": row.rotation,
            "unread": row.unread,
            "reason": row.reason,
            "heading": row.heading or None,
            "version": row.version,
        }
    )


def _proposals(
    archive: Archive, whole: Record, readings: Sequence[FileReading], plan: SplitPlan, folder: Path
) -> list[Proposals]:
    """What is proposed for each part, worked out in one confined child."""
    asked = [
        {
            "pages": [(page.number, page.text) for page in reading.pages],
            "known": {
                "name": part_name(whole.file_name, pages),
                "label": reading.label,
                "media_type": reading.media_type,
                "title": None,
                "metadata": {},
            },
            "notice_file": str(archive.settings.notice_file),
        }
        for reading, pages in zip(readings, plan.parts, strict=True)
    ]
    answer = run_limited(
        "worker.splitting:propose_for_parts",
        {"asked": asked},
        seconds=60 + PROPOSE_SECONDS * len(asked),
        folder=folder,
    )
    return [read_proposals(each) for each in answer["proposals"]]


def propose_for_parts(asked: list[dict[str, Any]]) -> dict[str, Any]:
    """Run in a child: the proposals for each part, as plain values."""
    return {"proposals": [propose_everything(**each) for each in asked]}


def _done(session: Session, whole: Record, standing: Split) -> SplitDone:
    session.refresh(standing)
    told = []
    for part in parts.parts_of_split(session, standing):
        lineage = parts.lineage_of(session, part)
        told.append((part.reference, lineage.pages if lineage else ()))
    left_out = {row.number: row.standing for row in standing.pages if row.part_id is None}
    return SplitDone(standing.id, whole.reference, tuple(told), left_out)
