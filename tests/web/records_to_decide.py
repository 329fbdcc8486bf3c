"""Records with a suggestion to decide, and who decides."""

from sqlalchemy.orm import Session

from access.models import User
from access.policy import OPERATOR, Actor, Role
from access.users import add_user, set_password
from disclosure.marks import mark
from records.register import find_record
from retention.suggesting import Evidence, SuggestionProposal
from store.archive import Archive
from store.audit_actions import AuditAction
from store.audit_reading import AuditFilter, count_happenings

OFFICER = Actor("officer@example.org", frozenset({Role.RECORDS_OFFICER}))
LAWYER = Actor("lawyer@example.org", frozenset({Role.LEGAL}))
TEXT = "The matron wrote that she was worried. Nobody answered her letter."
PASSWORD = "three random words"


def proposal(strength: float, text: str, category: str = "failings") -> SuggestionProposal:
    start = max(text.find("worried"), 0)
    evidence = Evidence(1, start, start + 7, text[start : start + 7], text[:60], "shows concern that was not acted on")
    return SuggestionProposal(category, strength, "strong", [evidence], "Failings, strong: concern not acted on.")


def restrict(archive: Archive, reference: str) -> None:
    with archive.writing() as session:
        record = find_record(session, reference, actor=LAWYER)
        mark(session, record, kind="restricted", reason="police", actor=LAWYER)


def colleague(archive: Archive, email: str = "second@example.org", role: Role = Role.RECORDS_OFFICER) -> None:
    with archive.writing() as session:
        user, _ = add_user(session, email, role=role, actor=OPERATOR)
        set_password(session, session.get_one(User, user.id), PASSWORD, actor=OPERATOR)


def happened(session: Session, action: AuditAction, subject: str = "") -> int:
    return count_happenings(session, AuditFilter(action.value, "", subject))


def confirmed(prefix: str = "failings", **values: str) -> dict[str, str]:
    given = {"outcome": "confirmed", "reason": "A warning nobody acted on", "paragraph": "R3", "substantiated": "no"}
    return {f"{prefix}-{name}": value for name, value in {**given, **values}.items()}
