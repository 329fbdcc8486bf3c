"""What an hour of each role costs, from which day on."""

from bisect import bisect_right
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from costs.models import Rate
from costs.money import pence
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError

# A closed list: a role typed freely would sooner or later be somebody's name.
ROLES = {
    "records-officer": "Records officer",
    "legal": "Legal",
    "social-work": "Social work",
    "safeguarding": "Safeguarding",
    "business-support": "Business support",
    "it": "IT and systems",
    "communications": "Communications",
    "finance": "Finance",
    "leader": "Leader",
    "administrator": "Administrator",
}


def require_role(role: str) -> None:
    """Returns only if this is a role that staff time is counted under.

    Raises:
        InvalidInputError: It is not.
    """
    if role not in ROLES:
        raise InvalidInputError(f"{role!r} is not a role: choose {', '.join(ROLES)}, never a person's name.")


def set_rate(session: Session, *, role: str, hourly: Decimal, valid_from: date, actor: Actor) -> Rate:
    """From this day until the role's next rate, an hour of the role costs this much.

    Setting a rate on a day that has one corrects it; the amount before is in the audit trail.

    Raises:
        InvalidInputError: The role is unknown or the rate is not an amount above zero.
    """
    require(actor, Permission.COSTS)
    require_role(role)
    amount = pence(hourly, what="hourly rate")
    if amount == 0:
        raise InvalidInputError("An hourly rate of nothing would hide the cost: leave the role without a rate instead.")
    rate = session.scalar(select(Rate).where(Rate.role == role, Rate.valid_from == valid_from))
    before = str(rate.hourly) if rate else None
    if rate is None:
        rate = Rate(role=role, valid_from=valid_from)
        session.add(rate)
    rate.hourly_pence, rate.set_by, rate.set_at = amount, actor.name, clock.now()
    session.flush()
    audit.record(
        session,
        AuditAction.RATE_SET,
        actor=actor.name,
        subject=f"rate:{role}",
        detail={"valid_from": valid_from.isoformat(), "from": before, "to": str(rate.hourly)},
    )
    return rate


def rate_on(session: Session, role: str, day: date) -> Decimal | None:
    """What an hour of the role cost on the day; None before its first rate: not costed, never free."""
    rate = session.scalar(
        select(Rate).where(Rate.role == role, Rate.valid_from <= day).order_by(Rate.valid_from.desc()).limit(1)
    )
    return rate.hourly if rate else None


def all_rates(session: Session, *, actor: Actor) -> list[Rate]:
    """Every rate, by role and then by day."""
    require(actor, Permission.COSTS_READ)
    return list(session.scalars(select(Rate).order_by(Rate.role, Rate.valid_from)))


class RateCard:
    """Every rate, read once, for costing many days."""

    def __init__(self, session: Session) -> None:
        self._days: dict[str, list[date]] = {}
        self._pence: dict[str, list[int]] = {}
        for rate in session.scalars(select(Rate).order_by(Rate.role, Rate.valid_from)):
            self._days.setdefault(rate.role, []).append(rate.valid_from)
            self._pence.setdefault(rate.role, []).append(rate.hourly_pence)

    def hourly_pence(self, role: str, day: date) -> int | None:
        """Pence an hour of the role on the day, or None where there was no rate yet."""
        place = bisect_right(self._days.get(role, []), day)
        return self._pence[role][place - 1] if place else None
