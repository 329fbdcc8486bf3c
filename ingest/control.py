"""What a person may ask of a batch under way: pause, go on, cancel, and try again what was set aside.

Asking writes to the run, and whoever is at work looks there every second; nothing is stopped by force.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from ingest.batches import go_on, unfinished_runs
from ingest.models import CANCEL, CANCELLED, ENDED, FOUND, PAUSE, QUARANTINED, STORED, Batch, Item, Run
from store import audit, clock
from store.audit_actions import AuditAction
from store.clock import LEGAL_ZONE
from store.errors import InvalidInputError, RefusedError

# A link or a device is no file, and what lies too deep stays so: there is nothing that could be read another time.
NEVER_AGAIN = frozenset({"link", "special-file", "path-too-long", "nested-too-deep"})


@dataclass(frozen=True)
class Limits:
    """What a file may use while it is tried again; none where the settings' own limit stands."""

    page_seconds: int | None = None
    file_seconds: int | None = None
    memory_mb: int | None = None


@dataclass(frozen=True)
class TriedAgain:
    """How many items wait again, and how many were asked for and cannot be tried again."""

    items: int
    left: int
    runs: tuple[int, ...]


def pause(session: Session, batch: Batch, *, actor: Actor) -> list[Run]:
    """Whoever takes in this batch stops after the files now being read, and nothing is lost.

    Raises:
        RefusedError: Nothing of it is being taken in.
    """
    require(actor, Permission.INGEST)
    runs = [run for run in unfinished_runs(session, batch) if not run.stop]
    if not runs:
        raise RefusedError(f"Nothing of batch {batch.name} is being taken in, so there is nothing to pause.")
    _ask(session, batch, runs, PAUSE, AuditAction.RUN_PAUSED, actor)
    return runs


def resume(session: Session, batch: Batch, *, actor: Actor) -> list[Run]:
    """Whatever was paused may be gone on with, from this moment; a pause asked for later is a new one.

    Raises:
        RefusedError: Nothing of it waits.
    """
    require(actor, Permission.INGEST)
    runs = [run for run in unfinished_runs(session, batch) if run.stop != CANCEL]
    if not runs:
        raise RefusedError(f"Everything found in batch {batch.name} has been taken in: there is nothing to go on with.")
    for run in runs:
        go_on(session, batch, run, actor=actor)
    return runs


def cancel(session: Session, batch: Batch, *, actor: Actor) -> list[Run]:
    """Whoever takes in this batch ends: what is done stays, the rest is listed as not taken in (`conclude`).

    Raises:
        RefusedError: Nothing of it waits.
    """
    require(actor, Permission.INGEST)
    runs = unfinished_runs(session, batch)
    if not runs:
        raise RefusedError(f"Everything found in batch {batch.name} has been taken in: there is nothing to cancel.")
    asked = [run for run in runs if run.stop != CANCEL]
    _ask(session, batch, asked, CANCEL, AuditAction.RUN_CANCEL_ASKED, actor)
    return runs


def _ask(session: Session, batch: Batch, runs: list[Run], stop: str, action: AuditAction, actor: Actor) -> None:
    for run in runs:
        run.stop, run.stop_by, run.stop_at = stop, actor.name, clock.now()
        session.flush()
        audit.record(session, action, actor=actor.name, subject=f"batch:{batch.name}", detail={"run": run.id})


def stop_asked(session: Session, run: Run) -> str:
    """What is asked of the run now: "", "pause" or "cancel"."""
    return session.scalar(select(Run.stop).where(Run.id == run.id)) or ""


def cancelled_runs(session: Session) -> list[tuple[Batch, Run]]:
    """The runs a person cancelled that nobody has brought to their end yet, each with its batch."""
    query = select(Batch, Run).join(Run, Run.batch_id == Batch.id)
    found = session.execute(query.where(Run.stop == CANCEL, Run.finished_at.is_(None)).order_by(Run.id))
    return [(batch, run) for batch, run in found]


def conclude(session: Session, batch: Batch, run: Run) -> int:
    """The cancelled run is at its end: each item that had not ended is now "not taken in", with who and when.

    Only for whoever holds the archive's one place for taking files in. Returns how many items that were.
    """
    when = (run.stop_at or clock.now()).astimezone(LEGAL_ZONE)
    said = f"Not taken in: cancelled by {run.stop_by} on {when.day} {when:%B %Y at %H:%M}"
    waiting = (Item.run_id == run.id) & Item.state.not_in(ENDED)
    reason = case((Item.sha256.is_not(None), f"{said}; its bytes are stored and held."), else_=f"{said}.")
    count = session.scalar(select(func.count(Item.id)).where(waiting)) or 0
    session.execute(
        update(Item)
        .where(waiting)
        .values(state=CANCELLED, reason_code=CANCELLED, reason=reason, ended_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Run)
        .where(Run.id == run.id)
        .values(finished_at=clock.now())
        .execution_options(synchronize_session="fetch")
    )
    audit.record(
        session,
        AuditAction.RUN_CANCELLED,
        actor=run.stop_by,
        subject=f"batch:{batch.name}",
        detail={"run": run.id, "not_taken_in": count, "listed_to_the_end": run.listed},
    )
    return count


def retry(
    session: Session,
    batch: Batch,
    *,
    reasons: Collection[str] = (),
    kinds: Collection[str] = (),
    limits: Limits = Limits(),
    actor: Actor,
) -> TriedAgain:
    """Items set aside or cancelled wait again, in the runs they belong to, under the limits given.

    `reasons` are reason codes, `kinds` the beginnings of media types (`image/`); all of them where none is given.

    Raises:
        RefusedError: Nothing that was set aside fits, or none of what fits can be tried again.
        InvalidInputError: A limit is not a whole number from 1 on.
    """
    require(actor, Permission.INGEST)
    for value in (limits.page_seconds, limits.file_seconds, limits.memory_mb):
        if value is not None and value < 1:
            raise InvalidInputError("A limit is a number of seconds or megabytes from 1 on: give a larger one.")
    fits = _set_aside(batch, reasons, kinds)
    again = fits & Item.reason_code.not_in(NEVER_AGAIN)
    left = session.scalar(select(func.count(Item.id)).where(fits, Item.reason_code.in_(NEVER_AGAIN))) or 0
    counted = session.execute(
        select(Item.run_id, func.count()).where(again).group_by(Item.run_id).order_by(Item.run_id)
    ).all()
    if not counted:
        raise RefusedError(_nothing_to_try(batch, left))
    session.execute(
        update(Item)
        .where(again)
        .values(
            state=case((Item.sha256.is_(None), FOUND), else_=STORED),
            reason_code="",
            reason="",
            ended_at=None,
            attempts=Item.attempts + 1,
        )
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    for run_id, _ in counted:
        run = session.get_one(Run, run_id)
        run.finished_at, run.stop, run.stop_by, run.stop_at = None, "", "", None
        run.page_seconds, run.file_seconds, run.memory_mb = limits.page_seconds, limits.file_seconds, limits.memory_mb
    session.flush()
    total = sum(count for _, count in counted)
    audit.record(
        session,
        AuditAction.ITEMS_TRIED_AGAIN,
        actor=actor.name,
        subject=f"batch:{batch.name}",
        detail={"items": total, "reasons": sorted(reasons), "kinds": sorted(kinds), "limits": vars(limits)},
    )
    return TriedAgain(total, left, tuple(run_id for run_id, _ in counted))


def _set_aside(batch: Batch, reasons: Collection[str], kinds: Collection[str]) -> ColumnElement[bool]:
    fits = Item.run_id.in_(select(Run.id).where(Run.batch_id == batch.id)) & Item.state.in_((QUARANTINED, CANCELLED))
    if reasons:
        fits &= Item.reason_code.in_(sorted(reasons))
    if kinds:
        chosen = [Item.media_type.startswith(kind, autoescape=True) for kind in sorted(kinds)]
        either = chosen[0]
        for further in chosen[1:]:
            either |= further
        fits &= either
    return fits


def _nothing_to_try(batch: Batch, left: int) -> str:
    if left:
        return (
            f"The {left} items that fit are links, devices or paths too long or too deep, which cannot be tried again: "
            "take in the place itself."
        )
    return f"Nothing set aside in batch {batch.name} fits: look at its reasons and kinds with `candour batches show`."
