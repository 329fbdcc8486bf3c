"""What of kept evidence a person may be told: counted anew for each, as if what they may not see did not exist."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor
from records.models import Record
from search.packing import Numbers

AT_ONCE = 10_000


def compartments_of(actor: Actor) -> str:
    """The compartments open to this actor, as they are kept beside what was counted in them."""
    return " ".join(sorted(actor.compartments))


def may_be_told(counted_in: str, actor: Actor) -> bool:
    """Whether everything that was open to whoever counted is open to this actor too."""
    return frozenset(counted_in.split()) <= actor.compartments


def visible_ids(session: Session, *, actor: Actor) -> Numbers:
    """The ids of the records this actor may know of, in order; purged ones are among them."""
    # Put in order here: for the database to do it, it would go through the rows and not an index alone.
    query = select(Record.id).where(Record.compartment.in_(actor.compartments))
    return np.sort(np.fromiter(session.scalars(query), dtype=np.int64))


def only_visible(found: Numbers, visible: Numbers) -> Numbers:
    """Those of the records found that are visible, in their order."""
    return found[is_visible(found, visible)]


def is_visible(found: Numbers, visible: Numbers) -> NDArray[np.bool_]:
    """Which of the records found are visible."""
    return np.isin(found, visible)


def records_of(session: Session, ids: Iterable[int], *, actor: Actor) -> list[Record]:
    """The records with these ids that this actor may know of, in the order of the ids."""
    wanted = [int(each) for each in ids]
    known: dict[int, Record] = {}
    for start in range(0, len(wanted), AT_ONCE):
        query = select(Record).where(
            Record.id.in_(wanted[start : start + AT_ONCE]), Record.compartment.in_(actor.compartments)
        )
        known.update((record.id, record) for record in session.scalars(query))
    return [known[each] for each in wanted if each in known]
