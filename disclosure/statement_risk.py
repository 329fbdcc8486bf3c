"""What is at risk, in five numbers: what a leader has to know between one statement and the next."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from access.policy import SYSTEM, Actor, Permission, require
from disclosure.statements import count_to_sign
from ingest.counting import totals_of_everything
from records.losses import losses
from records.repositories import IN_PART, NOT_YET, repositories
from records.unread import reading_figures


@dataclass(frozen=True)
class AtRisk:
    """Pages nobody has read, files set aside, losses that stand, repositories not wholly searched, and what waits.

    `repositories` is how many the register has: none searched of none is no comfort.
    """

    unread: int
    set_aside: int
    losses: int
    unsearched: int
    repositories: int
    to_sign: int


def at_risk(session: Session, *, actor: Actor) -> AtRisk:
    """The numbers as they stand now, of every compartment: for whoever may read the statements they go into."""
    require(actor, Permission.STATEMENTS_READ)
    listed = repositories(session)
    return AtRisk(
        unread=reading_figures(session, actor=SYSTEM).nobody_read,
        set_aside=totals_of_everything(session).quarantined,
        losses=sum(1 for each in losses(session) if each.found_on is None),
        unsearched=sum(1 for each in listed if each.outcome in (NOT_YET, IN_PART)),
        repositories=len(listed),
        to_sign=count_to_sign(session),
    )
