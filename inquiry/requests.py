"""The inquiry's requests: logged, with their paragraphs and dates, before anything is sent."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from inquiry.models import Request, RequestParagraph
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError

KINDS = {
    "rule-9-documents": "Rule 9 request for documents",
    "rule-9-statement": "Rule 9 request for a statement",
    "section-21": "Section 21 notice",
    "direction": "Direction of the chair",
    "informal": "Informal request",
}
STATUSES = ("open", "answered", "withdrawn")


def add_request(
    session: Session,
    reference: str,
    *,
    kind: str,
    title: str,
    received: date,
    due: date,
    paragraphs: Sequence[tuple[str, str]],
    actor: Actor,
) -> Request:
    """The request is logged with each numbered paragraph on its own line.

    Raises:
        InvalidInputError: A field is missing or wrong, or the reference is already there.
    """
    require(actor, Permission.REQUESTS)
    reference = reference.strip()
    faults = []
    if not reference:
        faults.append("it needs the inquiry's reference")
    if kind not in KINDS:
        faults.append(f"its kind must be one of {', '.join(KINDS)}")
    if due < received:
        faults.append("it cannot be due before it was received")
    if not [text for _, text in paragraphs if text.strip()]:
        faults.append("it needs at least one paragraph, in the inquiry's words")
    if len({number for number, _ in paragraphs}) != len(paragraphs):
        faults.append("two paragraphs have the same number")
    if faults:
        raise InvalidInputError(f"The request was not logged: {'; '.join(faults)}.")
    if session.scalar(select(Request).where(Request.reference == reference)):
        raise InvalidInputError(f"Request {reference} is already logged: open it instead.")
    request = Request(
        reference=reference,
        kind=kind,
        title=title.strip() or KINDS[kind],
        received=received,
        due=due,
        status="open",
        added_by=actor.name,
        added_at=clock.now(),
        paragraphs=[
            RequestParagraph(position=position, number=number.strip(), text=text.strip())
            for position, (number, text) in enumerate(paragraphs, start=1)
        ],
    )
    session.add(request)
    session.flush()
    audit.record(
        session,
        AuditAction.REQUEST_ADDED,
        actor=actor.name,
        subject=f"request:{reference}",
        detail={"kind": kind, "received": received.isoformat(), "due": due.isoformat(), "paragraphs": len(paragraphs)},
    )
    return request


def change_status(session: Session, request: Request, *, status: str, actor: Actor) -> None:
    """The request is open, answered or withdrawn."""
    require(actor, Permission.REQUESTS)
    if status not in STATUSES:
        raise InvalidInputError(f"A request is {', '.join(STATUSES)}: {status!r} is none of these.")
    before, request.status = request.status, status
    session.flush()
    audit.record(
        session,
        AuditAction.REQUEST_CHANGED,
        actor=actor.name,
        subject=f"request:{request.reference}",
        detail={"from": before, "to": status},
    )


def find_request(session: Session, reference: str) -> Request:
    """The request with this reference.

    Raises:
        NotFoundError: There is none.
    """
    request = session.scalar(select(Request).where(Request.reference == reference))
    if request is None:
        raise NotFoundError(f"Request {reference} is not logged: log it first, with its paragraphs and dates.")
    return request


def all_requests(session: Session) -> list[Request]:
    """Every request, the soonest due first."""
    return list(session.scalars(select(Request).order_by(Request.due, Request.id)))


def open_requests(session: Session) -> list[Request]:
    """The requests still to be answered, the soonest due first."""
    return [request for request in all_requests(session) if request.status == "open"]


def asked_now(session: Session, *, besides: Collection[int] = ()) -> dict[int, str]:
    """The paragraphs of the open requests, and these besides, by their ids: each as it is cited, with its words."""
    cited = cited_paragraphs(session)
    return {
        paragraph.id: f"{cited[paragraph.id]}: {paragraph.text}"
        for request in all_requests(session)
        for paragraph in request.paragraphs
        if request.status == "open" or paragraph.id in besides
    }


def asked_at(session: Session, paragraph: RequestParagraph) -> datetime:
    """The moment from which the paragraph could be thought of: when its request was logged."""
    return session.get_one(Request, paragraph.request_id).added_at


def cited_paragraphs(session: Session) -> dict[int, str]:
    """Every paragraph of every request as it is cited, by its id: the request's reference and its number."""
    return {
        paragraph.id: f"{request.reference} {paragraph.number}"
        for request in all_requests(session)
        for paragraph in request.paragraphs
    }
