"""The pages nobody has read: the queue of them, why each is in it, and the figures that are owed to an inquiry."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from access.policy import Actor
from records.models import Page, Record
from records.page_models import SEEN, TRANSCRIPT, PageVersion
from records.parts_models import Split, SplitPage
from records.reading_state import NOT_READ_HERE
from records.same_pages import is_read_in_a_part, is_unread_in_a_part

BLANK, PICTURE, HANDWRITING, UNREADABLE, LIMIT = "blank", "picture", "handwriting", "unreadable", "limit"
# Why a page is unread: each with its words, in the order a person clears them in, the quickest first.
REASONS = {
    BLANK: "apparently blank",
    PICTURE: "apparently a picture",
    HANDWRITING: "apparently handwritten",
    LIMIT: "over a limit of time or memory",
    UNREADABLE: "not made out",
    NOT_READ_HERE: "of a kind nothing here reads",
}


@dataclass(frozen=True)
class UnreadFilter:
    """What the queue is narrowed to; an empty part narrows nothing."""

    reason: str = ""
    batch: str = ""


@dataclass(frozen=True)
class Place:
    """Where a page stands in the queue: how many are in it, how many before it, and its neighbours there."""

    total: int
    ahead: int
    before: tuple[Record, Page] | None
    after: tuple[Record, Page] | None


@dataclass(frozen=True)
class ReadingFigures:
    """How the pages were read, as far as this actor may know: every page is in exactly one of the counts."""

    pages: int = 0
    read_by_machine: int = 0
    transcribed: int = 0
    seen: dict[str, int] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)

    @property
    def nobody_read(self) -> int:
        """The pages that neither the machine nor a person has read."""
        return sum(self.unread.values())

    @property
    def seen_by_person(self) -> int:
        """The pages a person looked at and found nothing to read on."""
        return sum(self.seen.values())


def reason_kind(reason: str) -> str:
    """Which of the reasons a page's own words belong to; what belongs to none could not be made out."""
    kind = reason.split(":", 1)[0].strip().lower()
    return kind if kind in REASONS else UNREADABLE


def kind_in_rows() -> ColumnElement[str]:
    """How a page's reason begins, as `reason_kind` takes it, in the database."""
    return func.lower(func.trim(func.substr(Page.reason, 1, func.instr(Page.reason + ":", ":") - 1)))


def unread_pages(
    session: Session,
    wanted: UnreadFilter = UnreadFilter(),
    *,
    actor: Actor,
    offset: int = 0,
    limit: int | None = None,
) -> list[tuple[Record, Page]]:
    """The pages nobody has read, with their records, in order of registration."""
    query = (
        select(Record, Page)
        .join(Page, Page.record_id == Record.id)
        .where(*_conditions(wanted, actor))
        .order_by(Page.record_id, Page.number)
    )
    return [(record, page) for record, page in session.execute(query.offset(offset).limit(limit))]


def count_unread_pages(session: Session, wanted: UnreadFilter = UnreadFilter(), *, actor: Actor) -> int:
    """How many pages nobody has read."""
    query = select(func.count(Page.id)).join(Record, Record.id == Page.record_id).where(*_conditions(wanted, actor))
    return session.scalar(query) or 0


def seen_pages(session: Session, *, actor: Actor, limit: int) -> list[tuple[Record, Page, PageVersion]]:
    """The pages of which this actor said what they are and that still stand so, the latest first, each once."""
    query = (
        select(Record, Page, PageVersion)
        .join(Page, Page.record_id == Record.id)
        .join(PageVersion, (PageVersion.page_id == Page.id) & (PageVersion.version == Page.version))
        .where(
            Page.read_by == SEEN,
            PageVersion.kind == SEEN,
            PageVersion.made_by == actor.name,
            PageVersion.origin == "",
            Record.compartment.in_(actor.compartments),
        )
        .order_by(PageVersion.made_at.desc(), PageVersion.id.desc())
        .limit(limit)
    )
    return [(record, page, version) for record, page, version in session.execute(query)]


def place_of(session: Session, record: Record, page: Page, wanted: UnreadFilter, *, actor: Actor) -> Place:
    """Where the page stands in the queue, whether or not it is still in it itself."""
    # By the page's own columns, in whose order the index of unread pages stands: it is read from this place on.
    here = Page.record_id == record.id
    earlier = and_(Page.record_id <= record.id, or_(~here, Page.number < page.number))
    later = and_(Page.record_id >= record.id, or_(~here, Page.number > page.number))
    found = select(Record, Page).join(Page, Page.record_id == Record.id).where(*_conditions(wanted, actor)).limit(1)
    before = session.execute(found.where(earlier).order_by(Page.record_id.desc(), Page.number.desc())).first()
    after = session.execute(found.where(later).order_by(Page.record_id, Page.number)).first()
    ahead = (
        select(func.count(Page.id))
        .join(Record, Record.id == Page.record_id)
        .where(*_conditions(wanted, actor), earlier)
    )
    return Place(
        total=count_unread_pages(session, wanted, actor=actor),
        ahead=session.scalar(ahead) or 0,
        before=(before[0], before[1]) if before else None,
        after=(after[0], after[1]) if after else None,
    )


def batches_with_unread(session: Session, *, actor: Actor) -> list[str]:
    """The batches in which a page is unread, by name."""
    query = select(Record.batch).where(Record.unread_pages > 0, Record.compartment.in_(actor.compartments)).distinct()
    return list(session.scalars(query.order_by(Record.batch)))


def reading_figures(
    session: Session,
    *,
    actor: Actor,
    batch: str = "",
    record_ids: Collection[int] | None = None,
) -> ReadingFigures:
    """How many pages were read by what, and how many by nobody and why: of everything, a batch, or these records.

    For a disclosure statement, give the records disclosed: a page of which nobody can say what is on it is said so.
    Otherwise a page that stands in a scan and in a part of it is counted once, in the part.
    """
    mine: list[ColumnElement[bool]] = [Record.compartment.in_(actor.compartments), Record.purged_at.is_(None)]
    if batch:
        mine.append(Record.batch == batch)
    if record_ids is not None:
        mine.append(Record.id.in_(record_ids))
    total = session.scalar(select(func.coalesce(func.sum(Record.page_count), 0)).where(*mine)) or 0
    once: list[ColumnElement[bool]] = []
    if record_ids is None:
        once.append(~is_read_in_a_part())
        total -= _pages_in_parts(session, mine)
    # Only the few pages that are not simply read by machine are looked at: the others are a million rows of text. In
    # two questions, because each has an index of its own; asked as one, SQLite may go through all pages.
    kind = kind_in_rows()
    of_mine = [Record.id == Page.record_id, *mine, *once]
    by_nobody = select(kind, func.count(Page.id)).where(Page.unread.is_(True), *of_mine).group_by(kind)
    by_people = (
        select(Page.read_by, kind, func.count(Page.id))
        .where(Page.read_by.in_([TRANSCRIPT, SEEN]), Page.unread.is_(False), *of_mine)
        .group_by(Page.read_by, kind)
        .order_by(kind)
    )
    unread = dict.fromkeys(REASONS, 0)
    for reason, count in session.execute(by_nobody):
        unread[reason_kind(reason)] += count
    transcribed = 0
    seen: dict[str, int] = {}
    for read_by, reason, count in session.execute(by_people):
        if read_by == TRANSCRIPT:
            transcribed += count
        else:
            seen[reason] = seen.get(reason, 0) + count
    by_people_or_nobody = transcribed + sum(seen.values()) + sum(unread.values())
    return ReadingFigures(
        pages=total,
        read_by_machine=total - by_people_or_nobody,
        transcribed=transcribed,
        seen=seen,
        unread={reason: count for reason, count in unread.items() if count},
    )


def _pages_in_parts(session: Session, mine: list[ColumnElement[bool]]) -> int:
    """How many pages of these records stand in a part of theirs as well."""
    part = aliased(Record)
    query = (
        select(func.count(SplitPage.id))
        .join(Split, Split.id == SplitPage.split_id)
        .join(Record, Record.id == Split.record_id)
        .join(part, part.id == SplitPage.part_id)
        .where(Split.undone_at.is_(None), part.purged_at.is_(None), *mine)
    )
    return session.scalar(query) or 0


def sentences(figures: ReadingFigures) -> list[str]:
    """The figures as sentences that can stand in a statement to an inquiry; none where there are no pages."""
    if not figures.pages:
        return []
    said = [
        f"Of {_pages(figures.pages)}, {figures.read_by_machine:,} {_were(figures.read_by_machine)} read by machine."
    ]
    if figures.transcribed:
        said.append(
            f"{_pages(figures.transcribed)} {_were(figures.transcribed)} transcribed by a person from the page."
        )
    if figures.seen:
        parts = ", ".join(f"{count:,} {kind if kind != 'nothing to transcribe' else 'without words of their own'}"
                          for kind, count in figures.seen.items())  # fmt: skip
        looked = figures.seen_by_person
        said.append(
            f"{_pages(looked)} {_were(looked)} looked at by a person and found to hold nothing to read: {parts}."
        )
    if figures.unread:
        parts = ", ".join(f"{count:,} {REASONS[kind]}" for kind, count in figures.unread.items())
        nobody = figures.nobody_read
        said.append(f"{_pages(nobody)} {'has' if nobody == 1 else 'have'} been read by nobody: {parts}.")
    else:
        said.append("No page was left unread.")
    return said


def read_by_eye(session: Session, record_ids: Collection[int]) -> set[tuple[int, int]]:
    """The pages of these records, as (record id, page number), whose text a person typed."""
    rows = session.execute(
        select(Page.record_id, Page.number).where(Page.record_id.in_(record_ids), Page.read_by == TRANSCRIPT)
    )
    return {(row.record_id, row.number) for row in rows}


def _pages(count: int) -> str:
    return f"{count:,} page{'' if count == 1 else 's'}"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _conditions(wanted: UnreadFilter, actor: Actor) -> list[ColumnElement[bool]]:
    # A page of a scan that was split stands in its part as well: it is in the queue once, with its document.
    found: list[ColumnElement[bool]] = [
        Record.compartment.in_(actor.compartments),
        ~is_unread_in_a_part(),
    ]
    return [*found, *fits(wanted)]


def fits(wanted: UnreadFilter) -> list[ColumnElement[bool]]:
    """True of the unread pages (of the query's `Page` and `Record`) that the filter narrows to."""
    found: list[ColumnElement[bool]] = [Page.unread.is_(True)]
    if wanted.batch:
        found.append(Record.batch == wanted.batch)
    if wanted.reason == UNREADABLE:
        found.append(kind_in_rows().not_in([kind for kind in REASONS if kind != UNREADABLE]))
    elif wanted.reason:
        found.append(kind_in_rows() == wanted.reason.lower())
    return found
