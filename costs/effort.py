"""Time spent: logged by people, counted for machines, and never mixed."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, can, require
from costs.models import Effort
from costs.rates import require_role
from inquiry.models import Request
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError, RefusedError

ACTIVITIES = {
    "search": "Searching for records",
    "retrieve": "Retrieving boxes and files",
    "scan": "Scanning",
    "ingest": "Taking in files",
    "quality-check": "Checking scans and text",
    "first-review": "First review",
    "second-review": "Second review",
    "redaction": "Redaction",
    "redaction-check": "Checking redactions",
    "statement-drafting": "Drafting statements",
    "bundle": "Preparing bundles",
    "meetings": "Meetings",
    "training": "Training",
    "wellbeing": "Wellbeing and debriefing",
    "survivor-contact": "Contact with survivors",
    "other": "Other work on the inquiry",
}
# Machine time is not staff time: it is counted beside it and never multiplied by a rate.
MACHINE = "machine"
MACHINE_ACTIVITIES = {
    "machine-reading": "Machine: reading files",
    "machine-indexing": "Machine: indexing",
    "machine-searching": "Machine: running lists of terms",
    "machine-bundling": "Machine: building bundles",
    "machine-backup": "Machine: backing up",
}
# A team may log a month in one line; more than that is a slip of the keyboard.
MOST_MINUTES = 100_000
EARLIEST = date(2000, 1, 1)


def log_effort(
    session: Session,
    *,
    day: date,
    role: str,
    activity: str,
    minutes: int,
    items: int = 0,
    pages: int = 0,
    note: str = "",
    request: Request | None = None,
    automatic: bool = False,
    actor: Actor,
) -> Effort:
    """These minutes of the role's time count towards the cost of the response.

    Raises:
        InvalidInputError: A field is missing or wrong; each fault is named.
    """
    require(actor, Permission.LOG_EFFORT)
    require_role(role)
    faults = _count_faults(items, pages)
    if activity not in ACTIVITIES:
        faults.append(f"its activity must be one of {', '.join(ACTIVITIES)}")
    if minutes != int(minutes) or not 1 <= minutes <= MOST_MINUTES:
        faults.append(f"its minutes must be a whole number from 1 to {MOST_MINUTES}")
    if not EARLIEST <= day <= clock.today():
        faults.append(f"its day must be between {EARLIEST:%Y} and today")
    if faults:
        raise InvalidInputError(f"The effort was not logged: {'; '.join(faults)}.")
    return _log(
        session,
        Effort(
            day=day,
            role=role,
            activity=activity,
            seconds=int(minutes) * 60,
            items=items,
            pages=pages,
            note=note.strip(),
            automatic=automatic,
            request_id=request.id if request else None,
        ),
        actor=actor,
    )


def log_automatic(session: Session, *, activity: str, seconds: float, items: int, pages: int, actor: Actor) -> Effort:
    """What the system did and how long it took is counted, beside staff time and without a cost.

    No permission is asked: it is the by-product of an act that was permitted.

    Raises:
        InvalidInputError: The activity is not a machine's, or a count is below zero.
    """
    faults = _count_faults(items, pages)
    if activity not in MACHINE_ACTIVITIES:
        faults.append(f"its activity must be one of {', '.join(MACHINE_ACTIVITIES)}")
    elapsed = Decimal(seconds)
    if not elapsed.is_finite() or elapsed < 0:
        faults.append("it cannot have taken less than no time")
    if faults:
        raise InvalidInputError(f"The machine's work was not counted: {'; '.join(faults)}.")
    return _log(
        session,
        Effort(
            day=clock.today(),
            role=MACHINE,
            activity=activity,
            seconds=int(elapsed.quantize(Decimal(1), ROUND_HALF_UP)),
            items=items,
            pages=pages,
            automatic=True,
        ),
        actor=actor,
    )


def _count_faults(items: int, pages: int) -> list[str]:
    return ["its items and pages cannot be below zero"] if items < 0 or pages < 0 else []


def _log(session: Session, effort: Effort, *, actor: Actor) -> Effort:
    effort.logged_by, effort.logged_at = actor.name, clock.now()
    session.add(effort)
    session.flush()
    audit.record(
        session,
        AuditAction.EFFORT_LOGGED,
        actor=actor.name,
        subject=f"effort:{effort.id}",
        detail={
            "day": effort.day.isoformat(),
            "role": effort.role,
            "activity": effort.activity,
            "seconds": effort.seconds,
            "items": effort.items,
            "pages": effort.pages,
        },
    )
    return effort


def withdraw_effort(session: Session, effort: Effort, *, reason: str, actor: Actor) -> None:
    """A wrong entry no longer counts; it stays, with the reason.

    Raises:
        RefusedError: It was withdrawn already.
    """
    require(actor, Permission.LOG_EFFORT)
    if effort.logged_by != actor.name and not can(actor, Permission.COSTS):
        raise NotFoundError(f"There is no entry {effort.id} of yours: list your own entries.")
    if not reason.strip():
        raise InvalidInputError("Withdrawing an entry needs a reason: say what was wrong with it.")
    if effort.withdrawn_at is not None:
        raise RefusedError(f"Effort entry {effort.id} was withdrawn already: log a new one if it was right after all.")
    effort.withdrawn_at, effort.withdrawn_because = clock.now(), reason.strip()
    session.flush()
    audit.record(
        session,
        AuditAction.EFFORT_LOGGED,
        actor=actor.name,
        subject=f"effort:{effort.id}",
        detail={"withdrawn": True},
    )


def find_effort(session: Session, effort_id: int, *, actor: Actor) -> Effort:
    """The entry, to whoever logged it or looks after the costs.

    Raises:
        NotFoundError: There is none, or it is somebody else's.
    """
    effort = session.get(Effort, effort_id)
    if effort is None or (effort.logged_by != actor.name and not can(actor, Permission.COSTS)):
        raise NotFoundError(f"There is no entry {effort_id} of yours: list your own entries.")
    return effort


def own_effort(session: Session, *, actor: Actor, limit: int = 50) -> list[Effort]:
    """What this actor logged, newest first; nobody is shown what a named colleague logged."""
    require(actor, Permission.LOG_EFFORT)
    return list(
        session.scalars(
            select(Effort)
            .where(Effort.logged_by == actor.name, Effort.withdrawn_at.is_(None), Effort.role != MACHINE)
            .order_by(Effort.day.desc(), Effort.id.desc())
            .limit(limit)
        )
    )
