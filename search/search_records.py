"""Search records: numbered, drafted, signed and from then on unchanged; a correction is a new version."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from inquiry.models import RequestParagraph
from search.packing import pack
from search.record_models import ARCHIVE, MANUAL, OTHER, PHYSICAL, PLACE, SYSTEM, TERM, SearchRecord
from search.record_models import SearchRecordParagraph as Link
from search.search_record_figures import count_now, faults_of
from search.sight import compartments_of
from search.term_models import TermReportVersion
from search.term_reports import find_report, results_of, versions_of
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import DamagedError, InvalidInputError, NotFoundError, NotPermittedError, RefusedError

METHODS = {
    TERM: "By search terms",
    MANUAL: "By reading through, without terms",
    PHYSICAL: "By looking through paper, shelves or boxes",
    OTHER: "In another way",
}
PLACES = {
    ARCHIVE: "In this archive",
    PLACE: "In a building, store or room",
    SYSTEM: "In another system or with another body",
}
LONGEST_TEXT = 10_000
LONGEST_LINE = 300


@dataclass(frozen=True)
class SearchContent:
    """What a search record says; everything may be left open until it is signed."""

    kind_of_place: str = ARCHIVE
    repository: str = ""
    method: str = TERM
    how: str = ""
    covers_from: date | None = None
    covers_to: date | None = None
    custodians: str = ""
    searched_by: str = ""
    searched_from: date | None = None
    searched_to: date | None = None
    counted_as: str = "documents"
    hits: int | None = None
    reviewed: int | None = None
    responsive: int | None = None
    unreadable: int | None = None
    not_reviewed: str = ""
    nothing_found: str = ""
    limits: str = ""
    not_searched: str = ""
    why_new: str = ""


CONTENT = tuple(each.name for each in fields(SearchContent))


def draft_record(
    session: Session,
    content: SearchContent,
    *,
    paragraphs: Sequence[int] = (),
    term_report: tuple[int, int] | None = None,
    actor: Actor,
) -> SearchRecord:
    """The search has its number, and a draft that may be changed until it is signed.

    Args:
        session: A writing unit of work.
        content: What is known so far.
        paragraphs: The ids of the request's paragraphs it was made for.
        term_report: The number of a term report and its version, for a search by terms in this archive.
        actor: Whoever drafts it.

    Raises:
        InvalidInputError: Something in it cannot be used.
    """
    require(actor, Permission.SEARCH)
    number = (session.scalar(select(func.max(SearchRecord.number))) or 0) + 1
    made = SearchRecord(
        number=number, version=1, made_by=actor.name, made_at=clock.now(), counted_in="", **vars(SearchContent())
    )
    _fill(session, made, content, term_report, actor)
    session.add(made)
    session.flush()
    _link(session, made, paragraphs)
    _audit(session, AuditAction.SEARCH_RECORD_DRAFTED, made, actor)
    return made


def change_draft(
    session: Session,
    record: SearchRecord,
    content: SearchContent,
    *,
    paragraphs: Sequence[int] = (),
    term_report: tuple[int, int] | None = None,
    seen: str | None = None,
    actor: Actor,
) -> None:
    """The draft says this instead; `seen` is what it said, as `said_by` tells it, when whoever changes it read it.

    Raises:
        RefusedError: It is signed.
        ChangedMeanwhileError: It no longer says what was seen.
    """
    require(actor, Permission.SEARCH)
    if record.signed_at:
        raise RefusedError(f"{record.reference} is signed and stays as it is: begin a new version of it.")
    _require_seen(record, seen)
    _fill(session, record, content, term_report, actor)
    session.flush()
    _link(session, record, paragraphs)
    _audit(session, AuditAction.SEARCH_RECORD_CHANGED, record, actor)


class ChangedMeanwhileError(RefusedError):
    """Somebody else changed the draft after it was read by whoever now changes or signs it."""

    def __init__(self, record: SearchRecord) -> None:
        super().__init__(
            f"{record.reference} was changed by somebody else after you opened it, so nothing was done: open it again "
            "and read what it says now."
        )


def said_by(record: SearchRecord) -> str:
    """The SHA-256 of all that the draft says: another once anything in it is changed."""
    said = [
        [str(getattr(record, name)) for name in CONTENT],
        record.version,
        record.term_version_id,
        [each.id for each in record.paragraphs],
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _require_seen(record: SearchRecord, seen: str | None) -> None:
    if seen is not None and seen != said_by(record):
        raise ChangedMeanwhileError(record)


def _fill(
    session: Session, record: SearchRecord, content: SearchContent, report: tuple[int, int] | None, actor: Actor
) -> None:
    _check(content)
    for name in CONTENT:
        value = getattr(content, name)
        setattr(record, name, value.strip() if isinstance(value, str) else value)
    version = _version(session, report, actor) if report else None
    if version is not None and (content.method, content.kind_of_place) != (TERM, ARCHIVE):
        raise InvalidInputError("A term report is evidence of a search by terms in this archive, and of no other.")
    record.term_version_id = version.id if version else None
    # Figures counted in the archive are told to whoever may see what was counted; those of a store, to all who search.
    inside = compartments_of(actor) if record.kind_of_place == ARCHIVE else ""
    record.counted_in = version.counted_in if version else inside


def _check(content: SearchContent) -> None:
    if content.method not in METHODS:
        raise InvalidInputError(f"The method is {', '.join(METHODS)}: {content.method!r} is none of these.")
    if content.kind_of_place not in PLACES:
        raise InvalidInputError(f"The place is {', '.join(PLACES)}: {content.kind_of_place!r} is none of these.")
    for name in CONTENT:
        value = getattr(content, name)
        most = LONGEST_LINE if name in ("repository", "searched_by", "counted_as") else LONGEST_TEXT
        if isinstance(value, str) and len(value) > most:
            raise InvalidInputError(f"“{value[:30]}…” has {len(value):,} letters and {most:,} is the most: shorten it.")
        if isinstance(value, int) and not 0 <= value <= 10**9:
            raise InvalidInputError(f"{value} is no number of papers: give a whole number, 0 or more.")


def _version(session: Session, report: tuple[int, int], actor: Actor) -> TermReportVersion:
    found = find_report(session, report[0], actor=actor)
    for version in versions_of(session, found, actor=actor):
        if version.version == report[1]:
            return version
    raise NotFoundError(f"Term report {report[0]} has no version {report[1]}: choose one from its list.")


def _link(session: Session, record: SearchRecord, paragraphs: Sequence[int]) -> None:
    wanted = set(paragraphs)
    known = set(session.scalars(select(RequestParagraph.id).where(RequestParagraph.id.in_(wanted))))
    if known != wanted:
        raise NotFoundError("There is no such paragraph: choose from the paragraphs of the logged requests.")
    session.execute(delete(Link).where(Link.search_record_id == record.id))
    session.add_all(Link(search_record_id=record.id, paragraph_id=each) for each in sorted(wanted))
    session.flush()
    session.expire(record, ["paragraphs", "term_version"])


def sign_record(session: Session, record: SearchRecord, *, seen: str | None = None, actor: Actor) -> None:
    """The record is signed and sealed: nothing in it changes from now on.

    Of a search by terms in the archive, what was found, read and decided to be relevant is kept with it as it
    stands now. `seen` is what it said, as `said_by` tells it, when whoever signs read it.

    Raises:
        ChangedMeanwhileError: It no longer says what was seen.
        NotPermittedError: Whoever signs is not a person.
        RefusedError: It is signed already, or something is missing; each is named.
    """
    require(actor, Permission.SEARCH)
    if actor.everything:
        raise NotPermittedError("A search record is signed by a person: name them.")
    if record.signed_at:
        raise RefusedError(f"{record.reference} version {record.version} was signed on {record.signed_at:%-d %B %Y}.")
    _require_seen(record, seen)
    faults = faults_of(session, record, actor=actor)
    if faults:
        raise RefusedError(f"{record.reference} was not signed: {'; '.join(faults)}.")
    if record.term_version is not None:
        counted = count_now(session, record, actor=actor)
        record.hit_records, record.reviewed_records = pack(counted.hits), pack(counted.reviewed)
        record.responsive_records = pack(counted.responsive)
        record.weighed_records = json.dumps({str(each): list(found) for each, found in counted.weighed.items()})
        record.answered_records = json.dumps({str(each): list(found) for each, found in counted.answering.items()})
    # The database refuses a signature without its seal, so neither is written before both are there.
    with session.no_autoflush:
        record.signed_by, record.signed_at = actor.name, clock.now()
        record.sha256 = seal_of(session, record)
    session.flush()
    _audit(session, AuditAction.SEARCH_RECORD_SIGNED, record, actor, sha256=record.sha256)


def second_record(session: Session, record: SearchRecord, *, actor: Actor) -> None:
    """A second reader has signed what the first signed.

    Raises:
        RefusedError: It is not signed, has a second reader already, or both are the same person.
    """
    require(actor, Permission.SECOND_READ)
    if actor.everything:
        raise NotPermittedError("The second reader is a person: name them.")
    if not record.signed_at:
        raise RefusedError(f"{record.reference} is not signed yet: a second reader signs what the first has signed.")
    if record.second_at:
        raise RefusedError(f"{record.second_reader} was its second reader on {record.second_at:%-d %B %Y}.")
    if record.signed_by == actor.name:
        raise RefusedError(f"{actor.name} signed it first: the second reader is somebody else.")
    require_whole(session, record)
    record.second_reader, record.second_at = actor.name, clock.now()
    session.flush()
    _audit(session, AuditAction.SEARCH_RECORD_SECONDED, record, actor, sha256=record.sha256)


def new_version(session: Session, record: SearchRecord, *, why: str, actor: Actor) -> SearchRecord:
    """A draft that says what the signed record says, to be corrected and signed in its place.

    Raises:
        InvalidInputError: There is no reason.
        RefusedError: It is not signed, or a later version is there.
    """
    require(actor, Permission.SEARCH)
    if not why.strip():
        raise InvalidInputError("The version was not begun because it has no reason: say what is corrected.")
    if record.signed_at is None:
        raise RefusedError(f"{record.reference} is a draft: change it as it is.")
    latest = session.scalar(select(func.max(SearchRecord.version)).where(SearchRecord.number == record.number))
    if latest != record.version:
        raise RefusedError(f"{record.reference} has a later version, {latest}: go on from that.")
    made = SearchRecord(
        **{name: getattr(record, name) for name in CONTENT} | {"why_new": why.strip()},
        number=record.number,
        version=record.version + 1,
        term_version_id=record.term_version_id,
        counted_in=record.counted_in,
        made_by=actor.name,
        made_at=clock.now(),
    )
    session.add(made)
    session.flush()
    _link(session, made, [each.id for each in record.paragraphs])
    _audit(session, AuditAction.SEARCH_RECORD_DRAFTED, made, actor)
    return made


def _audit(session: Session, action: AuditAction, record: SearchRecord, actor: Actor, **detail: str) -> None:
    audit.record(
        session,
        action,
        actor=actor.name,
        subject=f"search-record:{record.reference}",
        detail={"version": record.version, **detail},
    )


def seal_of(session: Session, record: SearchRecord) -> str:
    """The SHA-256 of everything that was signed, with the paragraphs' words and what each term found."""
    said = {name: getattr(record, name) for name in CONTENT}
    found = hashlib.sha256()
    if record.term_version is not None:
        for each in results_of(session, record.term_version):
            found.update(json.dumps([each.line, each.term]).encode() + each.found + each.pages)
    for packed in (record.hit_records, record.reviewed_records, record.responsive_records):
        found.update(packed or b"")
    if record.answered_records is not None:
        found.update(record.answered_records.encode())
    # Not in the seal of records that were signed before it was counted.
    if record.weighed_records is not None:
        found.update(record.weighed_records.encode())
    signed = [
        said,
        record.number,
        record.version,
        record.counted_in,
        record.term_version_id,
        [[each.id, each.number, each.text] for each in record.paragraphs],
        found.hexdigest(),
        record.signed_by,
        record.signed_at.isoformat() if record.signed_at else "",
    ]
    return hashlib.sha256(json.dumps(signed, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()


def require_whole(session: Session, record: SearchRecord) -> None:
    """Returns only if a signed record is as it was signed.

    Raises:
        DamagedError: It is not.
    """
    if record.signed_at and seal_of(session, record) != record.sha256:
        raise DamagedError(
            f"{record.reference} version {record.version} is not what was signed: nothing more is done with it until "
            "whoever looks after Candour has compared it with a backup."
        )
