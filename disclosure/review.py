"""Whether the inquiry would wish to be given a record: asked and answered apart from whether it must be kept."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from disclosure.models import Relevance
from records.models import Record, SearchFact
from records.register import needs_indexing
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError

ANSWERS = ("relevant", "not-relevant", "undecided")


def decide_relevance(session: Session, record: Record, *, answer: str, reason: str, actor: Actor) -> Relevance:
    """The answer is kept after every earlier one; it changes nothing about what is held."""
    require(actor, Permission.TAG)
    if answer not in ANSWERS:
        raise InvalidInputError(f"Relevance is {', '.join(ANSWERS)}: {answer!r} is none of these.")
    if not reason.strip():
        raise InvalidInputError("The answer was not kept because it has no reason: say why, in a few words.")
    given = Relevance(
        record_id=record.id, answer=answer, reason=reason.strip(), decided_by=actor.name, decided_at=clock.now()
    )
    session.add(given)
    for fact in session.scalars(
        select(SearchFact).where(SearchFact.record_id == record.id, SearchFact.field == "relevance")
    ):
        session.delete(fact)
    session.flush()
    session.add(SearchFact(record_id=record.id, field="relevance", value=answer))
    session.flush()
    needs_indexing(session, record.id)
    audit.record(
        session,
        AuditAction.RELEVANCE_DECIDED,
        actor=actor.name,
        subject=f"record:{record.reference}",
        detail={"answer": answer},
    )
    return given


def relevance_of(session: Session, record: Record) -> Relevance | None:
    """The latest answer, if one was given."""
    return session.scalar(
        select(Relevance).where(Relevance.record_id == record.id).order_by(Relevance.id.desc()).limit(1)
    )
