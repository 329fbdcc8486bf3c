"""A child or person at risk now, found in a record: who must be told, by when, and that it was done.

Kept outside the ordinary queues. What it says is for those who act on it; leaders see counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from failings.models import Escalation, EscalationTelling
from records.models import Page, Record
from records.register import visible
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError, RefusedError

MASH = "Multi-agency safeguarding hub (MASH)"
ADULTS = "Adult safeguarding team"
LADO = "Designated officer (LADO)"
POLICE = "Police single point of contact"
DPO = "Data protection officer"
MONITORING_OFFICER = "Monitoring officer"
IMMEDIATE, DAY, THREE_DAYS = 0, 24, 72
DUE = {
    IMMEDIATE: "Immediately: within the hour",
    DAY: "Within 24 hours",
    THREE_DAYS: "Within 72 hours",
}
# "Immediately" is overdue after an hour, not in the moment it is written.
IMMEDIATE_ALLOWS = timedelta(hours=1)


@dataclass(frozen=True)
class EscalationKind:
    """One kind of risk, who is told of it unless said otherwise, and how soon."""

    label: str
    tell: tuple[str, ...]
    due_hours: int


KINDS = {
    "child-at-risk-now": EscalationKind("A child may be at risk now", (MASH, POLICE), IMMEDIATE),
    "adult-at-risk-now": EscalationKind("An adult may be at risk now", (ADULTS, POLICE), IMMEDIATE),
    "person-with-access": EscalationKind(
        "Someone alleged to have caused harm may have access to children now", (LADO, MASH, POLICE), IMMEDIATE
    ),
    "new-allegation": EscalationKind("An allegation that may not have been reported", (LADO, POLICE), DAY),
    "criminal-conduct": EscalationKind("Conduct that may be criminal", (POLICE, MONITORING_OFFICER), DAY),
    "destruction-of-evidence": EscalationKind("Records destroyed, altered or at risk", (MONITORING_OFFICER,), DAY),
    "data-breach": EscalationKind("A breach of personal data", (DPO,), THREE_DAYS),
}


@dataclass(frozen=True)
class EscalationView:
    """One open escalation as this actor may see it: without record and facts where the record is not theirs to see."""

    id: int
    kind: str
    label: str
    due_at: datetime
    is_overdue: bool
    untold: list[str]
    told: list[str]
    reference: str | None
    page: int | None
    facts: str | None
    raised_by: str
    raised_at: datetime


@dataclass(frozen=True)
class EscalationCount:
    """How many of one kind are open and how many overdue; nothing that leads to a person."""

    kind: str
    label: str
    open: int
    overdue: int


def raise_escalation(
    session: Session,
    record: Record,
    *,
    kind: str,
    facts: str,
    tell: Sequence[str] | str = (),
    due_hours: int | None = None,
    page: int | None = None,
    actor: Actor,
) -> Escalation:
    """The risk is on the list, with who must be told and by when; without these the kind's own apply.

    It informs nobody outside by itself: a person picks up the telephone, and says here that they did.

    Raises:
        InvalidInputError: A field is missing or wrong; each fault is named.
        NotFoundError: The actor may not know of the record.
    """
    require(actor, Permission.ESCALATE)
    _require_visible(record, actor)
    faults = []
    if kind not in KINDS:
        faults.append(f"its kind must be one of {', '.join(KINDS)}")
    if not facts.strip():
        faults.append("it needs the facts, as few as whoever is told must have")
    if due_hours is not None and due_hours not in DUE:
        faults.append("it is due immediately (0), within 24 or within 72 hours")
    wanted = select(Page.id).where(Page.record_id == record.id, Page.number == page)
    if page is not None and session.scalar(wanted) is None:
        faults.append(f"{record.reference} has no page {page}")
    if faults:
        raise InvalidInputError(f"The escalation was not raised: {'; '.join(faults)}.")
    known, at = KINDS[kind], clock.now()
    hours = known.due_hours if due_hours is None else due_hours
    escalation = Escalation(
        record_id=record.id,
        page=page,
        kind=kind,
        facts=facts.strip(),
        due_at=at + (timedelta(hours=hours) or IMMEDIATE_ALLOWS),
        raised_by=actor.name,
        raised_at=at,
        tellings=[EscalationTelling(body=body) for body in _bodies(tell) or known.tell],
    )
    session.add(escalation)
    session.flush()
    # Neither the facts nor who is told: the trail is read by people who may not see the record.
    _record(
        session,
        AuditAction.ESCALATION_RAISED,
        escalation,
        actor,
        {"kind": kind, "record": record.reference, "due": escalation.due_at.isoformat(timespec="minutes")},
    )
    return escalation


def _bodies(tell: Sequence[str] | str) -> list[str]:
    given = tell.split(";") if isinstance(tell, str) else tell
    return list(dict.fromkeys(body.strip() for body in given if body.strip()))


def told(session: Session, escalation: Escalation, *, whom: str, body: str | None = None, actor: Actor) -> None:
    """That this body was told, and whom there, is recorded; without a body, all that were still to be told.

    Raises:
        InvalidInputError: It does not say whom, or the body is not one still to be told.
    """
    _require_acting_on(session, escalation, actor)
    if not whom.strip():
        raise InvalidInputError("Say who was told: the desk or person, and their reference for it.")
    waiting = [item for item in escalation.tellings if item.told_at is None and body in (None, item.body)]
    if not waiting:
        left = "; ".join(escalation.untold) or "nobody"
        raise InvalidInputError(f"Nothing was recorded: still to be told of escalation {escalation.id} is {left}.")
    for item in waiting:
        item.told_at, item.whom, item.told_by = clock.now(), whom.strip(), actor.name
    session.flush()
    _record(
        session,
        AuditAction.ESCALATION_TOLD,
        escalation,
        actor,
        {"kind": escalation.kind, "told": len(waiting), "still_to_tell": len(escalation.untold)},
    )


def done(session: Session, escalation: Escalation, *, outcome: str, actor: Actor) -> None:
    """The escalation is closed with what came of it.

    Raises:
        RefusedError: Somebody has still to be told, or it is closed already.
        InvalidInputError: It does not say what came of it.
    """
    _require_acting_on(session, escalation, actor)
    if escalation.untold:
        raise RefusedError(
            f"Escalation {escalation.id} cannot be closed before it is told: "
            f"tell {'; '.join(escalation.untold)} and record it first."
        )
    if not outcome.strip():
        raise InvalidInputError("Say what came of it: what whoever was told will do, and their reference.")
    escalation.done_at, escalation.outcome, escalation.done_by = clock.now(), outcome.strip(), actor.name
    session.flush()
    _record(session, AuditAction.ESCALATION_DONE, escalation, actor, {"kind": escalation.kind})


def find_escalation(session: Session, escalation_id: int, *, actor: Actor) -> Escalation:
    """The escalation, to those who may read escalations and know of its record.

    Raises:
        NotFoundError: There is none, or the actor may not know of its record.
    """
    require(actor, Permission.ESCALATIONS_READ)
    escalation = session.get(Escalation, escalation_id)
    if escalation is None or not visible(session.get_one(Record, escalation.record_id), actor):
        raise NotFoundError(f"There is no escalation {escalation_id}: list the open ones.")
    return escalation


def open_escalations(session: Session, *, actor: Actor) -> list[EscalationView]:
    """What is not closed, the soonest due first."""
    require(actor, Permission.ESCALATIONS_READ)
    rows = session.execute(
        select(Escalation, Record)
        .join(Record, Record.id == Escalation.record_id)
        .where(Escalation.done_at.is_(None))
        .order_by(Escalation.due_at, Escalation.id)
    )
    return [_as_seen(escalation, record, actor) for escalation, record in rows]


def escalations_of(session: Session, record: Record, *, actor: Actor) -> list[Escalation]:
    """Every escalation of the record, closed ones too, newest first."""
    require(actor, Permission.ESCALATIONS_READ)
    _require_visible(record, actor)
    query = select(Escalation).where(Escalation.record_id == record.id).order_by(Escalation.id.desc())
    return list(session.scalars(query))


def overdue_counts(session: Session, *, actor: Actor) -> list[EscalationCount]:
    """For each kind how many are open and how many overdue: told to nobody, or not to all, in time."""
    require(actor, Permission.ESCALATION_COUNTS)
    standing = list(session.scalars(select(Escalation).where(Escalation.done_at.is_(None)).order_by(Escalation.id)))
    return [
        EscalationCount(
            kind=code,
            label=kind.label,
            open=sum(item.kind == code for item in standing),
            overdue=sum(item.kind == code and is_overdue(item) for item in standing),
        )
        for code, kind in KINDS.items()
    ]


def is_overdue(escalation: Escalation) -> bool:
    """Somebody who had to be told by now has not been."""
    return bool(escalation.untold) and escalation.due_at < clock.now()


def _as_seen(escalation: Escalation, record: Record, actor: Actor) -> EscalationView:
    known = visible(record, actor)
    return EscalationView(
        id=escalation.id,
        kind=escalation.kind,
        label=KINDS[escalation.kind].label,
        due_at=escalation.due_at,
        is_overdue=is_overdue(escalation),
        untold=escalation.untold,
        told=[item.body for item in escalation.tellings if item.told_at],
        reference=record.reference if known else None,
        page=escalation.page if known else None,
        facts=escalation.facts if known else None,
        raised_by=escalation.raised_by,
        raised_at=escalation.raised_at,
    )


def _require_visible(record: Record, actor: Actor) -> None:
    if not visible(record, actor):
        raise NotFoundError(f"There is no record {record.reference}: check the reference in the list of records.")


def _require_acting_on(session: Session, escalation: Escalation, actor: Actor) -> None:
    require(actor, Permission.ESCALATIONS_READ)
    require(actor, Permission.ESCALATE)
    find_escalation(session, escalation.id, actor=actor)
    if escalation.done_at is not None:
        raise RefusedError(f"Escalation {escalation.id} is closed: raise a new one if the risk is there again.")


def _record(
    session: Session, action: AuditAction, escalation: Escalation, actor: Actor, detail: dict[str, object]
) -> None:
    audit.record(session, action, actor=actor.name, subject=f"escalation:{escalation.id}", detail=detail)
