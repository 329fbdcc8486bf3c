"""Records that are alike, as a person is shown them, and what a person says of it.

Whoever may not see one of two records learns nothing of it here: no row, no count, no page number.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from access.policy import Actor, Permission, require
from records.likeness_models import (
    ALIKE_AFTER_ALL,
    CONTAINED,
    NOT_ALIKE,
    SAME,
    SHARED,
    VERSION,
    Comparison,
    Likeness,
    LikenessAnswer,
)
from records.models import Record
from records.register import visible
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError

HOLDS = "holds"
# How the other record stands to the one that is looked at.
WORDS = {
    SAME: "likely the same paper",
    VERSION: "a version of the same paper",
    CONTAINED: "it is bound inside this record, with more beside it",
    HOLDS: "this record is a part of it",
    SHARED: "some of its pages are alike",
}
# The same where words stand on one of the two that do not stand on the other: a note, a passage taken out.
WORDS_OF_A_VERSION = {
    CONTAINED: "a version of it is bound inside this record, with more beside it",
    HOLDS: "a version of this record is a part of it",
}


@dataclass(frozen=True)
class Similar:
    """Another record that is like the one looked at: how, how much, and which pages, ours first."""

    record: Record
    kind: str
    similarity: float
    pages: tuple[tuple[int, int], ...]
    is_changed: bool

    @property
    def words(self) -> str:
        """What the other record is to this one."""
        return WORDS_OF_A_VERSION.get(self.kind, WORDS[self.kind]) if self.is_changed else WORDS[self.kind]

    @property
    def our_pages(self) -> str:
        """The pages of ours that are alike: 3 to 7, 9."""
        return page_range(ours for ours, _ in self.pages)

    @property
    def their_pages(self) -> str:
        """The pages of the other that are alike."""
        return page_range(theirs for _, theirs in self.pages)


@dataclass(frozen=True)
class AlikePair:
    """Two records that are alike, by their rows' numbers; where one is contained in the other, which."""

    first_id: int
    second_id: int
    kind: str
    inner_id: int | None


def page_range(numbers: Iterator[int]) -> str:
    """Page numbers as people write them: 3 to 7, 9."""
    spans: list[list[int]] = []
    for number in sorted(set(numbers)):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(f"{first} to {last}" if last > first else str(first) for first, last in spans)


def similar_records(session: Session, record: Record, *, actor: Actor) -> list[Similar]:
    """The records like this one that this actor may know of, the most alike first."""
    if not visible(record, actor):
        return []
    answers = _answers(session, _of(LikenessAnswer, record))
    found = []
    for row in session.scalars(select(Likeness).where(_of(Likeness, record)).order_by(Likeness.id)):
        answer = answers.get((row.first_id, row.second_id))
        turned = row.second_id == record.id
        other = session.get_one(Record, row.first_id if turned else row.second_id)
        # A whole and its parts, as of a scan that was split, are a family, and are shown as one.
        is_its_part = other.id == record.parent_id or other.parent_id == record.id
        if answer == NOT_ALIKE or not visible(other, actor) or other.purged_at is not None or is_its_part:
            continue
        pairs = tuple((page.first_page, page.second_page) for page in row.pages)
        kind = HOLDS if row.kind == CONTAINED and row.inner_id == record.id else row.kind
        found.append(
            Similar(
                other,
                kind,
                row.similarity,
                tuple(sorted((theirs, ours) for ours, theirs in pairs)) if turned else pairs,
                row.changed_places > 0,
            )
        )
    order = (SAME, VERSION, HOLDS, CONTAINED, SHARED)
    return sorted(found, key=lambda each: (order.index(each.kind), -each.similarity, each.record.id))


def alike_pairs(session: Session, *, actor: Actor) -> list[AlikePair]:
    """Every two records that are one paper, versions of one, or one inside the other, if the actor may know both."""
    first, second = aliased(Record), aliased(Record)
    query = (
        select(Likeness.first_id, Likeness.second_id, Likeness.kind, Likeness.inner_id)
        .join(first, first.id == Likeness.first_id)
        .join(second, second.id == Likeness.second_id)
        .where(
            Likeness.kind != SHARED,
            first.compartment.in_(actor.compartments),
            second.compartment.in_(actor.compartments),
            first.purged_at.is_(None),
            second.purged_at.is_(None),
            first.id != func.coalesce(second.parent_id, 0),
            second.id != func.coalesce(first.parent_id, 0),
        )
        .order_by(Likeness.first_id, Likeness.second_id)
    )
    answers = _answers(session, None)
    pairs = [AlikePair(*row) for row in session.execute(query)]
    return [pair for pair in pairs if answers.get((pair.first_id, pair.second_id)) != NOT_ALIKE]


def comparison_of(session: Session, record: Record) -> Comparison | None:
    """How far the record has been compared; nothing where it still waits to be."""
    return session.get(Comparison, record.id)


def answer_likeness(
    session: Session, record: Record, other: Record, *, alike: bool, reason: str, actor: Actor
) -> LikenessAnswer:
    """A person has said whether the two are alike: a pair that is not is not shown again until someone says it is.

    Raises:
        InvalidInputError: There is no reason.
        NotFoundError: They were never found alike, or this actor may not know of one.
    """
    require(actor, Permission.TAG)
    first, second = sorted((record.id, other.id))
    known = session.scalar(select(Likeness).where(Likeness.first_id == first, Likeness.second_id == second))
    if known is None or not (visible(record, actor) and visible(other, actor)):
        raise NotFoundError(
            f"{record.reference} and {other.reference} were not found alike: there is nothing to answer."
        )
    if not reason.strip():
        raise InvalidInputError("The answer was not kept because it has no reason: say why, in a few words.")
    given = LikenessAnswer(
        first_id=first,
        second_id=second,
        answer=ALIKE_AFTER_ALL if alike else NOT_ALIKE,
        reason=reason.strip(),
        answered_by=actor.name,
        answered_at=clock.now(),
    )
    session.add(given)
    session.flush()
    audit.record(
        session,
        AuditAction.LIKENESS_ANSWERED,
        actor=actor.name,
        subject=f"record:{record.reference}",
        detail={"other": other.reference, "answer": given.answer, "reason": given.reason},
    )
    return given


def answers_not_alike(session: Session, record: Record, *, actor: Actor) -> list[tuple[Record, LikenessAnswer]]:
    """The records of which a person said that they are not like this one, and the answer that stands."""
    latest: dict[int, LikenessAnswer] = {}
    query = select(LikenessAnswer).where(_of(LikenessAnswer, record)).order_by(LikenessAnswer.id)
    for row in session.scalars(query):
        latest[row.second_id if row.first_id == record.id else row.first_id] = row
    found = [(session.get_one(Record, other), row) for other, row in latest.items() if row.answer == NOT_ALIKE]
    return [(other, row) for other, row in found if visible(other, actor)]


def _of(table: type[Likeness] | type[LikenessAnswer], record: Record) -> ColumnElement[bool]:
    return or_(table.first_id == record.id, table.second_id == record.id)


def _answers(session: Session, condition: ColumnElement[bool] | None) -> dict[tuple[int, int], str]:
    """The answer that stands for each pair."""
    query = select(LikenessAnswer.first_id, LikenessAnswer.second_id, LikenessAnswer.answer)
    if condition is not None:
        query = query.where(condition)
    return {(row.first_id, row.second_id): row.answer for row in session.execute(query.order_by(LikenessAnswer.id))}
