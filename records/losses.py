"""What is known to be gone: never deleted from the account, and part of every reconciliation and statement."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from records.custody import way_in_words
from records.custody_models import Place
from records.loss_models import KnownLoss
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError, RefusedError
from store.leaving import Leaving, leaving
from store.spreadsheets import csv_table

NATURES = {
    "lost": "Lost: it cannot be found",
    "destroyed": "Destroyed",
    "stolen": "Stolen, or said to be",
    "never-made": "Never made, although it should have been",
    "illegible": "Past reading",
}


@dataclass(frozen=True)
class Loss:
    """A loss as it is told: what was recorded, all in words."""

    what: str
    nature: str
    known_on: date
    known_by: str
    evidence: str
    happened: str = ""
    authority: str = ""
    search_made: str = ""
    substitutes: str = ""


def record_loss(session: Session, loss: Loss, *, place: Place | None = None, actor: Actor) -> KnownLoss:
    """The loss is known from now on: what, when it was known, by whom, how, and under which authority.

    Raises:
        InvalidInputError: It does not say what is gone, how that is known or by whom, or the day is to come.
        RefusedError: A loss of the same place stands already.
    """
    require(actor, Permission.LOSSES)
    if loss.nature not in NATURES:
        raise InvalidInputError(f"A loss is one of {', '.join(NATURES)}: {loss.nature!r} is none of them.")
    for value, what in (
        (loss.what, "what is gone"),
        (loss.evidence, "how it is known"),
        (loss.known_by, "who knew it"),
    ):
        if not value.strip():
            raise InvalidInputError(f"The loss was not recorded because it does not say {what}: say it in a few words.")
    if loss.known_on > clock.today():
        raise InvalidInputError(
            "The loss was not recorded because its day is still to come: give the day it was known."
        )
    if place and loss_of(session, place):
        raise RefusedError(f"A loss of the {place.name} is recorded already: nothing was changed.")
    made = KnownLoss(
        reference=f"L{(session.scalar(select(func.max(KnownLoss.id))) or 0) + 1:04d}",
        place_id=place.id if place else None,
        **{name: value.strip() if isinstance(value, str) else value for name, value in vars(loss).items()},
        recorded_by=actor.name,
        recorded_at=clock.now(),
    )
    session.add(made)
    session.flush()
    audit.record(
        session,
        AuditAction.LOSS_RECORDED,
        actor=actor.name,
        subject=f"loss:{made.reference}",
        detail={"nature": made.nature, "place": place.code if place else ""},
    )
    return made


def record_found(session: Session, loss: KnownLoss, *, found_on: date, where: str, actor: Actor) -> None:
    """What was thought gone was found again; that it was missed stays in the account.

    Raises:
        InvalidInputError: It is not said where, or the day cannot be.
        RefusedError: It was found before.
    """
    require(actor, Permission.LOSSES)
    if loss.found_on:
        raise RefusedError(f"{loss.reference} was found on {loss.found_on:%-d %B %Y} already: nothing was changed.")
    if not where.strip() or not loss.known_on <= found_on <= clock.today():
        raise InvalidInputError("Say where it was found, and on which day since it was missed, up to today.")
    loss.found_on, loss.found_where = found_on, where.strip()
    loss.found_recorded_by, loss.found_at = actor.name, clock.now()
    session.flush()
    audit.record(
        session,
        AuditAction.LOSS_FOUND,
        actor=actor.name,
        subject=f"loss:{loss.reference}",
        detail={"where": loss.found_where},
    )


def losses(session: Session) -> list[KnownLoss]:
    """Every loss, those that stand first, in the order they were recorded."""
    return list(session.scalars(select(KnownLoss).order_by(KnownLoss.found_at.is_not(None), KnownLoss.id)))


def loss_of(session: Session, place: Place) -> KnownLoss | None:
    """The standing loss of this very place."""
    return session.scalar(select(KnownLoss).where(KnownLoss.place_id == place.id, KnownLoss.found_at.is_(None)))


def place_in_words(session: Session, loss: KnownLoss) -> str:
    """The way to the place that is gone; nothing where the loss is of no known place."""
    place = session.get(Place, loss.place_id) if loss.place_id else None
    return way_in_words(session, place) if place else ""


def find_loss(session: Session, reference: str) -> KnownLoss:
    """The loss with this reference.

    Raises:
        NotFoundError: There is none.
    """
    found = session.scalar(select(KnownLoss).where(KnownLoss.reference == reference.strip().upper()))
    if found is None:
        raise NotFoundError(f"There is no loss {reference}: check its reference in the list of losses.")
    return found


STATED = (
    "what",
    "nature",
    "happened",
    "known_on",
    "known_by",
    "evidence",
    "authority",
    "search_made",
    "substitutes",
    "found_on",
    "found_where",
)


def statement_rows(session: Session) -> tuple[list[str], list[list[object]]]:
    """The columns and lines of a statement of missing records, one loss a line, those found again included."""
    rows: list[list[object]] = []
    for loss in losses(session):
        rows.append([loss.reference, place_in_words(session, loss), *(getattr(loss, name) for name in STATED)])
    return ["reference", "where", *STATED], rows


def statement_csv(session: Session) -> bytes:
    """The statement of missing records as CSV, safe to open in a spreadsheet."""
    return csv_table(*statement_rows(session))


def export_statement(session: Session) -> Leaving:
    """The statement of missing records as CSV, to leave the archive."""
    columns, rows = statement_rows(session)
    content = csv_table(columns, rows)
    return leaving(session, content, AuditAction.LOSSES_EXPORTED, subject="losses", losses=len(rows))
