"""Approving a statement: submitted, sent back or signed by a second person, or withdrawn before it is sealed."""

import hashlib
import json
from collections.abc import Sequence

from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from disclosure.statement_drawing import Drawn, draw
from disclosure.statement_facts import DRAWN_OTHERWISE, TITLES, Difference, differences
from disclosure.statement_models import DRAFT, SIGNED, SUBMITTED, UNSEALED, WITHDRAWN, Statement
from disclosure.statements import (
    STATES,
    add_hand,
    audit_statement,
    facts_of,
    faults_of,
    require_drafter,
    require_fit_to_print,
    require_person,
    require_same_scope,
    require_state,
    words_of,
)
from inquiry.models import Request
from store import clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, RefusedError


def submit(session: Session, statement: Statement, *, actor: Actor) -> None:
    """It waits for the signatory, and is not written in meanwhile.

    Raises:
        InvalidInputError: A letter of what was drawn cannot be printed.
        RefusedError: Something is missing, or it is no draft.
    """
    require_drafter(actor)
    require_state(statement, DRAFT, "submitted")
    faults = faults_of(statement)
    if faults:
        raise RefusedError(f"{statement.reference} was not submitted: {'; '.join(faults)}.")
    request = session.get(Request, statement.request_id or 0)
    require_fit_to_print(*words_of(facts_of(statement)), request.title if request else "")
    add_hand(session, statement, actor)
    statement.state, statement.submitted_by, statement.submitted_at = SUBMITTED, actor.name, clock.now()
    session.flush()
    audit_statement(session, AuditAction.STATEMENT_SUBMITTED, statement, actor, facts=statement.facts_sha256)


def send_back(session: Session, statement: Statement, *, why: str, actor: Actor) -> None:
    """It is a draft again, with what the signatory wants changed.

    Raises:
        InvalidInputError: There is no reason.
    """
    require(actor, Permission.STATEMENTS_SIGN)
    require_state(statement, SUBMITTED, "sent back")
    if not why.strip():
        raise InvalidInputError("It was not sent back because it is not said why: say what is to be changed.")
    statement.state, statement.returned = DRAFT, why.strip()
    session.flush()
    audit_statement(session, AuditAction.STATEMENT_RETURNED, statement, actor)


def sign(
    session: Session,
    statement: Statement,
    now: Drawn,
    *,
    signatory: str,
    office: str,
    acknowledging: str = "",
    actor: Actor,
) -> None:
    """The signatory answers for it: it does not change any more, and waits to be sealed.

    Args:
        session: A writing unit of work.
        statement: As it was submitted.
        now: What the register says as it is signed, drawn a moment before (`draw_now`).
        signatory: The name of the person who signs, as it is to be printed.
        office: The office they hold.
        acknowledging: The digest of the differences they were shown, where the register changed since it was drawn.
        actor: Whoever signs.

    Raises:
        InvalidInputError: The name or the office is missing, or a letter that would be printed cannot be.
        NotPermittedError: Whoever signs is not a person, or may not.
        RefusedError: They drew it or wrote in it themselves; the register changed and that was not acknowledged; or
            another version of the program drew it, and what changed cannot be told.
    """
    require(actor, Permission.STATEMENTS_SIGN)
    require_person(actor)
    require_state(statement, SUBMITTED, "signed")
    if actor.name in authors_of(statement):
        raise RefusedError(f"{actor.name} had a hand in {statement.reference}: somebody else has to sign it.")
    if not signatory.strip() or not office.strip():
        raise InvalidInputError("It was not signed because the signatory's name or office is missing: give both.")
    require_same_scope(statement, now)
    since = differences(facts_of(statement), now.facts)
    if since is None:
        raise RefusedError(
            f"{statement.reference} was not signed, because {DRAWN_OTHERWISE}: send it back, and have it drawn again."
        )
    # What changed since is printed as well: what could not be, would be signed and never sealed.
    require_fit_to_print(
        signatory, office, actor.name, *(words for each in since for words in (each.what, each.before, each.after))
    )
    if since and digest_of(since) != acknowledging:
        where = ", ".join(dict.fromkeys(TITLES[each.section].lower() for each in since))
        raise RefusedError(
            f"{statement.reference} was not signed, because the register changed since it was drawn ({where}): have "
            "it drawn again, or look at the differences and acknowledge them."
        )
    statement.acknowledged = json.dumps([vars(each) for each in since], ensure_ascii=False) if since else ""
    statement.signatory, statement.office = signatory.strip(), office.strip()
    statement.signed_by, statement.signed_at = actor.name, clock.now()
    statement.state = SIGNED
    session.flush()
    audit_statement(
        session,
        AuditAction.STATEMENT_SIGNED,
        statement,
        actor,
        facts=statement.facts_sha256,
        acknowledged=len(since),
        seen=now.audit_sequence,
    )


def authors_of(statement: Statement) -> set[str]:
    """Everybody who ever had a hand in it, also where another changed it after them; none of them may sign it."""
    return {statement.made_by, *(each.name for each in statement.hands)}


def withdraw(session: Session, statement: Statement, *, why: str, actor: Actor) -> None:
    """It will not be sealed; its number stays its own, so that none is missing.

    Raises:
        InvalidInputError: There is no reason.
        RefusedError: It is sealed: what was stated cannot be unsaid, only corrected by the next.
    """
    require_drafter(actor)
    if not why.strip():
        raise InvalidInputError("It was not withdrawn because it has no reason: say why.")
    if statement.state not in UNSEALED:
        raise RefusedError(f"{statement.reference} is {STATES[statement.state].lower()}: draft the next one instead.")
    statement.state, statement.withdrawn_by, statement.withdrawn_at = WITHDRAWN, actor.name, clock.now()
    statement.withdrawn_why = why.strip()
    session.flush()
    audit_statement(session, AuditAction.STATEMENT_WITHDRAWN, statement, actor)


def changed_since(session: Session, statement: Statement) -> list[Difference] | None:
    """What the register says now that it did not say when this was drawn; None where it cannot be compared."""
    now = draw(session, session.get(Request, statement.request_id or 0))
    return differences(facts_of(statement), now)


def digest_of(found: Sequence[Difference]) -> str:
    """The SHA-256 of these differences: what a signatory acknowledges is what they were shown, and no more."""
    return hashlib.sha256(json.dumps([vars(each) for each in found], ensure_ascii=False).encode()).hexdigest()


def acknowledged_in(statement: Statement) -> list[Difference]:
    """What had changed when it was signed, and was acknowledged."""
    return [Difference(**each) for each in json.loads(statement.acknowledged or "[]")]
