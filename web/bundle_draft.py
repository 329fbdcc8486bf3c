"""A bundle that is being put together: its lines as a lawyer checks them before it is built."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from access.policy import Actor
from disclosure.bundle_likenesses import privileged_likenesses
from disclosure.bundle_rules import require_bundle_allowed
from disclosure.production import date_text
from records.families import family_tree
from records.models import OPEN, Record
from records.register import CONTAINER, find_record
from store.errors import InvalidInputError, NotFoundError, NotPermittedError, RefusedError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Line:
    """One record of the draft, at its place."""

    place: int
    reference: str
    title: str
    date: str
    pages: int
    unread_pages: int
    mark: str
    family: str


@dataclass(frozen=True)
class SplitFamily:
    """A family of which some is in the draft and some is not."""

    root: str
    title: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """The records chosen so far, in order, and what a person should know before they are bundled."""

    lines: tuple[Line, ...] = ()
    split: tuple[SplitFamily, ...] = ()
    gone: tuple[str, ...] = ()
    refusal: str = ""
    alike: tuple[str, ...] = ()

    @property
    def references(self) -> list[str]:
        """The records in their order."""
        return [line.reference for line in self.lines]

    @property
    def pages(self) -> int:
        """How many pages of records there are; cover, index and notes come on top."""
        return sum(line.pages for line in self.lines)

    @property
    def unread_pages(self) -> int:
        """How many of them could not be read by the machine."""
        return sum(line.unread_pages for line in self.lines)


def bundleable(record: Record) -> bool:
    """Whether the record has something to show: what it contains does so in a container's stead."""
    return record.state != CONTAINER and record.purged_at is None


def draft_of(session: "Session", references: Sequence[str], *, actor: Actor) -> Draft:
    """The draft as it stands now; a record that is no longer open to the actor is named as gone."""
    records, gone = [], []
    for reference in references:
        try:
            records.append(find_record(session, reference, actor=actor))
        except NotFoundError:
            gone.append(reference)
    families = _families(session, records, actor)
    return Draft(
        lines=tuple(
            _line(place, record, families.get(record.id, [record])) for place, record in enumerate(records, start=1)
        ),
        split=_split(families, {record.reference for record in records}),
        gone=tuple(gone),
        refusal=_refusal(session, records, actor) if records else "",
        alike=tuple(privileged_likenesses(session, records, actor=actor)),
    )


def by_date(session: "Session", references: Sequence[str], *, actor: Actor) -> list[str]:
    """The references in order of date, undated ones at the end."""
    records = [find_record(session, reference, actor=actor) for reference in references]
    records.sort(key=lambda record: (record.date_from is None, record.date_from or date.min, record.id))
    return [record.reference for record in records]


def _families(session: "Session", records: Sequence[Record], actor: Actor) -> dict[int, list[Record]]:
    known: dict[int, list[Record]] = {}
    for record in records:
        if record.id not in known:
            members = [each.record for each in family_tree(session, record, actor=actor)]
            for member in members:
                known[member.id] = members
    return known


def _line(place: int, record: Record, members: Sequence[Record]) -> Line:
    return Line(
        place=place,
        reference=record.reference,
        title=record.title,
        date=date_text(record),
        pages=record.page_count,
        unread_pages=record.unread_pages,
        mark="" if record.compartment == OPEN else record.compartment,
        family=members[0].reference if len(members) > 1 else "",
    )


def _split(families: dict[int, list[Record]], chosen: set[str]) -> tuple[SplitFamily, ...]:
    found: dict[int, SplitFamily] = {}
    for members in families.values():
        missing = tuple(each.reference for each in members if bundleable(each) and each.reference not in chosen)
        if missing and members[0].id not in found:
            found[members[0].id] = SplitFamily(members[0].reference, members[0].title, missing)
    return tuple(found.values())


def _refusal(session: "Session", records: Sequence[Record], actor: Actor) -> str:
    try:
        require_bundle_allowed(session, records, actor=actor)
    except (InvalidInputError, NotPermittedError, RefusedError) as error:
        return str(error)
    return ""
