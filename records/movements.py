"""Who took which box or file where, and the seals on it: the chain of custody."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from records.custody import everything_in, way_to
from records.custody_models import Movement, Place, Seal
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError, RefusedError


@dataclass(frozen=True)
class Out:
    """Paper that is out now: what, with whom, and whether it should be back already."""

    movement: Movement
    place: Place
    overdue: bool


def take_out(
    session: Session,
    place: Place,
    *,
    taken_by: str,
    taken_to: str,
    purpose: str,
    taken_on: date,
    due_on: date,
    actor: Actor,
) -> Movement:
    """The place's paper is out, with whom, where, why and until when.

    Raises:
        InvalidInputError: Something is not said, or the days contradict each other.
        RefusedError: It is out already, or something it lies in is, or something in it is.
    """
    require(actor, Permission.CUSTODY)
    for value, what in ((taken_by, "who takes it"), (taken_to, "where it goes"), (purpose, "why")):
        if not value.strip():
            raise InvalidInputError(f"Nothing was taken out because it is not said {what}: say it in a few words.")
    if taken_on > clock.today() or due_on < taken_on:
        raise InvalidInputError(
            "Nothing was taken out because its days cannot be right: it is taken today or before, and due after."
        )
    _refuse_if_out(session, place)
    made = Movement(
        place_id=place.id,
        taken_by=taken_by.strip(),
        taken_to=taken_to.strip(),
        purpose=purpose.strip(),
        taken_on=taken_on,
        due_on=due_on,
        recorded_by=actor.name,
        recorded_at=clock.now(),
    )
    session.add(made)
    session.flush()
    audit.record(
        session,
        AuditAction.PAPER_TAKEN,
        actor=actor.name,
        subject=f"place:{place.code}",
        detail={"by": made.taken_by, "to": made.taken_to, "due": due_on.isoformat()},
    )
    return made


def _refuse_if_out(session: Session, place: Place) -> None:
    for around in way_to(session, place):
        if movement := out_now(session, around):
            raise RefusedError(
                f"The {place.name} cannot be taken because the {around.name} is out already, with {movement.taken_by}: "
                "record its return first."
            )
    for inside in everything_in(session, place)[1:]:
        if movement := out_now(session, inside):
            raise RefusedError(
                f"The {place.name} cannot be taken whole because the {inside.name} in it is out, with "
                f"{movement.taken_by}: record its return first."
            )


def out_now(session: Session, place: Place) -> Movement | None:
    """The movement by which the place's own paper is out now."""
    return session.scalar(select(Movement).where(Movement.place_id == place.id, Movement.returned_at.is_(None)))


def bring_back(session: Session, place: Place, *, returned_on: date, note: str = "", actor: Actor) -> Movement:
    """The place's paper is back, received by this actor.

    Raises:
        RefusedError: It is not out.
        InvalidInputError: It would be back before it went, or in days to come.
    """
    require(actor, Permission.CUSTODY)
    movement = out_now(session, place)
    if movement is None:
        raise RefusedError(f"The {place.name} is not out, so it cannot come back: nothing was changed.")
    if not movement.taken_on <= returned_on <= clock.today():
        raise InvalidInputError("It came back between the day it was taken and today: give that day.")
    movement.returned_on, movement.return_note = returned_on, note.strip()
    movement.received_by, movement.returned_at = actor.name, clock.now()
    session.flush()
    audit.record(
        session,
        AuditAction.PAPER_RETURNED,
        actor=actor.name,
        subject=f"place:{place.code}",
        detail={"movement": movement.id, "note": movement.return_note},
    )
    return movement


def all_out(session: Session) -> list[Out]:
    """All paper that is out, the longest overdue first."""
    rows = session.execute(
        select(Movement, Place)
        .join(Place, Place.id == Movement.place_id)
        .where(Movement.returned_at.is_(None))
        .order_by(Movement.due_on, Movement.id)
    ).all()
    return [Out(movement, place, overdue=movement.due_on < clock.today()) for movement, place in rows]


def movements_of(session: Session, place: Place) -> list[Movement]:
    """Every movement of the place's own paper, newest first."""
    return list(session.scalars(select(Movement).where(Movement.place_id == place.id).order_by(Movement.id.desc())))


def put_seal(session: Session, place: Place, *, number: str, put_on_by: str, put_on: date, actor: Actor) -> Seal:
    """The place is sealed.

    Raises:
        InvalidInputError: There is no number, nobody put it on, or the day is still to come.
        RefusedError: A whole seal is on it already, or the number was used before.
    """
    require(actor, Permission.CUSTODY)
    number = " ".join(number.split())
    if not number or not put_on_by.strip():
        raise InvalidInputError("The seal was not recorded because it needs its number and who put it on: give both.")
    if put_on > clock.today():
        raise InvalidInputError(
            "The seal was not recorded because its day is still to come: give the day it was put on."
        )
    if whole := whole_seal(session, place):
        raise RefusedError(f"The {place.name} bears seal {whole.number} already: record that it was broken first.")
    if session.scalar(select(Seal.id).where(Seal.number == number)):
        raise RefusedError(f"Seal {number} was used before: a seal's number is used once, so look at it again.")
    made = Seal(
        place_id=place.id,
        number=number,
        put_on_by=put_on_by.strip(),
        put_on=put_on,
        recorded_by=actor.name,
        recorded_at=clock.now(),
    )
    session.add(made)
    session.flush()
    audit.record(
        session,
        AuditAction.SEAL_PUT_ON,
        actor=actor.name,
        subject=f"place:{place.code}",
        detail={"seal": number, "by": made.put_on_by},
    )
    return made


def break_seal(session: Session, number: str, *, broken_by: str, broken_on: date, why: str, actor: Actor) -> Seal:
    """The seal was broken, by whom and why.

    Raises:
        NotFoundError: There is no such seal.
        RefusedError: It was broken before.
        InvalidInputError: It is not said by whom or why, or the day cannot be.
    """
    require(actor, Permission.CUSTODY)
    seal = session.scalar(select(Seal).where(Seal.number == " ".join(number.split())))
    if seal is None:
        raise NotFoundError(f"There is no seal {number}: check the number on it.")
    if seal.broken_on:
        raise RefusedError(f"Seal {seal.number} was broken on {seal.broken_on:%-d %B %Y} by {seal.broken_by} already.")
    if not broken_by.strip() or not why.strip():
        raise InvalidInputError("Nothing was recorded because a broken seal needs by whom and why: give both.")
    if not seal.put_on <= broken_on <= clock.today():
        raise InvalidInputError("A seal is broken between the day it was put on and today: give that day.")
    seal.broken_on, seal.broken_by, seal.why_broken = broken_on, broken_by.strip(), why.strip()
    seal.broken_at = clock.now()
    session.flush()
    audit.record(
        session,
        AuditAction.SEAL_BROKEN,
        actor=actor.name,
        subject=f"place:P{seal.place_id:07d}",
        detail={"seal": seal.number, "by": seal.broken_by, "why": seal.why_broken},
    )
    return seal


def whole_seal(session: Session, place: Place) -> Seal | None:
    """The seal that is whole on the place now."""
    return session.scalar(select(Seal).where(Seal.place_id == place.id, Seal.broken_at.is_(None)))


def seals_of(session: Session, place: Place) -> list[Seal]:
    """Every seal the place has borne, newest first."""
    return list(session.scalars(select(Seal).where(Seal.place_id == place.id).order_by(Seal.id.desc())))
