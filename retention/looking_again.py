"""A record whose text changed is looked through again: what the new words speak for is suggested, or opened again."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from access.policy import Actor
from records.models import Page, Record, SearchFact
from records.page_models import PageVersion, SuggestNeed
from records.register import needs_indexing
from retention.models import OPEN, REJECTED, Suggestion, SuggestionEvidence
from retention.suggesting import DocumentText, Evidence, Suggester, SuggestionProposal
from retention.tagging import EVIDENCE_KEPT, decisions_of, keep_suggestions, suggestions_of
from store import audit
from store.audit_actions import AuditAction


def waiting(session: Session, *, limit: int) -> list[SuggestNeed]:
    """Records whose text changed and that have not been looked through since, the longest waiting first."""
    return list(session.scalars(select(SuggestNeed).order_by(SuggestNeed.since, SuggestNeed.record_id).limit(limit)))


def look_again(
    session: Session, record: Record, need: SuggestNeed, suggester: Suggester, *, actor: Actor
) -> list[Suggestion]:
    """What the record's text speaks for now is suggested; a category rejected before its words could be read is open.

    A category confirmed is left as it is: it already holds the record.
    """
    pages = list(session.scalars(select(Page).where(Page.record_id == record.id).order_by(Page.number)))
    proposals = suggester.suggest(
        DocumentText(
            title=record.title,
            file_name=record.file_name,
            pages=[(page.number, page.text) for page in pages],
            record_type=record.record_type,
            date=record.date_from.isoformat() if record.date_from else None,
        )
    )
    known = {item.category: item for item in suggestions_of(session, record)}
    changed = keep_suggestions(session, record, proposals, actor=actor)
    for proposal in proposals:
        suggestion = known.get(proposal.category)
        if suggestion is not None and _renewed(session, record, suggestion, proposal):
            changed.append(suggestion)
            audit.record(
                session,
                AuditAction.SUGGESTED,
                actor=actor.name,
                subject=f"record:{record.reference}",
                detail={proposal.category: round(proposal.strength, 3), "again": True},
            )
    session.execute(delete(SuggestNeed).where(SuggestNeed.record_id == need.record_id, SuggestNeed.since == need.since))
    return changed


def _renewed(session: Session, record: Record, suggestion: Suggestion, proposal: SuggestionProposal) -> bool:
    """Whether words read since the suggestion, or since it was rejected, add to it; it is open then."""
    if suggestion.status not in (OPEN, REJECTED):
        return False
    since = suggestion.made_at
    if suggestion.status == REJECTED:
        told = [each for each in decisions_of(session, record) if each.category == suggestion.category]
        since = told[-1].decided_at if told else since
    read_since = set(
        session.scalars(
            select(Page.number)
            .join(PageVersion, (PageVersion.page_id == Page.id) & (PageVersion.version == Page.version))
            .where(Page.record_id == record.id, PageVersion.made_at >= since)
        )
    )
    fresh = _fresh(suggestion, [item for item in proposal.evidence if item.page in read_since])
    if not fresh:
        return False
    for item in fresh[:EVIDENCE_KEPT]:
        session.add(SuggestionEvidence(suggestion_id=suggestion.id, **vars(item)))
    if proposal.strength > suggestion.strength or suggestion.status == REJECTED:
        suggestion.strength, suggestion.strength_word = proposal.strength, proposal.strength_word
        suggestion.reason = proposal.reason
    if suggestion.status == REJECTED:
        suggestion.status = OPEN
        session.add(SearchFact(record_id=record.id, field="suggested", value=suggestion.category))
    session.flush()
    session.expire(suggestion, ["evidence"])
    needs_indexing(session, record.id)
    return True


def _fresh(suggestion: Suggestion, found: Sequence[Evidence]) -> list[Evidence]:
    kept = {(item.page, item.start, item.text) for item in suggestion.evidence}
    return [item for item in found if (item.page, item.start, item.text) not in kept]
