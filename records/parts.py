"""The parts of a compound scan: kept with their lineage, undone while nothing rests on them, always provable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from records import facts
from records.models import Record
from records.parts_models import PART, UNDONE, Split, SplitPage
from records.register import CONTAINER, needs_indexing, pages_of, visible
from records.split_plans import SplitPlan, check_plan
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import DamagedError, InvalidInputError, NotFoundError, RefusedError

SPLITTABLE = ("application/pdf", "image/tiff")


@dataclass(frozen=True)
class Lineage:
    """What a part is a part of: the whole, the split, and which of the whole's pages it holds."""

    whole: Record
    split: Split
    pages: tuple[int, ...]


def require_splittable(session: Session, record: Record, *, actor: Actor) -> None:
    """Returns only if this actor may split the record and it can be split.

    Raises:
        NotFoundError: They may not know of it.
        RefusedError: It is of a kind that cannot be split, has one page, is split already or purged.
    """
    require(actor, Permission.TAG)
    if not visible(record, actor):
        raise NotFoundError(f"There is no record {record.reference}: check the reference in the list of records.")
    why = ""
    if record.purged_at or record.state == CONTAINER:
        why = "it has no pages of its own"
    elif record.media_type not in SPLITTABLE:
        why = "only a PDF or a TIFF of several pages can be split"
    elif record.page_count < 2:
        why = "it has a single page"
    elif standing_split(session, record):
        why = "it is split already: undo that split first"
    if why:
        raise RefusedError(f"{record.reference} cannot be split because {why}.")


def require_true(session: Session, record: Record, plan: SplitPlan) -> None:
    """Returns only if the plan covers the record once, and calls no page blank on which something was read.

    Raises:
        InvalidInputError: It does not, or a page with words would be left out as blank.
    """
    check_plan(plan, record.page_count)
    for page in pages_of(session, record):
        if plan.left_out.get(page.number) == "blank" and page.text.strip():
            raise InvalidInputError(f"Page {page.number} is not blank, words were read on it: put it in a part.")


def keep_split(
    session: Session,
    record: Record,
    plan: SplitPlan,
    parts: Sequence[Record],
    *,
    how: str,
    proof: str,
    actor: Actor,
) -> Split:
    """The split stands, with one row for each page of the whole; the whole itself is left as it was.

    Raises:
        DamagedError: The parts do not have the pages the plan gives them: nothing may be kept.
    """
    require_true(session, record, plan)
    if [part.page_count for part in parts] != [len(pages) for pages in plan.parts]:
        raise DamagedError(f"{record.reference} was not split: its parts do not have the pages they should have.")
    split = Split(record_id=record.id, how=how, proof=proof, made_by=actor.name, made_at=clock.now())
    session.add(split)
    session.flush()
    rows = [
        SplitPage(split_id=split.id, number=number, standing=PART, part_id=part.id, part_page=place)
        for part, pages in zip(parts, plan.parts, strict=True)
        for place, number in enumerate(pages, start=1)
    ]
    rows += [SplitPage(split_id=split.id, number=number, standing=what) for number, what in plan.left_out.items()]
    session.add_all(rows)
    session.flush()
    for place, part in enumerate(parts, start=1):
        part.parent_id, part.family_position, part.box = record.id, place, record.box
        facts.keep_facts(session, part.id, facts.BOX, facts.values_of(session, record.id, facts.BOX))
        needs_indexing(session, part.id)
    session.flush()
    audit.record(
        session,
        AuditAction.RECORD_SPLIT,
        actor=actor.name,
        subject=f"record:{record.reference}",
        detail={
            "split": split.id,
            "how": how,
            "parts": {part.reference: list(pages) for part, pages in zip(parts, plan.parts, strict=True)},
            "left_out": {str(number): what for number, what in sorted(plan.left_out.items())},
        },
    )
    return split


def undo_split(session: Session, split: Split, *, reason: str, uses: Mapping[str, Sequence[str]], actor: Actor) -> None:
    """The parts are as if they had never been, save for the history; the whole is as it always was.

    `uses` is what rests on each part, by reference (`failings.uses.uses_of_split`); the database asks again.

    Raises:
        RefusedError: It was undone before, or something rests on a part; the sentence names each.
        InvalidInputError: There is no reason.
    """
    require(actor, Permission.TAG)
    split = session.get_one(Split, split.id)
    whole = session.get_one(Record, split.record_id)
    parts = parts_of_split(session, split)
    if not all(visible(each, actor) for each in (whole, *parts)) and split.undone_at is None:
        raise NotFoundError(f"There is no split of {whole.reference} that you may undo.")
    if split.undone_at:
        raise RefusedError(f"That split was undone on {split.undone_at:%-d %B %Y} already: nothing was changed.")
    if not reason.strip():
        raise InvalidInputError("The split was not undone because there is no reason: say why, in a few words.")
    resting = [f"{reference} {', '.join(what)}" for reference, what in uses.items() if what]
    if resting:
        raise RefusedError(f"The split of {whole.reference} cannot be undone, because {'; '.join(resting)}.")
    split.undone_at, split.undone_by, split.undone_reason = clock.now(), actor.name, reason.strip()
    session.flush()  # the database's own guard speaks before anything is hidden
    for part in parts:
        part.compartment = UNDONE
        needs_indexing(session, part.id)
    session.flush()
    audit.record(
        session,
        AuditAction.SPLIT_UNDONE,
        actor=actor.name,
        subject=f"record:{whole.reference}",
        detail={"split": split.id, "parts": [part.reference for part in parts], "reason": reason.strip()},
    )


def standing_split(session: Session, record: Record) -> Split | None:
    """The split of the record that stands."""
    return session.scalar(select(Split).where(Split.record_id == record.id, Split.undone_at.is_(None)))


def splits_of(session: Session, record: Record) -> list[Split]:
    """Every split of the record, those undone included, newest first."""
    return list(session.scalars(select(Split).where(Split.record_id == record.id).order_by(Split.id.desc())))


def parts_of_split(session: Session, split: Split) -> list[Record]:
    """The parts the split made, in order."""
    query = (
        select(Record)
        .join(SplitPage, SplitPage.part_id == Record.id)
        .where(SplitPage.split_id == split.id, SplitPage.part_page == 1)
        .order_by(SplitPage.number)
    )
    return list(session.scalars(query))


def lineage_of(session: Session, record: Record) -> Lineage | None:
    """What the record is a part of, if it is one."""
    rows = session.scalars(select(SplitPage).where(SplitPage.part_id == record.id).order_by(SplitPage.part_page)).all()
    if not rows:
        return None
    split = session.get_one(Split, rows[0].split_id)
    return Lineage(session.get_one(Record, split.record_id), split, tuple(row.number for row in rows))


def wholes_above(session: Session, record: Record) -> list[Record]:
    """The records whose pages the record holds some of, the nearest first."""
    found: list[Record] = []
    lineage = lineage_of(session, record)
    while lineage is not None:
        found.append(lineage.whole)
        lineage = lineage_of(session, lineage.whole)
    return found


def parts_below(session: Session, record: Record) -> list[Record]:
    """The records that hold some of the record's pages by a split that stands, parts of parts included."""
    split = standing_split(session, record)
    if split is None:
        return []
    return [each for part in parts_of_split(session, split) for each in (part, *parts_below(session, part))]


def undone_parts(session: Session, record: Record) -> list[Record]:
    """The records that once were parts of it, or of such a part, by splits that were undone; each after its whole."""
    query = (
        select(Record)
        .join(SplitPage, SplitPage.part_id == Record.id)
        .join(Split, Split.id == SplitPage.split_id)
        .where(Split.record_id == record.id, Split.undone_at.is_not(None), SplitPage.part_page == 1)
        .order_by(Record.id)
    )
    return [each for part in session.scalars(query) for each in (part, *undone_parts(session, part))]


def is_no_part() -> ColumnElement[bool]:
    """True of the records that are no part of another: a sum over them counts each page of a scan once."""
    return Record.id.not_in(select(SplitPage.part_id).where(SplitPage.part_id.is_not(None)))


@dataclass(frozen=True)
class Covered:
    """Where one page of a whole is now: a page of the innermost record that holds it, or left out as what."""

    number: int
    holder: Record
    page: int
    left_out: str = ""


def cover_of(session: Session, record: Record) -> list[Covered]:
    """Each page of the record exactly once, with where it is now, in order: the proof of every split in it.

    Raises:
        DamagedError: A page is held twice or not at all; nothing of the record may be relied on until it is mended.
    """
    split = standing_split(session, record)
    if split is None:
        return [Covered(number, record, number) for number in range(1, record.page_count + 1)]
    inner = {part.id: cover_of(session, part) for part in parts_of_split(session, split)}
    found: list[Covered] = []
    for row in split.pages:
        if row.part_id is None or row.part_page is None:
            found.append(Covered(row.number, record, row.number, row.standing))
        else:
            held = inner[row.part_id][row.part_page - 1]
            found.append(Covered(row.number, held.holder, held.page, held.left_out))
    places = [(each.holder.id, each.page) for each in found]
    whole = [each.number for each in found] == list(range(1, record.page_count + 1))
    whole &= len(split.pages) == record.page_count == len(set(places))
    whole &= sum(len(pages) for pages in inner.values()) == sum(row.part_id is not None for row in split.pages)
    if not whole:
        raise DamagedError(f"The parts of {record.reference} do not cover its pages once: tell an administrator.")
    return found
