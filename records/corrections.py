"""What a person corrects about a record: its date, title, type and the names in it, each beside what was proposed.

A correction is kept with who, when and why, before and after; the proposal it stands against is never lost, and
nothing a machine proposes later takes its place.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from records.correction_models import Correction
from records.models import ADDED, CONFIRMED, NOT_NAMED, REMOVED, Record, RecordPerson
from records.record_types import record_type_titles
from records.register import needs_indexing, visible
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError, RefusedError

TITLE, DATE, TYPE, NAME = "title", "date", "type", "name"
UNDATED = "undated"
NAME_KINDS = ("person", "home", "school", "organisation", "place")
LONGEST_TITLE, LONGEST_NAME = 300, 120
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


@dataclass(frozen=True)
class DateSaid:
    """When a document was written, no more exactly than is known: a day, a month or a year, about one, or undated."""

    date_from: date | None
    date_to: date | None
    date_precision: str

    def __str__(self) -> str:
        """As it is kept: the precision, and the first and last day it may be."""
        return f"{self.date_precision} {self.date_from} {self.date_to}" if self.date_from else UNDATED

    @property
    def words(self) -> str:
        """As a person says it."""
        first, last = self.date_from, self.date_to or self.date_from
        if first is None or last is None:
            return UNDATED
        said = {
            "day": f"{first.day} {first:%B %Y}",
            "month": f"{first:%B %Y}",
            "year": str(first.year),
        }.get(self.date_precision, f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}")
        return f"about {said}" if self.date_precision in ("circa", "decade") else said


def date_said(text: str, *, about: bool = False) -> DateSaid:
    """The date a person gives as year, year-month or year-month-day, or as undated; with `about`, only about then.

    Raises:
        InvalidInputError: It is no date.
    """
    if text.strip().lower() == UNDATED:
        return DateSaid(None, None, UNDATED)
    match = _DAY.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError
        year, month, day = (int(part) if part else None for part in match.groups())
        assert year is not None
        first = date(year, month or 1, day or 1)
        last = date(year, month or 12, day or calendar.monthrange(year, month or 12)[1])
    except ValueError as error:
        raise InvalidInputError(
            f"{text.strip()!r} is no date: give a year, a month as 1974-03, a day as 1974-03-17, or undated."
        ) from error
    if first > clock.today():
        raise InvalidInputError(f"{text.strip()} is still to come: nothing held was written then. Look at it again.")
    return DateSaid(first, last, "circa" if about else "day" if day else "month" if month else "year")


def kept_date(text: str) -> DateSaid:
    """The date as it was kept in a correction."""
    parts = text.split()
    if len(parts) != 3:
        return DateSaid(None, None, UNDATED)
    return DateSaid(date.fromisoformat(parts[1]), _day_or_none(parts[2]), parts[0])


def _day_or_none(text: str) -> date | None:
    return None if text == "None" else date.fromisoformat(text)


def correct_title(session: Session, record: Record, *, title: str, reason: str, actor: Actor) -> Correction:
    """The record has this title.

    Raises:
        InvalidInputError: There is no title or no reason, or nothing would change.
        RefusedError: The record was purged.
    """
    record = _to_correct(session, record, reason, actor)
    given = " ".join(title.split())
    if not given or len(given) > LONGEST_TITLE:
        raise InvalidInputError(f"A title has from 1 to {LONGEST_TITLE} letters: give a shorter or a longer one.")
    before, record.title = record.title, given
    return _keep(session, record, TITLE, before, given, reason, actor)


def correct_date(session: Session, record: Record, *, said: DateSaid, reason: str, actor: Actor) -> Correction:
    """The record has this date, as exactly as it is known.

    Raises:
        InvalidInputError: There is no reason, or nothing would change.
        RefusedError: The record was purged.
    """
    record = _to_correct(session, record, reason, actor)
    before = str(DateSaid(record.date_from, record.date_to, record.date_precision))
    record.date_from, record.date_to, record.date_precision = said.date_from, said.date_to, said.date_precision
    return _keep(session, record, DATE, before, str(said), reason, actor)


def correct_type(session: Session, record: Record, *, code: str, reason: str, actor: Actor) -> Correction:
    """The record is of this type.

    Raises:
        InvalidInputError: There is no such type or no reason, or nothing would change.
        RefusedError: The record was purged.
    """
    record = _to_correct(session, record, reason, actor)
    if code not in record_type_titles():
        raise InvalidInputError(f"There is no record type {code!r}: choose {', '.join(record_type_titles())}.")
    before, record.record_type = record.record_type or "", code
    return _keep(session, record, TYPE, before, code, reason, actor)


def add_name(
    session: Session, record: Record, *, kind: str, name: str, page: int, reason: str, actor: Actor
) -> RecordPerson:
    """The person, home or organisation is named in the record, on this page, whether or not a machine found it.

    Raises:
        InvalidInputError: The kind, name, page or reason cannot be used.
        RefusedError: The record was purged.
    """
    record = _to_correct(session, record, reason, actor)
    given = " ".join(name.split())
    if kind not in NAME_KINDS:
        raise InvalidInputError(f"A name is of a {', '.join(NAME_KINDS)}: {kind!r} is none of these.")
    if not given or len(given) > LONGEST_NAME:
        raise InvalidInputError(f"A name has from 1 to {LONGEST_NAME} letters.")
    if not 1 <= page <= max(1, record.page_count):
        raise InvalidInputError(f"{record.reference} has no page {page}: it has {record.page_count}.")
    known = session.scalar(
        select(RecordPerson).where(
            RecordPerson.record_id == record.id, RecordPerson.kind == kind, RecordPerson.name == given
        )
    )
    if known is None:
        known = RecordPerson(record_id=record.id, kind=kind, name=given, page=page, status="")
        session.add(known)
        session.flush()
    _set_status(session, record, known, ADDED, reason, actor)
    return known


def confirm_name(session: Session, record: Record, number: int, *, actor: Actor) -> RecordPerson:
    """A person has read that the name stands in the record."""
    reason = "read in the record"
    record = _to_correct(session, record, reason, actor)
    named = find_name(session, record, number)
    _set_status(session, record, named, CONFIRMED, reason, actor)
    return named


def remove_name(session: Session, record: Record, number: int, *, reason: str, actor: Actor) -> RecordPerson:
    """The name is not one, or does not stand in the record: it is neither shown nor found, and not proposed again.

    Raises:
        InvalidInputError: There is no reason, or it is removed already.
        NotFoundError: The record has no such name.
    """
    record = _to_correct(session, record, reason, actor)
    named = find_name(session, record, number)
    _set_status(session, record, named, REMOVED, reason, actor)
    return named


def find_name(session: Session, record: Record, number: int) -> RecordPerson:
    """The name of this number on the record.

    Raises:
        NotFoundError: There is none.
    """
    named = session.get(RecordPerson, number)
    if named is None or named.record_id != record.id:
        raise NotFoundError(f"{record.reference} has no name {number}: look at the names on its page.")
    return named


def names_of(session: Session, record: Record) -> list[RecordPerson]:
    """The names that stand in the record, those that were removed left out, people first."""
    query = select(RecordPerson).where(RecordPerson.record_id == record.id, RecordPerson.status.not_in(NOT_NAMED))
    return sorted(session.scalars(query.order_by(RecordPerson.id)), key=lambda each: each.kind != "person")


def corrections_of(session: Session, record: Record) -> list[Correction]:
    """Every correction of the record, the newest last."""
    return list(session.scalars(select(Correction).where(Correction.record_id == record.id).order_by(Correction.id)))


@dataclass(frozen=True)
class Corrected:
    """A correction as people read it."""

    field: str
    words_before: str
    words_after: str
    reason: str
    corrected_by: str
    corrected_at: datetime


def corrections_in_words(session: Session, record: Record) -> list[Corrected]:
    """Every correction of the record as people read it, the newest last."""
    return [
        Corrected(
            each.field,
            _in_words(each.field, each.before),
            _in_words(each.field, each.after),
            each.reason,
            each.corrected_by,
            each.corrected_at,
        )
        for each in corrections_of(session, record)
    ]


def _in_words(field: str, kept: str) -> str:
    if field == DATE:
        return kept_date(kept).words
    return (record_type_titles().get(kept, kept) if field == TYPE else kept) or "none"


def proposals_of(session: Session, record: Record) -> dict[str, str]:
    """What was proposed for each field that a person corrected: what stood before the first correction."""
    proposals: dict[str, str] = {}
    for each in corrections_of(session, record):
        if each.field in (TITLE, DATE, TYPE):
            proposals.setdefault(each.field, each.before)
    return proposals


def _to_correct(session: Session, record: Record, reason: str, actor: Actor) -> Record:
    require(actor, Permission.TAG)
    record = session.get_one(Record, record.id)
    if not visible(record, actor):
        raise NotFoundError(f"There is no record {record.reference}: check the reference in the list of records.")
    if record.purged_at:
        raise RefusedError(
            f"{record.reference} was purged on {record.purged_at:%-d %B %Y}: nothing is left to correct."
        )
    if not reason.strip():
        raise InvalidInputError("The correction was not kept because it has no reason: say why, in a few words.")
    return record


def _set_status(session: Session, record: Record, named: RecordPerson, status: str, reason: str, actor: Actor) -> None:
    before, named.status = named.status, status
    words = f"{named.kind} “{named.name}”"
    _keep(session, record, NAME, f"{words}: {before or 'not there'}", f"{words}: {status}", reason, actor)


def _keep(
    session: Session, record: Record, field: str, before: str, after: str, reason: str, actor: Actor
) -> Correction:
    if before == after:
        raise InvalidInputError(f"Nothing was changed: the {field} of {record.reference} is that already.")
    made = Correction(
        record_id=record.id,
        field=field,
        before=before,
        after=after,
        reason=reason.strip(),
        corrected_by=actor.name,
        corrected_at=clock.now(),
    )
    session.add(made)
    session.flush()
    needs_indexing(session, record.id)
    # Names are what a record says; the trail, which more people may read, tells only that one was corrected.
    told = {} if field == NAME else {"before": before, "after": after}
    audit.record(
        session,
        AuditAction.RECORD_CORRECTED,
        actor=actor.name,
        subject=f"record:{record.reference}",
        detail={"correction": made.id, "field": field, **told},
    )
    return made
