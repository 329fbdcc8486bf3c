"""Suggestions kept, and the decisions people take on them, with who, when, why and under which notice."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from access.policy import Actor, Permission, require
from records.models import Record, SearchFact
from records.register import needs_indexing, visible
from retention import holds
from retention.models import (
    ADDED,
    CONFIRMED,
    OPEN,
    REJECTED,
    Decision,
    Notice,
    Suggestion,
    SuggestionEvidence,
)
from retention.notices import current_notice, find_category
from retention.suggesting import SuggestionProposal
from store import audit, clock
from store.audit_actions import AuditAction
from store.chunks import chunks
from store.errors import InvalidInputError, NotFoundError, RefusedError

EVIDENCE_KEPT = 12
SUBSTANTIATED = ("unknown", "yes", "no")


def keep_suggestions(
    session: Session, record: Record, proposals: Sequence[SuggestionProposal], *, actor: Actor
) -> list[Suggestion]:
    """What is proposed is kept with its evidence, open; a category decided before is not opened again."""
    return keep_all_suggestions(session, [(record, proposals)], actor=actor)


def keep_all_suggestions(
    session: Session, proposed: Sequence[tuple[Record, Sequence[SuggestionProposal]]], *, actor: Actor
) -> list[Suggestion]:
    """`keep_suggestions` for many records at once."""
    notice = current_notice(session)
    known: dict[int, set[str]] = {}
    for some in chunks([record.id for record, proposals in proposed if proposals], 500):
        query = select(Suggestion.record_id, Suggestion.category).where(Suggestion.record_id.in_(some))
        for row in session.execute(query):
            known.setdefault(row.record_id, set()).add(row.category)
    return [
        suggestion
        for record, proposals in proposed
        if proposals
        for suggestion in _keep(session, record, proposals, notice, known.get(record.id, set()), actor=actor)
    ]


def _keep(
    session: Session,
    record: Record,
    proposals: Sequence[SuggestionProposal],
    notice: Notice,
    known: set[str],
    *,
    actor: Actor,
) -> list[Suggestion]:
    kept = []
    for proposal in proposals:
        if proposal.category in known:
            continue
        suggestion = Suggestion(
            record_id=record.id,
            notice_id=notice.id,
            category=proposal.category,
            strength=proposal.strength,
            strength_word=proposal.strength_word,
            reason=proposal.reason,
            status=OPEN,
            made_at=clock.now(),
            evidence=[
                SuggestionEvidence(
                    page=item.page,
                    start=item.start,
                    end=item.end,
                    text=item.text,
                    context=item.context,
                    reason=item.reason,
                )
                for item in proposal.evidence[:EVIDENCE_KEPT]
            ],
        )
        session.add(suggestion)
        kept.append(suggestion)
    session.flush()
    for item in kept:
        _push_fact(session, record, "suggested", item.category, stands=True)
    if kept:
        audit.record(
            session,
            AuditAction.SUGGESTED,
            actor=actor.name,
            subject=f"record:{record.reference}",
            detail={item.category: round(item.strength, 3) for item in kept},
        )
    return kept


def decide(
    session: Session,
    record: Record,
    *,
    category: str,
    outcome: str,
    reason: str,
    paragraph: str = "",
    substantiated: str = "unknown",
    actor: Actor,
) -> Decision:
    """The decision is kept beside every earlier one; confirming or adding a category holds the record under it.

    Rejecting a category does not end a hold: only `holds.clear` does. Whether an allegation was
    substantiated is noted and changes nothing: the notice asks for both.

    Raises:
        InvalidInputError: The category, outcome, paragraph or reason cannot be used.
        RefusedError: The record was purged.
    """
    require(actor, Permission.TAG)
    if not visible(record, actor):
        raise NotFoundError(f"There is no record {record.reference}: check the reference in the list of records.")
    notice = current_notice(session)
    _check(notice, category, outcome, paragraph, substantiated, reason)
    if record.purged_at:
        raise RefusedError(f"{record.reference} was purged on {record.purged_at:%-d %B %Y}: nothing is left to decide.")
    suggested = next((item for item in suggestions_of(session, record) if item.category == category), None)
    if suggested is not None and outcome == ADDED:
        outcome = CONFIRMED
    decision = Decision(
        record_id=record.id,
        notice_id=notice.id,
        category=category,
        outcome=outcome,
        basis="suggestion" if suggested else "reader",
        paragraph=paragraph,
        substantiated=substantiated,
        reason=reason.strip(),
        decided_by=actor.name,
        decided_at=clock.now(),
    )
    session.add(decision)
    if suggested:
        suggested.status = REJECTED if outcome == REJECTED else CONFIRMED
    session.flush()
    audit.record(
        session,
        AuditAction.TAG_DECIDED,
        actor=actor.name,
        subject=f"record:{record.reference}",
        detail={"category": category, "outcome": outcome, "paragraph": paragraph, "notice": notice.version},
    )
    if outcome != REJECTED:
        holds.hold_under_category(session, record, notice, category=category, actor=actor)
    _push_fact(session, record, "suggested", category, stands=False)
    _push_fact(session, record, "category", category, stands=outcome != REJECTED)
    return decision


def _check(notice: Notice, category: str, outcome: str, paragraph: str, substantiated: str, reason: str) -> None:
    found = find_category(notice, category)
    if outcome not in (CONFIRMED, REJECTED, ADDED):
        raise InvalidInputError(f"A category is confirmed, rejected or added: {outcome!r} is none of these.")
    if not reason.strip():
        raise InvalidInputError("The decision was not kept because it has no reason: say why, in a few words.")
    if paragraph and paragraph not in found.paragraphs.split():
        raise InvalidInputError(
            f"Paragraph {paragraph!r} does not stand under {category}: cite {' or '.join(found.paragraphs.split())}."
        )
    if substantiated not in SUBSTANTIATED:
        raise InvalidInputError(f"Substantiated is {', '.join(SUBSTANTIATED)}: {substantiated!r} is none of these.")


def _push_fact(session: Session, record: Record, field: str, value: str, *, stands: bool) -> None:
    fact = session.scalar(
        select(SearchFact).where(
            SearchFact.record_id == record.id, SearchFact.field == field, SearchFact.value == value
        )
    )
    if stands and fact is None:
        session.add(SearchFact(record_id=record.id, field=field, value=value))
    if not stands and fact is not None:
        session.delete(fact)
    session.flush()
    needs_indexing(session, record.id)


def suggestions_of(session: Session, record: Record) -> list[Suggestion]:
    """What was suggested for the record, the strongest first."""
    return list(
        session.scalars(
            select(Suggestion)
            .where(Suggestion.record_id == record.id)
            .order_by(Suggestion.strength.desc(), Suggestion.id)
        )
    )


def decisions_of(session: Session, record: Record) -> list[Decision]:
    """Every decision on the record, the newest last."""
    return list(session.scalars(select(Decision).where(Decision.record_id == record.id).order_by(Decision.id)))


def standing_categories(session: Session, record: Record) -> dict[str, Decision]:
    """The categories the record has now, each with the decision that gave it."""
    latest = {decision.category: decision for decision in decisions_of(session, record)}
    return {code: decision for code, decision in latest.items() if decision.outcome != REJECTED}


def records_to_tag(session: Session, *, actor: Actor, offset: int = 0, limit: int = 50) -> list[Record]:
    """Records with a suggestion still open, the strongest first."""
    query = (
        select(Record)
        .join(Suggestion, Suggestion.record_id == Record.id)
        .where(stands_in_the_queue(), Record.compartment.in_(actor.compartments))
        .order_by(Suggestion.strength.desc(), Suggestion.record_id)
    )
    return list(session.scalars(query.offset(offset).limit(limit)))


def stands_in_the_queue() -> ColumnElement[bool]:
    """True of the one open suggestion of a record (of the query's `Suggestion`) by which it has its place in the queue.

    It is the strongest. So the queue is the order of these rows, which an index keeps, and is made for nobody anew.
    """
    other = aliased(Suggestion)
    before = or_(
        other.strength > Suggestion.strength, and_(other.strength == Suggestion.strength, other.id < Suggestion.id)
    )
    preceded = exists(select(other.id).where(other.status == OPEN, other.record_id == Suggestion.record_id, before))
    return and_(Suggestion.status == OPEN, ~preceded)


def count_to_tag(session: Session, *, actor: Actor, without: int | None = None) -> int:
    """How many records have a suggestion still open, if wished without the one of this number."""
    # Grouped, not counted as distinct: so SQLite reads them by the index in which those of one record stand together.
    query = (
        select(Suggestion.record_id)
        .join(Record, Record.id == Suggestion.record_id)
        .where(Suggestion.status == OPEN, Record.compartment.in_(actor.compartments))
        .group_by(Suggestion.record_id)
    )
    if without is not None:
        query = query.where(Suggestion.record_id != without)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def all_suggestions(session: Session, *, actor: Actor) -> list[tuple[Record, Suggestion]]:
    """Every suggestion with its record, in order of record and strength."""
    query = (
        select(Record, Suggestion)
        .join(Suggestion, Suggestion.record_id == Record.id)
        .where(Record.compartment.in_(actor.compartments))
        .order_by(Record.id, Suggestion.strength.desc(), Suggestion.id)
    )
    return [(record, suggestion) for record, suggestion in session.execute(query)]
