"""Whether the inquiry would wish to be given a record, and for which paragraph: asked apart from whether it is kept."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from disclosure.models import Relevance, RelevanceParagraph
from inquiry.requests import asked_now, cited_paragraphs
from records.facts import ANSWERS, keep_facts
from records.models import Record
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError

RELEVANT = "relevant"
ANSWERS_GIVEN = (RELEVANT, "not-relevant", "undecided")


def decide_relevance(
    session: Session, record: Record, *, answer: str, reason: str, paragraphs: Sequence[int] = (), actor: Actor
) -> Relevance:
    """The answer is kept after every earlier one, with the paragraphs it answers; it changes nothing about holds.

    Raises:
        InvalidInputError: The answer is none of those there are, has no reason, or names paragraphs without relevance.
        NotFoundError: There is no such paragraph.
    """
    require(actor, Permission.TAG)
    if answer not in ANSWERS_GIVEN:
        raise InvalidInputError(f"Relevance is {', '.join(ANSWERS_GIVEN)}: {answer!r} is none of these.")
    if not reason.strip():
        raise InvalidInputError("The answer was not kept because it has no reason: say why, in a few words.")
    wanted = sorted(set(paragraphs))
    if wanted and answer != RELEVANT:
        raise InvalidInputError("Only a relevant record answers a paragraph: choose Relevant, or no paragraph.")
    cited = cited_paragraphs(session)
    if not cited.keys() >= set(wanted):
        raise NotFoundError("There is no such paragraph: choose from the paragraphs of the logged requests.")
    given = Relevance(
        record_id=record.id, answer=answer, reason=reason.strip(), decided_by=actor.name, decided_at=clock.now()
    )
    session.add(given)
    session.flush()
    session.add_all(RelevanceParagraph(relevance_id=given.id, paragraph_id=each) for each in wanted)
    session.flush()
    named = [cited[each] for each in wanted]
    keep_facts(session, record.id, "relevance", [answer])
    keep_facts(session, record.id, ANSWERS, named)
    audit.record(
        session,
        AuditAction.RELEVANCE_DECIDED,
        actor=actor.name,
        subject=f"record:{record.reference}",
        detail={"answer": answer, **({"paragraphs": named} if named else {})},
    )
    return given


def relevance_of(session: Session, record: Record) -> Relevance | None:
    """The latest answer, if one was given."""
    return session.scalar(
        select(Relevance).where(Relevance.record_id == record.id).order_by(Relevance.id.desc()).limit(1)
    )


def paragraphs_offered(session: Session, record: Record) -> dict[int, str]:
    """What the record may be said to answer: what is asked now, and what it was said to answer before.

    Each answer takes the place of the one before, so what cannot be chosen again would be lost.
    """
    return asked_now(session, besides=paragraphs_of(session, relevance_of(session, record)))


def paragraphs_of(session: Session, given: Relevance | None) -> list[int]:
    """The ids of the paragraphs that the answer says the record answers."""
    if given is None:
        return []
    query = select(RelevanceParagraph.paragraph_id).where(RelevanceParagraph.relevance_id == given.id)
    return list(session.scalars(query.order_by(RelevanceParagraph.paragraph_id)))
